"""Where pedestrians cross: a line across each arm of a signalised junction, and the paths of vehicles over it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.roads import Records, records
from twin.traffic.signal_plan import SignalPlan

Ints = npt.NDArray[np.int32]

BEHIND_LINE_M: Final = 2.0
"""The middle of a crossing lies this far behind the stop lines. Assumption: a stop line 0.5 m before a crossing 3 m wide, the
least that GB 5768.3-2009 allows."""

ALONG: Final = 0.5
"""A path enters or leaves over an arm when it runs within 60 degrees of the arm's direction there."""

HALF_PATH_M: Final = 1.6
"""Half the width of a vehicle's path: half of the widest vehicle (2.55 m, GB 1589-2016) and a third of a metre. Assumption: the
latter."""

WIDEST_HALF_M: Final = 5.0
"""A path that meets the crossing at a small angle takes at most this much of it to either side. Assumption."""

CROSSING: Final = np.dtype(
    [
        ("x", "f8"),  # the kerb from which distances are counted, m
        ("y", "f8"),
        ("dx", "f8"),  # unit vector from there to the other kerb
        ("dy", "f8"),
        ("length", "f8"),  # m from kerb to kerb
        ("refuge", "f8"),  # m from that kerb to the refuge; negative without one
        ("place", "i4"),  # number of the crossing among those of the signals
        ("passage_begin", "i4"),  # rows of the passage table
        ("passage_end", "i4"),
        ("edge", "i4"),  # an edge of the arm, and the stop line's distance along it, m
        ("s", "f8"),
        ("level", "i1"),
    ],
    align=True,
)

PASSAGE: Final = np.dtype(
    [
        ("connector", "i4"),
        ("low", "f8"),  # m from the first kerb: where vehicles on the connector sweep the crossing
        ("high", "f8"),
    ],
    align=True,
)


@dataclass(frozen=True, slots=True)
class CrossingPlace:
    """One crossing as the signals know it."""

    key: str
    """Stable name, from which its draws come."""
    bearing_deg: float
    """Compass bearing of the arm from the junction's middle."""
    connectors: Ints
    """Connectors whose vehicles drive over it, into the junction or out of it."""


@dataclass(frozen=True, slots=True)
class Crossings:
    """All crossings; nothing here changes."""

    lines: Records
    """One record a crossing."""
    passages: Records
    """Paths of vehicles over crossings, those of one crossing together."""
    keys: tuple[str, ...]

    @property
    def count(self) -> int:
        """Number of crossings."""
        return int(self.lines.size)


def crossings_of(graph: LaneGraph, places: Sequence[CrossingPlace], refuge_over_m: float) -> Crossings:
    """Return the crossings of ``places`` over the connectors of ``graph``.

    A crossing runs square to its arm, BEHIND_LINE_M behind the innermost stop line or lane beginning of the arm, from outer
    kerb to outer kerb. One longer than ``refuge_over_m`` has a refuge between the lanes in and the lanes out, where there are
    both. Places over which no connector enters or leaves are left out.
    """
    lines: list[tuple[float, ...]] = []
    passages: list[tuple[int, float, float]] = []
    keys = []
    for number, place in enumerate(places):
        found = _line(graph, place, refuge_over_m)
        if found is None:
            continue
        line, paths = found
        lines.append((*line[:6], number, len(passages), len(passages) + len(paths), *line[6:]))
        passages += paths
        keys.append(place.key)
    line_records, passage_records = records(len(lines), CROSSING), records(len(passages), PASSAGE)
    for table, rows in ((line_records, lines), (passage_records, passages)):
        for row, values in enumerate(rows):
            table[row] = values
    return Crossings(line_records, passage_records, tuple(keys))


def _polyline(graph: LaneGraph, connector: int) -> npt.NDArray[np.float64]:
    part = slice(int(graph.point_offset[connector]), int(graph.point_offset[connector + 1]))
    return np.column_stack([graph.point_x_m[part], graph.point_y_m[part]])


