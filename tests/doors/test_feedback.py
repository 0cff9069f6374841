"""What became of a message stands in its row, however late, often and mixed up the reports come."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations import inbox
from integrations.messaging import feedback
from integrations.models import Delivery, Message
from tenants import scope
from tenants.models import Alert, Tenant
from tests.doors.senders import RESEND, TWILIO, Sender, stored

pytestmark = pytest.mark.django_db
SMS, MAIL = "SM11111111111111111111111111111111", "56761188-7520-42d8-8898-ff6fc54ce618"


def make_message(
    tenant: Tenant, *, number: str, key: str = "confirmed/1", **fields: Any
) -> Message:
    """Write a message that its sender has taken under this number."""
    sent_at = datetime.now(UTC)
    values: dict[str, Any] = {
        "channel": "sms" if number.startswith("SM") else "email",
        "topic": "appointment_confirmed",
        "recipient": "erika.mustermann@example.org",
        "body": "Ihr Termin ist bestätigt.",
        "state": Message.State.SENT,
        "sent_at": sent_at,
        "next_attempt_at": sent_at,
        "provider_ref": number,
        **fields,
    }
    with scope.tenant(tenant):
        return Message.objects.create(tenant=tenant, key=key, **values)


def seen(message: Message) -> Message:
    with scope.platform():
        return Message.objects.get(pk=message.pk)


def open_alerts() -> list[tuple[object, str, str]]:
    with scope.platform():
        return list(Alert.objects.order_by("pk").values_list("tenant_id", "code", "about"))


def report(sender: Sender, *bodies: bytes) -> list[Delivery]:
    """Let the sender knock, carry what came, and return it."""
    for body in bodies:
        assert sender.send(body, at=datetime.now(UTC)).status_code == 200
        carry(sender)
    return stored(sender.provider)


def carry(sender: Sender, *, later: timedelta = timedelta(seconds=1)) -> None:
    now = datetime.now(UTC) + later
    while inbox.apply_next(sender.provider, feedback.apply, now=now):
        pass


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["queued", "sent", "delivered"])), ids="-".join
)
def test_a_delivered_text_is_delivered_in_whatever_order_the_reports_come(
    salon: Tenant, order: tuple[str, ...]
) -> None:
    message = make_message(salon, number=SMS)

    deliveries = report(TWILIO, *(TWILIO.report(SMS, status) for status in order))

    after = seen(message)
    assert (after.state, after.feedback) == ("sent", "delivered")
    assert after.delivered_at is not None
    assert {(each.state, each.tenant_id) for each in deliveries} == {("done", salon.pk)}
    assert open_alerts() == []


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["sent", "delivered", "undelivered"])), ids="-".join
)
def test_a_text_that_did_not_arrive_is_failed_in_whatever_order_the_reports_come(
    salon: Tenant, order: tuple[str, ...]
) -> None:
    message = make_message(salon, number=SMS)

    report(TWILIO, *(TWILIO.report(SMS, status, ErrorCode="30006") for status in order))

    after = seen(message)
    assert (after.state, after.feedback) == ("failed", "failed")
    assert (after.error_kind, after.error) == ("undeliverable", "undelivered 30006")
    assert open_alerts() == [(salon.pk, "message_undeliverable", str(message.pk))]


@pytest.mark.parametrize(
    ("status", "state", "word"),
    [
        ("accepted", "sent", "accepted"),
        ("scheduled", "sent", "accepted"),
        ("queued", "sent", "accepted"),
        ("sending", "sent", "accepted"),
        ("sent", "sent", "sent"),
        ("delivered", "sent", "delivered"),
        ("read", "sent", "read"),
        ("undelivered", "failed", "failed"),
        ("failed", "failed", "failed"),
        ("canceled", "failed", "failed"),
    ],
)
def test_each_status_of_twilio_is_understood(
    salon: Tenant, status: str, state: str, word: str
) -> None:
    message = make_message(salon, number=SMS)

    report(TWILIO, TWILIO.report(SMS, status))

    after = seen(message)
    assert (after.state, after.feedback) == (state, word)


@pytest.mark.parametrize(
    ("kind", "state", "word"),
    [
        ("email.scheduled", "sent", "accepted"),
        ("email.sent", "sent", "sent"),
        ("email.delivery_delayed", "sent", "delayed"),
        ("email.delivered", "sent", "delivered"),
        ("email.complained", "sent", "delivered"),
        ("email.opened", "sent", "read"),
        ("email.clicked", "sent", "read"),
        ("email.bounced", "failed", "failed"),
        ("email.failed", "failed", "failed"),
        ("email.suppressed", "failed", "failed"),
    ],
)
def test_each_event_of_resend_is_understood(
    salon: Tenant, kind: str, state: str, word: str
) -> None:
    message = make_message(salon, number=MAIL)

    report(RESEND, RESEND.report(MAIL, kind))

    after = seen(message)
    assert (after.state, after.feedback) == (state, word)


def test_a_mail_was_delivered_when_resend_says_so(salon: Tenant) -> None:
    message = make_message(salon, number=MAIL)

    report(RESEND, RESEND.report(MAIL, "email.delivered"), RESEND.report(MAIL, "email.opened"))

    assert seen(message).delivered_at == datetime(2026, 11, 23, 10, 1, 2, tzinfo=UTC)


def test_a_bounce_names_its_codes_and_not_the_person(salon: Tenant) -> None:
    message = make_message(salon, number=MAIL)
    bounce = {
        "type": "Permanent",
        "subType": "General",
        "message": "erika.mustermann@example.org does not exist",
    }

    report(RESEND, RESEND.report(MAIL, "email.bounced", bounce=bounce))

    assert seen(message).error == "bounced Permanent General"
    with scope.platform():
        alert = Alert.objects.get()
    assert alert.facts["reason"] == "bounced Permanent General"
    assert "erika" not in str(alert.facts)


def test_a_complaint_is_told_to_the_business_and_the_mail_stays_delivered(salon: Tenant) -> None:
    message = make_message(salon, number=MAIL)

    report(RESEND, RESEND.report(MAIL, "email.complained"))

    assert seen(message).state == "sent"
    assert open_alerts() == [(salon.pk, "message_complained_about", str(message.pk))]


def test_the_message_of_a_neighbour_stays_as_it_was(salon: Tenant, neighbour: Tenant) -> None:
    ours = make_message(salon, number=SMS)
    theirs = make_message(neighbour, number="SM22222222222222222222222222222222")

    report(TWILIO, TWILIO.report(SMS, "failed"))

    assert (seen(ours).state, seen(theirs).state, seen(theirs).feedback) == ("failed", "sent", "")


@pytest.mark.parametrize(
    ("sender", "body"),
    [
        (TWILIO, TWILIO.report("SM99999999999999999999999999999999", "delivered")),
        (TWILIO, TWILIO.report(MAIL, "failed")),  # the number of a mail
        (TWILIO, TWILIO.report(SMS, "received")),
        (TWILIO, TWILIO.report(SMS, "teleported")),
        (RESEND, RESEND.report("of somebody else", "email.bounced")),
        (RESEND, RESEND.report(SMS, "email.bounced")),
        (RESEND, RESEND.report(MAIL, "email.teleported")),
        (RESEND, b'{"type":"email.bounced","data":null}'),
        (RESEND, b'{"type":"contact.created","data":{"id":"c1"}}'),
    ],
)
def test_what_is_about_nothing_of_ours_is_kept_as_ignored(
    salon: Tenant, sender: Sender, body: bytes
) -> None:
    messages = [
        make_message(salon, number=SMS),
        make_message(salon, number=MAIL, key="confirmed/2"),
    ]

    (delivery,) = report(sender, body)

    assert (delivery.state, delivery.tenant_id) == ("ignored", None)
    assert {(seen(each).state, seen(each).feedback) for each in messages} == {("sent", "")}
    assert open_alerts() == []


def test_of_two_messages_with_one_number_none_is_taken(salon: Tenant, neighbour: Tenant) -> None:
    messages = [make_message(salon, number=SMS), make_message(neighbour, number=SMS)]

    (delivery,) = report(TWILIO, TWILIO.report(SMS, "failed"))

    assert delivery.state == "ignored"
    assert {seen(each).state for each in messages} == {"sent"}


def test_a_report_that_is_faster_than_the_answer_waits_for_it(salon: Tenant) -> None:
    message = make_message(
        salon, number="", channel="sms", state=Message.State.SENDING, sent_at=None
    )

    (early,) = report(TWILIO, TWILIO.report(SMS, "delivered"))
    with scope.tenant(salon):
        message.succeed(provider_ref=SMS, now=datetime.now(UTC))
    carry(TWILIO, later=timedelta(seconds=10))

    assert early.state == "new"
    (late,) = stored("twilio")
    assert (late.state, seen(message).feedback) == ("done", "delivered")


def test_a_stranger_is_not_waited_for_without_end_while_others_are_sending(salon: Tenant) -> None:
    make_message(salon, number="", channel="sms", state=Message.State.SENDING, sent_at=None)

    report(TWILIO, TWILIO.report(SMS, "delivered"))
    for hours in range(1, 20):
        carry(TWILIO, later=timedelta(hours=hours))

    (delivery,) = stored("twilio")
    assert (delivery.state, delivery.attempts) == ("ignored", 8)
    assert open_alerts() == []


def test_a_repeated_message_has_left_the_old_report_behind(salon: Tenant) -> None:
    message = make_message(salon, number=MAIL)
    report(RESEND, RESEND.report(MAIL, "email.bounced"))
    with scope.tenant(salon):
        seen_again = Message.objects.get(pk=message.pk)
        seen_again.repeat(now=datetime.now(UTC))

    report(RESEND, RESEND.report(MAIL, "email.suppressed"))
    with scope.tenant(salon):
        seen_again.succeed(provider_ref="the next number", now=datetime.now(UTC))
    report(RESEND, RESEND.report("the next number", "email.delivered"))

    after = seen(message)
    assert (after.state, after.feedback, after.error) == ("sent", "delivered", "")


def test_a_replayed_report_changes_nothing(salon: Tenant) -> None:
    message = make_message(salon, number=SMS)
    (delivery,) = report(TWILIO, TWILIO.report(SMS, "failed"))

    with scope.platform():
        inbox.replay([delivery], now=datetime.now(UTC))
    carry(TWILIO)

    assert seen(message).state == "failed"
    with scope.platform():
        assert Alert.objects.get().count == 1


def test_an_unreadable_report_that_somebody_replays_is_kept_for_a_person() -> None:
    body = b'{"type":"","data":{}}'
    assert RESEND.send(body, at=datetime.now(UTC)).status_code == 400
    (delivery,) = stored("resend")

    with scope.platform():
        inbox.replay([delivery], now=datetime.now(UTC))
    carry(RESEND)

    (delivery,) = stored("resend")
    assert delivery.state == "dead"
    assert [code for _, code, _ in open_alerts()] == ["delivery_dead"]
