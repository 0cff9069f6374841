"""What an agent promised: the sentences of a conversation that claim something is booked, changed or noted.

Pure. A claim is what a caller may rely on: "ist gebucht", "habe Sie eingetragen", "bis Donnerstag um zehn". What is
asked, denied, only possible or about somebody else is none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

from calls import dialogue_words, when
from calls.when import Opening, When


class Kind(StrEnum):
    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    CALLBACK = "callback"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One promise: the sentence, in which turn it fell, and the time it names, if it names one."""

    kind: Kind
    turn: int
    sentence: str
    when: When | None
    is_weak: bool  # only announced, agreed or said in farewell: it counts where nothing else was said about it
    context: str  # the claim with what was said around it about the same appointment


def claims(turns: Sequence[tuple[str, str]], *, now: datetime, opening: Opening) -> list[Claim]:
    """Return what the agent promised, in order. `turns` are role and words; `now` is the local start of the call."""
    return [
        claim
        for number, (role, words) in enumerate(turns)
        if role == "agent"
        for claim in _claims_in(number, words, now=now, opening=opening)
    ]


def speaks_of_trouble(words: str) -> bool:
    """Whether a turn of the agent tells that something did not work, or goes on asking."""
    return "?" in words or bool(_TROUBLE.search(_folded(words)))


def corrects(words: str) -> bool:
    """Whether a turn takes back what was said before."""
    return bool(_CORRECTION.search(_folded(words)))


def corrected(words: str) -> str:
    """Return what a turn says after it took its own words back; empty where it did not, or where it asks."""
    *before, anew = _TAKES_OWN_WORDS_BACK.split(words)
    return anew if before and "?" not in anew and is_stated(anew) else ""


def names_a_clock(sentence: str) -> bool:
    """Whether a sentence names an hour, readable or not."""
    return bool(_HAS_CLOCK.search(_folded(sentence)))


def names_an_appointment(sentence: str) -> bool:
    """Whether an hour is told as that of an appointment, and not what is open, free or gone."""
    is_gone = _CANCELLED.search(_folded(sentence)) is not None
    return names_a_clock(sentence) and is_stated(sentence) and not is_gone


def is_farewell(sentence: str) -> bool:
    """Whether a sentence says goodbye until a time ("bis Donnerstag um zehn")."""
    return any(
        _UNTIL.search(" ".join(part.split())) for part in _CLAUSE.split(_folded(sentence)) if part
    )


def books(sentence: str) -> bool:
    """Whether a sentence says that something is booked, and not that something is gone."""
    kind, is_weak = _kind(sentence)
    is_said = not is_weak or _ANNOUNCED.search(_folded(sentence)) is not None
    return kind == Kind.BOOKED and is_said


def moves(sentence: str) -> bool:
    """Whether a sentence says that something was moved."""
    return _kind(sentence)[0] == Kind.MOVED


def ends(sentence: str) -> bool:
    """Whether a sentence says that something is cancelled."""
    return _kind(sentence)[0] == Kind.CANCELLED


def takes_back(words: str) -> bool:
    """Whether a turn says that nothing is booked after all."""
    return any(_TAKEN_BACK.search(_folded(sentence)) for sentence in sentences(words))


def is_about_appointments(words: str) -> bool:
    """Whether a turn speaks of an appointment, and not only of the hours or the way."""
    return bool(_APPOINTMENT.search(_folded(words)))


def days_in(words: str, *, now: datetime, opening: Opening) -> set[date]:
    """Return the days that a turn may mean."""
    said = [_read(each, now=now, opening=opening) for each in sentences(words)]
    readings = [each for one in said if one is not None for each in (one, *one.alternatives)]
    return {
        day
        for each in readings
        if (day := each.start.date() if each.start else each.date) is not None
    }


def hours_in(words: str, *, now: datetime, opening: Opening) -> list[When]:
    """Return the times that a turn names, with their day or without."""
    return [
        said for sentence in sentences(words) for said in _timed(sentence, now=now, opening=opening)
    ]


