"""The radar's specification and its closed formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.optimize import brentq

from twin.kernel.weather import WeatherSpec
from twin.sensors.radar import (
    RadarSpec,
    radar_range_m,
    range_resolution_m,
    speed_resolution_mps,
    swerling_probability,
)
from twin.sensors.weather import rain_attenuation_db_per_km
from twin.traffic.ground_truth import VEHICLE_CLASSES

DRY = WeatherSpec()
CAR, PEDESTRIAN = VEHICLE_CLASSES.index("car"), VEHICLE_CLASSES.index("pedestrian")


def radar(**values: object) -> RadarSpec:
    """Return a specification."""
    return RadarSpec.model_validate({"kind": "radar", **values})


def chance(model, klass, distance_m, share=1.0):
    """Return the probability that a scan finds a vehicle."""
    evidence = model.gain[klass, distance_m] * share
    return model.chance[klass] / (1.0 + (model.half[klass] / evidence) ** model.steepness) if evidence >= model.least else 0.0


def test_resolutions() -> None:
    """Range, c / 2B: 1 GHz is 15 cm, 500 MHz 30 cm; speed, lambda / 2T: 77 GHz over 20 ms is 0.097 m/s (0.35 km/h)."""
    assert range_resolution_m(1e9) == pytest.approx(0.15, rel=1e-3)
    assert range_resolution_m(5e8) == pytest.approx(0.30, rel=1e-3)
    assert speed_resolution_mps(77.0, 0.02) == pytest.approx(0.0973, abs=1e-4)
    assert speed_resolution_mps(24.0, 0.02) == pytest.approx(0.312, abs=1e-3)


@given(st.floats(10.0, 1000.0), st.floats(1e-3, 60.0))
def test_effective_range_solves_the_radar_equation(clear_m: float, gamma: float) -> None:
    """The reference's 40 log10(R0 / R) = 2 gamma R / 1000, against SciPy's bracketing solver."""
    expected = brentq(lambda r: 40.0 * math.log10(clear_m / r) - 2.0 * gamma * r / 1000.0, 1e-3, clear_m + 1.0, xtol=1e-10)
    assert radar_range_m(clear_m, gamma) == pytest.approx(expected, rel=1e-8)


def test_range_in_rain() -> None:
    """77 GHz, 300 m: R_eff at ITU-R's 3.6 / 11.2 / 30.1 dB/km (5 / 25 / 100 mm/h) satisfies the law; 24 GHz loses far less."""
    ranges = [radar().effective_range_m(WeatherSpec(rain_mmph=rain)) for rain in (5.0, 25.0, 100.0)]
    for range_m, gamma in zip(ranges, (3.6, 11.2, 30.1), strict=True):  # rounded to 0.1 dB/km, the first by 1.2 %
        assert 40.0 * math.log10(300.0 / range_m) == pytest.approx(2.0 * gamma * range_m / 1000.0, rel=0.015)
    assert ranges == sorted(ranges, reverse=True)
    assert ranges == pytest.approx([268.7, 224.6, 167.8], abs=0.1)
    assert radar(carrier_ghz=24.0).effective_range_m(WeatherSpec(rain_mmph=100.0)) > 210.0


def test_signal_to_noise() -> None:
    """R^-4: half the distance is 12.04 dB more; a class's cross-section adds as it is; rain takes twice its path."""
    spec = radar()
    near, far = spec.snr_db("car", np.array([150.0, 300.0]))
    assert near - far == pytest.approx(40.0 * math.log10(2.0))
    assert far == pytest.approx(21.1)
    at = np.array([100.0])
    assert (spec.snr_db("car", at) - spec.snr_db("pedestrian", at))[0] == pytest.approx(18.0)
    gamma = rain_attenuation_db_per_km(50.0, 77.0)
    assert (spec.snr_db("car", at) - spec.snr_db("car", at, gamma))[0] == pytest.approx(0.2 * gamma)


def test_curve_is_near_swerling() -> None:
    """The default curve is Swerling's case I (Pfa 1e-6) within 0.04, from 10 dB below its middle to 20 dB above."""
    spec = radar()
    half, k = 10.0 ** (spec.snr_for_half_detection_db / 10.0), spec.detection_steepness
    off = [
        abs(1.0 / (1.0 + (half / snr) ** k) - swerling_probability(float(snr), 1e-6))
        for snr in half * np.logspace(-1.0, 2.0, 200)
    ]
    assert max(off) < 0.041
    assert swerling_probability(10.0**2.11, 1e-6) == pytest.approx(0.9, abs=0.002)
    assert swerling_probability(10.0**1.277, 1e-6) == pytest.approx(0.5, abs=0.002)


def test_zones() -> None:
    """The reference's zones: beyond 200 m only radar counts. A car is found there 9 times in 10; a pedestrian is not."""
    model = radar().model(DRY)
    assert chance(model, CAR, 250) > 0.9
    assert chance(model, PEDESTRIAN, 250) < 0.2
    assert chance(model, PEDESTRIAN, 80) > 0.9
    assert chance(model, CAR, 250, share=0.1) < chance(model, CAR, 250)
    assert model.relative


def test_errors() -> None:
    """Along: 0.5 m at 30 m and at 200 m, more nearer and farther, less between (Zhao 2024); across: 0.39 m and 0.3 degrees.

    Speed: the V200's 0.5 km/h and a resolution's.
    """
    model = radar().model(DRY)
    assert model.along_m[[30, 200]] == pytest.approx(0.5, abs=0.02)
    assert model.along_m[10:30].min() > 0.5
    assert model.along_m[202:].min() > 0.5
    assert 0.4 < model.along_m.min() < 0.46
    assert model.across_m[200] + 0.9 * model.across_share == pytest.approx(0.39 + 200.0 * math.radians(0.3), abs=0.06)
    assert model.speed_mps == pytest.approx(math.hypot(0.14, 0.0973 / math.sqrt(12.0)), rel=1e-3)
    coarse = radar(bandwidth_mhz=50.0).model(DRY)
    assert coarse.along_m[200] == pytest.approx(math.hypot(0.506, 2.998 / math.sqrt(12.0)), rel=1e-3)


def test_light_does_not_matter() -> None:
    """A radar sees by night as by day."""
    day, night = radar().model(DRY), radar().model(DRY, "unlit_night")
    assert all(np.array_equal(a, b) for a, b in zip(day, night, strict=True))


@given(st.floats(0.0, 150.0), st.floats(0.0, 50.0))
def test_worse_weather_never_echoes_more(rain: float, more: float) -> None:
    """More rain never raises the signal to noise of any class at any distance."""
    dry, wet = radar().model(WeatherSpec(rain_mmph=rain)), radar().model(WeatherSpec(rain_mmph=rain + more))
    assert np.all(wet.gain <= dry.gain)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"lowest_elevation_deg": 10.0, "highest_elevation_deg": -10.0}, "below"),
        ({"rate_hz": 7.0}, "microseconds"),
        ({"carrier_ghz": 1.0}, "greater than or equal to 5"),
        ({"cross_sections": {"tram_dbsm": 20.0}}, "not permitted"),
    ],
)
def test_refused(values: dict[str, object], word: str) -> None:
    """Values that contradict themselves or the physics are refused with a word on why."""
    with pytest.raises(ValidationError, match=word):
        radar(**values)
