"""From a road network to its lane graph: turns, lanes' connections, stop lines, connectors, conflicts."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.conflicts import find_conflicts
from twin.roadnet.connectors import ABOUT_RAD, draw, lane_positions, turning_speeds
from twin.roadnet.defaults import rank
from twin.roadnet.junction_groups import Groups, Turns, groups_of, turns_of
from twin.roadnet.lane_connections import connect
from twin.roadnet.lane_graph import LEFT, NONE, RIGHT, STRAIGHT, U_TURN, LaneGraph
from twin.roadnet.right_of_way import MOVE
from twin.roadnet.road_network import Connections, Floats, Ints, RoadNetwork
from twin.roadnet.stated_right_of_way import follow_stated
from twin.roadnet.stop_lines import DIRECT_M, LEAST_M, TAPER_M, bounded, crossing_set_backs, ends_of, points_inside

STRAIGHT_RAD: Final = math.radians(35.0)
"""Assumption: a smaller change of direction is straight on."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the turns look like from above."""

    turn: npt.NDArray[np.int8]
    angle_rad: Floats
    """Left positive; more than pi never."""
    bearing_rad: Floats
    """Of the exit seen from the end of the approach, left positive: what orders exits from right to left."""
    left: Mask
    """Whether the exit begins on the left of the approach."""
    shift: Ints
    """By how many half lanes a lane's number grows straight ahead."""


@dataclass(frozen=True, slots=True)
class _Links:
    """Connections from lane to lane, by lane, exit edge, lane of it."""

    turn: Ints
    """Row of the turns."""
    from_lane: Ints
    to_lane: Ints
    marked: Mask


def build_lane_graph(network: RoadNetwork) -> LaneGraph:
    """Return the lanes of ``network`` and how one drives from each to the next; the same network gives the same numbers."""
    groups = groups_of(network)
    turns = turns_of(network, groups)
    shape = _shape(network, turns)
    links = _links(network, turns, shape)
    at_end, at_start, direct = _set_backs(network, groups, turns, shape, links)
    return _assembled(network, groups, turns, shape, links, at_end, at_start, direct)


def _shape(network: RoadNetwork, turns: Turns) -> _Shape:
    end_x, end_y, end_rad = (part[turns.origin] for part in ends_of(network, at_end=True))
    x, y, rad = (part[turns.target] for part in ends_of(network, at_end=False))
    angle = _wrapped(rad - end_rad)
    dx, dy = x - end_x, y - end_y
    middle = end_rad + angle / 2.0
    lateral = np.cos(middle) * dy - np.sin(middle) * dx
    left = np.cos(end_rad) * dy - np.sin(end_rad) * dx > 0.0
    back = (network.edge_u[turns.origin] == network.edge_v[turns.target]) & (
        network.edge_v[turns.origin] == network.edge_u[turns.target]
    )
    turn = np.where(angle > STRAIGHT_RAD, LEFT, np.where(angle < -STRAIGHT_RAD, RIGHT, STRAIGHT))
    turn[(angle > ABOUT_RAD) | ((angle < -ABOUT_RAD) & left) | (back & (np.abs(angle) > math.pi / 2.0))] = U_TURN
    width = network.edge_lane_width_m[turns.target]
    wider = (network.edge_lanes[turns.target].astype(np.float64) - network.edge_lanes[turns.origin]) / 2.0
    shift = np.rint(2.0 * (wider - lateral / width)).astype(np.int32)
    _deal_merges(network, turns, turn, angle, shift)
    inner_x, inner_y = (part[turns.target] for part in points_inside(network, at_end=False))
    bearing = _wrapped(np.arctan2(inner_y - end_y, inner_x - end_x) - end_rad)
    bearing[turn == U_TURN] = math.pi
    return _Shape(turn.astype(np.int8), angle, bearing, left, shift)


def _wrapped(angle_rad: Floats) -> Floats:
    return np.remainder(angle_rad + math.pi, 2.0 * math.pi) - math.pi


