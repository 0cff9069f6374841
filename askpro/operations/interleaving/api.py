"""What workers do through the REST API: programs with keys, some of whom repeat themselves."""

import random
from datetime import timedelta
from typing import Any

from askpro.operations.interleaving.doors import Answer
from askpro.operations.interleaving.stage import ROUNDS_A_DAY, TENANT_ID, Worker
from booking.models import Appointment, Proposal, Series, TimeOff, Visit, WaitingEntry, WaitingOffer
from tenants import scope


def _ask(
    worker: Worker, method: str, path: str, body: Any = None, *, again: str | None = None
) -> Answer:
    key = worker.stage.keys[worker.number % len(worker.stage.keys)]
    return worker.stage.visitor.call(method, path, body, key=key, again=again)


def _one(worker: Worker, *states: str) -> Appointment | None:
    with scope.tenant(TENANT_ID):
        return worker.one(*states)


def _repeated(worker: Worker) -> tuple[str | None, Worker]:
    """Return one of few keys of this day, or none; who has a key has its dice, so that all of them ask for the same."""
    if worker.dice.random() < 0.5:
        return None, worker
    again = f"{worker.round // ROUNDS_A_DAY}:{worker.dice.randrange(4)}"
    if worker.dice.random() < 0.1:  # somebody uses the key for something else
        return again, worker
    same = random.Random(again)  # noqa: S311 — the same dice again, no secret
    return again, Worker(
        stage=worker.stage, dice=same, round=worker.round, number=worker.number, now=worker.now
    )


def _wish(worker: Worker) -> dict[str, Any]:
    service = worker.any_service()
    wish = {
        "service_id": service.pk,
        "starts_at": worker.start().isoformat(),
        "staff_id": worker.dice.choice(worker.stage.people).pk,
    }
    return wish | {"seats": worker.seats_of(service)}


def _somebody(worker: Worker) -> dict[str, Any]:
    """Return a known customer, or one whom several may write down at the same moment."""
    if worker.dice.random() < 0.5:
        return {"id": worker.dice.choice(worker.stage.customers).pk}
    number = 10 + worker.dice.randrange(4)
    return {"name": f"Neu {number}", "phone": f"+4917139200{number}"}


def _book(worker: Worker) -> Answer:
    again, dice = _repeated(worker)
    wish = _wish(dice) | {"customer": _somebody(dice)}
    if dice.dice.random() < 0.3:
        del wish["staff_id"]
    return _ask(worker, "POST", "/api/appointments", wish, again=again and f"book:{again}")


def _hold(worker: Worker) -> Answer:
    again, dice = _repeated(worker)
    wish = _wish(dice) | {"seconds": dice.dice.choice((30, 300, 900))}
    return _ask(worker, "POST", "/api/holds", wish, again=again and f"hold:{again}")


def _one_hold(worker: Worker) -> Appointment | None:
    """Return a hold of a program; those of callers are not shown to programs."""
    own = {"status": Appointment.Status.HELD, "source": Appointment.Source.API, "visit": None}
    with scope.tenant(TENANT_ID):
        return worker.any_of(Appointment.objects.filter(**own))


def _book_a_hold(worker: Worker) -> Answer | None:
    held = _one_hold(worker)
    if held is None:
        return None
    wish = {
        "service_id": held.service_id,
        "staff_id": held.staff_member_id,
        "starts_at": held.starts_at.isoformat(),
        "seats": held.seats,
        "hold_id": held.pk,
        "customer": _somebody(worker),
    }
    return _ask(worker, "POST", "/api/appointments", wish)


def _release(worker: Worker) -> Answer | None:
    held = _one_hold(worker)
    return None if held is None else _ask(worker, "DELETE", f"/api/holds/{held.pk}")


def _move(worker: Worker) -> Answer | None:
    row = _one(worker, "confirmed")
    if row is None:
        return None
    person = worker.dice.choice(worker.stage.people)
    wish = {"starts_at": worker.start().isoformat(), "staff_id": person.pk}
    if worker.dice.random() < 0.3:
        return _ask(worker, "PUT", f"/api/appointments/{row.pk}", wish)
    return _ask(worker, "POST", f"/api/appointments/{row.pk}/move", wish)


def _change(deed: str) -> Any:
    def change(worker: Worker) -> Answer | None:
        row = _one(worker, "confirmed")
        again = f"{deed}:{worker.round}" if worker.dice.random() < 0.2 else None
        if row is None:
            return None
        return _ask(worker, "POST", f"/api/appointments/{row.pk}/{deed}", {}, again=again)

    return change


def _parts(worker: Worker) -> list[dict[str, Any]]:
    return [
        {
            "service_id": part.service.pk,
            "staff_id": part.staff_member_id,
            "starts_at": part.starts_at.isoformat(),
        }
        for part in worker.parts()
    ]


def _visit(worker: Worker) -> Answer:
    again, dice = _repeated(worker)
    wish = {"parts": _parts(dice), "customer": _somebody(dice)}
    return _ask(worker, "POST", "/api/visits", wish, again=again and f"visit:{again}")


