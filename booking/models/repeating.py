"""Appointments that belong together: visits, sessions, series."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models.catalogue import Service
from booking.models.customers import Customer
from booking.models.staff import StaffMember
from tenants.models import Branch, TenantForeignKey, TenantOwned


class Visit(TenantOwned):
    """Several services one after the other, perhaps by several people: booked as a whole or not at all."""

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="visits", verbose_name=_("branch")
    )
    # None: its parts are only held.
    customer = TenantForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="visits",
        null=True,
        blank=True,
        verbose_name=_("customer"),
    )
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 — NULL: no key

    class Meta(TenantOwned.Meta):
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "idempotency_key"], name="visit_once_per_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{_('visit')} {self.pk}"


class Session(TenantOwned):
    """A service with several seats at one time with one person. It stands as long as somebody has a seat.

    `seats_taken` is counted by the database from the appointments; it cannot pass `capacity`.
    """

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("branch")
    )
    service = TenantForeignKey(
        Service, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("service")
    )
    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        related_name="sessions",
        verbose_name=_("staff member"),
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    capacity = models.PositiveSmallIntegerField(_("seats"))
    seats_taken = models.PositiveSmallIntegerField(_("seats taken"), default=0, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "staff_member", "starts_at"], name="session_once"
            ),
            models.CheckConstraint(
                name="session_is_not_overbooked", condition=Q(seats_taken__lte=F("capacity"))
            ),
            models.CheckConstraint(
                name="session_ends_after_it_begins", condition=Q(starts_at__lt=F("ends_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {timezone.localtime(self.starts_at):%d.%m.%Y %H:%M}"


class Series(TenantOwned):
    """An appointment that comes again and again by a rule (RFC 5545), in the wall-clock time of the branch."""

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="series", verbose_name=_("branch")
    )
    service = TenantForeignKey(
        Service, on_delete=models.PROTECT, related_name="series", verbose_name=_("service")
    )
    # None: whoever is free each time.
    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        related_name="series",
        null=True,
        blank=True,
        verbose_name=_("staff member"),
    )
    customer = TenantForeignKey(
        Customer, on_delete=models.PROTECT, related_name="series", verbose_name=_("customer")
    )
    attendee_name = models.CharField(_("for"), max_length=255)
    rule = models.CharField(_("rule"), max_length=300, help_text="FREQ=WEEKLY;COUNT=10")
    starts_at = models.DateTimeField(_("first time"))
    # How many come each time, to a service with seats.
    seats = models.PositiveSmallIntegerField(_("seats"), default=1, db_default=1)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 — NULL: no key

    class Meta(TenantOwned.Meta):
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "idempotency_key"], name="series_once_per_key"
            ),
            models.CheckConstraint(name="series_has_a_rule", condition=~Q(rule="")),
            models.CheckConstraint(name="series_takes_a_seat", condition=Q(seats__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.attendee_name} {timezone.localtime(self.starts_at):%d.%m.%Y %H:%M}"
