"""Speed advice at signals (GLOSA): arrive when it is green, without standing.

An on-board unit that has a fresh SPAT, MAP and its own route picks the highest speed, not above the limit and not below a
least one, that brings it to the stop line within a green and behind the queue that is there. Idea: K. Katsaros et al., IWCMC
2011; the kinematics below are those of constant acceleration and braking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.kernel.records import SpeedAdvice
from twin.traffic.ground_truth import GroundTruth
from twin.traffic.process import Traffic
from twin.traffic.roads import NONE
from twin.traffic.route_ahead import RoutesAhead
from twin.traffic.signal_outlook import ALWAYS_US, WINDOWS, SignalOutlook
from twin.units import US_PER_S
from twin.v2x.services.compliance import advice_for, follows
from twin.v2x.services.lane_queues import LaneQueues
from twin.v2x.services.service_spec import SignalAdviceSpec

Floats = npt.NDArray[np.float64]
Heard = Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], npt.NDArray[np.bool_]]
"""Returns whether rows of the truth (n,) have a fresh SPAT of the junctions (n,)."""


def earliest_arrival_s(distance_m: Floats, speed_mps: Floats, limit_mps: Floats, acceleration_mps2: float) -> Floats:
    """Return the time to go ``distance_m`` (n,) from ``speed_mps``, accelerating evenly up to the limit and no farther.

    With v the speed, L the limit, a the acceleration: (L - v) / a on the way (L^2 - v^2) / 2a, then the rest at L; where that
    way is too long, (sqrt(v^2 + 2 a d) - v) / a. Who drives above the limit is taken to drive at it.
    """
    start = np.minimum(speed_mps, limit_mps)
    way_m = (limit_mps**2 - start**2) / (2.0 * acceleration_mps2)
    within = (np.sqrt(start**2 + 2.0 * acceleration_mps2 * np.minimum(distance_m, way_m)) - start) / acceleration_mps2
    return np.asarray(within + np.maximum(distance_m - way_m, 0.0) / limit_mps)


def steady_speed_mps(distance_m: Floats, speed_mps: Floats, arrival_s: Floats, braking_mps2: float) -> Floats:
    """Return the speed to slow down to now in order to go ``distance_m`` (n,) in ``arrival_s``; NaN where there is none.

    Braking evenly from v0 to v and going on at v covers d = v t + (v0 - v)^2 / 2b in the time t: the larger root of
    v^2 + 2 (b t - v0) v + v0^2 - 2 b d = 0. Who is slower than d / t already gets d / t.
    """
    mean = distance_m / np.maximum(arrival_s, 1e-9)
    half = braking_mps2 * arrival_s - speed_mps
    square = half * half - speed_mps * speed_mps + 2.0 * braking_mps2 * distance_m
    root = np.sqrt(np.where(square >= 0.0, square, np.nan)) - half
    return np.asarray(np.where(speed_mps <= mean, mean, np.where(root >= 0.0, root, np.nan)))


@dataclass(frozen=True, slots=True)
class Approach:
    """What vehicles before stop lines know, arrays of shape (n,) but for the greens, which are (n, windows)."""

    distance_m: Floats
    speed_mps: Floats
    limit_mps: Floats
    green_begin_s: Floats
    """From now; 0 or less for a green that is on."""
    green_end_s: Floats
    queue_now_s: Floats
    """Time that those who stand ahead need once they move."""
    queue_then_s: Floats
    """Time that those ahead will need when the next green begins."""


def advised_speed_mps(approach: Approach, spec: SignalAdviceSpec) -> Floats:
    """Return the highest speed, (n,), with which each arrives in a green; inf where no advice is needed or none helps.

    A green is open for a vehicle from its beginning and the queue's time on until ``end_margin_s`` before its end; the first
    green that the vehicle can reach at ``least_mps`` or more counts.
    """
    least_s = earliest_arrival_s(approach.distance_m, approach.speed_mps, approach.limit_mps, spec.acceleration_mps2)
    advised = np.full(least_s.size, np.inf)
    open_ = np.ones(least_s.size, np.bool_)
    for window in range(approach.green_begin_s.shape[1]):
        begin_s, end_s = approach.green_begin_s[:, window], approach.green_end_s[:, window] - spec.end_margin_s
        on = begin_s <= 0.0
        waits_s = np.where(on, approach.queue_now_s, begin_s + (approach.queue_then_s if window == 0 else 0.0))
        arrival_s = np.maximum(waits_s, least_s)
        speed = steady_speed_mps(approach.distance_m, approach.speed_mps, arrival_s, spec.braking_mps2)
        speed = np.where(waits_s <= least_s, np.inf, np.minimum(speed, approach.limit_mps))
        chosen = open_ & (arrival_s <= end_s) & (speed >= spec.least_mps)
        advised[chosen] = speed[chosen]
        open_ &= ~chosen
    return advised


class SignalAdvice:
    """The on-board units of all equipped vehicles."""

    def __init__(self, spec: SignalAdviceSpec, traffic: Traffic, seed: int) -> None:
        """Prepare the tables of routes and signals; nothing here changes in a run."""
        self.spec = spec
        self._traffic, self._seed = traffic, seed
        self._routes, self._outlook = RoutesAhead(traffic), SignalOutlook(traffic.signals)

    def step(
        self,
        t_us: int,
        truth: GroundTruth,
        received: npt.NDArray[np.bool_],
        queues: LaneQueues | None = None,
        heard: Heard | None = None,
    ) -> SpeedAdvice:
        """Return the advice that drivers follow at ``t_us``, for the rows of ``truth`` that have ``received`` a fresh SPAT.

        ``heard`` tells whether that SPAT was of the junction ahead; without it SPATs tell of all junctions.

        ``queues`` are the objects that were reported on the lanes (RSM); without them no queue is reckoned with. A vehicle
        within reach of a signal that needs no advice is told infinity, which ends what it was told before.
        """
        spec = self.spec
        chosen = np.flatnonzero(received & follows(self._seed, spec.compliance, truth))
        route = self._routes.of(_rows(truth, chosen))
        signal = self._outlook.controlled(route.connector)
        hop = np.argmax(signal, axis=1)
        row = np.arange(chosen.size)
        near = signal.any(axis=1) & (route.stop_m[row, hop] <= spec.reach_m) & (route.stop_m[row, hop] > 0.0)
        if heard is not None:
            junction = self._outlook.junction(route.connector[row, hop])
            near &= heard(chosen, np.where(near, junction, NONE))
        chosen, hop, row = chosen[near], hop[near], row[near]
        greens = self._outlook.greens(t_us, route.connector[row, hop])
        begin_s, end_s = (
            np.where(np.abs(at) == ALWAYS_US, at, at - t_us) / US_PER_S for at in (greens.begin_us, greens.end_us)
        )
        edge, distance_m = route.edge[row, hop], route.stop_m[row, hop]
        ahead, standing = np.zeros(chosen.size), np.zeros(chosen.size)
        if queues is not None:
            lane = np.where(hop == 0, truth.lane[chosen], NONE)
            ahead, standing = queues.ahead(edge, lane, -route.begin_m[row, hop])
        approach = Approach(
            distance_m,
            truth.speed_mps[chosen],
            self._traffic.network.edge_speed_limit_mps[truth.edge[chosen]],
            begin_s.reshape(-1, WINDOWS),
            end_s.reshape(-1, WINDOWS),
            standing * spec.discharge_headway_s,
            spec.start_up_lost_s + ahead * spec.discharge_headway_s,
        )
        return advice_for(t_us, truth.vehicle[chosen], advised_speed_mps(approach, spec), spec.hold_s)


def _from_now_s(at_us: npt.NDArray[np.int64], t_us: int) -> Floats:
    return np.where(np.abs(at_us) == ALWAYS_US, at_us, at_us - t_us) / US_PER_S


def _rows(truth: GroundTruth, rows: npt.NDArray[np.int64]) -> GroundTruth:
    """Return some rows of a truth."""
    arrays = {name: getattr(truth, name) for name in GroundTruth.__dataclass_fields__ if name != "t_us"}
    return GroundTruth(truth.t_us, **{name: array[rows] for name, array in arrays.items()})
