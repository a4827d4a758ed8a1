"""When faults strike the devices of a run, and what state each device is in."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.kernel.lifecycle import Episode, episodes, life_key, live
from twin.rng import stream_key
from twin.sensors.fault_effects import (
    CAUSES,
    ActiveFaults,
    Cause,
    Conditions,
    Fault,
    active_faults,
    apply_faults,
    healthy,
    lost_frames,
)
from twin.sensors.fault_spec import FaultsSpec, ScheduledFaultSpec
from twin.units import to_us

_UNIT: Final[Mapping[Cause, float]] = {"misalignment": -math.radians(1.0), "clock_drift": 1e-6}
"""SI, anticlockwise, for one unit of ``ScheduledFaultSpec.size``; 1 for the other causes."""


@dataclass(frozen=True, slots=True)
class Change:
    """A device's change of state: one row of table ``device``, all of it truth."""

    t_us: int
    device: int
    state: Literal["fault", "up"]
    """``up``: this cause is over; another may still hold."""
    cause: Cause
    value: float
    """Size of the fault at its full, as in ``Fault.size``."""


class DeviceFaults:
    """The faults of all devices of a run. Device numbers are positions in ``names``; draws hang on the names alone."""

    def __init__(
        self, spec: FaultsSpec, names: Sequence[str], seed: int, on_change: Callable[[Change], None] | None = None
    ) -> None:
        """Keep the devices; tell ``on_change`` of every onset and end. Raises KeyError where a scheduled device is missing."""
        self._spec, self._names, self._seed = spec, tuple(names), seed
        self._on_change = on_change
        self._active: dict[tuple[int, int], Fault] = {}
        self._arrays: ActiveFaults | None = None
        self._healthy = healthy(len(names))
        for values in self._healthy:
            values.setflags(write=False)
        number = {name: device for device, name in enumerate(names)}
        self._scheduled = tuple(_scheduled(spec, one, number[one.device]) for one in spec.scheduled)
        self._keys = np.array([stream_key(seed, "sensors/faults/frame_loss", name) for name in names], np.uint64)

    def processes(self, env: simpy.Environment) -> Iterator[Generator[Event, None, None]]:
        """Yield the bodies of the SimPy processes: one a device and cause that strikes by chance, one a scheduled fault."""
        for number, fault in enumerate(self._scheduled):
            yield self._run_scheduled(env, fault, -1 - number)
        if not self._spec.random:
            return
        for cause in CAUSES:
            rate = self._spec.rate(cause)
            for device, name in enumerate(self._names):
                life = episodes(life_key(self._seed, cause, name), rate, self._spec.start)
                yield live(env, life, self._listener(env, device, cause))

    def conditions(self, t_us: int) -> Conditions:
        """Return the conditions of all devices; arrays that nobody may write where no fault holds."""
        if not self._active:
            return self._healthy
        found = healthy(len(self._names))
        if self._arrays is None:
            self._arrays = active_faults(self._active.values())
        apply_faults(found, self._arrays, t_us)
        return found

    def lost_frames(self, frame: int, conditions: Conditions, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which of the devices ``rows`` give nothing for their frame ``frame``, for want of power or by a loss."""
        return lost_frames(self._keys, rows, frame, conditions.drop_probability, conditions.up)

    def _listener(self, env: simpy.Environment, device: int, cause: Cause) -> Callable[[Episode, bool], None]:
        place = CAUSES.index(cause)

        def changed(episode: Episode, began: bool) -> None:  # noqa: FBT001  (the life's interface)
            fault = _by_chance(self._spec, device, cause, episode)
            self._change(int(env.now), (device, place), fault, began=began)

        return changed

    def _run_scheduled(self, env: simpy.Environment, fault: Fault, number: int) -> Generator[Event, None, None]:
        yield in_phase(env, max(fault.from_us - int(env.now), 0), Phase.CONTROL)
        self._change(int(env.now), (fault.device, number), fault, began=True)
        yield in_phase(env, fault.until_us - int(env.now), Phase.CONTROL)
        self._change(int(env.now), (fault.device, number), fault, began=False)

    def _change(self, t_us: int, key: tuple[int, int], fault: Fault, *, began: bool) -> None:
        self._arrays = None
        if began:
            self._active[key] = fault
        else:
            del self._active[key]
        if self._on_change is not None:
            self._on_change(Change(t_us, fault.device, "fault" if began else "up", fault.cause, fault.size))


def device_rows(changes: Sequence[Change]) -> dict[str, Any]:
    """Return changes as columns of table ``device``."""
    return {
        "t_us": [change.t_us for change in changes],
        "device": [change.device for change in changes],
        "state": [change.state for change in changes],
        "cause": [change.cause for change in changes],
        "value": [change.value for change in changes],
    }


def _by_chance(spec: FaultsSpec, device: int, cause: Cause, episode: Episode) -> Fault:
    """Return an episode as a fault: its size evenly between half and one and a half times the usual, either way round."""
    size = spec.full_size(cause) * (0.5 + episode.size)
    if cause == "power_loss":
        size = 1.0
    if cause in {"misalignment", "clock_drift"} and episode.direction < 0.5:
        size = -size
    ramp_us = to_us(getattr(spec, cause).ramp_s)
    return Fault(device, cause, episode.from_us, episode.until_us, size, 2.0 * math.pi * episode.direction, ramp_us)


def _scheduled(spec: FaultsSpec, one: ScheduledFaultSpec, device: int) -> Fault:
    size = spec.full_size(one.cause) if one.size is None else one.size * _UNIT.get(one.cause, 1.0)
    if one.cause == "power_loss":
        size = 1.0
    ramp_s = getattr(spec, one.cause).ramp_s if one.ramp_s is None else one.ramp_s
    heading_rad = math.radians(90.0 - one.direction_deg)
    return Fault(device, one.cause, to_us(one.from_s), to_us(one.until_s), size, heading_rad, to_us(ramp_s))
