"""One car park alone, without roads: Poisson arrivals, any stay, whoever finds no bay is lost. What theory can be held against.

With gates that take no time it is the loss system M/G/c/c, whose blocking is Erlang's B whatever the law of the stay
(insensitivity; B. A. Sevastyanov, "An ergodic theorem for Markov processes and its application to telephone systems with
refusals", Theory of Probability and its Applications 2 (1957)).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.parking.car_park import CarPark, Why
from twin.parking.facilities import INSIDE, Bays, Facilities, Facility, facilities_of
from twin.parking.facility_spec import GateSpec, TariffSpec
from twin.parking.occupancy import Occupancy
from twin.rng import stream_key, uniforms
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]
Law = Callable[[Floats], Floats]
"""From uniforms (n, 4) in (0, 1) to stays (n,) in seconds."""

WITHOUT_GATES = GateSpec(service_s=0.0, to_bay_s=0.0, queue_room=1000)
"""Gates that take no time."""


def erlang_b(servers: int, offered: float) -> float:
    """Return the probability that all ``servers`` are taken at an offered load (Erlang).

    By the recursion B(0) = 1, B(n) = a B(n - 1) / (n + a B(n - 1)). Source: A. K. Erlang (1917), in the form of L. Kleinrock,
    Queueing Systems I (1975).
    """
    blocking = 1.0
    for n in range(1, servers + 1):
        blocking = offered * blocking / (n + offered * blocking)
    return blocking


def one_car_park(capacity: int, gates: GateSpec = WITHOUT_GATES, occupancy: float = 0.0) -> Facilities:
    """Return a single car park of ``capacity`` bays that is nowhere."""
    facility = Facility(
        number=0,
        name="alone",
        group="alone",
        kind="off_street",
        first_bay=0,
        capacity=capacity,
        x_m=0.0,
        y_m=0.0,
        entry_edge=0,
        entry_s_m=0.0,
        exit_edge=0,
        exit_s_m=0.0,
        tariff=TariffSpec(),
        gates=gates,
        open_from_h=0.0,
        open_until_h=24.0,
        occupancy=occupancy,
        purposes=(),
    )
    nothing = np.zeros(capacity)
    bays = Bays(np.zeros(capacity, np.int32), np.full(capacity, INSIDE, np.int32), nothing, nothing, nothing)
    return facilities_of((facility,), bays, 1)


@dataclass(slots=True)
class LossCounts:
    """What was counted, of the arrivals after the first ``left_out``."""

    left_out: int
    arrived: int = 0
    """Vehicles that came, those left out included."""
    parked: int = 0
    lost: int = 0
    gone: int = 0
    """Of all that came: who drove off again."""
    counted: int = 0
    blocked: int = 0
    """Of those counted: who was turned away."""
    mean_taken: float = 0.0
    """Mean number of bays taken, from the first counted arrival to the last."""

    def parked_now(self) -> int:
        """Return the vehicles that are inside."""
        return self.arrived - self.lost - self.gone


class _Counter:
    """Told by the car park what becomes of vehicles."""

    def __init__(self, counts: LossCounts) -> None:
        self._counts = counts

    def parked(self, t_us: int, vehicle: int, bay: int) -> None:
        """Count who stands in a bay."""
        del t_us, vehicle, bay
        self._counts.parked += 1

    def turned_away(self, t_us: int, vehicle: int, facility: int, why: Why) -> None:
        """Count who is lost."""
        del t_us, facility, why
        self._counts.lost += 1
        self._counts.blocked += vehicle >= self._counts.left_out

    def left(self, t_us: int, vehicle: int, bay: int) -> None:
        """Count who drives off."""
        del t_us, vehicle, bay
        self._counts.gone += 1


def run_alone(
    facilities: Facilities, arrivals_per_s: float, stay_s: Law, arrivals: int, seed: int, *, left_out: int = 0
) -> LossCounts:
    """Let ``arrivals`` vehicles come to a car park that is alone, the first ``left_out`` of them uncounted.

    Raises ValueError where it is not one.
    """
    if facilities.count != 1:
        raise ValueError(f"one car park is asked for, these are {facilities.count}")
    env, counts, occupancy = simpy.Environment(initial_time=0), LossCounts(left_out), Occupancy(facilities)
    park = CarPark(env, facilities.every[0], occupancy, _Counter(counts), queue_most=1000, patience_us=1 << 60, start_h=0.0)
    numbers = np.arange(arrivals, dtype=np.int64)
    gaps = -np.log(uniforms(stream_key(seed, "parking/loss/gap"), numbers)[:, 0]) / arrivals_per_s
    gap_us = np.maximum(np.rint(gaps * US_PER_S), 1.0).astype(np.int64).tolist()
    stay_us = np.maximum(np.rint(stay_s(uniforms(stream_key(seed, "parking/loss/stay"), numbers)) * US_PER_S), 1.0)
    taken_us = [0, 0]

    def come() -> Generator[Event, Any, None]:
        for number, (gap, stay) in enumerate(zip(gap_us, stay_us.astype(np.int64).tolist(), strict=True)):
            yield env.timeout(gap)
            counts.arrived += 1
            if number >= left_out:
                counts.counted += 1
                # arrivals are Poisson, so what they find is the mean over time (R. W. Wolff, Operations Research 30, 1982)
                taken_us[0] += int(occupancy.standing[0])
                taken_us[1] += 1
            env.process(park.visit(number, stay))

    env.process(come())
    env.run()
    counts.mean_taken = taken_us[0] / max(taken_us[1], 1)
    return counts
