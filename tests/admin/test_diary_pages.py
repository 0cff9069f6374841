"""Booking, moving and cancelling at the back office: by the verbs of everybody, with their rules."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError

from booking import scheduling
from booking.models import Appointment, AppointmentChange, Customer, StaffMember
from integrations.models import Message
from tenants import actors, scope
from tenants.models import AuditEntry, Tenant
from tests import factories
from tests.admin import office
from tests.admin.office import Office

ADD = "/admin/booking/appointment/add/"
TUESDAY_TEN = datetime.fromisoformat("2026-11-24T09:00:00+00:00")  # 10:00 in Berlin


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def reception(salon: Tenant) -> Office:
    return Office(factories.make_member(salon, email="empfang@salon.example", role="receptionist"))


@pytest.fixture
def jana(salon: Tenant) -> StaffMember:
    return factories.staff_of(salon, "Jana")


def wish(salon: Tenant, **fields: Any) -> dict[str, Any]:
    return {
        "key": uuid.uuid4(),
        "branch": factories.branch_of(salon).pk,
        "service": factories.service_of(salon, "Haarschnitt").pk,
        "staff_member": "",
        "day": "2026-11-24",
        "clock": "10:00",
        "name": "Erika Mustermann",
        "phone": "0171 3920042",
        "email": "erika@kundin.example",
        **fields,
    }


def booked(salon: Tenant) -> list[Appointment]:
    with scope.tenant(salon):
        rows = Appointment.objects.select_related("customer", "staff_member")
        return list(rows.order_by("pk"))


def an_appointment(salon: Tenant, person: StaffMember) -> Appointment:
    customer = factories.make_customer(salon, email="erika@kundin.example")
    cut = factories.service_of(salon, "Haarschnitt")
    return factories.make_appointment(person, cut, customer, starts_at=TUESDAY_TEN)


def deed_url(appointment: Appointment, deed: str) -> str:
    return office.change_url(appointment).replace("/change/", f"/{deed}/")


def test_an_appointment_is_booked_like_everywhere(
    reception: Office, salon: Tenant, jana: StaffMember
) -> None:
    answer = reception.post(ADD, **wish(salon, staff_member=jana.pk, notes="Allergie"))

    (row,) = booked(salon)
    assert answer.status_code == 200
    assert row.starts_at == TUESDAY_TEN
    assert (row.staff_member.name, row.status, row.source) == ("Jana", "confirmed", "back_office")
    assert row.customer is not None
    assert (row.customer.name, row.customer.phone) == ("Erika Mustermann", "+491713920042")
    assert (row.notes, row.price_cents) == ("Allergie", 3500)
    with scope.tenant(salon):
        assert Message.objects.get().recipient == "erika@kundin.example"
        change = AppointmentChange.objects.get()
        assert (change.kind, change.actor) == ("booked", f"user:{reception.user.pk}")


def test_a_known_customer_is_chosen_and_somebody_else_may_come(
    reception: Office, salon: Tenant
) -> None:
    customer = factories.make_customer(salon, name="Erika Mustermann")

    reception.post(ADD, **wish(salon, chosen=customer.pk, name="Max, ihr Sohn", phone="", email=""))

    (row,) = booked(salon)
    assert (row.customer_id, row.attendee_name) == (customer.pk, "Max, ihr Sohn")
    with scope.tenant(salon):
        assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"clock": "07:00"}, "Die Filiale ist zu dieser Zeit geschlossen."),
        ({"clock": "10:07"}, "Zu dieser Minute beginnen keine Termine."),
        ({"day": "2026-11-20"}, "Diese Zeit ist vorbei."),
        ({"day": "2028-11-24"}, "Diese Zeit liegt zu weit in der Zukunft."),
    ],
)
def test_what_the_rules_forbid_is_refused_with_its_sentence(
    reception: Office, salon: Tenant, fields: dict[str, str], sentence: str
) -> None:
    answer = reception.post(ADD, **wish(salon, **fields))

    assert answer.context["form"].non_field_errors() == [sentence]
    assert booked(salon) == []
    with scope.tenant(salon):
        assert not Customer.objects.exists(), "nobody is written down for a booking that failed"


def test_a_taken_time_is_refused_and_free_ones_are_offered_to_choose_from(
    reception: Office, salon: Tenant, jana: StaffMember
) -> None:
    an_appointment(salon, jana)
    typed = wish(salon, staff_member=jana.pk)

    refused = reception.post(ADD, **typed)
    free = refused.context["free"]
    reception.post(ADD, **typed, pick=free[0]["value"])

    assert refused.context["form"].non_field_errors() == ["Diese Zeit ist nicht mehr frei."]
    assert {slot["label"].split(" · ")[1] for slot in free} == {"Jana"}
    assert "2026-11-24T10:00" not in {slot["value"] for slot in free}
    assert len(booked(salon)) == 2
    assert f"{booked(salon)[1].starts_at:%Y-%m-%dT%H:%M}" == "2026-11-24T08:00"  # 09:00 in Berlin
    assert free[0]["value"] == "2026-11-24T09:00"


def test_the_same_form_sent_twice_books_once(reception: Office, salon: Tenant) -> None:
    typed = wish(salon)

    reception.post(ADD, **typed)
    again = reception.post(ADD, **typed)

    assert len(booked(salon)) == 1, "with nobody chosen a second click would take the colleague"
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"phone": "12"}, {"phone"}),
        ({"name": ""}, {"name"}),
        ({"day": "31.02.2026", "clock": "25:00"}, {"day", "clock"}),
        ({"service": "0", "branch": "x"}, {"service", "branch"}),
        ({"key": ""}, {"key"}),
        ({"day": "2026-03-29", "clock": "02:30"}, {"clock"}),
        ({"day": "2026-10-25", "clock": "02:30"}, {"clock"}),
    ],
)
def test_input_that_cannot_be_meant_is_refused_at_its_field(
    reception: Office, salon: Tenant, fields: dict[str, str], errors: set[str]
) -> None:
    answer = reception.post(ADD, **wish(salon, **fields))

    assert set(answer.context["form"].errors) == errors
    assert booked(salon) == []


def test_an_appointment_is_moved_by_the_verb(
    reception: Office, salon: Tenant, jana: StaffMember
) -> None:
    appointment = an_appointment(salon, jana)
    mira = factories.staff_of(salon, "Mira")
    form = reception.get(deed_url(appointment, "move")).context["form"]

    reception.post(
        deed_url(appointment, "move"),
        day="2026-11-25",
        clock="14:30",
        staff_member=mira.pk,
        reason="Kundin bat darum",
    )

    (row,) = booked(salon)
    assert (form["day"].value(), f"{form['clock'].value():%H:%M}") == (TUESDAY_TEN.date(), "10:00")
    assert f"{row.starts_at:%d %H:%M}" == "25 13:30"
    assert (row.staff_member.name, row.version) == ("Mira", 1)
    with scope.tenant(salon):
        assert AppointmentChange.objects.get(kind="moved").reason == "Kundin bat darum"


def test_a_move_to_where_nobody_works_is_refused(
    reception: Office, salon: Tenant, jana: StaffMember
) -> None:
    appointment = an_appointment(salon, jana)

    answer = reception.post(
        deed_url(appointment, "move"), day="2026-11-25", clock="20:00", staff_member=jana.pk
    )

    assert answer.context["form"].non_field_errors() == [
        "Die Filiale ist zu dieser Zeit geschlossen."
    ]
    assert answer.context["free"]
    assert booked(salon)[0].starts_at == TUESDAY_TEN


def test_an_appointment_is_cancelled_only_when_the_form_is_sent(
    reception: Office, salon: Tenant, jana: StaffMember
) -> None:
    appointment = an_appointment(salon, jana)

    reception.get(deed_url(appointment, "cancel"))
    assert booked(salon)[0].status == "confirmed"
    reception.post(deed_url(appointment, "cancel"), reason="krank")

    assert booked(salon)[0].status == "cancelled"
    page = reception.get(office.change_url(appointment))
    assert page.context["actions_detail"] == []
    with scope.tenant(salon):
        assert Message.objects.get().topic


def test_what_is_over_is_not_cancelled_and_the_others_are(
    reception: Office, salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    ahead = an_appointment(salon, jana)
    cut = factories.service_of(salon, "Haarschnitt")
    assert ahead.customer is not None
    over = factories.make_appointment(jana, cut, ahead.customer, starts_at=now - timedelta(days=3))

    answer = reception.ask("cancel_chosen", over, ahead, within="?when=all")

    said = office.messages_of(answer)
    assert len(said) == 2
    assert said[0].endswith("Dieser Termin ist schon vorbei oder abgesagt.")
    assert said[1] == "1 abgesagt."
    assert [row.status for row in booked(salon)] == ["cancelled", "confirmed"]


def test_the_state_and_the_time_are_not_fields(
    reception: Office, salon: Tenant, jana: StaffMember
) -> None:
    appointment = an_appointment(salon, jana)

    reception.post(
        office.change_url(appointment),
        notes="Bitte klingeln",
        status="no_show",
        starts_at_0="01.01.2027",
        starts_at_1="10:00",
        staff_member=factories.staff_of(salon, "Mira").pk,
        **{"changes-TOTAL_FORMS": 0, "changes-INITIAL_FORMS": 0},
    )

    (row,) = booked(salon)
    assert row.notes == "Bitte klingeln"
    assert (row.status, row.starts_at, row.staff_member.name) == ("confirmed", TUESDAY_TEN, "Jana")
    with scope.tenant(salon):
        assert "updated" in set(AuditEntry.objects.values_list("verb", flat=True))


def test_a_hold_is_shown_as_one(
    reception: Office, salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    with scope.tenant(salon):
        scheduling.hold(
            factories.service_of(salon, "Haarschnitt"),
            branch=factories.branch_of(salon),
            staff_member=jana,
            starts_at=TUESDAY_TEN,
            source="phone",
            by=actors.call(1),
            now=now,
        )

    page = office.text_of(reception.get("/admin/booking/appointment/"))

    assert "gehalten bis 09:05" in page


def test_times_are_those_of_the_branch(reception: Office, salon: Tenant) -> None:
    azores = factories.make_branch(salon, name="Horta", time_zone="Atlantic/Azores")
    factories.make_hours(azores)
    person = factories.make_staff(azores, name="Ana")
    factories.make_skill(person, factories.service_of(salon, "Haarschnitt"))

    answer = reception.post(ADD, **wish(salon, branch=azores.pk, staff_member=person.pk))

    (row,) = booked(salon)
    assert f"{row.starts_at:%H:%M}" == "11:00"
    assert "Gebucht: Erika Mustermann Di\xa024.11.2026\xa010:00" in office.text_of(answer)
    assert "Erika Mustermann 24.11.2026 10:00" in office.text_of(answer)
    assert "12:00" not in office.text_of(answer)


def test_lists_begin_with_what_lies_ahead_and_show_the_rest_on_demand(
    reception: Office, salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    ahead = an_appointment(salon, jana)
    cut = factories.service_of(salon, "Haarschnitt")
    assert ahead.customer is not None
    over = factories.make_appointment(jana, cut, ahead.customer, starts_at=now - timedelta(days=3))

    shown = {
        question: [
            row.pk
            for row in reception.get("/admin/booking/appointment/", **query)
            .context["cl"]
            .result_list
        ]
        for question, query in {
            "first": {},
            "past": {"when": "past"},
            "all": {"when": "all"},
            "search": {"q": "Erika"},
        }.items()
    }

    assert shown == {
        "first": [ahead.pk],
        "past": [over.pk],
        "all": [ahead.pk, over.pk],
        "search": [ahead.pk, over.pk],
    }


def test_the_wall_against_double_bookings_stands_below_the_page(
    salon: Tenant, jana: StaffMember
) -> None:
    appointment = an_appointment(salon, jana)

    with pytest.raises(IntegrityError), scope.tenant(salon):
        Appointment.objects.create(
            **{
                field.attname: getattr(appointment, field.attname)
                for field in Appointment._meta.concrete_fields
                if field.name != "id"
            }
        )


def test_what_began_while_the_person_was_away_is_a_task_for_people(
    reception: Office, salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    cut, erika = factories.service_of(salon, "Haarschnitt"), factories.make_customer(salon)
    hour = timedelta(hours=1)
    missed = factories.make_appointment(jana, cut, erika, starts_at=now - hour)
    factories.make_appointment(jana, cut, erika, starts_at=now - 3 * hour)
    before = {tile.title for tile in reception.get("/admin/").context["tiles"]}
    factories.make_time_off(
        factories.branch_of(salon), staff_member=jana, starts_at=now - hour, ends_at=now + hour
    )

    tiles = {tile.title: tile for tile in reception.get("/admin/").context["tiles"]}
    title = "Termine zu klären"
    found = reception.get(tiles[title].link.partition("?")[0], when="unclear")

    assert title not in before
    assert (tiles[title].value, tiles[title].is_alarming) == ("1", True)
    assert [row.pk for row in found.context["cl"].result_list] == [missed.pk]
    assert "noch zu klären" in office.text_of(found)
