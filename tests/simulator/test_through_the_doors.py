"""The simulated caller at the real doors, on the real database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from booking.models import Appointment, Customer
from calls import lifecycle, simulator
from calls.models import Call, CallbackRequest, ToolCall
from calls.simulator import CallStory, Persona, Switches, report
from calls.simulator.line import EVENTS
from integrations import inbox
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.simulator.office import DIALLED, KEY, RealDoors, easy_caller, sender_to, states


@pytest.fixture(autouse=True)
def _monday_morning(now: datetime, settings: Settings) -> Iterator[None]:
    settings.RETELL_API_KEY = KEY
    with time_machine.travel(now):
        yield


def _call(
    persona: Persona | None = None,
    switches: Switches | None = None,
    *,
    dialled: str = DIALLED,
    key: str = KEY,
    run_id: str = "test",
) -> CallStory:
    line = simulator.Line(sender=sender_to(RealDoors(), key=key), dialled=dialled)
    wanted = persona or easy_caller(service="Haarschnitt", when="am Donnerstag um zehn Uhr")
    return simulator.place_call(line, wanted, switches, run_id=run_id)


def _work(now: datetime) -> None:
    """Do what the worker does with what was recorded."""
    while inbox.apply_next("retell", lifecycle.apply, now=now + timedelta(minutes=1)):
        pass


def _read(story: CallStory) -> report.Outcome:
    outcome = report.look_up(story)
    assert outcome is not None
    return outcome


def test_a_call_becomes_the_appointment_that_the_caller_heard_of(
    salon: Tenant, now: datetime
) -> None:
    story = _call()
    _work(now)

    outcome = _read(story)
    assert report.problems(story, outcome) == []
    assert states(story) == [
        ("get_context", "context"),
        ("check_availability", "available"),
        ("book_appointment", "booked"),
    ]
    assert outcome.status == Call.Status.ANALYZED
    assert outcome.outcome == Call.Outcome.BOOKED
    assert outcome.call_number == story.call_number
    (booked,) = outcome.appointments
    assert booked.is_confirmed
    assert (booked.service, f"{booked.starts_at:%a %d.%m. %H:%M}") == (
        "Haarschnitt",
        "Thu 26.11. 10:00",
    )
    assert outcome.duration_seconds is not None
    assert 10 < outcome.duration_seconds < 120


TROUBLES = {
    "duplicate": Switches(duplicate=True),
    "reorder": Switches(reorder=True),
    "repeat-tool": Switches(repeat_tool=True),
    "withheld": Switches(withheld=True),
    "delay": Switches(delay_seconds=0.02),
    **{f"lose {event}": Switches(lose=frozenset({event})) for event in EVENTS},
    "everything": Switches(
        duplicate=True,
        reorder=True,
        repeat_tool=True,
        withheld=True,
        delay_seconds=0.02,
        lose=frozenset({"call_ended"}),
    ),
}


@pytest.mark.parametrize("switches", TROUBLES.values(), ids=TROUBLES.keys())
def test_whatever_goes_wrong_on_the_line_there_is_one_call_and_one_appointment(
    salon: Tenant, now: datetime, switches: Switches
) -> None:
    with time_machine.travel(now, tick=True):
        story = _call(switches=switches)
    _work(now)

    outcome = _read(story)
    assert report.problems(story, outcome) == []
    assert len(outcome.appointments) == 1
    with scope.tenant(salon):
        assert Call.objects.count() == 1
        assert ToolCall.objects.count() == (6 if switches.repeat_tool else 3)
    lost_the_last = "call_analyzed" in switches.lose
    assert outcome.status == (Call.Status.ENDED if lost_the_last else Call.Status.ANALYZED)


def test_a_withheld_number_leaves_a_customer_without_a_number(salon: Tenant, now: datetime) -> None:
    story = _call(switches=Switches(withheld=True))
    _work(now)

    assert _read(story).caller == "Nummer unterdrückt"
    with scope.tenant(salon):
        assert Customer.objects.get().phone is None
        assert Call.objects.get().from_number is None


def test_without_a_free_time_there_is_a_callback_request_instead(
    salon: Tenant, now: datetime
) -> None:
    branch = factories.branch_of(salon)
    factories.make_time_off(branch, starts_at=now, ends_at=now + timedelta(days=400))

    story = _call()
    _work(now)

    outcome = _read(story)
    assert report.problems(story, outcome) == []
    assert outcome.outcome == Call.Outcome.CALLBACK
    assert outcome.appointments == ()
    with scope.tenant(salon):
        assert CallbackRequest.objects.get().phone == story.persona.phone


def test_a_number_of_nobody_is_refused_and_leaves_no_call(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    story = _call(dialled="+493023125999")
    _work(now)

    assert states(story) == [("get_context", "unknown_number")]
    assert report.look_up(story) is None
    assert report.problems(story, None) == []
    for tenant in (salon, neighbour):
        with scope.tenant(tenant):
            assert not Call.objects.exists()


def test_a_call_to_the_salon_is_no_business_of_the_neighbour(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    story = _call()
    _work(now)

    with scope.tenant(neighbour):
        assert not Call.objects.exists()
        assert not Appointment.objects.exists()
    assert report.look_up(replace(story, dialled="+494066969200")) is None


def test_a_wrong_key_is_turned_away_everywhere(salon: Tenant, now: datetime) -> None:
    story = _call(key="not the key")
    _work(now)

    assert {post.answer.status for post in story.posted} == {401}
    assert not story.was_taken
    assert len(story.server_errors) == len(story.posted)
    assert report.look_up(story) is None


def test_two_callers_want_the_same_time_and_get_different_ones(
    salon: Tenant, now: datetime
) -> None:
    jana, mira = factories.staff_of(salon, "Jana"), factories.staff_of(salon, "Mira")
    service, customer = factories.service_of(salon, "Haarschnitt"), factories.make_customer(salon)
    ten = datetime.fromisoformat("2026-11-26T10:00:00+01:00")
    for person in (jana, mira):
        factories.make_appointment(person, service, customer, starts_at=ten)

    story = _call()
    _work(now)

    outcome = _read(story)
    assert ("check_availability", "alternatives") in states(story)
    assert report.problems(story, outcome) == []
    assert outcome.appointments[0].starts_at != ten


def test_events_that_nobody_applied_are_not_called_settled(salon: Tenant) -> None:
    story = _call()

    outcome = _read(story)

    assert not outcome.is_settled
    assert report.problems(story, outcome) == [
        "Die Meldungen zum Anruf sind noch nicht verarbeitet. Läuft der Worker?"
    ]


def test_a_booking_without_its_row_is_found_out(salon: Tenant, now: datetime) -> None:
    story = _call()
    _work(now)
    with scope.tenant(salon):
        Appointment.objects.get().cancel(now=now)

    assert report.problems(story, _read(story)) == [
        "Dem Anrufer wurde ein Termin genannt, zu dem es keinen Eintrag gibt."
    ]


def test_a_booking_at_another_time_than_was_said_is_found_out(salon: Tenant, now: datetime) -> None:
    story = _call()
    _work(now)
    with scope.tenant(salon):
        row = Appointment.objects.get()
        row.starts_at += timedelta(minutes=5)
        row.save(update_fields=["starts_at"])

    assert report.problems(story, _read(story)) != []


def test_a_second_appointment_of_the_same_call_is_found_out(salon: Tenant, now: datetime) -> None:
    story = _call()
    _work(now)
    with scope.tenant(salon):
        row = Appointment.objects.get()
        factories.make_appointment(
            row.staff_member,
            row.service,
            Customer.objects.get(),
            starts_at=row.starts_at + timedelta(hours=2),
        )
        Appointment.objects.exclude(pk=row.pk).update(call_number=row.call_number)

    assert report.problems(story, _read(story)) == ["Der Anruf hat 2 Termine statt einem."]


def test_a_callback_that_was_promised_and_not_noted_is_found_out(
    salon: Tenant, now: datetime
) -> None:
    story = replace(_call(), told=None, was_promised_a_callback=True)
    _work(now)

    assert report.problems(story, _read(story)) == [
        "Dem Anrufer wurde ein Rückruf zugesagt, zu dem es keinen Eintrag gibt."
    ]


def test_the_story_is_told_in_german_with_what_the_rows_prove(salon: Tenant, now: datetime) -> None:
    story = _call(switches=Switches(repeat_tool=True))
    _work(now)

    told = "\n".join(report.dialogue(story))
    verdict = " ".join(" ".join(report.verdict(story, _read(story), was_read_back=True)).split())

    assert f"ruft {DIALLED} an" in told
    assert "→ book_appointment(slot_id=" in told
    assert "→ booked · " in told
    assert "Wiederholung" in told
    assert f"Anrufer: {story.persona.name}, {story.persona.phone}" in verdict
    assert "Zeit: Do. 26.11.2026, 10:00 Uhr" in verdict
    assert "Bestätigt: ja" in verdict
    assert f"Anrufnummer: {story.call_number}" in verdict


def test_without_a_database_nothing_is_claimed_to_be_confirmed(salon: Tenant) -> None:
    story = _call()

    verdict = "\n".join(report.verdict(story, None, was_read_back=False))

    assert "nein, die Datenbank ist nicht erreichbar" in verdict
    assert "ja (" not in verdict


def test_for_machines_the_story_has_its_times_its_states_and_its_problems(
    salon: Tenant, now: datetime
) -> None:
    story = _call()
    _work(now)

    content = report.as_json(story, _read(story))

    assert content["problems"] == []
    assert content["outcome"]["outcome"] == "booked"
    assert [each["state"] for each in content["moments"] if each["kind"] == "asked"][-1] == "booked"
    assert all(each["duration_ms"] > 0 for each in content["posted"])
