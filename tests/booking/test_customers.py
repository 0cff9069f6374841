"""Customers are found by number or address, made once, and never renamed."""

from datetime import datetime

import pytest

from booking import customers
from booking.customers import CustomerExists
from booking.models import Customer
from tenants import actors, scope
from tenants.errors import Invalid, NotFound
from tenants.models import AuditEntry, Tenant
from tests import factories

BY = actors.system("tests")
NUMBER = "+491713920042"


def test_the_same_number_is_the_same_customer_under_the_first_name(
    in_salon: Tenant, now: datetime
) -> None:
    first = customers.find_or_create(name="Erika Mustermann", phone=NUMBER, email=None, now=now)

    again = customers.find_or_create(name="Max Mustermann", phone=NUMBER, email=None, now=now)

    assert again == first
    assert Customer.objects.get().name == "Erika Mustermann"


def test_without_a_number_everybody_is_somebody_new(in_salon: Tenant, now: datetime) -> None:
    customers.find_or_create(name="Erika Mustermann", phone=None, email=None, now=now)
    customers.find_or_create(name="Erika Mustermann", phone=None, email=None, now=now)

    assert Customer.objects.filter(phone=None, email=None).count() == 2


def test_the_same_address_is_the_same_customer_whatever_its_case(
    in_salon: Tenant, now: datetime
) -> None:
    first = customers.find_or_create(name="Erika", phone=None, email="Erika@example.org", now=now)

    again = customers.find_or_create(
        name="Erika", phone="+491713920043", email="erika@EXAMPLE.org", now=now
    )

    assert again == first
    assert Customer.objects.get().phone is None


def test_a_missing_address_is_filled_in_and_an_existing_one_stays(
    in_salon: Tenant, now: datetime
) -> None:
    customers.find_or_create(name="Erika", phone=NUMBER, email=None, now=now)
    customers.find_or_create(name="Erika", phone=NUMBER, email="erika@example.org", now=now)
    customers.find_or_create(name="Erika", phone=NUMBER, email="other@example.org", now=now)

    assert Customer.objects.get().email == "erika@example.org"


def test_the_address_of_another_customer_is_not_filled_in(in_salon: Tenant, now: datetime) -> None:
    customers.find_or_create(name="Max", phone=None, email="max@example.org", now=now)
    customers.find_or_create(name="Erika", phone=NUMBER, email=None, now=now)

    erika = customers.find_or_create(name="Erika", phone=NUMBER, email="max@example.org", now=now)

    assert erika.email is None


def test_only_the_whole_number_matches(in_salon: Tenant, now: datetime) -> None:
    factories.make_customer(in_salon, phone=NUMBER)

    assert customers.match_by_phone(NUMBER) is not None
    for other in (None, "", "01713920042", NUMBER[-8:], "+49171392004", "%", "anonymous"):
        assert customers.match_by_phone(other) is None


def test_the_neighbours_customer_is_a_stranger(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    theirs = factories.make_customer(neighbour, phone=NUMBER, email="erika@example.org")

    with scope.tenant(salon):
        assert customers.match_by_phone(NUMBER) is None
        with pytest.raises(NotFound):
            customers.customer_for(salon.pk, theirs.pk)
        ours = customers.find_or_create(
            name="Erika", phone=NUMBER, email="erika@example.org", now=now
        )
    assert ours.pk != theirs.pk


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "\x00"}, "name"),
        ({"phone": "anonymous"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
    ],
)
def test_placeholders_do_not_become_data(
    in_salon: Tenant, now: datetime, given: dict[str, str], field: str
) -> None:
    wanted = {"name": "Erika", "phone": None, "email": None, **given}

    with pytest.raises(Invalid) as refusal:
        customers.find_or_create(**wanted, now=now)  # type: ignore[arg-type]

    assert list(refusal.value.errors) == [field]
    assert not Customer.objects.exists()


def test_registering_a_known_number_or_address_is_refused(in_salon: Tenant, now: datetime) -> None:
    customers.register(name="Erika", phone=NUMBER, email="erika@example.org", by=BY, now=now)

    for phone, email in ((NUMBER, None), (None, "ERIKA@example.org")):
        with pytest.raises(CustomerExists):
            customers.register(name="Max", phone=phone, email=email, by=BY, now=now)
    assert Customer.objects.count() == 1
    assert AuditEntry.objects.filter(verb="created").count() == 1


def test_a_change_is_noted_by_field_and_not_by_content(in_salon: Tenant, now: datetime) -> None:
    erika = factories.make_customer(in_salon)
    factories.make_customer(in_salon, name="Max", phone="+491713920043")

    customers.change(erika, by=BY, now=now, email="erika@example.org", notes="kommt gern früh")
    with pytest.raises(CustomerExists):
        customers.change(erika, by=BY, now=now, phone="+491713920043")

    stored = Customer.objects.get(pk=erika.pk)
    assert (stored.email, stored.phone, stored.name) == (
        "erika@example.org",
        NUMBER,
        "Erika Mustermann",
    )
    assert AuditEntry.objects.get(verb="changed").facts == {"fields": ["email", "notes"]}
