"""Inductive loops and geomagnetic detectors in the lanes: their specification and their errors."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import OF_THE_CALCULATION, OF_THE_DESIGN, Assumed
from twin.messages import say
from twin.sensors.device import BaseDeviceSpec, Kind
from twin.units import to_us

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Floats = npt.NDArray[np.float64]


class LoopSpec(BaseDeviceSpec):
    """A detector in every lane of a road, or in some: it counts, says how long it was occupied, and tells mean speeds.

    Of the road beside its site, or, with a mount ``at: approach``, of each approach of a junction. Defaults: a pair of
    inductive loops a lane.
    """

    about: ClassVar[Kind] = Kind(
        name_en="loop or geomagnetic detector",
        name_zh="线圈/地磁检测器",
        colour="#dcd25a",
        price_10k_cny=(0.1, 0.3, 0.8),
        price_source="Assumption: an inductive loop or geomagnetic detector, with cutting or drilling; no published unit "
        "price.",
        priced_by="lane",
        power_w=2.0,
        power_range=Assumed.times(0.5, 2.0),
        power_source="Assumption: with its share of the detector card, typical of such cards.",
    )

    kind: Literal["loop"]
    """Always ``loop``."""

    lanes: tuple[Annotated[int, Field(ge=0, le=20)], ...] | None = None
    """Lanes that have one, 0 at the kerb; every lane where left out. Lanes that the road does not have are passed over."""

    ahead_m: Annotated[float, Field(ge=-500.0, le=500.0)] = 0.0
    """How far beyond the site, or beyond the stop line, vehicles meet it along the lane; negative before. It lies where the
    road has lanes: at their beginning or at the stop line where this would lead farther."""

    length_m: Annotated[float, Field(ge=0.0, le=20.0)] = 2.0
    """Length along the lane. Source: the loops of 2 m by 1.5 m of Cherrett, Bell and McDonald (Proc. ICE Transport 147(1),
    2001, 23-32). A geomagnetic detector is a point: some 0.1 m."""

    speed_from: Literal["pair", "occupancy"] = "pair"
    """How it tells speed: by a second detector close behind, or by a single one, from how long a vehicle of usual length takes
    to leave it."""

    usual_vehicle_length_m: Annotated[float, Field(gt=0.0, le=30.0), Assumed.between(4.4, 5.0)] = 4.7
    """Length that a single detector takes every vehicle to have. Assumption: a car; buses and trucks then seem slow."""

    speed_noise_share: Annotated[Share, Assumed.times(0.5, 2.0)] = 0.03
    """Standard deviation of a pair's speed, as a share of it. Assumption: a few milliseconds over a few metres."""

    on_time_noise_s: Annotated[float, Field(ge=0.0, le=1.0), Assumed.times(0.5, 2.0)] = 0.01
    """Standard deviation of the time for which it says a vehicle was there. Assumption: it is read 100 times a second."""

    missed_share: Annotated[Share, Assumed.between(0.002, 0.04)] = 0.01
    """Share of the vehicles that it misses. Assumption: a well-kept loop counts to a few per cent."""

    missed_bicycle_share: Annotated[Share, Assumed.between(0.1, 0.6)] = 0.3
    """Share of the electric bicycles that it misses. Assumption: little iron, and they ride beside the loop."""

    double_count_share: Annotated[Share, Assumed.times(0.2, 4.0)] = 0.005
    """Share of the vehicles that it counts twice. Assumption: neighbours in the next lane, broken pulses."""

    double_count_long_share: Annotated[Share, Assumed.times(0.3, 3.0)] = 0.03
    """The same for vehicles longer than 8 m. Assumption: a high floor between axles breaks the pulse."""

    interval_s: Annotated[float, Field(gt=0.0, le=3600.0), OF_THE_DESIGN] = 60.0
    """Time over which it sums up before it reports. Assumption: a minute, between the half minute of California's freeway
    detectors (PeMS) and the five minutes of the magnetic detectors of Zilina (Sensors 23(12), 2023, 5740)."""

    rate_hz: Annotated[float, Field(gt=0.0, le=100.0), OF_THE_CALCULATION] = 10.0
    """How often positions are looked up; in between, a vehicle moves evenly. Assumption: as often as traffic moves."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.interval_us < self.period_us or self.interval_us % self.period_us:
            raise ValueError(say("spec.loop.interval", interval_s=self.interval_s, rate_hz=self.rate_hz))
        return self

    @property
    def interval_us(self) -> int:
        """Microseconds over which it sums up."""
        return to_us(self.interval_s)


LONG_VEHICLE_M = 8.0
"""Vehicles longer than this are counted twice more often (``double_count_long_share``)."""


def lanes_with_loop(spec: LoopSpec, lanes: int) -> tuple[int, ...]:
    """Return which of an edge's lanes get a detector."""
    return tuple(lane for lane in range(lanes) if spec.lanes is None or lane in spec.lanes)


def single_loop_speed_mps(on_time_s: Floats, loop_length_m: Floats, usual_vehicle_length_m: Floats) -> Floats:
    """Return the speed that a single detector infers: usual vehicle length plus its own, over the time it was occupied.

    The g-factor method (Hall and Persaud, Transportation Research Record 1232, 1989); its error is that of the length.
    """
    return np.asarray((loop_length_m + usual_vehicle_length_m) / on_time_s)
