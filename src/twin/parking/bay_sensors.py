"""Sensors of single bays at work: what they notice of comings and goings, when, and what they take for one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from twin.compilation import kernel
from twin.kernel.clock import Phase, in_phase
from twin.kernel.reporting import FieldDevices, Kind, LifeChange, Recorder
from twin.parking.bay_sensor_spec import BaseBaySensorSpec
from twin.parking.occupancy import Occupancy
from twin.parking.reported_bays import FREE, OCCUPIED, STATES, UNKNOWN, ReportedBays
from twin.rng import normal_pair, stream_key, uniform4
from twin.units import to_us

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_DETECTION, _PASSING, _LASTS, _PLACE, _START = range(5)
"""Blocks of draws: of a coming or going, of passing traffic, of a false state's length, of the bay, of the start."""


@dataclass(frozen=True, slots=True)
class BaySensor:
    """One sensor of one bay."""

    name: str
    """What its draws hang on."""

    bay: int
    edge: int
    """Edge whose traffic passes it; negative for none."""

    spec: BaseBaySensorSpec


class BaySensors:
    """All bay sensors of a run; rows are those of ``devices``, from ``first_row`` on."""

    def __init__(
        self,
        env: simpy.Environment,
        sensors: Sequence[BaySensor],
        occupancy: Occupancy,
        devices: FieldDevices,
        reported: ReportedBays,
        recorder: Recorder,
        *,
        first_row: int,
        seed: int,
        rain_mmph: float,
    ) -> None:
        """Set up the sensors; ``begin`` lets them look for the first time."""
        self._env, self._occupancy, self._devices = env, occupancy, devices
        self._reported, self._recorder, self._first_row = reported, recorder, first_row
        self.sensors = tuple(sensors)
        self.bay: Ints = np.array([one.bay for one in sensors], np.int64)
        self.key = np.array([stream_key(seed, "parking/bay_sensor", one.name) for one in sensors], np.uint64)
        specs = [one.spec for one in sensors]
        self.beside_cover: Bools = np.array(
            [uniform4(key, 0, 0, _PLACE)[0] < spec.cover_share for key, spec in zip(self.key, specs, strict=True)], np.bool_
        )
        times = np.where(self.beside_cover, [spec.cover_missed_times for spec in specs], 1.0)
        self.missed: Floats = np.minimum(np.array([spec.missed(rain_mmph) for spec in specs]) * times, 1.0)
        near = np.array([one.edge >= 0 and one.spec.lane_gap_m < one.spec.lane_clear_m for one in sensors], np.bool_)
        self._edge: Ints = np.array([one.edge for one in sensors], np.int64)
        self.lane_false: Floats = np.where(near, [spec.lane_false_share for spec in specs], 0.0)
        self._detection_mah: Floats = np.array([spec.detection_mah for spec in specs], np.float64)
        self.seen: Bools = np.zeros(len(specs), np.bool_)
        """What each takes its bay to be, (n,): occupied or not."""
        self.calibrated: Bools = np.ones(len(specs), np.bool_)
        """Which know how an empty bay feels, (n,); a new one has to see its bay empty first."""
        self._row_of: dict[int, int] = {int(bay): row for row, bay in enumerate(self.bay)}
        reported.watched[self.bay] = True
        devices.sent.append(self._heard)
        devices.changes.append(self._changed)
        occupancy.listeners.append(self._came_or_went)

    def begin(self) -> None:
        """Let every sensor have reported its bay as it is, but for those that erred, at some time within its heartbeat."""
        for row, one in enumerate(self.sensors):
            wrong, phase, _, _ = uniform4(self.key[row], 0, 0, _START)
            occupied = bool(self._occupancy.occupied[one.bay])
            self.seen[row] = occupied != (wrong < self.missed[row])
            heard_us = -int(phase * one.spec.heartbeat_us)
            self._receive(row, OCCUPIED if self.seen[row] else FREE, heard_us, heard_us)

    def pass_by(self, t_us: int, passed: Ints) -> None:
        """Let the vehicles drive past that left the kerb lane of each edge since the last call, (edges,)."""
        number = np.where(self.lane_false > 0.0, passed[self._edge], 0)
        rows = np.flatnonzero(number)
        if not rows.size:
            return
        self._devices.drain(rows + self._first_row, self._detection_mah[rows] * number[rows])
        open_ = rows[~self.seen[rows] & self._devices.up[rows + self._first_row] & self.calibrated[rows]]
        chance = 1.0 - (1.0 - self.lane_false[open_]) ** number[open_]
        for row in open_[_below(self.key[open_], t_us // 1_000_000, chance)].tolist():
            self._later(self._delay_us(row, t_us, 0), partial(self._err, row))

    def _came_or_went(self, t_us: int, bay: Any, occupied: Any, vehicle: Any) -> None:
        for one, state, who in zip(bay.tolist(), occupied.tolist(), vehicle.tolist(), strict=True):
            row = self._row_of.get(one)
            if row is None:
                continue
            self._devices.drain([row + self._first_row], float(self._detection_mah[row]))
            if uniform4(self.key[row], t_us // 1_000_000, who, _DETECTION)[0] < self.missed[row]:
                self._devices.miss([row + self._first_row], "missed")
                continue
            self._later(self._delay_us(row, t_us, who), partial(self._decide, row, occupied=state))

    def _delay_us(self, row: int, t_us: int, who: int) -> int:
        """Return how long the sensor takes to be sure: log-normal, drawn by sensor, second and vehicle."""
        spec = self.sensors[row].spec
        if spec.detection_s <= 0.0:
            return 0
        variance = math.log1p((spec.detection_spread_s / spec.detection_s) ** 2)
        _, u0, u1, _ = uniform4(self.key[row], t_us // 1_000_000, who, _DETECTION)
        delay_s = spec.detection_s * math.exp(math.sqrt(variance) * normal_pair(u0, u1)[0] - 0.5 * variance)
        return to_us(delay_s)

    def _decide(self, row: int, *, occupied: bool) -> None:
        """Let a sensor be sure of a change, if it still is so; it reports what differs from what it held."""
        device = row + self._first_row
        if bool(self._occupancy.occupied[self.bay[row]]) != occupied or (occupied and not self.calibrated[row]):
            self._devices.skip([device])  # gone again before it was sure
            return
        if not occupied and self._devices.up[device]:
            self.calibrated[row] = True
        self._state(row, occupied=occupied)

    def _err(self, row: int) -> None:
        """Take a vehicle in the next lane for one in the bay, for a while."""
        if self.seen[row] or not self._devices.up[row + self._first_row]:
            return
        t_us = int(self._env.now)
        self._state(row, occupied=True)
        chance = uniform4(self.key[row], t_us // 1_000_000, 0, _LASTS)[0]
        lasts_s = -self.sensors[row].spec.false_lasts_s * math.log(chance)
        self._later(max(to_us(lasts_s), 1), lambda: self._look(row))

    def _look(self, row: int) -> None:
        self._state(row, occupied=bool(self._occupancy.occupied[self.bay[row]]))

    def _state(self, row: int, *, occupied: bool) -> None:
        device = row + self._first_row
        if self.seen[row] == occupied:
            self._devices.skip([device])
            return
        if self._devices.up[device]:
            self.seen[row] = occupied
        self._report(row)

    def _report(self, row: int) -> None:
        t_us = int(self._env.now)
        arrived_us = int(self._devices.send(t_us, [row + self._first_row])[0])
        if arrived_us >= 0:
            self._deliver(row, t_us, arrived_us)

    def _deliver(self, row: int, t_us: int, arrived_us: int) -> None:
        state = UNKNOWN if not self.calibrated[row] else OCCUPIED if self.seen[row] else FREE
        self._later(arrived_us - t_us, lambda: self._receive(row, state, arrived_us, t_us), Phase.PLATFORM)

    def _receive(self, row: int, state: int, arrived_us: int, since_us: int) -> None:
        bay = int(self.bay[row])
        if self._reported.receive(arrived_us, bay, state, since_us):
            write_bay(self._recorder, self._occupancy, max(arrived_us, 0), bay, state, since_us)

    def _heard(self, t_us: int, rows: Ints, arrived_us: Ints, kind: Kind) -> None:
        """Let the signs of life tell the state that the sensor holds."""
        if kind != "heartbeat":
            return
        for device, at_us in zip(rows.tolist(), arrived_us.tolist(), strict=True):
            row = device - self._first_row
            if at_us >= 0 and 0 <= row < len(self.sensors):
                self._deliver(row, t_us, at_us)

    def _changed(self, change: LifeChange) -> None:
        """Let a sensor that is back look anew, and a new one wait for an empty bay."""
        row = change.row - self._first_row
        if change.cause == "gateway_outage" or change.began or not 0 <= row < len(self.sensors):
            return
        occupied = bool(self._occupancy.occupied[self.bay[row]])
        if change.cause == "battery" and occupied:
            self.calibrated[row], self.seen[row] = False, True
            self._report(row)
        elif self.calibrated[row]:
            self._state(row, occupied=occupied)

    def _later(self, delay_us: int, act: Callable[[], None], phase: Phase = Phase.SENSORS) -> None:
        event = in_phase(self._env, delay_us, phase)
        event.callbacks.append(lambda _: act())


@kernel
def _below(key: npt.NDArray[np.uint64], second: int, chance: Floats) -> Bools:
    """Return whether the draw of each sensor (n,) in this second lies below its chance."""
    out = np.empty(key.size, np.bool_)
    for row in range(key.size):
        out[row] = uniform4(key[row], second, 0, _PASSING)[0] < chance[row]
    return out


def write_bay(recorder: Recorder, occupancy: Occupancy, t_us: int, bay: int, state: int, since_us: int) -> None:
    """Write a row of table ``bay``: the reported state of a bay changes."""
    recorder.append(
        "bay",
        {
            "t_us": [t_us],
            "bay": [bay],
            "state": [STATES[state]],
            "since_us": [since_us],
            "occupied": [bool(occupancy.occupied[bay])],
        },
    )
