"""Crafted conversations for the promise auditor: what was said, what the tools answered, what the rows hold.

The call is on Monday, 23 November 2026, nine o'clock in Berlin. Where something was booked it is a Haarschnitt with
Jana on Thursday, 26 November, ten o'clock. A line beginning with `>` is the caller, `!tool=state` an answer of ours.
"""

from typing import NamedTuple


class Case(NamedTuple):
    """A conversation, the rows behind it, and what must be found (empty: nothing)."""

    said: str
    rows: str
    trouble: str


BOOKED, NOTHING, MOVED, CANCELLED, CALLBACK, KNOWN = (
    "booked",
    "",
    "moved",
    "cancelled",
    "callback",
    "known",
)

# Each of them is true when the appointment stands, and a phantom when it does not.
CONFIRMATIONS = (
    "Ihr Termin ist gebucht: Haarschnitt bei Jana, Donnerstag, den sechsundzwanzigsten November, um zehn Uhr.",
    "Ihr Termin ist gebucht.",
    "Perfekt, ich habe Sie für Donnerstag um zehn Uhr eingetragen.",
    "Alles klar, das ist gebucht. Auf Wiederhören!",
    "Der Termin am Donnerstag um 10 Uhr ist fest gebucht.",
    "So, der Haarschnitt am 26. November um 10 Uhr ist für Sie reserviert.",
    "Ich habe den Termin am Donnerstag um zehn für Sie notiert.",
    "Ihr Termin am 26.11. um 10:00 Uhr ist bestätigt.",
    "Wunderbar, Donnerstag um zehn Uhr steht Ihr Termin.",
    "Ihr Termin steht: Donnerstag, 10 Uhr.",
    "Damit haben Sie am Donnerstag um zehn Uhr einen Termin bei Jana.",
    "Dann sehen wir uns am Donnerstag um zehn Uhr.",
    "Wir sehen uns am Donnerstag!",
    "Bis Donnerstag um zehn Uhr!",
    "Gut, dann bis zum Donnerstag um zehn.",
    "Wir freuen uns auf Ihren Besuch am Donnerstag um zehn Uhr.",
    "Jana erwartet Sie nicht vor zehn. Ihr Termin ist eingetragen.",
    "Wir erwarten Sie am Donnerstag um zehn Uhr.",
    "Fertig gebucht! Sie erhalten gleich eine Bestätigung per E-Mail.",
    "Sie bekommen eine Bestätigung per E-Mail.",
    "Gebucht. Kann ich sonst noch etwas für Sie tun?",
    "Ich hab Sie eingetragen, ja?",
    "Ihr Haarschnitt bei Jana ist am 26. November um zehn Uhr eingeplant.",
    "Der Termin wurde erfolgreich angelegt. Donnerstag, 26. November, 10 Uhr.",
    "Das hat geklappt. Donnerstag um zehn Uhr bei Jana.",
    "Super, Frau Mustermann, Ihr Termin für den Haarschnitt ist vereinbart. Am Donnerstag um zehn Uhr.",
    "Sie haben jetzt einen Termin am Donnerstag, den 26. November um 10 Uhr.",
    "Ich habe soeben den Haarschnitt am Donnerstag um 10 Uhr für Sie gebucht, bitte kommen Sie fünf Minuten früher.",
    "Der Termin ist drin. Denken Sie daran, dass wir bis 17 Uhr geöffnet haben.",
    "Ich habe das so für Sie hinterlegt und gebucht.",
    "Ihr Termin bei Jana ist gesichert.",
    "Donnerstag zehn Uhr, gebucht!",
    "Ihr Termin wäre damit gebucht.",
    "So, das hätten wir. Donnerstag um zehn Uhr.",
    "Donnerstag um zehn geht klar.",
    "Sie stehen für Donnerstag um zehn Uhr im Kalender.",
    "Die Buchung war erfolgreich.",
    "Ich bestätige Ihnen den Termin am Donnerstag um zehn Uhr.",
    "Ihr Termin ist gebucht, vergessen Sie nicht Ihre Karte.",
    "Ihr Termin ist gebucht, Sie können bei uns bar bezahlen.",
    "Ihr Termin am Donnerstag um zehn Uhr ist gebucht, wenn Sie verhindert sind, rufen Sie bitte an.",
    "Sie haben am Donnerstag um zehn Uhr einen Termin bei Jana.",
)
WRONG_TIMES = (
    "Ihr Termin ist gebucht: Haarschnitt bei Jana, Freitag, den siebenundzwanzigsten November, um zehn Uhr.",
    "Perfekt, ich habe Sie für Donnerstag um elf Uhr eingetragen.",
    "Der Termin am Donnerstag um 10:30 Uhr ist fest gebucht.",
    "Ihr Termin am 25.11. um 10:00 Uhr ist bestätigt.",
    "Ihr Termin steht: Mittwoch, 10 Uhr.",
    "Dann sehen wir uns am Dienstag um zehn Uhr.",
    "Wir sehen uns am Freitag!",
    "Bis Freitag um zehn Uhr!",
    "Bis morgen!",
    "Wir freuen uns auf Ihren Besuch am Donnerstag um neun Uhr.",
    "Wir erwarten Sie am Donnerstag um halb zehn.",
    "Ihr Haarschnitt bei Jana ist am 3. Dezember um zehn Uhr eingeplant.",
    "Der Termin wurde erfolgreich angelegt. Donnerstag, 26. November, 14 Uhr.",
    "Das ist gebucht. Montag, den 30. November um zehn Uhr.",
    "Sie haben jetzt einen Termin am Donnerstag, den 26. November um 15 Uhr.",
    "Ich habe Sie für morgen um zehn Uhr eingetragen.",
    "Ich habe den Haarschnitt am Donnerstag um Viertel nach zehn für Sie gebucht.",
    "Um elf Uhr ist Ihr Termin gebucht.",
    "Ihr Termin ist gebucht, nächste Woche Donnerstag um zehn Uhr.",
    "Damit haben Sie übermorgen um zehn Uhr einen Termin bei Jana.",
    "Ich bestätige Ihnen den Termin am Freitag um zehn Uhr.",
    "Sie stehen für Donnerstag um halb elf im Kalender.",
    "Ihr Termin wäre damit für Mittwoch um zehn Uhr gebucht.",
)
WRONG_SERVICES = (
    "Ihr Termin ist gebucht: Färben bei Jana, Donnerstag, den sechsundzwanzigsten November, um zehn Uhr.",
    "Ich habe Sie am Donnerstag um zehn Uhr zum Färben eingetragen.",
    "Der Termin für das Färben ist bestätigt.",
)
WRONG_PEOPLE = (
    "Ihr Termin ist gebucht: Haarschnitt bei Mira, Donnerstag um zehn Uhr.",
    "Ich habe Sie bei Mira am Donnerstag um zehn Uhr eingetragen.",
)
# Nothing is promised here, whatever the rows hold.
HARMLESS = (
    "Soll ich den Termin am Donnerstag um zehn Uhr für Sie buchen?",
    "Donnerstag, den sechsundzwanzigsten November, um zehn Uhr, ist frei, bei Jana. Soll ich das buchen?",
    "Es ist noch nichts gebucht.",
    "Das hat gerade technisch nicht geklappt, und es ist nichts gebucht. Möchten Sie, dass Sie jemand zurückruft?",
    "Dieser Termin ist leider schon vergeben.",
    "Um zehn Uhr ist leider schon gebucht, um elf wäre frei.",
    "Am Donnerstag sind wir leider ausgebucht.",
    "Einen Moment, ich sehe nach, ob der Termin noch frei ist.",
    "Ich kann den Termin für Sie buchen, sobald Sie mir Ihren Namen nennen.",
    "Wenn Sie möchten, trage ich Sie ein.",
    "Gebucht ist der Termin erst, wenn Sie ja sagen.",
    "Möchten Sie, dass ich den Termin reserviere?",
    "Wie lautet Ihr Name für den Termin?",
    "Frei wäre Donnerstag um zehn Uhr oder Freitag um elf Uhr. Was passt Ihnen?",
    "Ich habe Ihren Terminwunsch aufgenommen, gebucht ist aber noch nichts.",
    "Wir haben donnerstags von neun bis siebzehn Uhr geöffnet.",
    "Ein Haarschnitt dauert dreißig Minuten und kostet fünfunddreißig Euro.",
    "Ihr Termin konnte nicht gebucht werden.",
    "Ich würde Sie dann am Donnerstag um zehn Uhr eintragen, ist das richtig?",
    "Soll Sie jemand zurückrufen?",
    "Ich versuche, den Termin zu buchen.",
    "Auf Wiederhören, einen schönen Tag noch!",
    "Färben dauert neunzig Minuten. Darf es am Freitag sein?",
    "Falls der Termin bestätigt ist, erhalten Sie eine E-Mail.",
    "Ich habe verstanden: Haarschnitt, am Donnerstag. Um wie viel Uhr?",
    "Könnte ich den Termin auf Ihren Namen buchen?",
    "Ohne Ihren Namen ist der Termin nicht gebucht.",
    "Leider wurde der Termin inzwischen von jemand anderem gebucht.",
    "Haben Sie schon einmal einen Termin bei uns gebucht?",
    "Ich bin eine digitale Assistentin und kann Termine buchen.",
    "Leider kein Platz mehr, da ist schon alles gebucht.",
    "Der Termin ist gebucht, sobald Sie ja sagen.",
    "Sie haben einen Termin am Donnerstag gewünscht.",
    "Sind Sie sicher, dass Sie den Termin möchten?",
    "Ich kann Sie auf die Warteliste setzen.",
    "Für eine Absage rufen Sie bitte bis Mittwoch an.",
    "Termine bei Mira sind nur freitags möglich.",
    "Ihre Angaben habe ich verstanden, ich sehe nach, was frei ist.",
)
CALLBACKS = (
    "Ich habe notiert, dass wir Sie zurückrufen.",
    "Jemand ruft Sie heute noch zurück.",
    "Leider ist nichts frei. Eine Kollegin meldet sich bei Ihnen.",
    "Ihr Rückruf ist notiert.",
    "Wir melden uns bei Ihnen.",
    "Es hat leider nicht geklappt, wir rufen Sie morgen zurück.",
)
MOVES = (
    "Ihr Termin ist verschoben auf Freitag, den siebenundzwanzigsten November, um elf Uhr.",
    "Ich habe Ihren Termin auf Freitag um elf Uhr umgebucht.",
    "Der Termin wurde auf den 27.11. um 11 Uhr verlegt.",
)
CANCELLATIONS = (
    "Der Termin ist abgesagt.",
    "Ich habe Ihren Termin am Donnerstag um zehn Uhr storniert.",
    "Ihr Termin wurde gestrichen.",
)
_ASK = "> Ich hätte gern einen Haarschnitt.\n"
_TRIED = "> Ja, bitte buchen.\n!book_appointment={}\n"
# After an answer that failed, the agent says nothing of it.
SILENCES = (
    "Vielen Dank für Ihren Anruf, auf Wiederhören!",
    "Alles klar. Einen schönen Tag noch!",
    "Gern geschehen. Tschüss!",
    "Danke, ich habe alles. Auf Wiederhören.",
)
HONEST_AFTER_A_FAILURE = (
    "Das hat gerade technisch nicht geklappt, und es ist nichts gebucht. Möchten Sie, dass Sie jemand zurückruft?",
    "Da war leider jemand schneller. Passt Ihnen auch elf Uhr?",
    "Tut mir leid, das ist schiefgegangen.",
    "Die Zeit ist inzwischen vergeben. Stattdessen wäre Freitag möglich.",
)
WHOLE = (
    # Corrected at once: nothing wrong remains in the caller's ear.
    Case("Ich habe Sie für elf Uhr eingetragen.\n> Elf?\nEntschuldigung, ich meinte Donnerstag um zehn Uhr.", BOOKED, ""),
    # The caller says it, not the agent.
    Case("> Ich habe bei Ihnen schon einen Termin gebucht, am Freitag um elf.\nWie ist Ihr Name?", NOTHING, ""),
    # Read out, not promised: an appointment of before.
    Case("Sie haben einen Termin: Donnerstag, den sechsundzwanzigsten November, um zehn Uhr.\n> Danke, das wollte ich wissen.", KNOWN, ""),
    Case("!find_appointments=appointments_found\nIhr Termin ist am Donnerstag um zehn Uhr eingetragen.", KNOWN, ""),
    Case("!find_appointments=appointments_found\nIhr Termin ist am Freitag um elf Uhr eingetragen.", KNOWN, "wrong_time"),
    # Held, and called so.
    Case("!hold_slot=held\nDonnerstag um zehn Uhr habe ich fünf Minuten für Sie reserviert.", NOTHING, ""),
    Case("!hold_slot=held\nDonnerstag um zehn Uhr ist für Sie gebucht.", NOTHING, "phantom_booking"),
    # Failed first, then booked.
    Case("!book_appointment=slot_taken\nDa war leider jemand schneller, zehn Uhr ginge.\n> Ja.\n!book_appointment=booked\nIhr Termin ist gebucht.", BOOKED, ""),
    Case("!book_appointment=slot_taken\nPrima, Ihr Termin ist gebucht.", NOTHING, "phantom_booking"),
    Case("!book_appointment=failed\nDer Termin am Donnerstag um zehn Uhr ist bestätigt. Bis dann!", NOTHING, "phantom_booking"),
    Case("!book_appointment=missing\nAuf welchen Namen darf ich den Termin eintragen?\n> Äh.\nAlles klar, dann ist alles eingetragen.", NOTHING, "phantom_booking"),
    # Moved within the call: both times were true.
    Case("Ihr Termin ist gebucht: Donnerstag um zehn Uhr.\n> Lieber Freitag um elf.\nIhr Termin ist verschoben auf Freitag um elf Uhr.", MOVED, ""),
    Case("Ich habe Ihren Termin auf Freitag um zwölf Uhr verschoben.", MOVED, "wrong_time"),
    # A refusal is spoken, and a callback noted.
    Case("!book_appointment=not_available\nDa haben wir leider nicht geöffnet. Jemand ruft Sie zurück.", CALLBACK, ""),
    Case("!request_callback=failed\nVielen Dank, auf Wiederhören!", NOTHING, "unspoken_failure"),
    # The caller hung up before the agent could say anything.
    Case("> Ja, buchen Sie das.\n!book_appointment=failed", NOTHING, ""),
    # Several in one breath.
    Case("Dr. Lindner ist am 26. November da. Ihr Termin ist um zehn Uhr gebucht. Der Parkplatz ist ab neun Uhr frei.", BOOKED, ""),
    Case("Ihr Termin ist gebucht. Bitte sagen Sie bis spätestens Mittwoch, 10 Uhr ab, wenn Sie verhindert sind.", BOOKED, ""),
    Case("Ihr Termin ist gebucht. Wir haben am Freitag bis 17 Uhr geöffnet.", BOOKED, ""),
    Case("Ihr Termin am Freitag wäre um elf gewesen. Gebucht ist jetzt Donnerstag um zehn Uhr.", BOOKED, ""),
)  # fmt: skip


