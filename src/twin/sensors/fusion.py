"""Fusion at the site: the object lists of its devices become one list of tracks, with ages and covariances.

Objects are measurements whose errors are drawn frame by frame, device by device: given where a vehicle is they are independent,
and so all of an instant are taken into the track one after the other, which for a linear filter is plain information fusion.
Covariance intersection, made for estimates whose common past is unknown, would throw half of the information away here.
What no covariance tells - a device that drifts or whose clock is wrong - shows as bias, as on the road.

Second tracks of a vehicle are not avoided by covariances alone; see ``doubles``.

Sites share nothing: another site, or another device there, changes no byte of the rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.compilation import borrowed, inline_kernel, kernel
from twin.sensors.association import ALONE, Setting, gate_objects, lag, measured_velocity, resolve, settle
from twin.sensors.doubles import Support
from twin.sensors.fused_objects import FusedObjects, Logic, report
from twin.sensors.fusion_spec import FusionSpec
from twin.sensors.reports import Reports
from twin.sensors.tracks import (
    LAST,
    LENGTH,
    MASK,
    NUMBER,
    SEEN_US,
    WIDTH,
    Tracks,
    average,
    begin,
    correct,
    distance2,
    empty_tracks,
    innovation,
    spread,
    turn,
    with_room,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

_FIRST_ROOM = 64
_BITS = 63


class SiteFusion:
    """The trackers of all sites, one beside the other."""

    def __init__(
        self,
        spec: FusionSpec,
        sites: int,
        site: Sequence[int],
        kind: Sequence[str],
        x_m: Sequence[float],
        y_m: Sequence[float],
        classes: int,
    ) -> None:
        """Set up ``sites`` sites, numbered from 0, and the devices: site, kind and place of each, row by row.

        ``classes`` is the number of vehicle classes. Of more than 63 devices of one site some count as one.
        """
        self.spec = spec
        of = np.asarray(site, np.int64).reshape(-1)
        nth = np.array([int((of[:row] == number).sum()) for row, number in enumerate(of)], np.int64)
        carried: dict[int, set[str]] = {}
        for number, name in zip(of.tolist(), kind, strict=True):
            carried.setdefault(number, set()).add(name)
        allowed = [
            [name in zone.kinds or not carried[number] & set(zone.kinds) for zone in spec.zones]
            for number, name in zip(of.tolist(), kind, strict=True)
        ]
        ends = [math.inf if zone.up_to_m is None else zone.up_to_m for zone in spec.zones]
        self._setting = Setting(
            site=of,
            bit=np.left_shift(np.int64(1), nth % _BITS),
            x_m=np.asarray(x_m, float).reshape(-1),
            y_m=np.asarray(y_m, float).reshape(-1),
            zone_ends_m=np.array(ends),
            allowed=np.array(allowed, np.bool_).reshape(of.size, len(ends)),
            gate=spec.gate,
            outer_gate=spec.outer_gate,
            noise_m2ps3=spec.acceleration_noise_m2ps3,
            turn_rad2ps=spec.turn_noise_rad2ps,
            start_speed_spread_mps=spec.start_speed_spread_mps,
            slip_rad2=math.radians(spec.slip_deg) ** 2,
        )
        self.tracks = empty_tracks(sites, _FIRST_ROOM, classes)
        """All tracks, tentative ones included."""
        self.clusters = 0
        """Clusters of objects and tracks that an assignment had to decide, since the start."""
        self.supported = np.empty(0, np.int64)
        """Number of the track at its site that each object of the last reports supports; -1: none."""

    def fuse(self, t_us: int, reports: Reports) -> FusedObjects:
        """Take in the lists that have arrived since the last instant; return what each site reports at ``t_us``."""
        setting = self._setting
        shown_us = reports.t_us if self.spec.predict_late_data else np.full_like(reports.t_us, t_us)
        site = setting.site[reports.device]
        self._make_room(site, reports)
        chosen = np.full(reports.x_m.size, ALONE, np.int64)
        following = np.full(reports.x_m.size, -1, np.int64)
        self.supported = np.full(reports.x_m.size, -1, np.int64)
        for lists in _rounds(site, shown_us, reports.device):
            pairs = gate_objects(lists, reports, shown_us, self.tracks, setting, chosen)
            clusters = settle(lists, reports, setting, self.tracks.tracks, pairs, chosen)
            self.clusters += clusters.size.shape[0]
            resolve(clusters, chosen)
            _update(lists, reports, shown_us, self.tracks, setting, chosen, pairs.nearest, following, self.supported)
        heard = np.zeros(self.tracks.tracks.size, np.bool_)
        heard[site] = True
        spec = self.spec
        logic = Logic(spec.confirm_hits, spec.confirm_of, spec.misses, spec.double_lists, round(1e6 * spec.coast_s))
        list_of = np.repeat(np.arange(site.size), np.diff(reports.offset))
        return report(t_us, heard, Support(reports, shown_us, list_of, following), self.tracks, setting, logic)

    def _make_room(self, site: Longs, reports: Reports) -> None:
        """Widen the tables so that every object could begin a track."""
        new = np.bincount(site, weights=np.diff(reports.offset), minlength=self.tracks.tracks.size)
        self.tracks = with_room(self.tracks, int((self.tracks.tracks + new).max(initial=0)))


def _rounds(site: Longs, shown_us: Longs, device: Ints) -> list[Longs]:
    """Return the lists in rounds: each site's first instant, its second and so on; within a round by site and device."""
    if not site.size:
        return []
    order = np.lexsort((device, shown_us, site))
    same_site = site[order][1:] == site[order][:-1]
    later = np.concatenate(([0], np.cumsum(~(same_site & (shown_us[order][1:] == shown_us[order][:-1])))))
    start = np.concatenate(([True], ~same_site))
    number = later - np.maximum.accumulate(np.where(start, later, 0))
    return [order[number == k] for k in range(int(number.max()) + 1)]


