"""The rehearsal: the same seed is the same hash, every template holds, and nothing is left behind."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application
from pytest_django import Settings

from booking.models import Appointment
from calls import speech
from calls.models import Agent, Call
from calls.simulator import rehearsal, world
from calls.simulator.crowd import Goal, crowd
from calls.simulator.rehearsal import Rehearsal
from tenants import scope
from tenants.models import Tenant
from tests.retell import KEY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def key(settings: Settings) -> None:
    settings.RETELL_API_KEY = KEY


def play(count: int, *, seed: int = 7, **more: Any) -> Rehearsal:
    return rehearsal.play(count, seed=seed, application=get_wsgi_application, **more)


def test_the_same_seed_is_the_same_hash_and_another_seed_another_one() -> None:
    first, again, other = play(30), play(30), play(30, seed=8)

    assert first.digest == again.digest
    assert first.digest != other.digest
    assert [each.problems for each in first.played if each.problems] == []


@pytest.mark.parametrize("template", [each.template for each in world.TOWN])
def test_every_template_passes_its_own_calls(template: str) -> None:
    played = play(12, templates=(template,)).played

    assert len(played) == 12
    assert {each.caller.goal: each.problems for each in played if each.problems} == {}
    assert all(each.outcome is not None and each.outcome.outcome for each in played)
    assert any(each.outcome.appointments for each in played if each.outcome)


def test_nothing_of_it_is_left(salon: Tenant) -> None:
    play(10)

    with scope.platform():
        assert Tenant.objects.filter(slug__startswith="probe-").count() == 0
        assert (Call.objects.count(), Appointment.objects.count()) == (0, 0)


def test_a_lie_of_ours_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator must be able to fail: say another time than the one that stands."""
    real = speech.spoken_slot
    monkeypatch.setattr(speech, "spoken_slot", lambda at: real(at.replace(hour=3, minute=15)))

    findings = [each for each in play(10, templates=("salon",)).played if each.result]

    assert any(each.outcome and each.outcome.callback_due_at for each in findings)


def test_a_crowd_has_all_goals_and_habits() -> None:
    callers = crowd(300, seed=1, business=world.TOWN[0], regulars=[_SOMEBODY])

    goals = Counter(caller.goal for caller in callers)
    assert set(goals) == set(Goal)
    for habit in ("hesitates", "corrects", "is_misheard", "interrupts", "is_renamed"):
        assert 20 < sum(getattr(caller.habits, habit) for caller in callers) < 200, habit
    assert any(caller.switches.withheld for caller in callers)
    assert crowd(300, seed=1, business=world.TOWN[0], regulars=[_SOMEBODY]) == callers


_SOMEBODY = world.Regular(name="Anna Schäfer", phone="+491713920000", service="Haarschnitt")


def test_there_is_a_business_for_every_template() -> None:
    templates = {str(each.template) for each in world.TOWN}

    assert templates == set(Agent.Template.values) - {"general"}


def test_the_command_tells_how_it_went(tmp_path: Path) -> None:
    out, file = io.StringIO(), tmp_path / "calls.txt"

    call_command(
        "simulate_calls", "--count", "10", "--seed", "7", "--processes", "1",
        "--show", "1", "--transcripts", file, stdout=out,
    )  # fmt: skip

    told = out.getvalue()
    assert "── Anruf 1 ·" in told
    assert "10 Anrufe in " in told
    assert f"Prüfsumme {play(10).digest}" in told
    assert file.read_text().count("── Anruf ") == 10


def test_the_command_does_not_run_in_production(settings: Settings) -> None:
    settings.IS_PRODUCTION = True

    with pytest.raises(CommandError, match="Nicht in Produktion"):
        call_command("simulate_calls")