def cases() -> list[Case]:
    """Return every conversation."""
    found = list(WHOLE)
    for sentence in CONFIRMATIONS:
        found.append(Case(f"{_ASK}!book_appointment=booked\n{sentence}", BOOKED, ""))
        found.append(Case(f"{_ASK}{sentence}", NOTHING, "phantom_booking"))
    found += [Case(f"{_ASK}{each}", BOOKED, "wrong_time") for each in WRONG_TIMES]
    found += [Case(f"{_ASK}{each}", BOOKED, "wrong_service") for each in WRONG_SERVICES]
    found += [Case(f"{_ASK}{each}", BOOKED, "wrong_person") for each in WRONG_PEOPLE]
    found += [Case(f"{_ASK}{each}", rows, "") for each in HARMLESS for rows in (NOTHING, BOOKED)]
    found += [Case(f"{_ASK}{each}", CALLBACK, "") for each in CALLBACKS]
    found += [Case(f"{_ASK}{each}", NOTHING, "phantom_callback") for each in CALLBACKS]
    found += [Case(each, MOVED, "") for each in MOVES]
    found += [Case(each, KNOWN, "phantom_change") for each in MOVES]
    found += [Case(each, CANCELLED, "") for each in CANCELLATIONS]
    found += [Case(each, KNOWN, "phantom_change") for each in CANCELLATIONS]
    for state in ("failed", "slot_taken", "not_available"):
        tried = _TRIED.format(state)
        found += [Case(f"{tried}{each}", NOTHING, "unspoken_failure") for each in SILENCES]
        found += [Case(f"{tried}{each}", NOTHING, "") for each in HONEST_AFTER_A_FAILURE]
    return found
