"""Whose appointments they are."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tenants.models import TenantOwned


class Customer(TenantOwned):
    """A customer of the business. Number and address are missing rather than invented."""

    name = models.CharField(_("name"), max_length=255)
    phone = models.CharField(  # noqa: DJ001 — NULL, so that "unknown" is never equal to another "unknown"
        _("telephone"),
        max_length=16,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^\+[1-9][0-9]{1,14}$", _("Write the number as +4930…"))],
    )
    email = models.EmailField(_("e-mail"), null=True, blank=True)  # noqa: DJ001 — as above
    language = models.CharField(_("language"), max_length=5, default="de")
    notes = models.TextField(_("notes"), blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "phone"], name="customer_phone_once_per_tenant"
            ),
            models.UniqueConstraint(
                "tenant", Lower("email"), name="customer_email_once_per_tenant"
            ),
            models.CheckConstraint(name="customer_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="customer_phone_is_e164_or_missing",
                condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+[1-9][0-9]{1,14}$"),
            ),
            models.CheckConstraint(
                name="customer_email_is_not_empty", condition=Q(email__isnull=True) | ~Q(email="")
            ),
        ]
        indexes = [
            models.Index(fields=["phone"], name="idx_customers_phone"),
            models.Index(fields=["tenant", "name", "id"], name="customer_by_name"),
        ]

    def __str__(self) -> str:
        return self.name
