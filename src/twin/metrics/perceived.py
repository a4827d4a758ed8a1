"""What share of the vehicle time on the roads was perceived (感知率), from the table ``perception``.

Not to be mixed with geometric coverage (几何覆盖率, ``twin.metrics.coverage``), which is a share of road length and knows
neither weather nor who stands in front of whom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up, share

_SUMS = ("vehicle_s", "seen_s", "seen_twice_s")


@dataclass(frozen=True, slots=True)
class PerceivedTime:
    """Vehicle-seconds, of electric bicycles too, of pedestrians not."""

    vehicle_s: float
    seen_s: float
    """Of these, in seconds in which at least one device detected the vehicle."""
    seen_twice_s: float
    """The same for at least two devices."""

    @property
    def perceived_share(self) -> float | None:
        """Share perceived by at least one device; None where nobody drove."""
        return share(self.seen_s, self.vehicle_s)

    @property
    def perceived_twice_share(self) -> float | None:
        """Share perceived by at least two devices."""
        return share(self.seen_twice_s, self.vehicle_s)


@dataclass(frozen=True, slots=True)
class PerceivedFigures:
    """Of a run after its warm-up."""

    total: PerceivedTime
    by_edge: dict[int, PerceivedTime]
    """Edges on which anybody drove, in rising order: where the share is low, the deployment is blind."""


def perceived_figures(run: Run, warm_up_s: float = 0.0) -> PerceivedFigures:
    """Return the perceived vehicle time of ``run``, from the seconds that begin after ``warm_up_s``."""
    table = after_warm_up(run, "perception", ("edge", *_SUMS), warm_up_s)
    edge = table.column("edge").to_numpy()
    edges, row = np.unique(edge, return_inverse=True)
    sums = np.stack(
        [np.bincount(row, weights=table.column(name).to_numpy(), minlength=edges.size) for name in _SUMS], axis=1
    ).reshape(edges.size, len(_SUMS))
    return PerceivedFigures(
        total=PerceivedTime(*(float(value) for value in sums.sum(axis=0))),
        by_edge={int(number): PerceivedTime(*(float(value) for value in sums[at])) for at, number in enumerate(edges.tolist())},
    )