def _deal_merges(network: RoadNetwork, turns: Turns, turn: Ints, angle_rad: Floats, shift: Ints) -> None:
    """Give the lanes of an exit that several approaches enter straight on to them from right to left.

    Where it has fewer lanes than they have together, the outer approaches keep to their sides and share the lanes between.
    """
    straight = np.flatnonzero(turn == STRAIGHT)
    straight = straight[np.lexsort((turns.origin[straight], angle_rad[straight], turns.target[straight]))]
    for begin, end in _runs(turns.target[straight]):
        if end - begin < 2:
            continue
        rows = straight[begin:end]
        widths = network.edge_lanes[turns.origin[rows]].astype(np.int64)
        room = int(network.edge_lanes[turns.target[rows[0]]])
        before = np.cumsum(widths) - widths
        free = max(int(widths.sum()) - room, 0)
        at = before - (before * free / max(int(before[-1]), 1)).astype(np.int64)
        shift[rows] = 2 * at
        shift[rows[-1]] = 2 * (room - widths[-1])


def _runs(values: Ints) -> list[tuple[int, int]]:
    """Return where each run of equal values begins and ends."""
    bounds = np.flatnonzero(np.diff(values, prepend=NONE, append=NONE)).tolist() if values.size else []
    return list(itertools.pairwise(bounds))


def _links(network: RoadNetwork, turns: Turns, shape: _Shape) -> _Links:
    """Return every connection from lane to lane."""
    order = np.lexsort((shape.bearing_rad, turns.origin))
    lanes = network.edge_lanes.tolist()
    alone = (np.bincount(turns.target, minlength=network.edge_count) == 1).tolist()
    told = network.edge_turn_lanes
    turn, shift = shape.turn[order].tolist(), shape.shift[order].tolist()
    target, origin = turns.target[order].tolist(), turns.origin[order].tolist()
    rows: list[tuple[int, int, int, bool]] = []
    for begin, end in _runs(turns.origin[order]):
        edge = origin[begin]
        exits = tuple((turn[i], lanes[target[i]], shift[i], alone[target[i]]) for i in range(begin, end))
        rows += [
            (begin + number, lane, to, marked)
            for lane, number, to, marked in connect(lanes[edge], exits, told[edge] if told else "")
        ]
    table = np.array(rows, np.int32).reshape(-1, 4)
    table[:, 0] = order[table[:, 0]]
    if network.connections is not None:
        given = _given(network, network.connections, turns)
        table = np.concatenate([table[~np.isin(table[:, 0], given[:, 0])], given])
    row, lane, to = table[:, 0], table[:, 1], table[:, 2]
    sort = np.lexsort((to, turns.target[row], lane, turns.origin[row]))
    return _Links(row[sort], lane[sort], to[sort], table[sort, 3].astype(np.bool_))


def _given(network: RoadNetwork, given: Connections, turns: Turns) -> Ints:
    """Return the connections that the map states, as rows of turn, lane, lane of the exit, 1.

    A lane that it does not connect to an exit of its edge gets one, with 0, to where the nearest lane leads.
    """
    edges = network.edge_count
    keys = turns.origin.astype(np.int64) * edges + turns.target
    wanted = given.from_edge.astype(np.int64) * edges + given.to_edge
    at = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    known = keys[at] == wanted if keys.size else np.zeros(wanted.size, np.bool_)
    by_turn: dict[int, dict[int, set[int]]] = {}
    for turn, lane, to in zip(at[known].tolist(), given.from_lane[known].tolist(), given.to_lane[known].tolist(), strict=True):
        by_turn.setdefault(turn, {}).setdefault(lane, set()).add(to)
    rows: list[tuple[int, int, int, bool]] = []
    for turn, leads in sorted(by_turn.items()):
        for lane in range(int(network.edge_lanes[turns.origin[turn]])):
            nearest = min(leads, key=lambda other, lane=lane: (abs(other - lane), other))  # type: ignore[misc]
            marked = nearest == lane
            rows += [(turn, lane, to, marked) for to in (sorted(leads[lane]) if marked else [min(leads[nearest])])]
    return np.array(rows, np.int32).reshape(-1, 4)


