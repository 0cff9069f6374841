"""Turns of several words that mean one: "so bald wie möglich", "nicht vor", "frühestens", "vor gestern".

They are rewritten before the text is split. Patterns are written with umlauts and match all three spellings.
"""

from calls.when import asides

_AS_IT_GOES = r"(?:wie|als)(?:'?s)? (?:es |nur |irgend )*(?:möglich|geht|machbar|irgend)\w*"
_FREE = r"(?:(?:freie|verfügbare|mögliche|offene|beste|passende)[nrsm]? )*"
_IDIOMS: tuple[tuple[str, str], ...] = (
    # as soon as possible
    (rf"\b(?:so\s?)?(?:bald|schnell|früh|zeitnah|rasch)\w* {_AS_IT_GOES}", " asap "),
    (r"\bso (?:bald|schnell|früh|zeitnah|rasch)\w* (?:es|was) (?:\w+ )?(?:geht|frei)\w*", " asap "),
    (r"\bsobald (?:\w+ ){0,3}(?:frei|verfügbar|möglich)\w*(?: ist| wird)?", " asap "),
    (r"\bmöglichst (?:bald|schnell|früh|zeitnah|rasch|sofort)(?:ig|e[nrs]?)?\b", " asap "),
    (r"\b(?:schnellst|frühest|nächst|ehest)\s?möglich\w*(?: termin| zeitpunkt)?", " asap "),
    (rf"\b(?:nächste|erste|früheste|schnellste)[nrsm]? {_FREE}(?:termin|slot|zeit)\b", " asap "),
    (rf"\bnächste[nrsm]? {_FREE}(?:zeitpunkt|gelegenheit|lücke)\b", " asap "),
    (r"\bam (?:schnellsten|frühesten|ehesten)\b|\b(?:ab|per) sofort\b", " asap "),
    (r"\begal,? wann\b|\bwann auch immer\b|\birgendwann\b|\bjederzeit\b", " anytime "),
    (
        r"\bwann(?: immer)? es (?:ihnen |euch |bei ihnen |gerade )?(?:geht|passt|recht ist)\b",
        " anytime ",
    ),
    (r"\b(?:ganz|ist|ist mir) egal\b|^egal\b", " anytime "),
    # from and until
    (r"\bnicht (?:vor|früher als|eher als)\b|\berst(?: wieder)? (?:ab|nach|um)\b", " ab "),
    (r"\bfrühe?stens(?: ab)?\b", " ab "),
    (r"\bnicht (?:nach|später als|länger als)\b", " latest "),
    (r"\b(?:bis )?späte?stens(?: bis)?\b|\blängstens(?: bis)?\b", " latest "),
    (r"\bbis (?:maximal|höchstens)\b", " latest "),
    (r"\bkurz (?:vor|nach)\b", " gegen "),
    # refuse nothing
    (r"\bweiss (?:ich |es )*(?:noch |leider |auch )*nicht(?: so)?(?: genau| sicher)?\b", " "),
    (r"\beilt (?:\w+ )?nicht\b|\bnicht (?:so )?(?:eilig|dringend|sicher|genau)\b", " , "),
    # measured from something that was not said
    (
        r"\bam (?:vor)?tag (?:vor|nach|davor|danach)\b",
        " spaeter ",
    ),
    (
        (
            r"\b(?:fünf|zehn|5|10) (?:vor|nach) halb(?! ?(?:\d|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf"
            r"|zwölf|oelf))"
        ),
        " spaeter ",
    ),
    (r"\bzwischen den jahren\b", "zwischendenjahren"),
    (r"\bnach feierabend\b", "abends"),
    # "bei Freitag" may be Ms Freitag; "es bleibt bei Freitag" is the day
    (
        (
            r"\b(bleib\w*|lassen|belassen)((?: (?:wir|sie|es|das|also|dann))*) bei"
            r"(?= (?:dem |diesem )?(?:\w+tag|mittwoch|sonnabend)\b)"
        ),
        r"\1\2",
    ),
    (
        r"\b(diese|nächste|kommende|übernächste) oder (nächste|übernächste|kommende) woche\b",
        r"\1 woche oder \2 woche",
    ),
    # hesitations: an hour behind another one is another hour
    (
        r"\b(um|am|den|der|dem|ab|bis|gegen|vor|nach|zwischen|von|im|in|die|das|zum|uhr|halb|viertel),? (?:äh+m?|öh+m?|ehm|hmm?)\b,?",
        r"\1",
    ),
    (r"\b(?:äh+m?|öh+m?|ehm|hmm?)\b", " , "),
    (r"\b(?:einschliesslich|inklusive)\b", " "),
    # torn apart by the transcription
    (r"\b(ue?ber) (nae?chste[nrsm]?|nechste[nrsm]?|morgen)\b", r"\1\2"),
    (r"\bvor gestern\b", "vorgestern"),
    (r"\b(vor|nach) mittags\b", r"\1mittags"),
    (r"\b(vor|nach)-? ?(oder|und) (vor|nach)mittags?\b", r"\1mittags \2 \3mittags"),
    (r"\bkalender woche\b", "kalenderwoche"),
    (r"\bwochen ende\b", "wochenende"),
    (r"\bdrei viertel ?stunden?\b", "dreiviertelstunde"),
    (r"\b(viertel|dreiviertel) stunden?\b", r"\1stunde"),
    (r"\bhalben? ?stunden?\b", "halbstunde"),
    (r"\bk\.?\s?w\.?(?=\s?\d)", "kw "),
    # other names for the same
    (r"\bheilige[nrm]? abend\b", "heiligabend"),
    (r"\bneue[ns]? jahr(?:es)?\b", "naechstes jahr"),
    (r"\bchristi himmelfahrt\b", "himmelfahrt"),
    (r"\b(?:1\.|erste[nrsm]?) weihnachts(?:feier)?tage?\b", "weihnachtstageins"),
    (r"\b(?:2\.|zweite[nrsm]?) weihnachts(?:feier)?tage?\b", "weihnachtstagzwei"),
    (r"\b(?:den )?heilige?n? (?:drei|3) ?könige?n?\b|\bdrei ?königs?tag\b", "dreikoenig"),
    (r"\btag der arbeit\b|\b(?:1\.|erste[nrsm]?) mai feiertag\b", "tagderarbeit"),
    (r"\btag der (?:deutschen )?einheit\b", "tagdereinheit"),
    (r"\b(?:1\.|erste[nrsm]?) advent(?:ssonntag)?\b", "adventeins"),
    (r"\b(?:2\.|zweite[nrsm]?) advent(?:ssonntag)?\b", "adventzwei"),
    (r"\b(?:3\.|dritte[nrsm]?) advent(?:ssonntag)?\b", "adventdrei"),
    (r"\b(?:4\.|vierte[nrsm]?) advent(?:ssonntag)?\b", "adventvier"),
    (r"\b(?:an)?statt\b(?! dessen)", " , nicht "),
    (r"\b(?:anytime +)?unter der woche(?: +anytime)?\b", " "),
    (r"\bich (?:meine?|meinte|korrigiere|wollte sagen)\b|\bbesser gesagt\b", " nein "),
    (
        r"\b(?:ach )?was (?:sage?|rede?|erzähle?|quatsche?) ich(?: denn| da)*\b|\bach ne\b|, ne,",
        " nein ",
    ),
    (
        r"\b(?:(?:ich )?habe? mich|(?:da )?habe? ich mich) (?:\w+ )?(?:versprochen|vertan|verguckt|verlesen|geirrt|verschaut|vertippt)\b",
        " nein ",
    ),
    (r"\b(?:streichen sie|vergessen sie|vergiss)(?:'s| das| es| den)?\b", " nein "),
    (r"(?<!oder )(?<!oder auch )\b(?:doch lieber|lieber doch)\b", " nein "),
    (r"\bach mist\b", " nein "),
    (
        r", (?:(?:na ja|naja|hm|ach|dann|doch|sagen wir|machen wir|nehmen wir|wobei) )*(?:lieber|besser)\b(?! gesagt)",
        " , nein ",
    ),
    (
        r"(?<!im )\b(?:(?:einen )?moment(?: mal| bitte)+|wart(?:e|en sie)(?: mal| kurz| bitte)*|halt stopp?|ach komm)\b",
        " , moment , ",
    ),
    # what was named before is refused, and something else may follow
    (
        (
            r"\b(?:da|das|der|dann) (?:kann|geht|gehts|passt|klappt|habe?|muss|bin)(?: (?:ich|wir|es|mir|uns|bei|ja|leider|doch|gar|auch))*"
            r" (?:nicht|keine zeit|schon was(?: vor)?|arbeiten|weg|verhindert)(?= ?(?:[,.;]|$))"
        ),
        " nein ",
    ),
    (r"\boder,? (?=(?:warten?|moment|halt|stopp?|nein|nee)\b)", " , "),
    (r"\bzur not(?: auch)?\b", " oder "),
    (r"\balle (?:zwei|drei|vier|sechs|acht|\d+) (?:tage|wochen|monate)\b", " jeden "),
    (r"\b(?:14|vierzehn)-?tägig\w*", " jeden "),
    (
        (
            r"\b(?:(?:zwischen|vo[nm]|from|between) )?(\d{1,2})\.? ?(?:-|bis|und|and) ?(\d{1,2})\.? "
            r"(januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)\b"
        ),
        r"vom \1. bis \2. \3",
    ),
    # written by programs
    (r"(?<=\d)\s?([ap])(?:\.\s?| )m\b\.?", r"\1m"),
    (r"\bt(?=\d{1,2}:\d{2})", " "),
    (r"\b(\d{4}-\d{2}-\d{2})t(\d{2})(\d{2})(?:\d{2})?(?=z|\b)", r"\1t\2:\3"),
    (r"\b(\d{4})(\d{2})(\d{2})t(\d{2})(\d{2})(?:\d{2})?(?=z|\b)", r"\1-\2-\3t\4:\5"),
)


