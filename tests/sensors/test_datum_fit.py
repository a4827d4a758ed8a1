"""Noticing a datum that fits better than the stated one, measured over the CBD."""

from __future__ import annotations

import numpy as np
import pytest

from twin.roadnet.datum import DATUMS, convert
from twin.roadnet.projection import to_wgs84
from twin.roadnet.road_axes import position
from twin.sensors.datum_fit import LEAST_SITES, chance_of_as_many, fit, notice

TABLES = 80


def at_junctions(network, count, rng, *, signalised=False, scatter_m=(10.0, 20.0)):
    """Return lon and lat of poles at random junctions."""
    junctions = [junction for junction in network.junctions if junction.signalised or not signalised]
    chosen = rng.choice(len(junctions), count, replace=False)
    away_m, towards = rng.uniform(*scatter_m, count), rng.uniform(0.0, 2.0 * np.pi, count)
    x_m = np.array([junctions[i].x_m for i in chosen]) + away_m * np.cos(towards)
    y_m = np.array([junctions[i].y_m for i in chosen]) + away_m * np.sin(towards)
    return to_wgs84(network.crs, network.origin_m, x_m, y_m)


def along_roads(network, count, rng):
    """Return lon and lat of poles anywhere beside roads, by their length."""
    lengths = network.edge_length_m
    edges = rng.choice(network.edge_count, count, p=lengths / lengths.sum())
    points = [position(network, int(edge), rng.uniform(0.0, lengths[edge])) for edge in edges]
    away_m = rng.uniform(5.0, 15.0, count)
    x_m = np.array([x + a * np.sin(h) for (x, _, h), a in zip(points, away_m, strict=True)])
    y_m = np.array([y - a * np.cos(h) for (_, y, h), a in zip(points, away_m, strict=True)])
    return to_wgs84(network.crs, network.origin_m, x_m, y_m)


def rates(network, make, count, written, stated, seed=7, **options):
    """Return the shares of tables of which each datum is said to fit better."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(TABLES):
        table = convert(*make(network, count, rng, **options), "wgs84", written)
        found.append(fit(*table, stated, network).better)
    return {datum: found.count(datum) / TABLES for datum in DATUMS}


@pytest.mark.parametrize(("count", "least"), [(3, 0.80), (5, 0.93), (10, 0.98), (30, 1.0)])
def test_hits(cbd, count, least) -> None:
    """Tables of junction poles in GCJ-02 or BD-09 said to be WGS-84 are noticed, and named rightly whenever noticed."""
    for written in ("gcj02", "bd09"):
        shares = rates(cbd, at_junctions, count, written, "wgs84")
        assert shares[written] >= least
        assert sum(shares.values()) - shares[written] <= 0.02  # one table of eighty


@pytest.mark.parametrize("count", [3, 5, 10, 30])
def test_false_alarms(cbd, count) -> None:
    """Correct tables are hardly ever suspected: never at junctions, at most one in fifty anywhere along roads."""
    for written in DATUMS:
        assert sum(rates(cbd, at_junctions, count, written, written).values()) == 0.0
        assert sum(rates(cbd, along_roads, count, written, written).values()) <= 0.02  # one table of eighty


def test_wide_corners(cbd) -> None:
    """Thirty poles up to 45 m from the middle of signalised junctions are enough."""
    shares = rates(cbd, at_junctions, 30, "gcj02", "wgs84", signalised=True, scatter_m=(15.0, 45.0))
    assert shares["gcj02"] == 1.0


def test_medians_and_message(cbd) -> None:
    """The warning names the group, both datums and the three medians; the right datum's is the scatter."""
    table = convert(*at_junctions(cbd, 30, np.random.default_rng(1)), "wgs84", "gcj02")
    found = fit(*table, "wgs84", cbd)
    assert 10.0 < found.medians_m["gcj02"] < 20.0
    assert min(found.medians_m["wgs84"], found.medians_m["bd09"]) > 60.0
    text = notice("sites.csv", found, "wgs84")
    assert all(part in text for part in ("sites.csv", "GCJ-02", found.medians_text(), "crs: gcj02"))
    assert notice("sites.csv", fit(*table, "gcj02", cbd), "gcj02") is None


def test_too_few(cbd) -> None:
    """Fewer sites than the least are never judged; no sites are not scored at all."""
    lon, lat = convert(*at_junctions(cbd, LEAST_SITES - 1, np.random.default_rng(2)), "wgs84", "gcj02")
    assert fit(lon, lat, "wgs84", cbd).better is None
    assert fit(lon[:0], lat[:0], "wgs84", cbd) is None


def test_nonsense_coordinates(cbd) -> None:
    """Coordinates that no projection takes are infinitely far from every junction."""
    found = fit(np.array([113.3, 500.0, 23.1]), np.array([23.1, 95.0, 113.3]), "wgs84", cbd)
    assert found.better is None


def test_sign_test() -> None:
    """The binomial tail: all of five heads once in 32, at least half of two three times in four."""
    assert chance_of_as_many(5, 5) == 1 / 32
    assert chance_of_as_many(1, 2) == 0.75
    assert chance_of_as_many(0, 9) == 1.0
