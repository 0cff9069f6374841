"""The voice agent of a branch, and every version of what it was told."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import Branch, TenantForeignKey, TenantOwned


class Agent(TenantOwned):
    """Who answers the telephone of a branch. What it is told is composed from the rows of the business.

    `wanted_number` and `live_number` are numbers of `AgentVersion`: what shall be published, and what callers hear.
    """

    class Template(models.TextChoices):
        SALON = "salon", _("Salon")
        PRACTICE = "practice", _("Practice")
        CONSULTANCY = "consultancy", _("Consultancy")
        PHYSIOTHERAPY = "physiotherapy", _("Physiotherapy")
        WORKSHOP = "workshop", _("Workshop")
        GENERAL = "general", _("Any business")

    class Engine(models.TextChoices):
        RETELL = "retell", _("the platform's language model")
        OWN = "own", _("our own dialogue manager")

    class Language(models.TextChoices):
        GERMAN = "de", _("German")
        ENGLISH = "en", _("English")

    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="agents", verbose_name=_("branch")
    )
    template = models.CharField(_("template"), max_length=20, choices=Template.choices)
    language = models.CharField(
        _("language"), max_length=5, choices=Language.choices, default=Language.GERMAN
    )
    engine = models.CharField(
        _("engine"), max_length=10, choices=Engine.choices, default=Engine.RETELL
    )
    voice_id = models.CharField(
        _("voice"),
        max_length=100,
        blank=True,
        help_text=_("The platform's id of the voice; empty: the voice of the installation."),
    )
    greeting = models.CharField(
        _("greeting"),
        max_length=500,
        blank=True,
        help_text=_("Said first, before the sentence that a machine is speaking."),
    )
    instructions = models.TextField(
        _("what else it should know"),
        max_length=8000,
        blank=True,
        help_text=_("Parking, payment, what to bring. Never promise what the diary decides."),
    )
    llm_id = models.CharField(max_length=100, blank=True, editable=False)
    agent_id = models.CharField(
        _("agent at the platform"), max_length=100, blank=True, editable=False
    )
    wanted_number = models.PositiveIntegerField(null=True, blank=True, editable=False)
    live_number = models.PositiveIntegerField(
        _("version that callers hear"), null=True, blank=True, editable=False
    )
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    next_attempt_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=300, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = _("voice agent")
        verbose_name_plural = _("voice agents")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "branch"], name="agent_once_per_branch"),
            models.UniqueConstraint(
                fields=["agent_id"], condition=~Q(agent_id=""), name="agent_id_belongs_to_one"
            ),
            models.CheckConstraint(
                name="agent_template_is_known",
                condition=Q(
                    template__in=[
                        "salon", "practice", "consultancy", "physiotherapy", "workshop", "general",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="agent_engine_is_known", condition=Q(engine__in=["retell", "own"])
            ),
            models.CheckConstraint(
                name="agent_language_is_known", condition=Q(language__in=["de", "en"])
            ),
            models.CheckConstraint(
                name="agent_that_waits_has_a_time",
                condition=Q(wanted_number__isnull=True) | Q(next_attempt_at__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(wanted_number__isnull=False),
                name="agent_waits_to_be_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch}"


class AgentVersion(TenantOwned):
    """What an agent was told, as one piece. Never changed; a change of the business makes a new one."""

    agent = TenantForeignKey(
        Agent, on_delete=models.CASCADE, related_name="versions", verbose_name=_("voice agent")
    )
    number = models.PositiveIntegerField(_("version"))
    greeting = models.TextField(_("greeting"))
    prompt = models.TextField(_("prompt"))
    # What is sent to the platform beside these two: tools, limits, storage.
    settings = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    tools_version = models.CharField(_("table of tools"), max_length=16)
    # The platform's own number of this version, once it is published there.
    provider_version = models.IntegerField(_("version at the platform"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("version of an agent")
        verbose_name_plural = _("versions of agents")
        constraints = [
            models.UniqueConstraint(fields=["agent", "number"], name="agent_version_once"),
            models.CheckConstraint(
                name="agent_version_counts_from_one", condition=Q(number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} · {self.number}"
