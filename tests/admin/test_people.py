"""Logins: in, out, and who may give which role to whom."""

import pytest
from django.test import Client

from tenants import scope
from tenants.models import ApiKey, AuditEntry, Membership, Tenant, User
from tests import factories
from tests.admin import office
from tests.admin.office import Office

Role = Membership.Role
GOOD = "Kamm-und-Schere-2026"
ADD = "/admin/tenants/user/add/"


def wish(**fields: str) -> dict[str, str]:
    return {
        "email": "Neu@salon.example",
        "name": "Nina Neu",
        "role": Role.RECEPTIONIST,
        "password1": GOOD,
        "password2": GOOD,
        **fields,
    }


def role_of(email: str, tenant: Tenant) -> str | None:
    with scope.tenant(tenant):
        return Membership.objects.filter(user__email=email).values_list("role", flat=True).first()


def test_signing_in_leads_to_the_first_page_and_signing_out_leads_out(salon: Tenant) -> None:
    factories.make_member(salon, email="inhaberin@salon.example")
    client = Client()
    asked = client.get("/admin/", follow=True)

    entered = client.post(
        "/admin/login/",
        {"username": "Inhaberin@Salon.example", "password": factories.PASSWORD},
        follow=True,
    )
    left = client.post("/admin/logout/")

    assert asked.redirect_chain[-1][0] == "/admin/login/?next=/admin/"
    assert entered.redirect_chain == [("/admin/", 302)]
    assert "tiles" in entered.context
    assert left.status_code == 200
    assert client.get("/admin/").status_code == 302


def test_a_wrong_password_is_refused_in_german(salon: Tenant) -> None:
    factories.make_member(salon, email="inhaberin@salon.example")

    answer = Client(headers={"accept-language": "de"}).post(
        "/admin/login/", {"username": "inhaberin@salon.example", "password": "falsch"}
    )

    assert answer.status_code == 200
    assert "Bitte" in office.text_of(answer)


@pytest.mark.parametrize("case", ["no business", "closed business"])
def test_somebody_without_an_active_business_is_told_so(case: str, salon: Tenant) -> None:
    if case == "closed business":
        user = factories.make_member(salon, email="alt@salon.example")
        with scope.platform():
            Tenant.objects.filter(pk=salon.pk).update(is_active=False)
    else:
        user = factories.make_user(email="niemand@salon.example")
    person = Office(user)

    pages = [person.get(path) for path in ("/admin/", "/admin/calls/call/", "/admin/search/?s=a")]

    for page in pages:
        assert page.status_code == 403
        assert "Kein Betrieb zugeordnet" in office.text_of(page)
    assert person.get("/admin/password_change/").status_code == 200
    assert person.client.post("/admin/logout/").status_code == 200


def test_a_login_without_the_back_office_does_not_enter(salon: Tenant) -> None:
    user = factories.make_member(salon, email="nur-api@salon.example")
    User.objects.filter(pk=user.pk).update(is_staff=False)

    page = Office(User.objects.get(pk=user.pk)).get("/admin/")

    assert (page.status_code, page["Location"]) == (302, "/admin/login/?next=/admin/")


def test_an_owner_lets_somebody_in_who_can_sign_in_at_once(owner: Office, salon: Tenant) -> None:
    owner.post(ADD, **wish())

    client = Client()
    entered = client.post(
        "/admin/login/", {"username": "neu@salon.example", "password": GOOD}, follow=True
    )
    assert entered.status_code == 200
    assert client.get("/admin/booking/appointment/").status_code == 200
    assert client.get("/admin/tenants/apikey/").status_code == 403
    assert role_of("neu@salon.example", salon) == Role.RECEPTIONIST
    stored = User.objects.get(email="neu@salon.example")
    assert stored.password.startswith("scrypt$")
    assert not stored.is_superuser
    with scope.tenant(salon):
        assert set(AuditEntry.objects.values_list("verb", flat=True)) == {"let_in", "added"}
        assert GOOD not in str(list(AuditEntry.objects.values_list("facts", flat=True)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password1", "kurz"),
        ("password2", "Kamm-und-Schere-2027"),
        ("role", ""),
        ("role", "root"),
        ("email", "kein ort"),
        ("email", "INHABERIN@salon.example"),
    ],
)
def test_a_login_that_cannot_be_one_is_refused_in_the_form(
    owner: Office, salon: Tenant, field: str, value: str
) -> None:
    answer = owner.post(ADD, **wish(**{field: value}))

    assert answer.context["adminform"].form.errors
    assert User.objects.filter(name="Nina Neu").count() == 0


def test_a_new_login_gets_no_rights_that_nobody_gave_it(owner: Office, salon: Tenant) -> None:
    owner.post(ADD, **wish(), is_superuser="on", groups="1", user_permissions="1")

    stored = User.objects.get(email="neu@salon.example")
    assert not stored.is_superuser
    assert not stored.user_permissions.exists()


