"""Saying why a start cannot be booked: the rule, a sentence for people, and the rows that stand in the way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext, gettext_noop

from booking import evidence, hours, rules, timeline
from booking.diaries import Days
from booking.evidence import BRANCH, Evidence
from booking.periods import minute_of
from booking.searching import Search, Seeker

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, kw_only=True)
class Reason:
    """The first rule that blocks a start for one person, None when it is free.

    `facts` are the rows and numbers behind it: `appointment_ids`, `hold_ids`, `time_off_ids`, `working_hours_ids`,
    `special_hours_ids`, `resource_ids`, `session_id`, `seats_left`, `holiday`, `day`, `limit` and `limit_name`.
    """

    staff_member_id: int
    staff_name: str
    rule: str | None
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_free(self) -> bool:
        return self.rule is None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What the rules say to a start: to each person, and to all of them together (the rule nearest to a yes)."""

    starts_at: datetime
    rule: str | None
    sentence: str
    facts: Mapping[str, Any]
    people: tuple[Reason, ...]

    @property
    def is_free(self) -> bool:
        return self.rule is None


FREE = gettext_noop("This time is free.")
SENTENCES = {
    rules.INACTIVE: gettext_noop("This service, branch or person is switched off."),
    rules.NOT_OFFERED: gettext_noop("This service is not offered by this person at this time."),
    rules.PAST: gettext_noop("This time has passed."),
    rules.TOO_SOON: gettext_noop("This time is too soon to be booked."),
    rules.BEYOND_HORIZON: gettext_noop("This time is too far ahead to be booked."),
    rules.OFF_GRID: gettext_noop("Appointments do not begin at this minute."),
    rules.CLOSED: gettext_noop("The branch is closed at this time."),
    rules.HOLIDAY: gettext_noop("The branch is closed on a public holiday."),
    rules.SPECIAL_DAY: gettext_noop("The branch has other hours on this day."),
    rules.OFF_HOURS: gettext_noop("The staff member does not work at this time."),
    rules.TIME_OFF: gettext_noop("The staff member is away at this time."),
    rules.DAY_FULL: gettext_noop("As many of these appointments as possible a day are booked."),
    rules.STAFF_DAY_FULL: gettext_noop(
        "The staff member has no more appointments to give that day."
    ),
    rules.CUSTOMER_LIMIT: gettext_noop(
        "The customer has as many of these appointments as allowed."
    ),
    rules.RESOURCE_TAKEN: gettext_noop("A room or device that is needed is not free at this time."),
    rules.SESSION_FULL: gettext_noop("There are not enough seats left."),
    rules.TAKEN: gettext_noop("This time is no longer available."),
}


def explain(
    search: Search,
    who: Seeker,
    days: Days | None,
    starts_at: datetime,
    *,
    rule: str | None,
    people: Iterable[tuple[int, str, str | None]],
) -> Explanation:
    """Return the explanation of a start, given the rule for each (person, name); `days` is None without a diary."""
    scene = _Scene(search=search, who=who, days=days, minute=minute_of(starts_at))
    reasons = tuple(
        Reason(
            staff_member_id=person,
            staff_name=name,
            rule=blocking,
            sentence=_sentence(blocking, facts),
            facts=facts,
        )
        for person, name, blocking in people
        for facts in [scene.facts(person, blocking)]
    )
    facts = next((each.facts for each in reasons if each.rule == rule), {})
    return Explanation(
        starts_at=starts_at,
        rule=rule,
        sentence=_sentence(rule, facts),
        facts=facts,
        people=reasons,
    )


def _sentence(rule: str | None, facts: Mapping[str, Any]) -> str:
    if facts.get("holiday"):
        return gettext("The branch is closed: %(holiday)s.") % facts
    return gettext(SENTENCES[rule] if rule else FREE)


