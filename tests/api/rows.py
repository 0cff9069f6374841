"""Rows that the cast of these tests needs besides `tests/factories.py`."""

from datetime import UTC, datetime, timedelta
from typing import Any

from booking import visits
from booking.models import (
    Appointment,
    Customer,
    Policy,
    Requirement,
    RequirementResource,
    Resource,
    SpecialHours,
    WorkingHours,
)
from booking.visits import Part
from calls.models import Call, CallbackRequest, ToolCall
from tenants import actors, scope
from tenants.models import PhoneNumber, Tenant
from tests import factories


def make_call(
    tenant: Tenant, *, number: int, customer: Customer | None = None, **fields: Any
) -> Call:
    """Write a call as it stands after its end."""
    began = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    as_usual = {
        "status": Call.Status.ANALYZED,
        "outcome": Call.Outcome.NO_WISH,
        "from_number": "+491713920042",
        "started_at": began,
        "ended_at": began + timedelta(seconds=90),
        "duration_seconds": 90,
        "transcript": "Agent: Guten Tag.\nUser: Auf Wiederhören.",
        "turns": [{"role": "agent", "content": "Guten Tag."}],
        "analysis": {"call_successful": True},
    }
    with scope.tenant(tenant):
        line = PhoneNumber.objects.order_by("pk")[0]
        return Call.objects.create(
            id=number,
            tenant=tenant,
            external_id=f"call_{number}",
            branch_id=line.branch_id,
            phone_number=line,
            to_number=line.number,
            customer=customer,
            **{**as_usual, **fields},
        )


def make_tool_call(call: Call, *, name: str = "check_availability", **fields: Any) -> ToolCall:
    as_usual = {
        "arguments": {"service": "Haarschnitt"},
        "state": "available",
        "answer": {"say": "Da ist frei.", "data": {}},
        "duration_ms": 12,
        "at": datetime(2026, 11, 20, 9, 1, tzinfo=UTC),
    }
    with scope.tenant(call.tenant_id):
        return ToolCall.objects.create(
            tenant_id=call.tenant_id, call=call, name=name, **{**as_usual, **fields}
        )


def fill(tenant: Tenant, *, now: datetime, number: int = 10**9 + 11) -> dict[str, int]:
    """Make one row of everything the API shows, and return their ids by the name an address gives them.

    What may be deleted (`service_id`, `staff_id`, `resource_id`) has no history; `used_…` has one.
    """
    branch = factories.branch_of(tenant)
    jana, cut = factories.staff_of(tenant, "Jana"), factories.service_of(tenant, "Haarschnitt")
    customer = factories.make_customer(
        tenant, name="Max Mustermann", phone="+491713920051", email="max@example.org"
    )
    call = make_call(tenant, number=number, customer=customer)
    make_tool_call(call)
    appointment = factories.make_appointment(
        jana, cut, customer, starts_at=now + timedelta(days=2, hours=1)
    )
    mira, begun = factories.staff_of(tenant, "Mira"), now - timedelta(minutes=30)
    there, missed, arrived = (
        factories.make_appointment(
            mira, cut, customer, starts_at=begun - timedelta(minutes=30 * number), status=status
        )
        for number, status in enumerate(["confirmed", "no_show", "checked_in"])
    )
    ida = factories.make_staff(branch, name="Ida")
    advice = factories.make_service(tenant, name="Beratung")
    factories.make_skill(ida, advice)
    factories.make_alias(advice, "Gespräch")
    off = factories.make_time_off(
        branch,
        staff_member=ida,
        starts_at=now + timedelta(days=20),
        ends_at=now + timedelta(days=21),
    )
    with scope.tenant(tenant):
        held = now + timedelta(days=2, hours=3)
        hold = Appointment.objects.create(
            tenant=tenant,
            branch=branch,
            staff_member=jana,
            service=cut,
            starts_at=held,
            ends_at=held + timedelta(minutes=30),
            blocked_from=held,
            blocked_until=held + timedelta(minutes=30),
            status=Appointment.Status.HELD,
            hold_expires_at=now + timedelta(minutes=5),
            source=Appointment.Source.API,
        )
        used, spare = (
            Resource.objects.create(tenant=tenant, branch=branch, name=name)
            for name in ("Waschplatz A", "Waschplatz B")
        )
        need = Requirement.objects.create(
            tenant=tenant, service=cut, name="Waschplatz", mode=Requirement.Mode.ANY
        )
        RequirementResource.objects.create(tenant=tenant, requirement=need, resource=used)
        policy = Policy.objects.create(
            tenant=tenant,
            kind=Policy.Kind.MOVE,
            service=cut,
            notice_hours=4,
            fee_tiers=[{"under_hours": 24, "percent": 50}],
        )
        special = SpecialHours.objects.create(
            tenant=tenant, branch=branch, day=now.date() + timedelta(days=30)
        )
        weekly = WorkingHours.objects.order_by("pk")[0]
        begin = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
        visit = visits.book(
            [
                Part(
                    service=cut,
                    staff_member_id=jana.pk,
                    staff_name="Jana",
                    starts_at=begin + timedelta(minutes=30 * number),
                    ends_at=begin + timedelta(minutes=30 * number + 30),
                )
                for number in range(2)
            ],
            branch=branch,
            customer=customer,
            attendee_name="Max Mustermann",
            source=Appointment.Source.API,
            by=actors.system("tests"),
            now=now,
        ).visit
        held_visit = visits.hold(
            [
                Part(
                    service=cut,
                    staff_member_id=mira.pk,
                    staff_name="Mira",
                    starts_at=begin + timedelta(hours=3, minutes=30 * number),
                    ends_at=begin + timedelta(hours=3, minutes=30 * number + 30),
                )
                for number in range(2)
            ],
            branch=branch,
            source=Appointment.Source.API,
            by=actors.system("tests"),
            now=now,
        ).visit
        waiting = CallbackRequest.objects.create(
            tenant=tenant, branch=branch, call=call, name="Max Mustermann", due_at=now
        )
    series, entry, offer, proposal = factories.make_stories(tenant, appointment, now=now)
    return {
        "appointment_id": appointment.pk,
        "begun_appointment_id": there.pk,
        "missed_appointment_id": missed.pk,
        "arrived_appointment_id": arrived.pk,
        "branch_id": branch.pk,
        "call_id": call.pk,
        "callback_id": waiting.pk,
        "customer_id": customer.pk,
        "entry_id": entry.pk,
        "held_visit_id": held_visit.pk,
        "hold_id": hold.pk,
        "offer_id": offer.pk,
        "proposal_id": proposal.pk,
        "series_id": series.pk,
        "policy_id": policy.pk,
        "resource_id": spare.pk,
        "service_id": advice.pk,
        "special_hours_id": special.pk,
        "staff_id": ida.pk,
        "time_off_id": off.pk,
        "visit_id": visit.pk,
        "used_resource_id": used.pk,
        "used_service_id": cut.pk,
        "used_staff_id": jana.pk,
        "working_hours_id": weekly.pk,
    }


def fitted(example: Any, ids: dict[str, int]) -> Any:
    """Return an example of the document with the ids of rows that exist: of those with a history, if there are."""
    if isinstance(example, list):
        return [fitted(each, ids) for each in example]
    if not isinstance(example, dict):
        return example
    body = {name: fitted(value, ids) for name, value in example.items()}
    for name in body:
        if name == "resource_ids":
            body[name] = [ids["used_resource_id"]]
        elif name.endswith("_id"):
            body[name] = ids.get(f"used_{name}", ids.get(name))
    return body
