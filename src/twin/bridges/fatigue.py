"""Fatigue from measured strain: stress cycles counted by rainflow, summed up to a damage. The door to ``rainflow``.

Counting: ASTM E1049-85 (2017), section 5.4.4. Damage: A. Palmgren (1924), M. A. Miner (J. Appl. Mech. 12 (1945) A159-A164):
the sum over cycles of one over how many of them the detail bears. Life curves: EN 1993-1-9, 7.1, for direct stress.
"""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
import rainflow
from pydantic import Field

from twin.assumed import Assumed
from twin.compilation import kernel
from twin.spec import Spec

Floats = npt.NDArray[np.float64]

CATEGORY_CYCLES: Final = 2e6
"""Cycles that a detail bears at the stress range of its category. Source: EN 1993-1-9, 7.1."""

KNEE_CYCLES: Final = 5e6
"""Cycles at the constant amplitude limit, where the slope of the life curve changes from 3 to 5. Source: the same."""

CUT_OFF_CYCLES: Final = 1e8
"""Cycles at the stress range below which a cycle does no harm. Source: the same."""


class FatigueSpec(Spec):
    """The detail whose fatigue the strain gauges stand for."""

    modulus_gpa: Annotated[float, Field(gt=0.0)] = 206.0
    """Young's modulus, GPa. Source: structural steel in JTG D64-2015, 206 GPa."""

    category_mpa: Annotated[float, Field(gt=0.0), Assumed.between(50.0, 110.0)] = 71.0
    """Stress range of its category, at 2 million cycles, MPa. Assumption: a welded attachment of an orthotropic deck; 50 to
    110 from the worst to the best of its welds."""

    gate_microstrain: Annotated[float, Field(ge=0.0)] = 2.0
    """Turns smaller than this are taken for noise, 1e-6. Choice: 0.4 MPa in steel, a seventieth of the range below which a
    cycle of this category does no harm."""


@kernel
def turning_points(series: Floats, gate: float) -> Floats:
    """Return the first sample, every turn from which the series goes back by more than ``gate``, and the end.

    With a gate of 0 all turns are kept. Missing samples (NaN) are passed over.
    """
    found = np.empty(series.size + 1)
    count = way = 0
    low = high = last = 0.0
    for value in series:
        if np.isnan(value):
            continue
        if count == 0:
            found[0] = low = high = value
            count = 1
        elif way == 0:
            low, high = min(low, value), max(high, value)
            if high - value > gate or value - low > gate:
                way = -1 if high - value > gate else 1
                turn = high if way < 0 else low
                if turn != found[0]:
                    found[count] = turn
                    count += 1
                last = value
        elif way * (value - last) > 0.0:
            last = value
        elif way * (last - value) > gate:
            found[count] = last
            count += 1
            way, last = -way, value
    if way != 0:
        found[count] = last
        count += 1
    return found[:count]


def cycles(series: Floats, gate: float = 0.0) -> tuple[Floats, Floats]:
    """Return the ranges of the cycles of a series, ascending, and how many there are of each: halves at its two ends."""
    turns = turning_points(np.ascontiguousarray(series, np.float64), gate)
    if turns.size == 2:  # the library sees nothing in two samples
        turns = np.array([turns[0], turns.mean(), turns[1]])
    counted = rainflow.count_cycles(turns)
    ranges = np.array([one for one, _ in counted], np.float64)
    return ranges, np.array([count for _, count in counted], np.float64)


def bearable_cycles(range_mpa: npt.ArrayLike, category_mpa: float) -> Floats:
    """Return how many cycles of a stress range a detail of a category bears; infinite below the cut-off."""
    stress = np.maximum(np.asarray(range_mpa, np.float64), 1e-12)
    knee_mpa = category_mpa * (CATEGORY_CYCLES / KNEE_CYCLES) ** (1.0 / 3.0)
    cut_off_mpa = knee_mpa * (KNEE_CYCLES / CUT_OFF_CYCLES) ** (1.0 / 5.0)
    steep = CATEGORY_CYCLES * (category_mpa / stress) ** 3
    flat = KNEE_CYCLES * (knee_mpa / stress) ** 5
    return np.where(stress >= knee_mpa, steep, np.where(stress >= cut_off_mpa, flat, np.inf))


def damage(strain: Floats, spec: FatigueSpec) -> tuple[float, float]:
    """Return how many stress cycles a strain history (n,) has above the gate, and the share of the life that they use."""
    ranges, count = cycles(strain, spec.gate_microstrain * 1e-6)
    range_mpa = ranges * spec.modulus_gpa * 1e3
    return float(count.sum()), float(np.sum(count / bearable_cycles(range_mpa, spec.category_mpa)))
