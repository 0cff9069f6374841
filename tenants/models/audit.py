"""Who did what. Rows are only ever added; the database refuses to change or remove them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.base import TenantOwned


class AuditEntry(TenantOwned):
    """One deed: actor, verb, object, and what was different afterwards."""

    actor = models.CharField(_("actor"), max_length=120)
    verb = models.CharField(_("deed"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.CharField(_("object"), max_length=60)
    facts = models.JSONField(_("facts"), default=dict)
    at = models.DateTimeField(_("at"), db_index=True)

    updated_at = None  # type: ignore[assignment]

    class Meta(TenantOwned.Meta):
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["tenant", "object_type", "object_id"], name="audit_of_object"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.verb} {self.object_type} {self.object_id}"
