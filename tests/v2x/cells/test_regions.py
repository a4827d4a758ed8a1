"""Areas of regional clouds and the hand-over of vehicles between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.v2x.cells.regions import UNKNOWN, Handover
from twin.v2x.region_spec import RegionHandoverSpec

X_M, Y_M, REGION = np.array([0.0, 400.0, 1000.0]), np.zeros(3), np.array([0, 0, 1])
"""Two stations of region 0 and one of region 1: the border lies at 700 m."""
SPEC = RegionHandoverSpec(hysteresis_m=50, transfer_s=0.2, ping_pong_s=10)


def drive(places_m: list[float], spec: RegionHandoverSpec = SPEC) -> tuple[list[int], list[int], Handover]:
    """Return the region that has a vehicle at each place, and who forwards for it."""
    regions = Handover(spec, X_M, Y_M, REGION)
    found = [regions.step(n * 100_000, np.array([4]), np.array([x]), np.zeros(1)) for n, x in enumerate(places_m)]
    return [int(one[0][0]) for one in found], [int(one[1][0]) for one in found], regions


def test_areas_are_those_of_the_nearest_station():
    """The border lies midway between the nearest stations of different regions."""
    regions = Handover(SPEC, X_M, Y_M, REGION)
    assert regions.region_of(np.array([-50.0, 699.0, 701.0, 5000.0]), np.zeros(4)).tolist() == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="areas only where"):
        Handover(SPEC, np.zeros(0), np.zeros(0), np.zeros(0, np.int64))


def test_a_vehicle_is_handed_over_beyond_the_hysteresis_and_forwarded_for_a_while():
    """50 m of difference are 25 m beyond the border; the old region forwards for two steps of 0.1 s, then no more."""
    has, forwards, regions = drive([690, 710, 724, 726, 730, 740, 750])
    assert has == [0, 0, 0, 1, 1, 1, 1]
    assert forwards == [UNKNOWN] * 3 + [0, 0] + [UNKNOWN] * 2
    assert (regions.handovers, regions.ping_pongs) == (1, 0)


def test_back_and_forth_is_a_ping_pong():
    """Back within ten seconds is one, later is none; jitter within the hysteresis is not even a hand-over."""
    assert drive([690, 730, 670])[2].ping_pongs == 1
    assert drive([690, 730, *([730] * 110), 670])[2].ping_pongs == 0
    assert drive([690, 710] * 20)[2].handovers == 0
    assert drive([690, 730] * 3, RegionHandoverSpec(hysteresis_m=0))[2].handovers == 5


@settings(max_examples=30, deadline=None)
@given(places=st.lists(st.floats(-500, 1500), min_size=1, max_size=60), hysteresis=st.floats(0, 300))
def test_nobody_is_farther_from_its_region_than_the_hysteresis_allows(places, hysteresis):
    """After each step the nearest station of the region is at most the hysteresis farther than the nearest of all."""
    has, _, regions = drive(places, RegionHandoverSpec(hysteresis_m=hysteresis))
    for x_m, region in zip(places, has, strict=True):
        away_m = np.abs(X_M - x_m)
        assert away_m[region == REGION].min() <= away_m.min() + hysteresis + 1e-9
    assert regions.handovers == int(np.count_nonzero(np.diff(has)))


def test_vehicles_do_not_disturb_each_other():
    """A vehicle that appears later, with a high number, leaves the others as they are."""
    regions = Handover(SPEC, X_M, Y_M, REGION)
    regions.step(0, np.array([1]), np.array([0.0]), np.zeros(1))
    has, _ = regions.step(1, np.array([7000, 1]), np.array([990.0, 720.0]), np.zeros(2))
    assert has.tolist() == [1, 0]
