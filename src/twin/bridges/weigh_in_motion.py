"""Weigh-in-motion: axle weights of vehicles at speed, as wrong as their accuracy class of COST 323 allows.

The classes are those of ``metrics/weighing.py``, which also finds the class of a station from what it measured.

A gross weight is wrong by one draw of its own; axles are wrong by more, with deviations that sum up to nothing over the
vehicle (and, of a group's axles, over the group), so that the class holds for every criterion whatever the number of axles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import Assumed
from twin.bridges.vehicle_loads import LEGAL_GROSS_T, STANDARD_GRAVITY_MPS2
from twin.compilation import inline_kernel, kernel
from twin.metrics.weighing import GROUP_SPACING_M, HALF_WIDTHS, AccuracyClass
from twin.rng import normal_pair, stream_key, uniform4
from twin.spec import Spec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MARGIN: Final = 0.95
"""Standard deviation of an error relative to one that just holds the class. Choice: a station that is in its class, and not by
chance; it misses the next better class by far."""

_AXLE, _VEHICLE, _READING = 0, 1_000, 1_001
"""Blocks of a vehicle's draws: one an axle, then those of the whole."""

_QUANTILE: Final = 1.959963984540054
"""Of the standard normal distribution at 97.5 %."""


class WeighInMotionSpec(Spec):
    """A weigh-in-motion station across all lanes of a bridge."""

    id: Annotated[str, Field(min_length=1)]
    """Name, unique on its bridge; draws hang on it."""

    at_m: Annotated[float, Field(ge=0.0)] = 0.0
    """Where it lies, along the bridge's axis from its start."""

    accuracy: AccuracyClass = "C(15)"
    """Accuracy class of COST 323."""

    missed_share: Annotated[float, Field(ge=0.0, le=1.0), Assumed.times(0.2, 4.0)] = 0.01
    """Share of the vehicles that it does not weigh. Assumption: changing lanes over the sensors."""

    least_kg: Annotated[float, Field(ge=0.0)] = 3500.0
    """Lighter vehicles are not reported. Choice: COST 323 speaks of vehicles above 3.5 t."""

    tolerance_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05
    """A vehicle is told to be overloaded where it was measured above what is legal by more. Choice: 5 %; 0 finds more of them,
    and more that are not."""

    speed_noise_share: Annotated[float, Field(ge=0.0, le=0.5), Assumed.times(0.3, 3.0)] = 0.01
    """Standard deviation of the speed, as a share of it. Assumption: a millisecond over a few metres."""


@dataclass(frozen=True, slots=True)
class Weighings:
    """Vehicles that a station weighed, one row each; axles all in a row as in ``Axles``."""

    index: Ints
    """(n,): row of the vehicle in what was given."""
    offset: Ints
    """(n + 1,): vehicle ``i`` has the axles ``offset[i]:offset[i + 1]``."""
    axle_kg: Floats
    """As measured."""
    true_axle_kg: Floats
    behind_m: Floats
    """Axles behind the front bumper."""
    gross_kg: Floats
    true_gross_kg: Floats
    limit_kg: Floats
    """Gross weight that is legal for so many axles."""
    overloaded: npt.NDArray[np.bool_]
    """As told."""
    speed_mps: Floats
    """As measured."""

    @property
    def truly_overloaded(self) -> npt.NDArray[np.bool_]:
        """(n,), truth: above what is legal."""
        return np.asarray(self.true_gross_kg > self.limit_kg)


