"""Many live calls at once against a running server: so many questions and events a second, whoever is on the line.

Knows nothing of Django. Calls begin and end all the time, each asks in its turn and waits for its answer. Times count
from the planned moment, so a server that stalls is not forgiven what had to wait.
"""

import asyncio
import itertools
import random
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any

import orjson

from integrations.voice import retell

QUESTIONS_PER_SECOND, EVENTS_PER_SECOND = 100, 20
_LINES = 64  # connections that the calls share, as a platform's servers would
_AT_FIRST_PER_SECOND = 150
_TRANSCRIPT = "Agent: Guten Tag. User: Ich hätte gern einen Termin. " * 28
# What a call asks, one after the other; a booking takes the time that was offered last.
_SCRIPT = (
    "get_context", "check_availability", "check_availability", "book_appointment", "find_appointments",
    "check_availability", "list_services", "check_availability", "find_alternatives", "check_availability",
)  # fmt: skip


def run(
    port: int, key: str, numbers: list[str], prefix: str, *, live: int, seconds: float
) -> dict[str, Any]:
    """Return times (ms) of questions and events, what went wrong, what was told and how much was answered."""
    return asyncio.run(_Switchboard(port, key, numbers, prefix).run(live=live, seconds=seconds))


class _Switchboard:
    def __init__(self, port: int, key: str, numbers: list[str], prefix: str) -> None:
        self.port, self.key, self.numbers, self.prefix = port, key, numbers, prefix
        self.dice = random.Random(13)  # noqa: S311 — repeatable, guards nothing
        self.calls, self.events_so_far, self.turns = (itertools.count() for _ in range(3))
        self.live: deque[_Call] = deque()
        self.ended: list[str] = []
        self.told: list[str] = []
        self.bad: list[str] = []
        self.questions: list[float] = []
        self.events: list[float] = []
        self.kept = {"questions": 0, "events": 0}
        self.under_way: set[asyncio.Task[None]] = set()

    async def run(self, *, live: int, seconds: float) -> dict[str, Any]:
        self.lines: asyncio.Queue[_Line] = asyncio.Queue()
        for _ in range(_LINES):
            self.lines.put_nowait(_Line(self.port))
        await self._at_a_pace(live / _AT_FIRST_PER_SECOND, _AT_FIRST_PER_SECOND, self._begin)
        self.questions.clear()
        self.events.clear()
        await asyncio.gather(
            self._at_a_pace(seconds, QUESTIONS_PER_SECOND, self._ask),
            self._at_a_pace(seconds, EVENTS_PER_SECOND, self._begin_or_end),
        )
        return {
            "questions": self.questions, "events": self.events, "bad": self.bad, "told": self.told,
            "kept": self.kept, "ended": self.ended, "live": [call.id for call in self.live],
        }  # fmt: skip

    async def _at_a_pace(self, seconds: float, per_second: float, act: Any) -> None:
        """Let something begin so often, evenly, and wait until all of it is over."""
        began = time.perf_counter()
        for n in range(round(seconds * per_second)):
            planned = began + n / per_second
            await asyncio.sleep(max(0.0, planned - time.perf_counter()))
            self._start(act(planned))
        while self.under_way:
            await asyncio.wait(self.under_way)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self.under_way.discard(task)
        error = task.exception()
        if error is not None:
            self.bad.append(repr(error))

    async def _begin_or_end(self, planned: float) -> None:
        if next(self.events_so_far) % 2:
            await self._end(planned)
        else:
            await self._begin(planned)

    async def _begin(self, planned: float) -> None:
        call = _Call(f"bench_{self.prefix}_{next(self.calls):07d}", self.numbers, self.dice)
        self.live.append(call)
        async with call.is_speaking:
            await self._tell({"event": "call_started", "call": call.facts}, planned)

    async def _end(self, planned: float) -> None:
        call = self.live.popleft()
        self.ended.append(call.id)
        async with call.is_speaking:
            facts = {**call.facts, "transcript": _TRANSCRIPT, "disconnection_reason": "user_hangup"}
            await self._tell({"event": "call_ended", "call": facts}, planned)

    async def _ask(self, planned: float) -> None:
        call = self.live[next(self.turns) % len(self.live)]
        async with call.is_speaking:
            tool, arguments = call.next_question(self.dice)
            content = {"name": tool, "call": call.facts, "args": arguments}
            answer = await self._post(f"/api/retell/functions/{tool}", content)
        self.questions.append((time.perf_counter() - planned) * 1000)
        if answer is None:
            return
        self.kept["questions"] += 1
        call.heard(answer)
        if answer["state"] == "failed":
            self.bad.append(tool)
        if answer["state"] == "booked":
            self.told.append(call.id)

    async def _tell(self, event: dict[str, Any], planned: float) -> None:
        answer = await self._post("/api/retell/webhook", event)
        self.events.append((time.perf_counter() - planned) * 1000)
        self.kept["events"] += answer is not None

    async def _post(self, path: str, content: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer, None (and a note of what was wrong) where there was none or a refusal."""
        body = orjson.dumps(content)
        signature = retell.sign(body, key=self.key, now_ms=time.time_ns() // 1_000_000)
        line = await self.lines.get()
        try:
            status, answer = await line.post(path, body, signature)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.bad.append(type(error).__name__)
            return None
        finally:
            self.lines.put_nowait(line)
        if not 200 <= status < 300:
            self.bad.append(str(status))
            return None
        found: dict[str, Any] = orjson.loads(answer)
        return found


class _Call:
    def __init__(self, call_id: str, numbers: list[str], dice: random.Random) -> None:
        self.id = call_id
        self.facts = {
            "call_id": call_id, "call_type": "phone_call", "direction": "inbound",
            "from_number": f"+49171392{dice.randrange(10000):04d}", "to_number": dice.choice(numbers),
        }  # fmt: skip
        self.is_speaking = asyncio.Lock()
        self.asked = dice.randrange(len(_SCRIPT))
        self.slots: list[dict[str, str]] = []

    def next_question(self, dice: random.Random) -> tuple[str, dict[str, str]]:
        self.asked += 1
        tool = _SCRIPT[self.asked % len(_SCRIPT)]
        if tool == "book_appointment" and self.slots:
            return tool, {"slot_id": dice.choice(self.slots)["slot_id"], "name": "Erika Muster"}
        if tool in ("get_context", "list_services", "find_appointments"):
            return tool, {}
        day = {"service": "Haarschnitt", "date": f"in {dice.randrange(1, 14)} Tagen"}
        return "check_availability" if tool == "book_appointment" else tool, day

    def heard(self, answer: dict[str, Any]) -> None:
        self.slots = answer["data"].get("slots") or []


class _Line:
    """One kept connection, opened when it is first needed and after it broke."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, signature: str) -> tuple[int, bytes]:
        try:
            return await self._post(path, body, signature)
        except (OSError, asyncio.IncompleteReadError):
            self.streams = None
            raise

    async def _post(self, path: str, body: bytes, signature: str) -> tuple[int, bytes]:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Retell-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return int(head[9:12]), await reader.readexactly(length)
