"""Offers are taken or given back on the telephone: told first, answered once, by whom they belong to."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from askpro import courier
from booking import cascade, matching, scheduling, waiting
from booking.models import Appointment, Customer, Proposal, WaitingEntry, WaitingOffer
from calls.models import Call, CallbackRequest
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2026, 11, 24)
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=BERLIN)
BY = actors.system("tests")


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY_MORNING, tick=True):
        yield


def _customer(salon: Tenant, retell: Retell, name: str = "Erika Mustermann") -> Customer:
    return factories.make_customer(salon, name=name, phone=retell.caller, email="erika@example.org")


@pytest.fixture
def freed(salon: Tenant, retell: Retell) -> WaitingOffer:
    """Tuesday was full; ten o'clock with Jana became free, and Erika was waiting for it."""
    erika = _customer(salon, retell)
    other = factories.make_customer(salon, name="Andere", phone=None)
    cut = factories.service_of(salon, "Haarschnitt")
    taken = [
        factories.make_appointment(
            factories.staff_of(salon, person),
            cut,
            other,
            starts_at=TEN + timedelta(minutes=30 * number),
        )
        for person in ("Jana", "Mira")
        for number in range(-2, 14)
    ]
    with scope.tenant(salon):
        waiting.join(
            cut,
            waiting.Wish(first_day=TUESDAY, last_day=TUESDAY),
            branch=factories.branch_of(salon),
            customer=erika,
            attendee_name=erika.name,
            source="phone",
            by=BY,
            now=MONDAY_MORNING,
        )
        scheduling.cancel(taken[2], by=BY, source="back_office", now=MONDAY_MORNING)
    matching.sweep(salon.pk, now=MONDAY_MORNING)
    with scope.tenant(salon):
        return WaitingOffer.objects.get()


@pytest.fixture
def ill(salon: Tenant, retell: Retell) -> Proposal:
    """Jana is ill on Tuesday; Erika's cut at ten is proposed with Mira."""
    jana = factories.staff_of(salon, "Jana")
    cut = factories.service_of(salon, "Haarschnitt")
    factories.make_appointment(jana, cut, _customer(salon, retell), starts_at=TEN)
    with scope.tenant(salon):
        off = factories.make_time_off(
            factories.branch_of(salon),
            staff_member=jana,
            starts_at=TEN.replace(hour=0),
            ends_at=TEN.replace(hour=0) + timedelta(days=1),
        )
        cascade.propose(off, by=BY, now=MONDAY_MORNING)
        return Proposal.objects.get()


def _booked(salon: Tenant) -> list[tuple[str, str, datetime]]:
    with scope.tenant(salon):
        rows = Appointment.objects.filter(customer__name="Erika Mustermann", status="confirmed")
        return [
            (each.staff_member.name, each.attendee_name, each.starts_at.astimezone(BERLIN))
            for each in rows.order_by("pk").select_related("staff_member")
        ]


def test_a_time_from_the_waiting_list_is_told_then_taken_once(
    salon: Tenant, retell: Retell, freed: WaitingOffer
) -> None:
    call = retell.new_call()

    told = retell.asks_for("answer_offer", call)
    before = _booked(salon)
    taken = [retell.asks_for("accept_offer", call, answer="ja, gerne") for _ in range(2)]

    assert told["state"] == "offer_open"
    assert "um zehn Uhr" in told["say"]
    assert before == []
    assert [each["state"] for each in taken] == ["booked", "booked"]
    assert _booked(salon) == [("Jana", "Erika Mustermann", TEN)]
    retell.sends("call_ended", {**call, "call_status": "ended"})
    courier.carry_all()
    with scope.tenant(salon):
        assert WaitingEntry.objects.get().status == "booked"
        assert Call.objects.get().outcome == "booked"


def test_a_yes_counts_only_after_the_offer_was_told_in_this_call(
    salon: Tenant, retell: Retell, freed: WaitingOffer
) -> None:
    answer = retell.asks_for("answer_offer", retell.new_call(), answer="ja")

    assert answer["state"] == "offer_open"
    assert _booked(salon) == []


def test_a_time_that_is_given_back_leaves_the_place_in_line(
    salon: Tenant, retell: Retell, freed: WaitingOffer
) -> None:
    call = retell.new_call()
    retell.asks_for("answer_offer", call)

    declined = retell.asks_for("answer_offer", call, answer="nein, danke")

    assert declined["state"] == "offer_declined"
    with scope.tenant(salon):
        assert WaitingOffer.objects.get().status == "declined"
        assert WaitingEntry.objects.get().status == "waiting"
        assert not Appointment.objects.filter(status="held").exists()


