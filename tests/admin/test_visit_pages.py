"""Visits at the back office: shown with their parts, cancelled as a whole."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from booking import visits
from booking.models import Appointment, Visit
from booking.visits import Part
from integrations.models import Message
from tenants import actors, scope
from tenants.models import Branch, Tenant
from tests import factories
from tests.admin import office
from tests.admin.office import Office
from tests.booking.diary import at

TEN = at("2026-11-24", "10:00")


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def reception(salon: Tenant) -> Office:
    return Office(factories.make_member(salon, email="empfang@salon.example", role="receptionist"))


@pytest.fixture
def visit(salon: Tenant) -> Visit:
    erika = factories.make_customer(salon, email="erika@kundin.example")
    return factories.make_visit(salon, erika, starts_at=TEN)


def deed(visit: Visit) -> str:
    return office.change_url(visit).replace("/change/", "/cancel-visit/")


def test_a_visit_is_listed_and_shown_with_its_parts(reception: Office, visit: Visit) -> None:
    listed = office.text_of(reception.get(office.url(Visit, "changelist")))
    shown = office.text_of(reception.get(office.change_url(visit)))

    assert "Haarschnitt, Färben" in listed
    assert "Mira, Jana" in listed
    assert "24.11.2026\N{NO-BREAK SPACE}10:00" in shown
    assert "24.11.2026\N{NO-BREAK SPACE}10:30" in shown
    assert "Besuch absagen" in shown


def test_a_visit_is_cancelled_as_a_whole_and_told_once(
    reception: Office, salon: Tenant, visit: Visit
) -> None:
    asked = reception.get(deed(visit))
    with scope.tenant(salon):
        before = Appointment.objects.filter(status="confirmed").count()

    done = reception.post(deed(visit), reason="krank")

    assert (asked.status_code, before) == (200, 2)
    assert office.messages_of(done) == ["Der Besuch ist abgesagt."]
    assert "Besuch absagen" not in office.text_of(done)
    with scope.tenant(salon):
        assert {row.status for row in Appointment.objects.all()} == {"cancelled"}
        assert Message.objects.count() == 1


def test_what_has_begun_is_not_cancelled_and_says_why(
    reception: Office, salon: Tenant, visit: Visit
) -> None:
    with time_machine.travel(TEN + timedelta(minutes=1), tick=False):
        refused = Office(reception.user).post(deed(visit), reason="")

    assert "schon vorbei oder abgesagt" in office.text_of(refused)
    with scope.tenant(salon):
        assert {row.status for row in Appointment.objects.all()} == {"confirmed"}


def test_an_appointment_leads_to_the_visit_it_belongs_to(
    reception: Office, salon: Tenant, visit: Visit
) -> None:
    with scope.tenant(salon):
        part = Appointment.objects.order_by("pk")[0]

    page = office.text_of(reception.get(office.change_url(part)))

    assert office.change_url(visit) in page


def test_a_visit_that_is_only_held_is_not_listed(
    reception: Office, salon: Tenant, now: datetime
) -> None:
    cut, mira = factories.service_of(salon, "Haarschnitt"), factories.staff_of(salon, "Mira")
    part = Part(service=cut, staff_member_id=mira.pk, staff_name="Mira", starts_at=TEN, ends_at=TEN)
    with scope.tenant(salon):
        held = visits.hold(
            [part],
            branch=Branch.objects.get(),
            source="phone",
            by=actors.system("tests"),
            now=now,
        )

    page = reception.get(office.url(Visit, "changelist"))

    assert not page.context["cl"].result_list
    assert reception.client.get(office.change_url(held.visit)).status_code == 302
