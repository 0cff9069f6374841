"""Connect a business with its account at Cal.com: team, people, event types, webhooks. Run again it mends."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from booking.calendars import connecting
from integrations import credentials
from integrations.errors import ProviderError
from tenants import actors, scope
from tenants.errors import Refused
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Connect a business with Cal.com. Its key is stored before, or given in CALCOM_KEY of the environment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name of the business")
        parser.add_argument(
            "--personal", action="store_true", help="without a team: the account of one person"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with scope.platform():
            tenant = Tenant.objects.filter(slug=options["slug"], is_active=True).first()
        if tenant is None:
            raise CommandError(f"no active business is called {options['slug']}")
        by, now = actors.system("connect_calcom"), timezone.now()
        key = os.environ.get("CALCOM_KEY", "")
        try:
            if key:
                with scope.tenant(tenant):
                    credentials.store(tenant.pk, provider="calcom", secret=key, by=by, now=now)
            report = connecting.connect(tenant.pk, is_personal=options["personal"], by=by, now=now)
        except (ProviderError, Refused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{tenant.slug}: account {report.owner}, team {report.team_id or '-'}")
        for title, lines in (
            ("made", report.made),
            ("nobody there for", report.missing_hosts),
            ("deviates", report.drift),
            ("not bookable there", report.unmapped),
        ):
            for line in lines:
                self.stdout.write(f"  {title}: {line}")
