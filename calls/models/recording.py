"""Recordings the caller did not want, until the platform has forgotten them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from tenants.models import TenantForeignKey, TenantOwned


class RecordingRemoval(TenantOwned):
    """One call whose recording must go at the platform. The row is the queue: `due_at` is when it is asked next."""

    call = TenantForeignKey(
        Call, on_delete=models.CASCADE, related_name="recording_removals", verbose_name=_("call")
    )
    # None: it is gone, or somebody was told that it could not be done.
    due_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("error"), max_length=300, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("removal of a recording")
        verbose_name_plural = _("removals of recordings")
        constraints = [
            models.UniqueConstraint(fields=["call"], name="recording_removal_once_per_call")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="recording_removal_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.call}"
