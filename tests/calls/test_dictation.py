"""Names, addresses and numbers that are dictated: both alphabets, both umlauts, and what is read back."""

import pytest

from calls import dictation, sounds


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Anna Berg", "Anna Berg"),
        ("M wie Martha, A wie Anton, Y wie Ypsilon, E wie Emil, R wie Richard", "Mayer"),
        ("M wie München, E wie Essen, Y wie Ypsilon, E wie Essen, R wie Rostock", "Meyer"),
        ("Anna Maier, M wie Martha, E wie Emil, Y wie Ypsilon, E wie Emil, R wie Richard", "Anna Meyer"),
        ("Jo Schmitt, S C H M I D T", "Jo Schmidt"),
        ("Schmitt mit D T", "Schmitt mit D T"),
        ("B-E-R-G", "Berg"),
        ("K wie Kaufmann, R wie Richard, A wie Anton, U wie Ulrich, S wie Samuel, E wie Emil", "Krause"),
        ("M wie Mike, Ü wie Übermut, L wie Lima, L wie Lima, E wie Echo, R wie Romeo", "Müller"),
        ("Doppel M wie Martha, A wie Anton", "Mma"),
    ],
)  # fmt: skip
def test_a_spelled_name_is_the_one_that_counts(said: str, name: str) -> None:
    assert dictation.name(said) == name


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("anna@example.org", "anna@example.org"),
        ("Anna.Berg@Example.ORG", "Anna.Berg@example.org"),
        ("anna punkt berg ät example punkt org", "anna.berg@example.org"),
        ("anna punkt berg at example punkt org", "anna.berg@example.org"),
        ("Anna Unterstrich Berg Klammeraffe example Punkt org", "anna_berg@example.org"),
        ("meine e mail adresse ist anna minus berg at example punkt org", "anna-berg@example.org"),
        ("müller at example punkt org", "mueller@example.org"),
        ("anna neun zwei at example punkt org", "anna92@example.org"),
        ("anna zweiundneunzig at example punkt org", "anna92@example.org"),
        (
            "a wie Anton n wie Nordpol n wie Nordpol a wie Anton at example punkt org",
            "anna@example.org",
        ),
        ("info at t online punkt example", "info@t-online.example"),
        ("anna ät ge em ix punkt example", "anna@gmx.example"),
        ("anna at g mail punkt example", "anna@gmail.example"),
        ("anna", None),
        ("ja", None),
        ("anna at example", None),
    ],
)
def test_an_address_is_understood_as_it_is_dictated(said: str, address: str | None) -> None:
    assert dictation.email(said) == address


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("+49 171 3920042", "+491713920042"),
        ("0171 39 200 42", "+491713920042"),
        ("null eins sieben eins drei neun zwei null null vier zwei", "+491713920042"),
        ("null eins sieben eins, drei neun, zwo null, null vier zwo", "+491713920042"),
        (
            "plus vier neun eins sieben eins neununddreißig zwanzig null zweiundvierzig",
            "+491713920042",
        ),
        ("null eins sieben eins neununddreißig zwo doppel null zweiundvierzig", "+491713920042"),
        ("meine Nummer ist 0 3 0 2 3 1 2 5 7 7 7", "+493023125777"),
        # "thirty" may be 30, or 3 and 0: the digits are the same.
        ("null dreißig dreiundzwanzig zwölf fünf dreimal sieben", "+493023125777"),
        ("null drei null zwei drei eins zwei fünf dreimal die sieben", "+493023125777"),
        ("weiß ich nicht", None),
        ("eins eins zwei", None),
    ],
)
def test_a_number_is_understood_as_it_is_dictated(said: str, number: str | None) -> None:
    assert dictation.phone(said) == number


def test_what_was_understood_is_read_back() -> None:
    assert dictation.read_back("Mai") == "M wie München, A wie Aachen, I wie Ingelheim"
    assert dictation.read_back("Groß") == "G wie Goslar, R wie Rostock, O wie Offenbach, Eszett"
    assert dictation.read_back_email("a.b@x.de") == "a Punkt b ät x Punkt d e"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        # The examples of the published table.
        ("Müller-Lüdenscheidt", "65752682"),
        ("Wikipedia", "3412"),
        ("Breschnew", "17863"),
        ("Heinz Classen", "068586"),
        ("Maier", "67"),
        ("Meyer", "67"),
        ("Mayr", "67"),
        ("Phillip", "351"),
        ("Xaver", "4837"),
    ],
)
def test_sounds_have_the_codes_of_the_published_table(name: str, code: str) -> None:
    assert sounds.code(name) == code
