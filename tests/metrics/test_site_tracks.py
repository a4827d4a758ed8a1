"""Tracks of sites from a log, on cases small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.metrics.logs import SECOND, edge_row, write_log

from twin.metrics.site_tracks import site_tracking

SITES = [{"site": 0, "name": "a", "x_cm": 0}, {"site": 1, "name": "b", "x_cm": 100_000}]
EDGES = [edge_row(0, [(-100.0, 0.0), (1100.0, 0.0)]), edge_row(1, [(-100.0, 0.0), (1100.0, 0.0)], level=1)]


def test_two_sites_counted_by_hand(tmp_path: Path) -> None:
    """Site a: one vehicle, ten seconds, the track changes after five, one false object. Site b: one vehicle never followed.

    Lists come twice a second, the truth once: the shared instants count. A vehicle on the viaduct, one 90 m away, and a false
    object 90 m away count nowhere, followed or not.
    """
    seconds = range(10)
    truth = [
        {"t_us": t * SECOND, "vehicle": v, "x_cm": x, "y_cm": 0, "edge": edge}
        for t in seconds
        for v, x, edge in ((0, 1000, 0), (1, 101_000, 0), (2, 1000, 1), (3, 9000, 0))
    ]
    lists = [
        {"t_us": half * SECOND // 2, "site": 0, "track": 5 if half < 10 else 6, "x_cm": 1030, "y_cm": 40, "vehicle": 0}
        for half in range(20)
    ]
    lists += [{"t_us": 0, "site": 0, "track": 7, "x_cm": x, "y_cm": 0, "vehicle": None} for x in (500, -9000)]
    lists += [{"t_us": t * SECOND, "site": 0, "track": 8, "x_cm": 7000, "y_cm": 0, "vehicle": 3} for t in seconds]
    lists += [{"t_us": t * SECOND, "site": 0, "track": 9, "x_cm": 1000, "y_cm": 0, "vehicle": 2} for t in seconds]
    run = write_log(tmp_path / "run", edge=EDGES, site=SITES, trajectory=truth, fused_object=lists)
    found = site_tracking(run)
    assert found is not None
    a, b, total = found.by_site[0], found.by_site[1], found.total
    assert (a.present, a.matched, a.false, a.id_switches, a.fragments) == (10, 10, 1, 1, 0)
    assert a.motp_m == pytest.approx(0.5)
    assert (a.mota, a.continuity) == (pytest.approx(0.8), 0.5)
    assert a.idf1 == pytest.approx(2 * 5 / (10 + 11))
    assert (b.present, b.matched, b.mota) == (10, 0, 0.0)
    assert (total.present, total.matched, total.false, total.id_switches, total.vehicles) == (20, 10, 1, 1, 2)
    assert total.mota == pytest.approx(1.0 - (10 + 1 + 1) / 20)
    wide = site_tracking(run, within_m=95.0)
    assert wide is not None
    assert wide.by_site[0].present == 20
    assert wide.by_site[0].false == 1 + 1 + 10  # the far false object, and a track 20 m from its vehicle


def test_who_is_in_no_list_at_all_is_missed(tmp_path: Path) -> None:
    """For three of ten seconds no site has anything in its list: the vehicle that is there counts as missed then."""
    truth = [{"t_us": t * SECOND, "vehicle": 0, "x_cm": 1000, "y_cm": 0, "edge": 0} for t in range(10)]
    shown = {"site": 0, "track": 5, "x_cm": 1000, "y_cm": 0, "vehicle": 0}
    lists = [{"t_us": half * SECOND // 2} | shown for half in range(20) if not 8 <= half < 14]
    found = site_tracking(write_log(tmp_path / "run", edge=EDGES, site=SITES[:1], trajectory=truth, fused_object=lists))
    assert found is not None
    assert (found.total.present, found.total.matched, found.total.fragments) == (10, 7, 1)
    assert found.total.mota == pytest.approx(0.7)


def test_without_fused_lists_there_are_no_tracks(tmp_path: Path) -> None:
    """A run whose sites do not fuse has no figures; one whose lists are all before the warm-up follows nobody."""
    truth = [{"t_us": 0, "vehicle": 0, "x_cm": 0, "y_cm": 0}]
    assert site_tracking(write_log(tmp_path / "a", edge=EDGES, site=SITES, trajectory=truth)) is None
    lists = [{"t_us": 0, "site": 0, "track": 0, "x_cm": 0, "y_cm": 0}]
    found = site_tracking(write_log(tmp_path / "b", edge=EDGES, site=SITES, trajectory=truth, fused_object=lists), 10.0)
    assert found is not None
    assert (found.by_site, found.total.present, found.total.mota) == ({}, 0, None)
