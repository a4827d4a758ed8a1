"""When stations send: the generation rules of BSM, CAM and CPM, as kernels over all vehicles of an instant.

Each generator keeps arrays over the vehicles' numbers and is stepped at its checks, 100 ms apart; it answers who sends now.
Nothing is random. The checks of all vehicles fall together: who models the channel spreads them.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.geometry.grid import Grid, cell_range, grid_around, row_range, sort_into_cells
from twin.kernel.growing import grown

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)

_NEVER: Final = -1
"""Instant of the last message of who has sent none; a run begins at 0."""


class Triggers(NamedTuple):
    """What makes a change worth a message; the defaults are those of CAM and CPM."""

    moved_m: float = 4.0
    """Source: EN 302 637-2, 6.1.3, and TS 103 324, 6.1.2.3: more than 4 m."""
    speed_mps: float = 0.5
    """Source: the same: more than 0.5 m/s."""
    heading_rad: float = math.radians(4.0)
    """Source: the same: more than 4 degrees."""


class CamRule(NamedTuple):
    """The timing of CAMs (EN 302 637-2, 6.1.3)."""

    least_us: int = 100_000
    """Shortest interval. Source: ``T_GenCamMin``."""
    longest_us: int = 1_000_000
    """Longest interval. Source: ``T_GenCamMax``."""
    repeats: int = 3
    """So many messages follow at the interval that a change has set. Source: ``N_GenCam``, at most and by default 3."""


@inline_kernel
def changed(dx_m: float, dy_m: float, dv_mps: float, turn_rad: float, triggers: tuple[float, float, float]) -> bool:
    """Return whether a movement since the last message exceeds one of ``triggers``."""
    moved_m, speed_mps, heading_rad = triggers
    turned = abs(turn_rad) % (2.0 * math.pi)
    if turned > math.pi:
        turned = 2.0 * math.pi - turned
    return dx_m * dx_m + dy_m * dy_m > moved_m * moved_m or abs(dv_mps) > speed_mps or turned > heading_rad


@kernel
def cam_step(
    t_us: int,
    vehicle: Ints,
    now: Floats,
    last: Floats,
    sent_us: Ints,
    interval_us: Ints,
    repeats: Ints,
    rule: tuple[int, int, int],
    triggers: tuple[float, float, float],
    spacing_us: int,
) -> Bools:
    """Return who sends a CAM, (n,), and advance the state, which is by number of vehicle.

    ``now`` and ``last`` have the columns x, y in metres, speed in m/s, heading in radians. ``interval_us`` is T_GenCam,
    ``repeats`` how many messages have gone out at it; ``spacing_us`` is T_GenCam_Dcc, the least interval that congestion
    control allows.
    """
    least_us, longest_us, most = rule
    due = np.zeros(vehicle.size, np.bool_)
    for i in range(vehicle.size):
        v = vehicle[i]
        since_us = t_us - sent_us[v]
        if sent_us[v] == _NEVER:
            interval_us[v] = longest_us
            repeats[v] = 0
        elif since_us < spacing_us:
            continue
        elif changed(now[i, 0] - last[v, 0], now[i, 1] - last[v, 1], now[i, 2] - last[v, 2], now[i, 3] - last[v, 3], triggers):
            interval_us[v] = min(max(since_us, least_us), longest_us)
            repeats[v] = 0
        elif since_us >= interval_us[v]:
            repeats[v] += 1
            if repeats[v] >= most:
                interval_us[v] = longest_us
        else:
            continue
        due[i] = True
        sent_us[v] = t_us
        last[v] = now[i]
    return due


class CamGenerator:
    """Who sends a CAM at each check (EN 302 637-2 V1.4.1, 6.1.3)."""

    def __init__(self, rule: CamRule | None = None, triggers: Triggers | None = None) -> None:
        """Begin without having sent anything; each vehicle's first message goes out at its first check."""
        self._rule, self._triggers = rule or CamRule(), triggers or Triggers()
        self._last = np.zeros((0, 4))
        self._sent_us, self._interval_us, self._repeats = (np.zeros(0, np.int64) for _ in range(3))

    def step(
        self,
        t_us: int,
        vehicle: npt.NDArray[np.integer],
        x_m: Floats,
        y_m: Floats,
        speed_mps: Floats,
        heading_rad: Floats,
        spacing_us: int | None = None,
    ) -> Bools:
        """Return which of the vehicles (n,), by numbers that are never used again, send at this check, (n,).

        Checks come 100 ms apart or less, in the order of time. ``spacing_us``: the least interval that congestion control
        allows, 100 ms without it.
        """
        number = vehicle.astype(np.int64)
        size = _room(self._sent_us.size, number)
        self._sent_us = grown(self._sent_us, size, _NEVER)
        self._interval_us, self._repeats = grown(self._interval_us, size, 0), grown(self._repeats, size, 0)
        if size > len(self._last):
            self._last = np.concatenate((self._last, np.zeros((size - len(self._last), 4))))
        now = np.stack((x_m, y_m, speed_mps, heading_rad), axis=1)
        least_us = self._rule.least_us if spacing_us is None else spacing_us
        return cam_step(
            t_us,
            number,
            now,
            self._last,
            self._sent_us,
            self._interval_us,
            self._repeats,
            self._rule,
            self._triggers,
            max(least_us, self._rule.least_us),
        )


