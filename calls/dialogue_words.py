"""The German by which a turn is known for what it does: lexicon of `calls/dialogue.py`, over folded text."""

import re

LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SHORT = ("Dr", "Prof", "bzw", "ca", "Nr", "Hr", "Fr", "z", "B", "St", "Str")
BEHIND_A_NUMBER = (
    r"|(?<=[0-9]\.)\s+(?=(?:Das|Dies|Der|Die|Sie|Ihre?|Wir|Ich|Bitte|Dann|Es|Ja|Nein|Danke|Gut|Bis|Auf|Und|"
    r"Kommen|Bringen|Vielen|Soll|Kann|Möchten)\b)"
)
# A dot ends a sentence only before a capital letter, and not behind a number or an abbreviation.
BREAK = re.compile(
    r"(?<=[!?…])\s+|(?<=[.;:])(?<![0-9]\.)"
    + "".join(rf"(?<!\b{short}\.)" for short in _SHORT)
    + r"\s+(?=[A-ZÄÖÜ„0-9])"
    + BEHIND_A_NUMBER
    + r"|\n+|\s+(?=aber (?:um|am|ich|wir|dann)\b)|,\s+(?=(?:aber|dafür|stattdessen|jedoch)\b)"
)
_HOURS = (
    r"(?:ein|eins|eine|zwei|zwo|drei|vier|fuenf|sechs|sieben|acht|neun|zehn|elf|zwoelf|dreizehn|vierzehn|fuenfzehn|"
    r"sechzehn|siebzehn|achtzehn|neunzehn|zwanzig|einundzwanzig|[0-2]?\d)"
)
CLOCK = re.compile(
    rf"\b{_HOURS}e? uhr\b|\b(?:halb|viertel|dreiviertel)\b|\b\d{{1,2}}[:.]\d\d\b"
    rf"|\b(?:um|gegen|ab|so|auf) {_HOURS}e?\b|\b{_HOURS} (?:dreissig|fuenfzehn|fuenfundvierzig|geht|ginge|passt|klappt|(?:ist|waere) (?:noch )?frei)\b|\bklock\b"
)
DAY = re.compile(
    r"(?:mon|diens|donners|frei|sams|sonn)tags?\b|mittwoch|sonnabend|\b(?:heute|(?<!guten )(?<!schoenen )morgen(?! \w+ (?:hier|am apparat))|uebermorgen|woche|wochenende)\b"
    r"|\b(?:januar|februar|maerz|april|mai|juni|juli|august|september|oktober|november|dezember)\b|\b\d{1,2}\.(?:\d|\s|$)|\b(?:am|der|den|dem|zum|vom) (?:\w*(?:zwanzig|dreissig)ste[nr]?|(?:drei|vier|fuenf|sech|sieb|acht|neun)zehnte[nr]?)\b"
)

OTHER_DAY = re.compile(rf"\b(?:und|dann|oder|lieber)\b(?! bis).*(?:{DAY.pattern})")

# --- the caller ---

