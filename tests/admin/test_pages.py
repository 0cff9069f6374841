"""Every page opens, with few questions to the database, however many rows there are."""

from datetime import datetime, timedelta

import pytest
from django.contrib import admin
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.db.models import Model
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Customer
from calls.models import Call
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.admin import office
from tests.admin.conftest import Rows
from tests.admin.office import Office

MODELS = office.pages()
MOST_QUERIES = 10


def queries_of(person: Office, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert person.get(path).status_code == 200
    return len(seen)


def queries_by_list(person: Office) -> dict[str, int]:
    paths = {model._meta.label: office.url(model, "changelist") for model in MODELS}
    paths["start"] = "/admin/"
    return {name: queries_of(person, path) for name, path in paths.items()}


def test_the_operator_opens_every_page(
    operator: Office, salon: Tenant, ours: Rows, theirs: Rows
) -> None:
    for model in MODELS:
        listed = operator.get(office.url(model, "changelist"))
        shown = operator.get(office.change_url(ours[model._meta.label]))
        asked = operator.get(office.url(model, "add"))
        added = operator.get(office.url(model, "add"), tenant=salon.pk)

        assert (listed.status_code, shown.status_code) == (200, 200), model
        assert (asked.status_code, added.status_code) in {(200, 200), (403, 403)}, model


def test_the_owner_opens_every_page(owner: Office, ours: Rows, theirs: Rows) -> None:
    for model in MODELS:
        listed = owner.get(office.url(model, "changelist"))
        shown = owner.get(office.change_url(ours[model._meta.label]))
        added = owner.get(office.url(model, "add"))

        assert (listed.status_code, shown.status_code) == (200, 200), model
        assert added.status_code in {200, 403}, model


def test_lists_and_the_first_page_ask_the_same_few_questions_for_one_row_and_for_many(
    operator: Office, owner: Office, salon: Tenant, ours: Rows, now: datetime
) -> None:
    few = [queries_by_list(person) for person in (operator, owner)]

    fill_more(salon, now=now)
    many = [queries_by_list(person) for person in (operator, owner)]

    assert many == few
    assert {
        name: count for each in many for name, count in each.items() if count > MOST_QUERIES
    } == {}


def fill_more(salon: Tenant, *, now: datetime) -> None:
    branch = factories.branch_of(salon)
    cut = factories.service_of(salon, "Haarschnitt")
    colour = factories.service_of(salon, "Färben")
    for number in range(3):
        person = factories.make_staff(branch, name=f"Kraft {number}")
        for service in (cut, colour):
            factories.make_skill(person, service)
        factories.make_hours(branch, staff_member=person)
        factories.make_time_off(
            branch, staff_member=person, starts_at=now, ends_at=now + timedelta(hours=1)
        )
        customer = factories.make_customer(
            salon, name=f"Kunde {number}", phone=f"+4917139200{number:02d}"
        )
        factories.make_appointment(
            person, cut, customer, starts_at=now + timedelta(days=2, hours=number)
        )
        office.make_call(salon, number=500 + number, now=now, customer=customer)
        factories.make_member(salon, email=f"kraft{number}@salon.example", role="staff")
        factories.make_api_key(salon)
        factories.make_service(salon, name=f"Leistung {number}")


def test_a_list_counts_no_further_than_it_must(owner: Office, salon: Tenant, ours: Rows) -> None:
    with CaptureQueriesContext(connection) as seen:
        owner.get("/admin/booking/customer/")

    counts = [each["sql"] for each in seen if "COUNT(" in each["sql"]]
    assert counts
    assert all("LIMIT 10000" in sql for sql in counts)


def test_a_page_of_a_list_is_chosen_before_anything_is_joined_to_it(
    owner: Office,
    operator: Office,
    salon: Tenant,
    ours: Rows,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill_more(salon, now=now)
    for model in (Call, Appointment, Customer):
        monkeypatch.setattr(admin.site._registry[model], "list_per_page", 2)
        for person in (owner, operator):
            with CaptureQueriesContext(connection) as seen:
                page = person.get(office.url(model, "changelist"))

            keys = f'SELECT "{model._meta.db_table}"."id" AS "pk" FROM'
            (cut,) = (each["sql"] for each in seen if each["sql"].startswith(keys))
            assert "LIMIT 2" in cut
            assert "JOIN" not in cut
            assert len(page.context["cl"].result_list) == 2


def test_texts_of_conversations_are_not_read_for_a_list(owner: Office, ours: Rows) -> None:
    with CaptureQueriesContext(connection) as seen:
        owner.get("/admin/calls/call/")

    assert not [each["sql"] for each in seen if '"transcript"' in each["sql"]]


def test_rows_of_the_house_are_not_edited_by_hand(
    operator: Office, owner: Office, ours: Rows
) -> None:
    labels = (
        "calls.Call",
        "calls.CallbackRequest",
        "billing.UsageRecord",
        "tenants.Alert",
        "tenants.AuditEntry",
        "integrations.Delivery",
        "integrations.Message",
        "integrations.Command",
    )
    for person in (operator, owner):
        for row in (ours[label] for label in labels):
            for path in (
                office.change_url(row),
                office.url(row, "add"),
                office.url(row, "delete", row.pk),
            ):
                assert person.post(path, post="yes").status_code == 403, path


def test_the_first_page_counts_what_a_person_should_know(
    owner: Office, operator: Office, salon: Tenant, ours: Rows, now: datetime
) -> None:
    with scope.tenant(salon):
        type(ours["calls.Call"])._default_manager.update(created_at=datetime.now(now.tzinfo))

    page = owner.get("/admin/")
    platforms = {tile.title for tile in operator.get("/admin/").context["tiles"]}

    assert "Offene Eingänge" in platforms
    tiles = {tile.title: (tile.value, tile.is_alarming) for tile in page.context["tiles"]}
    assert tiles["Anrufe heute"] == ("1", False)
    assert tiles["Abschlussquote"] == ("100 %", False)
    assert tiles["Offene Alarme"] == ("1", True)
    assert "Offene Eingänge" not in tiles, "what has no business yet is the platform's"


WORDS = (
    "Kund",
    "+491713920042",
    "0171 3920042",
    "a@b.example",
    "#7",
    "%_'\"\\",
    "\x00x",
    "9" * 30,
)


def test_every_list_finds_by_search_without_failing(
    operator: Office, owner: Office, ours: Rows
) -> None:
    for person in (operator, owner):
        for model in MODELS:
            for word in WORDS:
                rows_found_by(person, model, word)


def rows_found_by(person: Office, model: type[Model], word: str) -> list[Model]:
    """Search as the page does, and read what it would show; the page itself is drawn by the test after this one."""
    request = RequestFactory().get(office.url(model, "changelist"), {"q": word})
    request.user = person.user
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]  # a word that no form takes is said
    with scope.for_user(person.user):
        page = admin.site._registry[model]
        return list(page.get_changelist_instance(request).result_list)


@pytest.mark.parametrize("word", [WORDS[0], WORDS[6]])
def test_every_list_draws_what_a_search_finds(owner: Office, ours: Rows, word: str) -> None:
    for model in MODELS:
        response = owner.get(office.url(model, "changelist"), q=word)

        assert response.status_code == 200, model
        found = [row.pk for row in response.context["cl"].result_list]
        assert found == [row.pk for row in rows_found_by(owner, model, word)], model


def test_a_customer_is_found_by_name_number_and_address(owner: Office, salon: Tenant) -> None:
    wanted = factories.make_customer(
        salon, name="Änne Gärtner", phone="+491713920011", email="aenne@kundin.example"
    )
    factories.make_customer(salon, name="Bernd Anders", phone="+491713920012")

    for word in ("änne g", "0171 3920011", "AENNE@kundin.example"):
        found = owner.get("/admin/booking/customer/", q=word).context["cl"].result_list
        assert [row.pk for row in found] == [wanted.pk], word
