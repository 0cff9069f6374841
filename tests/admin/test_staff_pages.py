"""Staff, hours and time off as people write them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from booking.admin.inputs import EuroField, WallTimeField
from booking.models import (
    Service,
    Skill,
    SpecialHours,
    StaffMember,
    TimeOff,
    WorkingHours,
)
from tenants import scope
from tenants.models import AuditEntry, Branch, Tenant
from tests import factories
from tests.admin import office
from tests.admin.office import Office
from tests.booking.test_cost import statements_run

__all__ = ["statements_run"]


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def jana(salon: Tenant) -> StaffMember:
    return factories.staff_of(salon, "Jana")


def rows(name: str, *new: dict[str, Any], known: int = 0) -> dict[str, Any]:
    """Return the fields of rows inside a page."""
    fields: dict[str, Any] = {
        f"{name}-TOTAL_FORMS": len(new) + known,
        f"{name}-INITIAL_FORMS": known,
    }
    for number, row in enumerate(new):
        fields |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return fields


def page_of(person: StaffMember, salon: Tenant, **fields: Any) -> dict[str, Any]:
    with scope.tenant(salon):
        offers = list(Skill.objects.filter(staff_member=person).values_list("service", flat=True))
    return {
        "name": person.name,
        "branch": person.branch_id,
        "is_active": "on",
        "offers": offers,
        **rows("working_hours"),
        **rows("special_hours"),
        **rows("skills"),
        **rows("time_off"),
        **fields,
    }


@pytest.mark.parametrize(
    ("typed", "minute"),
    [("09:30", 570), ("9:05", 545), ("00:00", 0), ("24:00", 1440), (" 17:00 ", 1020)],
)
def test_a_time_of_day_is_typed_as_on_a_clock(typed: str, minute: int) -> None:
    assert WallTimeField().clean(typed) == minute


@pytest.mark.parametrize(
    "typed", ["24:01", "25:00", "9", "09:60", "570", "-1:00", "neun", "", "9:5"]
)
def test_what_is_no_time_of_day_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        WallTimeField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "cents"), [("35", 3500), ("35,5", 3550), ("35,05 €", 3505), ("0.99", 99), ("", None)]
)
def test_a_price_is_typed_in_euros(typed: str, cents: int | None) -> None:
    assert EuroField(required=False).clean(typed) == cents


@pytest.mark.parametrize("minute", [0, 545, 570, 1439, 1440])
def test_a_time_of_day_comes_back_as_it_was_typed(minute: int) -> None:
    field = WallTimeField()

    assert field.clean(field.prepare_value(minute)) == minute


def test_own_hours_with_a_break_are_written_at_the_person(
    owner: Office, salon: Tenant, jana: StaffMember
) -> None:
    split = [
        {"weekday": 1, "from_minute": "09:00", "until_minute": "12:30"},
        {"weekday": 1, "from_minute": "13:15", "until_minute": "24:00"},
    ]

    answer = owner.post(
        office.change_url(jana), **page_of(jana, salon, **rows("working_hours", *split))
    )

    assert answer.redirect_chain, answer.context["errors"]
    with scope.tenant(salon):
        own = WorkingHours.objects.filter(staff_member=jana).order_by("from_minute")
        assert [str(row)[-11:] for row in own] == ["09:00–12:30", "13:15–24:00"]
        assert {row.branch_id for row in own} == {jana.branch_id}
    assert 'value="13:15"' in office.text_of(owner.get(office.change_url(jana)))


@pytest.mark.parametrize(
    ("begin", "end"),
    [("17:00", "09:00"), ("09:00", "09:00"), ("09:00", "33:01"), ("24:00", "26:00")],
)
def test_hours_that_end_before_they_begin_are_refused(
    owner: Office, salon: Tenant, jana: StaffMember, begin: str, end: str
) -> None:
    wrong = {"weekday": 1, "from_minute": begin, "until_minute": end}

    answer = owner.post(
        office.change_url(jana), **page_of(jana, salon, **rows("working_hours", wrong))
    )

    assert answer.redirect_chain == []
    with scope.tenant(salon):
        assert not WorkingHours.objects.filter(staff_member=jana).exists()


def test_time_off_is_typed_in_the_time_of_the_branch_and_warns_of_appointments(
    owner: Office, salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    cut = factories.service_of(salon, "Haarschnitt")
    factories.make_appointment(
        jana,
        cut,
        factories.make_customer(salon),
        starts_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    )
    off = {
        "starts_at_0": "24.11.2026",
        "starts_at_1": "08:00",
        "ends_at_0": "24.11.2026",
        "ends_at_1": "18:00",
        "kind": "sick",
    }

    answer = owner.post(office.change_url(jana), **page_of(jana, salon, **rows("time_off", off)))

    with scope.tenant(salon):
        stored = TimeOff.objects.get()
    assert (stored.starts_at.hour, stored.ends_at.hour) == (7, 17)
    assert any(text.startswith("1 Termin liegt") for text in office.messages_of(answer))


def test_time_off_elsewhere_is_typed_in_the_time_of_that_branch(
    owner: Office, salon: Tenant
) -> None:
    azores = factories.make_branch(salon, name="Horta", time_zone="Atlantic/Azores")
    off = {
        "branch": azores.pk,
        "starts_at_0": "24.11.2026",
        "starts_at_1": "08:00",
        "ends_at_0": "24.11.2026",
        "ends_at_1": "18:00",
        "kind": "closed",
    }

    owner.post("/admin/booking/timeoff/add/", **off)

    with scope.tenant(salon):
        stored = TimeOff.objects.get()
    assert (stored.starts_at.hour, stored.ends_at.hour) == (9, 19)
    page = office.text_of(owner.get(office.change_url(stored)))
    assert 'value="08:00"' in page or 'value="08:00:00"' in page


@pytest.mark.parametrize("whose", ["a person", "the branch"])
def test_who_changes_presence_waits_for_the_diaries_first(
    whose: str, owner: Office, salon: Tenant, jana: StaffMember, statements_run: list[str]
) -> None:
    off = {
        "branch": jana.branch_id,
        "staff_member": jana.pk if whose == "a person" else "",
        "starts_at_0": "24.11.2026",
        "starts_at_1": "08:00",
        "ends_at_0": "24.11.2026",
        "ends_at_1": "18:00",
        "kind": "holiday",
    }

    owner.post("/admin/booking/timeoff/add/", **off)

    write = _first(statements_run, 'INSERT INTO "booking_timeoff"')
    lock = _first(statements_run, "FOR NO KEY UPDATE")
    assert lock < write
    assert "ORDER BY" in statements_run[lock]


def test_deleting_and_changing_time_off_waits_for_the_diary_too(
    owner: Office, salon: Tenant, jana: StaffMember, now: datetime, statements_run: list[str]
) -> None:
    branch = factories.branch_of(salon)
    off = factories.make_time_off(
        branch, staff_member=jana, starts_at=now, ends_at=now.replace(hour=12)
    )

    owner.post(office.url(off, "delete", off.pk), post="yes")

    gone = _first(statements_run, 'DELETE FROM "booking_timeoff"')
    assert _first(statements_run, "FOR NO KEY UPDATE") < gone


def _first(run: list[str], part: str) -> int:
    return next(number for number, sql in enumerate(run) if part in sql)


def test_ticked_services_are_what_a_person_offers(
    owner: Office, salon: Tenant, jana: StaffMember
) -> None:
    colour = factories.service_of(salon, "Färben")
    with scope.tenant(salon):
        kept = Skill.objects.get(staff_member=jana, service=colour)
        Skill.objects.filter(pk=kept.pk).update(valid_until=datetime(2027, 1, 1, tzinfo=UTC).date())
    beard = factories.make_service(salon, name="Bart")

    owner.post(office.change_url(jana), **page_of(jana, salon, offers=[colour.pk, beard.pk]))

    with scope.tenant(salon):
        skills = Skill.objects.filter(staff_member=jana).order_by("pk")
        assert [skill.service_id for skill in skills] == [colour.pk, beard.pk]
        assert skills[0].valid_until is not None, "what was ticked before stays as it was"


def test_somebody_new_is_written_down_with_what_they_offer(owner: Office, salon: Tenant) -> None:
    cut = factories.service_of(salon, "Haarschnitt")
    fresh = StaffMember(name="Tom", branch=factories.branch_of(salon))

    owner.post(
        "/admin/booking/staffmember/add/",
        name="Tom",
        branch=fresh.branch_id,
        is_active="on",
        offers=[cut.pk],
        **rows("working_hours"),
        **rows("special_hours"),
        **rows("skills"),
        **rows("time_off"),
    )

    with scope.tenant(salon):
        tom = StaffMember.objects.get(name="Tom")
        assert list(tom.services.all()) == [cut]


def test_who_changes_the_branch_takes_hours_and_time_off_along(
    owner: Office, salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    branch = factories.branch_of(salon)
    factories.make_hours(branch, staff_member=jana)
    factories.make_time_off(branch, staff_member=jana, starts_at=now, ends_at=now.replace(hour=12))
    other = factories.make_branch(salon, name="Nord")
    with scope.tenant(salon):
        own = list(WorkingHours.objects.filter(staff_member=jana).order_by("weekday"))
        off = TimeOff.objects.get()
    hours = [
        {"id": row.pk, "weekday": row.weekday, "from_minute": "09:00", "until_minute": "17:00"}
        for row in own
    ]
    posted = page_of(jana, salon, branch=other.pk)
    posted |= rows("working_hours", *hours) | {"working_hours-INITIAL_FORMS": len(hours)}
    posted |= rows(
        "time_off",
        {
            "id": off.pk,
            "starts_at_0": "23.11.2026",
            "starts_at_1": "09:00",
            "ends_at_0": "23.11.2026",
            "ends_at_1": "13:00",
            "kind": "holiday",
        },
    ) | {"time_off-INITIAL_FORMS": 1}

    answer = owner.post(office.change_url(jana), **posted)

    assert answer.redirect_chain
    with scope.tenant(salon):
        assert {row.branch_id for row in WorkingHours.objects.filter(staff_member=jana)} == {
            other.pk
        }
        assert TimeOff.objects.get().branch_id == other.pk


def test_a_person_of_another_branch_gets_no_hours_here(
    owner: Office, salon: Tenant, jana: StaffMember
) -> None:
    other = factories.make_branch(salon, name="Nord")

    answer = owner.post(
        "/admin/booking/workinghours/add/",
        branch=other.pk,
        staff_member=jana.pk,
        weekday=1,
        from_minute="09:00",
        until_minute="12:00",
    )

    assert list(answer.context["adminform"].form.errors) == ["staff_member"]


def test_opening_hours_are_written_at_the_branch(owner: Office, salon: Tenant) -> None:
    branch = factories.make_branch(salon, name="Nord")
    fields = {
        "name": "Nord",
        "state": "BE",
        "language": "de",
        "time_zone": "Europe/Berlin",
        "is_active": "on",
        "closes_on_holidays": "on",
        "municipality": "catholic",
        "half_day_until_minute": "13:00",
        **rows("working_hours", {"weekday": 6, "from_minute": "22:00", "until_minute": "26:00"}),
        **rows("special_hours", {"day": "2026-12-26", "note": "Betriebsferien"}),
        **rows("time_off"),
    }

    answer = owner.post(office.change_url(branch), **fields)

    assert answer.redirect_chain
    with scope.tenant(salon):
        (row,) = WorkingHours.objects.filter(branch=branch)
        assert (row.staff_member_id, row.weekday, row.until_minute) == (None, 6, 1560)
        special = SpecialHours.objects.get()
        assert (special.from_minute, special.note) == (None, "Betriebsferien")
        stored = Branch.objects.get(pk=branch.pk)
    assert (stored.municipality, stored.half_day_until_minute) == ("catholic", 780)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration_minutes", "3"),
        ("step_minutes", "7"),
        ("buffer_after_minutes", "400"),
        ("horizon_days", "900"),
        ("price_cents", "viel"),
        ("name", "Färben"),
    ],
)
def test_a_service_that_the_diary_could_not_keep_is_refused_at_its_field(
    owner: Office, salon: Tenant, field: str, value: str
) -> None:
    cut = factories.service_of(salon, "Haarschnitt")
    fields = {
        "name": "Haarschnitt",
        "duration_minutes": "30",
        "buffer_before_minutes": "0",
        "buffer_after_minutes": "0",
        "min_notice_minutes": "60",
        "horizon_days": "60",
        "step_minutes": "15",
        "price_cents": "35,00",
        "is_active": "on",
        "seats": "1",
        "processing_minutes": "0",
        **rows("aliases"),
        **rows("requirements"),
        field: value,
    }

    answer = owner.post(office.change_url(cut), **fields)

    errors = answer.context["adminform"].form.errors
    assert set(errors) == ({"__all__"} if field == "name" else {field})
    if field == "name":
        assert errors["__all__"] == ["Es gibt schon einen Eintrag mit dieser Angabe: Name."]
    with scope.tenant(salon):
        assert Service.objects.get(pk=cut.pk).price_cents == 3500


def test_a_service_that_was_booked_is_not_deleted(
    owner: Office, salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    cut = factories.service_of(salon, "Haarschnitt")
    factories.make_appointment(jana, cut, factories.make_customer(salon), starts_at=now)

    page = owner.post(office.url(cut, "delete", cut.pk), post="yes")

    assert page.status_code == 200
    assert page.context["protected"]
    with scope.tenant(salon):
        assert Service.objects.filter(pk=cut.pk).exists()


@pytest.mark.parametrize("who", ["owner", "operator"])
def test_an_unused_service_is_deleted_with_its_other_names_and_the_trail_knows(
    who: str, owner: Office, operator: Office, salon: Tenant
) -> None:
    person = {"owner": owner, "operator": operator}[who]
    beard = factories.make_service(salon, name="Bart")
    factories.make_alias(beard, "Rasur")

    person.post(office.url(beard, "delete", beard.pk), post="yes")

    with scope.tenant(salon):
        assert not Service.objects.filter(name="Bart").exists()
        entry = AuditEntry.objects.get(verb="deleted")
    assert (entry.object_id, entry.actor) == (str(beard.pk), f"user:{person.user.pk}")


def test_an_unused_branch_name_may_be_used_by_the_neighbour_too(
    owner: Office, salon: Tenant, neighbour: Tenant
) -> None:
    factories.make_branch(neighbour, name="Nord")

    owner.post(
        "/admin/tenants/branch/add/",
        name="Nord",
        language="de",
        time_zone="Europe/Berlin",
        is_active="on",
        **rows("working_hours"),
        **rows("special_hours"),
        **rows("skills"),
        **rows("time_off"),
    )

    with scope.tenant(salon):
        assert Branch.objects.filter(name="Nord").count() == 1