WISHES = (
    (
        "callback",
        re.compile(r"\bzurueckruf\w*|\brueckruf\b|\b(?:ruft|rufen sie|rufe?n? mich)\b.*\ban\b"),
    ),
    (
        "other",
        re.compile(
            r"\bwarteliste\b|\b(?:ausrichten|richten sie|sagen sie (?!.*\bab\b)|nachricht)\b|\beinen menschen\b"
            r"|\b(?:legen sie|zuruecklegen)\b|\bgutschein\w*"
        ),
    ),
    (
        "move",
        re.compile(
            r"\b(?:um|ver|vor|nach hinten|nach vorne|rueber)\s?(?:schieb|leg(?!t\b)|buch|zieh|tausch)\w*|\bschieben?\b(?! (?:\w+ )?vorbei)(?!.*\b(?:dazwischen|ein|rein)\b)|\bauf (?!(?:\w+ ){0,2}\w*liste\b).*\b(?:legen|ziehen|setzen)\b"
            r"|\b(?:statt|anstatt|anstelle)\b|\bander(?:en|er) (?:termin|tag|zeit|uhrzeit)\b|\bmove\w*|\baus (?:\w+tag|mittwoch)\b.*\bmachen\b|\bich komme\b.*\b(?:wuerde|moechte|koennte|will)\b.*\blieber\b.*\bkommen\b|\bwechseln auf\b"
            rf"|\b(?:muss|muesste|muessten|bitte|lieber)\b (?:\w+ ){{0,2}}auf (?:den )?(?:{_HOURS}|halb|\w+tag|mittwoch|morgen|uebermorgen)\b"
            r"|\b(?:muss|muesste|muessten|soll|sollte|kann|koennte)\b (?:\w+ ){0,3}(?:spaeter|frueher) (?:sein|liegen|werden)\b|\brutschen\b|\bspaeter kommen\b|\bfrueher kommen\b|\btauschen\b"
        ),
    ),
    (
        "cancel",
        re.compile(
            r"\b(?:ab(?:ge)?sag\w*|stornier\w*|(?:ge)?streich\w*|cancel\w*|loesch\w*|abmeld\w*|abbestell\w*|absage|rausnehm\w*|austrag\w*)\b"
            r"|\bsag\w*\b.*\bab(?:$|[.,!])|\bsag\w* (?:mich|ihn|den|das|es)\b.*\bab\b|\bsag\w*\b.*\bab\b.*\btermin\b|\bnehm\w*\b.*\b(?:raus|heraus)\b|\b(?:kann|muss|soll) (?:\w+ )?(?:weg|raus)\b"
            r"|\b(?:termin|ihn|den|die|das)\b.*\bnicht mehr\b|\bbrauche? (?:ich )?(?:\w+ )?doch nicht\b|\bnicht (?:kommen|wahrnehmen|schaffen)\b|\b(?:ich|wir) (?:bin|sind) (?:\w+ ){0,4}nicht (?:\w+ ){0,2}(?:dabei|da)\b|\bdass (?:ich|wir) .*\bnicht (?:komme\w*|kann|koennen|schaff\w*)\b|\bschaffe?(?:\W?s)? (?:ich )?.*\bnicht\b|\bfaellt\b.*\b(?:aus|flach)\b|\b(?:aus|ent)fallen\b"
        ),
    ),
)
# Offers that lead to no appointment.
LEADS_OUT = re.compile(
    r"\b(?:anzurufen|zurueckzurufen|zurueckruf\w*|rueckruf|warteliste|verbinden?|durchstell\w*|nachricht|ausrichten|newsletter|gutschein|offene sprechstunde|"
    r"ohne (?:\w+ )?(?:termin|anmeldung|voranmeldung))\b|\b(?:rufen|melden|versuchen|probieren|schreiben|schicken|buchen|wenden|sprechen) sie (?!.*\?)|\bmit (?:den|der|dem) \w+ sprechen\b|\b(?:rufst|meldest) du (?!.*\?)|\bruf (?:\w+ ){0,4}(?:an|durch)\b|\beinfach (?:so )?vorbei\b"
)
# A call back about another matter.
ABOUT_ELSE = re.compile(
    r"\b(?:dazu|darueber|wegen|zur|zum|zu ihre\w*|damit)\b.*\b(?:ruft|rufen|meldet|melden|rueckruf|angerufen|zurueckgerufen)\b"
    r"|\b(?:ruft|rufen|meldet|melden|rueckruf)\b.*\b(?:dazu|darueber|wegen|zur|zum)\b(?!.*\btermin)"
)
# What the agent is about to do.
_VERBS = r"(?:trag|buch|reservier|streich|stornier|sag|verschieb|verleg|leg|nehm|schreib|merk|plan|setz|loesch|mach|veranlass|erledig)(?:e|en)?"
INTENDS = re.compile(rf"\b(?:ich|wir) (?:\w+ ){{0,3}}{_VERBS}\b|\b{_VERBS} (?:ich|wir)\b")
CHANGES = re.compile(r"\b(?:absag|stornier|verschieb|verleg|umbuch|streich|loesch|aender)\w*")
AWAITS = re.compile(
    r"\b(?:fest|bestaetigt|gebucht|sicher|verbindlich)\b.*\bnoch nicht\b|\bnoch nicht (?:fest|bestaetigt|gebucht|sicher|verbindlich)\b"
    r"|\b(?:bestaetigt|bestaetigen)\b.*\b(?:per|ihnen|noch|ihn|das)\b.*\b(?:sms|mail|anruf|telefonisch|noch)\b|\bunter vorbehalt\b|\bmuss\b.*\bnoch\b.*\b(?:freigegeben|freigeben|bestaetigt|bestaetigen|genehmigt|genehmigen|zustimmen|absegnen|pruefen)\b|\bbis dahin (?:gilt|bleibt)\b|\berst fest,? (?:wenn|sobald|nach|mit)\b|\bob es klappt\b"
)
# Tells plainly that a wish cannot be fulfilled.
CANNOT = re.compile(
    r"\b(?:kann|konnte|koennen|konnten|finde|finden|sehe|darf|duerfen|geht|ging|laesst)\b.*\b(?:nicht|nichts|kein\w*)\b"
)
# Asks what would be, and wants nothing changed.
ASKS_HOW = re.compile(
    r"^(?:[^.?!]*, )?faellt (?:die|der|das|mein\w*|unser\w*) [^.?!]*\baus\?|\b(?:bis wann|wie kurzfristig|wie lange vorher|wie kann ich|falls ich|wenn ich)\b"
)
# No decision was made, or one against it.
PUTS_OFF = re.compile(
    r"\b(?:ueberleg\w*|schreib\w* (?:ich )?(?:euch|ihnen|dir)|frag\w* (?:ich )?(?:mal )?(?:meinen|meine|unsere|unseren|die|den) \w+|melde? (?:ich )?mich|meld mich|ruf\w* (?:\w+ ){0,3}(?:wieder|nochmal|noch mal|noch einmal|spaeter) ?(?:an)?|lassen sie (?:es|mal|das)|ein andermal"
    r"|doch nicht|lieber (?:noch )?nicht|muss (?:ich )?(?:erst|noch|das erst)|muss (?:ich )?(?:\w+ ){0,3}(?:fragen|besprechen|gucken|schauen|klaeren|ueberlegen|absprechen|abklaeren)|klaer\w* (?:ich )?(?:das )?|erst (?:mal )?(?:meine?n?|mit)|vergessen sie es|schade|erkundig\w*"
    r"|schaff\w* (?:ich )?(?:das )?(?:doch )?nicht|beides nicht|nehme ich nicht|weiss (?:ich )?(?:noch )?nicht|gar nichts|auch nicht|(?:guck|such|schau|frag|sprech|red|pruef|seh|check)\w* (?:ich )?(?:\w+ )?erst|warte (?:noch|erst)|buch\w* (?:\w+ ){0,3}(?:online|im netz|internet)|online (?:buchen|machen)|lass\w* (?:ich |wir )?(?:\W?s |es |das |ihn |den )?(?:lieber |einfach |erst ?mal )?(?:so|stehen|dabei|bleiben|offen)|bleib\w* (?:ich |es )?(?:dabei|bei (?:mein\w*|d\w+) (?:alten|bisherigen)|so)|behalte ich|(?:wir|ich) melden? (?:uns|mich)|dann (?:\w+ ){1,3}wieder$|komm\w* (?:\w+ ){0,2}(?:darauf|drauf) zurueck|gut zu wissen|reicht (?:mir|schon)|bespreche|absprechen|rede (?:erst )?mit|bescheid weiss|weiss ich bescheid|nur (?:mal )?(?:wissen|fragen|hoeren)|theoretisch|eventuell|ein anderes mal)\b"
    r"|\b(?:such|schau|guck|probier|versuch|frag|geh|ruf|meld|seh|mach|hol)\w* (?:\S+ ){0,5}(?:woanders|anderswo|anderweitig)\b|\b(?:woanders|anderswo|anderweitig) (?:\w+ ){0,3}(?:such|schau|guck|probier|versuch|frag|hin|umseh|umhoer|umschau)\w*|\bnichts fuer ungut\W*$"
    r"|\bruf\w* ich\b|\bich ruf\w*\b|\b(?:schau|guck|seh|sehe|schaue|gucke)\w*\b.*\bob\b|\bmal (?:sehen|schauen|gucken)\b"
)
# Has the agent do it ("dann trag mich ein").
BIDS = re.compile(
    r"\b(?:trag|setz|schreib|buch|nimm|pack|mach|reservier|merk|meld)\w* (?:sie |du )?(?:mich|mir|uns|ihn|sie|das|den|ma|mi)\b"
)
# Of two offered times one is chosen by its number alone ("elf").
HOUR_ALONE = re.compile(rf"^(?:ach |dann |lieber )?{_HOURS}e?\b")
ASKS_WHOSE = re.compile(r"\b(?:name\w*|nummer|heissen|wie schreibt)\b[^?]*\?")
# Said without a wish: an apology, or that it will be found elsewhere or later.
LEAVES_IT = re.compile(
    r"\b(?:macht nichts|nichts fuer ungut|woanders|spaeter|entschuldig\w*|verzeih\w*|erst mal kein\w*|ein andermal)\b"
)
NO = re.compile(
    r"^(?:\w+ )?(?:nein|nee|ne|noe|na)\b|\b(?:nein danke|passt (?:mir )?(?:leider )?nicht|geht (?:leider )?nicht|zu (?:frueh|spaet|teuer))\b"
)
# Gives up what was granted, whatever was spoken of in between.
REVOKES = re.compile(
    r"\b(?:lassen sie|lass es|lassen wir|vergessen sie|doch nicht|lieber nicht|doch lieber|nehm\w* (?:ich )?nicht|ueberleg\w*|absag\w*|stornier\w*|zu (?:teuer|viel))\b"
)
# What does not fit, with its hour: it is neither taken nor wished for.
FITS_NOT = re.compile(
    rf"(?:\b(?:um )?{_HOURS}e?(?: uhr)? )?\b(?:geht|passt|klappt|ist) (?:\w+ ){{0,2}}(?:nicht|schlecht)\b"
)
DISLIKES = re.compile(r"\b(?:bloed|schlecht|unguenstig|zu (?:frueh|spaet|knapp|viel|teuer))\b")
YES = re.compile(
    r"\b(?:laesst sich (?:machen|einrichten)|kann ich einrichten|richte ich ein|haut hin|kommt hin|ja|jo|jep|joa|jawohl|genau|gern|gerne|nehm\w*|passt|basst|super|perfekt|prima|klasse|top|okay|ok|einverstanden|buchen|gut|jut|recht|bitte|wunderbar|geht|toll|sehr schoen|alles klar|machen wir|mach\w*|bin ich dabei)\b"
)
SEVERAL = re.compile(
    r"(?<!um )(?<!halb )(?<!gegen )\b(?:zwei|drei|vier|2|3) (?!ein\b|uhr|minuten|stunden|tage|wochen|monate|jahre)[a-z]{3,}|\bbeide\w*\b|\b(?:zwillinge|geschwister|familie)\b|\bich\b.*\bund (?:ich|meine?n?|sie|er)\b|\bund (?:ich|mich)\b|\b(?:zwei|drei|vier|fuenf|sechs|2|3) (?:termine|mal|behandlungen|sitzungen)\b|\b(?:zwei|drei|vier|fuenf|sechs|acht|zehn) ?mal\b|\bzu (?:zweit|dritt)\b|\bnoch einen\b"
    r"|\b(?:fuer mich und|und (?:einmal )?fuer|fuer (?:meinen|meine|unsere|unseren|den|die) (?:sohn|tochter|mann|frau|kind|kinder|mutter|vater|freundin|freund))\b|\bund \w+tags?\b|\bund (?:\w+ ){0,4}noch (?:ein\w*|das|die|den|zum|zur)\b"
)
COUNTS = (
    (
        re.compile(
            r"(?<!\bfuer sie )(?<!\bfuer euch )(?<!\bfuer uns )\bbeide[rn]?\b(?! leistungen)|\b(?:die|alle|ihre) zwei\b|\bzwei termine\b"
        ),
        2,
    ),
    (
        re.compile(
            r"\b(?:die|alle|ihre) drei(?! (?!termine|sind|stehen|stunden|sitzungen|behandlungen|einheiten|(?:\w+tage|mittwoche)\b)[a-z])|\bdrei termine\b|\bdreimal\b"
        ),
        3,
    ),
    *(
        (
            re.compile(
                rf"\b(?:die|alle|ihre) {many}(?= termine| sind| stehen| gehoeren| \w+tage\b| mittwoche\b| stunden\b| sitzungen\b| behandlungen\b| einheiten\b| anwendungen\b|$)|\b{many} termine\b"
            ),
            count,
        )
        for many, count in (("vier", 4), ("fuenf", 5), ("sechs", 6), ("acht", 8), ("zehn", 10))
    ),
)
# Asks whether it is done; a plain yes then says as much as "gebucht".
IS_IT_DONE = re.compile(
    r"\b(?:tragen|buchen|reservieren|notieren|schreiben|nehmen) sie\b.*\b(?:ein|uns|mich|das|es|den|auf)\b\W*$|"
    r"\b(?:verbindlich|sicher|fest|fix|gebucht|eingetragen|vorgemerkt|angemeldet|drin|geklappt|klappt|gebongt|steht|notiert|reserviert|abgesagt|storniert|geloescht|raus|erledigt|eingeplant|dabei|weg|verschoben|verlegt|umgebucht)\b"
    r"|\b(?:ist|bleibt|waere|gilt) es (?:jetzt|nun|dann|also)\b|\b(?:jetzt|nun|also) (?:ist|gilt)\b"
)
# Asks it of this call, and not of an appointment of before.
BY_NOW = re.compile(r"\b(?:also|jetzt|nun|dann|damit|somit)\b(?! noch\b)")
PLAIN_YES = re.compile(
    r"^(?:aber |na |ja |nun )?(?:ja|jawohl|so ist es|stimmt|exakt|jep|jo|genau|richtig|natuerlich|selbstverstaendlich|klar|na klar|jo|sicher|absolut)\b"
    r"|^(?:jetzt|bist|sind|ist|steht|stehst|hast|haben)\b"
)
# Questions whose answer names times and offers none.
ASKS_ABOUT = re.compile(
    r"\b(?:wie lange|geoeffnet|oeffnungszeiten|offen|auf|kostet|kosten|dauert|parken|preis\w*)\b.*\?$|^wie lange\b|\bwann (?:ist|sind|macht|machen|oeffn\w*|kommt|wird)\b(?!.*\b(?:frei|termin|platz)\b)"
)
FAREWELL = re.compile(
    r"\b(?:wiederhoeren|wiedersehen|tschuess\w*|ciao|schoenen|schoene|schoenes|bis (?:dann|bald|dahin|\w*tag|morgen)|alles gute|servus)\b"
)
# Asks which appointment is meant, and offers none.
IS_IT_THIS = re.compile(
    r"\b(?:richtig|korrekt|stimmt das|stimmt|der|den|diesen|meinen sie)\s?\?$|,\s?(?:ja|oder|nicht wahr)\s?\?$|\b(?:richtig|korrekt)$"
)
STAYS_AWAY = re.compile(
    r"\b(?:dann|also|gut|okay) (?:kommen|kommst) (?:sie|du) (?:\w+ ){0,4}nicht\b|"
    r"\b(?:existiert|gibt es|gilt|findet|steht|stehst|stehen|besteht)\b.*\bnicht mehr\b|"
    r"\b(?:brauchen|muessen|brauchst|musst) (?:sie|du) (?:\w+ ){0,3}nicht (?:mehr )?(?:zu )?kommen\b|"
    r"\b(?:rechn|wart|erwart|plan)\w* (?:\w+ )?(?:nicht|nicht mehr) (?:mehr )?(?:mit |auf )?(?:ihnen|sie|dir|dich|euch)\b"
)
# Some other thing is there, and no appointment ("dafür ist jetzt ein Kaffee dabei").
OTHER_THING = re.compile(
    r"\b(?:ist|sind|waere)\b(?: \w+){0,3} (?:eine?|einen) (?!termin\b|platz\b|stunde\b|buchung\b)\w+ (?:\w+ )?(?:dabei|drin|dran|inklusive)\b"
)
# Only agrees to what the caller sighed about.
SIGHS = re.compile(r"^(?:ja|tja|das stimmt|stimmt),? leider\W*$|^leider(?: ja)?\W*$")
# Asks about what belongs to no wish: things, ways, prices.
BY_THE_WAY = re.compile(
    r"\b(?:kostet|kosten|parken|parkplatz|brauch\w*|mitbring\w*|zahl\w*|karte|kasse|preis\w*|duerfen?|darf man|kann man|muss man|eigentlich|uebrigens|sagen sie|sag mal)\b"
)
# The caller has to come back for it, or it may be gone by then.
LEFT_OPEN = re.compile(
    r"\b(?:rufen|melden|kommen) sie (?:\w+ ){0,3}(?:wieder|noch ?mal|noch einmal|erneut)\b|\b(?:ruf|meld|meldest|rufst) (?:\w+ ){0,4}(?:wieder|noch ?mal|noch einmal|erneut)\b"
    r"|\bkann sich (?:\w+ ){0,3}aendern\b|\bohne gewaehr\b|\bnicht (?:frei|zurueck|fest)(?:ge)?halten\b|\bkann ich (?:\w+ ){0,4}nicht (?:reservieren|blocken|garantieren)\b"
)
# An errand beside the appointment, and not instead of it.
ON_TOP = re.compile(
    r"\b(?:auch|ebenfalls|ebenso|ausserdem|zusaetzlich|noch dazu|obendrein|dazu)\b(?!.*\b(?:nicht|nichts|kein\w*|termin\w*|bestaetig\w*)\b).*\b(?:notiert|vermerkt|aufgeschrieben|eingetragen|hinterlegt|weitergegeben|veranlasst|dabei|rueckruf|angerufen|zurueck|an)\b"
)
# The day that was left for another is free again.
FREE_AGAIN = re.compile(
    r"[,;] (?:und )?(?:der|die|das|ihr|dein) (?:\w+ ){0,3}(?:ist|wird|waere) (?:damit |dann |wieder |nun )*frei\b"
)
# A price beside a time leaves the time an offer.
PRICE = re.compile(r"\b(?:ab )?\S+ euro\b(?: (?:pro|je) \w+)?")
# Asks for the name behind what is told ("eingeplant, Herr …?").
NAMELESS = re.compile(r",? (?:herr|frau)\W*\?$")
# Asks for nothing, but says politely when the caller is awaited.
WELCOMES = re.compile(
    r"\b(?:darf|duerfen) (?:ich|wir) (?:sie|dich|euch)\b.*\b(?:begruessen|empfangen|willkommen|erwarten)\b[^?]*$"
)
MERE_THANKS = re.compile(r"\bdanke\w*\b")
# Who says no more than this takes nothing.
APOLOGIES = re.compile(
    r"\b(?:entschuldig\w*|verzeihung|sorry|pardon|verwaehlt|vertan|falsch verbunden)\b"
)
WHEN_AGAIN = re.compile(
    r"\b(?:(?<!bis )(?<!ab )wann(?! (?:machen|oeffnen|schliessen|kann|darf|bin ich fertig|hole))|um wie ?viel uhr|welche uhrzeit|wie ?viel uhr|noch ?mal|wiederholen|wie bitte)\b|^um \w+\?$"
)
HALF_OF_DAY = re.compile(
    r"\b(?:abends?|\w+abend|morgens|frueh|vormittags?|nachmittags?|\w+nachmittag|\w+vormittag|nachts)\b"
    r"|\b(?:1[3-9]|2[0-3])(?:[:.]\d\d)?(?: uhr\b|$)|\b(?:1[3-9]|2[0-3]):\d\d\b|\b(?:dreizehn|vierzehn|fuenfzehn|sechzehn|siebzehn|achtzehn|neunzehn|(?:ein\w+)?zwanzig) uhr\b"
)
WEEKDAY = re.compile(r"\b(?:mon|diens|donners|frei|sams|sonn)tag|\bmittwoch|\bsonnabend")
MORE_THAN_WEEKDAY = re.compile(
    r"\b(?:heute|morgen|uebermorgen|woche|wochen|tagen|diesen|dieser|naechste\w*|kommende\w*|uebernaechste\w*)\b|\b\d{1,2}\.(?:\s|\d)"
    r"|\b(?:januar|februar|maerz|april|mai|juni|juli|august|september|oktober|november|dezember)\b|\b\w+(?:te|ten|ter|tem)\b"
)
THANKS = re.compile(
    r"^(?:\w+ ){0,2}(?:danke\w*|dankeschoen|merci|tschuess\w*|ciao|wiederhoeren|bis (?:dann|\w+))$"
)
# A yes that takes something, where a plain thank-you does not.
TAKES = re.compile(
    r"\b(?:ja|jo|jep|jawohl|nehm\w*|passt|basst|gern|gerne|bitte|super|perfekt|prima|klasse|einverstanden|wunderbar|toll|top|recht|machen wir|mach\w*|erste\w*|zweite\w*|dritte\w*|vierte\w*|gut)\b"
)
PAST = re.compile(
    r"\b(?:war|waren|wart|warst|hatte|hatten|gewesen|letzte[nrsm]?|gestern|vorgestern)\b"
)
# Who may have called before, and does so for the caller.
_KIN = r"(?:frau|mann|sohn|tochter|mutter|vater|mama|papa|partner\w*|freund\w*|lebensgefaehrt\w*|schwester|bruder|oma|opa|schwiegermutter|schwiegervater|schwiegertochter|schwiegersohn|chef\w*|kolleg\w*|sekretaer\w*|assistent\w*|nachbar\w*|betreuer\w*|gattin|gatte|pflegedienst|verlobte\w*|enkel\w*)"
OTHERS = rf"(?:mein|unser|ihr|dein|euer|eur)e? {_KIN}"
_ARRANGED = r"(?:gebucht|gemacht|ausgemacht|vereinbart|abgemacht|reserviert|geregelt|geholt|festgemacht|arrangiert|organisiert|angemeldet)"
# Somebody else arranged it before the call: told as past, and nothing of this call.
BY_ANOTHER = re.compile(
    rf"(?:\bihr|\bdein|\beuer|\beur)e? {_KIN} (?:hat|hatte)\b(?!.*\b(?:jetzt|nun|damit|somit|hiermit)\b).*\b{_ARRANGED}\b"
    rf"|\b(?:hat|hatte) (?:das |den |es |da )?(?:schon |bereits )?(?:ihr|dein|euer|eur)e? {_KIN}\b(?!.*\b(?:jetzt|nun|damit|somit|hiermit)\b).*\b{_ARRANGED}\b"
)
# The caller asks what stands; the answer reads it out and promises nothing.
READS_OUT = re.compile(
    r"\b(?:wann|um wie ?viel uhr|wie spaet|welche uhrzeit|an welchem tag|welcher tag)\b[^.?!]*\b(?:war|waren)\b[^.?!]*\b(?:ich|wir|mein\w*|unser\w*|(?:bei|fuer) (?:mir|mich|uns|meine?n?r?m? \w+))\b|"
    rf"^(?:.*[.!,] )?(?:hat|haben|hatte|hatten) (?:denn |da )?{OTHERS}\b(?![^?]*\b(?:jetzt|nun|damit|somit|also|dann|fest|sicher)\b)[^.?!]*\b(?:gemacht|ausgemacht|gebucht|vereinbart|reserviert|geholt|bekommen|termin\w*)\b[^.?!]*\?|"
    r"^(?:und )?habe? ich (?:\w+ ){0,2}(?:\w*tags?|mittwoch|morgen|heute|uebermorgen)\b(?!.*\b(?:jetzt|also|damit|dann|fest)\b).*\?$|"
    r"\b(?:stehe?|bin) ich\b.*\bnoch\b|(?<!also )(?<!dann )\b(?:bleibt(?:\W?s| es)?|bleiben wir)\b.*\b(?:bei|dabei)\b|\b(?:er|sie|mein\w*|vater|mutter) (?:\w+ )?(?:haette|habe|haetten) (?:\w+ ){0,3}termin\b|"
    r"\bbin ich\b.*\bnoch\b.*\b(?:angemeldet|eingetragen|gebucht|drin|dabei)\b|"
    r"\b(?:wann|um wie ?viel uhr|wie spaet)\b.*\b(?:termin|dran|eingetragen)\b|\b(?:habe|hab) ich (?:\w+ )*(?:noch )?(?:einen )?termin\b|\bich habe?\b.*\btermin\b|\bwelche termine?\b|\b(?:ob|dass) (?:mein|unser|der) termin\b|\btermin\b.*\bnoch\b.*\b(?:steht|gilt|aktuell)\b|\boder\s?\?$"
)

