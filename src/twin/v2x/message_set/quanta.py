"""From physical quantities to the whole numbers of messages, and back. Arrays in, arrays of the same shape out.

Resolutions and codes for "unknown" are those of T/CSAE 53-2020 (its DE_Latitude, DE_Speed, DE_Heading and others) and of ETSI
TS 102 894-2 (the common data dictionary); values beyond a field's range are taken to its end.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DEGREE_UNITS: Final = 10_000_000
"""Latitudes and longitudes are in 1e-7 degrees. Source: T/CSAE 53-2020 and TS 102 894-2, both."""

MINUTE_MS: Final = 60_000
"""``DSecond`` counts the milliseconds of the minute. Source: T/CSAE 53-2020."""

ITS_EPOCH_UNIX_MS: Final = 1_072_915_200_000
"""``TimestampIts`` counts from 2004-01-01T00:00 UTC. Source: TS 102 894-2."""

LEAP_SECONDS_MS: Final = 5_000
"""Leap seconds since 2004, which ``TimestampIts`` counts: 2005, 2008, 2012, 2015, 2016. Source: IERS Bulletin C."""

CONFIDENCE_M: Final = (500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
"""What the names 1 to 15 of ``PositionConfidence`` promise: 95 % of the errors are smaller. Source: T/CSAE 53-2020."""

POSITION_NAMES: Final = (
    "unavailable",
    *("a500m", "a200m", "a100m", "a50m", "a20m", "a10m", "a5m", "a2m", "a1m"),
    *("a50cm", "a20cm", "a10cm", "a5cm", "a2cm", "a1cm"),
)

_OFFSETS: Final = (12, 14, 16, 18, 22, 24)
_HEIGHTS: Final = (7, 8, 9, 10, 11, 12)


def scaled(value: npt.ArrayLike, quantum: float, low: int, high: int) -> Ints:
    """Return ``value / quantum``, rounded to the nearest whole number and taken to the range ``low`` to ``high``."""
    return np.clip(np.rint(np.asarray(value, np.float64) / quantum), low, high).astype(np.int64)


def degrees7(value_deg: npt.ArrayLike) -> Ints:
    """Return degrees as 1e-7 degrees."""
    return np.rint(np.asarray(value_deg, np.float64) * DEGREE_UNITS).astype(np.int64)


def compass_deg(heading_rad: npt.ArrayLike) -> Floats:
    """Return headings anticlockwise from true east as degrees clockwise from true north, 0 to 360."""
    return np.asarray((90.0 - np.degrees(np.asarray(heading_rad, np.float64))) % 360.0)


def from_compass(value_deg: npt.ArrayLike) -> Floats:
    """Return degrees clockwise from north as radians anticlockwise from east, -pi to pi: the inverse of ``compass_deg``."""
    turned = np.radians(90.0 - np.asarray(value_deg, np.float64))
    return np.asarray(-((math.pi - turned) % (2 * math.pi) - math.pi))


def compass_units(heading_rad: npt.ArrayLike, quantum_deg: float) -> Ints:
    """Return headings in units of ``quantum_deg`` clockwise from north, below a full turn."""
    return np.rint(compass_deg(heading_rad) / quantum_deg).astype(np.int64) % round(360.0 / quantum_deg)


def dsecond(unix_us: npt.ArrayLike) -> Ints:
    """Return the milliseconds of the minute, ``DSecond``, of instants in microseconds of Unix time."""
    return np.asarray(unix_us, np.int64) // 1000 % MINUTE_MS


def age_of_dsecond(now_unix_us: int, mark: npt.ArrayLike) -> Floats:
    """Return how long ago, in seconds, ``DSecond`` was ``mark``; below one minute, as it tells no more."""
    return np.asarray((now_unix_us // 1000 - np.asarray(mark, np.int64)) % MINUTE_MS / 1000.0)


def minute_of_the_year(unix_us: int) -> int:
    """Return the whole minutes since the year began, UTC."""
    now = datetime.fromtimestamp(unix_us // 1_000_000, UTC)
    return int((now - datetime(now.year, 1, 1, tzinfo=UTC)).total_seconds() // 60)


def its_timestamp(unix_us: int) -> int:
    """Return the milliseconds since 2004 that ETSI's messages tell."""
    return unix_us // 1000 - ITS_EPOCH_UNIX_MS + LEAP_SECONDS_MS


def position_confidence(error_95_m: float) -> str:
    """Return the narrowest name of ``PositionConfidence`` that holds for an error that 95 % stay below."""
    return POSITION_NAMES[sum(limit >= error_95_m for limit in CONFIDENCE_M)]


def offset_llv(lat_units: int, lon_units: int, height_10cm: int | None = None) -> dict[str, Any]:
    """Return a ``PositionOffsetLLV`` in the shortest form that holds offsets in 1e-7 degrees; heights in 10 cm.

    Raises ValueError when the longest form, 24 bit or 0.84 degrees, is too short: the point is not near its reference.
    """
    farthest = max(-lat_units - 1, lat_units, -lon_units - 1, lon_units)
    form = next((i for i, bits in enumerate(_OFFSETS, 1) if farthest < 1 << (bits - 1)), 0)
    if not form:
        raise ValueError(f"offsets of {lat_units} and {lon_units} times 1e-7 degrees are too long for a relative position")
    value: dict[str, Any] = {"offsetLL": (f"position-LL{form}", {"lon": lon_units, "lat": lat_units})}
    if height_10cm is not None:
        size = max(-height_10cm - 1, height_10cm)
        name = next((f"offset{i}" for i, bits in enumerate(_HEIGHTS, 1) if size < 1 << (bits - 1)), "")
        if not name:
            raise ValueError(f"an offset of {height_10cm} times 10 cm is too long for a relative height")
        value["offsetV"] = (name, height_10cm)
    return value
