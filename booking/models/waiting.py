"""Offers that stand for a time: from the waiting list, and in place of an appointment that cannot take place.

The offered time is kept by a hold. Holds vanish when they run out, so a plain number points to them.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models.catalogue import Service
from booking.models.customers import Customer
from booking.models.diary import Appointment
from booking.models.staff import StaffMember, TimeOff
from tenants.models import Branch, TenantForeignKey, TenantOwned


class WaitingEntry(TenantOwned):
    """Somebody who would like an appointment earlier than one is free."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        OFFERED = "offered", _("has an offer")
        BOOKED = "booked", _("booked")
        EXPIRED = "expired", _("too late")
        WITHDRAWN = "withdrawn", _("withdrawn")

    branch = TenantForeignKey(
        Branch, on_delete=models.CASCADE, related_name="waiting", verbose_name=_("branch")
    )
    service = TenantForeignKey(
        Service, on_delete=models.CASCADE, related_name="waiting", verbose_name=_("service")
    )
    # None: anybody.
    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.CASCADE,
        related_name="waiting",
        null=True,
        blank=True,
        verbose_name=_("staff member"),
    )
    customer = TenantForeignKey(
        Customer, on_delete=models.CASCADE, related_name="waiting", verbose_name=_("customer")
    )
    attendee_name = models.CharField(_("for"), max_length=255)
    seats = models.PositiveSmallIntegerField(_("seats"), default=1)
    # What would suit, by the clock of the branch. No weekday named: every one.
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("weekdays"), default=list, blank=True
    )
    from_minute = models.PositiveSmallIntegerField(_("from (minute of the day)"), default=0)
    until_minute = models.PositiveSmallIntegerField(_("until (minute of the day)"), default=1440)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.WAITING
    )
    source = models.CharField(_("source"), max_length=12, choices=Appointment.Source.choices)
    call_number = models.BigIntegerField(_("call"), null=True, blank=True)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 — NULL: no key
    note = models.TextField(_("note"), blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("waiting customer")
        verbose_name_plural = _("waiting list")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "idempotency_key"], name="waiting_once_per_key"
            ),
            models.CheckConstraint(
                name="waiting_status_is_known",
                condition=Q(status__in=["waiting", "offered", "booked", "expired", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="waiting_days_are_in_order", condition=Q(first_day__lte=F("last_day"))
            ),
            models.CheckConstraint(
                name="waiting_minutes_are_in_order",
                condition=Q(from_minute__lt=F("until_minute"), until_minute__lte=1440),
            ),
            models.CheckConstraint(name="waiting_needs_a_seat", condition=Q(seats__gte=1)),
        ]
        indexes = [
            models.Index(
                fields=["branch", "service", "last_day"],
                condition=Q(status="waiting"),
                name="waiting_for_service",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attendee_name} · {self.service}"

    def become(self, status: str) -> None:
        self.status = status
        self.save(update_fields=["status", "updated_at"])


class _Offer(TenantOwned):
    class Status(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("expired")

    staff_member = TenantForeignKey(
        StaffMember, on_delete=models.CASCADE, related_name="+", verbose_name=_("staff member")
    )
    starts_at = models.DateTimeField(_("begins"))
    hold_number = models.BigIntegerField(_("hold"), null=True, blank=True)
    expires_at = models.DateTimeField(_("stands until"))
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        abstract = True


class WaitingOffer(_Offer):
    """A time that became free, offered to one waiting customer at a time."""

    entry = TenantForeignKey(
        WaitingEntry,
        on_delete=models.CASCADE,
        related_name="offers",
        verbose_name=_("waiting customer"),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = _("offer from the waiting list")
        verbose_name_plural = _("offers from the waiting list")
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(status="open"), name="waiting_one_open_offer"
            ),
            models.CheckConstraint(
                name="waiting_offer_status_is_known",
                condition=Q(status__in=["open", "accepted", "declined", "expired"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(status="open"), name="waiting_offers_open"
            ),
            models.Index(fields=["entry", "starts_at"], name="waiting_offers_of_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {timezone.localtime(self.starts_at):%d.%m.%Y %H:%M}"


class Proposal(_Offer):
    """Another time for an appointment whose staff member is away. Nothing moves before the customer agrees."""

    appointment = TenantForeignKey(
        Appointment,
        on_delete=models.CASCADE,
        related_name="proposals",
        verbose_name=_("appointment"),
    )
    time_off = TenantForeignKey(
        TimeOff,
        on_delete=models.SET_NULL,
        related_name="proposals",
        null=True,
        blank=True,
        verbose_name=_("time off"),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = _("proposal of another time")
        verbose_name_plural = _("proposals of other times")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(status="open"), name="proposal_one_open"
            ),
            models.CheckConstraint(
                name="proposal_status_is_known",
                condition=Q(status__in=["open", "accepted", "declined", "expired"]),
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status="open"), name="proposals_open"),
        ]

    def __str__(self) -> str:
        return f"{self.appointment} → {timezone.localtime(self.starts_at):%d.%m.%Y %H:%M}"
