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

FACES = 10
"""Numbers a rectangle takes: two entry vectors and three exit vectors, x and y each."""

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
    if ax == 0.0 and ay == 0.0:
        return 0.0
    angle = atan_unit(ay / ax) if ay <= ax else 0.5 * math.pi - atan_unit(ax / ay)
    if x < 0.0:
        angle = math.pi - angle
    return -angle if y < 0.0 else angle


@inline_kernel
def elevation_between(low: float, high: float) -> float:
    """Return atan(high) - atan(low), the angle between two slopes, 0 where ``high <= low``.

    By the addition theorem and the [3/2] Pade approximant of atan, within 2e-5 rad; exactly where that does not hold.
    """
    if high <= low:
        return 0.0
    down = 1.0 + low * high
    x = high - low
    if x > 0.5 * down:  # steep, or more than a right angle apart
        return math.atan(high) - math.atan(low)
    x /= down
    z = x * x
    return x * (15.0 + 4.0 * z) / (15.0 + 9.0 * z)


@inline_kernel
def _away(distance_m: float) -> float:
    if abs(distance_m) < _TOUCHING_M:
        return _TOUCHING_M if distance_m >= 0.0 else -_TOUCHING_M
    return distance_m


@inline_kernel
def rectangle_faces(
    x_m: float, y_m: float, cos: float, sin: float, half_length_m: float, half_width_m: float, faces: Floats
) -> bool:
    """Write the face vectors of a rectangle centred at (x, y) whose long axis points along (cos, sin).

    Return False when it covers the origin (the face vectors then mean nothing). ``faces`` (10,): entry a, entry b, exit a, exit b, exit c; x and y each. The inverse entry distance along ``u`` is the
    least of the entries . u, the inverse exit distance the greatest of the exits . u. An axis between whose faces the
    origin stands has no entry, and two exits.
    """
    along = x_m * cos + y_m * sin
    across = y_m * cos - x_m * sin
    outside_length = abs(along) > half_length_m
    outside_width = abs(across) > half_width_m
    near = 1.0 / _away(along - math.copysign(half_length_m, along))
    far = 1.0 / _away(along + math.copysign(half_length_m, along))
    near_side = 1.0 / _away(across - math.copysign(half_width_m, across))
    far_side = 1.0 / _away(across + math.copysign(half_width_m, across))
    faces[4], faces[5] = cos * far, sin * far
    faces[6], faces[7] = -sin * far_side, cos * far_side
    faces[8], faces[9] = faces[4], faces[5]
    if outside_length:
        faces[0], faces[1] = cos * near, sin * near
    else:
        faces[8], faces[9] = cos * near, sin * near
    if outside_width:
        faces[2], faces[3] = -sin * near_side, cos * near_side
        if not outside_length:
            faces[0], faces[1] = faces[2], faces[3]
    elif outside_length:
        faces[2], faces[3] = faces[0], faces[1]
        faces[8], faces[9] = -sin * near_side, cos * near_side
    return outside_length or outside_width


@inline_kernel
def inverse_entry(faces: Floats, ux: float, uy: float) -> float:
    """Return 1 / the distance at which the ray along (ux, uy), which must meet the rectangle, enters it."""
    return min(faces[0] * ux + faces[1] * uy, faces[2] * ux + faces[3] * uy)


@inline_kernel
def inverse_exit(faces: Floats, ux: float, uy: float) -> float:
    """Return 1 / the distance at which the ray along (ux, uy), which must meet the rectangle, leaves it."""
    return max(faces[4] * ux + faces[5] * uy, faces[6] * ux + faces[7] * uy, faces[8] * ux + faces[9] * uy)


@inline_kernel
def rectangle_span(
    x_m: float, y_m: float, cos: float, sin: float, half_length_m: float, half_width_m: float
) -> tuple[float, float]:
    """Return the least and the greatest azimuth of a rectangle that does not cover the origin.

    Their order is kept even where the span crosses the half turn (the values then leave -pi..pi).
    """
    middle = azimuth(x_m, y_m)
    square = x_m * x_m + y_m * y_m
    dot_length = half_length_m * (x_m * cos + y_m * sin)
    dot_width = half_width_m * (y_m * cos - x_m * sin)
    cross_length = half_length_m * (x_m * sin - y_m * cos)
    cross_width = half_width_m * (x_m * cos + y_m * sin)
    low, high = 0.0, 0.0
    if square - abs(dot_length) - abs(dot_width) > 0.0:  # every corner ahead: compare tangents
        a = (cross_length + cross_width) / (square + dot_length + dot_width)
        b = (cross_length - cross_width) / (square + dot_length - dot_width)
        c = (cross_width - cross_length) / (square - dot_length + dot_width)
        d = (-cross_length - cross_width) / (square - dot_length - dot_width)
        low = min(a, b, c, d)
        high = max(a, b, c, d)
        low = atan_unit(low) if low > -1.0 else azimuth(1.0, low)
        high = atan_unit(high) if high < 1.0 else azimuth(1.0, high)
    else:
        for corner in range(4):
            i = 1.0 if corner < 2 else -1.0
            j = 1.0 if corner % 2 == 0 else -1.0
            angle = azimuth(square + i * dot_length + j * dot_width, i * cross_length + j * cross_width)
            low = min(low, angle)
            high = max(high, angle)
    return middle + low, middle + high
