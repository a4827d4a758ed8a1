"""Degrees and local metres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.roadnet.projection import to_local, to_wgs84, utm_crs

ORIGIN = (738163.0, 2558043.0)


@given(st.floats(113.0, 113.8), st.floats(22.6, 23.4))
def test_round_trip(lon: float, lat: float) -> None:
    """There and back is within a millimetre (1e-8 degrees)."""
    x_m, y_m = to_local("EPSG:32649", ORIGIN, lon, lat)
    back = to_wgs84("EPSG:32649", ORIGIN, x_m, y_m)
    assert np.allclose(back, (lon, lat), atol=1e-8, rtol=0.0)


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [(113.3, 23.1, "EPSG:32649"), (121.47, 31.2, "EPSG:32651"), (-70.0, -33.0, "EPSG:32719"), (180.0, 1.0, "EPSG:32601")],
)
def test_zones(lon: float, lat: float, crs: str) -> None:
    """UTM zones of 6 degrees from 180 W; 327 south of the equator."""
    assert utm_crs(lon, lat) == crs


def test_a_published_point() -> None:
    """The central meridian of zone 49 (111 E) at the equator is 500 000 m east, 0 m north by UTM's definition."""
    x_m, y_m = to_local("EPSG:32649", (0.0, 0.0), 111.0, 0.0)
    assert (float(x_m), float(y_m)) == (500000.0, 0.0)
