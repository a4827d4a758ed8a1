"""A roadside millimetre-wave radar: its specification, and the physics that a single number describes."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.kernel.weather import WeatherSpec
from twin.messages import say
from twin.sensors.device import Kind
from twin.sensors.light import Light
from twin.sensors.model import CLASSES, Model, VehicleClass, gains, log_normal, whole_metres
from twin.sensors.mounting import MountedSpec, ScannedSpec
from twin.sensors.weather import radio_attenuation_db_per_km
from twin.spec import Spec

Floats = npt.NDArray[np.float64]
Dbsm = Annotated[float, Field(ge=-40.0, le=60.0)]

SPEED_OF_LIGHT_MPS = 299_792_458.0
"""Exact, by the definition of the metre (1983)."""


class CrossSectionsSpec(Spec):
    """Mean radar cross-sections, in dB over one square metre."""

    car_dbsm: Annotated[Dbsm, Assumed.plus(-3.0, 3.0)] = 10.0
    """A car. Assumption: 10 m^2, the value that makers state their ranges for."""

    taxi_dbsm: Annotated[Dbsm, Assumed.plus(-3.0, 3.0)] = 10.0
    """A taxi. Assumption: as a car."""

    bus_dbsm: Annotated[Dbsm, Assumed.plus(-3.0, 3.0)] = 18.0
    """A bus. Assumption: between a car and a heavy truck."""

    light_truck_dbsm: Annotated[Dbsm, Assumed.plus(-3.0, 3.0)] = 14.0
    """A light truck. Assumption: between a car and a heavy truck."""

    heavy_truck_dbsm: Annotated[Dbsm, Assumed.plus(-3.0, 3.0)] = 20.0
    """A heavy truck. Assumption: 100 m^2, ten cars."""

    autonomous_taxi_dbsm: Annotated[Dbsm, Assumed.plus(-3.0, 3.0)] = 10.0
    """An autonomous taxi. Assumption: as a car."""

    electric_bicycle_dbsm: Annotated[Dbsm, Assumed.plus(-3.0, 3.0)] = 0.0
    """An electric bicycle with its rider. Assumption: 1 m^2."""

    pedestrian_dbsm: Annotated[Dbsm, Assumed.plus(-3.0, 3.0)] = -8.0
    """A pedestrian. Assumption: 0.16 m^2."""


class RadarHead(Spec):
    """The antenna of a radar and its detector. Defaults: a 77 GHz long-range radar."""

    field_of_view_deg: Annotated[float, Field(gt=0.0, le=180.0)] = 30.0
    """Horizontal field of view. Source: CARLA's radar, 30 degrees; Artery's roadside radar has 60."""

    range_m: Annotated[float, Field(ge=1.0, le=1000.0)] = 300.0
    """Range on a car in clear air, see ``snr_at_range_db``; nothing farther is reported or counted as present. Source:
    Linpowave V200, 0.4 to 300 m."""

    lowest_elevation_deg: Annotated[float, Field(ge=-90.0, le=90.0), Assumed.plus(-5.0, 3.0)] = -10.0
    """Lower edge of the beam. Assumption: makers rarely state it; some 10 degrees."""

    highest_elevation_deg: Annotated[float, Field(ge=-90.0, le=90.0), Assumed.plus(-3.0, 5.0)] = 10.0
    """Upper edge of the beam. Assumption: makers rarely state it; some 10 degrees."""

    tilt_deg: Annotated[float, Field(ge=-90.0, le=90.0), Assumed.plus(-2.0, 2.0)] = 3.0
    """Nose-down tilt of the device about its horizontal cross axis. Assumption: the beam meets the road from 26 m on."""

    carrier_ghz: Annotated[float, Field(ge=5.0, le=300.0)] = 77.0
    """Carrier frequency, which rain and speed resolution depend on. Source: vendors' 77 GHz roadside radars; older ones have
    24 GHz."""

    bandwidth_mhz: Annotated[float, Field(ge=1.0, le=5000.0), Assumed.between(250.0, 1000.0)] = 500.0
    """Bandwidth of a chirp, which the range resolution follows from. Assumption: half of the band from 76 to 77 GHz."""

    coherent_time_s: Annotated[float, Field(gt=0.0, le=1.0), Assumed.times(0.5, 2.0)] = 0.02
    """Time over which a frame's echoes are added up, which the speed resolution follows from. Assumption: less than half of the
    50 ms of the V200's cycle."""

    cross_sections: CrossSectionsSpec = CrossSectionsSpec()
    """Radar cross-sections by vehicle class."""

    snr_at_range_db: Annotated[float, Field(ge=0.0, le=60.0), Assumed.plus(-6.0, 3.0)] = 21.1
    """Signal to noise of a car (of 10 dBsm) at ``range_m`` in clear air. Assumption: makers state the range at which a
    fluctuating target (Swerling I) is found 9 times in 10 with a false alarm rate of 1e-6 a cell."""

    snr_for_half_detection_db: Annotated[float, Field(ge=0.0, le=60.0)] = 13.1
    """Signal to noise at which half of the vehicles are found. Source: with the steepness below, the nearest log-logistic curve
    to Swerling's case I, P = Pfa^(1 / (1 + SNR)) at Pfa = 1e-6; it is off by 0.04 at most."""

    detection_steepness: Annotated[float, Field(gt=0.0, le=20.0)] = 1.35
    """k of the detection curve. Source: as above."""

    min_snr_db: Annotated[float, Field(ge=0.0, le=60.0), Assumed.between(0.0, 6.0)] = 0.0
    """With less signal to noise a vehicle is never reported. Assumption: an echo weaker than the noise is none."""

    beam_deg: Annotated[float, Field(ge=0.0, le=60.0), Assumed.times(0.5, 2.0)] = 2.0
    """Azimuth between two echoes of one distance and one speed that can be told apart; vehicles between which neither distance,
    speed nor azimuth tells are one object, the stronger. 0: all are told apart. Assumption: that of a long-range antenna of
    some 13 cm at 77 GHz (1.2 wavelengths over its width)."""

    position_noise_along_m: Annotated[float, Field(ge=0.0, le=20.0), Assumed.times(0.5, 2.0)] = 0.3
    """Standard deviation of the reported place along the line of sight, beside the two terms below. Source: the three add up to
    0.5 m at 30 m and at 200 m; Zhao (China J. Highw. Transp. 37(1), 2024, 205-214) measured more than that below 30 m and
    beyond 200 m. Assumption: 0.43 m at the best distance between."""

    position_noise_along_per_m: Annotated[float, Field(ge=0.0, le=0.1)] = 0.0009
    """What that grows by with each metre of distance. Source: as above."""

    position_noise_along_near_m2: Annotated[float, Field(ge=0.0, le=100.0)] = 5.2
    """What is added to it near the device, over the distance: where a vehicle is no point its echo comes from some part of it.
    Source: as above."""

    position_noise_across_m: Annotated[float, Field(ge=0.0, le=20.0)] = 0.12
    """Standard deviation of the reported place across the line of sight, at the device. Source: with ``body_noise_share`` it is
    MOSAIC's lateral sensor error, 0.390 m, for a car that is seen from behind."""

    position_noise_across_per_m: Annotated[float, Field(ge=0.0, le=0.2), Assumed.times(0.5, 2.0)] = 0.005
    """What that grows by with each metre of distance: the error of the angle. Assumption: 0.3 degrees."""

    body_noise_share: Annotated[float, Field(ge=0.0, le=1.0), Assumed.times(0.5, 1.7)] = 0.3
    """What it grows by as a share of half the vehicle's extent across the line of sight, over which its strongest echo wanders.
    Source: Zhao (2024) measured a lateral error that grows once a vehicle's heading is more than 40 degrees off, or its place
    more than 5 m aside. Assumption: the share; a car at 40 degrees gets 0.66 m, one seen from behind 0.27 m."""

    speed_noise_mps: Annotated[float, Field(ge=0.0, le=20.0), Assumed.times(0.5, 3.0)] = 0.14
    """Standard deviation of the reported speed, beside its resolution. Source: Linpowave V200, +-0.5 km/h. Assumption: tracking
    makes up for motion across the line of sight, which has no Doppler shift."""

    heading_noise_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 4.0
    """Standard deviation of the reported heading. Source: MOSAIC's sensor errors, 4 degrees."""

    size_noise_share: Annotated[float, Field(ge=0.0, le=1.0), Assumed.times(0.5, 2.0)] = 0.22
    """Standard deviation of the reported length and width, as a share of them. Assumption: twice a camera's; few echoes
    outline a vehicle."""

    class_accuracy: Annotated[float, Field(gt=0.0, le=1.0), Assumed.between(0.5, 0.9)] = 0.7
    """Share of the detected vehicles whose class is told right. Assumption: a radar tells large from small only; below the
    90 % that Guangzhou's specification of 2021 demands."""

    false_objects_per_frame: Annotated[float, Field(ge=0.0, le=50.0), Assumed.times(0.2, 5.0)] = 0.1
    """Mean number of reported objects where no vehicle is. Assumption: Poisson; guard rails and multipath make ghosts; a fifth
    to five times, the order itself is open."""

    @model_validator(mode="after")
    def _beam_has_a_height(self) -> Self:
        if self.lowest_elevation_deg >= self.highest_elevation_deg:
            raise ValueError(say("spec.elevations"))
        return self

    def cross_section_dbsm(self, name: VehicleClass) -> float:
        """Return the radar cross-section of a vehicle class."""
        return float(getattr(self.cross_sections, f"{name}_dbsm"))

    def snr_db(self, name: VehicleClass, distance_m: Floats, attenuation_db_per_km: float = 0.0) -> Floats:
        """Return the signal to noise of an unhidden vehicle: the radar equation (R^-4) with two-way attenuation."""
        target_db = self.cross_section_dbsm(name) - REFERENCE_DBSM
        spread_db = 40.0 * np.log10(self.range_m / distance_m)
        return np.asarray(self.snr_at_range_db + target_db + spread_db - 2.0 * attenuation_db_per_km * distance_m / 1000.0)

    def effective_range_m(self, weather: WeatherSpec, name: VehicleClass = "car") -> float:
        """Return where a vehicle echoes as much in this weather as a car does at ``range_m`` in clear air, at most there."""
        clear_m = self.range_m * 10.0 ** ((self.cross_section_dbsm(name) - REFERENCE_DBSM) / 40.0)
        return min(self.range_m, radar_range_m(clear_m, radio_attenuation_db_per_km(weather, self.carrier_ghz)))

    def seen_model(self, weather: WeatherSpec, mount: MountedSpec) -> Model:
        """Return what a scan needs to know of it, in this weather. Evidence: signal to noise times the visible share."""
        attenuation = radio_attenuation_db_per_km(weather, self.carrier_ghz)

        def snr(klass: int, distance_m: Floats) -> Floats:
            return np.asarray(10.0 ** (self.snr_db(CLASSES[klass], distance_m, attenuation) / 10.0))

        delay, delay_spread = log_normal(mount.processing_mean_s, mount.processing_spread_s)
        cell_m = range_resolution_m(1e6 * self.bandwidth_mhz)
        cell_mps = speed_resolution_mps(self.carrier_ghz, self.coherent_time_s)
        distance_m = whole_metres(self.range_m)
        along_m = (
            self.position_noise_along_m
            + self.position_noise_along_per_m * distance_m
            + self.position_noise_along_near_m2 / distance_m
        )
        return Model(
            range_m=self.range_m,
            relative=True,
            gain=gains(self.range_m, len(CLASSES), snr),
            chance=np.ones(len(CLASSES)),
            half=np.full(len(CLASSES), 10.0 ** (self.snr_for_half_detection_db / 10.0)),
            steepness=self.detection_steepness,
            least=10.0 ** (self.min_snr_db / 10.0),
            along_m=np.hypot(along_m, cell_m / math.sqrt(12.0)),
            across_m=self.position_noise_across_m + self.position_noise_across_per_m * distance_m,
            along_share=0.0,
            across_share=self.body_noise_share,
            cell_m=cell_m,
            cell_mps=cell_mps,
            cell_rad=math.radians(self.beam_deg),
            speed_mps=math.hypot(self.speed_noise_mps, cell_mps / math.sqrt(12.0)),
            heading_rad=math.radians(self.heading_noise_deg),
            size_share=self.size_noise_share,
            right_class=self.class_accuracy,
            drop_share=mount.frame_drop_share,
            false_mean=self.false_objects_per_frame,
            log_delay_us=delay,
            log_delay_spread=delay_spread,
        )


