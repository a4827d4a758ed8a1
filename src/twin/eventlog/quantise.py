"""Quantities as the log keeps them: whole centimetres, cm/s and hundredths of a degree, ties rounded to even."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.units import CM_PER_M

Integers = npt.NDArray[np.int64]


def quantised(values: npt.ArrayLike, steps_per_unit: float) -> Integers:
    """Return ``values`` in whole steps, as int64. The mask of a masked array is kept; NaN and infinities raise ValueError."""
    if isinstance(values, np.ma.MaskedArray):
        missing = np.ma.getmaskarray(values)
        filled = np.where(missing, 0.0, values.data)
        masked: Any = np.ma.array(quantised(filled, steps_per_unit), mask=missing)
        return masked  # type: ignore[no-any-return]
    steps = np.rint(np.asarray(values, dtype=np.float64) * steps_per_unit)
    if not np.isfinite(steps).all():
        raise ValueError("cannot quantise: a value is not finite")
    return steps.astype(np.int64)


def centimetres(metres: npt.ArrayLike) -> Integers:
    """Return lengths or positions (m) in whole centimetres; speeds (m/s) in whole cm/s; any shape."""
    return quantised(metres, CM_PER_M)


def microseconds(seconds: npt.ArrayLike) -> Integers:
    """Return times or durations (s) in whole microseconds; any shape."""
    return quantised(seconds, 1e6)


def compass_centidegrees(heading_rad: npt.ArrayLike) -> Integers:
    """Return compass bearings in hundredths of a degree, 0 to 35999, of headings counted anticlockwise from east (rad)."""
    bearing_deg = 90.0 - np.degrees(np.asarray(heading_rad, dtype=np.float64))
    return quantised(bearing_deg, 100.0) % 36000
