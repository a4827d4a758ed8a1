"""A car park alone against queueing theory: Erlang's loss formula for any law of the stay, and Little's law at a gate."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import fmean, stdev

import numpy as np
import pytest
from scipy.stats import t as student

from twin.parking.facility_spec import GateSpec
from twin.parking.loss_system import Law, erlang_b, one_car_park, run_alone

MEAN_S = 1000.0
RUNS, ARRIVALS = 10, 1200


def _exponential(draws: np.ndarray) -> np.ndarray:
    return -MEAN_S * np.log(draws[:, 0])


def _log_normal(draws: np.ndarray) -> np.ndarray:
    """Coefficient of variation 1.5."""
    sigma = math.sqrt(math.log1p(1.5**2))
    normal = np.sqrt(-2.0 * np.log(draws[:, 0])) * np.cos(2.0 * math.pi * draws[:, 1])
    return MEAN_S * np.exp(sigma * normal - 0.5 * sigma**2)


def _fixed(draws: np.ndarray) -> np.ndarray:
    return np.full(len(draws), MEAN_S)


PUBLISHED = [
    (10, 10, 0.214582),
    (20, 20, 0.158892),
    (50, 50, 0.104787),
    (100, 90, 0.026957),
    (100, 100, 0.075700),
    (100, 85, 0.011990),
]


@pytest.mark.parametrize(("capacity", "offered", "blocking"), PUBLISHED)
def test_the_formula_gives_the_published_values(capacity: int, offered: float, blocking: float) -> None:
    """Erlang B of the tables, to the last digit printed."""
    assert erlang_b(capacity, offered) == pytest.approx(blocking, abs=5e-7)


def _measured(capacity: int, offered: float, law: Law) -> tuple[list[float], list[float]]:
    """Return the share turned away and the mean number of bays taken of independent runs."""
    left_out = 5 * capacity
    runs = [
        run_alone(one_car_park(capacity), offered / MEAN_S, law, left_out + ARRIVALS, seed, left_out=left_out)
        for seed in range(1, RUNS + 1)
    ]
    assert all(run.parked_now() == 0 and run.arrived == run.parked + run.lost for run in runs)
    return [run.blocked / run.counted for run in runs], [run.mean_taken for run in runs]


def _within_99_percent(values: list[float], expected: float) -> bool:
    half = float(student.ppf(0.995, len(values) - 1)) * stdev(values) / math.sqrt(len(values))
    return abs(fmean(values) - expected) <= half


LAWS = [
    *((capacity, offered, _exponential) for capacity, offered, _ in PUBLISHED),
    *((capacity, offered, law) for capacity, offered in ((10, 10), (100, 90)) for law in (_log_normal, _fixed)),
]


@pytest.mark.parametrize(("capacity", "offered", "law"), LAWS)
def test_blocking_is_erlangs_whatever_the_stay(
    capacity: int, offered: float, law: Callable[[np.ndarray], np.ndarray], record_property
) -> None:
    """Turned away and bays taken lie within the 99 % interval of ten runs: M/M/c/c, and M/G/c/c (log-normal, fixed)."""
    blocked, taken = _measured(capacity, offered, law)
    expected = erlang_b(capacity, offered)
    record_property("blocking", [fmean(blocked), expected])
    assert _within_99_percent(blocked, expected)
    assert _within_99_percent(taken, offered * (1.0 - expected))


def test_a_gate_lets_one_vehicle_through_a_service_time() -> None:
    """One lane, 6 s a vehicle, arrivals far above that: 600 vehicles an hour get in, whoever finds the ramp full drives on."""
    gates = GateSpec(entry_lanes=1, exit_lanes=20, service_s=6.0, queue_room=3, to_bay_s=0.0)
    counts = run_alone(one_car_park(20_000, gates), 1.0, lambda draws: np.full(len(draws), 1e5), 3600, 1)
    last_s = 3600.0  # 3,600 arrivals at one a second
    assert counts.parked == pytest.approx(last_s / 6.0, rel=0.05)
    assert counts.lost == counts.arrived - counts.parked
