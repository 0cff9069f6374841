"""What stands in the log: an id of the request, and nothing by which a person could be known."""

import io
import json
import logging
import sys

import pytest
import structlog
from django.db import DatabaseError, connection
from django.test import Client

from askpro import logs


@pytest.mark.parametrize(
    "said",
    [
        "+491713920042",
        "tel:+491713920042",
        "from:+491713920042,",
        "?phone=%2B491713920042",
        "+49 (0)171 39200-42",
        "+49.171.3920042",
        "+49\u00a0171\u00a03920042",
        "0049 171 3920042",
        "0171/392 00 42",
        "'030 23125777'",
    ],
)
def test_a_number_is_masked_however_it_is_written(said: str) -> None:
    masked = logs.mask(f"call of {said} ended")

    assert "[phone]" in masked
    assert not set("345678") & set(masked)


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("mail to erika.müller@example.org failed", "mail to [email] failed"),
        ("sip:+491713920042@trunk.example", "sip:[email]"),
        ("/feeds/erika%40example.org", "/feeds/[email]"),
        ("Bearer " + "ask_live_" + "Ab1" * 8, "Bearer [key]"),
        ("re_" + "a1B2" * 2 + "_" + "Cd3" * 5, "[key]"),
    ],
)
def test_addresses_and_keys_are_masked(said: str, masked: str) -> None:
    assert logs.mask(said) == masked


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-24T10:00:00.123456+01:00",
        "slot_1-1-29923755-fe6c714378",
        "5b0f2f0e-6f0c-4a5e-9d6e-0a1f6f5d2a11",
        "10.0.0.7:54321",
        "re_read_deliveries_again",
    ],
)
def test_what_operators_look_for_stays(said: str) -> None:
    assert logs.mask(said) == said


def test_what_the_database_refused_is_not_told(db: None) -> None:
    broken = '{"name": "Sibylle Geheimhuber", '
    with pytest.raises(DatabaseError) as refused, connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb", [broken])

    line = _logged("not_kept", exc_info=refused.value)

    assert "Geheimhuber" in str(refused.value)
    assert line["event"] == "not_kept"
    assert "invalid input syntax for type json" in line["exception"]
    assert "[row]" in line["exception"]
    assert "Geheimhuber" not in line["exception"]


def test_every_line_of_a_request_carries_its_id(
    db: None, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/api/customers/+491713920042")

    lines = [json.loads(each) for each in capsys.readouterr().err.splitlines() if each[:1] == "{"]
    (line,) = [each for each in lines if each["event"] == "request"]
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["path"] == "/api/customers/[phone]"
    assert (line["method"], line["status"]) == ("GET", 404)


def _logged(event: str, **facts: object) -> dict[str, str]:
    """Return what a line of the product becomes on its way to the terminal."""
    stream = io.StringIO()
    (handler,) = [
        each
        for each in logging.getLogger().handlers
        if isinstance(each, logging.StreamHandler)
        and isinstance(each.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    before = handler.setStream(stream)
    try:
        structlog.get_logger("askpro.tests").error(event, **facts)
    finally:
        handler.setStream(before or sys.stderr)
    line: dict[str, str] = json.loads(stream.getvalue())
    return line