class RadarSpec(RadarHead, ScannedSpec):
    """A roadside millimetre-wave radar. Standing vehicles are found like moving ones: its tracks outlive a stop."""

    about: ClassVar[Kind] = Kind(
        name_en="mmWave radar",
        name_zh="毫米波雷达",
        colour="#f08c46",
        price_10k_cny=(1.0, 2.5, 6.0),
        price_source="Assumption: roadside mmWave radars; no published unit price.",
        power_w=15.0,
        power_range=Assumed.between(8.0, 25.0),
        power_source="Assumption: typical of roadside units.",
        fused_up_to_m=math.inf,
    )

    kind: Literal["radar"]
    """Always ``radar``."""

    rate_hz: Annotated[float, Field(gt=0.0, le=100.0)] = 20.0
    """Object lists per second. Source: Linpowave V200, 50 ms; a whole number of microseconds must lie between two frames."""

    def model(self, weather: WeatherSpec, light: Light = "day") -> Model:  # noqa: ARG002  (the same for every kind)
        """Return what a scan needs to know of it, in this weather; light does not matter."""
        return self.seen_model(weather, self)


REFERENCE_DBSM = 10.0
"""The cross-section that ``snr_at_range_db`` speaks of."""


def range_resolution_m(bandwidth_hz: float) -> float:
    """Return the distance between two echoes that can be told apart: c / (2 B)."""
    return SPEED_OF_LIGHT_MPS / (2.0 * bandwidth_hz)


