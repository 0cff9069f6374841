"""Call a number of a running installation, as an invented customer, and tell what became of it."""

import json
import secrets
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError
from django.utils import translation

from calls import simulator
from calls.simulator import line as lines
from calls.simulator import report
from calls.simulator.report import Outcome
from calls.simulator.story import CallStory
from integrations.voice.loopback import Sender
from integrations.voice.numbers import e164
from tenants import directory, scope
from tenants.models import Tenant

# How long the worker may take to apply the events of a call that is over.
PATIENCE_SECONDS = 10.0
_GLANCE_SECONDS = 0.1


class Command(BaseCommand):
    help = "Ruft als erfundener Kunde an und zeigt, was aus dem Anruf wurde."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--base-url", default="http://127.0.0.1:8000", help="Adresse der Installation"
        )
        parser.add_argument("--to", default="+493023125777", help="gewählte Nummer")
        parser.add_argument(
            "--from", dest="phone", help="Nummer des Anrufers, sonst eine erfundene"
        )
        parser.add_argument("--seed", type=int, default=1, help="gleiche Zahl, gleicher Anrufer")
        parser.add_argument("--run-id", help="gleiche Kennung und Zahl, gleicher Anruf")
        parser.add_argument("--count", type=int, default=1, help="wie viele Anrufe nacheinander")
        parser.add_argument("--service", help="gewünschte Leistung, in Worten")
        parser.add_argument("--say-when", help="gewünschte Zeit, in Worten („morgen um halb drei“)")
        parser.add_argument("--withheld", action="store_true", help="Nummer unterdrückt")
        parser.add_argument("--duplicate", action="store_true", help="jede Meldung doppelt")
        parser.add_argument(
            "--reorder", action="store_true", help="Meldungen in anderer Reihenfolge"
        )
        parser.add_argument(
            "--delay", type=float, default=0.0, metavar="SECONDS", help="Meldungen verspätet"
        )
        parser.add_argument(
            "--lose",
            action="append",
            default=[],
            choices=lines.EVENTS,
            help="diese Meldung geht verloren (mehrfach möglich)",
        )
        parser.add_argument("--repeat-tool", action="store_true", help="jede Werkzeugfrage zweimal")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="für Maschinen")
        form.add_argument("--quiet", action="store_true", help="nur das Ergebnis")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.RETELL_API_KEY:
            raise CommandError(
                "RETELL_API_KEY ist nicht gesetzt: ohne Schlüssel keine Unterschrift."
            )
        with (
            translation.override("de"),
            Sender(options["base_url"], key=settings.RETELL_API_KEY) as sender,
        ):
            line = simulator.Line(sender=sender, dialled=_number(options["to"]))
            told = [self._call(line, seed, options) for seed in _seeds(options)]
        if options["json"]:
            content = [report.as_json(story, outcome) for story, outcome, _ in told]
            self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2, default=str))
        elif len(told) > 1:
            self.stdout.write(report.tally(outcome for _, outcome, _ in told))
        failed = sum(bool(found) for _, _, found in told)
        if failed:
            raise CommandError(f"{failed} von {len(told)} Anrufen mit Fehlern.", returncode=1)

    def _call(
        self, line: simulator.Line, seed: int, options: dict[str, Any]
    ) -> tuple[CallStory, Outcome | None, list[str]]:
        story = _place(line, seed, options)
        outcome, was_read_back = _read_back(story)
        found = report.problems(story, outcome) if was_read_back else list(story.server_errors)
        if not options["json"]:
            self._tell(story, outcome, found, quiet=options["quiet"], was_read_back=was_read_back)
        return story, outcome, found

    def _tell(
        self,
        story: CallStory,
        outcome: Outcome | None,
        found: list[str],
        *,
        quiet: bool,
        was_read_back: bool,
    ) -> None:
        if not quiet:
            for text in report.dialogue(story):
                self.stdout.write(text)
            self.stdout.write("")
        for text in report.verdict(story, outcome, was_read_back=was_read_back):
            self.stdout.write(text)
        for text in found:
            self.stderr.write(self.style.ERROR(f"   ✗ {text}"))
        self.stdout.write("")


def _place(line: simulator.Line, seed: int, options: dict[str, Any]) -> CallStory:
    persona = simulator.invent(
        seed,
        industry=_industry(line.dialled),
        service=options["service"],
        when=options["say_when"],
        phone=_number(options["phone"]) if options["phone"] else None,
    )
    switches = simulator.Switches(
        duplicate=options["duplicate"],
        reorder=options["reorder"],
        delay_seconds=options["delay"],
        lose=frozenset(options["lose"]),
        withheld=options["withheld"],
        repeat_tool=options["repeat_tool"],
    )
    try:
        return simulator.place_call(
            line, persona, switches, run_id=options["run_id"] or secrets.token_hex(6)
        )
    except simulator.NobodyAnswers as error:
        raise CommandError(
            f"Unter {options['base_url']} antwortet niemand. Läuft der Server (bin/askpro up)?"
        ) from error


def _read_back(story: CallStory) -> tuple[Outcome | None, bool]:
    """Return what the rows say once all events are applied, or after the patience is over; False without a database."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        outcome = report.look_up(story)
        while not _is_final(story, outcome) and time.monotonic() < deadline:
            time.sleep(_GLANCE_SECONDS)
            outcome = report.look_up(story)
    except (DatabaseError, InterfaceError):
        return None, False
    return outcome, True


def _is_final(story: CallStory, outcome: Outcome | None) -> bool:
    if outcome is not None:
        return outcome.is_settled
    # Nothing was taken, or there is no business that it could be stored for.
    return not story.was_taken or directory.line_for(story.dialled) is None


def _industry(dialled: str) -> str:
    """Return what kind of business is called, so that the caller wants something that it offers."""
    try:
        line = directory.line_for(dialled)
        if line is None:
            return Tenant.Industry.OTHER
        with scope.tenant(line.tenant_id):
            return Tenant.objects.get(pk=line.tenant_id).industry
    except (DatabaseError, InterfaceError):
        return Tenant.Industry.OTHER


def _seeds(options: dict[str, Any]) -> range:
    return range(options["seed"], options["seed"] + max(1, options["count"]))


def _number(said: str) -> str:
    number = e164(said)
    if number is None:
        raise CommandError(f"„{said}“ ist keine Rufnummer.")
    return number
