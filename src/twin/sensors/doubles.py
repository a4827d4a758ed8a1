"""Two tracks of one vehicle: how a site tells them from two vehicles.

Once a second track stands beside a vehicle's own, each object of the vehicle goes to whichever is nearer. The two share the
objects out and stay apart for good, by more than their own covariances allow, since each is fed from one side of the errors.
So places of tracks are not compared, but hypotheses: the younger track is a double while the older one alone explains all
objects of this instant, that is while every object of the younger lies within the outlier gate of the older and no list holds
an object of both. Two vehicles fail it as soon as one device tells them apart.

Source: Y. Bar-Shalom, "On the track-to-track correlation problem", IEEE Transactions on Automatic Control 26(2), 1981: errors
of two tracks of one target are not independent, so that a test of their difference by the sum of their covariances misleads.
Assumption: the test by the objects instead.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel
from twin.sensors.association import Setting, lag
from twin.sensors.reports import Reports
from twin.sensors.tracks import LAST, Tracks, distance2, innovation

Longs = npt.NDArray[np.int64]


class Support(NamedTuple):
    """The objects of one fused instant and which tracks they support."""

    reports: Reports
    shown_us: Longs
    """(lists,): the instant for which each list counts."""
    list_of: Longs
    """(objects,): the list of each."""
    following: Longs
    """(objects,): the next object that supports the same track, -1 after the last; the first is in ``Tracks.record``."""


@inline_kernel
def doubled(support: Support, tracks: Tracks, site: int, k: int, older_ones: int, setting: Setting) -> bool:
    """Tell whether one of the older tracks, which have the first places, explains every object of track ``k``, at least one."""
    q = tracks.record[site, k, LAST]
    x_m, r00 = support.reports.x_m[q], support.reports.xx_m2[q]
    t_us = support.shown_us[support.list_of[q]]
    for older in range(older_ones):
        if _near(x_m, r00, t_us, tracks, site, older, setting) and _explained(support, tracks, site, k, older, setting):
            return True
    return False


@inline_kernel
def _near(x_m: float, r00: float, t_us: int, tracks: Tracks, site: int, k: int, setting: Setting) -> bool:
    """Tell whether an object may lie within the outer gate: the distance along one axis is never more than the whole."""
    p = tracks.covariance
    dt, way = lag(tracks, site, k, t_us, setting.noise_m2ps3)
    n0 = x_m - tracks.state[site, k, 0] - dt * tracks.state[site, k, 2]
    s00 = p[site, k, 0, 0] + dt * (2.0 * p[site, k, 0, 2] + dt * p[site, k, 2, 2]) + r00 + way
    return bool(n0 * n0 <= setting.outer_gate * s00)


@inline_kernel
def _explained(support: Support, tracks: Tracks, site: int, k: int, older: int, setting: Setting) -> bool:
    """Tell whether the older track explains every object of track ``k``."""
    q = tracks.record[site, k, LAST]
    while q >= 0:
        if not _within(support, q, tracks, site, older, setting):
            return False
        other = tracks.record[site, older, LAST]
        while other >= 0:
            if support.list_of[other] == support.list_of[q]:
                return False
            other = support.following[other]
        q = support.following[q]
    return True


@inline_kernel
def _within(support: Support, q: int, tracks: Tracks, site: int, k: int, setting: Setting) -> bool:
    """Tell whether an object lies within the outer gate of a track."""
    reports, x = support.reports, tracks.state
    dt, way = lag(tracks, site, k, support.shown_us[support.list_of[q]], setting.noise_m2ps3)
    n0 = reports.x_m[q] - x[site, k, 0] - dt * x[site, k, 2]
    n1 = reports.y_m[q] - x[site, k, 1] - dt * x[site, k, 3]
    s00, s01, s11 = innovation(tracks, site, k, 1.0, dt, reports.xx_m2[q] + way, reports.xy_m2[q], reports.yy_m2[q] + way)
    return bool(distance2(n0, n1, s00, s01, s11) <= setting.outer_gate)
