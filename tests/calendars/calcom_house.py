"""Cal.com on the other side of the wire: the imitation, as a character whose every word is held against the contract."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
from django.test import Client

from integrations.calendars import imitation_door
from integrations.calendars.imitation import Fired, Imitation
from tests import descriptions
from tests.integrations.providers import Provider


class Calcom(Provider):
    """An account at Cal.com. `house` is what it remembers."""

    host = "api.cal.com"
    contract = descriptions.CALCOM

    def __init__(self, *, key: str, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.house = Imitation(key=key, clock=clock)

    def answer(self, request: httpx.Request) -> httpx.Response:
        address = request.url.raw_path.decode()
        reply = imitation_door.answer(
            self.house, request.method, address, request.headers, request.read()
        )
        return httpx.Response(reply.status, json=reply.content)

    def asked(self, method: str, ending: str = "") -> list[httpx.Request]:
        """Return the requests of this kind so far."""
        return [
            each
            for each in self.requests
            if each.method == method and each.url.path.endswith(ending)
        ]

    def deliver(self, *fired: Fired) -> list[Any]:
        """Post these webhooks (all that wait, in order, when none is named) to our door; return the answers."""
        waiting = fired or tuple(self.house.fired)
        if not fired:
            self.house.fired.clear()
        return [knock(each, self.house) for each in waiting]


def knock(fired: Fired, house: Imitation) -> Any:
    body, headers = imitation_door.webhook(fired, house)
    path = "/" + fired.url.split("/", 3)[3]
    return Client(raise_request_exception=False).post(
        path, data=body, content_type="application/json", headers=headers
    )
