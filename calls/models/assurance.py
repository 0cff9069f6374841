"""What callers were told of appointments before the calendar of the business had agreed."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models import Appointment, StaffMember
from calls.models.call import Call
from tenants.models import TenantForeignKey, TenantOwned


class Assurance(TenantOwned):
    """A word to a caller that a calendar can still undo. The row is the queue: it is open until it was kept or put right.

    It is written with the deed itself, so that it is there whoever dies before the caller hears an answer.
    """

    class Kind(models.TextChoices):
        BOOKED = "booked", _("booked")
        MOVED = "moved", _("moved")
        CANCELLED = "cancelled", _("cancelled")

    class Outcome(models.TextChoices):
        KEPT = "kept", _("came true")
        CORRECTED = "corrected", _("put right in the call")
        OVERTAKEN = "overtaken", _("overtaken")
        CALLED_BACK = "called_back", _("callback noted")

    call = TenantForeignKey(
        Call, on_delete=models.CASCADE, related_name="assurances", verbose_name=_("call")
    )
    appointment = TenantForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="+", verbose_name=_("appointment")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # What the caller goes away believing; of a cancellation: what there was.
    starts_at = models.DateTimeField(_("begins"))
    staff_member = TenantForeignKey(
        StaffMember, on_delete=models.CASCADE, related_name="+", verbose_name=_("staff member")
    )
    # Our number of the calendar link that has to agree; a link may be handed to another appointment.
    link_number = models.BigIntegerField(null=True, blank=True)
    given_at = models.DateTimeField(_("given at"))
    # The caller, if still there, heard then that it is not so.
    corrected_at = models.DateTimeField(_("put right at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("assurance")
        verbose_name_plural = _("assurances")
        constraints = [
            models.CheckConstraint(
                name="assurance_kind_is_known",
                condition=Q(kind__in=["booked", "moved", "cancelled"]),
            ),
            models.CheckConstraint(
                name="assurance_has_an_outcome_when_settled",
                condition=Q(settled_at__isnull=True, outcome="")
                | Q(
                    settled_at__isnull=False,
                    outcome__in=["kept", "corrected", "overtaken", "called_back"],
                ),
            ),
            # Whatever was said of an appointment last is what the caller believes.
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(settled_at__isnull=True),
                name="assurance_open_once_per_appointment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "id"],
                condition=Q(settled_at__isnull=True),
                name="assurance_open",
            ),
            models.Index(fields=["call"], name="assurance_of_call"),
            models.Index(fields=["appointment"], name="assurance_of_appointment"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {timezone.localtime(self.starts_at):%d.%m.%Y %H:%M}"

    def settle(self, outcome: str, *, now: datetime) -> None:
        self.outcome = outcome
        self.settled_at = now
        self.save(update_fields=["outcome", "settled_at", "updated_at"])
