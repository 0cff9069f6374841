"""The neighbour's rows do not exist at the salon's back office, by whatever way one looks for them."""

from datetime import datetime
from typing import Any

import pytest
from django.db import models

from booking.models import Appointment, Customer, Skill, StaffMember
from tenants import scope
from tenants.models import Membership, Tenant
from tenants.models.base import TenantOwned
from tests import factories
from tests.admin import office
from tests.admin.conftest import Rows
from tests.admin.office import Office

MODELS = office.pages()
# Stands in the name, the address or the key of everything the neighbour has.
TRACE = "achbar"


@pytest.fixture
def without_the_first_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the filter of the ORM away: what remains is the database."""
    managers = {type(model._default_manager) for model in MODELS if issubclass(model, TenantOwned)}
    for manager in managers:
        monkeypatch.setattr(manager, "get_queryset", models.Manager.get_queryset)


def look_everywhere(owner: Office, ours: Rows, theirs: Rows) -> None:
    for model in MODELS:
        label = model._meta.label
        listed = owner.get(office.url(model, "changelist"))
        shown = {row.pk for row in listed.context["cl"].result_list}
        assert theirs[label].pk not in shown, label
        assert ours[label].pk in shown, label
        assert TRACE not in office.text_of(listed), label


def test_lists_show_nothing_of_the_neighbour(owner: Office, ours: Rows, theirs: Rows) -> None:
    look_everywhere(owner, ours, theirs)


def test_lists_show_nothing_of_the_neighbour_without_the_filter_of_the_orm(
    owner: Office, ours: Rows, theirs: Rows, without_the_first_wall: None
) -> None:
    look_everywhere(owner, ours, theirs)


def knock_everywhere(owner: Office, theirs: Rows) -> None:
    for label, row in theirs.items():
        paths = [office.url(row, page, row.pk) for page in ("change", "delete", "history")]
        if label == "booking.Appointment":
            paths += [
                f"{office.change_url(row)[: -len('change/')]}{deed}/" for deed in ("move", "cancel")
            ]
        if label == "tenants.User":
            paths.append(f"{office.change_url(row)[: -len('change/')]}password/")
        for path in paths:
            for response in (owner.get(path), owner.client.post(path, {"post": "yes"})):
                assert response.status_code in {302, 403, 404}, (path, response.status_code)
                assert TRACE not in office.text_of(response), path


def test_pages_of_the_neighbour_do_not_open(owner: Office, ours: Rows, theirs: Rows) -> None:
    knock_everywhere(owner, theirs)


def test_pages_of_the_neighbour_do_not_open_without_the_filter_of_the_orm(
    owner: Office, ours: Rows, theirs: Rows, without_the_first_wall: None
) -> None:
    knock_everywhere(owner, theirs)


def test_searches_and_filters_find_nothing_of_the_neighbour(
    owner: Office, ours: Rows, theirs: Rows
) -> None:
    call, customer, staff = (
        theirs[label] for label in ("calls.Call", "booking.Customer", "booking.StaffMember")
    )
    questions: list[tuple[str, dict[str, Any]]] = [
        ("booking.Customer", {"q": "Kundin von Nach"}),
        ("calls.Call", {"q": f"#{call.pk}"}),
        ("calls.Call", {"q": "call_nachbar_202"}),
        ("calls.Call", {"customer__id__exact": customer.pk}),
        ("booking.Appointment", {"staff_member__id__exact": staff.pk, "when": "all"}),
        ("booking.Appointment", {"q": f"#{theirs['booking.Appointment'].pk}"}),
        ("tenants.User", {"q": "leitung@nach"}),
        ("tenants.User", {"memberships__tenant": theirs["tenants.Tenant"].pk}),
        ("tenants.Tenant", {"q": "Nach"}),
        ("integrations.Message", {"q": "kundin@nachbar.example"}),
        ("tenants.AuditEntry", {"tenant__id__exact": theirs["tenants.Tenant"].pk}),
    ]
    models_by_label = {model._meta.label: model for model in MODELS}

    for label, question in questions:
        response = owner.get(office.url(models_by_label[label], "changelist"), **question)

        found = [] if response.status_code != 200 else list(response.context["cl"].result_list)
        assert response.status_code in {200, 302, 400}, (label, question)
        assert theirs[label].pk not in {row.pk for row in found}, (label, question)


def test_choices_offer_nothing_of_the_neighbour(
    owner: Office, ours: Rows, theirs: Rows, neighbour: Tenant
) -> None:
    field = {"app_label": "booking", "model_name": "appointment", "field_name": "customer"}

    for path in ("/admin/autocomplete/", "/admin/booking/customer/choices/"):
        for whose in ({}, {"tenant": neighbour.pk}):
            found = owner.get(path, term="Kundin", **field, **whose).json()["results"]
            assert TRACE not in str(found)
            assert [row["id"] for row in found] in ([], [str(ours["booking.Customer"].pk)])


def test_platform_staff_choose_among_the_rows_of_one_business(
    operator: Office, salon: Tenant, ours: Rows, theirs: Rows
) -> None:
    field = {"app_label": "booking", "model_name": "appointment", "field_name": "customer"}

    found = operator.get(
        "/admin/booking/customer/choices/", term="Kundin", tenant=salon.pk, **field
    ).json()["results"]
    form = operator.get("/admin/booking/staffmember/add/", tenant=salon.pk)

    assert [row["id"] for row in found] == [str(ours["booking.Customer"].pk)]
    branches = form.context["adminform"].form.fields["branch"].queryset
    with scope.tenant(salon):
        assert [branch.pk for branch in branches.all()] == [ours["tenants.Branch"].pk]


def test_platform_staff_cannot_mix_two_businesses(
    operator: Office, salon: Tenant, ours: Rows, theirs: Rows
) -> None:
    wish = {"name": "Neue", "branch": theirs["tenants.Branch"].pk, "is_active": "on", **NO_ROWS}

    refused = operator.post(f"/admin/booking/staffmember/add/?tenant={salon.pk}", **wish)
    accepted = operator.post(
        f"/admin/booking/staffmember/add/?tenant={salon.pk}",
        **{**wish, "branch": ours["tenants.Branch"].pk},
    )

    assert list(refused.context["adminform"].form.errors) == ["branch"]
    assert accepted.status_code == 200
    with scope.tenant(salon):
        assert StaffMember.objects.get(name="Neue").branch_id == ours["tenants.Branch"].pk


# The empty rows that a page with inlines posts.
NO_ROWS = {
    f"{name}-{part}": 0
    for name in ("working_hours", "special_hours", "skills", "time_off")
    for part in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def test_a_member_does_not_choose_the_business_of_a_new_row(
    owner: Office, salon: Tenant, neighbour: Tenant
) -> None:
    owner.post(
        f"/admin/booking/customer/add/?tenant={neighbour.pk}",
        name="Frau Neu",
        language="de",
        tenant=str(neighbour.pk),
    )

    with scope.tenant(neighbour):
        assert not Customer.objects.filter(name="Frau Neu").exists()
    with scope.tenant(salon):
        assert Customer.objects.get(name="Frau Neu").tenant_id == salon.pk


def test_a_member_cannot_point_to_rows_of_the_neighbour(
    owner: Office, salon: Tenant, ours: Rows, theirs: Rows
) -> None:
    ours_staff = ours["booking.StaffMember"]

    answer = owner.post(
        office.change_url(ours_staff),
        name="Jana",
        branch=theirs["tenants.Branch"].pk,
        offers=[theirs["booking.Service"].pk],
        is_active="on",
        **NO_ROWS,
    )

    assert set(answer.context["adminform"].form.errors) == {"branch", "offers"}
    with scope.tenant(salon):
        assert StaffMember.objects.get(pk=ours_staff.pk).branch_id == ours["tenants.Branch"].pk
        assert not Skill.objects.filter(service_id=theirs["booking.Service"].pk).exists()


def test_actions_pass_over_rows_of_the_neighbour(
    owner: Office, neighbour: Tenant, ours: Rows, theirs: Rows
) -> None:
    owner.ask("cancel_chosen", theirs["booking.Appointment"])
    owner.ask("finish", theirs["calls.CallbackRequest"])
    owner.ask("resolve", theirs["tenants.Alert"])
    owner.ask("revoke", theirs["tenants.ApiKey"])
    owner.ask("let_go", theirs["tenants.User"])

    with scope.tenant(neighbour):
        appointment = Appointment.objects.get(pk=theirs["booking.Appointment"].pk)
        assert appointment.status == Appointment.Status.CONFIRMED
        for label, untouched in (
            ("calls.CallbackRequest", {"status": "open"}),
            ("tenants.Alert", {"resolved_at": None}),
            ("tenants.ApiKey", {"revoked_at": None}),
        ):
            row = type(theirs[label])._default_manager.get(pk=theirs[label].pk)
            assert {name: getattr(row, name) for name in untouched} == untouched, label
        assert Membership.objects.filter(user_id=theirs["tenants.User"].pk).exists()


def test_somebody_of_two_businesses_is_guessed_into_none(
    salon: Tenant, neighbour: Tenant, ours: Rows, now: datetime
) -> None:
    user = factories.make_member(salon, email="springerin@salon.example")
    with scope.tenant(neighbour):
        Membership.objects.create(tenant=neighbour, user=user, role=Membership.Role.OWNER)
    both = Office(user)

    for path in ("/admin/", "/admin/booking/customer/", office.change_url(ours["calls.Call"])):
        response = both.get(path)
        assert response.status_code == 403
        assert "Kein Betrieb zugeordnet" in office.text_of(response)
    assert both.client.post("/admin/logout/").status_code == 200