def sentences(words: str) -> list[str]:
    """Return the sentences of a turn; "27. November" and "Dr. Lindner" are not torn apart."""
    return [part.strip() for part in _END.split(words) if part and part.strip()]


# A dot ends a sentence only before a capital letter, and not behind a number or an abbreviation.
_SHORT = ("Dr", "Prof", "bzw", "ca", "Nr", "Hr", "Fr", "z", "B", "St", "Str")
_END = re.compile(
    r"(?<=[!?…])\s+|(?<=[.;])(?<![0-9]\.)"
    + "".join(rf"(?<!\b{short}\.)" for short in _SHORT)
    + r"\s+(?=[A-ZÄÖÜ„])"
    # "Samstag um 9. Das dauert": behind a number only where no month follows.
    + dialogue_words.BEHIND_A_NUMBER
    + r"|\n+|,\s+(?=(?:aber|dafür|stattdessen|jedoch)\b)"
)
_DONE = r"(?:gebucht|eingebucht|eingetragen|ein(?:ge?)?schrieben|eingeteilt|drangenommen|untergebracht|verbucht|reingeschoben|dazwischengeschoben|reserviert|vorgemerkt|bestaetigt|eingeplant|festgemacht|vereinbart|fixiert|gesichert|hinterlegt|geblockt|freigehalten|fest)"
_BOOKED = re.compile(
    rf"\b(?:ist|sind|habe|hab|haben|wurde|wurden|bin|wird hiermit|sei)\b.*\b{_DONE}\b"
    rf"|\b{_DONE}\b.*\b(?:ist|sind|habe|haben|wurde)\b"
    rf"|^(?:alles |schon |so |gut |super |prima |perfekt |okay |fertig |erledigt )*{_DONE}\b"
    r"|\bsteht\b.*\btermin\b|\b(?:gebucht|eingebucht|eingetragen|eingeschrieben|reserviert|bestaetigt|vorgemerkt|eingeplant)$"
    r"|\btermin\b.*\b(?:steht|sicher|fix|ist drin|hat geklappt|notiert|angelegt|erstellt|gemacht)\b"
    r"|\b(?:angelegt|erstellt|notiert)\b.*\btermin\b(?!w)"
    r"|\b(?:damit|dann|somit|also) (?:haben|hast) sie\b.*\btermin\b"
    r"|\bsie haben (?:jetzt|nun|damit|somit|also)\b.*\btermin\b"
    r"|\b(?:sehen|sehn) (?:wir uns|uns|wir (?:sie|dich|euch))\b|\bwir sehen (?:uns|sie|dich|euch)\b|\berwarte[nt]? (?:wir )?(?:sie|dich)\b"
    r"|\bfreuen (?:wir )?uns (?:auf|schon|sehr)\b.*\b(?:sie|besuch)\b"
    r"|^(?:dann |also |gut |okay |prima |schoen |ja |sehr |gern |gerne )*bis (?!.*\b(?:kostenlos|kostenfrei|gebuehrenfrei|absagen|stornieren|geoeffnet|offen)\b)(?:zum |am |dann |naechsten |kommenden |naechste |uebernaechsten )?(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|morgen|uebermorgen|den |\d(?!\d? uhr))"
    r"|\b(?:bestaetigung|bestaetigungsmail|terminbestaetigung)\b.*\b(?:kommt|erhalten|bekommen|unterwegs|geschickt|verschickt|gesendet)\b"
    r"|\b(?:erhalten|bekommen|schicke|sende)\b.*\b(?:bestaetigung|bestaetigungsmail|terminbestaetigung)\b"
    r"|\b(?:erhalten|bekommen|kriegen|schicke|sende)\b(?!.*\berinner).*\b(?:sms|mail|e-mail)\b.*\b(?:daten|termindaten|details|ihre[sm] termin\w*)\b"
    r"|\b(?:bist|seid|sind) (?:du|ihr|sie)\b.*\b(?:drin|drinnen|dabei|angemeldet)\b|\b(?:du|ihr) (?:bist|seid|stehst|steht)\b.*\b(?:drin|drinnen|dabei|angemeldet)\b"
    r"|\b(?:sind sie|sie sind|ihr \w+ ist|bist du|du bist)\b.*\bdran\b"
    r"|\b(?:uhr|platz|\w+tag|um \w+)\b.*\bgehoert (?:ihnen|dir|euch)\b|\bist\b.*\b(?:auch|ebenfalls) (?:dabei|drin)\b"
    r"|\bsteht\b.*\bim (?:buch|plan|system)\b|\bhat(?: es| jetzt| das)* funktioniert\b|^(?:also |dann |so )?steht$"
    r"|\b(?:ist|sind) (?:es |das |alles |jetzt |nun |sie |er )+durch$|\b(?:buchung|termin|umbuchung|es|das|alles) (?:ist|sind) (?:jetzt |nun )?durch$"
    r"|\bhat geklappt\b|\bgeht klar\b|\bbestaetige\b"
    r"|\bbuchung\b.*\b(?:erfolgreich|erfolgt|abgeschlossen|steht|durch)\b"
    r"|\bsie (?:sind|stehen)\b.*\b(?:kalender|drin|drinnen|dabei|buch|system|plan|terminplan)\b|\b(?:steht|habe)\b.*\bkalender\b"
    r"|\bsie haben\b.*\b(?:einen|ihren|den) termin\b|\btermin\b.*\bgehoert ihnen\b"
    r"|\bfindet (?:jetzt|nun|damit|dann|also|somit)\b|\b(?:ihr|der|dein) termin (?:ist|liegt|findet)\b.*\b(?:um|am|an dem|heute|morgen|uebermorgen|uhr)\b"
    r"|\b(?:uhr|um \w+|halb \w+)\b.*\bsteht$"
    r"|\bhab(?:e|en)? (?:ich |wir )?sie\b.*\b(?:drin|drinnen|dabei|untergekriegt)\b"
)
# What the agent is about to do, or agrees to.
_ANNOUNCED = re.compile(
    r"\b(?:ich|wir) (?:\w+ ){0,3}?(?:trag|trage|tragen|schreib|schreibe|schreiben|plane|planen)\b.*\bein\b"
    r"|\b(?:trag|trage|tragen|schreib|schreibe|schreiben|plane|planen) (?:ich|wir)\b.*\bein\b"
    r"|\b(?:ich|wir) (?:\w+ ){0,3}?(?:buch|buche|buchen|reservier|reserviere|reservieren)\b"
    r"|\b(?:buch|buche|buchen|reservier|reserviere|reservieren) (?:ich|wir)\b"
    r"|\b(?:mach|mache|machen) (?:ich|wir)\b.*\b(?:fest|so|fix)\b|\b(?:ich|wir) (?:mach|mache|machen)\b.*\bfest\b"
)
# Times that are told of and not given: what is free, when one is there, how one gets there, what is being looked for.
_TOLD_OF = re.compile(
    r"\b(?:frei|moeglich|verfuegbar|geoeffnet|oeffne[nt]?|macht auf|auf ab|schliess\w*|geschlossen|fuer sie da|wieder da|erreichbar|"
    r"da zu sein|bus|bahn|zug|anrufen|rufen|ruft|fruehestens|spaetestens|erinner\w*|nachricht|urlaub|feiertag\w*|krank|suche|schaue?|sehe|"
    r"pruefe|augenblick|sekunde|verstanden|vorschlag\w*|vorschlagen|alternativ\w*|anbiet\w*|biete|wunschtermin|abgesagt|storniert|"
    r"geloescht|ausfall\w*|faellt|warten|halte|dauert)\b"
)
_GOODBYE_UNTIL = re.compile(
    r"^(?:\w+ ){0,4}bis (?:\w+ )*(?:\w*tag|mittwoch|morgen|uebermorgen|\d+)$"
)
_UNTIL = re.compile(r"^(?:\w+ ){0,4}bis (?:\w+ )*(?:\w*tag|mittwoch|morgen|uebermorgen)\b")
_HAS_CLOCK = re.compile(r"\b(?:uhr|halb|viertel|dreiviertel|um \w+)\b|\d:\d\d")
# What an appointment is spoken of with.
_APPOINTMENT = re.compile(
    r"termin|buch|eintrag|eingetrag|reserv|vormerk|drannehm|vorbeikommen um|schneiden|\bplatz\b"
)
_TAKEN_BACK = re.compile(
    r"\b(?:nichts|nicht|kein termin|keinen termin)\b.*\b(?:gebucht|eingetragen|reserviert|geklappt|funktioniert|gelungen|zustande)\b"
    r"|\b(?:gebucht|eingetragen|reserviert) (?:ist|wurde|habe ich) (?:\w+ )?(?:nichts|nicht|noch nichts|noch nicht)\b"
)
_MOVED = re.compile(
    r"\b(?:ist|habe|hab|haben|wurde|sind)\b.*\b(?:verschoben|umgebucht|verlegt|umgelegt)\b"
    r"|\b(?:verschoben|umgebucht|verlegt|umgelegt)$|\btermine? lieg(?:t|en) (?:jetzt|nun) auf\b"
)
_CANCELLED = re.compile(
    r"\b(?:ist|bist|seid|habe|hab|haben|wurde|wurden|sind)\b.*\b(?:storniert|abgesagt|geloescht|gestrichen|ausgetragen|abgemeldet|"
    r"(?:heraus|raus)genommen|rausgestrichen|abbestellt|gecancelt|annulliert)\b"
    r"|\b(?:storniert|abgesagt|geloescht|gestrichen|ausgetragen|rausgenommen)$"
)
_CALLBACK = re.compile(
    r"\b(?:ruft|rufen)\b.*\b(?:zurueck|an)\b"
    rf"|\b(?:zu)?rueckruf\w*\b.*\b(?:kommt|liegt|laeuft|geht (?:raus|weiter)|steht|{dialogue_words.DONE})\b|\b(?:habe?|haben) (?:ich|wir)\b.*\b(?:zu)?rueckruf\w*\b.*\b{dialogue_words.DONE}\b"
    r"|\b(?:werden|wirst) (?:sie|du)\b.*\bangerufen\b|\b(?:sie|du) (?:werden|wirst)\b.*\b(?:an|zurueck)gerufen\b|\b(?:lasse?|lassen) (?:ich |wir )?(?:sie|dich|euch)\b.*\b(?:an|zurueck)rufen\b"
    r"|\b(?:notiert|vermerkt|aufgeschrieben)\b.*\b(?:zurueckrufen|zurueckruft|rueckruf|anrufen|anruft)\b"
    r"|\b(?:wir|jemand|kollegin|kollege|team|praxis)\b.*\bzurueckruf(?:en|t)\b"
    r"|\bmeldet sich\b|\b(?:wir|die kollegen|die praxis|das team) melden uns\b|\bmelden wir uns\b"
    r"|\bwerden sie zurueckgerufen\b|\b(?:wird|werden)\b.*\b(?:zurueckrufen|anrufen|zurueckmelden|melden)\b"
)
# What makes a claim none: conditional, about somebody else, denied, only possible.
_CONDITION = re.compile(rf"\b(?:sobald|wenn|falls|ob|bevor|erst)\b|{dialogue_words.IF}")
_ELSEWHERE = re.compile(
    r"\b(?:leider|steht weiter|weiterhin|besteht weiter|besteht noch|bleibt bestehen|bleibt stehen|gilt weiter|bereits im|bereits am|von frueher|ausgebucht|warteliste|bereits gebucht|schon gebucht|schon reserviert|schon alles|alles schon|bereits alles|"
    r"jemand anderem|jemand anders|noch nichts|noch nicht|noch kein|noch keine|bestehender|bestehenden|bisheriger|bisherigen|urspruenglich)\b"
)
_NOT_MEANT = re.compile(
    r"\b(?:nicht|nichts|kein|keine|keinen|keinem|keiner|nie|niemals|nirgends|nirgendwo|ohne|moechten|wollen|wollten|soll|sollen|darf|duerfen|kann|"
    r"koennen|koennte|koennten|konnte|wuerde|wuerden|waere|waeren|haette|haetten|muss|muessen|muesste|versuche|versuchen|"
    r"gerade dabei|moment|belegt|vergeben|wunsch|terminwunsch|anfrage|noch frei|gewuenscht|angefragt|gefragt|gesagt|genannt)\b"
)
_NO_CALLBACK = re.compile(
    r"\b(?:vermutlich|wahrscheinlich|vielleicht|bestimmt noch|sicher noch|moechten|wollen|soll|sollen|darf|kann|koennen|koennte|wuerde|waere|niemand|nicht|warteliste|sie rufen|rufen sie (?:\w+ )?(?:wieder|noch)|bestaetig\w*|am besten|selbst|selber|bei (?:\w+ )?(?:\w*(?:fragen|keiten|ungen|ung|bedarf|problemen|faellen|fall)))\b|(?<!wir )(?<!kollegen )rufen sie\b(?!.*zurueck)"
)
_POLITE = re.compile(r"\bwaere (?:damit|dann|somit|hiermit|jetzt|nun)\b")
_CLAUSE = re.compile(
    r"[,;:!…]+(?:\s|$)|(?<![0-9])\.(?:\s|$)|\s[–-]\s|\baber\b(?! (?:noch |auch )?(?:nicht|nichts|kein))|\bund\b"
)
_IS_OVER = re.compile(rf"(?:{dialogue_words.PAST.pattern})(?! erfolgreich)")
_NODS = re.compile(r"(?:ja|genau|richtig|stimmt|doch|gut|alles klar|natuerlich)+")
_TAKES_OWN_WORDS_BACK = re.compile(
    r"\b(?:ich korrigiere|korrektur|ich meinte?|versprochen|ach nein|nein halt|vielmehr|ach quatsch|quatsch)\b",
    re.IGNORECASE,
)
_ANEW = re.compile(r"\b(?:also|das heißt|das ist|sprich|genauer gesagt)\b", re.IGNORECASE)
_ENDED = re.compile(
    r"^(.*?\b(?:storniert|abgesagt|gelöscht|geloescht|gestrichen|ausgetragen|abgemeldet|rausgenommen|herausgenommen))\b",
    re.IGNORECASE,
)
_HAS_CLOCK_OR_DAY = re.compile(f"{dialogue_words.CLOCK.pattern}|{dialogue_words.DAY.pattern}")
# What to do when one cannot come says nothing about whether it is booked.
_ADVICE = re.compile(
    r"\b(?:wenn|falls|sollten|sollte) (?:sie|sich|etwas|es|ihnen|noch)\b[^.;!]*\b(?:verhindert|kommen|fragen|absagen|krank|aendern|"
    r"aendert|dazwischen|verspaeten|stornieren|verschieben)\b.*"
)
# "Gehen Sie nicht davon aus, dass der Termin steht": what is not so, is no claim.
_BELIED = re.compile(r"(?<=\bnicht )[^,;]*, (?:dass|ob)\b.*")
_TAG = re.compile(r",?\s*(?:ja|okay|ok|in ordnung|passt das|richtig|gut|einverstanden)\s*\?$")
# "Bis Freitag" says goodbye until then; to the parser it would be a limit.
_FAREWELL = re.compile(r"\bbis (?:zum |am |dann )?", re.IGNORECASE)
_SURROUNDINGS = re.compile(
    r"\b(?:geoeffnet|oeffnen|schliessen|oeffnungszeiten|frueher|vorher|minuten|spaetestens|absagen|stornieren|erreichbar|"
    r"erreichen|parken|erinnerung|erinnern|statt (?:\w+ ){0,2}(?:\w*tags?|mittwochs?|um|halb|\d+|heute|morgen|wie)|urspruenglich|bisher)\b"
)
_TROUBLE = re.compile(
    r"\b(?:leider|nicht|nichts|kein|keine|keinen|vergeben|belegt|ausgebucht|fehler|problem|probleme|stoerung|stattdessen|alternativ|"
    r"zurueck|zurueckrufen|rueckruf|entschuldigung|tut mir leid|fehlgeschlagen|schiefgegangen|frei waere|schneller)\b"
)
_CORRECTION = re.compile(
    r"\b(?:entschuldigung|entschuldigen|korrektur|korrigiere|ich meinte|ich meine|versprochen|richtig ist|richtig waere|verzeihung|vielmehr|"
    r"sorry|pardon|nicht um|falsch|vertan|geirrt|verlesen|verguckt|vertippt|verwechselt|durcheinander)\b"
)
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_EXACT = when.State.EXACT
_AND = re.compile(r",?\s+und\s+|;\s*")
_READABLE = (when.State.EXACT, when.State.DAY, when.State.TIME_ONLY)


