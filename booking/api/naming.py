"""Finding what an input names by its id. What belongs to somebody else is as unknown as what does not exist."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from booking import customers, scheduling, visit_holds
from booking.models import Appointment, Customer, Resource, Service, StaffMember, Visit
from tenants.api import door
from tenants.api.access import TenantRequest
from tenants.errors import Invalid, NotFound
from tenants.models import Branch

Wanted = dict[str, Any]


def service(service_id: int, *, field: str = "service_id") -> Service:
    return door.one(Service.objects.all(), service_id, field=field)


def staff_member(wanted: Wanted) -> StaffMember | None:
    """Return who is named by `staff_id`, with their branch; None where nobody is."""
    if wanted.get("staff_id") is None:
        return None
    return person(wanted["staff_id"])


def person(staff_id: int, *, field: str = "staff_id") -> StaffMember:
    return door.one(StaffMember.objects.select_related("branch"), staff_id, field=field)


def branch(wanted: Wanted, who: StaffMember | None) -> Branch:
    """Return where: as the input says, where the staff member works, or at the only branch. No guess.

    :raises Invalid: there are several
    """
    if wanted.get("branch_id") is not None:
        return door.one(Branch.objects.all(), wanted["branch_id"], field="branch_id")
    if who is not None:
        where: Branch = who.branch
        return where
    branches = list(Branch.objects.filter(is_active=True).order_by("pk")[:2])
    if len(branches) != 1:
        raise Invalid(branch_id=_("Which branch? There are several."))
    return branches[0]


def resources(ids: list[int], *, field: str) -> list[Resource]:
    """Return the resources with these ids in this order.

    :raises NotFound: one of them does not exist
    """
    found = Resource.objects.in_bulk(ids)
    if len(found) != len(set(ids)):
        raise NotFound(field=field)
    return [found[each] for each in dict.fromkeys(ids)]


def customer(booker: Wanted, *, now: datetime) -> Customer:
    """Return the customer with this id, or the person of this number or address, who is written down if new."""
    if "id" in booker:
        return door.one(Customer.objects.all(), booker["id"], field="customer.id")
    return customers.find_or_create(
        name=booker["name"], phone=booker.get("phone"), email=booker.get("email"), now=now
    )


def known_customer(wanted: Wanted) -> Customer | None:
    """Return who is named by `customer_id`; None where nobody is."""
    if "customer_id" not in wanted:
        return None
    return door.one(Customer.objects.all(), wanted["customer_id"], field="customer_id")


def appointment(request: TenantRequest, appointment_id: int) -> Appointment:
    """Return an appointment to act upon; a hold is none.

    :raises NotFound: there is none under this id
    """
    found = scheduling.appointment_for(request.tenant_id, appointment_id)
    if found.status == Appointment.Status.HELD:
        raise NotFound
    return found


def hold(wanted: Wanted) -> Appointment | None:
    """Return the hold of this API that is named by `hold_id`, None where none is. A part of a visit is none by itself."""
    if "hold_id" not in wanted:
        return None
    held = Appointment.objects.filter(
        status=Appointment.Status.HELD, source=Appointment.Source.API, visit=None
    )
    return door.one(held, wanted["hold_id"], field="hold_id")


def held_visit(request: TenantRequest, wanted: Wanted) -> Visit | None:
    """Return the held visit of this API that is named by `hold_id`; None where none is.

    :raises NotFound: it does not exist, or was booked
    """
    if "hold_id" not in wanted:
        return None
    try:
        return visit_holds.held_visit_for(
            request.tenant_id, wanted["hold_id"], source=Appointment.Source.API
        )
    except NotFound as error:
        raise NotFound(field="hold_id") from error
