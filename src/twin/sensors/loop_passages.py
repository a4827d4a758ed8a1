"""The kernels of one step of loops: who is still over one, who has left it, who meets one."""

from __future__ import annotations

import numpy as np

from twin.compilation import inline_kernel, kernel
from twin.rng import normal_pair, uniform4
from twin.sensors.loop import LONG_VEHICLE_M
from twin.sensors.loop_records import Bools, Floats, Ints, Longs, Look, Loops, Passages
from twin.traffic.ground_truth import VEHICLE_CLASSES

_BICYCLE = VEHICLE_CLASSES.index("electric_bicycle")


@inline_kernel
def _driven(before: Look, i: int, now: Look, j: int, seconds: float) -> float:
    """Return the metres between two instants: along one edge, or over its end at the mean of both speeds."""
    if before.edge[i] == now.edge[j]:
        return float(max(now.s_m[j] - before.s_m[i], 0.0))
    return float(max(0.5 * (before.speed_mps[i] + now.speed_mps[j]) * seconds, 1e-6))


@inline_kernel
def copy_passage(passages: Passages, row: int, source: Passages, from_row: int, off_us: float) -> None:
    """Copy a passage into another row, with ``off_us`` of its own."""
    passages.loop[row], passages.vehicle[row] = source.loop[from_row], source.vehicle[from_row]
    passages.on_us[row], passages.off_us[row] = source.on_us[from_row], off_us
    passages.entry_mps[row], passages.counted[row] = source.entry_mps[from_row], source.counted[from_row]
    passages.noise[row, 0], passages.noise[row, 1] = source.noise[from_row, 0], source.noise[from_row, 1]


@kernel
def move_on(
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
            copy_passage(gone, left, over, row, before_us + during_us)
            left += 1
        else:
            copy_passage(over, stay, over, row, rest - driven)
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
def meet_loops(
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
                    copy_passage(gone, left, over, stay, off_us)
                    left += 1
                else:
                    stay += 1
    return stay, left
