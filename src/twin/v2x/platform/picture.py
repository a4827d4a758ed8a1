"""The picture that a tier has of the roads: what was where at one instant, each thing once."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.v2x.platform.contents import Sightings, chosen, nothing

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

LAG_US: Final = 200_000
"""The picture shows the roads of this long ago. Choice: by then the lists of an instant have arrived over wires."""

SCAN_US: Final = 50_000
"""Lists of instants so shortly before count with it. Choice: half a scan at 10 Hz, so that devices of other rates are there."""

SAME_M: Final = 2.0
"""Reports of objects nearer to each other are of one. Choice: a car is nowhere so near to another's middle."""


@kernel
def distinct(x_m: Floats, y_m: Floats, same_m: float) -> Longs:
    """Return the rows of objects (n,) that have no earlier kept one within ``same_m``; ``x_m`` must rise."""
    kept = np.empty(x_m.size, np.int64)
    count = first = 0
    for i in range(x_m.size):
        while first < count and x_m[kept[first]] < x_m[i] - same_m:
            first += 1
        new = True
        for k in range(first, count):
            j = kept[k]
            if (x_m[j] - x_m[i]) ** 2 + (y_m[j] - y_m[i]) ** 2 < same_m * same_m:
                new = False
                break
        if new:
            kept[count] = i
            count += 1
    return kept[:count]


class Picture:
    """Sightings of the last moments, as they have arrived."""

    def __init__(self, sensors: int | None = None) -> None:
        """Take the number of sensors where lists of devices from there on, roadside units, are to be left out."""
        self._sensors = sensors
        self._recent: list[Sightings] = []

    def hear(self, t_us: int, sightings: Sightings) -> None:
        """Take what has arrived by ``t_us``."""
        self._recent = [part for part in self._recent if part.t_us.max() > t_us - LAG_US - 2 * SCAN_US]
        mine = np.ones(sightings.device.size, np.bool_)
        if self._sensors is not None:
            mine = (sightings.device >= 0) & (sightings.device < self._sensors)
        if mine.any():
            self._recent.append(chosen(sightings, mine))

    def of(self, t_us: int) -> tuple[int, Sightings]:
        """Return the instant that is shown at ``t_us``, and the objects (n,) of that instant, each once, from west to east."""
        shown_us = t_us - LAG_US
        parts = [chosen(part, (part.t_us <= shown_us) & (part.t_us > shown_us - SCAN_US)) for part in self._recent]
        if not parts:
            return shown_us, nothing()
        columns: list[Any] = [np.concatenate(column) for column in zip(*parts, strict=True)]
        every = Sightings(*columns)
        every = chosen(every, np.lexsort((every.y_m, every.x_m)))
        return shown_us, chosen(every, distinct(every.x_m, every.y_m, SAME_M))
