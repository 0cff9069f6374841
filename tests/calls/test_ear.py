"""A third table of times, payloads and names, written from the rules alone, and asked through the doors of the tools."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from booking.models import Appointment
from calls.models import ToolCall
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.calls import ear
from tests.retell import Retell

TABLES = Path(__file__).parent / "tables"
MONDAY = datetime(2026, 11, 23, 9, 15, tzinfo=ear.BERLIN)
QUESTIONS = frozenset(
    (
        "ask_date", "ask_service", "ask_staff", "ask_email", "ambiguous", "conflict", "past",
        "invalid", "invalid_arguments", "missing",
    )
)  # fmt: skip


def make_house(name: str = "salon", *, hours: str = "salon") -> Tenant:
    """Make a business of the table; each of its services takes five minutes and can be booked two years ahead."""
    house = ear.houses()[name]
    tenant = factories.make_tenant(name="Haus Lindner", slug="lindner")
    branch = factories.make_branch(tenant, name="Am Markt")
    factories.make_number(branch, number="+493023125777")
    for weekday, spans in ear.HOUSES[hours].items():
        for first, last in spans:
            factories.make_hours(branch, weekdays=(weekday,), from_minute=first, until_minute=last)
    people = {each: factories.make_staff(branch, name=each) for each in house.team}
    for each, aliases in house.menu.items():
        service = factories.make_service(
            tenant, name=each, duration_minutes=5, step_minutes=5, min_notice_minutes=0,
            horizon_days=730,
        )  # fmt: skip
        for alias in aliases:
            factories.make_alias(service, alias)
        for person, skills in house.team.items():
            if not skills or each in skills:
                factories.make_skill(people[person], service)
    return tenant


def _are_right(judged: list[tuple[str, str]]) -> None:
    """Nothing may be wrong, and one in a hundred may be asked back."""
    asked = [what for what, verdict in judged if verdict == ear.ASKED]
    assert [what for what, verdict in judged if verdict == ear.WRONG] == []
    assert len(asked) <= 0.01 * len(judged), asked


# --- time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["text", "date", "time"])
def test_a_time_means_the_same_wherever_it_is_written(field: str) -> None:
    judged = [
        (
            f"{line.now:%d.%m.%y %H:%M} {line.words}",
            ear.judge(line.meant(field=field), line.meanings),
        )
        for line in ear.said()
    ]

    _are_right(judged)


def test_a_day_and_an_hour_in_two_fields_are_one_wish() -> None:
    judged = [
        (
            f"{line.now:%d.%m.%y %H:%M} {line.words}",
            ear.judge(line.meant(field="both"), line.meanings),
        )
        for line in ear.said("ear_fields")
    ]

    _are_right(judged)


@pytest.mark.parametrize("house", list(ear.HOUSES))
def test_a_time_that_is_said_is_understood_or_asked_back(
    db: None, retell: Retell, house: str
) -> None:
    make_house(hours=house)
    judged = []
    untold = []
    for line in (each for each in ear.said() if each.house == house):
        meant = line.meant(field="date")
        with time_machine.travel(line.now, tick=False):
            answer = retell.asks_for(
                "check_availability", retell.new_call(), service="Maniküre", date=line.words
            )
        judged.append((f"{line.now:%d.%m.%y %H:%M} {line.words}", ear.judge(meant, line.meanings)))
        if not ear.is_told(answer, meant):
            untold.append((line.words, meant, answer))

    assert untold == []
    _are_right(judged)


# --- payloads ----------------------------------------------------------------------------------------------


def _filled(body: Any, retell: Retell) -> Any:
    calls: dict[str, dict[str, Any]] = {
        "$call": {},
        "$withheld": {"from_number": "anonymous"},
        "$stranger": {"to_number": "+493023125999"},
        "$nameless": {"call_id": None},
    }
    if not isinstance(body, dict):
        return body
    return {
        name: retell.new_call(**calls[value])
        if isinstance(value, str) and value in calls
        else value
        for name, value in body.items()
    }


def _outcome(response: Any) -> str:
    if response.status_code == 400:
        return "refused"
    assert response.status_code == 200, response.content
    answer = response.json()
    slots = answer["data"].get("slots", [])
    if answer["state"] == "available" and len(slots) == 1:
        return str(slots[0]["starts_at"])[:16]
    if answer["state"] == "available":
        return str(slots[0]["starts_at"])[:10]
    return str(answer["state"])


def _is_expected(outcome: str, expected: list[str]) -> bool:
    return (
        outcome in expected
        or ("ask" in expected and outcome in QUESTIONS)
        or ("refused" in expected and outcome == "invalid_arguments")
        or ("unbooked" in expected and outcome != "booked")
    )


def test_what_models_and_platforms_send_is_read_or_asked_back(db: None, retell: Retell) -> None:
    tenant = make_house()
    judged = []
    for text in (TABLES / "ear_payloads.jsonl").read_text().splitlines():
        case = json.loads(text)
        with time_machine.travel(MONDAY, tick=False):
            response = retell.post(
                f"/api/retell/functions/{case['tool']}", _filled(case["body"], retell)
            )
        outcome = _outcome(response)
        rows = _bookings(tenant)
        is_right = _is_expected(outcome, case["expected"]) and (outcome == "booked") == bool(rows)
        verdict = ear.RIGHT if is_right else ear.ASKED if outcome in QUESTIONS else ear.WRONG
        judged.append((f"{case['why']}: {outcome}, {rows} rows, not {case['expected']}", verdict))
        _clear(tenant)

    _are_right(judged)


def _bookings(tenant: Tenant) -> int:
    with scope.tenant(tenant):
        return Appointment.objects.exclude(status=Appointment.Status.HELD).count()


def _clear(tenant: Tenant) -> None:
    with scope.tenant(tenant):
        Appointment.objects.all().delete()


# --- names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("house", list(ear.houses()))
def test_what_a_service_or_a_person_is_called_is_found_or_asked_for(
    db: None, retell: Retell, house: str
) -> None:
    tenant = make_house(house)
    judged = []
    for kind, said, *rest in ear.houses()[house].lines:
        *services, expected = rest
        given = {"service": said} if kind == "service" else {"service": services[0], "staff": said}
        with time_machine.travel(MONDAY, tick=False):
            call = retell.new_call()
            answer = retell.asks_for(
                "check_availability", call, date="26.11.2026", time="14:30", **given
            )
            who = _matched(tenant, kind)
        found = who if answer["state"] == "available" else _refused(answer, who)
        verdict = ear.RIGHT if found in expected.split(" / ") else ear.WRONG
        if verdict == ear.WRONG and answer["state"].startswith("ask_"):
            verdict = ear.ASKED
        judged.append(
            (f"{kind} {said} {services}: {found}, not {expected}; {answer['say']}", verdict)
        )
        _clear(tenant)

    _are_right(judged)


def _matched(tenant: Tenant, kind: str) -> str:
    """Return the service or the person of the hold, as it stands in the rows."""
    with scope.tenant(tenant):
        decided = ToolCall.objects.latest("pk").decisions
    mine = [each["said"] for each in decided if each["rule"] == kind]
    if not mine:
        return "any"
    return str(mine[-1]["found"] if mine[-1]["state"] == "matched" else mine[-1]["state"])


def _refused(answer: dict[str, Any], who: str) -> str:
    assert answer["state"] in ("ask_service", "ask_staff"), answer
    return who
