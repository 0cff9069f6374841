"""The diary: holds and appointments in one table, under one constraint."""

from datetime import datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models.catalogue import Service
from booking.models.customers import Customer
from booking.models.repeating import Series, Session, Visit
from booking.models.staff import StaffMember
from tenants.models import Branch, TenantForeignKey, TenantOwned


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class StaffTime(Func):
    """The time an appointment takes of its staff member: one range, or two around the processing time."""

    template = (
        "tstzmultirange(tstzrange(blocked_from, COALESCE(processing_from, blocked_until)),"
        " tstzrange(COALESCE(processing_until, blocked_until), blocked_until))"
    )
    output_field = DateTimeRangeField()


class OwnOrSession(Func):
    """A number that only appointments of the same session have in common."""

    template = "COALESCE(%(expressions)s)"
    arity = 2
    output_field = models.BigIntegerField()

    def __init__(self, session: str, own: str) -> None:
        super().__init__(F(session), -F(own))


class WholeMinute(Func):
    """The minute an instant lies in; equal to the instant when it has no seconds."""

    template = "DATE_TRUNC('minute', %(expressions)s)"
    output_field = models.DateTimeField()


class Appointment(TenantOwned):
    """A slot that is taken: held for a caller, waiting for an answer, confirmed, or past.

    `blocked_from` and `blocked_until` are the span with buffers; they are what must not overlap. From
    `processing_from` to `processing_until` the staff member is free, resources are not.
    """

    class Status(models.TextChoices):
        HELD = "held", _("held")
        PENDING = "pending", _("waiting for the calendar")
        CONFIRMED = "confirmed", _("confirmed")
        CHECKED_IN = "checked_in", _("arrived")
        COMPLETED = "completed", _("completed")
        NO_SHOW = "no_show", _("did not come")
        CANCELLED = "cancelled", _("cancelled")

    # The states in which nobody else can have the time.
    ACTIVE = (Status.HELD, Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN)

    class Source(models.TextChoices):
        PHONE = "phone", _("Telephone")
        API = "api", _("API")
        BACK_OFFICE = "back_office", _("Back office")
        CALENDAR = "calendar", _("Calendar")
        PORTAL = "portal", _("Portal")

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("branch")
    )
    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        related_name="appointments",
        verbose_name=_("staff member"),
    )
    service = TenantForeignKey(
        Service, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("service")
    )
    customer = TenantForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="appointments",
        null=True,
        blank=True,
        verbose_name=_("customer"),
    )
    attendee_name = models.CharField(_("for"), max_length=255, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    blocked_from = models.DateTimeField(editable=False)
    blocked_until = models.DateTimeField(editable=False)
    processing_from = models.DateTimeField(null=True, blank=True, editable=False)
    processing_until = models.DateTimeField(null=True, blank=True, editable=False)
    # How many come; more than one only in a session.
    seats = models.PositiveSmallIntegerField(_("seats"), default=1)
    session = TenantForeignKey(
        Session,
        on_delete=models.PROTECT,
        related_name="appointments",
        null=True,
        blank=True,
        verbose_name=_("session"),
    )
    visit = TenantForeignKey(
        Visit,
        on_delete=models.PROTECT,
        related_name="appointments",
        null=True,
        blank=True,
        verbose_name=_("visit"),
    )
    series = TenantForeignKey(
        Series,
        on_delete=models.PROTECT,
        related_name="appointments",
        null=True,
        blank=True,
        verbose_name=_("series"),
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    hold_expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    # Our number of the call it came from; calls live a floor above, so this is no foreign key.
    call_number = models.BigIntegerField(_("call"), null=True, blank=True)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 — NULL: no key
    price_cents = models.PositiveIntegerField(_("price (cents)"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    checked_in_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    # A no-show that does not count against the customer.
    is_waived = models.BooleanField(_("waived"), default=False)
    # Counts what calendars have to learn (moves, the cancellation); it is the sequence of the entry.
    version = models.PositiveIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            ExclusionConstraint(
                name="appointment_no_double_booking",
                expressions=[
                    ("staff_member", RangeOperators.EQUAL),
                    (StaffTime(), RangeOperators.OVERLAPS),
                    (OwnOrSession("session", "id"), RangeOperators.NOT_EQUAL),
                ],
                condition=Q(status__in=["held", "pending", "confirmed", "checked_in"]),
            ),
            models.UniqueConstraint(
                fields=["tenant", "idempotency_key"], name="appointment_once_per_key"
            ),
            models.CheckConstraint(
                name="appointment_status_is_known",
                condition=Q(
                    status__in=[
                        "held", "pending", "confirmed", "checked_in", "completed", "no_show", "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="appointment_source_is_known",
                condition=Q(source__in=["phone", "api", "back_office", "calendar", "portal"]),
            ),
            models.CheckConstraint(
                name="appointment_spans_are_in_order",
                condition=Q(
                    blocked_from__lte=F("starts_at"),
                    starts_at__lt=F("ends_at"),
                    ends_at__lte=F("blocked_until"),
                ),
            ),
            models.CheckConstraint(
                name="appointment_processing_lies_inside",
                condition=Q(processing_from__isnull=True, processing_until__isnull=True)
                | Q(
                    processing_from__gt=F("starts_at"),
                    processing_until__gt=F("processing_from"),
                    ends_at__gte=F("processing_until"),
                    processing_from=WholeMinute("processing_from"),
                    processing_until=WholeMinute("processing_until"),
                ),
            ),
            models.CheckConstraint(
                name="appointment_takes_a_seat_and_several_in_a_session",
                condition=Q(seats=1) | Q(seats__gte=1, session__isnull=False),
            ),
            # The search counts in minutes and reads the index one day back: both rest on these two.
            models.CheckConstraint(
                name="appointment_times_are_whole_minutes",
                condition=Q(
                    starts_at=WholeMinute("starts_at"),
                    ends_at=WholeMinute("ends_at"),
                    blocked_from=WholeMinute("blocked_from"),
                    blocked_until=WholeMinute("blocked_until"),
                ),
            ),
            models.CheckConstraint(
                name="appointment_blocks_a_day_at_most",
                condition=Q(blocked_until__lte=F("blocked_from") + timedelta(days=1)),
            ),
            models.CheckConstraint(
                name="appointment_hold_expires_and_only_a_hold",
                condition=Q(status="held", hold_expires_at__isnull=False)
                | (~Q(status="held") & Q(hold_expires_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="appointment_belongs_to_a_customer",
                condition=Q(status="held") | (Q(customer__isnull=False) & ~Q(attendee_name="")),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["branch", "starts_at"], name="idx_appointments_branch_starts"),
            models.Index(fields=["starts_at"], name="idx_appointments_starts_at"),
            models.Index(fields=["tenant", "starts_at", "id"], name="appointment_of_tenant"),
            models.Index(fields=["customer", "starts_at"], name="appointment_of_customer"),
            models.Index(
                fields=["call_number"],
                condition=Q(call_number__isnull=False),
                name="appointment_of_call",
            ),
            models.Index(
                fields=["session"],
                condition=Q(session__isnull=False),
                name="appointment_of_session",
            ),
            models.Index(
                fields=["visit"], condition=Q(visit__isnull=False), name="appointment_of_visit"
            ),
            models.Index(
                fields=["series", "starts_at"],
                condition=Q(series__isnull=False),
                name="appointment_of_series",
            ),
            models.Index(
                fields=["hold_expires_at"], condition=Q(status="held"), name="appointment_holds"
            ),
            models.Index(
                # All that the search for free time reads, so that it never visits a row.
                fields=["staff_member", "blocked_from"],
                include=[
                    "blocked_until",
                    "processing_from",
                    "processing_until",
                    "session",
                    "hold_expires_at",
                    "tenant",
                ],
                condition=Q(status__in=["held", "pending", "confirmed", "checked_in"]),
                name="appointment_busy",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.attendee_name or _('held')} {timezone.localtime(self.starts_at):%d.%m.%Y %H:%M}"
        )

    def cancel(self, *, now: datetime) -> None:
        self.status = self.Status.CANCELLED
        self.cancelled_at = now
        self.version += 1
        self.save(update_fields=["status", "cancelled_at", "version", "updated_at"])


class AppointmentChange(TenantOwned):
    """One change of an appointment: what, by whom, why, from when to when."""

    class Kind(models.TextChoices):
        BOOKED = "booked", _("booked")
        MOVED = "moved", _("moved")
        CANCELLED = "cancelled", _("cancelled")
        UPDATED = "updated", _("updated")
        ARRIVED = "arrived", _("arrived")
        COMPLETED = "completed", _("completed")
        NO_SHOW = "no_show", _("did not come")
        WAIVED = "waived", _("waived")

    appointment = TenantForeignKey(Appointment, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    actor = models.CharField(_("by"), max_length=120)
    source = models.CharField(_("source"), max_length=12)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    old_starts_at = models.DateTimeField(_("before"), null=True, blank=True)
    new_starts_at = models.DateTimeField(_("after"), null=True, blank=True)
    fee_cents = models.PositiveIntegerField(_("fee (cents)"), default=0)
    # What the policy said, and which rules the business set aside: {"policy": 3, "hours_before": 20, "overridden": [...]}.
    terms = models.JSONField(_("policy"), default=dict, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta(TenantOwned.Meta):
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        constraints = [
            models.CheckConstraint(
                name="appointment_change_kind_is_known",
                condition=Q(
                    kind__in=[
                        "booked", "moved", "cancelled", "updated", "arrived", "completed", "no_show", "waived",
                    ]
                ),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["appointment", "at"], name="change_of_appointment")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {timezone.localtime(self.at):%d.%m.%Y %H:%M}"
