"""Two diaries that agree, whatever happens in between: the short form of `prove_calendars_agree`."""

import pytest
from django.utils import timezone

from askpro.operations import calendar_proof


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_comparison_both_sides_agree(transactional_db: None, seed: int) -> None:
    outcome = calendar_proof.prove(edits=40, seed=seed, now=timezone.now())

    assert outcome.disagreements == []
    assert (outcome.overlaps, outcome.orphans, outcome.echoes, outcome.left_waiting) == (0, 0, 0, 0)
    assert sum(outcome.edits.values()) >= 40
