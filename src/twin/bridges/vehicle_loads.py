"""What vehicles weigh on each axle: how full they are, trucks above their limits among them, drawn by trip.

Axles and their loads, empty and laden, are those of the vehicle classes of traffic. A truck's gross weight is one of three
kinds, empty, part-laden and full, each log-normal: Chinese weigh-in-motion data are fitted by such mixtures (three log-normals
on an urban expressway: Mathematical Problems in Engineering 2014, 340896; five normals for all vehicles on the Hangzhou Bay
Bridge: Shock and Vibration 2015, 576083; abstracts read). A fourth kind is overloaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.compilation import kernel
from twin.messages import say
from twin.rng import normal_pair, stream_key, uniform4
from twin.spec import Spec
from twin.traffic.ground_truth import DRIVEN_CLASSES
from twin.traffic.vehicle_types import VehicleTypes

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STANDARD_GRAVITY_MPS2: Final = 9.80665
"""Source: CGPM 1901."""

LEGAL_GROSS_T: Final = {2: 18.0, 3: 25.0, 4: 31.0, 5: 43.0, 6: 49.0}
"""Gross mass (t) above which a goods vehicle of so many axles is overloaded; more axles: as six. Source: Administrative
Provisions on Oversize and Overweight Transport Vehicles on Roads (超限运输车辆行驶公路管理规定), article 3; single vehicles up
to four axles, trains from five on (three-axle trains, 27 t, and four-axle ones, 36 t, are not told apart from single ones)."""

TRUCK_CLASSES: Final = ("light_truck", "heavy_truck")
"""Classes whose weight is drawn by ``TruckLoads``; the others are passenger vehicles."""

_EMPTY: Final = 0
_OVERLOADED: Final = 3
"""Kinds of load: 1 is part-laden, 2 full."""


class TruckLoadsSpec(Spec):
    """How heavy trucks are: shares and spreads of the kinds of their gross weights."""

    empty_share: Annotated[float, Assumed.between(0.2, 0.5)] = Field(default=0.35, ge=0.0, le=1.0)
    """Share that drives empty. Assumption: a third; the first peak of weigh-in-motion histograms."""

    part_share: Annotated[float, Assumed.between(0.1, 0.4)] = Field(default=0.25, ge=0.0, le=1.0)
    """Share that is half full. Assumption: the broad middle of the histograms; the rest is full or overloaded."""

    overloaded_share: Annotated[float, Assumed.between(0.0, 0.1)] = Field(default=0.02, ge=0.0, le=1.0)
    """Share that carries more than allowed. Assumption: 2 %, after years of enforcement; 10 % and more before."""

    part_ratio: Annotated[float, Assumed.between(0.4, 0.65)] = Field(default=0.5, gt=0.0, lt=1.0)
    """Median part-laden load between empty (0) and full (1). Assumption: half."""

    full_ratio: Annotated[float, Assumed.between(0.8, 1.0)] = Field(default=0.92, gt=0.0, le=1.0)
    """Median gross weight of full trucks relative to their laden weight. Assumption: somewhat below the limit."""

    overloaded_ratio: Annotated[float, Assumed.between(1.15, 1.6)] = Field(default=1.35, gt=1.0, le=3.0)
    """Median gross weight of overloaded trucks relative to their laden weight. Assumption: a third above it."""

    empty_spread: Annotated[float, Assumed.between(0.03, 0.12)] = Field(default=0.06, ge=0.0, le=0.5)
    """Standard deviation of the logarithm of an empty truck's gross weight. Assumption: bodies and equipment differ by 6 %."""

    part_spread: Annotated[float, Assumed.between(0.1, 0.3)] = Field(default=0.18, ge=0.0, le=0.5)
    """The same of part-laden trucks. Assumption: a broad middle."""

    full_spread: Annotated[float, Assumed.between(0.04, 0.12)] = Field(default=0.06, ge=0.0, le=0.5)
    """The same of full trucks; what exceeds the laden weight is cut off there. Assumption: a narrow peak."""

    overloaded_spread: Annotated[float, Assumed.between(0.05, 0.25)] = Field(default=0.12, ge=0.0, le=0.5)
    """The same of overloaded trucks; less than 1.02 times the laden weight is raised to it. Assumption: a long tail."""

    passenger_fill: Annotated[float, Assumed.between(0.15, 0.5)] = Field(default=0.3, ge=0.0, le=0.5)
    """Mean fill of cars, taxis and buses between empty (0) and full (1), uniform from 0 to twice that. Assumption: 1.5 of 5
    seats of a car, a third of a city bus over the day."""

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        total = self.empty_share + self.part_share + self.overloaded_share
        if total > 1.0:
            raise ValueError(say("bridge.truck_shares", total=total))
        return self


@dataclass(frozen=True, slots=True)
class Axles:
    """Axles of some vehicles, all in a row."""

    offset: Ints
    """(vehicles + 1,): vehicle ``i`` has the axles ``offset[i]:offset[i + 1]``."""
    behind_m: Floats
    """(axles,): distance behind the front bumper."""
    load_n: Floats
    """(axles,): static load, downwards."""
    gross_n: Floats
    """(vehicles,): sum of the axles' loads."""
    overloaded: npt.NDArray[np.bool_]
    """(vehicles,): trucks above ``VehicleLoads.limit_n`` of their class."""


