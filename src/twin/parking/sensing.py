"""Sensors of parking facilities joined: which device stands where, what it reports, what the platform makes of that."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, every, in_phase
from twin.kernel.device_life_spec import DeviceLifeSpec
from twin.kernel.reporting import FieldDevice, FieldDevices, Gateway, LifeChange, Recorder
from twin.parking.availability import Reported
from twin.parking.bay_sensors import BaySensors, write_bay
from twin.parking.gate_counter import DAY_US, GateCounters, first_reset_us
from twin.parking.occupancy import Occupancy
from twin.parking.reported_bays import FREE, OCCUPIED, UNKNOWN, ReportedBays
from twin.parking.sensing_spec import ParkingSensorsSpec
from twin.parking.sensor_plan import plan_sensors
from twin.parking.sessions import Sessions
from twin.units import US_PER_S, to_s, to_us

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]

Connect = Callable[[Sequence[FieldDevice], Sequence[Gateway], DeviceLifeSpec], FieldDevices]
"""Gives devices of one owner, behind gateways, their lives and networks."""

LOOK_US = 60 * US_PER_S
"""Choice: silence is looked for once a minute."""


class ParkingSensing:
    """All sensors of a run's parking at work: ``available`` is what they have made known."""

    def __init__(
        self,
        env: simpy.Environment,
        spec: ParkingSensorsSpec,
        occupancy: Occupancy,
        connect: Connect,
        recorder: Recorder,
        *,
        seed: int,
        start_of_day_s: float,
        rain_mmph: float,
    ) -> None:
        """Set up the sensors; ``begin`` lets them look.

        ``connect`` gives the devices their lives and networks; ``start_of_day_s``: local time at which the run begins.
        """
        facilities = occupancy.facilities
        self._env, self._occupancy, self._recorder = env, occupancy, recorder
        self.planned = plan_sensors(spec, facilities, seed)
        self.devices = connect(self.planned.devices, self.planned.gateways, spec.life)
        self.reported = ReportedBays(facilities.bays.facility.astype(np.int64), facilities.count)
        self.available = Reported(facilities, self.reported)
        rain = rain_mmph if spec.rain_mmph is None else spec.rain_mmph
        shared = (env, self.planned.bays, occupancy, self.devices, self.reported, recorder)
        self.bay_sensors = BaySensors(*shared, first_row=0, seed=seed, rain_mmph=rain)
        for one in self.planned.bays:
            self.reported.unknown_after_us[one.bay] = round(spec.unknown_after_heartbeats * one.spec.heartbeat_us)
        names = {one.bay: one.name for one in self.planned.bays}
        self.sessions = Sessions(spec.data_faults, names, recorder, seed=seed, start_of_day_s=start_of_day_s)
        self._start_of_day_s = start_of_day_s
        self._closed = np.zeros(facilities.count, np.bool_)
        self._counting = [facility for facility, _ in self.planned.counters]
        self._row_of_gate = {facility: row for row, facility in enumerate(self._counting)}
        counting = [facilities.every[facility] for facility in self._counting]
        self.counters = GateCounters(
            [counter for _, counter in self.planned.counters],
            [one.name for one in counting],
            facilities.capacity[self._counting].astype(np.int64),
            np.zeros(len(counting), np.int64),
            seed,
        )
        self.came: list[Callable[[int, float], None]] = []
        """Told (facility, vehicles) of comings that were reported, scaled up to bays without sensors."""
        self.went: list[Callable[[int, float], None]] = []
        """The same of goings."""
        self._told = np.zeros((len(counting), 2), np.int64)
        self._passed = np.zeros((len(counting), 2), np.int64)
        self.devices.changes.append(self._replaced)
        self.reported.listeners.append(self._bay_changed)
        occupancy.gate_listeners.append(self._gate_passed)

    def begin(self) -> None:
        """Let the sensors know the bays as they are at the start, but for their errors; write both."""
        count = self._occupancy.facilities.bays.count
        self._recorder.append(
            "bay_truth",
            {
                "t_us": np.zeros(count, np.int64),
                "bay": np.arange(count),
                "occupied": self._occupancy.occupied,
                "vehicle": np.ma.masked_less(self._occupancy.vehicle, 0),
            },
        )
        self._occupancy.listeners.append(self._log_truth)
        self.bay_sensors.begin()
        for row, facility in enumerate(self._counting):
            self.counters.reset(row, int(self._occupancy.standing[facility]))
            self.available.count(facility, float(self.counters.counted[row]), 0)
        self._look_at_hours(0)

    def processes(self, passed: Callable[[], Ints] | None) -> Iterator[Generator[Event, None, None]]:
        """Yield the bodies of the SimPy processes, those of the devices' lives not among them.

        ``passed`` returns how many vehicles have left the kerb lane of each edge so far, (edges,); None where nobody knows.
        """
        env = self._env
        if passed is not None and self.planned.bays:
            before = [passed()]

            def pass_by(t_us: int) -> None:
                now = passed()
                self.bay_sensors.pass_by(t_us, now - before[0])
                before[0] = now

            yield every(env, US_PER_S, Phase.SENSORS, pass_by, first_us=US_PER_S)
        yield every(env, LOOK_US, Phase.PLATFORM, self._look_for_silence, first_us=LOOK_US)
        yield every(env, LOOK_US, Phase.PLATFORM, self._look_at_hours, first_us=LOOK_US)
        for period_us in sorted({to_us(counter.period_s) for _, counter in self.planned.counters}):
            rows = [row for row, (_, counter) in enumerate(self.planned.counters) if to_us(counter.period_s) == period_us]
            yield every(env, period_us, Phase.SENSORS, partial(self._send_counts, np.array(rows)), first_us=period_us)
        for row, (_, counter) in enumerate(self.planned.counters):
            first_us = first_reset_us(counter, self._start_of_day_s)
            if first_us is not None:
                yield every(env, DAY_US, Phase.CONTROL, partial(self._reset, row), first_us=first_us)

    def _log_truth(self, t_us: int, bay: Numbers, occupied: npt.NDArray[np.bool_], vehicle: Numbers) -> None:
        rows = {"t_us": np.full(bay.size, t_us), "bay": bay, "occupied": occupied, "vehicle": np.ma.masked_less(vehicle, 0)}
        self._recorder.append("bay_truth", rows)

    def _look_for_silence(self, t_us: int) -> None:
        for bay in self.reported.forget_silent(t_us).tolist():
            write_bay(self._recorder, self._occupancy, t_us, bay, UNKNOWN, t_us)

    def _look_at_hours(self, t_us: int) -> None:
        """Let the bays of facilities be closed for the platform whose opening hours say so."""
        hour = (self._start_of_day_s + to_s(t_us)) / 3600.0 % 24.0
        for one in self._occupancy.facilities.every:
            closed = not one.is_open(hour)
            if closed == self._closed[one.number]:
                continue
            self._closed[one.number] = closed
            bays = np.arange(one.first_bay, one.first_bay + one.capacity)
            for bay in self.reported.close(t_us, bays, closed=closed).tolist():
                write_bay(self._recorder, self._occupancy, t_us, bay, int(self.reported.state[bay]), t_us)

    def _replaced(self, change: LifeChange) -> None:
        if change.cause == "battery" and not change.began and change.row < len(self.planned.bays):
            self.sessions.replaced(self.planned.bays[change.row].bay)

    def _bay_changed(self, t_us: int, bay: int, before: int, after: int) -> None:  # noqa: ARG002  (the listener's form)
        self.sessions.change(int(self.reported.since_us[bay]), bay, before, after)
        facility = int(self._occupancy.facilities.bays.facility[bay])
        if facility in self._row_of_gate:
            return
        one = self._occupancy.facilities.every[facility]
        weight = one.capacity / max(int(self.reported.watched[one.first_bay : one.first_bay + one.capacity].sum()), 1)
        if (before, after) == (FREE, OCCUPIED):
            for came in self.came:
                came(facility, weight)
        elif (before, after) == (OCCUPIED, FREE):
            for went in self.went:
                went(facility, weight)

    def _gate_passed(self, t_us: int, facility: int, inwards: bool) -> None:  # noqa: FBT001  (the listener's form)
        row = self._row_of_gate.get(facility)
        if row is None:
            return
        if not self.devices.up[len(self.planned.bays) + row]:
            self.counters.overlook(row, inwards=inwards)
        else:
            self._passed[row, 0 if inwards else 1] += self.counters.passage(row, t_us, inwards=inwards)

    def _send_counts(self, rows: Ints, t_us: int) -> None:
        devices = rows + len(self.planned.bays)
        for row, arrived_us in zip(rows.tolist(), self.devices.send(t_us, devices, kind="periodic").tolist(), strict=True):
            if arrived_us >= 0:
                said = self.counters.occupied(row), self._passed[row].copy()
                event = in_phase(self._env, arrived_us - t_us, Phase.PLATFORM)
                event.callbacks.append(partial(self._hear, row, t_us, *said))

    def _hear(self, row: int, since_us: int, inside: int, passed: Ints, _: Event) -> None:
        facility = self._counting[row]
        self.available.count(facility, float(inside), since_us)
        news = np.maximum(passed - self._told[row], 0)
        self._told[row] += news
        for listeners, vehicles in ((self.came, news[0]), (self.went, news[1])):
            for listener in listeners:
                listener(facility, float(vehicles))
        self._recorder.append(
            "gate_count",
            {
                "t_us": [int(self._env.now)],
                "facility": [facility],
                "since_us": [since_us],
                "inside": [inside],
                "standing": [int(self._occupancy.standing[facility])],
            },
        )

    def _reset(self, row: int, _: int) -> None:
        self.counters.reset(row, int(self._occupancy.standing[self._counting[row]]))
