"""How a branch answers its telephone: who takes over, what happens after hours, who is not answered at all."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import Branch, TenantForeignKey, TenantOwned

_WRITE_E164 = _("Write the number as +4930…")


class Desk(TenantOwned):
    """The telephone rules of a branch. Without a row nobody takes over, and appointments are booked at any hour."""

    class WhenClosed(models.TextChoices):
        BOOK = "book", _("book appointments")
        CALLBACK = "callback", _("only note callbacks")
        REJECT = "reject", _("do not answer")

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="desks", verbose_name=_("branch")
    )
    # Nobody to take over is NULL, never a placeholder.
    transfer_number = models.CharField(  # noqa: DJ001
        _("who takes over (number)"),
        max_length=16,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^\+[1-9][0-9]{6,14}$", _WRITE_E164)],
        help_text=_("Callers who want a person are put through to this number."),
    )
    transfers_when_closed = models.BooleanField(_("put through after hours, too"), default=False)
    when_closed = models.CharField(
        _("after hours"), max_length=10, choices=WhenClosed.choices, default=WhenClosed.BOOK
    )
    answers_withheld = models.BooleanField(_("answer withheld numbers"), default=True)
    asks_to_record = models.BooleanField(
        _("ask for consent to record"),
        default=False,
        help_text=_("Without a yes no recording is kept."),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = _("telephone rules")
        verbose_name_plural = _("telephone rules")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "branch"], name="desk_once_per_branch"),
            models.CheckConstraint(
                name="desk_when_closed_is_known",
                condition=Q(when_closed__in=["book", "callback", "reject"]),
            ),
            models.CheckConstraint(
                name="desk_transfer_number_is_e164_or_missing",
                condition=Q(transfer_number__isnull=True)
                | Q(transfer_number__regex=r"^\+[1-9][0-9]{6,14}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch}"

    def transfers(self, *, is_open: bool) -> bool:
        """Whether somebody takes over callers who want a person."""
        return bool(self.transfer_number) and (is_open or self.transfers_when_closed)


class CallerRule(TenantOwned):
    """Who is never answered, or always. A number that ends in * stands for all that begin like it; allowed wins."""

    class Kind(models.TextChoices):
        BLOCK = "block", _("block")
        ALLOW = "allow", _("always answer")

    number = models.CharField(
        _("number"),
        max_length=17,
        validators=[RegexValidator(r"^\+[1-9][0-9]{0,14}\*?$", _WRITE_E164)],
        help_text=_("+4930… for one caller, +4930* for all that begin like it"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.BLOCK)
    note = models.CharField(_("why"), max_length=200, blank=True)
    turned_away = models.PositiveIntegerField(_("turned away"), default=0, editable=False)
    last_at = models.DateTimeField(_("last"), null=True, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = _("caller rule")
        verbose_name_plural = _("caller rules")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="caller_rule_once"),
            models.CheckConstraint(
                name="caller_rule_kind_is_known", condition=Q(kind__in=["block", "allow"])
            ),
            models.CheckConstraint(
                name="caller_rule_is_a_number_or_a_beginning",
                condition=Q(number__regex=r"^\+[1-9][0-9]{0,14}\*?$"),
            ),
        ]

    def __str__(self) -> str:
        return self.number
