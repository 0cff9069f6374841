"""One call, folded together from whatever was delivered about it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.models import Customer
from tenants.models import Branch, PhoneNumber, TenantForeignKey, TenantOwned


class Call(TenantOwned):
    """A call to a number of the business. Its id is the number that the inbox gave to the provider's call id."""

    class Status(models.TextChoices):
        REGISTERED = "registered", _("announced")
        ONGOING = "ongoing", _("running")
        ENDED = "ended", _("ended")
        ANALYZED = "analyzed", _("analysed")

    # The order in which a call moves; it never goes back.
    ORDER = (Status.REGISTERED, Status.ONGOING, Status.ENDED, Status.ANALYZED)

    class Outcome(models.TextChoices):
        BOOKED = "booked", _("appointment booked")
        MOVED = "moved", _("appointment moved")
        CANCELLED = "cancelled", _("appointment cancelled")
        CALLBACK = "callback", _("callback requested")
        MESSAGE = "message", _("message taken")
        SLOT_TAKEN = "slot_taken", _("wanted time was taken")
        NOTHING_FREE = "nothing_free", _("nothing free")
        NOT_UNDERSTOOD = "not_understood", _("wish not understood")
        NOT_COMPLETED = "not_completed", _("booking not completed")
        NO_WISH = "no_wish", _("no appointment wanted")
        NOT_CONNECTED = "not_connected", _("never connected")
        FAILED = "failed", _("technical failure")

    class Consent(models.TextChoices):
        GRANTED = "granted", _("granted")
        DENIED = "denied", _("denied")
        REVOKED = "revoked", _("revoked")

    # In which edition its business offers what it offers, where the question that opened the call read it along.
    edition: str | None = None
    # What its branch does after hours, read along as well (`Desk.WhenClosed`); empty: not read.
    when_closed: str = ""
    # Whether this call kept or booked a time before the question came; None: not read.
    has_times: bool | None = None

    id = models.BigIntegerField(primary_key=True)
    branch = TenantForeignKey(
        Branch, on_delete=models.PROTECT, related_name="calls", verbose_name=_("branch")
    )
    phone_number = TenantForeignKey(
        PhoneNumber, on_delete=models.PROTECT, related_name="calls", verbose_name=_("phone number")
    )
    customer = TenantForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="calls",
        null=True,
        blank=True,
        verbose_name=_("customer"),
    )
    external_id = models.CharField(_("provider's id"), max_length=200, unique=True)
    conversation_id = models.CharField(max_length=200, blank=True)
    agent_id = models.CharField(_("agent"), max_length=100, blank=True)
    agent_version = models.IntegerField(null=True, blank=True)
    # Withheld or unreadable numbers are NULL, never a placeholder.
    from_number = models.CharField(_("caller"), max_length=16, null=True, blank=True)  # noqa: DJ001
    to_number = models.CharField(_("dialled"), max_length=16)
    direction = models.CharField(_("direction"), max_length=10, default="inbound")
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    started_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    duration_seconds = models.PositiveIntegerField(_("duration (s)"), null=True, blank=True)
    end_reason = models.CharField(_("ended by"), max_length=60, blank=True)
    transcript = models.TextField(_("transcript"), blank=True)
    turns = models.JSONField(default=list, blank=True)
    # What the platform says the agent asked of us, in the order of the conversation.
    invocations = models.JSONField(default=list, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    intent = models.CharField(_("intent"), max_length=100, blank=True)
    sentiment = models.CharField(_("mood"), max_length=20, blank=True)
    analysis = models.JSONField(default=dict, blank=True)
    recording_url = models.URLField(max_length=1000, blank=True)
    # When the caller was told that a machine speaks, and in which words (their version).
    disclosed_at = models.DateTimeField(_("told that a machine speaks"), null=True, blank=True)
    disclosure = models.CharField(max_length=20, blank=True)
    # Empty: nobody said anything about it, and nothing is kept.
    recording_consent = models.CharField(
        _("consent to record"), max_length=10, choices=Consent.choices, blank=True
    )
    recording_consent_at = models.DateTimeField(null=True, blank=True)
    cost_us_cents = models.DecimalField(
        _("provider's cost (US cents)"), max_digits=10, decimal_places=4, null=True, blank=True
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    outcome_reason = models.CharField(_("why"), max_length=200, blank=True)

    # What was said and is not true (`calls/auditor.py`).
    findings = models.JSONField(_("broken promises"), default=list, blank=True)
    # When somebody has to look at what the call left behind; empty: done.
    settle_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.CheckConstraint(
                name="call_status_is_known",
                condition=Q(status__in=["registered", "ongoing", "ended", "analyzed"]),
            ),
            models.CheckConstraint(
                name="call_outcome_is_known",
                condition=Q(
                    outcome__in=[
                        "", "booked", "moved", "cancelled", "callback", "message", "slot_taken", "nothing_free", "not_understood",
                        "not_completed", "no_wish", "not_connected", "failed",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="call_recording_consent_is_known",
                condition=Q(recording_consent__in=["", "granted", "denied", "revoked"]),
            ),
            # Audio without a yes is a crime (section 201 of the criminal code).
            models.CheckConstraint(
                name="call_recording_only_with_consent",
                condition=Q(recording_url="") | Q(recording_consent="granted"),
            ),
            models.CheckConstraint(
                name="call_over_has_an_outcome",
                condition=~Q(status__in=["ended", "analyzed"]) | ~Q(outcome=""),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="idx_calls_company_created"),
            models.Index(fields=["branch", "created_at"], name="idx_calls_branch_created"),
            models.Index(fields=["tenant", "-started_at", "-id"], name="call_by_start"),
            models.Index(
                fields=["customer", "-created_at"],
                condition=Q(customer__isnull=False),
                name="call_of_customer",
            ),
            models.Index(
                fields=["status", "created_at"],
                condition=Q(status__in=["registered", "ongoing"]),
                name="call_not_over",
            ),
            models.Index(
                fields=["settle_at"], condition=Q(settle_at__isnull=False), name="call_to_settle"
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Call')} {self.pk}"


class ToolCall(TenantOwned):
    """One question of the agent during the call, with our answer and how long it took."""

    call = TenantForeignKey(Call, on_delete=models.CASCADE, related_name="tool_calls")
    name = models.CharField(_("tool"), max_length=64)
    arguments = models.JSONField(_("arguments"), default=dict)
    state = models.CharField(_("state"), max_length=40)
    answer = models.JSONField(_("answer"), default=dict)
    duration_ms = models.PositiveIntegerField(_("duration (ms)"))
    at = models.DateTimeField(_("at"))
    # Which rules answered, and what they made of the words: enough to decide the same once more.
    rules_version = models.CharField(_("rules"), max_length=16, blank=True)
    decisions = models.JSONField(_("decisions"), default=list, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("tool call")
        verbose_name_plural = _("tool calls")
        indexes = [models.Index(fields=["call", "id"], name="tool_call_of_call")]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"