def _set_backs(network: RoadNetwork, groups: Groups, turns: Turns, shape: _Shape, links: _Links) -> tuple[Floats, Floats, Mask]:
    """Return how far edges are cut back at their ends and beginnings, and which links need no connector.

    Where a signal stands between two edges that meet at its stop line, the second is cut back: connectors show signals.
    """
    edges = network.edge_count
    origin, target = turns.origin[links.turn], turns.target[links.turn]
    before = lane_positions(network, origin, links.from_lane, network.edge_length_m[origin])
    behind = lane_positions(network, target, links.to_lane, np.zeros(target.size))
    gap = np.hypot(behind[:, 0] - before[:, 0], behind[:, 1] - before[:, 1])
    first_lane = np.concatenate(([0], np.cumsum(network.edge_lanes, dtype=np.int64)))
    arriving = np.bincount(first_lane[target] + links.to_lane, minlength=int(first_lane[-1]))
    straight = shape.turn[links.turn] == STRAIGHT
    direct = (gap <= DIRECT_M) & (arriving[first_lane[target] + links.to_lane] == 1) & straight
    at_end, at_start = (np.zeros(edges), np.zeros(edges)) if network.edges_end_at_stop_lines else crossing_set_backs(network)
    whole = np.bincount(links.turn, minlength=turns.origin.size) == np.bincount(
        links.turn, weights=direct, minlength=turns.origin.size
    )
    alone = (np.bincount(turns.origin, minlength=edges)[turns.origin] == 1) & (
        np.bincount(turns.target, minlength=edges)[turns.target] == 1
    )
    plain = whole & alone & (at_end[turns.origin] == 0.0) & (at_start[turns.target] == 0.0)
    if network.edges_end_at_stop_lines:
        lit = plain & groups.signalised[groups.of_node[network.edge_v[turns.origin]]]
        np.maximum.at(at_start, turns.target[lit], LEAST_M)
        plain &= ~lit
    else:
        bend = np.minimum(np.abs(shape.angle_rad), 2.0)
        width = np.maximum(*(0.5 * (network.edge_lanes * network.edge_lane_width_m)[e] for e in (turns.origin, turns.target)))
        calm = (at_end[turns.origin] < LEAST_M) & (at_start[turns.target] < LEAST_M)
        need = np.where(calm & (shape.turn == STRAIGHT), TAPER_M, LEAST_M)
        need = np.where(calm & (shape.turn != U_TURN), np.maximum(need, LEAST_M + width * np.tan(bend / 2.0)), need)
        np.maximum.at(at_end, turns.origin[~plain], need[~plain])
        np.maximum.at(at_start, turns.target[~plain], need[~plain])
    end_m, start_m = bounded(network, at_end, at_start)
    return end_m, start_m, plain[links.turn]


def _assembled(
    network: RoadNetwork,
    groups: Groups,
    turns: Turns,
    shape: _Shape,
    links: _Links,
    at_end: Floats,
    at_start: Floats,
    direct: Mask,
) -> LaneGraph:
    edges = network.edge_count
    lanes = np.where(groups.vanishing, 0, network.edge_lanes).astype(np.int64)
    edge_lane = np.concatenate(([0], np.cumsum(lanes))).astype(np.int32)
    first = int(edge_lane[-1])
    lane_edge = np.repeat(np.arange(edges, dtype=np.int32), lanes)
    lane_index = (np.arange(first) - edge_lane[lane_edge]).astype(np.int8)

    turn = links.turn[~direct]
    origin, target = turns.origin[turn], turns.target[turn]
    from_lane, to_lane = links.from_lane[~direct], links.to_lane[~direct]
    marked = links.marked[~direct]
    begin = lane_positions(network, origin, from_lane, network.edge_length_m[origin] - at_end[origin])
    end = lane_positions(network, target, to_lane, at_start[target])
    curves = draw(begin, end, shape.left[turn])
    group = groups.of_node[network.edge_v[origin]]
    moves = _moves(network, groups, turns, shape, turn)
    moves.origin_lane, moves.target_lane = edge_lane[origin] + from_lane, edge_lane[target] + to_lane
    moves.heading = np.arctan2(begin[:, 3], begin[:, 2])
    moves.marked = marked
    conflicts = find_conflicts(curves, moves, group)
    if network.connections is not None:
        row = _stated_rows(network.connections, origin, from_lane, target, to_lane)
        conflicts = follow_stated(conflicts, network.connections, row, origin)
    fastest = np.minimum(network.edge_speed_limit_mps[origin], network.edge_speed_limit_mps[target])

    number = first + np.cumsum(~direct) - 1
    lane_before = edge_lane[turns.origin[links.turn]] + links.from_lane
    to = np.where(direct, edge_lane[turns.target[links.turn]] + links.to_lane, number)
    counts = np.concatenate([np.bincount(lane_before, minlength=first), np.ones(turn.size, np.int64)])
    plain = network.edge_length_m - at_end - at_start
    return LaneGraph(
        lane_edge=np.concatenate([lane_edge, target]).astype(np.int32),
        lane_index=np.concatenate([lane_index, to_lane]).astype(np.int8),
        lane_length_m=np.concatenate([np.round(plain[lane_edge], 3), curves.length_m]),
        lane_begin_m=np.concatenate([at_start[lane_edge], np.zeros(turn.size)]),
        lane_speed_mps=np.concatenate(
            [network.edge_speed_limit_mps[lane_edge], np.minimum(fastest, turning_speeds(curves.turn_rad))]
        ),
        lane_width_m=network.edge_lane_width_m[np.concatenate([lane_edge, target])],
        lane_level=np.concatenate([network.edge_level[lane_edge], moves.level]).astype(np.int8),
        edge_lane=edge_lane,
        link_offset=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        link_to=np.concatenate([to, moves.target_lane]).astype(np.int32),
        link_edge=np.concatenate([turns.target[links.turn], target]).astype(np.int32),
        link_marked=np.concatenate([links.marked, np.ones(turn.size, np.bool_)]),
        connector_first=first,
        connector_from=moves.origin_lane.astype(np.int32),
        connector_to=moves.target_lane.astype(np.int32),
        connector_junction=groups.junction[group].astype(np.int32),
        connector_turn=moves.turn.astype(np.int8),
        point_offset=curves.offset,
        point_x_m=curves.x_m,
        point_y_m=curves.y_m,
        point_s_m=curves.s_m,
        conflict_offset=conflicts.offset,
        conflict_other=conflicts.other,
        conflict_begin_m=conflicts.begin_m,
        conflict_end_m=conflicts.end_m,
        conflict_other_begin_m=conflicts.other_begin_m,
        conflict_other_end_m=conflicts.other_end_m,
        conflict_kind=conflicts.kind,
        conflict_priority=conflicts.priority,
        conflict_green=conflicts.green,
    )


