"""Does traffic cost the same for every vehicle, however many there are? Signal grids from 1,000 to 100,000 vehicles at once.

    python benchmarks/traffic_growth.py [--vehicles 1000,3000,10000,30000,100000] [--step 0.1] [--json] [--plot FILE.png]

The grids grow with the vehicles: the square grid of six-lane streets whose number of signalised crossings is nearest to a
thirteenth of the vehicles, as dense as the 20 x 20 grid of ``traffic_vs_sumo.py`` with its 5,400. Vehicles begin within half a
minute anywhere and drive random walks of 40 streets, so that nobody arrives while we measure. After ``WARM_S`` the next
``MEASURED_S`` are driven several times from one saved state, on one core; the cost of an update (one vehicle, one step) is the
least processor time among them. Signals follow this model's own plans, switched at whole seconds. Memory is what a process
with these vehicles needs more than one with a single vehicle on the same roads, at its peak and by counting arrays.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from our_peer import signal_changes
from peer_cases import CAR, PeerCase, signal_grid
from twin.rng import stream_key, uniforms
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.sumo_export import SignalProgram
from twin.roadnet.sumo_routes import SumoTrips
from twin.traffic.driving import DrivingSpec
from twin.traffic.engine import Engine
from twin.traffic.signal_plans import signal_plans
from twin.traffic.signal_spec import SignalsSpec
from twin.traffic.vehicles import SLOT
from twin.units import US_PER_S, to_us

SEED = 1
VEHICLES_A_CROSSING = 13.5
STREETS = 40
BEGIN_WITHIN_S = 30.0
WARM_S = 120
MEASURED_S = 30
REPEATS = 5
STRAIGHT_SHARE = 0.6
MOST_BYTES = 1024
PEAK_FROM_VEHICLES = 30_000
"""Of fewer vehicles the peak of a process says nothing: the interpreter's own memory varies by megabytes."""


def random_walks(network: RoadNetwork, count: int) -> SumoTrips:
    """Return ``count`` walks of ``STREETS`` edges that stay inside the grid: straight on mostly, never back."""
    following, cumulative = _choices(network)
    inner = np.flatnonzero(~np.isin(np.arange(network.edge_count), np.union1d(network.entry_edges, network.exit_edges)))
    draws = uniforms(stream_key(SEED, "benchmarks/growth/begin"), np.arange(count, dtype=np.int64))
    routes = np.empty((count, STREETS), np.int32)
    routes[:, 0] = inner[(draws[:, 0] * inner.size).astype(np.int64)]
    for leg in range(1, STREETS):
        draw = uniforms(stream_key(SEED, "benchmarks/growth", str(leg)), np.arange(count, dtype=np.int64))[:, 0]
        here = routes[:, leg - 1]
        routes[:, leg] = following[here, (draw[:, None] >= cumulative[here]).sum(axis=1)]
    return SumoTrips(
        key=tuple(f"v{number}" for number in range(count)),
        kind=(CAR.key,) * count,
        depart_s=np.round(np.sort(draws[:, 1]) * BEGIN_WITHIN_S, 1),
        route_offset=np.arange(count + 1, dtype=np.int64) * STREETS,
        route_edge=routes.ravel(),
        routed=np.ones(count, np.bool_),
        depart_s_m=20.0 + draws[:, 2] * 0.6 * network.edge_length_m[routes[:, 0]],
        arrive_s_m=network.edge_length_m[routes[:, -1]],
        types=(CAR,),
        notices=(),
    )


