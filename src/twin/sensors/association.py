"""Which object of a list is which track: gates, and the assignment of least cost.

An object and a track may belong together where the squared Mahalanobis distance between them lies within the gate. Of one list
each object goes to at most one track and each track to at most one object. The cost of a pair is d2 + ln det S, twice the
negative logarithm of its likelihood, of the place and, where it is reported, of the velocity; an object stays alone at the
cost of the gate. Source: S. Blackman, R. Popoli, "Design and Analysis of Modern Tracking Systems" (1999), section 6.4
(global nearest neighbour).

Where the cheapest tracks of all objects differ they are the assignment: no other costs less. Only clusters in which two objects
want the same track go to SciPy.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import borrowed, inline_kernel, kernel
from twin.sensors.reports import Reports
from twin.sensors.tracks import TIME_US, Tracks, advance, distance2, innovation, velocity_covariance

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

ALONE, UNUSED, OPEN = -1, -2, -3
"""Instead of a track's place: no track; left out by the zones; to be decided in its cluster."""


_REGULAR_M2PS2 = 1e-4


class Setting(NamedTuple):
    """The devices and the numbers of a specification, for the kernels."""

    site: Longs
    """(devices,)."""
    bit: Longs
    """(devices,): 1 shifted by the device's place at its site."""
    x_m: Floats
    """(devices,)."""
    y_m: Floats
    zone_ends_m: Floats
    """(zones,), rising, the last infinite."""
    allowed: npt.NDArray[np.bool_]
    """(devices, zones): whether its objects count there."""
    gate: float
    outer_gate: float
    noise_m2ps3: float
    turn_rad2ps: float
    slip_rad2: float
    """Variance of the direction of motion from the heading."""
    start_speed_spread_mps: float


class Pairs(NamedTuple):
    """Objects and the tracks in whose gates they lie."""

    begin: Longs
    """(objects,): first pair of each."""
    end: Longs
    """(objects,): first pair after its last."""
    track: Longs
    """(pairs,): place of the track at its site."""
    cost: Floats
    """(pairs,): d2 + ln det S."""
    nearest: Longs
    """(objects,): place of the nearest track within the outer gate; -1 without one."""


class Clusters(NamedTuple):
    """Pairs that an assignment has to choose from, cluster after cluster."""

    size: Longs
    """(clusters, 3): first pair after its last, objects and tracks in it."""
    pair: Longs
    """(pairs, 4): object and track, counted within the cluster; object among the reports; place of the track at its site."""
    cost: Floats
    """(pairs, 2): of the pair; of leaving its object alone."""


def resolve(clusters: Clusters, chosen: Longs) -> None:
    """Decide the clusters: write the track, or ``ALONE``, of each of their objects into ``chosen``."""
    if not clusters.size.size:
        return
    from scipy.optimize import linear_sum_assignment  # imported late: few runs fuse, and it takes long

    first = 0
    for last, n, m in clusters.size.tolist():
        row, column, item, track = clusters.pair[first:last].T
        cost = np.full((n, m + n), np.inf)
        cost[row, column] = clusters.cost[first:last, 0]
        cost[row, m + row] = clusters.cost[first:last, 1]
        items, tracks = np.empty(n, np.int64), np.full(m + n, ALONE, np.int64)
        items[row], tracks[column] = item, track
        chosen[items] = tracks[linear_sum_assignment(cost)[1]]
        first = last


class _Near(NamedTuple):
    """The tracks of one site where they were when the lists were seen, from west to east."""

    along_m: Floats
    """x, rising."""
    bounds: Floats
    """See ``_bound``, in the same order."""
    wide_m: float
    """The widest gate along x."""