@kernel
def _update(
    lists: Longs,
    given: Reports,
    shown_us: Longs,
    all_tracks: Tracks,
    devices: Setting,
    chosen: Longs,
    nearest: Longs,
    following: Longs,
    supported: Longs,
) -> None:
    """Take every object into its track; of those alone outliers are dropped, others begin tracks, one for all devices."""
    reports, tracks, setting = borrowed(given), borrowed(all_tracks), borrowed(devices)
    following, supported = borrowed(following), borrowed(supported)
    before, old = -1, 0
    for i in range(lists.size):
        of = lists[i]
        device, t_us = reports.device[of], shown_us[of]
        site, bit = setting.site[device], setting.bit[device]
        if site != before:
            before, old = site, tracks.tracks[site]
        first, last = reports.offset[of], reports.offset[of + 1]
        for q in range(first, last):
            if chosen[q] >= 0:
                _take(reports, q, t_us, tracks, site, chosen[q], setting)
                _support(q, t_us, tracks, site, chosen[q], bit, following, supported)
        for q in range(first, last):
            if chosen[q] != ALONE or (nearest[q] >= 0 and not _taken(chosen[first:last], nearest[q])):
                continue
            k = _newborn(reports, q, tracks, site, old, bit, setting.outer_gate)
            if k >= 0:
                _take(reports, q, t_us, tracks, site, k, setting)
            else:
                k = _born(reports, q, t_us, tracks, site, setting)
            _support(q, t_us, tracks, site, k, bit, following, supported)


@inline_kernel
def _taken(chosen: Longs, track: int) -> bool:
    """Tell whether another object of the same list is this track."""
    found = False
    for k in chosen:
        found = found or k == track
    return found


@inline_kernel
def _newborn(reports: Reports, q: int, tracks: Tracks, site: int, old: int, bit: int, gate: float) -> int:
    """Return the nearest track that another device began in this round, -1 without one within the gate."""
    nearest, found = gate, -1
    for k in range(old, tracks.tracks[site]):
        if tracks.record[site, k, MASK] & bit:
            continue
        s00, s01, s11 = innovation(tracks, site, k, 1.0, 0.0, reports.xx_m2[q], reports.xy_m2[q], reports.yy_m2[q])
        d2 = distance2(reports.x_m[q] - tracks.state[site, k, 0], reports.y_m[q] - tracks.state[site, k, 1], s00, s01, s11)
        if d2 <= nearest:
            nearest, found = d2, k
    return found


