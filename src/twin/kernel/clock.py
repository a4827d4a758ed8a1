"""The clock: integer microseconds, and one fixed order of work at each instant.

SimPy orders events by (time, priority, creation). At one instant the order is control, traffic, sensors, links, platform,
recorder, segment; ordinary SimPy events (a timeout, a resource granted) come before all of them, and what they command acts in
the same instant's tick if they are of the control phase, else at the next.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import IntEnum

import simpy
from simpy.events import Event


class Phase(IntEnum):
    """The order of work at one instant, as SimPy priorities (SimPy itself uses 0 and 1)."""

    CONTROL = 10
    TRAFFIC = 20
    SENSORS = 30
    LINKS = 40
    PLATFORM = 50
    RECORDER = 60
    SEGMENT = 70
    """What closes the log's segments, after everything of the instant is recorded."""


def in_phase(env: simpy.Environment, delay_us: int, phase: Phase) -> Event:
    """Return an event that happens ``delay_us`` from now, in ``phase`` of that instant."""
    if delay_us < 0:
        raise ValueError(f"delay_us must not be negative, got {delay_us}")
    event = Event(env)
    event._ok = True  # noqa: SLF001  (the way simpy.events.Timeout marks itself as succeeding)
    event._value = None  # noqa: SLF001
    env.schedule(event, priority=phase, delay=delay_us)  # type: ignore[arg-type]
    return event


def every(
    env: simpy.Environment, period_us: int, phase: Phase, step: Callable[[int], None], first_us: int = 0
) -> Generator[Event, None, None]:
    """Call ``step(t_us)`` at ``first_us`` and then each ``period_us``, in ``phase``: the body of a SimPy process."""
    yield in_phase(env, first_us - int(env.now), phase)
    while True:
        step(int(env.now))
        yield in_phase(env, period_us, phase)