def _claims_in(number: int, words: str, *, now: datetime, opening: Opening) -> Iterator[Claim]:
    parts = sentences(words)
    for position, sentence in enumerate(parts):
        kind, is_weak = _kind(sentence)
        if kind is None:
            continue
        told, place = parts, position
        if kind in _OTHER_ACTS:
            shape = _OTHER_ACTS[kind]
            others = list(_beside(shape, number, sentence, now=now, opening=opening))
            yield from others
            if others:  # the time of the other one is not that of this one
                told, place = [_own_part(shape, sentence)], 0
        for said, around in _said_about_each(told, place, now=now, opening=opening):
            if is_weak and _needs_a_time(sentence) and not _names_an_hour(said):
                continue
            yield Claim(
                kind=kind,
                turn=number,
                sentence=sentence,
                when=said,
                is_weak=is_weak,
                context=around,
            )


_OTHER_ACTS = {Kind.CALLBACK: _CALLBACK, Kind.CANCELLED: _CANCELLED}
_PIECE = re.compile(r",?\s+und\s+|;\s*|,\s+")
# A verb with no subject of its own, and nothing that makes it a participle.
_GOES_ON = re.compile(
    r"^(?:dann |danach )?(?:vereinbart|bestaetigt|reserviert|fixiert|vereinbaren|bestaetigen|reservieren)\b(?!.*\b(?:ist|sind|hab\w*|wurde\w*)\b)"
)


