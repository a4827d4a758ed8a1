"""What traffic writes to the log: positions, intervals of edges, trips, vehicles, changes of signals."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.eventlog.quantise import centimetres, compass_centidegrees
from twin.eventlog.recorder import Recorder, labels
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.engine import Engine
from twin.traffic.ground_truth import VEHICLE_CLASSES, GroundTruth
from twin.traffic.parker_trips import NEVER_DUE_US
from twin.traffic.pedestrians import Pedestrians
from twin.traffic.signal_control import SignalRows
from twin.traffic.signal_plan import ENDLESS_US
from twin.traffic.signal_states import SIGNAL_STATE_NAMES
from twin.traffic.trips import PURPOSES, Trips
from twin.traffic.vehicles import NEVER
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]


def log_trajectory(recorder: Recorder, truth: GroundTruth) -> None:
    """Write everybody's position."""
    recorder.append(
        "trajectory",
        {
            "t_us": np.full(truth.vehicle.size, truth.t_us),
            "vehicle": truth.vehicle,
            "x_cm": centimetres(truth.x_m),
            "y_cm": centimetres(truth.y_m),
            "speed_cmps": centimetres(truth.speed_mps),
            "heading_cdeg": compass_centidegrees(truth.heading_rad),
            "edge": truth.edge,
            "lane": truth.lane,
        },
    )


def log_interval(recorder: Recorder, engine: Engine, began_us: int, t_us: int) -> None:
    """Write the edges' totals since ``began_us`` and begin a new interval."""
    totals = engine.edge_totals()
    used = np.flatnonzero((totals["vehicle_s"] > 0.0) | (totals["entered"] > 0) | (totals["left"] > 0))
    recorder.append(
        "edge_state",
        {
            "t_us": np.full(used.size, began_us),
            "interval_us": np.full(used.size, t_us - began_us),
            "edge": used,
            "entered": totals["entered"][used].astype(np.int64),
            "left": totals["left"][used].astype(np.int64),
            "vehicle_s": totals["vehicle_s"][used],
            "distance_m": totals["distance"][used],
            "halted_s": totals["halted_s"][used],
        },
    )
    engine.forget_totals()


def log_trips(
    recorder: Recorder,
    network: RoadNetwork,
    graph: LaneGraph,
    trips: Trips,
    engine: Engine,
    skipped: tuple[Floats, Floats] | None = None,
) -> None:
    """Write every trip that entered or waited; called once, at the end.

    ``skipped``: metres and free-flow seconds (trips,) of their routes that were not driven.
    """
    vehicles = engine.vehicles.all
    inserted, arrived = vehicles.insert_us != NEVER, vehicles.arrive_us != NEVER
    made = np.flatnonzero(inserted | ((trips.depart_us >= 0) & (trips.depart_us < NEVER_DUE_US)))
    begin, size = vehicles.route_begin[made], vehicles.route_size[made]
    length_m, free_flow_s = route_totals(
        network, graph, engine.vehicles.route_edge, begin, size, trips.depart_s_m[made], trips.arrive_s_m[made]
    )
    if skipped is not None:
        length_m, free_flow_s = length_m - skipped[0][made], free_flow_s - skipped[1][made]
    delay_s = (vehicles.arrive_us[made] - trips.depart_us[made]) / US_PER_S - free_flow_s
    recorder.append(
        "trip",
        {
            "vehicle": made,
            "depart_us": trips.depart_us[made],
            "insert_us": np.ma.masked_array(vehicles.insert_us[made], ~inserted[made]),
            "arrival_us": np.ma.masked_array(vehicles.arrive_us[made], ~arrived[made]),
            "route_length_m": length_m,
            "free_flow_s": free_flow_s,
            "delay_s": np.ma.masked_array(delay_s, ~arrived[made] | (trips.depart_us[made] < 0)),
            "purpose": labels(trips.purpose[made], PURPOSES),
            "origin_edge": engine.vehicles.route_edge[begin],
            "destination_edge": engine.vehicles.route_edge[begin + size - 1],
        },
    )


