"""Which service and which person somebody means. Several could be meant: ask. Nobody is: say so. No guess, no default."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache, total_ordering
from typing import Any, Generic, TypeVar

import orjson

from booking import editions, hearing
from booking.models import Service, StaffMember
from tenants import rows, scope, statements
from tenants.models import Branch

_Row = TypeVar("_Row")


class State(StrEnum):
    MATCHED = "matched"
    ASK = "ask"  # several could be meant, or nothing was said
    NONE = "none"  # nothing is called like that
    CANNOT = "cannot"  # a person who does not offer the service; `found` says who


@dataclass(frozen=True, kw_only=True)
class Match(Generic[_Row]):
    """What was found; `candidates` are what can be asked for."""

    state: State
    found: _Row | None = None
    candidates: tuple[_Row, ...] = ()


# Say nothing about what is wanted.
_FILLERS = frozenset(
    """aber also am an auf bei beim bitte brauche braeuchte buchen das dem den der des die ein
    eine einem einen einer fuer gern gerne haette haetten hallo ich im ist kann machen mal mein
    meine mir mit moechte moechten noch nur schon termin terminen und uns von wir will wollte
    wuerde zu zum zur""".split()
)
_ANYBODY = frozenset(
    """alle beliebig egal frei gleich ist irgendeine irgendeinem irgendeiner irgendjemand
    irgendjemandem irgendwem irgendwer ganz jeder jedem jemand jemandem wer wem wen freie
    freien freier verfuegbar verfuegbare verfuegbaren niemand niemanden praeferenz praeferenzen
    vorliebe vorlieben wunsch rolle any anybody anyone preference whoever""".split()
)
# Say nothing more beside one of those.
_WITH_ANYBODY = frozenset(
    """auch bestimmte bestimmten bestimmter bestimmtes besondere besonderen besonderer da einfach eben erste ersten erster
    gerade hat immer jetzt kein keine keinen keiner kollege kollegen kollegin mitarbeiter mitarbeiterin naechste
    naechsten naechster no ohne person spielt team zeit zuerst""".split()
)
_TITLES = frozenset(
    ["dr", "doktor", "frau", "fraeulein", "herr", "herrn", "prof", "professor", "dipl", "med"]
)
_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        # letters of the neighbours that have no plain part to fall back to
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "æ": "ae",
        "œ": "oe",
    }
)
_WORD = re.compile(r"[a-z0-9]+")


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
    if len(places) == 1 and not _words(said, frozenset()):
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
    offering = tuple(person for person in everybody if person.pk in able)
    meant = match(
        said, everybody, names=lambda person: [person.name], ignoring=_TITLES, are_people=True
    )
    if meant.state == State.ASK:
        able_candidates = tuple(each for each in meant.candidates if each.pk in able)
        if len(able_candidates) == 1 and len(meant.candidates) > 1:
            return Match(state=State.MATCHED, found=able_candidates[0], candidates=able_candidates)
        return Match(state=State.ASK, candidates=able_candidates or offering)
    if meant.state == State.MATCHED and meant.found is not None and meant.found.pk not in able:
        return Match(state=State.CANNOT, found=meant.found, candidates=offering)
    return Match(state=meant.state, found=meant.found, candidates=meant.candidates or offering)


def match(
    said: str,
    rows: Sequence[_Row],
    *,
    names: Callable[[_Row], Iterable[str]],
    ignoring: frozenset[str] = frozenset(),
    are_people: bool = False,
) -> Match[_Row]:
    """Return which of the rows is meant, comparing whole words without regard to case and umlauts.

    The best kind of agreement decides, if only one row has it: the same words, then all words of a name, then only
    words of a name. Where some words agree and others do not, something else may be meant: that is asked.
    What was misheard is understood where one word is nearest (`booking/hearing.py`); a person whose name is only
    similar is asked for, because there are others with similar names.
    """
    heard = _words(said, ignoring)
    if not heard:
        return Match(state=State.ASK, candidates=tuple(rows))
    known = frozenset().union(*(_words(name, ignoring) for row in rows for name in names(row)))
    understood, is_sure = _understood(heard, known)
    found = _agreeing(understood, rows, names=names, ignoring=ignoring)
    if found.state == State.MATCHED and are_people and not is_sure:
        return Match(state=State.ASK, candidates=found.candidates)
    if found.state == State.NONE:
        return _inside(heard, rows, names, ignoring)
    if found.state == State.MATCHED and not are_people:
        return _unless_inside(found, heard, understood, rows, names, ignoring)
    return found


def _unless_inside(
    found: Match[_Row],
    heard: frozenset[str],
    understood: frozenset[str],
    rows: Sequence[_Row],
    names: Callable[[_Row], Iterable[str]],
    ignoring: frozenset[str],
) -> Match[_Row]:
    """Ask where a word that the name does not explain may be another one's: "Massage" may be a "Rückenmassage"."""
    mine = [_words(name, ignoring) for row in found.candidates for name in names(row)]
    whole = [name for name in mine if name <= understood]
    explained = frozenset[str]().union(*whole)
    left = frozenset(
        word
        for word in (understood if whole else heard | understood) - explained
        if not any(each in word or hearing.is_inside(word, each) for each in explained)
    )
    others = _inside(left, rows, names, ignoring)
    if others.state == State.NONE:
        return found
    candidates = tuple(row for row in rows if row in found.candidates or row in others.candidates)
    return found if len(candidates) == 1 else Match(state=State.ASK, candidates=candidates)


