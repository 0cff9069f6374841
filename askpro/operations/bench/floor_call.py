"""The floor of a whole call: an event, what is free, a booking, an event, each signed and each one or two statements.

No tenants' walls, no rules of the diary, no German, no customer's history: five people per number, appointments of half
an hour, an exclusion constraint. What the product costs above this is what it is.
"""

import json
import threading
from datetime import UTC, datetime, timedelta

import psycopg

from askpro.operations.bench import floor  # sets Django up
from booking import timeline

from django.http import HttpRequest, HttpResponse  # isort: skip
from django.urls import path  # isort: skip
from django.views.decorators.csrf import csrf_exempt  # isort: skip

_OPEN = ((8 * 60, 11 * 60), (12 * 60, 16 * 60))
_A_DAY, _LENGTH, _STEP = 24 * 60, 30, 15
_GRID = timeline.of_spans(((n, n + 1) for n in range(0, _A_DAY, _STEP)), base=0, size=_A_DAY)
_HOURS = timeline.of_spans(_OPEN, base=0, size=_A_DAY)

_FREE = """
SELECT p.id, (
  SELECT string_agg(int4send((date_part('epoch', t.begins) / 60)::int)
    || int4send((date_part('epoch', t.ends) / 60)::int), '')
  FROM bench_taken t WHERE t.person = p.id AND t.begins < %(until)s AND t.begins >= %(from)s)
FROM bench_line l JOIN bench_person p ON p.business = l.business WHERE l.number = %(number)s
"""
_BOOK = """
WITH waited AS MATERIALIZED (SELECT pg_advisory_xact_lock(7, %(person)s)), guest AS (
  INSERT INTO bench_guest (business, phone)
  SELECT p.business, %(phone)s FROM waited, bench_line l JOIN bench_person p ON p.business = l.business
  WHERE l.number = %(number)s AND p.id = %(person)s
  ON CONFLICT (business, phone) DO UPDATE SET phone = excluded.phone RETURNING id
), booked AS (
  INSERT INTO bench_taken (person, begins, ends, guest, call_id)
  SELECT %(person)s, %(begins)s, %(ends)s, guest.id, %(call)s FROM guest
  ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO bench_outbox (inbox_id, kind) SELECT id, 2 FROM booked RETURNING inbox_id
"""
_mine = threading.local()


def _driver() -> psycopg.Cursor[tuple[object, ...]]:
    cursor: psycopg.Cursor[tuple[object, ...]] | None = getattr(_mine, "cursor", None)
    if cursor is None:
        connection = psycopg.connect(floor.URL, autocommit=True, prepare_threshold=1)
        _mine.cursor = cursor = connection.cursor(binary=True)
    return cursor


def _asked(request: HttpRequest) -> dict[str, str] | None:
    if not floor._signed(request.body, request.headers.get("x-retell-signature", "")):
        return None
    content: dict[str, str] = json.loads(request.body)
    return content


def _answer(content: object) -> HttpResponse:
    body = json.dumps(content).encode()
    return HttpResponse(body, headers={"Content-Length": str(len(body))})


@csrf_exempt
def event(request: HttpRequest) -> HttpResponse:
    if _asked(request) is None:
        return HttpResponse(status=401, headers=floor._NO_BODY)
    _driver().execute(floor._ACK, (floor._event_key(request.body), request.body))
    return _answer({})


@csrf_exempt
def free(request: HttpRequest) -> HttpResponse:
    """Name the first three starts of a day, each with the first person who is free."""
    asked = _asked(request)
    if asked is None:
        return HttpResponse(status=401, headers=floor._NO_BODY)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    day = today + timedelta(days=int(asked["day"]))
    base = int(day.timestamp()) // 60
    rows = _driver().execute(
        _FREE, {"number": asked["number"], "from": day, "until": day + timedelta(days=1)}
    )
    found: dict[int, int] = {}
    for person, packed in rows.fetchall():
        taken = timeline.of_spans(timeline.unpack(packed), base=base, size=_A_DAY)  # type: ignore[arg-type]
        starts = timeline.runs(_HOURS & ~taken, _LENGTH) & _GRID
        for minute in timeline.minutes(starts):
            found.setdefault(minute, person)  # type: ignore[arg-type]
    return _answer([(base + minute, found[minute]) for minute in sorted(found)[:3]])


@csrf_exempt
def book(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    if asked is None:
        return HttpResponse(status=401, headers=floor._NO_BODY)
    begins = datetime.fromtimestamp(int(asked["minute"]) * 60, UTC)
    row = (
        _driver()
        .execute(
            _BOOK,
            {
                "number": asked["number"], "person": int(asked["person"]), "phone": asked["phone"],
                "begins": begins, "ends": begins + timedelta(minutes=_LENGTH), "call": asked["call"],
            },
        )
        .fetchone()
    )  # fmt: skip
    return _answer({"booked": row is not None})


floor.urlpatterns += [path("event", event), path("free", free), path("book", book)]
application = floor.application
