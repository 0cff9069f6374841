"""Which service and which person somebody means. Several could be meant: ask. Nobody is: say so. No guess, no default."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import orjson

from booking import editions, meaning, people, wording
from booking.meaning import Match as Match
from booking.meaning import State as State
from booking.models import Service, StaffMember
from tenants import rows, scope, statements
from tenants.models import Branch

_Row = TypeVar("_Row")


class _Somebody(Protocol):
    """A person as far as names go."""

    @property
    def name(self) -> str: ...

    @property
    def pk(self) -> int: ...


_Person = TypeVar("_Person", bound=_Somebody)


def offered_by_phone() -> list[Service]:
    """Return the active services of the active business that may be booked on the telephone, by name."""
    return rows.load(
        Service,
        "tenant_id = %s AND is_active AND is_bookable_by_phone ORDER BY name, id",
        (scope.current().tenant_id,),
    )


# Services by name, each with its other names, and the branch: all that a wish is compared with, in one answer.
_MENU = f"""
SELECT
  (SELECT row_to_json(b)::text FROM tenants_branch b
   WHERE b.tenant_id = o.tenant_id AND b.id = o.branch_id),
  (SELECT coalesce(json_agg(json_build_object(
     'service', s,
     'also', (SELECT json_agg(a.alias ORDER BY a.id) FROM booking_servicealias a
              WHERE a.tenant_id = o.tenant_id AND a.service_id = s.id)
   ) ORDER BY s.name, s.id), '[]')::text
   FROM booking_service s
   WHERE s.tenant_id = o.tenant_id AND s.is_active AND s.is_bookable_by_phone),
  {editions.EDITION_OF.format(tenant="o.tenant_id")}
FROM (VALUES (%s::uuid, %s::bigint)) o(tenant_id, branch_id)
"""  # noqa: S608 — our own words
_menus: "editions.Memory[Menu]" = editions.Memory(most=512)


@dataclass(frozen=True, kw_only=True)
class Menu:
    """What can be booked on the telephone, as the database told it."""

    branch_json: str | None
    services_json: str
    edition: str | None

    @property
    def branch(self) -> Branch:
        """The branch that was asked for."""
        return rows.from_json(Branch, orjson.loads(self.branch_json or ""))

    def match(self, said: str) -> Match[Service]:
        """Return the service that is meant, by its name or another name it is known by.

        Where nothing was said ("einen Termin bitte"), the only service is meant if there is only one.
        """
        state, found, candidates = _meant(said, self.services_json)
        listed = _listed(self.services_json)
        made = {
            index: rows.from_json(Service, listed[index]["service"])
            for index in {*candidates, *([] if found is None else [found])}
        }
        return Match(
            state=state,
            found=None if found is None else made[found],
            candidates=tuple(made[index] for index in candidates),
        )


def menu(branch_id: int | None = None, *, edition: str | None = None) -> Menu:
    """Read what the active business offers on the telephone, and one of its branches; an edition may be remembered."""
    asked = (scope.current().tenant_id, branch_id)
    known = None if edition is None else _menus.get((edition, *asked))
    if known is not None:
        return known
    branch, services, read = statements.run(_MENU, asked).fetchall()[0]
    found = Menu(branch_json=branch, services_json=services, edition=read)
    if read is not None:
        _menus.keep((read, *asked), found)
    return found


def team_of(service: Service, branch: Branch) -> set[int]:
    """Return the ids of everybody who offers a service in a branch."""
    people = StaffMember.objects.filter(branch=branch, is_active=True, skills__service=service)
    return set(people.values_list("pk", flat=True))


def match_service(said: str) -> Match[Service]:
    """Return the active service that is meant on the telephone (`Menu.match`)."""
    return menu().match(said)


_CHOSEN = f"""
SELECT row_to_json(s)::text, row_to_json(p)::text, row_to_json(b)::text,
  {editions.EDITION_OF.format(tenant="%(tenant)s")}