def route_totals(
    network: RoadNetwork,
    graph: LaneGraph,
    route_edge: npt.NDArray[np.int32],
    begin: npt.NDArray[np.int32],
    size: npt.NDArray[np.int32],
    depart_s_m: Floats,
    arrive_s_m: Floats,
) -> tuple[Floats, Floats]:
    """Return length (m) and free-flow time (s) of trips whose routes are ``route_edge[begin:begin + size]``.

    Edges count from stop line to stop line at the speed limit, junctions at the shortest connector's length and turning speed.
    """
    first = graph.edge_lane[:-1]
    has = graph.edge_lane[1:] > first
    lane = np.where(has, first, 0)
    length = np.where(has, graph.lane_length_m[lane], 0.0) if graph.lane_count else np.zeros(network.edge_count)
    start = np.where(has, graph.lane_begin_m[lane], 0.0) if graph.lane_count else length
    limit = network.edge_speed_limit_mps
    turn_m, turn_s = _turns(network, graph, route_edge)
    way_m = np.concatenate([[0.0], np.cumsum(length[route_edge] + turn_m)])
    time_s = np.concatenate([[0.0], np.cumsum(length[route_edge] / limit[route_edge] + turn_s)])
    last = begin + size - 1
    head, tail = route_edge[begin], route_edge[last]
    before_m = np.clip(depart_s_m - start[head], 0.0, length[head])
    after_m = length[tail] - np.clip(arrive_s_m - start[tail], 0.0, length[tail])
    return (
        way_m[last + 1] - turn_m[last] - way_m[begin] - before_m - after_m,
        time_s[last + 1] - turn_s[last] - time_s[begin] - before_m / limit[head] - after_m / limit[tail],
    )


def _turns(network: RoadNetwork, graph: LaneGraph, route_edge: npt.NDArray[np.int32]) -> tuple[Floats, Floats]:
    """Return length and time of the junction behind each row of the route table; 0 where no connector leads to the next row."""
    width = np.int64(network.edge_count)
    connectors = graph.connector_first + np.arange(graph.connector_count)
    key = graph.lane_edge[graph.connector_from].astype(np.int64) * width + graph.lane_edge[connectors]
    order = np.lexsort((graph.lane_length_m[connectors], key))
    keys, first = np.unique(key[order], return_index=True)
    shortest = connectors[order[first]]
    wanted = route_edge[:-1].astype(np.int64) * width + route_edge[1:]
    place = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    length, time_s = np.zeros(route_edge.size), np.zeros(route_edge.size)
    if keys.size and wanted.size:
        there = keys[place] == wanted
        lanes = shortest[place]
        length[:-1] = np.where(there, graph.lane_length_m[lanes], 0.0)
        time_s[:-1] = np.where(there, graph.lane_length_m[lanes] / graph.lane_speed_mps[lanes], 0.0)
    return length, time_s


def write_vehicles(recorder: Recorder, engine: Engine, pedestrians: Pedestrians | None, stalled: int = 0) -> None:
    """Write the static table of everybody who may be met: vehicles, then pedestrians, then ``stalled`` cars that break down."""
    vehicles = engine.vehicles
    klass = vehicles.all.klass.astype(np.int64)
    sizes = [table[klass] for table in (vehicles.length_m, vehicles.width_m, vehicles.height_m)]
    if pedestrians is not None:
        klass = np.append(klass, np.full(pedestrians.count, VEHICLE_CLASSES.index("pedestrian")))
        sizes = [np.append(own, np.full(pedestrians.count, m)) for own, m in zip(sizes, pedestrians.size_m, strict=True)]
    if stalled:
        klass = np.append(klass, np.full(stalled, VEHICLE_CLASSES.index("car")))
        cars = (vehicles.length_m[0], vehicles.width_m[0], vehicles.height_m[0])
        sizes = [np.append(own, np.full(stalled, m)) for own, m in zip(sizes, cars, strict=True)]
    recorder.write_static(
        "vehicle",
        {
            "vehicle": np.arange(klass.size),
            "class": labels(klass.astype(np.int8), VEHICLE_CLASSES),
            "length_cm": centimetres(sizes[0]),
            "width_cm": centimetres(sizes[1]),
            "height_cm": centimetres(sizes[2]),
        },
    )


def log_signals(recorder: Recorder, rows: SignalRows) -> None:
    """Write changes of signal groups."""
    ends = {"least_end_us": rows.least_end_us, "likely_end_us": rows.likely_end_us, "most_end_us": rows.most_end_us}
    table: dict[str, Any] = {
        "t_us": np.full(rows.junction.size, rows.t_us),
        "junction": rows.junction,
        "phase": rows.group,
        "state": labels(rows.state, SIGNAL_STATE_NAMES),
        "stage": rows.stage,
        **{name: np.ma.masked_array(end_us, end_us == ENDLESS_US) for name, end_us in ends.items()},
    }
    recorder.append("signal", table)
