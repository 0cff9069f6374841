"""The documents lead somewhere, name what exists, and give nothing away."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from askpro.operations import quality, terminal
from askpro.operations.bench import cells

ROOT = Path(settings.BASE_DIR)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
# Sub-commands that `bin/askpro` answers itself.
OF_THE_BOOTSTRAP = {"lock"}
# Written in pieces, because this file is looked through as well.
INDEX_HOSTS = ["py" + "pi.org", "python" + "hosted.org", "registry" + ".npmjs", "/simp" + "le/"]
MACHINE_PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/tm" + "p/", "/ho" + "me/"]
FICTION = re.compile(
    r"\+49(?:30\s?23125\d{3}|17139200\d{2}|4066969\d{3}|6990009\d{3}|8999998\d{3}|2214710\d{3})"
)


def _text(name: str) -> str:
    return (ROOT / name).read_text()


def _anchors(name: str) -> set[str]:
    """Return the addresses of the headings, as the usual hosts of Markdown make them."""
    headings = re.findall(r"^#+ (.+)$", _text(name), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def _in_code_blocks(name: str) -> str:
    return "\n".join(re.findall(r"^```\w*\n(.*?)^```", _text(name), re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_something(name: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", _text(name))
    inside = [each for each in targets if not re.match(r"https?://|mailto:", each)]

    lost = []
    for target in inside:
        path, _, anchor = target.partition("#")
        place = ((ROOT / name).parent / path) if path else ROOT / name
        if not place.exists() or (
            anchor and anchor not in _anchors(str(place.resolve().relative_to(ROOT)))
        ):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("name", NAMES)
def test_commands_that_are_named_exist(name: str) -> None:
    # In code blocks and between backticks; prose may say what it likes.
    code = _in_code_blocks(name) + "\n" + "\n".join(re.findall(r"`([^`\n]+)`", _text(name)))
    named = set(re.findall(r"(?:bin/askpro|manage\.py) ([a-z][\w-]*)", code))

    known = set(get_commands()) | set(terminal._COMMANDS) | OF_THE_BOOTSTRAP

    assert named - known == set()


def test_the_readme_names_every_command_of_ours() -> None:
    floors = ("askpro", "billing", "booking", "calls", "integrations", "tenants")
    ours = {command for command, app in get_commands().items() if str(app).split(".")[0] in floors}
    readme = _text("README.md")

    assert ours >= {"seed_demo", "replay_deliveries", "show_tools"}
    assert {each for each in ours if f"`bin/askpro {each}`" not in readme} == set()
    assert {each for each in terminal._COMMANDS if f"bin/askpro {each}`" not in readme} <= {
        "help",
        "-h",
        "--help",
    }


def test_every_setting_is_explained_to_operators() -> None:
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", _text(".env.example"), re.MULTILINE))
    page = _text("docs/operations.md")

    missing = {
        each for each in named if f"`{each}`" not in page and not each.endswith("_FALLBACKS")
    }

    assert missing == set()


def test_the_cells_of_the_benchmark_and_the_checks_are_those_that_exist() -> None:
    performance = _text("docs/performance.md")
    checks = set(re.findall(r"bin/askpro check ([a-z]+)", "\n".join(map(_text, NAMES))))
    measured = set(re.findall(r"bin/askpro bench ([a-z][a-z-]*)", "\n".join(map(_text, NAMES))))

    assert f"some of: {', '.join(cells.CELLS)}" in performance
    assert measured <= set(cells.CELLS)
    assert checks <= set(quality._checks({}, ROOT))


def test_the_benchmark_finds_its_place() -> None:
    text = _text("docs/performance.md")

    begin, end = text.find("<!-- measured: begin -->"), text.find("<!-- measured: end -->")

    assert 0 < begin < end


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_given_away(name: str) -> None:
    text = _text(name)

    assert [each for each in (*INDEX_HOSTS, *MACHINE_PATHS) if each in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_telephone_numbers_are_kept_free_for_fiction(name: str) -> None:
    numbers = re.findall(r"\+49[\d ]{6,}\d", _text(name))

    assert [each for each in numbers if not FICTION.fullmatch(each)] == []
