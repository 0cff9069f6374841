"""Whole calls against a running server: started, what is free, book it, ended. Knows nothing of Django.

Open loop: callers arrive at random at a given rate, each on a connection of its own, without thinking time; who was
slower than another asks again. A flow's time counts from its planned arrival.
"""

import asyncio
import random
import time
from typing import Any

import orjson

from integrations.voice import retell


def run(
    port: int, key: str, numbers: list[str], prefix: str, per_second: int, seconds: float
) -> dict[str, Any]:
    """Return the flow times (ms), the call ids that were told "booked", and what went wrong."""
    return asyncio.run(_run(_Caller, port, key, numbers, prefix, per_second, seconds))


def run_on_floor(
    port: int, key: str, numbers: list[str], prefix: str, per_second: int, seconds: float
) -> dict[str, Any]:
    """Return the same of calls to the floor (`floor_call.py`)."""
    return asyncio.run(_run(_FloorCaller, port, key, numbers, prefix, per_second, seconds))


async def _run(
    kind: "type[_Caller]",
    port: int,
    key: str,
    numbers: list[str],
    prefix: str,
    per_second: int,
    seconds: float,
) -> dict[str, Any]:
    got: dict[str, Any] = {"ms": [], "told": [], "bad": []}
    dice = random.Random(9)  # noqa: S311 — repeatable, guards nothing
    began = time.perf_counter()
    arrival = began
    callers: list[asyncio.Task[None]] = []
    while arrival < began + seconds:
        arrival += dice.expovariate(per_second)
        await asyncio.sleep(max(0.0, arrival - time.perf_counter()))
        caller = kind(
            port, key, dice.choice(numbers), f"bench_{prefix}_{len(callers):06d}", dice, got
        )
        callers.append(asyncio.create_task(caller.call(arrival)))
    for result in await asyncio.gather(*callers, return_exceptions=True):
        if isinstance(result, BaseException):
            got["bad"].append(type(result).__name__)
    got["per_second"] = len(got["ms"]) / (time.perf_counter() - began)
    return got


class _Caller:
    def __init__(
        self,
        port: int,
        key: str,
        number: str,
        call_id: str,
        dice: random.Random,
        got: dict[str, Any],
    ) -> None:
        self.port, self.key, self.dice, self.got = port, key, dice, got
        self.facts = {
            "call_id": call_id, "call_type": "phone_call", "direction": "inbound",
            "from_number": f"+49171392{dice.randrange(10000):04d}", "to_number": number,
        }  # fmt: skip

    async def call(self, planned: float) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        await self._tell({"event": "call_started", "call": self.facts})
        day = self.dice.randrange(1, 14)
        for _ in range(5):
            slots = await self._free(day)
            if not slots:
                break
            if await self._book(self.dice.choice(slots)):
                self.got["told"].append(self.facts["call_id"])
                break
        transcript = "Agent: Guten Tag. User: Ich hätte gern einen Termin. " * 28
        ended = {**self.facts, "transcript": transcript, "disconnection_reason": "user_hangup"}
        await self._tell({"event": "call_ended", "call": ended})
        self.writer.close()
        self.got["ms"].append((time.perf_counter() - planned) * 1000)

    async def _tell(self, event: dict[str, Any]) -> None:
        await self._post("/api/retell/webhook", event)

    async def _free(self, day: int) -> list[Any]:
        free = await self._ask("check_availability", service="Haarschnitt", date=f"in {day} Tagen")
        slots: list[Any] = free["data"].get("slots") or []
        return slots

    async def _book(self, slot: Any) -> bool:
        answer = await self._ask("book_appointment", slot_id=slot["slot_id"], name="Erika Muster")
        return bool(answer["state"] == "booked")

    async def _ask(self, tool: str, **arguments: str) -> dict[str, Any]:
        content = {"name": tool, "call": self.facts, "args": arguments}
        answer: dict[str, Any] = await self._post(f"/api/retell/functions/{tool}", content)
        if answer.get("state") == "failed":
            self.got["bad"].append(tool)
        return answer

    async def _post(self, path: str, content: dict[str, Any]) -> Any:
        body = orjson.dumps(content)
        signature = retell.sign(body, key=self.key, now_ms=time.time_ns() // 1_000_000)
        self.writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Retell-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        answer = orjson.loads(await self.reader.readexactly(length))
        if not 200 <= int(head[9:12]) < 300:
            self.got["bad"].append(int(head[9:12]))
        return answer


class _FloorCaller(_Caller):
    """The same call in the floor's words."""

    async def _tell(self, event: dict[str, Any]) -> None:
        await self._post("/event", event)

    async def _free(self, day: int) -> list[Any]:
        content = {"number": self.facts["to_number"], "day": str(day)}
        slots: list[Any] = await self._post("/free", content)
        return slots

    async def _book(self, slot: Any) -> bool:
        minute, person = slot
        content = {
            "number": self.facts["to_number"], "phone": self.facts["from_number"],
            "call": self.facts["call_id"], "minute": minute, "person": person,
        }  # fmt: skip
        answer = await self._post("/book", content)
        return bool(answer["booked"])
