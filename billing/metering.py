"""Recording what was used: swept from the rows of the floors below, once per call and per appointment.

A call counts when it was connected, an appointment when it was booked by telephone. Running the sweep again, or two
at once, adds nothing: the database keeps one record per source.
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from billing import prices
from billing.models import UsageRecord
from booking.models import Appointment
from calls.models import Call

_BILLING_ZONE = ZoneInfo("Europe/Berlin")
_BATCH = 1000
_BOOKED = ("confirmed", "checked_in", "completed", "no_show", "cancelled")


def record_usage(tenant_id: UUID) -> int:
    """Record the calls and appointments of the active tenant that have no record yet; return how many were new."""
    records = [*_calls(tenant_id), *_appointments(tenant_id)]
    before = UsageRecord.objects.count()
    UsageRecord.objects.bulk_create(records, ignore_conflicts=True)
    return UsageRecord.objects.count() - before


def _calls(tenant_id: UUID) -> list[UsageRecord]:
    metered = UsageRecord.objects.filter(kind=UsageRecord.Kind.CALL).values("source_id")
    calls = (
        Call.objects.filter(status__in=("ended", "analyzed"))
        .exclude(outcome=Call.Outcome.NOT_CONNECTED)
        .exclude(pk__in=metered)
        .order_by("pk")
        .values_list("pk", "started_at", "created_at")[:_BATCH]
    )
    return [
        _record(tenant_id, UsageRecord.Kind.CALL, number, started or created)
        for number, started, created in calls
    ]


def _appointments(tenant_id: UUID) -> list[UsageRecord]:
    metered = UsageRecord.objects.filter(kind=UsageRecord.Kind.APPOINTMENT).values("source_id")
    booked = (
        Appointment.objects.filter(source=Appointment.Source.PHONE, status__in=_BOOKED)
        .exclude(pk__in=metered)
        .order_by("pk")
        .values_list("pk", "created_at")[:_BATCH]
    )
    return [_record(tenant_id, UsageRecord.Kind.APPOINTMENT, number, at) for number, at in booked]


def _record(tenant_id: UUID, kind: str, source_id: int, used_at: datetime) -> UsageRecord:
    valid = prices.prices_on(used_at.astimezone(_BILLING_ZONE).date())
    price = valid.call_cents if kind == UsageRecord.Kind.CALL else valid.appointment_cents
    return UsageRecord(
        tenant_id=tenant_id, kind=kind, source_id=source_id, unit_price_cents=price, used_at=used_at
    )
