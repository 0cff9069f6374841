"""The business and where it can be reached."""

import uuid
import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models.base import TenantForeignKey, TenantOwned


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("This is not the name of a time zone."))


class Tenant(models.Model):
    """A business that trusts us with its telephone."""

    class Industry(models.TextChoices):
        SALON = "salon", _("Salon")
        PRACTICE = "practice", _("Practice")
        CONSULTANCY = "consultancy", _("Consultancy")
        OTHER = "other", _("Other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    industry = models.CharField(
        _("industry"), max_length=20, choices=Industry.choices, default=Industry.OTHER
    )
    is_active = models.BooleanField(_("active"), default=True)
    default_language = models.CharField(_("language"), max_length=5, default="de")
    billing_email = models.EmailField(_("billing e-mail"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        constraints = [
            models.CheckConstraint(
                name="tenant_industry_is_known",
                condition=Q(industry__in=["salon", "practice", "consultancy", "other"]),
            ),
            models.CheckConstraint(name="tenant_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class Branch(TenantOwned):
    """A place of the business, with its own clock and its own holidays."""

    class Municipality(models.TextChoices):
        """Where the holidays of a place differ from those of its state."""

        ORDINARY = "", _("as the state")
        CATHOLIC = "catholic", _("mostly Catholic community (Assumption, Corpus Christi)")
        AUGSBURG = "augsburg", _("Augsburg (Peace Festival)")

    class State(models.TextChoices):
        """The sixteen federal states by their codes of ISO 3166-2:DE."""

        BADEN_WUERTTEMBERG = "BW", _("Baden-Württemberg")
        BAVARIA = "BY", _("Bavaria")
        BERLIN = "BE", _("Berlin")
        BRANDENBURG = "BB", _("Brandenburg")
        BREMEN = "HB", _("Bremen")
        HAMBURG = "HH", _("Hamburg")
        HESSE = "HE", _("Hesse")
        MECKLENBURG_VORPOMMERN = "MV", _("Mecklenburg-Vorpommern")
        LOWER_SAXONY = "NI", _("Lower Saxony")
        NORTH_RHINE_WESTPHALIA = "NW", _("North Rhine-Westphalia")
        RHINELAND_PALATINATE = "RP", _("Rhineland-Palatinate")
        SAARLAND = "SL", _("Saarland")
        SAXONY = "SN", _("Saxony")
        SAXONY_ANHALT = "ST", _("Saxony-Anhalt")
        SCHLESWIG_HOLSTEIN = "SH", _("Schleswig-Holstein")
        THURINGIA = "TH", _("Thuringia")

    name = models.CharField(_("name"), max_length=200)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(
        _("federal state"),
        max_length=2,
        blank=True,
        choices=State.choices,
        help_text=_("Decides the holidays; without a state the branch keeps none."),
    )
    municipality = models.CharField(
        _("municipality"), max_length=10, choices=Municipality.choices, blank=True
    )
    closes_on_holidays = models.BooleanField(_("closed on public holidays"), default=True)
    # Not public holidays, and yet many are open for half of the day only.
    half_day_until_minute = models.PositiveSmallIntegerField(
        _("open on 24 and 31 December until (minute of the day)"),
        null=True,
        blank=True,
        help_text=_("0 means closed all day, empty means open as on every other day."),
    )
    time_zone = models.CharField(_("time zone"), max_length=60, validators=[validate_time_zone])
    language = models.CharField(_("language"), max_length=5, default="de")
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="branch_name_once_per_tenant"),
            models.CheckConstraint(name="branch_has_a_time_zone", condition=~Q(time_zone="")),
            # A state that nobody knows would silently keep no holidays.
            models.CheckConstraint(
                name="branch_state_is_known",
                condition=Q(
                    state__in=["", *"BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH".split()]
                ),
            ),
            models.CheckConstraint(
                name="branch_municipality_is_known",
                condition=Q(municipality__in=["", "catholic", "augsburg"]),
            ),
            models.CheckConstraint(
                name="branch_half_day_ends_that_day",
                condition=Q(half_day_until_minute__isnull=True)
                | Q(half_day_until_minute__lte=1440),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class PhoneNumber(TenantOwned):
    """A number that callers dial. The dialled number opens the tenant."""

    class Kind(models.TextChoices):
        HOTLINE = "hotline", _("Hotline")
        DIRECT = "direct", _("Direct")
        MOBILE = "mobile", _("Mobile")

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="phone_numbers", verbose_name=_("branch")
    )
    number = models.CharField(
        _("number"),
        max_length=16,
        unique=True,
        validators=[RegexValidator(r"^\+[1-9][0-9]{6,14}$", _("Write the number as +4930…"))],
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.HOTLINE)
    is_primary = models.BooleanField(_("primary"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("phone number")
        verbose_name_plural = _("phone numbers")
        constraints = [
            models.CheckConstraint(
                name="phone_number_is_e164", condition=Q(number__regex=r"^\+[1-9][0-9]{6,14}$")
            ),
            models.CheckConstraint(
                name="phone_number_kind_is_known",
                condition=Q(kind__in=["hotline", "direct", "mobile"]),
            ),
            models.UniqueConstraint(
                fields=["branch"],
                condition=Q(is_primary=True),
                name="phone_number_one_primary_per_branch",
            ),
        ]

    def __str__(self) -> str:
        return self.number
