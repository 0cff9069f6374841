"""What German time expressions mean: tables by topic, and an oracle that counts days one by one.

A line of a table is `words => meaning`. Today is Thursday, 19 November 2026, 10:00 in Berlin; the salon is
open Monday to Friday 9 to 18 and Saturday 10 to 14. A file this long is a table, not a program.
"""

import time
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls import speech, when
from calls.when import Opening, State, When, folding, idioms
from calls.when.lexicon import LEXICON

TABLES = Path(__file__).parent / "tables"
BERLIN = ZoneInfo("Europe/Berlin")
THURSDAY_TEN = datetime(2026, 11, 19, 10, 0, tzinfo=BERLIN)
SALON = Opening(hours={**dict.fromkeys(range(1, 6), ((540, 1080),)), 6: ((600, 840),)})
BAR = Opening(hours=dict.fromkeys(range(1, 8), ((540, 1380),)))
WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def told(meaning: When) -> str:
    """Return a meaning in the notation of the tables."""
    if meaning.alternatives:
        return f"{meaning.state} ({meaning.reason}): {' | '.join(map(told, meaning.alternatives))}"
    words = [
        str(meaning.state),
        f"{meaning.date:%a %Y-%m-%d}" if meaning.date else _span(meaning),
        f"{meaning.time:%H:%M}" if meaning.time else "",
        "-".join(f"{m // 60:02}:{m % 60:02}" for m in meaning.window_minutes or ()),
        f"({meaning.reason})" if meaning.reason else "",
    ]
    return " ".join(word for word in words if word)


def _span(meaning: When) -> str:
    if meaning.start is None:
        return ""
    edges = [f"{edge:%Y-%m-%d %H:%M}" if edge else "" for edge in (meaning.start, meaning.end)]
    return "..".join(edge.removesuffix(" 00:00") for edge in edges)


def understood(text: str, *, now: datetime = THURSDAY_TEN, opening: Opening | None = SALON) -> str:
    return told(when.understand(text, now=now, opening=opening))


def _rows(table: str) -> Iterator[tuple[str, str]]:
    for line in table.strip().splitlines():
        if " => " in line:
            words, _, meaning = line.partition(" => ")
            yield words, meaning


