"""Connected vehicles as data: who has an on-board unit, and how well its vehicle knows itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from twin.assumed import Assumed
from twin.messages import say
from twin.spec import Spec
from twin.traffic.ground_truth import DRIVEN_CLASSES


class OnBoardSpec(Spec):
    """On-board units (OBU): which vehicles carry one, and what their messages say."""

    share: Annotated[float, Assumed.between(0.05, 1.0)] = Field(default=0.3, ge=0.0, le=1.0)
    """Share of the motor vehicles with an on-board unit. Who they are is drawn vehicle by vehicle, so that those of a smaller
    share are among those of a greater one. Assumption: 0.3, a city some years after units have become usual in new cars."""

    always: tuple[str, ...] = ("autonomous_taxi", "bus")
    """Classes of which every vehicle has one: fleets that somebody runs."""

    never: tuple[str, ...] = ("electric_bicycle",)
    """Classes of which none has one."""

    rule: Literal["bsm", "cam"] = "bsm"
    """When messages are sent: ``bsm``, at a fixed rate (T/CSAE 53); ``cam``, when place, speed or heading have changed, between
    once and ten times a second (ETSI EN 302 637-2)."""

    rate_hz: float = Field(default=10.0, ge=1.0, le=10.0)
    """Messages a second under ``bsm``. Source: 10 Hz (T/CSAE 53-2020)."""

    place_bias_m: Annotated[float, Assumed.between(0.2, 1.5)] = Field(default=0.7, ge=0.0, le=50.0)
    """Standard deviation, east and north, of the error of a vehicle's own place that stays the same over its trip. Assumption:
    0.7 m each way, 1 m in all, within the 1.5 m that T/CSAE 53-2020 allows: corrections of the ionosphere and of orbits age
    over minutes, longer than most trips through a district."""

    place_noise_m: Annotated[float, Assumed.times(0.3, 3.0)] = Field(default=0.1, ge=0.0, le=50.0)
    """Standard deviation of what changes from message to message. Assumption: 0.1 m, satellites and odometer together."""

    speed_noise_mps: Annotated[float, Assumed.times(0.3, 3.0)] = Field(default=0.1, ge=0.0, le=10.0)
    """Standard deviation of the told speed. Assumption: 0.1 m/s, a wheel's pulses."""

    heading_noise_deg: Annotated[float, Assumed.times(0.3, 3.0)] = Field(default=1.0, ge=0.0, le=90.0)
    """Standard deviation of the told heading. Assumption: 1 degree, an inertial unit with satellites."""

    @field_validator("always", "never")
    @classmethod
    def _are_classes(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in names if name not in DRIVEN_CLASSES]
        if unknown:
            raise ValueError(say("connected.classes", unknown=", ".join(unknown), classes=", ".join(DRIVEN_CLASSES)))
        return names
