"""Incidents: lanes and roads that are closed for a time, vehicles that break down. Spec, places on the map, process."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Protocol, Self

import numpy as np
import simpy
from pydantic import Field, model_validator
from simpy.events import Event

from twin.errors import Problem
from twin.kernel.clock import Phase, in_phase
from twin.messages import say
from twin.roadnet.datum import Datum, convert
from twin.roadnet.projection import to_local
from twin.roadnet.road_network import RoadNetwork
from twin.spec import Spec
from twin.traffic.zones import meant
from twin.units import to_us

REACH_M: Final = 60.0
"""An incident lies on the nearest edge so far away. Assumption: half a wide avenue and the inaccuracy of a pasted point."""

CLOSED, STALLED = range(2)
"""Kinds of resolved incidents: a lane that nobody may enter; a vehicle that stands still."""


class _Incident(Spec):
    """Where and when."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)] | None = None
    """Longitude, in the datum of ``crs``."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)] | None = None
    """Latitude, in the datum of ``crs``."""

    crs: Datum = "wgs84"
    """Datum of the coordinates: ``wgs84``, ``gcj02`` or ``bd09``."""

    road: str | None = None
    """Name of the road, where several lie close to the point."""

    heading_deg: Annotated[float, Field(ge=-360.0, le=360.0)] | None = None
    """Compass bearing in which traffic drives there, where both directions lie close to the point."""

    way: int | None = None
    """OpenStreetMap way id instead of the coordinates."""

    from_s: Annotated[float, Field(ge=0.0, le=604_800.0)]
    """Begin, seconds after the scenario's start."""

    to_s: Annotated[float, Field(gt=0.0, le=604_800.0)]
    """End, seconds after the scenario's start."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.to_s <= self.from_s:
            raise ValueError(say("spec.incident.times", from_s=self.from_s, to_s=self.to_s))
        point = self.lon_deg is not None and self.lat_deg is not None
        half = (self.lon_deg is None) != (self.lat_deg is None)
        if half or point == (self.way is not None):
            raise ValueError(say("spec.incident.place"))
        return self


class LaneClosure(_Incident):
    """Some lanes of a road are closed at the point; of a way, along all of its edges."""

    kind: Literal["lane_closed"] = "lane_closed"
    """Selects it."""

    lanes: Annotated[tuple[Annotated[int, Field(ge=0, le=20)], ...], Field(min_length=1)]
    """Lanes that are closed, by number from the kerb, from 0."""


class RoadClosure(_Incident):
    """A road is closed at the point, in one direction; of a way, along all of its edges, in both directions."""

    kind: Literal["road_closed"] = "road_closed"
    """Selects it."""


class StalledVehicle(_Incident):
    """A car that has broken down stands at the place until the end, from the first gap in the traffic on."""

    kind: Literal["stalled_vehicle"] = "stalled_vehicle"
    """Selects it."""

    lane: Annotated[int, Field(ge=0, le=20)] = 0
    """Lane by number from the kerb."""


IncidentSpec = Annotated[LaneClosure | RoadClosure | StalledVehicle, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident on one lane."""

    number: int
    """Its row in the scenario's list; closures of several lanes share it."""
    kind: int
    """CLOSED or STALLED."""
    edge: int
    lane: int
    """From the kerb."""
    s_m: float
    """Where on the edge a vehicle stalls; 0 for closures, which hold for the whole edge."""
    whole_road: bool
    """True where every lane of the edge is closed, so that routes over it must change."""
    begin_us: int
    end_us: int


def resolve_incidents(network: RoadNetwork, incidents: Sequence[IncidentSpec]) -> tuple[tuple[Incident, ...], list[Problem]]:
    """Return every lane that incidents touch, in order of their begin, and everything wrong with their places."""
    found: list[Incident] = []
    problems: list[Problem] = []
    for number, spec in enumerate(incidents):
        key = f"incidents[{number}]"
        places, wrong = _places(network, spec, key)
        problems += wrong
        for edge, s_m in places:
            count = int(network.edge_lanes[edge])
            lanes = (
                range(count) if isinstance(spec, RoadClosure) else spec.lanes if isinstance(spec, LaneClosure) else (spec.lane,)
            )
            field = "lanes" if isinstance(spec, LaneClosure) else "lane"
            missing = [lane for lane in lanes if lane >= count]
            if missing:
                told = say("traffic.incident.lane.found", lane=missing[0], count=count)
                problems.append(Problem("", f"{key}.{field}", told, say("traffic.incident.lane.remedy")))
                break
            kind = STALLED if isinstance(spec, StalledVehicle) else CLOSED
            whole = kind == CLOSED and len(set(lanes)) == count
            window = (to_us(spec.from_s), to_us(spec.to_s))
            found += [
                Incident(number, kind, edge, lane, s_m if kind == STALLED else 0.0, whole, *window)
                for lane in sorted(set(lanes))
            ]
    return tuple(
        sorted(found, key=lambda incident: (incident.begin_us, incident.number, incident.edge, incident.lane))
    ), problems


