"""The life of a device: up, a fault, its repair, up again; one SimPy process for each device and cause.

Up times are exponential with mean MTBF (a constant rate of faults, the flat part of the bath-tub curve: MIL-HDBK-338B, section
5.3.2), times to repair log-normal with mean MTTR (MIL-HDBK-472, procedure I: corrective maintenance times are log-normal).
Availability is MTBF / (MTBF + MTTR). Causes are independent of each other: their rates add, and two may hold at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.rng import normal_pair, stream_key, uniform4

Start = Literal["up", "stationary"]
"""How a life begins: with everything in order, or as it is found at an arbitrary instant."""

LATEST_US = 2**62
"""Beyond this no event is laid; some 146,000 years."""

_TIMES, _DRAWS, _FIRST = range(3)
"""Blocks of draws: times of an episode, its size and direction, the state at the start."""


@dataclass(frozen=True, slots=True)
class FailureRate:
    """How often one cause strikes a device and how long it then lasts."""

    mtbf_us: float
    """Mean time between the end of a repair and the next fault, positive; infinite for never."""

    mttr_us: float
    """Mean time from the fault to the end of its repair, positive."""

    repair_spread: float = 1.0
    """Standard deviation of the time to repair divided by its mean."""

    @property
    def availability(self) -> float:
        """Share of the time without this fault, MTBF / (MTBF + MTTR)."""
        return 1.0 if math.isinf(self.mtbf_us) else self.mtbf_us / (self.mtbf_us + self.mttr_us)


@dataclass(frozen=True, slots=True)
class Episode:
    """One fault, from its onset to the end of its repair."""

    number: int
    """Count within the life; 0 is one that was there at the start."""

    from_us: int
    """Onset; negative where it came before the run began."""

    until_us: int
    """The end of the repair."""

    size: float
    """A uniform draw in (0, 1) for how bad it is."""

    direction: float
    """Another one, for where to."""


def life_key(seed: int, cause: str, device: str) -> np.uint64:
    """Return the key of one device's life in respect of one cause: nobody else's draws depend on it."""
    return stream_key(seed, f"kernel/life/{cause}", device)


def episodes(key: np.uint64, rate: FailureRate, start: Start = "up") -> Iterator[Episode]:
    """Yield the faults of one life in their order, none overlapping another, until the latest instant.

    ``stationary``: at 0 a fault is there with the probability 1 - availability. A repair under way is one met in proportion to
    its length, of which a uniform share has passed (renewal theory: Cox 1962, section 5.4); length-biased, a log-normal has its
    logarithm's mean raised by its variance.
    """
    if math.isinf(rate.mtbf_us):
        return
    variance = math.log1p(rate.repair_spread**2)
    log_mean, spread = math.log(rate.mttr_us) - 0.5 * variance, math.sqrt(variance)
    at_us = 0
    if start == "stationary":
        chance, passed, u1, u2 = uniform4(key, 0, 0, _FIRST)
        if chance > rate.availability:
            length_us = math.exp(log_mean + variance + spread * normal_pair(u1, u2)[0])
            at_us = round((1.0 - passed) * length_us)
            size, direction, _, _ = uniform4(key, 0, 0, _DRAWS)
            yield Episode(0, -round(passed * length_us), at_us, size, direction)
    number = 1
    while True:
        chance, u1, u2, _ = uniform4(key, number, 0, _TIMES)
        from_us = at_us + round(-rate.mtbf_us * math.log(chance)) + 1
        at_us = from_us + max(round(math.exp(log_mean + spread * normal_pair(u1, u2)[0])), 1)
        if at_us > LATEST_US:
            return
        size, direction, _, _ = uniform4(key, number, 0, _DRAWS)
        yield Episode(number, from_us, at_us, size, direction)
        number += 1


def live(
    env: simpy.Environment,
    life: Iterator[Episode],
    on_change: Callable[[Episode, bool], None],
) -> Generator[Event, None, None]:
    """Tell of the onset (True) and the end (False) of each episode at its instant, in the control phase.

    The body of a SimPy process. Episodes must be in order and disjoint; the onset of one that is under way is told at once.
    """
    for episode in life:
        yield in_phase(env, max(episode.from_us - int(env.now), 0), Phase.CONTROL)
        on_change(episode, True)
        yield in_phase(env, episode.until_us - int(env.now), Phase.CONTROL)
        on_change(episode, False)
