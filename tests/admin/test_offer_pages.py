"""Series, waiting list and proposals at the back office: read, and answered for the customer who calls."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine

from booking import cascade, matching, series, waiting
from booking.models import (
    Appointment,
    Customer,
    Proposal,
    Series,
    Service,
    StaffMember,
    TimeOff,
    WaitingEntry,
    WaitingOffer,
)
from tenants import actors, scope
from tenants.models import Branch, Tenant
from tests import factories
from tests.admin import office
from tests.admin.office import Office
from tests.booking.diary import at

BY = actors.system("tests")


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def manager(salon: Tenant) -> Office:
    return Office(factories.make_member(salon, email="leitung@salon.example", role="manager"))


@pytest.fixture
def erika(salon: Tenant) -> Customer:
    return factories.make_customer(salon, email="erika@kundin.example")


@pytest.fixture
def booked(salon: Tenant, erika: Customer, now: datetime) -> Series:
    with scope.tenant(salon):
        return series.book(
            Service.objects.get(name="Haarschnitt"),
            branch=Branch.objects.get(),
            staff_member=StaffMember.objects.get(name="Jana"),
            rule="FREQ=WEEKLY;COUNT=2",
            starts_at=at("2026-11-24", "10:00"),
            customer=erika,
            attendee_name="Erika",
            source="phone",
            by=BY,
            now=now,
        ).series


def url_of(row: Any, deed: str) -> str:
    return office.change_url(row).replace("/change/", f"/{deed}/")


def standing(salon: Tenant) -> list[str]:
    with scope.tenant(salon):
        rows = Appointment.objects.filter(status="confirmed").order_by("starts_at")
        return [f"{row.starts_at:%d.%m. %H:%M}" for row in rows]


def test_a_series_shows_its_dates(manager: Office, booked: Series) -> None:
    page = office.text_of(manager.get(office.change_url(booked)))

    assert "jede Woche, 2-mal" in page
    assert "24.11.2026" in page
    assert "01.12.2026" in page


def test_all_dates_ahead_are_moved(manager: Office, salon: Tenant, booked: Series) -> None:
    manager.post(url_of(booked, "move-dates"), weekday="4", clock="15:00", reason="Umbau")

    assert standing(salon) == ["26.11. 14:00", "03.12. 14:00"]


def test_a_date_that_is_in_the_way_is_named(
    manager: Office, salon: Tenant, booked: Series, erika: Customer
) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    factories.make_appointment(jana, cut, erika, starts_at=at("2026-12-01", "15:00"))

    page = manager.post(url_of(booked, "move-dates"), clock="15:00")

    assert "2026-12-01" in office.text_of(page)
    assert standing(salon)[0] == "24.11. 09:00"


def test_one_answer_leaves_all_dates_where_they_are_that_are_in_the_way(
    manager: Office, salon: Tenant, booked: Series, erika: Customer
) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    factories.make_appointment(jana, cut, erika, starts_at=at("2026-12-01", "15:00"))

    page = manager.post(url_of(booked, "move-dates"), clock="15:00", leaves_others="on")

    assert office.messages_of(page) == ["1 Termine geändert. 1 bleiben, wo sie sind."]
    assert standing(salon) == ["24.11. 14:00", "01.12. 09:00", "01.12. 14:00"]


def test_nothing_to_move_is_said(manager: Office, salon: Tenant, booked: Series) -> None:
    page = manager.post(url_of(booked, "move-dates"))

    assert page.context["form"].errors
    assert standing(salon) == ["24.11. 09:00", "01.12. 09:00"]


def test_all_dates_ahead_are_cancelled(manager: Office, salon: Tenant, booked: Series) -> None:
    manager.post(url_of(booked, "cancel-dates"), reason="Umzug")

    assert standing(salon) == []


@pytest.fixture
def offer(salon: Tenant, erika: Customer, now: datetime) -> WaitingOffer:
    day = date(2026, 11, 24)
    with scope.tenant(salon):
        waiting.join(
            Service.objects.get(name="Haarschnitt"),
            waiting.Wish(first_day=day, last_day=day),
            branch=Branch.objects.get(),
            customer=erika,
            attendee_name="Erika",
            source="phone",
            by=BY,
            now=now,
        )
        matching.sweep(salon.pk, now=now)
        return WaitingOffer.objects.get()


def test_the_customer_says_yes_on_the_telephone(
    manager: Office, salon: Tenant, offer: WaitingOffer
) -> None:
    manager.ask("accept", offer)
    again = manager.ask("decline", offer)

    assert standing(salon) == ["24.11. 08:00"]
    assert any("gilt nicht mehr" in text for text in office.messages_of(again))


def test_somebody_is_taken_off_the_list(
    manager: Office, salon: Tenant, offer: WaitingOffer
) -> None:
    with scope.tenant(salon):
        entry = WaitingEntry.objects.get()

    manager.ask("withdraw", entry)

    with scope.tenant(salon):
        assert WaitingEntry.objects.get().status == "withdrawn"
        assert not Appointment.objects.exists()


@pytest.fixture
def ill(salon: Tenant, erika: Customer) -> TimeOff:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    factories.make_appointment(jana, cut, erika, starts_at=at("2026-11-24", "10:00"))
    nobody = factories.make_customer(salon, name="Max", phone="+491713920043")
    factories.make_appointment(jana, cut, nobody, starts_at=at("2026-11-24", "11:00"))
    return factories.make_time_off(
        factories.branch_of(salon),
        staff_member=jana,
        starts_at=at("2026-11-24"),
        ends_at=at("2026-11-25"),
    )


def test_other_times_are_proposed_and_who_must_be_called_is_named(
    manager: Office, salon: Tenant, ill: TimeOff
) -> None:
    told = office.messages_of(manager.ask("propose", ill))

    assert told[0] == "2 Vorschläge gemacht, 2 Termine betroffen."
    assert told[1].startswith("Max")
    assert "bitte anrufen" in told[1]
    with scope.tenant(salon):
        assert Proposal.objects.count() == 2


def test_who_agrees_on_the_telephone_is_moved(
    manager: Office, salon: Tenant, ill: TimeOff, now: datetime
) -> None:
    with scope.tenant(salon):
        cascade.propose(TimeOff.objects.select_related("branch").get(), by=BY, now=now)
        first, second = Proposal.objects.order_by("pk")

    page = manager.get(office.url(Proposal, "changelist"))
    manager.ask("accept", first)
    manager.ask("decline", second)

    assert "bitte anrufen" in office.text_of(page)
    with scope.tenant(salon):
        assert [row.status for row in Proposal.objects.order_by("pk")] == ["accepted", "declined"]
        assert Appointment.objects.filter(staff_member__name="Mira").count() == 1
