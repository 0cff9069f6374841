"""The ruler along which lines are drawn: where it begins, how long it is, how many minutes a bit stands for."""

from typing import NamedTuple

from booking import timeline
from booking.timeline import Spans

# Starts and most lengths are multiples of five minutes; where everything is, a bit can stand for five.
COARSE, FINE = 5, 1


class Ruler(NamedTuple):
    """Bit `n` of a line is the stretch from minute `base + n * unit`; all spans must begin and end on the ruler."""

    base: int
    size: int
    unit: int = FINE

    @property
    def end(self) -> int:
        return self.base + self.size * self.unit

    def draw(self, spans: Spans) -> int:
        """Return the line on which these spans (in minutes) are ones. They may overlap and reach out of the line."""
        base, size, unit = self
        if unit != FINE:
            base //= unit
            spans = [(start // unit, end // unit) for start, end in spans]
        return timeline.of_spans(spans, base=base, size=size)
