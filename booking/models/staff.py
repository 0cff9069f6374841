"""Who does it, and when they are there."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.models.catalogue import Service
from tenants.models import Branch, TenantForeignKey, TenantOwned

_A_DAY = 24 * 60


def clock(minute: int) -> str:
    """Return "13:15"; a minute after midnight is shown as the clock of the next day shows it."""
    shown = minute if minute <= _A_DAY else minute - _A_DAY
    return f"{shown // 60:02d}:{shown % 60:02d}"


class StaffMember(TenantOwned):
    """A person whose diary can be booked. The row is also the lock of the diary."""

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="staff", verbose_name=_("branch")
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    max_per_day = models.PositiveSmallIntegerField(
        _("appointments a day at most"), null=True, blank=True
    )
    # Rises each time "anybody" became this person: who had the last turn comes last among equals.
    turn = models.BigIntegerField(default=0, editable=False)
    services: "models.ManyToManyField[Service, Skill]" = models.ManyToManyField(
        Service, through="booking.Skill", related_name="staff"
    )

    class Meta(TenantOwned.Meta):
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "branch", "name"], name="staff_name_once_per_branch"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Skill(TenantOwned):
    """A service that a staff member offers, perhaps at a pace and a price of their own."""

    staff_member = TenantForeignKey(StaffMember, on_delete=models.CASCADE, related_name="skills")
    service = TenantForeignKey(Service, on_delete=models.CASCADE, related_name="skills")
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(
        _("own duration (minutes)"), null=True, blank=True
    )
    price_cents = models.PositiveIntegerField(_("own price (cents)"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = [
            models.UniqueConstraint(fields=["staff_member", "service"], name="skill_once"),
            models.CheckConstraint(
                name="skill_lasts_five_minutes_to_half_a_day",
                condition=Q(duration_minutes__isnull=True)
                | Q(duration_minutes__gte=5, duration_minutes__lte=720),
            ),
        ]
        indexes = [models.Index(fields=["service"], name="skill_of_service")]

    def __str__(self) -> str:
        return f"{self.staff_member} · {self.service}"


class WorkingHours(TenantOwned):
    """A span of local wall-clock time on one weekday, of the branch or of one staff member.

    Several rows on a weekday make a split day. A staff member without rows of their own works when the branch is open.
    A night shift ends after minute 1440 and belongs to the day on which it begins.
    """

    branch = TenantForeignKey(
        Branch, on_delete=models.CASCADE, related_name="working_hours", verbose_name=_("branch")
    )
    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.CASCADE,
        related_name="working_hours",
        null=True,
        blank=True,
        verbose_name=_("staff member"),
    )
    weekday = models.PositiveSmallIntegerField(
        _("weekday"),
        choices=[
            (1, _("Monday")),
            (2, _("Tuesday")),
            (3, _("Wednesday")),
            (4, _("Thursday")),
            (5, _("Friday")),
            (6, _("Saturday")),
            (7, _("Sunday")),
        ],
        validators=[MinValueValidator(1), MaxValueValidator(7)],
    )
    from_minute = models.PositiveSmallIntegerField(_("from (minute of the day)"))
    until_minute = models.PositiveSmallIntegerField(_("until (minute of the day)"))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until (last day)"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints = [
            models.CheckConstraint(
                name="working_hours_weekday_is_iso", condition=Q(weekday__gte=1, weekday__lte=7)
            ),
            models.CheckConstraint(
                name="working_hours_end_after_they_begin",
                condition=Q(from_minute__lt=F("until_minute"))
                & Q(from_minute__lt=1440, until_minute__lte=F("from_minute") + 1440),
            ),
        ]
        indexes = [models.Index(fields=["branch", "weekday"], name="working_hours_of_branch")]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {clock(self.from_minute)}–{clock(self.until_minute)}"


class SpecialHours(TenantOwned):
    """The hours of one date, in place of the weekly ones. Rows of the branch open it on a public holiday, too.

    Several rows are a split day. A row without times says "closed" (of a staff member: "does not work").
    """

    branch = TenantForeignKey(
        Branch, on_delete=models.CASCADE, related_name="special_hours", verbose_name=_("branch")
    )
    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.CASCADE,
        related_name="special_hours",
        null=True,
        blank=True,
        verbose_name=_("staff member"),
    )
    day = models.DateField(_("date"))
    from_minute = models.PositiveSmallIntegerField(
        _("from (minute of the day)"), null=True, blank=True
    )
    until_minute = models.PositiveSmallIntegerField(
        _("until (minute of the day)"), null=True, blank=True
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("special hours")
        verbose_name_plural = _("special hours")
        constraints = [
            models.CheckConstraint(
                name="special_hours_are_a_span_or_closed",
                condition=Q(from_minute__isnull=True, until_minute__isnull=True)
                | Q(from_minute__lt=F("until_minute"))
                & Q(from_minute__lt=1440, until_minute__lte=F("from_minute") + 1440),
            ),
        ]
        indexes = [models.Index(fields=["branch", "day"], name="special_hours_of_branch")]

    def __str__(self) -> str:
        if self.from_minute is None or self.until_minute is None:
            return f"{self.day:%d.%m.%Y}"
        return f"{self.day:%d.%m.%Y} {clock(self.from_minute)}–{clock(self.until_minute)}"


class TimeOff(TenantOwned):
    """A period in which a staff member, or the whole branch, is not there."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Holiday")
        SICK = "sick", _("Sickness")
        CLOSED = "closed", _("Closed")
        OTHER = "other", _("Other")

    branch = TenantForeignKey(
        Branch, on_delete=models.CASCADE, related_name="time_off", verbose_name=_("branch")
    )
    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.CASCADE,
        related_name="time_off",
        null=True,
        blank=True,
        verbose_name=_("staff member"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.HOLIDAY)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        constraints = [
            models.CheckConstraint(
                name="time_off_ends_after_it_begins", condition=Q(starts_at__lt=F("ends_at"))
            ),
            models.CheckConstraint(
                name="time_off_kind_is_known",
                condition=Q(kind__in=["holiday", "sick", "closed", "other"]),
            ),
        ]
        indexes = [models.Index(fields=["branch", "ends_at"], name="time_off_of_branch")]

    def __str__(self) -> str:
        return self.get_kind_display()
