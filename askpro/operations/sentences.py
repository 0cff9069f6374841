"""The sentences for people: collected from the code, kept in one file per language, compiled without GNU gettext.

`manage.py sentences` adds what is new and drops what is gone. A plural is one entry with two forms.
"""

import ast
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from gettext import GNUTranslations
from pathlib import Path

import django
import unfold
from django.utils.translation.template import templatize

_CODE = ("askpro", "tenants", "integrations", "booking", "calls", "billing")
# Parts of the framework that the back office does not use are left out as well.
_LEFT_OUT = {
    "migrations",
    "__pycache__",
    "constance",
    "forms",
    "guardian",
    "import_export",
    "location_field",
    "simple_history",
}
# Name of the function and how many of its first arguments are a sentence.
_CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1}
_PLURAL_CALLS = {"ngettext", "ngettext_lazy"}
_IN_TEMPLATE = re.compile(
    r"""(?<![\w.])(_|gettext|ngettext)\(((?:\s*u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*,?)+)"""
)
_HEADER = (
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "Language: de\n"
    "Plural-Forms: nplurals=2; plural=(n != 1);\n"
)


@dataclass(frozen=True, order=True)
class Sentence:
    """A sentence in English, with its plural if it has one."""

    text: str
    plural: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a language says: one form, or one for the singular and one for the plural."""

    forms: tuple[str, ...]
    is_fuzzy: bool = False

    @property
    def is_said(self) -> bool:
        return bool(self.forms) and all(self.forms) and not self.is_fuzzy


Catalogue = dict[Sentence, Entry]


def collect(root: Path) -> set[Sentence]:
    """Return every sentence of the product, and those of the back office's framework that nobody else translates."""
    found: set[Sentence] = set()
    for app in _CODE:
        found.update(_of_folder(root / app))
    found.update(_of_folder(root / "templates"))
    known = _translated_by_django()
    found.update(
        sentence
        for sentence in _of_folder(Path(unfold.__file__).parent)
        if sentence.text not in known
    )
    return found


def read(path: Path) -> Catalogue:
    """Return what a `.po` file says."""
    return dict(_entries(path.read_text().splitlines())) if path.exists() else {}


def merge(wanted: Iterable[Sentence], known: Catalogue) -> Catalogue:
    """Return the wanted sentences with what is known about them; the others are dropped."""
    return {
        sentence: known.get(sentence, Entry(forms=("", "") if sentence.plural else ("",)))
        for sentence in sorted(wanted)
    }


def write(path: Path, catalogue: Catalogue) -> None:
    """Write a `.po` file, in the order of the alphabet."""
    blocks = ['msgid ""\nmsgstr ""\n' + "\n".join(map(_quoted, _HEADER.splitlines(keepends=True)))]
    blocks += [_block(sentence, entry) for sentence, entry in sorted(catalogue.items())]
    path.write_text("\n\n".join(blocks) + "\n")


def compiled(catalogue: Catalogue) -> bytes:
    """Return the `.mo` file of a catalogue: what is not said in it stays English."""
    pairs = {"": _HEADER}
    for sentence, entry in catalogue.items():
        if entry.is_said:
            key = f"{sentence.text}\0{sentence.plural}" if sentence.plural else sentence.text
            pairs[key] = "\0".join(entry.forms)
    keys = sorted(key.encode() for key in pairs)
    values = [pairs[key.decode()].encode() for key in keys]
    return _mo(keys, values)


# --- Collecting ---------------------------------------------------------------------------------------


def _of_folder(folder: Path) -> Iterator[Sentence]:
    for path in sorted(folder.rglob("*")):
        if _LEFT_OUT & set(path.parts):
            continue
        if path.suffix == ".py":
            yield from _of_code(path.read_text())
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            yield from _of_template(path.read_text())


def _of_code(source: str) -> Iterator[Sentence]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _of_call(node)


def _of_call(call: ast.Call) -> Iterator[Sentence]:
    function = call.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    said = [text for text in texts if isinstance(text, str) and text]
    if name in _CALLS and said:
        yield Sentence(said[0])
    elif name in _PLURAL_CALLS and len(said) > 1:
        yield Sentence(said[0], said[1])


def _of_template(source: str) -> Iterator[Sentence]:
    for name, arguments in _IN_TEMPLATE.findall(templatize(source)):
        texts: tuple[str, ...] = ast.literal_eval(f"({arguments.rstrip(', ')},)")
        yield Sentence(*texts[: 2 if name == "ngettext" else 1])


def _translated_by_django() -> set[str]:
    folder = Path(django.__file__).parent
    known: set[str] = set()
    for part in ("conf", "contrib/admin", "contrib/auth"):
        with (folder / part / "locale/de/LC_MESSAGES/django.mo").open("rb") as file:
            catalogue = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        known.update(key if isinstance(key, str) else key[0] for key in catalogue)
    return known


# --- Files ------------------------------------------------------------------------------------------


def _entries(lines: list[str]) -> Iterator[tuple[Sentence, Entry]]:
    fields: dict[str, str] = {}
    field, is_fuzzy = "", False
    for line in [*_parted(lines), ""]:
        if line.startswith("#"):
            is_fuzzy = is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
        elif line.startswith('"'):
            fields[field] += _unquoted(line)
        elif line:
            field, _space, text = line.partition(" ")
            fields[field] = _unquoted(text)
        elif fields:
            if fields.get("msgid"):
                yield _entry(fields, is_fuzzy=is_fuzzy)
            fields, is_fuzzy = {}, False


def _parted(lines: list[str]) -> Iterator[str]:
    """Begin an entry with an empty line. A merge that keeps the lines of both sides loses some of them."""
    before = ""
    for line in lines:
        if line.startswith("msgid ") and before and not before.startswith("#"):
            yield ""
        yield line
        before = line


def _entry(fields: dict[str, str], *, is_fuzzy: bool) -> tuple[Sentence, Entry]:
    sentence = Sentence(fields["msgid"], fields.get("msgid_plural", ""))
    names = ("msgstr[0]", "msgstr[1]") if sentence.plural else ("msgstr",)
    forms = tuple(fields.get(name, "") for name in names)
    return sentence, Entry(forms=forms, is_fuzzy=is_fuzzy)


def _block(sentence: Sentence, entry: Entry) -> str:
    lines = ["#, fuzzy"] if entry.is_fuzzy else []
    lines.append(f"msgid {_quoted(sentence.text)}")
    if sentence.plural:
        lines.append(f"msgid_plural {_quoted(sentence.plural)}")
        lines += [f"msgstr[{n}] {_quoted(form)}" for n, form in enumerate(entry.forms)]
    else:
        lines.append(f"msgstr {_quoted(entry.forms[0])}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped.replace(chr(9), chr(92) + "t")}"'


def _unquoted(text: str) -> str:
    value: str = ast.literal_eval(text.strip())
    return value


def _mo(keys: list[bytes], values: list[bytes]) -> bytes:
    """Lay out keys and values as GNU gettext reads them: header, two tables of (length, offset), the bytes."""
    count = len(keys)
    offset = 7 * 4 + 2 * 8 * count
    tables: list[int] = []
    body = b""
    for text in (*keys, *values):
        tables += [len(text), offset + len(body)]
        body += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, offset)
    return head + struct.pack(f"<{len(tables)}I", *tables) + body
