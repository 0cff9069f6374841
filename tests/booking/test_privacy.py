"""What is known of a customer can be shown in full and forgotten in full; the diary stays true."""

import json
from datetime import datetime, timedelta

from booking import matching, privacy, scheduling, series, waiting
from booking.models import (
    Appointment,
    AppointmentChange,
    Customer,
    Series,
    Service,
    StaffMember,
    WaitingEntry,
)
from tenants import actors
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking.diary import at

BY = actors.system("tests")
TEN = at("2026-11-24", "10:00")


def _book(customer: Customer, *, now: datetime) -> Appointment:
    return scheduling.book(
        Service.objects.get(name="Haarschnitt"),
        branch=Branch.objects.get(),
        staff_member=StaffMember.objects.get(name="Jana"),
        starts_at=TEN,
        customer=customer,
        attendee_name="Lieschen Müller",
        source=Appointment.Source.PHONE,
        by=BY,
        now=now,
        notes="mag keinen Fön",
    ).appointment


def test_a_disclosure_names_everything_that_was_stored(in_salon: Tenant, now: datetime) -> None:
    erika = factories.make_customer(in_salon, email="erika@example.org")
    booked = _book(erika, now=now)
    scheduling.reschedule(
        booked, starts_at=TEN + timedelta(hours=1), by=BY, source="api", now=now, reason="Zahnarzt"
    )

    told = json.dumps(privacy.disclose(erika), ensure_ascii=False)

    for known in (
        "Erika Mustermann",
        "+491713920042",
        "erika@example.org",
        "Lieschen Müller",
        "mag keinen Fön",
        "Zahnarzt",
        "Haarschnitt",
        "Jana",
        "2026-11-24T10:00:00+00:00",
    ):
        assert known in told


def test_an_erased_customer_leaves_a_time_and_a_price(in_salon: Tenant, now: datetime) -> None:
    erika = factories.make_customer(in_salon, email="erika@example.org")
    booked = _book(erika, now=now)
    scheduling.cancel(booked, by=BY, source="api", now=now, reason="krank")

    privacy.erase(erika, by=BY, now=now)
    privacy.erase(erika, by=BY, now=now)

    stored = Customer.objects.get()
    assert (stored.name, stored.phone, stored.email) == (privacy.ERASED, None, None)
    row = Appointment.objects.get()
    assert (row.attendee_name, row.notes, row.starts_at, row.price_cents) == (
        privacy.ERASED,
        "",
        TEN,
        3500,
    )
    assert not AppointmentChange.objects.exclude(reason="").exists()


def test_only_who_was_not_heard_of_for_long_is_purged(in_salon: Tenant, now: datetime) -> None:
    stranger = factories.make_customer(in_salon, name="Alt", phone=None)
    regular = factories.make_customer(in_salon, name="Neu", phone=None)
    newcomer = factories.make_customer(in_salon, name="Gestern", phone=None)
    old = [stranger.pk, regular.pk]
    Customer.objects.filter(pk__in=old).update(created_at=now - privacy.KEPT - timedelta(days=9))
    Customer.objects.filter(pk=newcomer.pk).update(created_at=now)
    jana, cut = StaffMember.objects.get(name="Jana"), Service.objects.get(name="Haarschnitt")
    done = Appointment.Status.COMPLETED
    long_ago = privacy.KEPT + timedelta(days=1)
    for customer, ago in (
        (stranger, long_ago),
        (regular, long_ago),
        (regular, timedelta(days=30)),
    ):
        factories.make_appointment(jana, cut, customer, starts_at=now - ago, status=done)

    count = privacy.purge(now=now)

    assert count == 1
    assert list(Customer.objects.order_by("pk").values_list("name", flat=True)) == [
        privacy.ERASED,
        "Neu",
        "Gestern",
    ]
    assert privacy.purge(now=now) == 0


def test_a_series_is_disclosed_and_forgotten_with_its_dates(
    in_salon: Tenant, now: datetime
) -> None:
    erika = factories.make_customer(in_salon)
    series.book(
        Service.objects.get(name="Haarschnitt"),
        branch=Branch.objects.get(),
        staff_member=None,
        rule="FREQ=WEEKLY;COUNT=2",
        starts_at=TEN,
        customer=erika,
        attendee_name="Lieschen Müller",
        source=Appointment.Source.PHONE,
        by=BY,
        now=now,
    )

    (told,) = privacy.disclose(erika)["series"]
    privacy.erase(erika, by=BY, now=now)

    assert (told["for"], told["rule"]) == ("Lieschen Müller", "FREQ=WEEKLY;COUNT=2")
    assert not Series.objects.filter(attendee_name="Lieschen Müller").exists()
    assert not Appointment.objects.filter(attendee_name="Lieschen Müller").exists()


def _waits(erika: Customer, *, now: datetime) -> WaitingEntry:
    return waiting.join(
        Service.objects.get(name="Haarschnitt"),
        waiting.Wish(first_day=TEN.date(), last_day=TEN.date()),
        branch=Branch.objects.get(),
        customer=erika,
        attendee_name="Lieschen Müller",
        source=Appointment.Source.PHONE,
        by=BY,
        now=now,
        note="kommt aus Potsdam",
    ).entry


def test_waiting_is_disclosed_and_ends_when_it_is_forgotten(
    in_salon: Tenant, now: datetime
) -> None:
    erika = factories.make_customer(in_salon, email="erika@example.org")
    entry = _waits(erika, now=now)
    matching.sweep(in_salon.pk, now=now)

    (told,) = privacy.disclose(erika)["waiting"]
    privacy.erase(erika, by=BY, now=now)

    entry.refresh_from_db()
    assert (told["for"], told["note"]) == ("Lieschen Müller", "kommt aus Potsdam")
    assert [offer["status"] for offer in told["offers"]] == ["open"]
    assert (entry.attendee_name, entry.note, entry.status) == (privacy.ERASED, "", "withdrawn")
    assert not Appointment.objects.filter(status="held").exists()


def test_who_waited_long_ago_is_purged(in_salon: Tenant, now: datetime) -> None:
    erika = factories.make_customer(in_salon, email="erika@example.org")
    over = _waits(erika, now=now)
    waiting.withdraw(over, by=BY, now=now)
    open_one = _waits(erika, now=now)
    long_ago = now - privacy.KEPT_WAITING - timedelta(days=1)
    WaitingEntry.objects.update(updated_at=long_ago)

    assert [privacy.purge(now=now) for _ in range(2)] == [1, 0]

    assert list(WaitingEntry.objects.all()) == [open_one]
