"""Who stands where and reports to whom: layouts, grids of base stations, table station."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.roadnet.projection import to_wgs84
from twin.v2x.stations import TO_CENTRAL, hexagonal_grid, lay_out, write_stations
from twin.v2x.topology import LinksSpec, outages_of

CRS, ORIGIN_M = "EPSG:32649", (735_000.0, 2_560_000.0)
NETWORK = SimpleNamespace(crs=CRS, origin_m=ORIGIN_M, node_x_m=np.array([0.0, 1000.0]), node_y_m=np.array([0.0, 800.0]))
SITES = ("a", "b", "c", "d")
X_M, Y_M = np.array([0.0, 100.0, 900.0, 1000.0]), np.array([0.0, 0.0, 800.0, 800.0])


def at(x_m: float, y_m: float) -> dict[str, float]:
    """Return the keys of a place."""
    lon_deg, lat_deg = to_wgs84(CRS, ORIGIN_M, x_m, y_m)
    return {"lon_deg": float(lon_deg), "lat_deg": float(lat_deg)}


def two_regions(**more: object) -> LinksSpec:
    """Return links with a region in the south-west that goes over another in the north-east, each with its MEC."""
    return LinksSpec.model_validate(
        {
            "regions": [{"name": "sw", "uplink": "ne", **at(0, 0)}, {"name": "ne", **at(1000, 800)}],
            "mecs": [{"name": "m0", **at(50, 0)}, {"name": "m1", **at(950, 800)}],
            "central": {"name": "Guangzhou", **at(500, -5000)},
        }
        | more
    )


def test_everything_reports_to_the_nearest() -> None:
    """Sites to the nearest MEC, MECs to the nearest region, regions as they say; a way up ends at the central cloud."""
    found = lay_out(two_regions(), NETWORK, SITES, X_M, Y_M)
    assert found.site_mec.tolist() == [0, 0, 1, 1]
    assert found.mec_region.tolist() == [0, 1]
    assert found.region_uplink.tolist() == [1, TO_CENTRAL]
    assert (found.way_up(0), found.way_up(1)) == ([0, 1], [1])
    assert found.central_xy_m == pytest.approx((500, -5000), abs=0.01)
    assert found.base_names == ()


def test_what_is_said_comes_before_what_is_near() -> None:
    """``sites`` gives a site another MEC, ``uplink`` a MEC another region."""
    spec = two_regions(sites={"d": "m0"}, mecs=[{"name": "m0", "uplink": "ne", **at(50, 0)}, {"name": "m1", **at(950, 800)}])
    found = lay_out(spec, NETWORK, SITES, X_M, Y_M)
    assert found.site_mec.tolist() == [0, 0, 1, 0]
    assert found.mec_region.tolist() == [1, 1]


def test_automatic_mecs_stand_at_the_centre_of_their_sites_and_so_does_the_region() -> None:
    """Without places one MEC for all stands at their mean, and the only region with it; the central cloud is nowhere."""
    found = lay_out(LinksSpec(), NETWORK, SITES, X_M, Y_M)
    assert found.mec_names == ("mec-0",)
    assert found.mec_xy_m.tolist() == found.region_xy_m.tolist() == [[500.0, 400.0]]
    assert all(math.isnan(value) for value in found.central_xy_m)


def test_an_outage_of_a_region_cuts_all_its_mecs_off() -> None:
    """Region ne has MEC 1 only, the default region every MEC."""
    window = {"hop": "mec_to_cloud", "from_s": 1, "until_s": 2}
    spec = two_regions(outages=[window | {"region": "ne"}])
    layout = lay_out(spec, NETWORK, SITES, X_M, Y_M)
    assert [one.queue for one in outages_of(spec, SITES, layout.site_mec, layout.mec_region)["mec_to_cloud"]] == [1]
    spec = LinksSpec.model_validate({"outages": [window | {"region": "region"}], "mec_sites_per_unit": 1})
    layout = lay_out(spec, NETWORK, SITES, X_M, Y_M)
    for regions in (layout.mec_region, None):
        assert [one.queue for one in outages_of(spec, SITES, layout.site_mec, regions)["mec_to_cloud"]] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("which", "lines"), [({"region": "ne"}, [1]), ({"mec": "m0"}, [0]), ({"site": "d"}, [1]), ({}, [0, 1])]
)
def test_an_outage_of_the_line_to_the_central_cloud_is_a_region_s(which, lines) -> None:
    """Named by the region itself, by one of its MECs, by one of its sites, or every one of them."""
    spec = two_regions(outages=[{"hop": "cloud_to_central", "from_s": 1, "until_s": 61} | which])
    layout = lay_out(spec, NETWORK, SITES, X_M, Y_M)
    found = outages_of(spec, SITES, layout.site_mec, layout.mec_region)
    assert [one.queue for one in found["cloud_to_central"]] == lines
    assert not found["mec_to_cloud"]


@settings(max_examples=60, deadline=None)
@given(
    west=st.floats(-9e3, 9e3),
    south=st.floats(-9e3, 9e3),
    width=st.floats(0, 5e3),
    height=st.floats(0, 5e3),
    spacing=st.floats(200, 2000),
    share=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_no_point_of_the_box_is_beyond_a_cell_s_corner(west, south, width, height, spacing, share):
    """Neighbours are one spacing apart, and every point of the box lies in a hexagonal cell: within spacing / sqrt(3)."""
    points = hexagonal_grid(west, south, west + width, south + height, spacing)
    away_m = np.hypot(*(points - (west + share[0] * width, south + share[1] * height)).T)
    assert away_m.min() <= spacing / math.sqrt(3) + 0.01
    if len(points) > 1:
        apart_m = np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1))
        assert apart_m[apart_m > 0].min() == pytest.approx(spacing, abs=0.01)


def test_no_hole_between_the_rows() -> None:
    """Of 3 km x 2 km, looked at every 20 m, no place is farther from all points than the corner of a cell."""
    points = hexagonal_grid(0.0, 0.0, 3000.0, 2000.0, 500.0)
    x_m, y_m = np.meshgrid(np.arange(0.0, 3001.0, 20.0), np.arange(0.0, 2001.0, 20.0))
    away_m = np.hypot(x_m[..., None] - points[:, 0], y_m[..., None] - points[:, 1]).min(axis=-1)
    assert away_m.max() <= 500.0 / math.sqrt(3) + 0.01
    assert away_m.max() > 280.0


def test_base_stations_stand_on_a_grid_or_where_they_are_listed() -> None:
    """With the cellular network a grid covers the map, each station with the nearest region; listed ones replace it."""
    grid = lay_out(two_regions(uu={}), NETWORK, SITES, X_M, Y_M)
    assert len(grid.base_names) == len(grid.base_xy_m) > 4
    assert set(grid.base_region.tolist()) == {0, 1}
    listed = two_regions(uu={}, base_stations=[{"name": "g", **at(10, 0)}, {"name": "h", "uplink": "ne", **at(10, 9)}])
    assert lay_out(listed, NETWORK, SITES, X_M, Y_M).base_region.tolist() == [0, 1]


def test_the_table_of_stations() -> None:
    """Rows point to the station that they report to; who has no place or price has null."""
    written = {}
    recorder = SimpleNamespace(write_static=lambda table, columns: written.update({table: columns}))
    spec = two_regions(uu={}, base_stations=[{"name": "g", **at(10, 0)}])
    rsus = [("a", 0.0, 0.0, 0), ("d", 1000.0, 800.0, 1)]
    write_stations(recorder, spec, lay_out(spec, NETWORK, SITES, X_M, Y_M), rsus, {"mec": 220_000.0})
    table = written["station"]
    kinds = ["central_cloud", "regional_cloud", "regional_cloud", "mec", "mec", "base_station", "rsu", "rsu"]
    assert table["kind"] == kinds
    assert table["uplink"] == [None, 2, 0, 1, 2, 1, 3, 4]
    assert table["name"] == ["Guangzhou", "sw", "ne", "m0", "m1", "g", "a", "d"]
    assert [table["x_cm"][n] for n in (1, 3, 7)] == pytest.approx([0, 5000, 100_000], abs=1)
    assert table["price_cny"] == [None, None, None, 220_000.0, 220_000.0, None, None, None]
    assert table["rate_mbps"][5] == 50.0
    write_stations(recorder, LinksSpec(), lay_out(LinksSpec(), NETWORK, SITES, X_M, Y_M))
    assert written["station"]["x_cm"] == [None, 50_000, 50_000]
