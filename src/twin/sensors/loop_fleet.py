"""All loops of one rate: who crossed which, what each said of it, and the sums of an interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.rng import stream_key
from twin.sensors.loop import single_loop_speed_mps
from twin.sensors.loop_passages import copy_passage, meet_loops, move_on
from twin.sensors.loop_places import LoopDevice
from twin.sensors.loop_records import Bools, Crossings, Look, LoopInterval, Loops, Passages, look_at, room_for
from twin.traffic.ground_truth import GroundTruth

LEAST_ON_TIME_S = 0.001
"""No reported occupation is shorter."""


class LoopFleet:
    """All loops of one rate and interval, told of the traffic at successive instants.

    Draws are keyed by (seed, loop, instant, vehicle), so that no loop's rows depend on which others there are. Between two
    instants a vehicle moves evenly. A vehicle that appears beyond a loop has not crossed it; one that vanishes over a loop has
    left it by the next instant.
    """

    def __init__(self, devices: Sequence[LoopDevice], edges: int, seed: int) -> None:
        """Set up the loops of devices of one rate and interval; ``edges``: how many the network has."""
        if len({(device.spec.period_us, device.spec.interval_us) for device in devices}) != 1:
            raise ValueError("a fleet of loops has devices of one rate and one interval")
        self.period_us, self.interval_us = devices[0].spec.period_us, devices[0].spec.interval_us
        self.devices = tuple(devices)
        rows = [
            (device, lane, stream_key(seed, "sensors/loop/crossing", f"{device.name}/{lane}"))
            for device in devices
            for lane in device.lanes
        ]
        rows.sort(key=lambda row: row[0].edge)  # stable: within an edge in the order given
        chosen = [device.spec for device, _, _ in rows]
        self.loops = Loops(
            device=np.array([device.number for device, _, _ in rows], np.int32),
            edge=np.array([device.edge for device, _, _ in rows], np.int32),
            lane=np.array([lane for _, lane, _ in rows], np.int8),
            begin_m=np.array([device.s_m for device, _, _ in rows], np.float64),
            length_m=np.array([spec.length_m for spec in chosen], np.float64),
            key=np.array([key for _, _, key in rows], np.uint64),
            missed=np.array([spec.missed_share for spec in chosen], np.float64),
            missed_bicycle=np.array([spec.missed_bicycle_share for spec in chosen], np.float64),
            double=np.array([spec.double_count_share for spec in chosen], np.float64),
            double_long=np.array([spec.double_count_long_share for spec in chosen], np.float64),
            on_time_noise_s=np.array([spec.on_time_noise_s for spec in chosen], np.float64),
            speed_noise=np.array([spec.speed_noise_share for spec in chosen], np.float64),
            single=np.array([spec.speed_from == "occupancy" for spec in chosen], np.bool_),
            usual_length_m=np.array([spec.usual_vehicle_length_m for spec in chosen], np.float64),
        )
        self._start = np.searchsorted(self.loops.edge, np.arange(edges + 1)).astype(np.int32)
        self._by_device = np.lexsort((self.loops.lane, self.loops.device))
        self._before: Look | None = None
        self._before_us = 0
        self._over = room_for(0)
        self._over_count = 0
        loops = len(rows)
        self._counts = np.zeros((loops, 2), np.int64)
        """Counted, true."""
        self._occupied_us = np.zeros((loops, 2))
        self._speeds = np.zeros((loops, 4))
        """Sum of reported speeds, their number, sum of true speeds, their number."""
        self._interval_start_us = 0

    def step(self, truth: GroundTruth, up: Bools | None = None) -> Crossings:
        """Move on to the instant of ``truth``; return the vehicles that have left a loop since the instant before.

        ``up`` (loops,): which loops have had power since then; all where left out. One without notices nobody.
        """
        if up is None:
            up = np.ones(self.loops.device.size, np.bool_)
        now = look_at(truth)
        before, self._before = self._before, now
        before_us, self._before_us = self._before_us, truth.t_us
        if before is None:
            return self._report(room_for(0), 0, up)
        most = self._over_count + self._entries(before) + self._entries(now)
        if self._over.loop.size < most:
            grown = room_for(2 * most)
            for row in range(self._over_count):
                copy_passage(grown, row, self._over, row, self._over.off_us[row])
            self._over = grown
        gone = room_for(most)
        stay, left = move_on(before, now, before_us, truth.t_us, self._over, self._over_count, gone, up, self._occupied_us)
        span = (float(before_us), float(truth.t_us), truth.t_us // self.period_us)
        self._over_count, left = meet_loops(
            self.loops, self._start, before, now, span, self._over, stay, gone, left, up, self._counts, self._occupied_us
        )
        return self._report(gone, left, up)

    def close_interval(self, t_us: int) -> LoopInterval:
        """Return the sums of the interval that ends at ``t_us``, and begin the next."""
        with np.errstate(invalid="ignore"):
            mean = np.where(self._speeds[:, 1] > 0.0, self._speeds[:, 0] / self._speeds[:, 1], np.nan)
            true = np.where(self._speeds[:, 3] > 0.0, self._speeds[:, 2] / self._speeds[:, 3], np.nan)
        occupied_us = np.rint(np.minimum(self._occupied_us, t_us - self._interval_start_us)).astype(np.int64)
        order = self._by_device
        sums = LoopInterval(
            device=self.loops.device[order],
            edge=self.loops.edge[order],
            lane=self.loops.lane[order],
            begin_us=self._interval_start_us,
            interval_us=t_us - self._interval_start_us,
            count=self._counts[order, 0].astype(np.int32),
            occupied_us=occupied_us[order, 0],
            mean_speed_mps=mean[order],
            true_count=self._counts[order, 1].astype(np.int32),
            true_occupied_us=occupied_us[order, 1],
            true_mean_speed_mps=true[order],
        )
        self._counts[...], self._occupied_us[...], self._speeds[...] = 0, 0.0, 0.0
        self._interval_start_us = t_us
        return sums

    def _entries(self, look: Look) -> int:
        """Return the most loops that these vehicles can meet in one step."""
        edge = look.edge[look.edge >= 0]
        return int((self._start[edge + 1] - self._start[edge]).sum())

    def _report(self, gone: Passages, left: int, up: Bools) -> Crossings:
        """Add the errors of time and speed, and the speeds to the interval's sums."""
        loop, counted, noise = gone.loop[:left], gone.counted[:left], gone.noise[:left]
        loops = self.loops
        true_mps = gone.entry_mps[:left].copy()
        true_on_s = 1e-6 * (gone.off_us[:left] - gone.on_us[:left])
        on_s = np.maximum(true_on_s + loops.on_time_noise_s[loop] * noise[:, 0], LEAST_ON_TIME_S)
        inferred = single_loop_speed_mps(on_s, loops.length_m[loop], loops.usual_length_m[loop])
        timed = np.maximum(true_mps * (1.0 + loops.speed_noise[loop] * noise[:, 1]), 0.0)
        speed_mps = np.where(loops.single[loop], inferred, timed)
        noticed = (counted > 0) & up[loop]
        columns = (np.where(noticed, speed_mps, 0.0), np.where(noticed, 1.0, 0.0), true_mps, np.ones(left))
        for column, values in enumerate(columns):
            self._speeds[:, column] += np.bincount(loop, values, self._speeds.shape[0])
        return Crossings(
            device=loops.device[loop],
            lane=loops.lane[loop],
            on_us=np.rint(gone.on_us[:left]).astype(np.int64),
            on_time_us=np.rint(1e6 * on_s).astype(np.int64),
            speed_mps=speed_mps,
            counted=counted.copy(),
            vehicle=gone.vehicle[:left].copy(),
            true_speed_mps=true_mps,
        )
