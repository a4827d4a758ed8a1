"""Path loss laws: hand-computed values, limits, order of the states."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.v2x.radio.path_loss import (
    LOS_LAWS,
    breakpoint_m,
    building_loss_db,
    free_space_db,
    los_probability_highway,
    los_probability_urban,
    nlosv_probability_urban,
    tr37885_highway_los_db,
    tr37885_nlosv_loss_db,
    tr37885_urban_los_db,
    tr37885_urban_nlos_db,
    winner_b1_los_db,
    winner_b1_manhattan_nlos_db,
)

DISTANCES = st.floats(0.0, 3000.0)


def test_breakpoint_is_that_of_the_source() -> None:
    """177 m for two vehicles at 5.91 GHz, as the reference states (whole metres)."""
    assert breakpoint_m() == pytest.approx(177.3, abs=0.1)


def test_values_worked_out_by_hand() -> None:
    """Each law at 100 m and 5.91 GHz, within 0.01 dB; log10 5.91 = 0.77159."""
    assert winner_b1_los_db(100.0) == pytest.approx(40.0 + 46.4 + 1.452, abs=0.01)  # free space: 0.02 dB above the law
    assert winner_b1_los_db(400.0) == pytest.approx(40 * math.log10(400) + 7.56 - 34.6 * math.log10(1.5) + 2.083, abs=0.01)
    assert free_space_db(100.0) == pytest.approx(40.0 + 46.4 + 1.452, abs=0.01)
    assert tr37885_highway_los_db(100.0) == pytest.approx(32.4 + 40.0 + 15.432, abs=0.01)
    assert tr37885_urban_los_db(100.0) == pytest.approx(38.77 + 33.4 + 14.043, abs=0.01)
    assert tr37885_urban_nlos_db(100.0) == pytest.approx(36.85 + 60.0 + 14.583, abs=0.01)
    n = 2.8 - 0.24
    around = 87.852 + 17.3 - 12.5 * n + 10.0 * n * math.log10(50.0) + 2.315  # free space is above the law at 100 m
    other = float(winner_b1_los_db(50.0)) + 17.3 - 12.5 * 2.68 + 53.6 + 2.315
    assert winner_b1_manhattan_nlos_db(100.0, 50.0) == pytest.approx(min(around, other), abs=0.01)


@given(DISTANCES, DISTANCES)
def test_laws_grow_with_distance_and_never_leave_free_space(a: float, b: float) -> None:
    """Farther is never better, up to the 0.1 dB that WINNER+ jumps at its breakpoint; a corner costs the same either way."""
    near, far = min(a, b), max(a, b)
    for law in LOS_LAWS.values():
        assert law(far) >= law(near) - 0.1
    assert winner_b1_los_db(a) >= free_space_db(a)
    assert winner_b1_manhattan_nlos_db(a, b) == winner_b1_manhattan_nlos_db(b, a)


@given(DISTANCES, DISTANCES)
def test_buildings_never_help(d1: float, d2: float) -> None:
    """What buildings take is not negative; nearer than 3 m is 3 m."""
    for environment in LOS_LAWS:
        assert building_loss_db(environment, d1, d2) >= 0.0
        assert LOS_LAWS[environment](0.0) == LOS_LAWS[environment](3.0)


@given(DISTANCES, st.sampled_from(("low", "medium", "high")))
def test_probabilities_are_probabilities(d: float, traffic) -> None:
    """LOS and NLOSv together leave 0 to 1 for NLOS; LOS on a highway does not rise again."""
    los, blocked = los_probability_urban(d, traffic), nlosv_probability_urban(d, traffic)
    assert los >= 0.0
    assert blocked >= 0.0
    assert los + blocked <= 1.0 + 1e-12
    assert 0.0 <= los_probability_highway(d + 50.0, traffic) <= los_probability_highway(d, traffic) <= 1.0


def test_probabilities_by_hand() -> None:
    """Medium traffic at 100 m: 0.8372 exp(-1.14), 1 - 0.25 + 0.027, and the NLOSv bell."""
    assert los_probability_urban(100.0) == pytest.approx(0.8372 * math.exp(-1.14))
    assert los_probability_highway(100.0) == pytest.approx(0.777)
    bell = math.exp(-((math.log(100.0) - 5.0063) ** 2) / 2.4544) / 3.12
    assert nlosv_probability_urban(100.0) == pytest.approx(bell)


def test_extra_loss_of_a_vehicle_in_the_way_by_heights() -> None:
    """9 dB (4.5) below, 5 dB (4) beside, none above; growing from 541 m, where 15 log10 d passes 41."""
    lower, higher, blocker = (np.array(heights) for heights in ((1.5, 1.5, 1.5), (1.5, 5.0, 5.0), (3.0, 3.0, 1.0)))
    mean, deviation = tr37885_nlosv_loss_db(100.0, lower, higher, blocker)
    assert mean.tolist() == [9.0, 5.0, 0.0]
    assert deviation.tolist() == [4.5, 4.0, 0.0]
    mean, _ = tr37885_nlosv_loss_db(1000.0, 1.5, 1.5, 3.0)
    assert mean == pytest.approx(9.0 + 4.0)
