"""What workers do on the pages of the back office: somebody with a session, who also chooses several rows at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Model, QuerySet
from django.urls import reverse

from askpro.operations.interleaving.doors import Answer
from askpro.operations.interleaving.stage import TENANT_ID, Worker
from booking.models import (
    Appointment,
    Proposal,
    Series,
    StaffMember,
    TimeOff,
    Visit,
    WaitingEntry,
    WaitingOffer,
)
from tenants import scope

_CHOSEN_AT_MOST = 5
_Rows = Callable[[], "QuerySet[Any]"]


def _url(model: type[Model], page: str, *args: Any) -> str:
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)


def _press(
    worker: Worker, model: type[Model], rows: _Rows, button: str, **fields: Any
) -> Answer | None:
    """Press a button on the page of some row."""
    number = worker.number_of(rows)
    if number is None:
        return None
    page = _url(model, "change", number).removesuffix("change/") + f"{button}/"
    return worker.stage.visitor.post(page, fields)


def _choose(worker: Worker, model: type[Model], rows: _Rows, action: str) -> Answer | None:
    """Choose several rows of a list, and an action for all of them."""
    with scope.tenant(TENANT_ID):
        numbers = list(rows().order_by("pk").values_list("pk", flat=True)[:200])
    if not numbers:
        return None
    count = min(len(numbers), worker.dice.randint(1, _CHOSEN_AT_MOST))
    chosen = [("_selected_action", number) for number in worker.dice.sample(numbers, count)]
    page = _url(model, "changelist")
    return worker.stage.visitor.post(page, [("action", action), *chosen])


def _time(start: datetime) -> dict[str, str]:
    return {"day": f"{start:%Y-%m-%d}", "clock": f"{start:%H:%M}"}


def _confirmed() -> "QuerySet[Appointment]":
    return Appointment.objects.filter(status=Appointment.Status.CONFIRMED, visit=None)


def _book(worker: Worker) -> Answer:
    service = worker.any_service()
    person = worker.dice.choice([*worker.stage.people, None])
    wish = {
        "key": uuid4(),
        "branch": worker.stage.branch.pk,
        "service": service.pk,
        "staff_member": "" if person is None else person.pk,
        "seats": worker.seats_of(service),
        "chosen": worker.dice.choice(worker.stage.customers).pk,
        **_time(worker.start()),
    }
    return worker.stage.visitor.post(_url(Appointment, "add"), wish)


def _move(worker: Worker) -> Answer | None:
    person = worker.dice.choice(worker.stage.people)
    wish = {"staff_member": person.pk, **_time(worker.start())}
    return _press(worker, Appointment, _confirmed, "move", **wish)


def _cancel(worker: Worker) -> Answer | None:
    return _press(worker, Appointment, _confirmed, "cancel", reason="krank")


def _check_in(worker: Worker) -> Answer | None:
    return _press(worker, Appointment, _confirmed, "check-in")


def _cancel_several(worker: Worker) -> Answer | None:
    return _choose(worker, Appointment, _confirmed, "cancel_chosen")


def _cancel_a_visit(worker: Worker) -> Answer | None:
    booked: _Rows = lambda: Visit.objects.filter(customer__isnull=False)  # noqa: E731
    return _press(worker, Visit, booked, "cancel-visit", reason="krank")


def _cancel_a_series(worker: Worker) -> Answer | None:
    return _press(worker, Series, Series.objects.all, "cancel-dates", reason="krank")


def _move_a_series(worker: Worker) -> Answer | None:
    wish = {
        "weekday": "",
        "clock": f"{worker.start():%H:%M}",
        "staff_member": worker.dice.choice(worker.stage.people).pk,
        "reason": "krank",
    }
    if worker.dice.random() < 0.5:
        wish["leaves_others"] = "on"
    return _press(worker, Series, Series.objects.all, "move-dates", **wish)


def _answer_offers(worker: Worker) -> Answer | None:
    answer = worker.dice.choice(("accept", "accept", "decline"))
    return _choose(worker, WaitingOffer, WaitingOffer.objects.all, answer)


def _take_off_the_list(worker: Worker) -> Answer | None:
    return _choose(worker, WaitingEntry, WaitingEntry.objects.all, "withdraw")


def _answer_proposals(worker: Worker) -> Answer | None:
    answer = worker.dice.choice(("accept", "accept", "decline"))
    return _choose(worker, Proposal, Proposal.objects.all, answer)


def _write_time_off(worker: Worker) -> Answer:
    """Write down that somebody is away for an hour of the day after: bookings look at hours while they change."""
    start = worker.start() + timedelta(days=1)
    end = start + timedelta(hours=1)
    off = {
        "branch": worker.stage.branch.pk,
        "staff_member": worker.dice.choice(worker.stage.people).pk,
        "starts_at_0": f"{start:%d.%m.%Y}",
        "starts_at_1": f"{start:%H:%M}",
        "ends_at_0": f"{end:%d.%m.%Y}",
        "ends_at_1": f"{end:%H:%M}",
        "kind": TimeOff.Kind.OTHER,
    }
    return worker.stage.visitor.post(_url(TimeOff, "add"), off)


def _propose(worker: Worker) -> Answer | None:
    return _choose(worker, TimeOff, TimeOff.objects.all, "propose")


def _rename(worker: Worker) -> Answer | None:
    """Save the page of somebody with all that stands on it."""
    person = worker.dice.choice(worker.stage.people)
    formsets = ("skills", "working_hours", "special_hours", "time_off")
    empty = {f"{name}-{what}_FORMS": 0 for name in formsets for what in ("TOTAL", "INITIAL")}
    services = [*worker.stage.plain, worker.stage.group, *worker.stage.roomy]
    fields = [
        ("name", person.name),
        ("branch", worker.stage.branch.pk),
        ("is_active", "on"),
        *(("offers", service.pk) for service in services),
        *empty.items(),
    ]
    return worker.stage.visitor.post(_url(StaffMember, "change", person.pk), fields)


ACTIONS = (
    ("office: book", 8, _book),
    ("office: move", 5, _move),
    ("office: cancel", 3, _cancel),
    ("office: check in", 1, _check_in),
    ("office: cancel several", 2, _cancel_several),
    ("office: cancel a visit", 1, _cancel_a_visit),
    ("office: move a series", 2, _move_a_series),
    ("office: cancel a series", 1, _cancel_a_series),
    ("office: answer offers", 2, _answer_offers),
    ("office: take off the list", 1, _take_off_the_list),
    ("office: answer proposals", 2, _answer_proposals),
    ("office: write time off", 1, _write_time_off),
    ("office: propose", 1, _propose),
    ("office: save a person", 1, _rename),
)
