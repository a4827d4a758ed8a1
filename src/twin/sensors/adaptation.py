"""Self-adaptation: what a site does by itself about what its self-check has found.

* Turned, shifted and late devices are recalibrated: what they report is put right by what the places of common objects say.
* A device whose uplink is overloaded sends every second frame, then every fourth, and so on, and comes back step by step.
* While the line is out, frames are kept at the device and sent later: that is ``during_outage: store`` of the links.
"""

from __future__ import annotations

import math
from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.messages import say
from twin.sensors.alignment import Alignment, Finding
from twin.sensors.fault_effects import CAUSES
from twin.sensors.self_check import DAY_S, Alarm, SelfCheckSpec
from twin.spec import Spec
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class AdaptationSpec(Spec):
    """What sites do by themselves about faults and overload."""

    recalibrate: bool = False
    """Whether turns, shifts and clocks that were measured on common objects are put right at once."""

    reduce_rate: bool = False
    """Whether a device sends fewer frames while its uplink is overloaded."""

    overload_queue: Annotated[int, Field(ge=1, le=20_000)] = 5
    """Messages found waiting on the uplink that count as overload. Assumption: half a second of frames at 10 Hz."""

    calm_queue: Annotated[int, Field(ge=0, le=20_000)] = 1
    """Messages found waiting that count as calm. Assumption: one, sent a moment before by another device of the site."""

    calm_frames: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """After so many frames in calm a device sends twice as many again. Assumption: 10 s at 10 Hz, so that it does not try
    at each pause of the traffic; after each try that failed at once it waits twice as long (binary exponential backoff)."""

    largest_divisor: Annotated[int, Field(ge=1, le=1024)] = 8
    """At the least every so many-th frame is sent. Assumption: 8, nearly one a second at 10 Hz."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.calm_queue >= self.overload_queue:
            raise ValueError(say("spec.queues", calm=self.calm_queue, overload=self.overload_queue))
        return self


class PlaceCheck:
    """Watches the places that devices report, and corrects them where that is wanted; devices are rows."""

    def __init__(self, spec: SelfCheckSpec, numbers: Ints, x_m: Floats, y_m: Floats, *, recalibrate: bool) -> None:
        """Keep the devices: their numbers in the log and where they are held to be, each (n,)."""
        self._spec, self._number, self._recalibrate = spec, numbers, recalibrate
        self._x_m, self._y_m = x_m, y_m
        self.gathered = Alignment(x_m, y_m)
        """Takes the reports of common objects, corrected ones where the devices are corrected."""
        self.turn_rad = np.zeros(numbers.size)
        """Corrections so far: how far each is known to have turned, to be shifted, and to have its clock ahead."""
        self.east_m = np.zeros(numbers.size)
        self.north_m = np.zeros(numbers.size)
        self.ahead_us = np.zeros(numbers.size, np.int64)
        self._raised = np.zeros((numbers.size, len(CAUSES)), np.bool_)

    def close(self, t_us: int) -> list[Alarm]:
        """Judge the reports of the window that ends at ``t_us``; return alarms raised or cleared, and correct for the next."""
        chance = self._spec.false_alarms_per_day * self._spec.window_s / DAY_S * self._number.size
        found = [one for one in self.gathered.findings(min(chance, 0.5)) if self._matters(one)]
        self.gathered.clear()
        if self._recalibrate:
            for one in found:
                self.turn_rad[one.row] += one.turn_rad
                self.east_m[one.row] += one.east_m
                self.north_m[one.row] += one.north_m
                self.ahead_us[one.row] += round(one.ahead_s * US_PER_S)
        wrong = np.zeros_like(self._raised)
        for one in found:
            wrong[one.row, CAUSES.index(one.cause)] = True
        alarms = [
            Alarm(t_us, int(self._number[row]), CAUSES[cause], "raised" if wrong[row, cause] else "cleared")
            for row, cause in np.argwhere(wrong != self._raised)
        ]
        self._raised = wrong
        return alarms

    def corrected(self, x_m: Floats, y_m: Floats, row: npt.NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Return reported places (objects,) as they are with the corrections so far; ``row`` is the device of each."""
        cos, sin = np.cos(self.turn_rad[row]), np.sin(self.turn_rad[row])
        dx = x_m - self.east_m[row] - self._x_m[row]
        dy = y_m - self.north_m[row] - self._y_m[row]
        return self._x_m[row] + cos * dx - sin * dy, self._y_m[row] + sin * dx + cos * dy

    def _matters(self, one: Finding) -> bool:
        return (
            abs(one.turn_rad) >= math.radians(self._spec.least_turn_deg)
            or math.hypot(one.east_m, one.north_m) >= self._spec.least_shift_m
            or abs(one.ahead_s) >= self._spec.clock_tolerance_s
        )


class RateControl:
    """Which frames devices send: halved on overload of the uplink, doubled again after a calm; one row a device."""

    def __init__(self, spec: AdaptationSpec, devices: int) -> None:
        """Begin with every frame."""
        self._spec = spec
        self.divisor = np.ones(devices, np.int64)
        """Every so many-th frame is sent."""
        self._calm = np.zeros(devices, np.int64)
        self._since_rise = np.full(devices, np.iinfo(np.int32).max, np.int64)
        self._patience = np.full(devices, spec.calm_frames, np.int64)

    def sends(self, frame: int) -> npt.NDArray[np.bool_]:
        """Return which devices send the frame of this number."""
        sent: npt.NDArray[np.bool_] = frame % self.divisor == 0
        return sent

    def observe(self, queue: Ints) -> None:
        """Take, once a frame, how many messages each device's last message found waiting on the uplink, (n,)."""
        spec = self._spec
        self._since_rise += 1
        over = (queue >= spec.overload_queue) & (self._calm >= 0)
        failed = over & (self._since_rise <= self._patience)
        self._patience[failed] = np.minimum(2 * self._patience[failed], 64 * spec.calm_frames)
        self.divisor[over] = np.minimum(2 * self.divisor[over], spec.largest_divisor)
        # the next step waits until the last one can have shown: as many frames as wait, and two that are sent
        self._calm[over] = -(queue[over] + 2 * self.divisor[over])
        waits = ~over & (self._calm < 0)
        self._calm[waits] += 1
        steady = ~over & ~waits
        self._calm[steady] = np.where(queue[steady] <= spec.calm_queue, self._calm[steady] + 1, 0)
        rise = (self._calm >= self._patience) & (self.divisor > 1)
        self.divisor[rise] //= 2
        self._calm[rise] = 0
        self._since_rise[rise] = 0
        settled = (self._calm >= self._patience) & (self.divisor == 1)
        self._patience[settled] = spec.calm_frames
