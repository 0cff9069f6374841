"""Bring in calls that no webhook told us of: from a file, or from the platform."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from calls import imports, refresh
from integrations.voice.numbers import e164
from tenants import actors, directory, scope


class Command(BaseCommand):
    help = "Holt Anrufe nach: aus einer CSV-Datei oder von der Sprachplattform. Doppelte gibt es nicht."

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--csv", type=Path, help=f"Spalten: {', '.join(imports.COLUMNS)}")
        source.add_argument("--days", type=int, help="fragt die Plattform so viele Tage zurück")
        parser.add_argument("--to", help="eine Nummer des Betriebs (nur mit --csv)")
        parser.add_argument("--rehearse", action="store_true", help="schreibt nichts (nur --csv)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["csv"] is None:
            self._pull(timedelta(days=options["days"]), now=now)
            return
        line = directory.line_for(e164(options["to"] or "") or "")
        if line is None:
            raise CommandError("Mit --csv gehört --to: eine aktive Nummer des Betriebs.")
        self._read(options["csv"], line.tenant_id, is_rehearsal=options["rehearse"], now=now)

    def _pull(self, back: timedelta, *, now: datetime) -> None:
        found = refresh.look_back(since=now - back, until=now)
        self.stdout.write(f"{found.seen} Anrufe dort, {found.fetched} geholt.")
        if found.failed:
            raise CommandError(f"{found.failed} Fragen hat die Plattform nicht beantwortet.")

    def _text(self, content: bytes) -> str:
        """Return the text of a file, and say so where it is not the usual encoding."""
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.stdout.write("Kein UTF-8: als Windows-1252 gelesen, wie Excel es schreibt.")
            return content.decode("cp1252", errors="replace")

    def _read(self, path: Path, tenant_id: UUID, *, is_rehearsal: bool, now: datetime) -> None:
        try:
            text = self._text(path.read_bytes())
            with scope.tenant(tenant_id):
                done = imports.read_csv(
                    text,
                    tenant_id=tenant_id,
                    by=actors.system("import_calls"),
                    now=now,
                    is_rehearsal=is_rehearsal,
                )
        except OSError as error:
            raise CommandError(f"{path} ist nicht lesbar: {error}") from error
        except ValueError as error:
            raise CommandError(f"Es fehlen Spalten: {error}") from error
        for number, reason in done.errors:
            self.stderr.write(f"Zeile {number}: {reason}")
        verb = "wären neu" if is_rehearsal else "neu"
        self.stdout.write(f"{done.new} {verb}, {done.known} schon da, {len(done.errors)} unlesbar.")
