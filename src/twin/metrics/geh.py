"""The GEH statistic: how well two flows agree."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

GEH: Final = 5.0
"""Flows with a GEH statistic below this agree. Source: UK Highways Agency, Design Manual for Roads and Bridges, vol. 12,
sec. 2, part 1 (1996), and FHWA Traffic Analysis Toolbox vol. III (2004): below 5 for 85 % of the links, in hourly flows."""


def geh(measured_vph: npt.ArrayLike, true_vph: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the GEH statistic of hourly flows, element by element; 0 where both are 0."""
    measured, true = np.asarray(measured_vph, np.float64), np.asarray(true_vph, np.float64)
    both = measured + true
    return np.asarray(np.sqrt(2.0 * (measured - true) ** 2 / np.where(both > 0.0, both, 1.0)))
