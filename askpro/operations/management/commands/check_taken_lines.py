"""Compare what is kept for the search with the appointments, and draw it again where it is wrong."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from booking import bitmaps
from tenants import directory, scope


class Command(BaseCommand):
    help = "Compare the lines of taken time, from which free times are searched, with the appointments."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rebuild", action="store_true", help="draw those that are wrong again"
        )

    def handle(self, *args: Any, rebuild: bool, **options: Any) -> None:
        wrong = 0
        for tenant_id in directory.active_tenants():
            with scope.tenant(tenant_id):
                found = bitmaps.differences()
                wrong += len(found)
                for each in found:
                    self.stdout.write(
                        f"{tenant_id}: person {each.staff_member_id}, line {each.number}"
                    )
                if found and rebuild:
                    bitmaps.rebuild()
        if wrong and not rebuild:
            raise CommandError(
                f"{wrong} lines are not what the appointments say; --rebuild draws them again."
            )
        self.stdout.write(
            f"{wrong} lines drawn again." if wrong else "All lines agree with the appointments."
        )
