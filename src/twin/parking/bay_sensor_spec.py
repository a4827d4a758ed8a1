"""Sensors that watch one bay each: geomagnetic, radar with a magnetometer, camera; what a scenario may say of them.

Source of the values marked "Fleximodo" and "Nwave": these makers' published sheets and installation guides of bay sensors
(Fleximodo: accuracy by principle, distances to lanes and metal covers, battery; Nwave: some 3 s of detection before a LoRaWAN
report). They are the makers' own claims. What sending and sleeping cost the battery stands with the devices' life.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.spec import Spec
from twin.units import to_us

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0, le=86_400.0)]


class BaseBaySensorSpec(Spec):
    """What all sensors of single bays have in common."""

    detection_s: Seconds = 3.0
    """Mean time from a vehicle's coming or going to the moment at which the sensor is sure. Source: some 3 s (Nwave)."""

    detection_spread_s: Annotated[Seconds, Assumed.times(0.3, 3.0)] = 1.0
    """Standard deviation of that time, which is log-normal. Assumption: a third of it, as filters wait for a still field."""

    missed_share: Annotated[Share, Assumed.between(0.02, 0.05)] = 0.035
    """Share of the comings and goings that it does not notice; its state is wrong until the next one. Source: accuracy of 95 to
    98 % of a magnetometer (Fleximodo). Assumption: the middle."""

    wet_missed_share: Annotated[Share, Assumed.between(0.02, 0.08)] = 0.035
    """The same while water stands on the bay. Assumption: a magnetometer does not feel water."""

    wet_from_mmph: Annotated[float, Field(ge=0.0, le=300.0), Assumed.times(0.4, 2.0)] = 25.0
    """Rain from which on water stands on the bays. Assumption: 25 mm/h, about where gutters of streets begin to overflow."""

    lane_false_share: Annotated[Share, Assumed.times(0.2, 5.0)] = 0.002
    """Chance for each vehicle that passes in the next lane to be taken for one in the bay, where the bay is free and nearer to
    that lane than ``lane_clear_m``. Source: false states nearer than 1.7 m (Fleximodo). Assumption: 1 in 500 vehicles."""

    lane_clear_m: Annotated[float, Field(ge=0.0, le=10.0)] = 1.7
    """Distance of the sensor to the traffic lane from which on passing vehicles do not matter. Source: 170 cm (Fleximodo)."""

    lane_gap_m: Annotated[float, Field(ge=0.0, le=10.0), Assumed.between(0.8, 2.0)] = 1.2
    """Distance of the sensors of kerb bays to the traffic lane. Assumption: the middle of a bay 2.3 m wide; a sensor at
    the kerb side of a wide bay would clear the 1.7 m."""

    false_lasts_s: Annotated[Seconds, Assumed.times(0.3, 3.0)] = 30.0
    """Mean time until a false state is corrected, exponential. Assumption: half a minute, one stop of a queue before a red
    signal."""

    cover_share: Annotated[Share, Assumed.times(0.3, 3.0)] = 0.05
    """Share of the bays with a metal cover nearer than 1 m, where it may not be set (Fleximodo) but often has to. Assumption:
    one bay in twenty."""

    cover_missed_times: Annotated[float, Field(ge=1.0, le=100.0), Assumed.between(1.5, 6.0)] = 3.0
    """How many times as many comings and goings it misses beside a metal cover. Assumption: three times."""

    heartbeat_s: Annotated[float, Field(gt=0.0, le=604_800.0), OF_THE_DESIGN] = 3600.0
    """Time after which it repeats its state if nothing has changed. Assumption: an hour, a compromise between battery and the
    time in which a dead sensor is noticed."""

    report_bytes: Annotated[int, Field(ge=1, le=10_000), Assumed.between(12, 100)] = 40
    """Size of a report. Assumption: state, time, battery and temperature in a CoAP message."""

    battery_mah: Annotated[float, Field(gt=0.0, le=1e6)] | None = 14_000.0
    """Charge of a new battery; left out (null), it has mains. Source: 3.6 V, 14 Ah (Fleximodo)."""

    detection_mah: Annotated[float, Field(ge=0.0, le=10.0), Assumed.times(0.3, 3.0)] = 0.002
    """Charge used for one measurement of a vehicle that comes, goes or passes close by. Assumption: 2 s at 4 mA."""

    @property
    def heartbeat_us(self) -> int:
        """Microseconds between two heartbeats."""
        return to_us(self.heartbeat_s)

    def missed(self, rain_mmph: float) -> float:
        """Return the share of comings and goings missed in this rain."""
        return self.wet_missed_share if rain_mmph >= self.wet_from_mmph else self.missed_share


