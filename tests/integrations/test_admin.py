"""The back office: shows what came in and goes out, asks verbs for the rest, and never shows a key."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from integrations import credentials, inbox
from integrations.models import Command, Credential, Delivery, Message
from integrations.models.outbox import Outgoing
from tenants import actors, scope
from tenants.models import AuditEntry, Tenant, User
from tests import factories
from tests.integrations import asking

SECRET = "key_of_the_salon_4711"
BASE = "/admin/integrations"


@pytest.fixture
def operator(db: None) -> Client:
    """Somebody of the platform."""
    return signed_in(factories.make_user(email="operator@askpro.example", is_superuser=True))


@pytest.fixture
def owner(salon: Tenant) -> Client:
    """The owner of the salon, who may do here all that can be allowed."""
    return signed_in(factories.make_member(salon, email="owner@salon.example"))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def a_delivery(tenant: Tenant, *, key: str, state: str = Delivery.State.DEAD) -> int:
    with scope.platform():
        inbox.record("retell", key=key, kind="call_ended", body=b'{"b": "<i>hallo</i>"}')
        delivery = Delivery.objects.get(key=key)
        Delivery.objects.filter(pk=delivery.pk).update(state=state, tenant=tenant)
    return delivery.pk


def state_of(number: int) -> str:
    with scope.platform():
        return Delivery.objects.get(pk=number).state


def a_failed_message(tenant: Tenant, *, now: datetime) -> Message:
    message = asking.say(tenant, now=now)
    with scope.tenant(tenant):
        message.start(lease_until=now)
        message.fail(kind="permanent", error="resend send: 422")
    return message


def ask(client: Client, model: str, action: str, *numbers: int) -> Any:
    wish = {"action": action, "_selected_action": [str(number) for number in numbers]}
    return client.post(f"{BASE}/{model}/", wish, follow=True)


def test_a_delivery_is_shown_readable_and_harmless(operator: Client, salon: Tenant) -> None:
    number = a_delivery(salon, key="a")

    listed = operator.get(f"{BASE}/delivery/").content.decode()
    shown = operator.get(f"{BASE}/delivery/{number}/change/").content.decode()

    assert "call_ended" in listed
    assert "&quot;b&quot;: &quot;&lt;i&gt;hallo&lt;/i&gt;&quot;" in shown
    assert "<i>hallo</i>" not in shown


@pytest.mark.parametrize("model", ["delivery", "message", "command"])
def test_what_the_house_writes_nobody_writes_by_hand(
    operator: Client, salon: Tenant, now: datetime, model: str
) -> None:
    rows = {
        "delivery": a_delivery(salon, key="a"),
        "message": asking.say(salon, now=now).pk,
        "command": asking.do(salon, "delete_call", now=now, call_id="call_1").pk,
    }

    assert operator.get(f"{BASE}/{model}/").status_code == 200
    assert operator.get(f"{BASE}/{model}/{rows[model]}/change/").status_code == 200
    assert operator.get(f"{BASE}/{model}/add/").status_code == 403
    assert operator.post(f"{BASE}/{model}/{rows[model]}/change/", {}).status_code == 403
    assert operator.post(f"{BASE}/{model}/{rows[model]}/delete/", {}).status_code == 403


def test_deliveries_are_replayed_from_the_back_office(operator: Client, salon: Tenant) -> None:
    dead, done = a_delivery(salon, key="a"), a_delivery(salon, key="b")

    answer = ask(operator, "delivery", "replay", dead)

    assert answer.status_code == 200
    assert (state_of(dead), state_of(done)) == (Delivery.State.NEW, Delivery.State.DEAD)


def test_a_failed_message_is_repeated_from_the_back_office(
    operator: Client, salon: Tenant, now: datetime
) -> None:
    message = a_failed_message(salon, now=now)

    ask(operator, "message", "repeat", message.pk)

    assert asking.seen(message).state == Outgoing.State.PENDING
    with scope.tenant(salon):
        assert AuditEntry.objects.get(object_type="integrations.message").verb == "repeated"


def test_who_may_only_look_is_offered_no_repetition(salon: Tenant, now: datetime) -> None:
    message = a_failed_message(salon, now=now)
    user = factories.make_member(salon, email="viewer@salon.example", role="viewer")

    ask(signed_in(user), "message", "repeat", message.pk)

    assert asking.seen(message).state == Outgoing.State.FAILED


def test_a_business_sees_and_moves_only_its_own_rows(
    owner: Client, salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    ours, theirs = a_delivery(salon, key="ours"), a_delivery(neighbour, key="theirs")
    message = a_failed_message(neighbour, now=now)

    ask(owner, "delivery", "replay", ours, theirs)
    ask(owner, "message", "repeat", message.pk)

    assert (state_of(ours), state_of(theirs)) == (Delivery.State.NEW, Delivery.State.DEAD)
    assert asking.seen(message).state == Outgoing.State.FAILED
    assert owner.get(f"{BASE}/delivery/{ours}/change/").status_code == 200
    assert owner.get(f"{BASE}/delivery/{theirs}/change/").status_code == 302


def test_a_key_goes_in_and_never_comes_out(owner: Client, salon: Tenant) -> None:
    wish = {"provider": "retell", "secret": SECRET}

    saved = owner.post(f"{BASE}/credential/add/", wish, follow=True)

    assert credentials.secret_for(salon.pk, "retell") == SECRET
    with scope.tenant(salon):
        number = Credential.objects.get().pk
    pages = [
        saved,
        owner.get(f"{BASE}/credential/"),
        owner.get(f"{BASE}/credential/{number}/change/"),
        owner.get(f"{BASE}/credential/{number}/history/", follow=True),
    ]
    assert [page.status_code for page in pages] == [200] * 4
    assert not any(SECRET in page.content.decode() for page in pages)


def test_a_key_that_is_none_is_refused_in_the_form(owner: Client, salon: Tenant) -> None:
    answer = owner.post(f"{BASE}/credential/add/", {"provider": "retell", "secret": "a b c"})

    assert list(answer.context["adminform"].form.errors) == ["secret"]
    with scope.tenant(salon):
        assert not Credential.objects.exists()


def test_an_operator_stores_a_key_for_a_business(operator: Client, salon: Tenant) -> None:
    operator.post(
        f"{BASE}/credential/add/?tenant={salon.pk}", {"provider": "retell", "secret": SECRET}
    )

    assert credentials.secret_for(salon.pk, "retell") == SECRET


def test_a_stored_key_is_replaced_removed_and_tested_through_verbs(
    owner: Client, salon: Tenant, now: datetime
) -> None:
    with scope.tenant(salon):
        number = credentials.store(
            salon.pk, provider="retell", secret="key_old", by=actors.user(1), now=now
        ).pk

    owner.post(f"{BASE}/credential/{number}/change/", {"secret": SECRET})
    assert credentials.secret_for(salon.pk, "retell") == SECRET
    ask(owner, "credential", "test_key", number)
    with scope.tenant(salon):
        assert Command.objects.get().operation == "check_key"
    owner.post(f"{BASE}/credential/{number}/delete/", {"post": "yes"})

    with scope.tenant(salon):
        assert not Credential.objects.exists()
        verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
        assert list(verbs) == ["stored", "stored", "removed"]
