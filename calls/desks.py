"""How a branch answers its telephone right now."""

from datetime import datetime

from booking import doors
from calls.models import Call, CallerRule, Desk
from tenants import rows, scope, statements
from tenants.models import Branch


def of(branch: Branch) -> Desk:
    """Return the telephone rules of a branch; without a row nobody takes over and appointments are booked."""
    found = rows.load(Desk, "tenant_id = %s AND branch_id = %s", (branch.tenant_id, branch.pk))
    return found[0] if found else Desk(tenant_id=branch.tenant_id, branch=branch)


def books_now(call: Call, *, began: datetime, now: datetime) -> bool:
    """Whether appointments are made at this hour. A call that began within the hours is served to its end."""
    if call.when_closed == Desk.WhenClosed.BOOK:
        return True
    rules = rows.load(
        Desk,
        "tenant_id = %s AND branch_id = %s AND when_closed <> 'book'",
        (call.tenant_id, call.branch_id),
    )
    if not rules:
        return True
    branch = rows.load(Branch, "tenant_id = %s AND id = %s", (call.tenant_id, call.branch_id))[0]
    return any(doors.today(branch, now=each).is_open for each in (now, began))


def turns_away(desk: Desk, number: str | None) -> CallerRule | bool:
    """Return the rule that turns a caller away, True for a withheld number that is not answered, else False."""
    if number is None:
        return not desk.answers_withheld
    beginnings = [number[:length] + "*" for length in range(2, len(number) + 1)]
    rules = rows.load(
        CallerRule,
        "tenant_id = %s AND number = ANY(%s)",
        (scope.current().tenant_id, [number, *beginnings]),
    )
    if any(rule.kind == CallerRule.Kind.ALLOW for rule in rules):
        return False
    return rules[0] if rules else False


_COUNT = """
UPDATE calls_callerrule SET turned_away = turned_away + 1, last_at = %s WHERE tenant_id = %s AND id = %s
"""


def count_turned_away(rule: CallerRule, *, now: datetime) -> None:
    """Count one more caller whom a rule kept out."""
    statements.run(_COUNT, (now, rule.tenant_id, rule.pk))