def _beside(
    shape: re.Pattern[str], number: int, sentence: str, *, now: datetime, opening: Opening
) -> Iterator[Claim]:
    """Yield what else a sentence claims ("der Rückruf ist notiert und der Termin am Freitag ist gebucht")."""
    others: list[str] = []
    runs = groupby(_PIECE.split(sentence), key=lambda part: shape.search(_folded(part)) is None)
    told = [(is_other, ", ".join(run)) for is_other, run in runs]
    if len(told) > 1:
        others = [run for is_other, run in told if is_other]
    for other in others:
        kind, is_weak = _kind(other)
        if shape is _CALLBACK and _GOES_ON.search(_folded(other)):
            continue  # "sie ruft an und vereinbart den Termin": what the person calling will do
        if kind == Kind.BOOKED and not is_weak:
            said, around = _said_about([other], 0, now=now, opening=opening)
            yield Claim(
                kind=kind, turn=number, sentence=other, when=said, is_weak=False, context=around
            )


def _own_part(shape: re.Pattern[str], sentence: str) -> str:
    return next(part for part in _PIECE.split(sentence) if shape.search(_folded(part)))


def _kind(sentence: str) -> tuple[Kind | None, bool]:
    """Return what a sentence claims, and whether it only announces it, agrees, or says goodbye until then."""
    said = dialogue_words.COURTESY.sub(" ", _folded(sentence))
    asserted = _BELIED.sub("", _ADVICE.sub("", _TAG.sub("", said))).strip(" ,")
    if asserted.endswith("?") or _CONDITION.search(asserted):
        return None, False
    clauses = [" ".join(part.split()) for part in _CLAUSE.split(asserted) if part.strip()]
    if any(_CALLBACK.search(each) and not _NO_CALLBACK.search(each) for each in clauses):
        return Kind.CALLBACK, False
    ended = [each for each in clauses if not _ELSEWHERE.search(each)]
    if _ELSEWHERE.search(asserted):
        until = _ENDED.search(asserted)  # a recogniser leaves out the comma behind it
        ended += [until.group(1)] if until and not _ELSEWHERE.search(until.group(1)) else []
        is_ended = any(_CANCELLED.search(each) and not _NOT_MEANT.search(each) for each in ended)
        return (Kind.CANCELLED, False) if is_ended else (None, False)
    meant = [each for each in map(_plainly, clauses) if not _NOT_MEANT.search(each)]
    if all(_IS_OVER.search(each) for each in meant if not _NODS.fullmatch(each)):
        return None, False
    for kind, shape in ((Kind.MOVED, _MOVED), (Kind.CANCELLED, _CANCELLED), (Kind.BOOKED, _BOOKED)):
        if any(shape.search(each) for each in meant):
            is_farewell = all(
                _GOODBYE_UNTIL.search(each) and not _HAS_CLOCK.search(each)
                for each in meant
                if shape.search(each)
            )
            return kind, kind == Kind.BOOKED and is_farewell
    is_told_of = any(
        shape.search(asserted)
        for shape in (_TOLD_OF, dialogue_words.SURROUNDINGS, dialogue_words.WOULD_BE)
    )
    is_plain = len(meant) == len(clauses) and not is_told_of
    is_announced = any(_ANNOUNCED.search(each) for each in meant)
    return (Kind.BOOKED, True) if is_plain or is_announced else (None, False)


