"""Which nodes are driven through as one junction, and the turns from edge to edge across it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.lane_graph import NONE
from twin.roadnet.road_network import Ints, Junction, RoadNetwork
from twin.roadnet.turn_states import TurnStates, turn_states

Mask = npt.NDArray[np.bool_]

LONGEST_INSIDE_M: Final = 120.0
"""Assumption: a longer edge between two nodes of a junction is a road around the block that keeps its lanes."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The nodes of one junction are one group; every other node is one by itself, and so is every node of a roundabout."""

    of_node: Ints
    """Group of each node."""
    junction: Ints
    """Row of ``RoadNetwork.junctions`` of each group, NONE without one."""
    signalised: Mask
    """(groups,)."""
    vanishing: Mask
    """(edges,): edges inside a junction that connectors replace."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns between edges that have lanes, by the edge they leave, then by the one they enter."""

    origin: Ints
    target: Ints


def groups_of(network: RoadNetwork) -> Groups:
    """Return the groups of a network's nodes.

    The edges of a roundabout without signals keep their lanes: there, who circles follows who circles.
    """
    nodes = int(network.node_x_m.size)
    head = np.arange(nodes, dtype=np.int32)
    junction = np.full(nodes, NONE, np.int32)
    vanishing = np.zeros(network.edge_count, np.bool_)
    signalised = np.zeros(nodes, np.bool_)
    for number, one in enumerate(network.junctions):
        members = list(one.nodes)
        junction[members] = number
        signalised[members] = one.signalised
        if not _circles(network, one):
            head[members] = min(members)
            vanishing[list(one.internal)] = True
    vanishing &= network.edge_length_m <= LONGEST_INSIDE_M
    heads, of_node = np.unique(head, return_inverse=True)
    return Groups(of_node.astype(np.int32), junction[heads], signalised[heads], vanishing)


def _circles(network: RoadNetwork, junction: Junction) -> bool:
    ring = network.edge_roundabout
    return ring is not None and not junction.signalised and bool(ring[list(junction.internal)].any())


def turns_of(network: RoadNetwork, groups: Groups) -> Turns:
    """Return the turns through each group, over edges inside it where need be, forbidden courses left out."""
    states = turn_states(network.turn_offset, network.turn_edge, network.forbidden_courses)
    inside = groups.vanishing
    counts = np.diff(network.turn_offset)
    origin = np.repeat(np.arange(network.edge_count, dtype=np.int32), counts)
    plain = ~inside[origin] & ~inside[network.turn_edge]
    through = np.unique(origin[~inside[origin] & inside[network.turn_edge]])
    found = [_beyond(int(edge), states, inside) for edge in through]
    origin = np.concatenate([origin[plain], np.repeat(through, [len(part) for part in found])]).astype(np.int32)
    target = np.concatenate([network.turn_edge[plain], np.array([f for part in found for f in part], np.int32)])
    pairs = np.unique(np.column_stack([origin, target]), axis=0)
    return Turns(pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32))


def _beyond(edge: int, states: TurnStates, inside: Mask) -> list[int]:
    """Return the edges with lanes that are reached from ``edge`` over edges inside the junction alone."""
    reached: set[int] = set()
    seen = {edge}
    ahead = [edge]
    while ahead:
        state = ahead.pop()
        for after in states.following[states.offset[state] : states.offset[state + 1]].tolist():
            if after in seen:
                continue
            seen.add(after)
            if inside[states.edge[after]]:
                ahead.append(after)
            else:
                reached.add(int(states.edge[after]))
    return sorted(reached)


def external_routes(network: RoadNetwork, offset: Ints, edges: Ints) -> tuple[Ints, Ints]:
    """Return the routes without the edges inside junctions, as offsets and edges.

    Route ``r`` has the edges ``edges[offset[r]:offset[r + 1]]``. A route that begins or ends inside a junction begins behind it
    or ends before it; one that lies inside altogether becomes empty.
    """
    kept = ~groups_of(network).vanishing[edges]
    before = np.concatenate(([0], np.cumsum(kept)))
    return before[offset].astype(offset.dtype), edges[kept]


def external_route(network: RoadNetwork, edges: Ints) -> Ints:
    """Return one route without the edges inside junctions."""
    return external_routes(network, np.array([0, edges.size], np.int32), edges)[1]
