"""What a site tells of its tracks: which are confirmed, which end, and the fused list of an instant."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import borrowed, inline_kernel, kernel
from twin.sensors.association import Setting
from twin.sensors.doubles import Support, doubled
from twin.sensors.tracks import (
    CONFIRMED,
    DOUBLED,
    HEADING,
    HEADING_VARIANCE,
    HISTORY,
    LAST,
    LENGTH,
    LENGTH_WEIGHT,
    MASK,
    MISSES,
    NUMBER,
    SEEN_US,
    TIME_US,
    TRIES,
    VEHICLE,
    WIDTH,
    WIDTH_WEIGHT,
    Tracks,
    innovation,
    move,
    wrapped,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


class FusedObjects(NamedTuple):
    """The fused lists of one instant, site after site, oldest track first; arrays of shape (n,)."""

    site: Ints
    track: Longs
    """Number of the track at its site, from 0; never used again."""
    x_m: Floats
    """Foreseen for the instant of the list."""
    y_m: Floats
    xx_m2: Floats
    """Covariance of the place."""
    xy_m2: Floats
    yy_m2: Floats
    speed_mps: Floats
    heading_rad: Floats
    """Anticlockwise from east."""
    length_m: Floats
    """NaN where no device told it."""
    width_m: Floats
    klass: npt.NDArray[np.int8]
    """-1 where no device told it."""
    age_us: Longs
    """How old the newest data of the track are."""
    devices: Ints
    """Devices whose new data support it; 0 while it is only foreseen."""
    vehicle: Ints
    """The vehicle that most of its new data show (that of before while there are none); -1: false objects. Truth."""


class Logic(NamedTuple):
    """When tracks are confirmed and end."""

    hits: int
    of: int
    misses: int
    doubles: int
    coast_us: int


@kernel
def report(
    t_us: int,
    heard: npt.NDArray[np.bool_],
    given: Support,
    all_tracks: Tracks,
    devices: Setting,
    logic: Logic,
) -> FusedObjects:
    """Confirm and end tracks; return the confirmed ones as they are foreseen for ``t_us``."""
    support, tracks, setting = borrowed(given), borrowed(all_tracks), borrowed(devices)
    room = all_tracks.tracks.sum()
    made = FusedObjects(
        np.empty(room, np.int32),
        np.empty(room, np.int64),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room, np.int8),
        np.empty(room, np.int64),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
    )
    out = borrowed(made)
    record = tracks.record
    n = 0
    for site in range(tracks.tracks.size):
        kept = 0
        for k in range(tracks.tracks[site]):
            if not _lives(t_us, heard[site], support, tracks, site, k, kept, setting, logic):
                continue
            if k != kept:
                move(tracks, site, k, kept)
            if record[site, kept, LAST] >= 0:
                record[site, kept, VEHICLE] = _most_seen(
                    support.reports.vehicle, support.following, record[site, kept, LAST], record[site, kept, VEHICLE]
                )
            if record[site, kept, CONFIRMED]:
                _write(t_us, tracks, site, kept, setting, out, n)
                n += 1
            kept += 1
        tracks.tracks[site] = kept
        for k in range(kept):
            record[site, k, MASK], record[site, k, LAST] = 0, -1
    return FusedObjects(
        made.site[:n],
        made.track[:n],
        made.x_m[:n],
        made.y_m[:n],
        made.xx_m2[:n],
        made.xy_m2[:n],
        made.yy_m2[:n],
        made.speed_mps[:n],
        made.heading_rad[:n],
        made.length_m[:n],
        made.width_m[:n],
        made.klass[:n],
        made.age_us[:n],
        made.devices[:n],
        made.vehicle[:n],
    )


@inline_kernel
def _lives(
    t_us: int,
    heard: np.bool_,
    support: Support,
    tracks: Tracks,
    site: int,
    k: int,
    kept: int,
    setting: Setting,
    logic: Logic,
) -> bool:
    """Count hit or miss of one track; confirm it; tell whether it goes on. The first ``kept`` places hold the older ones."""
    record = tracks.record
    hit = record[site, k, MASK] != 0
    if hit or heard:
        record[site, k, HISTORY] = ((record[site, k, HISTORY] << 1) | (1 if hit else 0)) & 0xFFFFFFFF
        record[site, k, TRIES] += 1
        record[site, k, MISSES] = 0 if hit else record[site, k, MISSES] + 1
    if record[site, k, MISSES] >= logic.misses or t_us - record[site, k, SEEN_US] > logic.coast_us:
        return False
    record[site, k, DOUBLED] = _doubled(support, tracks, site, k, kept, setting)
    if record[site, k, DOUBLED] >= logic.doubles:
        return False
    if not record[site, k, CONFIRMED]:
        if _ones(record[site, k, HISTORY]) >= logic.hits:
            record[site, k, CONFIRMED] = 1 if record[site, k, DOUBLED] == 0 else 0
        elif record[site, k, TRIES] >= logic.of:
            return False
    return True


@inline_kernel
def _doubled(support: Support, tracks: Tracks, site: int, k: int, kept: int, setting: Setting) -> int:
    """Return in how many lists in a row nothing has spoken against track ``k`` being an older one, this list included."""
    before = tracks.record[site, k, DOUBLED]
    if tracks.record[site, k, LAST] < 0:
        return int(before + 1 if before else 0)
    return int(before + 1) if doubled(support, tracks, site, k, kept, setting) else 0


@inline_kernel
def _ones(bits: int) -> int:
    """Return how many bits are set."""
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count


@inline_kernel
def _most_seen(vehicle: Ints, following: Longs, last: int, before: int) -> int:
    """Return the vehicle of most objects in a track's list; of several the one of before, else the smallest number."""
    found, most = before, 0
    one = last
    while one >= 0:
        count = 0
        other = last
        while other >= 0:
            count += 1 if vehicle[other] == vehicle[one] else 0
            other = following[other]
        better = found != before and (vehicle[one] == before or vehicle[one] < found)
        if count > most or (count == most and better):
            found, most = vehicle[one], count
        one = following[one]
    return int(found)


