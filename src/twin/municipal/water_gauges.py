"""Water level gauges: they look at whole seconds, each in its own phase, and report now and then, or always in high water."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.municipal.gauge_spec import WaterGaugeSpec
from twin.municipal.readings import Readings
from twin.rng import normal_pair, stream_key, uniform4
from twin.units import US_PER_S

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_RESOLUTION_M = 0.001
"""Step of a reported level. Choice: a millimetre, far below the error."""


class WaterGauges:
    """Gauges at the lowest points of underpasses (n,), devices 0 to n - 1 of their owner. Draws hang on their names."""

    def __init__(self, spec: WaterGaugeSpec, names: Sequence[str], seed: int) -> None:
        """Draw the constant error and the phase of each."""
        self._spec = spec
        self._keys = [stream_key(seed, "municipal/water_gauge", name) for name in names]
        draws = np.array([uniform4(key, 0, 0, 0) for key in self._keys]).reshape(-1, 4)
        self.offset_m = (2.0 * draws[:, 0] - 1.0) * spec.accuracy_share * spec.range_m
        """Constant error of each, (n,)."""
        self._measure_s, self._report_s = round(spec.measure_s), max(round(spec.report_s), round(spec.measure_s))
        self._look_s = (draws[:, 1] * self._measure_s).astype(np.int64)
        looks = -(-self._report_s // self._measure_s)
        self._told_after = (draws[:, 2] * looks).astype(np.int64)
        """Looks until each reports next."""
        self._looks = looks
        self._number = np.zeros(len(names), np.int64)

    @property
    def report_us(self) -> int:
        """Time between two reports while the water is low."""
        return self._looks * self._measure_s * US_PER_S

    def measure(self, rows: Ints, level_m: Floats) -> Floats:
        """Return what gauges (n,) read at true levels (n,); each call is a look of theirs."""
        noise = np.array(
            [normal_pair(*uniform4(self._keys[row], int(self._number[row]), 0, 1)[:2])[0] for row in rows.tolist()]
        )
        self._number[rows] += 1
        read_m = level_m + self.offset_m[rows] + self._spec.noise_m * noise
        return np.asarray(np.rint(np.clip(read_m, 0.0, self._spec.range_m) / _RESOLUTION_M) * _RESOLUTION_M)

    def run(self, env: simpy.Environment, level_m: Callable[[], Floats], readings: Readings) -> Generator[Event, None, None]:
        """Look and report: the body of a SimPy process. ``level_m`` gives the true levels (n,) of the instant."""
        next_us = self._look_s * US_PER_S
        while True:
            yield in_phase(env, int(next_us.min()) - int(env.now), Phase.SENSORS)
            rows = np.flatnonzero(next_us <= int(env.now))
            next_us[rows] += self._measure_s * US_PER_S
            true_m = level_m()[rows]
            read_m = self.measure(rows, true_m)
            tell = (self._told_after[rows] == 0) | (read_m >= self._spec.fast_above_m)
            self._told_after[rows] = np.where(tell, self._looks, self._told_after[rows]) - 1
            if tell.any():
                readings.report(rows[tell], "water_level", read_m[tell], true_m[tell])
