"""What lies ahead of vehicles on their own routes: the next edges, how far they are, which signal stands before each.

A vehicle knows its route, and a MAP message tells it the lanes; so this is what an on-board unit may ask, not what a sensor
sees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.traffic.ground_truth import GroundTruth
from twin.traffic.process import Traffic
from twin.traffic.roads import NONE

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

HOPS = 8
"""Edges that are looked ahead, the present one included. Choice: on streets of a town more than lie within 300 m."""


@dataclass(frozen=True, slots=True)
class RouteAhead:
    """The edges ahead of vehicles, one row a vehicle."""

    edge: Ints
    """(n, HOPS): the present edge and those behind it; NONE beyond the end of the route."""
    begin_m: Floats
    """(n, HOPS): way from the front bumper to the beginning of each edge, negative for the present one; inf where there is
    none."""
    stop_m: Floats
    """(n, HOPS): way to the stop line of each edge; inf where there is none."""
    connector: Ints
    """(n, HOPS): one of the connectors from each edge to the next; NONE where none lies between, or nothing comes next."""


class RoutesAhead:
    """Looks ahead for vehicles of one traffic model."""

    def __init__(self, traffic: Traffic) -> None:
        """Prepare the tables of stop lines and turns."""
        graph = traffic.graph
        self._traffic = traffic
        self._stop_m = traffic.stop_line_m()
        lane = np.minimum(graph.edge_lane[:-1], max(graph.lane_count - 1, 0))
        self._lane_begin_m = graph.lane_begin_m[lane]
        self._width = np.int64(traffic.network.edge_count)
        turn = graph.lane_edge[graph.connector_from].astype(np.int64) * self._width + graph.lane_edge[graph.connector_to]
        self._turn, self._connector = np.unique(turn, return_index=True)
        self._length_m = graph.lane_length_m[graph.connector_first + self._connector]

    def of(self, truth: GroundTruth) -> RouteAhead:
        """Return what lies ahead of the rows of ``truth``; rows that make no trip have nothing ahead.

        Edge and place are taken from the rows (they may be what the vehicle itself measured), the route from its trip.
        """
        vehicles = self._traffic.engine.vehicles
        rows = vehicles.all.view(np.ndarray)
        trip = truth.vehicle < rows.size
        record = rows[np.where(trip, truth.vehicle, 0)]
        leg, size, first = record["leg"].astype(np.int64), record["route_size"], record["route_begin"].astype(np.int64)
        last = vehicles.route_edge.size - 1
        here = vehicles.route_edge[np.minimum(first + leg, last)]
        leg += (here != truth.edge) & (leg + 1 < size)  # inside a junction the leg is still the one before it
        shape = (truth.vehicle.size, HOPS)
        edge, connector = np.full(shape, NONE, np.int32), np.full(shape, NONE, np.int32)
        begin_m, stop_m = np.full(shape, np.inf), np.full(shape, np.inf)
        there = trip & (vehicles.route_edge[np.minimum(first + leg, last)] == truth.edge)
        edge[there, 0], begin_m[there, 0] = truth.edge[there], -truth.s_m[there]
        for hop in range(HOPS):
            now = edge[:, hop]
            there = now != NONE
            stop_m[there, hop] = begin_m[there, hop] + self._stop_m[now[there]]
            goes_on = np.flatnonzero(there & (leg + hop + 1 < size))
            if hop + 1 == HOPS or not goes_on.size:
                continue
            following = vehicles.route_edge[first[goes_on] + leg[goes_on] + hop + 1]
            found, length_m = self._turns(now[goes_on], following)
            connector[goes_on, hop] = found
            edge[goes_on, hop + 1] = following
            begin_m[goes_on, hop + 1] = stop_m[goes_on, hop] + length_m - self._lane_begin_m[following]
        return RouteAhead(edge, begin_m, stop_m, connector)

    def _turns(self, edge: Ints, following: Ints) -> tuple[Ints, Floats]:
        """Return a connector from each edge to the one that follows it and its length, NONE and 0 where there is none."""
        if not self._turn.size:
            return np.full(edge.size, NONE, np.int32), np.zeros(edge.size)
        key = edge.astype(np.int64) * self._width + following
        at = np.minimum(np.searchsorted(self._turn, key), self._turn.size - 1)
        found = self._turn[at] == key
        return np.where(found, self._connector[at], NONE).astype(np.int32), np.where(found, self._length_m[at], 0.0)
