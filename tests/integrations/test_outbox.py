"""What is written down to be said or done: once, and only together with what it belongs to."""

from datetime import datetime

import pytest
from django.db import DatabaseError, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from integrations import bell, outbox
from integrations.models import Message
from integrations.models.outbox import Outgoing
from tenants import actors, scope
from tenants.models import AuditEntry, Tenant
from tenants.scope import ScopeError
from tests import factories
from tests.integrations import asking


def test_what_was_said_is_not_said_again(in_salon: Tenant, now: datetime) -> None:
    first = asking.say(in_salon, now=now, subject="Der erste")

    again = outbox.say_once(
        tenant_id=in_salon.pk,
        key=first.key,
        topic="other",
        recipient="other@example.org",
        subject="Der zweite",
        body="-",
        now=now,
    )

    assert again is None
    assert [row.subject for row in Message.objects.all()] == ["Der erste"]


def test_what_was_asked_to_be_done_is_not_asked_again(in_salon: Tenant, now: datetime) -> None:
    asking.do(in_salon, "delete_call", now=now, call_id="call_1")

    again = outbox.do_once(
        tenant_id=in_salon.pk,
        key="delete_call/1",
        provider="retell",
        operation="delete_call",
        arguments={"call_id": "call_2"},
        now=now,
    )

    assert again is None


def test_two_businesses_may_use_the_same_key(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    ours = asking.say(salon, now=now, key="confirmed/1")
    theirs = asking.say(neighbour, now=now, key="confirmed/1")

    assert ours.pk != theirs.pk


def test_a_message_disappears_with_the_transaction_that_wrote_it(
    salon: Tenant, now: datetime
) -> None:
    with pytest.raises(RuntimeError), scope.tenant(salon):
        asking.say(salon, now=now)
        raise RuntimeError("the appointment was not written after all")

    with scope.tenant(salon):
        assert not Message.objects.exists()


def test_the_row_remembers_what_it_is_about(in_salon: Tenant, now: datetime) -> None:
    customer = factories.make_customer(in_salon)

    message = asking.say(in_salon, now=now, about=customer)

    stored = Message.objects.get(pk=message.pk)
    assert (stored.about_type, stored.about_id) == ("booking.customer", str(customer.pk))
    assert (stored.state, stored.created_at) == ("pending", now)


def test_a_subject_becomes_one_line_that_fits(in_salon: Tenant, now: datetime) -> None:
    message = asking.say(in_salon, now=now, subject="Termin\r\nBcc: all@example.org " + "x" * 300)

    stored = Message.objects.get(pk=message.pk)
    assert stored.subject.startswith("Termin Bcc: all@example.org xxx")
    assert len(stored.subject) == 200


def test_nothing_is_written_without_a_scope(salon: Tenant, now: datetime) -> None:
    with pytest.raises(ScopeError):
        outbox.say_once(
            tenant_id=salon.pk, key="k", topic="t", recipient="r", subject="", body="", now=now
        )


def test_nothing_is_written_for_another_business(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    refused = pytest.raises(DatabaseError, match="row-level security")

    with scope.tenant(salon), refused, transaction.atomic():
        outbox.say_once(
            tenant_id=neighbour.pk, key="k", topic="t", recipient="r", subject="", body="", now=now
        )


def test_the_bell_rings_after_the_commit_and_only_for_news(
    in_salon: Tenant,
    now: datetime,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as for_news:
        asking.say(in_salon, now=now)
    with django_capture_on_commit_callbacks() as for_a_repetition:
        outbox.say_once(
            tenant_id=in_salon.pk,
            key="confirmed/1",
            topic="t",
            recipient="r",
            subject="",
            body="",
            now=now,
        )

    assert for_news == [bell.goes_out]
    assert for_a_repetition == []


def test_only_what_has_failed_is_repeated_and_that_is_written_down(
    in_salon: Tenant, now: datetime
) -> None:
    failed, waiting = asking.say(in_salon, now=now, key="a"), asking.say(in_salon, now=now, key="b")
    failed.start(lease_until=now)
    failed.fail(kind="permanent", error="resend send: 422")

    count = outbox.repeat([failed, waiting], by=actors.user(7), now=now)

    assert count == 1
    stored = Message.objects.get(pk=failed.pk)
    assert (stored.state, stored.attempts) == (Outgoing.State.PENDING, 0)
    entry = AuditEntry.objects.get(object_type="integrations.message")
    assert (entry.verb, entry.actor, entry.object_id) == ("repeated", "user:7", str(failed.pk))
