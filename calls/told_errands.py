"""Errands that the agent says are seen to: a callback, a message, a place on the waiting list. Each needs a row.

Pure. "Die Nachricht liegt ihm vor" says so in the agent's own words; "Notiert." says so where the caller had just asked
for it. What was refused, asked, only offered, or left by the caller is none.
"""

import re
from collections.abc import Sequence

from calls import beliefs, dialogue, dialogue_words
from calls.evidence import Evidence

_NOTED = ("callback_noted", "waiting", "message_noted", "question_noted")


def is_noted(evidence: Evidence) -> bool:
    """Whether an errand is noted; a callback that is still being asked for is not, an appointment that waits tells of itself."""
    is_waiting = any(
        asked.state == "pending" and asked.tool != "request_callback" for asked in evidence.asked
    )
    return evidence.has_callback or is_waiting or evidence.answered(*_NOTED)


def unnoted(evidence: Evidence) -> str:
    """Return the words by which an errand was said to be seen to that no row shows; empty where there is none."""
    if is_noted(evidence) or evidence.answered("transfer"):
        return ""
    quote, offered = "", ""
    is_asked = is_wished = False
    for turn, (role, words) in enumerate(evidence.turns):
        if role != "agent":
            is_asked = _asks_for_one(words, offered=offered)
            is_wished = is_wished or is_asked
            quote = "" if _leaves_it(words) else quote
            continue
        offered = words
        for piece in dialogue.pieces(words):
            if _refuses(piece):
                quote = ""
            elif _claims(piece, is_asked=is_asked, is_wished=is_wished) and not (
                _LISTED.search(dialogue.folded(piece)) and _has_taken(evidence.turns[: turn + 1])
            ):
                quote = piece
    return quote


