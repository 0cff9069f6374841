"""Cal.com's client against an imitation with a memory. Every request and every answer is held against the contract."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pytest_django import Settings

from integrations.calendars import calcom_account
from integrations.calendars.calcom import Calcom as Calendar
from integrations.calendars.calcom_wire import Refusal, Wire
from integrations.calendars.protocol import (
    Entry,
    Gone,
    MovedAway,
    Person,
    State,
    TimeTaken,
    Wish,
)
from integrations.errors import ConfigurationError, PermanentError, ProviderError, RetryableError
from tests import contracts, descriptions
from tests.calendars import calcom_outside
from tests.calendars.calcom_house import Calcom

TEN = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
HALF_AN_HOUR = timedelta(minutes=30)
A_DAY = timedelta(days=1)
ERIKA = Person(name="Erika Mustermann", time_zone="Europe/Berlin", phone="+491713920042")


def wish(calcom: Calcom, *, key: str = "17", at: datetime = TEN) -> Wish:
    kind = next(
        (each for each in calcom.house.event_types.values() if each.slug == "haarschnitt"), None
    ) or calcom.house.add_event_type(title="Haarschnitt", slug="haarschnitt", minutes=30)
    return Wish(
        key=key,
        target=str(kind.id),
        starts_at=at,
        ends_at=at + HALF_AN_HOUR,
        person=ERIKA,
        notes="Telefonisch gebucht",
        references={"call_id": "call_1"},
    )


def stands(calcom: Calcom) -> list[tuple[str, datetime]]:
    return [
        (each.metadata.get("appointment_id", ""), each.starts_at)
        for each in calcom.house.bookings.values()
        if each.is_active
    ]


def error(sentence: str) -> dict[str, object]:
    return {
        "status": "error",
        "timestamp": "2026-11-23T10:00:24.000Z",
        "path": "/v2/bookings",
        "error": {"code": "BadRequestException", "message": sentence},
    }


def test_a_booking_is_asked_for_as_the_contract_wants_it(
    calcom: Calcom, calendar: Calendar
) -> None:
    entry = calendar.put(wish(calcom))

    (sent,) = calcom.requests
    body = json.loads(sent.content)
    assert sent.headers["cal-api-version"] == "2024-08-13"
    assert body["start"] == "2026-11-26T09:00:00.000Z"
    assert body["metadata"] == {"call_id": "call_1", "appointment_id": "17"}
    assert body["bookingFieldsResponses"]["notes"] == "Telefonisch gebucht"
    assert "title" in body["bookingFieldsResponses"]
    assert "title" not in body
    assert (entry.state, entry.starts_at, entry.key) == (State.ACCEPTED, TEN, "17")
    assert stands(calcom) == [("17", TEN)]


def test_a_caller_without_an_address_gets_the_box_of_the_house(
    calcom: Calcom, calendar: Calendar
) -> None:
    calendar.put(wish(calcom))

    assert json.loads(calcom.requests[0].content)["attendee"] == {
        "name": "Erika Mustermann",
        "email": "ohne-adresse@askpro.example",
        "timeZone": "Europe/Berlin",
        "language": "de",
        "phoneNumber": "+491713920042",
    }


def test_a_time_that_is_taken_there_is_taken(calcom: Calcom, calendar: Calendar) -> None:
    wanted = wish(calcom)
    calcom.house.host_books(int(wanted.target), starts_at=TEN, name="A", email="a@example.org")

    with pytest.raises(TimeTaken):
        calendar.put(wanted)

    assert len(stands(calcom)) == 1


def test_an_answer_that_was_lost_is_found_again_under_our_key(
    calcom: Calcom, calendar: Calendar
) -> None:
    wanted = wish(calcom)
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))
    with pytest.raises(RetryableError):
        calendar.put(wanted)

    entry = calendar.put(wanted)

    assert stands(calcom) == [("17", TEN)]
    assert entry.uid in calcom.house.bookings


def test_a_booking_that_was_moved_meanwhile_is_found_where_it_is(
    calcom: Calcom, calendar: Calendar
) -> None:
    wanted = wish(calcom)
    first = calendar.put(wanted)
    calcom.house.host_moves(first.uid, starts_at=TEN + A_DAY)
    calcom.house.host_books(int(wanted.target), starts_at=TEN, name="A", email="a@example.org")

    entry = calendar.put(wanted)

    assert (entry.starts_at, entry.replaces) == (TEN + A_DAY, first.uid)


def test_an_older_booking_returned_as_new_is_not_ours(calcom: Calcom, calendar: Calendar) -> None:
    wanted = wish(calcom)
    older = contracts.load("calcom/rest.create_booking.201.json")
    calcom.says(201, older)

    with pytest.raises(TimeTaken):
        calendar.put(wanted)


def test_moving_makes_a_new_uid_and_asks_with_the_old_one(
    calcom: Calcom, calendar: Calendar
) -> None:
    first = calendar.put(wish(calcom))

    moved = replace(calendar, owner_email="termine@salon.example").move(
        first.uid, starts_at=TEN + A_DAY, reason="Kunde ist krank"
    )

    assert moved.uid != first.uid
    assert (moved.replaces, moved.key, moved.starts_at) == (first.uid, "17", TEN + A_DAY)
    assert json.loads(calcom.requests[-1].content) == {
        "start": "2026-11-27T09:00:00.000Z",
        "rescheduledBy": "termine@salon.example",
        "reschedulingReason": "Kunde ist krank",
    }
    assert stands(calcom) == [("17", TEN + A_DAY)]


def test_a_move_whose_answer_was_lost_is_not_made_twice(calcom: Calcom, calendar: Calendar) -> None:
    first = calendar.put(wish(calcom))
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))
    with pytest.raises(RetryableError):
        calendar.move(first.uid, starts_at=TEN + A_DAY)

    moved = calendar.move(first.uid, starts_at=TEN + A_DAY)

    assert moved.starts_at == TEN + A_DAY
    assert len(calcom.house.bookings) == 2


def test_a_booking_that_somebody_moved_elsewhere_is_not_moved_over_their_head(
    calcom: Calcom, calendar: Calendar
) -> None:
    first = calendar.put(wish(calcom))
    second = calcom.house.host_moves(first.uid, starts_at=TEN + A_DAY)
    third = calcom.house.host_moves(second.uid, starts_at=TEN + 2 * A_DAY)

    with pytest.raises(MovedAway) as raised:
        calendar.move(first.uid, starts_at=TEN + 3 * A_DAY)

    assert raised.value.entry.uid == third.uid
    assert stands(calcom) == [("17", TEN + 2 * A_DAY)]


def test_a_cancelled_booking_cannot_be_moved(calcom: Calcom, calendar: Calendar) -> None:
    first = calendar.put(wish(calcom))
    calendar.remove(first.uid)

    with pytest.raises(Gone):
        calendar.move(first.uid, starts_at=TEN + A_DAY)


def test_moving_onto_something_else_is_refused(calcom: Calcom, calendar: Calendar) -> None:
    first = calendar.put(wish(calcom))
    calcom.house.host_books(
        int(wish(calcom).target), starts_at=TEN + A_DAY, name="A", email="a@example.org"
    )

    with pytest.raises(TimeTaken):
        calendar.move(first.uid, starts_at=TEN + A_DAY)

    assert ("17", TEN) in stands(calcom)


def test_cancelling_twice_is_cancelling_once(calcom: Calcom, calendar: Calendar) -> None:
    first = calendar.put(wish(calcom))

    calendar.remove(first.uid, reason="krank")
    calendar.remove(first.uid, reason="krank")
    calendar.remove("uid_of_nobody")

    assert stands(calcom) == []
    assert calcom.house.bookings[first.uid].reason == "krank"


def test_a_moved_booking_is_not_cancelled_at_its_new_time_without_a_question(
    calcom: Calcom, calendar: Calendar
) -> None:
    first = calendar.put(wish(calcom))
    second = calcom.house.host_moves(first.uid, starts_at=TEN + A_DAY)

    with pytest.raises(MovedAway) as raised:
        calendar.remove(first.uid)

    assert raised.value.entry.uid == second.uid
    assert stands(calcom) == [("17", TEN + A_DAY)]


@pytest.mark.parametrize(
    ("status", "sentence", "kind", "code"),
    [
        (
            400,
            "User either already has booking at this time or is not available",
            TimeTaken,
            "taken",
        ),
        (
            400,
            "One of the hosts either already has booking at this time or is not available",
            TimeTaken,
            "taken",
        ),
        (409, "Trying to create a record that already exists", TimeTaken, "taken"),
        (409, "Something new", TimeTaken, "taken"),
        (422, "Already reserved", TimeTaken, "taken"),
        (
            400,
            'The event type can\'t be booked at the "start" time provided. Too soon.',
            Refusal,
            "not_bookable",
        ),
        (400, "Attempting to book a meeting in the past.", Refusal, "not_bookable"),
        (400, "Missing required booking field response: plate", Refusal, "field_missing"),
        (400, "Missing attendee phone number", Refusal, "field_missing"),
        (400, "responses - {plate}error_required_field", Refusal, "field_missing"),
        (
            400,
            "Attendee has reached the maximum number of active bookings",
            Refusal,
            "attendee_limit",
        ),
        (400, "Something about Erika Mustermann", Refusal, "refused"),
        (404, "Event type with id 1 not found", Gone, "not_found"),
        (401, "Invalid API Key", ConfigurationError, ""),
        (403, "not yours", ConfigurationError, ""),
        (429, "ThrottlerException: Too Many Requests", RetryableError, "too_many_requests"),
        (500, "Internal server error", RetryableError, ""),
    ],
)
def test_errors_are_understood_by_their_sentence(
    calcom: Calcom,
    calendar: Calendar,
    status: int,
    sentence: str,
    kind: type[ProviderError],
    code: str,
) -> None:
    calcom.says(status, error(sentence))
    calcom.says(200, {"status": "success", "data": []})

    with pytest.raises(ProviderError) as raised:
        calendar.put(wish(calcom))

    assert (type(raised.value), raised.value.code) == (kind, code)
    assert "Erika" not in str(raised.value)


def test_the_sample_of_the_contract_is_a_taken_time(calcom: Calcom, calendar: Calendar) -> None:
    calcom.says(400, contracts.load("calcom/rest.slot_taken.400.json"))

    with pytest.raises(TimeTaken):
        calendar.put(wish(calcom))


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"", b"[]", b'{"status": "success"}', b'{"status": "success", "data": {}}', b"{"],
)
def test_garbage_is_no_answer(calcom: Calcom, calendar: Calendar, body: bytes) -> None:
    calcom.says(201, body)

    with pytest.raises(RetryableError) as raised:
        calendar.put(wish(calcom))

    assert raised.value.code == "unreadable_answer"


def test_slots_are_asked_for_in_utc_and_answered_by_the_clock_of_the_branch(
    calcom: Calcom, calendar: Calendar
) -> None:
    target = wish(calcom).target
    calcom.says(200, contracts.load("calcom/rest.slots.200.json"))

    free = calendar.free(target=target, since=TEN, until=TEN + 2 * A_DAY, time_zone="Europe/Berlin")

    asked = calcom.requests[0].url.params
    assert calcom.requests[0].headers["cal-api-version"] == "2024-09-04"
    assert (asked["start"], asked["timeZone"]) == ("2026-11-26T09:00:00.000Z", "Europe/Berlin")
    assert free == [TEN, TEN + timedelta(hours=4, minutes=30), TEN + A_DAY]


def test_slots_shrink_when_something_is_booked(calcom: Calcom, calendar: Calendar) -> None:
    wanted = wish(calcom)
    ask: Callable[[], list[datetime]] = lambda: list(  # noqa: E731
        calendar.free(
            target=wanted.target,
            since=TEN,
            until=TEN + timedelta(hours=2),
            time_zone="Europe/Berlin",
        )
    )
    before = ask()

    calendar.put(wanted)

    assert TEN in before
    assert ask() == [each for each in before if each != TEN]


def test_changes_are_fetched_page_by_page_with_everything_that_is_over(
    calcom: Calcom, calendar: Calendar, now: datetime
) -> None:
    kind = calcom.house.add_event_type(title="Kurz", slug="kurz", minutes=5)
    made = [
        calcom.house.host_books(
            kind.id, starts_at=TEN + number * timedelta(minutes=5), name="A", email="a@example.org"
        )
        for number in range(250)
    ]
    calcom.house.host_cancels(made[3].uid)

    changes = calendar.fetch_changes(since=now - A_DAY)

    by_uid: dict[str, Entry] = {entry.uid: entry for entry in changes.entries}
    assert by_uid.keys() == {booking.uid for booking in made}
    assert [uid for uid, entry in by_uid.items() if not entry.is_active] == [made[3].uid]
    assert changes.until == calcom.house.bookings[made[3].uid].updated_at
    assert len(calcom.requests) >= 3


def test_only_what_changed_since_is_fetched(
    calcom: Calcom, calendar: Calendar, now: datetime
) -> None:
    first = calendar.put(wish(calcom))
    later = now + timedelta(minutes=5)
    calcom.house.clock = lambda: later
    second = calendar.put(wish(calcom, key="18", at=TEN + A_DAY))

    changes = calendar.fetch_changes(since=later - timedelta(seconds=30))

    assert [entry.uid for entry in changes.entries] == [second.uid]
    assert first.uid != second.uid


def test_a_key_is_checked_by_asking_who_we_are(calcom: Calcom, wire: Wire) -> None:
    assert calcom_account.whoami(wire).email == "termine@salon-sonnenschein.example"

    with pytest.raises(ConfigurationError):
        calcom_account.whoami(replace(wire, key="cal_live_wrong"))


def test_event_types_of_a_team_live_under_the_teams_path(calcom: Calcom, wire: Wire) -> None:
    team = calcom_account.ensure_team(wire, name="Salon", slug="salon")
    again = calcom_account.ensure_team(wire, name="Salon", slug="salon")
    jana = calcom.house.add_user("Jana", "jana@salon.example", team_id=int(team.number))

    made = calcom_account.create_event_type(
        wire, team_id=team.number, title="Schnitt", slug="schnitt", minutes=30, hosts=[str(jana.id)]
    )
    personal = calcom_account.create_event_type(
        wire, team_id="", title="Beratung", slug="30min", minutes=30, hosts=[]
    )

    assert again == team
    assert made.hosts == (str(jana.id),)
    assert [each.number for each in calcom_account.event_types(wire, team_id=team.number)] == [
        made.number
    ]
    assert [each.number for each in calcom_account.event_types(wire, team_id="")] == [
        personal.number
    ]
    assert [each.email for each in calcom_account.members(wire, team_id=team.number)] == [
        "termine@salon-sonnenschein.example",
        "jana@salon.example",
    ]


def test_a_team_that_would_have_to_be_paid_for_is_not_ours_to_order(
    calcom: Calcom, wire: Wire
) -> None:
    calcom.says(200, {"status": "success", "data": []})
    calcom.says(
        201,
        {"status": "success", "data": {"message": "pay", "paymentLink": "https://x.example"}},
    )

    with pytest.raises(PermanentError) as raised:
        calcom_account.ensure_team(wire, name="Salon", slug="salon")

    assert raised.value.code == "payment_needed"


def test_a_webhook_is_registered_once_and_mended_when_it_is_wrong(
    calcom: Calcom, wire: Wire
) -> None:
    kind = wish(calcom).target
    steps = [
        calcom_account.ensure_webhook(
            wire, team_id="", event_type=kind, url="https://desk.example/x", secret=secret
        )[1]
        for secret in ("a", "a", "b")
    ]

    assert steps == [True, False, True]
    (hook,) = calcom.house.webhooks.values()
    assert (hook.secret, hook.active) == ("b", True)


def test_over_a_real_socket_the_contract_holds_as_well(
    calcom: Calcom, wire: Wire, settings: Settings
) -> None:
    """Once through a server that validates what it hears and says against the description."""
    descriptions.of(descriptions.CALCOM)  # without it this would prove nothing

    with calcom_outside.open_for(calcom, settings) as outside:
        _everything(calcom, wire)

    assert len(outside.heard) > 15


def _everything(calcom: Calcom, wire: Wire) -> None:
    """Ask every question that the client knows."""
    team = calcom_account.ensure_team(wire, name="Salon", slug="salon").number
    (owner,) = calcom_account.members(wire, team_id=team)
    assert calcom_account.whoami(wire).number == owner.number
    kind = calcom_account.create_event_type(
        wire, team_id=team, title="Haarschnitt", slug="schnitt", minutes=30, hosts=[owner.number]
    )
    calcom_account.update_event_type(wire, kind, team_id=team, minutes=30, hosts=[owner.number])
    calcom_account.event_types(wire, team_id=team)
    for secret in ("a", "b"):
        calcom_account.ensure_webhook(
            wire, team_id=team, event_type=kind.number, url="https://x.example/y", secret=secret
        )
    calendar = Calendar(wire=wire, team_id=team, owner_email=owner.email)
    wanted = replace(wish(calcom), target=kind.number)
    first = calendar.put(wanted)
    with pytest.raises(TimeTaken):
        calendar.put(replace(wanted, key="18"))
    moved = calendar.move(first.uid, starts_at=TEN + A_DAY)
    assert calendar.find(wanted) == calendar.read(moved.uid)
    assert [each.starts_at for each in calendar.busy(since=TEN, until=TEN + 2 * A_DAY)] == [
        TEN + A_DAY
    ]
    calendar.free(
        target=kind.number,
        since=TEN,
        until=TEN + A_DAY,
        time_zone="Europe/Berlin",
        moving=moved.uid,
    )
    calendar.remove(moved.uid)
    assert len(calendar.fetch_changes(since=TEN - 30 * A_DAY).entries) == 2
    assert len(calendar.in_period(since=TEN - A_DAY, until=TEN + 2 * A_DAY)) == 2