class WeighInMotion:
    """One station."""

    def __init__(self, bridge: str, spec: WeighInMotionSpec, seed: int) -> None:
        """Make the station ``spec`` of ``bridge``; draws hang on both names and on the trips' numbers."""
        self.spec = spec
        self.name = f"{bridge}/{spec.id}"
        self._key = stream_key(seed, "bridges/weigh_in_motion", self.name)
        self._spread = spreads(spec.accuracy)

    def weigh(
        self, vehicle: npt.ArrayLike, speed_mps: npt.ArrayLike, offset: Ints, behind_m: Floats, load_n: Floats
    ) -> Weighings:
        """Weigh vehicles by trip number, (n,), whose axles are given as in ``Axles``: those above ``least_kg`` as measured."""
        numbers, speed = np.asarray(vehicle, np.int64), np.asarray(speed_mps, np.float64)
        true_kg = load_n / STANDARD_GRAVITY_MPS2
        measured_kg, gross_kg, weighed, speed_read = _weigh(
            self._key,
            numbers,
            speed,
            offset,
            behind_m,
            true_kg,
            self._spread,
            self.spec.missed_share,
            self.spec.speed_noise_share,
        )
        kept = np.flatnonzero(weighed & (gross_kg >= self.spec.least_kg))
        count = np.diff(offset)
        taken = np.repeat(np.isin(np.arange(numbers.size), kept), count)
        limit_kg = legal_gross_kg(count[kept])
        true_gross_kg = np.add.reduceat(true_kg, offset[:-1]) if numbers.size else np.empty(0)
        return Weighings(
            kept,
            np.concatenate(([0], np.cumsum(count[kept]))),
            measured_kg[taken],
            true_kg[taken],
            behind_m[taken],
            gross_kg[kept],
            true_gross_kg[kept],
            limit_kg,
            gross_kg[kept] > limit_kg * (1.0 + self.spec.tolerance_share),
            speed_read[kept],
        )


def legal_gross_kg(axles: npt.ArrayLike) -> Floats:
    """Return the gross weight (kg) that is legal for vehicles of so many axles, by ``LEGAL_GROSS_T``."""
    table = np.array([LEGAL_GROSS_T[min(max(number, 2), 6)] for number in range(7)])
    return np.asarray(1e3 * table[np.clip(np.asarray(axles, np.int64), 2, 6)])


def spreads(accuracy: AccuracyClass) -> Floats:
    """Return standard deviations (4,): of gross weights, and of what single axles, groups and axles of groups deviate more."""
    widths = HALF_WIDTHS[accuracy]
    gross, group, single, axle = (MARGIN * widths[name] / _QUANTILE for name in ("gross", "group", "single", "axle_of_group"))
    return np.array([gross, math.sqrt(single**2 - gross**2), math.sqrt(group**2 - gross**2), math.sqrt(axle**2 - group**2)])


@inline_kernel
def _group_ends(behind_m: Floats, begin: int, end: int) -> int:
    """Return one past the last axle of the group that begins with axle ``begin``."""
    last = begin + 1
    while last < end and behind_m[last] - behind_m[last - 1] <= GROUP_SPACING_M:
        last += 1
    return last