def _hold_and_book_a_visit(worker: Worker) -> Answer:
    parts = _parts(worker)
    held = _ask(worker, "POST", "/api/visits/holds", {"parts": parts})
    if held.status != 201 or worker.dice.random() < 0.3:
        return held
    wish = {"parts": parts, "customer": _somebody(worker), "hold_id": held.data["id"]}
    return _ask(worker, "POST", "/api/visits", wish)


def _cancel_a_visit(worker: Worker) -> Answer | None:
    number = worker.number_of(lambda: Visit.objects.filter(customer__isnull=False))
    return None if number is None else _ask(worker, "POST", f"/api/visits/{number}/cancel", {})


def _series(worker: Worker) -> Answer:
    again, dice = _repeated(worker)
    wish = {
        "service_id": dice.dice.choice(dice.stage.plain).pk,
        "starts_at": dice.start().isoformat(),
        "rule": "FREQ=DAILY;COUNT=2",
        "staff_id": dice.dice.choice(dice.stage.people).pk,
        "customer": _somebody(dice),
    }
    return _ask(worker, "POST", "/api/series", wish, again=again and f"series:{again}")


def _cancel_a_series(worker: Worker) -> Answer | None:
    number = worker.number_of(Series.objects.all)
    wish = {"scope": "all"}
    return None if number is None else _ask(worker, "POST", f"/api/series/{number}/cancel", wish)


def _move_a_series(worker: Worker) -> Answer | None:
    with scope.tenant(TENANT_ID):
        date = worker.any_of(Appointment.objects.filter(series__isnull=False))
    if date is None:
        return None
    wish: dict[str, Any] = {
        "scope": worker.dice.choice(("this", "following", "all")),
        "time": f"{worker.start():%H:%M}",
        "on_conflict": worker.dice.choice(("abort", "skip")),
    }
    if wish["scope"] != "all":
        wish["appointment_id"] = date.pk
    if worker.dice.random() < 0.5:
        wish["staff_id"] = worker.dice.choice(worker.stage.people).pk
    return _ask(worker, "PATCH", f"/api/series/{date.series_id}", wish)


def _move_a_visit(worker: Worker) -> Answer | None:
    number = worker.number_of(lambda: Visit.objects.filter(customer__isnull=False))
    if number is None:
        return None
    by = timedelta(minutes=15 * worker.dice.choice((-4, -1, 1, 4)))
    with scope.tenant(TENANT_ID):
        rows = Appointment.objects.filter(visit=number).order_by("starts_at", "pk")
        parts = [
            {
                "service_id": row.service_id,
                "staff_id": row.staff_member_id,
                "starts_at": (row.starts_at + by).isoformat(),
            }
            for row in rows
        ]
    return _ask(worker, "POST", f"/api/visits/{number}/move", {"parts": parts})


def _wait(worker: Worker) -> Answer:
    day = worker.stage.midnight.date().isoformat()
    wish = {
        "service_id": worker.dice.choice(worker.stage.plain).pk,
        "customer": {"id": worker.dice.choice(worker.stage.customers).pk},
        "first_day": day,
        "last_day": day,
    }
    return _ask(worker, "POST", "/api/waiting-list", wish)


def _stop_waiting(worker: Worker) -> Answer | None:
    number = worker.number_of(WaitingEntry.objects.all)
    return None if number is None else _ask(worker, "DELETE", f"/api/waiting-list/{number}")


def _answer_an_offer(worker: Worker) -> Answer | None:
    number = worker.number_of(WaitingOffer.objects.all)
    answer = worker.dice.choice(("accept", "accept", "decline"))
    return None if number is None else _ask(worker, "POST", f"/api/offers/{number}/{answer}", {})


def _answer_a_proposal(worker: Worker) -> Answer | None:
    number = worker.number_of(Proposal.objects.all)
    answer = worker.dice.choice(("accept", "accept", "decline"))
    return None if number is None else _ask(worker, "POST", f"/api/proposals/{number}/{answer}", {})


def _propose(worker: Worker) -> Answer | None:
    number = worker.number_of(TimeOff.objects.all)
    return (
        None if number is None else _ask(worker, "POST", "/api/proposals", {"time_off_id": number})
    )


ACTIONS = (
    ("api: book", 14, _book),
    ("api: hold", 6, _hold),
    ("api: book a hold", 5, _book_a_hold),
    ("api: release", 2, _release),
    ("api: move", 6, _move),
    ("api: cancel", 4, _change("cancel")),
    ("api: check in", 1, _change("check-in")),
    ("api: missed", 1, _change("no-show")),
    ("api: book a visit", 4, _visit),
    ("api: hold and book a visit", 3, _hold_and_book_a_visit),
    ("api: move a visit", 2, _move_a_visit),
    ("api: cancel a visit", 1, _cancel_a_visit),
    ("api: book a series", 2, _series),
    ("api: move a series", 3, _move_a_series),
    ("api: cancel a series", 1, _cancel_a_series),
    ("api: wait", 1, _wait),
    ("api: stop waiting", 1, _stop_waiting),
    ("api: answer an offer", 2, _answer_an_offer),
    ("api: propose", 1, _propose),
    ("api: answer a proposal", 2, _answer_a_proposal),
)
