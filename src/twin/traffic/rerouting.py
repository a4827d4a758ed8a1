"""New routes for informed drivers and around closed roads: many vehicles in one batch, by pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import Assumed
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.route_search import Routes, fastest_routes, states_of
from twin.roadnet.turn_states import TurnStates
from twin.spec import Spec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

CLOSED_S: Final = 1e7
"""Time that a closed edge counts: nobody takes it while there is any other way."""


class RerouteSpec(Spec):
    """Hysteresis: what a new way must save before a driver takes it."""

    period_s: Annotated[float, Field(ge=1.0, le=86_400.0), Assumed.times(0.5, 5.0)] = 60.0
    """Drivers look at the reported speeds so often. Assumption: once a minute; slow services take five."""

    saving_share: Annotated[float, Field(ge=0.0, lt=1.0), Assumed.between(0.05, 0.2)] = 0.1
    """They change only if the new way saves more than this share of the time that is left on the old one. Assumption: a
    tenth."""

    saving_s: Annotated[float, Field(ge=0.0, le=3600.0), Assumed.times(0.3, 3.0)] = 30.0
    """They change only if the new way saves more than this. Assumption: half a minute, that of a red."""

    stretch_m: Annotated[float, Field(ge=5.0, le=10_000.0), Assumed.times(0.5, 4.0)] = 50.0
    """Reported speeds are averaged over stretches of about this length, so that the queue before a signal, which sensors see
    best, does not stand for the whole road. Assumption: the length of such a queue."""

    slowest_mps: Annotated[float, Field(gt=0.0, le=10.0), Assumed.times(0.5, 4.0)] = 0.5
    """Reported speeds below this count as this, so that a queue is slow and not a wall. Assumption: a car length in ten
    seconds."""


@dataclass(frozen=True, slots=True)
class Rerouted:
    """Who changes, and how: one row a vehicle that changes."""

    row: Ints
    """Its row among those asked."""
    routes: Routes
    """The new way of each, from its present edge to its destination."""
    saving_s: Floats
    """What the change is expected to save."""
    stuck: Ints
    """Rows of those asked whose way is closed and who have no other: they keep it."""


def reported_edge_time_s(network: RoadNetwork, usual_time_s: Floats, reported_mps: Floats, spec: RerouteSpec) -> Floats:
    """Return the time of each edge (edges,): at the reported speed where one is known (not NaN), else as usual.

    A report never makes an edge faster than at its speed limit; a signal's expected wait stays in ``usual_time_s`` only: a
    reported mean speed has it in it already.
    """
    reported = np.clip(reported_mps, spec.slowest_mps, network.edge_speed_limit_mps)
    return np.where(np.isnan(reported_mps), usual_time_s, network.edge_length_m / reported)


def reroute(
    network: RoadNetwork,
    edge_time_s: Floats,
    left: Routes,
    spec: RerouteSpec,
    closed: npt.NDArray[np.bool_] | None = None,
    driven: Routes | None = None,
) -> Rerouted:
    """Return better ways for vehicles of which ``left`` holds the rest of the route, present edge first, destination last.

    The times are those of ``reported_edge_time_s``. A vehicle changes if it saves more than both savings of ``spec``; whoever's
    way leads over a ``closed`` edge (edges,) ahead of the present one changes whatever it costs. Destinations stay the same.
    New ways never drive a forbidden course of edges. Those that began before the present edge are known by ``driven``, the
    edges behind each vehicle (the last few suffice); without it only what lies ahead is looked at.
    """
    closed = np.zeros(network.edge_count, np.bool_) if closed is None else closed
    time_s = np.where(closed, edge_time_s + CLOSED_S, edge_time_s)
    sizes = np.diff(left.offset)
    asked = np.flatnonzero(sizes > 1)
    first, last = left.offset[:-1][asked], left.offset[1:][asked] - 1
    begin, end = left.edge[first], left.edge[last]
    pair, of = np.unique(np.column_stack((begin, end)), axis=0, return_inverse=True)
    found = fastest_routes(network, time_s, pair[:, 0], pair[:, 1])
    pair_s = _times(found, time_s)[of.ravel()]
    now_s = _times(left, time_s)[asked]
    no_way = np.diff(found.offset)[of.ravel()] == 0
    blocked = now_s >= CLOSED_S
    saving_s = np.where(no_way, 0.0, now_s - pair_s)
    stuck = blocked & (no_way | (pair_s >= CLOSED_S))
    wants = np.where(blocked, saving_s > 0.0, (saving_s > spec.saving_share * now_s) & (saving_s > spec.saving_s)) & ~stuck
    if driven is not None and network.forbidden_courses:
        states = states_of(network)
        for row in np.flatnonzero(wants):
            wants[row] = keeps_courses(states, driven.of(int(asked[row])), found.of(int(of.ravel()[row])))
    changes = np.flatnonzero(wants)
    ways = [found.of(int(of.ravel()[row])) for row in changes]
    offset = np.concatenate(([0], np.cumsum([way.size for way in ways]))).astype(np.int64)
    edge = np.concatenate([np.empty(0, np.int32), *ways])
    return Rerouted(asked[changes].astype(np.int32), Routes(offset, edge), saving_s[changes], asked[stuck].astype(np.int32))


def _times(routes: Routes, time_s: Floats) -> Floats:
    """Return the time of each route, its first edge left out: the part of it that is left is the same on every way."""
    total = np.concatenate(([0.0], np.cumsum(time_s[routes.edge])))
    begin = np.minimum(routes.offset[:-1] + 1, routes.offset[1:])
    return np.asarray(total[routes.offset[1:]] - total[begin], np.float64)


def keeps_courses(states: TurnStates, driven: Ints, ahead: Ints) -> bool:
    """Return whether one may drive ``ahead``, which begins with the present edge, after ``driven``: turns and courses."""
    edges = [*driven.tolist(), *ahead.tolist()]
    at = edges[0]
    for edge in edges[1:]:
        following = states.following[states.offset[at] : states.offset[at + 1]]
        onward = following[states.edge[following] == edge]
        if not onward.size:
            return False
        at = int(onward[0])
    return True