class CpmRule(NamedTuple):
    """The timing of CPMs (TS 103 324, 6.1.2 and 6.1.3)."""

    least_us: int = 100_000
    """Shortest interval. Source: ``T_GenCpmMin``."""
    longest_us: int = 1_000_000
    """Longest interval, of messages and of each object. Source: ``T_GenCpmMax``."""


class CpmGenerator:
    """Which objects a station's CPM tells at each check: those that are new, have changed, or were not told for a second.

    All objects are taken as vehicles: the standard tells pedestrians and animals each half second instead, all together.
    """

    def __init__(self, rule: CpmRule | None = None, triggers: Triggers | None = None) -> None:
        """Begin without having told anything."""
        self._rule, self._triggers = rule or CpmRule(), triggers or Triggers()
        self._key = np.zeros(0, np.int64)
        self._told_us = np.zeros(0, np.int64)
        self._last = np.zeros((0, 4))
        self._sent_us = np.zeros(0, np.int64)

    def step(
        self,
        t_us: int,
        stations: int,
        station: npt.NDArray[np.integer],
        target: npt.NDArray[np.integer],
        x_m: Floats,
        y_m: Floats,
        speed_mps: Floats,
        heading_rad: Floats,
    ) -> tuple[Bools, Bools]:
        """Return which rows, each a station's view of a target, are told now, (n,), and which stations send, (stations,).

        A pair of station and target comes once a check. A station sends when it tells an object, and else once a second.
        """
        size = _room(self._sent_us.size, np.array([stations - 1]))
        self._sent_us = grown(self._sent_us, size, _NEVER)
        key = (station.astype(np.int64) << 40) | target.astype(np.int64)
        now = np.stack((x_m, y_m, speed_mps, heading_rad), axis=1)
        place = np.searchsorted(self._key, key)
        old = np.zeros(key.size, np.bool_)
        inside = place < self._key.size
        old[inside] = self._key[place[inside]] == key[inside]
        due = _cpm_due(t_us, now, place, old, self._last, self._told_us, self._rule.longest_us, self._triggers)

        self._told_us[place[due & old]] = t_us
        self._last[place[due & old]] = now[due & old]
        fresh = due & ~old
        kept = t_us - self._told_us < self._rule.longest_us  # who was told longer ago is told on sight, as who is new
        keys = np.concatenate((self._key[kept], key[fresh]))
        order = np.argsort(keys, kind="stable")
        self._key = keys[order]
        self._told_us = np.concatenate((self._told_us[kept], np.full(int(fresh.sum()), t_us, np.int64)))[order]
        self._last = np.concatenate((self._last[kept], now[fresh]))[order]

        sends = np.zeros(stations, np.bool_)
        sends[station[due]] = True
        sent_us = self._sent_us[:stations]
        sends |= (sent_us == _NEVER) | (t_us - sent_us >= self._rule.longest_us)
        sent_us[sends] = t_us
        return due, sends


@kernel
def _cpm_due(
    t_us: int,
    now: Floats,
    place: Ints,
    old: Bools,
    last: Floats,
    told_us: Ints,
    longest_us: int,
    triggers: tuple[float, float, float],
) -> Bools:
    due = np.ones(place.size, np.bool_)
    for i in range(place.size):
        if old[i] and t_us - told_us[place[i]] < longest_us:
            p = place[i]
            due[i] = changed(
                now[i, 0] - last[p, 0], now[i, 1] - last[p, 1], now[i, 2] - last[p, 2], now[i, 3] - last[p, 3], triggers
            )
    return due


