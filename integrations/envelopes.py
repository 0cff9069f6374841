"""What a signed webhook says on its outside: enough to keep it once, name it and find it again."""

from dataclasses import dataclass
from typing import Any

import orjson

from integrations.errors import PermanentError

LONGEST_ID = 200


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """The key under which a delivery is kept once, its event, and the provider's id of the thing it speaks of."""

    key: str
    kind: str
    about: str | None = None
    needs_work: bool = True


class Unreadable(PermanentError):
    """A signed body that cannot be understood; `code` says why."""

    def __init__(self, provider: str, code: str) -> None:
        super().__init__(provider, "webhook", code=code)


def load(provider: str, body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body.

    :raises Unreadable: not JSON (NaN, another encoding than UTF-8 and nesting without end among it), or no object
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unreadable(provider, "malformed_json") from error
    if not isinstance(content, dict):
        raise Unreadable(provider, "not_an_object")
    return content


def is_id(value: object) -> bool:
    """Tell whether a value can be a provider's id: a short text of printable characters."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()


def id_in(content: object, *names: str) -> str | None:
    """Return the first of these fields that holds an id."""
    if not isinstance(content, dict):
        return None
    return next((content[name] for name in names if is_id(content.get(name))), None)
