"""Where vehicles drive that leave a facility, or that have given up: to a gate of the map or a zone of it, drawn by trip."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from twin.rng import stream_key, uniform4
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.places import TripEnd, trip_ends
from twin.traffic.ways import Onward

TRIES = 8
"""Draws until one is found that a way leads to. Choice: more than anybody needs on a map that is one piece."""


class Leaving:
    """Draws destinations."""

    def __init__(self, network: RoadNetwork, onward: Onward, outbound_share: float, seed: int) -> None:
        """Keep gates and zones on edges that vehicles can drive onto."""
        ends = trip_ends(network)
        reached = np.zeros(network.edge_count, np.bool_)
        reached[onward.edge] = True
        self._groups = [_weighted([end for end in group if reached[end.edge]]) for group in (ends.exits, ends.zones)]
        self._outbound_share = outbound_share if self._groups[1][0].size else 1.0
        if not self._groups[0][0].size:
            self._outbound_share = 0.0
        self._keys = {name: stream_key(seed, f"parking/{name}") for name in ("leaving", "giving_up")}

    def destination(self, trip: int, attempt: int = 0) -> tuple[int, float]:
        """Return edge and place along it (m) to which a vehicle drives that has been parked; another for each ``attempt``."""
        return self._pick(self._keys["leaving"], trip, attempt, self._outbound_share)

    def away(self, trip: int, attempt: int = 0) -> tuple[int, float]:
        """Return edge and place to which one drives who gives up: a gate, where the map has any."""
        return self._pick(self._keys["giving_up"], trip, attempt, 1.0 if self._groups[0][0].size else 0.0)

    def reached(
        self, trip: int, time_s: Callable[[npt.NDArray[np.int64]], npt.NDArray[np.float64]]
    ) -> tuple[int, float] | None:
        """Return edge and place of an end that a way leads to, by weight; None where there is none.

        ``time_s(edges)`` returns the times to edges, infinite where no way leads.
        """
        edge, s_m = (np.concatenate([group[i] for group in self._groups]) for i in range(2))
        weight = np.concatenate([np.diff(group[2], prepend=0.0) for group in self._groups])
        weight = np.where(np.isfinite(time_s(edge)), weight, 0.0)
        if not weight.sum() > 0.0:
            return None
        draw = uniform4(self._keys["leaving"], TRIES, trip, 0)[0]
        number = int(np.searchsorted(np.cumsum(weight / weight.sum()), draw, side="right"))
        number = min(number, int(np.flatnonzero(weight)[-1]))
        return int(edge[number]), float(s_m[number])

    def _pick(self, key: np.uint64, trip: int, attempt: int, outbound_share: float) -> tuple[int, float]:
        kind, place, *_ = uniform4(key, attempt, trip, 0)
        edge, s_m, cumulative = self._groups[0 if kind < outbound_share else 1]
        number = min(int(np.searchsorted(cumulative, place, side="right")), edge.size - 1)
        return int(edge[number]), float(s_m[number])


def _weighted(ends: list[TripEnd]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return edges, places and cumulated weights of trip ends."""
    total = np.cumsum([end.weight for end in ends]) if ends else np.empty(0)
    edge, s_m = np.array([end.edge for end in ends], np.int64), np.array([end.s_m for end in ends], np.float64)
    return edge, s_m, np.asarray(total / total[-1] if ends else total)
