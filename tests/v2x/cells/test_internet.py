"""The Internet's round trips: three quantiles met, and what one lognormal would have made of the third."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.rng import stream_key
from twin.v2x.cells.internet import INTERNET, Z_95, Z_99, draw_round_trips_us

PUBLISHED_MS = {
    "germany": (8.8, 23.8, 62.1),
    "italy": (9.4, 26.7, 37.6),
    "france": (8.4, 26.0, 41.3),
    "sweden": (6.8, 20.4, 29.8),
}
"""Coll-Perales et al. 2022: 50, 95 and 99 %."""


@pytest.mark.parametrize("country", INTERNET)
def test_the_three_quantiles_are_met(country: str):
    """Exactly by construction; within 3 % of 200,000 draws at 50 and 95 %, 6 % at 99 % where few lie."""
    preset, published = INTERNET[country], PUBLISHED_MS[country]
    assert (1e3 * preset.at([0, Z_95, Z_99])).tolist() == pytest.approx(published, rel=1e-12)
    draws = draw_round_trips_us(preset, stream_key(1, "internet"), np.arange(200_000), np.zeros(200_000, np.int64)) / 1e3
    found = np.quantile(draws, [0.5, 0.95, 0.99])
    assert found[:2] == pytest.approx(published[:2], rel=0.03)
    assert found[2] == pytest.approx(published[2], rel=0.06)


def test_one_lognormal_would_miss_the_tail():
    """Through 50 and 95 % it comes out at 36 ms for Germany's 62 ms, and within 12 % for the other three countries."""
    single = {name: math.exp(p.sigmas[0] * Z_99) * p.p50_s * 1e3 for name, p in INTERNET.items()}
    assert single["germany"] == pytest.approx(35.9, abs=0.1)
    off = {name: abs(single[name] / PUBLISHED_MS[name][2] - 1) for name in single}
    assert max(error for name, error in off.items() if name != "germany") < 0.12
    assert off["germany"] > 0.4
