"""Places that are kept: one each, none twice, all given back."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from twin.parking.information import ANY_BAY
from twin.parking.reservations import Reservation, Reservations

CAPACITY = (3, 2, 0)
FIRST_BAY = (0, 3, 5)


def test_the_last_space_goes_to_one_driver() -> None:
    """Of two drivers who want the last free space, the second is refused, and nothing changes for him."""
    places = Reservations([3])
    assert places.take(0, 1, 0, 100, free=1)
    assert not places.take(0, 2, 0, 100, free=1)
    assert (places.kept(0), places.kept(0, trip=1), places.kept(0, trip=2)) == (1, 0, 1)
    assert (places.taken, places.refused) == (1, 1)


def test_a_bay_is_named_once() -> None:
    """A bay that is kept is refused to others, even where the facility has other spaces."""
    places = Reservations([3])
    assert places.take(0, 1, 0, 100, free=3, bay=2)
    assert not places.take(0, 2, 0, 100, free=3, bay=2)
    assert places.holder(2) == 1
    assert places.take(0, 2, 0, 100, free=3, bay=1)


def test_whoever_moves_on_gives_up_the_place_before_and_keeps_it_when_refused() -> None:
    """Taking another place gives the old one back; being refused does not."""
    places = Reservations([1, 1])
    assert places.take(0, 1, 0, 100, free=1)
    assert not places.take(0, 1, 1, 100, free=0)
    assert places.of(1) == Reservation(1, 0, ANY_BAY, 100)
    assert places.take(0, 1, 1, 100, free=1)
    assert (places.kept(0), places.kept(1)) == (0, 1)


def test_a_place_is_kept_until_its_time_is_over() -> None:
    """It is gone at the stated instant, also where its holder had a later one kept in between."""
    places = Reservations([2])
    places.take(0, 1, 0, 100, free=2)
    places.take(50, 1, 0, 200, free=2)
    places.take(50, 2, 0, 150, free=2)
    assert places.expire(149) == []
    assert [one.trip for one in places.expire(150)] == [2]
    assert [one.trip for one in places.expire(200)] == [1]
    assert (places.expired, places.kept(0)) == (2, 0)
    with pytest.raises(ValueError, match="cannot be kept"):
        places.take(200, 3, 0, 200, free=2)


class Bookings(RuleBasedStateMachine):
    """Drivers who take, give back and let expire, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.places, self.t_us = Reservations(CAPACITY), 0

    @rule(
        trip=st.integers(0, 5),
        facility=st.integers(0, 2),
        free=st.integers(0, 4),
        hold=st.integers(1, 9),
        bay=st.none() | st.integers(0, 2),
    )
    def take(self, trip: int, facility: int, free: int, hold: int, bay: int | None) -> None:
        """Wish for a place; whether it is had decides the counts."""
        named = ANY_BAY if bay is None or bay >= CAPACITY[facility] else FIRST_BAY[facility] + bay
        self.places.expire(self.t_us)
        before, others = self.places.of(trip), self.places.kept(facility, trip)
        holder = None if named == ANY_BAY else self.places.holder(named)
        had = self.places.take(self.t_us, trip, facility, self.t_us + hold, free, named)
        assert had == (others < min(free, CAPACITY[facility]) and holder in (None, trip))
        assert self.places.of(trip) == (Reservation(trip, facility, named, self.t_us + hold) if had else before)

    @rule(trip=st.integers(0, 5))
    def release(self, trip: int) -> None:
        """Give a place back."""
        before = self.places.of(trip)
        assert self.places.release(trip) == before
        assert self.places.of(trip) is None

    @rule(step=st.integers(1, 5))
    def wait(self, step: int) -> None:
        """Let time pass."""
        self.t_us += step
        assert all(one.until_us <= self.t_us for one in self.places.expire(self.t_us))

    @invariant()
    def nothing_is_kept_twice(self) -> None:
        """Hold counts to the places held, each bay to one holder, each facility to what it has."""
        held = [one for trip in range(6) if (one := self.places.of(trip)) is not None]
        for facility, capacity in enumerate(CAPACITY):
            assert self.places.kept(facility) == sum(one.facility == facility for one in held) <= capacity
        bays = [one.bay for one in held if one.bay != ANY_BAY]
        assert len(bays) == len({*bays})
        assert all(self.places.holder(one.bay) == one.trip for one in held if one.bay != ANY_BAY)


TestBookings = Bookings.TestCase
TestBookings.settings = settings(max_examples=60, stateful_step_count=25)
