"""Vehicle classes: dimensions, dynamics and shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.messages import say
from twin.spec import Spec
from twin.traffic.ground_truth import VEHICLE_CLASSES


class VehicleType(Spec):
    """Size and driving of one vehicle class (Intelligent Driver Model)."""

    share: float = Field(ge=0.0, le=1_000_000.0)
    """Share of the trips, relative to the other classes. Assumption: counts by class are not public for the CBD."""

    length_m: float = Field(gt=1.0, le=30.0)
    """Length. Cars: assumption (compact sedans); bus, trucks: GB 1589-2016 limits or GA 802-2019 classes."""

    width_m: float = Field(gt=0.4, le=3.0)
    """Width without mirrors. Bus and heavy truck: 2.55 m, the limit of GB 1589-2016. Assumption: others."""

    height_m: float = Field(gt=0.4, le=4.5)
    """Height. Heavy truck and bus stay below the 4.0 m of GB 1589-2016. Assumption: the value itself."""

    acceleration_mps2: float = Field(gt=0.0, le=5.0)
    """Largest acceleration. Car: 1.0 m/s2, the urban set of Treiber & Kesting, Traffic Flow Dynamics (2013), table 11.2.
    Assumption: other classes."""

    braking_mps2: float = Field(gt=0.0, le=6.0)
    """Comfortable braking. Car: 1.5 m/s2, same table. Assumption: other classes."""

    time_gap_s: float = Field(gt=0.2, le=5.0)
    """Time gap that drivers keep. Car: 1.0 s, same table. Assumption: other classes."""

    standstill_gap_m: float = Field(gt=0.2, le=10.0)
    """Gap to the vehicle ahead in a queue. 2 m, same table."""

    speed_factor: float = Field(gt=0.2, le=1.5)
    """Mean of desired speed / speed limit; single drivers spread by +-10 % around it. Assumption."""


def _car(share: float) -> VehicleType:
    return VehicleType(
        share=share,
        length_m=4.7,
        width_m=1.8,
        height_m=1.5,
        acceleration_mps2=1.0,
        braking_mps2=1.5,
        time_gap_s=1.0,
        standstill_gap_m=2.0,
        speed_factor=1.0,
    )


class VehicleTypes(Spec):
    """The classes on the road; any of their values can be changed."""

    car: VehicleType = _car(0.78)
    """Private cars."""

    taxi: VehicleType = _car(0.12)
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
    )
    """Heavy trucks; the CBD restricts them by day, hence the small share."""

    @model_validator(mode="after")
    def _some_share(self) -> Self:
        if sum(self.by_class("share")) <= 0.0:
            raise ValueError(say("spec.no_share"))
        return self

    def by_class(self, field: str) -> list[float]:
        """Return one field of every class, in the order of ``VEHICLE_CLASSES``."""
        return [float(getattr(getattr(self, name), field)) for name in VEHICLE_CLASSES]


@dataclass(frozen=True, slots=True)
class ClassTable:
    """The classes as arrays, one row a class."""

    share_cumulative: npt.NDArray[np.float64]
    length_m: npt.NDArray[np.float64]
    width_m: npt.NDArray[np.float64]
    height_m: npt.NDArray[np.float64]
    acceleration_mps2: npt.NDArray[np.float64]
    braking_mps2: npt.NDArray[np.float64]
    time_gap_s: npt.NDArray[np.float64]
    standstill_gap_m: npt.NDArray[np.float64]
    speed_factor: npt.NDArray[np.float64]


def class_table(types: VehicleTypes) -> ClassTable:
    """Return the classes as arrays; shares summed up to 1."""
    fields = [name for name in VehicleType.model_fields if name != "share"]
    share = np.cumsum(types.by_class("share"))
    return ClassTable(share_cumulative=share / share[-1], **{name: np.array(types.by_class(name)) for name in fields})
