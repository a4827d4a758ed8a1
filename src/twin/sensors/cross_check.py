"""What the devices of one site tell of each other: objects that one alone reports, and sectors in which one sees nothing.

Everything is judged from reported lists and the known places of devices and buildings; the truth is only used to label alerts.
A single device, a place that one device alone covers, and attackers who deceive all devices alike cannot be judged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.kernel.alerts import LayerAlert, Level
from twin.sensors.cross_check_spec import SENSING_DETECTORS, CrossCheckSpec
from twin.sensors.fused_objects import FusedObjects
from twin.sensors.outlook import Outlook
from twin.sensors.reports import Reports
from twin.sensors.sensing_attacks import GHOST, SensingAttacks
from twin.sensors.sites import Device
from twin.units import US_PER_S, to_us

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_KEY: Final = np.int64(1 << 32)
"""Choice: tracks of one site stay below this number, so that site and track make one key."""

_USUAL_M: Final = 2.0
"""Half of what an object covers where no device tells its size. Assumption: between a car's half width and half length."""

DIFFERENT: Final = 3
"""Choice: changes from one missed object to another from which on it is not one ghost that a device "misses"."""

ALONE, SOLID, APPEARANCE, BLIND = (1 << bit for bit in range(len(SENSING_DETECTORS)))


class Watchers(NamedTuple):
    """The devices as those who should see things, one row each."""

    site: Longs
    x_m: Floats
    y_m: Floats
    heading_rad: Floats
    half_rad: Floats
    """Half of the field of view."""
    sure_m: Floats
    """Nothing farther is counted on."""
    column: Longs
    """First of its columns in ``wall_m``."""
    column_rad: Floats
    wall_m: Floats
    """(columns of all,): distance of the nearest wall, anticlockwise through each field of view."""


def watchers(devices: Sequence[Device], outlooks: Sequence[tuple[Sequence[int], Outlook]], sure_share: float) -> Watchers:
    """Return the devices, by number; ``outlooks``: the numbers of devices and how these look out."""
    count = len(devices)
    column, width = np.zeros(count, np.int64), np.zeros(count)
    wall_m: list[npt.NDArray[np.float32]] = []
    used = 0
    for numbers, outlook in outlooks:
        for row, number in enumerate(numbers):
            columns = outlook.fans[row].low.size
            base = int(outlook.wall_base[row])
            column[number], width[number] = used, outlook.fans[row].column_rad
            wall_m.append(outlook.walls.nearest_m[base : base + columns])
            used += columns
    return Watchers(
        np.array([device.site for device in devices], np.int64),
        np.array([device.x_m for device in devices]),
        np.array([device.y_m for device in devices]),
        np.radians([90.0 - device.heading_deg for device in devices]),
        np.radians([device.spec.field_of_view_deg / 2.0 for device in devices]),
        sure_share * np.array([device.spec.range_m for device in devices]),
        column,
        width,
        np.concatenate([*wall_m, np.empty(0, np.float32)]).astype(np.float64),
    )


@kernel
def support(watch: Watchers, site_start: Longs, track: Longs, lists: tuple[Longs, Longs], supported: Longs) -> Bools:
    """Return whether each list (lists,) has an object that supports each fused object (n,): (lists, n).

    ``site_start`` (sites + 1,): the fused objects of each site, whose tracks are ``track`` (n,); ``lists`` are device and
    offset of the reports, ``supported`` is the track of each of their objects.
    """
    device, offset = lists
    hit = np.zeros((device.size, track.size), np.bool_)
    for i in range(device.size):
        site = watch.site[device[i]]
        for q in range(offset[i], offset[i + 1]):
            for k in range(site_start[site], site_start[site + 1]):
                if track[k] == supported[q]:
                    hit[i, k] = True
                    break
    return hit


@kernel
def compare(
    watch: Watchers,
    site_start: Longs,
    hit: Bools,
    device: Longs,
    track: Longs,
    shape: tuple[Floats, Floats, Floats, Floats],
    sectors: Longs,
    blind: Bools,
    blind_share: float,
    doubted: Bools,
) -> tuple[Longs, Longs]:
    """Return of each fused object (n,) how many devices report it, and how many others should but do not.

    ``hit`` is what ``support`` returns, ``device`` (lists,) whose lists they are, ``shape`` x, y, length, width of the objects.
    ``sectors`` (devices, sectors, 4) takes how often a device should have seen something there that another reports, how often
    it did, the last track that it missed, and how often that was another one than before. What a device misses in a sector
    that is ``blind`` (devices, sectors), or seems to be, says nothing
    against the object; and a ``doubted`` object (n,) says nothing against a device.
    """
    reporting, missing = np.zeros(track.size, np.int64), np.zeros(track.size, np.int64)
    for i in range(device.size):
        for k in range(track.size):
            reporting[k] += hit[i, k]
    for i in range(device.size):
        d = device[i]
        first, last = site_start[watch.site[d]], site_start[watch.site[d] + 1]
        for k in range(first, last):
            if reporting[k] - hit[i, k] == 0 or not _should_see(watch, d, k, first, last, shape):
                continue
            turn = math.atan2(shape[1][k] - watch.y_m[d], shape[0][k] - watch.x_m[d]) / (2.0 * math.pi) % 1.0
            sector = min(int(turn * sectors.shape[1]), sectors.shape[1] - 1)
            one = sectors[d, sector]
            if doubted[k] and not hit[i, k]:
                missing[k] += 1
                continue
            one[0] += 1
            if hit[i, k]:
                one[1] += 1
                continue
            one[3] += one[2] != track[k]
            one[2] = track[k]
            seems_blind = one[3] >= DIFFERENT and one[1] < blind_share * one[0]
            missing[k] += not (blind[d, sector] or seems_blind)
    return reporting, missing


