"""Accuracy of weigh-in-motion: classes of COST 323, and which one a station's errors are of.

Source: COST 323, European Specification on Weigh-in-Motion of Road Vehicles (1999; B. Jacob, E. J. O'Brien, W. Newton, Int. J.
Heavy Vehicle Systems 7 (2000) 153-168): a class is the half-width of the interval that must hold a required share of the
relative errors, for gross weights, groups of axles, single axles and axles of a group. Widths quoted without the text at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

AccuracyClass = Literal["A(5)", "B+(7)", "B(10)", "C(15)", "D+(20)", "D(25)"]
Criterion = Literal["gross", "group", "single", "axle_of_group"]

HALF_WIDTHS: Final[dict[AccuracyClass, dict[Criterion, float]]] = {
    "A(5)": {"gross": 0.05, "group": 0.07, "single": 0.08, "axle_of_group": 0.10},
    "B+(7)": {"gross": 0.07, "group": 0.10, "single": 0.11, "axle_of_group": 0.14},
    "B(10)": {"gross": 0.10, "group": 0.13, "single": 0.15, "axle_of_group": 0.20},
    "C(15)": {"gross": 0.15, "group": 0.18, "single": 0.20, "axle_of_group": 0.25},
    "D+(20)": {"gross": 0.20, "group": 0.23, "single": 0.25, "axle_of_group": 0.30},
    "D(25)": {"gross": 0.25, "group": 0.28, "single": 0.30, "axle_of_group": 0.35},
}
"""Half-width of the interval, as a share of the true weight. Source: COST 323, see the module."""

REQUIRED_SHARE: Final = 0.95
"""Share of the errors that must lie inside. Choice: COST 323 asks for 93 to 99 %, by the conditions of the test and its size;
95 % is what its classes are named after."""

GROUP_SPACING_M: Final = 2.2
"""Axles nearer to each other are of one group. Source: COST 323, quoted without the text at hand."""


def relative_errors(offset: Ints, behind_m: Floats, true_kg: Floats, measured_kg: Floats) -> dict[Criterion, Floats]:
    """Return relative errors by criterion; vehicle ``i`` has the axles ``offset[i]:offset[i + 1]``, ``behind_m`` its front."""
    if offset.size < 2:
        return {name: np.empty(0) for name in HALF_WIDTHS["A(5)"]}
    first = np.zeros(true_kg.size, np.bool_)
    first[offset[:-1]] = True
    begins = np.flatnonzero(first | (np.diff(behind_m, prepend=-np.inf) > GROUP_SPACING_M))
    size = np.diff(np.append(begins, true_kg.size))
    single = np.repeat(size == 1, size)
    axle = measured_kg / true_kg - 1.0
    group = np.add.reduceat(measured_kg, begins) / np.add.reduceat(true_kg, begins) - 1.0
    gross = np.add.reduceat(measured_kg, offset[:-1]) / np.add.reduceat(true_kg, offset[:-1]) - 1.0
    return {"gross": gross, "group": group[size > 1], "single": axle[single], "axle_of_group": axle[~single]}


def measured_class(errors: Mapping[Criterion, Floats], required: float = REQUIRED_SHARE) -> AccuracyClass | None:
    """Return the best class whose intervals hold the ``required`` share of the errors, for each criterion that has some.

    None where even the last class does not, or where nothing was weighed.
    """
    if not any(one.size for one in errors.values()):
        return None
    for name, widths in HALF_WIDTHS.items():
        shares = [np.mean(np.abs(errors[one]) <= width) for one, width in widths.items() if errors[one].size]
        if all(share >= required for share in shares):
            return name
    return None
