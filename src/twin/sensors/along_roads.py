"""Sites every so many metres along roads: nested, so that a denser spacing keeps every site of a wider one.

Three things make them nested. Places are counted by chainage from ``start_m``. The side of the k-th place is the parity of the
ones in binary k (the sequence of Thue and Morse): 2k has those of k, so the side survives the halving of the spacing; no three
neighbours share a side, and place 2k + 1 always lies opposite 2k. And places are settled coarse ones first, by how often k can
be halved, so that a newcomer gives way to a site of the wider spacing, never the other way round.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from twin.roadnet.road_axes import BESIDE_M, RoadAxis, position, road_axis, roads
from twin.roadnet.road_network import RoadNetwork
from twin.sensors.deployment_spec import AlongRoadsRule, BridgesAndRampsRule
from twin.sensors.poles import CLEARANCE_M, MapFootprint
from twin.sensors.site_names import as_name

SHIFTS_M: Final = (0.0, *(sign * step for step in (5.0, 10.0, 15.0, 20.0, 25.0) for sign in (1.0, -1.0)))
"""How far along the road a pole may stand from its chainage, to be clear of a crossing. Assumption: half a wide crossing."""

SETOFFS_M: Final = tuple(2.0 * step for step in range(11))
"""How much farther than usual from the kerb a pole may stand, to be clear of a side road. Assumption: 20 m, a side road and
its strip."""

RowRule = AlongRoadsRule | BridgesAndRampsRule

_OPPOSED: Final = math.cos(math.radians(145.0))
"""Directions are opposed if the cosine between them is below this."""


@dataclass(frozen=True, slots=True)
class Place:
    """A pole along a road."""

    name: str
    road: str
    chainage_m: float
    """What it is named by; the pole may stand up to 25 m farther on or back."""
    x_m: float
    y_m: float
    level: int
    heading_deg: float
    """Compass bearing from the pole to the road, at right angles."""


class Neighbourhood:
    """Sites placed so far, to keep others clear of them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._cells: dict[tuple[int, int, int], list[tuple[float, float]]] = {}
        self._cell_m = 100.0

    def add(self, x_m: float, y_m: float, level: int) -> None:
        """Take a site in."""
        self._cells.setdefault(self._cell(x_m, y_m, level), []).append((x_m, y_m))

    def crowded(self, x_m: float, y_m: float, level: int, clear_of_m: float) -> bool:
        """Tell whether a site of that level is nearer than ``clear_of_m``."""
        reach = math.ceil(clear_of_m / self._cell_m)
        column, row, _ = self._cell(x_m, y_m, level)
        for i in range(column - reach, column + reach + 1):
            for j in range(row - reach, row + reach + 1):
                for other_x_m, other_y_m in self._cells.get((i, j, level), ()):
                    if math.hypot(other_x_m - x_m, other_y_m - y_m) < clear_of_m:
                        return True
        return False

    def _cell(self, x_m: float, y_m: float, level: int) -> tuple[int, int, int]:
        return math.floor(x_m / self._cell_m), math.floor(y_m / self._cell_m), level


def chosen_roads(rule: AlongRoadsRule, network: RoadNetwork) -> dict[str, tuple[int, ...]]:
    """Return the edges of the roads that a rule speaks of, by road; ``classes`` choose every road with a part of theirs."""
    found = {}
    for road, edges in roads(network).items():
        of_class = not rule.classes or any(network.edge_highway[edge] in rule.classes for edge in edges)
        if of_class and (not rule.names or road in rule.names):
            found[road] = edges
    return found


def places_along(
    rule: AlongRoadsRule, network: RoadNetwork, footprint: MapFootprint, placed: Neighbourhood
) -> tuple[list[Place], Mapping[str, int]]:
    """Return the rule's sites by road and chainage, clear of those ``placed`` (which it adds to), and how many were left out.

    Left out are places in a ``tunnel`` or on a ``bridge`` where none are wanted, ``near`` another site, and those with no
    ``room`` for a pole outside buildings and carriageways.
    """

    def wanted(edge: int) -> bool:
        of_class = not rule.classes or network.edge_highway[edge] in rule.classes
        return of_class and not network.edge_tunnel[edge] and (rule.bridges or not bool(network.edge_bridge[edge]))

    def counted(edge: int) -> bool:
        return not rule.classes or network.edge_highway[edge] in rule.classes

    lines = [
        Line(network, road_axis(network, road, edges), rule.start_m, counted, wanted)
        for road, edges in chosen_roads(rule, network).items()
    ]
    return settle(rule, lines, footprint, placed)


def settle(
    rule: RowRule, lines: list[Line], footprint: MapFootprint, placed: Neighbourhood
) -> tuple[list[Place], Mapping[str, int]]:
    """Return the places of a rule along lines, coarse ones first, and how many were left out; see ``places_along``."""
    left_out: Counter[str] = Counter()
    kept: list[Place] = []
    for line, index in sorted(_indices(rule, lines), key=lambda pair: (-_halvings(pair[1]), pair[0].axis.road, pair[1])):
        chainage_m = line.start_m + index * rule.spacing_m
        at = line.axis.at(chainage_m)
        if at is None or not line.counted(at[0]):
            continue
        if not line.wanted(at[0]):
            left_out["tunnel" if line.network.edge_tunnel[at[0]] else "bridge"] += 1
            continue
        place = _place(rule, line, index, chainage_m, footprint)
        if place is None:
            left_out["room"] += 1
        elif placed.crowded(place.x_m, place.y_m, place.level, rule.clear_of_m):
            left_out["near"] += 1
        else:
            placed.add(place.x_m, place.y_m, place.level)
            kept.append(place)
    return sorted(kept, key=lambda place: (place.road, place.chainage_m)), left_out


