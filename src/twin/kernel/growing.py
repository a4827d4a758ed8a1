"""Arrays by the number of a vehicle, which grow with the greatest number that was met."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T", bound=np.generic)


def grown(array: npt.NDArray[T], size: int, fill: float = 0) -> npt.NDArray[T]:
    """Return ``array`` with room for ``size`` entries along its last axis, at least doubled where it was too short.

    New entries are ``fill``. An array that is long enough is returned as it is.
    """
    old = array.shape[-1]
    if size <= old:
        return array
    longer = np.full((*array.shape[:-1], max(size, 2 * old)), fill, array.dtype)
    longer[..., :old] = array
    return longer