TABLE = """
# counted from today
heute => day Thu 2026-11-19
übermorgen => day Sat 2026-11-21
heute in acht Tagen => day Thu 2026-11-26
in acht Tagen => ambiguous (eight_days): day Thu 2026-11-26 | day Fri 2026-11-27
in vierzehn Tagen => day Thu 2026-12-03
in einer Stunde => exact Thu 2026-11-19 11:00
in einer halben Stunde => exact Thu 2026-11-19 10:30
in anderthalb Stunden => exact Thu 2026-11-19 11:30
in einer Dreiviertelstunde => exact Thu 2026-11-19 10:45
heute in einem Monat => day Sat 2026-12-19
in einem Monat => day Sat 2026-12-19
heute noch => day Thu 2026-11-19
in drei Monaten => day Fri 2027-02-19
in einem halben Jahr => day Wed 2027-05-19
in einem Jahr => day Fri 2027-11-19
in 30 Minuten => exact Thu 2026-11-19 10:30
in 14 Tagen => day Thu 2026-12-03
in fünfzehn Tagen => day Fri 2026-12-04
heute in vierzehn Tagen => day Thu 2026-12-03

# weekdays
morgen => day Fri 2026-11-20
Donnerstagnachmittag => ambiguous (weekday_is_today): window Thu 2026-11-19 12:00-18:00 | window Thu 2026-11-26 12:00-18:00
nächsten Freitag => ambiguous (next_weekday): day Fri 2026-11-20 | day Fri 2026-11-27
nächsten Donnerstag => day Thu 2026-11-26
nächsten Dienstag => day Tue 2026-11-24
kommenden Freitag => day Fri 2026-11-20
diesen Freitag => day Fri 2026-11-20
übernächsten Dienstag => day Tue 2026-12-01
übernächsten Freitag => ambiguous (next_weekday): day Fri 2026-11-27 | day Fri 2026-12-04
Donnerstag => ambiguous (weekday_is_today): day Thu 2026-11-19 | day Thu 2026-11-26
für zwei Personen am Dienstag => day Tue 2026-11-24
Do um zehn => ambiguous (weekday_is_today): exact Thu 2026-11-19 10:00 | exact Thu 2026-11-26 10:00
Mi => day Wed 2026-11-25
fr => day Fri 2026-11-20
Dienstag in acht Tagen => day Tue 2026-12-01
Dienstag in vierzehn Tagen => day Tue 2026-12-08
morgen, Freitag => day Fri 2026-11-20
nächsten freien Dienstag => day Tue 2026-11-24
bei Frau Freitag am Montag => day Mon 2026-11-23
Mittwoch => day Wed 2026-11-25
freitag => day Fri 2026-11-20
irgendwann morgen => day Fri 2026-11-20
Montag Dienstag => ambiguous (several_weekdays): day Mon 2026-11-23 | day Tue 2026-11-24
Haben Sie am Freitag noch was frei? => day Fri 2026-11-20
immer dienstags => day Tue 2026-11-24
dienstags => day Tue 2026-11-24
letzter Termin am Freitag => day Fri 2026-11-20
Dienstag Dienstag => day Tue 2026-11-24
eher am Dienstag => day Tue 2026-11-24
deshalb am Dienstag => day Tue 2026-11-24
morgen in vierzehn Tagen => day Fri 2026-12-04
ich brauche in zehn Minuten einen Termin => exact Thu 2026-11-19 10:10
am Donnerstag um zehn => ambiguous (weekday_is_today): exact Thu 2026-11-19 10:00 | exact Thu 2026-11-26 10:00
kommenden Donnerstag => day Thu 2026-11-26
diesen Donnerstag => ambiguous (weekday_is_today): day Thu 2026-11-19 | day Thu 2026-11-26
kommender Montag => day Mon 2026-11-23
nächster Montag => day Mon 2026-11-23
nächsten Sonntag => ambiguous (next_weekday): day Sun 2026-11-22 | day Sun 2026-11-29
nächsten Samstag => ambiguous (next_weekday): day Sat 2026-11-21 | day Sat 2026-11-28
nächsten Mittwoch => day Wed 2026-11-25
übernächsten Donnerstag => day Thu 2026-12-03
übernächsten Samstag => ambiguous (next_weekday): day Sat 2026-11-28 | day Sat 2026-12-05
morgen in acht Tagen => day Fri 2026-11-27
Montag in acht Tagen => day Mon 2026-11-30
Samstag in vierzehn Tagen => day Sat 2026-12-05
nächsten Freitag um zehn => ambiguous (next_weekday): exact Fri 2026-11-20 10:00 | exact Fri 2026-11-27 10:00

# weeks and weekends
in zwei Wochen => day Thu 2026-12-03
Dienstag KW 49 => day Tue 2026-12-01
KW 49 => range 2026-11-30..2026-12-07
Anfang nächster Woche => range 2026-11-23..2026-11-25
Mitte nächster Woche => range 2026-11-24..2026-11-27
Ende nächster Woche => range 2026-11-26..2026-11-30
am Wochenende => range 2026-11-21..2026-11-23
nächste Woche Dienstag => day Tue 2026-11-24
übernächste Woche Dienstag => day Tue 2026-12-01
nächste Woche => range 2026-11-23..2026-11-30
übernächste Woche => range 2026-11-30..2026-12-07
diese Woche => range 2026-11-16..2026-11-23
die nächsten Tage => range 2026-11-19..2026-11-27
in den nächsten zwei Wochen => range 2026-11-19..2026-12-04
kommende Woche Dienstag => day Tue 2026-11-24
Dienstag nächster Woche => day Tue 2026-11-24
nächste Woche vormittags => range 2026-11-23..2026-11-30 08:00-12:00
nächste Woche um zehn => range 2026-11-23..2026-11-30 10:00
Ende der Woche => range 2026-11-19..2026-11-23
nächstes Wochenende => ambiguous (next_weekend): range 2026-11-21..2026-11-23 | range 2026-11-28..2026-11-30
dieses Wochenende => range 2026-11-21..2026-11-23
übers Wochenende => range 2026-11-21..2026-11-23
übernächstes Wochenende => ambiguous (next_weekend): range 2026-11-28..2026-11-30 | range 2026-12-05..2026-12-07
Wochenende KW 49 => range 2026-12-05..2026-12-07
KW 53 => range 2026-12-28..2027-01-04
KW 2 => range 2027-01-11..2027-01-18
KW 47 => range 2026-11-16..2026-11-23
KW 2 2027 => range 2027-01-11..2027-01-18
KW 49/2026 => range 2026-11-30..2026-12-07
Kalenderwoche neunundvierzig => range 2026-11-30..2026-12-07
in der 49. Kalenderwoche => range 2026-11-30..2026-12-07
nächste KW => range 2026-11-23..2026-11-30
Dienstag in einer Woche => ambiguous (weeks_from_when): day Tue 2026-11-24 | day Tue 2026-12-01
Dienstag in zwei Wochen => ambiguous (weeks_from_when): day Tue 2026-12-01 | day Tue 2026-12-08
in zwei Wochen am Dienstag => day Tue 2026-12-01
morgen in einer Woche => day Fri 2026-11-27
in zwei, drei Tagen => range 2026-11-21..2026-11-23
irgendwann nächste Woche => range 2026-11-23..2026-11-30
Montag in einer Woche => ambiguous (weeks_from_when): day Mon 2026-11-23 | day Mon 2026-11-30
noch diese Woche => range 2026-11-16..2026-11-23
Mittwoch in drei Wochen => ambiguous (weeks_from_when): day Wed 2026-12-09 | day Wed 2026-12-16
Mitte nächster Woche vormittags => range 2026-11-24..2026-11-27 08:00-12:00
innerhalb der nächsten zwei Wochen => range 2026-11-19..2026-12-04
Mitte der Woche => range 2026-11-17..2026-11-20
heute in einer Woche => day Thu 2026-11-26
Freitag dieser Woche => day Fri 2026-11-20
in der übernächsten Woche am Montag => day Mon 2026-11-30
Montag nächste Woche => day Mon 2026-11-23
diese Woche Freitag => day Fri 2026-11-20
nächste Woche Sonntag => day Sun 2026-11-29
in 3 Wochen => day Thu 2026-12-10
in einer Woche => day Thu 2026-11-26
heute in drei Wochen => day Thu 2026-12-10
übermorgen in einer Woche => day Sat 2026-11-28
in drei Wochen am Montag => day Mon 2026-12-07
KW 50 Freitag => day Fri 2026-12-11
Freitag in KW 50 => day Fri 2026-12-11
KW50 => range 2026-12-07..2026-12-14
kw 1 => range 2027-01-04..2027-01-11
KW 48 vormittags => range 2026-11-23..2026-11-30 08:00-12:00
kommendes Wochenende => range 2026-11-21..2026-11-23
am Wochenende vormittags => range 2026-11-21..2026-11-23 08:00-12:00
in den nächsten Tagen => range 2026-11-19..2026-11-27
die nächsten drei Tage => range 2026-11-19..2026-11-23
die kommenden zwei Wochen => range 2026-11-19..2026-12-04

# dates
15.1. => day Fri 2027-01-15
15. Januar => day Fri 2027-01-15
den fünfzehnten ersten => day Fri 2027-01-15
am vierten achten => day Wed 2027-08-04
fünfzehnter Januar zweitausendsiebenundzwanzig => day Fri 2027-01-15
26.11.2026 => day Thu 2026-11-26
Donnerstag um 15 Uhr => ambiguous (weekday_is_today): exact Thu 2026-11-19 15:00 | exact Thu 2026-11-26 15:00
Dienstag, den 24. November => day Tue 2026-11-24
1.10. => day Fri 2027-10-01
So 29.11. => day Sun 2026-11-29
24.11.26 => day Tue 2026-11-24
24. 11. 2026 => day Tue 2026-11-24
24/11/2026 => day Tue 2026-11-24
24-11-2026 => day Tue 2026-11-24
24.11 => day Tue 2026-11-24
am 10.12 => day Thu 2026-12-10
15. März nächsten Jahres => day Mon 2027-03-15
15. März 2028 => day Wed 2028-03-15
am 15. nächsten Monats => day Tue 2026-12-15
am ersten nächsten Monats => day Tue 2026-12-01
am fünfzehnten => day Tue 2026-12-15
am 24. => day Tue 2026-11-24
am 24 => day Tue 2026-11-24
den 24 => day Tue 2026-11-24
am ersten => day Tue 2026-12-01
Dienstag, 24. => day Tue 2026-11-24
Dienstag den vierundzwanzigsten => day Tue 2026-11-24
2026-W49-2 => day Tue 2026-12-01
der zweite Dienstag im Januar => day Tue 2027-01-12
letzter Freitag im Monat => day Fri 2026-11-27
Dienstag im Dezember => ambiguous (several_weekdays): day Tue 2026-12-01 | day Tue 2026-12-08 | day Tue 2026-12-15 | day Tue 2026-12-22 | day Tue 2026-12-29
29.2.2028 => day Tue 2028-02-29
nächsten Monat am 15. => day Tue 2026-12-15
am ersten zwölften zweitausendsechsundzwanzig => day Tue 2026-12-01
am 3.4. => day Sat 2027-04-03
dritten vierten => day Sat 2027-04-03
der dritte April => day Sat 2027-04-03
Montag, siebter Dezember => day Mon 2026-12-07
November 24, 2026 => day Tue 2026-11-24
am 24ten => day Tue 2026-11-24
der 3te Dezember => day Thu 2026-12-03
24.11.'26 => day Tue 2026-11-24
24. Nov 2026 => day Tue 2026-11-24
24 Nov => day Tue 2026-11-24
Nov 24, 2026 => day Tue 2026-11-24
am 2.12. => day Wed 2026-12-02
zweiter zwölfter => day Wed 2026-12-02
02.12.2026 => day Wed 2026-12-02
2. Dez. => day Wed 2026-12-02
am zweiten Dezember => day Wed 2026-12-02
Mittwoch, der 2. Dezember => day Wed 2026-12-02
Mittwoch 2.12. => day Wed 2026-12-02
31.12. => day Thu 2026-12-31
1.1. => day Fri 2027-01-01
31. Dezember => day Thu 2026-12-31
19.11. => day Thu 2026-11-19
19.10. => day Tue 2027-10-19
30.11. => day Mon 2026-11-30
Montag, den 23.11.2026 => day Mon 2026-11-23

# months and years
nächsten Monat => range 2026-12-01..2027-01-01
Ende des Monats => range 2026-11-21..2026-12-01
Anfang Dezember => range 2026-12-01..2026-12-11
Mitte Januar => range 2027-01-11..2027-01-21
Ende Januar 2027 => range 2027-01-21..2027-02-01
im Januar => range 2027-01-01..2027-02-01
im November => range 2026-11-01..2026-12-01
nächsten Januar => range 2027-01-01..2027-02-01
im neuen Jahr => range 2027-01-01..2028-01-01
nächstes Jahr => range 2027-01-01..2028-01-01
nächstes Jahr im März => range 2027-03-01..2027-04-01
Anfang nächsten Jahres => range 2027-01-01..2027-04-01
Anfang nächsten Monats => range 2026-12-01..2026-12-11
Mitte des Monats => range 2026-11-11..2026-11-21
März => range 2027-03-01..2027-04-01
im Mai => range 2027-05-01..2027-06-01
Mai 2027 => range 2027-05-01..2027-06-01
nächsten Monat vormittags => range 2026-12-01..2027-01-01 08:00-12:00
im Dezember => range 2026-12-01..2027-01-01
Anfang Januar => range 2027-01-01..2027-01-11
Mitte Dezember => range 2026-12-11..2026-12-21
Ende November => range 2026-11-21..2026-12-01
Ende nächsten Monats => range 2026-12-21..2027-01-01
diesen Monat => range 2026-11-01..2026-12-01
übernächsten Monat => range 2027-01-01..2027-02-01
dieses Jahr => range 2026-01-01..2027-01-01

# feasts
Heiligabend => day Thu 2026-12-24
Ostermontag => day Mon 2027-03-29
nach Weihnachten => range 2026-12-27..
vor Weihnachten => range 2026-11-19 10:00..2026-12-24
Rosenmontag um zehn => exact Mon 2027-02-08 10:00
Silvester um 15 Uhr => exact Thu 2026-12-31 15:00
nächstes Jahr Ostern => range 2027-03-26..2027-03-30
zwischen Weihnachten und Neujahr => range 2026-12-24..2027-01-02

# times of day
halb drei => time_only 14:30
Viertel vor drei => time_only 14:45
Viertel nach drei => time_only 15:15
Viertel vier => time_only 15:15
drei viertel vier => time_only 15:45
dreiviertel vier => time_only 15:45
fünf vor halb drei => time_only 14:25
zehn nach zwei => time_only 14:10
14 Uhr 30 => time_only 14:30
14:30 Uhr => time_only 14:30
14.30 Uhr => time_only 14:30
zwanzig Uhr => time_only 20:00
Mitternacht => time_only 00:00
morgen Mitternacht => ambiguous (hour): exact Fri 2026-11-20 00:00 | exact Sat 2026-11-21 00:00
Vierzehn Uhr dreißig passt gut => time_only 14:30
morgen um acht => ambiguous (hour): exact Fri 2026-11-20 08:00 | exact Fri 2026-11-20 20:00
morgen um sieben => ambiguous (hour): exact Fri 2026-11-20 07:00 | exact Fri 2026-11-20 19:00
14.30 => time_only 14:30
10.30 => time_only 10:30
um 10.15 => time_only 10:15
10.15 => time_only 10:15
zehn Uhr morgens => time_only 10:00
acht Uhr abends => time_only 20:00
drei Uhr nachmittags => time_only 15:00
um zwölf => time_only 12:00
um eins => time_only 13:00
um ein Uhr => time_only 13:00
halb eins => time_only 12:30
Viertel vor zwölf => time_only 11:45
zehn vor zwölf => time_only 11:50
9:30 => time_only 09:30
09:30 => time_only 09:30
03:00 => time_only 03:00
3 Uhr => time_only 15:00
3:00 => time_only 15:00
22:00 => time_only 22:00
24 Uhr => time_only 00:00
0 Uhr => time_only 00:00
um vierzehn dreißig => time_only 14:30
vierzehn dreißig => time_only 14:30
neun fünfundvierzig => time_only 09:45
um zehn zwanzig => time_only 10:20
um 14 30 => time_only 14:30
vierzehn Uhr null fünf => time_only 14:05
14h30 => time_only 14:30
14h => time_only 14:00
14 h => time_only 14:00
1430 Uhr => time_only 14:30
zehn Uhr fünfundvierzig => time_only 10:45
vierzehn Uhr fünf und dreißig => time_only 14:35
nachts um drei => time_only 03:00
abends um zwölf => time_only 00:00
nachmittags 03:00 => time_only 15:00
5 Uhr nachmittags => time_only 17:00
zwölf Uhr => time_only 12:00
fünf uhr => time_only 17:00
halbdrei => time_only 14:30
viertelvor drei => time_only 14:45
dreiviertelvier => time_only 15:45
zehnuhr => time_only 10:00
vierzehnuhrdreißig => time_only 14:30
14uhr30 => time_only 14:30
halb dreizehn => time_only 12:30
halb 3 => time_only 14:30
halb 15 => time_only 14:30
Viertel nach 14 => time_only 14:15
Viertel 4 => time_only 15:15
viertel zehn => time_only 09:15
dreiviertel elf => time_only 10:45
5 vor 3 => time_only 14:55
10 nach 10 => time_only 10:10
zwanzig nach neun => time_only 09:20
zehn Minuten vor acht => ambiguous (hour): time_only 07:50 | time_only 19:50
zehn vor halb zehn => time_only 09:20
fünf nach halb zwölf => time_only 11:35
zwei Uhr => time_only 14:00
um zwei => time_only 14:00
um zehn vor drei => time_only 14:50
um Punkt zehn => time_only 10:00
genau um zehn => time_only 10:00
Punkt 15 Uhr => time_only 15:00
am frühen Morgen um sieben => time_only 07:00
den 1. April 2027 um 8 Uhr 30 => ambiguous (hour): exact Thu 2027-04-01 08:30 | exact Thu 2027-04-01 20:30
ich habe um zehn einen Termin => time_only 10:00
ein Uhr => time_only 13:00
elf => time_only 11:00
T10:00 => time_only 10:00
um 0 Uhr => time_only 00:00
fünf vor dreiviertel drei => time_only 14:40
fünf nach Viertel drei => time_only 14:20
um acht Uhr morgens => time_only 08:00
um 10.00h => time_only 10:00
10:00Uhr => time_only 10:00
14 Uhr dreißig => time_only 14:30
vierzehn Uhr 30 => time_only 14:30
Dreiviertel eins => time_only 12:45
Viertel eins => time_only 12:15
zwölf Uhr dreißig => time_only 12:30
null Uhr dreißig => time_only 00:30
drei Uhr früh => time_only 03:00
acht Uhr in der Früh => time_only 08:00
um zehn Minuten vor drei => time_only 14:50
um ein Uhr nachts => time_only 01:00
um acht Uhr dreißig => ambiguous (hour): time_only 08:30 | time_only 20:30
um 16 Uhr 5 => time_only 16:05
sechzehn Uhr fünf => time_only 16:05
siebzehn Uhr fünfundvierzig => time_only 17:45
fünfzehn Uhr zehn => time_only 15:10
dreizehn Uhr => time_only 13:00
neun Uhr => time_only 09:00
elf Uhr dreißig => time_only 11:30
halb zehn => time_only 09:30
halb elf => time_only 10:30
halb zwölf => time_only 11:30
halb zwei => time_only 13:30
halb fünf => time_only 16:30
halb sechs => time_only 17:30
Viertel nach neun => time_only 09:15
Viertel vor zehn => time_only 09:45
Viertel nach zwölf => time_only 12:15
Viertel vor eins => time_only 12:45
Viertel zehn => time_only 09:15
Viertel fünf => time_only 16:15
dreiviertel zehn => time_only 09:45
dreiviertel fünf => time_only 16:45
dreiviertel zwölf => time_only 11:45
fünf nach neun => time_only 09:05
fünf vor zehn => time_only 09:55
zehn vor elf => time_only 10:50
zwanzig vor zwölf => time_only 11:40
zwanzig nach zwei => time_only 14:20
fünf nach halb drei => time_only 14:35
fünf vor halb zwölf => time_only 11:25
zehn nach halb vier => time_only 15:40
vormittags um elf => time_only 11:00
mittags um zwölf => time_only 12:00
mittags um eins => time_only 13:00
früh um neun => time_only 09:00
neun Uhr früh => time_only 09:00
morgens um halb acht => time_only 07:30
halb acht morgens => time_only 07:30
halb vier nachmittags => time_only 15:30
elf Uhr vormittags => time_only 11:00
heute vor neun => ambiguous (hour): past Thu 2026-11-19 00:00-09:00 (time_past) | window Thu 2026-11-19 00:00-21:00
24:00 => time_only 00:00
00:00 => time_only 00:00
12:00 => time_only 12:00
23:59 => time_only 23:59

# a day and a time
49. KW Mittwoch um zehn => exact Wed 2026-12-02 10:00
26.11.2026 14:30 => exact Thu 2026-11-26 14:30
heute Mitternacht => exact Fri 2026-11-20 00:00
morgen früh => window Fri 2026-11-20 06:00-10:00
morgen Vormittag => window Fri 2026-11-20 08:00-12:00
Donnerstag um neun => exact Thu 2026-11-26 09:00
Ja, Dienstag um halb elf wäre super => exact Tue 2026-11-24 10:30
am Dienstag um 10 Uhr für zwei Personen => exact Tue 2026-11-24 10:00
ein Termin am Mittwoch Vormittag bitte => window Wed 2026-11-25 08:00-12:00
Samstag um drei => ambiguous (hour): exact Sat 2026-11-21 03:00 | exact Sat 2026-11-21 15:00
Sonntag um zehn => exact Sun 2026-11-22 10:00
morgen abend um acht => exact Fri 2026-11-20 20:00
heute Nachmittag um drei => exact Thu 2026-11-19 15:00
heute Abend => window Thu 2026-11-19 17:00-22:00
Dienstag morgen um neun => exact Tue 2026-11-24 09:00
Dienstag früh um acht => exact Tue 2026-11-24 08:00
am Dienstag, dem 24.11., um 14:30 Uhr => exact Tue 2026-11-24 14:30
Di, 24.11.2026, 14:30 => exact Tue 2026-11-24 14:30
Di 24.11. 14:30 => exact Tue 2026-11-24 14:30
am So um 11 Uhr => exact Sun 2026-11-22 11:00
24.11.2026 um 10 Uhr => exact Tue 2026-11-24 10:00
Dienstag 14.30 => exact Tue 2026-11-24 14:30
Dienstagabend um sieben => exact Tue 2026-11-24 19:00
am Dienstag der nächsten Woche um zehn => exact Tue 2026-11-24 10:00
den 24. um zehn => exact Tue 2026-11-24 10:00
heute, Donnerstag um 15 Uhr => exact Thu 2026-11-19 15:00
gleich morgen früh => window Fri 2026-11-20 06:00-10:00
Dienstag, aber nicht vor zehn => window Tue 2026-11-24 10:00-24:00
Dienstag und zwar um zehn => exact Tue 2026-11-24 10:00
am nächsten Morgen => window Fri 2026-11-20 06:00-10:00
diesen Nachmittag => window Thu 2026-11-19 12:00-18:00
1.12. 14.30 Uhr => exact Tue 2026-12-01 14:30
am 1.12. um 9 => exact Tue 2026-12-01 09:00
am ersten Zwölften um neun => exact Tue 2026-12-01 09:00
3. April um 15:00 Uhr => exact Sat 2027-04-03 15:00
Dienstag bis 12 Uhr => window Tue 2026-11-24 00:00-12:00
Dienstag ab 14 Uhr bis 16 Uhr => window Tue 2026-11-24 14:00-16:00
Dienstag nach neun aber vor zwölf => window Tue 2026-11-24 09:00-12:00
Dienstag zwischen halb zehn und elf => window Tue 2026-11-24 09:30-11:00
Dienstag, spätestens 11 Uhr => window Tue 2026-11-24 00:00-11:00 (latest)
Dienstag frühestens 11 Uhr => window Tue 2026-11-24 11:00-24:00
Dienstag erst nach 14 Uhr => window Tue 2026-11-24 14:00-24:00
nicht später als 11 Uhr am Dienstag => window Tue 2026-11-24 00:00-11:00 (latest)
Geht das auch am Samstag gegen elf? => window Sat 2026-11-21 11:00 10:30-11:30 (about)
Mein Termin ist am Dienstag um zehn => exact Tue 2026-11-24 10:00
heute um drei => exact Thu 2026-11-19 15:00
heute um elf => exact Thu 2026-11-19 11:00
heute 18 Uhr => exact Thu 2026-11-19 18:00
morgen mittag um zwölf => exact Fri 2026-11-20 12:00
morgen Mittag um eins => exact Fri 2026-11-20 13:00
übermorgen um halb vier nachmittags => exact Sat 2026-11-21 15:30
übermorgen früh um halb neun => exact Sat 2026-11-21 08:30
Freitag in vierzehn Tagen um 9 Uhr => exact Fri 2026-12-04 09:00
nächste Woche Mittwoch um viertel vor elf => exact Wed 2026-11-25 10:45
Mittwoch nächste Woche Viertel nach neun => exact Wed 2026-11-25 09:15
kommenden Montag um 14 Uhr 15 => exact Mon 2026-11-23 14:15
am Montag, dem siebten Dezember, um siebzehn Uhr => exact Mon 2026-12-07 17:00
am siebten zwölften um neun Uhr => exact Mon 2026-12-07 09:00
am 01.04.2027 um 08:30 Uhr => exact Thu 2027-04-01 08:30
Dienstag, Dienstag um zehn => exact Tue 2026-11-24 10:00
Dienstag um zehn Uhr um zehn Uhr => exact Tue 2026-11-24 10:00
Dienstag 24. November 2026 10:00 Uhr => exact Tue 2026-11-24 10:00
24.11.2026, 10:00 Uhr => exact Tue 2026-11-24 10:00
10:00 Uhr am 24.11.2026 => exact Tue 2026-11-24 10:00
10:00 24.11. => exact Tue 2026-11-24 10:00
um 10 am 24. => exact Tue 2026-11-24 10:00
Montag 9 bis 11 => window Mon 2026-11-23 09:00-11:00
Montag von neun bis elf => window Mon 2026-11-23 09:00-11:00
Montag 9-11 Uhr => window Mon 2026-11-23 09:00-11:00
am 24ten um 10 => exact Tue 2026-11-24 10:00
am 5. um 5 => ambiguous (hour): exact Sat 2026-12-05 05:00 | exact Sat 2026-12-05 17:00
am 5.12. um 5 => ambiguous (hour): exact Sat 2026-12-05 05:00 | exact Sat 2026-12-05 17:00
5.12. 5 Uhr => ambiguous (hour): exact Sat 2026-12-05 05:00 | exact Sat 2026-12-05 17:00
10 Uhr Dienstag => exact Tue 2026-11-24 10:00
Di 10h => exact Tue 2026-11-24 10:00
um acht Uhr morgen früh => exact Fri 2026-11-20 08:00
morgen morgen => window Fri 2026-11-20 06:00-10:00
heute Morgen um elf => exact Thu 2026-11-19 11:00
Freitag 13 Uhr => exact Fri 2026-11-20 13:00
Freitag 13 => exact Fri 2026-11-20 13:00
übermorgen Nachmittag gegen vier => window Sat 2026-11-21 16:00 15:30-16:30 (about)
Montag übernächste Woche um 9 Uhr => exact Mon 2026-11-30 09:00
übernächste Woche Freitag um halb zwölf => exact Fri 2026-12-04 11:30
diese Woche Samstag um elf => exact Sat 2026-11-21 11:00
diese Woche Donnerstag um 15 Uhr => exact Thu 2026-11-19 15:00
kommenden Samstag um elf => exact Sat 2026-11-21 11:00
in drei Tagen um zehn => exact Sun 2026-11-22 10:00
Freitag in acht Tagen um neun => exact Fri 2026-11-27 09:00
Mittwoch, KW 51, 11 Uhr => exact Wed 2026-12-16 11:00
am 2.12. um 9 Uhr => exact Wed 2026-12-02 09:00
am 2. Dezember um 14 Uhr => exact Wed 2026-12-02 14:00
2.12.2026 9 Uhr 15 => exact Wed 2026-12-02 09:15
morgen um zehn => exact Fri 2026-11-20 10:00
morgen um zehn Uhr => exact Fri 2026-11-20 10:00
morgen um 10:30 Uhr => exact Fri 2026-11-20 10:30
morgen um halb drei => exact Fri 2026-11-20 14:30
morgen um Viertel vor vier => exact Fri 2026-11-20 15:45
morgen früh um neun => exact Fri 2026-11-20 09:00
morgen Abend um sieben => exact Fri 2026-11-20 19:00
morgen Nachmittag => window Fri 2026-11-20 12:00-18:00
morgen Nachmittag um vier => exact Fri 2026-11-20 16:00
morgen ab zehn => window Fri 2026-11-20 10:00-24:00
morgen zwischen zehn und zwölf => window Fri 2026-11-20 10:00-12:00
morgen gegen elf => window Fri 2026-11-20 11:00 10:30-11:30 (about)
morgen vor elf => window Fri 2026-11-20 00:00-11:00
übermorgen um elf => exact Sat 2026-11-21 11:00
übermorgen Vormittag => window Sat 2026-11-21 08:00-12:00
heute Nachmittag => window Thu 2026-11-19 12:00-18:00
heute um 16 Uhr => exact Thu 2026-11-19 16:00
heute um halb vier => exact Thu 2026-11-19 15:30
heute Vormittag => window Thu 2026-11-19 08:00-12:00
heute ab 14 Uhr => window Thu 2026-11-19 14:00-24:00
Montag um neun => exact Mon 2026-11-23 09:00
Montag um 9:30 => exact Mon 2026-11-23 09:30
Montag um 9 Uhr 30 => exact Mon 2026-11-23 09:30
Montag Nachmittag => window Mon 2026-11-23 12:00-18:00
Montagnachmittag um drei => exact Mon 2026-11-23 15:00
Montagmorgen => window Mon 2026-11-23 06:00-10:00
Montag früh => window Mon 2026-11-23 06:00-10:00
Montagabend => window Mon 2026-11-23 17:00-22:00
Montag Mittag => window Mon 2026-11-23 11:00-14:00
Montag zwischen 14 und 16 Uhr => window Mon 2026-11-23 14:00-16:00
Montag gegen zehn => window Mon 2026-11-23 10:00 09:30-10:30 (about)
Montag ab 15 Uhr => window Mon 2026-11-23 15:00-24:00
Montag vor zwölf => window Mon 2026-11-23 00:00-12:00
Freitag um halb zwölf => exact Fri 2026-11-20 11:30
Samstag um elf => exact Sat 2026-11-21 11:00
Samstagvormittag => window Sat 2026-11-21 08:00-12:00
Samstag um zwölf => exact Sat 2026-11-21 12:00
Sonntag um elf => exact Sun 2026-11-22 11:00
Sonnabend um elf => exact Sat 2026-11-21 11:00
nächsten Montag um zehn => exact Mon 2026-11-23 10:00
nächste Woche Montag um zehn => exact Mon 2026-11-23 10:00
nächste Woche Donnerstag Nachmittag => window Thu 2026-11-26 12:00-18:00
kommenden Freitag um 14 Uhr 30 => exact Fri 2026-11-20 14:30
Montag, 23. November 2026, 10 Uhr => exact Mon 2026-11-23 10:00

# parts of the day
Mittag => time_only 11:00-14:00
früh => time_only 06:00-10:00
morgens => time_only 06:00-10:00
nachmittags => time_only 12:00-18:00
abends => time_only 17:00-22:00
bis Mittag => time_only 00:00-12:00
ab Mittag => time_only 12:00-24:00
gegen Mittag => time_only 11:00-14:00
nach Mittag => time_only 12:00-24:00
am späten Nachmittag => time_only 15:00-18:00
früher Vormittag => time_only 08:00-10:00
am frühen Abend => time_only 17:00-19:00
eher nachmittags => time_only 12:00-18:00
in der Früh => time_only 06:00-10:00
am Vormittag => time_only 08:00-12:00
zur Mittagszeit => time_only 11:00-14:00
ich kann nur vormittags => time_only 08:00-12:00
am liebsten nachmittags => time_only 12:00-18:00
gegen Abend => time_only 17:00-22:00
vormittags => time_only 08:00-12:00
mittags => time_only 11:00-14:00
am Nachmittag => time_only 12:00-18:00
am Abend => time_only 17:00-22:00
am Mittag => time_only 11:00-14:00
Vormittag => time_only 08:00-12:00
Nachmittag => time_only 12:00-18:00
später Nachmittag => time_only 15:00-18:00
früher Nachmittag => time_only 12:00-15:00
am frühen Nachmittag => time_only 12:00-15:00
spätnachmittags => time_only 15:00-18:00

# limits and stretches of time
vormittags ab neun => time_only 09:00-12:00
so gegen zehn => time_only 10:00 09:30-10:30 (about)
zwischen zehn und zwölf => time_only 10:00-12:00
von 9 bis 11 => time_only 09:00-11:00
nach 16 Uhr => time_only 16:00-24:00
vor zwölf => time_only 00:00-12:00
frühestens um zehn => time_only 10:00-24:00
spätestens um elf => time_only 00:00-11:00 (latest)
so um zehn => time_only 10:00 09:30-10:30 (about)
zwischen elf und eins => time_only 11:00-13:00
zwischen zwei und vier => time_only 14:00-16:00
von acht bis zehn => time_only 08:00-10:00
von 7 bis 20 Uhr => time_only 07:00-20:00
10-12 Uhr => time_only 10:00-12:00
10:00-12:00 => time_only 10:00-12:00
10:00 - 12:00 Uhr => time_only 10:00-12:00
kurz nach zehn => time_only 10:00 09:30-10:30 (about)
zehn Uhr rum => time_only 10:00 09:30-10:30 (about)
so um die zehn => time_only 10:00 09:30-10:30 (about)
ab zehn Uhr => time_only 10:00-24:00
von zehn Uhr an => time_only 10:00-24:00
bis 16 Uhr => time_only 00:00-16:00
vor Mitternacht => time_only 00:00-24:00
in der Nacht => time_only 22:00-30:00
ich kann erst ab 16 Uhr => time_only 16:00-24:00
nur nachmittags ab drei => time_only 15:00-18:00
wenn möglich am Vormittag, nicht vor neun => time_only 09:00-12:00
gegen drei => time_only 15:00 14:30-15:30 (about)
gegen 15 Uhr => time_only 15:00 14:30-15:30 (about)
ungefähr um elf => time_only 11:00 10:30-11:30 (about)
etwa 10 Uhr => time_only 10:00 09:30-10:30 (about)
circa 14 Uhr => time_only 14:00 13:30-14:30 (about)
so um halb drei => time_only 14:30 14:00-15:00 (about)
zehn Uhr ungefähr => time_only 10:00 09:30-10:30 (about)
zwischen neun und elf => time_only 09:00-11:00
zwischen halb drei und vier => time_only 14:30-16:00
zwischen 14 und 16 Uhr => time_only 14:00-16:00
zwischen 14:00 und 16:00 => time_only 14:00-16:00
zwischen elf und zwei => time_only 11:00-14:00
von zehn bis halb zwölf => time_only 10:00-11:30
von 14 bis 16 Uhr => time_only 14:00-16:00
14-16 Uhr => time_only 14:00-16:00
14:00-16:00 => time_only 14:00-16:00
9 bis 12 => time_only 09:00-12:00
ab drei => time_only 15:00-24:00
ab 15 Uhr => time_only 15:00-24:00
ab halb drei => time_only 14:30-24:00
nach drei => time_only 15:00-24:00
nach zwölf => time_only 12:00-24:00
erst nach drei => time_only 15:00-24:00
vor elf => time_only 00:00-11:00
vor 16 Uhr => time_only 00:00-16:00
bis zwölf => time_only 00:00-12:00
bis 11 Uhr => time_only 00:00-11:00
spätestens 15 Uhr => time_only 00:00-15:00 (latest)
frühestens 14 Uhr => time_only 14:00-24:00
nicht vor zehn => time_only 10:00-24:00
nicht nach 16 Uhr => time_only 00:00-16:00 (latest)
nicht früher als zehn => time_only 10:00-24:00
nicht später als 16 Uhr => time_only 00:00-16:00 (latest)
nachts => time_only 22:00-30:00
vormittags bis elf => time_only 08:00-11:00
nachmittags ab vier => time_only 16:00-18:00
nachmittags gegen drei => time_only 15:00 14:30-15:30 (about)
nachmittags zwischen zwei und vier => time_only 14:00-16:00
abends ab sieben => time_only 19:00-24:00
abends nach acht => time_only 20:00-24:00

# several days
frühestens Dienstag => range 2026-11-24..
spätestens Freitag => range 2026-11-19 10:00..2026-11-21
von Montag bis Mittwoch => range 2026-11-23..2026-11-26
vom 15. bis 20. Dezember => range 2026-12-15..2026-12-21
zwischen Montag und Mittwoch vormittags => range 2026-11-23..2026-11-26 08:00-12:00
nächste Woche Montag bis Mittwoch => range 2026-11-23..2026-11-26
Montag bis Mittwoch nächster Woche => range 2026-11-23..2026-11-26
2026-W49 => range 2026-11-30..2026-12-07
in zwei bis drei Wochen => range 2026-12-03..2026-12-11
ab Dienstag => range 2026-11-24..
ab Dienstag um zehn => range 2026-11-24 10:00..
ab nächster Woche => range 2026-11-23..
nach dem 15. => range 2026-12-16..
ab dem 15.12. => range 2026-12-15..
nicht vor Dienstag => range 2026-11-24..
bis Freitag => range 2026-11-19 10:00..2026-11-21
bis Freitag 12 Uhr => range 2026-11-19 10:00..2026-11-20 12:00
bis zum 15. Dezember => range 2026-11-19 10:00..2026-12-16
bis Ende nächster Woche => range 2026-11-19 10:00..2026-11-30
vor Freitag => range 2026-11-19 10:00..2026-11-20
nach dem 15. Dezember vormittags => range 2026-12-16.. 08:00-12:00
15.-20.12. => range 2026-12-15..2026-12-21
15.12.-20.12. => range 2026-12-15..2026-12-21
vom 15.12. bis zum 20.12. => range 2026-12-15..2026-12-21
zwischen dem 10. und 15. Dezember => range 2026-12-10..2026-12-16
bis Freitag um zwölf => range 2026-11-19 10:00..2026-11-20 12:00
nach Dienstag 10 Uhr => range 2026-11-24 10:00..
vor Freitag 12 Uhr => range 2026-11-19 10:00..2026-11-20 12:00
ab morgen 14 Uhr => range 2026-11-20 14:00..
in der Woche vom 7. Dezember => range 2026-12-07..2026-12-14
Montag bis Freitag ab 16 Uhr => range 2026-11-23..2026-11-28 16:00-24:00
vom 1. bis 3. Dezember => range 2026-12-01..2026-12-04
Mo-Fr => range 2026-11-23..2026-11-28
Mo.-Fr. ab 16 Uhr => range 2026-11-23..2026-11-28 16:00-24:00
Mo bis Mi => range 2026-11-23..2026-11-26
ab Montag => range 2026-11-23..
ab morgen => range 2026-11-20..
ab 1. Dezember => range 2026-12-01..
bis Montag => range 2026-11-19 10:00..2026-11-24
bis zum 30.11. => range 2026-11-19 10:00..2026-12-01
vor Montag => range 2026-11-19 10:00..2026-11-23
nach Montag => range 2026-11-24..
spätestens Mittwoch => range 2026-11-19 10:00..2026-11-26
frühestens nächste Woche => range 2026-11-23..
frühestens am Montag um zehn => range 2026-11-23 10:00..
zwischen Montag und Freitag => range 2026-11-23..2026-11-28
von Montag bis Freitag nachmittags => range 2026-11-23..2026-11-28 12:00-18:00
vom 1.12. bis 5.12. => range 2026-12-01..2026-12-06
1.12. - 5.12. => range 2026-12-01..2026-12-06
vom ersten bis fünften Dezember => range 2026-12-01..2026-12-06

# as soon as possible
so bald wie möglich => earliest
nächster freier Termin => earliest
schnellstmöglich => earliest
nächsten Dienstag so früh wie möglich => earliest Tue 2026-11-24
morgen so früh wie möglich => earliest Fri 2026-11-20
nächste Woche so bald wie möglich => earliest 2026-11-23..2026-11-30
möglichst bald => earliest
sofort => earliest
gleich => earliest
jetzt gleich => earliest
egal wann => earliest (anytime)
den nächsten Termin am Dienstag => earliest Tue 2026-11-24
so schnell wie möglich, am besten heute => earliest Thu 2026-11-19
der erste freie Termin => earliest
den ersten Termin morgen => earliest Fri 2026-11-20
egal => earliest (anytime)
so früh wie möglich am Morgen => earliest 06:00-10:00
am ehesten Dienstag => earliest Tue 2026-11-24
ab sofort => earliest
frühestmöglich => earliest
frühestmöglicher Termin => earliest
baldmöglichst => earliest
so schnell wie's geht => earliest
so zeitnah wie möglich => earliest
as soon as possible => earliest
ASAP => earliest
nächstmöglicher Termin => earliest
der nächste freie Termin => earliest
nächste freie Zeit => earliest
am schnellsten => earliest
heute so schnell wie möglich => earliest Thu 2026-11-19

# choices
Dienstag oder Mittwoch um zehn => ambiguous (choice): exact Tue 2026-11-24 10:00 | exact Wed 2026-11-25 10:00
zehn oder elf => ambiguous (choice): time_only 10:00 | time_only 11:00
um zehn oder um elf => ambiguous (choice): time_only 10:00 | time_only 11:00
zehn Uhr oder später => time_only 10:00-24:00
nächste Woche am Dienstag oder Mittwoch => ambiguous (choice): day Tue 2026-11-24 | day Wed 2026-11-25
15. oder 16. Dezember => ambiguous (choice): day Tue 2026-12-15 | day Wed 2026-12-16
Dienstag um zehn oder Mittwoch um elf => ambiguous (choice): exact Tue 2026-11-24 10:00 | exact Wed 2026-11-25 11:00
Dienstag vormittags oder Mittwoch nachmittags => ambiguous (choice): window Tue 2026-11-24 08:00-12:00 | window Wed 2026-11-25 12:00-18:00
Dienstag um zehn oder elf => ambiguous (choice): exact Tue 2026-11-24 10:00 | exact Tue 2026-11-24 11:00
Montag und Dienstag => ambiguous (choice): day Mon 2026-11-23 | day Tue 2026-11-24
Montag, Dienstag oder Mittwoch => ambiguous (choice): day Mon 2026-11-23 | day Tue 2026-11-24 | day Wed 2026-11-25
entweder Montag oder Dienstag => ambiguous (choice): day Mon 2026-11-23 | day Tue 2026-11-24
Dienstag oder so => day Tue 2026-11-24
heute oder morgen => ambiguous (choice): day Thu 2026-11-19 | day Fri 2026-11-20
Ende der Woche oder Anfang nächster => ambiguous (choice): range 2026-11-19..2026-11-23 | range 2026-11-23..2026-11-25
Montagvormittag oder Dienstagnachmittag => ambiguous (choice): window Mon 2026-11-23 08:00-12:00 | window Tue 2026-11-24 12:00-18:00
am 7.12. oder 8.12. vormittags => ambiguous (choice): window Mon 2026-12-07 08:00-12:00 | window Tue 2026-12-08 08:00-12:00
10 Uhr oder 11 Uhr => ambiguous (choice): time_only 10:00 | time_only 11:00
Dienstag den 24. oder Mittwoch den 25. => ambiguous (choice): day Tue 2026-11-24 | day Wed 2026-11-25
Wochenende oder Montag => ambiguous (choice): range 2026-11-21..2026-11-23 | day Mon 2026-11-23
Montag oder Mittwoch => ambiguous (choice): day Mon 2026-11-23 | day Wed 2026-11-25
Montag oder Mittwoch vormittags => ambiguous (choice): window Mon 2026-11-23 08:00-12:00 | window Wed 2026-11-25 08:00-12:00
Montag um zehn oder Mittwoch um elf => ambiguous (choice): exact Mon 2026-11-23 10:00 | exact Wed 2026-11-25 11:00
heute oder morgen um 15 Uhr => ambiguous (choice): exact Thu 2026-11-19 15:00 | exact Fri 2026-11-20 15:00
morgen Vormittag oder Nachmittag => ambiguous (choice): window Fri 2026-11-20 08:00-12:00 | window Fri 2026-11-20 12:00-18:00
neun oder zehn => ambiguous (choice): time_only 09:00 | time_only 10:00
am 1. oder 2. Dezember => ambiguous (choice): day Tue 2026-12-01 | day Wed 2026-12-02
nächste Woche Montag oder Dienstag => ambiguous (choice): day Mon 2026-11-23 | day Tue 2026-11-24

# refused and corrected
nicht am Dienstag => unparseable (negated)
Dienstag geht nicht, lieber Mittwoch => day Wed 2026-11-25
Dienstag um zehn, nein, elf Uhr => exact Tue 2026-11-24 11:00
Dienstag, nein, Mittwoch um drei => exact Wed 2026-11-25 15:00
Dienstag, aber nicht um zehn => unparseable (negated)
nicht Dienstag, sondern Mittwoch um neun => exact Wed 2026-11-25 09:00
statt Dienstag lieber Mittwoch => day Wed 2026-11-25
Dienstag nein => unparseable (negated)
Nein, am Mittwoch => day Wed 2026-11-25
Moment, nein, Donnerstag um drei => ambiguous (weekday_is_today): exact Thu 2026-11-19 15:00 | exact Thu 2026-11-26 15:00
lieber Mittwoch statt Dienstag => day Wed 2026-11-25
Dienstag, nein danke => unparseable (negated)
Nicht Freitag => unparseable (negated)
Dienstag außer vormittags => unparseable (negated)
alle außer Montag => unparseable (negated)
Dienstag ginge, Mittwoch nicht => day Tue 2026-11-24
Mittwoch kann ich nicht, aber Donnerstag um 15 Uhr => ambiguous (weekday_is_today): exact Thu 2026-11-19 15:00 | exact Thu 2026-11-26 15:00
montags nie, dienstags ab 10 => window Tue 2026-11-24 10:00-24:00
weder Montag noch Dienstag => unparseable (negated)
Montag, nein Dienstag => day Tue 2026-11-24
Montag um zehn, nein um elf => exact Mon 2026-11-23 11:00
Montag, ich meine Dienstag => day Tue 2026-11-24
um zehn, Quatsch, um elf => time_only 11:00
Montag, besser gesagt Dienstag um neun => exact Tue 2026-11-24 09:00
Montag kann ich nicht => unparseable (negated)
kein Montag => unparseable (negated)
nicht am Vormittag => unparseable (negated)
Montag nicht, Dienstag schon => day Tue 2026-11-24

# contradictions
Montag, den 24. November => conflict (weekday_contradicts_date): day Tue 2026-11-24 | day Mon 2026-11-23
heute Abend um 14 Uhr => conflict (part_contradicts_time): exact Thu 2026-11-19 14:00 | window Thu 2026-11-19 17:00-22:00
vormittags ab 14 Uhr => conflict (part_contradicts_time): time_only 08:00-12:00 | time_only 14:00-24:00
morgen Nachmittag bis 11 Uhr => conflict (part_contradicts_time): window Fri 2026-11-20 12:00-18:00 | window Fri 2026-11-20 00:00-11:00
morgens um 15 Uhr => conflict (part_contradicts_time): time_only 15:00 | time_only 06:00-10:00
Dienstag den fünfundzwanzigsten => conflict (weekday_contradicts_date): day Wed 2026-11-25 | day Tue 2026-11-24
morgen, Samstag => conflict (weekday_contradicts_date): day Fri 2026-11-20 | day Sat 2026-11-21
Dienstag, also übermorgen => conflict (weekday_contradicts_date): day Sat 2026-11-21 | day Tue 2026-11-24
vom 24. auf den 26. => conflict (dates_differ): day Tue 2026-11-24 | day Thu 2026-11-26
10 Uhr, 11 Uhr => conflict (times_differ): time_only 10:00 | time_only 11:00
Freitag der 13te => conflict (weekday_contradicts_date): day Sun 2026-12-13 | day Fri 2026-12-11
Heute ist Donnerstag, ich möchte am Freitag um zehn => conflict (weekday_contradicts_date): exact Thu 2026-11-19 10:00 | exact Fri 2026-11-20 10:00
Donnerstag 2.12. => conflict (weekday_contradicts_date): day Wed 2026-12-02 | day Thu 2026-12-03
Montag, 24.11.2026 => conflict (weekday_contradicts_date): day Tue 2026-11-24 | day Mon 2026-11-23
Mittwoch, 24.11.2026 um 10 Uhr => conflict (weekday_contradicts_date): exact Tue 2026-11-24 10:00 | exact Wed 2026-11-25 10:00
übermorgen, Freitag => conflict (weekday_contradicts_date): day Sat 2026-11-21 | day Fri 2026-11-20
morgen, 21.11. => conflict (dates_differ): day Sat 2026-11-21 | day Fri 2026-11-20
heute, Freitag => conflict (weekday_contradicts_date): day Thu 2026-11-19 | day Fri 2026-11-20

# over
diese Woche Dienstag => past Tue 2026-11-17 (date_past)
10.11. => past Tue 2026-11-10 (date_past)
heute morgen => past Thu 2026-11-19 06:00-10:00 (time_past)
Anfang der Woche => past 2026-11-16..2026-11-18 (date_past)
KW 45 => past 2026-11-02..2026-11-09 (date_past)
KW 46 => past 2026-11-09..2026-11-16 (date_past)
vor zwei Wochen => past Thu 2026-11-05 (date_past)
vor drei Tagen => past Mon 2026-11-16 (date_past)
gestern => past Wed 2026-11-18 (date_past)
letzten Dienstag => past Tue 2026-11-17 (date_past)
letzte Woche => past 2026-11-09..2026-11-16 (date_past)
26.11.2024 => past Tue 2024-11-26 (date_past)
2024-11-26T10:00 => past Tue 2024-11-26 10:00 (date_past)
Anfang des Jahres => past 2026-01-01..2026-04-01 (date_past)
15. dieses Monats => past Sun 2026-11-15 (date_past)
heute um neun => past Thu 2026-11-19 09:00 (time_past)
diese Woche Montag => past Mon 2026-11-16 (date_past)
diese Woche Donnerstag um 9 Uhr => past Thu 2026-11-19 09:00 (time_past)
letzten Freitag => past Fri 2026-11-13 (date_past)
vorgestern => past Tue 2026-11-17 (date_past)
vor einer Woche => past Thu 2026-11-12 (date_past)
vor einem Monat => past Mon 2026-10-19 (date_past)
vor zwei Stunden => past Thu 2026-11-19 08:00 (time_past)
18.11. => past Wed 2026-11-18 (date_past)
20.10. => past Tue 2026-10-20 (date_past)
29.11.2025 => past Sat 2025-11-29 (date_past)
2026-07-01 => past Wed 2026-07-01 (date_past)
heute um 9 Uhr => past Thu 2026-11-19 09:00 (time_past)
im Oktober => past 2026-10-01..2026-11-01 (date_past)

# no such date or time
31.2. => invalid (no_such_date)
25:61 => invalid (no_such_time)
28.3.2027 02:30 => invalid Sun 2027-03-28 02:30 (time_skipped)
zwischen 16 und 14 Uhr => invalid (backwards)
24:30 => invalid (no_such_time)
am 31. => invalid (no_such_day_this_month): day Thu 2026-12-31
KW 54 => invalid (no_such_week)
29.2. => invalid (no_such_date)
29.2.2027 => invalid (no_such_date)
32.1. => invalid (no_such_date)
15.13. => invalid (no_such_date)
2026-02-30 => invalid (no_such_date)
2026-13-45 => invalid (no_such_date)
9999-12-31 => invalid (no_such_date)
um 25 Uhr => invalid (no_such_time)
10 Uhr 75 => invalid (no_such_time)
11/24/2026 => invalid (no_such_date)
30. Februar => invalid (no_such_date)
31. April => invalid (no_such_date)
31.4.2027 => invalid (no_such_date)
32. Dezember => invalid (no_such_date)
0.12. => invalid (no_such_date)
12.0. => invalid (no_such_date)
9:75 => invalid (no_such_time)
24:01 => invalid (no_such_time)
36 Uhr => invalid (no_such_time)
am 24.12.2026 um 25 Uhr => invalid Thu 2026-12-24 (no_such_time)

# nothing usable
Frau Freitag => unparseable (nothing_understood)
jeden Dienstag => unparseable (recurring)
später => unparseable (compared)
eine Stunde später => unparseable (compared)
Haare schneiden => unparseable (nothing_understood)
ich heiße Müller => unparseable (nothing_understood)
0171 39200 42 => unparseable (nothing_understood)
zur Montage => unparseable (nothing_understood)
am 3. Advent => day Sun 2026-12-13
Ich arbeite bis 17 Uhr, also danach => unparseable (compared)
nach Feierabend => time_only 17:00-22:00
nach der Arbeit => unparseable (nothing_understood)
in der ersten Dezemberwoche => unparseable (nothing_understood)
um fünf nach => unparseable (nothing_understood)
zum ersten Mal => unparseable (nothing_understood)
ein Termin => unparseable (nothing_understood)
am zweiten Weihnachtstag => day Sat 2026-12-26
unter der Woche => unparseable (nothing_understood)
werktags => unparseable (nothing_understood)
mir egal => unparseable (nothing_understood)
weiß nicht => unparseable (empty)
keine Ahnung => unparseable (nothing_understood)
nein danke => unparseable (nothing_understood)
eher => unparseable (compared)
Dienstag später => unparseable (compared)
irgendwas => unparseable (nothing_understood)
Haarschnitt => unparseable (nothing_understood)
Guten Tag => unparseable (nothing_understood)
Wie bitte? => unparseable (nothing_understood)
Mein Name ist Anna Freitag => unparseable (nothing_understood)
Herr Sommer => unparseable (nothing_understood)
Frau Mai => unparseable (nothing_understood)
zwei Personen => unparseable (nothing_understood)
drei Mal => unparseable (nothing_understood)
danke => unparseable (nothing_understood)
... => unparseable (empty)
? => unparseable (empty)
Termin => unparseable (nothing_understood)
täglich => unparseable (recurring)
jede Woche => unparseable (recurring)
wöchentlich montags => unparseable (recurring)
alle zwei Wochen => unparseable (recurring)

# spelling and hearing
ubermorgen => day Sat 2026-11-21
Dinstag => day Tue 2026-11-24
Donerstag => ambiguous (weekday_is_today): day Thu 2026-11-19 | day Thu 2026-11-26
Mitwoch um zehn => exact Wed 2026-11-25 10:00
DIENSTAG UM ZEHN => exact Tue 2026-11-24 10:00
Diensttag => day Tue 2026-11-24
Dinnstag => day Tue 2026-11-24
Dienstach => day Tue 2026-11-24
Donnastag => ambiguous (weekday_is_today): day Thu 2026-11-19 | day Thu 2026-11-26
Donnersdag => ambiguous (weekday_is_today): day Thu 2026-11-19 | day Thu 2026-11-26
Doonerstag => ambiguous (weekday_is_today): day Thu 2026-11-19 | day Thu 2026-11-26
Mittwoh => day Wed 2026-11-25
Midwoch => day Wed 2026-11-25
Frietag => day Fri 2026-11-20
Freitach => day Fri 2026-11-20
Samsdag => day Sat 2026-11-21
Sammstag => day Sat 2026-11-21
Sonabend => day Sat 2026-11-21
Sonnabend => day Sat 2026-11-21
Sontag => day Sun 2026-11-22
Sohntag => day Sun 2026-11-22
Mohntag => day Mon 2026-11-23
Mondag => day Mon 2026-11-23
Januahr => range 2027-01-01..2027-02-01
Febuar => range 2027-02-01..2027-03-01
Febraur => range 2027-02-01..2027-03-01
Sebtember => range 2027-09-01..2027-10-01
Oktoba => past 2026-10-01..2026-11-01 (date_past)
Novenber => range 2026-11-01..2026-12-01
Dezenber => range 2026-12-01..2027-01-01
24. Dezenber => day Thu 2026-12-24
übermorgn => day Sat 2026-11-21
uebermorgen => day Sat 2026-11-21
naechsten Dienstag => day Tue 2026-11-24
nachsten Dienstag => day Tue 2026-11-24
näxten Dienstag => day Tue 2026-11-24
nechsten Dienstag => day Tue 2026-11-24
nexten Dienstag => day Tue 2026-11-24
übernächsten dienstag => day Tue 2026-12-01
ubernächsten Dienstag => day Tue 2026-12-01
über nächsten Dienstag => day Tue 2026-12-01
über morgen => day Sat 2026-11-21
nachmitag => time_only 12:00-18:00
vormitags => time_only 08:00-12:00
formittags => time_only 08:00-12:00
Nachmittach => time_only 12:00-18:00
zwolf uhr => time_only 12:00
zwoelf uhr => time_only 12:00
funf uhr => time_only 17:00
FÜNF UHR => time_only 17:00
fünf Uhr => time_only 17:00
fünf nach zwölf => time_only 12:05
Fuenfzehnter Maerz => day Mon 2027-03-15
fünfzehnter März => day Mon 2027-03-15
sechszehn Uhr => time_only 16:00
siebenzehn Uhr dreisig => time_only 17:30
zwo Uhr => time_only 14:00
15. MÃ¤rz => day Mon 2027-03-15
fÃ¼nf Uhr => time_only 17:00
donerstagnachmitag => ambiguous (weekday_is_today): window Thu 2026-11-19 12:00-18:00 | window Thu 2026-11-26 12:00-18:00
Mittwochvormittag => window Wed 2026-11-25 08:00-12:00
Samstagmorgen => window Sat 2026-11-21 06:00-10:00
Freitagabend um 6 => exact Fri 2026-11-20 18:00
am Montag früh um 9 Uhr => exact Mon 2026-11-23 09:00

# written by a program
2026-11-26 => day Thu 2026-11-26
2026-11-26T14:30:00 => exact Thu 2026-11-26 14:30
2026-11-26T14:30:00Z => exact Thu 2026-11-26 15:30
2026-11-26T14:30:00+01:00 => exact Thu 2026-11-26 14:30
2026-11-26 14:30 => exact Thu 2026-11-26 14:30
2026/11/24 => day Tue 2026-11-24
20261124 => day Tue 2026-11-24
2:30 PM => time_only 14:30
10 am => time_only 10:00
10:30 AM => time_only 10:30
Tuesday, November 24, 2026 at 10:00 AM => exact Tue 2026-11-24 10:00
2026-11-24 at 10:00 => exact Tue 2026-11-24 10:00
2026-11-24, 10:00 => exact Tue 2026-11-24 10:00
2026-11-24T10:00+0100 => exact Tue 2026-11-24 10:00
2026-11-24T10:00:00.000Z => exact Tue 2026-11-24 11:00
20261124T100000 => exact Tue 2026-11-24 10:00
20261124T100000Z => exact Tue 2026-11-24 11:00
2026-12-02 => day Wed 2026-12-02
2026-12-02T09:15 => exact Wed 2026-12-02 09:15
2026-12-02 09:15:00 => exact Wed 2026-12-02 09:15
2026-12-02T09:15:00+01:00 => exact Wed 2026-12-02 09:15
2026-12-02T08:15:00Z => exact Wed 2026-12-02 09:15
2026-12-02T08:15:00.000Z => exact Wed 2026-12-02 09:15
2026-12-02T23:30:00Z => exact Thu 2026-12-03 00:30
2027-07-01T10:00:00+02:00 => exact Thu 2027-07-01 10:00
2027-07-01T08:00:00Z => exact Thu 2027-07-01 10:00

# whole sentences
Ich hätte gern am Donnerstag einen Termin zum Haareschneiden, so gegen zehn wenn's geht => ambiguous (weekday_is_today): window Thu 2026-11-19 10:00 09:30-10:30 (about) | window Thu 2026-11-26 10:00 09:30-10:30 (about)
Ich brauche einen Termin, am besten gleich morgen früh, so um acht => window Fri 2026-11-20 08:00 07:30-08:30 (about)
Ich würde gern am nächsten Dienstag vorbeikommen, so zwischen zehn und zwölf => window Tue 2026-11-24 10:00-12:00
Können wir den Termin auf Donnerstag, den 26. November um 15 Uhr verschieben? => exact Thu 2026-11-26 15:00
"""
ROWS = list(_rows(TABLE))


