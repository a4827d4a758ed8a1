"""Vehicles that look for a space to park at the end of their trips, and trips that begin when a parked vehicle leaves.

Traffic knows nothing of facilities and bays: whoever does looks at the vehicles here, sends them on, stops them, lets them out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.route_search import Routes
from twin.traffic.engine import Engine
from twin.traffic.gates_and_zones import INTERNAL, OUTBOUND
from twin.traffic.parker_trips import NEVER_DUE_US, ParkerTrips
from twin.traffic.rerouting import CLOSED_S
from twin.traffic.roads import NONE
from twin.traffic.route_table import with_routes
from twin.traffic.trips import Trips
from twin.traffic.vehicles import ARRIVED, NEVER, NEXT, RELEASED, WAITING
from twin.traffic.ways import Onward, Ways, onward_of
from twin.traffic.whereabouts import gone, orient_listed, whereabouts
from twin.units import US_PER_S, to_us

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_NOTHING: Final = np.empty(0, np.int32)

INSIDE_M: Final = 0.01
"""A vehicle that pulls out stands at least so far along its edge: at 0 are the gates, where one enters at full speed."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Parkers on the network at an instant, one row a vehicle, by number."""

    trip: Ints
    edge: Ints
    """Edge of the front bumper; in a junction the one it comes to."""
    s_m: Floats
    """Along the edge; in a junction before it, less than where its lanes begin."""
    speed_mps: Floats
    lane: npt.NDArray[np.int8]
    """From the kerb."""
    leg: Ints
    """Which edge of its route ``edge`` is."""
    last: Bools
    """Whether ``edge`` is the last of its route."""
    turn_edge: Ints
    """The edge, ``edge`` or the one behind it, that a new way of it must begin with; NONE where it is too late for any."""

    @property
    def count(self) -> int:
        """Number of vehicles."""
        return int(self.trip.size)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Parkers that came to their end."""

    trip: Ints
    t_us: Longs


class Parkers:
    """The parkers of one traffic. All methods speak of trips by number; a trip's number is its vehicle's.

    Arrays of one call have one length. Nothing happens at random here.
    """

    def __init__(
        self,
        network: RoadNetwork,
        graph: LaneGraph,
        engine: Engine,
        parked: ParkerTrips,
        edge_time_s: Floats,
        step_to: Callable[[int], object],
    ) -> None:
        """Begin with everybody still to come. ``step_to`` moves traffic; ``edge_time_s`` (edges,) is what drivers expect."""
        self.trip, self.held = parked.trip, parked.held
        self._trips, self._engine, self._step_to = parked.trips, engine, step_to
        self._network, self._graph = network, graph
        self._edge_time_s = edge_time_s
        self._shut = np.zeros(network.edge_count, np.bool_)
        self.onward: Onward = onward_of(graph, network.edge_count)
        """Where one may drive on from each edge."""
        self._ways = Ways(self.onward, edge_time_s, network.forbidden_courses)
        count = parked.trips.count
        self._there = np.zeros(count, np.bool_)
        self._depart_us = np.full(self.held.size, NEVER_DUE_US)
        self._depart_s_m = np.zeros(self.held.size)
        self._skipped_m, self._skipped_s = np.zeros(count), np.zeros(count)
        trips = parked.trips
        last = trips.route_offset[trips.route[self.trip] + 1] - 1
        self.destination_edge, self.destination_s_m = trips.route_edge[last], trips.arrive_s_m[self.trip]
        """(n,): where the drivers of ``trip`` want to go, whatever way they are sent."""
        begun = int(engine.vehicles.counts[NEXT])
        under_way = self.trip[: np.searchsorted(self.trip, begun)]
        self._active = under_way[engine.vehicles.all.view(np.ndarray)["insert_us"][under_way] != NEVER]
        self._seen_until = np.array([begun])
        lanes = engine.roads.lanes.view(np.ndarray)
        self._first_held = count - self.held.size
        self._in_store = np.arange(count) >= self._first_held
        kerb = np.minimum(graph.edge_lane[:-1], max(graph.lane_count - 1, 0))
        self._begin_m, self._length_m = lanes["begin"][kerb], lanes["length"][kerb]

    # ---- looking

    def _advance(self, t_us: int) -> None:
        """Move traffic up to ``t_us``; take in whose trips have begun since."""
        self._step_to(t_us)
        begun = int(self._engine.vehicles.counts[NEXT])
        if begun == self._seen_until[0]:
            return
        new = self.trip[slice(*np.searchsorted(self.trip, (self._seen_until[0], begun)).tolist())]
        if new.size:
            self._active = np.sort(np.concatenate([self._active, new])).astype(np.int32)
        self._seen_until[0] = begun

    def looking(self, t_us: int) -> Looking:
        """Return the parkers that are on the network at ``t_us``."""
        self._advance(t_us)
        since_s = (t_us - self._engine.t_us) / US_PER_S
        now = whereabouts(self._engine, self._active, self._in_store, since_s, on_road=True)
        return Looking(now.trip, now.edge, now.s_m, now.speed_mps, now.lane, now.leg, now.last == 1, now.turn_edge)

    def arrived(self, t_us: int) -> Arrivals:
        """Return who came to the end of the trip since the last call, in order of time, then of number."""
        self._advance(t_us)
        trip, at_us, left = gone(self._engine, self._active)
        self._active = left
        if trip.size:
            self._there[trip] = True
            order = np.lexsort((trip, at_us))
            trip, at_us = trip[order], at_us[order]
        return Arrivals(trip, at_us)

    # ---- ways

    def ways(self, from_edge: npt.ArrayLike, to_edge: npt.ArrayLike, around: npt.ArrayLike | None = None) -> Routes:
        """Return the fastest ways by expected times, both edges in them, see ``Ways.routes``; closed roads are avoided."""
        return self._now().routes(from_edge, to_edge, around)

    def times_s(self, from_edge: npt.ArrayLike, to_edge: npt.ArrayLike) -> Floats:
        """Return the expected times (n, m) from the end of n edges to the end of m, inf where no way leads; 0 to itself."""
        return self._now().times_s(from_edge, to_edge)

    @property
    def edge_time_s(self) -> Floats:
        """(edges,): what drivers expect an edge to take, with the wait at a signal at its end."""
        return self._edge_time_s

    def _now(self) -> Ways:
        """Return the ways as roads are closed now."""
        lanes = self._engine.roads.lanes.view(np.ndarray)[: self._engine.roads.connector_first]
        shut = self._shut
        if self._shut.any() or lanes["closed"].any():
            closed = np.bincount(lanes["edge"][lanes["closed"] != 0], minlength=self._network.edge_count)
            shut = self.onward.has_lanes & (closed == np.diff(self._graph.edge_lane))
        if (shut != self._shut).any():
            self._shut = shut
            time_s = np.where(shut, self._edge_time_s + CLOSED_S, self._edge_time_s)
            self._ways = Ways(self.onward, time_s, self._network.forbidden_courses)
        return self._ways

    # ---- sending on

    def redirect(self, trip: npt.ArrayLike, routes: Sequence[Ints], arrive_s_m: npt.ArrayLike, stand_s: float = 0.0) -> Bools:
        """Send vehicles another way to another end; return (n,) who takes it.

        A route begins with the vehicle's ``Looking.turn_edge`` (before it has entered: with the first edge of its route) and
        makes turns that lanes make. Who can no longer turn there, has arrived, or would have to stop on the present edge harder
        than comfortably keeps its way. ``stand_s``: how long it stands at its end, in its lane, before it is off the road.
        """
        asked, end_m = np.asarray(trip, np.int32), np.asarray(arrive_s_m, np.float64)
        now = whereabouts(self._engine, asked, self._in_store)
        offset, edge = _flat(routes)
        good = self.onward.drivable(offset, edge)
        size = np.diff(offset)
        good[good] = edge[offset[:-1][good]] == now.turn_edge[good]
        here = (size == 1) & (now.on == 1) & (now.turn_leg == now.leg)
        good &= ~here | (end_m >= now.s_m + now.braking_m)
        row = np.flatnonzero(good)
        offset = np.concatenate([[0], np.cumsum(size[row])])
        self._send(asked[row], now.turn_leg[row], offset, edge[np.repeat(good, size)], end_m[row], stand_s)
        return good

    def stop_at(self, trip: npt.ArrayLike, s_m: npt.ArrayLike, stand_s: float = 0.0) -> Bools:
        """Let vehicles end their trips ``s_m`` along the edge they are on; return (n,) who does.

        Who is past the place, or too near to it to stop at comfortable braking, drives on as before. ``stand_s``: see
        ``redirect``.
        """
        asked, end_m = np.asarray(trip, np.int32), np.asarray(s_m, np.float64)
        now = whereabouts(self._engine, asked, self._in_store)
        good = (now.on == 1) & (end_m >= now.s_m + now.braking_m)
        row = np.flatnonzero(good)
        self._send(asked[row], now.leg[row], np.arange(row.size + 1), now.edge[row], end_m[row], stand_s)
        return np.asarray(good, np.bool_)

    def _checked(self, routes: Sequence[Ints], number: int) -> tuple[Longs, Ints]:
        offset, edge = _flat(routes)
        if len(routes) != number or not self.onward.drivable(offset, edge).all():
            raise ValueError("parkers: a route a trip is asked for, over turns that lanes make")
        return offset, edge

    def _send(self, trip: Ints, leg: Ints, offset: Longs, edge: Ints, arrive_s_m: Floats, stand_s: float) -> None:
        if not trip.size:
            return
        rows = self._engine.vehicles.all.view(np.ndarray)
        self._engine.vehicles = with_routes(self._engine.vehicles, trip, leg, offset, edge)
        rows["arrive_s"][trip], rows["leaves_us"][trip] = arrive_s_m, -to_us(stand_s)
        orient_listed(self._engine, trip, leg)

    def _queue(self, trip: Ints) -> None:
        """Let vehicles wait for a gap, each at its place."""
        rows, queue = self._engine.vehicles.all.view(np.ndarray), self._engine.vehicles.queue
        rows["waiting_next"][trip] = NONE
        for i in trip.tolist():
            if queue[-1, 0] == NONE:
                queue[-1, 0] = i
            else:
                rows["waiting_next"][queue[-1, 1]] = i
            queue[-1, 1] = i
        self._engine.vehicles.counts[WAITING] += trip.size

    # ---- leaving and coming back

    def release(
        self, t_us: int, trip: npt.ArrayLike, routes: Sequence[Ints], depart_s_m: npt.ArrayLike, arrive_s_m: npt.ArrayLike
    ) -> None:
        """Let trips in store begin at ``t_us``: each pulls out at its place on the first edge as soon as there is a gap.

        Raises ValueError for trips that are not in store or have begun, and for routes that cannot be driven.
        """
        self._step_to(t_us)
        asked = np.asarray(trip, np.int32)
        row = asked - self._first_held
        if not self._in_store[asked].all() or np.unique(asked).size != asked.size:
            raise ValueError("parkers: only trips in store begin here, each once")
        offset, edge = self._checked(routes, asked.size)
        begin_m = np.maximum(np.asarray(depart_s_m, np.float64), INSIDE_M)
        rows = self._engine.vehicles.all.view(np.ndarray)
        self._engine.vehicles = with_routes(self._engine.vehicles, asked, np.zeros(asked.size, np.int32), offset, edge)
        rows["depart_us"][asked], rows["depart_s"][asked] = t_us, begin_m
        rows["arrive_s"][asked] = np.asarray(arrive_s_m, np.float64)
        self._depart_us[row], self._depart_s_m[row] = t_us, begin_m
        self._in_store[asked] = False
        self._engine.vehicles.counts[RELEASED] += asked.size
        self._queue(asked)

    def come_back(
        self, t_us: int, trip: npt.ArrayLike, routes: Sequence[Ints], depart_s_m: npt.ArrayLike, arrive_s_m: npt.ArrayLike
    ) -> None:
        """Let vehicles that have arrived, and of which ``arrived`` has told, drive on with their old number, as in ``release``.

        The trip goes on: its length counts what is driven, its delay the time off the road too. Raises ValueError for trips
        that have not arrived, and for routes that cannot be driven.
        """
        self._step_to(t_us)
        asked = np.asarray(trip, np.int32)
        if not self._there[asked].all() or np.unique(asked).size != asked.size:
            raise ValueError("parkers: only vehicles that have arrived come back")
        offset, edges = self._checked(routes, asked.size)
        begin_m = np.maximum(np.asarray(depart_s_m, np.float64), INSIDE_M)
        rows = self._engine.vehicles.all.view(np.ndarray)
        left_leg = rows["leg"][asked]
        left_edge = self._engine.vehicles.route_edge[rows["route_begin"][asked] + left_leg]
        left_m, first = rows["arrive_s"][asked], np.array([route[0] for route in routes], np.int32)
        self._engine.vehicles = with_routes(self._engine.vehicles, asked, left_leg + 1, offset, edges)
        # neither the rest of the edge that it left the road on nor the beginning of the one it comes back to is driven
        for edge, s_m, ahead in ((left_edge, left_m, True), (first, begin_m, False)):
            along_m = np.clip(s_m - self._begin_m[edge], 0.0, self._length_m[edge])
            missed_m = self._length_m[edge] - along_m if ahead else along_m
            self._skipped_m[asked] += missed_m
            self._skipped_s[asked] += missed_m / self._network.edge_speed_limit_mps[edge]
        rows["leg"][asked] = left_leg + 1
        rows["depart_s"][asked], rows["arrive_s"][asked] = begin_m, np.asarray(arrive_s_m, np.float64)
        rows["arrive_us"][asked], rows["leaves_us"][asked] = NEVER, 0
        self._engine.vehicles.counts[ARRIVED] -= asked.size
        self._there[asked] = False
        self._active = np.sort(np.concatenate([self._active, asked])).astype(np.int32)
        self._queue(asked)

    # ---- the log, the state

    def driven(self) -> Trips:
        """Return the trips as they were made: when and where those in store began, where everybody ends."""
        rows, routes = self._engine.vehicles.all.view(np.ndarray), self._engine.vehicles.route_edge
        trips, held = self._trips, self.held
        depart_us, depart_s_m, purpose = trips.depart_us.copy(), trips.depart_s_m.copy(), trips.purpose.copy()
        depart_us[held], depart_s_m[held] = self._depart_us, self._depart_s_m
        end = routes[rows["route_begin"] + rows["route_size"] - 1]
        outside = np.isin(end, self._network.exit_edges) & (rows["arrive_s"] >= self._network.edge_length_m[end])
        purpose[held] = np.where(outside[held], OUTBOUND, INTERNAL)
        return replace(
            trips, depart_us=depart_us, depart_s_m=depart_s_m, arrive_s_m=rows["arrive_s"].astype(np.float64), purpose=purpose
        )

    @property
    def skipped(self) -> tuple[Floats, Floats]:
        """Metres and free-flow seconds (trips,) of routes that were not driven, by those who left the road and came back."""
        return self._skipped_m, self._skipped_s

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Return a copy of all that changes."""
        return {name: array.copy() for name, array in self._changing().items()} | {"active": self._active.copy()}

    def restore(self, state: dict[str, npt.NDArray[Any]]) -> None:
        """Go on from a ``state``."""
        for name, array in self._changing().items():
            array[...] = state[name]
        self._active = state["active"].astype(np.int32)

    def _changing(self) -> dict[str, npt.NDArray[Any]]:
        return {
            "seen_until": self._seen_until,
            "there": self._there,
            "in_store": self._in_store,
            "depart_us": self._depart_us,
            "depart_s_m": self._depart_s_m,
            "skipped_m": self._skipped_m,
            "skipped_s": self._skipped_s,
        }


def _flat(routes: Sequence[Ints]) -> tuple[Longs, Ints]:
    offset = np.zeros(len(routes) + 1, np.int64)
    np.cumsum([route.size for route in routes], out=offset[1:])
    return offset, np.concatenate([_NOTHING, *routes]).astype(np.int32, copy=False)
