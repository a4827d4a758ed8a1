"""Readings of devices in roads: sent, and known at the platform when they arrive; table ``reading``."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.kernel.reporting import FieldDevices, Kind, Recorder

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """One value that has arrived."""

    t_us: int
    """Phenomenon time."""
    arrived_us: int
    row: int
    """Position of the device."""
    quantity: str
    value: float
    true_value: float
    """Truth, for accounts only."""


class Readings:
    """Carries values of devices to whoever listens at the platform."""

    def __init__(self, env: simpy.Environment, devices: FieldDevices, recorder: Recorder) -> None:
        """Let ``devices`` report; rows go to ``recorder``."""
        self._env, self._devices, self._recorder = env, devices, recorder
        self.listeners: list[Callable[[Reading], None]] = []
        """Told of each reading at the instant of its arrival."""

    def report(self, rows: Ints, quantity: str, value: Floats, true_value: Floats, kind: Kind = "periodic") -> None:
        """Let different devices (n,) report a value each, now."""
        t_us = int(self._env.now)
        arrived_us = self._devices.send(t_us, rows, kind=kind)
        for row, at_us, told, true in zip(rows.tolist(), arrived_us.tolist(), value.tolist(), true_value.tolist(), strict=True):
            if at_us >= 0:
                self._env.process(self._arrive(Reading(t_us, at_us, row, quantity, told, true)))

    def _arrive(self, reading: Reading) -> Generator[Event, None, None]:
        yield in_phase(self._env, reading.arrived_us - int(self._env.now), Phase.PLATFORM)
        self._recorder.append(
            "reading",
            {
                "t_us": [reading.t_us],
                "arrived_us": [reading.arrived_us],
                "device": [self._devices.first_number + reading.row],
                "quantity": [reading.quantity],
                "value": [reading.value],
                "true_value": [reading.true_value],
            },
        )
        for listener in self.listeners:
            listener(reading)