class VehicleLoads:
    """Draws axle loads by trip: the same trip weighs the same on every bridge and in every deployment."""

    def __init__(self, types: VehicleTypes, spec: TruckLoadsSpec, seed: int) -> None:
        """Take the vehicle classes of traffic and how full they are."""
        positions, empty, laden = (
            types.by_class(name) for name in ("axle_positions_m", "axle_loads_empty_kn", "axle_loads_laden_kn")
        )
        self.axles_of_class = np.array([len(one) for one in positions], np.int64)
        self.offset_of_class = np.concatenate(([0], np.cumsum(self.axles_of_class)))
        self.behind_m = np.concatenate([np.array(one, np.float64) for one in positions])
        self.empty_n = 1e3 * np.concatenate([np.array(one, np.float64) for one in empty])
        self.laden_n = 1e3 * np.concatenate([np.array(one, np.float64) for one in laden])
        self.empty_gross_n = np.add.reduceat(self.empty_n, self.offset_of_class[:-1])
        self.laden_gross_n = np.add.reduceat(self.laden_n, self.offset_of_class[:-1])
        self.truck = np.array([name in TRUCK_CLASSES for name in DRIVEN_CLASSES], np.bool_)
        legal_t = np.array([LEGAL_GROSS_T[int(min(max(count, 2), 6))] for count in self.axles_of_class])
        self.limit_n = np.where(self.truck, np.minimum(1e3 * STANDARD_GRAVITY_MPS2 * legal_t, self.laden_gross_n), np.inf)
        """(classes,): gross weight above which a truck is overloaded, its rated one or the legal one; others: none."""
        self._key = stream_key(seed, "bridges/vehicle_loads")
        self._spec = spec
        self._shares = np.cumsum([spec.empty_share, spec.part_share, self._full_share()])
        self._spread = np.array([spec.empty_spread, spec.part_spread, spec.full_spread, spec.overloaded_spread])

    def _full_share(self) -> float:
        return 1.0 - self._spec.empty_share - self._spec.part_share - self._spec.overloaded_share

    def gross_n(self, trip: npt.ArrayLike, vehicle_class: npt.ArrayLike) -> Floats:
        """Return (n,): gross weights of trips by their number and class (row of ``DRIVEN_CLASSES``)."""
        spec, row = self._spec, np.asarray(vehicle_class, np.int64)
        empty, laden = self.empty_gross_n[row], self.laden_gross_n[row]
        kind, normal, share = _drawn(self._key, np.asarray(trip, np.int64), self._shares)
        median = np.choose(
            kind,
            (empty, empty + spec.part_ratio * (laden - empty), spec.full_ratio * laden, spec.overloaded_ratio * laden),
        )
        truck_n = median * np.exp(self._spread[kind] * normal)
        truck_n = np.where(kind == _OVERLOADED, np.maximum(truck_n, 1.02 * laden), np.minimum(truck_n, laden))
        truck_n = np.maximum(truck_n, np.where(kind == _EMPTY, 0.85 * empty, empty))
        passenger_n = empty + 2.0 * spec.passenger_fill * share * (laden - empty)
        gross_n: Floats = np.where(self.truck[row], truck_n, passenger_n)
        return gross_n

    def axles(self, trip: npt.ArrayLike, vehicle_class: npt.ArrayLike) -> Axles:
        """Return the axles of trips: between empty and laden every axle takes its part, beyond that all grow alike."""
        row = np.asarray(vehicle_class, np.int64)
        gross_n = self.gross_n(trip, row)
        count = self.axles_of_class[row]
        offset = np.concatenate(([0], np.cumsum(count)))
        vehicle = np.repeat(np.arange(row.size), count)
        axle = np.arange(offset[-1]) - offset[:-1][vehicle] + self.offset_of_class[row][vehicle]
        empty, laden = self.empty_gross_n[row], self.laden_gross_n[row]
        fill = np.clip((gross_n - empty) / np.maximum(laden - empty, 1e-9), 0.0, 1.0)[vehicle]
        load_n = self.empty_n[axle] + fill * (self.laden_n[axle] - self.empty_n[axle])
        load_n *= (gross_n / np.add.reduceat(load_n, offset[:-1]))[vehicle] if row.size else 1.0
        return Axles(offset, self.behind_m[axle], load_n, gross_n, gross_n > self.limit_n[row])


@kernel
def _drawn(key: np.uint64, trip: Ints, shares: Floats) -> tuple[Ints, Floats, Floats]:
    """Return each trip's kind of load (see ``_EMPTY``), a standard normal and a uniform."""
    kind, normal, share = np.empty(trip.size, np.int64), np.empty(trip.size), np.empty(trip.size)
    for i in range(trip.size):
        pick, u0, u1, share[i] = uniform4(key, 0, trip[i], 0)
        normal[i], _ = normal_pair(u0, u1)
        kind[i] = 3
        for which in range(3):
            if pick < shares[which]:
                kind[i] = which
                break
    return kind, normal, share
