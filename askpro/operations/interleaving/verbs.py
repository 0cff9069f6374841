"""What workers do by the verbs of the diary themselves, as the telephone does it, and by the sweeps."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db.models import QuerySet

from askpro.operations.interleaving.stage import BY, QUARTER, TENANT_ID, Worker
from booking import (
    attendance,
    cascade,
    matching,
    policies,
    scheduling,
    series,
    series_edits,
    visits,
    waiting,
)
from booking.models import Appointment, Policy, Proposal, Series, TimeOff, Visit, WaitingOffer
from tenants import scope

Action = Callable[[Worker], object]


def _inside(verb: Action) -> Action:
    """Let a verb run in the scope of the business, which is one transaction."""

    def act(worker: Worker) -> object:
        with scope.tenant(TENANT_ID):
            return verb(worker)

    return act


def _book(worker: Worker) -> scheduling.Booking:
    service = worker.any_service()
    named = worker.dice.random() < 0.7
    return scheduling.book(
        service,
        branch=worker.stage.branch,
        staff_member=worker.dice.choice(worker.stage.people) if named else None,
        starts_at=worker.start(),
        customer=worker.dice.choice(worker.stage.customers),
        attendee_name="Rivale",
        source=Appointment.Source.API,
        by=BY,
        now=worker.now,
        idempotency_key=worker.key(),
        seats=worker.seats_of(service),
    )


def _hold(worker: Worker) -> Appointment:
    service = worker.any_service()
    return scheduling.hold(
        service,
        branch=worker.stage.branch,
        staff_member=worker.dice.choice(worker.stage.people),
        starts_at=worker.start(),
        source=Appointment.Source.PHONE,
        by=BY,
        now=worker.now,
        # Some calls change their minds; some holds run out while others still believe in them.
        call_number=worker.dice.randrange(1, 9),
        seconds=worker.dice.choice((30, 300, 3600)),
        seats=worker.seats_of(service),
    )


def _book_a_hold(worker: Worker) -> object:
    """Book what somebody holds, or decide for another start or person."""
    held = worker.one("held")
    if held is None:
        return None
    other = worker.dice.random() < 0.3
    return scheduling.book(
        held.service,
        branch=worker.stage.branch,
        staff_member=worker.dice.choice(worker.stage.people) if other else held.staff_member,
        starts_at=worker.start() if other else held.starts_at,
        customer=worker.dice.choice(worker.stage.customers),
        attendee_name="Rivale",
        source=Appointment.Source.PHONE,
        by=BY,
        now=worker.now,
        call_number=held.call_number,
        hold=held,
        seats=held.seats,
    )


def _release(worker: Worker) -> object:
    held = worker.one("held")
    if held is None:
        return None
    scheduling.release(held, by=BY, now=worker.now)
    return held


def _move(worker: Worker) -> object:
    row = worker.one("confirmed")
    if row is None:
        return None
    return scheduling.reschedule(
        row,
        starts_at=worker.start(),
        staff_member=worker.dice.choice(worker.stage.people),
        by=BY,
        source=Appointment.Source.PORTAL,
        now=worker.now,
        hold=worker.one("held") if worker.dice.random() < 0.2 else None,
    )


def _cancel(worker: Worker) -> object:
    row = worker.one("confirmed", "checked_in", "held")
    if row is None:
        return None
    scheduling.cancel(row, by=BY, source=Appointment.Source.PHONE, now=worker.now)
    return row


def _visit(worker: Worker) -> object:
    held = worker.any_of(_held_visits()) if worker.dice.random() < 0.4 else None
    # Where a part has run out and was swept, another plan is booked in place of it: each visit here has two parts.
    kept = [] if held is None else list(held.appointments.select_related("service"))
    parts = [_as_part(row) for row in kept] if len(kept) == 2 else worker.parts()
    return visits.book(
        parts,
        branch=worker.stage.branch,
        customer=worker.dice.choice(worker.stage.customers),
        attendee_name="Rivale",
        source=Appointment.Source.API,
        by=BY,
        now=worker.now,
        idempotency_key=worker.key(),
        hold=held,
    )


def _hold_a_visit(worker: Worker) -> object:
    return visits.hold(
        worker.parts(),
        branch=worker.stage.branch,
        source=Appointment.Source.API,
        by=BY,
        now=worker.now,
        seconds=worker.dice.choice((30, 300, 3600)),
    )


def _release_a_visit(worker: Worker) -> object:
    held = worker.any_of(_held_visits())
    if held is not None:
        visits.release(held, by=BY, now=worker.now)
    return held


def _held_visits() -> "QuerySet[Visit]":
    return Visit.objects.filter(customer=None, appointments__isnull=False).distinct()


def _as_part(row: Appointment) -> visits.Part:
    return visits.Part(
        service=row.service,
        staff_member_id=row.staff_member_id,
        staff_name="",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def _one_visit(worker: Worker) -> Visit | None:
    return worker.any_of(Visit.objects.filter(customer__isnull=False))


def _cancel_a_visit(worker: Worker) -> object:
    visit = _one_visit(worker)
    if visit is not None:
        visits.cancel(visit, by=BY, source=Appointment.Source.API, now=worker.now)
    return visit


def _move_a_visit(worker: Worker) -> object:
    visit = _one_visit(worker)
    if visit is None:
        return None
    by = QUARTER * worker.dice.choice((-4, -1, 1, 4))
    parts = [
        visits.Part(
            service=row.service,
            staff_member_id=row.staff_member_id,
            staff_name=row.staff_member.name,
            starts_at=row.starts_at + by,
            ends_at=row.ends_at + by,
        )
        for row in visits.parts_of(visit)
    ]
    if not parts:
        return None
    return visits.move(visit, parts, by=BY, source=Appointment.Source.API, now=worker.now)


def _series(worker: Worker) -> object:
    return series.book(
        worker.dice.choice(worker.stage.plain),
        branch=worker.stage.branch,
        staff_member=worker.dice.choice([*worker.stage.people, None]),
        rule="FREQ=DAILY;COUNT=2",
        starts_at=worker.start(),
        customer=worker.dice.choice(worker.stage.customers),
        attendee_name="Rivale",
        source=Appointment.Source.API,
        by=BY,
        now=worker.now,
        idempotency_key=worker.key(),
    )


def _edit_a_series(worker: Worker, edit: Callable[..., object]) -> object:
    """Change this date of a series, this and those that follow, or all of them."""
    meant = worker.any_of(Series.objects.select_related("branch", "service"))
    if meant is None:
        return None
    which = worker.dice.choice(list(series_edits.Scope))
    date = worker.any_of(Appointment.objects.filter(series=meant))
    if date is None and which != series_edits.Scope.ALL:
        return None
    how = {"by": BY, "source": Appointment.Source.API, "now": worker.now}
    return edit(
        meant, scope=which, appointment=None if which == series_edits.Scope.ALL else date, **how
    )


def _move_a_series(worker: Worker) -> object:
    change = series_edits.Change(
        clock=worker.start().time() if worker.dice.random() < 0.8 else None,
        staff_member=worker.dice.choice(worker.stage.people),
    )
    skips = worker.dice.random() < 0.5
    conflict = series.OnConflict.SKIP if skips else series.OnConflict.ABORT
    return _edit_a_series(worker, partial(series_edits.move, change=change, on_conflict=conflict))


def _cancel_a_series(worker: Worker) -> object:
    return _edit_a_series(worker, series_edits.cancel)


def _check_in(worker: Worker) -> object:
    row = worker.one("confirmed", "no_show")
    if row is not None:
        attendance.check_in(row, by=BY, source=Appointment.Source.BACK_OFFICE, now=worker.now)
    return row


def _mark_no_show(worker: Worker) -> object:
    row = worker.one("confirmed")
    if row is not None:
        attendance.mark_no_show(row, by=BY, source=Appointment.Source.BACK_OFFICE, now=worker.now)
    return row


def _ask_the_fee(worker: Worker) -> object:
    row = worker.one("confirmed")
    return row and policies.terms_for(row, Policy.Kind.CANCEL, now=worker.now)


def _sweep_holds(worker: Worker) -> object:
    return scheduling.drop_expired_holds(worker.now)


def _sweep_attendance(worker: Worker) -> object:
    """Do later in the day what the sweep does with one appointment; it gives each a transaction of its own."""
    later = worker.now + timedelta(hours=3)
    missed = attendance.due_no_shows(now=later)
    over = attendance.due_completions(now=later)
    if missed:
        return attendance.mark_missed(missed[0], now=later)
    return attendance.complete_by_the_clock(over[0], now=later) if over else None


def _wait(worker: Worker) -> object:
    day = worker.stage.midnight.date()
    return waiting.join(
        worker.dice.choice(worker.stage.plain),
        waiting.Wish(first_day=day, last_day=day),
        branch=worker.stage.branch,
        customer=worker.dice.choice(worker.stage.customers),
        attendee_name="Rivale",
        source=Appointment.Source.API,
        by=BY,
        now=worker.now,
    )


def _answer_an_offer(worker: Worker) -> object:
    offer = worker.any_of(WaitingOffer.objects.select_related("staff_member"))
    if offer is not None and worker.dice.random() < 0.7:
        waiting.accept(offer, by=BY, source=Appointment.Source.PORTAL, now=worker.now)
    elif offer is not None:
        waiting.decline(offer, by=BY, now=worker.now)
    return offer


def _sweep_offers(worker: Worker) -> object:
    """Do what the sweep does: it gives each step a transaction of its own."""
    return cascade.sweep(TENANT_ID, now=worker.now) + matching.sweep(TENANT_ID, now=worker.now)


def _fall_ill(worker: Worker) -> object:
    """Somebody is ill for an hour or two; everybody affected is asked."""
    starts_at = worker.start()
    off = TimeOff.objects.create(
        tenant_id=TENANT_ID,
        branch=worker.stage.branch,
        staff_member=worker.dice.choice(worker.stage.people),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=worker.dice.choice((1, 2))),
        kind=TimeOff.Kind.SICK,
    )
    return cascade.propose(off, by=BY, now=worker.now)


def _answer_a_proposal(worker: Worker) -> object:
    proposal = worker.any_of(Proposal.objects.select_related("staff_member", "appointment"))
    if proposal is not None and worker.dice.random() < 0.7:
        cascade.accept(proposal, by=BY, source=Appointment.Source.PORTAL, now=worker.now)
    elif proposal is not None:
        cascade.decline(proposal, by=BY, now=worker.now)
    return proposal


_VERBS: tuple[tuple[str, int, Action], ...] = (
    ("book", 24, _book),
    ("hold", 14, _hold),
    ("book a hold", 10, _book_a_hold),
    ("release", 4, _release),
    ("move", 14, _move),
    ("cancel", 7, _cancel),
    ("book a visit", 6, _visit),
    ("hold a visit", 4, _hold_a_visit),
    ("release a visit", 1, _release_a_visit),
    ("move a visit", 3, _move_a_visit),
    ("cancel a visit", 2, _cancel_a_visit),
    ("book a series", 3, _series),
    ("move a series", 4, _move_a_series),
    ("cancel a series", 1, _cancel_a_series),
    ("check in", 4, _check_in),
    ("mark as missed", 2, _mark_no_show),
    ("ask for the fee", 1, _ask_the_fee),
    ("wait", 3, _wait),
    ("answer an offer", 3, _answer_an_offer),
    ("fall ill", 1, _fall_ill),
    ("answer a proposal", 4, _answer_a_proposal),
    ("sweep holds", 3, _sweep_holds),
    ("sweep attendance", 3, _sweep_attendance),
)
ACTIONS: tuple[tuple[str, int, Action], ...] = (
    *((name, weight, _inside(verb)) for name, weight, verb in _VERBS),
    ("sweep offers", 2, _sweep_offers),
)
