"""From delivered object lists to what signals and drivers are told: what reached them, when it reached them, and no more.

The controllers of signals hear what arrives at the edge computers, the platform that advises drivers what arrives in the
regional cloud. Both read their inbox once a period of the links.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, every
from twin.kernel.records import EdgeSpeedReport, FrameBatch, ObjectLists, VehicleReports
from twin.traffic.rerouting import RerouteSpec
from twin.v2x.chain import Ints
from twin.v2x.topology import MEC_TO_CLOUD, SITE_TO_MEC

Floats = npt.NDArray[np.float64]
Listener = Callable[[VehicleReports], None]
SpeedListener = Callable[[EdgeSpeedReport], None]


class ObjectInbox:
    """Object lists under way, until they arrive at the end of one hop."""

    def __init__(self, forgotten_us: int) -> None:
        """Begin with nothing; lists that have not arrived after ``forgotten_us`` are passed over if they still do."""
        self._forgotten_us = forgotten_us
        self._sent: dict[tuple[int, int], tuple[int, ObjectLists, int]] = {}
        self._due: list[tuple[int, int, int]] = []

    def send(self, batch: FrameBatch) -> None:
        """Keep what the lists of a scan say until they arrive."""
        if batch.content is None:
            return
        for row, key in enumerate(zip(batch.device.tolist(), batch.frame.tolist(), strict=True)):
            self._sent[key] = (batch.t_us, batch.content, row)

    def deliver(self, device: Ints, frame: Ints, delivered_us: Ints) -> None:
        """Note that lists arrive, now or later."""
        self._due += zip(delivered_us.tolist(), device.tolist(), frame.tolist(), strict=True)

    def take(self, t_us: int) -> tuple[npt.NDArray[np.int32], Floats, Floats]:
        """Return edge, place along it (m) and speed (m/s) of every vehicle in the lists that have arrived by ``t_us``.

        Lists that were under way for too long are left out.
        """
        arrived = sorted(due for due in self._due if due[0] <= t_us)
        self._due = [due for due in self._due if due[0] > t_us]
        edge, s_m, speed_mps = [np.empty(0, np.int32)], [np.empty(0)], [np.empty(0)]
        for _, device, frame in arrived:
            kept = self._sent.pop((device, frame), None)
            if kept is not None:
                _, content, row = kept
                part = slice(int(content.offset[row]), int(content.offset[row + 1]))
                edge.append(content.edge[part])
                s_m.append(content.s_m[part])
                speed_mps.append(content.speed_mps[part])
        for key in list(self._sent):  # in the order of sending
            if self._sent[key][0] >= t_us - self._forgotten_us:
                break
            del self._sent[key]
        return np.concatenate(edge), np.concatenate(s_m), np.concatenate(speed_mps)


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
    """Joins sensors and links with whoever listens to reports."""

    def __init__(
        self,
        env: simpy.Environment,
        *,
        forgotten_us: int,
        vehicles: tuple[Floats, Listener] | None,
        speeds: tuple[EdgeSpeeds, int, SpeedListener] | None,
    ) -> None:
        """Take who listens: ``vehicles`` (stop lines, whom to tell), ``speeds`` (sums, period in us, whom to tell).

        Lists that arrive more than ``forgotten_us`` after they were sent tell nobody anything.
        """
        self._env = env
        self._vehicles, self._speeds = vehicles, speeds
        self._near, self._far = ObjectInbox(forgotten_us), ObjectInbox(forgotten_us)

    def send(self, batch: FrameBatch) -> None:
        """Take note of the lists of a scan as they are sent."""
        if self._vehicles is not None:
            self._near.send(batch)
        if self._speeds is not None:
            self._far.send(batch)

    def __call__(self, hop: str, device: Ints, frame: Ints, delivered_us: Ints) -> None:
        """Take note of deliveries at the end of a hop."""
        if hop == SITE_TO_MEC and self._vehicles is not None:
            self._near.deliver(device, frame, delivered_us)
        if hop == MEC_TO_CLOUD and self._speeds is not None:
            self._far.deliver(device, frame, delivered_us)

    def processes(self, period_us: int) -> Sequence[Generator[Event, None, None]]:
        """Return the SimPy processes that hand reports on, each ``period_us``, after the links of the instant."""
        found = [every(self._env, period_us, Phase.PLATFORM, self.step)]
        if self._speeds is not None:
            advice_us = self._speeds[1]
            found.append(every(self._env, advice_us, Phase.PLATFORM, self.advise, first_us=advice_us))
        return found

    def step(self, t_us: int) -> None:
        """Read the inboxes."""
        if self._vehicles is not None:
            stop_line_m, tell = self._vehicles
            edge, s_m, _ = self._near.take(t_us)
            if edge.size:
                tell(nearest_reports(t_us, edge, s_m, stop_line_m))
        if self._speeds is not None:
            self._speeds[0].add(*self._far.take(t_us))

    def advise(self, t_us: int) -> None:
        """Tell the drivers what is known of the roads."""
        if self._speeds is not None:
            self._speeds[2](self._speeds[0].report(t_us))
