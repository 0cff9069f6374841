"""Rehearse hundreds of calls through the real doors, without a network, and leave nothing behind."""

import logging
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from calls.models import Agent
from calls.simulator import rehearsal, report
from calls.simulator.rehearsal import Played, Rehearsal


class Command(BaseCommand):
    help = (
        "Spielt viele Anrufe durch die echten Türen, ohne Netz; die Datenbank bleibt, wie sie war."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=100, help="wie viele Anrufe")
        parser.add_argument("--seed", type=int, default=1, help="gleiche Zahl, gleiche Anrufe")
        parser.add_argument("--processes", type=int, default=2, help="wie viele zugleich spielen")
        parser.add_argument(
            "--template", action="append", default=[], choices=[str(each) for each in Agent.Template],
            help="nur diese Vorlage (mehrfach möglich)",
        )  # fmt: skip
        parser.add_argument("--show", type=int, action="append", default=[], metavar="N", help="zeigt das Gespräch des N-ten Anrufs")  # fmt: skip
        parser.add_argument("--transcripts", type=Path, help="schreibt alle Gespräche in diese Datei")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("Nicht in Produktion: die Probe hält eine lange Transaktion offen.")
        if not settings.RETELL_API_KEY:
            raise CommandError(
                "RETELL_API_KEY ist nicht gesetzt: ohne Schlüssel keine Unterschrift."
            )
        _bring_up_to_date()
        logging.disable(logging.CRITICAL)
        began = time.perf_counter()
        try:
            with translation.override("de"):
                played = rehearsal.play(
                    options["count"],
                    seed=options["seed"],
                    application=get_wsgi_application,
                    templates=tuple(options["template"]),
                    processes=options["processes"],
                )
                self._tell(played, options, seconds=time.perf_counter() - began)
        finally:
            logging.disable(logging.NOTSET)

    def _tell(self, played: Rehearsal, options: dict[str, Any], *, seconds: float) -> None:
        if options["transcripts"]:
            text = "\n\n".join(_transcript(n, each) for n, each in enumerate(played.played, 1))
            options["transcripts"].write_text(text + "\n", encoding="utf-8")
        for number in options["show"]:
            if not 1 <= number <= len(played.played):
                raise CommandError(f"Es gibt keinen {number}. Anruf.")
            self.stdout.write(_transcript(number, played.played[number - 1]) + "\n")
        self._table(played)
        wrong = [(n, each) for n, each in enumerate(played.played, 1) if each.problems]
        for number, each in wrong[:20]:
            self.stderr.write(self.style.ERROR(f"✗ {number}: {'; '.join(each.problems)}"))
        self.stdout.write(
            f"{len(played.played)} Anrufe in {seconds:.1f} s, {len(wrong)} mit Fehlern"
        )
        self.stdout.write(f"Prüfsumme {played.digest}")
        if wrong:
            raise CommandError(f"{len(wrong)} von {len(played.played)} Anrufen mit Fehlern.")

    def _table(self, played: Rehearsal) -> None:
        table = played.table()
        results = sorted({result for _, counted in table for result in counted})
        width = max(len(goal) for goal, _ in table)
        for number, result in enumerate(results, 1):
            self.stdout.write(f"  ({number}) {result}")
        head = "".join(f"{f'({number})':>6}" for number, _ in enumerate(results, 1))
        self.stdout.write(f"{'':<{width}}{head}{'Summe':>7}")
        for goal, counted in table:
            cells = "".join(f"{counted[result] or '·':>6}" for result in results)
            self.stdout.write(f"{goal:<{width}}{cells}{counted.total():>7}")


def _bring_up_to_date() -> None:
    """Migrate a database that was never used: a rehearsal is often the first thing that is asked of a fresh checkout."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        owner = "owner" if "owner" in connections else DEFAULT_DB_ALIAS
        call_command("migrate", database=owner, interactive=False, verbosity=0)


def _transcript(number: int, played: Played) -> str:
    caller = played.caller
    habits = [name for name, is_so in vars(caller.habits).items() if is_so]
    head = f"── Anruf {number} · {played.template} · {caller.goal} · {', '.join(habits) or 'glatt'}"
    verdict = report.verdict(played.story, played.outcome, was_read_back=True)
    return "\n".join((head, *report.dialogue(played.story), "", *verdict))
