"""Self-diagnosis of places: which device of a site has turned, is shifted or has a wrong clock, and putting that right.

A site's fusion knows which reports of an instant support one track. Devices that are far off support tracks of their own: those
are paired with the nearest track that the device does not support, where each is the other's nearest. What is wrong follows
from the differences (``alignment``). With two devices nobody can tell which of them is wrong, and one alone has nothing to be
held against: sites with fewer than three are not judged.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from twin.sensors.alignment import Alignment
from twin.sensors.fault_effects import CAUSES
from twin.sensors.reports import Reports
from twin.sensors.self_check import DAY_S, Alarm, SelfCheckSpec
from twin.units import US_PER_S, to_us

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEWEST_DEVICES: Final = 3
"""Of two devices that contradict each other neither is to be believed."""

_TURNED, _SHIFTED, _CLOCK = (CAUSES.index(cause) for cause in ("misalignment", "wrong_calibration", "clock_drift"))


def unjudged_sites(site: Sequence[int]) -> int:
    """Return how many sites have too few devices for anyone to tell which is wrong; ``site`` is that of each device."""
    return sum(count < FEWEST_DEVICES for count in Counter(site).values())


class PlaceCheck:
    """Watches the places that devices report, site by site, and corrects them where that is wanted; devices are rows."""

    def __init__(self, spec: SelfCheckSpec, site: Ints, x_m: Floats, y_m: Floats, *, recalibrate: bool) -> None:
        """Keep the devices, (n,), by their numbers in the log: their sites and where they are held to be."""
        self._spec, self._recalibrate = spec, recalibrate
        self._x_m, self._y_m = x_m, y_m
        self._sites = [rows for rows in map(np.flatnonzero, site == np.unique(site)[:, None]) if rows.size >= FEWEST_DEVICES]
        self._gathered = [Alignment(x_m[rows], y_m[rows]) for rows in self._sites]
        count = site.size
        self.turn_rad = np.zeros(count)
        """How far each is known to have turned, to be shifted, and to have its clock ahead; taken off where recalibrated."""
        self.east_m = np.zeros(count)
        self.north_m = np.zeros(count)
        self.ahead_us = np.zeros(count, np.int64)
        self._raised = np.zeros((count, len(CAUSES)), np.bool_)
        self._next_us = 0

    def corrected(self, reports: Reports) -> Reports:
        """Return the reports with what is known taken off places, headings and times; covariances are not turned along."""
        if not self._recalibrate or not (self.turn_rad.any() or self.east_m.any() or self.north_m.any() or self.ahead_us.any()):
            return reports
        row = np.repeat(reports.device, np.diff(reports.offset))
        cos, sin = np.cos(self.turn_rad[row]), np.sin(self.turn_rad[row])
        dx = reports.x_m - self.east_m[row] - self._x_m[row]
        dy = reports.y_m - self.north_m[row] - self._y_m[row]
        return reports._replace(
            x_m=self._x_m[row] + cos * dx - sin * dy,
            y_m=self._y_m[row] + sin * dx + cos * dy,
            heading_rad=reports.heading_rad + self.turn_rad[row],
            t_us=reports.t_us - self.ahead_us[reports.device],
        )

    def see(self, t_us: int, reports: Reports, track: Ints) -> None:
        """Take what was fused at ``t_us``, once in ``place_period_s``; ``track`` (objects,) is what each supports, -1: none."""
        if t_us < self._next_us:
            return
        self._next_us = t_us + to_us(self._spec.place_period_s)
        size = np.diff(reports.offset)
        row = np.repeat(reports.device, size)
        late_s = (t_us - np.repeat(reports.t_us, size)) / US_PER_S
        velocity = reports.speed_mps[:, None] * np.stack([np.cos(reports.heading_rad), np.sin(reports.heading_rad)], axis=1)
        known = (track >= 0) & np.isfinite(velocity).all(axis=1)
        place = np.stack([reports.x_m, reports.y_m], axis=1)
        sigma_m = np.sqrt((reports.xx_m2 + reports.yy_m2) / 2.0)
        for rows, gathered in zip(self._sites, self._gathered, strict=True):
            mine = np.flatnonzero(known & np.isin(row, rows))
            mine = mine[_once(row[mine], track[mine], late_s[mine])]
            if not mine.size:
                continue
            of = np.searchsorted(rows, row[mine])
            thing = np.unique(track[mine], return_inverse=True)[1]
            moves = _means(velocity[mine], thing)
            thing = _paired(thing, of, place[mine] + late_s[mine, None] * moves, self._spec.place_search_m)
            moves = _means(velocity[mine], thing)
            gathered.add(thing, of, place[mine] + late_s[mine, None] * moves, moves, sigma_m[mine])

    def close(self, t_us: int) -> list[Alarm]:
        """Judge the reports of the window that ends at ``t_us``; return alarms raised or cleared, and correct for the next."""
        for rows, gathered in zip(self._sites, self._gathered, strict=True):
            if gathered.empty:
                continue
            if not self._recalibrate:
                for values in (self.turn_rad, self.east_m, self.north_m, self.ahead_us):
                    values[rows] = 0
            chance = self._spec.false_alarms_per_day * self._spec.window_s / DAY_S * rows.size
            for one in gathered.findings(min(chance, 0.5)):
                row = rows[one.row]
                self.turn_rad[row] += one.turn_rad
                self.east_m[row] += one.east_m
                self.north_m[row] += one.north_m
                self.ahead_us[row] += round(one.ahead_s * US_PER_S)
            gathered.clear()
        wrong = self._settle()
        alarms = [
            Alarm(t_us, int(row), CAUSES[cause], "raised" if wrong[row, cause] else "cleared")
            for row, cause in np.argwhere(wrong != self._raised)
        ]
        self._raised = wrong
        return alarms

    def _settle(self) -> npt.NDArray[np.bool_]:
        """Let be what is small; return what is wrong, device x cause."""
        spec = self._spec
        wrong = np.zeros_like(self._raised)
        wrong[:, _TURNED] = np.abs(self.turn_rad) >= math.radians(spec.least_turn_deg)
        wrong[:, _SHIFTED] = np.hypot(self.east_m, self.north_m) >= spec.least_shift_m
        wrong[:, _CLOCK] = np.abs(self.ahead_us) >= to_us(spec.clock_tolerance_s)
        self.turn_rad[~wrong[:, _TURNED]] = 0.0
        self.east_m[~wrong[:, _SHIFTED]] = 0.0
        self.north_m[~wrong[:, _SHIFTED]] = 0.0
        self.ahead_us[~wrong[:, _CLOCK]] = 0
        return wrong


def _once(row: npt.NDArray[np.integer], track: Ints, late_s: Floats) -> Ints:
    """Return the newest report of each device and track, as positions."""
    order = np.lexsort((late_s, track, row))
    first = np.ones(order.size, np.bool_)
    first[1:] = (np.diff(row[order]) != 0) | (np.diff(track[order]) != 0)
    return order[first]


def _means(values: Floats, thing: Ints) -> Floats:
    """Return for each report, (r, 2), the mean over the reports of its thing."""
    count = np.bincount(thing)
    return np.stack([(np.bincount(thing, axis) / np.maximum(count, 1))[thing] for axis in values.T], axis=1)


def _paired(thing: Ints, row: Ints, place: Floats, search_m: float) -> Ints:
    """Return the things (r,) after those that one device sees alone were taken for their nearest neighbours.

    Only pairs within ``search_m`` of which each is the other's nearest; ``row`` is the device of each report, ``place`` (r, 2).
    """
    thing = thing.copy()
    for device in np.unique(row):
        centre = _means(place, thing)
        mine = row == device
        seen = np.zeros(int(thing.max()) + 1, np.bool_)
        seen[thing[mine]] = True
        shared = np.isin(thing, thing[~mine])
        alone, others = np.flatnonzero(mine & ~shared), np.flatnonzero(~seen[thing])
        others = others[np.unique(thing[others], return_index=True)[1]]
        if not alone.size or not others.size:
            continue
        partner = np.asarray(KDTree(centre[others]).query(centre[alone], distance_upper_bound=search_m)[1])
        back = np.asarray(KDTree(centre[alone]).query(centre[others])[1])
        # a partner beyond the search has the number of all others, which nobody has as partner back
        mutual = np.append(back, -1)[partner] == np.arange(alone.size)
        thing[alone[mutual]] = thing[others[partner[mutual]]]
    return thing
