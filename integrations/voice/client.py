"""Retell's REST API, as far as we ask it something. Its answers are translated by `integrations/voice/retell.py`.

Source: type annotations of retell-sdk 6.2.13 and the documentation of Retell, read 2026-11-21.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson
from django.conf import settings

from integrations import http
from integrations.errors import PermanentError
from integrations.voice import retell
from integrations.voice.events import CallFacts, EventKind

# What does not exist under this key is answered with 422, by the older paths with 404.
NOT_THERE = frozenset({404, 422})


@dataclass(frozen=True, kw_only=True)
class FetchedCall:
    """A call as Retell knows it now, with the bytes of the answer for whoever keeps evidence."""

    facts: CallFacts
    body: bytes


@dataclass(frozen=True, kw_only=True)
class CallPage:
    """Some calls, without what was said in them, and where to go on (None: that was all)."""

    calls: tuple[CallFacts, ...]
    next_page: str | None


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """Whose key it is."""

    org_id: str
    org_name: str


def get_call(call_id: str, *, key: str) -> FetchedCall | None:
    """Return what Retell knows about a call, or None when it is not there under this key.

    :raises ProviderError: no usable answer
    """
    try:
        answer = ask("GET", f"/v2/get-call/{quote(call_id, safe='')}", "get_call", key=key)
    except PermanentError as error:
        if error.status in NOT_THERE:
            return None
        raise
    return FetchedCall(facts=_facts(answer.json()), body=answer.content)


def list_calls(
    *, since: datetime, until: datetime, key: str, page: str | None = None, limit: int = 100
) -> CallPage:
    """Return the calls that began within a period, oldest first; without transcripts, get those one by one.

    :raises ProviderError: no usable answer
    """
    period = [int(since.timestamp() * 1000), int(until.timestamp() * 1000)]
    wish: dict[str, Any] = {
        "filter_criteria": {"start_timestamp": {"type": "range", "op": "bt", "value": period}},
        "sort_order": "ascending",
        "limit": limit,
    }
    if page is not None:
        wish["pagination_key"] = page
    answer = ask("POST", "/v3/list-calls", "list_calls", key=key, content=wish)
    content = answer.json()
    items = content.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise answer.unreadable()
    following = content.get("pagination_key") if content.get("has_more") is True else None
    return CallPage(
        calls=tuple(_facts(item) for item in items),
        next_page=following if isinstance(following, str) and following else None,
    )


def update_call(call_id: str, *, metadata: dict[str, Any], key: str) -> None:
    """Store our own data with a call; Retell keeps up to 50 kB of it.

    :raises ProviderError: no usable answer
    """
    path = f"/v2/update-call/{quote(call_id, safe='')}"
    ask("PATCH", path, "update_call", key=key, content={"metadata": metadata})


def delete_call(call_id: str, *, key: str) -> bool:
    """Have a call forgotten with its recording and transcript; tell whether it was still there.

    :raises ProviderError: no usable answer
    """
    try:
        ask("DELETE", f"/v2/delete-call/{quote(call_id, safe='')}", "delete_call", key=key)
    except PermanentError as error:
        if error.status in NOT_THERE:
            return False
        raise
    return True


def key_info(*, key: str) -> Workspace:
    """Return whose key this is.

    :raises ProviderError: the key is not accepted, or no usable answer
    """
    answer = ask("GET", "/get-api-key-info", "key_info", key=key)
    content = answer.json()
    org_id = content.get("org_id")
    if not isinstance(org_id, str) or not org_id:
        raise answer.unreadable()
    return Workspace(org_id=org_id, org_name=str(content.get("org_name") or ""))


def ask(
    method: str, path: str, operation: str, *, key: str, content: dict[str, Any] | None = None
) -> http.Answer:
    """Ask Retell something and return its answer.

    :raises ProviderError: no usable answer
    """
    headers = http.bearer(key)
    if content is not None:
        headers["Content-Type"] = "application/json"
    return http.request(
        method,
        settings.RETELL_BASE_URL.rstrip("/") + path,
        provider=retell.PROVIDER,
        operation=operation,
        headers=headers,
        content=None if content is None else orjson.dumps(content),
    )


def _facts(call: dict[str, Any]) -> CallFacts:
    return retell.event({"event": EventKind.ANALYZED, "call": call}).facts
