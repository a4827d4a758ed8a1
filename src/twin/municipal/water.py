"""Water in underpasses: rain runs off into a sump, pumps empty it, what is too much stands on the road."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.municipal.underpass_spec import DrainageSpec
from twin.municipal.underpasses import M3PS_PER_MMPH_M2, Underpass

Floats = npt.NDArray[np.float64]

_MPS_PER_KMH = 1.0 / 3.6


class Water:
    """Water in underpasses (n,), each a reservoir of its own that no other overflows into.

    Run-off is a linear reservoir: dq/dt = (runoff x rain x catchment - q) / delay, solved exactly for rain that is constant
    over a step. Pumps take all that there is, up to their capacity. On the road the water stands in a wedge to both sides
    of the lowest point, width x level^2 / grade, so the level is sqrt(volume x grade / width).
    """

    def __init__(self, underpasses: Sequence[Underpass], drainage: DrainageSpec) -> None:
        """Begin dry."""
        self._delay_s = 60.0 * drainage.delay_min
        self._sump_m3, self._grade = drainage.sump_m3, drainage.grade
        self._area_m2 = drainage.runoff * np.array([one.catchment_m2 for one in underpasses], np.float64)
        self._pump_m3ps = np.array([one.pump_m3ps for one in underpasses], np.float64)
        self._width_m = np.array([one.width_m for one in underpasses], np.float64)
        self.inflow_m3ps = np.zeros(len(underpasses))
        """Run-off now, (n,)."""
        self.volume_m3 = np.zeros(len(underpasses))
        """Water in the sump and on the road, (n,)."""

    def step(self, dt_s: float, rain_mmph: float, pumping: npt.NDArray[np.bool_]) -> None:
        """Go on by ``dt_s`` with steady rain; ``pumping`` (n,): whose pumps run."""
        steady_m3ps = self._area_m2 * rain_mmph * M3PS_PER_MMPH_M2
        before_m3ps = self.inflow_m3ps
        self.inflow_m3ps = steady_m3ps + (before_m3ps - steady_m3ps) * math.exp(-dt_s / self._delay_s)
        came_m3 = steady_m3ps * dt_s + (before_m3ps - self.inflow_m3ps) * self._delay_s
        taken_m3 = np.where(pumping, self._pump_m3ps * dt_s, 0.0)
        self.volume_m3 = np.maximum(self.volume_m3 + came_m3 - taken_m3, 0.0)

    @property
    def level_m(self) -> Floats:
        """Depth at the lowest point of the road, (n,)."""
        on_road_m3 = np.maximum(self.volume_m3 - self._sump_m3, 0.0)
        return np.asarray(np.sqrt(on_road_m3 * self._grade / self._width_m))

    def reach_m(self) -> Floats:
        """Return how far the water stands on the road to each side of the lowest point, (n,)."""
        return self.level_m / self._grade


def speed_in_water_mps(level_m: Floats) -> Floats:
    """Return the speed that drivers keep in standing water of depths (n,).

    0.0009 w^2 - 0.5529 w + 86.9448 km/h for w in mm, nobody above 300 mm (Pregnolato et al. 2017, Transportation Research D 55,
    67-81); those who are in it nevertheless crawl as at 300 mm.
    """
    w_mm = np.minimum(1000.0 * level_m, 300.0)
    return np.asarray(_MPS_PER_KMH * (0.0009 * w_mm**2 - 0.5529 * w_mm + 86.9448))
