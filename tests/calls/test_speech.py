"""What the caller hears: dates, times and numbers in words."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from calls import speech

NUMBERS = """
0 null
1 eins
2 zwei
3 drei
7 sieben
10 zehn
11 elf
12 zwölf
13 dreizehn
16 sechzehn
17 siebzehn
19 neunzehn
20 zwanzig
21 einundzwanzig
22 zweiundzwanzig
26 sechsundzwanzig
27 siebenundzwanzig
30 dreißig
31 einunddreißig
45 fünfundvierzig
60 sechzig
66 sechsundsechzig
70 siebzig
77 siebenundsiebzig
80 achtzig
90 neunzig
99 neunundneunzig
100 einhundert
101 einhunderteins
111 einhundertelf
121 einhunderteinundzwanzig
200 zweihundert
365 dreihundertfünfundsechzig
999 neunhundertneunundneunzig
1000 eintausend
1001 eintausendeins
1100 eintausendeinhundert
1999 eintausendneunhundertneunundneunzig
2000 zweitausend
2026 zweitausendsechsundzwanzig
2027 zweitausendsiebenundzwanzig
9999 neuntausendneunhundertneunundneunzig
"""


@pytest.mark.parametrize("row", NUMBERS.strip().splitlines())
def test_a_number_is_one_word(row: str) -> None:
    digits, _, word = row.partition(" ")

    assert speech.spoken_number(int(digits)) == word


def test_every_number_has_a_word_of_its_own() -> None:
    words = {speech.spoken_number(number) for number in range(10_000)}

    assert len(words) == 10_000
    assert not any(" " in word for word in words)


@pytest.mark.parametrize("number", [-1, 10_000])
def test_a_number_without_a_spoken_form_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="spoken form"):
        speech.spoken_number(number)


ORDINALS = """
1 ersten
2 zweiten
3 dritten
4 vierten
7 siebten
8 achten
11 elften
12 zwölften
16 sechzehnten
17 siebzehnten
19 neunzehnten
20 zwanzigsten
21 einundzwanzigsten
23 dreiundzwanzigsten
30 dreißigsten
31 einunddreißigsten
53 dreiundfünfzigsten
"""


@pytest.mark.parametrize("row", ORDINALS.strip().splitlines())
def test_an_ordinal_ends_as_dates_need_it(row: str) -> None:
    digits, _, word = row.partition(" ")

    assert speech.spoken_ordinal(int(digits)) == word


def test_an_ordinal_takes_the_ending_of_its_sentence() -> None:
    assert speech.spoken_ordinal(3, ending="er") == "dritter"
    assert speech.spoken_ordinal(20, ending="e") == "zwanzigste"


@pytest.mark.parametrize("number", [0, 100])
def test_an_ordinal_without_a_spoken_form_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="spoken ordinal"):
        speech.spoken_ordinal(number)


TIMES = """
00:00 null Uhr
00:30 null Uhr dreißig
01:00 ein Uhr
01:01 ein Uhr eins
08:05 acht Uhr fünf
09:00 neun Uhr
09:15 neun Uhr fünfzehn
10:00 zehn Uhr
10:45 zehn Uhr fünfundvierzig
12:00 zwölf Uhr
13:01 dreizehn Uhr eins
14:30 vierzehn Uhr dreißig
15:30 fünfzehn Uhr dreißig
18:00 achtzehn Uhr
20:20 zwanzig Uhr zwanzig
21:00 einundzwanzig Uhr
23:59 dreiundzwanzig Uhr neunundfünfzig
"""


@pytest.mark.parametrize("row", TIMES.strip().splitlines())
def test_a_time_is_said_in_its_long_form(row: str) -> None:
    written, _, spoken = row.partition(" ")

    assert speech.spoken_time(time.fromisoformat(written)) == spoken


def test_no_time_of_the_day_is_said_with_halves_or_quarters() -> None:
    spoken = [speech.spoken_time(time(m // 60, m % 60)) for m in range(1440)]

    assert len(set(spoken)) == 1440
    assert all(words.split()[1] == "Uhr" for words in spoken)
    assert not any("halb" in words.lower() or "viertel" in words.lower() for words in spoken)


DATES = """
2026-11-24 Dienstag, den vierundzwanzigsten November
2026-11-23 Montag, den dreiundzwanzigsten November
2026-12-01 Dienstag, den ersten Dezember
2027-01-03 Sonntag, den dritten Januar
2027-02-07 Sonntag, den siebten Februar
2027-03-01 Montag, den ersten März
2027-04-30 Freitag, den dreißigsten April
2027-05-08 Samstag, den achten Mai
2027-06-16 Mittwoch, den sechzehnten Juni
2027-07-17 Samstag, den siebzehnten Juli
2027-08-31 Dienstag, den einunddreißigsten August
2027-09-20 Montag, den zwanzigsten September
2026-10-25 Sonntag, den fünfundzwanzigsten Oktober
2028-02-29 Dienstag, den neunundzwanzigsten Februar
"""


@pytest.mark.parametrize("row", DATES.strip().splitlines())
def test_a_date_is_said_with_its_weekday(row: str) -> None:
    written, _, spoken = row.partition(" ")

    assert speech.spoken_date(date.fromisoformat(written)) == spoken


def test_a_date_far_off_can_be_said_with_its_year() -> None:
    spoken = speech.spoken_date(date(2027, 1, 15), with_year=True)

    assert spoken == "Freitag, den fünfzehnten Januar zweitausendsiebenundzwanzig"


def test_the_weekday_of_a_date_is_said_alone() -> None:
    week = [speech.weekday_name(date(2026, 11, 23) + timedelta(days=i)) for i in range(7)]

    assert week == [
        "Montag",
        "Dienstag",
        "Mittwoch",
        "Donnerstag",
        "Freitag",
        "Samstag",
        "Sonntag",
    ]


def test_a_slot_is_said_in_one_breath() -> None:
    slot = datetime(2026, 11, 24, 14, 30, tzinfo=ZoneInfo("Europe/Berlin"))

    assert speech.spoken_slot(slot) == (
        "Dienstag, den vierundzwanzigsten November, um vierzehn Uhr dreißig"
    )


def test_a_slot_is_said_in_the_zone_it_comes_in() -> None:
    slot = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    local = slot.astimezone(ZoneInfo("Europe/Berlin"))

    assert (
        speech.spoken_slot(local)
        == "Dienstag, den vierundzwanzigsten November, um null Uhr dreißig"
    )


PHONES = """
+493023125777 null drei null, zwei drei, eins zwei, fünf sieben, sieben sieben
+491713920042 null eins sieben eins, drei neun, zwei null, null vier zwei
+494066969200 null vier null, sechs sechs, neun sechs, neun zwei, null null
+496990009123 null sechs neun, neun null, null null, neun eins, zwei drei
+498999998100 null acht neun, neun neun, neun neun, acht eins, null null
+492214710456 null zwei zwei eins, vier sieben, eins null, vier fünf sechs
+12025550123 plus eins zwei, null zwei, fünf fünf, fünf null, eins zwei drei
"""


@pytest.mark.parametrize("row", PHONES.strip().splitlines())
def test_a_phone_number_is_read_back_in_groups(row: str) -> None:
    number, _, spoken = row.partition(" ")

    assert speech.spoken_phone(number) == spoken


@pytest.mark.parametrize(
    "number", ["", "+49", "03023125777", "+0301234567", "anonymous", "+4930 231"]
)
def test_what_is_no_phone_number_is_not_read_back(number: str) -> None:
    with pytest.raises(ValueError, match="phone number"):
        speech.spoken_phone(number)


def test_a_list_is_said_with_a_word_before_its_last_item() -> None:
    assert speech.spoken_list([]) == ""
    assert speech.spoken_list(["zehn Uhr"]) == "zehn Uhr"
    assert speech.spoken_list(["zehn Uhr", "elf Uhr"]) == "zehn Uhr oder elf Uhr"
    assert speech.spoken_list(["zehn", "elf", "zwölf"]) == "zehn, elf oder zwölf"
    assert speech.spoken_list(["Anna", "Jana"], last="und") == "Anna und Jana"
