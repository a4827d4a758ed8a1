"""The camera's specification and its closed formulas."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from twin.kernel.weather import WeatherSpec
from twin.sensors.camera import CameraSpec, contrast_range_m, focal_length_px, ground_distance_error_m, pixels_on_target
from twin.sensors.light import Sun
from twin.sensors.weather import extinction_per_m

DRY = WeatherSpec()


def camera(**values: object) -> CameraSpec:
    """Return a specification."""
    return CameraSpec.model_validate({"kind": "camera", **values})


def test_image_scale() -> None:
    """Pinhole: 90 degrees over 1920 pixels are 960 of focal length; a car of 1.8 x 1.5 m at 48 m is then 36 x 30 pixels."""
    assert focal_length_px(1920, 90.0) == pytest.approx(960.0)
    assert pixels_on_target(1.8, 1.5, 48.0, 960.0) == pytest.approx(36.0 * 30.0)
    assert focal_length_px(1920, 30.0) / 960.0 == pytest.approx(1.0 / math.tan(math.radians(15.0)))


def test_gain_is_pixels_per_solid_angle() -> None:
    """In clear air by day the gain times a small target's solid angle is its pixels on target, at every distance."""
    model = camera().model(DRY)
    for distance in (10, 40, 79):
        solid_angle = 1.8 * 1.5 / distance**2
        assert model.gain[0, distance] * solid_angle == pytest.approx(pixels_on_target(1.8, 1.5, distance, 960.0))
    assert not model.relative


def test_zones() -> None:
    """The reference's zones (its section 2): below 80 m a wide 1080p camera counts, farther off only a narrow one.

    The wide one finds 4 cars in 5 at 79 m and over half of the pedestrians at 60 m, none at 150 m, where a narrow one does.
    """

    def chance(spec: CameraSpec, width_m: float, height_m: float, distance_m: float) -> float:
        model = spec.model(DRY)
        pixels = pixels_on_target(width_m, height_m, distance_m, spec.focal_px)
        return float(model.chance[0] / (1.0 + (model.half[0] / pixels) ** model.steepness)) if pixels >= model.least else 0.0

    wide, narrow = camera(), camera(field_of_view_deg=30.0, range_m=200.0)
    assert chance(wide, 1.8, 1.5, 79.0) > 0.8
    assert chance(wide, 0.5, 1.7, 60.0) > 0.5
    assert chance(narrow, 1.8, 1.5, 150.0) > 0.9
    assert chance(narrow, 0.5, 1.7, 150.0) > 0.8
    assert chance(camera(range_m=200.0), 0.5, 1.7, 150.0) == 0.0


def test_distance_error_from_the_image() -> None:
    """The formula is the derivative of d = h / tan(angle): moving the row by one pixel moves the distance by as much."""
    height_m, focal_px = 6.0, 960.0
    for distance_m in (10.0, 40.0, 80.0):
        angle = math.atan2(height_m, distance_m)
        moved = height_m / math.tan(angle - 1e-3 / focal_px)
        assert ground_distance_error_m(distance_m, height_m, focal_px, 1e-3) == pytest.approx(moved - distance_m, rel=1e-3)


def test_error_grows_along_more_than_across() -> None:
    """A camera reads bearings well and distances badly: at 80 m the error along is over three times that across.

    Far off the error along is the d^2 / (f h) sigma of Stein, Mano, Shashua (2003): twice as far, four times.
    """
    model = camera(range_m=200.0).model(DRY)
    assert model.along_m[80] > 3.0 * model.across_m[80]
    assert model.along_m[80] == pytest.approx(80.0**2 / (960.0 * 6.0) * 0.8, rel=0.05)
    assert model.along_m[160] / model.along_m[80] == pytest.approx(4.0, rel=0.05)


def test_contrast_range() -> None:
    """Koschmieder: a contrast threshold of 2 % is met at the visibility V (3.912 / V), 5 % at ln 20 / 3.912 = 0.766 V."""
    assert contrast_range_m(3.912 / 1000.0, 0.02) == pytest.approx(1000.0, rel=1e-4)
    assert contrast_range_m(3.912 / 1000.0, 0.05) == pytest.approx(766.0, abs=0.5)
    assert contrast_range_m(0.0, 0.05) == math.inf


