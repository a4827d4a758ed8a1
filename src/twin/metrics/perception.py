"""Perception figures from ``detection_stat``: what share of the vehicles present was visible and was detected, and how well."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up, codes, share

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
    ranges, range_place = np.unique(table.column("range_bin_m").to_numpy(), return_inverse=True)
    vocabulary: dict[str, int] = {}
    code = codes(table, "class", vocabulary)
    classes = sorted(vocabulary)
    klass = np.array([classes.index(name) for name in vocabulary], np.int64)[code]

    def counts(rows: npt.NDArray[np.int64]) -> DetectionCounts:
        return DetectionCounts(
            *(int(values[name][rows].sum(dtype=np.int64)) for name in _COUNTS),
            *(math.fsum(values[name][rows]) for name in _SUMS),
        )

    def by(keys: npt.NDArray[np.integer]) -> dict[int, DetectionCounts]:
        """Return the sums over the rows of each key, keys rising."""
        order = np.argsort(keys, kind="stable")
        found, first = np.unique(keys[order], return_index=True)
        return {int(key): counts(rows) for key, rows in zip(found, np.split(order, first)[1:], strict=True)}

    pairs = {divmod(key, ranges.size): found for key, found in by(klass * ranges.size + range_place).items()}
    return PerceptionFigures(
        total=counts(np.arange(table.num_rows)),
        by_class={classes[key]: found for key, found in by(klass).items() if classes[key] != FALSE_CLASS},
        by_range_m={int(ranges[key]): found for key, found in by(range_place).items()},
        by_class_and_range_m={
            (classes[key], int(ranges[place])): found
            for (key, place), found in pairs.items()
            if classes[key] != FALSE_CLASS and (found.present or found.detected)
        },
        by_device=by(table.column("device").to_numpy()),
    )
