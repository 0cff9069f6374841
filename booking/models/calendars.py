"""Calendars of the business outside our diary: whose they are, what stands there, and where both sides disagree."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models.catalogue import Service
from booking.models.diary import Appointment
from booking.models.staff import StaffMember, TimeOff
from tenants.models import TenantForeignKey, TenantOwned


class CalendarAccount(TenantOwned):
    """The account at Cal.com that a business keeps beside our diary. Its key is a sealed credential.

    The row is also the lock under which what is heard from there is folded in, one thing after the other.
    """

    is_active = models.BooleanField(_("active"), default=True)
    team_id = models.CharField(_("team at Cal.com"), max_length=40, blank=True)
    owner_number = models.CharField(_("owner's number at Cal.com"), max_length=40, blank=True)
    owner_email = models.EmailField(_("owner's e-mail"), blank=True)
    # From here on changes are fetched the next time.
    changes_until = models.DateTimeField(null=True, blank=True, editable=False)
    wants_sync_at = models.DateTimeField(null=True, blank=True, editable=False)
    synced_at = models.DateTimeField(_("compared at"), null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=300, blank=True, editable=False)
    report = models.JSONField(_("report"), default=dict, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = _("calendar account")
        verbose_name_plural = _("calendar accounts")
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="calendar_account_once_per_tenant")
        ]

    def __str__(self) -> str:
        return "Cal.com"


class CalendarHost(TenantOwned):
    """Who a staff member is at Cal.com, and how that was found out."""

    class MatchedBy(models.TextChoices):
        EMAIL = "email", _("e-mail")
        NAME = "name", _("name")
        HAND = "hand", _("by hand")

    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.CASCADE,
        related_name="calendar_hosts",
        verbose_name=_("staff member"),
    )
    number = models.CharField(_("number at Cal.com"), max_length=40)
    matched_by = models.CharField(_("matched by"), max_length=10, choices=MatchedBy.choices)

    class Meta(TenantOwned.Meta):
        verbose_name = _("calendar host")
        verbose_name_plural = _("calendar hosts")
        constraints = [
            models.UniqueConstraint(fields=["staff_member"], name="calendar_host_once_per_person"),
            models.UniqueConstraint(fields=["tenant", "number"], name="calendar_host_number_once"),
            models.CheckConstraint(
                name="calendar_host_match_is_known",
                condition=Q(matched_by__in=["email", "name", "hand"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_member} · {self.number}"


class CalendarEventType(TenantOwned):
    """What can be booked at Cal.com. Duration, price and name of our service are never taken from here."""

    service = TenantForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("service")
    )
    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("staff member"),
    )
    number = models.CharField(_("number at Cal.com"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    slug = models.CharField(_("short name"), max_length=200)
    length_minutes = models.PositiveSmallIntegerField(_("length (minutes)"))
    hosts = models.JSONField(_("hosts"), default=list, editable=False)
    is_bookable = models.BooleanField(_("bookable"), default=True, editable=False)
    drift = models.CharField(_("deviation"), max_length=300, blank=True, editable=False)
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = _("event type")
        verbose_name_plural = _("event types")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="event_type_number_once"),
            models.UniqueConstraint(
                fields=["service", "staff_member"], name="event_type_once_per_service_and_person"
            ),
        ]
        indexes = [models.Index(fields=["number"], name="event_type_by_number")]

    def __str__(self) -> str:
        return self.title


class CalendarLink(TenantOwned):
    """One thing that stands on both sides: an appointment of ours and a chain of bookings there.

    `agreed_*` is what both sides had when they were last the same; compared with it, each side's change is seen.
    `asked_*` is what the running command asks for, `theirs_*` what was last known to stand there.
    """

    class State(models.TextChoices):
        AGREED = "agreed", _("agreed")
        ASKING = "asking", _("being told")
        CONFLICT = "conflict", _("conflict")
        FAILED = "failed", _("not told")

    class Origin(models.TextChoices):
        OURS = "ours", _("our diary")
        THEIRS = "theirs", _("the calendar")

    appointment = TenantForeignKey(
        Appointment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="calendar_links",
        verbose_name=_("appointment"),
    )
    origin = models.CharField(_("comes from"), max_length=10, choices=Origin.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    target = models.CharField(_("event type"), max_length=40, blank=True)
    agreed_starts_at = models.DateTimeField(null=True, blank=True)
    agreed_over = models.BooleanField(default=False)
    # Who had it there when both sides were last the same; empty while nobody was seen.
    agreed_host = models.CharField(max_length=40, blank=True, default="", db_default="")
    asked_starts_at = models.DateTimeField(null=True, blank=True)
    # Our number of the command under way, and how many there were: part of its key.
    command_number = models.BigIntegerField(null=True, blank=True)
    commands_asked = models.PositiveIntegerField(default=0)
    theirs_uid = models.CharField(_("uid at Cal.com"), max_length=200, blank=True)
    theirs_starts_at = models.DateTimeField(_("there at"), null=True, blank=True)
    theirs_ends_at = models.DateTimeField(null=True, blank=True)
    theirs_state = models.CharField(max_length=10, blank=True)
    theirs_host = models.CharField(max_length=40, blank=True)
    asks_for_another_time = models.BooleanField(default=False)
    # The customer has not heard of our move yet, because the calendar had not agreed.
    owes_word = models.BooleanField(default=False)
    # The calendar moved or cancelled it, and the customer has no address to be written to.
    owes_call = models.BooleanField(default=False, db_default=False)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        constraints = [
            models.UniqueConstraint(fields=["appointment"], name="calendar_link_once"),
            models.CheckConstraint(
                name="calendar_link_state_is_known",
                condition=Q(state__in=["agreed", "asking", "conflict", "failed"]),
            ),
            models.CheckConstraint(
                name="calendar_link_origin_is_known", condition=Q(origin__in=["ours", "theirs"])
            ),
            models.CheckConstraint(
                name="calendar_link_asks_with_a_command",
                condition=~Q(state="asking") | Q(command_number__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["command_number"],
                condition=Q(command_number__isnull=False),
                name="calendar_link_by_command",
            ),
            models.Index(fields=["tenant", "theirs_starts_at"], name="calendar_link_of_tenant"),
            models.Index(
                fields=["tenant", "id"],
                condition=Q(owes_call=True),
                name="calendar_link_owes_call",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_origin_display()} {self.theirs_uid or self.pk}"


class CalendarBooking(TenantOwned):
    """One booking at Cal.com by its uid. It only ever goes from waiting to accepted to over; moving makes a new one."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for confirmation")
        ACCEPTED = "accepted", _("accepted")
        OVER = "over", _("over")

    link = TenantForeignKey(
        CalendarLink,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="bookings",
        verbose_name=_("calendar link"),
    )
    uid = models.CharField(_("uid at Cal.com"), max_length=200)
    number = models.CharField(_("number at Cal.com"), max_length=40, blank=True)
    target = models.CharField(_("event type"), max_length=40, blank=True)
    starts_at = models.DateTimeField(_("begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    host = models.CharField(_("host"), max_length=40, blank=True)
    replaces = models.CharField(max_length=200, blank=True)
    replaced_by = models.CharField(max_length=200, blank=True)
    attendee_name = models.CharField(_("for"), max_length=255, blank=True)
    attendee_email = models.EmailField(_("e-mail"), blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("booking at Cal.com")
        verbose_name_plural = _("bookings at Cal.com")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "uid"], name="calendar_booking_uid_once"),
            models.CheckConstraint(
                name="calendar_booking_state_is_known",
                condition=Q(state__in=["pending", "accepted", "over"]),
            ),
        ]
        indexes = [
            models.Index(fields=["link"], name="calendar_booking_of_link"),
            models.Index(fields=["uid"], name="calendar_booking_by_uid"),
        ]

    def __str__(self) -> str:
        return self.uid


