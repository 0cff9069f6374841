"""Calls that no provider delivers: written down by hand or by a test, through the API."""

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from booking import customers
from calls import outcomes, redaction
from calls.models import Call
from integrations import inbox
from integrations.voice import numbers, retell
from tenants import audit
from tenants.actors import Actor
from tenants.models import PhoneNumber

_PROVIDER = "api"
_GERMAN = ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y, %H:%M")
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_FIELD = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Told:
    """What somebody tells about a call. What is not known is None or empty."""

    from_number: str | None = None  # E.164
    started_at: datetime | None = None
    ended_at: datetime | None = None
    transcript: str = ""
    summary: str = ""
    intent: str = ""
    sentiment: str = ""
    # The provider's id, where it is known: the same call is then never written down twice.
    external_id: str = ""


def take_down(line: PhoneNumber, told: Told, *, by: Actor, now: datetime) -> Call:
    """Write down a call to one of the tenant's numbers. One that has ended gets its outcome from the rows."""
    external_id = told.external_id or f"api_{uuid4().hex}"
    provider = retell.PROVIDER if told.external_id else _PROVIDER
    call = Call(
        id=inbox.number_for(provider, external_id),
        external_id=external_id,
        tenant_id=line.tenant_id,
        branch_id=line.branch_id,
        phone_number=line,
        customer=customers.match_by_phone(told.from_number),
        from_number=told.from_number,
        to_number=line.number,
        status=_status(told),
        started_at=told.started_at,
        ended_at=told.ended_at,
        duration_seconds=_seconds(told),
        transcript=redaction.text(told.transcript),
        summary=redaction.text(told.summary),
        intent=told.intent,
        sentiment=told.sentiment,
    )
    if call.status == Call.Status.ENDED:
        call.outcome, call.outcome_reason = outcomes.decide(call)
        call.settle_at = now
    call.save(force_insert=True)
    audit.record("took_down", call, tenant_id=call.tenant_id, by=by, now=now)
    return call


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a file: how many calls are new, how many were known, and what is wrong with which line."""

    new: int
    known: int
    errors: tuple[tuple[int, str], ...]


COLUMNS = (
    "call_id", "to_number", "from_number", "started_at", "ended_at", "transcript", "summary", "intent",
)  # fmt: skip
_NEEDED = ("to_number", "started_at")


def read_csv(
    text: str, *, tenant_id: UUID, by: Actor, now: datetime, is_rehearsal: bool
) -> Imported:
    """Write down the calls of a file with the columns of `COLUMNS`; times are ISO or German, local where no zone is named.

    A line that cannot be read is reported and left out. The same file again adds nothing. The tenant's scope must be
    open; a rehearsal writes nothing.

    :raises ValueError: a needed column is missing
    """
    csv.field_size_limit(_LONGEST_FIELD)
    plain = text.removeprefix("\ufeff").replace("\x00", "")
    table = csv.DictReader(io.StringIO(plain), delimiter=_delimiter(plain))
    table.fieldnames = [name.strip().lower() for name in table.fieldnames or ()]
    missing = set(_NEEDED) - set(table.fieldnames)
    if missing:
        raise ValueError(", ".join(sorted(missing)))
    lines = {line.number: line for line in PhoneNumber.objects.select_related("branch")}
    new = known = 0
    errors: list[tuple[int, str]] = []
    for number, row in enumerate(table, start=2):
        try:
            line, told = _read(row, lines, tenant_id=tenant_id, now=now)
        except _Unreadable as error:
            errors.append((number, str(error)))
            continue
        if Call.objects.filter(external_id=told.external_id).exists():
            known += 1
            continue
        new += 1
        if not is_rehearsal:
            take_down(line, told, by=by, now=now)
    return Imported(new=new, known=known, errors=tuple(errors))


class _Unreadable(Exception):
    """A line that says nothing usable, and why."""


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _read(
    row: dict[str, Any], lines: dict[str, PhoneNumber], *, tenant_id: UUID, now: datetime
) -> tuple[PhoneNumber, Told]:
    said = {name: (row.get(name) or "").strip() for name in COLUMNS}
    line = lines.get(numbers.e164(said["to_number"]) or "")
    if line is None:
        raise _Unreadable(f"to_number: {said['to_number']!r} ist keine Ihrer Nummern")
    began = _instant(said["started_at"], line, column="started_at")
    ended = _instant(said["ended_at"], line, column="ended_at") if said["ended_at"] else began
    if not _EARLIEST <= began <= now:
        raise _Unreadable("started_at: liegt in der Zukunft oder vor jedem Anruf")
    if not began <= ended <= began + timedelta(days=1):
        raise _Unreadable("ended_at: liegt nicht nach dem Beginn")
    caller = numbers.of_caller(said["from_number"] or None)
    given = said["call_id"] or _made_up(tenant_id, line.number, caller, began)
    return line, Told(
        from_number=caller,
        started_at=began,
        ended_at=ended,
        transcript=said["transcript"],
        summary=said["summary"],
        intent=said["intent"][:100],
        external_id=given[:200],
    )


def _instant(text: str, line: PhoneNumber, *, column: str) -> datetime:
    said = _moment(text)
    if said is None:
        raise _Unreadable(f"{column}: {text!r} ist keine Zeit (ISO oder 20.11.2026 10:00)")
    return said if said.tzinfo else said.replace(tzinfo=line.branch.zone)


def _moment(text: str) -> datetime | None:
    """Return a time as programs write it, or as a German spreadsheet does."""
    readers: list[Callable[[str], datetime]] = [datetime.fromisoformat]
    readers += [partial(_strptime, form=form) for form in _GERMAN]
    for read in readers:
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _strptime(text: str, *, form: str) -> datetime:
    return datetime.strptime(text, form)  # noqa: DTZ007 — the branch's zone is put to it


def _made_up(tenant_id: UUID, dialled: str, caller: str | None, began: datetime) -> str:
    """Return an id that the same line always gets: who called whom when."""
    told = f"{tenant_id} {dialled} {caller} {began.astimezone(UTC).isoformat()}"
    return f"csv_{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _status(told: Told) -> str:
    if told.ended_at is not None:
        return Call.Status.ENDED
    return Call.Status.REGISTERED if told.started_at is None else Call.Status.ONGOING


def _seconds(told: Told) -> int | None:
    if told.started_at is None or told.ended_at is None:
        return None
    return (told.ended_at - told.started_at) // timedelta(seconds=1)
