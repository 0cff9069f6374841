"""What a person should look at. One open alert per thing; repeats are counted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models.base import TenantOwned


class Alert(TenantOwned):
    """Something that went wrong or looks wrong, until somebody has dealt with it."""

    tenant = models.ForeignKey(  # type: ignore[assignment]  # the platform's alerts have none
        "tenants.Tenant",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("business"),
    )
    code = models.CharField(_("code"), max_length=60)
    about = models.CharField(_("about"), max_length=120, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    count = models.PositiveIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last seen"))
    resolved_at = models.DateTimeField(_("dealt with"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code", "about"],
                condition=Q(resolved_at__isnull=True),
                nulls_distinct=False,
                name="alert_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.about}"
