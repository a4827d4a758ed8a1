"""The traffic engine without a clock: vehicles on a lane graph, stepped when asked, its whole state in arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.kernel.records import SpeedAdvice
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.driving import DrivingSpec, driving_record
from twin.traffic.ground_truth import GroundTruth
from twin.traffic.movement import Raw, steps
from twin.traffic.obstacles import (
    BARRIER,
    BARRIER_M,
    BREAKDOWN,
    OBSTACLE,
    TAPER_M,
    free_legs,
    open_lanes_for_turns,
    orient_again,
    put_down,
    take_away,
    with_obstacle_class,
)
from twin.traffic.on_edges import EdgeLook, OnEdges
from twin.traffic.positions import ground_truth
from twin.traffic.roads import NONE, roads_of
from twin.traffic.route_table import with_routes
from twin.traffic.speed_advice import ADVICE, checked, lapsed, taken
from twin.traffic.trips import Trips
from twin.traffic.vehicle_types import ClassTable
from twin.traffic.vehicles import (
    ACTIVE,
    ARRIVED,
    CHANGES,
    NEVER,
    NEXT,
    OFF_LANE,
    RELEASED,
    REMOVED,
    STEPS,
    UPDATES,
    WAITING,
    vehicles_of,
)
from twin.traffic.weather_driving import CLEAR, DrivingFactors
from twin.units import US_PER_S, to_us

Row = npt.NDArray[Any]

INTERVAL_TOTALS: Final = ("entered", "left", "vehicle_s", "distance", "halted_s")
"""Fields of a lane that sum up over an interval of the log."""

FOR_EVER_US: Final = 1 << 62
NEVER_STEPS: Final = 1 << 40


class Engine:
    """All vehicles and lanes. Nothing random happens here: same trips and same signals, same bytes."""

    def __init__(
        self,
        network: RoadNetwork,
        graph: LaneGraph,
        trips: Trips,
        classes: ClassTable,
        driving: DrivingSpec,
        factors: DrivingFactors = CLEAR,
    ) -> None:
        """Begin with empty lanes; the routes of ``trips`` hold only edges with lanes. ``factors``: what the weather changes."""
        self.roads = roads_of(network, graph, driving)
        self.vehicles = with_obstacle_class(vehicles_of(trips, classes, factors, self.roads))
        self.step_us: int = to_us(driving.step_s)
        self.t_us = 0
        """Up to here everybody has moved."""
        self._driving = driving_record(driving)
        self._tables: tuple[Any, ...] = (None,) * 8
        nothing = np.zeros(0, dtype=np.uint8)
        self._raw = (nothing,) * 8
        self._crossing_over_steps = driving.lane_change.duration_s / driving.step_s
        self.pace_factor = 1.0 / factors.speed
        self.obstacles: Row = np.zeros(0, OBSTACLE)
        """What stands on a lane now, or waits for a gap."""
        self.advice: Row = np.zeros(0, ADVICE)
        """Who follows speed advice now."""
        self._obstacle_steps = np.zeros(self.roads.count.size, np.int64)
        self._marked = self.roads.links.lanes.copy()

    @property
    def active(self) -> int:
        """Vehicles on the network."""
        return int(self.vehicles.counts[ACTIVE])

    @property
    def waiting(self) -> int:
        """Trips that are due and find no room to enter."""
        return int(self.vehicles.counts[WAITING])

    @property
    def begun(self) -> int:
        """Trips that were due so far, those from before the start and those of parked vehicles included."""
        return int(self.vehicles.counts[NEXT] + self.vehicles.counts[RELEASED])

    @property
    def arrived(self) -> int:
        """Trips that reached their destination."""
        return int(self.vehicles.counts[ARRIVED])

    @property
    def removed(self) -> int:
        """Vehicles that the gridlock policy took off the road."""
        return int(self.vehicles.counts[REMOVED])

    @property
    def updates(self) -> int:
        """Vehicle updates so far: vehicles x steps."""
        return int(self.vehicles.counts[UPDATES])

    @property
    def wrong_lane_turns(self) -> int:
        """Turns so far from a lane that is not meant for them."""
        return int(self.vehicles.counts[OFF_LANE])

    @property
    def lane_changes(self) -> int:
        """Lane changes so far."""
        return int(self.vehicles.counts[CHANGES])

    def step_to(self, t_us: int) -> None:
        """Make every whole step up to ``t_us`` in one call of the kernel; what is left waits for the next call."""
        while True:
            number = (t_us - self.t_us) // self.step_us
            if self.obstacles.size:
                self._settle_obstacles()
                number = min(number, self._steps_until_obstacles_change())
            if self.advice.size:
                self.advice = lapsed(self.advice, self.vehicles, self.roads, self.t_us, self.pace_factor)
                number = min(number, self._steps_until_advice_ends())
            if number <= 0:
                return
            self._make_steps(number)

    def raw_tables(self) -> tuple[Raw, Raw, Raw, Raw, Raw, Raw, Raw, Raw]:
        """Return the tables of records as bytes, as the kernel takes them."""
        vehicles, roads = self.vehicles, self.roads
        tables = (
            vehicles.slots,
            vehicles.all,
            vehicles.classes,
            roads.lanes,
            roads.links,
            roads.conflicts,
            roads.zips,
            self._driving,
        )
        if any(now is not before for now, before in zip(tables, self._tables, strict=True)):
            self._tables = tables
            slots, trips, classes, lanes, links, conflicts, zips, driving = (t.view(np.ndarray).view(np.uint8) for t in tables)
            self._raw = (slots, trips, classes, lanes, links, conflicts, zips, driving)
        return self._raw

    def _make_steps(self, number: int) -> None:
        vehicles, roads = self.vehicles, self.roads
        steps(
            *self.raw_tables(),
            roads.count,
            roads.signal,
            roads.blocked,
            roads.edge_lane,
            vehicles.route_edge,
            vehicles.counts,
            vehicles.queue,
            vehicles.crossing,
            roads.tails,
            self.t_us,
            self.step_us,
            number,
            self.pace_factor,
        )
        self.t_us += number * self.step_us
        if self.obstacles.size:
            np.add.at(self._obstacle_steps, self.obstacles["lane"][self.obstacles["placed"] != 0], number)

    def _settle_obstacles(self) -> None:
        """Take away what has stood long enough; put down what waits where there is room now."""
        over = self.obstacles["until_us"] <= self.t_us
        for obstacle in self.obstacles[over & (self.obstacles["placed"] != 0)]:
            take_away(obstacle, self.vehicles, self.roads)
        if over.any():
            self.obstacles = self.obstacles[~over]
        for row in np.flatnonzero(self.obstacles["placed"] == 0).tolist():
            self.obstacles["placed"][row] = put_down(self.obstacles[row], self.vehicles, self.roads)

    def _steps_until_obstacles_change(self) -> int:
        if not self.obstacles.size:
            return NEVER_STEPS
        if (self.obstacles["placed"] == 0).any():
            return 1
        return int(min(-((self.t_us - int(self.obstacles["until_us"].min())) // self.step_us), NEVER_STEPS))

    def _steps_until_advice_ends(self) -> int:
        if not self.advice.size:
            return NEVER_STEPS
        return int(min(-((self.t_us - int(self.advice["until_us"][0])) // self.step_us), NEVER_STEPS))

    def advise(self, advice: SpeedAdvice) -> None:
        """Let vehicles want to drive no faster than they are advised, from the next step on; it replaces earlier advice.

        Who is too fast brakes comfortably, as before a lower limit. Raise ValueError for what is no advice.
        """
        checked(advice, self.vehicles.all.size)
        self.step_to(advice.t_us)
        self.advice = taken(self.advice, advice, self.vehicles, self.roads, self.t_us, self.pace_factor)

    def now(self, t_us: int) -> GroundTruth:
        """Return who is where at ``t_us``, moved on along the lanes since the last whole step."""
        self.step_to(t_us)
        return ground_truth(self.vehicles, self.roads, t_us, (t_us - self.t_us) / US_PER_S, self._crossing_over_steps)

    def on_edges(self, look: EdgeLook, t_us: int) -> OnEdges:
        """Return who is on the edges of ``look``, moved on along the lanes from the last whole step to ``t_us``."""
        return look.now(self.raw_tables()[0], self.roads, (t_us - self.t_us) / US_PER_S)

    def occupied(self) -> npt.NDArray[np.int32]:
        """Return the number of vehicles on each connector, with those that have left it and still hang over it."""
        first = self.roads.connector_first
        hangs = self.roads.tails[first:] >= self.steps_made
        return np.asarray(self.roads.count[first:] + hangs, np.int32)

    def edge_totals(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return ``INTERVAL_TOTALS`` by edge since they were forgotten; a connector's count for the edge it leads to."""
        lanes = self.roads.lanes.view(np.ndarray)
        size = self.roads.edge_lane.size - 1
        totals = {
            name: np.bincount(lanes["edge"], weights=lanes[name], minlength=size).astype(np.float64) for name in INTERVAL_TOTALS
        }
        stood = np.flatnonzero(self._obstacle_steps)
        if stood.size:  # the kernel counts obstacles as vehicles that stand
            spent_s = self._obstacle_steps[stood] * (self.step_us / US_PER_S)
            for name in ("vehicle_s", "halted_s"):
                np.subtract.at(totals[name], lanes["edge"][stood], spent_s)
                totals[name] = np.maximum(np.round(totals[name], 6), 0.0)
        return totals

    def forget_totals(self) -> None:
        """Begin a new interval."""
        for name in INTERVAL_TOTALS:
            self.roads.lanes[name] = 0
        self._obstacle_steps[:] = 0

    def close_lane(self, edge: int, lane: int, *, closed: bool) -> None:
        """Close lane ``lane`` (from the kerb) of an edge with a barrier behind its beginning, or open it again.

        Whoever is behind the barrier drives on; nobody changes into a closed lane, and turns are made from the open ones.
        """
        number = self._lane(edge, lane)
        row = self.roads.lanes[number]
        if bool(row.closed) == closed:
            return
        row.closed = closed
        if closed:
            length = float(row.length)
            s = max(min(TAPER_M, 0.5 * length), min(BARRIER_M, 0.9 * length))
            self._add_obstacle(number, s, BARRIER_M, BARRIER, NONE, FOR_EVER_US)
        else:
            for obstacle in self.obstacles[(self.obstacles["lane"] == number) & (self.obstacles["kind"] == BARRIER)]:
                if obstacle["placed"]:
                    take_away(obstacle, self.vehicles, self.roads)
            self.obstacles = self.obstacles[(self.obstacles["lane"] != number) | (self.obstacles["kind"] != BARRIER)]
        open_lanes_for_turns(self.roads, self._marked)
        self._orient_towards(edge)

    def stall_at(self, edge: int, lane: int, s_m: float, length_m: float, number: int, until_us: int) -> None:
        """Let breakdown ``number`` stand on a lane (from the kerb), its front ``s_m`` along the edge, from the next gap on."""
        row = self._lane(edge, lane)
        end = float(self.roads.lanes.length[row]) - 0.5
        s = min(max(s_m - float(self.roads.lanes.begin[row]), length_m), max(end, 0.0))
        self._add_obstacle(row, s, length_m, BREAKDOWN, number, until_us)

    def _lane(self, edge: int, lane: int) -> int:
        first, end = self.roads.edge_lane[edge : edge + 2].tolist()
        return int(min(first + lane, end - 1))

    def _add_obstacle(self, lane: int, s: float, length_m: float, kind: int, number: int, until_us: int) -> None:
        new = np.zeros(1, OBSTACLE)
        new["s"], new["length"], new["until_us"] = s, length_m, until_us
        new["lane"], new["number"], new["kind"] = lane, number, kind
        self.obstacles = np.concatenate([self.obstacles, new])

    def _orient_towards(self, edge: int) -> None:
        """Let everybody on an edge, and on those before it, choose his lane anew."""
        lanes, links = self.roads.lanes.view(np.ndarray), self.roads.links
        chosen = np.zeros(self.roads.edge_lane.size - 1, np.bool_)
        chosen[edge] = True
        for lane in range(self.roads.connector_first):
            if (links.edge[lanes["link_begin"][lane] : lanes["link_end"][lane]] == edge).any():
                chosen[lanes["edge"][lane]] = True
        self._orient(chosen, np.zeros(self.vehicles.all.size, np.bool_))

    def _orient(self, edges: npt.NDArray[np.bool_], chosen: npt.NDArray[np.bool_]) -> None:
        vehicles, roads = self.vehicles, self.roads
        orient_again(
            vehicles.slots, vehicles.all, vehicles.classes, roads.lanes, roads.links, roads.count, vehicles.route_edge, edges,
            chosen, self.pace_factor,
        )  # fmt: skip

    def free_legs(self) -> npt.NDArray[np.int32]:
        """Return the leg of each trip's route (trips,) behind which it can change: 0 before its begin, NONE after its end.

        On the way it is the present edge, or the next one for those in a junction and those too near to it.
        """
        vehicles, roads = self.vehicles, self.roads
        rows = vehicles.all.view(np.ndarray)
        over = (rows["arrive_us"] != NEVER) | (rows["removed"] != 0)
        leg = np.where(over, NONE, 0).astype(np.int32)
        free_legs(vehicles.slots, vehicles.all, vehicles.classes, roads.lanes, roads.count, leg)
        return leg

    def set_routes(
        self,
        trip: npt.NDArray[np.int32],
        leg: npt.NDArray[np.int32],
        offset: npt.NDArray[np.int64],
        edge: npt.NDArray[np.int32],
    ) -> None:
        """Give trips new routes from ``leg`` on, one of ``free_legs`` or behind it.

        Row ``i`` are the edges ``edge[offset[i]:offset[i + 1]]``, all with lanes; the first is the one the trip has at its
        ``leg`` already.
        """
        self.vehicles = with_routes(self.vehicles, trip, leg, offset, edge)
        chosen = np.zeros(self.vehicles.all.size, np.bool_)
        chosen[trip] = True
        self._orient(np.zeros(self.roads.edge_lane.size - 1, np.bool_), chosen)

    def state(self) -> dict[str, Row]:
        """Return a copy of everything that changes, by name: what ``restore`` takes to go on from here."""
        return {name: array.copy() for name, array in self._changing().items()} | {
            "t_us": np.array([self.t_us]),
            "route_edge": self.vehicles.route_edge.copy(),
            "obstacles": self.obstacles.copy(),
            "advice": self.advice.copy(),
        }

    def restore(self, state: dict[str, Row]) -> None:
        """Go on from ``state``, taken of an engine with the same network and trips."""
        for name, array in self._changing().items():
            array[...] = state[name].astype(array.dtype, copy=False)
        self.t_us = int(state["t_us"][0])
        self.vehicles = replace(self.vehicles, route_edge=state["route_edge"].astype(np.int32))
        self.obstacles = state["obstacles"].astype(OBSTACLE)
        self.advice = state["advice"].astype(ADVICE)
        open_lanes_for_turns(self.roads, self._marked)

    def _changing(self) -> dict[str, Row]:
        vehicles, roads = self.vehicles, self.roads
        return {
            "slots": vehicles.slots.view(np.ndarray),
            "vehicles": vehicles.all.view(np.ndarray),
            "counts": vehicles.counts,
            "queue": vehicles.queue,
            "lanes": roads.lanes.view(np.ndarray),
            "count": roads.count,
            "tails": roads.tails,
            "signal": roads.signal,
            "blocked": roads.blocked,
            "obstacle_steps": self._obstacle_steps,
        }

    @property
    def steps_made(self) -> int:
        """Steps since the engine began."""
        return int(self.vehicles.counts[STEPS])