@inline_kernel
def _write(t_us: int, tracks: Tracks, site: int, k: int, setting: Setting, out: FusedObjects, n: int) -> None:
    """Write one track into the list, foreseen for ``t_us``; the track itself stays where its data are."""
    x, p, look, record = tracks.state, tracks.covariance, tracks.look, tracks.record
    dt = max(1e-6 * (t_us - record[site, k, TIME_US]), 0.0)
    way = setting.noise_m2ps3 * dt * dt * dt / 3.0
    vx, vy = x[site, k, 2], x[site, k, 3]
    out.site[n], out.track[n] = site, record[site, k, NUMBER]
    out.x_m[n], out.y_m[n] = x[site, k, 0] + dt * vx, x[site, k, 1] + dt * vy
    out.xx_m2[n], out.xy_m2[n], out.yy_m2[n] = innovation(tracks, site, k, 1.0, dt, way, 0.0, way)
    out.speed_mps[n] = math.hypot(vx, vy)
    out.heading_rad[n] = _heading(
        vx, vy, max(p[site, k, 2, 2], p[site, k, 3, 3]), look[site, k, HEADING], look[site, k, HEADING_VARIANCE]
    )
    out.length_m[n] = look[site, k, LENGTH] if look[site, k, LENGTH_WEIGHT] > 0.0 else math.nan
    out.width_m[n] = look[site, k, WIDTH] if look[site, k, WIDTH_WEIGHT] > 0.0 else math.nan
    klass, most = -1, 0.0
    for c in range(tracks.votes.shape[2]):
        if tracks.votes[site, k, c] > most:
            klass, most = c, tracks.votes[site, k, c]
    out.klass[n] = klass
    out.age_us[n] = t_us - record[site, k, SEEN_US]
    out.devices[n] = _ones(record[site, k, MASK])
    out.vehicle[n] = record[site, k, VEHICLE]


@inline_kernel
def _heading(vx: float, vy: float, velocity_variance: float, reported_rad: float, reported_variance: float) -> float:
    """Return the heading from reports and from the motion, weighted by their variances; motion tells front from rear."""
    moving = math.atan2(vy, vx)
    speed2 = vx * vx + vy * vy
    if not math.isfinite(reported_variance):
        return moving
    if speed2 <= 9.0 * velocity_variance:  # its direction is not known to 20 degrees
        return reported_rad
    deviation = wrapped(moving - reported_rad)
    if abs(deviation) > 0.5 * math.pi:
        return moving
    variance = velocity_variance / speed2
    return wrapped(reported_rad + reported_variance / (reported_variance + variance) * deviation)
