"""The door at which Retell asks for our own engine: /api/retell/llm/<call_id>, a websocket, on a server of its own.

The platform signs nothing here. A connection is let in only for a call that a signed delivery announced before and that
is not over; who called and what was dialled is read from our row, never from the connection.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import orjson
import structlog
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from calls import conversation
from calls.models import Call, ToolCall
from calls.talking.manager import Ask, Manager
from calls.talking.model import Model
from calls.talking.session import Session, Speaker, Turns, is_question, pong
from integrations.voice import retell
from tenants import scope as tenant_scope

log = structlog.get_logger("askpro.websocket")
_PATH = re.compile(r"/api/retell/llm/([!-.0-~]{1,200})")
_LONGEST_MESSAGE = 1_000_000
_NOT_FOUND, _UNREADABLE = 4404, 4400
# Each thread keeps a connection to the database.
_THREADS = ThreadPoolExecutor(max_workers=24, thread_name_prefix="engine")
_MOST_SESSIONS = 2000
_sessions: "OrderedDict[int, Session]" = OrderedDict()
Result = TypeVar("Result")
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
    called = await _in_a_thread(lambda: _announced(found[1])) if found else None
    if called is None:
        await send({"type": "websocket.close", "code": _NOT_FOUND})
        return
    await send({"type": "websocket.accept"})
    await _Connection(session=_session_of(called), receive=receive, send=send).serve()


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


@dataclass(kw_only=True)
class _Connection:
    """One connection: it listens all the time, and answers one question after the other.

    A tool may take seconds. Meanwhile pings are answered – the platform hangs up on who does not – and when the caller
    goes on talking, only the newest question counts, which has all that was said since.
    """

    session: Session
    receive: Receive
    send: Send
    _waiting: "asyncio.Queue[dict[str, Any] | None]" = field(default_factory=asyncio.Queue)
    _is_open: bool = True

    async def serve(self) -> None:
        speaking = asyncio.create_task(self._speak())
        try:
            await self._listen()
        finally:
            self._is_open = False
            self._waiting.put_nowait(None)
            await speaking

    async def _listen(self) -> None:
        while True:
            message = await self.receive()
            if message["type"] == "websocket.disconnect":
                return
            content = _read(message)
            if content is None:
                await self.send({"type": "websocket.close", "code": _UNREADABLE})
                return
            if content.get("interaction_type") == "ping_pong":
                await self._tell(pong(content))
            elif is_question(content):
                self._waiting.put_nowait(content)

    async def _speak(self) -> None:
        await self._tell_all(await _in_a_thread(self.session.begin))
        while (asked := await self._waiting.get()) is not None:
            while not self._waiting.empty():
                newer = self._waiting.get_nowait()
                if newer is None:
                    return
                asked = newer
            await self._tell_all(await _in_a_thread(partial(self.session.hear, asked)))

    async def _tell_all(self, answers: list[dict[str, Any]]) -> None:
        for answer in answers:
            is_answer = answer["response_type"] == "response"
            if is_answer and not self._waiting.empty():
                return  # the caller went on talking: this is out of date, and what was done is told with the next one
            await self._tell(answer)
            if is_answer and self._is_open:
                self.session.was_told()

    async def _tell(self, answer: dict[str, Any]) -> None:
        if self._is_open:
            await self.send({"type": "websocket.send", "text": orjson.dumps(answer).decode()})


async def _in_a_thread(work: Callable[[], Result]) -> Result:
    """Do what asks the database or the network beside the loop; calls do not wait for each other."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, copy_context().run, work)


def _session_of(called: "_Called") -> Session:
    """Return the conversation of a call; the one that broke off, where the platform dials again."""
    session = _sessions.pop(called.number, None)
    if session is None:
        session = Session(ask=called.ask, make=_speaker, has_begun=called.has_begun)
    _sessions[called.number] = session
    while len(_sessions) > _MOST_SESSIONS:
        _sessions.popitem(last=False)
    return session


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

    number: int
    call_id: str
    from_number: str | None
    to_number: str
    began: datetime
    has_begun: bool  # somebody has asked for this call before: another process, or this one before it was restarted

    def ask(self, tool: str, arguments: Mapping[str, str], turns: Turns) -> Mapping[str, Any]:
        """Ask a tool as the signed door would."""
        close_old_connections()
        envelope = {
            "call_id": self.call_id,
            "from_number": self.from_number or "anonymous",
            "to_number": self.to_number,
            "call_status": "ongoing",
            "start_timestamp": int(self.began.timestamp() * 1000),
            "transcript_object": list(turns),
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
            .first()
        )
        if running is None:
            log.warning("unknown_call_refused")
            return None
        has_begun = ToolCall.objects.filter(call_id=running.pk).exists()
    return _Called(
        number=running.pk,
        call_id=call_id,
        from_number=running.from_number,
        to_number=running.to_number,
        began=running.started_at or running.created_at,
        has_begun=has_begun,
    )


def _speaker(ask: Ask) -> Speaker:
    """Return who speaks: the model at the configured endpoint, or the dialogue manager."""
    return Model(ask=ask) if settings.LLM_BASE_URL else Manager(ask=ask)
