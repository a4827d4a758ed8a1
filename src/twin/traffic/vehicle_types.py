"""Vehicle classes: dimensions, dynamics, axles and shares."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.messages import say
from twin.spec import Spec
from twin.traffic.ground_truth import DRIVEN_CLASSES
from twin.units import MPS_PER_KMH

AxlePosition = Annotated[float, Field(ge=0.0, le=30.0)]
AxleLoad = Annotated[float, Field(gt=0.0, le=300.0)]

_E_BIKE_MPS: Final = 25.0 * MPS_PER_KMH


class VehicleType(Spec):
    """Size and driving of one vehicle class (Intelligent Driver Model)."""

    share: Annotated[float, Assumed.times(0.7, 1.4)] = Field(ge=0.0, le=1_000_000.0)
    """Share of the trips, relative to the other classes. Assumption: counts by class are not public for the CBD."""

    length_m: Annotated[float, Assumed.times(0.95, 1.05)] = Field(gt=1.0, le=30.0)
    """Length. Bus, trucks: GB 1589-2016 limits or GA 802-2019 classes. Assumption: others; cars are compact sedans, autonomous
    taxis minivans, electric bicycles have the wheelbase of 1.25 m that GB 17761-2018 allows."""

    width_m: Annotated[float, Assumed.times(0.95, 1.05)] = Field(gt=0.4, le=3.0)
    """Width without mirrors. Bus and heavy truck: 2.55 m, the limit of GB 1589-2016. Assumption: others."""

    height_m: Annotated[float, Assumed.times(0.9, 1.1)] = Field(gt=0.4, le=4.5)
    """Height, with the rider. Heavy truck and bus stay below the 4.0 m of GB 1589-2016. Assumption: the value itself."""

    acceleration_mps2: Annotated[float, Assumed.times(0.8, 1.2)] = Field(gt=0.0, le=5.0)
    """Largest acceleration. Car: 1.4 m/s2, A. Kesting, M. Treiber, D. Helbing, "Enhanced intelligent driver model", Phil.
    Trans. R. Soc. A 368 (2010; arXiv 0912.3613), table 1, quoted without the paper at hand; a queue then discharges some 1,770
    cars an hour and lane, with 1.0 m/s2 (the urban set of ``time_gap_s``) only 1,560. Assumption: other classes."""

    braking_mps2: Annotated[float, Assumed.times(0.75, 1.3)] = Field(gt=0.0, le=6.0)
    """Comfortable braking. Car: 2.0 m/s2, same table. Assumption: other classes."""

    time_gap_s: Annotated[float, Assumed.times(0.85, 1.3)] = Field(gt=0.2, le=5.0)
    """Time gap that drivers keep. Car: 1.0 s, the urban set of Treiber & Kesting, Traffic Flow Dynamics (2013), table 11.2.
    Assumption: other classes."""

    standstill_gap_m: Annotated[float, Assumed.times(0.75, 1.25)] = Field(gt=0.2, le=10.0)
    """Gap to the vehicle ahead in a queue. 2 m, same table. Assumption: classes that differ."""

    speed_factor: Annotated[float, Assumed.times(0.9, 1.1)] = Field(gt=0.2, le=1.5)
    """Mean of desired speed / speed limit; single drivers spread around it by ``driving.speed_spread``. Assumption: the limit,
    and less for heavy and careful ones."""

    highest_speed_mps: Annotated[float, Assumed.times(0.9, 1.1)] = Field(gt=1.0, le=100.0)
    """Nobody of the class drives faster, whatever the limit. Electric bicycle: 25 km/h, GB 17761-2018. Assumption: others; cars
    180 km/h, buses with standing room 69, trucks 90."""

    keeps_to_kerb: bool = False
    """Never changes away from the lane at the kerb of its own accord. Electric bicycles ride at the right edge of the
    carriageway where there is no lane of their own (Road Traffic Safety Law of China, article 57)."""

    axle_positions_m: Annotated[tuple[AxlePosition, ...], Assumed.times(0.98, 1.02)] = Field(min_length=1, max_length=12)
    """Axles behind the front bumper, from the front. Assumption: wheelbases and overhangs of usual vehicles of that length."""

    axle_loads_empty_kn: Annotated[tuple[AxleLoad, ...], Assumed.times(0.9, 1.1)] = Field(min_length=1, max_length=12)
    """Load of each axle when empty but for the driver, kN. Assumption: usual kerb masses (car 1.4 t, bus 12 t, light truck
    2.5 t, heavy truck 12.5 t, autonomous taxi 2.2 t, electric bicycle with its rider 0.125 t of which 55 kg, GB 17761-2018,
    are its own)."""

    axle_loads_laden_kn: Annotated[tuple[AxleLoad, ...], Assumed.times(0.8, 1.1)] = Field(min_length=1, max_length=12)
    """Load of each axle when fully laden, kN. Gross masses: bus 18 t (two axles) and heavy truck 31 t (four axles), the
    limits of GB 1589-2016, which also allows 7 t on a single-tyred axle, 11.5 t on a bus's driving one and 18 t on a
    tandem; light truck 4.495 t (below the 4.5 t of GA 802-2019). Assumption: how they are shared among the axles, and the
    other classes."""

    @model_validator(mode="after")
    def _axles_fit(self) -> Self:
        positions_m = self.axle_positions_m
        counts = [len(positions_m), len(self.axle_loads_empty_kn), len(self.axle_loads_laden_kn)]
        if len(set(counts)) != 1:
            raise ValueError(say("spec.axle_counts", positions=counts[0], empty=counts[1], laden=counts[2]))
        ordered = all(ahead < behind for ahead, behind in itertools.pairwise(positions_m))
        if not ordered or positions_m[-1] > self.length_m:
            shown = ", ".join(f"{position_m:g}" for position_m in positions_m)
            raise ValueError(say("spec.axle_positions", positions=shown, length_m=self.length_m))
        if any(laden < empty for empty, laden in zip(self.axle_loads_empty_kn, self.axle_loads_laden_kn, strict=True)):
            raise ValueError(say("spec.axle_loads"))
        return self


def _car(share: float) -> VehicleType:
    return VehicleType(
        share=share,
        length_m=4.7,
        width_m=1.8,
        height_m=1.5,
        acceleration_mps2=1.4,
        braking_mps2=2.0,
        time_gap_s=1.0,
        standstill_gap_m=2.0,
        speed_factor=1.0,
        highest_speed_mps=50.0,
        axle_positions_m=(0.9, 3.6),
        axle_loads_empty_kn=(7.7, 6.0),
        axle_loads_laden_kn=(8.8, 8.8),
    )


class VehicleTypes(Spec):
    """The classes on the road; any of their values can be changed."""

    car: VehicleType = _car(0.78)
    """Private cars."""

    taxi: VehicleType = _car(0.11)
    """Taxis and ride-hailing."""

    bus: VehicleType = VehicleType(
        share=0.03,
        length_m=12.0,
        width_m=2.55,
        height_m=3.2,
        acceleration_mps2=0.8,
        braking_mps2=1.3,
        time_gap_s=1.3,
        standstill_gap_m=2.5,
        speed_factor=0.85,
        highest_speed_mps=19.0,
        axle_positions_m=(2.7, 8.6),
        axle_loads_empty_kn=(42.0, 76.0),
        axle_loads_laden_kn=(63.7, 112.8),
    )
    """City buses (as through traffic; lines and stops are not modelled yet)."""

    light_truck: VehicleType = VehicleType(
        share=0.05,
        length_m=5.995,
        width_m=2.2,
        height_m=2.8,
        acceleration_mps2=0.9,
        braking_mps2=1.4,
        time_gap_s=1.2,
        standstill_gap_m=2.0,
        speed_factor=0.95,
        highest_speed_mps=25.0,
        axle_positions_m=(1.1, 4.46),
        axle_loads_empty_kn=(13.5, 11.0),
        axle_loads_laden_kn=(15.7, 28.4),
    )
    """Delivery vans and light trucks: under 6 m, the class limit of GA 802-2019."""

    heavy_truck: VehicleType = VehicleType(
        share=0.02,
        length_m=11.9,
        width_m=2.55,
        height_m=3.8,
        acceleration_mps2=0.5,
        braking_mps2=1.2,
        time_gap_s=1.5,
        standstill_gap_m=2.5,
        speed_factor=0.85,
        highest_speed_mps=25.0,
        axle_positions_m=(1.5, 3.45, 8.2, 9.55),
        axle_loads_empty_kn=(35.0, 34.0, 27.0, 26.6),
        axle_loads_laden_kn=(63.7, 63.7, 88.3, 88.3),
    )
    """Heavy trucks with four axles; the CBD restricts them by day, hence the small share."""

    autonomous_taxi: VehicleType = VehicleType(
        share=0.01,
        length_m=5.17,
        width_m=1.99,
        height_m=2.1,
        acceleration_mps2=1.0,
        braking_mps2=1.5,
        time_gap_s=1.5,
        standstill_gap_m=2.5,
        speed_factor=0.95,
        highest_speed_mps=33.0,
        axle_positions_m=(1.0, 4.06),
        axle_loads_empty_kn=(12.0, 9.6),
        axle_loads_laden_kn=(13.0, 13.5),
    )
    """Taxis without a driver at the wheel: minivans with sensors on the roof, which keep more distance than people do."""

    electric_bicycle: VehicleType = VehicleType(
        share=0.0,
        length_m=1.7,
        width_m=0.7,
        height_m=1.7,
        acceleration_mps2=1.0,
        braking_mps2=1.5,
        time_gap_s=1.0,
        standstill_gap_m=1.0,
        speed_factor=1.0,
        highest_speed_mps=_E_BIKE_MPS,
        keeps_to_kerb=True,
        axle_positions_m=(0.25, 1.5),
        axle_loads_empty_kn=(0.5, 0.73),
        axle_loads_laden_kn=(0.55, 0.95),
    )
    """Electric bicycles on the carriageway. None by default: the CBD's main roads have lanes of their own for them, which the
    map does not show; give them a share where they mix with cars."""

    @model_validator(mode="after")
    def _some_share(self) -> Self:
        if sum(self.by_class("share")) <= 0.0:
            raise ValueError(say("spec.no_share"))
        return self

    def by_class(self, field: str) -> list[Any]:
        """Return one field of every class, in the order of ``DRIVEN_CLASSES``."""
        return [getattr(getattr(self, name), field) for name in DRIVEN_CLASSES]


@dataclass(frozen=True, slots=True)
class ClassTable:
    """The classes that drive as arrays, one row a class."""

    share_cumulative: npt.NDArray[np.float64]
    length_m: npt.NDArray[np.float64]
    width_m: npt.NDArray[np.float64]
    height_m: npt.NDArray[np.float64]
    acceleration_mps2: npt.NDArray[np.float64]
    braking_mps2: npt.NDArray[np.float64]
    time_gap_s: npt.NDArray[np.float64]
    standstill_gap_m: npt.NDArray[np.float64]
    speed_factor: npt.NDArray[np.float64]
    highest_speed_mps: npt.NDArray[np.float64]
    keeps_to_kerb: npt.NDArray[np.bool_]
    speed_spread: float
    """See ``DrivingSpec``."""


_COLUMNS: Final = (
    "length_m",
    "width_m",
    "height_m",
    "acceleration_mps2",
    "braking_mps2",
    "time_gap_s",
    "standstill_gap_m",
    "speed_factor",
    "highest_speed_mps",
)


def class_table(types: VehicleTypes, speed_spread: float) -> ClassTable:
    """Return the classes as arrays; shares summed up to 1. ``speed_spread`` is that of ``DrivingSpec``."""
    share = np.cumsum(types.by_class("share"))
    return ClassTable(
        share_cumulative=share / share[-1],
        keeps_to_kerb=np.array(types.by_class("keeps_to_kerb"), dtype=np.bool_),
        speed_spread=speed_spread,
        **{name: np.array(types.by_class(name), dtype=np.float64) for name in _COLUMNS},
    )