@pytest.mark.parametrize(("words", "meaning"), ROWS, ids=[words for words, _ in ROWS])
def test_words_mean_what_a_listener_takes_them_for(words: str, meaning: str) -> None:
    assert understood(words) == meaning


def test_every_row_of_the_table_is_there_once() -> None:
    words = [words for words, _ in ROWS]

    assert len(words) == len(set(words))
    assert len(words) > 700


PLAIN_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "Ü": "U", "ß": "ss"})
TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ü": "Ue", "ß": "ss"})
WRITINGS: dict[str, Callable[[str], str]] = {
    "decomposed": lambda words: unicodedata.normalize("NFD", words),
    "capitals": str.upper,
    "small": str.lower,
    "two letters for an umlaut": lambda words: words.translate(TWO_LETTERS),
    "no dots on umlauts": lambda words: words.translate(PLAIN_UMLAUTS),
    "hard spaces": lambda words: words.replace(" ", "\u00a0"),
    "spaces around": lambda words: f"  {words} \n",
}


@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS.keys())
def test_another_way_of_writing_changes_no_meaning(write: Callable[[str], str]) -> None:
    rows = {words: meaning for words, meaning in ROWS if "Ã" not in words}

    found = {words: understood(write(words)) for words in rows}

    assert found == rows


