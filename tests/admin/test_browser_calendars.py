"""A real browser on the page of the calendar account: the button compares, and the report fits on the screen."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from booking.models import CalendarAccount
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.admin import office
from tests.admin.test_browser import Visit, browse, pytestmark, sign_in
from tests.admin.test_browser_diary import OWNER, choose_all, looked_at

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["browse", "pytestmark"]


@pytest.mark.django_db(transaction=True)
def test_both_sides_are_compared_by_the_button(
    browse: Callable[[Visit], list[str]], salon: Tenant
) -> None:
    factories.make_member(salon, email=OWNER)
    with scope.tenant(salon):
        account = CalendarAccount.objects.create(
            tenant=salon,
            owner_email="termine@salon.example",
            report={"seen": 3, "conflicts": 1, "differences": ["Erika Mustermann: Mira (Cal.com)"]},
        )
    wrong: list[str] = []
    seen: dict[str, str] = {}

    def visit(page: "Page") -> None:
        sign_in(page, OWNER)
        wrong.extend(looked_at(page, office.url(CalendarAccount, "changelist"), "account-list"))
        choose_all(page, "compare")
        page.wait_for_load_state("networkidle")
        seen["said"] = page.locator("body").inner_text()
        wrong.extend(looked_at(page, office.change_url(account), "account-page"))
        seen["report"] = page.locator("#content").inner_text()

    complaints = browse(visit)

    assert complaints == []
    assert wrong == []
    assert "Beide Seiten werden verglichen; der Bericht steht dann hier." in seen["said"]
    assert "dort gesehene Buchungen: 3" in seen["report"]
    with scope.tenant(salon):
        assert CalendarAccount.objects.get().wants_sync_at is not None