def _names_an_hour(said: When | None) -> bool:
    return said is not None and said.state in (_EXACT, when.State.TIME_ONLY)


def _needs_a_time(sentence: str) -> bool:
    """Whether a weak claim says something only together with an hour ("der Platz um zwei gehört Ihnen")."""
    folded = _folded(sentence)
    return not (_ANNOUNCED.search(folded) or _BOOKED.search(folded))


def _plainly(clause: str) -> str:
    """Return a clause without the polite subjunctive of what is done ("wäre damit gebucht")."""
    return _POLITE.sub("ist damit", clause.replace("das haetten wir", "das hat geklappt"))


def _said_about_each(
    parts: list[str], position: int, *, now: datetime, opening: Opening
) -> list[tuple[When | None, str]]:
    """Return the times of a claim: several, where one sentence tells of several appointments."""
    pieces = [
        (said, piece)
        for piece in _AND.split(_before_advice(parts[position]))
        for said in _timed(piece, now=now, opening=opening)
    ]
    if len(pieces) > 1:
        return list(pieces)
    return [_said_about(parts, position, now=now, opening=opening)]


def _timed(piece: str, *, now: datetime, opening: Opening) -> list[When]:
    """Return the time of a piece that names an hour."""
    if _SURROUNDINGS.search(_folded(piece)):
        return []
    said = _read(piece, now=now, opening=opening)
    return [said] if _names_an_hour(said) and said is not None else []


