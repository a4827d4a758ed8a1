"""A kerb and a car park with sensors, without traffic: what tests of parking sensors and guidance share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import simpy

from twin.kernel.reporting import FieldDevices
from twin.parking.facilities import INSIDE, Bays, Facilities, Facility, facilities_of
from twin.parking.facility_spec import GateSpec, TariffSpec
from twin.parking.occupancy import Occupancy
from twin.parking.sensing import ParkingSensing
from twin.parking.sensing_spec import ParkingSensorsSpec

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US


class Rows:
    """A recorder that keeps rows by table."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, object]]] = {}

    def append(self, table, columns) -> None:
        """Keep rows."""
        for values in zip(*(np.ma.asarray(column).tolist() for column in columns.values()), strict=True):
            self.tables.setdefault(table, []).append(dict(zip(columns, values, strict=True)))

    def of(self, table: str) -> list[dict[str, object]]:
        """Return the rows of a table."""
        return self.tables.get(table, [])


class Wire:
    """A network that takes half a second and loses every n-th report."""

    def __init__(self, lose_every: int = 0, delay_us: int = SECOND_US // 2) -> None:
        self.lose_every, self.delay_us, self.asked = lose_every, delay_us, 0

    def send(self, _t_us, device, _size_bytes):
        """Deliver or lose."""
        number = self.asked + 1 + np.arange(device.size)
        self.asked += device.size
        lost = (number % self.lose_every == 0) if self.lose_every else np.zeros(device.size, np.bool_)
        return np.where(lost, -1, self.delay_us), lost.astype(np.int8)


def place(kerbs: Sequence[int] = (20,), inside: Sequence[int] = (), open_until_h: float = 24.0) -> Facilities:
    """Return kerbs, each along an edge of its own, and car parks of these capacities."""
    every, first = [], 0
    for number, capacity in enumerate([*kerbs, *inside]):
        at_kerb = number < len(kerbs)
        every.append(
            Facility(
                number=number,
                name=f"{'kerb' if at_kerb else 'park'} {number}",
                group="kerbs" if at_kerb else "parks",
                kind="on_street" if at_kerb else "underground",
                first_bay=first,
                capacity=capacity,
                x_m=1000.0 * number,
                y_m=0.0,
                entry_edge=number,
                entry_s_m=10.0,
                exit_edge=number,
                exit_s_m=20.0,
                tariff=TariffSpec(),
                gates=None if at_kerb else GateSpec(),
                open_from_h=0.0,
                open_until_h=open_until_h,
                occupancy=0.5,
                purposes=(),
            )
        )
        first += capacity
    facility = np.repeat(np.arange(len(every)), [one.capacity for one in every]).astype(np.int32)
    bays = Bays(
        facility=facility,
        edge=np.where(facility < len(kerbs), facility, INSIDE).astype(np.int32),
        s_m=np.arange(first) * 6.0,
        x_m=1000.0 * facility,
        y_m=np.zeros(first),
    )
    return facilities_of(tuple(every), bays, len(every))


class Watched:
    """Sensors over facilities in a SimPy environment of their own."""

    def __init__(
        self, spec: ParkingSensorsSpec, facilities: Facilities, *, seed: int = 1, rain_mmph: float = 0.0, network=None
    ):
        self.env, self.rows, self.occupancy = simpy.Environment(initial_time=0), Rows(), Occupancy(facilities)
        self._seed, self._rain_mmph = seed, rain_mmph
        self._network = network or Wire()
        self.spec = spec

    def start(self, passed=None) -> ParkingSensing:
        """Let the sensors begin; the bays are as they are now."""
        networks = dict.fromkeys(("nb_iot", "fibre", "lorawan", "redcap"), lambda _: self._network)

        def connect(devices, gateways, life):
            return FieldDevices(
                *(devices, gateways, life, networks, self._seed, self.rows), first_number=100, duration_us=30 * 24 * HOUR_US
            )

        sensing = ParkingSensing(
            *(self.env, self.spec, self.occupancy, connect, self.rows),
            seed=self._seed,
            start_of_day_s=8 * 3600.0,
            rain_mmph=self._rain_mmph,
        )
        sensing.begin()
        for process in (*sensing.devices.processes(self.env), *sensing.processes(passed)):
            self.env.process(process)
        return sensing

    def at(self, t_us: int, act) -> None:
        """Let something happen at an instant."""
        event = self.env.timeout(t_us - int(self.env.now))
        event.callbacks.append(lambda _: act())

    def park(self, t_us: int, bay: int, vehicle: int) -> None:
        """Let a vehicle stand in a bay from then on."""

        def take() -> None:
            assert self.occupancy.claim(bay, vehicle)
            self.occupancy.take(int(self.env.now), bay, vehicle)

        self.at(t_us, take)

    def leave(self, t_us: int, bay: int) -> None:
        """Let the bay's vehicle go then."""
        self.at(t_us, lambda: self.occupancy.leave(int(self.env.now), bay))
