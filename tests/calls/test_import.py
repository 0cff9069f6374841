"""Calls from a file: each once, what cannot be read is said, a rehearsal writes nothing."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from calls.models import Call
from integrations import inbox
from tenants import scope
from tenants.models import Tenant
from tests.retell import Retell

NUMBER = "+493023125777"
FILE = f"""call_id;to_number;from_number;started_at;ended_at;transcript;summary
call_1;{NUMBER};+491713920042;2026-11-20T10:00:00+01:00;2026-11-20T10:02:00+01:00;"Agent: Guten Tag.";Kurz
;030 23125777;anonymous;2026-11-20 11:00;2026-11-20 11:01;;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def run(path: Path, *arguments: str) -> str:
    out = io.StringIO()
    call_command("import_calls", "--csv", path, "--to", NUMBER, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_calls_are_brought_in_once(salon: Tenant, file: Path) -> None:
    assert "2 neu, 0 schon da, 0 unlesbar." in run(file)
    assert "0 neu, 2 schon da, 0 unlesbar." in run(file)

    with scope.tenant(salon):
        first, second = Call.objects.order_by("started_at")
    assert (first.external_id, first.duration_seconds) == ("call_1", 120)
    assert first.transcript == "Agent: Guten Tag."
    assert second.from_number is None
    assert f"{second.started_at:%H:%M}" == "10:00", "eleven in Berlin"


def test_a_rehearsal_writes_nothing(salon: Tenant, file: Path) -> None:
    assert "2 wären neu" in run(file, "--rehearse")

    with scope.tenant(salon):
        assert Call.objects.count() == 0


def test_a_line_that_cannot_be_read_is_named_and_the_others_come_in(
    salon: Tenant, neighbour: Tenant, file: Path
) -> None:
    file.write_text(
        FILE
        + f";+494066969200;;2026-11-20T12:00:00;;;\n;{NUMBER};;gestern;;;\n"
        + f";{NUMBER};;2026-11-20T12:00:00;2026-11-19T12:00:00;;\n",
        encoding="utf-8",
    )

    out = run(file)

    assert "Zeile 4: to_number" in out, "a neighbour's number is none of ours"
    assert "Zeile 5: started_at" in out
    assert "Zeile 6: ended_at" in out
    assert "2 neu, 0 schon da, 3 unlesbar." in out


def test_a_file_without_the_columns_is_refused(salon: Tenant, file: Path) -> None:
    file.write_text("name,wann\nErika,heute\n", encoding="utf-8")

    with pytest.raises(CommandError, match="started_at, to_number"):
        run(file)


def test_what_the_platform_tells_later_is_the_same_call(
    salon: Tenant, file: Path, retell: Retell
) -> None:
    run(file)

    number = retell.sends("call_ended", retell.new_call(call_id="call_1")).json()["call_id"]

    with scope.tenant(salon):
        assert Call.objects.get(external_id="call_1").pk == number
    assert inbox.number_for("retell", "call_1") == number


@pytest.mark.parametrize(
    "written",
    [
        FILE.encode(),
        FILE.replace("Guten Tag", "Grüß Gott").encode("cp1252"),
        b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode(),
        FILE.replace(";", "\t").upper().replace("+49171", "0171").encode(),
        FILE.replace("Guten Tag", "Guten\x00 Tag" + "g" * 150_000).encode(),
        FILE.replace("2026-11-20T10:00:00+01:00", "20.11.2026 10:00")
        .replace("2026-11-20T10:02:00+01:00", "20.11.2026 10:02")
        .encode(),
    ],
)
def test_files_come_as_spreadsheets_write_them(salon: Tenant, file: Path, written: bytes) -> None:
    file.write_bytes(written)

    assert "2 neu, 0 schon da, 0 unlesbar." in run(file)

    with scope.tenant(salon):
        assert [f"{each.started_at:%H:%M}" for each in Call.objects.order_by("started_at")] == [
            "09:00",
            "10:00",
        ]


@pytest.mark.parametrize("began", ["2999-11-20T10:00:00", "0001-01-01T00:00:00", "31.2.2026 10:00"])
def test_a_time_at_which_nobody_can_have_called_is_named(
    salon: Tenant, file: Path, began: str
) -> None:
    file.write_text(FILE + f";{NUMBER};;{began};;;\n")

    assert "Zeile 4: started_at" in run(file)
