"""Keys that a business gave us for its own accounts; only the cipher is stored."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrations import sealing
from tenants.models import TenantOwned


class Credential(TenantOwned):
    """A secret of one business for one provider. `tenant`, `provider` and the column seal it."""

    class Provider(models.TextChoices):
        RETELL = "retell", "Retell AI"
        CALCOM = "calcom", "Cal.com"
        STRIPE = "stripe", "Stripe"
        TWILIO = "twilio", "Twilio"
        RESEND = "resend", "Resend"

    provider = models.CharField(_("provider"), max_length=20, choices=Provider.choices)
    sealed_secret = models.BinaryField(editable=False)
    config = models.JSONField(_("settings"), default=dict, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    last_ok_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=300, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "provider"], name="credential_once_per_provider"
            ),
            models.CheckConstraint(
                name="credential_provider_is_known",
                condition=Q(provider__in=["retell", "calcom", "stripe", "twilio", "resend"]),
            ),
        ]

    def __str__(self) -> str:
        return self.get_provider_display()

    @property
    def secret(self) -> str:
        return sealing.unseal(bytes(self.sealed_secret), context=self._context())

    @secret.setter
    def secret(self, value: str) -> None:
        self.sealed_secret = sealing.seal(value, context=self._context())

    def _context(self) -> str:
        return f"integrations_credential.sealed_secret/{self.tenant_id}/{self.provider}"