FRAMES = (
    "{}.",
    "{}, bitte",
    "„{}“",
    "Ja, {}, das passt mir gut",
    "Ich hätte gerne {}, wenn das geht",
    "Ja genau, {} wäre super",
    "Geht {}?",
    "{} bei Frau Schmidt",
    "{} für einen Haarschnitt",
    "Guten Tag, einen Termin {} bitte, für zwei Personen",
    "den Termin {} verschieben",
    "Mir würde {} am besten passen",
    "{}, Dauer 45 Minuten",
)
TO_BE_ASKED = (State.AMBIGUOUS, State.CONFLICT, State.INVALID, State.UNPARSEABLE)
# A bare number is an hour only at the end of what is said; in a sentence it may count something.
FADES_IN_A_SENTENCE = {"Freitag 13", "egal", "egal wann"}


@pytest.mark.parametrize("frame", FRAMES)
def test_a_sentence_around_the_words_leads_to_the_same_meaning_or_a_question(frame: str) -> None:
    rows = {
        words: meaning
        for words, meaning in ROWS
        if not meaning.startswith("unparseable")
        and "Ã" not in words
        and words not in FADES_IN_A_SENTENCE
    }

    found = {
        words: when.understand(frame.format(words), now=THURSDAY_TEN, opening=SALON)
        for words in rows
    }

    others = {words: told(one) for words, one in found.items() if told(one) != rows[words]}
    wrong = {words for words in others if found[words].state not in TO_BE_ASKED}
    assert wrong == set()
    assert len(others) < len(rows) * 0.02


