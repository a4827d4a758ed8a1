"""What became of vehicles' messages on direct radio, summed up for the log: table ``delivery_stat``."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.recorder import Recorder

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

BIN_M: Final = 50
"""Width of the distance bins. Source: the published delivery curves are tabulated every 50 or 100 m."""

OUTCOMES: Final = ("delivered", "half_duplex", "sensing", "propagation", "collision")
"""What can become of a message, by its number in ``Reception``'s outcomes."""


class DeliveryTotals:
    """Sums over the current interval: roadside unit x distance bin x outcome."""

    def __init__(self, device: Longs, range_m: float) -> None:
        """Begin with nothing; ``device`` (units,) are the units' device numbers, nobody is heard beyond ``range_m``."""
        self._device = device
        self._bins = int(range_m // BIN_M) + 1
        self._counts = np.zeros((device.size, self._bins, len(OUTCOMES)), np.int64)
        self._began_us = 0

    def add(self, unit: npt.NDArray[np.integer], distance_m: Floats, outcome: npt.NDArray[np.integer]) -> None:
        """Take messages (n,): the unit's row, the distance to the sender, and what became of them."""
        bins = np.minimum((distance_m / BIN_M).astype(np.int64), self._bins - 1)
        key = (unit.astype(np.int64) * self._bins + bins) * len(OUTCOMES) + outcome
        self._counts += np.bincount(key, minlength=self._counts.size).reshape(self._counts.shape)

    def close_interval(self, t_us: int, recorder: Recorder) -> None:
        """Write the interval that ends at ``t_us`` and begin the next."""
        unit, bins = np.nonzero(self._counts.sum(axis=2))
        counts = self._counts[unit, bins]
        recorder.append(
            "delivery_stat",
            {
                "t_us": np.full(unit.size, self._began_us, np.int64),
                "interval_us": np.full(unit.size, t_us - self._began_us, np.int64),
                "device": self._device[unit],
                "range_bin_m": bins * BIN_M,
                "sent": counts.sum(axis=1),
                **{name: counts[:, number] for number, name in enumerate(OUTCOMES)},
            },
        )
        self._counts[:] = 0
        self._began_us = t_us
