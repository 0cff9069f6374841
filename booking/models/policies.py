"""What the business allows its customers, and what it costs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.models.catalogue import Service
from booking.models.staff import StaffMember
from tenants.models import Branch, TenantForeignKey, TenantOwned


class Policy(TenantOwned):
    """Notice, fees and quotas of cancelling or moving. Of several that apply the most specific one counts.

    Staff member before service before branch before the whole business. Without any: allowed, no fee.
    """

    class Kind(models.TextChoices):
        CANCEL = "cancel", _("cancelling")
        MOVE = "move", _("moving")

    kind = models.CharField(_("about"), max_length=8, choices=Kind.choices)
    branch = TenantForeignKey(
        Branch, on_delete=models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("branch")
    )  # fmt: skip
    service = TenantForeignKey(
        Service, on_delete=models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("service")
    )  # fmt: skip
    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("staff member"),
    )
    notice_hours = models.PositiveSmallIntegerField(
        _("possible until (hours before)"), default=0, help_text=_("Later it is refused.")
    )
    # Cancelling: of a customer within 30 days. Moving: of one appointment.
    quota = models.PositiveSmallIntegerField(_("how often"), null=True, blank=True)
    # [{"under_hours": 24, "cents": 1500}, {"under_hours": 48, "percent": 50}]: the narrowest that applies.
    fee_tiers = models.JSONField(_("fees"), default=list, blank=True)
    text = models.TextField(_("wording for customers"), blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [
            models.CheckConstraint(
                name="policy_kind_is_known", condition=Q(kind__in=["cancel", "move"])
            ),
            models.UniqueConstraint(
                fields=["tenant", "kind", "branch", "service", "staff_member"],
                name="policy_once_per_owner",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class DiaryRules(TenantOwned):
    """How the diary of a business behaves by itself. Without a row the defaults here hold."""

    class Consequence(models.TextChoices):
        DEPOSIT = "deposit", _("only with a deposit")
        BLOCK = "block", _("no booking")

    no_show_after_minutes = models.PositiveSmallIntegerField(
        _("did not come, if not there after (minutes)"),
        null=True,
        blank=True,
        default=20,
        help_text=_("Empty: nobody is marked by itself."),
    )
    no_show_limit = models.PositiveSmallIntegerField(
        _("consequence after not coming (times)"), null=True, blank=True
    )
    no_show_window_days = models.PositiveSmallIntegerField(_("within (days)"), default=180)
    no_show_consequence = models.CharField(
        _("consequence"), max_length=8, choices=Consequence.choices, default=Consequence.DEPOSIT
    )
    no_show_fee_cents = models.PositiveIntegerField(_("fee for not coming (cents)"), default=0)
    offer_minutes = models.PositiveSmallIntegerField(
        _("an offer from the waiting list stands for (minutes)"), default=30
    )
    avoids_gaps = models.BooleanField(
        _("offer times that leave no unusable gaps first"), default=False
    )
    prefers_usual_staff = models.BooleanField(_("offer the usual staff member first"), default=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("rules of the diary")
        verbose_name_plural = _("rules of the diary")
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="diary_rules_once_per_tenant"),
            models.CheckConstraint(
                name="diary_rules_consequence_is_known",
                condition=Q(no_show_consequence__in=["deposit", "block"]),
            ),
        ]

    def __str__(self) -> str:
        return str(_("rules of the diary"))