@inline_kernel
def _first_from(values: Floats, count: int, least: float) -> int:
    """Return the first of ``count`` rising values that is not less than ``least``."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if values[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def gate_objects(lists: Longs, given: Reports, shown_us: Longs, all_tracks: Tracks, devices: Setting, chosen: Longs) -> Pairs:
    """Predict the tracks of the sites of ``lists`` to what these show; return which objects and tracks may belong together.

    ``lists`` are of one instant a site (``shown_us``, by list) and in the order of sites. ``chosen`` becomes ``UNUSED`` or
    ``ALONE``. Tracks with newer data than a list are compared where they were then, the noise of the model since that instant
    being added as if it were independent.
    """
    reports, tracks, setting = borrowed(given), borrowed(all_tracks), borrowed(devices)
    begin, end = np.zeros(chosen.size, np.int64), np.zeros(chosen.size, np.int64)
    track, cost = np.empty(4 * chosen.size, np.int64), np.empty(4 * chosen.size)
    nearest = np.full(chosen.size, -1, np.int64)
    bounds = np.empty((tracks.record.shape[1], 5))
    lent_bounds = borrowed(bounds)
    along = np.empty(tracks.record.shape[1])
    lent_along = borrowed(along)
    wide_m = 0.0
    pairs = 0
    before = -1
    for i in range(lists.size):
        of = lists[i]
        device = reports.device[of]
        site = setting.site[device]
        count = tracks.tracks[site]
        if site != before:
            before = site
            for k in range(count):
                advance(tracks, site, k, shown_us[of], setting.noise_m2ps3, setting.turn_rad2ps)
                _bound(tracks, site, k, shown_us[of], setting, lent_bounds)
            along[:count] = bounds[:count, 0]
            bounds[:count] = bounds[np.argsort(along[:count])]
            along[:count] = bounds[:count, 0]
            wide_m = math.sqrt(bounds[:count, 2].max()) if count else 0.0
        near = _Near(lent_along, lent_bounds, wide_m)
        for q in range(reports.offset[of], reports.offset[of + 1]):
            if pairs + count > track.size:
                more = np.empty(pairs + count, np.int64)
                track, cost = np.concatenate((track, more)), np.concatenate((cost, np.empty(pairs + count)))
            begin[q] = pairs
            chosen[q] = UNUSED
            if _counts(setting, device, reports.x_m[q], reports.y_m[q]):
                chosen[q] = ALONE
                pairs = _gated(reports, q, shown_us[of], tracks, site, setting, near, track, cost, nearest, pairs)
            end[q] = pairs
    return Pairs(begin, end, track[:pairs], cost[:pairs], nearest)


@kernel
def settle(lists: Longs, reports: Reports, setting: Setting, tracks: Longs, pairs: Pairs, chosen: Longs) -> Clusters:
    """Choose a track for each object where it is plain; return the clusters of the others, which become ``OPEN``.

    ``tracks`` is their number at each site.
    """
    size = np.empty((pairs.track.size, 3), np.int64)
    pair, cost = np.empty((pairs.track.size, 4), np.int64), np.empty((pairs.track.size, 2))
    clusters, count = 0, 0
    most = tracks.max()
    wanted, parent, label = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    for i in range(lists.size):
        first, last = reports.offset[lists[i]], reports.offset[lists[i] + 1]
        here = tracks[setting.site[reports.device[lists[i]]]]
        if _plain(first, last, pairs, wanted, here, chosen):
            continue
        _join(first, last, pairs, parent, here)
        for root in range(here):
            if parent[root] != root or not _contested(first, last, wanted, parent, root, chosen):
                continue
            label[:here] = -1
            rows, columns = 0, 0
            for q in range(first, last):
                if pairs.begin[q] == pairs.end[q] or _root(parent, pairs.track[pairs.begin[q]]) != root:
                    continue
                chosen[q] = OPEN
                alone = pairs.cost[pairs.begin[q] : pairs.end[q]].max() + setting.gate  # never less than any of its pairs
                for j in range(pairs.begin[q], pairs.end[q]):
                    k = pairs.track[j]
                    if label[k] < 0:
                        label[k] = columns
                        columns += 1
                    pair[count, 0], pair[count, 1], pair[count, 2], pair[count, 3] = rows, label[k], q, k
                    cost[count, 0], cost[count, 1] = pairs.cost[j], alone
                    count += 1
                rows += 1
            size[clusters, 0], size[clusters, 1], size[clusters, 2] = count, rows, columns
            clusters += 1
    return Clusters(size[:clusters], pair[:count], cost[:count])


@inline_kernel
def _counts(setting: Setting, device: int, x_m: float, y_m: float) -> bool:
    """Tell whether the zones let an object of this device count at this place."""
    away = math.hypot(x_m - setting.x_m[device], y_m - setting.y_m[device])
    zone = 0
    while zone < setting.zone_ends_m.size - 1 and away >= setting.zone_ends_m[zone]:
        zone += 1
    return bool(away < setting.zone_ends_m[zone] and setting.allowed[device, zone])


@inline_kernel
def lag(tracks: Tracks, site: int, k: int, t_us: int, noise_m2ps3: float) -> tuple[float, float]:
    """Return by how many seconds data of ``t_us`` are older than the track (0 or less), and the variance of the way since."""
    dt = min(1e-6 * (t_us - tracks.record[site, k, TIME_US]), 0.0)
    return dt, -noise_m2ps3 * dt * dt * dt / 3.0


@inline_kernel
def _bound(tracks: Tracks, site: int, k: int, t_us: int, setting: Setting, bounds: Floats) -> None:
    """Write where a track was at ``t_us``, the outer gate times its variance along x and y, and its place at the site."""
    state = tracks.state
    dt, way = lag(tracks, site, k, t_us, setting.noise_m2ps3)
    s00, _, s11 = innovation(tracks, site, k, 1.0, dt, way, 0.0, way)
    bounds[k, 0], bounds[k, 1] = state[site, k, 0] + dt * state[site, k, 2], state[site, k, 1] + dt * state[site, k, 3]
    bounds[k, 2], bounds[k, 3], bounds[k, 4] = setting.outer_gate * s00, setting.outer_gate * s11, k


@inline_kernel
def _gated(
    reports: Reports,
    q: int,
    t_us: int,
    tracks: Tracks,
    site: int,
    setting: Setting,
    near: _Near,
    pair_track: Longs,
    pair_cost: Floats,
    nearest: Longs,
    pairs: int,
) -> int:
    """Append the tracks in whose gate the object lies, with the cost of the pair; return the number of pairs."""
    x, y = reports.x_m[q], reports.y_m[q]
    r00, r01, r11 = reports.xx_m2[q], reports.xy_m2[q], reports.yy_m2[q]
    wide0, wide1 = setting.outer_gate * r00, setting.outer_gate * r11
    least = setting.outer_gate
    # the root of a sum is at most the sum of the roots
    reach_m = near.wide_m + math.sqrt(wide0)
    bounds = near.bounds
    for i in range(_first_from(near.along_m, tracks.tracks[site], x - reach_m), tracks.tracks[site]):
        if near.along_m[i] > x + reach_m:
            break
        n0, n1 = x - bounds[i, 0], y - bounds[i, 1]
        # the distance along one axis is never more than the whole: most pairs end here
        if max(n0 * n0 - bounds[i, 2] - wide0, n1 * n1 - bounds[i, 3] - wide1) > 0.0:
            continue
        k = int(bounds[i, 4])
        dt, way = lag(tracks, site, k, t_us, setting.noise_m2ps3)
        s00, s01, s11 = innovation(tracks, site, k, 1.0, dt, r00 + way, r01, r11 + way)
        d2 = distance2(n0, n1, s00, s01, s11)
        if d2 <= least:
            least, nearest[q] = d2, k
        if d2 <= setting.gate:
            pair_track[pairs] = k
            pair_cost[pairs] = (
                d2 + math.log(s00 * s11 - s01 * s01) + _cost_of_velocity(reports, q, tracks, site, k, dt, setting)
            )
            pairs += 1
    return pairs


@inline_kernel
def _cost_of_velocity(reports: Reports, q: int, tracks: Tracks, site: int, k: int, dt: float, setting: Setting) -> float:
    """Return d2 + ln det S of the reported velocity, d2 at most the gate (a reversed heading decides nothing); else 0."""
    speed, heading = reports.speed_mps[q], reports.heading_rad[q]
    if not (math.isfinite(speed) and math.isfinite(heading)):
        return 0.0
    vxx, vxy, vyy = measured_velocity(reports, q, dt, setting)
    n0 = speed * math.cos(heading) - tracks.state[site, k, 2]
    n1 = speed * math.sin(heading) - tracks.state[site, k, 3]
    s00, s01, s11 = innovation(tracks, site, k, 0.0, 1.0, vxx, vxy, vyy)
    return min(distance2(n0, n1, s00, s01, s11), setting.gate) + math.log(s00 * s11 - s01 * s01)


@inline_kernel
def measured_velocity(reports: Reports, q: int, dt: float, setting: Setting) -> tuple[float, float, float]:
    """Return the covariance (xx, xy, yy) of a reported velocity that is ``dt`` seconds (0 or less) from its track.

    The heading's variance grows by that of the slip. The noise of the model in between is added, and (1 cm/s)2: a speed of zero
    tells nothing across, and the matrix must stay regular.
    """
    xx, xy, yy = velocity_covariance(
        reports.speed_mps[q], reports.heading_rad[q], reports.speed_variance[q], reports.heading_variance[q] + setting.slip_rad2
    )
    more = _REGULAR_M2PS2 - setting.noise_m2ps3 * dt
    return xx + more, xy, yy + more


@inline_kernel
def _plain(first: int, last: int, pairs: Pairs, wanted: Longs, tracks: int, chosen: Longs) -> bool:
    """Give each object of a list its cheapest track, count who wants which; tell whether no two want the same."""
    wanted[:tracks] = 0
    plain = True
    for q in range(first, last):
        least = math.inf
        for j in range(pairs.begin[q], pairs.end[q]):
            if pairs.cost[j] < least:
                least, chosen[q] = pairs.cost[j], pairs.track[j]
        if chosen[q] >= 0:
            wanted[chosen[q]] += 1
            plain = plain and wanted[chosen[q]] == 1
    return plain


@inline_kernel
def _root(parent: Longs, k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


@inline_kernel
def _join(first: int, last: int, pairs: Pairs, parent: Longs, tracks: int) -> None:
    """Join tracks that an object may choose between: afterwards each track leads to the root of its cluster."""
    for k in range(tracks):
        parent[k] = k
    for q in range(first, last):
        for j in range(pairs.begin[q] + 1, pairs.end[q]):
            parent[_root(parent, pairs.track[j])] = _root(parent, pairs.track[pairs.begin[q]])


@inline_kernel
def _contested(first: int, last: int, wanted: Longs, parent: Longs, root: int, chosen: Longs) -> bool:
    """Tell whether two objects want the same track of this cluster."""
    found = False
    for q in range(first, last):
        if chosen[q] >= 0 and wanted[chosen[q]] > 1 and _root(parent, chosen[q]) == root:
            found = True
    return found
