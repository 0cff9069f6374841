"""Make the three demo businesses, or find them as they are."""

import os
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from askpro.operations import demo


class Command(BaseCommand):
    help = "Make three demo businesses (salon, practice, consultancy). Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        seeded = demo.seed(
            now=timezone.now(),
            email=os.environ.get("ASKPRO_ADMIN_EMAIL", ""),
            password=os.environ.get("ASKPRO_ADMIN_PASSWORD", ""),
        )
        for each in seeded:
            self.stdout.write(
                f"{each.name}: {each.number}, {each.services} services, {each.staff} staff, "
                f"{each.customers} customers, {each.appointments} appointments"
                f"{'' if each.is_new else ' (as before)'}"
            )
