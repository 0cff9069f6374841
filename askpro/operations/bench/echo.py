"""A task that only tells when it began; the benchmark's worker includes it."""

import time

from celery import shared_task

from integrations import bell

STARTS = "askpro:bench:starts"


@shared_task
def tell_start(*, sent_at: float) -> None:
    bell.client().rpush(STARTS, time.time() - sent_at)