def _places(network: RoadNetwork, spec: IncidentSpec, key: str) -> tuple[list[tuple[int, float]], list[Problem]]:
    """Return (edge, metres along it) of an incident."""
    internal = network.internal_edges
    if spec.way is not None:
        edges = [edge for edge in np.flatnonzero(network.edge_way == spec.way).tolist() if edge not in internal]
        if not edges:
            return [], [Problem("", f"{key}.way", say("demand.way.found", way=spec.way), say("demand.way.remedy"))]
        places = [(edge, float(network.edge_length_m[edge]) / 2.0) for edge in edges]
        return (places[:1] if isinstance(spec, StalledVehicle) else places), []
    lon_deg, lat_deg = convert(spec.lon_deg or 0.0, spec.lat_deg or 0.0, spec.crs, "wgs84")
    x_m, y_m = (float(value) for value in to_local(network.crs, network.origin_m, lon_deg, lat_deg))
    near = []
    for edge in range(network.edge_count):
        away_m, s_m, heading_rad = _nearest(network, edge, x_m, y_m)
        along = spec.heading_deg is None or math.cos(math.pi / 2.0 - math.radians(spec.heading_deg) - heading_rad) > 0.0
        if away_m <= REACH_M and edge not in internal and along:
            near.append((away_m, edge, s_m))
    named = [place for place in near if spec.road is None or network.edge_name[place[1]] == spec.road]
    if named:
        _, edge, s_m = min(named)
        return [(edge, s_m)], []
    if near:
        told = say("traffic.incident.road.found", road=spec.road, limit=REACH_M)
        return [], [
            Problem("", f"{key}.road", told, meant(spec.road or "", sorted({network.edge_name[p[1]] for p in near} - {""})))
        ]
    return [], [
        Problem("", f"{key}.lon_deg", say("traffic.incident.place.found", limit=REACH_M), say("traffic.incident.place.remedy"))
    ]


def _nearest(network: RoadNetwork, edge: int, x_m: float, y_m: float) -> tuple[float, float, float]:
    """Return the distance of a point from an edge, where along it that is, and the heading there."""
    part = slice(int(network.point_offset[edge]), int(network.point_offset[edge + 1]))
    xs, ys, along = network.point_x_m[part], network.point_y_m[part], network.point_s_m[part]
    dx, dy = np.diff(xs), np.diff(ys)
    share = np.clip(((x_m - xs[:-1]) * dx + (y_m - ys[:-1]) * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
    away = np.hypot(xs[:-1] + share * dx - x_m, ys[:-1] + share * dy - y_m)
    i = int(np.argmin(away))
    return float(away[i]), float(along[i] + share[i] * (along[i + 1] - along[i])), float(math.atan2(dy[i], dx[i]))


class IncidentHooks(Protocol):
    """What the traffic engine does when an incident begins or ends."""

    def close_lane(self, edge: int, lane: int, *, closed: bool) -> None:
        """Close a lane to traffic that would enter it, or open it again."""

    def stall(self, incident: Incident) -> None:
        """Let the car of a STALLED incident, which begins now, stand in its place until its end."""

    def reroute_around(self, closed: frozenset[int]) -> None:
        """Give every trip whose route leads over edges that are closed another one, where there is one; count the others."""


class IncidentProcess:
    """Begins and ends the incidents of a run. What is left to do depends on the instant alone, so nothing is to be saved."""

    def __init__(self, incidents: Sequence[Incident], hooks: IncidentHooks) -> None:
        """Keep the incidents and whom to tell."""
        self._incidents, self._hooks = tuple(incidents), hooks

    def run(self, env: simpy.Environment) -> Generator[Event, None, None]:
        """Return the SimPy process: acts in the control phase of each instant at which an incident begins or ends."""
        instants = sorted({at for incident in self._incidents for at in (incident.begin_us, incident.end_us)})
        for at_us in instants:
            if at_us >= int(env.now):
                yield in_phase(env, at_us - int(env.now), Phase.CONTROL)
                self.act(at_us)

    def act(self, t_us: int) -> None:
        """Do what is due at ``t_us``: first lanes that open, then those that close, then vehicles that stall."""
        closures = [incident for incident in self._incidents if incident.kind == CLOSED]
        shut = {(i.edge, i.lane) for i in closures if i.begin_us <= t_us < i.end_us}
        for edge, lane in sorted({(i.edge, i.lane) for i in closures if i.end_us == t_us} - shut):
            self._hooks.close_lane(edge, lane, closed=False)
        for edge, lane in sorted({(i.edge, i.lane) for i in closures if i.begin_us == t_us}):
            self._hooks.close_lane(edge, lane, closed=True)
        for incident in self._incidents:
            if incident.kind == STALLED and incident.begin_us == t_us:
                self._hooks.stall(incident)
        if any(i.whole_road and i.begin_us == t_us for i in closures):
            self._hooks.reroute_around(closed_edges(self._incidents, t_us))


def closed_edges(incidents: Sequence[Incident], t_us: int) -> frozenset[int]:
    """Return the edges of which every lane is closed at ``t_us`` by one incident."""
    return frozenset(i.edge for i in incidents if i.kind == CLOSED and i.whole_road and i.begin_us <= t_us < i.end_us)
