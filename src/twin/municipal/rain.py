"""Rain on roads over time: a stated storm, or the steady rain of the scenario's weather."""

from __future__ import annotations

import math
from typing import Annotated, Final

from pydantic import Field

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.spec import Spec
from twin.units import to_s

FORM_MM, PER_DECADE, LATER_MIN, POWER = 3618.427 / 167.0, 0.438, 11.259, 0.750
"""Guangzhou's storm formula, q = 3618.427 (1 + 0.438 lg P) / (t + 11.259)^0.750 in litres a second and hectare, of which 167
are 1 mm/min. Assumption: the formula in use before the city's of 2011, which has other numbers for each return period; 76 mm in
an hour once in ten years."""

_MIN_PER_H: Final = 60.0


class StormSpec(Spec):
    """A design storm after Keifer and Chu (1957): of any length about its peak it is as heavy as the city's formula says."""

    from_s: Annotated[float, Field(ge=0.0, le=604_800.0)] = 0.0
    """Begin, seconds after the scenario's start."""

    duration_min: Annotated[float, OF_THE_DESIGN, Field(ge=5.0, le=2880.0)] = 120.0
    """Its length. Assumption: two hours, usual for urban drainage."""

    return_years: Annotated[float, OF_THE_DESIGN, Field(ge=0.5, le=1000.0)] = 20.0
    """It comes once in so many years on average. Assumption: 20 years, beyond what older pumps are built for."""

    peak_share: Annotated[float, Assumed.between(0.3, 0.5), Field(gt=0.0, lt=1.0)] = 0.4
    """Share of its length after which the peak comes. Assumption: 0.4; 0.3 to 0.4 are used for most Chinese cities."""

    def rain_mmph(self, t_us: int) -> float:
        """Return the rain at an instant, mm/h; 0 outside of the storm."""
        after_min = (to_s(t_us) - self.from_s) / 60.0
        if not 0.0 <= after_min < self.duration_min:
            return 0.0
        from_peak = after_min - self.peak_share * self.duration_min
        x = -from_peak / self.peak_share if from_peak < 0.0 else from_peak / (1.0 - self.peak_share)
        strength = FORM_MM * (1.0 + PER_DECADE * math.log10(self.return_years))
        mm_a_minute = strength * ((1.0 - POWER) * x + LATER_MIN) / math.pow(x + LATER_MIN, POWER + 1.0)
        return _MIN_PER_H * mm_a_minute


def mean_mmph(return_years: float, minutes: float) -> float:
    """Return the mean rain over the heaviest ``minutes`` that come once in ``return_years``, by the city's formula."""
    strength = FORM_MM * (1.0 + PER_DECADE * math.log10(return_years))
    return _MIN_PER_H * strength / math.pow(minutes + LATER_MIN, POWER)


def rain_mmph(storm: StormSpec | None, steady_mmph: float, t_us: int) -> float:
    """Return the rain on the roads: the storm's where there is one, else the weather's."""
    return steady_mmph if storm is None else storm.rain_mmph(t_us)