class CalendarReview(TenantOwned):
    """Something a person has to decide, because both sides cannot be true or one of them said no."""

    class Kind(models.TextChoices):
        BOTH_CHANGED = "both_changed", _("both sides were changed")
        TIME_TAKEN = "time_taken", _("our diary has something else at this time")
        MOVE_REFUSED = "move_refused", _("the calendar has something else at this time")
        REFUSED = "refused", _("the calendar refused it")
        OTHER_TIME_WANTED = "other_time", _("the host asks for another time")
        WITHOUT_PERSON = "no_person", _("nobody of ours is the host")
        HANDED_OVER = "handed_over", _("somebody else has it in the calendar")

    link = TenantForeignKey(
        CalendarLink,
        on_delete=models.CASCADE,
        related_name="reviews",
        verbose_name=_("calendar link"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    ours_starts_at = models.DateTimeField(_("in our diary"), null=True, blank=True)
    theirs_starts_at = models.DateTimeField(_("in the calendar"), null=True, blank=True)
    opened_at = models.DateTimeField(_("since"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    resolution = models.CharField(_("resolution"), max_length=20, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("calendar conflict")
        verbose_name_plural = _("calendar conflicts")
        constraints = [
            models.UniqueConstraint(
                fields=["link"],
                condition=Q(resolved_at__isnull=True),
                name="calendar_review_one_open_per_link",
            ),
            models.CheckConstraint(
                name="calendar_review_kind_is_known",
                condition=Q(
                    kind__in=[
                        "both_changed", "time_taken", "move_refused", "refused", "other_time", "no_person",
                        "handed_over",
                    ]
                ),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["tenant", "-opened_at", "-id"], name="calendar_review_of_tenant")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {timezone.localtime(self.opened_at):%d.%m.%Y %H:%M}"

    def resolve(self, resolution: str, *, now: datetime) -> None:
        self.resolved_at = now
        self.resolution = resolution
        self.save(update_fields=["resolved_at", "resolution", "updated_at"])


class BusyFeed(TenantOwned):
    """A private calendar that says when a staff member is busy. Its address is a secret and stored sealed."""

    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.CASCADE,
        related_name="busy_feeds",
        verbose_name=_("staff member"),
    )
    sealed_url = models.BinaryField(editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    read_at = models.DateTimeField(_("last read"), null=True, blank=True, editable=False)
    tried_at = models.DateTimeField(_("last tried"), null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=300, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = _("busy calendar")
        verbose_name_plural = _("busy calendars")
        constraints = [
            models.UniqueConstraint(fields=["staff_member"], name="busy_feed_once_per_person")
        ]

    def __str__(self) -> str:
        return str(self.staff_member)


class CalendarBlock(TenantOwned):
    """Says of a time off that a calendar takes it: a booking that is no appointment of ours, or a busy time of a feed."""

    time_off = TenantForeignKey(TimeOff, on_delete=models.CASCADE, related_name="blocks")
    link = TenantForeignKey(
        CalendarLink, on_delete=models.CASCADE, null=True, blank=True, related_name="blocks"
    )
    feed = TenantForeignKey(
        BusyFeed, on_delete=models.CASCADE, null=True, blank=True, related_name="blocks"
    )

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["time_off"], name="calendar_block_once"),
            models.CheckConstraint(
                name="calendar_block_comes_from_one_side",
                condition=Q(link__isnull=False, feed__isnull=True)
                | Q(link__isnull=True, feed__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["link"], condition=Q(link__isnull=False), name="calendar_block_of_link"
            ),
            models.Index(
                fields=["feed"], condition=Q(feed__isnull=False), name="calendar_block_of_feed"
            ),
        ]

    def __str__(self) -> str:
        return str(self.time_off)


class DiaryFeed(TenantOwned):
    """An address under which the diary of a staff member can be subscribed to; only the token's hash is stored."""

    staff_member = TenantForeignKey(
        StaffMember,
        on_delete=models.CASCADE,
        related_name="diary_feeds",
        verbose_name=_("staff member"),
    )
    token_hash = models.BinaryField(unique=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = _("diary feed")
        verbose_name_plural = _("diary feeds")
        constraints = [
            models.UniqueConstraint(
                fields=["staff_member"],
                condition=Q(revoked_at__isnull=True),
                name="diary_feed_one_live_per_person",
            )
        ]

    def __str__(self) -> str:
        return str(self.staff_member)