OTHER_DAYS = """
2026-11-23 09:00 Montag => ambiguous (weekday_is_today): day Mon 2026-11-23 | day Mon 2026-11-30
2026-11-23 19:00 Montag => day Mon 2026-11-30
2026-11-22 12:00 Sonntag => day Sun 2026-11-29
2026-11-23 09:00 Montag um 08:30 => exact Mon 2026-11-30 08:30
2026-11-23 09:00 Montag um 9 Uhr => ambiguous (weekday_is_today): exact Mon 2026-11-23 09:00 | exact Mon 2026-11-30 09:00
2026-11-23 09:01 Montag um 9 Uhr => exact Mon 2026-11-30 09:00
2026-11-23 09:00 Montag Nachmittag => ambiguous (weekday_is_today): window Mon 2026-11-23 12:00-18:00 | window Mon 2026-11-30 12:00-18:00
2026-11-23 18:00 Montag Nachmittag => window Mon 2026-11-30 12:00-18:00
2026-11-23 09:00 nächsten Montag => day Mon 2026-11-30
2026-11-23 09:00 nächsten Dienstag => ambiguous (next_weekday): day Tue 2026-11-24 | day Tue 2026-12-01
2026-11-23 09:00 nächsten Sonntag => ambiguous (next_weekday): day Sun 2026-11-29 | day Sun 2026-12-06
2026-11-29 09:00 nächsten Montag => day Mon 2026-11-30
2026-11-29 09:00 nächsten Sonntag => day Sun 2026-12-06
2026-11-23 09:00 kommenden Montag => day Mon 2026-11-30
2026-11-23 09:00 kommenden Dienstag => day Tue 2026-11-24
2026-11-23 09:00 diesen Freitag => day Fri 2026-11-27
2026-11-23 09:00 übernächsten Montag => day Mon 2026-12-07
2026-11-29 23:30 morgen => day Mon 2026-11-30
2026-11-29 23:30 nächste Woche Montag => day Mon 2026-11-30
2026-11-29 23:30 diese Woche Montag => past Mon 2026-11-23 (date_past)
2026-11-29 12:00 am Wochenende => ambiguous (weekend_is_today): range 2026-11-28..2026-11-30 | range 2026-12-05..2026-12-07
2026-11-28 12:00 am Wochenende => range 2026-11-28..2026-11-30
2026-11-28 12:00 nächstes Wochenende => range 2026-12-05..2026-12-07
2026-11-28 12:00 kommendes Wochenende => range 2026-12-05..2026-12-07
2026-12-30 12:00 5.1. => day Tue 2027-01-05
2026-12-30 12:00 KW 1 => range 2027-01-04..2027-01-11
2026-12-30 12:00 KW 53 => range 2026-12-28..2027-01-04
2027-01-02 12:00 KW 53 => range 2026-12-28..2027-01-04
2027-01-02 12:00 nächste Woche Montag => day Mon 2027-01-04
2027-01-05 12:00 KW 53 => invalid (no_such_week)
2027-01-05 12:00 20.12. => day Mon 2027-12-20
2027-01-05 12:00 im Dezember => range 2027-12-01..2028-01-01
2026-12-20 12:00 nächsten Monat => range 2027-01-01..2027-02-01
2026-12-20 12:00 übernächsten Monat => range 2027-02-01..2027-03-01
2027-01-31 12:00 in einem Monat => invalid (no_such_date)
2027-01-31 12:00 morgen => day Mon 2027-02-01
2028-02-01 09:00 29.2. => day Tue 2028-02-29
2027-06-01 09:00 29.2. => day Tue 2028-02-29
2027-03-05 09:00 29.2. => invalid (no_such_date)
2027-02-28 09:00 morgen => day Mon 2027-03-01
2028-02-28 09:00 morgen => day Tue 2028-02-29
2026-11-19 18:30 Donnerstag => day Thu 2026-11-26
2026-11-19 00:00 heute um 0 Uhr => exact Thu 2026-11-19 00:00
2026-11-19 23:59 heute um Mitternacht => exact Fri 2026-11-20 00:00
2026-11-30 09:00 am 31. => invalid (no_such_day_this_month): day Thu 2026-12-31
2026-12-01 09:00 am 31. => day Thu 2026-12-31
2026-12-31 09:00 am 31. => day Thu 2026-12-31
2026-12-31 09:00 am 1. => day Fri 2027-01-01
2026-12-31 09:00 am 30. => day Sat 2027-01-30
2027-01-31 09:00 am 30. => invalid (no_such_day_this_month): day Tue 2027-03-30
"""


