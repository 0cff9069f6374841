"""A real browser on the pages of the diary: they open in German, fit on the screen, and do what their buttons say."""

import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from booking import matching, scheduling, series, visits, waiting
from booking.models import (
    Appointment,
    DiaryRules,
    Policy,
    Proposal,
    Resource,
    Series,
    Service,
    Session,
    SpecialHours,
    StaffMember,
    TimeOff,
    Visit,
    WaitingEntry,
    WaitingOffer,
)
from booking.visits import Part
from tenants import actors, scope
from tenants.models import Branch, Tenant
from tests import factories
from tests.admin import office
from tests.admin.test_browser import Visit as Stroll
from tests.admin.test_browser import browse, next_tuesday, pytestmark, sign_in
from tests.booking.diary import at

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["browse", "pytestmark"]

BY = actors.system("tests")
OWNER = "inhaberin@salon.example"
# Pictures of all pages for people, if wanted.
PICTURES = os.environ.get("ASKPRO_TEST_PICTURES")
KINDS = (
    Appointment,
    Visit,
    Series,
    Session,
    WaitingEntry,
    WaitingOffer,
    Proposal,
    Resource,
    Policy,
    DiaryRules,
    SpecialHours,
    TimeOff,
)
WRITTEN_BY_HAND = (Appointment, Resource, Policy, SpecialHours, TimeOff)


@pytest.fixture
def day() -> str:
    return next_tuesday()


@pytest.fixture
def full(salon: Tenant, day: str) -> Tenant:
    """A salon with something of everything: all of it made by the verbs, with the clock of today."""
    factories.make_member(salon, email=OWNER)
    now = datetime.now(UTC)
    erika = factories.make_customer(salon, email="erika@kundin.example")
    max_ = factories.make_customer(salon, name="Max Mustermann", phone=None)
    yoga = factories.make_service(salon, name="Yoga", duration_minutes=60, seats=6)
    factories.make_skill(factories.staff_of(salon, "Mira"), yoga)
    chair = factories.make_resource(factories.branch_of(salon), name="Waschplatz 1")
    colour = factories.service_of(salon, "Färben")
    factories.make_requirement(colour, chair, name="Waschplatz")
    factories.make_policy(
        salon,
        notice_hours=24,
        fee_tiers=[{"under_hours": 24, "percent": 50}, {"under_hours": 48, "cents": 1000}],
    )
    factories.make_rules(salon, no_show_limit=3)
    with scope.tenant(salon):
        jana, mira = StaffMember.objects.order_by("name")[:2]
        cut, branch = Service.objects.get(name="Haarschnitt"), Branch.objects.get()
        how: dict[str, Any] = {
            "branch": branch,
            "attendee_name": "Erika Mustermann",
            "source": "back_office",
            "by": BY,
            "now": now,
        }
        scheduling.book(cut, staff_member=jana, starts_at=at(day, "10:00"), customer=erika, **how)
        scheduling.book(cut, staff_member=jana, starts_at=at(day, "11:00"), customer=max_, **how)
        scheduling.book(
            yoga, staff_member=mira, starts_at=at(day, "10:00"), customer=erika, seats=2, **how
        )
        series.book(
            cut,
            staff_member=mira,
            rule="FREQ=WEEKLY;COUNT=4",
            starts_at=at(day, "13:00"),
            customer=erika,
            **how,
        )
        visits.book(
            [
                _part(cut, mira, at(day, "14:00")),
                _part(colour, jana, at(day, "14:30")),
            ],
            customer=erika,
            **how,
        )
        waiting.join(
            cut,
            waiting.Wish(first_day=date.fromisoformat(day), last_day=date.fromisoformat(day)),
            customer=erika,
            **how,
        )
        SpecialHours.objects.create(tenant=salon, branch=branch, day=date.fromisoformat(day))
        SpecialHours.objects.all().update(day=date.fromisoformat(day) + timedelta(days=30))
        TimeOff.objects.create(
            tenant=salon,
            branch=branch,
            staff_member=jana,
            starts_at=at(day, "08:00"),
            ends_at=at(day, "12:00"),
            kind=TimeOff.Kind.SICK,
            note="Grippe",
        )
    # Offers are made in the day-time, whenever the tests run.
    ten = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0)
    matching.sweep(salon.pk, now=ten)
    with scope.tenant(salon):
        WaitingOffer.objects.update(expires_at=now + timedelta(minutes=30))
        Appointment.objects.filter(status="held").update(
            hold_expires_at=now + timedelta(minutes=32)
        )
    return salon


