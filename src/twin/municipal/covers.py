"""Manhole covers: when one is out of its place, its sensor tells at the second look, and again when it lies as before."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.municipal.gauge_spec import CoverSensorSpec
from twin.municipal.readings import Readings
from twin.municipal.roads_spec import CoverSpec, DisplacedSpec
from twin.rng import normal_pair, stream_key, uniform4
from twin.units import US_PER_S, to_us

_LOOKS = 2
"""Looks in a row that have to agree. Source: makers' alarms ask for a tilt that lasts."""


class Covers:
    """Covers (n,) with sensors: devices from ``first_row`` on of their owner.

    Between changes nothing is computed: at a noise of a twentieth of the limit no look of a cover in its place is above it.
    """

    def __init__(self, spec: CoverSensorSpec, covers: Sequence[CoverSpec], first_row: int, seed: int) -> None:
        """Draw the phases of the sensors."""
        self._spec, self._covers, self._first_row = spec, tuple(covers), first_row
        self._keys = [stream_key(seed, "municipal/cover", cover.name) for cover in covers]
        self._look_us = max(round(spec.measure_s), 1) * US_PER_S

    def processes(self, env: simpy.Environment, readings: Readings) -> list[Generator[Event, None, None]]:
        """Return the body of a SimPy process for each cover that is ever moved."""
        return [self._run(env, row, cover, readings) for row, cover in enumerate(self._covers) if cover.displaced]

    def _run(self, env: simpy.Environment, row: int, cover: CoverSpec, readings: Readings) -> Generator[Event, None, None]:
        number = 0
        for one in cover.displaced:
            told = self._told_us(row, to_us(one.from_s))
            if not self._noticed(row, one, told, number):
                continue
            yield in_phase(env, told - int(env.now), Phase.SENSORS)
            self._tell(row, one.tilt_deg, number, readings)
            yield in_phase(env, max(self._told_us(row, to_us(one.until_s)) - int(env.now), 0), Phase.SENSORS)
            self._tell(row, 0.0, number + 1, readings)
            number += 2

    def _told_us(self, row: int, moved_us: int) -> int:
        """Return the instant of the second look at or after the cover was moved."""
        phase_us = int(uniform4(self._keys[row], 0, 0, 0)[0] * (self._look_us // US_PER_S)) * US_PER_S
        first = -(-(moved_us - phase_us) // self._look_us)
        return phase_us + (first + _LOOKS - 1) * self._look_us

    def _noticed(self, row: int, one: DisplacedSpec, told_us: int, number: int) -> bool:
        return told_us < to_us(one.until_s) and self._read_deg(row, one.tilt_deg, number) >= self._spec.alarm_deg

    def _read_deg(self, row: int, tilt_deg: float, number: int) -> float:
        u0, u1, _, _ = uniform4(self._keys[row], number, 0, 1)
        return abs(tilt_deg + self._spec.noise_deg * normal_pair(u0, u1)[0])

    def _tell(self, row: int, tilt_deg: float, number: int, readings: Readings) -> None:
        value = np.array([self._read_deg(row, tilt_deg, number)])
        readings.report(np.array([self._first_row + row]), "tilt", value, np.array([tilt_deg]), kind="event")
