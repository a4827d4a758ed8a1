"""What changes a run's traffic from outside: incidents, and reported speeds by which informed drivers re-route."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.errors import ScenarioError
from twin.kernel.records import EdgeSpeedReport
from twin.roadnet.junction_groups import groups_of
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.route_search import Routes
from twin.traffic.demand import DemandSpec
from twin.traffic.engine import Engine
from twin.traffic.ground_truth import VEHICLE_CLASSES, GroundTruth
from twin.traffic.incidents import CLOSED, STALLED, Incident, IncidentProcess, IncidentSpec, resolve_incidents
from twin.traffic.obstacles import BREAKDOWN
from twin.traffic.rerouting import reported_edge_time_s, reroute
from twin.traffic.roads import NONE
from twin.traffic.trips import Trips, expected_edge_time_s
from twin.traffic.vehicles import NEVER, NEXT

INSIDE_S: Final = 0.01
"""Time that an edge inside a junction counts when routes are compared: the engine has connectors there, and drivers compare the
roads."""

AROUND_CLOSURE, STUCK, ADVISED = 1, 2, 4
"""Bits of ``Interventions.marks``: got another route around a closed road; has none; changed its route by reported speeds."""


class Interventions:
    """Incidents and informed drivers of one run."""

    def __init__(
        self,
        network: RoadNetwork,
        graph: LaneGraph,
        engine: Engine,
        trips: Trips,
        demand: DemandSpec,
        incidents: Sequence[IncidentSpec],
    ) -> None:
        """Find the incidents' places; raise ScenarioError with everything wrong with them."""
        self.incidents, problems = resolve_incidents(network, incidents)
        if problems:
            raise ScenarioError(problems)
        self.stalled: tuple[Incident, ...] = tuple(i for i in self.incidents if i.kind == STALLED)
        self.informed = trips.informed
        self.marks = np.zeros(trips.count, np.int8)
        """(trips,): what has happened to each trip's route."""
        self._network, self._engine, self._spec = network, engine, demand.rerouting
        self._inside = groups_of(network).vanishing
        self.usual_s = np.where(self._inside, INSIDE_S, expected_edge_time_s(network, demand.signal_wait_s))
        """(edges,): what drivers expect an edge to take when nothing is reported."""
        lane = np.repeat(np.arange(graph.lane_count), np.diff(graph.link_offset))
        turns = lane < graph.connector_first
        self._turns = np.unique(self._turn(graph.lane_edge[lane[turns]], graph.link_edge[turns]))
        self._size_m = tuple(
            float(table[0]) for table in (engine.vehicles.length_m, engine.vehicles.width_m, engine.vehicles.height_m)
        )
        self.ordered: frozenset[int] = frozenset()
        """Edges that are closed by order, besides those of incidents."""
        self._advance: Callable[[], object] = lambda: None
        self._now_us: Callable[[], int] = lambda: engine.t_us

    def _turn(self, edge: npt.NDArray[Any], following: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        return np.asarray(edge.astype(np.int64) * self._network.edge_count + following, np.int64)

    @property
    def rerouted(self) -> int:
        """Trips that got another route around a closed road."""
        return int(np.count_nonzero(self.marks & AROUND_CLOSURE))

    @property
    def stuck(self) -> int:
        """Trips whose route leads over a closed road and who have no other."""
        return int(np.count_nonzero(self.marks & STUCK))

    @property
    def advised(self) -> int:
        """Trips that changed their route by reported speeds."""
        return int(np.count_nonzero(self.marks & ADVISED))

    def run(self, env: simpy.Environment, step_to: Callable[[int], object]) -> Generator[Event, None, None]:
        """Return the SimPy process of the incidents; ``step_to`` moves the traffic up to an instant."""
        self._now_us = lambda: int(env.now)
        self._advance = lambda: step_to(int(env.now))
        return IncidentProcess(self.incidents, self).run(env)

    def close_lane(self, edge: int, lane: int, *, closed: bool) -> None:
        """Close a lane, or open it again."""
        self._advance()
        self._engine.close_lane(edge, lane, closed=closed)

    def stall(self, incident: Incident) -> None:
        """Put the incident's broken-down car in its place until its end."""
        self._advance()
        number = self.stalled.index(incident)
        self._engine.stall_at(incident.edge, incident.lane, incident.s_m, self._size_m[0], number, incident.end_us)

    def reroute_around(self, closed: frozenset[int]) -> None:
        """Give every trip that is under way, or begins before the roads are open again, a route around them."""
        self._advance()
        ends = [
            i.end_us
            for i in self.incidents
            if i.kind == CLOSED and i.edge in closed and i.begin_us <= self._now_us() < i.end_us
        ]
        self._around(closed | self.ordered, max(ends, default=0))

    def order(self, edges: Collection[int], *, closed: bool) -> None:
        """Close all lanes of edges, or open them again. Who is behind their beginnings drives on; see ``around_orders``.

        A lane that an incident closes too is open as soon as one of both opens it.
        """
        for edge in edges:
            for lane in range(int(self._engine.roads.edge_lane[edge + 1] - self._engine.roads.edge_lane[edge])):
                self._engine.close_lane(edge, lane, closed=closed)
        self.ordered = self.ordered | frozenset(edges) if closed else self.ordered - frozenset(edges)

    def around_orders(self, until_us: int) -> None:
        """Give trips that are under way, or begin before ``until_us``, a route around the edges that are closed by order."""
        if self.ordered:
            self._around(self.ordered, until_us)

    def _around(self, closed: Collection[int], until_us: int) -> None:
        shut = np.zeros(self._network.edge_count, np.bool_)
        shut[list(closed)] = True
        leg = self._engine.free_legs()
        departs_us = self._engine.vehicles.all.view(np.ndarray)["depart_us"]
        asked = np.flatnonzero((leg != NONE) & (departs_us < until_us))
        left = self._left(asked, leg)
        row = np.repeat(np.arange(asked.size), np.diff(left.offset))
        ahead = np.arange(left.edge.size) > left.offset[row]
        met = np.bincount(row[ahead & shut[left.edge]], minlength=asked.size) > 0
        changed, stuck = self._reroute(asked[met], leg, self.usual_s, shut)
        self.marks[changed] = (self.marks[changed] | AROUND_CLOSURE) & ~STUCK
        self.marks[stuck] |= STUCK

    def inform(self, report: EdgeSpeedReport) -> int:
        """Let informed drivers under way look at reported speeds; return how many change their route."""
        if not self.informed.any():
            return 0
        leg = self._engine.free_legs()
        entered = self._engine.vehicles.all.view(np.ndarray)["insert_us"] != NEVER
        begun = entered | (np.arange(leg.size) < int(self._engine.vehicles.counts[NEXT]))
        asked = np.flatnonzero(self.informed & begun & (leg != NONE))
        reported_s = reported_edge_time_s(self._network, self.usual_s, report.speed_mps, self._spec)
        time_s = np.where(self._inside, INSIDE_S, reported_s)
        lanes = self._engine.roads.lanes.view(np.ndarray)[: self._engine.roads.connector_first]
        size = self._network.edge_count
        shut = np.bincount(lanes["edge"][lanes["closed"] != 0], minlength=size) == np.bincount(lanes["edge"], minlength=size)
        shut &= np.bincount(lanes["edge"], minlength=size) > 0
        changed, _ = self._reroute(asked, leg, time_s, shut)
        self.marks[changed] |= ADVISED
        return int(changed.size)

    def _left(self, trip: npt.NDArray[np.int64], leg: npt.NDArray[np.int32]) -> Routes:
        """Return what is left of the trips' routes from ``leg`` (of all trips) on."""
        rows = self._engine.vehicles.all.view(np.ndarray)[trip]
        sizes = rows["route_size"] - leg[trip]
        offset = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
        index = np.repeat(rows["route_begin"] + leg[trip] - offset[:-1], sizes) + np.arange(offset[-1])
        return Routes(offset, self._engine.vehicles.route_edge[index])

    def _reroute(
        self,
        trip: npt.NDArray[np.int64],
        leg: npt.NDArray[np.int32],
        time_s: npt.NDArray[np.float64],
        shut: npt.NDArray[np.bool_],
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Give trips that gain by it another route; return who changes, and who has no way but over a closed edge.

        Round trips, which end where they are, keep theirs; so does whoever would have to turn where no lane leads.
        """
        left = self._left(trip, leg)
        round_trip = left.edge[left.offset[:-1]] == left.edge[left.offset[1:] - 1]
        staying = trip[round_trip & (np.diff(left.offset) > 1)]
        trip = trip[~round_trip]
        left = self._left(trip, leg)
        found = reroute(self._network, time_s, left, self._spec, shut)
        kept = ~self._inside[found.routes.edge]
        offset = np.concatenate(([0], np.cumsum(kept, dtype=np.int64)))[found.routes.offset]
        edge = found.routes.edge[kept]
        row = np.repeat(np.arange(found.row.size), np.diff(offset))
        led = np.isin(self._turn(edge[:-1], edge[1:]), self._turns)
        broken = np.bincount(row[:-1][~led & (row[1:] == row[:-1])], minlength=found.row.size) > 0
        good = np.flatnonzero(~broken)
        sizes = np.diff(offset)[good]
        changed = trip[found.row[good]]
        self._engine.set_routes(
            changed.astype(np.int32),
            leg[changed],
            np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))),
            edge[~broken[row]],
        )
        return changed, np.sort(np.concatenate([trip[found.stuck], trip[found.row[broken]], staying]))

    def truth(self, first_number: int) -> GroundTruth | None:
        """Return the vehicles that stand broken down now, numbered from ``first_number``; None without any."""
        there = self._engine.obstacles
        there = there[(there["kind"] == BREAKDOWN) & (there["placed"] != 0)]
        if not there.size:
            return None
        there = there[np.argsort(there["number"], kind="stable")]
        lanes = self._engine.roads.lanes.view(np.ndarray)[there["lane"]]
        place = [self._box(record, lane) for record, lane in zip(there, lanes, strict=True)]
        x_m, y_m, heading_rad = (np.array(column) for column in zip(*place, strict=True))
        length_m, width_m, height_m = self._size_m
        return GroundTruth(
            t_us=self._engine.t_us,
            vehicle=(first_number + there["number"]).astype(np.int32),
            klass=np.full(there.size, VEHICLE_CLASSES.index("car"), np.int8),
            x_m=x_m,
            y_m=y_m,
            level=lanes["level"],
            heading_rad=heading_rad,
            speed_mps=np.zeros(there.size),
            length_m=np.full(there.size, length_m),
            width_m=np.full(there.size, width_m),
            height_m=np.full(there.size, height_m),
            edge=lanes["edge"],
            lane=lanes["index"],
            s_m=there["s"] + lanes["begin"],
        )

    def _box(self, obstacle: Any, lane: Any) -> tuple[float, float, float]:
        """Return centre and heading of an obstacle."""
        network, edge = self._network, int(lane["edge"])
        part = slice(int(network.point_offset[edge]), int(network.point_offset[edge + 1]))
        front = float(obstacle["s"] + lane["begin"])
        ends = [np.interp(at, network.point_s_m[part], xy[part]) for at in (front, front - float(obstacle["length"]))
                for xy in (network.point_x_m, network.point_y_m)]  # fmt: skip
        heading_rad = float(np.arctan2(ends[1] - ends[3], ends[0] - ends[2]))
        size = int(self._engine.roads.edge_lane[edge + 1] - self._engine.roads.edge_lane[edge])
        width_m = float(self._engine.roads.lane_width[int(obstacle["lane"])])
        right_m = (0.5 * (size - 1) - int(lane["index"])) * width_m
        x_m, y_m = 0.5 * (ends[0] + ends[2]), 0.5 * (ends[1] + ends[3])
        return float(x_m + right_m * np.sin(heading_rad)), float(y_m - right_m * np.cos(heading_rad)), heading_rad
