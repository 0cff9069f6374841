"""Every sentence for people is said in German, and the compiled file says what the written one does."""

import gettext
import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from askpro.operations import sentences
from askpro.operations.sentences import Entry, Sentence

PO = Path(settings.LOCALE_PATHS[0]) / "de" / "LC_MESSAGES" / "django.po"
HOLES = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


@pytest.fixture(scope="module")
def said() -> sentences.Catalogue:
    return sentences.read(PO)


@pytest.fixture(scope="module")
def wanted() -> set[Sentence]:
    return sentences.collect(Path(settings.BASE_DIR))


def test_no_sentence_is_missing_or_uncertain(
    said: sentences.Catalogue, wanted: set[Sentence]
) -> None:
    missing = {
        sentence.text
        for sentence, entry in sentences.merge(wanted, said).items()
        if not entry.is_said
    }

    assert missing == set(), "translate them in django.po, then: manage.py sentences"


def test_no_sentence_is_kept_that_nobody_says(
    said: sentences.Catalogue, wanted: set[Sentence]
) -> None:
    assert set(said) - wanted == set(), "manage.py sentences drops them"


def test_the_compiled_file_is_up_to_date(said: sentences.Catalogue) -> None:
    assert PO.with_suffix(".mo").read_bytes() == sentences.compiled(said), "manage.py sentences"


def test_what_is_filled_in_is_the_same_in_both_languages(said: sentences.Catalogue) -> None:
    def holes(text: str) -> set[str]:
        return {match[1] or match[2] for match in HOLES.finditer(text)}

    wrong = {
        sentence.text: form
        for sentence, entry in said.items()
        for form in entry.forms
        if holes(form) != holes(sentence.text)
    }

    assert wrong == {}


def test_sentences_are_found_in_code_and_in_pages(tmp_path: Path) -> None:
    code = tmp_path / "booking"
    pages = tmp_path / "templates"
    code.mkdir()
    pages.mkdir()
    (code / "verbs.py").write_text(
        'x = _("Split " "in two.")\ny = ngettext("%(n)d day", "%(n)d days", 3)\nz = _(name)\n'
        'messages.add(gettext("Said %(what)s.") % {"what": 1})\n'
    )
    (pages / "page.html").write_text(
        '{% translate "A title" %}{{ _("In braces") }}'
        "{% blocktranslate trimmed with a=b %}\n  Two\n  lines {{ a }}\n{% endblocktranslate %}"
    )

    found = sentences.collect(tmp_path)

    assert {
        Sentence("Split in two."),
        Sentence("%(n)d day", "%(n)d days"),
        Sentence("Said %(what)s."),
        Sentence("A title"),
        Sentence("In braces"),
        Sentence("Two lines %(a)s"),
    } <= found
    assert Sentence("name") not in found


def test_a_catalogue_survives_being_written_and_read(tmp_path: Path) -> None:
    catalogue = {
        Sentence('With "quotes"\nand\ta \\ break'): Entry(forms=('Mit „Anführung"\nund\t\\',)),
        Sentence("%(n)d day", "%(n)d days"): Entry(forms=("%(n)d Tag", "%(n)d Tage")),
        Sentence("Maybe"): Entry(forms=("Vielleicht",), is_fuzzy=True),
        Sentence("New"): Entry(forms=("",)),
    }
    path = tmp_path / "django.po"

    sentences.write(path, catalogue)

    assert sentences.read(path) == catalogue
    spoken = gettext.GNUTranslations(io.BytesIO(sentences.compiled(catalogue)))
    assert spoken.ngettext("%(n)d day", "%(n)d days", 1) == "%(n)d Tag"
    assert spoken.ngettext("%(n)d day", "%(n)d days", 2) == "%(n)d Tage"
    assert spoken.gettext("Maybe") == "Maybe", "what is uncertain is not said"


def test_german_is_what_people_read() -> None:
    with translation.override("de"):
        assert translation.gettext("This time is no longer available.") == (
            "Diese Zeit ist nicht mehr frei."
        )
    with translation.override("en"):
        assert translation.gettext("This time is no longer available.").startswith("This time")


def test_entries_that_a_merge_has_joined_are_read_apart(tmp_path: Path) -> None:
    po = tmp_path / "django.po"
    po.write_text('msgid "Yes"\nmsgstr "Ja"\nmsgid "No"\nmsgstr "Nein"\n')

    known = sentences.read(po)

    assert {each.text: entry.forms for each, entry in known.items()} == {
        "Yes": ("Ja",),
        "No": ("Nein",),
    }
