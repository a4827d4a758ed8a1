"""Whether a space will be free on arrival: the transient solution of a facility with Poisson arrivals and exponential stays.

The number of vehicles n of an M/M/c/c system goes up at rate lambda while n < c and down at n mu (Erlang's loss system; its
stationary chance of being full is Erlang's B). Its chance of not being full after a time, from each n at the start, solves the
backward equation f' = Q f, f(0) = 1 for n < c: by uniformisation (A. Jensen, "Markoff chains as an aid in the study of Markoff
processes", Skandinavisk Aktuarietidskrift 36 (1953), 87-91).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel

Floats = npt.NDArray[np.float64]

MOST_EVENTS: Final = 20.0
"""Choice: longer steps are parted, so that no Poisson weight becomes too small to count."""

LEFT_OUT: Final = 1e-12
"""Choice: Poisson weight that may be left out of a step."""

MOST_TERMS: Final = 400
"""Choice: terms of a step, far beyond what ``LEFT_OUT`` asks for."""

STEP_S: Final = 30.0
"""Choice: between two such instants chances are interpolated."""

STEPS: Final = 40
"""Choice: 20 minutes ahead; whoever comes later finds what then holds."""


@inline_kernel
def _one_event(before: Floats, after: Floats, up: float, down: float) -> None:
    """Write the chances before one event of the uniformised chain to ``after``, from those that hold behind it."""
    capacity = before.size - 1
    for n in range(capacity + 1):
        more = up if n < capacity else 0.0
        mean = (1.0 - down * n - more) * before[n]
        if n < capacity:
            mean += more * before[n + 1]
        if n > 0:
            mean += down * n * before[n - 1]
        after[n] = mean


@kernel
def chances_of_space(arrival_per_s: float, departure_per_s: float, capacity: int, step_s: float, steps: int) -> Floats:
    """Return (steps + 1, capacity + 1): the chance that a space is free after each step, by the vehicles inside at first.

    ``arrival_per_s``: vehicles that want in, a second; ``departure_per_s``: of each vehicle inside, one over its mean stay.
    """
    rate = arrival_per_s + capacity * departure_per_s
    now = np.ones(capacity + 1)
    now[capacity] = 0.0
    out = np.empty((steps + 1, capacity + 1))
    out[0] = now
    up, down = (arrival_per_s / rate, departure_per_s / rate) if rate > 0.0 else (0.0, 0.0)
    parts = max(math.ceil(rate * step_s / MOST_EVENTS), 1)
    events = rate * step_s / parts
    power, following = now.copy(), now.copy()
    for step in range(1, steps + 1):
        for _ in range(parts):
            power[:] = now
            weight = math.exp(-events)
            now *= weight
            left, k = 1.0 - weight, 0
            while left > LEFT_OUT and k < MOST_TERMS:
                k += 1
                _one_event(power, following, up, down)
                power[:] = following
                weight *= events / k
                left -= weight
                now += weight * power
        out[step] = now
    return out


class Prediction:
    """Chances of a space on arrival of all facilities, from rates that are learned from what is reported."""

    def __init__(self, capacity: npt.NDArray[np.int64]) -> None:
        """Begin without any rates for facilities of these capacities (n,): nothing comes or goes."""
        self.capacity = np.asarray(capacity, np.int64)
        self._table = [chances_of_space(0.0, 0.0, int(one), STEP_S, STEPS) for one in self.capacity]

    def learn(self, facility: int, arrival_per_s: float, departure_per_s: float) -> None:
        """Take the rates of one facility as they are known now."""
        size = int(self.capacity[facility])
        self._table[facility] = chances_of_space(arrival_per_s, departure_per_s, size, STEP_S, STEPS)

    def chance(self, facility: npt.NDArray[np.int64], inside: Floats, after_s: Floats) -> Floats:
        """Return (n,): the chance of a space ``after_s`` from when ``inside`` vehicles were there, linear between steps.

        ``inside`` may lie between whole numbers; what is below 0 counts as 0, what is above the capacity as full. Beyond the
        last step the last one counts.
        """
        at = np.clip(inside, 0.0, self.capacity[facility])
        step = np.clip(after_s / STEP_S, 0.0, STEPS)
        low, early = np.floor(at).astype(np.int64), np.floor(step).astype(np.int64)
        high, late = np.minimum(low + 1, self.capacity[facility]), np.minimum(early + 1, STEPS)
        right, later = at - low, step - early
        out = np.empty(facility.size)
        for row, one in enumerate(facility.tolist()):
            table = self._table[one][np.ix_((early[row], late[row]), (low[row], high[row]))]
            ends = (1.0 - right[row]) * table[:, 0] + right[row] * table[:, 1]
            out[row] = (1.0 - later[row]) * ends[0] + later[row] * ends[1]
        return out
