"""Looking after a call that is over: recover what fell through, audit what was promised, decide the outcome.

The row is the queue: whatever folds an event into a call that is over sets `settle_at`; the courier comes at once, and
a sweep after it. Looking twice changes nothing.
"""

from datetime import datetime, timedelta

import structlog

from calls import auditor, outcomes, recordings, recovery
from calls.findings import Finding, Trouble
from calls.models import Call
from calls.recovery import Result
from tenants import alerts, scope, statements

log = structlog.get_logger("askpro.aftercare")
BROKEN_PROMISE = "broken_promise"
# A call that cannot be looked after is tried again, not at once: it must not keep the others waiting.
_AGAIN_AFTER = timedelta(minutes=5)
_NEXT = "SELECT tenant_id, id FROM calls_next_to_settle(%s, %s)"
_SAID = {
    Trouble.PHANTOM_BOOKING: "Termin zugesagt, aber nicht gebucht",
    Trouble.PHANTOM_CHANGE: "Änderung zugesagt, aber nicht gemacht",
    Trouble.PHANTOM_CALLBACK: "Rückruf zugesagt, aber nicht notiert",
    Trouble.WRONG_TIME: "Andere Zeit gesagt als gebucht",
    Trouble.WRONG_SERVICE: "Andere Leistung gesagt als gebucht",
    Trouble.WRONG_PERSON: "Andere Person gesagt als gebucht",
    Trouble.UNSPOKEN_FAILURE: "Fehlschlag nicht gesagt",
}


def settle_next(*, now: datetime) -> bool:
    """Look after the call that waits longest; tell whether there was one. Must be called with no scope open."""
    row = statements.run(_NEXT, (now, now + _AGAIN_AFTER)).fetchone()
    if row is None:
        return False
    try:
        with scope.tenant(row[0]):
            call = Call.objects.select_for_update(of=("self",)).get(pk=row[1])
            settle(call, now=now)
    except Exception as error:
        # Its turn comes again in five minutes; whatever is wrong with one call is no reason to stop.
        log.exception("call_not_settled", call=row[1], error=type(error).__name__)
    return True


def settle(call: Call, *, now: datetime) -> tuple[Finding, ...]:
    """Recover, audit and decide; return what was promised and is not true."""
    promised = auditor.look_at(call)
    result = recovery.recover(call, promised, now=now)
    findings = auditor.look_at(call) if result == Result.BOOKED else promised
    if findings:
        _tell(call, findings, now=now)
    call.findings = [
        {"trouble": str(each.trouble), "quote": each.quote[:500], "detail": each.detail[:200]}
        for each in findings
    ]
    recordings.note(call, now=now)
    call.outcome, call.outcome_reason = outcomes.decide(call)
    call.settle_at = None
    call.save(update_fields=["findings", "outcome", "outcome_reason", "settle_at", "updated_at"])
    log.info("call_settled", call=call.pk, recovery=str(result), findings=len(findings))
    return findings


def _tell(call: Call, findings: tuple[Finding, ...], *, now: datetime) -> None:
    """Raise one alert for the call and have somebody call back, so that the caller hears what is true."""
    known = {each.get("trouble") for each in call.findings if isinstance(each, dict)}
    fresh = [each for each in findings if str(each.trouble) not in known]
    if not fresh:
        return
    alerts.raise_alert(
        BROKEN_PROMISE,
        tenant_id=call.tenant_id,
        about=str(call.pk),
        now=now,
        troubles=[str(each.trouble) for each in findings],
    )
    said = "; ".join(f"{_SAID[each.trouble]}: „{each.quote[:120]}“" for each in fresh)
    reason = f"Bitte richtigstellen. {said}. {recovery.wish_of(call)}."
    recovery.ask_to_call_back(call, reason=reason, now=now)
