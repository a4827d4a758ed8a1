"""A car park as SimPy sees it: gates that one waits for, bays that one gets a ticket for, the stay, the way out."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Final, Literal, Protocol

import simpy
from simpy.events import Event

from twin.parking.facilities import Facility
from twin.parking.occupancy import NOBODY, Occupancy
from twin.units import US_PER_S, to_us

Why = Literal["closed", "full", "queue", "waited"]
"""Why a vehicle is turned away: not open; no bay was free; too many were waiting; the driver's patience ended in the queue."""

ANY: Final = -1
"""No bay was named to the driver."""


class Visits(Protocol):
    """Who is told what becomes of vehicles."""

    def parked(self, t_us: int, vehicle: int, bay: int) -> None:
        """Take note that a vehicle stands in a bay now."""

    def turned_away(self, t_us: int, vehicle: int, facility: int, why: Why) -> None:
        """Take back a vehicle that has left the road for a facility, and is not let in."""

    def left(self, t_us: int, vehicle: int, bay: int) -> None:
        """Let a vehicle drive off that stood in a bay: it is at the exit now, at the kerb beside the bay."""


class CarPark:
    """One car park with gates."""

    def __init__(
        self,
        env: simpy.Environment,
        facility: Facility,
        occupancy: Occupancy,
        visits: Visits,
        *,
        queue_most: int,
        patience_us: int,
        start_h: float,
        kept: Callable[[int, int, int], int] = lambda *_: 0,
    ) -> None:
        """Begin without anybody at the gates. ``start_h``: hour of the day at instant 0.

        ``kept(t_us, facility, vehicle)``: spaces that are kept for others than the vehicle.
        """
        if facility.gates is None:
            raise ValueError(f"{facility.name} has no gates")
        gates = facility.gates
        self._env, self._facility, self._occupancy, self._visits = env, facility, occupancy, visits
        self.entry = simpy.Resource(env, gates.entry_lanes)
        self.exit = simpy.Resource(env, gates.exit_lanes)
        self._service_us, self._to_bay_us = to_us(gates.service_s), to_us(gates.to_bay_s)
        self._queue_room = min(gates.queue_room, queue_most)
        self._patience_us, self._start_h, self._kept = patience_us, start_h, kept

    @property
    def queue(self) -> int:
        """Vehicles that wait before the entrance."""
        return len(self.entry.queue)

    def is_open(self, t_us: int) -> bool:
        """Return whether vehicles are let in at ``t_us``."""
        return self._facility.is_open((self._start_h + t_us / (3600.0 * US_PER_S)) % 24.0)

    def _free_for(self, t_us: int, vehicle: int) -> bool:
        number = self._facility.number
        return bool(self._occupancy.free[number] > self._kept(t_us, number, vehicle))

    def refuses(self, t_us: int, vehicle: int) -> Why | None:
        """Return why a vehicle at the entrance would drive on; None where it would not."""
        if not self.is_open(t_us):
            return "closed"
        if not self._free_for(t_us, vehicle):
            return "full"
        return "queue" if self.entry.count == self.entry.capacity and self.queue >= self._queue_room else None

    def visit(self, vehicle: int, stay_us: int, bay: int = ANY) -> Generator[Event, Any, None]:
        """Return the process of a vehicle from the entrance to the exit; ``bay``: the one that it was sent to.

        The ticket is for a bay: it is claimed when the gate's turn has come, before the barrier opens.
        """
        env, number = self._env, self._facility.number
        why = self.refuses(int(env.now), vehicle)
        if why is not None:
            self._visits.turned_away(int(env.now), vehicle, number, why)
            return
        with self.entry.request() as turn:
            if not turn.triggered:
                yield turn | env.timeout(self._patience_us)
                if not turn.triggered:
                    self._visits.turned_away(int(env.now), vehicle, number, "waited")
                    return
            claimed = self._claim(int(env.now), vehicle, bay)
            if claimed == NOBODY:
                self._visits.turned_away(int(env.now), vehicle, number, "full")
                return
            if self._service_us:
                yield env.timeout(self._service_us)
        self._occupancy.tell_gate(int(env.now), number, inwards=True)
        if self._to_bay_us:
            yield env.timeout(self._to_bay_us)
        yield from self.stay(vehicle, claimed, stay_us)

    def _claim(self, t_us: int, vehicle: int, bay: int) -> int:
        if bay != ANY and self._occupancy.claim(bay, vehicle):
            return bay
        return self._occupancy.claim_any(self._facility.number, vehicle) if self._free_for(t_us, vehicle) else NOBODY

    def stay(self, vehicle: int, bay: int, stay_us: int) -> Generator[Event, Any, None]:
        """Return the process of a vehicle from its bay, which it has claimed, to the exit."""
        env = self._env
        self._occupancy.take(int(env.now), bay, vehicle)
        self._visits.parked(int(env.now), vehicle, bay)
        yield from self.rest(vehicle, bay, stay_us)

    def rest(self, vehicle: int, bay: int, stay_us: int) -> Generator[Event, Any, None]:
        """Return the process of a vehicle that stands in a bay, to the exit, which it sets out for after ``stay_us``."""
        env = self._env
        yield env.timeout(stay_us)
        self._occupancy.leave(int(env.now), bay)
        if self._to_bay_us:
            yield env.timeout(self._to_bay_us)
        with self.exit.request() as turn:
            if not turn.triggered:
                yield turn
            if self._service_us:
                yield env.timeout(self._service_us)
        self._occupancy.tell_gate(int(env.now), self._facility.number, inwards=False)
        self._visits.left(int(env.now), vehicle, bay)


def kerb_stay(
    env: simpy.Environment, occupancy: Occupancy, visits: Visits, vehicle: int, bay: int, stay_us: int
) -> Generator[Event, Any, None]:
    """Return the process of a vehicle at the kerb, from its bay, which it has claimed, until it wants to drive off."""
    occupancy.take(int(env.now), bay, vehicle)
    visits.parked(int(env.now), vehicle, bay)
    yield from kerb_rest(env, occupancy, visits, vehicle, bay, stay_us)


def kerb_rest(
    env: simpy.Environment, occupancy: Occupancy, visits: Visits, vehicle: int, bay: int, stay_us: int
) -> Generator[Event, Any, None]:
    """Return the process of a vehicle that stands in a bay at the kerb and wants to drive off after ``stay_us``."""
    yield env.timeout(stay_us)
    occupancy.leave(int(env.now), bay)
    visits.left(int(env.now), vehicle, bay)
