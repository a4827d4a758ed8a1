"""The light of a run, and whether a camera looks into the sun."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from twin.assumed import Assumed
from twin.spec import Spec

Light = Literal["day", "lit_night", "unlit_night", "glare"]
"""By day; at night with and without street lights; by day with the sun low, so that cameras that face it are dazzled."""

Share = Annotated[float, Field(gt=0.0, le=1.0)]


_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


class LightFactorsSpec(Spec):
    """What is left of a camera's ability in other light than plain day."""

    lit_night: Annotated[Share, Assumed.between(0.7, 0.95)] = 0.85
    """At night under street lights. Assumption: no figure was found in the literature; between a slight loss and a third."""

    unlit_night: Annotated[Share, Assumed.between(0.4, 0.8)] = 0.6
    """At night without street lights. Assumption: no figure was found in the literature."""

    glare: Annotated[Share, Assumed.between(0.25, 0.75)] = 0.5
    """Facing a low sun. Assumption: half of the image is blown out."""

    def factor(self, light: Light) -> float:
        """Return the factor in this light; 1 by day."""
        return 1.0 if light == "day" else float(getattr(self, light))


class Sun(NamedTuple):
    """Where the sun stands."""

    elevation_deg: float
    """Above the horizon, without refraction."""
    bearing_deg: float
    """Compass bearing, clockwise from north."""


def sun_position(instant: datetime, lon_deg: float, lat_deg: float) -> Sun:
    """Return where the sun stands at an instant (with its offset from UTC) and a place (WGS-84).

    The Astronomical Almanac's low-precision formulas for the sun, good to 0.01 degrees from 1950 to 2050: far less than a
    sun's glare is wide.
    """
    days = (instant - _J2000).total_seconds() / 86_400.0
    anomaly = math.radians(357.528 + 0.9856003 * days)
    longitude = math.radians(280.460 + 0.9856474 * days + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2.0 * anomaly))
    obliquity = math.radians(23.439 - 0.0000004 * days)
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    ascension = math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))
    angle = math.radians(280.46062 + 360.98564737 * days + lon_deg) - ascension
    latitude = math.radians(lat_deg)
    east = -math.cos(declination) * math.sin(angle)
    north = math.cos(latitude) * math.sin(declination) - math.sin(latitude) * math.cos(declination) * math.cos(angle)
    up = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(angle)
    return Sun(math.degrees(math.asin(max(-1.0, min(1.0, up)))), math.degrees(math.atan2(east, north)) % 360.0)


def faces(sun: Sun, bearing_deg: float, within_deg: float, below_deg: float) -> bool:
    """Tell whether a device that looks along ``bearing_deg`` is dazzled.

    That is, whether the sun is up, no higher than ``below_deg``, and its bearing no farther than ``within_deg`` off.
    """
    off_deg = abs((sun.bearing_deg - bearing_deg + 180.0) % 360.0 - 180.0)
    return 0.0 < sun.elevation_deg <= below_deg and off_deg <= within_deg
