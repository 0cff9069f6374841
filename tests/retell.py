"""Retell as the tests know it: signs its bodies and knocks at our doors."""

import itertools
import json
import time
from typing import Any

from django.test import Client

from integrations.voice import retell as protocol

KEY = "key_of_the_tests"
_numbers = itertools.count(1)


class Retell:
    """The voice platform on the other end of the line."""

    def __init__(self, *, dialled: str = "+493023125777", caller: str = "+491713920042") -> None:
        self.client = Client(raise_request_exception=False)
        self.dialled = dialled
        self.caller = caller

    def new_call(self, **facts: Any) -> dict[str, Any]:
        return {
            "call_type": "phone_call",
            "call_id": f"call_{next(_numbers):08d}",
            "agent_id": "agent_1",
            "agent_version": 1,
            "call_status": "ongoing",
            "direction": "inbound",
            "from_number": self.caller,
            "to_number": self.dialled,
            "start_timestamp": int(time.time() * 1000),
            **facts,
        }

    def sends(self, event: str, call: dict[str, Any], *, envelope: str = "call") -> Any:
        return self.post("/api/retell/webhook", {"event": event, envelope: call})

    def asks_for(self, tool: str, call: dict[str, Any], **arguments: Any) -> Any:
        """Ask a tool and return its answer as a dict."""
        response = self.post(
            f"/api/retell/functions/{tool}", {"name": tool, "call": call, "args": arguments}
        )
        assert response.status_code == 200, response.content
        return response.json()

    def rings(self, **facts: Any) -> Any:
        inbound = {"call_id": f"call_{next(_numbers):08d}", "agent_id": "agent_1",
                   "from_number": self.caller, "to_number": self.dialled, **facts}  # fmt: skip
        return self.post("/api/retell/inbound", {"event": "call_inbound", "call_inbound": inbound})

    def post(self, path: str, content: Any) -> Any:
        return self.post_bytes(path, json.dumps(content, ensure_ascii=False).encode())

    def post_bytes(self, path: str, body: bytes, *, signature: str | None = None) -> Any:
        if signature is None:
            signature = protocol.sign(body, key=KEY, now_ms=time.time_ns() // 1_000_000)
        return self.client.post(
            path, body, content_type="application/json", headers={"X-Retell-Signature": signature}
        )