@kernel
def within_another(site_start: Longs, shape: tuple[Floats, Floats, Floats, Floats], share: float) -> Bools:
    """Return which objects (n,) have their centre nearer to another's of the site than ``share`` of the mean of both widths."""
    x_m, y_m, _, width_m = shape
    inside = np.zeros(x_m.size, np.bool_)
    for site in range(site_start.size - 1):
        for k in range(site_start[site], site_start[site + 1]):
            for j in range(site_start[site], k):
                near_m = share * 0.5 * (_size(width_m[k]) + _size(width_m[j]))
                if math.hypot(x_m[k] - x_m[j], y_m[k] - y_m[j]) < near_m:
                    inside[k] = inside[j] = True
    return inside


@kernel
def _size(size_m: float) -> float:
    """Return a size, or the usual one where it is not known."""
    return size_m if math.isfinite(size_m) else _USUAL_M


@kernel
def _should_see(watch: Watchers, d: int, k: int, first: int, last: int, shape: tuple[Floats, Floats, Floats, Floats]) -> bool:
    """Tell whether object ``k`` is in sure range and view of device ``d``, and no wall or other object may hide it."""
    x_m, y_m, length_m, width_m = shape
    dx, dy = x_m[k] - watch.x_m[d], y_m[k] - watch.y_m[d]
    away = math.hypot(dx, dy)
    bearing = math.atan2(dy, dx)
    off = (bearing - watch.heading_rad[d] + math.pi) % (2.0 * math.pi) - math.pi
    margin = _USUAL_M / max(away, _USUAL_M)
    whole = watch.half_rad[d] >= math.pi - 1e-6
    if away > watch.sure_m[d] or (abs(off) > watch.half_rad[d] - margin and not whole):
        return False
    columns = round(2.0 * watch.half_rad[d] / watch.column_rad[d])
    column = min(max(int((off + watch.half_rad[d]) / watch.column_rad[d]), 0), columns - 1)
    if away + _USUAL_M > watch.wall_m[watch.column[d] + column]:
        return False
    for j in range(first, last):
        if j == k:
            continue
        ex, ey = x_m[j] - watch.x_m[d], y_m[j] - watch.y_m[d]
        near = math.hypot(ex, ey)
        if near < away and ex * dx + ey * dy > 0.0:
            half = 0.5 * (math.hypot(_size(length_m[j]), _size(width_m[j])) + _size(width_m[k]))
            if abs(ex * dy - ey * dx) / away < half:
                return False
    return True


