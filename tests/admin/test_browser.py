"""A real browser at the back office. Skipped with a reason where there is none."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tenants.models import Tenant
from tests import factories
from tests.admin import office

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
Visit = Callable[["Page"], None]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not any(map(shutil.which, BROWSERS)),
        reason=f"no browser here: none of {', '.join(BROWSERS)}",
    ),
]


@pytest.fixture
def browse(live_server: Any) -> Iterator[Callable[[Visit], list[str]]]:
    """Return a function that opens a page, lets a visit happen and returns what the browser complained about."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    binary = next(filter(None, map(shutil.which, BROWSERS)))

    def visited(visit: Visit) -> list[str]:
        complaints: list[str] = []
        with playwright.sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=binary, args=["--no-sandbox"])
            page = browser.new_page(base_url=live_server.url, locale="de-DE")
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("requestfailed", lambda request: _note_failed(request, complaints))
            page.on("response", lambda answer: _note_bad(answer, complaints))
            page.on("request", lambda request: _note_strange(request, live_server.url, complaints))
            visit(page)
            browser.close()
        return complaints

    # The driver brings an event loop; Django's ORM refuses to work in a thread that has one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        yield lambda visit: thread.submit(visited, visit).result()


def _note_bad(answer: Any, complaints: list[str]) -> None:
    if answer.status >= 400:
        complaints.append(f"{answer.status} {answer.url}")


def _note_failed(request: Any, complaints: list[str]) -> None:
    # A search that is typed further takes its first question back.
    if request.failure != "net::ERR_ABORTED":
        complaints.append(f"{request.failure} {request.url}")


def _note_strange(request: Any, home: str, complaints: list[str]) -> None:
    if not request.url.startswith((home, "data:", "blob:")):
        complaints.append(f"leaves the house: {request.url}")


def sign_in(page: "Page", email: str) -> None:
    page.goto("/admin/")
    page.fill("#id_username", email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("#login-form button[type=submit]")
    page.wait_for_url("**/admin/")


@pytest.mark.django_db(transaction=True)
def test_somebody_signs_in_and_reads_a_call(
    browse: Callable[[Visit], list[str]], salon: Tenant, now: datetime
) -> None:
    factories.make_member(salon, email="inhaberin@salon.example")
    call = office.make_call(salon, number=4711, now=now)
    seen: dict[str, Any] = {}

    def visit(page: "Page") -> None:
        sign_in(page, "inhaberin@salon.example")
        seen["tiles"] = page.locator(".ask-tile").count()
        page.click("text=Anrufe >> nth=0")
        page.click(f"a[href*='/{call.pk}/change/'] >> nth=0")
        page.wait_for_load_state("networkidle")
        seen["bubbles"] = page.locator(".ask-bubble").all_inner_texts()
        seen["tools"] = page.locator("td.ask-code").first.inner_text()
        agent, caller = page.locator(".ask-turn").all()
        seen["sides"] = [turn.bounding_box() for turn in (agent, caller)]

    complaints = browse(visit)

    assert complaints == []
    assert seen["tiles"] == 5
    assert seen["bubbles"] == [turn["content"] for turn in office.TURNS]
    assert seen["tools"] == "check_availability"
    assert seen["sides"][0]["x"] < seen["sides"][1]["x"], "the caller speaks from the right"


@pytest.mark.django_db(transaction=True)
def test_the_reception_finds_a_customer_and_books(
    browse: Callable[[Visit], list[str]], salon: Tenant
) -> None:
    factories.make_member(salon, email="empfang@salon.example", role="receptionist")
    factories.make_customer(salon, name="Erika Mustermann")
    seen: dict[str, str] = {}

    def visit(page: "Page") -> None:
        sign_in(page, "empfang@salon.example")
        page.goto("/admin/booking/appointment/add/")
        page.select_option("#id_service", label="Haarschnitt")
        page.fill("#id_day", next_tuesday())
        page.fill("#id_clock", "10:00")
        page.click(".select2-selection")
        page.keyboard.type("Erik")
        seen["offered"] = page.locator(".select2-results__option--highlighted").inner_text()
        page.keyboard.press("Enter")
        page.click("#act-form button[type=submit] >> text=Buchen")
        page.wait_for_url("**/change/")
        seen["page"] = page.locator("#content").inner_text()

    complaints = browse(visit)

    assert complaints == []
    assert seen["offered"] == "Erika Mustermann · +491713920042"
    assert "10:00" in seen["page"]
    assert "bestätigt" in seen["page"]


def next_tuesday() -> str:
    today = date.today()  # noqa: DTZ011 — the browser and the server share this machine's clock
    return (today + timedelta(days=(1 - today.weekday()) % 7 + 7)).isoformat()
