"""The German by which a promise is known: lexicon of `calls/promises.py` and `calls/promise_times.py`, over folded text."""

import re

from calls import dialogue_words

DONE = r"(?:gebucht|eingebucht|eingetragen|ein(?:ge?)?schrieben|eingeteilt|drangenommen|untergebracht|verbucht|reingeschoben|dazwischengeschoben|reserviert|vorgemerkt|bestaetigt|eingeplant|festgemacht|vereinbart|fixiert|gesichert|hinterlegt|geblockt|freigehalten|fest)"
BOOKED = re.compile(
    rf"\b(?:ist|sind|habe|hab|haben|wurde|wurden|bin|wird hiermit|sei)\b.*\b{DONE}\b"
    rf"|\b{DONE}\b.*\b(?:ist|sind|habe|haben|wurde)\b"
    rf"|^(?:alles |schon |so |gut |super |prima |perfekt |okay |fertig |erledigt )*{DONE}\b"
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
    r"|\b(?:erhalten|bekommen|kriegen|schicke|sende)\b(?!.*\berinner).*\b(?:sms|mail|e-mail)\b.*\b(?:daten|datum|uhrzeit|termindaten|details|ihre[sm] termin\w*)\b"
    r"|\b(?:bist|seid|sind) (?:du|ihr|sie)\b.*\b(?:drin|drinnen|dabei|angemeldet)\b|\b(?:du|ihr) (?:bist|seid|stehst|steht)\b.*\b(?:drin|drinnen|dabei|angemeldet)\b"
    r"|\b(?:sind sie|sie sind|ihr \w+ ist|bist du|du bist)\b.*(?<!rechtzeitig )(?<!frueh )(?<!spaet )(?<!gut )(?<!puenktlich )\bdran\b"
    r"|\b(?:uhr|platz|\w+tag|um \w+)\b.*\bgehoert (?:ihnen|dir|euch)\b|\bist\b.*\b(?:auch|ebenfalls) (?:dabei|drin)\b"
    r"|\bsteht\b.*\bim (?:buch|plan|system)\b|\bhat(?: es| jetzt| das)* funktioniert\b|^(?:also |dann |so )?steht$"
    r"|\b(?:ist|sind) (?:es |das |alles |jetzt |nun |sie |er )+durch$|\b(?:buchung|termin|umbuchung|es|das|alles) (?:ist|sind) (?:jetzt |nun )?durch$"
    r"|\bhat geklappt\b|\bgeht klar\b|\bbestaetige\b"
    r"|\bbuchung\b.*\b(?:erfolgreich|erfolgt|abgeschlossen|steht|durch)\b"
    r"|\bsie (?:sind|stehen)\b.*\b(?:kalender|drin|drinnen|dabei|buch|system|plan|terminplan)\b|\b(?:steht|habe)\b.*\bkalender\b"
    r"|\bsie haben\b.*\b(?:einen|ihren|den) termin\b|\btermin\b.*\bgehoert ihnen\b"
    r"|\b(?:jetzt|nun|damit|somit) (?:ist|sind|steht|sitzt) (?:es|das|alles|er|sie|beides|ihr \w+|der \w+|die \w+|das \w+) (?:\w+ ){0,2}(?:drin|drinnen|fest|fix|durch|sicher|amtlich)\b"
    r"|\bfindet (?:jetzt|nun|damit|dann|also|somit)\b|\b(?:ihr|der|dein) termin (?:ist|liegt|findet)\b.*\b(?:um|am|an dem|heute|morgen|uebermorgen|uhr)\b"
    r"|\b(?:uhr|um \w+|halb \w+)\b.*\bsteht$"
    r"|\bhab(?:e|en)? (?:ich |wir )?sie\b.*\b(?:drin|drinnen|dabei|untergekriegt)\b"
)
# What the agent is about to do, or agrees to.
ANNOUNCED = re.compile(
    r"\b(?:ich|wir) (?:\w+ ){0,3}?(?:trag|trage|tragen|schreib|schreibe|schreiben|plane|planen)\b.*\bein\b"
    r"|\b(?:trag|trage|tragen|schreib|schreibe|schreiben|plane|planen) (?:ich|wir)\b.*\bein\b"
    r"|\b(?:ich|wir) (?:\w+ ){0,3}?(?:buch|buche|buchen|reservier|reserviere|reservieren)\b"
    r"|\b(?:buch|buche|buchen|reservier|reserviere|reservieren) (?:ich|wir)\b"
    r"|\b(?:mach|mache|machen) (?:ich|wir)\b.*\b(?:fest|so|fix)\b|\b(?:ich|wir) (?:mach|mache|machen)\b.*\bfest\b"
)
# Times that are told of and not given: what is free, when one is there, how one gets there, what is being looked for.
TOLD_OF = re.compile(
    r"\b(?:kostenlos|kostenfrei|gebuehrenfrei|frei|moeglich|verfuegbar|geoeffnet|oeffne[nt]?|macht auf|auf ab|schliess\w*|geschlossen|fuer sie da|wieder da|erreichbar|"
    r"da zu sein|bus|bahn|zug|anrufen|rufen|ruft|fruehestens|spaetestens|erinner\w*|nachricht|urlaub|feiertag\w*|krank|suche|schaue?|sehe|"
    r"pruefe|augenblick|sekunde|verstanden|vorschlag\w*|vorschlagen|alternativ\w*|anbiet\w*|biete|wunschtermin|abgesagt|storniert|"
    r"geloescht|ausfall\w*|faellt|warten|halte|dauert)\b"
)
GOODBYE_UNTIL = re.compile(
    r"^(?:\w+ ){0,4}bis (?:\w+ )*(?:\w*tag|mittwoch|morgen|uebermorgen|\d+)$"
)
UNTIL = re.compile(r"^(?:\w+ ){0,4}bis (?:\w+ )*(?:\w*tag|mittwoch|morgen|uebermorgen)\b")
HAS_CLOCK = re.compile(r"\b(?:uhr|halb|viertel|dreiviertel|um \w+)\b|\d:\d\d")
# What an appointment is spoken of with.
APPOINTMENT = re.compile(
    r"termin|buch|eintrag|eingetrag|reserv|vormerk|drannehm|vorbeikommen um|schneiden|\bplatz\b"
)
TAKEN_BACK = re.compile(
    r"\b(?:nichts|nicht|kein termin|keinen termin)\b.*\b(?:gebucht|eingetragen|reserviert|geklappt|funktioniert|gelungen|zustande)\b"
    r"|\b(?:gebucht|eingetragen|reserviert) (?:ist|wurde|habe ich) (?:\w+ )?(?:nichts|nicht|noch nichts|noch nicht)\b"
)
MOVED = re.compile(
    r"\b(?:ist|habe|hab|haben|wurde|sind)\b.*\b(?:verschoben|umgebucht|verlegt|umgelegt)\b"
    r"|\b(?:verschoben|umgebucht|verlegt|umgelegt)$|\baus (?:\w+tag|mittwoch|heute|morgen)\b.* wird\b|\b(?:rutscht|rutschen|wandert|wandern)\b.*\bauf\b|\btermine? lieg(?:t|en) (?:jetzt|nun) auf\b"
)
CANCELLED = re.compile(
    r"\b(?:ist|bist|seid|habe|hab|haben|wurde|wurden|sind)\b.*\b(?:storniert|abgesagt|geloescht|gestrichen|ausgetragen|abgemeldet|"
    r"(?:heraus|raus)genommen|rausgestrichen|abbestellt|gecancelt|annulliert)\b"
    r"|\b(?:storniert|abgesagt|geloescht|gestrichen|ausgetragen|rausgenommen)$"
)
# "Er ruft Sie zwischen vier und fünf zurück": one time, and not two clauses.
RINGS_BETWEEN = re.compile(
    r"\b((?:ruft|rufen|meldet|melden)\b[^,;.]*?) zwischen \w+ (?:uhr )?und \w+(?: uhr)?\b(.*)"
)
CALLBACK = re.compile(
    r"\b(?:ruft|rufen)\b.*\b(?:zurueck|an)\b|\b(?:sie|dich|euch)\b.*\b(?:anzurufen|zurueckzurufen)\b"
    rf"|\b(?:zu)?rueckruf\w*\b.*\b(?:kommt|liegt|laeuft|geht (?:raus|weiter)|steht|{dialogue_words.DONE})\b|\b(?:habe?|haben) (?:ich|wir)\b.*\b(?:zu)?rueckruf\w*\b.*\b{dialogue_words.DONE}\b"
    r"|\b(?:werden|wirst) (?:sie|du)\b.*\bangerufen\b|\b(?:sie|du) (?:werden|wirst)\b.*\b(?:an|zurueck)gerufen\b|\b(?:lasse?|lassen) (?:ich |wir )?(?:sie|dich|euch)\b.*\b(?:an|zurueck)rufen\b"
    r"|\b(?:notiert|vermerkt|aufgeschrieben)\b.*\b(?:zurueckrufen|zurueckruft|rueckruf|anrufen|anruft)\b"
    r"|\b(?:wir|jemand|kollegin|kollege|team|praxis)\b.*\bzurueckruf(?:en|t)\b"
    r"|\bmeldet sich\b|\b(?:wir|die kollegen|die praxis|das team) melden uns\b|\bmelden wir uns\b"
    r"|\bwerden sie zurueckgerufen\b|\b(?:wird|werden)\b.*\b(?:zurueckrufen|anrufen|zurueckmelden|melden)\b"
)
# "Rückruf durch Frau Lund, Thema Vertrag – so ist es hinterlegt": what is noted was named first.
CALLBACK_FIRST = re.compile(
    rf"^(?:gut|danke|okay|also|ihr|der|dein|ein|bitte um)?[ ,.]*(?:zu)?rueckruf\b(?!.*\btermin).*\b{dialogue_words.DONE}\b"
)
# What makes a claim none: conditional, about somebody else, denied, only possible.
CONDITION = re.compile(rf"\b(?:sobald|wenn|falls|ob|bevor|erst)\b|{dialogue_words.IF}")
ELSEWHERE = re.compile(
    r"\b(?:leider|steht weiter|weiterhin|besteht weiter|besteht noch|bleibt bestehen|bleibt stehen|gilt weiter|bereits im|bereits am|von frueher|ausgebucht|warteliste|bereits gebucht|schon gebucht|schon reserviert|schon alles|alles schon|bereits alles|"
    r"jemand anderem|jemand anders|noch nichts|noch nicht|noch kein|noch keine|bestehender|bestehenden|bisheriger|bisherigen|urspruenglich)\b"
)
NOT_MEANT = re.compile(
    r"\b(?:nicht|nichts|kein|keine|keinen|keinem|keiner|nie|niemals|nirgends|nirgendwo|ohne|moechten|wollen|wollten|soll|sollen|darf|duerfen|kann|"
    r"koennen|koennte|koennten|konnte|wuerde|wuerden|waere|waeren|haette|haetten|muss|muessen|muesste|versuche|versuchen|"
    r"gerade dabei|moment|belegt|vergeben|vor der nase|weggeschnappt|zuvorgekommen|wunsch|terminwunsch|anfrage|noch frei|gewuenscht|angefragt|gefragt|gesagt|genannt)\b"
)
NO_CALLBACK = re.compile(
    r"\bkeine?n? (?:\w+ )?rueckruf|\b(?:vermutlich|wahrscheinlich|vielleicht|bestimmt noch|sicher noch|moechten|wollen|soll|sollen|darf|kann|koennen|koennte|wuerde|waere|niemand|nicht|warteliste|sie rufen|rufen sie (?:\w+ )?(?:wieder|noch)|bestaetig\w*|am besten|selbst|selber|bei (?:\w+ )?(?:\w*(?:fragen|keiten|ungen|ung|bedarf|problemen|faellen|fall)))\b|(?<!wir )(?<!kollegen )rufen sie\b(?!.*zurueck)"
)
POLITE = re.compile(r"\bwaere (?:damit|dann|somit|hiermit|jetzt|nun)\b")
CLAUSE = re.compile(
    r"[,;:!…]+(?:\s|$)|(?<![0-9])\.(?:\s|$)|\s[–-]\s|\baber\b(?! (?:noch |auch )?(?:nicht|nichts|kein))|\bund\b"
)
IS_OVER = re.compile(rf"(?:{dialogue_words.PAST.pattern})(?! erfolgreich)")
NODS = re.compile(r"(?:ja|genau|richtig|stimmt|doch|gut|alles klar|natuerlich)+")
TAKES_OWN_WORDS_BACK = re.compile(
    r"\b(?:ich korrigiere|korrektur|ich meinte?|versprochen|ach nein|nein halt|vielmehr|ach quatsch|quatsch)\b",
    re.IGNORECASE,
)
ANEW = re.compile(r"\b(?:also|das heißt|das ist|sprich|genauer gesagt)\b", re.IGNORECASE)
ENDED = re.compile(
    r"^(.*?\b(?:storniert|abgesagt|gelöscht|geloescht|gestrichen|ausgetragen|abgemeldet|rausgenommen|herausgenommen))\b",
    re.IGNORECASE,
)
HAS_CLOCK_OR_DAY = re.compile(f"{dialogue_words.CLOCK.pattern}|{dialogue_words.DAY.pattern}")
# What to do when one cannot come says nothing about whether it is booked.
ADVICE = re.compile(
    r"\b(?:wenn|falls|sollten|sollte) (?:sie|sich|etwas|es|ihnen|noch)\b[^.;!]*\b(?:verhindert|kommen|fragen|absagen|krank|aendern|"
    r"aendert|dazwischen|verspaeten|stornieren|verschieben)\b.*"
)
# "Gehen Sie nicht davon aus, dass der Termin steht": what is not so, is no claim.
BELIED = re.compile(r"(?<=\bnicht )[^,;]*, (?:dass|ob)\b.*")
TAG = re.compile(r",?\s*(?:ja|okay|ok|in ordnung|passt das|richtig|gut|einverstanden)\s*\?$")
# "Bis Freitag" says goodbye until then; to the parser it would be a limit.
FAREWELL = re.compile(r"\bbis (?:zum |am |dann )?", re.IGNORECASE)
SURROUNDINGS = re.compile(
    r"\b(?:geoeffnet|oeffnen|schliessen|oeffnungszeiten|frueher|vorher|minuten|spaetestens|absagen|stornieren|erreichbar|"
    r"erreichen|parken|erinnerung|erinnern|statt (?:\w+ ){0,2}(?:\w*tags?|mittwochs?|um|halb|\d+|heute|morgen|wie)|urspruenglich|bisher)\b"
)
TROUBLE = re.compile(
    r"\b(?:leider|nicht|nichts|kein|keine|keinen|vergeben|belegt|ausgebucht|fehler|problem|probleme|stoerung|stattdessen|alternativ|"
    r"zurueck|zurueckrufen|rueckruf|entschuldigung|tut mir leid|fehlgeschlagen|schiefgegangen|frei waere|schneller)\b"
)
CORRECTION = re.compile(
    r"\b(?:entschuldigung|entschuldigen|korrektur|korrigiere|ich meinte|ich meine|versprochen|richtig ist|richtig waere|verzeihung|vielmehr|"
    r"sorry|pardon|nicht um|falsch|vertan|geirrt|verlesen|verguckt|vertippt|verwechselt|durcheinander)\b"
)
AND = re.compile(r",?\s+und\s+|;\s*")
