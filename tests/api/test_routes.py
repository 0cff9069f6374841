"""Every address of the house, reviewed: what it needs before it answers. A new one does not exist until it stands here."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tenants.api.access import HasScope, KeyAuthentication, KeyThrottle
from tests.api.conftest import Program

A_KEY = "key with scope (read: GET; write: the rest)"
A_SIGNATURE = "signature of the provider over the raw body"
A_SECRET_ADDRESS = "the secret in the address, which can be taken back"
NOTHING = "nothing: shows no data of anybody"
STAFF = "login of the back office"

REVIEWED = {
    "": NOTHING,
    "health": NOTHING,
    "api/health": NOTHING,
    "api/schema/": NOTHING,
    "api/docs/": NOTHING,
    "api/calls": A_KEY,
    "api/calls/<int:call_id>": A_KEY,
    "api/callbacks": A_KEY,
    "api/callbacks/<int:callback_id>": A_KEY,
    "api/callbacks/<int:callback_id>/assignment": A_KEY,
    "api/callbacks/<int:callback_id>/contacts": A_KEY,
    "api/callbacks/<int:callback_id>/completion": A_KEY,
    "api/appointments": A_KEY,
    "api/appointments/<int:appointment_id>": A_KEY,
    "api/customers": A_KEY,
    "api/customers/<int:customer_id>": A_KEY,
    "api/appointments/<int:appointment_id>/cancel": A_KEY,
    "api/appointments/<int:appointment_id>/changes": A_KEY,
    "api/appointments/<int:appointment_id>/check-in": A_KEY,
    "api/appointments/<int:appointment_id>/complete": A_KEY,
    "api/appointments/<int:appointment_id>/move": A_KEY,
    "api/appointments/<int:appointment_id>/no-show": A_KEY,
    "api/appointments/<int:appointment_id>/terms": A_KEY,
    "api/appointments/<int:appointment_id>/undo-check-in": A_KEY,
    "api/appointments/<int:appointment_id>/waive": A_KEY,
    "api/branches": A_KEY,
    "api/branches/<int:branch_id>": A_KEY,
    "api/diary-rules": A_KEY,
    "api/holds": A_KEY,
    "api/holds/<int:hold_id>": A_KEY,
    "api/offers": A_KEY,
    "api/offers/<int:offer_id>/accept": A_KEY,
    "api/offers/<int:offer_id>/decline": A_KEY,
    "api/proposals": A_KEY,
    "api/proposals/<int:proposal_id>/accept": A_KEY,
    "api/proposals/<int:proposal_id>/decline": A_KEY,
    "api/series": A_KEY,
    "api/series/preview": A_KEY,
    "api/series/<int:series_id>": A_KEY,
    "api/series/<int:series_id>/cancel": A_KEY,
    "api/waiting-list": A_KEY,
    "api/waiting-list/<int:entry_id>": A_KEY,
    "api/policies": A_KEY,
    "api/policies/<int:policy_id>": A_KEY,
    "api/resources": A_KEY,
    "api/resources/<int:resource_id>": A_KEY,
    "api/services": A_KEY,
    "api/services/<int:service_id>": A_KEY,
    "api/slots": A_KEY,
    "api/slots/explain": A_KEY,
    "api/special-hours": A_KEY,
    "api/special-hours/<int:special_hours_id>": A_KEY,
    "api/staff": A_KEY,
    "api/staff/<int:staff_id>": A_KEY,
    "api/time-off": A_KEY,
    "api/time-off/<int:time_off_id>": A_KEY,
    "api/visits": A_KEY,
    "api/visits/holds": A_KEY,
    "api/visits/holds/<int:held_visit_id>": A_KEY,
    "api/visits/plans": A_KEY,
    "api/visits/<int:visit_id>": A_KEY,
    "api/visits/<int:visit_id>/cancel": A_KEY,
    "api/visits/<int:visit_id>/move": A_KEY,
    "api/visits/<int:visit_id>/terms": A_KEY,
    "api/working-hours": A_KEY,
    "api/working-hours/<int:working_hours_id>": A_KEY,
    "api/retell/webhook": A_SIGNATURE,
    "api/retell/functions/<str:tool>": A_SIGNATURE,
    "api/retell/inbound": A_SIGNATURE,
    "diary-feeds/<uuid:tenant_id>/<str:token>.ics": A_SECRET_ADDRESS,
    "api/calcom/webhook": A_SIGNATURE,
    "api/stripe/webhook": A_SIGNATURE,
    "api/twilio/status": A_SIGNATURE,
    "api/resend/webhook": A_SIGNATURE,
    "admin/": STAFF,
}


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Walk through all addresses; the back office is one, its own login guards what is below."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLResolver) and path != "admin/":
            yield from routes(each.url_patterns, path)
        else:
            yield path, each.callback if isinstance(each, URLPattern) else None


def test_every_address_is_reviewed() -> None:
    assert {path for path, _view in routes()} == REVIEWED.keys()


@pytest.mark.parametrize("path", [path for path, needs in REVIEWED.items() if needs == A_KEY])
def test_what_needs_a_key_asks_for_it(path: str) -> None:
    view = dict(routes())[path].view_class

    assert view.authentication_classes == [KeyAuthentication]
    assert view.permission_classes == [HasScope]
    assert view.throttle_classes == [KeyThrottle]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", [path for path, needs in REVIEWED.items() if needs == A_KEY])
def test_without_a_key_there_is_no_answer(nobody: Program, path: str, method: str) -> None:
    address = "/" + re.sub(r"<int:\w+>", "1", path)

    assert nobody.client.generic(method, address).status_code == 401


@pytest.mark.parametrize("path", [path for path, needs in REVIEWED.items() if needs == A_SIGNATURE])
def test_without_a_signature_there_is_no_answer(nobody: Program, path: str) -> None:
    address = "/" + path.replace("<str:tool>", "book_appointment")

    assert nobody.post(address, {}).status_code == 401


def test_the_back_office_asks_who_is_there(nobody: Program) -> None:
    assert nobody.get("/admin/").status_code == 302