def test_an_administrator_appoints_no_owner(salon: Tenant) -> None:
    administrator = Office(factories.make_member(salon, email="a@salon.example", role=Role.ADMIN))
    boss = factories.make_member(salon, email="boss@salon.example")

    added = administrator.post(ADD, **wish(role=Role.OWNER))
    raised = administrator.client.post(
        office.change_url(boss), {"name": "Boss", "role": Role.VIEWER, "is_active": "on"}
    )
    password = administrator.client.post(
        f"/admin/tenants/user/{boss.pk}/password/", {"password1": GOOD, "password2": GOOD}
    )
    removed = administrator.ask("let_go", boss)

    assert list(added.context["adminform"].form.errors) == ["role"]
    assert (raised.status_code, password.status_code) == (403, 403)
    assert office.messages_of(removed) == [
        "Nur wer selbst Inhaber ist, darf Inhaber ernennen, ändern oder entfernen."
    ]
    assert role_of("boss@salon.example", salon) == Role.OWNER


def test_the_last_owner_stays_one(owner: Office, operator: Office, salon: Tenant) -> None:
    own = owner.ask("let_go", owner.user)
    others = operator.ask("let_go", owner.user)

    assert office.messages_of(own) == ["Niemand ändert die eigene Rolle oder entfernt sich selbst."]
    assert office.messages_of(others) == [
        "Ein Betrieb braucht mindestens eine Inhaberin oder einen Inhaber."
    ]
    assert role_of(owner.user.email, salon) == Role.OWNER


def test_a_role_is_changed_and_a_refusal_stands_beside_the_form(
    owner: Office, salon: Tenant
) -> None:
    colleague = factories.make_member(salon, email="k@salon.example", role=Role.STAFF)
    change = {"name": "Kim", "is_active": "on"}

    owner.post(office.change_url(colleague), role=Role.MANAGER, **change)
    refused = owner.post(office.change_url(owner.user), role=Role.VIEWER, **change)

    assert role_of("k@salon.example", salon) == Role.MANAGER
    assert "Niemand ändert die eigene Rolle" in office.text_of(refused)
    assert role_of(owner.user.email, salon) == Role.OWNER
    assert User.objects.get(pk=owner.user.pk).name != "Kim", "the page saves all of it or nothing"


def test_who_is_let_go_keeps_nothing_of_the_business(owner: Office, salon: Tenant) -> None:
    colleague = factories.make_member(salon, email="k@salon.example", role=Role.MANAGER)
    their_session = Office(colleague)

    owner.ask("let_go", colleague)

    assert their_session.get("/admin/booking/customer/").status_code == 403
    assert owner.get(office.change_url(colleague)).status_code == 302


def test_a_login_that_also_belongs_to_the_neighbour_is_not_taken_over(
    owner: Office, salon: Tenant, neighbour: Tenant
) -> None:
    shared = factories.make_member(salon, email="beide@salon.example", role=Role.STAFF)
    with scope.tenant(neighbour):
        Membership.objects.create(tenant=neighbour, user=shared, role=Role.OWNER)

    renamed = owner.client.post(
        office.change_url(shared), {"name": "X", "role": Role.STAFF, "is_active": ""}
    )
    password = owner.client.post(
        f"/admin/tenants/user/{shared.pk}/password/", {"password1": GOOD, "password2": GOOD}
    )

    assert (renamed.status_code, password.status_code) == (403, 403)
    assert User.objects.get(pk=shared.pk).check_password(factories.PASSWORD)


def test_an_owner_takes_over_nobody_of_the_platform(owner: Office, salon: Tenant) -> None:
    chief = factories.make_user(email="chef@askpro.example", is_superuser=True)
    with scope.tenant(salon):
        Membership.objects.create(tenant=salon, user=chief, role=Role.STAFF)

    password = owner.client.post(
        f"/admin/tenants/user/{chief.pk}/password/", {"password1": GOOD, "password2": GOOD}
    )

    assert password.status_code == 403


def test_an_owner_sets_a_new_password_for_a_colleague(owner: Office, salon: Tenant) -> None:
    colleague = factories.make_member(salon, email="k@salon.example", role=Role.STAFF)

    owner.post(
        f"/admin/tenants/user/{colleague.pk}/password/",
        password1=GOOD,
        password2=GOOD,
        usable_password="true",
    )

    assert User.objects.get(pk=colleague.pk).check_password(GOOD)


def test_platform_staff_let_people_into_the_business_they_chose(
    operator: Office, salon: Tenant
) -> None:
    asked = operator.get(ADD)

    operator.post(f"{ADD}?tenant={salon.pk}", **wish(role=Role.OWNER))

    assert "Für welchen Betrieb?" in office.text_of(asked)
    assert role_of("neu@salon.example", salon) == Role.OWNER


def test_a_key_is_shown_once_and_never_again(owner: Office, salon: Tenant) -> None:
    answer = owner.post("/admin/tenants/apikey/add/", name="Website", scopes=["read"])

    shown = next(text for text in office.messages_of(answer) if "ask_live_" in text)
    secret = shown.split()[-1]
    api = Client(headers={"authorization": f"Bearer {secret}"})
    assert api.get("/api/customers").status_code == 200
    pages = [owner.get("/admin/tenants/apikey/"), owner.get("/admin/")]
    assert not any(secret in office.text_of(page) for page in pages)
    with scope.tenant(salon):
        assert secret not in str(list(AuditEntry.objects.values()))


def test_a_revoked_key_opens_nothing(owner: Office, salon: Tenant) -> None:
    secret = factories.make_api_key(salon)
    with scope.tenant(salon):
        key = ApiKey.objects.get()

    owner.ask("revoke", key)

    api = Client(headers={"authorization": f"Bearer {secret}"})
    assert api.get("/api/customers").status_code == 401
