"""Measured flow against flows that are known beforehand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tests.metrics.logs import EASTWARDS_CDEG, SECOND, Rows, edge_row, write_log

from twin.eventlog.reader import Run
from twin.metrics.flow_monitoring import FlowPoints, flow_monitoring
from twin.metrics.pictures import draw_flow_monitoring

EDGE_M = 400.0
HEADWAY_S = 6.0
SPEED_MPS = 12.0
END_S = 120

FLOW_VPH = 3600.0 / HEADWAY_S
DENSITY_VPKM = 1000.0 / (HEADWAY_S * SPEED_MPS)


def _tracks(site: int, from_m: float, to_m: float, *, every: int = 1, **values: object) -> Rows:
    """Return ten lists a second of a stream in equilibrium: of each ``every``-th vehicle a track between two places."""
    rows = []
    for tick in range(10 * END_S):
        for vehicle in range(-10, 30, every):
            x_m = SPEED_MPS * (tick / 10.0 - HEADWAY_S * vehicle)
            if from_m <= x_m <= to_m:
                rows.append(
                    {"t_us": tick * SECOND // 10, "site": site, "track": vehicle + 10, "x_cm": round(100 * x_m), "y_cm": 50}
                )
    return [row | values for row in rows]


def _run(folder: Path, fused: Rows) -> Run:
    """Return a run with that stream on edge 0, the half of it on edge 1 (which nobody watches), and two sites."""
    metres = EDGE_M * FLOW_VPH / 3600.0 * 60.0
    states = [
        {"t_us": start * SECOND, "edge": edge, "vehicle_s": metres * part / SPEED_MPS, "distance_m": metres * part}
        for start in (0, 60)
        for edge, part in ((0, 1.0), (1, 0.5))
    ]
    edges = [edge_row(0, [(0.0, 0.0), (EDGE_M, 0.0)]), edge_row(1, [(EDGE_M, 12.0), (0.0, 12.0)])]
    sites = [{"site": number, "name": f"site-{number}", "x_cm": 10000 + 20000 * number} for number in (0, 1)]
    return write_log(folder, edge=edges, site=sites, edge_state=states, fused_object=fused)


def test_whole_tracks_measure_edies_flow_density_and_speed(tmp_path: Path) -> None:
    """Of a stream in equilibrium flow = 1 / headway, density = flow / speed, to 2 % (a track's first and last step)."""
    found = flow_monitoring(_run(tmp_path / "run", _tracks(0, 50.0, 350.0)))
    assert found is not None
    assert found.by_edge.edge.tolist() == [0]
    assert found.by_edge.measured_vph == pytest.approx([FLOW_VPH], rel=0.02)
    assert found.by_edge.measured_vpkm == pytest.approx([DENSITY_VPKM], rel=0.02)
    assert found.by_edge.measured_mps == pytest.approx([SPEED_MPS], rel=1e-3)
    assert found.by_edge.true_vph == pytest.approx([FLOW_VPH])
    assert found.by_edge.true_vpkm == pytest.approx([DENSITY_VPKM], rel=1e-5)
    assert found.by_interval.from_s.tolist() == [0.0, 60.0]
    assert found.by_interval.measured_vph == pytest.approx([FLOW_VPH] * 2, rel=0.05)  # whole vehicles, ten a minute
    stretch = found.stretch[0]
    assert (stretch.site, stretch.from_m, stretch.to_m) == (0, pytest.approx(50.0, abs=8.0), pytest.approx(350.0, abs=8.0))
    assert (found.edges_driven, found.edges_never_measured, found.measured_share) == (2, 1, 0.5)
    assert found.by_edge.errors().geh_share == 1.0


def test_sites_that_overlap_do_not_count_twice(tmp_path: Path) -> None:
    """The site that sees most of the edge measures it alone: the other one's tracks change nothing."""
    one = flow_monitoring(_run(tmp_path / "one", _tracks(1, 50.0, 350.0)))
    both = flow_monitoring(_run(tmp_path / "both", _tracks(0, 100.0, 300.0, every=2) + _tracks(1, 50.0, 350.0)))
    assert one is not None
    assert both is not None
    assert both.stretch == one.stretch
    assert both.by_edge.measured_vph == pytest.approx(one.by_edge.measured_vph)


def test_what_is_not_seen_is_missing(tmp_path: Path) -> None:
    """A site that follows every second vehicle measures half of the flow, at the right speed; GEH and errors by hand."""
    found = flow_monitoring(_run(tmp_path / "run", _tracks(0, 50.0, 350.0, every=2)))
    assert found is not None
    errors = found.by_edge.errors()
    measured_vph = float(found.by_edge.measured_vph[0])
    assert measured_vph == pytest.approx(FLOW_VPH / 2.0, rel=0.03)
    assert errors.bias_vph == pytest.approx(measured_vph - FLOW_VPH)
    assert errors.mape == pytest.approx(0.5, abs=0.02)
    assert errors.geh_share == 0.0  # GEH = sqrt(2 x 300^2 / 900) = 14
    assert errors.speed_bias_mps == pytest.approx(0.0, abs=0.01)


def test_pedestrians_and_other_levels_are_no_traffic(tmp_path: Path) -> None:
    """Tracks of pedestrians, of places beside the road and against its direction measure nothing."""
    aside = _tracks(0, 50.0, 350.0)
    rows = [row | {"class": "pedestrian"} for row in aside]
    rows += [row | {"track": row["track"] + 100, "y_cm": -900} for row in aside]
    rows += [row | {"track": row["track"] + 200, "heading_cdeg": EASTWARDS_CDEG + 18000} for row in aside]
    found = flow_monitoring(_run(tmp_path / "run", rows))
    assert found is not None
    assert (found.edges_never_measured, found.measured_share, found.stretch) == (2, 0.0, {})
    assert found.by_edge.errors().bias_vph is None


def test_a_warm_up_is_left_out(tmp_path: Path) -> None:
    """With the first minute left out the second one alone is measured; a run without fused lists has no figures."""
    run = _run(tmp_path / "run", _tracks(0, 50.0, 350.0))
    found = flow_monitoring(run, 60.0)
    assert found is not None
    assert found.by_interval.from_s.tolist() == [60.0]
    assert found.by_edge.measured_vph == pytest.approx([FLOW_VPH], rel=0.05)
    assert flow_monitoring(_run(tmp_path / "unfused", [])) is None


def test_a_step_counts_in_the_interval_of_its_middle(tmp_path: Path) -> None:
    """What a vehicle drives up to a list at 60 s it drove in the first minute, all of it; the second one has no way."""
    track = [
        {"t_us": tick * SECOND // 10, "site": 0, "track": 1, "x_cm": 10_000 + 120 * (tick - 500), "y_cm": 50}
        for tick in range(500, 601)
    ]
    found = flow_monitoring(_run(tmp_path / "run", track))
    assert found is not None
    seen_m = found.stretch[0].to_m - found.stretch[0].from_m
    driven_m = found.by_interval.measured_vph * 60.0 * seen_m / 3600.0
    assert driven_m.tolist() == pytest.approx([120.0, 0.0])


def test_geh_and_speed_errors_are_formed_as_they_are_defined() -> None:
    """GEH = sqrt(2 (m - c)^2 / (m + c)): 100 against 155 is just below 5, against 157 above; NaN speeds count nowhere."""
    true_vph, measured_vph = np.array([100.0, 100.0, 0.0, 0.0]), np.array([155.0, 157.0, 0.0, 14.0])
    geh = [math.sqrt(2.0 * (m - t) ** 2 / (m + t)) if m + t else 0.0 for t, m in zip(true_vph, measured_vph, strict=True)]
    assert [value < 5.0 for value in geh] == [True, False, True, False]
    speeds = np.array([10.0, np.nan, 10.0, 10.0]), np.array([11.0, 5.0, np.nan, 7.0])
    zeros = np.zeros(4)
    points = FlowPoints(np.arange(4), zeros, zeros, true_vph, measured_vph, zeros, zeros, *speeds)
    errors = points.errors()
    assert errors.geh_share == 0.5
    assert errors.bias_vph == pytest.approx((55.0 + 57.0 + 14.0) / 4.0)
    assert errors.mape == pytest.approx((0.55 + 0.57) / 2.0)
    assert (errors.speed_bias_mps, errors.speed_rmse_mps) == (pytest.approx(-1.0), pytest.approx(math.sqrt(5.0)))


def test_the_picture_is_written(tmp_path: Path) -> None:
    """A file with a dot an edge; without measured edges the reason is said."""
    draw_flow_monitoring(_run(tmp_path / "run", _tracks(0, 50.0, 350.0)), tmp_path / "flow.svg")
    assert "<svg" in (tmp_path / "flow.svg").read_text(encoding="utf-8")
    from twin.errors import InputError

    with pytest.raises(InputError, match="no edge was measured"):
        draw_flow_monitoring(_run(tmp_path / "unfused", []), tmp_path / "flow.png")
