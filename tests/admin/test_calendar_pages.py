"""The pages of the calendar beside our diary: comparing by button, the report, and what has to be decided."""

from datetime import datetime, timedelta

import pytest

from booking.calendars import reconciling
from booking.models import (
    Appointment,
    CalendarAccount,
    CalendarHost,
    CalendarLink,
    CalendarReview,
    Skill,
)
from tenants import scope
from tenants.models import AuditEntry, Tenant
from tests import factories
from tests.admin import office
from tests.admin.office import Office

pytestmark = pytest.mark.django_db


def account_of(tenant: Tenant, **more: object) -> CalendarAccount:
    with scope.tenant(tenant):
        return CalendarAccount.objects.create(
            tenant=tenant, owner_email="termine@salon.example", **more
        )


def wanted_at(account: CalendarAccount) -> datetime | None:
    with scope.tenant(account.tenant_id):
        return CalendarAccount.objects.get(pk=account.pk).wants_sync_at


def handed_over(tenant: Tenant, now: datetime) -> CalendarReview:
    """An appointment of Jana's that Mira has at Cal.com."""
    made = factories.make_appointment(
        factories.staff_of(tenant, "Jana"),
        factories.service_of(tenant, "Haarschnitt"),
        factories.make_customer(tenant),
        starts_at=now + timedelta(days=1),
    )
    with scope.tenant(tenant):
        mira = factories.staff_of(tenant, "Mira")
        CalendarHost.objects.create(
            tenant=tenant, staff_member=mira, number="7", matched_by="email"
        )
        link = CalendarLink.objects.create(
            tenant=tenant,
            appointment=Appointment.objects.get(pk=made.pk),
            origin="ours",
            state="conflict",
            theirs_uid="uid1",
            theirs_state="accepted",
            theirs_host="7",
            theirs_starts_at=made.starts_at,
            theirs_ends_at=made.ends_at,
            agreed_starts_at=made.starts_at,
        )
        return CalendarReview.objects.create(
            tenant=tenant, link=link, kind="handed_over", opened_at=now
        )


def test_the_button_asks_for_a_comparison_and_says_so(
    salon: Tenant, neighbour: Tenant, owner: Office
) -> None:
    account, other = account_of(salon), account_of(neighbour)

    response = owner.ask("compare", account)

    assert office.messages_of(response) == [
        "Beide Seiten werden verglichen; der Bericht steht dann hier."
    ]
    assert wanted_at(account) is not None
    assert wanted_at(other) is None


def test_somebody_else_s_account_cannot_be_chosen(
    salon: Tenant, neighbour: Tenant, owner: Office
) -> None:
    account_of(salon)
    other = account_of(neighbour)

    owner.ask("compare", other)

    assert wanted_at(other) is None


def test_the_reception_is_not_asked_about_accounts(salon: Tenant) -> None:
    account = account_of(salon)
    reception = Office(
        factories.make_member(salon, email="empfang@salon.example", role="receptionist")
    )

    page = office.text_of(reception.get(office.url(CalendarAccount, "changelist")))
    reception.ask("compare", account)

    assert "Beide Seiten jetzt vergleichen" not in page
    assert wanted_at(account) is None


def test_the_report_is_read_in_german(salon: Tenant, owner: Office) -> None:
    account = account_of(
        salon,
        report={
            "seen": 12,
            "changed": 1,
            "told": 2,
            "lost_there": 0,
            "conflicts": 1,
            "differences": ["Erika: Mira (Cal.com)"],
            "drift": [],
            "unmapped": ["Färben · Jana"],
        },
    )

    page = office.text_of(owner.get(office.change_url(account)))

    assert "dort gesehene Buchungen: 12" in page
    assert "von dort übernommen: 1" in page
    assert "zu entscheiden: 1" in page
    assert "davon: Erika: Mira (Cal.com)" in page
    assert "dort nicht buchbar: Färben · Jana" in page
    assert "abweichende Terminarten" not in page, "there are none"


def test_a_hand_over_names_both_people_and_is_decided_there(
    salon: Tenant, owner: Office, now: datetime
) -> None:
    account_of(salon)
    review = handed_over(salon, now)

    page = office.text_of(owner.get(office.change_url(review)))

    assert "im Kalender hat ihn jemand anderes" in page
    assert "Im Terminbuch bei" in page
    assert "Jana" in page
    assert "Im Kalender bei" in page
    assert "Mira" in page
    owner.ask("keep_ours", review)
    with scope.tenant(salon):
        assert CalendarReview.objects.get(pk=review.pk).resolution == "ours"
        assert AuditEntry.objects.filter(verb="kept_ours").exists()


def test_a_decision_that_cannot_be_is_said_and_changes_nothing(
    salon: Tenant, owner: Office, now: datetime
) -> None:
    account_of(salon)
    review = handed_over(salon, now)
    with scope.tenant(salon):
        Skill.objects.filter(staff_member__name="Mira").delete()

    response = owner.ask("take_theirs", review)

    assert any("bietet das hier nicht an" in each for each in office.messages_of(response))
    with scope.tenant(salon):
        assert CalendarReview.objects.get(pk=review.pk).resolved_at is None


def test_who_has_no_account_any_more_is_not_compared(salon: Tenant, now: datetime) -> None:
    account_of(salon, is_active=False)

    assert reconciling.sync(salon.pk, now=now) is None
