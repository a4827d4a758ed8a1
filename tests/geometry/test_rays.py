"""Exact ray and rectangle geometry against straightforward NumPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from twin.geometry.rays import (
    RECTANGLE_FACTS,
    azimuth,
    elevation_between,
    inverse_entry,
    inverse_exit,
    rectangle_facts,
)

coordinates = st.floats(-200.0, 200.0)


@given(coordinates, coordinates)
def test_azimuth(x: float, y: float) -> None:
    """The polynomial agrees with atan2 within 5e-8 rad all round."""
    assume(math.hypot(x, y) > 1e-6)
    assert azimuth(x, y) == pytest.approx(math.atan2(y, x), abs=5e-8)


@example(1.5, 5.0)
@given(st.floats(-30.0, 30.0), st.floats(-30.0, 30.0))
def test_elevation_between(low: float, high: float) -> None:
    """The angle between two slopes agrees with the difference of arctangents within 2e-5 rad; never negative."""
    assert elevation_between(low, high) == pytest.approx(max(0.0, math.atan(high) - math.atan(low)), abs=2e-5)


@example(x=1.0, y=0.5, heading=0.0, length=1.0, width=1.0, share=0.5)  # the origin on the line of a side
@example(x=1.0, y=-0.5, heading=0.0, length=1.0, width=1.0, share=0.5)
@given(coordinates, coordinates, st.floats(-7.0, 7.0), st.floats(1.0, 20.0), st.floats(0.5, 3.0), st.floats(0.01, 0.99))
def test_entry_and_exit(x: float, y: float, heading: float, length: float, width: float, share: float) -> None:
    """Along any ray of the span, entry and exit are the least and greatest crossing of the four sides."""
    cos, sin = math.cos(heading), math.sin(heading)
    along, across = abs(x * cos + y * sin), abs(y * cos - x * sin)
    assume(abs(along - 0.5 * length) > 1e-3 or across > 0.5 * width + 1e-3)
    assume(abs(across - 0.5 * width) > 1e-3 or along > 0.5 * length + 1e-3)
    facts = np.empty((1, RECTANGLE_FACTS))
    outside = rectangle_facts(x, y, cos, sin, 0.5 * length, 0.5 * width, facts, 0)
    assert outside == (along > 0.5 * length or across > 0.5 * width)
    assume(outside)
    signs = np.array([(1, -1), (1, 1), (-1, 1), (-1, -1)]) * 0.5
    corners = np.array([x, y]) + signs[:, :1] * length * np.array([cos, sin]) + signs[:, 1:] * width * np.array([-sin, cos])
    low, high = facts[0, 10], facts[0, 11]
    middle = math.atan2(y, x)
    offsets = (np.arctan2(corners[:, 1], corners[:, 0]) - middle + math.pi) % (2 * math.pi) - math.pi
    assert low - middle == pytest.approx(offsets.min(), abs=2e-7)
    assert high - middle == pytest.approx(offsets.max(), abs=2e-7)
    angle = low + share * (high - low)
    ux, uy = math.cos(angle), math.sin(angle)
    crossings = []
    for p, q in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        system = np.array([[ux, p[0] - q[0]], [uy, p[1] - q[1]]])
        if abs(np.linalg.det(system)) > 1e-12:
            r, t = np.linalg.solve(system, p)
            if -1e-9 <= t <= 1.0 + 1e-9 and r > 0.0:
                crossings.append(r)
    assume(len(crossings) >= 2 and min(crossings) > 1e-3)
    assert 1.0 / inverse_entry(facts, 0, ux, uy) == pytest.approx(min(crossings), rel=1e-5, abs=1e-5)
    assert 1.0 / inverse_exit(facts, 0, ux, uy) == pytest.approx(max(crossings), rel=1e-5, abs=1e-5)
