"""Perception figures from ``detection_stat``: what share of the vehicles present was visible and was detected, and how well."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up, share

FALSE_CLASS = "none"
"""Class under which ``detection_stat`` counts objects reported where no vehicle is."""

_COUNTS = ("present", "visible", "detected", "false")
_SUMS = ("sum_error_m", "sum_squared_error_m2")


@dataclass(frozen=True, slots=True)
class DetectionCounts:
    """Sums over rows of ``detection_stat``; a unit of the counts is one vehicle in one frame of one sensor."""

    present: int
    """Within range and field of view."""
    visible: int
    """Of these, with at least one expected point."""
    detected: int
    false: int
    """Objects reported where no vehicle is; their true class is ``none``, so by class there are none."""
    sum_error_m: float
    sum_squared_error_m2: float

    @property
    def visible_share(self) -> float | None:
        """Visible of present."""
        return share(self.visible, self.present)

    @property
    def recall(self) -> float | None:
        """Detected of present: what occlusion, distance and the detector together let through."""
        return share(self.detected, self.present)

    @property
    def recall_of_visible(self) -> float | None:
        """Detected of visible: the detector alone."""
        return share(self.detected, self.visible)

    @property
    def reported(self) -> int:
        """Objects reported, true and false."""
        return self.detected + self.false

    @property
    def precision(self) -> float | None:
        """True of reported objects."""
        return share(self.detected, self.reported)

    @property
    def mean_error_m(self) -> float | None:
        """Mean position error of the detected."""
        return share(self.sum_error_m, self.detected)

    @property
    def rms_error_m(self) -> float | None:
        """Root mean square of the position error of the detected."""
        mean_square_m2 = share(self.sum_squared_error_m2, self.detected)
        return None if mean_square_m2 is None else math.sqrt(mean_square_m2)


@dataclass(frozen=True, slots=True)
class PerceptionFigures:
    """Perception of a run after its warm-up. Classes in alphabetical, range bins in rising order."""

    total: DetectionCounts
    by_class: dict[str, DetectionCounts]
    by_range_m: dict[int, DetectionCounts]
    """By the near edge of the range bin, all classes and the false objects."""
    by_class_and_range_m: dict[tuple[str, int], DetectionCounts]
    by_device: dict[int, DetectionCounts]


def perception_figures(run: Run, warm_up_s: float = 0.0) -> PerceptionFigures:
    """Return the perception figures of ``run``, from the intervals that begin after ``warm_up_s``."""
    table = after_warm_up(run, "detection_stat", ("device", "class", "range_bin_m", *_COUNTS, *_SUMS), warm_up_s)
    values = {name: table.column(name).to_numpy() for name in (*_COUNTS, *_SUMS)}
    device = table.column("device").to_numpy()
    range_m = table.column("range_bin_m").to_numpy()
    klass = np.array(table.column("class").to_pylist(), dtype=np.str_)
    classes = [str(name) for name in np.unique(klass) if name != FALSE_CLASS]
    ranges = [int(edge) for edge in np.unique(range_m)]

    def counts(chosen: npt.NDArray[np.bool_]) -> DetectionCounts:
        return DetectionCounts(
            *(int(values[name][chosen].sum(dtype=np.int64)) for name in _COUNTS),
            *(math.fsum(values[name][chosen]) for name in _SUMS),
        )

    def by(keys: Iterable[int], column: npt.NDArray[np.integer]) -> dict[int, DetectionCounts]:
        return {key: counts(column == key) for key in keys}

    pairs = {(name, edge): counts((klass == name) & (range_m == edge)) for name in classes for edge in ranges}
    return PerceptionFigures(
        total=counts(np.ones(table.num_rows, np.bool_)),
        by_class={name: counts(klass == name) for name in classes},
        by_range_m=by(ranges, range_m),
        by_class_and_range_m={key: found for key, found in pairs.items() if found.present or found.detected},
        by_device=by((int(number) for number in np.unique(device)), device),
    )
