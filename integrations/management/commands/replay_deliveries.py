"""Put recorded deliveries back to the waiting ones, so that the worker applies them again."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations import inbox
from integrations.models import Delivery
from tenants import scope


class Command(BaseCommand):
    help = "Apply recorded deliveries again: by number, or all in a state."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("numbers", nargs="*", type=int, help="numbers of deliveries")
        parser.add_argument("--state", choices=Delivery.State.values, help="all in this state")
        parser.add_argument("--provider", help="only of this provider")
        parser.add_argument("--since", help="only received since, e.g. 2026-11-21T08:00 (UTC)")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["numbers"] and not options["state"]:
            raise CommandError("say which: numbers of deliveries, or --state")
        now = timezone.now()
        with scope.platform():
            deliveries = list(_chosen(options).select_for_update(of=("self",)))
            for delivery in deliveries:
                self.stdout.write(_line(delivery))
            if not options["dry_run"]:
                inbox.replay(deliveries, now=now)
        missing = sorted(set(options["numbers"]) - {delivery.pk for delivery in deliveries})
        verb = "would be replayed" if options["dry_run"] else "will be applied again"
        self.stdout.write(f"{len(deliveries)} deliveries {verb}")
        if missing:
            raise CommandError(f"not found, or forgotten by now: {', '.join(map(str, missing))}")


def _chosen(options: dict[str, Any]) -> QuerySet[Delivery]:
    # A body whose time is over cannot be applied any more.
    deliveries = Delivery.objects.exclude(body=b"").defer("body").order_by("id")
    if options["numbers"]:
        deliveries = deliveries.filter(pk__in=options["numbers"])
    if options["state"]:
        deliveries = deliveries.filter(state=options["state"])
    if options["provider"]:
        deliveries = deliveries.filter(provider=options["provider"])
    if options["since"]:
        deliveries = deliveries.filter(created_at__gte=_instant(options["since"]))
    return deliveries


def _instant(text: str) -> datetime:
    try:
        instant = parse_datetime(text) or parse_datetime(f"{text}T00:00")
    except ValueError:
        instant = None
    if instant is None:
        raise CommandError(f"not a time: {text}")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _line(delivery: Delivery) -> str:
    received = delivery.created_at.isoformat(timespec="seconds")
    return f"{delivery.pk} {received} {delivery.provider} {delivery.kind} was {delivery.state}"
