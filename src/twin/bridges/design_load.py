"""What a bridge is designed to feel of traffic: the lane load of JTG D60 on an influence line.

Source: JTG D60-2015, 4.3.1, quoted without the book at hand: class I has 10.5 kN/m where it does harm, and one force of
2 (L0 + 130) kN, 270 to 360 kN, at the worst place, L0 being the span; several lanes at once count less.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LANE_N_PER_M: Final = 10.5e3
"""Uniform load of a lane, class I. Source: JTG D60-2015, 4.3.1."""

LANE_FACTORS: Final = (1.2, 1.0, 0.78, 0.67, 0.6, 0.55, 0.52, 0.5)
"""By how much the load of one, two ... lanes at once is multiplied. Source: JTG D60-2015, table 4.3.1-5, quoted without the
book at hand."""


def lane_force_n(span_m: float) -> float:
    """Return the single force of a lane's load for a span."""
    return 1e3 * float(np.clip(2.0 * (span_m + 130.0), 270.0, 360.0))


def design_response(line: Floats, step_m: float, span_m: float, lanes: int) -> float:
    """Return the largest size of a quantity under the lane load of ``lanes`` lanes, from its influence line per N, (n,).

    ``step_m`` is the distance of the line's stations. The worse of both signs, each with the load where it does harm.
    """
    factor = lanes * LANE_FACTORS[min(max(lanes, 1), len(LANE_FACTORS)) - 1]
    sizes = []
    for sign in (1.0, -1.0):
        harm = np.maximum(sign * line, 0.0)
        area = step_m * float(np.sum(0.5 * (harm[1:] + harm[:-1])))
        sizes.append(LANE_N_PER_M * area + lane_force_n(span_m) * float(harm.max(initial=0.0)))
    return factor * max(sizes)
