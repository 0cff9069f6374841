"""What became of the messages: folded into their rows, only forward, in whatever order it comes in."""

from datetime import datetime
from uuid import UUID

from integrations import inbox
from integrations.errors import RetryableError
from integrations.messaging import resend_webhook, twilio_webhook
from integrations.messaging.events import Report
from integrations.models import Delivery, Message
from tenants import alerts, scope

_CHANNELS = {twilio_webhook.PROVIDER: "sms", resend_webhook.PROVIDER: "email"}
_FOLLOWED = (Message.State.SENT, Message.State.FAILED)
# A report can be faster than the answer that tells us the message's number. The waits up to here add up to a minute,
# and no message is under way for longer (the lease in `integrations/delivery.py`).
_LOOKS = 8


def apply(delivery: Delivery) -> UUID | None:
    """Fold one report into the message it speaks of and return whose that is. Runs in the platform's scope.

    A message that did not reach its person is marked as failed, with the reason, and raises an alert.

    :raises NotOurs: no message of ours is meant, or the report says nothing about its delivery
    :raises RetryableError: it may be about a message that is just being sent
    :raises Unreadable: the body cannot be understood
    """
    report = _report(delivery)
    message = _message(report, delivery)
    heard_at = report.happened_at or delivery.created_at
    with scope.tenant(message.tenant_id):
        _fold(report, message, heard_at=heard_at, now=delivery.created_at)
    return message.tenant_id


def _report(delivery: Delivery) -> Report:
    body = bytes(delivery.body)
    if delivery.provider == twilio_webhook.PROVIDER:
        report: Report | None = twilio_webhook.report(body)
    else:
        report = resend_webhook.report(body)
    if report is None or report.feedback is None:
        raise inbox.NotOurs(f"{delivery.kind} says nothing about a message")
    return report


def _message(report: Report, delivery: Delivery) -> Message:
    channel = _CHANNELS[report.provider]
    found = list(
        Message.objects.select_for_update(of=("self",))
        .filter(channel=channel, provider_ref=report.provider_ref)
        .order_by("pk")[:2]
    )
    if len(found) == 1 and found[0].state in _FOLLOWED:
        return found[0]
    if not found and delivery.attempts < _LOOKS and _is_sending(channel):
        raise RetryableError(report.provider, "feedback", code="message_unknown_yet")
    # Of several none is taken. A message that waits again has left this number behind.
    raise inbox.NotOurs("no message has this number")


def _is_sending(channel: str) -> bool:
    return Message.objects.filter(channel=channel, state=Message.State.SENDING).exists()


def _fold(report: Report, message: Message, *, heard_at: datetime, now: datetime) -> None:
    feedback = report.feedback
    if feedback is None:
        return
    is_news = message.hear(feedback, at=heard_at)
    if is_news and feedback == Message.Feedback.FAILED:
        message.fail(kind="undeliverable", error=report.reason)
        _alert("message_undeliverable", report, message, now=now)
    if report.is_complaint:
        _alert("message_complained_about", report, message, now=now)


def _alert(code: str, report: Report, message: Message, *, now: datetime) -> None:
    alerts.raise_alert(
        code,
        tenant_id=message.tenant_id,
        about=str(message.pk),
        now=now,
        provider=report.provider,
        channel=message.channel,
        topic=message.topic,
        reason=report.reason,
    )