def _stated_rows(stated: Connections, origin: Ints, from_lane: Ints, target: Ints, to_lane: Ints) -> Ints:
    """Return the row of ``stated`` that each connector is, NONE where the map does not state it."""
    columns = (stated.from_edge, stated.from_lane, stated.to_edge, stated.to_lane)
    number = {ends: row for row, ends in enumerate(zip(*(column.tolist() for column in columns), strict=True))}
    wanted = zip(*(column.tolist() for column in (origin, from_lane, target, to_lane)), strict=True)
    return np.array([number.get(ends, NONE) for ends in wanted], np.int32)


def _moves(network: RoadNetwork, groups: Groups, turns: Turns, shape: _Shape, turn: Ints) -> Any:
    """Return what the right of way asks of each connector, given the row of its turn."""
    origin, target = turns.origin[turn], turns.target[turn]
    link = np.array([highway.endswith("_link") for highway in network.edge_highway], np.bool_)
    ranks = np.array([rank(highway) for highway in network.edge_highway], np.int8)
    fast = link | (ranks <= rank("trunk"))
    reverse = _reverses(network)
    moves = np.zeros(turn.size, MOVE).view(np.recarray)
    moves.origin, moves.target = origin, target
    moves.origin_reverse, moves.target_reverse = reverse[origin], reverse[target]
    moves.turn = shape.turn[turn]
    moves.rank, moves.link, moves.fast = ranks[origin], link[origin], fast[origin]
    if network.edge_roundabout is not None:
        moves.circles = network.edge_roundabout[origin]
    moves.signalised = groups.signalised[groups.of_node[network.edge_v[origin]]]
    levels = np.stack([network.edge_level[origin], network.edge_level[target]])
    moves.level = np.take_along_axis(levels, np.argmin(np.abs(levels), axis=0)[None], axis=0)[0]
    return moves


def _reverses(network: RoadNetwork) -> Ints:
    """Return the edge that leads the other way between the same nodes, NONE without one."""
    there = {pair: edge for edge, pair in enumerate(zip(network.edge_u.tolist(), network.edge_v.tolist(), strict=True))}
    pairs = zip(network.edge_v.tolist(), network.edge_u.tolist(), strict=True)
    return np.array([there.get(pair, NONE) for pair in pairs], np.int32)