class CrossCheck:
    """Compares the devices of each site, list by list; call ``see`` after each fusion."""

    def __init__(
        self,
        spec: CrossCheckSpec,
        watch: Watchers,
        sites: int,
        period_us: int,
        attacks: SensingAttacks | None = None,
    ) -> None:
        """Take the devices and the period of the fusion; ``attacks`` label the alerts, and nothing else."""
        self._spec, self._watch, self._sites, self._attacks = spec, watch, sites, attacks
        self._use = sum(1 << SENSING_DETECTORS.index(name) for name in spec.use)
        self._lists = US_PER_S / period_us
        count = math.ceil(360.0 / spec.sector_deg - 1e-9)
        self._sectors = np.zeros((watch.site.size, count, 4), np.int64)
        self._early = np.zeros((watch.site.size, count, 4), np.int64)
        self._judge_us = to_us(spec.blind_s)
        self._blind = np.zeros((watch.site.size, count), np.bool_)
        self._poor_before, self._fallen = np.zeros(watch.site.size, np.bool_), np.zeros(watch.site.size, np.bool_)
        self._key = np.empty(0, np.int64)
        self._seen = np.zeros((0, 3), np.int64)
        """Of each track of the last list: lists in which others should have confirmed it, those in which they did, those in
        which it stood in another one."""
        self._found = np.zeros(0, np.int64)
        """Detectors that have told of it already."""
        self.suspicious = np.zeros(0, np.int64)
        """Detectors that hold against each object of the last fused list, a bit each."""

    def see(self, t_us: int, fused: FusedObjects, reports: Reports, supported: Longs) -> list[LayerAlert]:
        """Take the lists that were fused at ``t_us`` and what came of them; return new alerts."""
        start = np.searchsorted(fused.site, np.arange(self._sites + 1)).astype(np.int64)
        site = fused.site.astype(np.int64)
        key = site * _KEY + fused.track
        old, known = self._matched(key)
        seen, found = self._seen[old] * known[:, None], self._found[old] * known
        device = reports.device.astype(np.int64)
        shape = (fused.x_m, fused.y_m, fused.length_m, fused.width_m)
        hit = support(self._watch, start, fused.track, (device, reports.offset), supported)
        reporting, missing = compare(
            self._watch,
            start,
            hit,
            device,
            fused.track,
            shape,
            self._sectors,
            self._blind,
            self._spec.blind_share,
            self._told(found) > 0,
        )
        inside = within_another(start, shape, self._spec.solid_share)
        seen[:, 0] += (missing > 0) | (reporting > 1)
        seen[:, 1] += reporting > 1
        seen[:, 2] = np.where(inside, seen[:, 2] + 1, 0)
        found = found | APPEARANCE * (~known & self._well_inside(fused))
        self._key, self._seen = key, seen
        new = self._verdict(seen, found) & ~self._told(found)
        self._found = found | new << len(SENSING_DETECTORS)
        self.suspicious = self._told(self._found)
        alerts = [self._object_alert(t_us, int(bits), fused, reports, supported, row) for row, bits in enumerate(new) if bits]
        if t_us >= self._judge_us:
            alerts += self._judge_sectors(t_us)
        return alerts

    def _matched(self, key: Longs) -> tuple[npt.NDArray[np.intp], Bools]:
        """Return where each track was in the last list, and whether it was there."""
        if not self._key.size:
            self._key, self._seen, self._found = np.full(1, -1), np.zeros((1, 3), np.int64), np.zeros(1, np.int64)
        order = np.argsort(self._key)
        place = order[np.minimum(np.searchsorted(self._key[order], key), self._key.size - 1)]
        return place, self._key[place] == key

    def _told(self, found: Longs) -> Longs:
        return found >> len(SENSING_DETECTORS)

    def _verdict(self, seen: Longs, found: Longs) -> Longs:
        """Return which detectors hold against each track."""
        spec = self._spec
        alone = (seen[:, 0] >= spec.alone_s * self._lists) & (seen[:, 1] <= spec.alone_share * seen[:, 0])
        bits = ALONE * alone + SOLID * (seen[:, 2] >= spec.solid_s * self._lists) + (found & APPEARANCE)
        return np.asarray(bits & self._use, np.int64)

    def _well_inside(self, fused: FusedObjects) -> Bools:
        """Return which objects lie well inside of the sure range of at least two devices of their site."""
        watch = self._watch
        dx, dy = fused.x_m[:, None] - watch.x_m[None, :], fused.y_m[:, None] - watch.y_m[None, :]
        off = np.abs((np.arctan2(dy, dx) - watch.heading_rad + math.pi) % (2.0 * math.pi) - math.pi)
        away = np.hypot(dx, dy)
        within = (away < watch.sure_m - self._spec.edge_m) & (off * away < watch.half_rad * away - self._spec.edge_m)
        return np.asarray((within & (fused.site[:, None] == watch.site)).sum(axis=1) >= 2)

    def _object_alert(
        self, t_us: int, bits: int, fused: FusedObjects, reports: Reports, supported: Longs, row: int
    ) -> LayerAlert:
        """Return the alert about a fused object, held against the device that reports it, the first of several."""
        of = np.repeat(reports.device, np.diff(reports.offset))
        mine = (supported == fused.track[row]) & (self._watch.site[of] == fused.site[row])
        device = int(of[mine].min()) if mine.any() else None
        number = int(GHOST - fused.vehicle[row])
        attack = None
        if self._attacks is not None and number >= 0:
            attack = self._attacks.specs[number].kind
        level: Level = "warning" if bits & (bits - 1) else "notice"
        return LayerAlert(t_us, "sensing", bits, level, "notify", device=device, attack=attack)

    def _judge_sectors(self, t_us: int) -> list[LayerAlert]:
        """Judge every device's sectors; an alert where a device misses nearly all in some of them, twice in succession."""
        spec = self._spec
        self._judge_us = t_us + to_us(spec.blind_s)
        should, did = self._sectors[..., 0], self._sectors[..., 1]
        if t_us <= to_us(spec.learning_s):
            self._early += self._sectors
        unknown = self._early[..., 1] < spec.blind_share * self._early[..., 0]
        poor = (should > 0) & (did < spec.blind_share * should) & ~unknown
        enough = (should * poor).sum(axis=1) >= spec.blind_least
        now = enough & ((self._sectors[..., 3] * poor).sum(axis=1) >= DIFFERENT)
        twice = now & self._poor_before
        fallen = np.flatnonzero(twice & ~self._fallen)
        self._poor_before, self._fallen, self._blind = now, now & (twice | self._fallen), poor & now[:, None]
        self._sectors[...] = 0
        if not self._use & BLIND or t_us <= to_us(spec.learning_s):
            return []
        return [
            LayerAlert(t_us, "sensing", BLIND, "warning", "notify", device=int(device), attack=self._blinded(t_us, int(device)))
            for device in fallen
        ]

    def _blinded(self, t_us: int, device: int) -> str | None:
        label = None if self._attacks is None else self._attacks.label_of(t_us - 1, device)
        return label if label == "blinding" else None