def _line(
    graph: LaneGraph, place: CrossingPlace, refuge_over_m: float
) -> tuple[tuple[float, ...], list[tuple[int, float, float]]] | None:
    """Return (x, y, dx, dy, length, refuge, edge, s, level) of a crossing, and its passages.

    None where nobody drives in or out.
    """
    outward = np.array([math.sin(math.radians(place.bearing_deg)), math.cos(math.radians(place.bearing_deg))])
    across = np.array([-outward[1], outward[0]])
    shapes = {int(connector): _polyline(graph, int(connector)) for connector in place.connectors}
    inward, outbound = _strips(graph, shapes, outward, across)
    ends = inward + outbound
    if not ends:
        return None
    along_m = min(end[0] for end in ends) - BEHIND_LINE_M
    low_m, high_m = min(end[1] for end in ends), max(end[2] for end in ends)
    length_m = high_m - low_m
    refuge_m = -1.0
    if length_m > refuge_over_m and inward and outbound:
        # driving is on the right: lanes out of the junction lie right of those into it, as seen from its middle
        refuge_m = 0.5 * (min(end[1] for end in inward) + max(end[2] for end in outbound)) - low_m
        if not 0.0 < refuge_m < length_m:
            refuge_m = -1.0
    start = along_m * outward + low_m * across
    paths = [
        (connector, low - low_m, high - low_m)
        for connector, shape in shapes.items()
        for low, high in _swept(shape, outward, across, along_m)
    ]
    lane = ends[0][3]
    s_m = float(graph.lane_begin_m[lane]) + (float(graph.lane_length_m[lane]) if inward else 0.0)
    where = (start[0], start[1], across[0], across[1], length_m, refuge_m)
    line = (*where, int(graph.lane_edge[lane]), s_m, int(graph.lane_level[lane]))
    return line, sorted(paths, key=lambda path: path[1:])


Strip = tuple[float, float, float, int]
"""(distance along the arm, lower and upper edge across it) of the end of a lane, m; the lane."""


def _strips(
    graph: LaneGraph,
    shapes: dict[int, npt.NDArray[np.float64]],
    outward: npt.NDArray[np.float64],
    across: npt.NDArray[np.float64],
) -> tuple[list[Strip], list[Strip]]:
    """Return the ends of the lanes into the junction and of those out of it on this arm."""
    inward: list[Strip] = []
    outbound: list[Strip] = []
    for connector, shape in shapes.items():
        first, last = shape[1] - shape[0], shape[-1] - shape[-2]
        ends = (
            (-first @ outward / np.hypot(*first), shape[0], graph.connector_from[connector], inward),
            (last @ outward / np.hypot(*last), shape[-1], graph.connector_to[connector], outbound),
        )
        for cosine, point, lane, strips in ends:
            if cosine > ALONG:
                half = 0.5 * float(graph.lane_width_m[lane])
                middle = float(point @ across)
                strips.append((float(point @ outward), middle - half, middle + half, int(lane)))
    return inward, outbound


def _swept(
    shape: npt.NDArray[np.float64], outward: npt.NDArray[np.float64], across: npt.NDArray[np.float64], along_m: float
) -> Iterator[tuple[float, float]]:
    """Yield what vehicles on a path sweep of the line at ``along_m``, (lower, upper) across.

    Where they miss it, by the nearer end.
    """
    beyond = shape @ outward - along_m
    pieces = np.flatnonzero((beyond[:-1] > 0.0) != (beyond[1:] > 0.0)).tolist()
    for i in pieces:
        share = beyond[i] / (beyond[i] - beyond[i + 1])
        middle = float((shape[i] + share * (shape[i + 1] - shape[i])) @ across)
        step = shape[i + 1] - shape[i]
        cosine = abs(float(step @ outward)) / float(np.hypot(*step))
        half = min(HALF_PATH_M / max(cosine, 1e-9), WIDEST_HALF_M)
        yield middle - half, middle + half
    if not pieces:
        middle = float(shape[0 if abs(beyond[0]) < abs(beyond[-1]) else -1] @ across)
        yield middle - HALF_PATH_M, middle + HALF_PATH_M


def places_of(network: RoadNetwork, plans: Sequence[SignalPlan]) -> tuple[CrossingPlace, ...]:
    """Return the crossings of all signalised junctions, in the order of ``SignalControl.crossings``.

    They are named after a node of the map and their order there.
    """
    return tuple(
        CrossingPlace(
            key=f"{network.node_osm[network.junctions[plan.junction].nodes[0]]}/{number}",
            bearing_deg=float(plan.crossings.bearing_deg[number]),
            connectors=connectors,
        )
        for plan in plans
        for number, connectors in enumerate(plan.crossings.connectors)
    )
