"""Warnings of vehicles that stand on the road: found in the platform's picture, followed by who is on his way there.

The platform knows no truth, only reported objects. An object that is reported standing, with nobody standing shortly ahead of
it and no stop line, is not a queue; when that holds for some time at one place it is a hazard: the head of a queue that
discharges wanders upstream and leaves its place before. The vehicle behind a queue's head is never
one, nor who waits at a stop line; what stands beside a queue on another lane is taken for a part of it, because the picture
knows edges and not lanes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.kernel.records import SpeedAdvice
from twin.traffic.ground_truth import GroundTruth
from twin.traffic.process import Traffic
from twin.traffic.route_ahead import RoutesAhead
from twin.units import to_us
from twin.v2x.services.compliance import advice_for, follows
from twin.v2x.services.service_spec import HazardWarningSpec

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

STANDING: Final = np.dtype([("since_us", "i8"), ("seen_us", "i8"), ("s_m", "f8"), ("edge", "i4"), ("spare", "i4")], align=True)
"""One record a place where something stands: since when, when last reported, where it was first reported."""

FAR_M: Final = 1e6
"""Choice: longer than any edge, so that places on different edges never mix."""


@dataclass(frozen=True, slots=True)
class Hazards:
    """Places to be warned of, (n,) each."""

    edge: Ints
    s_m: Floats
    since_us: npt.NDArray[np.int64]
    """Since when something stands there."""


class HazardWarnings:
    """The platform's search for standing vehicles, and what warned drivers do."""

    def __init__(self, spec: HazardWarningSpec, traffic: Traffic, seed: int) -> None:
        """Begin without knowing of anything that stands."""
        self.spec = spec
        self._seed = seed
        self._limit_mps = traffic.network.edge_speed_limit_mps
        self._stop_line_m = traffic.stop_line_m()
        self._routes = RoutesAhead(traffic)
        self.standing: npt.NDArray[Any] = np.zeros(0, STANDING)
        """Records of ``STANDING``, by edge and place: all that the service remembers."""

    def detect(self, t_us: int, edge: Ints, s_m: Floats, speed_mps: Floats) -> Hazards:
        """Take note of the objects of the platform's picture at ``t_us``, (n,) each; return what is to be warned of now."""
        spec = self.spec
        edge, s_m = self._heads(edge, s_m, speed_mps)
        known = self.standing
        at, before = edge * FAR_M + s_m, known["edge"] * FAR_M + known["s_m"]
        nearest = _nearest(before, at)
        matched = np.zeros(at.size, np.bool_)
        if known.size:
            matched = np.abs(before[nearest] - at) <= spec.match_m
        known["seen_us"][nearest[matched]] = t_us
        new = np.zeros(int(np.count_nonzero(~matched)), STANDING)
        new["edge"], new["s_m"] = edge[~matched], s_m[~matched]
        new["since_us"] = new["seen_us"] = t_us
        both = np.concatenate([known[t_us - known["seen_us"] <= to_us(spec.forget_s)], new])
        self.standing = both[np.lexsort((both["s_m"], both["edge"]))]
        hazard = self.standing[self.standing["seen_us"] - self.standing["since_us"] >= to_us(spec.stopped_s)]
        return Hazards(hazard["edge"].copy(), hazard["s_m"].copy(), hazard["since_us"].copy())

    def _heads(self, edge: Ints, s_m: Floats, speed_mps: Floats) -> tuple[Ints, Floats]:
        """Return edge and place of the objects that stand with nobody standing ahead of them and no stop line."""
        spec = self.spec
        stands = (speed_mps < spec.stopped_mps) & (edge >= 0) & (s_m >= 0.0)
        edge, s_m = edge[stands], s_m[stands]
        order = np.lexsort((s_m, edge))
        edge, s_m = edge[order], s_m[order]
        at = edge * FAR_M + s_m
        ahead_m = np.diff(np.append(at, np.inf))
        head = (ahead_m > spec.clear_ahead_m) & (self._stop_line_m[edge] - s_m > spec.stop_line_m)
        return edge[head], s_m[head]

    def advise(self, t_us: int, truth: GroundTruth, received: npt.NDArray[np.bool_], hazards: Hazards) -> SpeedAdvice:
        """Return the advice that drivers follow, for rows of ``truth`` that have ``received`` the warning of ``hazards``.

        Who is on his way to a hazard and within the zone before it drives at most ``speed_ratio`` of the limit. Nobody
        else is named: what he was advised lapses after ``hold_s``.
        """
        spec = self.spec
        chosen = np.flatnonzero(received & follows(self._seed, spec.compliance, truth))
        route = self._routes.of(truth)
        warned = np.zeros(truth.vehicle.size, np.bool_)
        for edge, s_m in zip(hazards.edge.tolist(), hazards.s_m.tolist(), strict=True):
            way_m = route.begin_m + s_m
            warned |= ((route.edge == edge) & (way_m >= 0.0) & (way_m <= spec.zone_m)).any(axis=1)
        chosen = chosen[warned[chosen]]
        speed_mps = spec.speed_ratio * self._limit_mps[truth.edge[chosen]]
        return advice_for(t_us, truth.vehicle[chosen], speed_mps, spec.hold_s)

    def state(self) -> npt.NDArray[Any]:
        """Return a copy of all that changes, for ``restore``."""
        return self.standing.copy()

    def restore(self, state: npt.NDArray[Any]) -> None:
        """Go on from a ``state``."""
        self.standing = state.astype(STANDING)


def _nearest(sorted_: Floats, at: Floats) -> npt.NDArray[np.int64]:
    """Return the index of the nearest value of ``sorted_`` to each of ``at``; 0 where there is none."""
    right = np.clip(np.searchsorted(sorted_, at), 0, max(sorted_.size - 1, 0))
    left = np.maximum(right - 1, 0)
    if not sorted_.size:
        return np.zeros(at.size, np.int64)
    return np.where(np.abs(sorted_[left] - at) < np.abs(sorted_[right] - at), left, right)
