"""What decides about times, as people write it; and what happens to an appointment at its page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from booking.models import Appointment, AppointmentChange, Policy, Requirement, Service, Skill
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.admin import office
from tests.admin.conftest import Rows
from tests.admin.office import Office
from tests.admin.test_staff_pages import page_of, rows

TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


def policy_of(**fields: Any) -> dict[str, Any]:
    return {"kind": "cancel", "notice_hours": "2", "text": "Bitte ruf an.", **fields}


def test_fees_are_typed_in_lines(owner: Office, salon: Tenant) -> None:
    path = "/admin/booking/policy/add/"

    owner.post(
        path,
        **policy_of(hours_1="48", cents_1="10,00", hours_2="24", percent_2="50"),
    )

    with scope.tenant(salon):
        policy = Policy.objects.get()
    assert policy.fee_tiers == [
        {"under_hours": 24, "percent": 50},
        {"under_hours": 48, "cents": 1000},
    ]
    page = office.text_of(owner.get(office.change_url(policy)))
    assert 'value="10,00"' in page
    assert "&lt; 24 h: 50 % · &lt; 48 h: 10,00 €" in office.text_of(
        owner.get(office.url(policy, "changelist"))
    )
    owner.post(office.change_url(policy), **policy_of(hours_1="12", cents_1="5"))
    with scope.tenant(salon):
        assert Policy.objects.get().fee_tiers == [{"under_hours": 12, "cents": 500}]


@pytest.mark.parametrize(
    "line",
    [
        {"cents_1": "5"},
        {"hours_1": "24"},
        {"hours_1": "24", "cents_1": "5", "percent_1": "5"},
        {"hours_1": "24", "cents_1": "5", "hours_2": "24", "cents_2": "6"},
        {"hours_1": "24", "percent_1": "101"},
    ],
)
def test_a_line_that_says_two_things_or_nothing_is_refused(
    owner: Office, salon: Tenant, line: dict[str, str]
) -> None:
    answer = owner.post("/admin/booking/policy/add/", **policy_of(**line))

    assert answer.redirect_chain == []
    with scope.tenant(salon):
        assert not Policy.objects.exists()


def test_a_service_gets_processing_time_and_what_it_needs(
    owner: Office, salon: Tenant, ours: Rows
) -> None:
    room = ours["booking.Resource"]
    need = {"name": "Platz", "mode": "any", "options": [room.pk]}

    owner.post(
        "/admin/booking/service/add/",
        name="Strähnen",
        duration_minutes="120",
        processing_after_minutes="45",
        processing_minutes="30",
        seats="1",
        buffer_before_minutes="0",
        buffer_after_minutes="0",
        min_notice_minutes="60",
        horizon_days="60",
        step_minutes="15",
        is_active="on",
        **rows("aliases"),
        **rows("requirements", need),
    )

    with scope.tenant(salon):
        service = Service.objects.get(name="Strähnen")
        assert (service.processing_after_minutes, service.processing_minutes) == (45, 30)
        stored = Requirement.objects.get(service=service)
        assert list(stored.resources.values_list("pk", flat=True)) == [room.pk]


def test_somebody_has_a_pace_and_a_price_of_their_own(owner: Office, salon: Tenant) -> None:
    jana = factories.staff_of(salon, "Jana")
    with scope.tenant(salon):
        skills = list(Skill.objects.filter(staff_member=jana).order_by("service__name"))
    typed = [
        {"id": skill.pk, "staff_member": jana.pk, "duration_minutes": "50", "price_cents": "42,00"}
        for skill in skills
    ]
    known = rows("skills", *typed) | {"skills-INITIAL_FORMS": len(typed)}

    owner.post(office.change_url(jana), **page_of(jana, salon, max_per_day="6", **known))

    with scope.tenant(salon):
        stored = Skill.objects.filter(staff_member=jana)
        assert {(each.duration_minutes, each.price_cents) for each in stored} == {(50, 4200)}
        jana.refresh_from_db()
    assert jana.max_per_day == 6


def press(person: Office, row: Appointment, button: str, **fields: str) -> list[str]:
    """Press a button on the page of an appointment, and return what is said."""
    path = office.change_url(row).replace("change", button)
    asked = person.get(path)
    assert asked.status_code == 200
    with scope.tenant(row.tenant_id):
        before = Appointment.objects.get(pk=row.pk).status
    assert before == row.status, "looking at the question changes nothing"
    answer = person.post(path, **fields)
    with scope.tenant(row.tenant_id):
        row.refresh_from_db()
    return office.messages_of(answer)


def test_a_day_of_a_customer_at_the_page(owner: Office, salon: Tenant) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    row = factories.make_appointment(jana, cut, factories.make_customer(salon), starts_at=TEN)

    early = press(owner, row, "check-in")
    with time_machine.travel(TEN + timedelta(minutes=5), tick=False):
        next_day = Office(owner.user)
        missed = press(next_day, row, "no-show")
        forgiven = press(next_day, row, "waive", reason="Unfall")
        page = office.text_of(next_day.get(office.change_url(row)))

    assert early == ["Dafür ist es noch zu früh."]
    assert (missed, forgiven) == (
        ["Als versäumt vermerkt."],
        ["Der versäumte Termin ist nachgesehen."],
    )
    assert (row.status, row.is_waived) == ("no_show", True)
    assert "nachgesehen" in page
    assert "Unfall" in page


def test_a_rule_is_set_aside_with_a_reason(owner: Office, salon: Tenant) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    row = factories.make_appointment(jana, cut, factories.make_customer(salon), starts_at=TEN)
    path = office.change_url(row).replace("change", "move")
    evening = {"day": "2026-11-24", "clock": "20:00", "staff_member": jana.pk}

    refused = owner.post(path, **evening)
    owner.post(path, **evening, override="Stammkundin")

    assert refused.redirect_chain == []
    with scope.tenant(salon):
        row.refresh_from_db()
        change = AppointmentChange.objects.get(kind="moved")
    assert row.starts_at == datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
    assert (change.reason, change.terms["overridden"]) == ("Stammkundin", ["closed"])
    page = office.text_of(owner.get(office.change_url(row)))
    assert "Die Filiale ist zu dieser Zeit geschlossen." in page


def test_the_seats_of_a_session_are_shown_with_who_has_them(
    owner: Office, salon: Tenant, ours: Rows
) -> None:
    session = ours["booking.Session"]

    page = office.text_of(owner.get(office.change_url(session)))

    assert "0 von 6" in page
    assert owner.client.post(office.change_url(session), {"capacity": "9"}).status_code == 403