@dataclass(frozen=True, kw_only=True)
class _Scene:
    """One start in the diaries, to be asked what stands in its way."""

    search: Search
    who: Seeker
    days: Days | None
    minute: int

    @cached_property
    def evidence(self) -> Evidence:
        """The rows behind everybody's reasons, read once, and only when somebody's reason is a row."""
        assert self.days is not None  # without days no reason is a row
        return evidence.read(self.search, self.who, self.days, self.minute)

    def facts(self, person: int, rule: str | None) -> dict[str, Any]:
        of_clock = self._clock(rule)
        if of_clock is not None:
            return of_clock
        behind: dict[str, Callable[[Days, int], dict[str, Any]]] = {
            rules.CLOSED: self._closed,
            rules.HOLIDAY: self._holiday,
            rules.SPECIAL_DAY: self._special_day,
            rules.OFF_HOURS: self._off_hours,
            rules.TIME_OFF: self._time_off,
            rules.DAY_FULL: self._limit,
            rules.STAFF_DAY_FULL: self._limit,
            rules.CUSTOMER_LIMIT: self._limit,
            rules.RESOURCE_TAKEN: self._resources,
            rules.SESSION_FULL: self._session,
            rules.TAKEN: self._taken,
        }
        if self.days is None or rule not in behind:
            return {}
        index = next(i for i, each in enumerate(self.days.people) if each.id == person)
        return behind[rule](self.days, index)

    def _clock(self, rule: str | None) -> dict[str, Any] | None:
        service = self.search.service
        limits = {
            rules.TOO_SOON: ("min_notice_minutes", service.min_notice_minutes),
            rules.BEYOND_HORIZON: ("horizon_days", service.horizon_days),
            rules.OFF_GRID: ("step_minutes", service.step_minutes),
        }
        if rule not in limits:
            return None
        name, number = limits[rule]
        return {"limit_name": name, "limit": number}

    def _decided(self, days: Days, index: int) -> tuple[int, int]:
        """Return the first closed minute and the day that decides about it."""
        closed_at = days.first_closed(index, self.minute)
        assert closed_at is not None  # the rule says so
        return closed_at, hours.why_closed(days.team.opening, closed_at)[1]

    def _closed(self, days: Days, index: int) -> dict[str, Any]:
        closed_at, day = self._decided(days, index)
        shut = self.evidence.away(BRANCH, closed_at)
        if shut:
            return {"time_off_ids": shut}
        return {"working_hours_ids": self.evidence.weekly(BRANCH, day)}

    def _holiday(self, days: Days, index: int) -> dict[str, Any]:
        closed_at, day = self._decided(days, index)
        return {
            "holiday": hours.holiday_on(days.team.opening, day, closed_at),
            "day": _date(day),
        }

    def _special_day(self, days: Days, index: int) -> dict[str, Any]:
        day = self._decided(days, index)[1]
        return {"special_hours_ids": self.evidence.special(BRANCH, day), "day": _date(day)}

    def _off_hours(self, days: Days, index: int) -> dict[str, Any]:
        missing = days.wanted(index, self.minute) & ~days.at_work(index)
        day = days.day_of(days.minute_at(timeline.lowest(missing)))
        person = days.people[index].id
        special = self.evidence.special(person, day)
        if special:
            return {"special_hours_ids": special, "day": _date(day)}
        return {"working_hours_ids": self.evidence.weekly(person, day)}

    def _time_off(self, days: Days, index: int) -> dict[str, Any]:
        at = days.minute_at(timeline.lowest(days.worked(index, self.minute) & days.off[index]))
        return {"time_off_ids": self.evidence.away(days.people[index].id, at)}

    def _limit(self, days: Days, index: int) -> dict[str, Any]:
        day, limits = days.day_of(self.minute), days.limits
        reached = (
            limits.service.get(day)
            or limits.staff.get(days.people[index].id, {}).get(day)
            or limits.customer[day]
        )
        return {"limit_name": reached.name, "limit": reached.number, "day": _date(day)}

    def _resources(self, days: Days, index: int) -> dict[str, Any]:
        assert days.needs is not None  # the rule says so
        start = days.place(self.minute)
        end = start + days.parts[index].total
        return {"resource_ids": days.needs.taken_between(start, end)}

    def _session(self, days: Days, index: int) -> dict[str, Any]:
        session = days.standing.get(days.people[index].id, {}).get(self.minute)
        if session is None:
            return {"seats_left": self.search.service.seats}
        return {"session_id": session.id, "seats_left": session.seats_left}

    def _taken(self, days: Days, index: int) -> dict[str, Any]:
        worked = days.worked(index, self.minute)
        found = [
            row
            for row, spans in self.evidence.taken(days.people[index].id)
            if days.ruler.draw(spans) & worked
        ]
        return {
            "appointment_ids": [
                *(row.id for row in found if not row.is_hold),
                *days.others_at(index, self.minute),
            ],
            "hold_ids": [row.id for row in found if row.is_hold],
        }


def _date(day: int) -> date:
    return date.fromordinal(day + _EPOCH)
