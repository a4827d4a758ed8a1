"""Bays belong to one vehicle at a time, and the sums are what the bays say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parking.small import facilities

from twin.parking.occupancy import NOBODY, Occupancy

MOVES = st.lists(
    st.tuples(st.sampled_from(["claim", "any", "take", "give_back", "leave"]), st.integers(0, 9), st.integers(0, 5))
)


def _move(occupancy: Occupancy, t_us: int, what: str, bay: int, vehicle: int) -> None:
    if what == "claim":
        before = int(occupancy.claimed[bay])
        assert occupancy.claim(bay, vehicle) == (before == NOBODY)
    elif what == "any":
        facility = int(occupancy.facilities.bays.facility[bay])
        free = occupancy.claimed == NOBODY
        free &= occupancy.facilities.bays.facility == facility
        assert occupancy.claim_any(facility, vehicle) == (int(np.argmax(free)) if free.any() else NOBODY)
    elif what == "take" and occupancy.claimed[bay] != NOBODY and not occupancy.occupied[bay]:
        occupancy.take(t_us, bay, int(occupancy.claimed[bay]))
    elif what == "give_back" and occupancy.claimed[bay] != NOBODY and not occupancy.occupied[bay]:
        occupancy.give_back(bay, int(occupancy.claimed[bay]))
    elif what == "leave" and occupancy.occupied[bay]:
        assert occupancy.leave(t_us, bay) != NOBODY


@given(MOVES)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_the_sums_are_those_of_the_bays(moves: list[tuple[str, int, int]]) -> None:
    """Whatever happens in whatever order: free, standing and what listeners know are what the bays say."""
    occupancy = Occupancy(facilities(3, 5, 2))
    told = np.zeros(10, np.bool_)

    def listen(_t_us: int, bay: np.ndarray, occupied: np.ndarray, _vehicle: np.ndarray) -> None:
        assert (told[bay] != occupied).all()
        told[bay] = occupied

    occupancy.listeners.append(listen)
    owner = occupancy.facilities.bays.facility
    for t_us, move in enumerate(moves):
        _move(occupancy, t_us, *move)
        assert (told == occupancy.occupied).all()
        assert (occupancy.occupied == (occupancy.vehicle != NOBODY)).all()
        assert (occupancy.claimed[occupancy.occupied] == occupancy.vehicle[occupancy.occupied]).all()
        assert occupancy.free.tolist() == np.bincount(owner, occupancy.claimed == NOBODY).tolist()
        assert occupancy.standing.tolist() == np.bincount(owner, occupancy.occupied).tolist()


def test_nobody_takes_what_is_another_ones() -> None:
    """Standing in a bay needs a claim of one's own; leaving needs somebody there."""
    occupancy = Occupancy(facilities(2))
    assert occupancy.claim(0, 7)
    assert not occupancy.claim(0, 8)
    with pytest.raises(ValueError, match="bay 0"):
        occupancy.take(0, 0, 8)
    with pytest.raises(ValueError, match="bay 1"):
        occupancy.leave(0, 1)
    occupancy.take(0, 0, 7)
    with pytest.raises(ValueError, match="bay 0"):
        occupancy.give_back(0, 7)
