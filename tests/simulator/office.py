"""An office of cardboard: takes every call, keeps what was posted, answers from a script."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from django.test import Client

from calls.simulator import CallStory, Line, Persona, Switches, invent, place_call
from calls.simulator.story import Asked, Said
from integrations.voice.loopback import Sender

KEY = "key_of_the_cardboard_office"
DIALLED = "+493023125777"
SLOTS = [
    {
        "slot_id": f"slot_{number}",
        "spoken": f"Donnerstag um {hour} Uhr",
        "starts_at": f"2026-11-26T{hour}:00:00+01:00",
        "staff": "Jana",
    }
    for number, hour in enumerate((10, 14, 16), start=1)
]
APPOINTMENT = {
    "id": 77,
    "service": "Haarschnitt",
    "staff": "Jana",
    "starts_at": SLOTS[0]["starts_at"],
    "spoken": SLOTS[0]["spoken"],
}
GREETING = {
    "dynamic_variables": {"firma": "Salon Sonnenschein"},
    "metadata": {"branch": "1"},
    "override_agent_id": "agent_of_the_office",
    "override_agent_version": 7,
}


@dataclass(frozen=True, kw_only=True)
class Request:
    path: str
    body: bytes
    signature: str
    content_type: str

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content


@dataclass
class Office:
    """`answers` are given in order for each tool, the last one for ever; `statuses` come before anything else."""

    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        request = Request(
            path=environ["PATH_INFO"],
            body=environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])),
            signature=environ.get("HTTP_X_RETELL_SIGNATURE", ""),
            content_type=environ.get("CONTENT_TYPE", ""),
        )
        self.requests.append(request)
        status, content = self._answer(request)
        start_response(f"{status} -", [("Content-Type", "application/json")])
        return [json.dumps(content, ensure_ascii=False).encode()]

    def on(self, tool: str, *answers: dict[str, Any]) -> "Office":
        self.answers[tool] = list(answers)
        return self

    def fails(self, name: str, *statuses: int) -> "Office":
        """Answer the next requests at this door ("webhook", "inbound" or a tool) with these statuses."""
        self.statuses[name] = list(statuses)
        return self

    def events(self) -> list[str]:
        return [each.content["event"] for each in self.requests if each.path.endswith("/webhook")]

    def asked(self, tool: str) -> list[dict[str, Any]]:
        """Return the arguments with which a tool was asked, in order."""
        return [
            each.content["args"]
            for each in self.requests
            if each.path == f"/api/retell/functions/{tool}"
        ]

    def calls(self) -> list[dict[str, Any]]:
        """Return all call objects that were posted."""
        return [each.content["call"] for each in self.requests if "call" in each.content]

    def _answer(self, request: Request) -> tuple[int, dict[str, Any]]:
        name = request.path.rsplit("/", 1)[-1]
        if self.statuses.get(name):
            status = self.statuses[name].pop(0)
            if status != 200:
                return status, {"code": "out_of_order", "detail": "", "errors": {}}
        if name == "webhook":
            return 200, {"success": True, "message": "ok", "call_id": 4711}
        if name == "inbound":
            return 200, {"call_inbound": GREETING}
        script = self.answers[name]
        return 200, script.pop(0) if len(script) > 1 else script[0]


def reply(state: str, say: str = "", **data: Any) -> dict[str, Any]:
    """Return a tool's answer as our doors give it."""
    return {
        "state": state,
        "say": say or f"Satz zu {state}.",
        "today": "2026-11-23",
        "weekday": "Montag",
        "data": data,
    }


def friendly_office() -> Office:
    """Return an office where everything goes well."""
    office = Office()
    office.on("get_context", reply("context", "Guten Tag, hier ist Salon Sonnenschein."))
    office.on("check_availability", reply("available", slots=SLOTS))
    office.on("book_appointment", reply("booked", appointment=APPOINTMENT))
    office.on("request_callback", reply("callback_noted", callback_id=1))
    return office


class RealDoors(httpx.BaseTransport):
    """The doors of the project, reached without a socket and within the test's transaction."""

    def __init__(self) -> None:
        self._client = Client(raise_request_exception=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._client.generic(
            request.method,
            request.url.raw_path.decode(),
            data=request.read(),
            content_type=request.headers["Content-Type"],
            headers={"X-Retell-Signature": request.headers["X-Retell-Signature"]},
        )
        return httpx.Response(response.status_code, content=response.content)


def sender_to(doors: Office | RealDoors, *, key: str = KEY, **options: Any) -> Sender:
    """Return a sender that reaches an office without a socket."""
    transport = doors if isinstance(doors, RealDoors) else httpx.WSGITransport(app=doors)
    return Sender(
        "http://office.example", key=key, transport=transport, **{"pauses_seconds": (), **options}
    )


def ring_up(
    office: Office, persona: Persona | None = None, switches: Switches | None = None, **options: Any
) -> CallStory:
    """Place a call to the cardboard office."""
    line = Line(sender=sender_to(office), dialled=DIALLED, **options)
    return place_call(line, persona or easy_caller(), switches, run_id="test")


def easy_caller(
    seed: int = 1, *, service: str | None = None, when: str | None = None, **changes: Any
) -> Persona:
    """Return a caller who takes the first time offered and says no more than is needed."""
    plain = replace(
        invent(seed, industry="salon", service=service, when=when),
        introduces_itself=False,
        leaves_email=False,
        prefers=0,
        takes_alternatives=True,
    )
    return replace(plain, **changes)


def spoken(story: CallStory, speaker: str) -> list[str]:
    return [
        each.text for each in story.moments if isinstance(each, Said) and each.speaker == speaker
    ]


def states(story: CallStory) -> list[tuple[str, str]]:
    return [(each.tool, each.state) for each in story.moments if isinstance(each, Asked)]
