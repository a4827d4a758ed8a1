"""Conversions between WGS-84, GCJ-02 and BD-09."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from twin.roadnet.datum import DATUMS, convert, in_china

CITIES = {
    "杭州": ((120.1503589, 30.2764043), (120.1550722, 30.274088), (120.1616149, 30.2799982)),
    "昆明": ((102.8314746, 24.8831612), (102.8328974, 24.8800993), (102.8393447, 24.8863908)),
    "西安": ((108.9351301, 34.3431382), (108.9397792, 34.3415801), (108.946246, 34.3477457)),
    "海口": ((110.1939936, 20.046109), (110.1983008, 20.0440074), (110.2048302, 20.049869)),
    "沈阳": ((123.4253306, 41.8032629), (123.4314787, 41.8057023), (123.438095, 41.8114013)),
    "贵阳": ((106.6265948, 26.6513348), (106.6301619, 26.6476652), (106.6367384, 26.6533914)),
    "伊宁": ((81.3210957, 43.9155773), (81.3241406, 43.9168283), (81.3306775, 43.9227531)),
    "锡林浩特": ((116.0414035, 43.9312805), (116.0482308, 43.9334573), (116.0546232, 43.9397782)),
    "韶关": ((113.5923264, 24.8134637), (113.5975239, 24.8104083), (113.6040496, 24.8161969)),
    "汕头": ((116.6775114, 23.3567569), (116.6819735, 23.3540964), (116.6885014, 23.3598884)),
    "河源": ((114.6962648, 23.7463448), (114.7009627, 23.7436914), (114.7074093, 23.7498752)),
    "梅州": ((116.1174053, 24.2912377), (116.1222426, 24.2886182), (116.1287823, 24.2944828)),
}
"""(lon, lat) in WGS-84, GCJ-02 and BD-09 of city centres. Source: gcoord, test/fixtures/china-cities.json (MIT)."""

GCJ02_POINTS = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]
"""WGS-84 and GCJ-02 in Shanghai, Shenzhen and Beijing. Source: eviltransform, python/test.py (MIT)."""

OTHER_POINTS = [
    ("wgs84", (123.0, 45.0), "gcj02", (123.00607541, 45.00197815)),
    ("gcj02", (123.0, 45.0), "wgs84", (122.99395597, 44.99804071)),
    ("gcj02", (123.0, 45.0), "bd09", (123.00636499, 45.00636899)),
    ("bd09", (123.0, 45.0), "gcj02", (122.99363304, 44.99365430)),
    ("bd09", (123.0, 45.0), "wgs84", (122.98762210, 44.99171540)),
    ("wgs84", (116.404, 39.915), "gcj02", (116.41024449916938, 39.91640428150164)),
    ("gcj02", (116.404, 39.915), "bd09", (116.41036949371029, 39.92133699351021)),
    ("bd09", (116.404, 39.915), "gcj02", (116.39762729119315, 39.90865673957631)),
]
"""Sources: gcoord, test/unit/crs/*.spec.ts (MIT), for 123 E; coordtransform (wandergis), test/app.js (MIT), for 116 E."""

SERVICE_POINT = ((116.39089, 39.90734), (116.39713623, 39.90874539))
"""WGS-84 and GCJ-02 as a map service's own converter answered. Source: the tests of an R package of conversions."""

inside_china = st.tuples(st.floats(73.0, 136.0), st.floats(2.0, 54.0))


def metres(a, b):
    """Return the distance of two (lon, lat), on a sphere of 6371 km, flat: exact enough below a kilometre."""
    east = np.radians(b[0] - a[0]) * 6_371_000.0 * np.cos(np.radians(a[1]))
    return float(np.hypot(east, np.radians(b[1] - a[1]) * 6_371_000.0))


@pytest.mark.parametrize("city", CITIES)
def test_published_cities(city, record_property) -> None:
    """Every conversion among the three agrees with the published triple within 1 m, forward and back."""
    points = dict(zip(DATUMS, CITIES[city], strict=True))
    for source in DATUMS:
        for target in DATUMS:
            off_m = metres(convert(*points[source], source, target), points[target])
            record_property("datum_error_m", off_m)
            assert off_m < 1.0


@pytest.mark.parametrize(("wgs84", "gcj02"), GCJ02_POINTS)
def test_points_of_eviltransform(wgs84, gcj02) -> None:
    """The points that eviltransform tests with: forward within 2 cm (it takes another ellipsoid), back within 2 cm."""
    assert metres(convert(*wgs84, "wgs84", "gcj02"), gcj02) < 0.02
    assert metres(convert(*gcj02, "gcj02", "wgs84"), wgs84) < 0.02


@pytest.mark.parametrize(("source", "given", "target", "expected"), OTHER_POINTS)
def test_points_of_other_libraries(source, given, target, expected) -> None:
    """The points that two other libraries test with agree within 1 m (inverses are approximate there)."""
    assert metres(convert(*given, source, target), expected) < 1.0


def test_a_map_services_answer() -> None:
    """The reconstructed formula is within 1 m of what a map service itself converts to."""
    wgs84, gcj02 = SERVICE_POINT
    assert metres(convert(*wgs84, "wgs84", "gcj02"), gcj02) < 1.0


def test_guangzhous_shift() -> None:
    """In Guangzhou's centre GCJ-02 reads some 540 m east and 290 m south of WGS-84."""
    lon, lat = convert(113.325, 23.12, "wgs84", "gcj02")
    assert np.radians(lon - 113.325) * 6_371_000.0 * np.cos(np.radians(23.12)) == pytest.approx(540.0, abs=20.0)
    assert np.radians(lat - 23.12) * 6_371_000.0 == pytest.approx(-290.0, abs=20.0)


@drawn(inside_china, st.sampled_from(DATUMS), st.sampled_from(DATUMS))
def test_round_trips(point, source, target) -> None:
    """There and back again is the same point within 1e-9 degrees (0.1 mm), anywhere inside China."""
    back = convert(*convert(*point, source, target), target, source)
    assert back[0] == pytest.approx(point[0], abs=1e-9)
    assert back[1] == pytest.approx(point[1], abs=1e-9)


@drawn(inside_china)
def test_offsets_are_moderate(point) -> None:
    """GCJ-02 moves a point by at most 1.2 km, and BD-09 by 0.6 to 1.6 km more."""
    gcj02 = convert(*point, "wgs84", "gcj02")
    assert metres(point, gcj02) < 1200.0
    assert 600.0 < metres(gcj02, convert(*gcj02, "gcj02", "bd09")) < 1600.0


def test_outside_china_nothing_moves() -> None:
    """Outside the box that counts as China the three datums are one."""
    lon, lat = np.array([-0.1276, 151.2, 2.35, np.nan, 200.0]), np.array([51.5072, -33.9, 48.85, 20.0, 30.0])
    assert not in_china(lon, lat).any()
    for source in DATUMS:
        for target in DATUMS:
            assert np.array_equal(np.array(convert(lon, lat, source, target)), np.array([lon, lat]), equal_nan=True)


def test_arrays_convert_like_single_points() -> None:
    """A whole column at once gives what each point gives by itself, in any shape."""
    lon, lat = np.array([[113.3, 113.4], [2.0, 121.5]]), np.array([[23.1, 23.2], [48.0, 31.2]])
    whole = np.array(convert(lon, lat, "wgs84", "bd09"))
    assert whole.shape == (2, 2, 2)
    for at in np.ndindex(2, 2):
        assert whole[(slice(None), *at)] == pytest.approx(np.array(convert(lon[at], lat[at], "wgs84", "bd09")), abs=1e-12)
