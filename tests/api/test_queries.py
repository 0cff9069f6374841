"""What an answer costs does not grow with what it shows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.models import (
    Appointment,
    AppointmentChange,
    Policy,
    Requirement,
    RequirementResource,
    Resource,
    SpecialHours,
    StaffMember,
    Visit,
)
from calls.models import CallbackRequest
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.api.conftest import Program
from tests.api.rows import make_call, make_tool_call

FIRST_CALL = 10**9


def live(salon: Tenant, *, days: int) -> None:
    """Let one customer call and come on so many days, and others as well."""
    with scope.tenant(salon):
        seen = Appointment.objects.count()
    customer = factories.make_customer(salon, name=f"Gast {seen}", phone=None)
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    for day in range(seen, seen + days):
        call = make_call(salon, number=FIRST_CALL + day, customer=customer)
        for _ in range(2):
            make_tool_call(call)
        factories.make_appointment(
            jana,
            cut,
            customer,
            starts_at=datetime(2026, 12, 1, 9, 0, tzinfo=UTC) + timedelta(days=day),
        )
        factories.make_customer(salon, name=f"Gast {day}", phone=None)
    with scope.tenant(salon):
        Appointment.objects.update(call_number=FIRST_CALL, customer=customer)


def hire(salon: Tenant, *, people: int) -> None:
    """Let so many people begin, each with a service, a resource, hours and time off of their own."""
    with scope.tenant(salon):
        seen = StaffMember.objects.count()
    branch = factories.branch_of(salon)
    for number in range(seen, seen + people):
        person = factories.make_staff(branch, name=f"Kraft {number}")
        service = factories.make_service(salon, name=f"Leistung {number}")
        factories.make_skill(person, service)
        factories.make_alias(service, f"Wort {number}")
        factories.make_hours(branch, staff_member=person)
        begin = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=number)
        factories.make_time_off(
            branch, staff_member=person, starts_at=begin, ends_at=begin + timedelta(days=1)
        )
        with scope.tenant(salon):
            resource = Resource.objects.create(tenant=salon, branch=branch, name=f"Platz {number}")
            need = Requirement.objects.create(
                tenant=salon, service=service, name="Platz", mode="all"
            )
            RequirementResource.objects.create(tenant=salon, requirement=need, resource=resource)
            SpecialHours.objects.create(tenant=salon, branch=branch, day=begin.date())
            Policy.objects.create(tenant=salon, kind="cancel", staff_member=person)


@pytest.mark.parametrize(
    ("path", "query", "most"),
    [
        ("/api/branches", {}, 2),
        ("/api/policies", {}, 2),
        ("/api/resources", {}, 2),
        ("/api/services", {}, 5),
        ("/api/staff", {}, 3),
        ("/api/special-hours", {}, 2),
        ("/api/time-off", {"from_date": "2026-11-01"}, 3),
        ("/api/working-hours", {}, 2),
        ("/api/diary-rules", {}, 1),
    ],
)
def test_the_number_of_statements_does_not_grow_with_the_team(
    salon: Tenant, program: Program, path: str, query: dict[str, str], most: int
) -> None:
    hire(salon, people=1)
    program.get(path)  # the first use of a key is written down

    with_little = statements_of(program, path, **query)
    hire(salon, people=15)
    with_much = statements_of(program, path, **query)

    assert with_little == with_much <= most


def test_free_times_cost_the_same_for_one_and_for_many(salon: Tenant, program: Program) -> None:
    cut = factories.service_of(salon, "Haarschnitt")
    query = {"service_id": cut.pk, "from_date": "2026-11-23", "to_date": "2026-11-23"}
    program.get("/api/slots", **query)

    with_little = statements_of(program, "/api/slots", **query)
    branch = factories.branch_of(salon)
    for number in range(15):
        factories.make_skill(factories.make_staff(branch, name=f"Kraft {number}"), cut)
    with_much = statements_of(program, "/api/slots", **query | {"to_date": "2026-12-23"})

    assert with_little == with_much


def statements_of(program: Program, path: str, **query: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = program.get(path, **query)
    assert response.status_code == 200
    return sum("SAVEPOINT" not in each["sql"] for each in captured)


def tell_stories(salon: Tenant, *, count: int, now: datetime) -> None:
    """Let so many visits, series, entries of the waiting list, offers, proposals, holds and callbacks be there, and more."""
    branch, mira = factories.branch_of(salon), factories.staff_of(salon, "Mira")
    cut = factories.service_of(salon, "Haarschnitt")
    with scope.tenant(salon):
        seen = Visit.objects.count()
    for number in range(seen, seen + count):
        begin = now + timedelta(days=30 * number)
        customer = factories.make_customer(salon, name=f"Gast {number}", phone=None)
        visit = factories.make_visit(salon, customer, starts_at=begin)
        with scope.tenant(salon):
            parts = Appointment.objects.filter(visit=visit).select_related("customer")
            part = parts.order_by("pk")[0]
        factories.make_stories(salon, part, now=begin)
        call = make_call(salon, number=FIRST_CALL + number, customer=customer)
        with scope.tenant(salon):
            AppointmentChange.objects.create(
                tenant=salon,
                appointment=Appointment.objects.order_by("pk")[0],
                kind=AppointmentChange.Kind.UPDATED,
                actor="tests",
                source="api",
                at=begin,
            )
            CallbackRequest.objects.create(
                tenant=salon, branch=branch, call=call, name="Gast", due_at=begin
            )
            scheduling.hold(
                cut,
                branch=branch,
                staff_member=mira,
                starts_at=now + timedelta(days=1, minutes=30 * number),
                source=Appointment.Source.API,
                by=actors.system("tests"),
                now=now,
                seconds=900,
            )


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/visits", 3),
        ("/api/series", 3),
        ("/api/waiting-list", 2),
        ("/api/offers", 2),
        ("/api/proposals", 2),
        ("/api/holds", 2),
        ("/api/callbacks", 2),
        ("/api/appointments/{first}/changes", 3),
    ],
)
def test_the_number_of_statements_does_not_grow_with_the_stories(
    salon: Tenant, program: Program, now: datetime, path: str, most: int
) -> None:
    tell_stories(salon, count=1, now=now)
    with scope.tenant(salon):
        path = path.format(first=Appointment.objects.order_by("pk")[0].pk)
    program.get(path)  # the first use of a key is written down

    with_little = statements_of(program, path)
    tell_stories(salon, count=6, now=now)
    with_much = statements_of(program, path)

    assert program.get(path).json()["meta"]["total"] >= 7
    assert with_little == with_much <= most


@pytest.mark.parametrize(
    ("path", "query", "most"),
    [
        ("/api/calls", {}, 2),
        ("/api/calls", {"from_date": "2026-11-01", "status": "analyzed"}, 3),
        ("/api/appointments", {}, 2),
        ("/api/appointments", {"from_date": "2026-11-01", "status": "scheduled"}, 3),
        ("/api/customers", {}, 2),
        ("/api/customers", {"search": "gast"}, 2),
        (f"/api/calls/{FIRST_CALL}", {}, 3),
        ("/api/customers/{customer}", {}, 3),
    ],
)
def test_the_number_of_statements_is_constant(
    salon: Tenant, program: Program, path: str, query: dict[str, str], most: int
) -> None:
    live(salon, days=1)
    with scope.tenant(salon):
        customer = Appointment.objects.get().customer_id
    path = path.format(customer=customer)
    program.get(path)  # the first use of a key is written down

    with_little = statements_of(program, path, **query)
    live(salon, days=20)
    with_much = statements_of(program, path, **query)

    assert with_little == with_much <= most
