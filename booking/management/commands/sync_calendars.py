"""Compare diaries with calendars, list the differences, and repair what can be repaired without a person."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from booking.calendars import reconciling
from integrations.errors import ProviderError
from tenants import directory, scope
from tenants.models import Tenant


class Command(BaseCommand):
    help = (
        "Compare both sides of one business (its short name) or of all; what disagrees is listed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="?", help="short name of the business; without: all")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = dict.fromkeys(directory.active_tenants(), "")
        with scope.platform():
            names = dict(Tenant.objects.filter(pk__in=tenants).values_list("pk", "slug"))
        wanted = {pk: slug for pk, slug in names.items() if options["slug"] in (None, slug)}
        if options["slug"] and not wanted:
            raise CommandError(f"no active business is called {options['slug']}")
        failed = [slug for pk, slug in wanted.items() if not self._sync(pk, slug)]
        if failed:
            raise CommandError(f"not compared: {', '.join(failed)}")

    def _sync(self, tenant_id: Any, slug: str) -> bool:
        try:
            report = reconciling.sync(tenant_id, now=timezone.now())
        except ProviderError as error:
            self.stderr.write(f"{slug}: {error}")
            return False
        if report is None:
            return True
        self.stdout.write(
            f"{slug}: {report.seen} seen, {report.changed} folded in, {report.told} told, "
            f"{report.lost_there} gone there, {report.conflicts} to decide"
        )
        for line in (*report.differences, *report.drift, *report.unmapped):
            self.stdout.write(f"  {line}")
        return True
