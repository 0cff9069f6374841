"""What is remembered of a business is never old: whatever changes, by whomever, the next question knows."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction

from booking import availability, bitmaps, catalogue, editions, locking, teams
from booking.models import Edition, Service, Skill, StaffMember, WorkingHours
from booking.periods import minute_of
from booking.searching import Search, Seeker, counting
from calls import conversation
from integrations.voice import retell
from tenants import scope, statements
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import a_day

Result = TypeVar("Result")
NUMBER = "+493023125777"
# What is read anew for each question, because it changes with bookings.
DIARY = {"booking_takenline", "booking_appointment", "booking_edition"}


def _call(now: datetime, tool: str, **given: str) -> dict[str, Any]:
    facts = {"call_id": "call_editions", "to_number": NUMBER, "from_number": "+491713920042"}
    asked = retell.function_request({"call": facts, "args": given}, tool=tool)
    answer = conversation.answer(asked, body=b"{}", began=0.0, now=now)
    assert answer["state"] != "failed"
    return answer


def _ask(now: datetime) -> str:
    """Ask on the telephone what is free, and return what is said."""
    answer = _call(now, "check_availability", service="Haarschnitt", date="morgen")
    return str(answer["say"])


def _offered(now: datetime) -> list[str]:
    answer = _call(now, "check_availability", service="Haarschnitt", date="morgen")
    return [slot["slot_id"] for slot in answer["data"]["slots"]]


def _book(now: datetime, slot_id: str) -> str:
    """Book what was offered, and return the state of the answer."""
    return str(_call(now, "book_appointment", slot_id=slot_id, name="Erika Muster")["state"])


def _alone(work: Callable[[], Result]) -> Result:
    try:
        return work()
    finally:
        connection.close()


def _elsewhere(work: Callable[[], object]) -> None:
    """Do something on a connection of its own, and commit."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_alone, work).result(10)


def _edition(tenant: Tenant) -> str:
    sql = f"SELECT {editions.EDITION_OF.format(tenant='%s')}"
    with scope.tenant(tenant):
        found = statements.value(sql, (tenant.pk,))
    assert isinstance(found, str)
    return found


def _team(tenant: Tenant, now: datetime) -> teams.Team:
    """Return the team of the cut as it is remembered, or read where it is not."""
    edition = _edition(tenant)
    with scope.tenant(tenant):
        search = Search.of(Service.objects.get(name="Haarschnitt"), Branch.objects.get())
        reach = bitmaps.reach_between(minute_of(now), minute_of(now) + 2 * 24 * 60)
        return teams.of_edition(search, edition, Seeker(now, [], None), reach)


def _forget() -> None:
    teams._remembered._kept.clear()
    catalogue._menus._kept.clear()
    catalogue._chosen._kept.clear()


def _take_off_the_menu(salon: Tenant) -> None:
    with scope.tenant(salon):
        Service.objects.filter(name="Haarschnitt").update(is_active=False)


def _unlearn(salon: Tenant) -> None:
    with scope.tenant(salon):
        Skill.objects.filter(service__name="Haarschnitt").delete()


def _switch_people_off(salon: Tenant) -> None:
    with scope.tenant(salon):
        StaffMember.objects.update(is_active=False)


def _close_for_good(salon: Tenant) -> None:
    with scope.tenant(salon):
        WorkingHours.objects.all().delete()


def _be_away(salon: Tenant) -> None:
    starts_at = datetime.fromisoformat("2026-11-24T00:00+01:00")
    factories.make_time_off(
        factories.branch_of(salon), starts_at=starts_at, ends_at=starts_at + timedelta(days=1)
    )


def _need_what_is_broken(salon: Tenant) -> None:
    chair = factories.make_resource(factories.branch_of(salon), name="Stuhl", is_active=False)
    scenes.needs(factories.service_of(salon, "Haarschnitt"), "all", chair)