def _has_taken(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the caller has just taken a time: "auf der Liste" is an appointment then."""
    believed = beliefs.belief(turns)
    return believed is not None and believed.is_taken and believed.turn == len(turns) - 2


def _asks_for_one(words: str, *, offered: str) -> bool:
    """Whether a caller asks for an errand, or takes the one that was offered."""
    said = dialogue.folded(words)
    if _ASKED_FOR.search(said):
        return True
    last = dialogue.folded(dialogue.pieces(offered)[-1]) if dialogue.pieces(offered) else ""
    if _ERRAND.search(last) and _IS_ON_IT.search(said):
        return True
    is_offered = _ERRAND.search(last) and (dialogue.is_question(last) or _COULD.search(last))
    return bool(is_offered) and dialogue_words.YES.search(said) is not None


_IS_ON_IT = re.compile(r"\b(?:drauf|drin|dabei|notiert|eingetragen|vorgemerkt)\b.*\?$")
_COULD = re.compile(r"\b(?:kann|koennte|wuerde|gern|gerne)\b")


def _claims(piece: str, *, is_asked: bool, is_wished: bool) -> bool:
    said = _plainly(piece)
    if is_asked:
        said = _ALREADY.sub(" ", said)
    if dialogue.is_question(piece) or _NOT_MEANT.search(said):
        return False
    if _SEEN_TO.search(said) and not (_LISTED.search(said) and dialogue.has_clock(said)):
        return True
    if _WILL_BE_SEEN_TO.search(said):
        return is_wished
    return is_asked and _NODS.search(said) is not None


def _plainly(piece: str) -> str:
    """Return what is said without polite negatives, and without what the caller will be told then."""
    said = dialogue_words.COURTESY.sub(" ", dialogue.folded(piece))
    return " ".join(_BECAUSE.split(said)[0].split())


def _refuses(piece: str) -> bool:
    said = dialogue.folded(piece)
    is_about = _ERRAND.search(said) or _WILL_BE_SEEN_TO.search(said)
    return bool(is_about) and _REFUSED.search(_BECAUSE.split(said)[0]) is not None


def _leaves_it(words: str) -> bool:
    return _LEFT.search(dialogue.folded(words)) is not None


_ALREADY = re.compile(r"\b(?:bereits|schon)\b")
# What the message says, or when somebody is heard of, is no part of whether it is noted.
_BECAUSE = re.compile(r"[,:]? (?:dass|damit|weil|ob|sobald|wenn|falls)\b|:\s")
_CALL = r"(?:\w*rueckruf\w*|zurueckruf\w*|anrufwunsch|anrufbitte)"
_MESSAGE = r"(?:nachricht|notiz|botschaft|mitteilung|zettel|bitte um \w+|anliegen|info|frage)"
_LIST = r"(?<!von der )(?<!von unserer )(?:warteliste|nachrueckliste|nachrueckerliste|ausfallliste|abrufliste|absageliste|spontanliste|liste|nachruecker\w*|nachrueckplatz)"
# "Um zwölf auf der Liste von Dr. Amsel": an appointment.
_LISTED = re.compile(r"\bliste\b")
_ERRAND = re.compile(rf"\b(?:{_CALL}|{_MESSAGE}|{_LIST})\b")
_DONE = (
    r"(?:notiert|vermerkt|eingetragen|aufgeschrieben|aufgenommen|hinterlegt|gespeichert|angelegt|weitergegeben|weitergeleitet|"
    r"weitergereicht|ausgerichtet|veranlasst|drin|drinnen|drauf|raus|unterwegs|durchgegeben|uebermittelt|geschickt|abgeschickt|"
    r"gesetzt|hingelegt|vorgemerkt|erfasst|registriert|gemacht|dabei|eingestellt|beauftragt|eingereiht|hinzugefuegt|"
    r"aufgesetzt|gepackt|geschrieben|im \w+|dringend|markiert|angekommen|zugestellt)"
)
_SEEN_TO = re.compile(
    rf"\b{_CALL}\b.*\b(?:ist|hab|habe|haben|wurde|steht|liegt|sind)\b.*\b{_DONE}\b"
    rf"|\b(?:ist|hab|habe|haben|wurde)\b.*\b{_CALL}\b.*\b{_DONE}\b"
    rf"|\b{_CALL}\b.*\b(?:notiert|vermerkt|eingetragen|aufgeschrieben|veranlasst|ist drin|kommt|steht|geht klar)\b"
    rf"|\b(?:nachricht|notiz|botschaft|mitteilung|zettel)\b.*\b(?:ist|hab|habe|haben|wurde)\b.*\b{_DONE}\b"
    rf"|\b(?:ist|hab|habe|haben|wurde)\b.*\b(?:nachricht|notiz|botschaft|mitteilung|zettel)\b.*\b{_DONE}\b"
    r"|\b(?:nachricht|notiz|botschaft|mitteilung|zettel)\b.*\b(?:liegt|steht|haengt|klebt|hat er|hat sie|ist da|geht raus)\b"
    r"|\b(?:liegt|steht|haengt|klebt)\b.*\b(?:die|ihre|deine) (?:nachricht|notiz|botschaft|mitteilung|zettel)\b"
    rf"|\b(?:hab|habe|haben|ist|sind|wurde|wurden|steht|stehen|stehst|bist)\b.*\b{_LIST}\b(?!.*\bfrei\b)"
    rf"|\b{_LIST}\b.*\b(?:hab|habe|ist|sind|steht|stehen|bist|drauf)\b"
    rf"|\b(?:setze?|schreibe?|trage?|nehme?|packe?|stelle?|tue?|notiere?|merke?)\b.*\b(?:ich|wir)\b.*\b{_LIST}\b"
    rf"|\b(?:ich|wir) (?:\w+ ){{0,2}}(?:setze?n?|schreibe?n?|trage?n?|nehme?n?|packe?n?|stelle?n?|tun?|tue|notiere?n?|merke?n?)\b.*\b{_LIST}\b"
    rf"|\b{_LIST}\b.*\b(?:setze?|schreibe?|trage?|nehme?|packe?) ich\b"
    r"|\b(?:hab|habe|haben|ist|wurde)\b.*\b(?:weitergegeben|weitergeleitet|weitergereicht|ausgerichtet|uebermittelt)\b"
)
# What the agent is going to do for the caller, who asked for it.
_WILL_BE_SEEN_TO = re.compile(
    r"\b(?:richte?|richten|gebe?|geben|leite?|leiten|reiche?|sage?|sagen)\b(?: \w+){0,6} (?:aus|weiter|bescheid)\b"
    r"|\b(?:sage?|sagen|schreibe?|gebe?) (?:ich|wir)\b.*\b(?:ihm|ihr|ihnen|es|das|der|dem)\b"
    r"|\b(?:ich|wir) (?:sage?n?|schreibe?n?) (?:das |es |'s )?(?:ihm|ihr|dem|der|frau|herrn)\b"
    r"|\b(?:wird|werden) (?:\w+ ){0,4}(?:ausgerichtet|weitergegeben|weitergeleitet)\b"
    r"|\b(?:er|sie|chef\w*|meister\w*|kolleg\w*|frau \w+|herr \w+|dr\.? \w+) (?:ruft|meldet|weiss|erfaehrt|bekommt|kriegt|hat)\b"
    r"|\b(?:ruft|meldet) (?:sie|dich|er|sich)\b|\bmelde[nt]? (?:wir|ich) (?:uns|mich)\b"
)
# Where the caller asked for an errand, this much says that it is seen to.
_NODS = re.compile(
    r"\b(?:notiert|vermerkt|aufgeschrieben|aufgenommen|eingetragen|weitergegeben|hinterlegt|vorgemerkt|erledigt|gemacht|drin|drauf|steht|stehst|stehen|gespeichert|dabeigeschrieben|hingelegt|bescheid|ausgerichtet|weitergeleitet|hingeschrieben)\b"
    r"|^(?:\w+ ){0,2}(?:mach ich|machen wir|mache ich|geht klar|wird gemacht|geht in ordnung|hab ich|habe ich|haben wir|alles klar|laeuft)$"
)
_ASKED_FOR = re.compile(
    rf"\b(?:{_CALL}|{_LIST})\b|\b(?:nachricht|ausrichten|richten sie|richt\w* .*\baus|weitergeben|weiterleiten|hinterlassen)\b"
    r"|\b(?:koennen|koennten|kannst|koenntest|wuerden|wuerdest) (?:sie|du|ihr) (?:bitte |mal |das |es )*(?:der|dem|ihr|ihm|frau|herrn|doktor|dr)\b.*\b(?:sagen|ausrichten|geben|mitteilen)\b"
    r"|\b(?:sagen|sag) (?:sie )?(?:bitte |doch |mal )?(?:der|dem|ihr|ihm|frau|herrn|doktor|dr)\b|\bbescheid (?:geben|sagen)\b|\b(?:geben|sagen) sie (?:\w+ ){1,3}bescheid\b"
    r"|\b(?:soll|kann|koennte|koennten|kannst|muss|moege|moechte)\b.*\b(?:mich|uns|mal|zurueck|vorher|bei mir) (?:\w+ ){0,3}(?:an|zurueck)?(?:rufen|melden)\b"
    r"|\b(?:rufen|ruft|ruf) (?:sie |er |der |die |mir )?(?:mich|uns)\b|\bmelden sie sich\b"
)
_NOT_MEANT = re.compile(
    r"\b(?:nicht|nichts|kein|keine|keinen|keiner|soll|sollen|darf|moechten|wollen|kann|koennte|koennten|koennen|wuerde|waere|haette|"
    r"muss|muessen|versuche|leider|bereits|schon|noch|rufen sie|melden sie|gruesse)\b|\b(?:wenn|falls)\b"
)
_REFUSED = re.compile(
    r"\b(?:nicht|nichts|kein|keine|keinen|keiner|leider|fehlgeschlagen|fehler|geht nur|bringt nichts|voll|abgelehnt)\b"
)
_LEFT = re.compile(
    r"\b(?:lassen sie|vergessen sie|ich (?:ruf|rufe|meld|melde) (?:\w+ ){0,4}(?:wieder|selbst|selber|nochmal|mich|spaeter)|brauchen? (?:sie|ich) nicht|nicht noetig|doch nicht|dann eben nicht|nein danke|lieber nicht)\b"
)
