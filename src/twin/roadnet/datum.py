"""WGS-84, GCJ-02 and BD-09: the datum of the map, and the two that coordinates from Chinese web maps come in.

GCJ-02 (国测局坐标, "火星坐标": Amap, Tencent, Google's map of China) moves every point by some hundred metres; its formula was
never published by the authority. What is used everywhere is the reconstruction known since 2010: a sum of sines in metres,
turned into degrees on the Krasovsky 1940 ellipsoid. Source of the formula and its numbers: the projects eviltransform
(github.com/googollee/eviltransform) and gcoord (github.com/hujiulong/gcoord), which agree with the map services' own
converters within a metre. BD-09 (Baidu) shifts GCJ-02 once more in polar coordinates; same sources.

Outside the box that those projects take for China all three are the same, as in eviltransform. CGCS2000, the national datum,
differs from WGS-84 by centimetres: say ``wgs84`` for it.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Datum = Literal["wgs84", "gcj02", "bd09"]
"""What coordinates refer to."""

DATUMS: Final[tuple[Datum, ...]] = get_args(Datum)

TITLES: Final[dict[Datum, str]] = {"wgs84": "WGS-84", "gcj02": "GCJ-02", "bd09": "BD-09"}
"""How the datums are written."""

_SEMI_MAJOR_M: Final = 6_378_245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
"""Krasovsky 1940."""

_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""The box that counts as China (degrees)."""

_ROUNDS: Final = 8
"""Rounds of the inverses. Each shrinks the error fifty times or more (the slopes of the offsets are 0.004 for GCJ-02 and 0.02
for BD-09 at most), so that from 0.01 degrees nothing above the float's last digit is left."""


def convert(lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike, source: Datum, target: Datum) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes (degrees, any shape) given in ``source`` as they are in ``target``."""
    lon, lat = np.asarray(lon_deg, np.float64), np.asarray(lat_deg, np.float64)
    steps = DATUMS.index(target) - DATUMS.index(source)
    at = DATUMS.index(source)
    for _ in range(abs(steps)):
        if steps > 0:
            lon, lat = _forward(lon, lat, DATUMS[at + 1])
            at += 1
        else:
            lon, lat = _back(lon, lat, DATUMS[at])
            at -= 1
    return lon, lat


def in_china(lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell which points lie in the box inside which the datums differ."""
    lon, lat = np.asarray(lon_deg, np.float64), np.asarray(lat_deg, np.float64)
    return (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)


def _forward(lon: Floats, lat: Floats, target: Datum) -> tuple[Floats, Floats]:
    """Go one datum on, from WGS-84 to GCJ-02 or from there to BD-09."""
    east_deg, north_deg = (_gcj02_offset if target == "gcj02" else _bd09_offset)(lon, lat)
    inside = in_china(lon, lat)
    return np.where(inside, lon + east_deg, lon), np.where(inside, lat + north_deg, lat)


def _back(lon: Floats, lat: Floats, source: Datum) -> tuple[Floats, Floats]:
    """Go one datum back: the point whose offset leads to the given one, by fixed-point iteration."""
    offset = _gcj02_offset if source == "gcj02" else _bd09_offset
    inside = in_china(lon, lat)
    from_lon, from_lat = lon, lat
    for _ in range(_ROUNDS):
        east_deg, north_deg = offset(from_lon, from_lat)
        from_lon, from_lat = np.where(inside, lon - east_deg, lon), np.where(inside, lat - north_deg, lat)
    return from_lon, from_lat


def _gcj02_offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    root = np.sqrt(np.abs(x))
    waves_y = 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)
    waves_y = waves_y + 160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)
    waves_x = 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)
    waves_x = waves_x + 150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + (ripple + waves_y) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + (ripple + waves_x) * 2.0 / 3.0
    latitude = np.radians(lat)
    curvature = 1.0 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (curvature * np.sqrt(curvature))
    parallel_m = _SEMI_MAJOR_M / np.sqrt(curvature) * np.cos(latitude)
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _bd09_offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    turns = np.pi * 3000.0 / 180.0
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * turns)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * turns)
    return radius * np.cos(angle) + 0.0065 - lon, radius * np.sin(angle) + 0.006 - lat
