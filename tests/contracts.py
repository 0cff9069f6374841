"""The providers' descriptions and sample payloads. They are read where they lie and are no part of the project."""

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

_BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "contracts"


def folder() -> Path:
    """Return the folder of the contracts, or skip what needs them."""
    given = os.environ.get("ASKPRO_CONTRACTS")
    place = Path(given) if given else _BESIDE_THE_CHECKOUT
    if not (place / "signatures" / "vectors.json").is_file():
        pytest.skip(
            f"no provider contracts in {place}: set ASKPRO_CONTRACTS", allow_module_level=True
        )
    return place


def load(name: str) -> Any:
    """Return the parsed JSON file of this name, such as ``stripe/event.invoice.paid.json``."""
    return orjson.loads((folder() / name).read_bytes())


def names(pattern: str) -> list[str]:
    """Return the names of the files that match, such as ``calcom/webhook.*.json``.

    A pattern that matches nothing is an error: tests that would run over no file prove nothing.
    """
    place = folder()
    found = sorted(str(path.relative_to(place)) for path in place.glob(pattern))
    if not found:
        raise FileNotFoundError(f"nothing in {place} matches {pattern}")
    return found
