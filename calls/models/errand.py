"""What callers leave for the business when it is not about an appointment."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from tenants.models import TenantForeignKey, TenantOwned


class Errand(TenantOwned):
    """Something a person of the business has to do for a caller: a prescription, a referral, results, a sick note."""

    class Kind(models.TextChoices):
        PRESCRIPTION = "prescription", _("prescription")
        REFERRAL = "referral", _("referral")
        RESULTS = "results", _("results")
        SICK_NOTE = "sick_note", _("sick note")
        QUESTION = "question", _("open question")
        OTHER = "other", _("other")

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")

    call = TenantForeignKey(
        Call, on_delete=models.CASCADE, related_name="errands", verbose_name=_("call")
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=255, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    phone = models.CharField(_("telephone"), max_length=16, null=True, blank=True)  # noqa: DJ001
    # Which medicine, which specialist, which examination, from when to when.
    subject = models.CharField(_("about"), max_length=300, blank=True)
    text = models.TextField(_("message"), blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN
    )
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("errand")
        verbose_name_plural = _("errands")
        constraints = [
            models.CheckConstraint(
                name="errand_kind_is_known",
                condition=Q(
                    kind__in=[
                        "prescription", "referral", "results", "sick_note", "question", "other",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="errand_status_is_known", condition=Q(status__in=["open", "done"])
            ),
            # The agent may ask twice; one errand is done once.
            models.UniqueConstraint(
                fields=["call", "kind", "name", "subject"],
                condition=Q(status="open"),
                name="errand_open_once_per_call",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="open"), name="errand_open_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {timezone.localtime(self.due_at):%d.%m. %H:%M}"
