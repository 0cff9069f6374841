"""What the business offers."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenants.models import TenantForeignKey, TenantOwned

_A_DAY = 24 * 60


class Service(TenantOwned):
    """Something that can be booked. Duration and buffers come from here, or from the skill of who does it.

    With processing time the staff member is free in the middle (colour takes effect), while the customer stays and
    resources are taken. A service with several seats is one session for several customers.
    """

    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    duration_minutes = models.PositiveSmallIntegerField(
        _("duration (minutes)"), validators=[MinValueValidator(5), MaxValueValidator(_A_DAY // 2)]
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        _("buffer before (minutes)"), default=0
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(_("buffer after (minutes)"), default=0)
    processing_after_minutes = models.PositiveSmallIntegerField(
        _("processing begins after (minutes)"), null=True, blank=True
    )
    processing_minutes = models.PositiveSmallIntegerField(
        _("processing time (minutes)"),
        default=0,
        help_text=_("Part of the duration. The staff member is free meanwhile."),
    )
    seats = models.PositiveSmallIntegerField(
        _("seats"), default=1, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    max_per_day = models.PositiveSmallIntegerField(
        _("at most per day and branch"), null=True, blank=True
    )
    max_per_customer_per_day = models.PositiveSmallIntegerField(
        _("at most per customer and day"), null=True, blank=True
    )
    max_per_customer_per_week = models.PositiveSmallIntegerField(
        _("at most per customer and week"), null=True, blank=True
    )
    max_ahead_per_customer = models.PositiveSmallIntegerField(
        _("at most ahead per customer"), null=True, blank=True
    )
    min_notice_minutes = models.PositiveIntegerField(_("minimum notice (minutes)"), default=60)
    horizon_days = models.PositiveSmallIntegerField(_("bookable ahead (days)"), default=60)
    step_minutes = models.PositiveSmallIntegerField(
        _("a start every (minutes)"), default=15, validators=[MinValueValidator(5)]
    )
    price_cents = models.PositiveIntegerField(_("price (cents)"), null=True, blank=True)
    is_bookable_by_phone = models.BooleanField(_("bookable by telephone"), default=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="service_name_once_per_tenant"),
            models.CheckConstraint(
                name="service_lasts_five_minutes_to_half_a_day",
                condition=Q(duration_minutes__gte=5, duration_minutes__lte=720),
            ),
            models.CheckConstraint(
                name="service_buffers_are_below_six_hours",
                condition=Q(buffer_before_minutes__lte=360, buffer_after_minutes__lte=360),
            ),
            models.CheckConstraint(
                name="service_step_divides_the_day",
                condition=Q(step_minutes__in=[5, 10, 15, 20, 30, 45, 60, 90, 120]),
            ),
            models.CheckConstraint(
                name="service_horizon_is_up_to_two_years", condition=Q(horizon_days__lte=730)
            ),
            models.CheckConstraint(
                name="service_processing_lies_in_the_duration",
                condition=Q(processing_minutes=0, processing_after_minutes__isnull=True)
                | Q(
                    processing_minutes__gte=1,
                    processing_after_minutes__gte=1,
                    duration_minutes__gte=F("processing_after_minutes") + F("processing_minutes"),
                ),
            ),
            models.CheckConstraint(
                name="service_seats_one_to_five_hundred", condition=Q(seats__gte=1, seats__lte=500)
            ),
            models.CheckConstraint(
                name="service_group_has_no_processing_time",
                condition=Q(seats=1) | Q(processing_minutes=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def limits_customers(self) -> bool:
        """Whether one customer can have only so many of its appointments."""
        limits = (
            self.max_per_customer_per_day,
            self.max_per_customer_per_week,
            self.max_ahead_per_customer,
        )
        return any(most is not None for most in limits)


class ServiceAlias(TenantOwned):
    """Another word by which callers mean a service ("Haare schneiden")."""

    service = TenantForeignKey(Service, on_delete=models.CASCADE, related_name="aliases")
    alias = models.CharField(_("also called"), max_length=200)

    class Meta(TenantOwned.Meta):
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints = [
            models.UniqueConstraint(fields=["service", "alias"], name="service_alias_once"),
        ]

    def __str__(self) -> str:
        return self.alias