_PATTERNS = tuple((asides.spelled(pattern), plain) for pattern, plain in _IDIOMS)
# One of these must be there for any of the above: most of what is said has none (tests/calls/test_when.py).
_HINT = asides.spelled(
    r"möglich|geht|mach|frei|so |schnell|früh|nächste|\berst|am ehe|sofort|egal|wann|jederzeit|nicht|spät|längst|maximal"
    r"|höchst|kurz|tag (?:vor|nach|davor|danach)|(?:vor|nach) halb|jahr|feierabend|bleib|lass|oder|hm|\bäh|\böh|ehm|einschl|inkl"
    r"|über |vor gestern|mittags|wochen ende|kalender|stunde|k\.? ?w|heilig|christi|weihnacht|könig|arbeit|einheit"
    r"|advent|statt|der woche|\bich (?:mein|korr|woll|hab)|mich|gesagt|\bach\b|was (?:sag|red|erz|quat)|, ne,|n sie|vergiss|lieber|alle|tägig|\d\s?[ap]|t\d|feiertag|zur not|, (?:\w+ )*besser|moment|wart|halt stop|ach komm|\d\.? ?(?:-|bis|und|and) ?\d+\.? [adfjmnos]"
)


def plain(folded: str) -> str:
    """Return the folded text with its idioms rewritten."""
    return rewritten(folded) if _HINT.search(folded) else folded


def rewritten(folded: str) -> str:
    """Do the same without asking first whether there are any."""
    for pattern, replacement in _PATTERNS:
        folded = pattern.sub(replacement, folded)
    return folded
