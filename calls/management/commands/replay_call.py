"""Answer the questions of a stored call once more and compare; nothing is changed."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from calls import replaying
from calls.models import Call
from calls.replaying import Step
from tenants import scope


class Command(BaseCommand):
    help = (
        "Beantwortet die Fragen eines Anrufs noch einmal, wie sie damals standen, und vergleicht."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, help="unsere Nummer des Anrufs")

    def handle(self, *args: Any, **options: Any) -> None:
        with scope.platform():
            found = Call.objects.filter(pk=options["number"]).values_list("tenant_id").first()
        if found is None:
            raise CommandError("Diesen Anruf gibt es nicht.")
        with scope.tenant(found[0]):
            steps = replaying.replay(Call.objects.get(pk=options["number"]))
        for step in steps:
            self._tell(step)
        differing = sum(not step.is_same for step in steps)
        if differing:
            raise CommandError(f"{differing} von {len(steps)} Antworten sind heute andere.")
        self.stdout.write(f"{len(steps)} Antworten, alle gleich.")

    def _tell(self, step: Step) -> None:
        mark = "=" if step.is_same else "≠"
        version = "" if step.same_rules else " (andere Regeln)"
        self.stdout.write(
            f"{mark} {step.at:%Y-%m-%d %H:%M:%S} {step.tool}: {step.before.get('state', '')}{version}"
        )
        if not step.is_same:
            for name, content in (("damals", step.before), ("heute", step.after)):
                self.stdout.write(f"    {name}: {json.dumps(content, ensure_ascii=False)}")