CHANGES: dict[str, Callable[[Tenant], object]] = {
    "tenants_branch": lambda salon: scenes.change(factories.branch_of(salon), is_active=False),
    "booking_service": _take_off_the_menu,
    "booking_servicealias": lambda salon: factories.make_alias(
        factories.service_of(salon, "Färben"), "Haarschnitt"
    ),
    "booking_skill": _unlearn,
    "booking_staffmember": _switch_people_off,
    "booking_workinghours": _close_for_good,
    "booking_specialhours": lambda salon: scenes.special(factories.branch_of(salon), "2026-11-24"),
    "booking_timeoff": _be_away,
    "booking_requirement": _need_what_is_broken,
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", CHANGES)
def test_what_somebody_else_changes_is_known_to_the_next_question(
    salon: Tenant, now: datetime, table: str
) -> None:
    before = {_ask(now) for _ in range(2)}

    _elsewhere(lambda: CHANGES[table](salon))

    after = _ask(now)
    assert after not in before
    _forget()
    assert _ask(now) == after


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "table", sorted(CHANGES.keys() - {"booking_service", "booking_servicealias", "tenants_branch"})
)
def test_what_was_offered_is_not_booked_when_somebody_changed_what_it_stands_on(
    salon: Tenant, now: datetime, table: str
) -> None:
    first, _, second = _offered(now)
    assert _book(now, first) == "booked"

    _elsewhere(lambda: CHANGES[table](salon))

    assert _book(now, second) in ("not_available", "nothing_free", "missing")


@pytest.mark.django_db(transaction=True)
def test_a_service_that_is_not_offered_any_more_is_not_booked(salon: Tenant, now: datetime) -> None:
    first, _, second = _offered(now)
    assert _book(now, first) == "booked"

    cut = factories.service_of(salon, "Haarschnitt")
    _elsewhere(lambda: scenes.change(cut, is_active=False))

    assert _book(now, second) == "missing"


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_a_diary_knows_what_was_changed_meanwhile(
    salon: Tenant, now: datetime
) -> None:
    first, _, second = _offered(now)
    assert _book(now, first) == "booked"

    with ThreadPoolExecutor(1) as pool:
        with scope.tenant(salon):
            people = list(StaffMember.objects.values_list("pk", flat=True))
            locking.lock_diaries(salon.pk, people)
            WorkingHours.objects.all().delete()
            booking = pool.submit(_alone, lambda: _book(now, second))
            assert not wait([booking], timeout=0.5).done
        assert booking.result(10) in ("not_available", "nothing_free")


@pytest.mark.django_db(transaction=True)
def test_how_a_branch_keeps_holidays_comes_from_its_own_row(salon: Tenant, now: datetime) -> None:
    """Who read the branch before it changed, and asks with the new edition, leaves nothing old behind."""
    cut, before = factories.service_of(salon, "Haarschnitt"), factories.branch_of(salon)
    scenes.change(factories.branch_of(salon), closes_on_holidays=False)
    christmas = a_day("2026-12-25")
    asked: dict[str, Any] = {"period": christmas, "now": now, "edition": _edition(salon)}

    with scope.tenant(salon):
        closed = [availability.free_slots(cut, branch=before, **asked) for _ in range(2)]
        is_open = availability.free_slots(cut, branch=Branch.objects.get(), **asked)

    assert closed == [[], []]
    assert is_open


@pytest.mark.django_db(transaction=True)
def test_a_rule_of_the_diary_counts_for_the_next_question(salon: Tenant, now: datetime) -> None:
    assert [_team(salon, now).avoids_gaps for _ in range(2)] == [False, False]

    _elsewhere(lambda: factories.make_rules(salon, avoids_gaps=True))

    assert _team(salon, now).avoids_gaps


@pytest.mark.django_db(transaction=True)
def test_whose_turn_it_is_and_what_is_taken_is_read_each_time(salon: Tenant, now: datetime) -> None:
    edition, before = _edition(salon), _team(salon, now)
    jana = factories.staff_of(salon, "Jana")

    with scope.tenant(salon):
        statements.run("UPDATE booking_staffmember SET turn = 7 WHERE id = %s", (jana.pk,))
    scenes.appointment(
        jana,
        factories.service_of(salon, "Haarschnitt"),
        datetime.fromisoformat("2026-11-24T10:00+01:00"),
    )

    after = _team(salon, now)
    place = [person.name for person in after.people].index("Jana")
    assert _edition(salon) == edition
    assert (before.turns[place], after.turns[place]) == (0, 7)
    assert (before.kept[place].lines is None, after.kept[place].lines is None) == (True, False)


