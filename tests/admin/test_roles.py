"""What each role sees and changes: the whole table, asked at the pages themselves."""

import pytest

from tenants import roles, scope
from tenants.models import Membership, Tenant
from tenants.roles import Area, Deed
from tests import factories
from tests.admin import office
from tests.admin.conftest import Rows
from tests.admin.office import Office

Role = Membership.Role

# Lists that open, by the last part of their address.
TELEPHONE = {"call", "callbackrequest", "errand"}
DIARY = {"appointment", "session"}
CUSTOMERS = {"customer"}
OFFER = {"service", "staffmember", "workinghours", "timeoff", "resource", "policy"}
OFFER |= {"specialhours", "diaryrules", "knowledgeentry"}
OFFER |= {"calendarhost", "busyfeed", "diaryfeed"}
BUSINESS = {"tenant", "branch", "phonenumber", "agent", "agentversion", "desk", "callerrule"}
ACCESS = {"user", "apikey", "credential", "auditentry"}
TRAFFIC = {"delivery", "message", "command", "alert"}
BILLING = {"usagerecord"}
# Shown and decided upon; nobody adds them by hand.
DECIDED = {"calendarreview", "series", "visit", "waitingentry", "waitingoffer", "proposal"}
CONNECTED = {"calendaraccount", "calendareventtype"}
DIARY_SEEN, OFFER_SEEN = DIARY | DECIDED, OFFER | CONNECTED
ALL = (
    TELEPHONE
    | DIARY_SEEN
    | OFFER_SEEN
    | DIARY
    | CUSTOMERS
    | OFFER
    | BUSINESS
    | ACCESS
    | TRAFFIC
    | BILLING
)

SEES = {
    Role.OWNER: ALL,
    Role.ADMIN: ALL,
    Role.MANAGER: ALL - ACCESS,
    Role.RECEPTIONIST: TELEPHONE | DIARY_SEEN | CUSTOMERS | OFFER_SEEN | BUSINESS,
    Role.STAFF: DIARY_SEEN | CUSTOMERS | OFFER_SEEN,
    Role.BILLING: BUSINESS | BILLING,
    Role.VIEWER: ALL - ACCESS,
}
RULES = {"desk", "callerrule"}
BOOKED = DIARY - {"session"}
# Pages on which something can be added.
ADDS = {
    Role.OWNER: BOOKED
    | CUSTOMERS
    | OFFER
    | RULES
    | {"agent", "branch", "user", "apikey", "credential"},
    Role.ADMIN: BOOKED
    | CUSTOMERS
    | OFFER
    | RULES
    | {"agent", "branch", "user", "apikey", "credential"},
    Role.MANAGER: BOOKED | CUSTOMERS | OFFER,
    Role.RECEPTIONIST: BOOKED | CUSTOMERS,
    Role.STAFF: set(),
    Role.BILLING: set(),
    Role.VIEWER: set(),
}


def somebody(salon: Tenant, role: str) -> Office:
    return Office(factories.make_member(salon, email=f"{role}@salon.example", role=role))


@pytest.mark.parametrize("role", Role.values)
def test_each_role_opens_its_pages_and_no_others(role: Role, salon: Tenant, ours: Rows) -> None:
    person = somebody(salon, role)
    opened, added = set(), set()

    for label, row in ours.items():
        name = label.split(".")[1].lower()
        statuses = {
            person.get(office.url(row, "changelist")).status_code,
            person.get(office.change_url(row)).status_code,
        }
        assert len(statuses) == 1, label
        opened |= {name} if statuses == {200} else set()
        if person.get(office.url(row, "add")).status_code == 200:
            added.add(name)

    assert opened == SEES[Role(role)]
    assert added == ADDS[Role(role)]


@pytest.mark.parametrize("role", Role.values)
def test_the_side_bar_leads_only_where_one_may_go(role: Role, salon: Tenant) -> None:
    person = somebody(salon, role)
    page = person.get("/admin/")

    links = [
        item["link"] for group in page.context["sidebar_navigation"] for item in group["items"]
    ]

    assert {link.split("/")[3] for link in links[1:]} == SEES[Role(role)]
    assert {person.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.STAFF, Role.BILLING])
