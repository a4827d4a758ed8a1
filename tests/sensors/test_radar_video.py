"""The integrated radar-video unit: two heads on one pole, one list."""

from __future__ import annotations

import numpy as np
import pytest

from twin.kernel.weather import WeatherSpec
from twin.sensors.radar_video import Heads, RadarVideoSpec, merged
from twin.sensors.scan import Objects

X0_M, Y0_M = 50.0, -20.0


def unit(**values):
    """Return a specification."""
    return RadarVideoSpec.model_validate({"kind": "radar_video", **values})


def test_parts_share_the_pole() -> None:
    """Both parts have the unit's height, heading and frames, and their own optics and antenna."""
    spec = unit(mounting_height_m=7.5, heading_deg=30.0, rate_hz=20.0, camera={"field_of_view_deg": 40.0, "range_m": 120.0})
    camera, radar = spec.parts()
    for part in (camera, radar):
        assert (part.mounting_height_m, part.heading_deg, part.period_us) == (7.5, 30.0, 50_000)
    assert (camera.field_of_view_deg, camera.range_m) == (40.0, 120.0)
    assert (spec.field_of_view_deg, spec.range_m) == (40.0, radar.range_m)


def objects(rows, x_m, y_m, vehicles, speed_mps, klass):
    """Return object lists."""
    n = len(rows)
    values = {
        "device": np.array(rows, np.int32),
        "x_m": np.array(x_m, float),
        "y_m": np.array(y_m, float),
        "speed_mps": np.array(speed_mps, float),
        "klass": np.array(klass, np.int8),
        "vehicle": np.array(vehicles, np.int32),
    }
    return Objects(**{name: values.get(name, np.zeros(n)) for name in Objects._fields})


HEADS = Heads(np.array([0, 0, 2], np.int32), np.array([False, True, False]), np.full(3, X0_M), np.full(3, Y0_M))


def test_either_and_both() -> None:
    """What one part sees stays; what both see is one object: radar's distance and speed, camera's bearing and class.

    False objects stay, and other devices keep theirs.
    """
    seen = objects(
        rows=[0, 0, 1, 1, 1, 2, 0],
        x_m=[X0_M + 100.0, X0_M + 60.0, X0_M, X0_M + 200.0, X0_M + 5.0, 7.0, X0_M + 9.0],
        y_m=[Y0_M, Y0_M + 80.0, Y0_M + 104.0, Y0_M, Y0_M, 7.0, Y0_M],
        vehicles=[1, 2, 2, 3, -1, 2, -1],
        speed_mps=[1.0, 2.0, 20.0, 30.0, 0.0, 9.0, 0.0],
        klass=[4, 5, 0, 0, 0, 6, 0],
    )
    one = merged(seen, 7, HEADS)
    assert one.device.tolist() == [0, 0, 0, 0, 0, 2]
    assert one.vehicle.tolist() == [1, 2, 3, -1, -1, 2]
    assert (one.x_m[1], one.y_m[1]) == pytest.approx((X0_M + 0.6 * 104.0, Y0_M + 0.8 * 104.0))
    assert (one.speed_mps[1], one.klass[1]) == (20.0, 5)
    assert (one.x_m[0], one.speed_mps[0]) == (X0_M + 100.0, 1.0)
    assert seen.x_m[2] == X0_M  # what was handed in is left alone


def test_nothing_seen() -> None:
    """Empty lists give an empty list, and only the stored ones are looked at."""
    seen = objects([0, 1], [1.0, 2.0], [0.0, 0.0], [1, 1], [1.0, 2.0], [0, 0])
    assert merged(seen, 0, HEADS).device.size == 0
    assert merged(seen, 1, HEADS).device.size == 1


def test_the_pair_beats_its_parts() -> None:
    """With the parts' own errors at 120 m, the pair's place is nearer to the truth than the camera's and than the radar's.

    5,000 vehicles; fixed seed.
    """
    camera, radar = (part.model(WeatherSpec()) for part in unit().parts())
    rng = np.random.default_rng(5)
    n, distance_m = 5_000, 120.0
    angle = rng.uniform(-0.2, 0.2, n)
    true = np.stack([X0_M + distance_m * np.cos(angle), Y0_M + distance_m * np.sin(angle)])

    def place(model):
        along = rng.normal(0.0, model.along_m + model.along_per_m * distance_m, n)
        across = rng.normal(0.0, model.across_m + model.across_per_m * distance_m, n)
        return (
            true[0] + along * np.cos(angle) - across * np.sin(angle),
            true[1] + along * np.sin(angle) + across * np.cos(angle),
        )

    (cx, cy), (rx, ry) = place(camera), place(radar)
    both = objects([0] * n + [1] * n, [*cx, *rx], [*cy, *ry], [*range(n)] * 2, [1.0] * 2 * n, [0] * 2 * n)
    pair = merged(both, 2 * n, HEADS)
    errors = [np.hypot(x - true[0], y - true[1]).mean() for x, y in ((pair.x_m, pair.y_m), (cx, cy), (rx, ry))]
    assert errors[0] < 0.8 * min(errors[1:])
