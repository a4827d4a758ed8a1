"""Object lists of devices with the errors that these are known to have: what a fusion is given."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


class Reports(NamedTuple):
    """Object lists of devices, one after the other: what a fusion is given."""

    device: Ints
    """(lists,): row of the device among those of the fusion."""
    t_us: Longs
    """(lists,): the instant that the list shows."""
    offset: Longs
    """(lists + 1,): list i has the objects ``offset[i]:offset[i + 1]``."""
    x_m: Floats
    """(objects,), and so the rest: reported centre."""
    y_m: Floats
    xx_m2: Floats
    """Covariance of the centre, from the error model of the device, see ``position_covariance``."""
    xy_m2: Floats
    yy_m2: Floats
    speed_mps: Floats
    """NaN where the device measures none."""
    speed_variance: Floats
    """(m/s)2."""
    heading_rad: Floats
    """Anticlockwise from east; NaN where the device tells none."""
    heading_variance: Floats
    """rad2."""
    length_m: Floats
    """NaN where the device tells none."""
    width_m: Floats
    size_variance_m2: Floats
    klass: npt.NDArray[np.int8]
    """Reported class; -1 where the device tells none."""
    class_weight: Floats
    """What the report of the class counts beside others."""
    vehicle: Ints
    """The vehicle it is, -1 for a false object. Never used to fuse, only handed on."""


@kernel
def position_covariance(dx_m: Floats, dy_m: Floats, along_m: Floats, across_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the covariances xx, xy, yy (n,) of places seen at (dx, dy) from a device, from errors along and across the ray.

    All arguments (n,), in metres, errors as standard deviations. The ray's direction is taken from the reported place.
    """
    n = dx_m.size
    xx, xy, yy = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        away = math.hypot(dx_m[i], dy_m[i])
        c, s = (dx_m[i] / away, dy_m[i] / away) if away > 0.0 else (1.0, 0.0)
        a, b = along_m[i] * along_m[i], across_m[i] * across_m[i]
        xx[i] = c * c * a + s * s * b
        xy[i] = c * s * (a - b)
        yy[i] = s * s * a + c * c * b
    return xx, xy, yy
