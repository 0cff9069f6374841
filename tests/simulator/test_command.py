"""`manage.py simulate_call` against a running server with a worker beside it."""

import io
import json
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from booking.models import Appointment
from calls import lifecycle
from calls.management.commands import simulate_call
from calls.models import Call, CallbackRequest
from integrations import inbox
from tenants import scope
from tenants.models import Tenant
from tests.simulator.office import DIALLED, KEY, Office, friendly_office, reply


@pytest.fixture(autouse=True)
def _key(settings: Settings) -> None:
    settings.RETELL_API_KEY = KEY


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """Apply what is recorded, in the background, as the worker process does."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            if not inbox.apply_next("retell", lifecycle.apply, now=timezone.now()):
                over.wait(0.02)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — named by the base class
        pass


@pytest.fixture
def cardboard() -> Iterator[tuple[Office, str]]:
    """A cardboard office at a real address."""
    office = friendly_office()
    server = make_server("127.0.0.1", 0, office, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield office, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _run(*arguments: str) -> tuple[str, str]:
    out, errors = io.StringIO(), io.StringIO()
    call_command("simulate_call", *arguments, stdout=out, stderr=errors, no_color=True)
    return re.sub(" +", " ", out.getvalue()), errors.getvalue()


def test_a_call_to_a_running_server_is_told_from_the_ring_to_the_row(
    live_server: LiveServer, worker: None, salon: Tenant
) -> None:
    out, errors = _run("--base-url", live_server.url, "--say-when", "so bald wie möglich")

    with scope.tenant(salon):
        call, row = Call.objects.get(), Appointment.objects.select_related("staff_member").get()
    assert f"ruft {DIALLED} an" in out
    assert "→ book_appointment(" in out
    assert row.staff_member.name in out
    assert f"Anrufnummer: {call.pk}" in out
    assert f"Bestätigt: ja (Termin {row.pk})" in out
    assert errors == ""


def test_several_calls_with_everything_going_wrong_are_told_to_machines(
    live_server: LiveServer, worker: None, salon: Tenant
) -> None:
    out, _ = _run(
        *("--base-url", live_server.url, "--count", "3", "--json", "--duplicate", "--reorder"),
        *("--repeat-tool", "--withheld", "--lose", "call_started"),
    )

    told = json.loads(out)
    assert [each["caller"]["seed"] for each in told] == [1, 2, 3]
    assert [each["problems"] for each in told] == [[], [], []]
    assert all(each["outcome"]["status"] == "analyzed" for each in told)
    assert len({each["call_number"] for each in told}) == 3


def test_quiet_tells_only_the_result_and_several_calls_end_in_a_tally(
    live_server: LiveServer, worker: None, salon: Tenant
) -> None:
    out, _ = _run(
        *("--base-url", live_server.url, "--count", "2", "--quiet"),
        *("--say-when", "so bald wie möglich"),
    )

    assert "Agent:" not in out
    assert out.count("Bestätigt: ja") == 2
    assert "2 Anrufe: 2 × " in out


def test_the_same_run_id_is_the_same_call(
    live_server: LiveServer, worker: None, salon: Tenant
) -> None:
    arguments = (
        "--base-url",
        live_server.url,
        "--run-id",
        "demo",
        "--json",
        "--say-when",
        "gestern",
    )

    first, again = (json.loads(_run(*arguments)[0])[0] for _ in range(2))

    assert first["call_id"] == again["call_id"]
    assert first["call_number"] == again["call_number"]
    with scope.tenant(salon):
        assert Call.objects.count() == 1
        assert CallbackRequest.objects.count() == 1


def test_a_booking_that_only_the_server_claims_is_an_error(
    cardboard: tuple[Office, str], salon: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, url = cardboard
    monkeypatch.setattr(simulate_call, "PATIENCE_SECONDS", 0.1)

    with pytest.raises(CommandError, match="1 von 1 Anrufen") as raised:
        _run("--base-url", url)

    assert raised.value.returncode == 1


def test_an_error_of_the_server_is_an_error_of_the_command(
    cardboard: tuple[Office, str], salon: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, url = cardboard
    monkeypatch.setattr(simulate_call, "PATIENCE_SECONDS", 0.1)
    office.on("check_availability", reply("nothing_free"))
    office.fails("get_context", 500)
    errors = io.StringIO()

    with pytest.raises(CommandError):
        call_command("simulate_call", "--base-url", url, stdout=io.StringIO(), stderr=errors)

    assert "Fehler des Servers bei get_context: HTTP 500" in errors.getvalue()


def test_where_nobody_listens_the_command_says_so(salon: Tenant) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(CommandError, match=r"antwortet niemand"):
            _run("--base-url", url)


def test_without_a_key_nothing_is_posted(cardboard: tuple[Office, str], settings: Settings) -> None:
    office, url = cardboard
    settings.RETELL_API_KEY = ""

    with pytest.raises(CommandError, match="RETELL_API_KEY"):
        _run("--base-url", url)

    assert office.requests == []


def test_what_is_no_number_is_refused(salon: Tenant) -> None:
    with pytest.raises(CommandError, match="keine Rufnummer"):
        _run("--to", "zwölf")
