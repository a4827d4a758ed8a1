"""The look at a few edges agrees with the full truth, finds whose rear hangs over, and costs next to nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.traffic.helpers import traffic_on
from tests.traffic.networks import build, grid

from twin.eventlog.recorder import Recorder
from twin.traffic.process import Traffic
from twin.traffic.replay import Replay, ReplaySpec
from twin.traffic.vehicle_types import VehicleTypes, class_table

SECOND_US = 1_000_000


@pytest.fixture(scope="module")
def traffic() -> Traffic:
    """Return traffic on a grid with every class."""
    return traffic_on(grid(2), seconds=600, inflow_vph=5000.0, internal_share=0.3)


def test_it_agrees_with_the_truth_between_steps_too(traffic: Traffic) -> None:
    """Whoever the truth has on the edges is there with the same figures; all others hang over with their rear."""
    edges = np.arange(3, traffic.network.edge_count, 4, dtype=np.int32)
    asked = np.isin(np.arange(traffic.network.edge_count), edges)
    hanging = 0
    for tenth in range(1, 1500):
        t_us = tenth * SECOND_US // 10 + 30_000
        look, truth = traffic.on_edges(edges, t_us), traffic.now(t_us)
        assert np.unique(look.vehicle).size == look.vehicle.size
        row = np.searchsorted(truth.vehicle, look.vehicle)
        assert np.array_equal(truth.vehicle[row], look.vehicle)
        fronts = asked[truth.edge[row]]
        assert np.count_nonzero(fronts) == np.count_nonzero(asked[truth.edge])
        there = row[fronts]
        for mine, whole in ((look.edge, truth.edge), (look.lane, truth.lane), (look.klass, truth.klass)):
            assert np.array_equal(mine[fronts], whole[there])
        assert look.s_m[fronts] == pytest.approx(truth.s_m[there], abs=1e-9)
        assert np.array_equal(look.speed_mps, truth.speed_mps[row])
        over = ~fronts
        hanging += int(np.count_nonzero(over))
        stop_m = traffic.stop_line_m()[look.edge[over]]
        assert np.all(asked[look.edge[over]])
        assert np.all(look.s_m[over] >= stop_m)
        assert np.all(look.s_m[over] - truth.length_m[row[over]] < stop_m)
    assert hanging > 100


def test_nobody_who_crosses_is_lost() -> None:
    """Along a straight road every vehicle is seen from the beginning of the edge until its rear has left it, without a jump."""
    nodes = [(0.0, 0.0), (300.0, 0.0), (400.0, 0.0), (700.0, 0.0)]
    network = build(nodes, [(0, 1, 2), (1, 2, 2), (2, 3, 2)], entries=[0], exits=[2])
    traffic = traffic_on(network, seconds=200, inflow_vph=1800.0)
    edges = np.array([1], np.int32)
    seen: dict[int, list[tuple[float, float]]] = {}
    length_m = traffic.engine.vehicles.length_m
    for tenth in range(2000):
        look = traffic.on_edges(edges, tenth * SECOND_US // 10)
        for vehicle, s_m, klass in zip(look.vehicle.tolist(), look.s_m.tolist(), look.klass.tolist(), strict=True):
            seen.setdefault(vehicle, []).append((s_m, float(length_m[klass])))
    rows = traffic.engine.vehicles.all
    through = np.flatnonzero(rows.arrive_us > 0)
    assert through.size > 50
    for vehicle in through.tolist():
        s_m, (length, *_) = np.array([at for at, _ in seen[vehicle]]), (size for _, size in seen[vehicle])
        assert s_m[0] < 2.0
        assert s_m[-1] > 98.0 + length
        assert np.all(np.diff(s_m) >= -1e-9)
        assert np.diff(s_m).max() < 3.0


def test_recorded_vehicles_are_found_the_same_way(tmp_path: Path) -> None:
    """Of a file, the vehicles on the edge and those whose rear has not left it."""
    network = build([(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)], [(0, 1, 1), (1, 2, 1)])
    begins = (("a", "bus", 70), ("b", "passenger", 20))
    rows = [f"{t_s};90;{name};10;{kind};{x_m + 10 * t_s};0" for t_s in range(6) for name, kind, x_m in begins]
    head = "timestep_time;vehicle_angle;vehicle_id;vehicle_speed;vehicle_type;vehicle_x;vehicle_y"
    (tmp_path / "fcd.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    spec = ReplaySpec(file="fcd.csv")
    replay = Replay(network, spec, class_table(VehicleTypes(), 0.1), Recorder(Path()), tmp_path)
    edges = np.array([0], np.int32)
    for t_s, expected in ((0.0, {0: 70.0, 1: 20.0}), (4.0, {0: 110.0, 1: 60.0}), (4.9, {1: 69.0})):
        look = replay.on_edges(edges, round(t_s * SECOND_US))
        assert dict(zip(look.vehicle.tolist(), look.s_m.tolist(), strict=True)) == pytest.approx(expected)
        assert np.all(look.edge == 0)