@pytest.mark.parametrize(("said", "meaning"), list(_rows(OTHER_DAYS)))
def test_the_same_words_mean_another_day_on_another_day(said: str, meaning: str) -> None:
    now = datetime.fromisoformat(said[:16]).replace(tzinfo=BERLIN)

    assert understood(said[17:], now=now) == meaning


WITHOUT_HOURS = """
um zehn => ambiguous (hour): time_only 10:00 | time_only 22:00
10 Uhr => ambiguous (hour): time_only 10:00 | time_only 22:00
halb drei => ambiguous (hour): time_only 02:30 | time_only 14:30
9:30 => ambiguous (hour): time_only 09:30 | time_only 21:30
Viertel nach drei => ambiguous (hour): time_only 03:15 | time_only 15:15
09:30 => time_only 09:30
10:00 => time_only 10:00
14 Uhr => time_only 14:00
2026-11-24 10:00 => exact Tue 2026-11-24 10:00
vormittags um neun => time_only 09:00
halb drei nachmittags => time_only 14:30
morgen um drei => ambiguous (hour): exact Fri 2026-11-20 03:00 | exact Fri 2026-11-20 15:00
morgen Nachmittag um drei => exact Fri 2026-11-20 15:00
zwischen zehn und zwölf => ambiguous (hour): time_only 10:00-12:00 | time_only 22:00-24:00
zwischen zehn und zwei => time_only 10:00-14:00
von 9 bis 17 => time_only 09:00-17:00
von 7 bis 20 Uhr => ambiguous (hour): time_only 07:00-20:00 | time_only 19:00-20:00
ab neun => ambiguous (hour): time_only 09:00-24:00 | time_only 21:00-24:00
vormittags ab neun => time_only 09:00-12:00
Dienstag => day Tue 2026-11-24
Donnerstag => ambiguous (weekday_is_today): day Thu 2026-11-19 | day Thu 2026-11-26
"""


@pytest.mark.parametrize(("words", "meaning"), list(_rows(WITHOUT_HOURS)))
@pytest.mark.parametrize("opening", [None, Opening(hours={}), Opening(hours={1: ()})])
def test_without_opening_hours_an_hour_stays_open(
    words: str, meaning: str, opening: Opening | None
) -> None:
    assert understood(words, opening=opening) == meaning


BOTH_OPEN = """
um zehn => ambiguous (hour): time_only 10:00 | time_only 22:00
10:00 => ambiguous (hour): time_only 10:00 | time_only 22:00
22:00 => time_only 22:00
09:30 => time_only 09:30
2026-11-24T10:00 => exact Tue 2026-11-24 10:00
halb drei => time_only 14:30
vormittags um zehn => time_only 10:00
zehn Uhr abends => time_only 22:00
zwischen zehn und elf => ambiguous (hour): time_only 10:00-11:00 | time_only 22:00-23:00
"""


@pytest.mark.parametrize(("words", "meaning"), list(_rows(BOTH_OPEN)))
def test_where_both_readings_are_open_the_hour_stays_open(words: str, meaning: str) -> None:
    assert understood(words, opening=BAR) == meaning


