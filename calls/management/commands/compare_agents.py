"""Compare the published voice agents with the platform, and say what differs. Nothing is changed there."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from calls.agents import comparing
from integrations.voice.numbers import e164
from tenants import directory


class Command(BaseCommand):
    help = "Vergleicht die veröffentlichten Sprachagenten mit der Plattform; ändert dort nichts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", nargs="?", help="nur der Betrieb zu dieser Rufnummer, +4930…")

    def handle(self, *args: Any, **options: Any) -> None:
        different = 0
        for tenant_id in _tenants(options["number"]):
            for each in comparing.compare(tenant_id, now=timezone.now()):
                self.stdout.write(_told(each))
                different += bool(each.differences or each.error)
        if different:
            raise CommandError(f"{different} Agenten weichen ab oder waren nicht zu vergleichen.")
        self.stdout.write("Die Plattform hat, was veröffentlicht wurde.")


def _tenants(number: str | None) -> list[UUID]:
    if number is None:
        return list(directory.active_tenants())
    line = directory.line_for(e164(number) or "")
    if line is None:
        raise CommandError("Diese Nummer gehört zu keiner aktiven Filiale.")
    return [line.tenant_id]


def _told(found: comparing.Comparison) -> str:
    said = found.error or ", ".join(found.differences) or "wie veröffentlicht"
    return f"{found.agent_id}: {said}"
