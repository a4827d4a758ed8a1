"""Design storms: as heavy over every length about the peak as the city's formula says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.municipal.rain import StormSpec, mean_mmph, rain_mmph

MINUTE_US = 60_000_000


def test_the_ten_years_hour_is_some_76_mm() -> None:
    """Q = 3618.427 (1 + 0.438 lg 10) / 71.259^0.75 L/(s ha), worked out by hand: 212.15, of which 167 are 1 mm/min."""
    assert mean_mmph(10.0, 60.0) == pytest.approx(212.15 * 60.0 / 167.0, rel=1e-4)


@settings(max_examples=30, deadline=None)
@given(
    years=st.floats(1.0, 100.0), duration=st.floats(20.0, 300.0), peak=st.floats(0.2, 0.8), share=st.floats(0.05, 1.0)
)  # fmt: skip
def test_every_length_about_the_peak_is_as_heavy_as_the_formula(
    years: float, duration: float, peak: float, share: float
) -> None:
    """Keifer and Chu: the length t about the peak, cut like the storm itself, has the depth mean(t) x t."""
    storm = StormSpec(from_s=90.0, duration_min=duration, return_years=years, peak_share=peak)
    length = share * duration
    at_min = 1.5 + peak * duration + length * (-peak + (np.arange(20_000) + 0.5) / 20_000)
    depth_mm = np.mean([storm.rain_mmph(round(minute * MINUTE_US)) for minute in at_min[::10]]) * length / 60.0
    assert depth_mm == pytest.approx(mean_mmph(years, length) * length / 60.0, rel=2e-3)


def test_it_rains_only_while_the_storm_lasts() -> None:
    """Nothing before and after; most at the peak; without a storm the weather's rain."""
    storm = StormSpec(from_s=600.0, duration_min=30.0, return_years=5.0, peak_share=0.4)
    assert storm.rain_mmph(599_999_999) == 0.0
    assert storm.rain_mmph(600_000_000) > 0.0
    assert storm.rain_mmph(40 * MINUTE_US) == 0.0
    rain = [storm.rain_mmph(minute * MINUTE_US) for minute in range(10, 40)]
    assert int(np.argmax(rain)) == 12
    assert rain_mmph(storm, 7.0, 0) == 0.0
    assert rain_mmph(None, 7.0, 0) == 7.0
