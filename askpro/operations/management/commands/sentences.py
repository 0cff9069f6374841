"""Bring the translations up to date with the code."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from askpro.operations import sentences


class Command(BaseCommand):
    help = "Sammelt die Sätze aus dem Code in locale/de, übersetzt wird von Hand; danach wird übersetzt abgelegt (.mo)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="nur prüfen, nichts schreiben")

    def handle(self, **options: Any) -> None:
        po = Path(settings.LOCALE_PATHS[0]) / "de" / "LC_MESSAGES" / "django.po"
        catalogue = sentences.merge(sentences.collect(Path(settings.BASE_DIR)), sentences.read(po))
        missing = [sentence.text for sentence, entry in catalogue.items() if not entry.is_said]
        if not options["check"]:
            sentences.write(po, catalogue)
            po.with_suffix(".mo").write_bytes(sentences.compiled(catalogue))
        for text in missing:
            self.stderr.write(text)
        if missing:
            raise CommandError(f"{len(missing)} von {len(catalogue)} Sätzen fehlen auf Deutsch.")
        self.stdout.write(f"{len(catalogue)} Sätze, alle auf Deutsch.")
