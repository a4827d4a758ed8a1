"""Weather on driving: the published reductions come out of the car-following model's own diagram."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.verification.idm_theory import Driver, equilibrium_diagram

from twin.kernel.weather import WeatherSpec
from twin.traffic.weather_driving import CLEAR, REFERENCE_SPEED_MPS, DrivingFactors, WeatherDrivingSpec, driving_factors

SPEC = WeatherDrivingSpec()


def _factors(rain_mmph: float = 0.0, visibility_m: float | None = None) -> DrivingFactors:
    return driving_factors(WeatherSpec(rain_mmph=rain_mmph, fog_visibility_m=visibility_m), SPEC)


def _capacity_vps(factors: DrivingFactors, limit_mps: float) -> float:
    driver = Driver(
        desired_mps=limit_mps * factors.speed,
        time_gap_s=Driver().time_gap_s * factors.time_gap,
        acceleration_mps2=Driver().acceleration_mps2 * factors.acceleration,
    )
    return equilibrium_diagram(driver).capacity_vps


def test_dry_and_clear_changes_nothing() -> None:
    """No rain and no fog, or haze beyond the first step, leave driving as it is."""
    assert _factors() == _factors(visibility_m=5000.0) == CLEAR == DrivingFactors(1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("rain_mmph", "lost_percent"), [(1.0, 2.01), (2.54, 2.01), (5.0, 7.24), (6.35, 7.24), (20.0, 14.13), (60.0, 27.5)]
)
def test_rain_takes_the_capacity_that_the_manual_states(rain_mmph: float, lost_percent: float) -> None:
    """At the reference limit the equilibrium's capacity falls by HCM's share (0.1 points); at 40 and 80 km/h, by 2 points."""
    factors = _factors(rain_mmph)
    lost = 1.0 - _capacity_vps(factors, REFERENCE_SPEED_MPS) / _capacity_vps(CLEAR, REFERENCE_SPEED_MPS)
    assert 100.0 * lost == pytest.approx(lost_percent, abs=0.1)
    for limit_mps in (40.0 / 3.6, 80.0 / 3.6):
        elsewhere = 1.0 - _capacity_vps(factors, limit_mps) / _capacity_vps(CLEAR, limit_mps)
        assert 100.0 * elsewhere == pytest.approx(lost_percent, abs=2.0)


def test_rain_slows_as_published() -> None:
    """Ibrahim and Hall (1994): 2 % in light, 6 % in heavy rain."""
    assert _factors(1.0).speed == pytest.approx(0.98)
    assert _factors(10.0).speed == pytest.approx(0.94)


@given(rain=st.floats(0.0, 200.0), more=st.floats(0.0, 100.0), visibility=st.floats(10.0, 5000.0), less=st.floats(0.01, 1.0))
def test_worse_weather_never_helps(rain: float, more: float, visibility: float, less: float) -> None:
    """More rain or less visibility makes nobody faster, closer or quicker; gaps never shrink below the dry ones."""
    before, after = _factors(rain, visibility), _factors(rain + more, visibility * less)
    assert after.speed <= before.speed <= 1.0
    assert after.acceleration <= before.acceleration <= 1.0
    assert min(before.time_gap, after.time_gap) >= 1.0


def test_of_rain_and_fog_the_worse_counts() -> None:
    """Speed comes from dense fog, acceleration from the rain; the capacity is the smaller one."""
    both, fog, rain = _factors(60.0, 80.0), _factors(visibility_m=80.0), _factors(60.0)
    assert both.speed == fog.speed == 0.5
    assert both.acceleration == rain.acceleration == 0.75
    lost = 1.0 - _capacity_vps(both, REFERENCE_SPEED_MPS) / _capacity_vps(CLEAR, REFERENCE_SPEED_MPS)
    assert lost >= 0.275 - 0.001


def test_speed_alone_may_take_more_than_stated() -> None:
    """Where a lower speed costs more capacity than the step says, gaps stay as they are."""
    step = {"above_mmph": 0.0, "speed": 0.4, "capacity": 0.95, "acceleration": 1.0}
    spec = WeatherDrivingSpec.model_validate({"rain": [step]})
    assert driving_factors(WeatherSpec(rain_mmph=5.0), spec).time_gap == 1.0
    assert driving_factors(WeatherSpec(rain_mmph=5.0), WeatherDrivingSpec(rain=())) == CLEAR


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"rain": [{"above_mmph": r, "speed": 1, "capacity": 1, "acceleration": 1} for r in (5, 5)]}, "do not rise"),
        ({"fog": [{"below_m": v, "speed": 1, "capacity": 1, "acceleration": 1} for v in (100, 200)]}, "do not fall"),
        ({"rain": [{"above_mmph": 0, "speed": 1.2, "capacity": 1, "acceleration": 1}]}, "less than or equal to 1"),
    ],
)
def test_steps_out_of_order_are_refused(wrong: dict[str, object], says: str) -> None:
    """Each rate and visibility stands once, in order; weather never speeds up."""
    with pytest.raises(ValidationError, match=says):
        WeatherDrivingSpec.model_validate(wrong)
