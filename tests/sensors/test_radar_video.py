"""The integrated radar-video unit: two heads on one pole."""

from __future__ import annotations

from twin.sensors.radar_video import RadarVideoSpec


def unit(**values):
    """Return a specification."""
    return RadarVideoSpec.model_validate({"kind": "radar_video", **values})


def test_parts_share_the_pole() -> None:
    """Both parts have the unit's height, heading and frames, and their own optics and antenna."""
    spec = unit(mounting_height_m=7.5, heading_deg=30.0, rate_hz=20.0, camera={"field_of_view_deg": 40.0, "range_m": 120.0})
    eye, ear = spec.parts()
    assert [(part.suffix, part.bought_as) for part in (eye, ear)] == [("/camera", "radar_video"), ("/radar", "")]
    camera, radar = eye.spec, ear.spec
    for part in (camera, radar):
        assert (part.mounting_height_m, part.heading_deg, part.period_us) == (7.5, 30.0, 50_000)
    assert (camera.field_of_view_deg, camera.range_m) == (40.0, 120.0)
    assert (spec.field_of_view_deg, spec.range_m) == (40.0, radar.range_m)
