"""The tool that answers questions: from the rows and from what the business wrote down, never from anywhere else."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from booking import catalogue, doors
from calls import errands, speech, when, wishes
from calls.answers import Answer
from calls.models import Call, Errand, KnowledgeEntry
from tenants.models import Branch

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WORD = re.compile(r"[a-z0-9]+")
_SAYS_NOTHING = frozenset(
    "der die das den dem des ein eine einen einem einer und oder aber ich sie wir mir mich ihr ihre ihnen man es er ist"
    " sind war hat haben habe haette kann koennen koennte koennt darf duerfen muss muessen soll gibt geben da dort hier bei"
    " beim mit ohne von vom zu zum zur in im an am auf fuer auch noch schon mal bitte denn eigentlich wie was wer wo wann"
    " welche welcher welches wieviel viel viele ob dass wenn nicht kein keine mein meine meinen euch eure ihrem ihren"
    " ihrer uns unser unsere wird werden wuerde moegen moechte will wollte frage wissen sagen machen macht nehmen nimmt"
    " eure euer hallo guten tag bekomme bekommt bieten bietet so etwas irgendwo eigenes eigene".split()
)
_OPENING = re.compile(
    r"geoeffnet|oeffnungszeit|offen\b|macht ihr auf|machen sie auf|macht ihr zu|schliess|sprechzeit|geschlossen|wann .*(?:auf|zu|da)\b"
)
_ADDRESS = re.compile(
    r"adresse|anschrift|wo (?:sind|ist|finde|liegt|befind)|welche strasse|wie komme ich|wo seid"
)
_PRICE = re.compile(r"kost(?:et|en)|preis|teuer|bezahle ich|euro")
_DURATION = re.compile(r"wie lange|dauert|dauer\b")
_A_DAY, _DAYS = 24 * 60, 7
# How much of a written question has to be heard.
_ENOUGH = 0.6


def answer_from_knowledge(call: Call, *, question: str, name: str, now: datetime) -> Answer:
    """Answer from what is written down. What stands nowhere is noted for the business, and said to be."""
    if not question:
        return Answer(state="missing", say="Was möchten Sie wissen?", data={"fields": ["question"]})
    branch = wishes.branch_of(call)
    told = _written_down(question) or _from_the_rows(question, branch, now=now)
    if told:
        return Answer(state="answered", say=told)
    noted = errands.note(
        call,
        kind=Errand.Kind.QUESTION,
        name=name,
        birth_date=None,
        phone=call.from_number,
        subject=question[:300],
        text=question,
        now=now,
    )
    return Answer(
        state="question_noted",
        say="Das weiß ich leider nicht. Ich notiere es, und der Betrieb meldet sich dazu. Kann ich sonst noch etwas für"
        " Sie tun?",
        data={"errand_id": noted.pk},
    )


def _written_down(question: str) -> str:
    """Return the answer whose question agrees best; two that agree as well are none."""
    heard = _words(question)
    ranked: list[tuple[float, str]] = []
    for entry in KnowledgeEntry.objects.filter(is_active=True).order_by("pk"):
        best = max(_agreement(heard, _words(each)) for each in _questions(entry))
        if best >= _ENOUGH:
            ranked.append((best, entry.answer))
    ranked.sort(reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return ""
    return ranked[0][1]


def _questions(entry: KnowledgeEntry) -> Iterable[str]:
    return (entry.question, *(each for each in entry.also.split(",") if each.strip()))


def _agreement(heard: frozenset[str], written: frozenset[str]) -> float:
    """Return how much of the written words was heard, a little less for words beside them."""
    if not written:
        return 0.0
    common = sum(any(_same(word, each) for each in heard) for word in written)
    beside = sum(not any(_same(word, each) for each in written) for word in heard)
    return common / len(written) - 0.1 * beside if common else 0.0


def _same(one: str, other: str) -> bool:
    """Whether two words are forms of one: "Parkplatz" and "Parkplätze"."""
    shorter, longer = sorted((one, other), key=len)
    return shorter == longer or (len(shorter) >= 4 and longer.startswith(_stem(shorter)))


def _stem(word: str) -> str:
    for ending in ("en", "er", "es", "e", "n", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_folded(text))) - _SAYS_NOTHING


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    # Plurals with an umlaut fall together with their singular: "Parkplätze".
    return (
        unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().replace("ae", "a")
    )


# --- what the rows say ----------------------------------------------------------------------------


def _from_the_rows(question: str, branch: Branch, *, now: datetime) -> str:
    folded = unicodedata.normalize("NFC", question).casefold().translate(_LETTERS)
    if _PRICE.search(folded) or _DURATION.search(folded):
        return _about_a_service(question, is_price=_PRICE.search(folded) is not None)
    if _OPENING.search(folded):
        return _opening(question, branch, now=now)
    return _address(branch) if _ADDRESS.search(folded) else ""


def _about_a_service(question: str, *, is_price: bool) -> str:
    match = catalogue.match_service(question)
    if match.state != catalogue.State.MATCHED or match.found is None:
        return ""
    service = match.found
    if not is_price:
        return f"{service.name} dauert {speech.spoken_number(service.duration_minutes)} Minuten."
    if service.price_cents is None:
        return ""
    return f"{service.name} kostet {speech.spoken_euros(service.price_cents)}."


def _opening(question: str, branch: Branch, *, now: datetime) -> str:
    """Say when the branch is open on the days that are asked about, else in the next seven: as it is, holidays and all."""
    local = now.astimezone(branch.zone)
    first, count = _days_asked_about(question, local)
    days = doors.days(branch, first=first, count=count)
    if len(days) == 1:
        return _of_day(days[0])
    said = [_in_a_list(day) for day in days if day.spans or day.usual]
    if any(day.spans for day in days):
        return f"Wir haben geöffnet: {'; '.join(said)}."
    return "In dieser Zeit haben wir geschlossen." if days else ""


def _days_asked_about(question: str, local: datetime) -> tuple[date, int]:
    said = when.understand(question, now=local)
    if said.start is not None and said.end is not None and said.end > local:
        first, last = said.start.date(), (said.end - timedelta(minutes=1)).date()
        count = (last - first).days + 1
        if count <= _DAYS:
            return first, count
    return local.date(), _DAYS


def _of_day(day: doors.Day) -> str:
    spoken = speech.spoken_date(day.date)
    if day.spans:
        return f"Am {spoken}, haben wir von {_spans(day.spans)} geöffnet."
    return f"Am {spoken}, haben wir geschlossen{f': {day.holiday}' if day.holiday else ''}."


def _in_a_list(day: doors.Day) -> str:
    """Return the hours of a day; that it is closed is said where it usually is not."""
    name = speech.weekday_name(day.date)
    if day.spans:
        return f"{name} von {_spans(day.spans)}"
    return f"{name} {f'wegen {day.holiday} ' if day.holiday else ''}geschlossen"


def _spans(spans: Iterable[tuple[int, int]]) -> str:
    return " und von ".join(f"{_clock(first)} bis {_clock(last)}" for first, last in spans)


def _clock(minute: int) -> str:
    hour, rest = divmod(minute if minute <= _A_DAY else minute - _A_DAY, 60)
    said = f"{'ein' if hour == 1 else speech.spoken_number(hour)} Uhr"
    return f"{said} {speech.spoken_number(rest)}" if rest else said


def _address(branch: Branch) -> str:
    place = " ".join(part for part in (branch.postcode, branch.city) if part)
    if not branch.street:
        return ""
    return f"Sie finden uns hier: {branch.street}{', ' + place if place else ''}."