# --- the agent ---

ASKS = re.compile(
    r"^(?:(?:und|also|gut|ja|ok|okay|so|klar|na|ach|gern|gerne|alles|dann|super|prima|wunderbar|schoen|kein thema) )*"
    r"(?:wann|welche[rsnm]?|wie(?! (?:immer|gesagt|besprochen|gehabt|gewuenscht|gewohnt|abgesprochen|vereinbart|ueblich)\b)|wo|wer|wen|wem|was|wieso|auf welche\w*|unter welche\w*|bei wem|zu wem|soll|sollen|darf|duerfte|moechten|moechtest|wollen|willst|passt (?:ihnen|es ihnen|dir|es dir)|"
    r"haben sie(?! (?:jetzt|nun|also|damit|alle|beide)\b)|hast du(?! (?:jetzt|nun|also|damit|alle|beide|den|die)\b)|hattest|hatten sie|haetten sie|koennen|koennten|kannst|koenntest|waeren sie|brauchen sie|brauchst|waere (?:ihnen|dir|das))\b"
    r"|\b(?:soll ich|darf ich|moechten sie|willst du)\b|\b(?:richtig|oder|ja|recht|stimmt das|stimmts)\?$"
)
SHALL_I = re.compile(
    r"\b(?:soll|darf|duerfte|koennte) ich\b.*\b(?:buch\w*|eintrag\w*|einzutragen|reservier\w*|festhalt\w*|festmach\w*|absag\w*|stornier\w*|verschieb\w*|verleg\w*|umbuch\w*|loesch\w*|streich\w*|vormerk\w*|nehmen|notier\w*|zurueckruf\w*)\b"
    r"|\bsoll ich\b"
)
CALLER = re.compile(r"\b(?:sie|ihnen|ihre?|ihren|du|dich|dir|deine?|euch|ihr)\b")
# Where no mark is written: the last words of a turn that asks for what a booking needs.
ASKS_LAST = re.compile(
    r"\b(?:auf welchen namen|wie (?:ist|war) (?:ihr|der|dein) name|ihr name(?: war)?|(?:unter|auf) welche\w* nummer|ihre (?:telefon)?nummer(?: bitte)?)\??$"
)
# A "no" that denies some other thing after what is done ("gebucht, keine Maniküre").
NO_OTHER = re.compile(r"\bkein\w* (?!termin|platz|zeit|buchung|frei)\w+")
BOOKS = re.compile(
    r"\b(?:buch\w*|einbuch\w*|eintragen|tragen? .*\bein|reservier\w*|festmachen|vormerken|machen sie (?:das|den|so))\b"
)
CLOSING = re.compile(
    r"\b(?:sonst noch|noch (?:etwas|was|eine frage|weiter|behilflich|helfen|irgend)|weiterhelfen|behilflich|alles klar|okay|ok|ja|in ordnung|gut|noch fragen|sonst (?:etwas|was))\b"
)
# The verb of "findet … statt"; to the parser of times it would be "instead of".
TAKES_PLACE = re.compile(r"\s+statt(?=\s*(?:[.!?,;]|$))")
# Who comes like this needs no appointment.
WITHOUT = re.compile(
    r"\bohne (?:\w+ )?(?:termin|anmeldung|voranmeldung|terminvereinbarung)\b|\b(?:offene\w*|akut|freie\w*) ?sprechstunde\b|\bakutsprechstunde\b|\boffene \w*sprechstunde\b|\beinfach (?:kommen|vorbeikommen|reinkommen|dazukommen)\b"
)
# A thing that is ready can be had at any hour.
READY = re.compile(
    r"\b(?:liegt|liegen|steht|stehen|ist|sind)\b.*\bbereit\b|\babholbereit\b|\bkoennen (?:\w+ ){1,6}abholen\b"
)
# Things are fetched and brought without an appointment.
FETCHES = re.compile(r"\b(?:abhol\w*|abgeholt|abgeben|vorbeibring\w*|fertig|bereit)\b")
WOULD_BE = re.compile(r"\b(?:haette|waere|wuerde|ginge|koennte|bliebe)\w*\b")
# Somebody else gave it up, which makes room ("um acht hat jemand abgesagt").
OF_ANOTHER = re.compile(
    r"\b(?:hat|haben|ist) (?:\w+ ){0,3}(?:jemand|jemand anders|einer|eine kundin|ein kunde|eine patientin|ein patient|wer) (?:\w+ ){0,3}(?:abgesagt|storniert|abgesprungen|ausgefallen|gecancelt)\b"
    r"|\b(?:jemand|einer|eine kundin|ein kunde|eine patientin|ein patient) (?:\w+ )?(?:hat|ist) (?:\w+ ){0,4}(?:abgesagt|storniert|abgesprungen|ausgefallen|gecancelt)\b"
)
OFFERS = re.compile(
    r"\b(?:hat|haben|ist) (?:\w+ ){0,3}(?:jemand|einer|wer) (?:\w+ ){0,3}(?:abgesagt|abgesprungen|ausgefallen)\b|\b(?:frei|moeglich|verfuegbar|offen|haette\w*|waere\w*|wuerde\w*|ginge\w*|geht|gehen|koennte\w*|kann ich ihnen|kann ich dir|luecke|anbieten|bieten|biete|bliebe\w*|"
    r"hat (?:\w+ ){0,5}(?:zeit|luft|platz|noch etwas|noch was)|ist (?:\w+ )?da|passen|passt (?:ihnen|dir)|kann|koennen|haben wir noch|zur auswahl|entweder|oder)\b"
)
ROOM = re.compile(r"\b(?:platz|luft|frei)\b")
# Asks for another time, and not only what stands.
ASKS_FREE = re.compile(
    r"\b(?:ginge\w*|frei|moeglich|haetten sie|haettest|gibt es|gibt\W?s|was frueheres|was spaeteres|etwas anderes)\b[^.?]*\?"
)
# The appointment that the caller has already.
STAYS_AS_IT_IS = re.compile(
    r"\bbleibt (?:es )?(?:also |dann )?beim?\b|\b(?:lasse|lassen) (?:ich|wir) (?:es|ihn|alles)\b"
)
LOOKS = re.compile(
    r"\b(?:moment|momentchen|augenblick|sekunde|schau\w*|pruef\w*|guck\w*|probier\w*|versuch\w*|(?:ich )?oeffne (?:ich )?(?:mal|kurz|eben|gerade)|check(?!\W?up)\w*|nachsehen|(?:sehe|seh)(?! (?:sie|dich|euch) (?:dann|also|am|um|morgen|heute|uebermorgen)\b)|frage? (?:das|mal|kurz|im|nach)|"
    r"(?:eben|kurz|gerade|mal) (?:an|ein|dabei|nach|ab)|suche|such|lade|laedt|warte|bin dabei|wird gerade)\b"
)
# "Wird wer krank, sind Sie dran" is a condition without its word.
IF = r"^(?:wird|werden|sagt|faellt|springt|kommt|meldet|hat) (?:jemand|wer|einer|eine|etwas|was|noch|doch)\b"
CONDITION = re.compile(rf"\b(?:sobald|wenn|falls|ob|bevor|sofern|erst dann)\b|{IF}")
# What is left for something else ("nicht morgen, sondern am Donnerstag"): nothing is denied.
NOT_BUT = r"\bnicht (?:mehr |laenger |länger )?[^.;!?:]{2,40}?,? sondern\b"
# Negative words that deny nothing.
COURTESY = re.compile(
    r"\bkein(?:e|en)? (?:problem|ursache|thema|sorge|stress|umstaende|ding|akt|frage)\b|\bnicht(?:s)? (?:dafuer|zu danken|der rede wert|vergessen|wahr|weiter)\b"
    r"|\b(?!haben|sind|werden|koennen|bekommen|stehen|duerfen)\w{3,}(?:en|ern|eln) sie (?:bitte |doch )?(?:\w+ ){0,3}(?:nicht|nichts|kein\w*|niemand\w*)\b(?! (?:\w+ )?(?:davon|darauf|damit)\b)|\bbitte (?:\w+ ){0,3}(?:nicht|nichts|kein\w*)\b(?! (?:\w+ )?(?:davon|darauf|damit)\b)"
    r"|\bkost\w* (?:\w+ ){0,3}(?:nichts|nix)\b|\bkeine (?:\w*gebuehr\w*|\w*kosten|berechnung)\b|\bmacht (?:doch |ja |gar )?nichts\b|\bvergessen sie (?:\w+ ){0,4}nicht\b"
    r"|\bnicht (?:so )?(?:schlimm|tragisch|wild)\b|\bnichts passiert\b"
    r"|\bkann (?:gar |da )?nichts (?:mehr )?(?:schief\w*|passieren)\b"
    r"|\b(?:(?:muessen|brauchen|brauchst|musst|machen) (?:sie|du|sie sich|dir)|(?:sie|du) (?:muessen|musst|brauchen|brauchst)) (?:\w+ ){0,5}(?:nicht|nichts|kein\w*)"
    r"(?: (?:weiter|mehr|zu|machen|tun|sorgen|nochmal|noch|einmal|mal|anrufen|melden)\b)*"
    r"|\bnicht (?:vor|spaeter als)\b|\bleider (?:absag\w*|krank)\b|\bgar nicht so\b|\bnicht nur\b"
    rf"|{NOT_BUT}"
    r"|\bauf (?:anfrage|wunsch)\b"
    # What happens otherwise is not what happens.
    r"|\bsonst (?:klappt|geht|wird|kann)\b[^.;!?]*\bnicht\b"
    # What was left for something else ("…, die um acht gibt es nicht mehr").
    r"|(?<=\w), (?:und )?(?:die|der|das|ihr\w*|dein\w*) (?:\w+ ){0,5}(?:gibt es|gilt|steht|existiert) (?:\w+ )?nicht mehr\b"
)
# A plain "not" may be about anything; it counts where it speaks of the appointment, or of what can be done.
NOT = re.compile(r"\b(?:nicht|nirgends|nirgendwo|nichts|nix|kein|keine|keinen|keiner|keinem)\b")
CAN_BE = re.compile(
    r"\b(?:kann|koennen|konnten?|koennte|laesst|lassen|darf|duerfen|geht|ging|klappt|finde|sehe|habe|haben|hab|trage|buche|wird|wurde|ist|sind|mehr|noch)\b"
)
DENIES = re.compile(
    r"\bist (?:der|die|das|dieser|dieses) (?:\w+ )?(?:gerade|jetzt|eben|inzwischen|schon) weg\b|\b(?:gerade|eben|inzwischen) weg\b|"
    r"\b(?:leider|vergeben|belegt|ausgebucht|\w*fehler|fehlermeldung\w*|fehlgeschlagen|abgelehnt|abgewiesen|verweiger\w*|weigert|blockiert|gesperrt|sperrt|weggeschnappt|weggebucht|zuvorgekommen|misslungen|gescheitert|stoerung|schiefgegangen|probleme?|klemmt|streikt|hakt|"
    r"stattdessen|anfrage|angefragt|wunsch|terminwunsch|warteliste|tut mir leid|schneller|noch offen|vorbehalt|vorlaeufig|unverbindlich|vermutlich|"
    r"bedaure|bedaurer|schon weg|nachricht|ausrichten|weitergegeben|weitergeleitet|weiterleiten)\b"
    r"|^(?:nein |leider |da )*noch nicht\b|\b(?:hat|haben|wurde)\b.*\b(?:jemand\w*|ander\w+)\b.*\b(?:genommen|gebucht|geschnappt|geholt|gesichert|ergattert|erwischt|bekommen|belegt|vergeben)\b|\bgebeten\b.*\b(?:anzurufen|zurueckzurufen|zu melden)\b|\bweggegangen\b|\bsagt\b(?: \w+){0,5} nein\b|\bauch\b(?: \S+){0,4} nicht[ .!]*$|\b(?:bleib\w*|geh\w*|steh\w*|sind|bist)\b.*\bohne (?:\w+ )?termin\b(?!.*\b(?:vorbei|kommen)\b)|\blehnt\b.*\bab\b|\bnimmt\b.*\bnicht an\b|\b(?:alles|ist|sind|komplett|schon|ganz) voll\b(?! der\b)|\b(?:ist|sind) (?:wir|er|sie|alles) (?:leider |schon |ganz |komplett )?voll\b(?! der\b)|\b(?:zurueck|rueck)(?:ruf\w*|meld\w*)\b|\b(?:ruft|rufen(?! sie)|melden?(?! sie)|meldet)\b.*\b(?:zurueck|an|uns|sich)\b|\bverbinden?\b|\bstelle? sie durch\b|\b(?:bestaetigung|rueckmeldung|zusage)\b.*\b(?:aussteht|steht noch aus|fehlt|abwarten|sobald)\b|\b(?:endgueltige \w+|rueckmeldung|zusage)\b.*\bfolgt\b|\bbestaetigung\b.*\bfolgt (?:noch|erst|dann|spaeter)\b|\bfolgt\b.*\bbestaetigung\b.*\b(?:wenn|sobald|erst)\b"
    r"|\b(?:ist|sind|waere)\b(?:(?! fuer sie| bis (?!auf)).)*\b(?:dicht|besetzt|verplant|ueberfuellt)\b|\b(?:der|die|das|kurs|gruppe|wir) (?:\w+ )?(?:ist|sind) (?:(?!alles|damit)\w+ ){0,3}komplett\W*$|\bbleibt? (?:daher |also |dann |wie |so |es )?(?:bestehen|stehen|wie|so)\b|\bnotiert,? dass\b|\berst (?:dann|wenn|nach|mit)\b|\bversuchen sie es\b|\bgeht\b.*\bnur noch\b|\bnur noch persoenlich\b|\bgilt (?:also |noch |daher )?weiter(?:hin)?\b|\bmuss\b.*\bnoch\b|\b(?:bestaetigt|bestaetigen|prueft|pruefen) (?:\w+ ){0,2}noch\b|\bnoch (?:bestaetig|freigeb|zustimm|pruef|freizugeb)\w*|\bhaengt\b.*\bab\b|\b(?:provisorisch|in klaerung|in der schwebe)\b|\bnoch (?:ein)?mal (?:versuch|an)\w*"
)
# Trouble told after a confirmation takes it back only where it speaks of the same thing.
ABOUT_IT = re.compile(
    rf"{CLOCK.pattern}|{DAY.pattern}|\bjemand\w*\b.*\b(?:geschnappt|genommen|geholt|gesichert|ergattert|erwischt|bekommen)\b|\b\w*termin\w*\b|\b(?:gebucht|eingetragen|eingeplant|eingeschrieben|drin|drinnen|reserviert|vorgemerkt|storniert|abgesagt|verschoben|geloescht|buchung|anfrage|angefragt|"
    r"warteliste|\w*bestaetig\w*|zusage|vergeben|belegt|ausgebucht|geklappt|klappt|fehler|stoerung|schneller|rueckruf|zurueck|fest|verbindlich|sicher|tut mir leid|noch nicht|noch nichts|"
    r"erst wenn|erst dann|geht|ging|gelungen|funktioniert|moeglich|konnte|weggeschnappt|system|platz)\b"
)
_PARTICLES = (
    r"(?:drin|drinnen|dabei|(?<!rechtzeitig )(?<!frueh )(?<!spaet )(?<!gut )(?<!puenktlich )dran|sicher|fix|fest|fertig|erledigt|klar|bestaetigt|weg|raus|perfekt|geritzt|safe|done|im (?:kalender|system|buch|plan)|an der reihe|"
    r"auf dem (?:zettel|plan)|in trockenen tuechern|unter dach und fach|versorgt|verbindlich|amtlich|gebongt|eingetuetet|durch(?=$|[:,.!]))"
)
# The shape of a participle, with its prefix; dialects drop vowels ("eingschriebn").
_PARTICIPLE = r"(?:(?:ein|aus|ab|vor|fest|um|her|heraus|raus|weg|dazu|nach|frei|an|auf|unter|zu|hin|rein|zusammen|durch|heran|dran)?(?:ge|gs|gsch)\w{2,}(?:t|en|n|a)|(?:ver|be|hinter)\w{2,}(?:t|en|n)|erfasst|erledigt|entfernt|\w{2,}iert)"
_SENSED = r"(?!(?:gesehen|geschaut|gefunden|verstanden|gehoert|gefragt|nachgesehen|nachgeschaut|gesagt|gemeint|gesprochen|geoeffnet|geschlossen|gern\w*|gut\w*|ganz\w*|genau|gerade|gegen|gleich|beratung|bitten|bereit|besten|beiden|beim|bekommen|verstehen|abgesprungen|informiert|interessiert|funktioniert|geworden|ausgefallen|frei\w*)\b)"
DONE = rf"{_SENSED}{_PARTICIPLE}"
# Looked for a moment, and done in the same breath.
DONE_NOW = re.compile(
    r"\b(?:jetzt|das|nun|es)(?: jetzt| es)? hat (?:es |jetzt )?(?:geklappt|funktioniert)\b"
    rf"|\b(?:ist|sind|habe?n?|bist) (?:\w+ ){{0,2}}(?:jetzt|nun|hiermit|damit) (?:\w+ ){{0,2}}{DONE}\b"
)
# Done at last, after it had not worked.
AT_LAST = re.compile(
    rf"\b(?:jetzt|nun|diesmal|doch(?: noch)?)\b(?!.*\b(?:vergeben|belegt|weg)\b).*\b(?:{DONE}|{_PARTICLES})\b"
)
# Said of what has happened.
MADE = re.compile(rf"\b(?:hab|habe|haben|ist|sind|wurden?)\b.*\b{DONE}\b")
DOES = re.compile(
    rf"\b(?:hab|habe|haben|hams|ham|ist|sind|seid|san|bist|wurde|wurden|sei|i han)\b.*\b{DONE}\b"
    rf"|\b(?:ist|sind|seid|san|bist|waere damit)\b.*\b{_PARTICLES}\b"
    rf"|^(?:\w+,? ){{0,2}}(?:eingetragen|gebucht|notiert|reserviert|vermerkt|abgemacht|erledigt|gemacht|ausgemacht|gebongt|geritzt|vorgemerkt|verschoben|umgebucht|verlegt|eingeplant|vereinbart|bestaetigt|gespeichert)\b"
    r"|\b(?:beides?|alle \w+) (?:sind |ist )?(?:drin|drinnen|fest|gebucht|notiert|eingetragen|reserviert|vermerkt)\b"
    r"|\blieg(?:t|en) (?:jetzt|nun)\b|\bsteht\b(?! (?:\w+ ){0,3}(?:frei|offen|aus|zur)\b)|\b(?:sie|du|ihr|beides?|termine|alle \w+) steh(?:en|st|t)\b|\bsteh(?:en|st) (?:sie|du)\b|\b(?:dann|damit|somit|jetzt) (?:haben|hast|habt) (?:sie|du|ihr) (?:jetzt |nun |also |damit )?(?:alle|beide|den|die|ihren|einen|deinen)\b|\bhat (?:jetzt|nun|damit|somit) (?:alle|beide|den|die|das|einen|seinen|ihren)\b|\bgehoer(?:t|en)\b.*\b(?:ihnen|dir|sie)\b|\bhat(?:\W?s)? (?:es |alles |jetzt )*geklappt\b|\bgeht klar\b|\bhab ich\b|\bhaben wir\b"
    rf"|\b(?:dann|damit|somit|jetzt) (?:haben|hast|habt) (?:sie|du|ihr)\b(?!.*\b(?:frei|zeit|wahl|moeglich\w*|noch)\b)(?=.*(?:{CLOCK.pattern}))"
    r"|\b(?:sie|du|ihr) (?:haben|hast|habt) (?:jetzt|nun|damit|somit|also) (?:also |damit |nun )?(?:beide|zwei|drei|vier) (?:\w+ )?(?:termine|plaetze|buchungen)\b(?!.*\b(?:wahl|auswahl|moeglich\w*|frei)\b)"
    r"|\b(?:trag|trage|schreib|schreibe|plane|buch|buche|reservier|reserviere|notier|notiere|verschieb|verschiebe|verleg|verlege|leg|lege|nehm|nehme|setz|setze|pack|packe|merk|merke|halt|halte) (?:ich|wir)?\b.*\b(?:sie|dich|ihnen|dir|das|den|es|ein|um|vor)\b"
    r"|\b(?:ich|wir) (?:\w+ ){0,3}(?:trag|trage|tragen|schreib|schreibe|buch|buche|buchen|reservier|reserviere|plane|verschieb|verschiebe|verlege|lege|nehme)\b"
    r"|\b(?:einladung|termineinladung|kalendereintrag|terminkarte|terminzettel|termindaten)\b.*\b(?:geht|kommt|erhalten|bekommen|schick\w*|unterwegs|liegt)\b|\b(?:erhalten|bekommen|kriegen|schick\w*)\b.*\b(?:einladung|termineinladung|kalendereintrag|terminkarte|terminzettel|termindaten)\b"
    r"|\b(?:koennen|duerfen) (?:sie )?(?:sich )?(?:schon |jetzt )?darauf freuen\b|\bfreuen sie sich (?:schon )?(?:auf|drauf)\b"
    r"|\baus (?:\w+tag|mittwoch|heute|morgen)\b[^.;!?]* wird\b"
    r"|\b(?:darf|duerfen) (?:ich|wir) (?:sie|dich|euch)\b.*\b(?:begruessen|empfangen|willkommen|erwarten)\b"
    r"|\bbetrachten? (?:sie )?(?:es|das|ihn|die sache)? ?als (?:erledigt|geregelt|gebucht|gemacht|vereinbart|fix)\b"
    r"|\bfindet (?:jetzt|nun|damit|dann|also|somit)\b|\b(?:klingelt|kommt|erscheint|steht) dann\b|\b\w+e ich (?:sie|dich|euch|ihn|es|das|den)\b.*\b(?:vor|um|ein|rein|rueber|dazwischen|fest|dazu)\W*$|\b(?:sie|du) komm(?:en|st) (?:dann|also|nun|jetzt|damit|somit)\b"
    r"|\bmach\w* (?:ich|wir)\b.*\b(?:fest|so|klar|fix)\b|\bsehen (?:wir )?uns\b|\b(?:ich|wir) (?:sehe|sehen) (?:sie|dich|euch) (?:dann|also|am|um|morgen|heute|uebermorgen)\b|\berwart\w+\b.*\b(?:sie|dich|euch)\b|\b(?:freut sich|freuen (?:wir )?uns|freue mich) (?:\w+ )?auf (?!ihren anruf|deinen anruf|ihre nachricht|ihre rueckmeldung|bald)|\bkomm(?:en|st|t|e)? (?:sie|du|dann|einfach|der|die|ihr)\b(?! (?:\w+ ){0,2}(?:gut|sicher|gesund|heil|wohlbehalten)\b)"
    r"|\b\w*bestaetig\w*\b|\bbuchungsnummer\b|\bdarauf verlassen\b|\bes bleibt bei\b|\bim kalender\b|\bgeht in ordnung\b|\b(?:ihre?|dein|deine) (?:reservierung|buchung|termin)\b.*\b(?:ist|steht|liegt)\b"
)
DOES_AWAY = re.compile(
    r"\b(?:platz|termin|slot|zeit)\b.*\b(?:wieder|damit) frei\b|"
    r"\b(?:ist|sind|waere|bist)\b.*\b(?:vom tisch|hinfaellig|abgehakt|aus dem (?:kalender|plan|buch|system)|raus|draussen)\b|"
    r"\bbetrachten? (?:sie )?(?:es|das|ihn|die sache|den termin)? ?als (?:erledigt|geregelt|storniert|abgesagt|gestrichen|geloescht)\b|"
    r"\b(?:ich|wir) (?!wuensch|versteh|seh|schau|guck|pruef|frag|versuch|probier|dank|find|weiss|hoff|sag|mein|brauch|kann|koenn|moecht|muss|muess|hoer|habe|haben|haett|waer|wuerd|verbind|such|melde|ruf|bin|sind|war|freu|darf|will|wollen)\w+(?:e|en)\b.*\b(?:den|ihn|das|es|sie|dich|platz|termin|ihren|ihnen|dir)\b"
    rf"|\b(?:hab|habe|haben|ham|ist|sind|san|wurde|wurden)\b.*\b{DONE}\b"
    rf"|\b(?:ist|sind|san)\b.*\b{_PARTICLES}\b"
    r"|^(?:\w+,? ){0,2}(?:weg|raus|draussen)[.!]?$"
    r"|^(?:\w+ ){0,2}(?:abgesagt|storniert|gestrichen|geloescht|erledigt|gemacht|ausgetragen|gecancelt|rausgenommen|entfernt|notiert|vermerkt|aufgehoben)\b"
    r"|\b(?:nehme?|streiche?|sage?|loesche?|trage?|storniere?|cancele?) (?:ich|wir)?\b.*\b(?:raus|heraus|ab|aus|sie|ihn|den|das|es|dich)\b"
    r"|\b(?:nehmen|streichen|sagen|loeschen|stornieren) wir\b.*\b(?:beide\w*|alle|den|die|das|ihn|sie|raus|ab)\b"
    r"|\b(?:ich|wir) (?:\w+ ){0,2}(?:nehme?n?|streichen?|sagen?|loeschen?|tragen?|stornieren?)\b|\b(?:entfaellt|faellt|hinfaellig|aufgehoben|gibt es nicht mehr)\b|\bmach ich\b|\bmachen wir\b|\bgeht (?:klar|in ordnung)\b|\b(?:gebe?|mache?)\b.*\b(?:platz|slot|luecke|termin|ihn|das|zeit)\b.*\b(?:frei|auf)\b|\b(?:geb|gebe|sag|sage)\b (?:\w+ ){0,4}bescheid\b"
)
AGREES = re.compile(
    r"\b(?:sehr wohl|so sei es|so machen wir (?:es|das)|abgemacht|passt|basst|alles klar|gut|prima|super|perfekt|wunderbar|top|okay|ok|klar|gern|gerne|jawohl|cool|ja|sehr gerne?|mach ich|machen wir|in ordnung|einverstanden|freut|done|gebongt|geritzt|laeuft|erledigt|wird gemacht|gemacht)\b"
    r"|\bbis (?:dann|dahin|denn|morgen|uebermorgen|zum|am|um|\w*tag|mittwoch)\b"
)
# What is told of and not given: hours, ways, prices.
SURROUNDINGS = re.compile(
    r"\b(?:montags|dienstags|mittwochs|donnerstags|freitags|samstags|sonntags)\b|\bvon \w+ (?:uhr )?bis (?:\w+ )?\w+|\bzwischen \w+ (?:uhr )?und \w+|\bunter der woche\b|\b(?:geoeffnet|oeffne\w*|schliess\w*|oeffnungszeiten|offen|fuer sie da|erreichbar|parken|parkplatz|kostet|kosten|euro|dauert|machen (?:wir )?(?:\w+ )*(?:auf|zu))\b"
)
