"""What callers were told before the calendar had agreed: it comes true, or somebody calls back. Once, and only then."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from askpro import courier
from booking import cascade, scheduling
from booking.calendars import deciding
from booking.models import Appointment, CalendarReview
from calls import assurances, callbacks, privacy, tasks
from calls.models import Assurance, Call, CallbackRequest
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom
from tests.calendars.test_in_a_call import book, later
from tests.calls.test_aftercare import hang_up, invocation
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")
_OTHER_REFUSAL = {"error": {"message": "Missing required booking field response: plate"}}
Ask = Callable[[Retell, dict[str, Any]], Any]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def call(retell: Retell) -> dict[str, Any]:
    return retell.new_call()


def move(retell: Retell, call: dict[str, Any], **more: str) -> Any:
    wish = {"new_date": "26.11.", "new_time": "11 Uhr", "confirmed": "ja", **more}
    return retell.asks_for("reschedule_appointment", call, **wish)


def move_to_mira(retell: Retell, call: dict[str, Any]) -> Any:
    return move(retell, call, staff="Mira")


def cancel(retell: Retell, call: dict[str, Any]) -> Any:
    return retell.asks_for("cancel_appointment", call, confirmed="ja")


def booked_before(retell: Retell) -> None:
    """Let the caller have an appointment on Thursday at ten with Jana, on both sides, from a call of before."""
    earlier = retell.new_call()
    assert book(retell, earlier)["state"] == "booked"
    hang_up(retell, earlier)


def sweep() -> None:
    tasks.settle_assurances()
    courier.carry_all()


def called_back(tenant: Tenant) -> list[CallbackRequest]:
    with scope.tenant(tenant):
        return list(CallbackRequest.objects.order_by("pk"))


def words(tenant: Tenant) -> list[tuple[str, str]]:
    with scope.tenant(tenant):
        return list(Assurance.objects.order_by("pk").values_list("kind", "outcome"))


def is_taken(calcom: Calcom, *, person: str = "Jana", at: datetime = two_sides.ELEVEN) -> None:
    calcom.next.clear()
    two_sides.somebody_books(calcom, person, at)
    calcom.house.fired.clear()  # our diary does not know


def goes_silent(calcom: Calcom) -> None:
    """Let Cal.com answer nobody, until it is told otherwise: a busy machine may ask it more than once."""
    calcom.next[:] = [_silent] * 4


def gives_up(clock: time_machine.Traveller, calcom: Calcom) -> None:
    """Let Cal.com be away until the outbox gives up, some days later."""
    for _ in range(20):
        for _command in range(3):  # what stands there may have to be removed, too
            calcom.says(500, {})
        later(clock, 130)
    calcom.next.clear()


# --- What turns out after the call --------------------------------------------------------------------------


# What is asked for, whether the caller has an appointment at ten already, with whom, and what whoever calls back reads.
VERBS: dict[str, tuple[Ask, bool, str, datetime, str]] = {
    "booking": (book, False, "Jana", two_sides.TEN, "Im Anruf reserviert"),
    "moving": (move, True, "Jana", two_sides.ELEVEN, "Im Anruf verschoben"),
    "moving to somebody else": (
        move_to_mira, True, "Mira", two_sides.ELEVEN, "Im Anruf verschoben",
    ),
}  # fmt: skip


@pytest.mark.parametrize("ending", ["taken", "refused", "given up"])
@pytest.mark.parametrize("verb", VERBS)
def test_who_was_told_that_it_is_open_is_called_back_when_it_comes_to_nothing(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
    verb: str,
    ending: str,
) -> None:
    ask, is_change, person, at, reason = VERBS[verb]
    if is_change:
        booked_before(retell)
    goes_silent(calcom)
    answer = ask(retell, call)
    assert (answer["state"], "melden wir uns" in answer["say"]) == ("pending", True)
    hang_up(retell, call)
    sweep()
    assert called_back(connected) == []

    if ending == "taken":
        is_taken(calcom, person=person, at=at)
        later(clock, 1)
    elif ending == "refused":
        calcom.next[:] = [_refusing] * 2
        later(clock, 1)
    else:
        gives_up(clock, calcom)
    sweep()
    sweep()

    [noted] = called_back(connected)
    assert noted.reason.startswith(f"{reason}, vom Kalender nicht angenommen: Haarschnitt bei")
    assert f"{at + timedelta(hours=1):%d.%m.%Y, %H:%M} Uhr" in noted.reason  # in Berlin
    assert (noted.phone, noted.name) == (retell.caller, "Erika Mustermann")
    assert (noted.priority, noted.kind) == ("high", "unfulfilled")
    assert noted.assigned_to_id is not None
    waits = noted.due_at - noted.created_at
    assert timedelta(hours=3, minutes=59) < waits <= timedelta(hours=4)
    kind = "moved" if is_change else "booked"
    assert words(connected)[-1] == (kind, "called_back")


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_is_called_back_when_it_comes_true(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
    verb: str,
) -> None:
    ask, is_change, person, at, _reason = VERBS[verb]
    if is_change:
        booked_before(retell)
    goes_silent(calcom)
    assert ask(retell, call)["state"] == "pending"
    hang_up(retell, call)

    calcom.next.clear()
    later(clock, 1)
    sweep()

    assert two_sides.ours(connected) == [(f"{at:%d. %H:%M}", person, "confirmed")]
    assert called_back(connected) == []
    assert words(connected)[-1] == ("moved" if is_change else "booked", "kept")


def test_who_calls_back_reads_where_a_refused_move_stands_on_both_sides(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    booked_before(retell)
    goes_silent(calcom)
    move(retell, call)
    is_taken(calcom)
    hang_up(retell, call)
    later(clock, 1)

    sweep()

    [noted] = called_back(connected)
    assert noted.reason == (
        "Im Anruf verschoben, vom Kalender nicht angenommen: Haarschnitt bei Jana, 26.11.2026, 11:00 Uhr."
        " Dort steht er am 26.11.2026, 10:00 Uhr. Bitte den Kalenderkonflikt entscheiden und Bescheid sagen."
    )
    assert two_sides.reviews(connected) == ["move_refused"]


def test_a_move_that_the_host_crossed_is_called_back(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    """The caller moves to eleven, the host to noon: both changed, and the caller believes in eleven."""
    booked_before(retell)
    goes_silent(calcom)
    assert move(retell, call)["state"] == "pending"
    calcom.next.clear()
    (booking,) = [each for each in calcom.house.bookings.values() if each.is_active]
    calcom.house.host_moves(booking.uid, starts_at=two_sides.NOON)
    hang_up(retell, call)

    later(clock, 1)
    sweep()

    assert two_sides.reviews(connected) == ["both_changed"]
    [noted] = called_back(connected)
    assert "26.11.2026, 11:00 Uhr" in noted.reason


def test_what_the_host_has_to_confirm_is_open_until_they_decline(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    two_sides.kind_of(calcom, "Jana").needs_confirmation = True
    assert book(retell, call)["state"] == "pending"
    hang_up(retell, call)
    later(clock, 30)
    sweep()
    assert called_back(connected) == []

    (booking,) = calcom.house.bookings.values()
    calcom.house.decline(booking.uid, reason="Urlaub")
    calcom.deliver()
    courier.carry_all()
    sweep()

    [noted] = called_back(connected)
    assert "Der Termin steht nicht mehr" in noted.reason
    assert two_sides.ours(connected) == []


# --- Cancelling ------------------------------------------------------------------------------------------------


def test_a_cancellation_that_the_calendar_carries_out_is_nobodys_task(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    booked_before(retell)
    assert cancel(retell, call)["state"] == "cancelled"
    hang_up(retell, call)

    sweep()

    assert two_sides.theirs(calcom) == []
    assert called_back(connected) == []
    assert words(connected)[-1] == ("cancelled", "kept")


def test_who_cancelled_is_called_back_only_when_the_business_decides_that_it_stands_all_the_same(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    booked_before(retell)
    calcom.next += [_forbidding] * 3
    assert cancel(retell, call)["state"] == "cancelled"
    hang_up(retell, call)
    later(clock, 1)
    sweep()
    assert two_sides.reviews(connected) == ["refused"]
    assert called_back(connected) == []  # it is cancelled: that was told, and that stands

    with scope.tenant(connected):
        deciding.take_theirs(CalendarReview.objects.get(), by=ME, now=timezone.now())
    sweep()
    sweep()

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    [noted] = called_back(connected)
    assert noted.reason == (
        "Im Anruf abgesagt, laut Kalender findet der Termin statt: Haarschnitt bei Jana, 26.11.2026, 10:00 Uhr."
    )


def test_a_decision_for_our_diary_before_the_sweep_spares_the_callback(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    booked_before(retell)
    goes_silent(calcom)
    move(retell, call)
    hang_up(retell, call)
    calcom.next[:] = [_refusing]
    later(clock, 1)
    with scope.tenant(connected):
        deciding.keep_ours(CalendarReview.objects.get(), by=ME, now=timezone.now())
    courier.carry_all()

    sweep()

    assert two_sides.theirs(calcom) == [("26. 10:00", "Jana", "accepted")]
    assert called_back(connected) == []


def test_a_decision_for_the_calendar_before_the_sweep_is_called_back(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    booked_before(retell)
    goes_silent(calcom)
    move(retell, call)
    is_taken(calcom)
    hang_up(retell, call)
    later(clock, 1)
    with scope.tenant(connected):
        deciding.take_theirs(CalendarReview.objects.get(), by=ME, now=timezone.now())

    sweep()

    assert two_sides.ours(connected)[0] == ("26. 09:00", "Jana", "confirmed")
    [noted] = called_back(connected)
    assert noted.reason.endswith("Der Termin steht jetzt am 26.11.2026, 10:00 Uhr.")


# --- Who was told the truth is left alone ----------------------------------------------------------------------


def test_who_heard_in_the_call_that_the_time_is_taken_is_not_called_back(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    is_taken(calcom, at=two_sides.TEN)
    assert book(retell, call)["state"] == "slot_taken"

    hang_up(retell, call, end_timestamp=call["start_timestamp"] + 60_000)
    sweep()

    assert called_back(connected) == []
    assert words(connected) == [("booked", "corrected")]


def test_who_hung_up_before_the_no_was_spoken_is_called_back(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    goes_silent(calcom)
    assert book(retell, call)["state"] == "pending"
    is_taken(calcom, at=two_sides.TEN)
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
        assert book(retell, call)["state"] == "slot_taken"  # the agent asks into a dead line

        hang_up(retell, call, end_timestamp=call["start_timestamp"] + 60_000)
        sweep()

    [noted] = called_back(connected)
    assert "Der Termin steht nicht mehr" in noted.reason


def test_nobody_is_called_back_while_they_are_still_on_the_telephone(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    goes_silent(calcom)
    book(retell, call)
    is_taken(calcom, at=two_sides.TEN)
    later(clock, 1)

    sweep()

    assert called_back(connected) == []
    assert book(retell, call)["state"] == "slot_taken"
    hang_up(retell, call, end_timestamp=call["start_timestamp"] + 600_000)
    sweep()
    assert called_back(connected) == []


def test_what_the_customer_changed_since_is_not_called_back(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    goes_silent(calcom)
    book(retell, call)
    hang_up(retell, call)
    with scope.tenant(connected):
        scheduling.cancel(
            Appointment.objects.get(), by=ME, source=Appointment.Source.PORTAL, now=timezone.now()
        )
    later(clock, 1)

    sweep()

    assert called_back(connected) == []
    assert words(connected) == [("booked", "overtaken")]


# --- One callback, with everything in it -------------------------------------------------------------------


def test_what_the_caller_wanted_to_be_called_back_for_stays_beside_it(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    goes_silent(calcom)
    book(retell, call)
    retell.asks_for("request_callback", call, name="Erika Mustermann", reason="Frage zur Farbe")
    is_taken(calcom, at=two_sides.TEN)
    hang_up(retell, call)
    later(clock, 1)

    sweep()

    [noted] = called_back(connected)
    assert noted.reason.startswith("Frage zur Farbe Im Anruf reserviert")
    assert (noted.priority, noted.kind) == ("high", "unfulfilled")


def test_two_words_of_one_call_are_one_callback(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    goes_silent(calcom)
    book(retell, call)
    book(retell, call, time="12 Uhr", name="Anna Beispiel")
    is_taken(calcom, at=two_sides.TEN)
    is_taken(calcom, at=two_sides.NOON)
    hang_up(retell, call)
    later(clock, 1)

    sweep()

    [noted] = called_back(connected)
    assert "10:00 Uhr" in noted.reason
    assert "12:00 Uhr" in noted.reason
    assert words(connected) == [("booked", "called_back")] * 2


def test_another_booking_of_the_same_call_does_not_hide_the_one_that_fell_through(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    goes_silent(calcom)
    book(retell, call)
    calcom.next.clear()
    assert book(retell, call, time="12 Uhr", name="Anna Beispiel")["state"] == "booked"
    is_taken(calcom, at=two_sides.TEN)
    hang_up(retell, call)
    later(clock, 1)

    sweep()

    [noted] = called_back(connected)
    assert "10:00 Uhr" in noted.reason


def test_who_was_called_back_already_for_something_else_is_called_once_more(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    goes_silent(calcom)
    book(retell, call)
    retell.asks_for("request_callback", call, name="Erika Mustermann", reason="Frage zur Farbe")
    hang_up(retell, call)
    with scope.tenant(connected):
        callbacks.finish(CallbackRequest.objects.get(), now=timezone.now())
    is_taken(calcom, at=two_sides.TEN)
    later(clock, 1)

    sweep()
    sweep()

    assert [each.status for each in called_back(connected)] == ["done", "assigned"]


def test_a_withheld_number_is_called_back_where_the_caller_said(
    connected: Tenant, calcom: Calcom, retell: Retell, clock: time_machine.Traveller
) -> None:
    call = retell.new_call(from_number="anonymous")
    goes_silent(calcom)
    assert book(retell, call, phone="0171 39200 77")["state"] == "pending"
    is_taken(calcom, at=two_sides.TEN)
    hang_up(retell, call)
    later(clock, 1)

    sweep()

    [noted] = called_back(connected)
    assert noted.phone == "+491713920077"


def test_who_cannot_be_reached_is_asked_for_a_number_and_called_back_there(
    connected: Tenant, calcom: Calcom, retell: Retell, clock: time_machine.Traveller
) -> None:
    call = retell.new_call(from_number="anonymous")
    goes_silent(calcom)
    first = book(retell, call)
    assert (first["state"], first["data"]["fields"]) == ("pending", ["phone"])
    assert "melden wir uns" not in first["say"]

    second = book(retell, call, phone="0171 39200 77")

    assert second["state"] == "pending"
    assert "melden wir uns" in second["say"]
    assert len(two_sides.ours(connected)) == 1
    is_taken(calcom, at=two_sides.TEN)
    hang_up(retell, call)
    later(clock, 1)
    sweep()
    [noted] = called_back(connected)
    assert noted.phone == "+491713920077"


def test_whoever_nobody_can_reach_stands_in_the_list_without_a_number(
    connected: Tenant, calcom: Calcom, retell: Retell, clock: time_machine.Traveller
) -> None:
    call = retell.new_call(from_number="anonymous")
    goes_silent(calcom)
    book(retell, call)
    is_taken(calcom, at=two_sides.TEN)
    hang_up(retell, call)
    later(clock, 1)

    sweep()

    [noted] = called_back(connected)
    assert (noted.phone, noted.name) == (None, "Erika Mustermann")


def test_whoever_has_to_come_soon_is_called_before_that(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any], clock: Any
) -> None:
    """At 9:01 a move from today at noon to Thursday is refused: who believes in Thursday is expected at noon."""
    assert book(retell, retell.new_call(), date="heute", time="12 Uhr")["state"] == "booked"
    goes_silent(calcom)
    assert move(retell, call)["state"] == "pending"
    is_taken(calcom)
    hang_up(retell, call)
    later(clock, 1)

    sweep()

    [noted] = called_back(connected)
    assert noted.due_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # an hour before noon


def test_nobody_is_called_back_for_what_has_begun(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    goes_silent(calcom)
    assert book(retell, call, date="heute", time="12 Uhr")["state"] == "pending"
    hang_up(retell, call)

    gives_up(clock, calcom)
    clock.shift(timedelta(hours=12))
    sweep()

    assert words(connected) == [("booked", "overtaken")]
    assert called_back(connected) == []


def test_what_is_settled_is_forgotten_with_the_words_of_the_call(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    assert book(retell, call)["state"] == "booked"
    goes_silent(calcom)
    assert book(retell, call, time="12 Uhr", name="Anna Beispiel")["state"] == "pending"

    with scope.tenant(connected):
        shown = privacy.disclose(customer_id=Call.objects.get().customer_id or 0)
        privacy.purge(now=timezone.now() + timedelta(days=91))

    assert [each["outcome"] for each in shown["assurances"]] == ["kept", ""]
    assert words(connected) == [("booked", "")]  # what is still open is not forgotten
    with scope.tenant(connected):
        privacy.erase(customer_id=Call.objects.get().customer_id or 0)
    assert words(connected) == []


# --- Crashes and rivals ---------------------------------------------------------------------------------------


def test_two_workers_at_once_note_one_callback(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    goes_silent(calcom)
    book(retell, call)
    book(retell, call, time="12 Uhr", name="Anna Beispiel")
    is_taken(calcom, at=two_sides.TEN)
    is_taken(calcom, at=two_sides.NOON)
    hang_up(retell, call)
    later(clock, 1)

    def work(_number: int) -> int:
        try:
            return assurances.settle_open(connected.pk, now=timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as workers:
        counts = list(workers.map(work, range(6)))

    assert sum(counts) == 2  # each word once
    [noted] = called_back(connected)
    assert noted.reason.count("10:00 Uhr") == noted.reason.count("12:00 Uhr") == 1


def test_a_sweep_that_dies_halfway_leaves_nothing_and_the_next_one_does_it(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goes_silent(calcom)
    book(retell, call)
    is_taken(calcom, at=two_sides.TEN)
    hang_up(retell, call)
    later(clock, 1)

    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError("on purpose")

    with monkeypatch.context() as broken:
        broken.setattr(Assurance, "settle", crash)
        sweep()
    assert called_back(connected) == []

    sweep()

    assert len(called_back(connected)) == 1


def test_a_word_is_there_although_the_answer_never_was(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process dies between the booking and the question to the calendar."""

    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError("on purpose")

    with monkeypatch.context() as broken:
        broken.setattr("booking.calendars.settling.wait_for", crash)
        answer = book(retell, call)
    assert answer["state"] == "pending"
    assert "nichts gebucht" not in answer["say"]
    is_taken(calcom, at=two_sides.TEN)
    hang_up(retell, call)
    later(clock, 1)

    sweep()

    assert len(called_back(connected)) == 1