PARTS = """
morgen | halb drei => exact Fri 2026-11-20 14:30
 | 14:30 => time_only 14:30
heute |  => day Thu 2026-11-19
heute | vormittags => window Thu 2026-11-19 08:00-12:00
heute | null => day Thu 2026-11-19
unbekannt | heute => day Thu 2026-11-19
Dienstag | 14 => exact Tue 2026-11-24 14:00
Dienstag | 3 => exact Tue 2026-11-24 15:00
Dienstag | 7 => ambiguous (hour): exact Tue 2026-11-24 07:00 | exact Tue 2026-11-24 19:00
Dienstag | 12 => exact Tue 2026-11-24 12:00
Dienstag | 1430 => exact Tue 2026-11-24 14:30
Dienstag | 930 => exact Tue 2026-11-24 09:30
Dienstag | 10-12 => window Tue 2026-11-24 10:00-12:00
Dienstag | zwischen 10 und 12 => window Tue 2026-11-24 10:00-12:00
Dienstag | ab 14 => window Tue 2026-11-24 14:00-24:00
Dienstag | nach 16 => window Tue 2026-11-24 16:00-24:00
Dienstag | gegen 10 => window Tue 2026-11-24 10:00 09:30-10:30 (about)
Dienstag | Vormittag => window Tue 2026-11-24 08:00-12:00
Dienstag | abends => window Tue 2026-11-24 17:00-22:00
Dienstag | zehn oder elf => ambiguous (choice): exact Tue 2026-11-24 10:00 | exact Tue 2026-11-24 11:00
Dienstag oder Mittwoch | 10 Uhr => ambiguous (choice): exact Tue 2026-11-24 10:00 | exact Wed 2026-11-25 10:00
Dienstag | egal => day Tue 2026-11-24
Dienstag | keine Präferenz => day Tue 2026-11-24
Dienstag | weiß nicht => day Tue 2026-11-24
Dienstag | nicht vormittags => unparseable (negated)
Dienstag Vormittag | 10:00 => exact Tue 2026-11-24 10:00
Dienstag Vormittag | 15:00 => conflict (part_contradicts_time): exact Tue 2026-11-24 15:00 | window Tue 2026-11-24 08:00-12:00
Dienstag zwischen 10 und 12 | 11:00 => exact Tue 2026-11-24 11:00
Dienstag zwischen 10 und 12 | 15:00 => conflict (times_differ): exact Tue 2026-11-24 15:00 | window Tue 2026-11-24 10:00-12:00
Donnerstag | 15 Uhr => ambiguous (weekday_is_today): exact Thu 2026-11-19 15:00 | exact Thu 2026-11-26 15:00
Donnerstag | 9 Uhr => exact Thu 2026-11-26 09:00
heute | 09:00 => past Thu 2026-11-19 09:00 (time_past)
2026-11-26 | 14:30 => exact Thu 2026-11-26 14:30
2026-11-26 | 14:30 Uhr => exact Thu 2026-11-26 14:30
2026-11-26 | 14:30:00 => exact Thu 2026-11-26 14:30
2026-11-26 | 14:30:00+01:00 => exact Thu 2026-11-26 14:30
2026-11-26 | 13:30:00Z => exact Thu 2026-11-26 14:30
2026-11-26 | halb drei => exact Thu 2026-11-26 14:30
2026-11-26T00:00:00 | 14:30 => exact Thu 2026-11-26 14:30
2026-11-26T00:00:00Z |  => day Thu 2026-11-26
2026-11-26T14:30:00+01:00 |  => exact Thu 2026-11-26 14:30
2026-11-26T14:30:00 | 14:30 => exact Thu 2026-11-26 14:30
2026-11-26T14:30 | 15:00 => conflict (times_differ): exact Thu 2026-11-26 14:30 | exact Thu 2026-11-26 15:00
 | 2026-11-26T14:30 => exact Thu 2026-11-26 14:30
2026-11-24 | 2026-11-24T10:00:00 => exact Tue 2026-11-24 10:00
2026-11-24 | 2026-11-25T10:00:00 => conflict (dates_differ): exact Tue 2026-11-24 10:00 | exact Wed 2026-11-25 10:00
2026-11-24 10:00 | 2026-11-24 10:00 => exact Tue 2026-11-24 10:00
Donnerstag, 26.11.2026 | 14:30 Uhr => exact Thu 2026-11-26 14:30
Freitag 26.11.2026 | 10 => conflict (weekday_contradicts_date): exact Thu 2026-11-26 10:00 | exact Fri 2026-11-27 10:00
26.11.2026 | 14.30 => exact Thu 2026-11-26 14:30
26.11 | 14.30 => exact Thu 2026-11-26 14:30
26.11 | 10.11 => exact Thu 2026-11-26 10:11
26 | => day Thu 2026-11-26
26. | 10 => exact Thu 2026-11-26 10:00
am 24. | um 10. => exact Tue 2026-11-24 10:00
KW 49 | vormittags => range 2026-11-30..2026-12-07 08:00-12:00
nächste Woche | 10:00 => range 2026-11-23..2026-11-30 10:00
nächste Woche Dienstag | Viertel vor elf => exact Tue 2026-11-24 10:45
 | morgen um zehn => exact Fri 2026-11-20 10:00
morgen um zehn |  => exact Fri 2026-11-20 10:00
morgen um zehn | morgen um zehn => exact Fri 2026-11-20 10:00
morgen um zehn | 10:00 => exact Fri 2026-11-20 10:00
morgen um drei | 15:00 => exact Fri 2026-11-20 15:00
morgen um zehn | 11 Uhr => conflict (times_differ): exact Fri 2026-11-20 10:00 | exact Fri 2026-11-20 11:00
morgen | morgen Nachmittag => window Fri 2026-11-20 12:00-18:00
nächster freier Termin |  => earliest
 | so bald wie möglich => earliest
morgen | so früh wie möglich => earliest Fri 2026-11-20
Dienstag | übernächsten Dienstag um zehn => exact Tue 2026-12-01 10:00
today | 10:00 AM => exact Thu 2026-11-19 10:00
tomorrow | 2 pm => exact Fri 2026-11-20 14:00
Monday | noon => window Mon 2026-11-23 11:00-14:00
31.2. | 10:00 => invalid (no_such_date)
2026-11-24 | 25:00 => invalid Tue 2026-11-24 (no_such_time)
 | 26 => invalid (no_such_time)
2027-03-28 | 02:30 => invalid Sun 2027-03-28 02:30 (time_skipped)
2024-06-15 | 10:00 => past Sat 2024-06-15 10:00 (date_past)
"""


@pytest.mark.parametrize(("said", "meaning"), list(_rows(PARTS.replace("| =>", "|  =>"))))
def test_two_fields_mean_what_one_sentence_would(said: str, meaning: str) -> None:
    day, _, hour = said.partition("|")

    found = when.understand_parts(
        date=day.strip(), time=hour.strip(), now=THURSDAY_TEN, opening=SALON
    )

    assert told(found) == meaning


NOTHING = (
    "",
    " ",
    "null",
    "None",
    "NULL",
    "undefined",
    "nan",
    "n/a",
    "N/A",
    "-",
    "--",
    "?",
    "...",
    "unbekannt",
    "Unbekannt.",
    "unknown",
    "keine Angabe",
    "nicht angegeben",
    "not specified",
    "weiß nicht",
    "{{date}}",
    "<time>",
    "YYYY-MM-DD",
    "HH:MM",
    "TT.MM.JJJJ",
    "0000-00-00",
    '""',
    "'null'",
    "string",
    "false",
)


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_placeholder_is_nothing_alone_and_in_either_field(nothing: str) -> None:
    alone = when.understand(nothing, now=THURSDAY_TEN)
    beside_a_day = when.understand_parts(date="morgen", time=nothing, now=THURSDAY_TEN)
    beside_a_time = when.understand_parts(date=nothing, time="14:30", now=THURSDAY_TEN)
    twice = when.understand_parts(date=nothing, time=nothing, now=THURSDAY_TEN)

    assert told(alone) == told(twice) == "unparseable (empty)"
    assert told(beside_a_day) == "day Fri 2026-11-20"
    assert told(beside_a_time) == "time_only 14:30"


def test_fields_may_be_numbers_or_missing() -> None:
    assert told(when.understand_parts(now=THURSDAY_TEN)) == "unparseable (empty)"
    assert told(when.understand_parts(date="morgen", time=14, now=THURSDAY_TEN)) == (
        "exact Fri 2026-11-20 14:00"
    )
    assert told(when.understand_parts(date=20261124, now=THURSDAY_TEN)) == "day Tue 2026-11-24"


def test_the_skipped_hour_of_spring_does_not_exist() -> None:
    now = datetime(2027, 3, 27, 12, 0, tzinfo=BERLIN)

    assert understood("morgen um 02:30", now=now) == "invalid Sun 2027-03-28 02:30 (time_skipped)"
    assert understood("28.3.2027 um 01:59", now=now) == "exact Sun 2027-03-28 01:59"
    assert understood("28.3.2027 um 03:00", now=now) == "exact Sun 2027-03-28 03:00"


def test_the_doubled_hour_of_autumn_is_two_instants() -> None:
    now = datetime(2026, 10, 24, 12, 0, tzinfo=BERLIN)

    found = when.understand("2026-10-25 02:30", now=now)

    assert (found.state, found.reason) == (State.AMBIGUOUS, "time_doubled")
    assert [one.start.astimezone(UTC) for one in found.alternatives if one.start] == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ]


def test_the_doubled_hour_stays_double_beside_its_other_reading() -> None:
    now = datetime(2026, 10, 24, 12, 0, tzinfo=BERLIN)

    found = when.understand("morgen um halb drei", now=now)

    starts = {one.start.astimezone(UTC).hour for one in found.alternatives if one.start}
    assert (found.state, starts) == (State.AMBIGUOUS, {0, 1, 13})


def test_a_written_offset_settles_the_doubled_hour() -> None:
    now = datetime(2026, 10, 24, 12, 0, tzinfo=BERLIN)

    later = when.understand("2026-10-25T02:30:00+01:00", now=now)

    assert later.start is not None
    assert later.start.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_within_the_doubled_hour_the_past_is_told_by_the_instant() -> None:
    second_time = datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN, fold=1)

    first_is_over = when.understand("2026-10-25T02:30:00+02:00", now=second_time)
    second_is_ahead = when.understand("2026-10-25T02:30:00+01:00", now=second_time)

    assert first_is_over.state is State.PAST
    assert second_is_ahead.state is State.EXACT


def test_hours_from_now_are_real_hours_also_on_the_night_of_the_change() -> None:
    before = datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)

    found = when.understand("in zwei Stunden", now=before)

    assert found.start is not None
    assert found.start.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=2)
    assert found.time == clock_time(2, 30)


def test_a_day_of_the_change_lasts_from_midnight_to_midnight() -> None:
    found = when.understand("25.10.2026", now=datetime(2026, 10, 1, 9, 0, tzinfo=BERLIN))

    assert found.start is not None
    assert found.end is not None
    assert found.end.astimezone(UTC) - found.start.astimezone(UTC) == timedelta(hours=25)


def test_another_zone_has_its_own_today() -> None:
    late_in_berlin = datetime(2026, 11, 19, 23, 30, tzinfo=UTC).astimezone(BERLIN)

    found = when.understand("heute um 9 Uhr", now=late_in_berlin, opening=SALON)

    assert told(found) == "exact Fri 2026-11-20 09:00"
    assert found.start is not None
    assert found.start.utcoffset() == timedelta(hours=1)


def test_a_naive_clock_is_refused() -> None:
    naive = THURSDAY_TEN.replace(tzinfo=None)

    with pytest.raises(ValueError, match="aware"):
        when.understand("morgen", now=naive)


def test_an_endless_text_is_not_read() -> None:
    assert understood("morgen " * 1000) == "unparseable (too_long)"


def test_an_answer_takes_well_below_a_millisecond() -> None:
    for words, _ in ROWS:
        understood(words)

    began = time.process_time()
    for words, _ in ROWS:
        when.understand(words, now=THURSDAY_TEN, opening=SALON)
    mean_seconds = (time.process_time() - began) / len(ROWS)

    assert mean_seconds < 0.001


# --- an oracle that counts days ---------------------------------------------------------------------------

DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2031, 12, 31))
FEW = settings(max_examples=60, deadline=None, database=None)


def at_noon(today: date) -> datetime:
    return datetime(today.year, today.month, today.day, 12, 0, tzinfo=BERLIN)


def days_after(today: date, count: int = 800) -> Iterator[date]:
    return (today + timedelta(days=i) for i in range(1, count))


def first_after(today: date, weekday: int) -> date:
    return next(day for day in days_after(today) if day.strftime("%u") == str(weekday))


def iso_week(day: date) -> str:
    return day.strftime("%G-%V")


def weeks_ahead(today: date, count: int) -> str:
    """Return the ISO week that begins at the count-th Monday after today."""
    mondays = [day for day in days_after(today, 40) if day.strftime("%u") == "1"]
    return iso_week(mondays[count - 1])


def dates_of(meaning: When) -> list[date | None]:
    return [one.date for one in meaning.alternatives or (meaning,)]


@FEW
@given(today=DAYS, weekday=st.integers(1, 7))
def test_a_bare_weekday_is_the_next_after_today(today: date, weekday: int) -> None:
    found = when.understand(f"am {WEEKDAYS[weekday - 1]}", now=at_noon(today))

    is_today = today.strftime("%u") == str(weekday)
    assert dates_of(found) == [today] * is_today + [first_after(today, weekday)]
    assert found.state is (State.AMBIGUOUS if is_today else State.DAY)


@FEW
@given(today=DAYS, weekday=st.integers(1, 7))
def test_next_weekday_is_open_only_within_the_current_week(today: date, weekday: int) -> None:
    following = first_after(today, weekday)

    found = when.understand(f"nächsten {WEEKDAYS[weekday - 1]}", now=at_noon(today))

    is_open = iso_week(following) == iso_week(today)
    later = [first_after(following, weekday)]
    assert dates_of(found) == [following, *(later if is_open else [])]