def _said_about(
    parts: list[str], position: int, *, now: datetime, opening: Opening
) -> tuple[When | None, str]:
    """Return the time of a claim: from its own sentence, else from a neighbour that names day and time."""
    sentence = _FAREWELL.sub("", _before_advice(parts[position]))
    own = _read(sentence, now=now, opening=opening)
    if own is not None and own.state == when.State.TIME_ONLY and position:
        beside = parts[
            position - 1
        ]  # "Diesen Donnerstag, den dritten. Ich habe Sie um acht eingetragen."
        is_day = len(beside.split()) < _SHORT_SENTENCE and "?" not in beside and is_stated(beside)
        day = _read(beside, now=now, opening=opening) if is_day else None
        whole = f"{beside.rstrip(' .!')}, {sentence}"
        if day is not None and day.state == when.State.DAY:
            joined = _read(whole, now=now, opening=opening)
            return joined or own, whole
    if own is not None:
        return own, parts[position]
    for neighbour in (*parts[position + 1 : position + 2], *parts[max(0, position - 1) : position]):
        if neighbour.rstrip().endswith("?") or not is_stated(neighbour):
            continue
        for said in _timed(_before_advice(neighbour), now=now, opening=opening):
            return said, f"{parts[position]} {neighbour}"
    return None, parts[position]


