"""Block error curves: the published points, between and beyond them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.v2x.radio.block_error import CURVES, block_error_rate


@pytest.mark.parametrize("subchannels", CURVES)
def test_the_curve_goes_through_its_points(subchannels: int) -> None:
    """Published points exactly, half-way values half-way, 1 below."""
    curve = CURVES[subchannels]
    np.testing.assert_allclose(block_error_rate(curve.snr_db, subchannels), curve.error_rate, rtol=1e-12)
    assert block_error_rate(curve.snr_db[0] + 1.0, subchannels) == pytest.approx(0.95)
    assert block_error_rate(-40.0, subchannels) == 1.0


def test_beyond_the_last_point_the_fall_goes_on() -> None:
    """A factor of 7 and of 10 for each 2 dB, as between the last two points of either curve."""
    np.testing.assert_allclose(block_error_rate([18.0, 20.0], 4), [0.001 / 7.0, 0.001 / 49.0])
    np.testing.assert_allclose(block_error_rate([12.0], 2), [0.0002])


@given(st.floats(-60.0, 80.0), st.floats(0.0, 20.0), st.sampled_from(sorted(CURVES)))
def test_better_signal_never_loses_more(sinr: float, more: float, subchannels: int) -> None:
    """Falling and within 0 to 1; the stronger code (2 sub-channels) is never worse."""
    here, there = block_error_rate([sinr, sinr + more], subchannels)
    assert 0.0 <= there <= here <= 1.0
    assert block_error_rate(sinr, 2) <= block_error_rate(sinr, 4)


def test_an_unknown_number_of_sub_channels_is_named() -> None:
    """The message names what was given and what there is."""
    with pytest.raises(ValueError, match="3 sub-channels; give one of 2, 4"):
        block_error_rate(0.0, 3)
