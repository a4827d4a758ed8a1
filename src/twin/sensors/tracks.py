"""The tracks of all sites: their layout, and the Kalman filter of one track.

State (x, y, vx, vy) with constant velocity and white-noise acceleration. Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan,
"Estimation with Applications to Tracking and Navigation" (2001), sections 5.2 (recursion) and 6.2.2 (continuous model: a
prediction over a + b seconds is that over a and then over b, whatever else happened in between).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

HEADING, HEADING_VARIANCE, LENGTH, LENGTH_WEIGHT, WIDTH, WIDTH_WEIGHT = range(6)
"""Columns of ``Tracks.look``; weights are inverse variances, 0 where nothing was reported."""

NUMBER, TIME_US, SEEN_US, HISTORY, TRIES, MISSES, CONFIRMED, MASK, REVERSED, DOUBLED, VEHICLE, LAST = range(12)
"""Columns of ``Tracks.record``: number within the site; instant of the state; of the newest data; hits as bits, the newest
lowest; fused lists since the birth; of these without support in a row; reported or not; devices that supported it now, as bits;
reports of the opposite heading in a row; fused lists in a row in which an older track explained its objects; vehicle most
supported; newest object of this instant (-1: none)."""


class Tracks(NamedTuple):
    """The tracks of every site, oldest first; those after ``tracks[site]`` are room."""

    tracks: Longs
    """(sites,): how many each has."""
    born: Longs
    """(sites,): tracks that the site has begun since the start."""
    state: Floats
    """(sites, room, 4): x, y (m), vx, vy (m/s)."""
    covariance: Floats
    """(sites, room, 4, 4)."""
    look: Floats
    """(sites, room, 6): heading (rad) and sizes (m), see the columns above."""
    votes: Floats
    """(sites, room, classes): summed weights of the reported classes."""
    record: Longs
    """(sites, room, 12), see the columns above."""


def empty_tracks(sites: int, room: int, classes: int) -> Tracks:
    """Return no tracks, with room for ``room`` at each site."""
    return Tracks(
        np.zeros(sites, np.int64),
        np.zeros(sites, np.int64),
        np.zeros((sites, room, 4)),
        np.zeros((sites, room, 4, 4)),
        np.zeros((sites, room, 6)),
        np.zeros((sites, room, classes)),
        np.zeros((sites, room, 12), np.int64),
    )


def with_room(tracks: Tracks, room: int) -> Tracks:
    """Return the same tracks with at least ``room`` places at each site."""
    sites, old = tracks.record.shape[:2]
    if room <= old:
        return tracks
    wider = empty_tracks(sites, max(room, 2 * old), tracks.votes.shape[2])
    wider.tracks[:], wider.born[:] = tracks.tracks, tracks.born
    for new, given in zip(wider[2:], tracks[2:], strict=True):
        new[:, :old] = given
    return wider


@inline_kernel
def advance(tracks: Tracks, site: int, k: int, t_us: int, noise_m2ps3: float, turn_rad2ps: float) -> None:
    """Predict one track to ``t_us``; one that is already there or later stays as it is."""
    dt = 1e-6 * (t_us - tracks.record[site, k, TIME_US])
    if dt <= 0.0:
        return
    x, p = tracks.state, tracks.covariance
    for a in range(2):
        x[site, k, a] += dt * x[site, k, a + 2]
        for b in range(2):
            p[site, k, a, b] += dt * (p[site, k, a, b + 2] + p[site, k, a + 2, b] + dt * p[site, k, a + 2, b + 2])
    for a in range(2):
        for b in range(2):
            p[site, k, a, b + 2] += dt * p[site, k, a + 2, b + 2]
            p[site, k, b + 2, a] = p[site, k, a, b + 2]
        p[site, k, a, a] += noise_m2ps3 * dt * dt * dt / 3.0
        p[site, k, a, a + 2] += noise_m2ps3 * dt * dt / 2.0
        p[site, k, a + 2, a] = p[site, k, a, a + 2]
        p[site, k, a + 2, a + 2] += noise_m2ps3 * dt
    tracks.look[site, k, HEADING_VARIANCE] += turn_rad2ps * dt
    tracks.record[site, k, TIME_US] = t_us


@inline_kernel
def innovation(
    tracks: Tracks, site: int, k: int, on_position: float, on_velocity: float, r00: float, r01: float, r11: float
) -> tuple[float, float, float]:
    """Return the covariance (00, 01, 11) of what is measured less what is foreseen.

    Measured is ``on_position`` times the place plus ``on_velocity`` times the velocity, with the covariance r.
    """
    p = tracks.covariance
    s00 = s01 = s11 = 0.0
    h, g = on_position, on_velocity
    s00 = h * (h * p[site, k, 0, 0] + 2.0 * g * p[site, k, 0, 2]) + g * g * p[site, k, 2, 2]
    s01 = h * (h * p[site, k, 0, 1] + g * (p[site, k, 0, 3] + p[site, k, 1, 2])) + g * g * p[site, k, 2, 3]
    s11 = h * (h * p[site, k, 1, 1] + 2.0 * g * p[site, k, 1, 3]) + g * g * p[site, k, 3, 3]
    return s00 + r00, s01 + r01, s11 + r11


@inline_kernel
def distance2(n0: float, n1: float, s00: float, s01: float, s11: float) -> float:
    """Return the squared Mahalanobis distance of a deviation (n0, n1) under the covariance s."""
    return (n0 * n0 * s11 - 2.0 * n0 * n1 * s01 + n1 * n1 * s00) / (s00 * s11 - s01 * s01)


@inline_kernel
def correct(
    tracks: Tracks,
    site: int,
    k: int,
    on_position: float,
    on_velocity: float,
    n0: float,
    n1: float,
    r00: float,
    r01: float,
    r11: float,
) -> None:
    """Correct one track by the deviation (n0, n1) of a measurement, see ``innovation``: the Kalman update."""
    x, p = tracks.state, tracks.covariance
    s00, s01, s11 = innovation(tracks, site, k, on_position, on_velocity, r00, r01, r11)
    scale = 1.0 / (s00 * s11 - s01 * s01)
    # columns of P H': what the innovation is correlated with
    c00 = on_position * p[site, k, 0, 0] + on_velocity * p[site, k, 0, 2]
    c01 = on_position * p[site, k, 0, 1] + on_velocity * p[site, k, 0, 3]
    c10 = on_position * p[site, k, 1, 0] + on_velocity * p[site, k, 1, 2]
    c11 = on_position * p[site, k, 1, 1] + on_velocity * p[site, k, 1, 3]
    c20 = on_position * p[site, k, 2, 0] + on_velocity * p[site, k, 2, 2]
    c21 = on_position * p[site, k, 2, 1] + on_velocity * p[site, k, 2, 3]
    c30 = on_position * p[site, k, 3, 0] + on_velocity * p[site, k, 3, 2]
    c31 = on_position * p[site, k, 3, 1] + on_velocity * p[site, k, 3, 3]
    first, second = (c00, c10, c20, c30), (c01, c11, c21, c31)
    for i in range(4):
        k0 = scale * (first[i] * s11 - second[i] * s01)
        k1 = scale * (second[i] * s00 - first[i] * s01)
        x[site, k, i] += k0 * n0 + k1 * n1
        for j in range(i, 4):
            p[site, k, i, j] -= k0 * first[j] + k1 * second[j]
            p[site, k, j, i] = p[site, k, i, j]


@inline_kernel
def wrapped(angle_rad: float) -> float:
    """Return the same angle within (-pi, pi]."""
    return angle_rad - 2.0 * math.pi * math.ceil((angle_rad - math.pi) / (2.0 * math.pi))


@inline_kernel
def turn(tracks: Tracks, site: int, k: int, heading_rad: float, variance: float) -> None:
    """Correct the heading of one track; a reversed report counts only when the one before it was reversed too.

    Detectors take the front of a box for its rear now and then, which no average may follow.
    """
    look, record = tracks.look, tracks.record
    known = look[site, k, HEADING_VARIANCE]
    deviation = wrapped(heading_rad - look[site, k, HEADING])
    if math.isfinite(known) and abs(deviation) > 0.5 * math.pi:
        record[site, k, REVERSED] += 1
        if record[site, k, REVERSED] < 2:
            return
        known = math.inf
    record[site, k, REVERSED] = 0
    if not math.isfinite(known):
        look[site, k, HEADING], look[site, k, HEADING_VARIANCE] = wrapped(heading_rad), variance
        return
    gain = known / (known + variance)
    look[site, k, HEADING] = wrapped(look[site, k, HEADING] + gain * deviation)
    look[site, k, HEADING_VARIANCE] = (1.0 - gain) * known


@inline_kernel
def average(tracks: Tracks, site: int, k: int, column: int, size_m: float, variance: float) -> None:
    """Take a reported length or width into its mean, weighted by inverse variances; NaN says nothing."""
    if not math.isfinite(size_m):
        return
    look = tracks.look
    weight = 1.0 / variance
    total = look[site, k, column + 1] + weight
    look[site, k, column] += weight / total * (size_m - look[site, k, column])
    look[site, k, column + 1] = total


@inline_kernel
def velocity_covariance(
    speed_mps: float, heading_rad: float, speed_variance: float, heading_variance: float
) -> tuple[float, float, float]:
    """Return the covariance (xx, xy, yy) of a velocity measured as speed and heading, to first order."""
    c, s = math.cos(heading_rad), math.sin(heading_rad)
    across = speed_mps * speed_mps * heading_variance
    return c * c * speed_variance + s * s * across, c * s * (speed_variance - across), s * s * speed_variance + c * c * across


@inline_kernel
def move(tracks: Tracks, site: int, source: int, target: int) -> None:
    """Put the track of one place into another."""
    for i in range(4):
        tracks.state[site, target, i] = tracks.state[site, source, i]
        for j in range(4):
            tracks.covariance[site, target, i, j] = tracks.covariance[site, source, i, j]
    for i in range(tracks.look.shape[2]):
        tracks.look[site, target, i] = tracks.look[site, source, i]
    for i in range(tracks.votes.shape[2]):
        tracks.votes[site, target, i] = tracks.votes[site, source, i]
    for i in range(tracks.record.shape[2]):
        tracks.record[site, target, i] = tracks.record[site, source, i]


@kernel
def filtered(
    t_us: Longs, position_m: Floats, covariance_m2: Floats, noise_m2ps3: float, start_speed_spread_mps: float
) -> tuple[Floats, Floats]:
    """Return the states (n, 4) and covariances (n, 4, 4) of one track after each of n measured places: the filter alone.

    ``position_m`` is (n, 2), ``covariance_m2`` (n, 3) with xx, xy, yy; instants must not fall.
    """
    n = t_us.size
    states, covariances = np.zeros((n, 4)), np.zeros((n, 4, 4))
    tracks = Tracks(
        np.ones(1, np.int64),
        np.ones(1, np.int64),
        np.zeros((1, 1, 4)),
        np.zeros((1, 1, 4, 4)),
        np.zeros((1, 1, 6)),
        np.zeros((1, 1, 1)),
        np.zeros((1, 1, 12), np.int64),
    )
    for i in range(n):
        r = covariance_m2[i]
        if i == 0:
            begin(tracks, 0, 0, t_us[0], position_m[0, 0], position_m[0, 1], r[0], r[1], r[2])
            spread(tracks, 0, 0, start_speed_spread_mps)
        else:
            advance(tracks, 0, 0, t_us[i], noise_m2ps3, 0.0)
            n0, n1 = position_m[i, 0] - tracks.state[0, 0, 0], position_m[i, 1] - tracks.state[0, 0, 1]
            correct(tracks, 0, 0, 1.0, 0.0, n0, n1, r[0], r[1], r[2])
        states[i], covariances[i] = tracks.state[0, 0], tracks.covariance[0, 0]
    return states, covariances


@inline_kernel
def begin(tracks: Tracks, site: int, k: int, t_us: int, x_m: float, y_m: float, xx: float, xy: float, yy: float) -> None:
    """Begin a track in a place: at a measured point, at rest, nothing else known; its velocity has no variance yet."""
    for i in range(4):
        tracks.state[site, k, i] = 0.0
        for j in range(4):
            tracks.covariance[site, k, i, j] = 0.0
    for i in range(tracks.look.shape[2]):
        tracks.look[site, k, i] = 0.0
    for i in range(tracks.votes.shape[2]):
        tracks.votes[site, k, i] = 0.0
    for i in range(tracks.record.shape[2]):
        tracks.record[site, k, i] = 0
    tracks.state[site, k, 0], tracks.state[site, k, 1] = x_m, y_m
    tracks.covariance[site, k, 0, 0], tracks.covariance[site, k, 1, 1] = xx, yy
    tracks.covariance[site, k, 0, 1] = tracks.covariance[site, k, 1, 0] = xy
    tracks.look[site, k, HEADING_VARIANCE] = math.inf
    tracks.record[site, k, TIME_US] = t_us
    tracks.record[site, k, SEEN_US] = t_us
    tracks.record[site, k, VEHICLE] = -1
    tracks.record[site, k, LAST] = -1


@inline_kernel
def spread(tracks: Tracks, site: int, k: int, speed_spread_mps: float) -> None:
    """Give a new track at rest the variance of an unknown velocity."""
    tracks.covariance[site, k, 2, 2] = tracks.covariance[site, k, 3, 3] = speed_spread_mps * speed_spread_mps
