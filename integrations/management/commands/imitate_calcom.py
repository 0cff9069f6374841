"""Play Cal.com on this machine, with a memory and, if wanted, with troubles: for demos and for trying things out."""

import random
import threading
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import orjson
from django.core.management.base import BaseCommand, CommandError

from integrations.calendars import imitation_door
from integrations.calendars.imitation import Imitation


class Command(BaseCommand):
    help = "Answer as Cal.com would, on 127.0.0.1; CALCOM_BASE_URL=http://127.0.0.1:<port>/v2 leads here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8099)
        parser.add_argument("--key", default="cal_demo", help="the key that is accepted")
        parser.add_argument(
            "--trouble",
            type=float,
            default=0.0,
            help="share of requests (0 to 1) answered with 429, 500, garbage or not at all",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["trouble"] <= 1:
            raise CommandError("--trouble is a share between 0 and 1")
        house = Imitation(key=options["key"], clock=lambda: datetime.now(UTC))
        team = house.add_team("Demo", "demo")
        house.add_user("Jana", "jana@salon.example", team_id=team)
        server = _Server(options["port"], house, trouble=options["trouble"])
        threading.Thread(target=_deliver, args=(house,), daemon=True).start()
        self.stdout.write(f"Cal.com is played at http://127.0.0.1:{server.server_port}/v2")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("ended")


class _Server(ThreadingHTTPServer):
    def __init__(self, port: int, house: Imitation, *, trouble: float) -> None:
        super().__init__(("127.0.0.1", port), _Door)
        self.house = house
        self.trouble = trouble
        self.one_at_a_time = threading.Lock()


class _Door(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        mood, trouble = random.random(), self.server.trouble  # noqa: S311 — a die, not a secret
        if mood < trouble * 0.25:
            self._say(429, b"{}")
        elif mood < trouble * 0.5:
            self._say(500, b"{}")
        else:
            with self.server.one_at_a_time:
                reply = imitation_door.answer(
                    self.server.house, self.command, self.path, dict(self.headers.items()), body
                )
            self._after(reply, lost=mood < trouble * 0.75, garbled=mood < trouble)

    def do_POST(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def _after(self, reply: imitation_door.Reply, *, lost: bool, garbled: bool) -> None:
        if lost:
            self.close_connection = True  # it was done, and nobody hears of it
        elif garbled:
            self._say(200, b"<html>maintenance</html>")
        else:
            self._say(reply.status, orjson.dumps(reply.content))

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the base class names it
        return


def _deliver(house: Imitation) -> None:
    """Post each webhook once, as Cal.com does; one that fails is lost."""
    with httpx.Client(timeout=10.0, follow_redirects=False, trust_env=False) as client:
        while True:
            while house.fired:
                fired = house.fired.pop(0)
                body, headers = imitation_door.webhook(fired, house)
                try:
                    client.post(fired.url, content=body, headers=headers)
                except httpx.HTTPError:
                    continue
            time.sleep(0.2)
