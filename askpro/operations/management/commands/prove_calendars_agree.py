"""Edit two diaries at random, with every trouble there is, and count where they disagree."""

import logging
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from askpro.operations import calendar_proof
from askpro.operations.calendar_world import Outcome

_A_LINE_EVERY = 100


class Command(BaseCommand):
    help = "Prove against an imitation of Cal.com that both sides agree after random edits and troubles."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--edits", type=int, default=1000)
        parser.add_argument("--seeds", type=int, nargs="+", default=[1])
        parser.add_argument("--log", action="store_true", help="show the log of the application")

    def handle(
        self, *args: Any, edits: int, seeds: list[int], log: bool = False, **options: Any
    ) -> None:
        if not log:
            logging.disable(logging.CRITICAL)  # every trouble is a warning, and they are wanted
        try:
            broken = [seed for seed in seeds if not self._prove(edits, seed).holds]
        finally:
            logging.disable(logging.NOTSET)
        if broken:
            raise CommandError(f"The two sides do not agree (seed {', '.join(map(str, broken))}).")
        self.stdout.write("The two sides agree.")

    def _prove(self, edits: int, seed: int) -> Outcome:
        began = time.monotonic()

        def told(number: int) -> None:
            if number % _A_LINE_EVERY == 0:
                self.stdout.write(f"  {number} edits after {time.monotonic() - began:.0f} s")
                self.stdout.flush()

        outcome = calendar_proof.prove(edits=edits, seed=seed, now=timezone.now(), told=told)
        self.stdout.write(f"seed {seed}, {edits} edits, {time.monotonic() - began:.0f} s")
        self._show(outcome)
        return outcome

    def _show(self, outcome: Outcome) -> None:
        for name, counts in (("edits", outcome.edits), ("troubles", outcome.troubles)):
            words = ", ".join(f"{what} {count}" for what, count in sorted(counts.items()))
            self.stdout.write(f"{name}: {words}")
        self.stdout.write(
            f"overlaps: {outcome.overlaps}, orphans: {outcome.orphans}, echoes: {outcome.echoes}, "
            f"left waiting: {outcome.left_waiting}, disagreements: {len(outcome.disagreements)}, "
            f"shown and decided: {outcome.shown}"
        )
        for line in outcome.disagreements[:20]:
            self.stdout.write(f"  {line}")