@FEW
@given(today=DAYS, weekday=st.integers(1, 7))
def test_coming_weekday_is_the_nearest(today: date, weekday: int) -> None:
    found = when.understand(f"kommenden {WEEKDAYS[weekday - 1]}", now=at_noon(today))

    assert dates_of(found) == [first_after(today, weekday)]


@FEW
@given(today=DAYS, weekday=st.integers(1, 7), ahead=st.sampled_from([1, 2]))
def test_a_weekday_of_a_coming_week_lies_in_that_week(
    today: date, weekday: int, ahead: int
) -> None:
    which = {1: "nächste", 2: "übernächste"}[ahead]

    found = when.understand(f"{which} Woche {WEEKDAYS[weekday - 1]}", now=at_noon(today))

    assert found.state is State.DAY
    assert found.date is not None
    assert found.date.strftime("%u") == str(weekday)
    assert iso_week(found.date) == weeks_ahead(today, ahead)


@FEW
@given(today=DAYS, weekday=st.integers(1, 7))
def test_a_weekday_of_this_week_may_be_over(today: date, weekday: int) -> None:
    found = when.understand(f"diese Woche {WEEKDAYS[weekday - 1]}", now=at_noon(today))

    assert found.date is not None
    assert iso_week(found.date) == iso_week(today)
    assert found.state is (State.PAST if found.date < today else State.DAY)


@FEW
@given(today=DAYS, week=st.integers(1, 53), weekday=st.integers(1, 7))
def test_a_numbered_week_is_this_year_or_the_next(today: date, week: int, weekday: int) -> None:
    found = when.understand(f"{WEEKDAYS[weekday - 1]} in KW {week}", now=at_noon(today))

    year = int(today.strftime("%G"))
    window = (today + timedelta(days=i) for i in range(-400, 800))
    matching = [d for d in window if int(d.strftime("%V")) == week and d.strftime("%u") == "7"]
    this = [sunday for sunday in matching if int(sunday.strftime("%G")) == year]
    following = [sunday for sunday in matching if int(sunday.strftime("%G")) == year + 1]
    long_over = bool(this) and (today - this[0]).days >= 31
    chosen = following if long_over else this
    expected = chosen[0] - timedelta(days=7 - weekday) if chosen else None
    assert found.date == expected
    assert (found.state is State.INVALID) is (expected is None)


@FEW
@given(today=DAYS, other=DAYS)
def test_a_date_without_year_is_ahead_or_recent(today: date, other: date) -> None:
    month, day = other.month, min(other.day, 28)

    found = when.understand(f"{day}.{month}.", now=at_noon(today))

    nearby = [today + timedelta(days=i) for i in range(-30, 400)]
    this_year = [d for d in nearby if (d.year, d.month, d.day) == (today.year, month, day)]
    next_year = [d for d in nearby if (d.year, d.month, d.day) == (today.year + 1, month, day)]
    expected = (this_year or next_year)[0]
    assert found.date == expected
    assert found.state is (State.PAST if expected < today else State.DAY)


@FEW
@given(today=DAYS, wanted=DAYS)
def test_a_weekday_beside_a_date_must_be_its_weekday(today: date, wanted: date) -> None:
    for weekday, name in enumerate(WEEKDAYS, start=1):
        found = when.understand(f"{name}, {wanted:%d.%m.%Y}", now=at_noon(today))

        fits = wanted.strftime("%u") == str(weekday)
        if wanted < today:
            assert found.state is State.PAST
        elif fits:
            assert (found.state, found.date) == (State.DAY, wanted)
        else:
            assert found.state is State.CONFLICT
            kept, near = dates_of(found)
            assert kept == wanted
            assert near is not None
            assert near.strftime("%u") == str(weekday)
            assert near >= today
            assert abs((near - wanted).days) < 7


@FEW
@given(today=DAYS, count=st.integers(1, 52), unit=st.sampled_from([("Tagen", 1), ("Wochen", 7)]))
def test_a_distance_is_counted_in_days(today: date, count: int, unit: tuple[str, int]) -> None:
    found = when.understand(f"heute in {count} {unit[0]}", now=at_noon(today))

    days = 7 if (count, unit[1]) == (8, 1) else count * unit[1]
    assert (found.state, found.date) == (State.DAY, today + timedelta(days=days))


@FEW
@given(today=DAYS, ahead=st.integers(1, 300), minute=st.integers(0, 1439))
def test_what_we_say_is_what_we_understand(today: date, ahead: int, minute: int) -> None:
    day, at = today + timedelta(days=ahead), clock_time(minute // 60, minute % 60)
    spoken = f"{speech.spoken_date(day, with_year=True)}, um {speech.spoken_time(at)}"

    found = when.understand(spoken, now=at_noon(today))

    candidates = [(one.date, one.time) for one in found.alternatives or (found,)]
    assert (day, at) in candidates or found.state is State.INVALID
    if at.hour == 0 or at.hour > 12:
        assert len(candidates) == 1 or found.reason == "time_doubled"


@FEW
@given(
    instant=st.datetimes(
        min_value=datetime(2026, 1, 1),
        max_value=datetime(2030, 1, 1),
        timezones=st.sampled_from([UTC, BERLIN, ZoneInfo("Europe/Lisbon")]),
    )
)
def test_an_iso_instant_is_kept_to_the_minute(instant: datetime) -> None:
    cut = instant.astimezone(UTC).replace(second=0, microsecond=0)
    written = cut.astimezone(instant.tzinfo).isoformat()

    found = when.understand(written, now=datetime(2025, 12, 1, tzinfo=BERLIN))

    assert found.state is State.EXACT
    assert found.start is not None
    assert found.start.astimezone(UTC) == cut


@FEW
@given(hour=st.integers(1, 12))
def test_fractions_of_an_hour_add_up(hour: int) -> None:
    name = speech.spoken_number(hour)
    shifts = {
        f"halb {name}": -30,
        f"Viertel vor {name}": -15,
        f"Viertel nach {name}": 15,
        f"Viertel {name}": -45,
        f"drei viertel {name}": -15,
        f"dreiviertel {name}": -15,
        f"fünf vor halb {name}": -35,
        f"fünf nach halb {name}": -25,
        f"zehn nach {name}": 10,
        f"zwanzig vor {name}": -20,
    }

    for words, shift in shifts.items():
        found = when.understand(words, now=THURSDAY_TEN)

        said = (hour * 60 + shift) % 720
        readings = {one.time.hour * 60 + one.time.minute for one in found.alternatives if one.time}
        assert readings == {said, said + 720}, words


SOUP = st.lists(
    st.one_of(
        st.sampled_from(sorted(LEXICON)),
        st.sampled_from(
            ["um", "-", ",", "15.", "24.12.", "14:30", "14.30", "3", "2027", "2026-12-01"]
        ),
        st.text(max_size=5),
    ),
    max_size=8,
).map(" ".join)


@settings(max_examples=400, deadline=None, database=None)
@given(text=SOUP, today=DAYS, opening=st.sampled_from([None, SALON, BAR]))
def test_whatever_is_said_the_answer_is_whole(
    text: str, today: date, opening: Opening | None
) -> None:
    now = at_noon(today)

    found = when.understand(text, now=now, opening=opening)

    for one in (found, *found.alternatives):
        if one.state is State.EXACT:
            assert one.start is not None
            assert one.start >= now
            assert (one.date, one.time) == (one.start.date(), one.start.time())
        if one.state is State.DAY:
            assert one.date is not None
            assert one.date >= today
        if one.start is not None and one.end is not None:
            assert one.start < one.end
    if found.state in (State.AMBIGUOUS, State.CONFLICT):
        assert len(found.alternatives) > 1
        assert not any(one.alternatives for one in found.alternatives)
    if found.state is State.UNPARSEABLE:
        assert found == When(state=State.UNPARSEABLE, reason=found.reason)


# --- as cheap as it is -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table", ["ear_when", "ear_fields", "strangers_when", "own_calls", "strangers_calls_10"]
)
def test_no_idiom_is_passed_over_for_speed(table: str) -> None:
    lines = (TABLES / f"{table}.txt").read_text().splitlines()

    folded = [" ".join(folding.fold(line).split()) for line in lines]

    assert [line for line in folded if idioms.plain(line) != idioms.rewritten(line)] == []


# --- English ------------------------------------------------------------------------------------------------

FRIDAYS = (
    "Friday", "on Friday", "this Friday", "November 27", "Nov 27th", "Nov. 27th, 2026", "27 November", "the 27th of November",
    "on the 27th", "Friday, November 27th", "Fri 27 Nov", "2026-11-27"
)  # fmt: skip
ENGLISH_HOURS = {
    "10 am": 600, "10 a.m.": 600, "10AM": 600, "at ten": 600, "10:30 a.m.": 630, "half past ten": 630, "at ten thirty": 630,
    "at a quarter to eleven": 645, "ten past ten": 610, "ten o'clock": 600, "at 2 pm": 840, "2:30 P. M.": 870, "two p.m.": 840,
    "at noon": 720, "twenty to four": 940, "at three in the afternoon": 900,
}  # fmt: skip


@pytest.mark.parametrize("day", FRIDAYS)
@pytest.mark.parametrize("order", ["{day} {hour}", "{day}, {hour}", "{hour}, {day}"])
@pytest.mark.parametrize("greeting", ["", "good morning, ", "for two people "])
def test_every_day_in_english_goes_with_every_hour(day: str, order: str, greeting: str) -> None:
    found = {
        hour: when.understand(
            greeting + order.format(day=day, hour=hour), now=THURSDAY_TEN, opening=SALON
        )
        for hour in ENGLISH_HOURS
    }

    minutes = {
        hour: one.start and one.start.hour * 60 + one.start.minute for hour, one in found.items()
    }
    days = {one.date and one.date.isoformat() for one in found.values()}
    assert minutes == ENGLISH_HOURS
    assert days <= {"2026-11-20", "2026-11-27"}


# --- beside a time, and taken back --------------------------------------------------------------------------

BESIDE = (
    "guten Morgen", "schönen guten Abend", "schönen Tag noch", "für zwei Personen", "wir sind zu dritt", "wir sind vier Leute",
    "mit zwei Kindern", "mein Sohn ist acht", "ich bin 62", "meine Nummer ist 0171 3920015", "Telefon 030/23125100",
    "meine Handynummer lautet +49 171 3920015", "Kundennummer 4711", "Zimmer 12", "das kostet ja 30 Euro", "eine Stunde lang",
    "für neunzig Minuten", "mein Name ist Freitag", "ich heiße Anna Montag", "bei Frau Sommer", "zum zweiten Mal",
    "im zweiten Stock", "Hausnummer 7", "Postleitzahl 10115", "drei Haarschnitte", "einen Termin für drei", "Größe 38",
    "E-Mail anna12@example.org", "seit vier Wochen", "5 km entfernt",
)  # fmt: skip
TAKEN_BACK = (
    "nein", "nee", "ach nein", "Quatsch", "Moment mal", "ach was sag ich", "Entschuldigung", "Verzeihung", "pardon", "sorry",
    "Tschuldigung", "ich meine", "vielmehr", "besser gesagt", "Korrektur", "falsch", "verkehrt", "doch lieber", "oder nein",
    "warten Sie", "hab mich vertan", "ich habe mich versprochen", "das war falsch", "ich wollte sagen", "halt stopp", "oh nein",
)  # fmt: skip


@pytest.mark.parametrize("aside", BESIDE)
@pytest.mark.parametrize("field", ["text", "date", "time"])
def test_what_stands_beside_a_time_is_none(aside: str, field: str) -> None:
    said = [
        order.format(aside)
        for order in (
            "{}, am Freitag um elf",
            "am Freitag um elf, {}",
            "Freitag, {}, um elf",
            "am Freitag um elf {}",
        )
    ]

    found = [
        when.understand(words, now=THURSDAY_TEN, opening=SALON)
        if field == "text"
        else when.understand_parts(
            date=words if field == "date" else None,
            time=words if field == "time" else None,
            now=THURSDAY_TEN,
            opening=SALON,
        )
        for words in said
    ]

    assert {told(each) for each in found} == {"exact Fri 2026-11-20 11:00"}


@pytest.mark.parametrize("words", TAKEN_BACK)
@pytest.mark.parametrize(
    "order",
    [
        "Montag um elf, {}, Freitag",
        "Montag, {}, Freitag um elf",
        "Freitag um zehn, {}, um elf",
        "Freitag um zehn, {} elf",
        "Freitag um zehn {} um elf",
        "am 19., {}, am 20. um elf",
        "Freitag um zehn. {}. Um elf.",
    ],
)
def test_what_is_taken_back_is_not_meant(words: str, order: str) -> None:
    assert understood(order.format(words)) == "exact Fri 2026-11-20 11:00"
