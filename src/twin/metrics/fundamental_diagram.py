"""Flow over density of one road, edge by edge and for the whole road, from the log's intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.errors import InputError
from twin.eventlog.reader import Run
from twin.messages import say
from twin.metrics.named_road import edges_of
from twin.metrics.selection import after_warm_up, column
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]

SHORTEST_M = 40.0
"""Shorter edges are left out of the dots edge by edge: a queue fills them at once. Assumption."""


@dataclass(frozen=True, slots=True)
class DiagramPoints:
    """Points (n,) in space-time: an edge, or the whole road, over one interval; per lane (Edie 1963)."""

    from_s: Floats
    density_vpkm: Floats
    """Vehicles a kilometre and lane: vehicle-seconds / (interval x length x lanes)."""
    flow_vph: Floats
    """Vehicles an hour and lane: vehicle-metres / (interval x length x lanes)."""


@dataclass(frozen=True, slots=True)
class RoadDiagram:
    """The fundamental diagram of a road."""

    edges: DiagramPoints
    road: DiagramPoints
    """Both directions together, by interval: the road's macroscopic diagram."""


def road_diagram(run: Run, road: str, warm_up_s: float = 0.0) -> RoadDiagram:
    """Return the points of ``road`` for intervals that begin after ``warm_up_s``.

    An edge without a vehicle in an interval has no point of its own; it counts in those of the road. Source: L. C. Edie,
    "Discussion of traffic stream measurements and definitions" (1963). Raises InputError without such a road or vehicles.
    """
    edges = edges_of(run, road)
    lane_m = {edge.number: edge.length_m * edge.lanes for edge in edges}
    names = ("t_us", "interval_us", "edge", "vehicle_s", "distance_m")
    states = after_warm_up(run, "edge_state", names, warm_up_s)
    t_us, interval_us, edge, vehicle_s, distance_m = (column(states, name) for name in names)
    own = np.isin(edge, list(lane_m))
    if not own.any():
        raise InputError(say("draw.nobody", run=run.path, road=road))
    t_us, interval_us, edge = t_us[own], interval_us[own], edge[own]
    vehicle_s, distance_m = vehicle_s[own].astype(np.float64), distance_m[own].astype(np.float64)
    interval_s = interval_us / US_PER_S
    size = np.array([lane_m[int(number)] for number in edge])
    long = np.isin(edge, [e.number for e in edges if e.length_m >= SHORTEST_M])
    by_edge = _points(t_us[long], interval_s[long] * size[long], vehicle_s[long], distance_m[long])
    instants, row = np.unique(t_us, return_inverse=True)
    seconds = np.zeros(instants.size)
    np.maximum.at(seconds, row, interval_s)
    whole = seconds * sum(lane_m.values())
    sums = [np.bincount(row, values).astype(np.float64) for values in (vehicle_s, distance_m)]
    together = _points(instants, whole, *sums)
    return RoadDiagram(by_edge, together)


def _points(t_us: npt.NDArray[np.int64], lane_metre_s: Floats, vehicle_s: Floats, distance_m: Floats) -> DiagramPoints:
    return DiagramPoints(t_us / US_PER_S, vehicle_s / lane_metre_s * 1000.0, distance_m / lane_metre_s * 3600.0)
