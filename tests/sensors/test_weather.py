"""Extinction and range against the reference's computed values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.kernel.weather import WeatherSpec
from twin.sensors.weather import (
    effective_range_m,
    extinction_per_m,
    fog_extinction_per_m,
    kim_exponent,
    rain_extinction_per_m,
)


@pytest.mark.parametrize(("rain_mmph", "alpha"), [(5, 0.00100), (10, 0.00156), (25, 0.00277), (50, 0.00429), (100, 0.00664)])
def test_rain_extinction(rain_mmph: float, alpha: float) -> None:
    """Marshall and Palmer (1948), extinction efficiency 2: 3.65e-4 R^0.63 per m, the values of the reference's section 1.2."""
    assert rain_extinction_per_m(rain_mmph) == pytest.approx(alpha, rel=6e-3)
    assert rain_extinction_per_m(rain_mmph) == pytest.approx(3.65e-4 * rain_mmph**0.63, rel=2e-3)


@pytest.mark.parametrize(
    ("visibility_km", "alpha"), [(0.2, 0.0196), (0.5, 0.0078), (1, 0.0030), (2, 0.0014), (5, 0.00044), (10, 0.00020)]
)
def test_fog_extinction(visibility_km: float, alpha: float) -> None:
    """Kim's model (SPIE 4214, 2001) at 905 nm: the reference's section 1.2, within its two digits."""
    assert fog_extinction_per_m(1000.0 * visibility_km, 905.0) == pytest.approx(alpha, rel=0.035)


def test_kim_exponent_by_branch() -> None:
    """Kim's branches (SPIE 4214, 2001): 1.6, 1.3, 0.16 V + 0.34, V - 0.5, 0 (V in km), continuous at 0.5 and 1 km."""
    visibilities_m = (60_000.0, 10_000.0, 2_000.0, 1_000.0, 800.0, 500.0, 200.0)
    assert [kim_exponent(v) for v in visibilities_m] == pytest.approx([1.6, 1.3, 0.66, 0.5, 0.3, 0.0, 0.0])


RANGES = [
    (0.1, 200.0, {0.0028: 136, 0.0043: 120, 0.0066: 102, 0.0075: 97, 0.015: 70, 0.03: 48}),
    (0.1, 150.0, {0.0028: 110, 0.0043: 98, 0.0066: 85, 0.0075: 81, 0.015: 61, 0.03: 42}),
    (0.1, 120.0, {0.0028: 93, 0.0043: 84, 0.0066: 74, 0.0075: 71, 0.015: 54, 0.03: 38}),
    (0.5, 200.0, {0.0: 447, 0.0028: 233, 0.0075: 148, 0.03: 65}),
    (0.5, 150.0, {0.0: 335, 0.0028: 195, 0.0075: 128, 0.03: 58}),
]


@pytest.mark.parametrize(("reflectivity", "range_m", "expected"), RANGES)
def test_effective_range(reflectivity: float, range_m: float, expected: dict[float, float]) -> None:
    """(rho / 0.1) (R10 / R)^2 exp(-2 alpha R) = 1 at the reference's ranges (its section 1.2), rounded to metres.

    Its source is the LiDAR range equation as in LISA; R10 = 200, 150 and 120 m for 10 %, 200 and 150 m for 50 %.
    """
    for alpha, value in expected.items():
        assert effective_range_m(range_m, reflectivity, alpha) == pytest.approx(value, abs=1.01)


@given(st.floats(1.0, 1000.0), st.floats(0.01, 1.0), st.floats(1e-6, 0.1))
def test_effective_range_solves_the_range_equation(range_m: float, reflectivity: float, alpha: float) -> None:
    """The answer satisfies the LiDAR range equation within 1e-9."""
    r = effective_range_m(range_m, reflectivity, alpha)
    assert reflectivity / 0.1 * (range_m / r) ** 2 * math.exp(-2.0 * alpha * r) == pytest.approx(1.0, rel=1e-9)


@given(st.floats(0.0, 200.0), st.floats(0.0, 100.0), st.floats(100.0, 50_000.0))
def test_worse_weather_never_sees_farther(rain: float, more: float, visibility: float) -> None:
    """More rain, or fog on top, never raises the effective range; rain and fog add."""
    dry = extinction_per_m(WeatherSpec(rain_mmph=rain), 905.0)
    wet = extinction_per_m(WeatherSpec(rain_mmph=rain + more), 905.0)
    fog = extinction_per_m(WeatherSpec(rain_mmph=rain, fog_visibility_m=visibility), 905.0)
    assert dry <= wet
    assert fog == pytest.approx(dry + fog_extinction_per_m(visibility, 905.0))
    assert effective_range_m(200.0, 0.3, wet) <= effective_range_m(200.0, 0.3, dry) + 1e-9
