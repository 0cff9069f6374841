"""Which rules decide: a hash of the code that turns words into answers. Other code, other version."""

import hashlib
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_WORDS_AND_PEOPLE = (
    *("arguments", "dictation", "emergencies", "emergency_words", "identity", "knowing"),
    *("leading_out", "naming", "offers", "sounds", "speech", "wishes", "after_hours", "desks"),
)
# What the diary answers is decided there.
_DIARY = (
    *("availability", "diaries", "doors", "holidays", "hours", "limits", "policies", "rules"),
    *("searching", "shape", "teams"),
)
# What decides during a call; wiring, pages and models do not.
_DECIDING = (
    *sorted((_HERE / "when").glob("*.py")),
    *(_HERE / f"{name}.py" for name in _WORDS_AND_PEOPLE),
    *(_HERE.parent / "booking" / f"{name}.py" for name in ("catalogue", "hearing", *_DIARY)),
)


@cache
def version() -> str:
    """Return the hash of the deciding code, the same on every machine with the same code."""
    digest = hashlib.sha256()
    for path in _DECIDING:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
