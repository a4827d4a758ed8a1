"""Where the devices of a kit hang at a junction: poles at its corners, cross-arms over its exits.

Guangzhou's technical specification of 2021 (configuration IV) hangs a crossroads' devices on poles at the corners and on their
cross-arms, those for distant traffic at the end opposite to the approach that they watch. Here each arm of the junction has one
pole, outside the right kerb of its approach, at the stop line. An approach is watched from the cross-arm that reaches over the
exit straight ahead, from the pole to the right of that exit; at the stem of a T-junction from the pole most nearly ahead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from twin.roadnet.road_axes import position
from twin.roadnet.road_network import Floats, Junction, RoadNetwork
from twin.sensors.poles import SETBACKS_M, MapFootprint, beside

ONE_ARM_RAD: Final = math.radians(40.0)
"""Approaches that come from directions no farther apart are one arm. Assumption: between a carriageway with its side road and
two roads."""

STRAIGHT_RAD: Final = math.radians(40.0)
"""An exit within this of an approach's direction lies straight ahead of it. Assumption: as for one arm."""

LONGEST_CROSS_ARM_M: Final = 12.0
"""Assumption: cross-arms of signal masts reach 6 to 12 m."""

LOOK_M: Final = 30.0
"""Directions of approaches and exits are taken over this length, or all there is."""

Where = Literal["corner", "cross_arm", "approach"]


@dataclass(frozen=True, slots=True)
class Pose:
    """A place for devices."""

    x_m: float
    y_m: float
    level: int
    heading_deg: float
    """Compass bearing from which the headings of its devices count."""
    pole: int
    """Number of the pole that bears it, clockwise from the site's own."""
    edge: int | None = None
    """Edge of the approach whose stop line it is at; None for places on poles."""


@dataclass(frozen=True, slots=True)
class _Arm:
    bearing_rad: float
    """Compass bearing from the junction to where its traffic comes from."""
    ahead_x: float
    ahead_y: float
    """Driving direction of its approach."""
    x_m: float
    y_m: float
    level: int
    edges: tuple[int, ...]
    """Its approaches, the widest first."""


def poses(
    junction: Junction, network: RoadNetwork, footprint: MapFootprint, own_m: tuple[float, float]
) -> dict[Where, list[Pose]]:
    """Return the poses at corners and on cross-arms, one an arm, and those on the approaches themselves, one each.

    They go clockwise from the pole nearest to ``own_m`` (x, y).
    """
    arms = _arms(junction, network, footprint)
    first = min(range(len(arms)), key=lambda i: (math.hypot(arms[i].x_m - own_m[0], arms[i].y_m - own_m[1]), i))
    arms = arms[first:] + arms[:first]
    corners = []
    for number, arm in enumerate(arms):
        bearing_deg = math.degrees(math.atan2(junction.x_m - arm.x_m, junction.y_m - arm.y_m)) % 360.0
        corners.append(Pose(round(arm.x_m, 3), round(arm.y_m, 3), arm.level, round(bearing_deg, 3), number))
    approaches = [replace(corners[0], edge=edge) for arm in arms for edge in arm.edges]
    return {
        "corner": corners,
        "cross_arm": [_cross_arm(junction, network, arms, arm) for arm in arms],
        "approach": approaches,
    }