def test_another_time_for_a_lost_appointment_is_told_then_taken(
    salon: Tenant, retell: Retell, ill: Proposal
) -> None:
    call = retell.new_call()

    told = retell.asks_for("answer_offer", call)
    before = _booked(salon)
    taken = [retell.asks_for("answer_offer", call, answer="ja") for _ in range(2)]

    assert "kann so leider nicht stattfinden" in told["say"]
    assert "Mira" in told["say"]
    assert before == [("Jana", "Erika Mustermann", TEN)]
    assert [each["state"] for each in taken] == ["rescheduled", "rescheduled"]
    assert _booked(salon) == [("Mira", "Erika Mustermann", TEN)]


def test_a_declined_proposal_becomes_a_callback(
    salon: Tenant, retell: Retell, ill: Proposal
) -> None:
    call = retell.new_call()
    retell.asks_for("answer_offer", call)

    declined = retell.asks_for("answer_offer", call, answer="nein")

    assert declined["state"] == "offer_declined"
    assert _booked(salon) == [("Jana", "Erika Mustermann", TEN)]
    with scope.tenant(salon):
        assert Proposal.objects.get().status == "declined"
        assert CallbackRequest.objects.get().phone == retell.caller


def test_an_offer_that_ran_out_is_not_told(
    salon: Tenant, retell: Retell, freed: WaitingOffer
) -> None:
    with time_machine.travel(freed.expires_at + timedelta(minutes=1), tick=True):
        answer = retell.asks_for("answer_offer", retell.new_call())

    assert answer["state"] == "no_offer"


def test_an_offer_that_runs_out_between_question_and_yes_books_nothing(
    salon: Tenant, retell: Retell, freed: WaitingOffer
) -> None:
    call = retell.new_call()
    retell.asks_for("answer_offer", call)

    with time_machine.travel(freed.expires_at + timedelta(minutes=1), tick=True):
        answer = retell.asks_for("answer_offer", call, answer="ja")

    assert answer["state"] == "no_offer"
    assert _booked(salon) == []


@pytest.mark.parametrize("caller", ["anonymous", "+491713920077"])
def test_other_peoples_offers_are_neither_told_nor_taken(
    salon: Tenant, retell: Retell, freed: WaitingOffer, caller: str
) -> None:
    call = retell.new_call(from_number=caller)

    answers = [
        retell.asks_for("answer_offer", call, offer_id=f"warteliste-{freed.pk}", answer=each)
        for each in ("", "ja", "ja")
    ]

    assert {each["state"] for each in answers} <= {"number_withheld", "no_offer"}
    assert not any("zehn" in each["say"] for each in answers)
    assert _booked(salon) == []


def test_where_several_share_the_number_the_name_is_asked_for(
    salon: Tenant, retell: Retell, ill: Proposal
) -> None:
    erika = _customer_of(salon)
    row = factories.make_appointment(
        factories.staff_of(salon, "Mira"),
        factories.service_of(salon, "Haarschnitt"),
        erika,
        starts_at=TEN + timedelta(days=2),
    )
    with scope.tenant(salon):
        Appointment.objects.filter(pk=row.pk).update(attendee_name="Max Mustermann")
    call = retell.new_call()

    states = [
        retell.asks_for("answer_offer", call, name=name)["state"]
        for name in ("", "Max Mustermann", "Erika Mustermann")
    ]

    assert states == ["ask_name", "no_offer", "offer_open"]


def _customer_of(salon: Tenant) -> Customer:
    with scope.tenant(salon):
        return Customer.objects.get(name="Erika Mustermann")


def test_of_several_offers_one_is_chosen(salon: Tenant, retell: Retell, ill: Proposal) -> None:
    erika = _customer_of(salon)
    jana = factories.staff_of(salon, "Jana")
    factories.make_appointment(
        jana,
        factories.service_of(salon, "Haarschnitt"),
        erika,
        starts_at=TEN + timedelta(hours=3),
    )
    with scope.tenant(salon):
        cascade.propose(ill.time_off, by=BY, now=MONDAY_MORNING)
        second = Proposal.objects.order_by("-pk")[0]
    call = retell.new_call()

    told = retell.asks_for("answer_offer", call, answer="ja")
    taken = retell.asks_for("answer_offer", call, offer_id=f"ersatz-{second.pk}", answer="ja")

    assert told["state"] == "offer_open"
    assert len(told["data"]["offers"]) == 2
    assert taken["state"] == "rescheduled"
    assert "dreizehn Uhr" in taken["say"]