FROM booking_service s, booking_staffmember p, tenants_branch b
WHERE s.tenant_id = %(tenant)s AND s.id = %(service)s AND s.is_active
  AND p.tenant_id = %(tenant)s AND p.id = %(person)s AND p.is_active
  AND b.tenant_id = %(tenant)s AND b.id = %(branch)s
"""  # noqa: S608 — our own words
_chosen: editions.Memory[tuple[str, str, str]] = editions.Memory(most=2048)


def chosen(
    *, service_id: int, staff_member_id: int, branch_id: int, edition: str | None = None
) -> tuple[Service, StaffMember, Branch] | None:
    """Return an active service, an active person and a branch of the active business in one go, or None.

    What was chosen before in this edition is remembered.
    """
    asked = {
        "tenant": scope.current().tenant_id,
        "service": service_id,
        "person": staff_member_id,
        "branch": branch_id,
    }
    found = None if edition is None else _chosen.get((edition, *asked.values()))
    if found is None:
        row = statements.run(_CHOSEN, asked).fetchone()
        if row is None:
            return None
        *read, told = row
        found = (read[0], read[1], read[2])
        if told is not None:
            _chosen.keep((told, *asked.values()), found)
    service, person, branch = map(orjson.loads, found)
    somebody = rows.from_json(StaffMember, person)
    somebody.__dict__.pop(
        "turn"
    )  # changes with bookings and is in no edition: it loads when asked for
    return rows.from_json(Service, service), somebody, rows.from_json(Branch, branch)


# The text is the key, so what is kept can be forgotten but not stale.
@lru_cache(maxsize=256)
def _listed(services_json: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = orjson.loads(services_json)
    return listed


@lru_cache(maxsize=512)
def _meant(said: str, services_json: str) -> tuple[State, int | None, tuple[int, ...]]:
    """Return which of the listed services is meant, by their places in the list."""
    listed = _listed(services_json)
    places = range(len(listed))
    if len(places) == 1 and not wording.words(said):
        return State.MATCHED, 0, (0,)
    names = [[each["service"]["name"], *(each["also"] or ())] for each in listed]
    found = match(said, places, names=lambda place: names[place])
    return found.state, found.found, found.candidates


def match_staff(said: str, *, service: Service, branch: Branch) -> Match[StaffMember]:
    """Return the active person of the branch who is meant; CANNOT when it is somebody without the service."""
    everybody = list(
        StaffMember.objects.filter(branch_id=branch.pk, is_active=True).order_by("name", "pk")
    )
    able = set(
        StaffMember.objects.filter(skills__service_id=service.pk).values_list("pk", flat=True)
    )
    return person_meant(said, everybody, able=able)


def person_meant(said: str, everybody: Sequence[_Person], *, able: Set[int]) -> Match[_Person]:
    """Return who of everybody is meant; of several, the only one who is able, if nobody is told apart by spelling alone."""
    offering = tuple(person for person in everybody if person.pk in able)
    meant = people.meant(said, everybody, name=lambda person: person.name)
    if meant.state == State.ASK:
        likely = tuple(each for each in meant.candidates if each.pk in able)
        if len(likely) == 1 and people.is_as_likely(said, likely[0].name, meant.candidates):
            return Match(state=State.MATCHED, found=likely[0], candidates=likely)
        return Match(state=State.ASK, candidates=likely or offering)
    if meant.state == State.MATCHED and meant.found is not None and meant.found.pk not in able:
        return Match(state=State.CANNOT, found=meant.found, candidates=offering)
    return Match(state=meant.state, found=meant.found, candidates=meant.candidates or offering)


def match(
    said: str, rows: Sequence[_Row], *, names: Callable[[_Row], Iterable[str]]
) -> Match[_Row]:
    """Return which of the rows is meant (`booking/meaning.py`)."""
    return meaning.meant(said, rows, names=names)


def names_nobody(said: str) -> bool:
    """Whether somebody says that it does not matter who it is (`booking/people.py`)."""
    return people.names_nobody(said)