def chosen(places: list[Pose], which: Literal["every", "diagonal", "first"]) -> list[Pose]:
    """Return those places that a mount takes; ``diagonal``: the first and the one half-way around."""
    if which == "every":
        return places
    if which == "first" or len(places) == 1:
        return places[:1]
    return [places[0], places[len(places) // 2]]


def _arms(junction: Junction, network: RoadNetwork, footprint: MapFootprint) -> list[_Arm]:
    """Return the junction's arms clockwise from north, each with its pole."""
    groups: list[tuple[float, list[int]]] = []
    for edge in sorted(junction.approaches, key=lambda edge: (-int(network.edge_lanes[edge]), edge)):
        bearing_rad = _bearing(network, edge, at_end=True) + math.pi
        same = next((group for group in groups if _apart(group[0], bearing_rad) <= ONE_ARM_RAD), None)
        if same is None:
            groups.append((bearing_rad % (2.0 * math.pi), [edge]))
        else:
            same[1].append(edge)
    arms = []
    for bearing_rad, edges in sorted(groups):
        tried = [(setback_m, edge) for setback_m in SETBACKS_M for edge in edges if setback_m <= network.edge_length_m[edge]]
        points = np.array([beside(network, edge, setback_m) for setback_m, edge in tried])
        clear = footprint.first_clear(points, np.array([network.edge_level[edge] for _, edge in tried], np.int8))
        at = 0 if clear is None else clear
        ahead_rad = bearing_rad + math.pi
        place = float(points[at, 0]), float(points[at, 1]), int(network.edge_level[tried[at][1]])
        arms.append(_Arm(bearing_rad, math.sin(ahead_rad), math.cos(ahead_rad), *place, tuple(edges)))
    return arms


def _cross_arm(junction: Junction, network: RoadNetwork, arms: list[_Arm], arm: _Arm) -> Pose:
    """Return the pose across the junction from an arm's approach, facing it."""
    heading_deg = round(math.degrees(arm.bearing_rad) % 360.0, 3)

    def ahead_m(other: _Arm) -> float:
        return (other.x_m - junction.x_m) * arm.ahead_x + (other.y_m - junction.y_m) * arm.ahead_y

    exits = [
        edge
        for node in junction.nodes
        for edge in np.flatnonzero(network.edge_u == node)
        if edge not in junction.internal
        and _apart(_bearing(network, int(edge), at_end=False), arm.bearing_rad + math.pi) <= STRAIGHT_RAD
    ]
    beyond = [number for number in range(len(arms)) if ahead_m(arms[number]) > 0.0] or list(range(len(arms)))
    if not exits:
        number = min(beyond, key=lambda i: (_aside_m(arms[i], junction, arm), i))
        pole = arms[number]
        return Pose(round(pole.x_m, 3), round(pole.y_m, 3), pole.level, heading_deg, number)
    places = []
    for edge in exits:
        xs, ys = network.polyline(int(edge))
        for number in beyond:
            x_m, y_m = _nearest(xs, ys, arms[number].x_m, arms[number].y_m)
            right = (arms[number].x_m - x_m) * arm.ahead_y - (arms[number].y_m - y_m) * arm.ahead_x > 0.0
            reach_m = math.hypot(arms[number].x_m - x_m, arms[number].y_m - y_m)
            places.append((not right, reach_m, number, x_m, y_m))
    _, reach_m, number, x_m, y_m = min(places)
    pole = arms[number]
    share = min(1.0, LONGEST_CROSS_ARM_M / reach_m) if reach_m > 0.0 else 0.0
    x_m, y_m = pole.x_m + share * (x_m - pole.x_m), pole.y_m + share * (y_m - pole.y_m)
    return Pose(round(x_m, 3), round(y_m, 3), pole.level, heading_deg, number)


def _aside_m(other: _Arm, junction: Junction, arm: _Arm) -> float:
    """Return how far a pole lies beside the line on which an approach drives."""
    return abs((other.x_m - junction.x_m) * arm.ahead_y - (other.y_m - junction.y_m) * arm.ahead_x)


def _nearest(xs: Floats, ys: Floats, x_m: float, y_m: float) -> tuple[float, float]:
    """Return the point of a line nearest to (x, y)."""
    dx, dy = np.diff(xs), np.diff(ys)
    share = np.clip(((x_m - xs[:-1]) * dx + (y_m - ys[:-1]) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
    on_x, on_y = xs[:-1] + share * dx, ys[:-1] + share * dy
    best = int(np.argmin(np.hypot(on_x - x_m, on_y - y_m)))
    return float(on_x[best]), float(on_y[best])


def _bearing(network: RoadNetwork, edge: int, *, at_end: bool) -> float:
    """Return the compass bearing (rad) in which an edge leads at its end, or at its beginning."""
    length_m = float(network.edge_length_m[edge])
    look_m = min(LOOK_M, length_m)
    from_m, to_m = (length_m - look_m, length_m) if at_end else (0.0, look_m)
    x_m, y_m, _ = position(network, edge, np.array([from_m, to_m]))
    return math.atan2(float(x_m[1] - x_m[0]), float(y_m[1] - y_m[0]))


def _apart(first_rad: float, second_rad: float) -> float:
    return abs((first_rad - second_rad + math.pi) % (2.0 * math.pi) - math.pi)
