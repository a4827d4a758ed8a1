"""Shifted centrelines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.roadnet.polylines import MITRE_LIMIT, along_m, shifted_right, without_repeats


def test_a_right_angle() -> None:
    """East then north, 1 m to the right: the corner moves to (11, -1)."""
    x_m, y_m = shifted_right(np.array([0.0, 10.0, 10.0]), np.array([0.0, 0.0, 10.0]), 1.0)
    assert np.allclose(x_m, [0.0, 11.0, 11.0])
    assert np.allclose(y_m, [-1.0, -1.0, 10.0])


@given(st.lists(st.floats(-3.1, 3.1), min_size=1, max_size=6), st.floats(0.5, 10.0))
def test_corners_stay_near(headings: list[float], shift_m: float) -> None:
    """No point moves further than the mitre limit allows, ends move exactly by the shift."""
    x_m = np.concatenate(([0.0], np.cumsum(20.0 * np.cos(headings))))
    y_m = np.concatenate(([0.0], np.cumsum(20.0 * np.sin(headings))))
    to_x, to_y = shifted_right(x_m, y_m, shift_m)
    moved = np.hypot(to_x - x_m, to_y - y_m)
    assert np.all(moved <= MITRE_LIMIT * shift_m * (1.0 + 1e-9))
    assert moved[[0, -1]] == pytest.approx(shift_m)


def test_lengths_and_repeats() -> None:
    """Repeated points go, at least two stay; distances add up."""
    x_m, y_m = without_repeats(np.array([0.0, 0.0, 3.0, 3.0]), np.array([0.0, 0.0, 4.0, 4.0]))
    assert x_m.tolist() == [0.0, 3.0]
    assert along_m(x_m, y_m).tolist() == [0.0, 5.0]
    assert without_repeats(np.zeros(3), np.zeros(3))[0].size == 2
