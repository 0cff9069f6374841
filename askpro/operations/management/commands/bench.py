"""Measure the product against its floors, side by side in one run: `bin/askpro bench`."""

import platform
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from askpro.operations.bench import cast, cells, floor_schema
from askpro.operations.bench.goals import Goal, Size

_SHORT = Size(seconds=1.0, rounds=1, rivals_waves=5, flows=100, live_calls=100, live_seconds=5.0)
_FULL = Size(seconds=3.0, rounds=3, rivals_waves=40, flows=500, live_calls=1000, live_seconds=60.0)
_START, _END = "<!-- measured: begin -->", "<!-- measured: end -->"


class Command(BaseCommand):
    help = "Runs the benchmark and prints each goal with what was measured."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cells", nargs="*", help=f"which of: {', '.join(cells.CELLS)} (all)")
        parser.add_argument("--short", action="store_true", help="a minute instead of six")
        parser.add_argument(
            "--waves", type=int, help="how many waves of rivals (P11 asks for 1000)"
        )
        parser.add_argument(
            "--live-seconds", type=float, help="how long calls are live (P13 asks for 600)"
        )
        parser.add_argument(
            "--write", action="store_true", help="put the table into docs/performance.md"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("The benchmark writes rows and load: not in production.")
        unknown = set(options["cells"]) - set(cells.CELLS)
        if unknown:
            raise CommandError(f"unknown: {', '.join(unknown)}; there are {', '.join(cells.CELLS)}")
        size = _SHORT if options["short"] else _FULL
        if options["waves"]:
            size = Size(**{**vars(size), "rivals_waves": options["waves"]})
        if options["live_seconds"]:
            size = Size(**{**vars(size), "live_seconds": options["live_seconds"]})
        goals = self._measure(options["cells"] or list(cells.CELLS), size)
        if options["write"]:
            _write(goals)
        missed = [goal for goal in goals if goal.holds is False]
        self.stdout.write(
            f"\n{sum(goal.holds is True for goal in goals)} goals reached, {len(missed)} missed."
        )

    def _measure(self, names: list[str], size: Size) -> list[Goal]:
        with connections["owner"].cursor() as cursor:
            cursor.execute(floor_schema.SQL)
        tenant = cast.enter(now=timezone.now())
        goals: list[Goal] = []
        for name in names:
            self.stdout.write(f"\n{name} …")
            for goal in cells.CELLS[name](tenant, size):
                goals.append(goal)
                mark = {True: "✓", False: "✗", None: " "}[goal.holds]
                self.stdout.write(
                    f"  {mark} {goal.id:4} {goal.what}: {goal.measured}  ({goal.goal})"
                )
        return goals


def _write(goals: list[Goal]) -> None:
    path = Path(settings.BASE_DIR) / "docs" / "performance.md"
    before, _, rest = path.read_text().partition(_START)
    _, _, after = rest.partition(_END)
    rows = "\n".join(
        f"| {goal.id} | {goal.what} | {goal.goal} | {goal.measured} |"
        f" {({True: 'reached', False: 'missed', None: ''})[goal.holds]} |"
        for goal in goals
    )
    head = (
        f"Measured {date.today().isoformat()} on {platform.machine()}, Python {platform.python_version()}, two cores"  # noqa: DTZ011
        " shared by senders, servers and database.\n\n| goal | what | wanted | measured | |\n|---|---|---|---|---|\n"
    )
    path.write_text(f"{before}{_START}\n{head}{rows}\n{_END}{after}")
