"""How far before the middle of a junction lanes end, and how far behind it they begin."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.roadnet.road_network import Floats, Ints, RoadNetwork

CLEAR_M: Final = 1.0
"""Assumption: from a stop line to the carriageway that crosses."""
FARTHEST_M: Final = 25.0
"""Assumption: no stop line lies farther from the node; where roads meet at a small angle they overlap for longer."""
MOST_OF_EDGE: Final = 0.4
"""Assumption: a junction takes at most this share of an edge at each end, so that a lane stays between."""
LEAST_LANE_M: Final = 0.51
"""Shortest lane that is left."""
CROSSING_RAD: Final = math.radians(25.0)
"""Roads that meet at a smaller angle merge or part rather than cross."""
TAPER_M: Final = 10.0
"""Assumption: half the length over which lanes shift where they are added, dropped or merged."""
DIRECT_M: Final = 0.3
"""A lane that begins this near the end of another goes on from it without a connector."""
LEAST_M: Final = 0.6
"""Set-back at both ends of every connector, so that it has a length."""
LOOK_M: Final = 15.0
"""Directions are taken over this length, so that a kink at the very end of an edge says little."""


def points_inside(network: RoadNetwork, *, at_end: bool) -> tuple[Floats, Floats]:
    """Return x and y (m) of the points on the edges that lie LOOK_M from their ends, or from their beginnings."""
    edges = network.edge_count
    x, y = np.empty(edges), np.empty(edges)
    _points_inside(network.point_offset, network.point_x_m, network.point_y_m, network.point_s_m, at_end, x, y)
    return x, y


def ends_of(network: RoadNetwork, *, at_end: bool) -> tuple[Floats, Floats, Floats]:
    """Return x, y (m) and direction (rad) of the edges' ends, or beginnings, in driving direction."""
    at = np.where(at_end, network.point_offset[1:] - 1, network.point_offset[:-1])
    x, y = network.point_x_m[at], network.point_y_m[at]
    inner_x, inner_y = points_inside(network, at_end=at_end)
    sign = 1.0 if at_end else -1.0
    return x, y, np.arctan2(sign * (y - inner_y), sign * (x - inner_x))


@kernel
def _points_inside(
    offset: Ints,
    point_x: Floats,
    point_y: Floats,
    point_s: Floats,
    at_end: bool,  # noqa: FBT001  (kernels take no keywords)
    x: Floats,
    y: Floats,
) -> None:
    for edge in range(offset.size - 1):
        first, last = offset[edge], offset[edge + 1] - 1
        reach = min(LOOK_M, point_s[last])
        s = point_s[last] - reach if at_end else reach
        i = first
        while i < last - 1 and point_s[i + 1] <= s:
            i += 1
        along = (s - point_s[i]) / (point_s[i + 1] - point_s[i])
        x[edge] = point_x[i] + along * (point_x[i + 1] - point_x[i])
        y[edge] = point_y[i] + along * (point_y[i + 1] - point_y[i])


def crossing_set_backs(network: RoadNetwork) -> tuple[Floats, Floats]:
    """Return how far (m) edges are cut back at their ends and at their beginnings for the carriageways that cross them there.

    An edge ends where its whole width is CLEAR_M off the strip of every edge at the node that meets it at more than
    CROSSING_RAD. Where two edges part or merge at a smaller angle, the narrower one begins or ends where it lies beside the
    other (both of them half as far where they are equally wide). Nodes in the course of one road (neighbours on two sides at
    most) cut nothing back.
    """
    edges = network.edge_count
    half_width = 0.5 * network.edge_lanes * network.edge_lane_width_m
    ends = np.stack(ends_of(network, at_end=True), axis=1)
    starts = np.stack(ends_of(network, at_end=False), axis=1)
    node = np.concatenate([network.edge_v, network.edge_u])
    order = np.argsort(node, kind="stable")
    offset = np.searchsorted(node[order], np.arange(network.node_x_m.size + 1))
    cut = np.zeros(2 * edges)
    neighbour = np.concatenate([network.edge_u, network.edge_v])
    _cut_back(offset, order, neighbour, np.concatenate([ends, starts]), np.tile(half_width, 2), edges, cut)
    return cut[:edges], cut[edges:]


@kernel
def _cut_back(
    offset: npt.NDArray[np.int64],
    order: npt.NDArray[np.int64],
    neighbour: Ints,
    frame: Floats,
    half_width: Floats,
    edges: int,
    cut: Floats,
) -> None:
    for node in range(offset.size - 1):
        first, last = offset[node], offset[node + 1]
        sides = 0
        for a in range(first, last):
            fresh = True
            for b in range(first, a):
                fresh = fresh and neighbour[order[a]] != neighbour[order[b]]
            sides += fresh
        if sides <= 2:
            continue
        for a in range(first, last):
            mine = order[a]
            dx, dy = math.cos(frame[mine, 2]), math.sin(frame[mine, 2])
            if mine >= edges:  # cut back against its direction
                dx, dy = -dx, -dy
            for b in range(first, last):
                other = order[b]
                other_x, other_y = math.cos(frame[other, 2]), math.sin(frame[other, 2])
                cross = other_x * dy - other_y * dx
                along = (other_x * dx + other_y * dy) * (1.0 if mine < edges else -1.0)
                offset_x, offset_y = frame[mine, 0] - frame[other, 0], frame[mine, 1] - frame[other, 1]
                lateral = other_x * offset_y - other_y * offset_x  # left of the other's line
                if abs(cross) < math.sin(CROSSING_RAD):
                    if (
                        mine != other
                        and (mine < edges) == (other < edges)
                        and along > 0.0
                        and half_width[mine] <= half_width[other]
                    ):
                        share = 1.0 if half_width[mine] < half_width[other] else 0.5
                        gore = half_width[mine] + half_width[other] - abs(lateral)
                        cut[mine] = max(cut[mine], share * gore / max(abs(cross), 0.05))
                    continue
                side = 1.0 if cross < 0.0 else -1.0  # where I come from
                need = half_width[other] + CLEAR_M + half_width[mine] * abs(along) - side * lateral
                cut[mine] = max(cut[mine], need / abs(cross))


def bounded(network: RoadNetwork, at_end: Floats, at_start: Floats) -> tuple[Floats, Floats]:
    """Return set-backs (m, in millimetres) that leave a lane on every edge."""
    length = network.edge_length_m
    most = np.minimum(FARTHEST_M, MOST_OF_EDGE * length)
    at_end, at_start = np.minimum(at_end, most), np.minimum(at_start, most)
    room = np.maximum(length - LEAST_LANE_M, 0.0)
    share = np.minimum(1.0, room / np.maximum(at_end + at_start, 1e-9))
    return np.floor(at_end * share * 1000.0) / 1000.0, np.floor(at_start * share * 1000.0) / 1000.0