_SHORT_SENTENCE = 8


def is_stated(sentence: str) -> bool:
    """Whether a sentence says how it is, and not what could be or what else there is."""
    said = dialogue_words.COURTESY.sub(" ", _folded(sentence))
    return not (
        _TOLD_OF.search(said)
        or _NOT_MEANT.search(said)
        or dialogue_words.OFFERS.search(said)
        or dialogue_words.SURROUNDINGS.search(said)
    )


def _before_advice(sentence: str) -> str:
    """Return the part of a sentence that speaks of the appointment, not of what to do before it."""
    ended = _ENDED.search(sentence)
    if ended and _HAS_CLOCK_OR_DAY.search(_folded(ended.group(1))):
        sentence = ended.group(1)  # "storniert, der am Mittwoch bleibt"
    sentence = _DROPPED.sub("", sentence)
    return re.split(
        r"(?:^|,?\s+)(?:und )?(?:bitte|kommen Sie|bringen Sie|seien Sie|bring|denken Sie|nicht vergessen|vergessen Sie|Sie (?:erhalten|bekommen|kriegen)|du bekommst)\b",
        sentence,
        maxsplit=1,
        flags=re.IGNORECASE,
    )[0]


# The hour that was left ("verschoben, vierzehn Uhr entfällt").
_DROPPED = re.compile(
    r"(?:,|\bund\b|^)[^,;]*\b(?:entfällt|fällt weg|fällt aus|wieder frei|wird frei|ist hinfällig|gibt es nicht mehr)\b",
    re.IGNORECASE,
)


