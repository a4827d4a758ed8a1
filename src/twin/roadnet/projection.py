"""Between WGS-84 and the map's local metres. PROJ does the work; positions are rounded to millimetres."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj

Floats = npt.NDArray[np.float64]

MILLIMETRES = 3
"""Decimals of a metre that are kept, so that positions are the same on every machine."""


def utm_crs(lon_deg: float, lat_deg: float) -> str:
    """Return the UTM zone of a place on WGS-84, as ``EPSG:32649`` for Guangzhou."""
    zone = int((lon_deg + 180.0) // 6.0) % 60 + 1
    return f"EPSG:{(32600 if lat_deg >= 0 else 32700) + zone}"


@lru_cache(maxsize=8)
def _transformer(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)


def to_local(crs: str, origin_m: tuple[float, float], lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return x and y in metres from ``origin_m`` (easting and northing in ``crs``) of WGS-84 points."""
    east, north = _transformer(crs).transform(np.asarray(lon_deg, np.float64), np.asarray(lat_deg, np.float64))
    return np.round(east - origin_m[0], MILLIMETRES), np.round(north - origin_m[1], MILLIMETRES)


def to_wgs84(crs: str, origin_m: tuple[float, float], x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return longitude and latitude in degrees of local points: the inverse of ``to_local``."""
    east = np.asarray(x_m, np.float64) + origin_m[0]
    north = np.asarray(y_m, np.float64) + origin_m[1]
    lon_deg, lat_deg = _transformer(crs).transform(east, north, direction="INVERSE")
    return np.asarray(lon_deg), np.asarray(lat_deg)
