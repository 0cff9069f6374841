"""The door at which Retell asks for our own engine: /api/retell/llm/<call_id>, a websocket, on a server of its own.

The platform signs nothing here. A connection is let in only for a call that a signed delivery announced before and that
is not over; who called and what was dialled is read from our row, never from the connection.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from calls import conversation
from calls.models import Call
from calls.talking.manager import Ask, Manager
from calls.talking.model import Model
from calls.talking.session import Session, Speaker
from integrations.voice import retell
from tenants import scope as tenant_scope

log = structlog.get_logger("askpro.websocket")
_PATH = re.compile(r"/api/retell/llm/([!-.0-~]{1,200})")
_LONGEST_MESSAGE = 1_000_000
_NOT_FOUND, _UNREADABLE = 4404, 4400
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve one connection (ASGI)."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await receive()  # websocket.connect
    found = _PATH.fullmatch(scope["path"])
    called = await sync_to_async(_announced)(found[1]) if found else None
    if called is None:
        await send({"type": "websocket.close", "code": _NOT_FOUND})
        return
    await send({"type": "websocket.accept"})
    await _talk(Session(ask=called.ask, make=_speaker), receive, send)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _talk(session: Session, receive: Receive, send: Send) -> None:
    for answer in await sync_to_async(lambda: list(session.begin()))():
        await _say(answer, send)
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        content = _read(message)
        if content is None:
            await send({"type": "websocket.close", "code": _UNREADABLE})
            return
        for answer in await sync_to_async(lambda said=content: list(session.hear(said)))():
            await _say(answer, send)


async def _say(answer: dict[str, Any], send: Send) -> None:
    await send({"type": "websocket.send", "text": orjson.dumps(answer).decode()})
    await asyncio.sleep(0)


def _read(message: dict[str, Any]) -> dict[str, Any] | None:
    text = message.get("text") or message.get("bytes") or ""
    if len(text) > _LONGEST_MESSAGE:
        return None
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


@dataclass(frozen=True, kw_only=True)
class _Called:
    """A running call as our row has it, through which the tools are asked."""

    call_id: str
    from_number: str | None
    to_number: str

    def ask(self, tool: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
        """Ask a tool as the signed door would."""
        close_old_connections()
        envelope = {
            "call_id": self.call_id,
            "from_number": self.from_number or "anonymous",
            "to_number": self.to_number,
            "call_status": "ongoing",
        }
        content = {"name": tool, "call": envelope, "args": dict(arguments)}
        asked = retell.function_request(content, tool=tool)
        return conversation.answer(
            asked, body=orjson.dumps(content), began=time.perf_counter(), now=timezone.now()
        )


def _announced(call_id: str) -> _Called | None:
    """Return the call with this id if a signed delivery announced it and it still runs."""
    close_old_connections()
    with tenant_scope.platform():
        running = (
            Call.objects.filter(external_id=call_id)
            .exclude(status__in=(Call.Status.ENDED, Call.Status.ANALYZED))
            .values_list("from_number", "to_number")
            .first()
        )
    if running is None:
        log.warning("unknown_call_refused")
        return None
    return _Called(call_id=call_id, from_number=running[0], to_number=running[1])


def _speaker(ask: Ask) -> Speaker:
    """Return who speaks: the model at the configured endpoint, or the dialogue manager."""
    return Model(ask=ask) if settings.LLM_BASE_URL else Manager(ask=ask)
