"""Let many rivals want the same time at the same moment, and count."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from askpro.operations import proof

_HEAD = "contest             rounds  rivals   won  refused  deadlocks  other  wrong rounds  median ms  worst ms"


class Command(BaseCommand):
    help = "Prove on the running database that no time is booked twice, whoever comes at the same moment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, default=50, help="rounds of each contest")
        parser.add_argument("--threads", type=int, default=40, help="rivals in each round")

    def handle(self, *args: Any, rounds: int, threads: int, **options: Any) -> None:
        # A round takes a day of its own, and a service can be booked two years ahead.
        most = 720 // len(proof.CONTESTS)
        if not (1 <= rounds <= most and 2 <= threads <= 200):
            raise CommandError(f"1 to {most} rounds and 2 to 200 threads are possible.")
        result = proof.prove(rounds=rounds, threads=threads, now=timezone.now())
        self.stdout.write(_HEAD)
        for score in result.scores:
            self.stdout.write(
                f"{score.contest.name:<18}  {score.rounds:>6}  {score.rivals:>6}  {score.won:>4}  "
                f"{score.refused:>7}  {score.deadlocks:>9}  {score.others:>5}  {score.wrong_rounds:>12}  "
                f"{score.median:>9.1f}  {score.worst:>8.1f}"
            )
            if score.others:
                self.stdout.write(f"  {dict(score.outcomes)}")
        self.stdout.write(f"overlapping pairs: {result.overlaps}")
        if not result.holds:
            raise CommandError("The diary was booked twice, or somebody was not refused politely.")
        self.stdout.write("The diary holds.")
