"""Which facility drivers choose: cheaper, nearer, more likely free; and what they remember."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.parking.small import facilities

from twin.parking.behaviour_spec import ChoiceSpec
from twin.parking.choice import NOWHERE, Alternatives, Chooser, DriveTimes
from twin.parking.facilities import Facilities
from twin.parking.information import Belief
from twin.parking.unseen import Unseen
from twin.traffic.ways import Onward, Ways

DRIVERS = 4000
ROAD = Ways(
    Onward(np.array([0, 1, 2, 3], np.int64), np.array([1, 2, 0], np.int32), np.ones(3, np.bool_)), np.array([10.0, 20.0, 30.0])
)
"""Three edges in a ring."""


class Told(Unseen):
    """Everybody believes the same chances."""

    def __init__(self, place: Facilities, chances: list[float]) -> None:
        """Keep them by facility."""
        super().__init__(place, 1)
        self._chances = np.array(chances)

    def believed(self, t_us, trip, facility, arrive_us, away_m) -> Belief:
        """See ``Information``."""
        belief = super().believed(t_us, trip, facility, arrive_us, away_m)
        return Belief(self._chances[facility], belief.free, belief.age_s)


def _chooser(chances: list[float], spec: ChoiceSpec, price_cny: list[float], drivers: int = DRIVERS) -> Chooser:
    place = facilities(5, 5, 5)
    zero = np.zeros(drivers)
    alternatives = Alternatives.near(place, spec, zero, zero, zero.astype(np.int8), ("visit",))
    price = np.array(price_cny)[alternatives.facility]
    drive = DriveTimes(ROAD, np.array([100.0, 100.0, 100.0]), place)
    return Chooser(spec, place, alternatives, drive, Told(place, chances), np.arange(drivers), price, 1, 0.1, 12.0)


def _shares(chooser: Chooser, t_us: int = 0, drivers: int = DRIVERS) -> list[float]:
    everybody, zero = np.arange(drivers), np.zeros(drivers)
    to, arrive_us = chooser.choose(t_us, everybody, zero.astype(np.int64), zero, (zero, zero), np.zeros(drivers, np.int64))
    assert ((arrive_us > t_us) == (to != NOWHERE)).all()
    return [float((to == facility).mean()) for facility in (NOWHERE, 0, 1, 2)]


def test_drive_times_are_those_of_the_roads() -> None:
    """From 20 m along edge 0: to 50 m there 3 s; past it once around; to edge 1 the rest of both."""
    drive = DriveTimes(ROAD, np.array([100.0, 100.0, 100.0]), facilities(5, 5, 5))
    edge = np.zeros(3, np.int64)
    found = drive(np.array([0, 0, 1]), edge, np.array([20.0, 60.0, 60.0]))
    assert found.tolist() == pytest.approx([3.0, 4.0 + 20.0 + 30.0 + 5.0, 4.0 + 10.0])


def test_shares_are_those_of_the_logit() -> None:
    """With the costs worked out by hand: drive + 2 x walk / 1.3 x 1.3 + price at 60 CNY an hour + 600 s x (1 - chance)."""
    spec = ChoiceSpec(spread_s=120.0)
    shares = _shares(_chooser([0.9, 0.8, 1.0], spec, [2.0, 0.0, 1.0]))
    drive_s = np.array([5.0, 10.0 + 10.0, 10.0 + 20.0 + 15.0])
    walk_s = np.array([0.0, 100.0, 200.0]) * 1.3 / 1.3
    cost_s = drive_s + 2.0 * walk_s + 60.0 * np.array([2.0, 0.0, 1.0]) + 600.0 * np.array([0.1, 0.2, 0.0])
    weight = np.exp(-cost_s * math.pi / (math.sqrt(6.0) * 120.0))
    assert shares == pytest.approx([0.0, *(weight / weight.sum())], abs=0.025)


def test_a_place_seen_full_is_avoided_until_the_memory_fades() -> None:
    """Just seen full nobody goes there; after a long time they do again; without any hope nobody sets out."""
    chooser = _chooser([1.0, 1.0, 1.0], ChoiceSpec(memory_s=300.0), [0.0, 0.0, 0.0])
    fresh = _shares(chooser)
    for driver in range(DRIVERS):
        chooser.fail(driver, 0, 0)
    assert _shares(chooser)[1] == 0.0
    assert 0.0 < _shares(chooser, 300_000_000)[1] < fresh[1]
    assert _shares(chooser, 30_000_000_000)[1] == pytest.approx(fresh[1], abs=0.002)
    for driver in range(DRIVERS):
        chooser.fail(driver, 1, 0)
        chooser.fail(driver, 2, 0)
    assert _shares(chooser)[0] == 1.0


def test_nobody_thinks_of_what_is_too_far_or_not_for_him() -> None:
    """Alternatives lie within the walk, the nearest first, and are open to the purpose."""
    place = facilities(5, 5, 5, purposes=("work",))
    x_m, kind = np.array([90.0, 90.0, 5000.0]), np.array([0, 1, 0])
    found = Alternatives.near(place, ChoiceSpec(walk_most_m=95.0), x_m, np.zeros(3), kind, ("work", "visit"))
    assert found.facility.tolist() == [[1, 0, NOWHERE], [NOWHERE] * 3, [NOWHERE] * 3]
    assert found.walk_m[0, :2].tolist() == pytest.approx([13.0, 117.0])


def test_the_uninformed_guess_anything_from_one_space_to_all() -> None:
    """As in SUMO: taken is even from 0 to capacity - 1; a driver's guess of a place stays the same."""
    unseen, zero = Unseen(facilities(5, 5, 5), 1), np.zeros(DRIVERS, np.int64)
    belief = unseen.believed(0, np.arange(DRIVERS), zero, zero, zero.astype(np.float64))
    numbers, counts = np.unique(belief.free, return_counts=True)
    assert numbers.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert counts / DRIVERS == pytest.approx(0.2, abs=0.03)
    assert (belief.chance == belief.free / 5.0).all()
    later = unseen.believed(10**9, np.arange(DRIVERS), zero, zero, zero.astype(np.float64))
    assert (later.free == belief.free).all()
