"""What providers sent us: recorded as it came, applied exactly once."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import TenantOwned


class Subject(models.Model):
    """A thing at a provider that deliveries speak of, for instance a call. Its id is our number for it.

    It is numbered at first sight, before anybody knows whose it is; so it carries nothing but the provider's id.
    """

    provider = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "external_id"], name="subject_numbered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.external_id}"


class Delivery(TenantOwned):
    """One inbound webhook, with its signed bytes. Its tenant is known once it was applied."""

    class State(models.TextChoices):
        NEW = "new", _("waiting")
        DONE = "done", _("applied")
        IGNORED = "ignored", _("not ours")
        UNREADABLE = "unreadable", _("unreadable")
        DEAD = "dead", _("gave up")

    tenant = models.ForeignKey(  # type: ignore[assignment]  # known once it was applied
        "tenants.Tenant",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("business"),
    )
    provider = models.CharField(_("provider"), max_length=20)
    key = models.CharField(_("key"), max_length=300)
    kind = models.CharField(_("event"), max_length=60)
    # Subjects are never deleted; the acknowledgement does not pay for asking whether it is there.
    subject = models.ForeignKey(
        Subject,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("our number"),
        db_constraint=False,
        db_index=False,
    )
    body = models.BinaryField(_("body"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.NEW)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    processed_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    updated_at = None  # type: ignore[assignment]

    class Meta(TenantOwned.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["provider", "key"], name="delivery_once_per_key"),
            models.CheckConstraint(
                name="delivery_state_is_known",
                condition=Q(state__in=["new", "done", "ignored", "unreadable", "dead"]),
            ),
            models.CheckConstraint(
                name="delivery_applied_has_a_time",
                condition=~Q(state="done") | Q(processed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], condition=Q(state="new"), name="delivery_waiting"
            ),
            # Written when the delivery is applied, not when it is acknowledged.
            models.Index(
                fields=["tenant", "-created_at", "-id"],
                condition=Q(tenant__isnull=False),
                name="delivery_of_tenant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} {self.pk}"

    def postpone(self, *, until: datetime, error: str) -> None:
        self.next_attempt_at = until
        self.error = error[:500]
        self.save(update_fields=["next_attempt_at", "error"])

    def give_up(self, *, error: str, state: str = State.DEAD) -> None:
        self.state = state
        self.error = error[:500]
        self.save(update_fields=["state", "error"])

    def replay(self, *, now: datetime) -> None:
        """Put the delivery back to the waiting ones."""
        self.state = self.State.NEW
        self.attempts = 0
        self.next_attempt_at = now
        self.processed_at = None
        self.save(update_fields=["state", "attempts", "next_attempt_at", "processed_at"])
