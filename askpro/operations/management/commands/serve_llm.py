"""Serve our own engine: the websocket that Retell dials for agents published with it."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from askpro.operations import processes


class Command(BaseCommand):
    help = "Startet die eigene Gesprächsführung (Websocket /api/retell/llm/<call_id>)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Adresse")
        parser.add_argument("--port", type=int, default=8001, help="Port")
        parser.add_argument("--workers", type=int, default=1, help="Prozesse")

    def handle(self, *args: Any, **options: Any) -> None:
        command = processes.llm(
            port=options["port"], host=options["host"], workers=options["workers"]
        )
        os.execv(command[0], command)  # noqa: S606 — nothing of this process is needed any more