def _choices(network: RoadNetwork) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Return where one may go on from each edge, and the cumulative shares: (edges, 4) each."""
    following = np.zeros((network.edge_count, 4), np.int32)
    weight = np.zeros((network.edge_count, 4))
    dx = network.node_x_m[network.edge_v] - network.node_x_m[network.edge_u]
    dy = network.node_y_m[network.edge_v] - network.node_y_m[network.edge_u]
    out = np.isin(np.arange(network.edge_count), network.exit_edges)
    for edge in range(network.edge_count):
        ahead = network.turn_edge[network.turn_offset[edge] : network.turn_offset[edge + 1]]
        ahead = ahead[(network.edge_v[ahead] != network.edge_u[edge]) & ~out[ahead]][:4]
        straight = np.abs(dx[edge] * dy[ahead] - dy[edge] * dx[ahead]) < 0.5 * np.abs(
            dx[edge] * dx[ahead] + dy[edge] * dy[ahead]
        )
        following[edge, : ahead.size] = ahead
        weight[edge, : ahead.size] = np.where(straight, STRAIGHT_SHARE, (1.0 - STRAIGHT_SHARE) / 2.0)
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    share = np.cumsum(weight, axis=1) / total
    last = np.maximum((weight > 0.0).sum(axis=1) - 1, 0)
    share[np.arange(network.edge_count), last] = 1.0
    return following, share[:, :3]


def grid_programs(network: RoadNetwork, graph: Any) -> tuple[SignalProgram, ...]:
    """Return the signal programs of the model's own plans, for 300 veh/h on every connector."""
    plans = signal_plans(network, graph, SignalsSpec(), SEED, np.full(graph.connector_count, 300.0))
    return tuple(
        SignalProgram(
            plan.junction, plan.offset_us / US_PER_S, plan.duration_us / US_PER_S, plan.connectors, plan.shown.astype(np.int8)
        )
        for plan in plans
    )


def build(size: int, file: Path) -> dict[str, Any]:
    """Write the grid's tables to ``file``; return how long each took (processor time, s)."""
    began_s = time.process_time()
    network = signal_grid(size)
    read_s = time.process_time()
    graph = build_lane_graph(network)
    graph_s = time.process_time()
    programs = grid_programs(network, graph)
    plans_s = time.process_time()
    with file.open("wb") as out:
        pickle.dump((network, graph, programs), out)
    return {
        "read_s": round(read_s - began_s, 1),
        "lane_graph_s": round(graph_s - read_s, 1),
        "signal_plans_s": round(plans_s - graph_s, 1),
    }


def drive(engine: Engine, changes: dict[int, list[Any]], begin_s: int, end_s: int) -> None:
    """Step from ``begin_s`` to ``end_s``; signals change at whole seconds."""
    for second in range(begin_s, end_s):
        engine.step_to(to_us(float(second)))
        for connectors, shown in changes.get(second, ()):
            engine.roads.signal[connectors] = shown
    engine.step_to(to_us(float(end_s)))


