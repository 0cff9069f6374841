"""Lines of minutes: what can be done with them is what can be done with sets of minutes."""

from hypothesis import given
from hypothesis import strategies as st

from booking import timeline
from booking.rulers import Ruler

SIZE, BASE = 500, 29_000_000
spans = st.lists(
    st.tuples(st.integers(-200, 700), st.integers(1, 300)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=8,
)
lines = st.sets(st.integers(0, SIZE - 1))


def _line(minutes: set[int]) -> int:
    return sum(1 << minute for minute in minutes)


def _inside(spans: list[tuple[int, int]]) -> set[int]:
    return {minute for a, b in spans for minute in range(max(a, 0), min(b, SIZE))}


@given(spans)
def test_spans_are_drawn_as_far_as_they_lie_on_the_line(spans: list[tuple[int, int]]) -> None:
    shifted = [(a + BASE, b + BASE) for a, b in spans]

    assert set(timeline.minutes(timeline.of_spans(shifted, base=BASE, size=SIZE))) == _inside(spans)


@given(spans)
def test_disjoint_spans_are_drawn_alike(spans: list[tuple[int, int]]) -> None:
    apart: list[tuple[int, int]] = []
    for a, b in sorted(spans):
        start = max(a, apart[-1][1]) if apart else a
        if start < b:
            apart.append((start, b))
    touching = [(a, b) for a, b in apart if a < SIZE and b > 0]
    shifted = [(a + BASE, b + BASE) for a, b in touching]

    drawn = timeline.of_disjoint_spans(shifted, base=BASE, size=SIZE)

    assert set(timeline.minutes(drawn)) == _inside(apart)


@given(lines, st.integers(1, 40))
def test_a_run_begins_where_so_many_ones_follow(line: set[int], length: int) -> None:
    expected = {minute for minute in line if all(minute + step in line for step in range(length))}

    assert set(timeline.minutes(timeline.runs(_line(line), length))) == expected


@given(
    st.lists(lines, min_size=1, max_size=3),
    st.lists(st.integers(0, SIZE), min_size=2, max_size=6, unique=True),
)
def test_a_line_falls_into_pieces_at_the_cuts(parts: list[set[int]], places: list[int]) -> None:
    cuts = sorted(places)

    pieces = timeline.split([_line(part) for part in parts], cuts)

    for part, found in zip(parts, pieces, strict=True):
        for piece, a, b in zip(found, cuts, cuts[1:], strict=False):
            assert {a + minute for minute in timeline.minutes(piece)} == {
                m for m in part if a <= m < b
            }


def test_between_is_half_open_and_empty_when_it_ends_before_it_begins() -> None:
    assert list(timeline.minutes(timeline.between(3, 6))) == [3, 4, 5]
    assert list(timeline.minutes(timeline.between(-3, 2))) == [0, 1]
    assert timeline.between(5, 5) == timeline.between(5, -5) == 0


@given(lines, st.sampled_from([1, 5]))
def test_marks_are_the_minutes_along_a_ruler(line: set[int], unit: int) -> None:
    found = timeline.marks(_line(line), base=BASE, unit=unit)

    assert found == [BASE + place * unit for place in sorted(line)]


@given(lines, st.integers(0, SIZE))
def test_the_first_marks_are_the_lowest_ones(line: set[int], count: int) -> None:
    found = timeline.minutes(timeline.first_marks(_line(line), count))

    assert list(found) == sorted(line)[:count]


@given(spans)
def test_coarse_cells_lie_inside_wholly_or_are_touched(spans: list[tuple[int, int]]) -> None:
    ruler = Ruler(BASE, SIZE // 5, 5)
    covered = {minute for a, b in spans for minute in range(a, b)}
    cells = {cell: set(range(cell * 5, cell * 5 + 5)) for cell in range(SIZE // 5)}
    shifted = [(a + BASE, b + BASE) for a, b in spans]

    inside, around = ruler.draw_inside(shifted), ruler.draw_around(shifted)

    assert set(timeline.minutes(inside)) == {c for c, all_of in cells.items() if all_of <= covered}
    assert set(timeline.minutes(around)) == {c for c, all_of in cells.items() if all_of & covered}
