"""Counters at the gates of car parks: they count in and out, err now and then, and so drift until somebody counts anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Annotated, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.rng import stream_key, uniform4
from twin.spec import Spec
from twin.units import to_us

Ints = npt.NDArray[np.int64]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0, le=86_400.0)]

DAY_US: Final = 86_400_000_000
"""A day. Source: 24 h; Guangzhou's clock is never put forward or back."""


class GateCounterSpec(Spec):
    """Loops or light barriers at the gates of a car park: how many are inside follows from those that went in and out.

    Source of the way it errs: the counts of eight car parks of Bath (UK), with more vehicles inside than there are spaces.
    """

    kind: Literal["gate_counter"]
    """Always ``gate_counter``."""

    missed_share: Annotated[Share, Assumed.between(0.002, 0.02)] = 0.007
    """Share of the vehicles that pass uncounted, in either direction. Assumption: close behind another; as a well-kept loop
    counts to a few per cent."""

    double_share: Annotated[Share, Assumed.between(0.001, 0.02)] = 0.003
    """Share of the vehicles that count twice. Assumption: long vehicles, manoeuvres at the barrier."""

    reset_at: time | None = time(4, 0)
    """Local time of day at which somebody counts the vehicles inside and sets the counter to that; null for never. Choice: four
    in the morning, when the fewest are inside."""

    above_capacity: bool = True
    """Whether it may say that more vehicles are inside than there are spaces, and fewer than none, as Bath's did; else it stops
    at both."""

    period_s: Annotated[float, Field(gt=0.0, le=86_400.0), OF_THE_DESIGN] = 60.0
    """Time between two reports of the number inside. Assumption: a minute; Bath's reported every five."""

    report_bytes: Annotated[int, Field(ge=1, le=10_000), Assumed.between(20, 200)] = 60
    """Size of a report. Assumption: name, time, in, out and inside."""


class GateCounters:
    """The counters of some facilities: what they hold to be inside."""

    def __init__(self, spec: Sequence[GateCounterSpec], names: Sequence[str], capacity: Ints, inside: Ints, seed: int) -> None:
        """Set up counters of facilities (n,) by name, each right at the start: ``inside`` vehicles."""
        self._key = [stream_key(seed, "parking/gate_counter", name) for name in names]
        self._spec = tuple(spec)
        self._capacity = np.asarray(capacity, np.int64)
        self.counted: Ints = np.array(inside, np.int64)
        """Vehicles inside as it has counted."""
        self.passed = np.zeros((len(names), 2), np.int64)
        """Vehicles that went in and out, truly."""
        self.miscounted = np.zeros((len(names), 2), np.int64)
        """Vehicles that it missed and that it counted twice."""

    def passage(self, row: int, t_us: int, *, inwards: bool) -> int:
        """Count a vehicle at a gate of facility ``row`` and return as how many; the draw hangs on facility, way and instant."""
        spec = self._spec[row]
        chance = uniform4(self._key[row], 0, t_us, int(inwards))[0]
        times = 0 if chance < spec.missed_share else 2 if chance > 1.0 - spec.double_share else 1
        self.passed[row, 0 if inwards else 1] += 1
        self.miscounted[row] += (times == 0, times == 2)
        self.counted[row] += times if inwards else -times
        if not spec.above_capacity:
            self.counted[row] = min(max(int(self.counted[row]), 0), int(self._capacity[row]))
        return times

    def overlook(self, row: int, *, inwards: bool) -> None:
        """Let a vehicle pass while the counter is out of order."""
        self.passed[row, 0 if inwards else 1] += 1
        self.miscounted[row, 0] += 1

    def reset(self, row: int, inside: int) -> None:
        """Set the counter of facility ``row`` to the vehicles that are inside, as somebody has counted them."""
        self.counted[row] = inside

    def occupied(self, row: int) -> int:
        """Return how many spaces facility ``row`` reports as occupied."""
        return int(self.counted[row])


def first_reset_us(spec: GateCounterSpec, start_of_day_s: float) -> int | None:
    """Return when, after a start at this time of day, the counter is first reset; None for never."""
    if spec.reset_at is None:
        return None
    at = spec.reset_at
    wanted_us = to_us(at.hour * 3600.0 + at.minute * 60.0 + at.second)
    return (wanted_us - to_us(start_of_day_s)) % DAY_US
