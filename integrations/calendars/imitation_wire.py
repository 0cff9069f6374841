"""The imitation of Cal.com behind our own HTTP door: for proofs, in place of the network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import httpx

from integrations import breaker, http
from integrations.calendars import calcom_wire, imitation_door
from integrations.calendars.imitation import Imitation


class Trouble(StrEnum):
    """What may happen to a request instead of a proper answer."""

    TOO_MANY = "429"
    BROKEN = "500"
    SILENT = "silent"
    GARBLED = "garbled"
    LOST = "lost"  # it is done, and the answer does not arrive


Dice = Callable[[], Trouble | None]
Note = Callable[[str, int], None]


@contextmanager
def played(
    house: Imitation, *, dice: Dice, note: Note = lambda _method, _status: None
) -> Iterator[None]:
    """Let an imitation answer everything that is asked, with the troubles that the dice say.

    `note` hears the method and the true status of what was done, also when its answer does not arrive.

    Pace and circuit breaker live by the clock of Redis, which cannot be turned, and are set aside meanwhile; they have
    tests of their own.
    """

    def answer(request: httpx.Request) -> httpx.Response:
        trouble = dice()
        if trouble in (Trouble.TOO_MANY, Trouble.BROKEN):
            headers = {"X-RateLimit-Reset-Default": "0"}
            return httpx.Response(int(trouble), json={}, headers=headers)
        if trouble == Trouble.SILENT:
            raise httpx.ReadTimeout("silence", request=request)
        address = request.url.raw_path.decode()
        reply = imitation_door.answer(
            house, request.method, address, request.headers, request.read()
        )
        note(request.method, reply.status)
        if trouble == Trouble.LOST:
            raise httpx.ReadTimeout("lost", request=request)
        if trouble == Trouble.GARBLED:
            return httpx.Response(200, text="<html>maintenance</html>")
        return httpx.Response(reply.status, json=reply.content)

    pace, failures = calcom_wire.PER_MINUTE, breaker.FAILURES
    calcom_wire.PER_MINUTE, breaker.FAILURES = 10**7, 10**7
    try:
        with http.rerouted(httpx.MockTransport(answer)):
            yield
    finally:
        calcom_wire.PER_MINUTE, breaker.FAILURES = pace, failures
