"""Why a start cannot be booked: the rule, the sentence, and what stands in the way."""

from datetime import datetime

from django.utils import translation

from booking import availability
from booking.explaining import SENTENCES
from booking.rules import RULES
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.booking.diary import at

TUESDAY = "2026-11-24"


def test_every_rule_has_a_sentence() -> None:
    assert set(SENTENCES) == set(RULES)


def test_an_explanation_speaks_for_each_person_and_for_all(salon: Tenant, now: datetime) -> None:
    cut, branch = factories.service_of(salon, "Haarschnitt"), factories.branch_of(salon)
    jana = factories.staff_of(salon, "Jana")
    erika = factories.make_customer(salon)
    factories.make_appointment(jana, cut, erika, starts_at=at(TUESDAY, "10:00"))

    with scope.tenant(salon), translation.override("de"):
        said = availability.explain(cut, branch=branch, starts_at=at(TUESDAY, "10:00"), now=now)
        late = availability.explain(cut, branch=branch, starts_at=at(TUESDAY, "20:00"), now=now)

    assert said.is_free
    assert {each.staff_name: each.rule for each in said.people} == {"Mira": None, "Jana": "taken"}
    assert late.rule == "closed"
    assert late.sentence == "Die Filiale ist zu dieser Zeit geschlossen."
