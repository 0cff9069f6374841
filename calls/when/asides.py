"""What is said beside a time and is none: greetings, people, ages, numbers of rooms and telephones, stories of before.

Taken out before the text is split. Patterns are written with umlauts and match all three spellings (`spelled`).
"""

import re


def spelled(pattern: str) -> re.Pattern[str]:
    """Return the pattern for folded text; an umlaut in it stands for "ae" and for "a"."""
    for umlaut, spellings in {"ä": "ae?", "ö": "oe?", "ü": "ue?"}.items():
        pattern = pattern.replace(umlaut, spellings)
    return re.compile(pattern)


_NUMBER = r"(?:ein|eine|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|\w+zehn|\w*zwanzig|\w+und\w+zig|\d{1,3})"
# What makes an hour of a number, or counts something else with it.
_NO_HOUR = r"(?! ?(?:uhr|h\b|[:.]\d|bis\b|oder\b|-|vor\b|nach\b|minute|stunde|tag|woche|monat|jahr|person|leute|kind|euro))"
_MINE = r"(?:mein|unser|sein|ihr)e?[nrsm]?"
# One of these words must be there before anything is looked for.
_HINT = spelled(
    r"guten|schöne|für|for|mit |ist|wird|bin|sind|nummer|telefon|handy|zimmer|raum|nr|plz|postleit|grösse|geb|war|hatte|ich hab"
    r"|strasse|str\b|weg|allee|gasse|damm|\dx|kommt|kommen|kabine|@|0\d{2}|\+\d"
)
_ASIDES = tuple(
    (spelled(pattern), instead)
    for pattern, instead in (
        (
            (
                r"\b(?:(?:einen?|wunder|recht) ?)*(?:guten|schönen?(?: guten)?) (?:morgen|abend|tag|mittag|nachmittag|vormittag|feierabend)\b"
                r"|\bschönes wochenende\b|\bgute nacht\b"
            ),
            " , ",
        ),
        # people
        (
            rf"\bfür (?:uns |euch |meine |unsere |die )?{_NUMBER}\b{_NO_HOUR}(?=.*\b(?:um|gegen|halb|viertel|uhr)\b)",
            " ",
        ),
        (
            rf"(\b(?:um|gegen|halb|viertel|uhr|tisch|platz|reservierung)\b.*)\bfür (?:uns |euch )?{_NUMBER}\b{_NO_HOUR}",
            r"\1 ",
        ),
        (
            rf"\bmit (?:meinen |unseren |den )?{_NUMBER} (?!uhr\b|minuten|stunden)\w+(?:en|ern|innen|eln)\b",
            " ",
        ),
        (
            (
                rf"\b(?:{_MINE} \w+|der kleine|die kleine|der|die|er|sie|ich) (?:ist|wird|bin|werde)(?: (?:jetzt|schon|gerade|erst|bald))*"
                rf" {_NUMBER}\b{_NO_HOUR}"
            ),
            " , ",
        ),
        (
            rf"\bwir (?:sind|wären|kommen)(?: (?:zu|insgesamt|dann|nur|etwa))* {_NUMBER}\b{_NO_HOUR}",
            " , ",
        ),
        (
            (
                rf"\b(?:{_MINE} \w+|er|sie) (?:kommt|kommen|ist|muss|kann|will)(?: (?!uhr)\w+)*? "
                r"(?:später|früher|hinterher|danach|vorher|eher|davor|nach|dazu)\b[^,;.]*"
            ),
            " , ",
        ),
        # numbers of something
        (
            (
                r"\b(?:\w*nummer|telefon|tel|handy|mobil|zimmer|raum|kabine|\w*nr|plz|postleitzahl|\w*grösse)\b\.?"
                rf"(?: (?:ist|lautet|wäre|die|nummer|nr))*[:.]? ?(?:\+?\d[\d /()-]*\d|\d|{_NUMBER}\b{_NO_HOUR})(?![.:]\d)"
            ),
            " , ",
        ),
        (r"\b\d{1,2} ?x\b|\b\w+(?:strasse|str|weg|allee|gasse|damm)\b\.? \d+\w?\b", " "),
        (r"\S+@\S+", " "),
        (r"(?<![\d.:])(?:\+\d{2}|0\d{2,4})[ /-]?\d[\d /-]{4,}\d", " , "),
    )
)
# Stories of before: who says nothing else has said when.
_STORIES = tuple(
    (spelled(pattern), instead)
    for pattern, instead in (
        (
            (
                r"\b(?:ich |er |sie )?(?:bin|ist|wurde|war) (?:am|im) [^,;]*?\bgeboren\w*"
                r"|\b(?:geburtsdatum|geboren|geb)\b\.?:? [^,;]*"
            ),
            " , ",
        ),
        (
            (
                rf"\b(?:ich|wir|er|sie|{_MINE} \w+) (?:war|waren|hatten?|bin|habe?|ist|hat)\b[^,;.]*"
                r"\b(?:vor (?!allem|ort)\w+ (?:tag|woche|monat|jahr)\w*|letzte[nsr]? \w+|vorgestern|gestern)\b[^,;.]*(?=[,;.]|$)"
            ),
            " ",
        ),
    )
)


def without(folded: str) -> str:
    """Return the folded text without what is no time."""
    if _HINT.search(folded):
        for pattern, instead in _ASIDES:
            folded = pattern.sub(instead, folded)
        for pattern, instead in _STORIES:
            rest = pattern.sub(instead, folded)
            folded = rest if _WORD.search(rest) else folded
    return folded


_WORD = re.compile(r"\w")
