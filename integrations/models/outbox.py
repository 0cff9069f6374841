"""What we owe to others: written in the transaction that decided it, carried out after its commit."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import TenantOwned


class Outgoing(TenantOwned):
    """One thing to be said or done once. The key makes it once."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENDING = "sending", _("under way")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("withdrawn")

    key = models.CharField(_("key"), max_length=200)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    provider_ref = models.CharField(_("provider's number"), max_length=200, blank=True)
    error_kind = models.CharField(_("kind of error"), max_length=20, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta(TenantOwned.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="%(class)s_said_once"),
            models.CheckConstraint(
                name="%(class)s_state_is_known",
                condition=Q(state__in=["pending", "sending", "sent", "failed", "cancelled"]),
            ),
            # "Sent" is what a provider answered, not what we hope.
            models.CheckConstraint(
                name="%(class)s_sent_has_an_answer",
                condition=~Q(state="sent") | (Q(sent_at__isnull=False) & ~Q(provider_ref="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state__in=["pending", "sending"]),
                name="%(class)s_waiting",
            ),
            models.Index(fields=["tenant", "-created_at", "-id"], name="%(class)s_of_tenant"),
        ]

    def start(self, *, lease_until: datetime) -> None:
        """Take it out of the queue; if nobody reports back before the lease ends, it is tried again."""
        self.state = self.State.SENDING
        self.attempts += 1
        self.next_attempt_at = lease_until
        self.save(update_fields=["state", "attempts", "next_attempt_at", "updated_at"])

    def succeed(self, *, provider_ref: str, now: datetime) -> None:
        self.state = self.State.SENT
        self.sent_at = now
        self.provider_ref = provider_ref
        self.error_kind = self.error = ""
        self.save(
            update_fields=["state", "sent_at", "provider_ref", "error_kind", "error", "updated_at"]
        )

    def postpone(self, *, until: datetime, kind: str, error: str) -> None:
        self.state = self.State.PENDING
        self.next_attempt_at = until
        self._explain(kind, error)

    def fail(self, *, kind: str, error: str) -> None:
        self.state = self.State.FAILED
        self._explain(kind, error)

    def repeat(self, *, now: datetime) -> None:
        """Put a failed one back to the waiting ones."""
        self.state = self.State.PENDING
        self.attempts = 0
        self.next_attempt_at = now
        self.save(update_fields=["state", "attempts", "next_attempt_at", "updated_at"])

    def _explain(self, kind: str, error: str) -> None:
        self.error_kind = kind
        self.error = error[:500]
        self.save(update_fields=["state", "next_attempt_at", "error_kind", "error", "updated_at"])


class Message(Outgoing):
    """Words for a person: a confirmation, a reminder."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")

    class Feedback(models.TextChoices):
        """What the sender told us afterwards. It only moves down this list."""

        ACCEPTED = "accepted", _("accepted")
        SENT = "sent", _("on its way")
        DELAYED = "delayed", _("delayed")
        DELIVERED = "delivered", _("delivered")
        READ = "read", _("read")
        FAILED = "failed", _("not delivered")

    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    topic = models.CharField(_("occasion"), max_length=40)
    recipient = models.CharField(_("recipient"), max_length=254)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    # Each as `integrations.outbox.Attachment`: the text of a file, its name, its type with parameters.
    attachments = models.JSONField(default=list, blank=True)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.CharField(max_length=60, blank=True)
    feedback = models.CharField(
        _("feedback"), max_length=10, choices=Feedback.choices, blank=True, editable=False
    )
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True, editable=False)

    class Meta(Outgoing.Meta):
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            *Outgoing.Meta.constraints,
            models.CheckConstraint(
                name="message_channel_is_known", condition=Q(channel__in=["email", "sms"])
            ),
            models.CheckConstraint(
                name="message_feedback_is_known",
                condition=Q(
                    feedback__in=["", "accepted", "sent", "delayed", "delivered", "read", "failed"]
                ),
            ),
        ]
        indexes = [
            *Outgoing.Meta.indexes,
            models.Index(fields=["tenant", "about_type", "about_id"], name="message_about"),
            models.Index(
                fields=["provider_ref"], condition=~Q(provider_ref=""), name="message_by_its_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"

    def hear(self, feedback: Feedback, *, at: datetime) -> bool:
        """Note what the sender told us, and tell whether it was news; what is older than known is none."""
        order = ["", *self.Feedback.values]
        if order.index(feedback) <= order.index(self.feedback):
            return False
        self.feedback = feedback
        if feedback in (self.Feedback.DELIVERED, self.Feedback.READ) and self.delivered_at is None:
            self.delivered_at = at
        self.save(update_fields=["feedback", "delivered_at", "updated_at"])
        return True

    def repeat(self, *, now: datetime) -> None:
        """Put a failed one back to the waiting ones; what became of the first one is not said of the next."""
        self.feedback = ""
        self.delivered_at = None
        self.save(update_fields=["feedback", "delivered_at"])
        super().repeat(now=now)


class Command(Outgoing):
    """A deed at a provider, for instance to forget a recording."""

    provider = models.CharField(_("provider"), max_length=20)
    operation = models.CharField(_("operation"), max_length=60)
    arguments = models.JSONField(_("arguments"), default=dict)
    # What the provider answered, for whoever asked.
    result = models.JSONField(default=dict, editable=False)

    class Meta(Outgoing.Meta):
        verbose_name = _("command")
        verbose_name_plural = _("commands")

    def __str__(self) -> str:
        return f"{self.provider} {self.operation} {self.pk}"

    def note_result(self, result: dict[str, Any]) -> None:
        if result:
            self.result = result
            self.save(update_fields=["result", "updated_at"])

    def forget_arguments(self) -> None:
        """Forget what was asked, and with it who the person is; that it was asked stays."""
        self.arguments = {}
        self.save(update_fields=["arguments", "updated_at"])