@kernel
def _weigh(
    key: np.uint64,
    vehicle: Ints,
    speed: Floats,
    offset: Ints,
    behind_m: Floats,
    true_kg: Floats,
    spread: Floats,
    missed_share: float,
    speed_noise_share: float,
) -> tuple[Floats, Floats, npt.NDArray[np.bool_], Floats]:
    """Return measured axle weights, measured gross weights, who was weighed at all, and measured speeds.

    Deviations are made to sum up to nothing over the vehicle by taking off their mean, weighted by the load; where this makes
    one of them larger than it may be, all of that vehicle are taken smaller.
    """
    measured, gross = np.empty_like(true_kg), np.zeros(vehicle.size)
    weighed, read = np.ones(vehicle.size, np.bool_), np.empty(vehicle.size)
    deviation = np.zeros(true_kg.size)
    for i in range(vehicle.size):
        u0, u1, miss, _ = uniform4(key, 0, vehicle[i], _VEHICLE)
        common = spread[0] * normal_pair(u0, u1)[0]
        weighed[i] = miss >= missed_share
        u0, u1, _, _ = uniform4(key, 0, vehicle[i], _READING)
        read[i] = speed[i] * (1.0 + speed_noise_share * normal_pair(u0, u1)[0])
        begin, end = offset[i], offset[i + 1]
        total = true_kg[begin:end].sum()
        mean = of_all = 0.0
        at = begin
        while at < end:
            last = _group_ends(behind_m, at, end)
            variance = spread[1 if last - at == 1 else 2] ** 2
            share = true_kg[at:last].sum() / total
            u0, u1, _, _ = uniform4(key, 1, vehicle[i], _AXLE + at - begin)
            drawn = math.sqrt(variance) * normal_pair(u0, u1)[0]
            deviation[at:last] = drawn
            mean += share * drawn
            of_all += share * share * variance
            at = last
        largest = 1.0
        at = begin
        while at < end:
            last = _group_ends(behind_m, at, end)
            variance = spread[1 if last - at == 1 else 2] ** 2
            share = true_kg[at:last].sum() / total
            largest = max(largest, 1.0 - 2.0 * share + of_all / variance)
            at = last
        at = begin
        while at < end:
            last = _group_ends(behind_m, at, end)
            inner = _within_group(key, vehicle[i], at, last, begin, true_kg)
            for axle in range(at, last):
                own = 0.0
                if last - at > 1:
                    u0, u1, _, _ = uniform4(key, 0, vehicle[i], _AXLE + axle - begin)
                    own = spread[3] * (normal_pair(u0, u1)[0] - inner)
                wrong = common + (deviation[axle] - mean) / math.sqrt(largest) + own
                measured[axle] = true_kg[axle] * max(1.0 + wrong, 0.0)
                gross[i] += measured[axle]
            at = last
    return measured, gross, weighed, read


@inline_kernel
def _within_group(key: np.uint64, vehicle: int, at: int, last: int, begin: int, true_kg: Floats) -> float:
    """Return the mean of the own draws of a group's axles, weighted by their load."""
    weighted = total = 0.0
    for axle in range(at, last):
        u0, u1, _, _ = uniform4(key, 0, vehicle, _AXLE + axle - begin)
        weighted += true_kg[axle] * normal_pair(u0, u1)[0]
        total += true_kg[axle]
    return weighted / total


def weigh_rows(
    weighings: Weighings, t_us: Ints, arrived_us: Ints, vehicle: Ints, lane: Ints, bridge: int, device: int
) -> dict[str, Any]:
    """Return rows of table ``weigh`` of those that arrived; ``t_us`` and so on, (n,), are of the rows of ``weighings``."""
    there = np.flatnonzero(arrived_us >= 0)

    def axles(values: npt.NDArray[Any]) -> list[npt.NDArray[np.int64]]:
        whole = np.rint(values).astype(np.int64)
        return [whole[weighings.offset[row] : weighings.offset[row + 1]] for row in there]

    spacing_cm = [
        np.rint(100.0 * np.diff(weighings.behind_m[weighings.offset[row] : weighings.offset[row + 1]])).astype(np.int64)
        for row in there
    ]
    return {
        "t_us": t_us[there],
        "arrived_us": arrived_us[there],
        "bridge": bridge,
        "device": device,
        "lane": lane[there],
        "speed_cmps": np.rint(100.0 * weighings.speed_mps[there]).astype(np.int64),
        "gross_kg": np.rint(weighings.gross_kg[there]).astype(np.int64),
        "axle_kg": axles(weighings.axle_kg),
        "spacing_cm": spacing_cm,
        "limit_kg": np.rint(weighings.limit_kg[there]).astype(np.int64),
        "overloaded": weighings.overloaded[there],
        "vehicle": vehicle[there],
        "true_gross_kg": np.rint(weighings.true_gross_kg[there]).astype(np.int64),
        "true_axle_kg": axles(weighings.true_axle_kg),
        "truly_overloaded": weighings.truly_overloaded[there],
    }