def speed_resolution_mps(carrier_ghz: float, coherent_time_s: float) -> float:
    """Return the difference in speed of two echoes that can be told apart: lambda / (2 T)."""
    return SPEED_OF_LIGHT_MPS / (1e9 * carrier_ghz) / (2.0 * coherent_time_s)


def radar_range_m(clear_m: float, attenuation_db_per_km: float) -> float:
    """Return the distance R at which as much comes back as from ``clear_m`` in clear air.

    The radar equation: solves 40 log10(clear / R) = 2 gamma R / 1000. With c = ln(10) gamma / 20000, R exp(c R) is clear, and R
    is W(c clear) / c with Lambert's W, found by Newton's method.
    """
    c = math.log(10.0) * attenuation_db_per_km / 20_000.0
    product = c * clear_m
    if product <= 0.0:
        return clear_m
    w = math.log1p(product)
    for _ in range(50):
        step = (w * math.exp(w) - product) / (math.exp(w) * (1.0 + w))
        w -= step
        if abs(step) < 1e-13 * (1.0 + abs(w)):
            break
    return w / c


def swerling_probability(snr: float, false_alarm_rate: float) -> float:
    """Return the chance to find a target whose echo fluctuates from frame to frame: Swerling's case I (RAND RM-1217, 1954)."""
    return float(false_alarm_rate ** (1.0 / (1.0 + snr)))