def _understood(heard: frozenset[str], known: frozenset[str]) -> tuple[frozenset[str], bool]:
    """Return what was heard in known words, and whether they only sound the same or are spelled otherwise."""
    unknown = heard - known
    if not unknown:
        return heard, True
    understood, is_sure = set(heard & known), True
    compounds = [word for word in known if hearing.is_compound(word, sorted(heard))]
    if compounds:  # "Video Sprechstunde" is one thing, though there is a "Sprechstunde", too
        understood = {each for each in heard if not any(each in one for one in compounds)}
        understood.update(compounds)
    for word in unknown:
        if any(word in compound for compound in compounds):
            continue
        pieces = sorted(each for each in known if each in word)
        joined = hearing.is_compound(word, pieces)
        meant = frozenset(pieces) if joined else hearing.stands_for(word, known)
        understood |= meant or {word}
        is_sure &= joined or all(hearing.spelling(each) == hearing.spelling(word) for each in meant)
    return frozenset(understood), is_sure


def _inside(
    heard: frozenset[str],
    rows: Sequence[_Row],
    names: Callable[[_Row], Iterable[str]],
    ignoring: frozenset[str],
) -> Match[_Row]:
    """Ask for what has a heard word in a compound: "Haarschnitt" may be one for women, men or children."""
    candidates = tuple(
        row
        for row in rows
        if any(
            hearing.is_inside(word, each) or hearing.is_inside(each, word)
            for name in names(row)
            for each in _words(name, ignoring)
            for word in heard
        )
    )
    if candidates:
        return Match(state=State.ASK, candidates=candidates)
    return Match(state=State.NONE, candidates=tuple(rows))


def _agreeing(
    heard: frozenset[str],
    rows: Sequence[_Row],
    *,
    names: Callable[[_Row], Iterable[str]],
    ignoring: frozenset[str],
) -> Match[_Row]:
    agreements = [
        (row, max(_agreement(heard, _words(name, ignoring)) for name in names(row))) for row in rows
    ]
    best = max((each.kind for _, each in agreements), default=_Kind.NONE)
    if best == _Kind.NONE:
        return Match(state=State.NONE, candidates=tuple(rows))
    alike = [(row, mine.words) for row, mine in agreements if mine.kind == best]
    meant = [row for row, words in alike if not any(words < others for _, others in alike)]
    # "Haare schneiden lang" is more than "Haare schneiden", if there is something that is called so.
    meant += [
        row
        for row, mine in agreements
        if mine.kind != best and any(words < mine.words for _, words in alike)
    ]
    if len(meant) == 1 and best != _Kind.SOME:
        return Match(state=State.MATCHED, found=meant[0], candidates=(meant[0],))
    return Match(state=State.ASK, candidates=tuple(meant))


def names_nobody(said: str) -> bool:
    """Whether somebody says that it does not matter who it is ("egal", "irgendwer")."""
    heard = _words(said, _TITLES)
    return bool(heard & _ANYBODY) and heard <= _ANYBODY | _WITH_ANYBODY


class _Kind(IntEnum):
    NONE = 0
    SOME = 1  # some words agree, on both sides there are others
    PART_OF_NAME = 2  # "Färben" for "Färben komplett"
    WHOLE_NAME = 3  # "Haarschnitt bei Jana" for "Haarschnitt"
    SAME = 4


@total_ordering
@dataclass(frozen=True)
class _Agreement:
    """How well heard words agree with a name, and in which words."""

    kind: _Kind
    words: frozenset[str]

    def __lt__(self, other: "_Agreement") -> bool:
        return (self.kind, len(self.words)) < (other.kind, len(other.words))


def _agreement(heard: frozenset[str], name: frozenset[str]) -> _Agreement:
    common = heard & name
    if not common:
        kind = _Kind.NONE
    elif heard == name:
        kind = _Kind.SAME
    elif name < heard:
        kind = _Kind.WHOLE_NAME
    elif heard < name:
        kind = _Kind.PART_OF_NAME
    else:
        kind = _Kind.SOME
    return _Agreement(kind, common)


@lru_cache(maxsize=4096)
def _words(text: str, ignoring: frozenset[str]) -> frozenset[str]:
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    words = _WORD.findall(ascii_only)
    return frozenset(words) - _FILLERS - ignoring
