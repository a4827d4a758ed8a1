"""Alarms of devices in roads, from what has arrived alone: three levels of a quantity, and devices that fell silent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.eventlog.municipal_tables import ALARM_LEVELS
from twin.kernel.report_accounts import NEVER_US
from twin.kernel.reporting import FieldDevices, Recorder

Ints = npt.NDArray[np.int64]


class ThreeLevels:
    """Raises an alarm of a level when a value reaches it, and clears it when one is below it by the hysteresis."""

    def __init__(
        self, cause: str, levels: Sequence[float], hysteresis: float, tolerance: float, recorder: Recorder, first_number: int
    ) -> None:
        """Watch ``cause`` by rising ``levels`` (3,).

        An alarm is ``real`` where the truth was not farther than ``tolerance`` below its level.
        """
        self._cause, self._levels, self._hysteresis = cause, tuple(levels), hysteresis
        self._tolerance, self._recorder, self._first = tolerance, recorder, first_number
        self.raised: dict[int, int] = {}
        """Levels that are raised, 0 to 3, by the device's position."""

    def judge(self, t_us: int, row: int, value: float, true_value: float) -> None:
        """Take the reported value of a device, known at ``t_us``."""
        now = before = self.raised.get(row, 0)
        while now < len(self._levels) and value >= self._levels[now]:
            self._write(t_us, row, now, "raised", value, real=true_value >= self._levels[now] - self._tolerance)
            now += 1
        while now and value < self._levels[now - 1] - self._hysteresis:
            now -= 1
            self._write(t_us, row, now, "cleared", value, real=None)
        if now != before:
            self.raised[row] = now

    def _write(self, t_us: int, row: int, level: int, state: str, value: float, *, real: bool | None) -> None:
        self._recorder.append(
            "alarm",
            {
                "t_us": [t_us],
                "device": [self._first + row],
                "cause": [self._cause],
                "level": [ALARM_LEVELS[level]],
                "state": [state],
                "value": [value],
                "real": [real],
            },
        )


class Silence:
    """Takes devices to be broken that were not heard for several of their periods, until they are heard again."""

    def __init__(self, devices: FieldDevices, period_us: Ints, silent_after: float, recorder: Recorder) -> None:
        """Expect to hear each device (n,) once in ``period_us``; it may be silent for ``silent_after`` of them."""
        self._devices, self._recorder = devices, recorder
        self._most_us = (silent_after * period_us).astype(np.int64)
        self.silent = np.zeros(period_us.size, np.bool_)
        """Who is taken to be broken, (n,)."""

    def look(self, t_us: int) -> None:
        """Raise and clear alarms by who was heard up to ``t_us``; who was never heard was awaited since the start."""
        heard_us = self._devices.heard_us(t_us)
        silent = t_us - np.where(heard_us == NEVER_US, 0, heard_us) > self._most_us
        for row in np.flatnonzero(silent != self.silent).tolist():
            self._recorder.append(
                "alarm",
                {
                    "t_us": [t_us],
                    "device": [self._devices.first_number + row],
                    "cause": ["silence"],
                    "level": ["device_fault"],
                    "state": ["raised" if silent[row] else "cleared"],
                    "value": None,
                    "real": [not self._devices.up[row] if silent[row] else None],
                },
            )
        self.silent = silent
