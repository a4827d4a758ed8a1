"""From delivered object lists to what signals and drivers are told: what reached them, when it reached them, and no more.

The controllers of signals hear what arrives at the edge computers, the platform that advises drivers what arrives in the
regional cloud.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, every
from twin.kernel.records import EdgeSpeedReport, VehicleReports
from twin.traffic.rerouting import RerouteSpec
from twin.v2x.platform.contents import Sightings
from twin.v2x.platform.tiers import Tiers

Floats = npt.NDArray[np.float64]
Listener = Callable[[VehicleReports], None]
SpeedListener = Callable[[EdgeSpeedReport], None]


class EdgeSpeeds:
    """Mean speeds of edges from reported vehicles: sums over stretches since the last report."""

    def __init__(self, edge_length_m: Floats, speed_limit_mps: Floats, spec: RerouteSpec) -> None:
        """Cut every edge into stretches of about the length that ``spec`` says."""
        self._length_m, self._limit_mps, self._slowest_mps = edge_length_m, speed_limit_mps, spec.slowest_mps
        self._cells = np.maximum(np.rint(edge_length_m / spec.stretch_m), 1.0).astype(np.int64)
        self._first = np.concatenate(([0], np.cumsum(self._cells)))
        self._speed_sum = np.zeros(int(self._first[-1]))
        self._seen = np.zeros(int(self._first[-1]), np.int64)

    def add(self, edge: npt.NDArray[np.int32], s_m: Floats, speed_mps: Floats) -> None:
        """Add reported vehicles."""
        share = np.clip(s_m / self._length_m[edge], 0.0, 1.0)
        cell = self._first[edge] + np.minimum((share * self._cells[edge]).astype(np.int64), self._cells[edge] - 1)
        np.add.at(self._speed_sum, cell, speed_mps)
        np.add.at(self._seen, cell, 1)

    def report(self, t_us: int) -> EdgeSpeedReport:
        """Return the mean speeds since the last report, and begin anew.

        The mean over time of the speeds on a stretch is vehicle-metres over vehicle-seconds (Edie 1963); an edge takes the sum
        of its stretches' times, at the speed limit where nobody was seen. Edges on which nobody was seen are NaN.
        """
        edge = np.repeat(np.arange(self._cells.size), self._cells)
        mean = np.where(self._seen > 0, self._speed_sum / np.maximum(self._seen, 1), np.inf)
        speed = np.clip(mean, self._slowest_mps, self._limit_mps[edge])
        time_s = np.bincount(edge, weights=self._length_m[edge] / self._cells[edge] / speed, minlength=self._cells.size)
        seen = np.bincount(edge, weights=self._seen, minlength=self._cells.size) > 0
        self._speed_sum[:] = 0.0
        self._seen[:] = 0
        return EdgeSpeedReport(t_us, np.where(seen, self._length_m / time_s, np.nan))


def nearest_reports(t_us: int, edge: npt.NDArray[np.int32], s_m: Floats, stop_line_m: Floats) -> VehicleReports:
    """Return the vehicle nearest before the stop line of each edge; one beyond the line counts where nobody is before it.

    ``stop_line_m`` (edges,) is where along the edges the stop lines are.
    """
    distance_m = stop_line_m[edge] - s_m
    order = np.lexsort((np.where(distance_m < 0.0, np.inf, distance_m), edge))
    edges, first = np.unique(edge[order], return_index=True)
    return VehicleReports(t_us, edges.astype(np.int32), distance_m[order][first])


class Reporting:
    """Hands what has arrived to whoever acts on it: to signals at the edge, to informed drivers in the regional cloud."""

    def __init__(
        self,
        tiers: Tiers,
        *,
        vehicles: tuple[Floats, Listener] | None,
        speeds: tuple[EdgeSpeeds, int, SpeedListener] | None,
    ) -> None:
        """Take who listens: ``vehicles`` (stop lines, whom to tell), ``speeds`` (sums, period in us, whom to tell)."""
        self._vehicles, self._speeds = vehicles, speeds
        if vehicles is not None:
            tiers.listeners["edge"].append(self._at_the_edge)
        if speeds is not None:
            tiers.listeners["regional"].append(self._in_the_cloud)

    def processes(self, env: simpy.Environment) -> Sequence[Generator[Event, None, None]]:
        """Return the SimPy process that advises drivers, where there are any, after the platform has heard what arrived."""
        if self._speeds is None:
            return []
        period_us = self._speeds[1]
        return [every(env, period_us, Phase.PLATFORM, self.advise, first_us=period_us)]

    def _at_the_edge(self, t_us: int, sightings: Sightings) -> None:
        on_road = sightings.edge >= 0
        if self._vehicles is not None and on_road.any():
            stop_line_m, tell = self._vehicles
            tell(nearest_reports(t_us, sightings.edge[on_road], sightings.s_m[on_road], stop_line_m))

    def _in_the_cloud(self, _t_us: int, sightings: Sightings) -> None:
        on_road = sightings.edge >= 0
        if self._speeds is not None:
            self._speeds[0].add(sightings.edge[on_road], sightings.s_m[on_road], sightings.speed_mps[on_road])

    def advise(self, t_us: int) -> None:
        """Tell the drivers what is known of the roads."""
        if self._speeds is not None:
            self._speeds[2](self._speeds[0].report(t_us))
