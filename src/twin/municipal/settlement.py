"""Settlement of pavements: how far they sink, what gauges read of it, and how fast reports say it goes."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.municipal.gauge_spec import SettlementGaugeSpec
from twin.municipal.readings import Reading, Readings
from twin.municipal.roads_spec import SettlementPointSpec
from twin.rng import normal_pair, stream_key, uniform4
from twin.units import HOURS_A_YEAR, US_PER_S, to_s, to_us

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SWING_K: Final = 10.0
"""Half of the daily range of a pavement's temperature. Assumption: 10 K, of a summer's day."""

WARMEST_H: Final = 14.0
"""Hour of the day at which it is warmest. Assumption: two hours after noon."""

FEWEST: Final = 6
"""Reports that a rate needs. Choice: a line through fewer says little."""

_S_PER_DAY: Final = 86_400.0
_S_PER_YEAR: Final = 3600.0 * HOURS_A_YEAR


class Settlement:
    """Places (n,) that sink, and the gauges there: devices from ``first_row`` on of their owner."""

    def __init__(
        self, spec: SettlementGaugeSpec, points: Sequence[SettlementPointSpec], first_row: int, start: datetime, seed: int
    ) -> None:
        """Draw the phases of the gauges; ``start`` is the wall time at 0."""
        self._spec, self._points, self._first_row = spec, tuple(points), first_row
        self._start_h = start.hour + start.minute / 60.0 + start.second / 3600.0
        self._keys = [stream_key(seed, "municipal/settlement", point.name) for point in points]
        phase = np.array([uniform4(key, 0, 0, 0)[0] for key in self._keys])
        self._period_us = round(spec.report_s) * US_PER_S
        self._next_us = (phase * round(spec.report_s)).astype(np.int64) * US_PER_S
        self._number = 0

    def true_m(self, t_us: int) -> Floats:
        """Return how far each place has sunk since the start, (n,)."""
        t_s = to_s(t_us)
        sunk = np.array([point.m_per_year * t_s / _S_PER_YEAR for point in self._points])
        for row, point in enumerate(self._points):
            if point.collapse is not None:
                sunk[row] += point.collapse.m_per_day * max(t_s - point.collapse.from_s, 0.0) / _S_PER_DAY
        return sunk

    def warmth_k(self, t_us: int) -> float:
        """Return how much warmer the pavement is than the day's mean."""
        hour = self._start_h + to_s(t_us) / 3600.0
        return SWING_K * math.cos(2.0 * math.pi * (hour - WARMEST_H) / 24.0)

    def run(self, env: simpy.Environment, readings: Readings) -> Generator[Event, None, None]:
        """Measure and report: the body of a SimPy process."""
        while True:
            yield in_phase(env, int(self._next_us.min()) - int(env.now), Phase.SENSORS)
            t_us = int(env.now)
            rows = np.flatnonzero(self._next_us <= t_us)
            self._next_us[rows] += self._period_us
            number = t_us // self._period_us
            noise = [normal_pair(*uniform4(self._keys[row], number, 0, 1)[:2])[0] for row in rows.tolist()]
            true_m = self.true_m(t_us)[rows]
            error_m = self._spec.noise_m * np.array(noise) + self._spec.drift_m_per_k * self.warmth_k(t_us)
            readings.report(rows + self._first_row, "settlement", true_m + error_m, true_m)


class Rates:
    """How fast reported values rise: the slope of the least-squares line through the reports of a window."""

    def __init__(self, window_h: float) -> None:
        """Keep the reports of the last ``window_h``."""
        self._window_us = to_us(3600.0 * window_h)
        self._kept: dict[int, deque[Reading]] = {}

    def add(self, reading: Reading) -> tuple[float, float] | None:
        """Take a reading; return the rate per day as reported and in truth, None while there are too few."""
        kept = self._kept.setdefault(reading.row, deque())
        kept.append(reading)
        while kept[0].t_us <= reading.t_us - self._window_us:
            kept.popleft()
        day = np.array([one.t_us for one in kept], np.float64) / (_S_PER_DAY * US_PER_S)
        if len(kept) < FEWEST or day.max() - day.min() < 0.5 * self._window_us / (_S_PER_DAY * US_PER_S):
            return None
        reported, true = (np.array([getattr(one, name) for one in kept]) for name in ("value", "true_value"))
        return _slope(day, reported), _slope(day, true)


def _slope(x: Floats, y: Floats) -> float:
    away = x - x.mean()
    return float((away * (y - y.mean())).sum() / (away * away).sum())
