"""Where the sun stands, and whom it dazzles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.sensors.light import LightFactorsSpec, Sun, faces, sun_position

CHINA = timezone(timedelta(hours=8))
GUANGZHOU = (113.26, 23.13)


def highest(year: int, month: int, day: int) -> Sun:
    """Return the sun's highest place of a day over Guangzhou, looked for minute by minute."""
    start = datetime(year, month, day, 11, 0, tzinfo=CHINA)
    places = [sun_position(start + timedelta(minutes=minute), *GUANGZHOU) for minute in range(180)]
    return max(places, key=lambda sun: sun.elevation_deg)


def test_noon_of_the_solstices() -> None:
    """The noon sun stands at 90 degrees less the latitude's distance from the declination, +-23.44 at the solstices."""
    assert highest(2026, 6, 21).elevation_deg == pytest.approx(90.0 - (23.44 - 23.13), abs=0.15)
    winter = highest(2026, 12, 21)
    assert winter.elevation_deg == pytest.approx(90.0 - 23.44 - 23.13, abs=0.15)
    assert winter.bearing_deg == pytest.approx(180.0, abs=1.0)


def test_sunrise_of_the_equinox() -> None:
    """At the March equinox of 2026 (20 March, 14:46 UTC) the sun stands on the horizon due west six hours after noon."""
    sun = sun_position(datetime(2026, 3, 20, 14, 46, tzinfo=UTC), 0.0, 0.0)
    assert sun.bearing_deg == pytest.approx(270.0, abs=0.1)
    assert abs(sun_position(datetime(2026, 3, 20, 18, 7, tzinfo=UTC), 0.0, 0.0).elevation_deg) < 0.5


def test_equation_of_time() -> None:
    """True noon at Greenwich is 16.4 minutes early at the start of November and 14.2 late in mid-February (almanacs)."""
    for instant, minutes in ((datetime(2026, 11, 3, 12, tzinfo=UTC), -16.4), (datetime(2026, 2, 11, 12, tzinfo=UTC), 14.2)):
        at_noon = sun_position(instant + timedelta(minutes=minutes), 0.0, 51.5)
        assert at_noon.bearing_deg == pytest.approx(180.0, abs=0.3)


def test_offsets_of_the_clock_do_not_matter() -> None:
    """The same instant, written in Guangzhou's time and in UTC, has the same sun."""
    here, there = datetime(2026, 5, 20, 7, 45, tzinfo=CHINA), datetime(2026, 5, 19, 23, 45, tzinfo=UTC)
    assert sun_position(here, *GUANGZHOU) == sun_position(there, *GUANGZHOU)


def test_who_is_dazzled() -> None:
    """A low sun within the angle dazzles, also over north; a high or set one, or one aside, does not."""
    assert faces(Sun(10.0, 359.0), 2.0, 5.0, 20.0)
    assert not faces(Sun(25.0, 0.0), 0.0, 5.0, 20.0)
    assert not faces(Sun(-1.0, 0.0), 0.0, 5.0, 20.0)
    assert not faces(Sun(10.0, 90.0), 0.0, 45.0, 20.0)


def test_factors() -> None:
    """Day leaves all; the others what their field says, by default 0.85 with street lights and 0.6 without."""
    factors = LightFactorsSpec()
    assert [factors.factor(light) for light in ("day", "lit_night", "unlit_night", "glare")] == [1.0, 0.85, 0.6, 0.5]


@given(st.floats(-180.0, 180.0), st.floats(-90.0, 90.0), st.integers(0, 8759))
def test_bounds(lon_deg: float, lat_deg: float, hour: int) -> None:
    """Anywhere, at any time, elevation and bearing are angles, and the sun is opposite on the other side of the Earth."""
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
    sun = sun_position(instant, lon_deg, lat_deg)
    assert -90.0 <= sun.elevation_deg <= 90.0
    assert 0.0 <= sun.bearing_deg < 360.0 + 1e-9
    other = sun_position(instant, lon_deg + 180.0, -lat_deg)
    assert other.elevation_deg == pytest.approx(-sun.elevation_deg, abs=1e-6)
