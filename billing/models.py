"""Floor 5: what was used. One usage record per call and per appointment; the database keeps it one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import TenantOwned


class UsageRecord(TenantOwned):
    """A billable fact, priced when it was recorded. Amounts are net, in integer euro cents."""

    class Kind(models.TextChoices):
        CALL = "call", _("call")
        APPOINTMENT = "appointment", _("appointment")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    source_id = models.BigIntegerField(_("number"))
    unit_price_cents = models.PositiveIntegerField(_("unit price (cents)"))
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    used_at = models.DateTimeField(_("used at"))

    class Meta(TenantOwned.Meta):
        verbose_name = _("usage record")
        verbose_name_plural = _("usage records")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "source_id"], name="usage_once_per_source"
            ),
            models.CheckConstraint(
                name="usage_kind_is_known", condition=Q(kind__in=["call", "appointment"])
            ),
        ]
        indexes = [models.Index(fields=["tenant", "used_at"], name="usage_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.source_id}"