class GeomagneticSpec(BaseBaySensorSpec):
    """A magnetometer in or on the bay (地磁): a vehicle's iron bends the field of the earth."""

    kind: Literal["geomagnetic"]
    """Always ``geomagnetic``."""


class RadarMagneticSpec(BaseBaySensorSpec):
    """A magnetometer with a short-range radar (雷达+地磁): the one wakes, the other makes sure."""

    kind: Literal["radar_magnetic"]
    """Always ``radar_magnetic``."""

    missed_share: Share = 0.01
    """Share of the comings and goings that it does not notice. Source: accuracy of 99 % (Fleximodo)."""

    wet_missed_share: Share = 0.05
    """The same under water, which the radar does not look through. Source: 95 % (Fleximodo)."""

    lane_false_share: Annotated[Share, Assumed.times(0.2, 5.0)] = 0.0004
    """Chance for each vehicle that passes in the next lane to be taken for one in the bay. Assumption: a fifth of that of a
    magnetometer alone, for the radar looks upwards."""

    detection_mah: Annotated[float, Field(ge=0.0, le=10.0), Assumed.times(0.3, 3.0)] = 0.005
    """Charge used for one measurement. Assumption: the radar doubles it and more."""


class BayCameraSpec(BaseBaySensorSpec):
    """A camera on a pole that reads the state of bays from its picture, and mains to feed it; each bay is one row here."""

    kind: Literal["bay_camera"]
    """Always ``bay_camera``."""

    detection_s: Annotated[Seconds, Assumed.times(0.3, 3.0)] = 10.0
    """Mean time until it is sure. Assumption: a picture every few seconds, and some that agree."""

    detection_spread_s: Annotated[Seconds, Assumed.times(0.3, 3.0)] = 5.0
    """Standard deviation of that time. Assumption: half of it, as vehicles that pass hide the bay."""

    missed_share: Annotated[Share, Assumed.between(0.005, 0.03)] = 0.015
    """Share of the comings and goings that it does not notice. Assumption: 98.5 %, between the makers' 99 % and what is left
    where trees and trucks stand in the way."""

    wet_missed_share: Annotated[Share, Assumed.between(0.02, 0.1)] = 0.04
    """The same in heavy rain. Assumption: drops on the window and mirrors on the road."""

    lane_false_share: Annotated[Share, Assumed.times(0.2, 5.0)] = 0.0005
    """Chance for each vehicle that passes in the next lane to be taken for one in the bay. Assumption: only high vehicles that
    stand there are."""

    lane_clear_m: Annotated[float, Field(ge=0.0, le=10.0), Assumed.between(2.0, 3.75)] = 3.0
    """Distance to the traffic lane from which on passing vehicles do not matter. Assumption: a lane's width."""

    cover_share: Share = 0.0
    """Share of the bays whose metal covers disturb it. Choice: none."""

    heartbeat_s: Annotated[float, Field(gt=0.0, le=604_800.0), OF_THE_DESIGN] = 300.0
    """Time after which it repeats its state. Assumption: five minutes, for mains pay for it."""

    battery_mah: Annotated[float, Field(gt=0.0, le=1e6)] | None = None
    """Charge of a new battery; it has mains where left out."""


BaySensorSpec = Annotated[
    GeomagneticSpec | RadarMagneticSpec | BayCameraSpec,
    Field(discriminator="kind"),
]
"""The kinds of sensors that watch one bay."""
