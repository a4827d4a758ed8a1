"""How often the intervals of sweeps hold the truth: Student's, the studentised bootstrap's, and after sequential stopping.

Sources: 95 % by construction, exactly for Student's interval of normal values; for the studentised bootstrap to second order
(Hall 1988); where neither holds, what docs/statistics.md states, measured by the same code with ten times as many repetitions.
Tolerance: a share of 95 % of 2,000 repetitions has a standard error of 0.49 points, one of 90 % of 0.67. Two of them are
allowed beyond the 94 to 96 % that are asked for, so 93 to 97 %. Seeds are fixed.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

BENCHMARK: dict[str, Any] = runpy.run_path(
    str(Path(__file__).parent.parent.parent / "benchmarks" / "interval_coverage.py"), run_name="interval_coverage"
)
DISTRIBUTIONS = {one.name: one for one in BENCHMARK["DISTRIBUTIONS"]}
REPETITIONS, RESAMPLES = 2000, 399

HOLDS = [
    *((name, seeds) for name in ("normal", "gamma, shape 16", "gamma, shape 4", "paired difference") for seeds in (10, 20, 50)),
    *(("lognormal, sigma 0.5", seeds) for seeds in (10, 20, 50)),
    *(("exponential", seeds) for seeds in (10, 20, 50)),
    *((name, 5) for name in ("normal", "gamma, shape 16", "gamma, shape 4")),
    ("uniform", 50),
]
"""Where the studentised bootstrap holds what it says."""

MISSES = [
    ("paired difference", 5, 0.92),
    ("lognormal, sigma 0.5", 5, 0.91),
    ("exponential", 5, 0.90),
    ("lognormal, sigma 1", 5, 0.86),
    ("lognormal, sigma 1", 10, 0.88),
    ("lognormal, sigma 1", 20, 0.90),
    ("lognormal, sigma 1", 50, 0.915),
]
"""Where it does not, and the least that it holds; everywhere more than Student's interval."""


def _measured(name: str, seeds: int) -> Any:
    return BENCHMARK["coverage"](DISTRIBUTIONS[name], seeds, REPETITIONS, RESAMPLES)


@pytest.mark.parametrize(("name", "seeds"), HOLDS)
def test_the_studentised_bootstrap_holds_95_percent(name: str, seeds: int) -> None:
    """From 10 seeds on up to a skewness of 2, from 5 seeds on up to 1."""
    assert 0.93 <= _measured(name, seeds).studentised <= 0.97


@pytest.mark.parametrize(("name", "seeds", "least"), MISSES)
def test_where_it_does_not_it_holds_more_than_students(name: str, seeds: int, least: float) -> None:
    """No interval can be right for every distribution (Bahadur and Savage 1956); the gap is known, and less than Student's."""
    found = _measured(name, seeds)
    assert least <= found.studentised <= 0.945
    assert found.studentised > found.student > found.percentile


@pytest.mark.parametrize("seeds", [5, 10, 20])
def test_flat_values_are_held_more_often_than_said(seeds: int) -> None:
    """Uniform values: up to 98 %, the price of an interval that follows skewness which is not there."""
    assert 0.945 <= _measured("uniform", seeds).studentised <= 0.985


@pytest.mark.parametrize("name", ["normal", "gamma, shape 16"])
@pytest.mark.parametrize("seeds", [5, 10, 20, 50])
def test_students_interval_holds_95_percent_of_what_is_nearly_normal(name: str, seeds: int) -> None:
    """Exact for normal values; a skewness of 0.5 does not matter."""
    assert 0.93 <= _measured(name, seeds).student <= 0.97


def test_a_percentile_bootstrap_would_miss_at_ten_seeds() -> None:
    """Why there is none: of normal values it holds 88 to 91 % at 10 seeds."""
    assert 0.87 <= _measured("normal", 10).percentile <= 0.915


@pytest.mark.parametrize(("target", "least"), [(1.0, 0.905), (0.5, 0.925), (0.3, 0.93)])
def test_stopping_when_the_interval_is_narrow_costs_little_after_five_seeds(target: float, least: float) -> None:
    """Normal values, five seeds first: at most 4 points below 95 % where few seeds suffice, 2 where many are needed.

    Chow and Robbins (1965) have 95 % in the limit of narrow intervals; 2,000 repetitions, as above.
    """
    held, seeds = BENCHMARK["stopped_coverage"](DISTRIBUTIONS["normal"], 5, target, REPETITIONS)
    assert least <= held <= 0.96
    assert seeds < 200
