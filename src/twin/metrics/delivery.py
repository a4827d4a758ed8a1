"""Direct radio from vehicles to roadside units: packet delivery ratio by distance, and why the rest was lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up, share

CAUSES: Final = ("half_duplex", "sensing", "propagation", "collision")
"""Why messages are lost, as the columns of ``delivery_stat``."""

_COUNTS: Final = ("sent", "delivered", *CAUSES)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Messages sent within the reach of a roadside unit, a message counted once for each unit."""

    sent: int
    delivered: int
    half_duplex: int
    sensing: int
    propagation: int
    collision: int

    @property
    def delivery_ratio(self) -> float | None:
        """Packet delivery ratio: delivered of sent; None where nothing was sent."""
        return share(self.delivered, self.sent)


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """Of a run after its warm-up."""

    total: Delivery
    by_range_m: dict[int, Delivery]
    """By the near edge of the distance bin, in rising order."""
    by_device: dict[int, Delivery]

    def within(self, range_m: float) -> Delivery:
        """Return the sums over the bins that begin nearer than ``range_m``."""
        near = [one for begin_m, one in self.by_range_m.items() if begin_m < range_m]
        return Delivery(*(sum(getattr(one, name) for one in near) for name in _COUNTS))


def delivery_figures(run: Run, warm_up_s: float = 0.0) -> DeliveryFigures:
    """Return the delivery of ``run``, from the intervals that begin after ``warm_up_s``."""
    table = after_warm_up(run, "delivery_stat", ("device", "range_bin_m", *_COUNTS), warm_up_s)
    counts = np.stack([table.column(name).to_numpy() for name in _COUNTS], axis=1).astype(np.int64)

    def by(name: str) -> dict[int, Delivery]:
        keys, row = np.unique(table.column(name).to_numpy(), return_inverse=True)
        sums = np.zeros((keys.size, len(_COUNTS)), np.int64)
        np.add.at(sums, row, counts)
        return {int(key): Delivery(*(int(value) for value in mine)) for key, mine in zip(keys, sums, strict=True)}

    return DeliveryFigures(Delivery(*(int(value) for value in counts.sum(axis=0))), by("range_bin_m"), by("device"))
