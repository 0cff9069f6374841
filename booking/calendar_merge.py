"""What to do when an appointment stands on both sides: a comparison of three, with what both last agreed on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """The one thing that brings both sides together, or that a person has to."""

    AGREED = "agreed"
    PUT = "put"
    MOVE = "move"
    REMOVE = "remove"
    TAKE_TIME = "take_time"
    TAKE_END = "take_end"
    CONFLICT = "conflict"


@dataclass(frozen=True, kw_only=True)
class Side:
    """Where an appointment is on one side, or that it is over there."""

    starts_at: datetime | None
    is_over: bool = False

    def is_same_as(self, other: "Side") -> bool:
        if self.is_over or other.is_over:
            return self.is_over == other.is_over
        return self.starts_at == other.starts_at


def decide(*, ours: Side, theirs: Side | None, agreed: Side | None) -> Act:
    """Return what to do. Only who did not change follows; where both changed nothing is moved silently.

    `theirs` is None while nothing stands there, `agreed` is None while nothing ever was the same.
    """
    if theirs is None:
        return Act.AGREED if ours.is_over else Act.PUT
    if ours.is_same_as(theirs):
        return Act.AGREED
    if agreed is not None and ours.is_same_as(agreed):
        return Act.TAKE_END if theirs.is_over else Act.TAKE_TIME
    if agreed is not None and theirs.is_same_as(agreed) and not theirs.is_over:
        return Act.REMOVE if ours.is_over else Act.MOVE
    return Act.CONFLICT
