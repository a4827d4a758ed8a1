"""Alarms of a bridge in three levels, from what its edge computer makes of reported data alone.

A level is raised when a value has reached its limit for some looks in a row, and withdrawn when it has been clearly below for
some: values that play about a limit make one alarm, not many. Each level stands for itself; where the third is raised, so are
the two below. What the third level is called is the worst, as in JT/T 1037.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.eventlog.municipal_tables import ALARM_LEVELS
from twin.messages import say
from twin.spec import Spec

Floats = npt.NDArray[np.float64]
Positive = Annotated[float, Field(gt=0.0)]
Limits = tuple[Positive, Positive, Positive]
Cause = Literal["load", "vibration", "shock", "shift", "overload", "stiffness"]

CAUSES: Final[tuple[Cause, ...]] = ("load", "vibration", "shock", "shift", "overload", "stiffness")
"""What an alarm says is beyond its limit: response to load, vibration, a blow, a lasting shift, a vehicle, lost stiffness."""


class BridgeAlarmSpec(Spec):
    """Limits of the three levels, the worst last, and how long a value must be beyond one."""

    load_shares: Annotated[Limits, Assumed.times(0.8, 1.25)] = (0.6, 0.8, 1.0)
    """Largest displacement or strain about the interval's mean, as a share of what the design's lane load gives. Assumption:
    0.8 and 1.0 of the design value for the upper levels, as remembered of JT/T 1037, whose text was not at hand; 0.6 below."""

    vibration_mps2: Annotated[Limits, Assumed.times(0.5, 2.0)] = (0.315, 0.5, 0.8)
    """Root mean square of the acceleration over an interval, m/s2. Assumption: 31.5, 50 and 80 cm/s2 as remembered of the
    limits for vortex-induced vibration in JT/T 1037, whose text was not at hand."""

    shock_mps2: Annotated[Limits, Assumed.times(0.3, 3.0)] = (2.0, 4.0, 8.0)
    """Largest acceleration within an interval, m/s2. Assumption: above what trucks do, a tenth to most of the standard
    gravity."""

    shift_shares: Annotated[Limits, Assumed.times(0.5, 2.0)] = (0.3, 0.5, 0.8)
    """Change of a displacement's mean from one interval to the next, as a share of what the design's lane load gives.
    Assumption: a queue on the bridge makes less."""

    overload_ratios: Annotated[Limits, Assumed.times(0.9, 1.2)] = (1.05, 1.3, 1.55)
    """Measured gross weight over the legal one. Assumption: the first as the tolerance of the stations."""

    stiffness_losses: Annotated[Limits, Assumed.times(0.5, 2.0)] = (0.001, 0.02, 0.05)
    """Loss of bending stiffness as estimated, once the watch is sure of one. Assumption: any; repairs are planned at some per
    cent."""

    raise_after: Annotated[int, Field(ge=1, le=100)] = 1
    """Looks in a row that must be at a limit or beyond. Choice: 1; a ship strikes once."""

    clear_after: Annotated[int, Field(ge=1, le=100)] = 2
    """Looks in a row that must be clearly below. Choice: two intervals."""

    hysteresis_share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.1
    """How far below a limit is clearly below, as a share of it. Choice: a tenth."""

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        for cause in CAUSES:
            name, limits = self.limits(cause)
            if list(limits) != sorted(limits):
                raise ValueError(say("bridge.alarm_limits", name=name))
        return self

    def limits(self, cause: Cause) -> tuple[str, Limits]:
        """Return the key and the three limits of a cause."""
        name = {
            "load": "load_shares",
            "vibration": "vibration_mps2",
            "shock": "shock_mps2",
            "shift": "shift_shares",
            "overload": "overload_ratios",
            "stiffness": "stiffness_losses",
        }[cause]
        limits: Limits = getattr(self, name)
        return name, limits


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """An alarm is raised or withdrawn."""

    t_us: int
    device: int
    cause: Cause
    level: int
    """0 to 2, the worst last."""
    raised: bool
    value: float


class AlarmBoard:
    """Which alarms of one bridge stand."""

    def __init__(self, spec: BridgeAlarmSpec) -> None:
        """Begin with none."""
        self._spec = spec
        self._above: dict[tuple[int, Cause, int], int] = {}
        self._below: dict[tuple[int, Cause, int], int] = {}
        """By alarm that stands: looks in a row clearly below."""

    def stands(self, device: int, cause: Cause) -> int:
        """Return how many levels of an alarm are raised, 0 to 3."""
        return sum((device, cause, level) in self._below for level in range(len(ALARM_LEVELS)))

    def look(self, t_us: int, cause: Cause, devices: npt.ArrayLike, values: npt.ArrayLike) -> list[AlarmChange]:
        """Look at one value of each device, (n,), in the unit of the cause's limits; NaN where there is none: nothing changes.

        Of a device that is given several times, such as the points of a fibre, the largest value counts.
        """
        worst: dict[int, float] = {}
        for device, value in zip(np.asarray(devices).tolist(), np.asarray(values, np.float64).tolist(), strict=True):
            if not np.isnan(value):
                worst[device] = max(value, worst.get(device, value))
        changes: list[AlarmChange] = []
        for device, value in worst.items():
            for level, limit in enumerate(self._spec.limits(cause)[1]):
                change = self._level(t_us, device, cause, level, value, limit)
                if change is not None:
                    changes.append(change)
        return changes

    def _level(self, t_us: int, device: int, cause: Cause, level: int, value: float, limit: float) -> AlarmChange | None:
        key = (device, cause, level)
        if key not in self._below:
            self._above[key] = self._above.get(key, 0) + 1 if value >= limit else 0
            if self._above[key] < self._spec.raise_after:
                return None
            self._above[key] = 0
            self._below[key] = 0
            return AlarmChange(t_us, device, cause, level, raised=True, value=value)
        self._below[key] = self._below[key] + 1 if value < limit * (1.0 - self._spec.hysteresis_share) else 0
        if self._below[key] < self._spec.clear_after:
            return None
        del self._below[key]
        return AlarmChange(t_us, device, cause, level, raised=False, value=value)


def alarm_rows(changes: Sequence[AlarmChange]) -> dict[str, Any]:
    """Return rows of table ``alarm``; whether they are right is found from table ``bridge_event`` afterwards."""
    return {
        "t_us": np.array([one.t_us for one in changes], np.int64),
        "device": np.array([one.device for one in changes], np.int64),
        "cause": [one.cause for one in changes],
        "level": [ALARM_LEVELS[one.level] for one in changes],
        "state": ["raised" if one.raised else "cleared" for one in changes],
        "value": np.array([one.value for one in changes], np.float64),
        "real": None,
    }
