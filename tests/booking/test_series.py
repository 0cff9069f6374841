"""Appointments that repeat: preview, booking as a whole, and what each kind of change touches."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from booking import scheduling, series, series_edits
from booking.models import Appointment, AppointmentChange, Customer, Series, Service, StaffMember
from booking.recurrence import SKIPPED, InvalidRule
from booking.refusals import AlreadyOver, CancelledTooOften, KeyReused
from booking.series import Choice, OnConflict, SeriesConflict
from booking.series_edits import Change, Scope
from integrations.models import Message
from tenants import actors
from tenants.errors import Invalid, NotFound
from tenants.models import AuditEntry, Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import BERLIN, at

BY = actors.system("tests")
TEN = at("2026-11-24", "10:00")  # a Tuesday
FOUR_WEEKS = "FREQ=WEEKLY;COUNT=4"
WEEK = timedelta(weeks=1)


@pytest.fixture
def erika(in_salon: Tenant) -> Customer:
    return factories.make_customer(in_salon, email="erika@example.org")


@pytest.fixture
def jana(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Jana")


@pytest.fixture
def mira(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Mira")


def cut() -> Service:
    return Service.objects.get(name="Haarschnitt")


def book(
    customer: Customer,
    staff_member: StaffMember | None,
    *,
    now: datetime,
    rule: str = FOUR_WEEKS,
    starts_at: datetime = TEN,
    **more: Any,
) -> series.SeriesBooking:
    return series.book(
        cut(),
        branch=Branch.objects.get(),
        staff_member=staff_member,
        rule=rule,
        starts_at=starts_at,
        customer=customer,
        attendee_name=customer.name,
        source=Appointment.Source.BACK_OFFICE,
        by=BY,
        now=now,
        **more,
    )


def preview(
    staff_member: StaffMember | None, *, now: datetime, rule: str = FOUR_WEEKS, **more: Any
) -> list[series.Verdict]:
    wish = {"starts_at": TEN, **more}
    return series.preview(
        cut(), branch=Branch.objects.get(), staff_member=staff_member, rule=rule, now=now, **wish
    )


def taken(person: StaffMember, starts_at: datetime) -> Appointment:
    other = Customer.objects.filter(name="Andere").first()
    other = other or Customer.objects.create(tenant=person.tenant, name="Andere")
    return factories.make_appointment(person, cut(), other, starts_at=starts_at)


def clocks(appointments: list[Appointment]) -> list[str]:
    return [f"{each.starts_at.astimezone(BERLIN):%a %d.%m. %H:%M}" for each in appointments]


def standing(whose: Series) -> list[str]:
    active = [each for each in series.appointments_of(whose) if each.status == "confirmed"]
    return clocks(active)


# --- Preview ------------------------------------------------------------------------------------------


def test_the_preview_says_of_every_date_whether_it_is_free(
    jana: StaffMember, now: datetime
) -> None:
    taken(jana, TEN + WEEK)

    found = preview(jana, now=now)

    assert [each.rule for each in found] == [None, "taken", None, None]
    assert [each.occurrence.starts_at for each in found] == [TEN + WEEK * n for n in range(4)]
    assert found[0].staff_member_id == jana.pk
    assert not Series.objects.exists()


def test_the_preview_names_the_nearest_free_times_of_the_same_day(
    jana: StaffMember, now: datetime
) -> None:
    taken(jana, TEN + WEEK)

    conflict = preview(jana, now=now)[1]

    # Taken is 10:00 to 10:30, a cut takes half an hour: 9:30 and 10:30 are half an hour away, 9:15 and 10:45 more.
    assert [f"{slot.starts_at.astimezone(BERLIN):%d. %H:%M}" for slot in conflict.alternatives] == [
        "01. 09:15",
        "01. 09:30",
        "01. 10:30",
    ]


def test_anybody_of_the_team_may_do_a_date(
    jana: StaffMember, mira: StaffMember, now: datetime
) -> None:
    taken(jana, TEN + WEEK)

    found = preview(None, now=now)

    assert all(each.is_free for each in found)
    assert found[1].staff_member_id == mira.pk


def test_the_preview_names_the_first_rule_of_each_date(
    in_salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    branch = Branch.objects.get()
    factories.make_time_off(
        branch, staff_member=jana, starts_at=at("2026-12-01"), ends_at=at("2026-12-02")
    )

    found = preview(jana, now=now, rule="FREQ=DAILY;INTERVAL=7;COUNT=10")

    # 24 and 1 to 22 December, 29 December …; the horizon of 60 days ends on 22 January.
    assert [each.rule for each in found][:3] == [None, "time_off", None]
    assert [each.rule for each in found][-1] == "beyond_horizon"


def test_ten_in_the_morning_stays_ten_over_the_change_of_the_clocks(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    Service.objects.update(horizon_days=365)
    start = at("2027-03-23", "10:00")

    made = book(erika, jana, now=now, starts_at=start, rule="FREQ=WEEKLY;COUNT=2")

    assert clocks(made.appointments) == ["Tue 23.03. 10:00", "Tue 30.03. 10:00"]
    first, second = made.appointments
    assert second.starts_at - first.starts_at == WEEK - timedelta(hours=1)


def test_a_time_that_the_clock_leaves_out_is_told_in_the_preview(
    in_salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    Service.objects.update(horizon_days=365)
    factories.make_hours(Branch.objects.get(), weekdays=(6, 7), from_minute=0, until_minute=1440)

    found = preview(jana, now=now, rule="FREQ=DAILY;COUNT=2", starts_at=at("2027-03-27", "02:30"))

    assert [each.occurrence.clock for each in found] == [None, SKIPPED]
    assert [each.rule for each in found] == [None, None]
    assert f"{found[1].occurrence.starts_at.astimezone(BERLIN):%H:%M}" == "03:30"


# --- Booking ------------------------------------------------------------------------------------------


def test_a_series_is_ordinary_appointments_and_one_message(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    made = book(erika, jana, now=now)

    assert made.is_new
    assert clocks(made.appointments) == [
        "Tue 24.11. 10:00",
        "Tue 01.12. 10:00",
        "Tue 08.12. 10:00",
        "Tue 15.12. 10:00",
    ]
    rows = Appointment.objects.filter(series=made.series)
    assert {(row.status, row.price_cents, row.staff_member_id) for row in rows} == {
        ("confirmed", 3500, jana.pk)
    }
    assert AppointmentChange.objects.filter(kind="booked").count() == 4
    message = Message.objects.get()
    assert message.topic == "series_booked"
    assert message.subject == ("Ihre 4 Termine ab Dienstag, 24. November 2026 – Salon Sonnenschein")
    assert "1. Dienstag, 24. November 2026, 10:00 Uhr bis 10:30 Uhr, bei Jana" in message.body
    assert "4. Dienstag, 15. Dezember 2026, 10:00 Uhr bis 10:30 Uhr, bei Jana" in message.body
    assert "Haarschnitt" in message.body


def test_the_message_carries_all_dates_for_the_calendar(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    made = book(erika, jana, now=now)

    (attachment,) = Message.objects.get().attachments
    calendar = Calendar.from_ical(attachment["content"])
    events = calendar.walk("VEVENT")
    assert attachment["name"] == "termine.ics"
    assert calendar["METHOD"] == "PUBLISH"
    assert [event["DTSTART"].dt for event in events] == [
        each.starts_at for each in made.appointments
    ]
    assert len({event["UID"] for event in events}) == 4
    assert not any("ATTENDEE" in event for event in events)


def test_one_date_that_is_taken_refuses_the_whole_series(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    taken(jana, TEN + WEEK)

    with pytest.raises(SeriesConflict) as refused:
        book(erika, jana, now=now)

    assert refused.value.conflicts == {TEN + WEEK: "taken"}
    assert (refused.value.code, refused.value.status) == ("series_conflict", 409)
    assert not Appointment.objects.filter(customer=erika).exists()
    assert not Series.objects.exists()
    assert not Message.objects.exists()


def test_what_is_taken_is_left_out_when_that_was_said(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    taken(jana, TEN + WEEK)

    made = book(erika, jana, now=now, on_conflict=OnConflict.SKIP)

    assert clocks(made.appointments) == ["Tue 24.11. 10:00", "Tue 08.12. 10:00", "Tue 15.12. 10:00"]
    assert made.skipped == [TEN + WEEK]


def test_a_date_goes_where_the_caller_chose_and_nowhere_else(
    erika: Customer, jana: StaffMember, mira: StaffMember, now: datetime
) -> None:
    taken(jana, TEN + WEEK)
    later = TEN + WEEK + timedelta(hours=2)
    choices = {
        TEN + WEEK: Choice(starts_at=later, staff_member=mira),
        TEN + 2 * WEEK: Choice(),
    }

    made = book(erika, jana, now=now, choices=choices)

    assert clocks(made.appointments) == ["Tue 24.11. 10:00", "Tue 01.12. 12:00", "Tue 15.12. 10:00"]
    assert [each.staff_member.name for each in made.appointments] == ["Jana", "Mira", "Jana"]
    assert made.skipped == [TEN + 2 * WEEK]


def test_a_chosen_time_that_is_taken_is_never_left_out(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    taken(jana, TEN + WEEK)
    taken(jana, TEN + WEEK + timedelta(hours=1))
    choices = {TEN + WEEK: Choice(starts_at=TEN + WEEK + timedelta(hours=1))}

    with pytest.raises(SeriesConflict):
        book(erika, jana, now=now, choices=choices, on_conflict=OnConflict.SKIP)


def test_a_choice_about_another_day_is_not_understood(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    with pytest.raises(Invalid):
        book(erika, jana, now=now, choices={TEN + timedelta(days=1): Choice()})


def test_a_series_of_which_nothing_is_left_is_refused(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    taken(jana, TEN)

    with pytest.raises(SeriesConflict):
        book(erika, jana, now=now, rule="FREQ=WEEKLY;COUNT=1", on_conflict=OnConflict.SKIP)


def test_the_same_key_gives_the_same_series(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    first = book(erika, jana, now=now, idempotency_key="api:1")
    again = book(erika, jana, now=now, idempotency_key="api:1", rule="rrule:freq=weekly;count=4")

    assert (first.is_new, again.is_new) == (True, False)
    assert again.series == first.series
    assert again.appointments == first.appointments
    assert Message.objects.count() == 1
    with pytest.raises(KeyReused):
        book(erika, jana, now=now, idempotency_key="api:1", rule="FREQ=WEEKLY;COUNT=5")


def test_the_key_still_means_the_series_after_it_was_changed(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    first = book(erika, jana, now=now, idempotency_key="api:1").series
    series_edits.move(first, Change(clock=time(11)), scope=Scope.ALL, by=BY, source="api", now=now)

    assert not book(erika, jana, now=now, idempotency_key="api:1").is_new


def test_a_rule_without_an_end_is_refused(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    with pytest.raises(InvalidRule):
        book(erika, jana, now=now, rule="FREQ=WEEKLY")


def test_who_left_no_address_gets_no_message(
    in_salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    book(factories.make_customer(in_salon), jana, now=now)

    assert not Message.objects.exists()


# --- Changing -----------------------------------------------------------------------------------------


@pytest.fixture
def booked(erika: Customer, jana: StaffMember, now: datetime) -> series.SeriesBooking:
    made = book(erika, jana, now=now)
    Message.objects.all().delete()
    return made


def move(made: series.SeriesBooking, change: Change, **more: Any) -> series_edits.Edit:
    return series_edits.move(made.series, change, by=BY, source="back_office", **more)


def test_this_moves_one_date_and_no_other(booked: series.SeriesBooking, now: datetime) -> None:
    second = booked.appointments[1]

    edit = move(
        booked, Change(weekday=4, clock=time(11)), scope=Scope.THIS, appointment=second, now=now
    )

    assert edit.series == booked.series
    assert standing(booked.series) == [
        "Tue 24.11. 10:00",
        "Thu 03.12. 11:00",
        "Tue 08.12. 10:00",
        "Tue 15.12. 10:00",
    ]
    assert Message.objects.get().topic == "appointment_moved"


def test_following_moves_the_rest_into_a_series_of_its_own(
    booked: series.SeriesBooking, now: datetime
) -> None:
    third = booked.appointments[2]

    edit = move(
        booked, Change(weekday=4, clock=time(11)), scope=Scope.FOLLOWING, appointment=third, now=now
    )

    booked.series.refresh_from_db()
    assert standing(booked.series) == ["Tue 24.11. 10:00", "Tue 01.12. 10:00"]
    assert standing(edit.series) == ["Thu 10.12. 11:00", "Thu 17.12. 11:00"]
    assert (edit.series.rule, edit.series.starts_at) == (
        "FREQ=WEEKLY;COUNT=2",
        at("2026-12-10", "11:00"),
    )
    assert booked.series.ended_at == now
    assert booked.series.rule == FOUR_WEEKS
    # The dates are the same appointments, with their history.
    assert [each.pk for each in edit.changed] == [each.pk for each in booked.appointments[2:]]
    kinds = AppointmentChange.objects.filter(appointment=third).order_by("pk")
    assert [change.kind for change in kinds] == ["booked", "moved"]
    entry = AuditEntry.objects.get(object_type="booking.series", verb="moved")
    assert entry.facts["successor"] == edit.series.pk


def test_a_change_of_several_dates_is_one_message(
    booked: series.SeriesBooking, now: datetime
) -> None:
    move(booked, Change(clock=time(11)), scope=Scope.ALL, now=now)

    message = Message.objects.get()
    assert message.topic == "series_moved"
    assert "1. Dienstag, 24. November 2026, 11:00 Uhr" in message.body
    calendar = Calendar.from_ical(message.attachments[0]["content"])
    assert [event["SEQUENCE"] for event in calendar.walk("VEVENT")] == [1, 1, 1, 1]


def test_all_leaves_the_past_as_it_was(booked: series.SeriesBooking, now: datetime) -> None:
    later = TEN + WEEK + timedelta(hours=1)

    edit = move(booked, Change(clock=time(14)), scope=Scope.ALL, now=later)

    assert standing(booked.series) == ["Tue 24.11. 10:00", "Tue 01.12. 10:00"]
    assert standing(edit.series) == ["Tue 08.12. 14:00", "Tue 15.12. 14:00"]


def test_a_date_that_was_moved_on_purpose_stays_there_and_goes_along(
    booked: series.SeriesBooking, now: datetime
) -> None:
    third = booked.appointments[2]
    scheduling.reschedule(third, starts_at=at("2026-12-09", "15:00"), by=BY, source="api", now=now)

    edit = move(booked, Change(clock=time(11)), scope=Scope.ALL, now=now)

    assert standing(edit.series) == [
        "Tue 24.11. 11:00",
        "Tue 01.12. 11:00",
        "Wed 09.12. 15:00",
        "Tue 15.12. 11:00",
    ]
    assert [each.pk for each in edit.left] == [third.pk]


def test_the_date_that_is_pointed_at_is_moved_even_if_it_stood_elsewhere(
    booked: series.SeriesBooking, now: datetime
) -> None:
    third = booked.appointments[2]
    scheduling.reschedule(third, starts_at=at("2026-12-09", "15:00"), by=BY, source="api", now=now)

    edit = move(booked, Change(clock=time(11)), scope=Scope.FOLLOWING, appointment=third, now=now)

    assert standing(booked.series) == ["Tue 24.11. 10:00", "Tue 01.12. 10:00"]
    assert standing(edit.series) == ["Wed 09.12. 11:00", "Tue 15.12. 11:00"]


def test_a_series_goes_to_somebody_else(
    booked: series.SeriesBooking, mira: StaffMember, now: datetime
) -> None:
    edit = move(booked, Change(staff_member=mira), scope=Scope.ALL, now=now)

    assert edit.series.staff_member == mira
    assert {each.staff_member.name for each in series.appointments_of(edit.series)} == {"Mira"}
    assert clocks(edit.changed)[0] == "Tue 24.11. 10:00"


def test_a_conflict_changes_nothing_at_all(
    booked: series.SeriesBooking, jana: StaffMember, now: datetime
) -> None:
    taken(jana, at("2026-12-08", "11:00"))

    with pytest.raises(SeriesConflict) as refused:
        move(booked, Change(clock=time(11)), scope=Scope.ALL, now=now)

    assert refused.value.conflicts == {at("2026-12-08", "11:00"): "taken"}
    assert standing(booked.series)[0] == "Tue 24.11. 10:00"
    assert Series.objects.count() == 1
    assert not Message.objects.exists()


def test_a_conflict_may_stay_where_it_is_or_go_where_the_caller_chose(
    booked: series.SeriesBooking, jana: StaffMember, now: datetime
) -> None:
    taken(jana, at("2026-12-01", "11:00"))
    taken(jana, at("2026-12-08", "11:00"))
    choices = {at("2026-12-01", "11:00"): Choice(starts_at=at("2026-12-01", "12:00"))}

    edit = move(
        booked,
        Change(clock=time(11)),
        scope=Scope.ALL,
        now=now,
        choices=choices,
        on_conflict=OnConflict.SKIP,
    )

    assert standing(edit.series) == [
        "Tue 24.11. 11:00",
        "Tue 01.12. 12:00",
        "Tue 08.12. 10:00",
        "Tue 15.12. 11:00",
    ]


def test_an_edited_series_can_be_edited_again(booked: series.SeriesBooking, now: datetime) -> None:
    third = booked.appointments[2]
    edit = move(booked, Change(weekday=4), scope=Scope.FOLLOWING, appointment=third, now=now)

    again = series_edits.move(
        edit.series, Change(clock=time(9)), scope=Scope.ALL, by=BY, source="api", now=now
    )
    rest = move(booked, Change(clock=time(9)), scope=Scope.ALL, now=now)

    assert standing(again.series) == ["Thu 10.12. 09:00", "Thu 17.12. 09:00"]
    assert standing(rest.series) == ["Tue 24.11. 09:00", "Tue 01.12. 09:00"]
    assert rest.series.rule == "FREQ=WEEKLY;COUNT=2"


def test_a_rule_with_two_weekdays_has_no_weekday_to_change(
    erika: Customer, jana: StaffMember, now: datetime
) -> None:
    made = book(erika, jana, now=now, rule="FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4")

    with pytest.raises(InvalidRule):
        move(made, Change(weekday=3), scope=Scope.ALL, now=now)
    edit = move(made, Change(clock=time(9)), scope=Scope.ALL, now=now)

    assert standing(edit.series)[:2] == ["Tue 24.11. 09:00", "Thu 26.11. 09:00"]


def test_where_anybody_will_do_a_moved_date_goes_to_who_is_free(
    erika: Customer, jana: StaffMember, mira: StaffMember, now: datetime
) -> None:
    made = book(erika, None, now=now)
    first = made.appointments[0]
    other = mira if first.staff_member_id == jana.pk else jana
    taken(first.staff_member, at("2026-11-24", "11:00"))

    edit = move(made, Change(clock=time(11)), scope=Scope.ALL, now=now)

    assert edit.changed[0].staff_member == other


def test_two_dates_of_a_series_do_not_come_to_one_time(
    erika: Customer, jana: StaffMember, mira: StaffMember, now: datetime
) -> None:
    made = book(erika, None, now=now)
    second = made.appointments[1]
    eleven = at(
        "2026-12-08", "11:00"
    )  # where the third date is about to go; the other person is free then
    scheduling.reschedule(second, starts_at=eleven, by=BY, source="api", now=now)

    with pytest.raises(SeriesConflict) as refused:
        move(made, Change(clock=time(11)), scope=Scope.ALL, now=now)

    assert refused.value.conflicts == {eleven: "taken"}
    assert standing(made.series).count("Tue 08.12. 11:00") == 1


def test_what_has_begun_cannot_be_pointed_at(booked: series.SeriesBooking) -> None:
    with pytest.raises(AlreadyOver):
        move(
            booked,
            Change(clock=time(11)),
            scope=Scope.FOLLOWING,
            appointment=booked.appointments[0],
            now=TEN + timedelta(minutes=1),
        )


def test_following_needs_a_date_of_this_series(
    booked: series.SeriesBooking, mira: StaffMember, now: datetime
) -> None:
    with pytest.raises(Invalid):
        move(booked, Change(clock=time(11)), scope=Scope.FOLLOWING, now=now)
    with pytest.raises(NotFound):
        move(
            booked,
            Change(clock=time(11)),
            scope=Scope.THIS,
            appointment=taken(mira, TEN),
            now=now,
        )


# --- Cancelling ---------------------------------------------------------------------------------------


def cancel(made: series.SeriesBooking, **more: Any) -> series_edits.Edit:
    return series_edits.cancel(made.series, by=BY, source="back_office", **more)


def test_one_date_is_cancelled(booked: series.SeriesBooking, now: datetime) -> None:
    cancel(booked, scope=Scope.THIS, appointment=booked.appointments[1], now=now)

    assert standing(booked.series) == ["Tue 24.11. 10:00", "Tue 08.12. 10:00", "Tue 15.12. 10:00"]
    assert Message.objects.get().topic == "appointment_cancelled"


def test_the_rest_is_cancelled_with_what_was_moved(
    booked: series.SeriesBooking, now: datetime
) -> None:
    last = booked.appointments[3]
    scheduling.reschedule(last, starts_at=at("2026-12-16", "15:00"), by=BY, source="api", now=now)
    Message.objects.all().delete()

    edit = cancel(booked, scope=Scope.FOLLOWING, appointment=booked.appointments[2], now=now)

    booked.series.refresh_from_db()
    assert standing(booked.series) == ["Tue 24.11. 10:00", "Tue 01.12. 10:00"]
    assert len(edit.changed) == 2
    assert booked.series.ended_at == now
    message = Message.objects.get()
    assert message.topic == "series_cancelled"
    calendar = Calendar.from_ical(message.attachments[0]["content"])
    assert calendar["METHOD"] == "CANCEL"
    assert {event["STATUS"] for event in calendar.walk("VEVENT")} == {"CANCELLED"}


def test_who_ends_a_series_has_cancelled_once(
    in_salon: Tenant, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime
) -> None:
    """Twice in thirty days is allowed: two series of four dates each, but not one date more."""
    factories.make_policy(in_salon, quota=2)
    whole = [book(erika, person, now=now).series for person in (jana, mira)]
    another = book(erika, jana, now=now, starts_at=at("2026-11-24", "15:00")).series
    phone: Any = {"by": BY, "source": "phone", "scope": Scope.ALL}

    for hours, each in enumerate(whole):
        series_edits.cancel(each, now=now + timedelta(hours=hours), **phone)

    assert [standing(each) for each in whole] == [[], []]
    with pytest.raises(CancelledTooOften):
        series_edits.cancel(another, now=now + timedelta(hours=2), **phone)
    assert len(standing(another)) == 4


def test_all_that_is_ahead_is_cancelled_once(booked: series.SeriesBooking) -> None:
    later = TEN + timedelta(hours=1)

    first = cancel(booked, scope=Scope.ALL, now=later)
    again = cancel(booked, scope=Scope.ALL, now=later)

    assert (len(first.changed), len(again.changed)) == (3, 0)
    assert standing(booked.series) == ["Tue 24.11. 10:00"]
    assert Message.objects.count() == 1


# --- Several come together ------------------------------------------------------------------------------


def test_several_take_their_seats_on_every_date(
    in_salon: Tenant, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    scenes.change(cut(), seats=4)
    other = Customer.objects.create(tenant=in_salon, name="Andere")
    scheduling.book(
        cut(),
        branch=Branch.objects.get(),
        staff_member=jana,
        starts_at=TEN + WEEK,
        customer=other,
        attendee_name=other.name,
        source=Appointment.Source.API,
        by=BY,
        now=now,
        seats=2,
    )

    two = preview(jana, now=now, seats=2)
    three = preview(jana, now=now, seats=3)
    made = book(erika, jana, now=now, seats=3, on_conflict=OnConflict.SKIP)

    assert [each.rule for each in two] == [None, None, None, None]
    assert [each.rule for each in three] == [None, "session_full", None, None]
    assert made.series.seats == 3
    assert [each.seats for each in made.appointments] == [3, 3, 3]
    assert made.skipped == [TEN + WEEK]


def test_a_series_for_several_keeps_its_seats_when_it_moves(
    in_salon: Tenant, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    scenes.change(cut(), seats=2)
    made = book(erika, jana, now=now, seats=2)

    edit = series_edits.move(
        made.series,
        Change(clock=time(15)),
        scope=Scope.ALL,
        by=BY,
        source=Appointment.Source.BACK_OFFICE,
        now=now,
    )

    assert edit.series.seats == 2
    assert [each.seats for each in edit.changed] == [2, 2, 2, 2]


def test_more_than_the_service_has_seats_cannot_repeat(
    jana: StaffMember, erika: Customer, now: datetime
) -> None:
    with pytest.raises(Invalid):
        preview(jana, now=now, seats=2)
    with pytest.raises(Invalid):
        book(erika, jana, now=now, seats=2)
