"""Shadowing fields: standard normal at every place, alike nearby, each unit its own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from twin.v2x.radio.shadowing import shadow_fields, shadows

UNITS = 40


@pytest.fixture(scope="module", params=[10.0, 25.0], ids=["city", "highway"])
def fields(request):
    """40 units' fields, and their correlation distance."""
    return shadow_fields(7, "shadow", [f"rsu-{k}" for k in range(UNITS)], request.param, 500.0), request.param


def _places(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draws = np.random.default_rng(3)
    return draws.integers(0, UNITS, count), draws.uniform(-3000, 3000, count), draws.uniform(-3000, 3000, count)


def test_every_place_is_standard_normal(fields) -> None:
    """Mean, deviation and the shares below -2, -1, 0, 1, 2 over 400,000 places of 40 fields.

    Tolerance: 40 fields hold some 40 x (650 m)^2 / (2 pi d_corr^2) independent values, 4,000 for 25 m: three standard errors
    are 0.05 of the mean and 0.025 of a share at most.
    """
    unit, x, y = _places(400_000)
    z = shadows(fields[0], unit, x, y)
    assert z.mean() == pytest.approx(0.0, abs=0.05)
    assert z.std() == pytest.approx(1.0, abs=0.03)
    for limit in (-2.0, -1.0, 0.0, 1.0, 2.0):
        assert (z < limit).mean() == pytest.approx(stats.norm.cdf(limit), abs=0.025)


@pytest.mark.parametrize("direction_deg", [0.0, 31.0, 90.0])
def test_correlation_falls_exponentially(fields, direction_deg: float) -> None:
    """exp(-d / d_corr) within 0.05 in any direction, from half a cell on."""
    unit, x, y = _places(200_000)
    here = shadows(fields[0], unit, x, y)
    for share in (0.1, 0.2, 0.4, 1.0, 2.0, 4.0):
        apart = share * fields[1]
        dx, dy = apart * np.cos(np.radians(direction_deg)), apart * np.sin(np.radians(direction_deg))
        there = shadows(fields[0], unit, x + dx, y + dy)
        assert (here * there).mean() == pytest.approx(np.exp(-share), abs=0.05)


def test_units_are_independent_and_their_own(fields) -> None:
    """Two units at one place are uncorrelated within 0.05; a unit's field is the same whoever else there is."""
    unit, x, y = _places(100_000)
    here, there = shadows(fields[0], unit, x, y), shadows(fields[0], (unit + 1) % UNITS, x, y)
    assert (here * there).mean() == pytest.approx(0.0, abs=0.05)
    alone = shadow_fields(7, "shadow", ["rsu-3"], fields[1], 500.0)
    np.testing.assert_array_equal(alone.value[0], fields[0].value[3])
    assert not np.array_equal(shadow_fields(8, "shadow", ["rsu-3"], fields[1], 500.0).value, alone.value)
