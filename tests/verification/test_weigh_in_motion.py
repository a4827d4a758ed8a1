"""Weigh-in-motion: the measured class of COST 323 is the class asked for, over vehicles drawn like those of traffic."""

from __future__ import annotations

import numpy as np
import pytest

from twin.bridges.vehicle_loads import STANDARD_GRAVITY_MPS2
from twin.bridges.weigh_in_motion import WeighInMotion, WeighInMotionSpec
from twin.metrics.weighing import HALF_WIDTHS, measured_class, relative_errors

AXLES_M = ((0.0, 4.2), (0.0, 3.8, 5.2), (0.0, 2.0, 6.0, 7.4), (0.0, 3.3, 9.0, 10.3, 11.6), (0.0, 3.2, 4.6, 10.5, 11.8, 13.1))
SHARES = (
    (0.35, 0.65),
    (0.25, 0.4, 0.35),
    (0.2, 0.2, 0.3, 0.3),
    (0.15, 0.25, 0.2, 0.2, 0.2),
    (0.12, 0.2, 0.2, 0.16, 0.16, 0.16),
)
VEHICLES = 12_000


@pytest.fixture(scope="module")
def passing() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return offsets, axle places and axle loads (N) of vehicles of two to six axles between 5 and 60 t."""
    rng = np.random.default_rng(4)
    kind = rng.integers(0, len(AXLES_M), VEHICLES)
    gross_n = rng.uniform(5e3, 60e3, VEHICLES) * STANDARD_GRAVITY_MPS2
    offset = np.concatenate(([0], np.cumsum([len(AXLES_M[one]) for one in kind])))
    behind_m = np.concatenate([AXLES_M[one] for one in kind])
    load_n = np.concatenate([np.array(SHARES[one]) * weight for one, weight in zip(kind, gross_n, strict=True)])
    return offset, behind_m, load_n


@pytest.mark.parametrize("accuracy", HALF_WIDTHS)
def test_the_measured_class_is_the_class_asked_for(accuracy, passing) -> None:
    """Over 12,000 vehicles every criterion holds its interval in 95 % of the cases, and the next better class does not."""
    offset, behind_m, load_n = passing
    station = WeighInMotion("b", WeighInMotionSpec(id="w", accuracy=accuracy, missed_share=0.0), seed=7)
    found = station.weigh(np.arange(VEHICLES), np.full(VEHICLES, 20.0), offset, behind_m, load_n)
    kept = found.index.size
    assert kept > 0.99 * VEHICLES
    errors = relative_errors(found.offset, found.behind_m, found.true_axle_kg, found.axle_kg)
    assert errors["gross"].size == kept
    assert sum(errors[name].size for name in ("single", "axle_of_group")) == found.axle_kg.size
    assert measured_class(errors) == accuracy
    assert errors["gross"].std() == pytest.approx(0.95 * HALF_WIDTHS[accuracy]["gross"] / 1.96, rel=0.02)
    assert abs(errors["gross"].mean()) < 4.0 * errors["gross"].std() / kept**0.5
    for name, width in HALF_WIDTHS[accuracy].items():
        assert 0.95 <= np.mean(np.abs(errors[name]) <= width) < 0.995, name


def test_the_gross_weight_is_the_sum_of_the_axles_and_as_good_for_two_axles_as_for_six(passing) -> None:
    """Errors of axles are larger than that of the whole and make it up; the whole is no better with more axles."""
    offset, behind_m, load_n = passing
    station = WeighInMotion("b", WeighInMotionSpec(id="w", accuracy="B(10)", missed_share=0.0, least_kg=0.0), seed=7)
    found = station.weigh(np.arange(VEHICLES), np.full(VEHICLES, 20.0), offset, behind_m, load_n)
    assert np.add.reduceat(found.axle_kg, found.offset[:-1]) == pytest.approx(found.gross_kg)
    error = found.gross_kg / found.true_gross_kg - 1.0
    axles = np.diff(found.offset)
    assert error[axles == 2].std() == pytest.approx(error[axles == 6].std(), rel=0.06)


def test_a_biased_station_is_of_a_worse_class() -> None:
    """A station that reads everything 8 % too high is not of class A(5), and one that is 60 % off of none."""
    true = np.full(2000, 1e4)
    offset, behind = np.arange(0, 2001, 2), np.tile([0.0, 4.0], 1000)
    assert measured_class(relative_errors(offset, behind, true, true * 1.08)) == "B(10)"
    assert measured_class(relative_errors(offset, behind, true, true * 1.6)) is None
    assert measured_class(relative_errors(offset, behind, true, true)) == "A(5)"
