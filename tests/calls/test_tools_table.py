"""docs/voice-agent.md says what the agent's tools are."""

import re
from io import StringIO
from pathlib import Path

import orjson
from django.conf import settings
from django.core.management import call_command

from calls import tools

ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "docs" / "voice-agent.md"


def _printed(*arguments: str) -> str:
    said = StringIO()
    call_command("show_tools", *arguments, stdout=said)
    return said.getvalue().strip()


def test_the_documentation_is_the_output_of_the_command() -> None:
    _, _, rest = PAGE.read_text().partition("<!-- tools: begin -->\n")

    shown, end, _ = rest.partition("\n<!-- tools: end -->")

    assert end, "the markers are gone"
    assert shown == _printed("--markdown"), "bin/askpro show_tools --markdown has news"


def test_every_tool_is_printed_for_retell_under_its_address() -> None:
    definitions = orjson.loads(_printed("--base-url", "https://desk.askpro.example/"))

    assert [(each["name"], each["url"]) for each in definitions] == [
        (name, f"https://desk.askpro.example/api/retell/functions/{name}") for name in tools.TOOLS
    ]
    assert all(each["max_retry"] == 0 for each in definitions)


def test_every_state_of_an_answer_is_explained() -> None:
    page = PAGE.read_text()
    sources = "\n".join(path.read_text() for path in (ROOT / "calls").glob("*.py"))
    # As `state="booked"`, and as the pairs of state and question in `wishes.py`.
    states = set(re.findall(r'\bstate="([a-z_]+)"', sources))
    states |= set(re.findall(r'when\.State\.[A-Z_]+: \(\s*"([a-z_]+)"', sources))
    states |= set(re.findall(r'state = "([a-z_]+)" if', sources)) | {"not_available"}

    assert {"booked", "past", "alternatives", "slot_taken", "nothing_free"} <= states
    assert {state for state in states if f"`{state}`" not in page} == set()