class BsmRule(NamedTuple):
    """The timing of BSMs: 10 Hz, less where many are near (SAE J2945/1; a Chinese rule for density was not found)."""

    least_us: int = 100_000
    """Interval without congestion. Source: T/CSAE 53-2020, 10 Hz; SAE J2945/1, ``vTxRateCntrlInt``."""
    longest_us: int = 600_000
    """Interval in the densest traffic. Source: SAE J2945/1, ``vMax_ITT``."""
    density: float = 25.0
    """So many vehicles near do not slow anybody down. Source: SAE J2945/1, ``vDensityCoefficient``."""
    weight: float = 0.05
    """Weight of the newest count in the smoothed one. Source: SAE J2945/1, ``vDensityWeightFactor``."""
    near_m: float = 100.0
    """Who is nearer counts. Source: SAE J2945/1, ``vPERRange``."""


@kernel
def neighbours(grid: Grid, start: Ints32, order: Ints32, x_m: Floats, y_m: Floats, near_m: float) -> Ints:
    """Return how many others lie within ``near_m`` of each point, (n,); ``start`` and ``order`` as of ``sort_into_cells``."""
    found = np.zeros(x_m.size, np.int64)
    for i in range(x_m.size):
        first_row, end_row = row_range(grid, y_m[i], near_m)
        count = -1
        for row in range(first_row, end_row):
            first, end = cell_range(grid, row, x_m[i], y_m[i], near_m)
            for place in range(start[first], start[end]):
                j = order[place]
                dx, dy = x_m[j] - x_m[i], y_m[j] - y_m[i]
                if dx * dx + dy * dy <= near_m * near_m:
                    count += 1
        found[i] = count
    return found


@kernel
def bsm_step(
    t_us: int,
    vehicle: Ints,
    near: Ints,
    smoothed: Floats,
    sent_us: Ints,
    rule: tuple[int, int, float, float, float],
) -> Bools:
    """Return who sends a BSM, (n,), and advance the state, which is by number of vehicle."""
    least_us, longest_us, density, weight, _ = rule
    due = np.zeros(vehicle.size, np.bool_)
    for i in range(vehicle.size):
        v = vehicle[i]
        if sent_us[v] == _NEVER:
            smoothed[v] = near[i]
        else:
            smoothed[v] += weight * (near[i] - smoothed[v])
        interval_us = min(max(least_us * smoothed[v] / density, 1.0 * least_us), 1.0 * longest_us)
        if sent_us[v] == _NEVER or t_us - sent_us[v] >= interval_us:
            due[i] = True
            sent_us[v] = t_us
    return due


class BsmGenerator:
    """Who sends a BSM at each check: each 100 ms with up to 25 equipped vehicles within 100 m, each 600 ms with 150.

    The density rule of SAE J2945/1 only: its two exceptions (a message at once when others' extrapolation of the own place
    errs, or when something critical happens) and its power control are left out.
    """

    def __init__(self, rule: BsmRule | None = None) -> None:
        """Begin without having sent anything; each vehicle's first message goes out at its first check."""
        self._rule = rule or BsmRule()
        self._sent_us = np.zeros(0, np.int64)
        self._smoothed = np.zeros(0)

    def step(self, t_us: int, vehicle: npt.NDArray[np.integer], x_m: Floats, y_m: Floats) -> Bools:
        """Return which of the equipped vehicles (n,), by numbers that are never used again, send at this check, (n,).

        Checks come every 100 ms. Who is near is taken from the places given, as if everybody were heard.
        """
        if not vehicle.size:
            return np.zeros(0, np.bool_)
        number, near_m = vehicle.astype(np.int64), self._rule.near_m
        size = _room(self._sent_us.size, number)
        self._sent_us, self._smoothed = grown(self._sent_us, size, _NEVER), grown(self._smoothed, size, 0)
        grid = grid_around(x_m, y_m, near_m, near_m)
        start, order = np.zeros(grid.columns * grid.rows + 1, np.int32), np.zeros(number.size, np.int32)
        sort_into_cells(grid, x_m, y_m, start, order)
        near = neighbours(grid, start, order, x_m, y_m, near_m)
        return bsm_step(t_us, number, near, self._smoothed, self._sent_us, self._rule)


def _room(size: int, number: Ints) -> int:
    """Return how much room arrays of ``size`` need for these numbers: twice as much when it is too little."""
    needed = int(number.max(initial=-1)) + 1
    return size if needed <= size else max(needed, 2 * size)