def measure(file: Path, count: int, step_s: float) -> dict[str, Any]:
    """Drive ``count`` vehicles; return cost, memory, what is on the road. Runs in a process of its own."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with file.open("rb") as source:
        network, graph, programs = pickle.load(source)  # noqa: S301  (we wrote it)
    began_s = time.process_time()
    trips = random_walks(network, count)
    case = PeerCase("grid", network, graph, programs, trips, np.ones(count), (CAR,), float(WARM_S + MEASURED_S))
    own = case.own_trips
    engine = Engine(network, graph, own, case.classes, DrivingSpec(step_s=step_s))
    engine.vehicles.slots.view(np.uint8)[...] = 0  # resident from the beginning: slots belong to the lanes
    trips_s = time.process_time() - began_s
    changes: dict[int, list[Any]] = {}
    for t_us, connectors, shown in signal_changes(programs, to_us(float(WARM_S + MEASURED_S))):
        changes.setdefault(-(-t_us // US_PER_S), []).append((connectors, shown))
    drive(engine, changes, 0, WARM_S)
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    costs, active, updates = [], engine.active, engine.updates
    saved = engine.state()
    for _ in range(REPEATS if count > 1 else 1):
        engine.restore(saved)
        began_s = time.process_time()
        drive(engine, changes, WARM_S, WARM_S + MEASURED_S)
        costs.append((time.process_time() - began_s) / max(engine.updates - updates, 1))
    by_trip = sum(value.nbytes for name in own.__slots__ if isinstance(value := getattr(own, name), np.ndarray))
    counted = engine.vehicles.all.nbytes + engine.vehicles.route_edge.nbytes + engine.active * SLOT.itemsize + by_trip
    return {
        "ns_per_update": round(1e9 * min(costs), 1),
        "ns_per_update_median": round(1e9 * float(np.median(costs)), 1),
        "active": active,
        "waiting": engine.waiting,
        "mean_speed_kmh": round(3.6 * float(engine.now(engine.t_us).speed_mps.mean()), 1),
        "trips_s": round(trips_s, 1),
        "array_bytes_per_vehicle": round(counted / count),
        "peak_kib": peak_kib,
    }


def in_process(file: Path, count: int, step_s: float) -> dict[str, Any]:
    """Return ``measure`` of a fresh process."""
    words = [sys.executable, __file__, "--measure", str(file), "--vehicles", str(count), "--step", str(step_s)]
    return dict(json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout))  # noqa: S603


def plot(rows: list[dict[str, Any]], file: Path) -> None:
    """Draw cost and memory over the number of vehicles."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.4), layout="constrained")
    vehicles = [row["active"] for row in rows]
    left.semilogx(vehicles, [row["ns_per_update"] for row in rows], "o-", color="#1565c0")
    left.set(xlabel="vehicles at once", ylabel="ns per vehicle update", title="Cost, one core", ylim=(0, None))
    right.semilogx(vehicles, [row["array_bytes_per_vehicle"] for row in rows], "o-", color="#1565c0", label="arrays, counted")
    large = [row for row in rows if "peak_bytes_per_vehicle" in row]
    peak = [row["peak_bytes_per_vehicle"] for row in large]
    right.semilogx([row["active"] for row in large], peak, "s--", color="#c62828", label="peak of the process")
    right.axhline(MOST_BYTES, color="0.6", linewidth=1.0)
    right.set(xlabel="vehicles at once", ylabel="bytes per vehicle", title="Memory beyond the network", ylim=(0, None))
    right.legend()
    for axes in (left, right):
        axes.grid(visible=True, alpha=0.3)
    figure.savefig(file, dpi=110)


def main() -> None:
    """Measure every size and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vehicles", default="1000,3000,10000,30000,100000")
    parser.add_argument("--step", type=float, default=0.1, help="s")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON, all figures in it")
    parser.add_argument("--plot", type=Path, help="draw them there")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    counts = [int(word) for word in options.vehicles.split(",")]
    if options.measure:
        print(json.dumps(measure(options.measure, counts[0], options.step)))
        return
    rows = []
    for count in counts:
        size = max(3, round((count / VEHICLES_A_CROSSING) ** 0.5))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "grid"
            row = {"vehicles": count, "size": size, **build(size, file)}
            alone = in_process(file, 1, options.step)
            row |= in_process(file, count, options.step)
        if count >= PEAK_FROM_VEHICLES:
            row["peak_bytes_per_vehicle"] = round((row["peak_kib"] - alone["peak_kib"]) * 1024 / count)
        rows.append(row)
        if not options.json:
            print(row, flush=True)
    costs = [row["ns_per_update"] for row in rows]
    out = {
        "step_s": options.step,
        "cost_ratio": round(max(costs) / min(costs), 2),
        "ns_per_update": costs,
        "peak_bytes_per_vehicle": [row["peak_bytes_per_vehicle"] for row in rows if "peak_bytes_per_vehicle" in row],
        "most_array_bytes_per_vehicle": max(row["array_bytes_per_vehicle"] for row in rows),
        "rows": rows,
    }
    print(json.dumps({key: value for key, value in out.items() if options.json or key != "rows"}))
    if options.plot:
        plot(rows, options.plot)


if __name__ == "__main__":
    main()
