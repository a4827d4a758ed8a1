"""What the edge computer of a bridge makes of the samples of one interval, from reported data alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Features:
    """Figures of the samples of each channel, (channels,), in its unit; NaN for a channel without samples."""

    samples: npt.NDArray[np.int64]
    """How many there were."""
    mean: Floats
    rms: Floats
    """Root mean square about the mean: what varies, without constant error and without what is slower than the interval."""
    peak: Floats
    """Largest distance from the mean."""
    least: Floats
    most: Floats
    p95: Floats
    """95 % of the samples are not above; between two samples in proportion."""


def features(samples: Floats) -> Features:
    """Return the figures of ``samples``, (channels, n), NaN where one is missing."""
    channels = samples.shape[0]
    count = np.zeros(channels, np.int64)
    figures = np.full((6, channels), np.nan)
    for row in range(channels):
        there = samples[row][~np.isnan(samples[row])]
        count[row] = there.size
        if there.size:
            mean, least, most = there.mean(), there.min(), there.max()
            rms = np.sqrt(np.mean((there - mean) ** 2))
            figures[:, row] = (mean, rms, max(most - mean, mean - least), least, most, np.quantile(there, 0.95))
    return Features(count, *figures)