def _part(service: Service, person: StaffMember, starts_at: datetime) -> Part:
    return Part(
        service=service,
        staff_member_id=person.pk,
        staff_name=person.name,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=service.duration_minutes),
    )


@cache
def english() -> frozenset[str]:
    """Return the sentences that have a German word for them, and are not German themselves."""
    path = Path(settings.BASE_DIR) / "locale" / "de" / "LC_MESSAGES" / "django.mo"
    with path.open("rb") as file:
        known: dict[Any, str] = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    words = {
        each.casefold(): word.casefold() for each, word in known.items() if isinstance(each, str)
    }
    plain = {each.rpartition("\x04")[2]: word for each, word in words.items()}
    german = set(plain.values())
    return frozenset(each for each in plain if len(each) > 3 and each not in german)


# The signs of the icon font are words to a machine.
_TEXT = """() => {
  document.querySelectorAll(".material-symbols-outlined").forEach((each) => each.remove());
  return document.body.innerText;
}"""


def looked_at(page: "Page", path: str, name: str) -> list[str]:
    """Open a page and return what a person would not like about it."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    texts = [
        each.strip().strip(":*").strip().casefold()
        for each in re.split(r"[\n\t]", page.evaluate(_TEXT))
    ]
    wrong = [f"{name}: „{text}“ is English" for text in texts if text in english()]
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if width > 0:
        wrong.append(f"{name}: {width} pixels wider than the screen")
    return wrong


@pytest.mark.django_db(transaction=True)
def test_every_page_of_the_diary_opens_in_german_and_fits(
    browse: Callable[[Stroll], list[str]], full: Tenant
) -> None:
    with scope.tenant(full):
        rows = {kind: kind._default_manager.order_by("pk").first() for kind in KINDS}
        held = Appointment.objects.filter(status="held").first()
    wrong: list[str] = []

    def stroll(page: "Page") -> None:
        sign_in(page, OWNER)
        wrong.extend(looked_at(page, "/admin/", "start"))
        for kind in KINDS:
            name = kind.__name__.lower()
            wrong.extend(looked_at(page, office.url(kind, "changelist"), f"{name}-list"))
            row = rows[kind]
            if row is not None:
                wrong.extend(looked_at(page, office.change_url(row), f"{name}-page"))
            if kind in WRITTEN_BY_HAND:
                wrong.extend(looked_at(page, office.url(kind, "add"), f"{name}-add"))
        for kind, deeds in (
            (Series, ("move-dates", "cancel-dates")),
            (Visit, ("cancel-visit",)),
            (Appointment, ("move", "cancel")),
        ):
            row = rows[kind]
            assert row is not None
            for deed in deeds:
                path = office.change_url(row).replace("/change/", f"/{deed}/")
                wrong.extend(looked_at(page, path, f"{kind.__name__.lower()}-{deed}"))
        assert held is not None
        wrong.extend(looked_at(page, office.change_url(held), "held"))

    complaints = browse(stroll)

    assert complaints == []
    assert wrong == []
    assert [kind for kind, row in rows.items() if row is None and kind is not Proposal] == []


@pytest.mark.django_db(transaction=True)
def test_somebody_is_ill_and_the_customer_agrees_on_the_telephone(
    browse: Callable[[Stroll], list[str]], full: Tenant
) -> None:
    seen: dict[str, str] = {}

    def stroll(page: "Page") -> None:
        sign_in(page, OWNER)
        page.goto(office.url(TimeOff, "changelist"))
        choose_all(page, "propose")
        seen["proposed"] = page.locator("body").inner_text()
        page.goto(office.url(Proposal, "changelist"))
        choose_all(page, "accept")
        seen["accepted"] = page.locator("body").inner_text()
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/proposals-accepted.png", full_page=True)

    complaints = browse(stroll)

    assert complaints == []
    assert "2 Vorschläge gemacht, 2 Termine betroffen." in seen["proposed"]
    assert "bitte anrufen" in seen["proposed"]
    assert "2 beantwortet." in seen["accepted"]
    with scope.tenant(full):
        assert {each.status for each in Proposal.objects.all()} == {"accepted"}
        ill = TimeOff.objects.get()
        still = Appointment.objects.filter(
            staff_member=ill.staff_member, starts_at__lt=ill.ends_at, status="confirmed"
        )
        assert not still.exists()


@pytest.mark.django_db(transaction=True)
def test_a_series_is_moved_and_a_visit_is_cancelled_by_their_buttons(
    browse: Callable[[Stroll], list[str]], full: Tenant
) -> None:
    with scope.tenant(full):
        repeated, visit = Series.objects.get(), Visit.objects.get()

    def stroll(page: "Page") -> None:
        sign_in(page, OWNER)
        page.goto(office.change_url(repeated))
        page.click("text=Kommende Termine verlegen >> nth=0")
        page.fill("#id_clock", "15:00")
        page.click("#act-form button[type=submit]")
        page.wait_for_url("**/change/")
        page.goto(office.change_url(visit))
        page.click("text=Besuch absagen >> nth=0")
        page.fill("#id_reason", "krank")
        page.click("#act-form button[type=submit]")
        page.wait_for_url("**/change/")

    complaints = browse(stroll)

    assert complaints == []
    with scope.tenant(full):
        dates = Appointment.objects.filter(series__isnull=False)
        clocks = {each.starts_at.astimezone(each.branch.zone).hour for each in dates}
        parts = Appointment.objects.filter(visit=visit)
        assert clocks == {15}
        assert {each.status for each in parts} == {"cancelled"}


@pytest.mark.django_db(transaction=True)
def test_rooms_rules_and_hours_are_written_down(
    browse: Callable[[Stroll], list[str]], full: Tenant
) -> None:
    def stroll(page: "Page") -> None:
        sign_in(page, OWNER)
        page.goto(office.url(Resource, "add"))
        page.fill("#id_name", "Kabine 2")
        page.select_option("#id_branch", label="Hauptfiliale")
        saved(page)
        page.goto(office.url(SpecialHours, "add"))
        page.select_option("#id_branch", label="Hauptfiliale")
        page.fill("#id_day", "24.12.2026")
        page.fill("#id_from_minute", "09:00")
        page.fill("#id_until_minute", "12:30")
        saved(page)

    complaints = browse(stroll)

    assert complaints == []
    with scope.tenant(full):
        assert Resource.objects.filter(name="Kabine 2").exists()
        eve = SpecialHours.objects.get(day=date(2026, 12, 24))
        assert (eve.from_minute, eve.until_minute) == (540, 750)


@pytest.mark.django_db(transaction=True)
def test_the_fees_of_a_policy_have_room_to_be_typed_on_a_laptop(
    browse: Callable[[Stroll], list[str]], salon: Tenant
) -> None:
    factories.make_member(salon, email=OWNER)
    boxes: list[Any] = []

    def stroll(page: "Page") -> None:
        page.set_viewport_size({"width": 1280, "height": 800})
        sign_in(page, OWNER)
        page.goto(office.url(Policy, "add"))
        page.wait_for_load_state("networkidle")
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/fees.png", full_page=True)
        names = [f"#id_{name}_1" for name in ("hours", "cents", "percent")]
        boxes.extend(page.locator(name).bounding_box() for name in names)
        boxes.append(page.locator("fieldset.ask-side-by-side").bounding_box())

    assert browse(stroll) == []
    *fields, around = boxes
    assert all(each["width"] >= 90 for each in fields)
    assert fields[-1]["x"] + fields[-1]["width"] <= around["x"] + around["width"] - 8


def choose_all(page: "Page", action: str) -> None:
    page.wait_for_load_state("networkidle")
    page.check("#action-toggle")
    page.select_option("select[name=action]", action)
    page.click("button[name=index], #changelist-form button[type=submit] >> nth=0")
    page.wait_for_load_state("networkidle")


def saved(page: "Page") -> None:
    page.click("button[name=_save], input[name=_save]")
    page.wait_for_load_state("networkidle")
    assert "/add/" not in page.url, page.locator("form").first.inner_text()
