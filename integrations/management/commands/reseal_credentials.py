"""Seal all stored credentials under the first of `FIELD_KEYS`, so that older keys can be removed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations import credentials, sealing
from integrations.models import Credential
from tenants import scope


class Command(BaseCommand):
    help = "Seal all stored credentials under the first of FIELD_KEYS; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        done, broken = 0, []
        with scope.platform():
            rows = Credential.objects.select_for_update(of=("self",)).order_by("id")
            total = rows.count()
            for credential in rows.iterator(chunk_size=500):
                try:
                    done += credentials.reseal(credential)
                except sealing.SealBroken:
                    broken.append(str(credential.pk))
        self.stdout.write(
            f"{total} credentials, {done} sealed anew, {len(broken)} cannot be opened"
        )
        if broken:
            raise CommandError(f"cannot be opened with any of FIELD_KEYS: {', '.join(broken)}")
