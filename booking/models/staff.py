"""Who does it, and when they are there."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.models.catalogue import Service
from tenants import statements
from tenants.models import Branch, TenantForeignKey, TenantOwned

# Weaker than FOR UPDATE: who only refers to the row does not wait.
_LOCK = "SELECT 1 FROM booking_staffmember WHERE tenant_id = %s AND id = %s FOR NO KEY UPDATE"


class StaffMember(TenantOwned):
    """A person whose diary can be booked. The row is also the lock of the diary."""

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="staff", verbose_name=_("branch")
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
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

    def lock_diary(self) -> None:
        """Wait for everybody who is writing into this diary; hold the others off until the commit."""
        statements.run(_LOCK, (self.tenant_id, self.pk))


class Skill(TenantOwned):
    """A service that a staff member offers."""

    staff_member = TenantForeignKey(StaffMember, on_delete=models.CASCADE, related_name="skills")
    service = TenantForeignKey(Service, on_delete=models.CASCADE, related_name="skills")
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = [
            models.UniqueConstraint(fields=["staff_member", "service"], name="skill_once"),
        ]
        indexes = [models.Index(fields=["service"], name="skill_of_service")]

    def __str__(self) -> str:
        return f"{self.staff_member} · {self.service}"


class WorkingHours(TenantOwned):
    """A span of local wall-clock time on one weekday, of the branch or of one staff member.

    Several rows on a weekday make a split day. A staff member without rows of their own works when the branch is open.
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
                condition=Q(from_minute__lt=F("until_minute"), until_minute__lte=1440),
            ),
        ]
        indexes = [models.Index(fields=["branch", "weekday"], name="working_hours_of_branch")]

    def __str__(self) -> str:
        return (
            f"{self.get_weekday_display()} {self.from_minute // 60:02d}:{self.from_minute % 60:02d}"
            f"–{self.until_minute // 60:02d}:{self.until_minute % 60:02d}"
        )


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