def on_the_right(index: int) -> bool:
    """Tell on which side the ``index``-th place lies: the sequence of Thue and Morse."""
    return index.bit_count() % 2 == 0


def _halvings(index: int) -> float:
    """Return how often an index can be halved; the coarser a place, the larger."""
    return math.inf if index == 0 else (index & -index).bit_length() - 1


class Line:
    """A road's axis, and its carriageways as lines."""

    def __init__(
        self,
        network: RoadNetwork,
        axis: RoadAxis,
        start_m: float,
        counted: Callable[[int], bool],
        wanted: Callable[[int], bool],
    ) -> None:
        """Take an axis, the chainage of its first place, and which of its edges count at all, and which may have poles."""
        self.network = network
        self.axis = axis
        self.start_m = start_m
        self.counted, self.wanted = counted, wanted
        self.edges = np.array(axis.edges)
        shapes: Any = [shapely.linestrings(np.column_stack(network.polyline(edge))) for edge in axis.edges]
        self.shapes: npt.NDArray[np.object_] = np.array(shapes)
        self.tree = shapely.STRtree(self.shapes)

    def opposite(self, edge: int, s_m: float) -> tuple[int, float] | None:
        """Return (edge, distance along it) of the carriageway of the other direction, straight across the road."""
        x_m, y_m, heading_rad = (float(value) for value in position(self.network, edge, s_m))
        across: Any = shapely.LineString(
            [(x_m, y_m), (x_m - BESIDE_M * math.sin(heading_rad), y_m + BESIDE_M * math.cos(heading_rad))]
        )
        found = []
        for hit in self.tree.query(across, predicate="intersects"):
            other = int(self.edges[hit])
            if other == edge or self.network.edge_level[other] != self.network.edge_level[edge]:
                continue
            for crossing in shapely.get_parts(shapely.intersection(self.shapes[hit], across)):
                at: Any = shapely.centroid(crossing)
                other_s_m = float(shapely.line_locate_point(self.shapes[hit], at))
                direction_rad = float(position(self.network, other, other_s_m)[2])
                if math.cos(direction_rad - heading_rad) < _OPPOSED:
                    found.append((math.hypot(at.x - x_m, at.y - y_m), other, other_s_m))
        return min(found)[1:] if found else None


def _indices(rule: RowRule, lines: list[Line]) -> Iterator[tuple[Line, int]]:
    for line in lines:
        for index in range(math.floor((line.axis.length_m - line.start_m) / rule.spacing_m) + 1):
            yield line, index


def _place(rule: RowRule, line: Line, index: int, chainage_m: float, footprint: MapFootprint) -> Place | None:
    right = on_the_right(index) if rule.sides == "alternate" else rule.sides == "right"
    sides = (right, not right) if rule.sides == "alternate" else (right,)
    for side in sides:
        for shifts_m, setoffs_m in ((SHIFTS_M[:1], SETOFFS_M[:1]), (SHIFTS_M, SETOFFS_M)):
            stands = _stands(line, chainage_m, shifts_m, setoffs_m, right=side)
            if not stands:
                continue
            points = np.array([(x_m, y_m) for x_m, y_m, _, _ in stands])
            clear = footprint.first_clear(points, np.array([level for _, _, level, _ in stands], np.int8))
            if clear is not None:
                x_m, y_m, level, heading_deg = stands[clear]
                return Place(_name(line.axis.road, chainage_m), line.axis.road, chainage_m, x_m, y_m, level, heading_deg)
    return None


def _stands(
    line: Line,
    chainage_m: float,
    shifts_m: tuple[float, ...],
    setoffs_m: tuple[float, ...],
    *,
    right: bool,
) -> list[tuple[float, float, int, float]]:
    """Return (x, y, level, bearing to the road) of the places to try, best first."""
    home = line.axis.at(chainage_m)
    kerbs = []
    for shift_m in shifts_m:
        at = line.axis.at(chainage_m + shift_m)
        if home is not None and at is not None and at[2] == home[2] and line.wanted(at[0]):
            kerbs.append(_kerb(line, at[0], at[1], right=right))
    found = []
    for setoff_m in setoffs_m:
        for x_m, y_m, away_x, away_y, level in kerbs:
            aside_m = CLEARANCE_M + setoff_m
            bearing_deg = math.degrees(math.atan2(-away_x, -away_y)) % 360.0
            found.append((round(x_m + aside_m * away_x, 3), round(y_m + aside_m * away_y, 3), level, round(bearing_deg, 3)))
    return found


def _kerb(line: Line, edge: int, s_m: float, *, right: bool) -> tuple[float, float, float, float, int]:
    """Return a point of the road's outer kerb and the unit vector away from the road, and the level."""
    network, sign = line.network, 1.0 if right else -1.0
    if not right:
        across = line.opposite(edge, s_m)
        if across is not None:
            (edge, s_m), sign = across, 1.0
    x_m, y_m, heading_rad = (float(value) for value in position(network, edge, s_m))
    away_x, away_y = sign * math.sin(heading_rad), -sign * math.cos(heading_rad)
    half_m = 0.5 * float(network.edge_lanes[edge]) * float(network.edge_lane_width_m[edge])
    return x_m + half_m * away_x, y_m + half_m * away_y, away_x, away_y, int(network.edge_level[edge])


def _name(road: str, chainage_m: float) -> str:
    kilometres, metres = divmod(round(chainage_m), 1000)
    return as_name(f"{road[:60]}-K{kilometres}+{metres:03}")
