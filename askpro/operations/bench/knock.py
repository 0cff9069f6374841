"""What the senders of the benchmark knock with: signed events and questions, each of a call of its own."""

import itertools
import time
from typing import Any
from urllib.parse import quote

import orjson
from django.conf import settings

from askpro.operations.bench import cast, load, stage
from askpro.operations.bench.goals import Size
from askpro.operations.bench.stage import Measured, Server
from integrations.voice import retell

RUN = f"{time.time_ns():x}"
NUMBERS = itertools.count()
PRODUCT = "askpro.wsgi:application"
FLOOR = "askpro.operations.bench.floor:application"
FLOOR_OF_A_CALL = "askpro.operations.bench.floor_call:application"
RAW = "askpro.operations.bench.floor:raw"
_CONNECTIONS = 16


def floor_environment() -> dict[str, str]:
    database = settings.DATABASES["owner"]
    host = quote(str(database["HOST"]), safe="")
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@{host}:{database['PORT']}/{database['NAME']}"
    return {
        "DATABASE_URL": url,
        "BENCH_SIGNING_KEY": settings.RETELL_API_KEY,
        "DJANGO_SETTINGS_MODULE": "",
    }


def signed(path: str, content: dict[str, Any]) -> bytes:
    body = orjson.dumps(content)
    signature = retell.sign(body, key=settings.RETELL_API_KEY, now_ms=time.time_ns() // 1_000_000)
    return load.post(path, body, {"X-Retell-Signature": signature})


def call(**facts: Any) -> dict[str, Any]:
    return {
        "call_id": f"bench_{RUN}_{next(NUMBERS):08d}", "call_type": "phone_call",
        "direction": "inbound", "from_number": "+491713920042", "to_number": cast.NUMBER, **facts,
    }  # fmt: skip


def events(path: str, count: int) -> list[bytes]:
    """Return signed events of different calls, about two kilobytes each."""
    transcript = "Agent: Guten Tag. User: Ich hätte gern einen Termin. " * 34
    return [
        signed(path, {"event": "call_analyzed", "call": call(transcript=transcript)})
        for _ in range(count)
    ]


def function(facts: dict[str, Any], tool: str, **arguments: str) -> bytes:
    return signed(f"/api/retell/functions/{tool}", {"name": tool, "call": facts, "args": arguments})


def saturated(server: Server, requests: list[bytes], size: Size) -> Measured:
    return stage.measured(
        server, load.as_fast_as_possible, requests, seconds=size.seconds, connections=_CONNECTIONS
    )
