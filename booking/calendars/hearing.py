"""What Cal.com's webhooks say, folded into the diary: by uid, in any order, any number of times."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from booking import history
from booking.calendars import observing, reconciling, settling, taking
from booking.models import Appointment, CalendarBooking, CalendarEventType
from integrations import inbox
from integrations.calendars import calcom_webhook
from integrations.calendars.calcom_webhook import News
from integrations.models import Delivery
from tenants import scope

NOBODYS = "calendar_of_nobody"


def apply(delivery: Delivery, *, now: datetime) -> UUID | None:
    """Fold one webhook in and return whose it is. Runs in the platform's scope.

    A booking that is named by its number alone is looked up; one that nobody knows is fetched by the next comparison.

    :raises NotOurs: it changes no diary, or no business keeps this event type (that one with an alert)
    :raises Unreadable: the body cannot be understood
    """
    news = calcom_webhook.news(bytes(delivery.body))
    if news is None:
        raise inbox.NotOurs(f"{delivery.kind} changes no diary")
    tenant_id = _whose(news, signed_by=calcom_webhook.business_of(delivery.key))
    with scope.tenant(tenant_id):
        account = observing.lock()
        if account is None or not account.is_active:
            raise inbox.NotOurs("the calendar was disconnected")
        if news.is_number:
            uid = _uid_of(news.uid)
            if uid is None:
                reconciling.ask_for_sync(account, now=now)
                return tenant_id
            news = _with_uid(news, uid)
        _fold(news, tenant_id=tenant_id, now=now)
    return tenant_id


def _whose(news: News, *, signed_by: UUID | None) -> UUID:
    """Return the business: the one whose secret signed it, else the one that keeps its booking or event type."""
    if signed_by is not None:
        return signed_by
    known = CalendarBooking.objects.filter(uid=news.uid).values_list("tenant_id", flat=True)
    found = set(known[:2])
    if not found and news.entry is not None:
        kinds = CalendarEventType.objects.filter(number=news.entry.target)
        found = set(kinds.values_list("tenant_id", flat=True)[:2])
    if len(found) != 1:
        raise inbox.NotOurs(NOBODYS, alert=NOBODYS, about=news.uid[:120])
    return found.pop()


def _uid_of(number: str) -> str | None:
    known = CalendarBooking.objects.filter(number=number).exclude(uid=number)
    return known.order_by("pk").values_list("uid", flat=True).first()


def _with_uid(news: News, uid: str) -> News:
    entry = None if news.entry is None else replace(news.entry, uid=uid, number=news.uid)
    return replace(news, uid=uid, is_number=False, entry=entry)


def _fold(news: News, *, tenant_id: UUID, now: datetime) -> None:
    if news.entry is None:
        _note_absence(news, now=now)
        return
    settling.fold(
        news.entry,
        tenant_id=tenant_id,
        now=now,
        asks_for_another_time=news.asks_for_another_time,
    )


def _note_absence(news: News, *, now: datetime) -> None:
    booking = CalendarBooking.objects.filter(uid=news.uid).select_related("link").first()
    if booking is None or booking.link is None or not news.did_not_come:
        return
    link = settling.locked(booking.link.pk)
    appointment = link.appointment if link else None
    if appointment is None or appointment.starts_at > now:
        return
    if appointment.status != Appointment.Status.CONFIRMED:
        return
    appointment.status = Appointment.Status.NO_SHOW
    appointment.save(update_fields=["status", "updated_at"])
    history.write_down(
        appointment, history.Kind.NO_SHOW, by=taking.BY, source=taking.SOURCE, now=now
    )
