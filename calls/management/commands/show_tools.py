"""Print the agent's tools from their one table: as Retell wants them, or as the documentation shows them."""

from argparse import ArgumentParser
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand

from calls import tools
from calls.arguments import Parameter
from calls.tools import Tool


class Command(BaseCommand):
    help = "Print the agent's tools as JSON for Retell, or as Markdown for docs/voice-agent.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--base-url", default=settings.PUBLIC_URL, help="address of the installation"
        )
        parser.add_argument("--markdown", action="store_true", help="the documentation instead")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["markdown"]:
            self.stdout.write(_markdown())
            return
        definitions = tools.definitions(base_url=options["base_url"].rstrip("/"))
        self.stdout.write(orjson.dumps(definitions, option=orjson.OPT_INDENT_2).decode())


def _markdown() -> str:
    """Return a section per tool, and the hash of the table."""
    sections = [f"Version of the table: `{tools.version()}`", *map(_section, tools.TOOLS.values())]
    return "\n\n".join(sections)


def _section(tool: Tool) -> str:
    lines = [f"### `{tool.name}`", "", tool.purpose]
    if tool.also:
        lines += ["", f"Also known as {_names(tool.also)}."]
    if tool.parameters:
        lines += ["", "| argument | meaning | also accepted as |", "|---|---|---|"]
        lines += map(_row, tool.parameters)
    else:
        lines += ["", "No arguments."]
    return "\n".join(lines)


def _row(parameter: Parameter) -> str:
    need = " (required)" if parameter.required else ""
    choices = f" One of {_names(parameter.choices)}." if parameter.choices else ""
    return f"| `{parameter.name}`{need} | {parameter.meaning}{choices} | {_names(parameter.also)} |"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