def test_who_only_looks_changes_nothing(role: Role, salon: Tenant, ours: Rows) -> None:
    person = somebody(salon, role)

    for row in ours.values():
        for page in ("change", "delete"):
            path = office.url(row, page, row.pk)
            answer = person.client.post(path, {"post": "yes", "name": "Anders"})
            assert answer.status_code == 403, path
    for action, label in (
        ("cancel_chosen", "booking.Appointment"),
        ("finish", "calls.CallbackRequest"),
        ("resolve", "tenants.Alert"),
        ("delete_selected", "booking.Service"),
        ("revoke", "tenants.ApiKey"),
    ):
        person.ask(action, ours[label])
    for deed in ("move", "cancel"):
        path = office.change_url(ours["booking.Appointment"]).replace("change", deed)
        assert person.client.post(path, {}).status_code == 403

    with scope.tenant(salon):
        for label, expected in (
            ("booking.Appointment", {"status": "confirmed"}),
            ("calls.CallbackRequest", {"status": "open"}),
            ("tenants.Alert", {"resolved_at": None}),
            ("booking.Service", {"is_active": True}),
            ("tenants.ApiKey", {"revoked_at": None}),
        ):
            row = type(ours[label])._default_manager.get(pk=ours[label].pk)
            assert {name: getattr(row, name) for name in expected} == expected, label


def test_who_may_not_see_calls_sees_none_on_the_first_page(salon: Tenant, ours: Rows) -> None:
    page = somebody(salon, Role.BILLING).get("/admin/")

    assert page.context["latest"] is None
    assert page.context["upcoming"] is None
    assert page.context["tiles"] == []


def test_a_number_is_given_to_a_business_by_platform_staff_only(
    owner: Office, salon: Tenant, ours: Rows
) -> None:
    row = ours["tenants.PhoneNumber"]

    assert owner.get(office.change_url(row)).status_code == 200
    assert owner.client.post(office.change_url(row), {"number": "+493023125001"}).status_code == 403
    assert owner.get(office.url(row, "add")).status_code == 403


def test_a_business_does_not_revive_itself(owner: Office, salon: Tenant) -> None:
    wish = {"name": "Salon Neu", "industry": "salon", "default_language": "de"}

    owner.post(office.change_url(salon), **wish, slug="anders", is_active="")

    with scope.tenant(salon):
        stored = Tenant.objects.get(pk=salon.pk)
    assert (stored.name, stored.slug, stored.is_active) == ("Salon Neu", "salon-sonnenschein", True)


def test_every_role_stands_in_the_table_and_nobody_without_one_may_anything() -> None:
    for role in Role.values:
        seen = {area for area in Area if roles.allows(role, Deed.SEE, area)}
        changed = {area for area in Area if roles.allows(role, Deed.CHANGE, area)}
        assert seen, role
        assert changed <= seen, role
    for nobody in (None, "", "root", "Owner"):
        assert not any(roles.allows(nobody, deed, area) for deed in Deed for area in Area)


def test_searches_of_forms_need_the_same_permission_as_the_lists(salon: Tenant, ours: Rows) -> None:
    clerk = somebody(salon, Role.BILLING)
    reception = somebody(salon, Role.RECEPTIONIST)
    people = {"app_label": "tenants", "model_name": "membership", "field_name": "user"}

    assert clerk.get("/admin/booking/customer/choices/", term="K").status_code == 403
    assert reception.get("/admin/autocomplete/", term="l", **people).status_code == 403
    odd = reception.get("/admin/booking/customer/choices/", term="H", field_name="service")
    assert odd.json()["results"] == []


def test_a_role_that_was_taken_away_counts_from_the_next_page_on(salon: Tenant, ours: Rows) -> None:
    person = somebody(salon, Role.MANAGER)
    assert person.get("/admin/booking/customer/").status_code == 200

    with scope.tenant(salon):
        Membership.objects.filter(user=person.user).delete()

    assert person.get("/admin/booking/customer/").status_code == 403