def _silent(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("silence")


def _refusing(_: httpx.Request) -> httpx.Response:
    return httpx.Response(400, json=_OTHER_REFUSAL)


def _forbidding(_: httpx.Request) -> httpx.Response:
    return httpx.Response(403, json={"status": "error"})


def test_what_was_made_up_for_after_the_call_is_called_back_when_the_calendar_refuses(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    """The agent said that it is booked, and only the end of the call reached us."""
    wish = {"service": "Haarschnitt", "date": "26.11.2026", "time": "10:00", "name": "Erika Muster"}
    asked = invocation("collect_appointment_data", json.dumps(wish))
    is_taken(calcom, at=two_sides.TEN)
    is_taken(calcom, person="Mira", at=two_sides.TEN)

    hang_up(retell, call, ("agent", "Ihr Termin ist gebucht."), asked=asked)
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=True):
        courier.carry_all()
        sweep()

    [noted] = called_back(connected)
    assert "Im Anruf reserviert, vom Kalender nicht angenommen" in noted.reason
    assert words(connected) == [("booked", "called_back")]


def test_an_offer_that_was_taken_by_telephone_is_called_back_when_the_calendar_refuses(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    """Jana is away on Thursday; Erika's cut is proposed with Mira, and Mira is taken there."""
    booked_before(retell)
    with scope.tenant(connected):
        off = factories.make_time_off(
            factories.branch_of(connected),
            staff_member=factories.staff_of(connected, "Jana"),
            starts_at=datetime(2026, 11, 25, 23, tzinfo=UTC),
            ends_at=datetime(2026, 11, 26, 23, tzinfo=UTC),
        )
        cascade.propose(off, by=ME, now=timezone.now())
    retell.asks_for("answer_offer", call)
    goes_silent(calcom)
    answer = retell.asks_for("answer_offer", call, answer="ja")
    assert answer["state"] == "pending"
    moved = two_sides.appointment(connected)
    is_taken(calcom, person="Mira", at=moved.starts_at)
    hang_up(retell, call)
    later(clock, 1)

    sweep()

    [noted] = called_back(connected)
    assert noted.reason.startswith("Im Anruf verschoben, vom Kalender nicht angenommen")
    assert words(connected)[-1] == ("moved", "called_back")


# --- In the call ------------------------------------------------------------------------------------------------


def test_a_move_that_is_refused_in_the_call_is_one_callback_and_not_said_to_be_done(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    booked_before(retell)
    calcom.next[:] = [_refusing] * 2

    first, second = move(retell, call), move(retell, call)
    hang_up(retell, call)
    sweep()

    assert [first["state"], second["state"]] == ["callback_noted"] * 2
    assert "verschoben" not in first["say"] + second["say"]
    assert len(called_back(connected)) == 1


def test_a_move_to_somebody_else_who_is_taken_there_is_not_said_to_be_done(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    booked_before(retell)
    is_taken(calcom, person="Mira")

    answer = move_to_mira(retell, call)

    assert answer["state"] == "callback_noted"
    assert "verschoben" not in answer["say"]
    assert two_sides.reviews(connected) == ["move_refused"]
    assert len(called_back(connected)) == 1


def test_a_move_that_cannot_go_back_is_not_said_to_be_done(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    """While the calendar is asked, somebody else books the time that the move gave free."""
    booked_before(retell)
    is_taken(calcom)

    def meanwhile(request: httpx.Request) -> httpx.Response:
        with scope.tenant(connected):
            scheduling.book(
                factories.service_of(connected, "Haarschnitt"),
                branch=factories.branch_of(connected),
                staff_member=factories.staff_of(connected, "Jana"),
                starts_at=two_sides.TEN,
                customer=factories.make_customer(connected, phone=None, name="Anna Beispiel"),
                attendee_name="Anna Beispiel",
                source=Appointment.Source.BACK_OFFICE,
                by=ME,
                now=timezone.now(),
            )
        return calcom.answer(request)

    calcom.next.append(meanwhile)
    answer = move(retell, call)

    assert answer["state"] == "callback_noted"
    assert "verschoben" not in answer["say"]
    assert len(called_back(connected)) == 1


def test_a_move_that_is_still_open_is_said_to_be_open_however_often_it_is_asked(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    booked_before(retell)
    goes_silent(calcom)

    answers = [move(retell, call) for _ in range(2)]
    calcom.next.clear()
    answers.append(move(retell, call))

    assert [each["state"] for each in answers] == ["pending", "pending", "rescheduled"]
    assert "verschoben" not in answers[0]["say"] + answers[1]["say"]
    assert two_sides.theirs(calcom) == [("26. 10:00", "Jana", "accepted")]
    assert words(connected)[-1] == ("moved", "kept")


def test_a_move_of_what_is_in_dispute_already_is_not_said_to_be_done(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    booked_before(retell)
    calcom.next[:] = [_refusing] * 2
    move(retell, retell.new_call())

    answer = move(retell, call, new_time="13 Uhr")

    assert answer["state"] == "callback_noted"
    assert "verschoben" not in answer["say"]


def test_what_was_cancelled_in_the_call_can_be_booked_again_and_stands_then(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    book(retell, call)
    cancel(retell, call)
    courier.carry_all()

    first, second = book(retell, call), book(retell, call)

    assert [first["state"], second["state"]] == ["booked", "booked"]
    assert first["data"] == second["data"]
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]


def test_what_is_open_is_read_out_as_open(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    goes_silent(calcom)
    book(retell, retell.new_call())
    calcom.next.clear()
    book(retell, retell.new_call(), time="12 Uhr")

    answer = retell.asks_for("find_appointments", call)

    assert answer["say"].count("zehn Uhr") == 2  # it is there, and it is not confirmed
    assert answer["say"].count("zwölf Uhr") == 1
    assert "Noch nicht bestätigt ist" in answer["say"]
    assert [each.get("calendar") for each in answer["data"]["appointments"]] == ["unknown", None]


def test_what_is_in_dispute_is_read_out_as_open(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    booked_before(retell)
    calcom.says(400, _OTHER_REFUSAL)
    move(retell, retell.new_call())

    assert "Noch nicht bestätigt ist" in retell.asks_for("find_appointments", call)["say"]


def test_the_call_is_known_as_what_it_brought_in_the_end(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    goes_silent(calcom)
    book(retell, call)
    number = hang_up(retell, call)
    with scope.tenant(connected):
        assert Call.objects.get(pk=number).outcome == "booked"
    is_taken(calcom, at=two_sides.TEN)
    later(clock, 1)

    sweep()

    with scope.tenant(connected):
        assert Call.objects.get(pk=number).outcome == "callback"
        assert CallbackRequest.objects.count() == 1
