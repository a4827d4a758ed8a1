"""A roadside LiDAR: its specification, and the physics that a single number describes."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import OF_THE_CALCULATION, Assumed
from twin.kernel.weather import WeatherSpec
from twin.messages import say
from twin.sensors.device import Kind
from twin.sensors.light import Light
from twin.sensors.model import CLASSES, Model, VehicleClass, gains, log_normal, whole_metres
from twin.sensors.mounting import ScannedSpec
from twin.sensors.weather import REFERENCE_REFLECTIVITY, extinction_per_m

Points = Annotated[float, Field(gt=0.0, le=1e6)]
Reflectivity = Annotated[float, Field(gt=0.0, le=1.0)]


class LidarSpec(ScannedSpec):
    """A roadside LiDAR with its object detector. Defaults: a 128-channel 360 degree unit on a junction's pole."""

    about: ClassVar[Kind] = Kind(
        name_en="LiDAR",
        name_zh="激光雷达",
        colour="#b278ff",
        price_10k_cny=(2.4, 6.0, 15.0),
        price_source="Assumption: no unit price is published. Low: what Beijing's plan sets aside a junction (1.49 % of 9.94 "
        "billion CNY over 6,050 junctions, not every one of which gets a LiDAR). Middle and high: 128-channel units of small "
        "series.",
        power_w=20.0,
        power_range=Assumed.between(10.0, 30.0),
        power_source="Assumption: typical of data sheets of 32 to 128 channels, 10 to 30 W.",
        fused_up_to_m=200.0,
        by_laser=True,
    )

    kind: Literal["lidar"]
    """Always ``lidar``."""

    field_of_view_deg: Annotated[float, Field(gt=0.0, le=360.0)] = 360.0
    """Horizontal field of view. Source: Hesai Pandar128, 360 degrees."""

    range_m: Annotated[float, Field(ge=1.0, le=1000.0), Assumed.times(0.85, 1.15)] = 200.0
    """Range on a target of 10 % reflectivity in clear air; nothing farther is reported or counted as present. Source: Hesai
    Pandar40/64, 200 m at 10 %. Assumption: the same for 128 channels, whose driver accepts up to 230 m; 15 % to either side."""

    lowest_elevation_deg: Annotated[float, Field(ge=-90.0, le=90.0)] = -25.0
    """Lowest beam. Source: Hesai Pandar128, -25 degrees."""

    highest_elevation_deg: Annotated[float, Field(ge=-90.0, le=90.0)] = 14.4
    """Highest beam. Source: Hesai Pandar128, +14.4 degrees."""

    tilt_deg: Annotated[float, Field(ge=-90.0, le=90.0)] = 0.0
    """Nose-down tilt of the device about its horizontal cross axis."""

    azimuth_resolution_deg: Annotated[float, Field(ge=0.001, le=10.0)] = 0.1
    """Azimuth between two neighbouring beams. Source: Hesai Pandar128, 0.1 to 0.125 degrees."""

    elevation_resolution_deg: Annotated[float, Field(ge=0.001, le=10.0)] = 0.31
    """Mean elevation between two neighbouring beams. Source: Hesai Pandar128, 39.4 degrees over 128 channels; the denser
    channels near the horizon are not modelled."""

    rate_hz: Annotated[float, Field(gt=0.0, le=100.0)] = 10.0
    """Frames per second. Source: usual for roadside LiDARs (DAIR-V2X's units, Hesai AT128); a whole number of microseconds
    must lie between two frames."""

    occlusion_column_deg: Annotated[float, Field(ge=0.05, le=5.0), OF_THE_CALCULATION] = 3.0
    """Width of the azimuth columns in which occlusion is computed; independent of the device's own resolution. Things that
    begin or end inside a column are cut there exactly. Assumption: 3 degrees keeps the mean error of visible fractions near
    0.01 (a test compares with rays); narrower is slower and hardly better."""

    wavelength_nm: Annotated[float, Field(ge=400.0, le=2000.0)] = 905.0
    """Wavelength, which fog depends on. Source: 905 nm is that of Hesai's Pandar and AT families."""

    reflectivity: Annotated[Reflectivity, Assumed.between(0.1, 0.5)] = 0.3
    """Share of the light that a surface returns. Assumption: between black (0.1) and white paint (0.5 and more); the same for
    clothes and for the frames of bicycles."""

    reflectivity_spread: Annotated[float, Field(ge=0.0, le=5.0), Assumed.times(0.5, 1.5)] = 0.8
    """Standard deviation of the natural logarithm of the reflectivity over a vehicle's surfaces, around the value above:
    glass, tyres and black paint return less, plates and light paint more. Assumption: two thirds lie within a factor of 2.2.
    It makes points go missing bit by bit towards the end of the range and in rain or fog; 0 cuts them off at one distance."""

    reflectivity_by_class: dict[VehicleClass, Reflectivity] = Field(default_factory=dict)
    """Reflectivity of single vehicle classes, where it differs from ``reflectivity``."""

    points_for_half_detection: Annotated[Points, Assumed.times(0.5, 2.0)] = 10.0
    """Points on a vehicle at which the detector finds it half of the time (n50 of P = 1 / (1 + (n50 / n)^k)). Assumption: no
    published curve of detection against points is known; the same for bicycles and pedestrians, who are found less often
    because they are small."""

    points_for_half_detection_by_class: dict[VehicleClass, Points] = Field(default_factory=dict)
    """n50 of single vehicle classes, where it differs from ``points_for_half_detection``."""

    detection_steepness: Annotated[float, Field(gt=0.0, le=20.0), Assumed.times(0.6, 1.6)] = 2.5
    """k of the detection curve. Assumption: from 10 to 90 % within a factor of six in points."""

    min_points: Annotated[float, Field(ge=1.0, le=1e6), Assumed.times(0.5, 2.0)] = 3.0
    """With fewer expected points on it a vehicle is never reported. Assumption: clustering needs a few points."""

    position_noise_m: Annotated[float, Field(ge=0.0, le=20.0), Assumed.times(0.6, 2.0)] = 0.05
    """Standard deviation of the reported centre along and across the line of sight, at the sensor. Assumption: little more than
    the range noise of 3 cm (Hesai AT128)."""

    position_noise_per_m: Annotated[float, Field(ge=0.0, le=0.1), Assumed.times(0.5, 2.0)] = 0.001
    """What both grow by with each metre of distance. Assumption: calibrated so that pedestrians are found nearly as precisely
    as cars, as in DAIR-V2X (docs/calibration.md)."""

    position_noise_share: Annotated[float, Field(ge=0.0, le=1.0), Assumed.times(0.5, 2.0)] = 0.08
    """What both grow by as a share of half the vehicle's extent along, and across, the line of sight: only the sides that face
    the sensor are seen, the rest is fitted. Assumption: 0.19 m for a car seen from behind, 2 cm for a
    pedestrian (docs/calibration.md)."""

    speed_noise_mps: Annotated[float, Field(ge=0.0, le=20.0), Assumed.times(0.5, 2.0)] = 0.3
    """Standard deviation of the reported speed, as tracked over some frames. Assumption: 1 km/h, inside the 6 km/h that
    Guangzhou's specification of 2021 allows."""

    heading_noise_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 4.0
    """Standard deviation of the reported heading. Source: MOSAIC's sensor errors, 4 degrees."""

    size_noise_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.11
    """Standard deviation of the reported length and width, as a share of them. Source: MOSAIC's sensor errors, 0.5 m of the
    length and 0.2 m of the width, over a car's 4.7 m and 1.8 m."""

    class_accuracy: Annotated[float, Field(gt=0.0, le=1.0), Assumed.between(0.9, 0.99)] = 0.95
    """Share of the detected vehicles whose class is told right; otherwise each other class is as likely. Assumption: above the
    90 % that Guangzhou's specification of 2021 demands."""

    processing_mean_s: Annotated[float, Field(ge=0.0, le=10.0), Assumed.between(0.022, 0.1)] = 0.05
    """Mean time from the instant that a frame shows to its finished object list. Assumption: between the 22 ms of PointPillars
    on an automotive chip and the 100 ms of Guangzhou's specification of 2021."""

    false_objects_per_frame: Annotated[float, Field(ge=0.0, le=50.0), Assumed.times(0.2, 5.0)] = 0.02
    """Mean number of reported objects where no vehicle is. Assumption: Poisson, evenly over the area of the field of view; a
    fifth to five times, the order itself is open."""

    @model_validator(mode="after")
    def _beams_have_a_height(self) -> Self:
        if self.lowest_elevation_deg >= self.highest_elevation_deg:
            raise ValueError(say("spec.elevations"))
        return self

    def model(self, weather: WeatherSpec, light: Light = "day") -> Model:  # noqa: ARG002  (as other kinds; it brings its own)
        """Return what a scan needs to know of it, in this weather. Evidence: expected points."""
        alpha = extinction_per_m(weather, self.wavelength_nm)
        per_area = 1.0 / (math.radians(self.azimuth_resolution_deg) * math.radians(self.elevation_resolution_deg))

        def points_per_area(klass: int, distance_m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            rho = self.reflectivity_by_class.get(CLASSES[klass], self.reflectivity)
            return per_area * return_share(distance_m, self.range_m, rho, self.reflectivity_spread, alpha)

        delay, delay_spread = log_normal(self.processing_mean_s, self.processing_spread_s)
        by_class = self.points_for_half_detection_by_class
        place_m = self.position_noise_m + self.position_noise_per_m * whole_metres(self.range_m)
        return Model(
            range_m=self.range_m,
            relative=False,
            gain=gains(self.range_m, len(CLASSES), points_per_area),
            chance=np.ones(len(CLASSES)),
            half=np.array([by_class.get(name, self.points_for_half_detection) for name in CLASSES]),
            steepness=self.detection_steepness,
            least=self.min_points,
            along_m=place_m,
            across_m=place_m,
            along_share=self.position_noise_share,
            across_share=self.position_noise_share,
            cell_m=0.0,
            cell_mps=0.0,
            cell_rad=0.0,
            speed_mps=self.speed_noise_mps,
            heading_rad=math.radians(self.heading_noise_deg),
            size_share=self.size_noise_share,
            right_class=self.class_accuracy,
            drop_share=self.frame_drop_share,
            false_mean=self.false_objects_per_frame,
            log_delay_us=delay,
            log_delay_spread=delay_spread,
        )


def return_share(
    distance_m: npt.NDArray[np.float64], range_m: float, reflectivity: float, spread: float, alpha_per_m: float
) -> npt.NDArray[np.float64]:
    """Return the share of the beams on a target at each distance that come back strong enough.

    By the range equation P = rho exp(-2 alpha d) / d^2 a surface comes back if its reflectivity is at least 0.1 (d / range)^2
    exp(2 alpha d), ``range_m`` being the range on 10 % in clear air; reflectivities are log-normal about ``reflectivity`` with
    the standard deviation ``spread`` of their logarithm (0: all alike).
    """
    with np.errstate(over="ignore"):
        needed = REFERENCE_REFLECTIVITY * (distance_m / range_m) ** 2 * np.exp(2.0 * alpha_per_m * distance_m)
    if spread == 0.0:
        return np.where(needed <= reflectivity, 1.0, 0.0)
    off = np.log(needed / reflectivity) / (spread * math.sqrt(2.0))
    return np.array([0.5 * math.erfc(value) for value in off])


def points_on_target(
    width_m: float, height_m: float, distance_m: float, azimuth_resolution_deg: float, elevation_resolution_deg: float
) -> float:
    """Return the expected points on an upright, unhidden surface that faces the sensor: (W / (d daz)) (H / (d del))."""
    per_row = width_m / (distance_m * math.radians(azimuth_resolution_deg))
    return per_row * height_m / (distance_m * math.radians(elevation_resolution_deg))


def detection_probability(points: float, half_points: float, steepness: float) -> float:
    """Return 1 / (1 + (n50 / n)^k), 0 at no points. Assumption: a log-logistic curve; its two numbers are to be calibrated."""
    return 1.0 / (1.0 + (half_points / points) ** steepness) if points > 0.0 else 0.0
