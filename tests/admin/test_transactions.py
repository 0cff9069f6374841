"""A page is one transaction: it happens or it does not, and a refusal is a sentence."""

from typing import Any

import pytest
from django.contrib import admin

from booking.admin.customers import CustomerAdmin
from booking.models import Customer, Service
from calls.models import CallbackRequest
from tenants import audit, scope
from tenants.models import AuditEntry, Membership, PhoneNumber, Tenant
from tests import factories
from tests.admin import office
from tests.admin.conftest import Rows
from tests.admin.office import Office

ADD = "/admin/booking/customer/add/"


def names(tenant: Tenant) -> set[str]:
    with scope.tenant(tenant):
        return set(Customer.objects.values_list("name", flat=True))


def test_a_page_that_fails_at_its_end_leaves_nothing_behind(
    owner: Office, salon: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("crashed on purpose")

    monkeypatch.setattr(CustomerAdmin, "response_add", crash)
    owner.client.raise_request_exception = False

    answer = owner.post(ADD, name="Halb fertig", language="de")

    assert answer.status_code == 500
    assert names(salon) == set()


def test_an_action_that_fails_halfway_leaves_nothing_behind(
    owner: Office, salon: Tenant, ours: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("crashed on purpose")

    monkeypatch.setattr(audit, "record", crash)
    owner.client.raise_request_exception = False

    answer = owner.ask("finish", ours["calls.CallbackRequest"])

    assert answer.status_code == 500
    with scope.tenant(salon):
        assert CallbackRequest.objects.get().status == "open"


def test_after_a_failed_page_the_next_one_works(
    owner: Office, salon: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(CustomerAdmin, "get_queryset", lambda *args: 1 / 0)
        owner.client.raise_request_exception = False
        assert owner.get("/admin/booking/customer/").status_code == 500

    owner.post(ADD, name="Danach", language="de")

    assert names(salon) == {"Danach"}
    assert not scope.is_open()


def test_a_refusal_of_a_verb_stands_beside_the_form_with_what_was_typed(
    owner: Office, salon: Tenant
) -> None:
    factories.make_customer(salon, name="Schon da", phone="+491713920042")

    answer = owner.post(ADD, name="Neu", phone="0171 39200 42", language="de")

    form = answer.context["adminform"].form
    assert answer.status_code == 200
    assert form["name"].value() == "Neu"
    assert "+491713920042" not in str(form.non_field_errors())
    assert form.non_field_errors() or form.errors
    assert names(salon) == {"Schon da"}


def test_what_only_the_database_knows_is_refused_in_the_form_too(
    operator: Office, salon: Tenant, neighbour: Tenant
) -> None:
    taken = "+494066969200"  # the neighbour's: the page of the salon cannot see it

    answer = operator.post(
        f"/admin/tenants/phonenumber/add/?tenant={salon.pk}",
        number=taken,
        branch=factories.branch_of(salon).pk,
        kind="hotline",
        is_active="on",
    )

    assert answer.status_code == 200
    assert answer.context["adminform"].form.non_field_errors() == ["Das ist schon vergeben."]
    with scope.tenant(salon):
        assert PhoneNumber.objects.count() == 1


def test_a_change_writes_only_the_columns_that_were_changed(
    owner: Office, salon: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = factories.service_of(salon, "Haarschnitt")
    page = admin.site._registry[Service]
    save = type(page).save_model

    def somebody_else_is_faster(self: Any, request: Any, obj: Any, form: Any, change: bool) -> None:
        Service.objects.filter(pk=obj.pk).update(price_cents=9900)
        save(self, request, obj, form, change)

    monkeypatch.setattr(type(page), "save_model", somebody_else_is_faster)
    with scope.tenant(salon):
        stored = Service.objects.get(pk=cut.pk)

    owner.post(
        office.change_url(cut),
        name="Schnitt",
        duration_minutes=stored.duration_minutes,
        buffer_before_minutes=0,
        buffer_after_minutes=0,
        min_notice_minutes=stored.min_notice_minutes,
        horizon_days=stored.horizon_days,
        step_minutes=stored.step_minutes,
        price_cents="35,00",
        is_active="on",
        is_bookable_by_phone="on",
        seats=1,
        processing_minutes=0,
        **{"aliases-TOTAL_FORMS": 0, "aliases-INITIAL_FORMS": 0},
        **{"requirements-TOTAL_FORMS": 0, "requirements-INITIAL_FORMS": 0},
    )

    with scope.tenant(salon):
        stored = Service.objects.get(pk=cut.pk)
    assert (stored.name, stored.price_cents) == ("Schnitt", 9900)


def test_changes_stand_in_the_audit_trail_without_what_was_written(
    owner: Office, salon: Tenant
) -> None:
    owner.post(
        "/admin/booking/service/add/",
        name="Geheime Leistung",
        duration_minutes=30,
        buffer_before_minutes=0,
        buffer_after_minutes=0,
        min_notice_minutes=60,
        horizon_days=60,
        step_minutes=15,
        seats=1,
        processing_minutes=0,
        **{
            "requirements-TOTAL_FORMS": 0,
            "requirements-INITIAL_FORMS": 0,
            "aliases-TOTAL_FORMS": 1,
            "aliases-INITIAL_FORMS": 0,
            "aliases-0-alias": "Geheim",
        },
    )

    with scope.tenant(salon):
        (entry,) = AuditEntry.objects.all()
        service = Service.objects.get(name="Geheime Leistung")
    assert (entry.verb, entry.object_type) == ("added", "booking.service")
    assert (entry.object_id, entry.actor) == (str(service.pk), f"user:{owner.user.pk}")
    assert entry.facts["servicealias"] == 1
    assert "name" in entry.facts["fields"]
    assert "Geheim" not in str(entry.facts)


def test_the_framework_keeps_no_log_beside_the_walls(owner: Office, salon: Tenant) -> None:
    from django.contrib.admin.models import LogEntry

    owner.post(ADD, name="Frau Neu", language="de")

    assert names(salon) == {"Frau Neu"}
    assert not LogEntry.objects.exists()


def test_the_history_of_a_row_is_its_audit_trail(owner: Office, salon: Tenant, ours: Rows) -> None:
    row = ours["calls.CallbackRequest"]
    owner.ask("finish", row)

    answer = owner.client.get(office.url(row, "history", row.pk), follow=True)

    assert [entry.verb for entry in answer.context["cl"].result_list] == ["finished"]


def test_a_page_opens_no_scope_that_outlives_it(owner: Office, salon: Tenant) -> None:
    owner.get("/admin/")

    assert not scope.is_open()
    with pytest.raises(scope.ScopeError):
        Membership.objects.count()
