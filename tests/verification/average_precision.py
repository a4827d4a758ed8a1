"""Average precision of detections, as the benchmarks of roadside perception count it.

A detection is right where the intersection over union of its box with a true one of its class, both seen from above, reaches a
threshold; each truth is found once, by the detection of the highest score. Average precision is the area under precision over
recall, precision made falling from the right (M. Everingham et al., "The PASCAL visual object classes challenge", IJCV 2010).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes seen from above; arrays of shape (n,)."""

    x_m: Floats
    y_m: Floats
    heading_rad: Floats
    length_m: Floats
    width_m: Floats

    def __getitem__(self, rows: object) -> Boxes:
        """Return some of them."""
        return Boxes(*(getattr(self, name)[rows] for name in Boxes.__slots__))

    def polygons(self) -> npt.NDArray[np.object_]:
        """Return their outlines."""
        cos, sin = np.cos(self.heading_rad)[:, None], np.sin(self.heading_rad)[:, None]
        along = 0.5 * self.length_m[:, None] * np.array([1.0, -1.0, -1.0, 1.0])
        across = 0.5 * self.width_m[:, None] * np.array([1.0, 1.0, -1.0, -1.0])
        x = self.x_m[:, None] + cos * along - sin * across
        y = self.y_m[:, None] + sin * along + cos * across
        return shapely.polygons(np.stack((x, y), axis=2))


def overlaps(one: Boxes, other: Boxes) -> Floats:
    """Return the intersection over union of every box with every other: (n, m)."""
    out = np.zeros((one.x_m.size, other.x_m.size))
    near = np.hypot(one.x_m[:, None] - other.x_m, one.y_m[:, None] - other.y_m)
    reach = np.hypot(one.length_m, one.width_m)[:, None] + np.hypot(other.length_m, other.width_m)
    a, b = np.nonzero(2.0 * near < reach)
    first, second = one.polygons(), other.polygons()
    common = shapely.area(shapely.intersection(first[a], second[b]))
    area_a, area_b = (one.length_m * one.width_m)[a], (other.length_m * other.width_m)[b]
    out[a, b] = common / (area_a + area_b - common)
    return out


@dataclass(slots=True)
class Count:
    """What is needed of many frames for one average precision."""

    truths: int = 0
    scores: list[Floats] = field(default_factory=list)
    right: list[npt.NDArray[np.bool_]] = field(default_factory=list)

    def frame(self, found: Boxes, score: Floats, truth: Boxes, least_overlap: float) -> None:
        """Match the detections of one frame, the surest first, each with the free truth that it covers best."""
        self.truths += truth.x_m.size
        share = overlaps(found, truth)
        right = np.zeros(score.size, np.bool_)
        for k in np.argsort(-score, kind="stable"):
            best = int(np.argmax(share[k])) if truth.x_m.size else -1
            if best >= 0 and share[k, best] >= least_overlap:
                right[k] = True
                share[:, best] = -1.0
        self.scores.append(score)
        self.right.append(right)

    @property
    def recall(self) -> float:
        """Share of the truths found."""
        return float(sum(right.sum() for right in self.right) / self.truths)

    @property
    def average_precision(self) -> float:
        """Area under the curve of precision over recall."""
        if not self.truths:
            return math.nan
        order = np.argsort(-np.concatenate(self.scores), kind="stable")
        right = np.concatenate(self.right)[order]
        hits = np.cumsum(right)
        precision = hits / np.arange(1, right.size + 1)
        best = np.maximum.accumulate(precision[::-1])[::-1]
        return float((best * right).sum() / self.truths)
