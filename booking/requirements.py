"""What a service needs beside a person. Each requirement is met by resources of its own."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from booking import timeline
from booking.models import Requirement
from booking.periods import instant_of
from booking.rulers import Ruler
from booking.searching import Search, Seeker, counting
from tenants import statements


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Which resources each requirement accepts, and when each of them is taken: lines as in the diaries."""

    all_of: list[list[int]]
    any_of: list[list[int]]
    taken: dict[int, int]
    size: int
    # What the seats of a session share.
    shared: dict[int, set[int]] = field(default_factory=dict)

    def met(self, length: int) -> int:
        """Return the line of minutes from which all requirements are met for `length` minutes."""
        if self.cannot_be_met:
            return 0
        free = {
            each: timeline.runs(timeline.full(self.size) ^ line, length)
            for each, line in self.taken.items()
        }
        line = timeline.full(self.size)
        for each in self._fixed:
            line &= free[each]
        # As Hall said: everybody gets something of their own when any few of them have as many to choose from.
        fixed = set(self._fixed)
        for count in range(1, len(self.any_of) + 1):
            for some in itertools.combinations(self.any_of, count):
                choice = sorted(set(itertools.chain.from_iterable(some)) - fixed)
                line &= _at_least(count, (free[each] for each in choice))
        return line

    def joining(self, session_id: int, span: int) -> "Needs":
        """Return the needs of one more in a session: what the others have in its span is theirs as well."""
        ours = self.shared.get(session_id, set())
        return replace(
            self,
            taken={
                each: line & ~span if each in ours else line for each, line in self.taken.items()
            },
        )

    @property
    def cannot_be_met(self) -> bool:
        """Whether a branch lacks what is needed, or two requirements insist on the same resource."""
        empty = not all(self.all_of) or not all(self.any_of)
        return empty or len(self._fixed) > len(set(self._fixed))

    def taken_between(self, start: int, end: int) -> list[int]:
        """Return the resources that are not free for a whole span, in order."""
        wanted = timeline.between(start, end)
        return sorted(each for each, line in self.taken.items() if line & wanted)

    @property
    def _fixed(self) -> list[int]:
        return list(itertools.chain.from_iterable(self.all_of))


_NEEDS = """
SELECT q.id, q.mode, r.id, u.packed, u.sessions
FROM booking_requirement q
LEFT JOIN booking_requirementresource o ON o.tenant_id = q.tenant_id AND o.requirement_id = q.id
LEFT JOIN booking_resource r ON r.tenant_id = o.tenant_id AND r.id = o.resource_id
  AND r.is_active AND r.branch_id = %(branch)s
LEFT JOIN LATERAL (
  SELECT string_agg(
    int4send((date_part('epoch', u.blocked_from) / 60)::int)
    || int4send((date_part('epoch', u.blocked_until) / 60)::int), '') AS packed,
    array_agg(u.session_number) FILTER (WHERE u.session_number IS NOT NULL) AS sessions
  FROM booking_resourceuse u JOIN booking_appointment a ON a.tenant_id = u.tenant_id AND a.id = u.appointment_id
  WHERE u.tenant_id = %(tenant)s AND u.resource_id = r.id
    AND tstzrange(u.blocked_from, u.blocked_until, '[)') && tstzrange(%(from)s, %(until)s, '[)')
"""
_OF_SERVICE = """) u ON true
WHERE q.tenant_id = %(tenant)s AND q.service_id = %(service)s
ORDER BY q.id, r.id
"""


def read(search: Search, who: Seeker, rulers: Sequence[Ruler]) -> list[Needs]:
    """Read the requirements of the service and when the resources of the branch are taken, along each ruler."""
    rows = statements.run(
        _NEEDS + counting(who) + _OF_SERVICE,
        {
            "tenant": search.branch.tenant_id,
            "service": search.service.pk,
            "branch": search.branch.pk,
            "from": instant_of(min(ruler.base for ruler in rulers)),
            "until": instant_of(max(ruler.end for ruler in rulers)),
            **who._asdict(),
        },
        is_binary=True,
    ).fetchall()
    modes: dict[int, str] = {}
    accepted: dict[int, list[int]] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    shared: dict[int, set[int]] = {}
    for requirement, mode, resource, packed, sessions in rows:
        modes[requirement] = mode
        some = accepted.setdefault(requirement, [])
        if resource is not None:
            some.append(resource)
            taken[resource] = list(timeline.unpack(packed))
            for session in sessions or ():
                shared.setdefault(session, set()).add(resource)
    return [
        Needs(
            all_of=[some for each, some in accepted.items() if modes[each] == Requirement.Mode.ALL],
            any_of=[some for each, some in accepted.items() if modes[each] == Requirement.Mode.ANY],
            taken={resource: ruler.draw_around(spans) for resource, spans in taken.items()},
            size=ruler.size,
            shared=shared,
        )
        for ruler in rulers
    ]


def _at_least(count: int, lines: Iterable[int]) -> int:
    """Return the minutes at which at least `count` of these lines are ones."""
    have = [-1] + [0] * count  # have[n]: the minutes at which n of the lines so far are ones
    for line in lines:
        for number in range(count, 0, -1):
            have[number] |= have[number - 1] & line
    return have[count]
