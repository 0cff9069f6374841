"""Stretches of time as one integer: bit `n` is the minute `base + n`, a one means "yes" (open, busy, free, a start).

Python's integers have any length and the processor works on all of their bits at once, so a month of one diary is
intersected, joined or searched in a microsecond. Two resources at once are an AND, any of a team is an OR.
"""

import itertools
import struct
from collections.abc import Iterable, Iterator, Sequence

# What the database packs: pairs of minutes since 1970, four bytes each, in network order.
_SPANS = struct.Struct(">ii")

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
    """Return the same for spans that do not overlap, several times faster when there are many.

    A span is `2**end - 2**start`. Spans without overlap have different starts and different ends, so all ends are
    collected into one number, all starts into another, and one subtraction draws every span.
    """
    starts, ends = bytearray(size // 8 + 1), bytearray(size // 8 + 1)
    for start, end in spans:
        first = start - base if start > base else 0
        last = end - base
        if last > size:
            last = size
        if first < last:
            starts[first >> 3] |= 1 << (first & 7)
            ends[last >> 3] |= 1 << (last & 7)
    return int.from_bytes(ends, "little") - int.from_bytes(starts, "little")


def runs(line: int, length: int) -> int:
    """Return the minutes at which `length` ones in a row begin."""
    have = 1
    while have < length:
        step = min(have, length - have)
        line &= line >> step
        have += step
    return line


def between(first: int, last: int) -> int:
    """Return the line whose ones are the minutes `first` to just before `last` (both counted from the base)."""
    first = max(first, 0)
    return full(last - first) << first if last > first else 0


def split(line: int, cuts: Sequence[int]) -> list[int]:
    """Return the pieces of a line between neighbouring cuts, each counted from its own cut."""
    data = line.to_bytes(max(cuts[-1], line.bit_length()) // 8 + 1, "little")
    return [
        (int.from_bytes(data[a >> 3 : (b + 7) >> 3], "little") >> (a & 7)) & full(b - a)
        for a, b in itertools.pairwise(cuts)
    ]


def minutes(line: int) -> Iterator[int]:
    """Yield the places of the ones, ascending."""
    while line:
        lowest = line & -line
        yield lowest.bit_length() - 1
        line ^= lowest
