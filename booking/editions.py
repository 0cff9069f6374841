"""What a business offers, remembered in this process for as long as its edition stands (docs/decisions/0009).

The database has the last word: a statement that is run anyway says which edition there is, and every change of a row
of the catalogue makes a new one in the same transaction (`booking.models.Edition`). What is remembered was read in the
statement that told its edition, so it can be forgotten but not be old.
"""

from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

_Kept = TypeVar("_Kept")

# The edition of a business, for whoever asks the database something else about it; NULL where nothing was offered yet.
EDITION_OF = "(SELECT string_agg(e.token::text, ' ' ORDER BY e.id) FROM booking_edition e WHERE e.tenant_id = {tenant})"


class Memory(Generic[_Kept]):
    """What was read last, so and so many things of it; the oldest goes first."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, _Kept] = {}
        self._lock = Lock()

    def get(self, key: Hashable) -> _Kept | None:
        return self._kept.get(key)

    def keep(self, key: Hashable, value: _Kept) -> None:
        with self._lock:
            while len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = value

    def __len__(self) -> int:
        return len(self._kept)
