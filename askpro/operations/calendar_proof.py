"""The proof that two diaries agree: random edits on both sides, with webhooks lost, doubled and out of order, and an API
that fails in every way; then one comparison, and a count.

It works in a business of its own, which is switched off afterwards, against the imitation of Cal.com.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from django.conf import settings

from askpro.operations import calendar_edits, calendar_upheavals, calendar_verdict
from askpro.operations.calendar_world import BY, Outcome, World, stage
from booking.calendars import deciding, hearing, reconciling, settling
from booking.models import CalendarReview
from integrations import delivery, inbox
from integrations.calendars import calcom_webhook, imitation_door
from integrations.calendars.imitation import Fired
from integrations.errors import ProviderError
from tenants import scope
from tenants.errors import Refused

# Longer than any wait between two attempts.
_LATER = timedelta(hours=2)
_MOST_ROUNDS = 40
_MOST_STEPS = 5000

Told = Callable[[int], None]


def prove(*, edits: int, seed: int, now: datetime, told: Told = lambda _: None) -> Outcome:
    """Edit both sides at random, compare once, and count. Must be called with no transaction open.

    `told` hears after each edit how many there were.
    """
    dice = random.Random(seed)  # noqa: S311 — repeatable on purpose
    random.seed(seed)  # the waits between attempts are spread by it
    outcome = Outcome()
    with stage(dice, outcome, now=now) as world:
        for number in range(1, edits + 1):
            calendar_edits.edit(world)
            _let_some_of_it_happen(world)
            told(number)
        world.has_troubles = False
        calendar_upheavals.settle_down(world)
        _come_to_rest(world)
        calendar_verdict.judge(world)
        _decide_everything(world)
        calendar_verdict.judge(world, is_decided=True)
        _look_for_echoes(world)
    return outcome


def _let_some_of_it_happen(world: World) -> None:
    dice = world.dice
    world.on_its_way += world.house.fired
    world.house.fired.clear()
    dice.shuffle(world.on_its_way)
    for _ in range(dice.randint(0, 3)):
        if not world.on_its_way:
            break
        fired = world.on_its_way.pop()
        fate = dice.random()
        if fate < 0.15:
            world.outcome.edits["webhook lost"] += 1
            continue
        if fate < 0.3:
            world.outcome.edits["webhook doubled"] += 1
            world.on_its_way.append(fired)
        _receive(world, fired)
    for _ in range(dice.randint(0, 3)):
        _carry(world)


def _receive(world: World, fired: Fired) -> None:
    """Record a webhook as the door does once its signature was verified."""
    body, headers = imitation_door.webhook(fired, world.house)
    secret = calcom_webhook.secret_of(world.tenant_id, secret=settings.CALCOM_WEBHOOK_SECRET)
    if not calcom_webhook.is_signed(body, headers["X-Cal-Signature-256"], secrets=[secret]):
        raise AssertionError("the imitation signs with another secret")
    outside = calcom_webhook.envelope_of(body, business=world.tenant_id)
    inbox.record("calcom", key=outside.key, kind=outside.kind, body=body, external_id=outside.about)


def _carry(world: World) -> bool:
    moment = max(world.now, datetime.now(UTC))
    is_out = delivery.deliver_next(moment)
    is_folded = settling.settle_next(now=world.now)
    is_in = inbox.apply_next("calcom", partial(hearing.apply, now=world.now), now=moment)
    return is_out or is_folded or is_in


def _come_to_rest(world: World) -> None:
    """Compare, carry everything, and wait for what waits, until nothing happens any more."""
    world.on_its_way.clear()  # what was not delivered by now is lost
    for _ in range(_MOST_ROUNDS):
        world.now += _LATER
        if not _carry_all(world):
            break
        for fired in world.house.fired:
            _receive(world, fired)
        world.house.fired.clear()
        try:
            report = reconciling.sync(world.tenant_id, now=world.now)
        except ProviderError:
            continue
        rested = report is not None and not report.changed and not report.told
        if not _carry(world) and rested and not world.house.fired:
            return
    world.outcome.disagreements.append("they never came to rest")


def _carry_all(world: World) -> bool:
    """Carry what waits; tell whether there was an end of it."""
    return any(not _carry(world) for _ in range(_MOST_STEPS))


def _decide_everything(world: World) -> None:
    """Let a person decide each conflict: at random, and where one side is impossible, for the other."""
    for _ in range(_MOST_ROUNDS):
        with scope.tenant(world.tenant_id):
            reviews = list(CalendarReview.objects.filter(resolved_at=None).order_by("pk"))
        if not reviews:
            return
        world.outcome.shown += len(reviews)
        for review in reviews:
            world.may_write += 2
            with scope.tenant(world.tenant_id):
                _decide(world, review)
        _come_to_rest(world)


def _decide(world: World, review: CalendarReview) -> None:
    if world.dice.random() < 0.5:
        try:
            deciding.take_theirs(review, by=BY, now=world.now)
        except Refused:
            deciding.keep_ours(review, by=BY, now=world.now)
    else:
        deciding.keep_ours(review, by=BY, now=world.now)


def _look_for_echoes(world: World) -> None:
    """At rest nothing may be answered with anything: an echo would show as a change, a booking or a request."""
    before = calendar_verdict.counted(world)
    _come_to_rest(world)
    after = calendar_verdict.counted(world)
    world.outcome.echoes += sum(abs(a - b) for a, b in zip(after, before, strict=True))
