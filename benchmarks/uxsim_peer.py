"""A case on UXsim, a simulator of platoons on links: beside the others in trips a second, for it has no vehicles on lanes."""

from __future__ import annotations

import time

import numpy as np
import uxsim

from peer_cases import PeerCase

PLATOON = 5
"""Vehicles that UXsim moves as one, its default."""


def run_uxsim(case: PeerCase) -> tuple[int, float]:
    """Return how many trips finished and the wall time (s), on Python's engine of UXsim.

    It gets the edges with their lengths, speeds and lanes, signals with the phases in which each approach has green, and
    every fifth trip as a platoon of five; it chooses routes itself.
    """
    network, graph, trips = case.network, case.graph, case.trips
    world = uxsim.World(name=case.name, deltan=PLATOON, tmax=case.end_s, print_mode=0, save_mode=0, show_mode=0, random_seed=1)
    with_lanes = np.flatnonzero(np.diff(graph.edge_lane))
    node_of = {node: f"n{node}" for node in range(network.node_x_m.size)}
    for junction in network.junctions:
        node_of |= dict.fromkeys(junction.nodes, f"j{junction.number}")
    signals, groups = _signals(case)
    used = {node_of[int(node)] for edge in with_lanes for node in (network.edge_u[edge], network.edge_v[edge])}
    for name in sorted(used):
        world.addNode(name, 0.0, 0.0, signal=signals.get(name, [0]))
    for edge in with_lanes.tolist():
        lane = graph.edge_lane[edge]
        world.addLink(
            f"e{edge}",
            node_of[int(network.edge_u[edge])],
            node_of[int(network.edge_v[edge])],
            length=float(graph.lane_length_m[lane]),
            free_flow_speed=float(graph.lane_speed_mps[lane]),
            number_of_lanes=int(network.edge_lanes[edge]),
            signal_group=groups.get(edge, [0]),
        )
    first, last = trips.route_edge[trips.route_offset[:-1]], trips.route_edge[trips.route_offset[1:] - 1]
    ends = zip(network.edge_u[first].tolist(), network.edge_v[last].tolist(), trips.depart_s.tolist(), strict=True)
    for number, (origin, target, depart_s) in enumerate(ends):
        if number % PLATOON == 0:
            world.addVehicle(node_of[origin], node_of[target], depart_s)
    began_s = time.perf_counter()
    world.exec_simulation()
    wall_s = time.perf_counter() - began_s
    return sum(vehicle.state == "end" for vehicle in world.VEHICLES.values()) * PLATOON, wall_s


def _signals(case: PeerCase) -> tuple[dict[str, list[float]], dict[int, list[int]]]:
    """Return each signal's phases and the phases in which each edge has green for most of its lanes."""
    signals: dict[str, list[float]] = {}
    groups: dict[int, list[int]] = {}
    for program in case.programs:
        approach = case.graph.lane_edge[case.graph.connector_from[program.connectors]]
        green = (program.state == 1).astype(np.float64)
        stages = [phase for phase in range(green.shape[0]) if green[phase].any()]
        signals[f"j{program.junction}"] = [float(program.duration_s[phase]) for phase in stages]
        for edge in np.unique(approach).tolist():
            own = green[:, approach == edge].mean(axis=1)
            groups[edge] = [number for number, phase in enumerate(stages) if own[phase] >= own.max()]
    return signals, groups
