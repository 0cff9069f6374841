"""Edit two diaries at random, with every trouble there is, and count where they disagree."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from askpro.operations import calendar_proof


class Command(BaseCommand):
    help = "Prove against an imitation of Cal.com that both sides agree after random edits and troubles."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--edits", type=int, default=1000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, edits: int, seed: int, **options: Any) -> None:
        outcome = calendar_proof.prove(edits=edits, seed=seed, now=timezone.now())
        for name, counts in (("edits", outcome.edits), ("troubles", outcome.troubles)):
            words = ", ".join(f"{what} {count}" for what, count in sorted(counts.items()))
            self.stdout.write(f"{name}: {words}")
        self.stdout.write(
            f"overlaps: {outcome.overlaps}, orphans: {outcome.orphans}, echoes: {outcome.echoes}, "
            f"left waiting: {outcome.left_waiting}, shown and decided: {outcome.shown}"
        )
        for line in outcome.disagreements[:20]:
            self.stdout.write(f"  {line}")
        if not outcome.holds:
            raise CommandError("The two sides do not agree.")
        self.stdout.write("The two sides agree.")