def test_every_table_of_the_catalogue_makes_editions(in_salon: Tenant, now: datetime) -> None:
    """What the statements read whose answers are remembered is watched, or read anew each time."""
    who = Seeker(now, [], None)
    asked = {
        "tenant": in_salon.pk, "service": 1, "branch": 1, "staff_member": None, "from": now, "until": now,
        "first_day": 1, "last_day": 2, "no_first_day": 0, "no_last_day": 9,
        **bitmaps.asked(who, range(1, 2)),
    }  # fmt: skip
    read = _tables(teams._statement(counting(who)), asked) | _tables(
        catalogue._MENU, (in_salon.pk, 1)
    )
    chosen = {"tenant": in_salon.pk, "service": 1, "person": 1, "branch": 1}
    read |= _tables(catalogue._CHOSEN, chosen)

    watched = statements.run(
        "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE tgname LIKE 'booking_edition_%%' GROUP BY 1",
        (),
    ).fetchall()

    assert {table for table, count in watched if count == 3} == read - DIARY
    assert CHANGES.keys() | {"booking_diaryrules"} == read - DIARY


def _tables(sql: str, params: Any) -> set[str]:
    plan = statements.run(f"EXPLAIN (FORMAT JSON) {sql}", params).fetchall()[0][0]
    found: set[str] = set()
    _collect(plan if not isinstance(plan, str) else json.loads(plan), found)
    return found


def _collect(plan: Any, found: set[str]) -> None:
    if isinstance(plan, list):
        for each in plan:
            _collect(each, found)
    elif isinstance(plan, dict):
        if "Relation Name" in plan:
            found.add(plan["Relation Name"])
        _collect(list(plan.values()), found)


def test_every_column_of_a_person_makes_an_edition_but_their_turn(in_salon: Tenant) -> None:
    jana = factories.staff_of(in_salon, "Jana")
    other = factories.make_branch(in_salon, name="Zweite Filiale")
    changes: dict[str, Any] = {
        "branch_id": other.pk, "name": "Janina", "email": "jana@example.org", "is_active": False, "max_per_day": 3,
    }  # fmt: skip
    columns = {field.column for field in StaffMember._meta.concrete_fields}
    assert columns - changes.keys() == {"id", "tenant_id", "created_at", "updated_at", "turn"}

    for column, value in changes.items():
        before = _edition(in_salon)
        StaffMember.objects.filter(pk=jana.pk).update(**{column: value})
        assert _edition(in_salon) != before, column


def test_adding_and_removing_make_editions_and_changing_nothing_does_not(in_salon: Tenant) -> None:
    seen = [_edition(in_salon)]
    jana = factories.make_staff(factories.branch_of(in_salon), name="Ida")
    seen.append(_edition(in_salon))
    jana.delete()
    seen.append(_edition(in_salon))

    StaffMember.objects.filter(name="Niemand").update(name="Jemand")

    assert len(set(seen)) == 3
    assert _edition(in_salon) == seen[-1]


@pytest.mark.django_db(transaction=True)
def test_changes_at_once_do_not_wait_for_each_other_and_all_count(salon: Tenant) -> None:
    seen = [_edition(salon)]
    with scope.tenant(salon):
        Service.objects.filter(name="Haarschnitt").update(price_cents=1)
        seen.append(_edition(salon))
        _elsewhere(lambda: factories.make_alias(factories.service_of(salon, "Färben"), "Tönen"))
        seen.append(_edition(salon))
    seen.append(_edition(salon))

    assert len(set(seen)) == 4 - (seen[2] == seen[3])
    factories.make_alias(factories.service_of(salon, "Färben"), "Strähnen")
    with scope.tenant(salon):
        assert Edition.objects.count() == 1
    assert _edition(salon) not in seen


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_taken_back_leaves_the_edition_as_it_was(
    salon: Tenant, neighbour: Tenant
) -> None:
    before, next_door = _edition(salon), _edition(neighbour)
    with scope.tenant(salon):
        Service.objects.update(price_cents=1)
        within = _edition(salon)
        transaction.set_rollback(True)

    assert within != before == _edition(salon)
    assert _edition(neighbour) == next_door


def test_only_so_much_is_remembered() -> None:
    memory: editions.Memory[int] = editions.Memory(most=2)

    for number in range(3):
        memory.keep(number, number)

    assert [memory.get(number) for number in range(3)] == [None, 1, 2]
    assert len(memory) == 2