@inline_kernel
def _born(reports: Reports, q: int, t_us: int, tracks: Tracks, site: int, setting: Setting) -> int:
    """Begin a track with the object; return its place."""
    k = tracks.tracks[site]
    begin(tracks, site, k, t_us, reports.x_m[q], reports.y_m[q], reports.xx_m2[q], reports.xy_m2[q], reports.yy_m2[q])
    speed, heading = reports.speed_mps[q], reports.heading_rad[q]
    if math.isfinite(speed) and math.isfinite(heading):
        vxx, vxy, vyy = measured_velocity(reports, q, 0.0, setting)
        tracks.state[site, k, 2], tracks.state[site, k, 3] = speed * math.cos(heading), speed * math.sin(heading)
        tracks.covariance[site, k, 2, 2], tracks.covariance[site, k, 3, 3] = vxx, vyy
        tracks.covariance[site, k, 2, 3] = tracks.covariance[site, k, 3, 2] = vxy
    else:
        spread(tracks, site, k, setting.start_speed_spread_mps)
    tracks.record[site, k, NUMBER] = tracks.born[site]
    tracks.born[site] += 1
    tracks.tracks[site] = k + 1
    _describe(reports, q, tracks, site, k)
    return int(k)


@inline_kernel
def _take(reports: Reports, q: int, t_us: int, tracks: Tracks, site: int, k: int, setting: Setting) -> None:
    """Correct a track by an object: its place, then its velocity if that lies within the gate too."""
    state = tracks.state
    dt, way = lag(tracks, site, k, t_us, setting.noise_m2ps3)
    n0 = reports.x_m[q] - state[site, k, 0] - dt * state[site, k, 2]
    n1 = reports.y_m[q] - state[site, k, 1] - dt * state[site, k, 3]
    correct(tracks, site, k, 1.0, dt, n0, n1, reports.xx_m2[q] + way, reports.xy_m2[q], reports.yy_m2[q] + way)
    speed, heading = reports.speed_mps[q], reports.heading_rad[q]
    if math.isfinite(speed) and math.isfinite(heading):
        vxx, vxy, vyy = measured_velocity(reports, q, dt, setting)
        n0, n1 = speed * math.cos(heading) - state[site, k, 2], speed * math.sin(heading) - state[site, k, 3]
        s00, s01, s11 = innovation(tracks, site, k, 0.0, 1.0, vxx, vxy, vyy)
        if distance2(n0, n1, s00, s01, s11) <= setting.gate:
            correct(tracks, site, k, 0.0, 1.0, n0, n1, vxx, vxy, vyy)
    _describe(reports, q, tracks, site, k)


@inline_kernel
def _describe(reports: Reports, q: int, tracks: Tracks, site: int, k: int) -> None:
    """Take heading, sizes and class of an object into its track."""
    if math.isfinite(reports.heading_rad[q]):
        turn(tracks, site, k, reports.heading_rad[q], reports.heading_variance[q])
    average(tracks, site, k, LENGTH, reports.length_m[q], reports.size_variance_m2[q])
    average(tracks, site, k, WIDTH, reports.width_m[q], reports.size_variance_m2[q])
    if reports.klass[q] >= 0:
        tracks.votes[site, k, reports.klass[q]] += reports.class_weight[q]


@inline_kernel
def _support(q: int, t_us: int, tracks: Tracks, site: int, k: int, bit: int, following: Longs, supported: Longs) -> None:
    """Note that an object supports a track, and put it at the head of the track's list of this instant."""
    supported[q] = tracks.record[site, k, NUMBER]
    record = tracks.record
    record[site, k, MASK] |= bit
    record[site, k, SEEN_US] = max(record[site, k, SEEN_US], t_us)
    following[q] = record[site, k, LAST]
    record[site, k, LAST] = q
