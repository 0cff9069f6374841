"""What we send is what the providers describe; and the check that says so can tell the difference."""

import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from integrations.delivery import deliver_next
from integrations.models.outbox import Outgoing
from integrations.voice import client
from tenants.models import Tenant
from tests import contracts, descriptions
from tests.integrations import asking
from tests.integrations.conftest import RETELL_KEY
from tests.integrations.providers import Network, Resend, Retell

RETELL, RESEND = "https://api.retellai.com", "https://api.resend.com"
BEARER = {"Authorization": "Bearer key"}
MAIL = {"from": "a@example.org", "to": ["b@example.org"], "subject": "s", "text": "t"}


def problems(
    provider: str, method: str, url: str, content: Any = None, **headers: str
) -> list[str]:
    body = None if content is None else json.dumps(content).encode()
    request = httpx.Request(method, url, content=body, headers={**BEARER, **headers})
    return descriptions.of(provider).problems_of_request(request)


@pytest.mark.django_db(transaction=True)
def test_each_kind_of_request_is_as_described(
    salon: Tenant, resend: Resend, workspace: Retell, network: Network, now: datetime
) -> None:
    contracts.folder()
    workspace.calls["call_1"] = contracts.load("retell/webhook.call_analyzed.json")["call"]
    message = asking.say(
        salon,
        now=now,
        attachments=[
            {"name": "a.ics", "type": "text/calendar; method=REQUEST", "content": asking.CALENDAR}
        ],
    )

    deliver_next(now)
    client.key_info(key=RETELL_KEY)
    client.get_call("call_1", key=RETELL_KEY)
    client.list_calls(since=now, until=now, key=RETELL_KEY)
    client.update_call("call_1", metadata={"a": [1, None]}, key=RETELL_KEY)
    client.delete_call("call_1", key=RETELL_KEY)

    assert network.problems == []
    assert asking.seen(message).state == Outgoing.State.SENT
    assert len(workspace.requests) == 5


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "/v3/list-calls", {"limit": "100"}),
        ("POST", "/v3/list-calls", {"limits": 100}),
        ("POST", "/v3/list-calls", {"sort_order": "up"}),
        ("POST", "/v3/list-calls", None),
        ("POST", "/v2/list-calls", {}),
        ("GET", "/v2/get-call/", None),
        ("GET", "/v2/get-call/call_1", {"a": "body"}),
        ("GET", "/v2/get-call/call_1?verbose=1", None),
        ("PATCH", "/v2/update-call/call_1", {"meta": {}}),
        ("POST", "/v2/delete-call/call_1", None),
    ],
)
def test_a_wrong_request_to_retell_is_noticed(method: str, path: str, content: Any) -> None:
    assert problems(descriptions.RETELL, method, RETELL + path, content) != []


def test_a_request_without_a_key_is_noticed() -> None:
    url = f"{RETELL}/get-api-key-info"

    assert problems(descriptions.RETELL, "GET", url) == []
    assert problems(descriptions.RETELL, "GET", url, Authorization="key") == ["no bearer key"]


@pytest.mark.parametrize(
    ("mail", "headers"),
    [
        ({**MAIL, "to": []}, {}),
        ({**MAIL, "subject": None}, {}),
        ({"to": ["b@example.org"]}, {}),
        ({**MAIL, "attachments": {"filename": "a.ics"}}, {}),
        (MAIL, {"Idempotency-Key": "x" * 257}),
    ],
)
def test_a_wrong_mail_is_noticed(mail: dict[str, Any], headers: dict[str, str]) -> None:
    url = f"{RESEND}/emails"

    assert problems(descriptions.RESEND, "POST", url, MAIL) == []
    assert problems(descriptions.RESEND, "POST", url, mail, **headers) != []
