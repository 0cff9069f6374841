"""A second table of what callers and models say about time, written from the rules, before it was known what comes out.

It is Wednesday, 18 November 2026, ten o'clock in Berlin (calendar week 47). Open Monday to Friday 9 to 18, Saturday 9 to 14.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from calls import when
from calls.when import When

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=BERLIN)
OPENING = when.Opening(hours={**dict.fromkeys(range(1, 6), ((540, 1080),)), 6: ((540, 840),)})

TODAY, TOMORROW, FRIDAY, SATURDAY = "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"
MONDAY, TUESDAY, WEDNESDAY = "2026-11-23", "2026-11-24", "2026-11-25"
THURSDAY, FRIDAY_WEEK = "2026-11-26", "2026-11-27"

# What was said → what it means: an instant, a day, "day from-until" for a window, "first..end" for a range,
# "at hh:mm" for a time without a day, readings joined by " | ", or the bare state.
TABLE: dict[str, str] = {
    # days from today
    "heute": TODAY,
    "morgen": TOMORROW,
    "übermorgen": FRIDAY,
    "uebermorgen": FRIDAY,
    "gestern": "past",
    "vorgestern um zehn": "past",
    "in drei Tagen": SATURDAY,
    "in 3 Tagen": SATURDAY,
    "in einer Woche": WEDNESDAY,
    "heute in einer Woche": WEDNESDAY,
    "morgen in einer Woche": THURSDAY,
    "heute in vierzehn Tagen": "2026-12-02",
    "in vierzehn Tagen": "2026-12-02",
    "in 14 Tagen": "2026-12-02",
    "in zwei Wochen": "2026-12-02",
    "in drei Wochen": "2026-12-09",
    "Freitag in einer Woche": FRIDAY_WEEK,
    "in einer Stunde": "2026-11-18T11:00",
    "in einer halben Stunde": "2026-11-18T10:30",
    "in zwei Stunden": "2026-11-18T12:00",
    "in anderthalb Stunden": "2026-11-18T11:30",
    # bare weekdays
    "Dienstag": TUESDAY,
    "am Dienstag": TUESDAY,
    "Donnerstag": TOMORROW,
    "Freitag": FRIDAY,
    "Samstag": SATURDAY,
    "Sonnabend": SATURDAY,
    "Montag": MONDAY,
    "Mittwoch": f"{TODAY} | {WEDNESDAY}",
    "am Mittwoch um 15 Uhr": "2026-11-18T15:00 | 2026-11-25T15:00",
    "Mittwoch um neun": "2026-11-25T09:00",
    "Di": TUESDAY,
    "Fr.": FRIDAY,
    "dienstags": TUESDAY,
    # nächsten, kommenden, diesen, übernächsten
    "nächsten Dienstag": TUESDAY,
    "nächster Dienstag": TUESDAY,
    "naechsten Dienstag": TUESDAY,
    "am nächsten Montag": MONDAY,
    "nächsten Freitag": f"{FRIDAY} | {FRIDAY_WEEK}",
    "nächsten Donnerstag": f"{TOMORROW} | {THURSDAY}",
    "nächsten Samstag": f"{SATURDAY} | 2026-11-28",
    "nächsten Mittwoch": WEDNESDAY,
    "nächsten Freitag um 15 Uhr": "2026-11-20T15:00 | 2026-11-27T15:00",
    "kommenden Freitag": FRIDAY,
    "diesen Freitag": FRIDAY,
    "am kommenden Dienstag": TUESDAY,
    "dieser Donnerstag": TOMORROW,
    "kommenden Mittwoch": WEDNESDAY,
    "übernächsten Dienstag": "2026-12-01",
    "übernächsten Montag": "2026-11-30",
    "nächste Woche Dienstag": TUESDAY,
    "Dienstag nächste Woche": TUESDAY,
    "Dienstag nächster Woche": TUESDAY,
    "nächste Woche Mittwoch": WEDNESDAY,
    "nächste Woche am Freitag": FRIDAY_WEEK,
    "kommende Woche Donnerstag": THURSDAY,
    "übernächste Woche Montag": "2026-11-30",
    "übernächste Woche Mittwoch": "2026-12-02",
    "Freitag übernächster Woche": "2026-12-04",
    "diese Woche Montag": "past",
    "diese Woche Dienstag": "past",
    "diese Woche Freitag": FRIDAY,
    "Freitag dieser Woche": FRIDAY,
    "letzten Freitag": "past",
    "vergangenen Montag": "past",
    "nächste Woche": "2026-11-23..2026-11-30",
    "übernächste Woche": "2026-11-30..2026-12-07",
    "Dienstag in zwei Wochen um zehn": "2026-12-08T10:00 | 2026-12-01T10:00",
    # dates
    "24.11.": TUESDAY,
    "24.11.2026": TUESDAY,
    "24.11.26": TUESDAY,
    "am 24. November": TUESDAY,
    "24. Nov.": TUESDAY,
    "der 24. November 2026": TUESDAY,
    "vierundzwanzigster November": TUESDAY,
    "am vierundzwanzigsten elften": TUESDAY,
    "am vierten zwölften": "2026-12-04",
    "der vierte zwölfte": "2026-12-04",
    "fünfzehnter Januar": "2027-01-15",
    "15.1.": "2027-01-15",
    "15.01.": "2027-01-15",
    "15.1": "2027-01-15",
    "am 15.1. um halb drei": "2027-01-15T14:30",
    "3. März": "2027-03-03",
    "3. Maerz": "2027-03-03",
    "dritter März": "2027-03-03",
    "erster Dezember": "2026-12-01",
    "1. Advent": "2026-11-29",
    "1.11.": "past",
    "am 10. November": "past",
    "19.10.": "past",
    "18.10.": "2027-10-18",
    "1.10.": "2027-10-01",
    "17.11.": "past",
    "18.11.": TODAY,
    "15.1.2026": "past",
    "24.11.2025": "past",
    "15.1.2027": "2027-01-15",
    "am 30.": "2026-11-30",
    "am dreißigsten": "2026-11-30",
    "am 25.": WEDNESDAY,
    "30.2.": "invalid",
    "31.11.": "invalid",
    "32.12.": "invalid",
    "29.2.2027": "invalid",
    "24.13.2026": "invalid",
    "24/11/2026": TUESDAY,
    "24-11-2026": TUESDAY,
    # weekday and date
    "Dienstag, den 24.11.": TUESDAY,
    "Dienstag der 24. November": TUESDAY,
    "Montag, den 24.11.": f"conflict {MONDAY} | {TUESDAY}",
    "Freitag, 26.11.2026": f"conflict {THURSDAY} | {FRIDAY_WEEK}",
    "Freitag, den 15. Januar": "2027-01-15",
    "Dienstag, den 24.11. um 14 Uhr": "2026-11-24T14:00",
    "morgen, Freitag": f"conflict {TOMORROW} | {FRIDAY}",
    # weeks and months
    "KW 49": "2026-11-30..2026-12-07",
    "in der KW 49": "2026-11-30..2026-12-07",
    "Kalenderwoche 49": "2026-11-30..2026-12-07",
    "in der 49. Kalenderwoche": "2026-11-30..2026-12-07",
    "Dienstag in KW 49": "2026-12-01",
    "KW 49 Dienstag um 10": "2026-12-01T10:00",
    "KW 54": "invalid",
    "im Dezember": "2026-12-01..2027-01-01",
    "nächsten Monat": "2026-12-01..2027-01-01",
    "Anfang Dezember": "2026-12-01..2026-12-11",
    "am Wochenende": "2026-11-21..2026-11-23",
    # clocks on a day
    "Dienstag um drei": "2026-11-24T15:00",
    "Dienstag um 3": "2026-11-24T15:00",
    "Dienstag um 3 Uhr": "2026-11-24T15:00",
    "Dienstag um zehn": "2026-11-24T10:00",
    "Dienstag um neun Uhr": "2026-11-24T09:00",
    "Dienstag um eins": "2026-11-24T13:00",
    "Dienstag um ein Uhr": "2026-11-24T13:00",
    "Dienstag um zwölf": "2026-11-24T12:00",
    "Dienstag um halb drei": "2026-11-24T14:30",
    "Dienstag um halb 3": "2026-11-24T14:30",
    "Dienstag halb eins": "2026-11-24T12:30",
    "Dienstag um halb zehn": "2026-11-24T09:30",
    "Dienstag um Viertel vor drei": "2026-11-24T14:45",
    "Dienstag um viertel nach zwei": "2026-11-24T14:15",
    "Dienstag um Viertel drei": "2026-11-24T14:15",
    "Dienstag um drei viertel drei": "2026-11-24T14:45",
    "Dienstag um Dreiviertel drei": "2026-11-24T14:45",
    "Dienstag um dreiviertel zehn": "2026-11-24T09:45",
    "Dienstag um fünf vor halb drei": "2026-11-24T14:25",
    "Dienstag um fünf nach halb drei": "2026-11-24T14:35",
    "Dienstag um zehn vor drei": "2026-11-24T14:50",
    "Dienstag um zehn nach drei": "2026-11-24T15:10",
    "Dienstag um zwanzig nach drei": "2026-11-24T15:20",
    "Dienstag Punkt drei": "2026-11-24T15:00",
    "Dienstag um 14 Uhr 30": "2026-11-24T14:30",
    "Dienstag um vierzehn Uhr dreißig": "2026-11-24T14:30",
    "Dienstag um vierzehn Uhr fünfundvierzig": "2026-11-24T14:45",
    "Dienstag 14:30": "2026-11-24T14:30",
    "Dienstag 14.30 Uhr": "2026-11-24T14:30",
    "Dienstag 14h30": "2026-11-24T14:30",
    "Dienstag um 1430 Uhr": "2026-11-24T14:30",
    "Dienstag um drei Uhr nachmittags": "2026-11-24T15:00",
    "Dienstag nachmittags um drei": "2026-11-24T15:00",
    "Dienstagnachmittag um drei": "2026-11-24T15:00",
    "Dienstag früh um neun": "2026-11-24T09:00",
    "Dienstag um zehn Uhr morgens": "2026-11-24T10:00",
    "Dienstagabend um sechs": "2026-11-24T18:00",
    "Dienstag um acht Uhr abends": "2026-11-24T20:00",
    "Dienstag um zwo": "2026-11-24T14:00",
    "Dienstag um 25 Uhr": "invalid",
    "Dienstag um 14:75": "invalid",
    "morgen um halb drei": "2026-11-19T14:30",
    "morgen früh um neun": "2026-11-19T09:00",
    "heute um drei": "2026-11-18T15:00",
    "heute um 9 Uhr": "past",
    "heute Nachmittag um vier": "2026-11-18T16:00",
    "übermorgen um elf Uhr fünfzehn": "2026-11-20T11:15",
    # parts of the day
    "morgen Vormittag": f"{TOMORROW} window",
    "morgen früh": f"{TOMORROW} window",
    "heute Nachmittag": f"{TODAY} window",
    "heute Abend": f"{TODAY} window",
    "Dienstagvormittag": f"{TUESDAY} window",
    "Dienstag vormittags": f"{TUESDAY} window",
    "Dienstag am späten Nachmittag": f"{TUESDAY} window",
    "Freitag gegen Mittag": f"{FRIDAY} window",
    "Dienstag nach der Mittagspause": f"{TUESDAY} window",
    # windows
    "Dienstag zwischen zehn und zwölf": f"{TUESDAY} 10:00-12:00",
    "Dienstag von zehn bis zwölf": f"{TUESDAY} 10:00-12:00",
    "Dienstag zwischen 14 und 16 Uhr": f"{TUESDAY} 14:00-16:00",
    "Dienstag ab zehn": f"{TUESDAY} 10:00-24:00",
    "Dienstag vormittags ab neun": f"{TUESDAY} 09:00-12:00",
    "Dienstag frühestens um elf": f"{TUESDAY} 11:00-24:00",
    "Dienstag nach 15 Uhr": f"{TUESDAY} 15:00-24:00",
    "Dienstag so gegen drei": f"{TUESDAY} about 15:00",
    "Dienstag ungefähr um elf": f"{TUESDAY} about 11:00",
    "Dienstag um circa 14 Uhr": f"{TUESDAY} about 14:00",
    # ranges
    "ab Freitag": "2026-11-20..",
    "ab dem 1. Dezember": "2026-12-01..",
    "zwischen dem 1. und dem 5. Dezember": "2026-12-01..2026-12-06",
    "vom 1. bis 5. Dezember": "2026-12-01..2026-12-06",
    "Montag bis Mittwoch": "2026-11-23..2026-11-26",
    "Anfang nächster Woche": "2026-11-23..2026-11-25",
    "Ende nächster Woche": "2026-11-26..2026-11-30",
    # no day
    "um 15 Uhr": "at 15:00",
    "halb drei": "at 14:30",
    "um drei": "at 15:00",
    "vormittags": "time window",
    "nachmittags nach drei": "time window",
    "15:00": "at 15:00",
    # earliest
    "so bald wie möglich": "earliest",
    "so schnell es geht": "earliest",
    "schnellstmöglich": "earliest",
    "der nächste freie Termin": "earliest",
    "den nächstmöglichen Termin": "earliest",
    "asap": "earliest",
    "egal wann": "earliest",
    "wann immer es geht": "earliest",
    "möglichst bald": "earliest",
    "sobald etwas frei ist": "earliest",
    # holidays
    "Heiligabend": "2026-12-24",
    "an Silvester": "2026-12-31",
    "am Nikolaustag": "2026-12-06",
    "Neujahr": "2027-01-01",
    # models
    "2026-11-24": TUESDAY,
    "2026-11-24T14:30": "2026-11-24T14:30",
    "2026-11-24T14:30:00": "2026-11-24T14:30",
    "2026-11-24T14:30:00+01:00": "2026-11-24T14:30",
    "2026-11-24T13:30:00Z": "2026-11-24T14:30",
    "2026-11-24 14:30": "2026-11-24T14:30",
    "2026-11-24 14:30:00": "2026-11-24T14:30",
    "24.11.2026 14:30": "2026-11-24T14:30",
    "24.11.2026, 14:30 Uhr": "2026-11-24T14:30",
    "2026/11/24": TUESDAY,
    "2024-06-10": "past",
    "2026-02-30": "invalid",
    "2026-11-24T25:00": "invalid",
    "tomorrow": TOMORROW,
    "today": TODAY,
    "Tuesday": TUESDAY,
    "next week": "2026-11-23..2026-11-30",
    # nothing
    "": "unparseable",
    "null": "unparseable",
    "None": "unparseable",
    "N/A": "unparseable",
    "undefined": "unparseable",
    "nicht angegeben": "unparseable",
    "YYYY-MM-DD": "unparseable",
    "{{datum}}": "unparseable",
    "keine Ahnung": "unparseable",
    "Haarschnitt": "unparseable",
    # spelling and hearing
    "Dinstag": TUESDAY,
    "dienstach": TUESDAY,
    "Donerstag": TOMORROW,
    "Freitach": FRIDAY,
    "DIENSTAG UM 14 UHR": "2026-11-24T14:00",
    "dienstag 14uhr": "2026-11-24T14:00",
    "Dienstag um vierzehnuhrdreißig": "2026-11-24T14:30",
    "24ter November": TUESDAY,
    "24igsten November": TUESDAY,
    "am fierundzwanzigsten November": TUESDAY,
    "3. Febuar": "2027-02-03",
    "3. Jänner": "2027-01-03",
    "Da\u0308mmerung": "unparseable",
    "u\u0308bermorgen": FRIDAY,
    # sentences
    "Ich hätte gern einen Termin am Dienstag um halb drei": "2026-11-24T14:30",
    "Ginge es denn vielleicht nächste Woche Donnerstag so um zehn Uhr?": f"{THURSDAY} about 10:00",
    "Dienstag, nein, Donnerstag nächste Woche": THURSDAY,
    "nicht am Montag, sondern am Dienstag": TUESDAY,
    "Dienstag geht nicht, aber Donnerstag": TOMORROW,
    "Montag oder Dienstag": f"{MONDAY} | {TUESDAY}",
    "Dienstag um zehn oder um elf": "2026-11-24T10:00 | 2026-11-24T11:00",
    "Frau Freitag möchte am Dienstag kommen": TUESDAY,
    "am Dienstag, und zwar um zehn": "2026-11-24T10:00",
    "ich kann erst ab Montag": "2026-11-23..",
    "jeden Dienstag um zehn": "unparseable",
}
# A second hundred, harder: dialect, mishearings, model's mixtures, long sentences.
HARDER: dict[str, str] = {
    "am Dienstag den vierundzwanzigsten um drei viertel elf": "2026-11-24T10:45",
    "nächsten Dienstag vierundzwanzigster elfter vierzehn Uhr": "2026-11-24T14:00",
    "Termin für Dienstag, 24.11.26, 14 Uhr 30, für meine Tochter": "2026-11-24T14:30",
    "haben Sie am Freitag noch was frei": FRIDAY,
    "Wäre Donnerstag in einer Woche um elf möglich?": "2026-11-26T11:00",
    "am liebsten Dienstag Nachmittag": f"{TUESDAY} window",
    "Dienstag, aber erst nach 16 Uhr": f"{TUESDAY} 16:00-24:00",
    "Dienstag ab 16 Uhr": f"{TUESDAY} 16:00-24:00",
    "Dienstag bis 12 Uhr": f"{TUESDAY} 00:00-12:00",
    "Dienstag vor zwölf": f"{TUESDAY} 00:00-12:00",
    "Dienstag vor 12 Uhr": f"{TUESDAY} 00:00-12:00",
    "Dienstag gleich in der Früh": f"{TUESDAY} window",
    "Dienstag über Mittag": f"{TUESDAY} window",
    "Dienstag in der Mittagszeit": f"{TUESDAY} window",
    "Dienstag nach Feierabend": f"{TUESDAY} window",
    "Dienstag zwischen halb zehn und halb elf": f"{TUESDAY} 09:30-10:30",
    "Dienstag zwischen neun Uhr dreißig und elf": f"{TUESDAY} 09:30-11:00",
    "Dienstag von 9:30 bis 11:00": f"{TUESDAY} 09:30-11:00",
    "Dienstag 9-11 Uhr": f"{TUESDAY} 09:00-11:00",
    "Dienstag 9:00 - 11:00": f"{TUESDAY} 09:00-11:00",
    "24.11. 9 bis 11": f"{TUESDAY} 09:00-11:00",
    "Mo": MONDAY,
    "Mo 23.11.": MONDAY,
    "Mo, 23.11.2026, 10:00": "2026-11-23T10:00",
    "Montag dem 23. November": MONDAY,
    "Montag den dreiundzwanzigsten": MONDAY,
    "Dienstag, den 23.": f"conflict {MONDAY} | {TUESDAY}",
    "kommende Woche": "2026-11-23..2026-11-30",
    "in der nächsten Woche": "2026-11-23..2026-11-30",
    "nächste Woche irgendwann": "2026-11-23..2026-11-30",
    "diese Woche noch": "2026-11-16..2026-11-23",
    "Mitte nächster Woche": "2026-11-24..2026-11-27",
    "übernächster Freitag": f"{FRIDAY_WEEK} | 2026-12-04",
    "Freitag in 14 Tagen": "2026-12-04",
    "Montag in einer Woche": f"{MONDAY} | 2026-11-30",
    "am ersten Dezember": "2026-12-01",
    "am 1. Dezember um elf Uhr dreißig": "2026-12-01T11:30",
    "ersten zwölften": "2026-12-01",
    "01.12.": "2026-12-01",
    "1.12. 11 Uhr": "2026-12-01T11:00",
    "1.12 um 11": "2026-12-01T11:00",
    "am 1.12. gegen 11": "2026-12-01 about 11:00",
    "24. Dezember": "2026-12-24",
    "zweiter Erster": "2027-01-02",
    "zweiter Januar zweitausendsiebenundzwanzig": "2027-01-02",
    "2. Januar 2027 um 10": "2027-01-02T10:00",
    "zweiter Advent": "2026-12-06",
    "vierter Advent": "2026-12-20",
    "am Tag vor Heiligabend": "unparseable",
    "zwischen den Jahren": "2026-12-27..2026-12-31",
    "nach Weihnachten": "2026-12-27..",
    "vor Weihnachten": "2026-11-18..2026-12-24",
    "nächstes Jahr im März": "2027-03-01..2027-04-01",
    "im März": "2027-03-01..2027-04-01",
    "im Januar": "2027-01-01..2027-02-01",
    "Ende November": "2026-11-21..2026-12-01",
    "Mitte Dezember": "2026-12-11..2026-12-21",
    "KW 48": "2026-11-23..2026-11-30",
    "KW48 Donnerstag": THURSDAY,
    "2026-W49": "2026-11-30..2026-12-07",
    "2026-W49-2": "2026-12-01",
    "in 10 Tagen um 9 Uhr": "2026-11-28T09:00",
    "in zehn Tagen": "2026-11-28",
    "in 2 Wochen Dienstag": "2026-12-01",
    "in anderthalb Wochen": "unparseable",
    "in einem Monat": "2026-12-18",
    "heute noch": TODAY,
    "heute um 17 Uhr": "2026-11-18T17:00",
    "heute um halb fünf": "2026-11-18T16:30",
    "heute Mittag": f"{TODAY} window",
    "jetzt gleich": "earliest",
    "sofort": "earliest",
    "morgen um Viertel elf": "2026-11-19T10:15",
    "morgen um viertel ölf": "2026-11-19T10:15",
    "moagn um zehne": "2026-11-19T10:00",
    "morgen um zehn Uhr zehn": "2026-11-19T10:10",
    "morgen um zwölf Uhr mittags": "2026-11-19T12:00",
    "morgen mittag um zwölf": "2026-11-19T12:00",
    "morgen um 12": "2026-11-19T12:00",
    "morgen um halb eins": "2026-11-19T12:30",
    "morgen um eins": "2026-11-19T13:00",
    "morgen um 17:30 Uhr": "2026-11-19T17:30",
    "morgen um siebzehn dreißig": "2026-11-19T17:30",
    "morgen siebzehn Uhr dreissig": "2026-11-19T17:30",
    "morgen um fünf": "2026-11-19T17:00",
    "morgen um sechs": "2026-11-19T18:00 | 2026-11-19T06:00",
    "morgen um fünf nach halb": "unparseable",
    "tomorrow at 2pm": "2026-11-19T14:00",
    "tomorrow afternoon": f"{TOMORROW} window",
    "next Tuesday": TUESDAY,
    "Tuesday 14:30": "2026-11-24T14:30",
    "November 24, 2026": TUESDAY,
    "24 November 2026": TUESDAY,
    "Nov 24": TUESDAY,
    "2026-11-24 (Dienstag)": TUESDAY,
    "Dienstag, 2026-11-24": TUESDAY,
    "Montag, 2026-11-24": f"conflict {MONDAY} | {TUESDAY}",
    "24.11.2026 um 14:30:00": "2026-11-24T14:30",
    "heute (18.11.2026)": TODAY,
    "T14:30": "at 14:30",
    "14:30:00+01:00": "at 14:30",
    "Mittwoch früh": f"{WEDNESDAY} window",
    "Mittwochvormittag": f"{TODAY} window | {WEDNESDAY} window",
    "der Dienstag danach": "unparseable",
    "eine Woche später": "unparseable",
    "früher": "unparseable",
    "am gleichen Tag": "unparseable",
    "einundzwanzig Uhr am Samstag": "2026-11-21T21:00",
    "Samstag um zwei": "2026-11-21T14:00",
    "Samstag um eins": "2026-11-21T13:00",
    "Sonntag um drei": "2026-11-22T15:00",
    "ich bin am 3. März 1980 geboren": "past",
    "Dienstag um 10 für zwei Personen": "2026-11-24T10:00",
    "am Dienstag zu zweit um zehn": "2026-11-24T10:00",
    "Dienstag um zehn, mein Sohn ist acht": "2026-11-24T10:00",
}


PARTS: dict[tuple[str | None, str | None], str] = {
    ("24.11.2026", "14:30"): "2026-11-24T14:30",
    ("Dienstag", "halb drei"): "2026-11-24T14:30",
    ("nächsten Dienstag", "14.30 Uhr"): "2026-11-24T14:30",
    ("nächste Woche", "vormittags"): "2026-11-23..2026-11-30",
    ("2026-11-24T00:00:00", "14:30"): "2026-11-24T14:30",
    ("2026-11-24", "14:30:00"): "2026-11-24T14:30",
    ("2026-11-24T14:30:00", "2026-11-24T14:30:00"): "2026-11-24T14:30",
    ("Dienstag um halb drei", ""): "2026-11-24T14:30",
    ("", "Dienstag um halb drei"): "2026-11-24T14:30",
    ("null", "15 Uhr"): "at 15:00",
    ("Dienstag", "null"): TUESDAY,
    ("Dienstag", "N/A"): TUESDAY,
    ("Dienstag", "egal"): TUESDAY,
    ("morgen", "drei"): "2026-11-19T15:00",
    ("morgen", "3"): "2026-11-19T15:00",
    ("morgen", "9"): "2026-11-19T09:00",
    ("morgen", "14"): "2026-11-19T14:00",
    ("morgen", "1430"): "2026-11-19T14:30",
    ("morgen", "2 PM"): "2026-11-19T14:00",
    ("morgen", "2:30 pm"): "2026-11-19T14:30",
    ("morgen", "10 am"): "2026-11-19T10:00",
    ("morgen", "viertel vor drei"): "2026-11-19T14:45",
    ("24", "10 Uhr"): "2026-11-24T10:00",
    ("vierundzwanzigster", "zehn"): "2026-11-24T10:00",
    ("24. November", "früh"): f"{TUESDAY} window",
    ("Dienstag", "so früh wie möglich"): "earliest",
    (None, None): "unparseable",
    ("", ""): "unparseable",
    ("Montag 24.11.2026", "10:00"): "conflict 2026-11-23T10:00 | 2026-11-24T10:00",
    ("Dienstag", "zwischen 10 und 12 Uhr"): f"{TUESDAY} 10:00-12:00",
    ("Dienstag", "ab 14 Uhr"): f"{TUESDAY} 14:00-24:00",
    ("15.1.", "9:30"): "2027-01-15T09:30",
    ("1.11.", "10:00"): "past",
    ("31.11.", "10:00"): "invalid",
    ("2025-11-24", "10:00"): "past",
}


def _told(meant: When) -> str:
    """Write a result as the tables do."""
    writer = _WRITERS.get(meant.state)
    return writer(meant) if writer else meant.state.value


def _readings(meant: When) -> str:
    readings = " | ".join(sorted(_told(each) for each in meant.alternatives))
    return f"conflict {readings}" if meant.state is when.State.CONFLICT else readings


def _time_only(meant: When) -> str:
    return f"at {meant.time:%H:%M}" if meant.time and not meant.window_minutes else "time window"


def _instant(meant: When) -> str:
    assert meant.start is not None
    return meant.start.astimezone(BERLIN).strftime("%Y-%m-%dT%H:%M")


def _range(meant: When) -> str:
    end = meant.end.date() if meant.end else ""
    return f"{meant.start.date() if meant.start else ''}..{end}"


def _window(meant: When) -> str:
    assert meant.window_minutes is not None
    if meant.reason == "about" and meant.time is not None:
        return f"{meant.date} about {meant.time:%H:%M}"
    first, last = meant.window_minutes
    return f"{meant.date} {first // 60:02d}:{first % 60:02d}-{last // 60:02d}:{last % 60:02d}"


_WRITERS: dict[when.State, Callable[[When], str]] = {
    when.State.AMBIGUOUS: _readings,
    when.State.CONFLICT: _readings,
    when.State.TIME_ONLY: _time_only,
    when.State.EXACT: _instant,
    when.State.DAY: lambda meant: str(meant.date),
    when.State.RANGE: _range,
    when.State.WINDOW: _window,
}


def _agrees(told: str, expected: str) -> bool:
    if " window | " in expected:
        parts = zip(told.split(" | "), expected.split(" | "), strict=True)
        return all(_agrees(each, wanted) for each, wanted in parts)
    if expected.endswith(" window"):
        return told.split(" ")[0] == expected.split(" ")[0] and told != expected.split(" ")[0]
    if " | " in expected:
        prefix = "conflict " if expected.startswith("conflict ") else ""
        readings = sorted(expected.removeprefix(prefix).split(" | "))
        return told == prefix + " | ".join(readings)
    return told == expected


@pytest.mark.parametrize(("said", "expected"), [*TABLE.items(), *HARDER.items()])
def test_what_is_said_means_what_the_rules_say(said: str, expected: str) -> None:
    told = _told(when.understand(said, now=NOW, opening=OPENING))

    assert _agrees(told, expected), told


@pytest.mark.parametrize(("fields", "expected"), PARTS.items())
def test_two_fields_mean_what_the_rules_say(
    fields: tuple[str | None, str | None], expected: str
) -> None:
    date, time = fields

    told = _told(when.understand_parts(date=date, time=time, now=NOW, opening=OPENING))

    assert _agrees(told, expected), told
