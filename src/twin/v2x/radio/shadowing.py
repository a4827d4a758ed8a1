"""Shadowing that is alike at places near each other: a random field for each roadside unit, a function of the place.

Two places d apart have shadowing of correlation exp(-d / d_corr) (M. Gudmundson, "Correlation model for shadow fading in mobile
radio systems", Electronics Letters 27(23), 1991; 25 m on highways and 10 m in cities, TR 37.885 section 6.2). The field is
Gaussian on a lattice that closes to a torus, made from counter-based draws through the square root of its spectrum
(C. R. Dietrich and G. N. Newsam, "Fast and exact simulation of stationary Gaussian processes", SIAM J. Sci. Comput. 18(4),
1997). A place has the value of its cell: interpolation would make near places more alike than the law has them (by 0.1),
cells keep it on average.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import fft

from twin.compilation import inline_kernel, kernel
from twin.rng import normal_pair, stream_key, uniform4

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]

POINTS_A_CORRELATION: Final = 5
"""Points of the lattice in a correlation distance. Choice: cells of 2 m in cities, 5 m on highways."""

_SPARE: Final = 6.0
"""Correlation distances by which the torus is wider than the range: at that distance 0.25 % are left."""


class ShadowFields(NamedTuple):
    """One field a roadside unit, for kernels."""

    value: Floats32
    """(units, n, n): standard normal at the lattice's points, rows to the north; repeats every n points."""

    spacing_m: float
    """Between points: the side of a cell."""


def shadow_fields(seed: int, stream: str, names: Sequence[str], correlation_m: float, range_m: float) -> ShadowFields:
    """Return the fields of the units of these names; each is its own, whoever else there is.

    They repeat to the east and to the north after somewhat more than ``range_m``: places so far apart have the same value,
    which neither a unit's marginals nor short distances notice.
    """
    spacing_m = correlation_m / POINTS_A_CORRELATION
    points = fft.next_fast_len(int(np.ceil(range_m / spacing_m + _SPARE * POINTS_A_CORRELATION)), real=True)
    root = _spectrum(points)
    value = np.empty((len(names), points, points), np.float32)
    for row, name in enumerate(names):
        noise = _noise(stream_key(seed, stream, name), points)
        value[row] = fft.irfft2(fft.rfft2(noise) * root, (points, points))
    return ShadowFields(value, spacing_m)


def _spectrum(points: int) -> Floats:
    """Return the root of the spectrum of the correlation on the torus, of variance 1."""
    step = np.arange(points)
    apart = np.minimum(step, points - step).astype(np.float64)
    wanted = np.exp(-np.hypot(apart[:, None], apart[None, :]) / POINTS_A_CORRELATION)
    power = np.maximum(fft.rfft2(wanted).real, 0.0)
    return np.asarray(np.sqrt(power / fft.irfft2(power, (points, points))[0, 0]))


@kernel
def _noise(key: np.uint64, points: int) -> Floats:
    """Return independent standard normals, (points, points)."""
    out = np.empty(points * points + 3)
    for i in range(0, points * points, 4):
        u = uniform4(key, 0, i, 0)
        out[i], out[i + 1] = normal_pair(u[0], u[1])
        out[i + 2], out[i + 3] = normal_pair(u[2], u[3])
    return out[: points * points].reshape((points, points))


@inline_kernel
def shadow_at(fields: ShadowFields, unit: int, x_m: float, y_m: float) -> float:
    """Return the standard normal shadowing of a unit's link at a place."""
    points = fields.value.shape[1]
    column, row = int(np.floor(x_m / fields.spacing_m)), int(np.floor(y_m / fields.spacing_m))
    return float(fields.value[unit, row % points, column % points])


@kernel
def shadows(fields: ShadowFields, unit: npt.NDArray[np.int64], x_m: Floats, y_m: Floats) -> Floats:
    """Return ``shadow_at`` for each of (n,) units and places."""
    out = np.empty(x_m.size)
    for k in range(x_m.size):
        out[k] = shadow_at(fields, unit[k], x_m[k], y_m[k])
    return out