def test_fog_shortens_the_range() -> None:
    """In fog of 50 m visibility the range is 0.766 of that, and the evidence falls to nothing there, without a jump."""
    fog = WeatherSpec(fog_visibility_m=50.0)
    spec = camera()
    assert spec.effective_range_m(fog) == pytest.approx(38.3, abs=0.1)
    gain = spec.model(fog).gain[0]
    assert gain[38] > 0.0
    assert gain[39] == 0.0
    assert gain[38] < 0.01 * spec.model(DRY).gain[0, 38]
    assert np.all(np.diff(gain[1:]) <= 0.0)


def test_light_and_rain() -> None:
    """Factors multiply the chance: 0.85 / 0.6 at night, 0.8 in heavy rain, 0.9 in half; unlit nights see less far."""
    spec = camera()
    assert spec.model(DRY).chance == pytest.approx(1.0)
    assert spec.model(DRY, "lit_night").chance == pytest.approx(0.85)
    assert spec.model(DRY, "unlit_night").chance == pytest.approx(0.6)
    assert spec.model(WeatherSpec(rain_mmph=8.0)).chance == pytest.approx(0.9)
    assert spec.model(WeatherSpec(rain_mmph=50.0), "unlit_night").chance == pytest.approx(0.48)
    assert spec.effective_range_m(DRY, "unlit_night") == pytest.approx(48.0)
    assert spec.effective_range_m(DRY) == 80.0


def test_only_who_faces_the_sun_is_dazzled() -> None:
    """In glare a camera towards the sun works in glare, the others as by day; other light is the same for all."""
    spec, sun = camera(), Sun(10.0, 90.0)
    assert spec.light_seen("glare", sun, 80.0) == "glare"
    assert spec.light_seen("glare", sun, 270.0) == "day"
    assert spec.light_seen("lit_night", sun, 90.0) == "lit_night"


def test_image_bounds_are_the_fan() -> None:
    """16:9 at 90 degrees is 58.7 degrees high; with 20 degrees of tilt the fan straight ahead goes from +9.4 to -49.4."""
    spec = camera(occlusion_column_deg=1.0)
    assert spec.highest_elevation_deg == pytest.approx(29.36, abs=0.01)
    fan = spec.fan()
    middle = fan.low.size // 2
    assert math.degrees(math.atan(fan.high[middle])) == pytest.approx(9.36, abs=0.05)
    assert math.degrees(math.atan(fan.low[middle])) == pytest.approx(-49.36, abs=0.05)


@given(st.floats(0.0, 100.0), st.floats(0.0, 50.0), st.floats(20.0, 20_000.0))
def test_worse_weather_never_shows_more(rain: float, more: float, visibility: float) -> None:
    """More rain, or fog on top, never raises evidence, chance or range."""
    spec = camera()
    weathers = [
        WeatherSpec(rain_mmph=rain),
        WeatherSpec(rain_mmph=rain + more),
        WeatherSpec(rain_mmph=rain + more, fog_visibility_m=visibility),
    ]
    assert extinction_per_m(weathers[0], 550.0) <= extinction_per_m(weathers[2], 550.0)
    models = [spec.model(weather) for weather in weathers]
    for better, worse in itertools.pairwise(models):
        assert np.all(worse.gain <= better.gain + 1e-9)
        assert np.all(worse.chance <= better.chance)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"rate_hz": 7.0}, "microseconds"),
        ({"processing_mean_s": 0.0}, "processing_spread_s"),
        ({"field_of_view_deg": 180.0}, "150"),
        ({"pixels_for_half_detection_by_class": {"tram": 5.0}}, "car"),
        ({"highest_elevation_deg": 5.0}, "not permitted"),
        ({"detection_by_light": {"dusk": 0.5}}, "not permitted"),
    ],
)
def test_refused(values: dict[str, object], word: str) -> None:
    """Values that contradict themselves or the optics are refused with a word on why."""
    with pytest.raises(ValidationError, match=word):
        camera(**values)
