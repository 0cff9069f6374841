"""Who waits to be called back."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from tenants.models import TenantForeignKey, TenantOwned


class CallbackRequest(TenantOwned):
    """Somebody who must be called back, by when and why."""

    class Priority(models.TextChoices):
        URGENT = "urgent", _("urgent (2 h)")
        HIGH = "high", _("high (4 h)")
        NORMAL = "normal", _("normal (24 h)")

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    call = TenantForeignKey(
        Call, on_delete=models.CASCADE, related_name="callback_requests", verbose_name=_("call")
    )
    name = models.CharField(_("name"), max_length=255, blank=True)
    phone = models.CharField(_("telephone"), max_length=16, null=True, blank=True)  # noqa: DJ001
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    wish = models.CharField(_("preferred time"), max_length=200, blank=True)
    priority = models.CharField(
        _("priority"), max_length=10, choices=Priority.choices, default=Priority.NORMAL
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN
    )
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("callback request")
        verbose_name_plural = _("callback requests")
        constraints = [
            models.CheckConstraint(
                name="callback_priority_is_known",
                condition=Q(priority__in=["urgent", "high", "normal"]),
            ),
            models.CheckConstraint(
                name="callback_status_is_known",
                condition=Q(status__in=["open", "done", "cancelled"]),
            ),
            # The agent may ask twice; one person waits once.
            models.UniqueConstraint(
                fields=["call"], condition=Q(status="open"), name="callback_open_once_per_call"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(status="open"), name="callback_open_by_due"
            ),
            models.Index(fields=["call"], name="callback_of_call"),
        ]

    def __str__(self) -> str:
        return f"{self.name or _('unknown')} {timezone.localtime(self.due_at):%d.%m. %H:%M}"
