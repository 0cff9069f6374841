"""Let many rivals want the same time at the same moment, and count."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from askpro.operations import interleaving, proof

_HEAD = "contest             rounds  rivals   won  refused  deadlocks  other  wrong rounds  median ms  worst ms"


class Command(BaseCommand):
    help = "Prove on the running database that no time is booked twice, whoever comes at the same moment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, default=50, help="rounds of each contest")
        parser.add_argument("--threads", type=int, default=40, help="rivals in each round")
        parser.add_argument(
            "--interleavings", type=int, default=0, help="rounds of everything at once, afterwards"
        )
        parser.add_argument("--workers", type=int, default=32, help="workers in each of these")
        parser.add_argument(
            "--seconds", type=float, default=None, help="no further round after so long"
        )
        parser.add_argument("--seed", type=int, default=1, help="what the workers' dice show")

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
        holds = result.holds
        if options["interleavings"]:
            holds = self._everything_at_once(**options) and holds
        if not holds:
            raise CommandError("The diary was booked twice, or somebody was not refused politely.")
        self.stdout.write("The diary holds.")

    def _everything_at_once(
        self,
        *,
        interleavings: int,
        workers: int,
        seed: int,
        seconds: float | None,
        **options: Any,
    ) -> bool:
        every = max(interleavings // 20, 1)

        def progress(done: int) -> None:
            if done % every == 0 or done == interleavings:
                self.stdout.write(f"everything at once: {done} of {interleavings} rounds")

        report = interleaving.run(
            rounds=interleavings,
            workers=workers,
            seed=seed,
            now=timezone.now(),
            progress=progress,
            seconds=seconds,
        )
        for (action, outcome), count in sorted(report.outcomes.items()):
            self.stdout.write(f"  {action:<18} {outcome:<22} {count:>7}")
        for name, count in sorted(report.broken.items()):
            self.stdout.write(f"  BROKEN {name}: {count}")
        for detail in report.details[:5]:
            self.stdout.write(f"  {detail}")
        self.stdout.write(
            f"{report.rounds} rounds of {report.workers} workers in {report.seconds:.0f} s, "
            f"deadlocks: {report.deadlocks}, broken invariants: {report.broken.total()}"
        )
        return report.holds
