"""All loops of one rate: who crossed which, what each said of it, and the sums of an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.rng import normal_pair, stream_key, uniform4
from twin.sensors.loop import LONG_VEHICLE_M, single_loop_speed_mps
from twin.sensors.loop_places import LoopDevice
from twin.traffic.ground_truth import DRIVEN_CLASSES, VEHICLE_CLASSES, GroundTruth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_BICYCLE = VEHICLE_CLASSES.index("electric_bicycle")
LEAST_ON_TIME_S = 0.001
"""No reported occupation is shorter."""


class Loops(NamedTuple):
    """The detectors, one row a lane, sorted by edge."""

    device: Ints
    edge: Ints
    lane: npt.NDArray[np.int8]
    begin_m: Floats
    """Where along the edge a front bumper meets it."""
    length_m: Floats
    key: npt.NDArray[np.uint64]
    missed: Floats
    missed_bicycle: Floats
    double: Floats
    double_long: Floats
    on_time_noise_s: Floats
    speed_noise: Floats
    single: npt.NDArray[np.bool_]
    """Whether it tells speed by itself."""
    usual_length_m: Floats


class Look(NamedTuple):
    """The vehicles of one instant, sorted by number."""

    vehicle: Ints
    klass: npt.NDArray[np.int8]
    edge: Ints
    lane: npt.NDArray[np.int8]
    s_m: Floats
    speed_mps: Floats
    length_m: Floats


class Passages(NamedTuple):
    """Vehicles over loops, one row each: those still there first, in a log those that left."""

    loop: Ints
    vehicle: Ints
    on_us: Floats
    """When the front bumper met the loop."""
    off_us: Floats
    """When the rear bumper left it; what is left to drive (m) while it has not."""
    entry_mps: Floats
    counted: Ints
    """0 for a missed vehicle, 1, or 2."""
    noise: Floats
    """(n, 2): standard normals of the errors of time and speed."""


@dataclass(frozen=True, slots=True)
class Crossings:
    """Vehicles that left a loop, one row each."""

    device: Ints
    lane: npt.NDArray[np.int8]
    on_us: Longs
    on_time_us: Longs
    """As reported."""
    speed_mps: Floats
    """As reported."""
    counted: Ints
    """Times that it was counted: 0 for a missed one."""
    vehicle: Ints
    """Truth."""
    true_speed_mps: Floats
    """Speed of the front bumper as it met the loop."""


@dataclass(frozen=True, slots=True)
class LoopInterval:
    """What each loop makes of an interval, one row a loop, by device and lane; and the truth beside it."""

    device: Ints
    edge: Ints
    lane: npt.NDArray[np.int8]
    begin_us: int
    interval_us: int
    count: Ints
    """Counted as fronts met the loop."""
    occupied_us: Longs
    """How long vehicles that it noticed stood over it."""
    mean_speed_mps: Floats
    """Of the vehicles that left it; NaN where none did."""
    true_count: Ints
    true_occupied_us: Longs
    true_mean_speed_mps: Floats


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
        self._over = _room(0)
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
        now = _look(truth)
        before, self._before = self._before, now
        before_us, self._before_us = self._before_us, truth.t_us
        if before is None:
            return self._report(_room(0), 0, up)
        most = self._over_count + self._entries(before) + self._entries(now)
        if self._over.loop.size < most:
            grown = _room(2 * most)
            for row in range(self._over_count):
                _put(grown, row, self._over, row, self._over.off_us[row])
            self._over = grown
        gone = _room(most)
        stay, left = _move_on(before, now, before_us, truth.t_us, self._over, self._over_count, gone, up, self._occupied_us)
        span = (float(before_us), float(truth.t_us), truth.t_us // self.period_us)
        self._over_count, left = _meet(
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


def _look(truth: GroundTruth) -> Look:
    order = np.argsort(truth.vehicle)  # numbers are unique: any sort is stable
    order = order[truth.klass[order] < len(DRIVEN_CLASSES)]  # who walks over a loop is nothing to it
    columns = (truth.vehicle, truth.klass, truth.edge, truth.lane, truth.s_m, truth.speed_mps, truth.length_m)
    sorted_columns: list[Any] = [column[order] for column in columns]
    return Look(*sorted_columns)


def _room(rows: int) -> Passages:
    return Passages(
        np.empty(rows, np.int32),
        np.empty(rows, np.int32),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows, np.int32),
        np.empty((rows, 2)),
    )


@inline_kernel
def _driven(before: Look, i: int, now: Look, j: int, seconds: float) -> float:
    """Return the metres between two instants: along one edge, or over its end at the mean of both speeds."""
    if before.edge[i] == now.edge[j]:
        return float(max(now.s_m[j] - before.s_m[i], 0.0))
    return float(max(0.5 * (before.speed_mps[i] + now.speed_mps[j]) * seconds, 1e-6))


@inline_kernel
def _put(passages: Passages, row: int, source: Passages, from_row: int, off_us: float) -> None:
    passages.loop[row], passages.vehicle[row] = source.loop[from_row], source.vehicle[from_row]
    passages.on_us[row], passages.off_us[row] = source.on_us[from_row], off_us
    passages.entry_mps[row], passages.counted[row] = source.entry_mps[from_row], source.counted[from_row]
    passages.noise[row, 0], passages.noise[row, 1] = source.noise[from_row, 0], source.noise[from_row, 1]


@kernel
def _move_on(
    before: Look,
    now: Look,
    before_us: int,
    now_us: int,
    over: Passages,
    count: int,
    gone: Passages,
    up: Bools,
    occupied_us: Floats,
) -> tuple[int, int]:
    """Move the vehicles over loops on; return how many are still over one, and how many have left."""
    passed_us = float(now_us - before_us)
    stay, left = 0, 0
    for row in range(count):
        loop, vehicle = over.loop[row], over.vehicle[row]
        i, j = np.searchsorted(before.vehicle, vehicle), np.searchsorted(now.vehicle, vehicle)
        present = j < now.vehicle.size and now.vehicle[j] == vehicle
        driven = _driven(before, i, now, j, 1e-6 * passed_us) if present else 0.0
        rest = over.off_us[row]
        leaves = not present or driven >= rest
        during_us = passed_us
        if leaves:
            during_us = passed_us * rest / driven if driven > 0.0 else 0.0
        occupied_us[loop, 1] += during_us
        if over.counted[row] > 0 and up[loop]:
            occupied_us[loop, 0] += during_us
        if leaves:
            _put(gone, left, over, row, before_us + during_us)
            left += 1
        else:
            _put(over, stay, over, row, rest - driven)
            stay += 1
    return stay, left


@inline_kernel
def _cross(
    loops: Loops,
    loop: int,
    now: Look,
    j: int,
    span: tuple[float, float, int],
    to_begin: float,
    beyond: float,
    driven: float,
    over: Passages,
    row: int,
    up: Bools,
    counts: Longs,
    occupied_us: Floats,
) -> float:
    """Let a vehicle meet a loop: fill in ``row`` of ``over``; return when it left it again, or infinity.

    ``span``: begin and end of the step (us) and the number of its instant.
    """
    begin_us, end_us, instant = span
    u0, u1, u2, _ = uniform4(loops.key[loop], instant, now.vehicle[j], 0)
    missed = loops.missed_bicycle[loop] if now.klass[j] == _BICYCLE else loops.missed[loop]
    double = loops.double_long[loop] if now.length_m[j] > LONG_VEHICLE_M else loops.double[loop]
    counted = 0 if u0 < missed or not up[loop] else (2 if u0 >= 1.0 - double else 1)
    passed_us = end_us - begin_us
    on_us = begin_us + passed_us * min(to_begin / driven, 1.0)
    rest = loops.length_m[loop] + now.length_m[j] - beyond
    off_us = max(end_us + passed_us * rest / driven, on_us) if rest <= 0.0 else np.inf
    counts[loop, 0] += counted
    counts[loop, 1] += 1
    occupied_us[loop, 1] += min(off_us, end_us) - on_us
    if counted > 0:
        occupied_us[loop, 0] += min(off_us, end_us) - on_us
    over.loop[row], over.vehicle[row], over.on_us[row], over.off_us[row] = loop, now.vehicle[j], on_us, rest
    over.entry_mps[row], over.counted[row] = 1e6 * driven / passed_us, counted
    over.noise[row, 0], over.noise[row, 1] = normal_pair(u1, u2)
    return off_us


@kernel
def _meet(
    loops: Loops,
    start: Ints,
    before: Look,
    now: Look,
    span: tuple[float, float, int],
    over: Passages,
    stay: int,
    gone: Passages,
    left: int,
    up: Bools,
    counts: Longs,
    occupied_us: Floats,
) -> tuple[int, int]:
    """Let vehicles meet loops; return how many are over one now, and how many have left."""
    i = 0
    for j in range(now.vehicle.size):
        while i < before.vehicle.size and before.vehicle[i] < now.vehicle[j]:
            i += 1
        if i == before.vehicle.size:
            break
        if before.vehicle[i] != now.vehicle[j]:
            continue
        driven = _driven(before, i, now, j, 1e-6 * (span[1] - span[0]))
        if driven <= 0.0:
            continue
        same = before.edge[i] == now.edge[j]
        for visit in range(1 if same else 2):  # the edge where it is; then the one that it left, all of whose end it drove
            edge, lane = (now.edge[j], now.lane[j]) if visit == 0 else (before.edge[i], before.lane[i])
            s_to = now.s_m[j] if visit == 0 else np.inf
            s_from = before.s_m[i] if same or visit == 1 else -np.inf
            first = s_from if same or visit == 1 else min(now.s_m[j] - driven, 0.0)
            for loop in range(start[edge], start[edge + 1]) if edge >= 0 else range(0):
                place = loops.begin_m[loop]
                if loops.lane[loop] != lane or place <= s_from or place > s_to:
                    continue
                beyond = now.s_m[j] - place if visit == 0 else max(driven - (place - first), 0.0)
                off_us = _cross(loops, loop, now, j, span, place - first, beyond, driven, over, stay, up, counts, occupied_us)
                if off_us < np.inf:
                    _put(gone, left, over, stay, off_us)
                    left += 1
                else:
                    stay += 1
    return stay, left
