"""What an appointment needs beside a person: rooms, chairs, devices."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.models.catalogue import Service
from booking.models.diary import Appointment, OwnOrSession, TsTzRange
from tenants import statements
from tenants.models import Branch, TenantForeignKey, TenantOwned

_LOCK = (
    "SELECT id FROM booking_resource WHERE tenant_id = %s AND id = ANY(%s)"
    " ORDER BY id FOR NO KEY UPDATE"
)


class Resource(TenantOwned):
    """A room, a chair, a device: one appointment at a time. The row is also the lock of its use."""

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="resources", verbose_name=_("branch")
    )
    name = models.CharField(_("name"), max_length=200)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "branch", "name"], name="resource_name_once_per_branch"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def lock(tenant_id: object, ids: list[int]) -> None:
        """Wait for everybody who takes one of these resources, in the order of their ids. Diaries come first."""
        statements.run(_LOCK, (tenant_id, ids))


class Requirement(TenantOwned):
    """What a service needs of a list of resources: all of them, or any one. Several requirements add up.

    Only the active resources of the branch count. A requirement for which a branch has nothing cannot be met there.
    """

    class Mode(models.TextChoices):
        ALL = "all", _("all of them")
        ANY = "any", _("any one of them")

    service = TenantForeignKey(Service, on_delete=models.CASCADE, related_name="requirements")
    name = models.CharField(_("name"), max_length=200)
    mode = models.CharField(_("needs"), max_length=3, choices=Mode.choices)
    resources: "models.ManyToManyField[Resource, RequirementResource]" = models.ManyToManyField(
        Resource, through="booking.RequirementResource", related_name="requirements"
    )

    class Meta(TenantOwned.Meta):
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = [
            models.CheckConstraint(
                name="requirement_mode_is_known", condition=Q(mode__in=["all", "any"])
            ),
            models.UniqueConstraint(fields=["service", "name"], name="requirement_once"),
        ]

    def __str__(self) -> str:
        return self.name


class RequirementResource(TenantOwned):
    """One resource of the list of a requirement."""

    requirement = TenantForeignKey(Requirement, on_delete=models.CASCADE, related_name="options")
    resource = TenantForeignKey(Resource, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantOwned.Meta):
        verbose_name = _("resource of a requirement")
        verbose_name_plural = _("resources of a requirement")
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "resource"], name="requirement_resource_once"
            ),
        ]
        indexes = [models.Index(fields=["resource"], name="requirement_of_resource")]

    def __str__(self) -> str:
        return f"{self.requirement} · {self.resource}"


class ResourceUse(TenantOwned):
    """A resource taken by an appointment, for the whole span with buffers, processing time included.

    The rows go with the appointment's claim on its time: they are deleted when it is cancelled or its hold ends.
    Appointments of the same session share the resource.
    """

    appointment = TenantForeignKey(Appointment, on_delete=models.CASCADE, related_name="uses")
    resource = TenantForeignKey(Resource, on_delete=models.PROTECT, related_name="uses")
    blocked_from = models.DateTimeField(_("from"))
    blocked_until = models.DateTimeField(_("until"))
    # As in the appointment; a plain number, because the appointment holds the reference.
    session_number = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = _("use of a resource")
        verbose_name_plural = _("uses of resources")
        constraints = [
            ExclusionConstraint(
                name="resource_no_double_use",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    (
                        TsTzRange("blocked_from", "blocked_until", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                    (OwnOrSession("session_number", "appointment"), RangeOperators.NOT_EQUAL),
                ],
            ),
            models.CheckConstraint(
                name="resource_use_ends_after_it_begins",
                condition=Q(blocked_from__lt=F("blocked_until")),
            ),
        ]
        indexes = [
            models.Index(fields=["appointment"], name="use_of_appointment"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} · {self.appointment}"
