"""Which bay a driver along the kerb takes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parking.small import facilities

from twin.parking.kerb_look import free_bays_ahead
from twin.parking.occupancy import NOBODY, Occupancy

KERB = facilities(12)
"""Bays at 6, 12 … 72 m."""


def _look(s_m: list[float], taken: set[int], speed_mps: float = 5.5, sent_to: int = -1, sight_m: float = 30.0) -> list[int]:
    occupancy = Occupancy(KERB)
    for bay in taken:
        occupancy.claim(bay, 99)
    before = occupancy.claimed.copy()
    at = np.array(s_m)
    found = free_bays_ahead(
        np.zeros(at.size, np.int64), at, np.full(at.size, speed_mps), np.full(at.size, sent_to, np.int64), sight_m, 1.5,
        KERB.bay_offset, KERB.bay_at, KERB.bays.s_m, occupancy.claimed,
    )  # fmt: skip
    assert (occupancy.claimed == before).all()
    return found.tolist()


def test_the_first_free_bay_that_one_can_brake_for() -> None:
    """At 5.5 m/s one needs 10.1 m: from 10 m on that is the bay at 24 m; nothing in sight gives none."""
    assert _look([10.0], set()) == [3]
    assert _look([10.0], {3, 4}) == [5]
    assert _look([10.0], {3, 4, 5}) == [-1]
    assert _look([10.0], {3, 4, 5}, sight_m=40.0) == [6]
    assert _look([10.0], set(), speed_mps=0.0) == [1]
    assert _look([70.0], set()) == [-1]


def test_who_was_sent_to_a_bay_passes_others_while_it_is_free() -> None:
    """Free and ahead, he waits for it; taken or behind, he takes what there is."""
    assert _look([10.0], set(), sent_to=5) == [5]
    assert _look([10.0], set(), sent_to=9) == [-1]
    assert _look([10.0], {5}, sent_to=5) == [3]
    assert _look([10.0], set(), sent_to=0) == [3]


@given(st.lists(st.floats(0.0, 72.0), max_size=8), st.sets(st.integers(0, 11)), st.floats(0.0, 12.0))
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_no_bay_goes_to_two_drivers(s_m: list[float], taken: set[int], speed_mps: float) -> None:
    """Whoever gets one gets a free one ahead, in sight, that nobody else gets."""
    found = _look(s_m, taken, speed_mps)
    given_out = [bay for bay in found if bay != NOBODY]
    assert len(set(given_out)) == len(given_out)
    assert not set(given_out) & taken
    for at_m, bay in zip(s_m, found, strict=True):
        if bay != NOBODY:
            assert at_m + speed_mps**2 / 3.0 <= KERB.bays.s_m[bay] <= at_m + 30.0
