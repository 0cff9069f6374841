"""Two diaries that agree, whatever happens in between: the short form of `prove_calendars_agree`."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from askpro.operations import calendar_verdict
from askpro.operations.calendar_world import World


@pytest.mark.slow
def test_after_a_comparison_both_sides_agree(transactional_db: None) -> None:
    said = prove(edits=60)

    assert "60 edits" in said
    assert "overlaps: 0, orphans: 0, echoes: 0, left waiting: 0, disagreements: 0" in said
    assert "The two sides agree." in said


def test_the_proof_sees_what_stands_on_one_side_only(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proof that cannot fail proves nothing: here somebody tampers with the other side before it is judged."""
    judge = calendar_verdict.judge

    def tampered(world: World, *, is_decided: bool = False) -> None:
        if is_decided:
            first = next(
                each
                for each in world.house.bookings.values()
                if each.is_active and each.event_type not in world.house.deleted_types
            )
            first.status = "cancelled"
            world.house.book(first.event_type, starts_at=first.starts_at, attendee=first.attendee)
        judge(world, is_decided=is_decided)

    monkeypatch.setattr(calendar_verdict, "judge", tampered)
    said = StringIO()

    with pytest.raises(CommandError, match="do not agree"):
        call_command("prove_calendars_agree", "--edits", "30", stdout=said)

    assert "0 bookings there" in said.getvalue()
    assert "orphans: 1" in said.getvalue()


def prove(*, edits: int) -> str:
    said = StringIO()
    call_command("prove_calendars_agree", "--edits", str(edits), stdout=said)
    return said.getvalue()
