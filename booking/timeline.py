"""Stretches of time as one integer: bit `n` is the minute `base + n`, a one means "yes" (open, busy, free, a start).

Python's integers have any length and the processor works on all of their bits at once, so a month of one diary is
intersected, joined or searched in a microsecond. Two resources at once are an AND, any of a team is an OR.
"""

import itertools
import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

# What the database packs: pairs of minutes since 1970, four bytes each, in network order.
_SPANS = struct.Struct(">ii")
_MARGIN = 24 * 60

Spans = Iterable[tuple[int, int]]


def unpack(packed: bytes | None) -> Spans:
    """Return the (from, until) pairs the database packed."""
    return _SPANS.iter_unpack(packed) if packed else ()


def full(length: int) -> int:
    """Return a line of ones, `length` minutes long."""
    return (1 << length) - 1


def of_spans(spans: Spans, *, base: int, size: int) -> int:
    """Return the line on which these spans are ones. They may overlap and reach out of the line."""
    line = 0
    for start, end in spans:
        first, last = max(start - base, 0), min(end - base, size)
        if first < last:
            line |= full(last - first) << first
    return line


def of_disjoint_spans(spans: Spans, *, base: int, size: int) -> int:
    """Return the same for spans that do not overlap and are no longer than a day, much faster when there are many.

    A span is `2**end - 2**start`. Spans without overlap have different starts and different ends, so all ends are
    collected into one number, all starts into another, and one subtraction draws every span. A day of margin on both
    sides saves looking at where each one begins and ends. Every span must touch the line.
    """
    origin = base - _MARGIN
    starts, ends = (bytearray((size + 2 * _MARGIN) // 8 + 1) for _ in range(2))
    for start, end in spans:
        start -= origin
        end -= origin
        starts[start >> 3] |= 1 << (start & 7)
        ends[end >> 3] |= 1 << (end & 7)
    line = int.from_bytes(ends, "little") - int.from_bytes(starts, "little")
    return (line >> _MARGIN) & full(size)


def runs(line: int, length: int) -> int:
    """Return the minutes at which `length` ones in a row begin."""
    have = 1
    while have < length:
        step = min(have, length - have)
        line &= line >> step
        have += step
    return line


def widened(line: int, length: int) -> int:
    """Return the line on which each one is followed by `length` more: a one at `n` makes ones from `n` to `n + length`."""
    done = 0
    while done < length:
        step = min(done + 1, length - done)
        line |= line << step
        done += step
    return line


def between(first: int, last: int) -> int:
    """Return the line whose ones are the minutes `first` to just before `last` (both counted from the base)."""
    first = max(first, 0)
    return full(last - first) << first if last > first else 0


def split(lines: Iterable[int], cuts: Sequence[int]) -> list[list[int]]:
    """Return for each line its pieces between neighbouring cuts, each counted from its own cut."""
    first = cuts[0]
    places = [
        ((a - first) // 8, (b - first + 7) // 8, (a - first) % 8, full(b - a))
        for a, b in itertools.pairwise(cuts)
    ]
    whole = full(cuts[-1] - first)
    size = places[-1][1]
    pieces = []
    for line in lines:
        data = ((line >> first) & whole).to_bytes(size, "little")
        pieces.append(
            [(int.from_bytes(data[a:b], "little") >> shift) & mask for a, b, shift, mask in places]
        )
    return pieces


def lowest(line: int) -> int:
    """Return the place of the first one of a line that has one."""
    return (line & -line).bit_length() - 1


def first_marks(line: int, count: int) -> int:
    """Return the line with its first `count` ones only."""
    if count >= line.bit_count():
        return line
    rest = line
    for _ in range(count):
        rest &= rest - 1
    return line ^ rest


def minutes(line: int) -> Iterator[int]:
    """Yield the places of the ones, ascending."""
    count = line.bit_length() // 64 + 1
    for place, word in enumerate(struct.unpack(f"<{count}Q", line.to_bytes(count * 8, "little"))):
        while word:
            lowest = word & -word
            yield place * 64 + lowest.bit_length() - 1
            word ^= lowest


def marks(line: int, *, base: int = 0, unit: int = 1) -> list[int]:
    """Return the minutes that the ones stand for along a ruler that begins at `base`, ascending.

    Byte by byte with a table: nights are zeros, and a day's starts are dozens.
    """
    ones, width = _ones(unit), 8 * unit
    found: list[int] = []
    append = found.append
    for byte in line.to_bytes((line.bit_length() + 7) // 8, "little"):
        if byte:
            for offset in ones[byte]:
                append(base + offset)
        base += width
    return found


@cache
def _ones(unit: int) -> list[tuple[int, ...]]:
    """Return for each byte the places of its ones, times `unit`."""
    return [tuple(place * unit for place in range(8) if byte >> place & 1) for byte in range(256)]
