"""Exact geometry of rays in plan: where a ray from the origin enters and leaves an oriented rectangle.

Along a ray of direction ``u`` the line ``n . p = c`` is met at the distance ``r = c / (n . u)``; its inverse ``1 / r`` is
therefore linear in ``u``. A rectangle is kept as the vectors ``n / c`` of its faces, and both its inverse distances - and
with them every slope that it spans - cost a few multiplications a ray, without a division or a trigonometric function.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel

Floats = npt.NDArray[np.float64]

RECTANGLE_FACTS = 12
"""Numbers kept of a rectangle: two entry vectors and three exit vectors, x and y each, and the bounds of its azimuth."""

_TINY = 1e-300

_TOUCHING_M = 1e-6
"""An origin nearer to a face's line than this is taken to stand this far from it."""


@inline_kernel
def atan_unit(x: float) -> float:
    """Return atan(x) for -1 <= x <= 1 within 2e-8 (Abramowitz and Stegun 1964, 4.4.49)."""
    z = x * x
    p = 0.0028662257
    p = p * z - 0.0161657367
    p = p * z + 0.0429096138
    p = p * z - 0.0752896400
    p = p * z + 0.1065626393
    p = p * z - 0.1420889944
    p = p * z + 0.1999355085
    p = p * z - 0.3333314528
    return x * (1.0 + p * z)


@inline_kernel
def azimuth(x: float, y: float) -> float:
    """Return atan2(y, x) within 4e-8 from + - x / only, so that it is the same on every machine."""
    ax, ay = abs(x), abs(y)
    # choices without branches: which way a vehicle lies is no better than chance to a processor
    angle = atan_unit(min(ax, ay) / max(ax, ay, _TINY))
    angle = 0.5 * math.pi - angle if ay > ax else angle
    angle = math.pi - angle if x < 0.0 else angle
    return -angle if y < 0.0 else angle


@inline_kernel
def elevation_between(low: float, high: float) -> float:
    """Return atan(high) - atan(low), the angle between two slopes, 0 where ``high <= low``.

    By the addition theorem and the [3/2] Pade approximant of atan, within 2e-5 rad; exactly where that does not hold.
    """
    if high <= low:
        return 0.0
    x = high - low
    y = 1.0 + low * high
    if x > 0.37 * y:  # beyond, the approximant errs by more; or more than a right angle apart
        return math.atan(high) - math.atan(low)
    xx, yy = x * x, y * y
    return x * (15.0 * yy + 4.0 * xx) / (y * (15.0 * yy + 9.0 * xx))


@inline_kernel
def _away(distance_m: float, centre_m: float) -> float:
    """Return the signed distance to a face, off zero: an origin on the face's line counts as between the faces."""
    if abs(distance_m) >= _TOUCHING_M:
        return distance_m
    return math.copysign(_TOUCHING_M, distance_m if distance_m != 0.0 else -centre_m)


@inline_kernel
def _turn(dot: float, cross: float) -> float:
    """Return the angle of a corner off the centre; a shorter series (within 2e-8) where it is small, as it mostly is."""
    if abs(cross) < 0.1 * dot:
        x = cross / dot
        z = x * x
        return x * (1.0 - z * (1.0 / 3.0 - z * 0.2))
    return azimuth(dot, cross)


@inline_kernel
def rectangle_facts(
    x_m: float, y_m: float, cos: float, sin: float, half_length_m: float, half_width_m: float, facts: Floats, row: int
) -> bool:
    """Write what a scan needs of a rectangle centred at (x, y) whose long axis points along (cos, sin).

    Return False, and write nothing, when it covers the origin. ``facts[row, :10]`` are the face vectors: entry a, entry b,
    exit a, exit b, exit c; x and y each. The inverse entry distance along ``u`` is the least of the entries . u, the inverse
    exit distance the greatest of the exits . u. An axis between whose faces the origin stands has no entry, and two exits.
    ``facts[row, 10]`` and ``facts[row, 11]`` are the least and the greatest azimuth; their order is kept even where the span
    crosses the half turn (the values then leave -pi..pi).
    """
    along, across = x_m * cos + y_m * sin, y_m * cos - x_m * sin
    outside_length, outside_width = abs(along) > half_length_m, abs(across) > half_width_m
    if not (outside_length or outside_width):
        return False
    near = 1.0 / _away(along - math.copysign(half_length_m, along), along)
    far = 1.0 / _away(along + math.copysign(half_length_m, along), along)
    near_side = 1.0 / _away(across - math.copysign(half_width_m, across), across)
    far_side = 1.0 / _away(across + math.copysign(half_width_m, across), across)
    facts[row, 0], facts[row, 1] = cos * near, sin * near
    facts[row, 2], facts[row, 3] = -sin * near_side, cos * near_side
    facts[row, 4], facts[row, 5] = cos * far, sin * far
    facts[row, 6], facts[row, 7] = -sin * far_side, cos * far_side
    facts[row, 8], facts[row, 9] = cos * far, sin * far
    # the corners that bound the silhouette lie beside the one face, or the two faces, that show
    ahead, beside = math.copysign(1.0, along), math.copysign(1.0, across)
    left_length, left_width = -beside, ahead
    right_length, right_width = beside, -ahead
    if not outside_length:  # both length faces are exits, the side is the only entry
        facts[row, 8], facts[row, 9] = cos * near, sin * near
        facts[row, 0], facts[row, 1] = -sin * near_side, cos * near_side
        left_width, right_width = -beside, -beside
    elif not outside_width:
        facts[row, 8], facts[row, 9] = -sin * near_side, cos * near_side
        facts[row, 2], facts[row, 3] = cos * near, sin * near
        left_length, right_length = -ahead, -ahead
    square = along * along + across * across
    middle = azimuth(x_m, y_m)
    length, width = right_length * half_length_m, right_width * half_width_m
    facts[row, 10] = middle + _turn(square + length * along + width * across, width * along - length * across)
    length, width = left_length * half_length_m, left_width * half_width_m
    facts[row, 11] = middle + _turn(square + length * along + width * across, width * along - length * across)
    return True


@inline_kernel
def inverse_entry(facts: Floats, row: int, ux: float, uy: float) -> float:
    """Return 1 / the distance at which the ray along (ux, uy), which must meet the rectangle, enters it."""
    a: float = facts[row, 0] * ux + facts[row, 1] * uy
    b: float = facts[row, 2] * ux + facts[row, 3] * uy
    return min(a, b)


@inline_kernel
def inverse_exit(facts: Floats, row: int, ux: float, uy: float) -> float:
    """Return 1 / the distance at which the ray along (ux, uy), which must meet the rectangle, leaves it."""
    a: float = facts[row, 4] * ux + facts[row, 5] * uy
    b: float = facts[row, 6] * ux + facts[row, 7] * uy
    c: float = facts[row, 8] * ux + facts[row, 9] * uy
    return max(a, b, c)
