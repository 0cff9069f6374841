"""The ruler along which lines are drawn: where it begins, how long it is, how many minutes a bit stands for."""

from typing import NamedTuple

from booking import timeline
from booking.timeline import Spans

# Starts and most lengths are multiples of five minutes; where everything is, a bit can stand for five.
COARSE, FINE = 5, 1


class Ruler(NamedTuple):
    """Bit `n` of a line is the stretch from minute `base + n * unit`.

    What an appointment needs must begin and end on the ruler. Then it lies in working time when all of its bits do
    wholly, and is in nobody's way when none of its bits is touched, wherever the others begin and end.
    """

    base: int
    size: int
    unit: int = FINE

    @property
    def end(self) -> int:
        return self.base + self.size * self.unit

    def draw(self, spans: Spans) -> int:
        """Return the line on which these spans (in minutes) are ones. They may overlap and reach out of the line."""
        return self._draw(spans)

    def draw_inside(self, spans: Spans) -> int:
        """Return the line of the bits that lie in one of the spans wholly; spans that touch are one."""
        if self.unit == FINE:
            return self._draw(spans)
        together: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if together and start <= together[-1][1]:
                together[-1] = together[-1][0], max(end, together[-1][1])
            else:
                together.append((start, end))
        return self._draw([(-(-start // self.unit) * self.unit, end) for start, end in together])

    def draw_around(self, spans: Spans) -> int:
        """Return the line of the bits that the spans touch."""
        return self._draw([(start, -(-end // self.unit) * self.unit) for start, end in spans])

    def fits(self, spans: Spans) -> bool:
        """Whether all spans begin and end on the ruler."""
        return not any(minute % self.unit for span in spans for minute in span)

    def _draw(self, spans: Spans) -> int:
        base, size, unit = self
        if unit != FINE:
            base //= unit
            spans = [(start // unit, end // unit) for start, end in spans]
        return timeline.of_spans(spans, base=base, size=size)
