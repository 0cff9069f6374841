"""Who waits to be called back."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models import Service, StaffMember
from calls.models.call import Call
from tenants.models import Branch, TenantForeignKey, TenantOwned


class CallbackRequest(TenantOwned):
    """Somebody who must be called back, by when and why."""

    class Priority(models.TextChoices):
        URGENT = "urgent", _("urgent (2 h)")
        HIGH = "high", _("high (4 h)")
        NORMAL = "normal", _("normal (24 h)")

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        ASSIGNED = "assigned", _("assigned")
        CONTACTED = "contacted", _("contact tried")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    # The states in which somebody still waits.
    WAITING = (Status.OPEN, Status.ASSIGNED, Status.CONTACTED)

    class Kind(models.TextChoices):
        CALLBACK = "callback", _("callback wanted")
        PERSON = "person", _("wanted a person")
        UNFULFILLED = "unfulfilled", _("wish could not be fulfilled")
        FAILSAFE = "failsafe", _("something went wrong")

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="callback_requests", verbose_name=_("branch")
    )
    # None when it did not come from a call.
    call = TenantForeignKey(
        Call,
        on_delete=models.CASCADE,
        related_name="callback_requests",
        null=True,
        blank=True,
        verbose_name=_("call"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.CALLBACK)
    service = TenantForeignKey(
        Service,
        on_delete=models.PROTECT,
        related_name="callback_requests",
        null=True,
        blank=True,
        verbose_name=_("service"),
    )
    assigned_to = TenantForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        related_name="callback_requests",
        null=True,
        blank=True,
        verbose_name=_("who calls back"),
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
    assigned_at = models.DateTimeField(_("assigned at"), null=True, blank=True)
    contacted_at = models.DateTimeField(_("last tried at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    notes = models.TextField(_("notes"), blank=True)
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
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
                condition=Q(status__in=["open", "assigned", "contacted", "done", "cancelled"]),
            ),
            models.CheckConstraint(
                name="callback_kind_is_known",
                condition=Q(kind__in=["callback", "person", "unfulfilled", "failsafe"]),
            ),
            # The agent may ask twice; one person waits once.
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(status__in=["open", "assigned", "contacted"]),
                name="callback_open_once_per_call",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(status__in=["open", "assigned", "contacted"]),
                name="callback_open_by_due",
            ),
            models.Index(fields=["call"], name="callback_of_call"),
            models.Index(
                fields=["assigned_to"],
                condition=Q(status__in=["open", "assigned", "contacted"]),
                name="callback_of_staff",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or _('unknown')} {timezone.localtime(self.due_at):%d.%m. %H:%M}"
