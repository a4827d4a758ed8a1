"""How trips are drawn: Poisson departures of a flow between places, each flow from a named stream of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.rng import stream_key, uniforms
from twin.traffic.profile import ProfilePoint, profile_knots
from twin.traffic.vehicle_types import ClassTable
from twin.units import US_PER_S

DRAWN: Final = np.dtype(
    [
        ("depart_us", np.int64),
        ("klass", np.int8),
        ("speed_factor", np.float64),
        ("origin", np.int32),
        ("depart_s_m", np.float64),
        ("destination", np.int32),
        ("arrive_s_m", np.float64),
        ("purpose", np.int8),
        ("given_route", np.int32),
        ("route_draw", np.float64),
        ("informed_draw", np.float64),
    ]
)
"""A trip before it has a route: edges of both ends, where on them, purpose (OF_ITS_ENDS: what its ends say), row of the routes
that are given (NO_ROUTE: still to be found), and the uniforms that choose its route and whether its driver is informed."""

NO_ROUTE: Final = -1
OF_ITS_ENDS: Final = -1

DrawnTrips = npt.NDArray[np.void]
"""Trips as an array of DRAWN."""


@dataclass(frozen=True, slots=True)
class Places:
    """Places of a zone, with the share of the zone's trips that begins or ends at each."""

    edge: npt.NDArray[np.int32]
    s_m: npt.NDArray[np.float64]
    cumulative: npt.NDArray[np.float64]
    """Weights, summed up to 1."""

    @property
    def share(self) -> npt.NDArray[np.float64]:
        """Return the share of each place."""
        return np.diff(self.cumulative, prepend=0.0)

    def pick(self, uniform: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Return the place that each uniform number of (0, 1) stands for."""
        return np.minimum(np.searchsorted(self.cumulative, uniform, side="right"), self.edge.size - 1)


def places(edge: Sequence[int], s_m: Sequence[float], weight: Sequence[float]) -> Places:
    """Return places with shares in proportion to ``weight``, at least one of which must be positive."""
    total = np.cumsum(np.asarray(weight, np.float64))
    return Places(np.asarray(edge, np.int32), np.asarray(s_m, np.float64), total / total[-1])


@dataclass(frozen=True, slots=True)
class Flow:
    """Trips from the places of one zone to those of another."""

    key: str
    """Stable name of its stream."""
    vph: float
    """Vehicles per hour where the profile is 1."""
    origins: Places
    destinations: Places
    profile: Sequence[ProfilePoint]
    from_s: float
    """Trips begin from here ..."""
    to_s: float
    """... up to here, seconds after the scenario's start."""
    klass: int | None = None
    """Vehicle class; drawn by the shares of the classes where None."""


def draw_flow(flow: Flow, classes: ClassTable, seed: int, begin_s: float, end_s: float) -> DrawnTrips:
    """Return the trips of a flow that begin between two instants of the run: a Poisson process with the profile's rate.

    A later ``end_s`` adds trips and changes none.
    """
    begin_s, end_s = max(begin_s, flow.from_s), min(end_s, flow.to_s)
    if end_s <= begin_s or flow.vph <= 0.0:
        return np.empty(0, DRAWN)
    knots = profile_knots(flow.profile, begin_s, end_s)
    depart_s = departures_s(stream_key(seed, "traffic/demand/departure", flow.key), flow.vph, *knots)
    rows = drawn_at(flow.key, depart_s, classes, seed)
    ends = uniforms(stream_key(seed, "traffic/demand/destination", flow.key), np.arange(rows.size, dtype=np.int64))
    origin, destination = flow.origins.pick(ends[:, 0]), flow.destinations.pick(ends[:, 1])
    rows["origin"], rows["depart_s_m"] = flow.origins.edge[origin], flow.origins.s_m[origin]
    rows["destination"], rows["arrive_s_m"] = flow.destinations.edge[destination], flow.destinations.s_m[destination]
    if flow.klass is not None:
        make_class(rows, flow.klass, classes)
    return rows


def make_class(rows: Any, klass: int, classes: ClassTable) -> None:
    """Let trips (an array of DRAWN, or one of them) be made by vehicles of ``klass``, each as fast among its like as before."""
    rows["speed_factor"] *= classes.speed_factor[klass] / classes.speed_factor[rows["klass"]]
    rows["klass"] = klass


def drawn_at(key: str, depart_s: npt.NDArray[np.float64], classes: ClassTable, seed: int) -> DrawnTrips:
    """Return trips that begin at these times, with a class and a desired speed, but nowhere yet."""
    what = uniforms(stream_key(seed, "traffic/demand/vehicle", key), np.arange(depart_s.size, dtype=np.int64))
    rows = np.zeros(depart_s.size, DRAWN)
    klass = np.searchsorted(classes.share_cumulative, what[:, 0], side="right")
    rows["depart_us"] = (np.rint(depart_s * 1000.0) * (US_PER_S // 1000)).astype(np.int64)
    rows["klass"] = klass
    rows["speed_factor"] = classes.speed_factor[klass] * (1.0 + classes.speed_spread * (2.0 * what[:, 1] - 1.0))
    rows["route_draw"], rows["informed_draw"] = what[:, 2], what[:, 3]
    rows["given_route"], rows["purpose"] = NO_ROUTE, OF_ITS_ENDS
    return rows


def departures_s(
    key: np.uint64, rate_vph: float, knots_s: npt.NDArray[np.float64], factor: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the times (s) of a Poisson process whose rate is linear between ``knots_s``, by inverting its cumulated rate.

    Source: E. Cinlar, Introduction to Stochastic Processes (1975), section 4.7.
    """
    steps = np.diff(knots_s)
    pieces = steps * (factor[:-1] + factor[1:]) / 2.0
    cumulated = rate_vph / 3600.0 * np.concatenate([[0.0], np.cumsum(pieces)])
    expected = float(cumulated[-1])
    batch = int(expected + 6.0 * np.sqrt(expected) + 10.0)
    gaps = -np.log(uniforms(key, np.arange(batch, dtype=np.int64))[:, 0])
    arrivals = np.cumsum(gaps)
    arrivals = arrivals[arrivals < expected]
    piece = np.searchsorted(cumulated, arrivals, side="right") - 1
    within = _invert(arrivals - cumulated[piece], steps[piece], factor[piece], factor[piece + 1], rate_vph / 3600.0)
    return np.asarray(within + knots_s[piece], dtype=np.float64)


def _invert(
    area: npt.NDArray[np.float64],
    step_s: npt.NDArray[np.float64],
    factor_0: npt.NDArray[np.float64],
    factor_1: npt.NDArray[np.float64],
    rate_per_s: float,
) -> npt.NDArray[np.float64]:
    """Return the time within a linear piece at which its cumulated rate reaches ``area``."""
    start = rate_per_s * factor_0
    slope = rate_per_s * (factor_1 - factor_0) / step_s
    root = np.sqrt(np.maximum(start * start + 2.0 * slope * area, 0.0))
    return np.asarray(2.0 * area / np.maximum(start + root, 1e-300))