def _exact(sentence: str, *, now: datetime, opening: Opening) -> list[When]:
    if _SURROUNDINGS.search(_folded(sentence)):
        return []
    said = _read(_before_advice(sentence), now=now, opening=opening)
    return [said] if said is not None and said.state == when.State.EXACT else []


def _read(sentence: str, *, now: datetime, opening: Opening) -> When | None:
    """Return the time that a sentence names; what it says anew ("also am siebten") is what it means."""
    sentence = _NO_TIME.sub(" ", sentence)
    for anew in _ANEW.split(sentence)[:0:-1]:
        said = when.understand(anew, now=now, opening=opening)
        if said.state in (_EXACT, when.State.DAY):
            return said
    sentence = dialogue_words.TAKES_PLACE.sub("", sentence)
    said = when.understand(sentence, now=now, opening=opening)
    if said.state in _READABLE or (said.alternatives and said.state != when.State.INVALID):
        return said
    return None


# To the parser "an der Reihe" is a misspelled "Frühe", and "jetzt" a wish for as soon as possible.
_NO_TIME = re.compile(r"\ban der reihe\b|\b(?:jetzt|nun)\b(?=.*\d| .*\w)", re.IGNORECASE)


def _folded(text: str) -> str:
    return " ".join(text.casefold().translate(_LETTERS).replace("„", "").replace("“", "").split())
