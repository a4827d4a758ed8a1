"""A roadside camera with its object detector: its specification, and the physics that a single number describes."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import BY_ITS_KEYS, Assumed
from twin.kernel.weather import WeatherSpec
from twin.sensors.device import Kind
from twin.sensors.light import Light, LightFactorsSpec, Share, Sun, faces
from twin.sensors.model import CLASSES, Model, VehicleClass, gains, log_normal, whole_metres
from twin.sensors.mounting import MountedSpec, ScannedSpec
from twin.sensors.weather import extinction_per_m
from twin.spec import Spec

Pixels = Annotated[float, Field(gt=0.0, le=1e7)]
Floats = npt.NDArray[np.float64]

_LIGHT_NM = 550.0
"""Where the eye, and a camera's green pixels, see best; visibility is defined there."""


class CameraHead(Spec):
    """The optics of a camera and its detector. Defaults: a wide camera over a junction."""

    field_of_view_deg: Annotated[float, Field(gt=1.0, le=150.0), Assumed.times(0.8, 1.2)] = 90.0
    """Horizontal field of view of the (rectilinear) image. Assumption: a wide camera; 30 degrees make a narrow one."""

    range_m: Annotated[float, Field(ge=1.0, le=1000.0)] = 80.0
    """Nothing farther is reported or counted as present. Source: the zones of the Chinese guide in
    lovebetterworld/blog-vuepress (file 01), in which cameras count below 80 m; a narrow camera may be given more."""

    image_width_px: Annotated[int, Field(ge=64, le=20_000)] = 1920
    """Pixels of a row. Source: Guangzhou's technical specification of 2021, 1080p."""

    image_height_px: Annotated[int, Field(ge=64, le=20_000)] = 1080
    """Pixels of a column. Source: Guangzhou's technical specification of 2021, 1080p."""

    tilt_deg: Annotated[float, Field(ge=-90.0, le=90.0), Assumed.plus(-3.0, 3.0)] = 20.0
    """Nose-down tilt of the device about its horizontal cross axis. Assumption: the horizon lies in the upper part of the image
    and the road is seen from 6 m on."""

    pixels_for_half_detection: Annotated[Pixels, Assumed.times(0.25, 2.0)] = 144.0
    """Visible pixels of a vehicle at which the detector finds it half of the time. Assumption: Johnson's criterion for
    identification, 6 line pairs across the square root of the area, holds for a detector that also has to name the class;
    recognition, half as many line pairs, would take a quarter of the pixels."""

    pixels_for_half_detection_by_class: dict[VehicleClass, Pixels] = Field(default_factory=dict)
    """The same for single vehicle classes, where it differs."""

    detection_steepness: Annotated[float, Field(gt=0.0, le=20.0), Assumed.times(0.6, 1.6)] = 1.7
    """k of P = 1 / (1 + (n50 / n)^k) in pixels n. Assumption: that of the target transfer probability function at its middle
    (exponent 2.7 + 0.7 N / N50 in line pairs N), halved since pixels grow with the square of line pairs."""

    min_pixels: Annotated[float, Field(ge=1.0, le=1e6), Assumed.times(0.5, 2.0)] = 36.0
    """With fewer visible pixels on it a vehicle is never reported. Assumption: Johnson's criterion for recognition, 3 line
    pairs."""

    least_contrast: Annotated[float, Field(gt=0.0, lt=1.0), Assumed.between(0.02, 0.1)] = 0.05
    """Share of a vehicle's contrast that has to come through fog and rain. Assumption: the 5 % that define the meteorological
    optical range; 2 % is Kruse's threshold, 10 % would be a poor lens."""

    detection_by_light: LightFactorsSpec = LightFactorsSpec()
    """What is left of the chance of detection at night and in glare."""

    range_by_light: Annotated[LightFactorsSpec, BY_ITS_KEYS] = LightFactorsSpec(lit_night=1.0, unlit_night=0.6, glare=1.0)
    """What is left of the range at night and in glare. Assumption: without street lights, headlights and the camera's own lamp
    reach little more than half as far."""

    glare_within_deg: Annotated[float, Field(ge=0.0, le=180.0), Assumed.times(0.5, 1.5)] = 45.0
    """A sun whose bearing is no farther than this off the heading dazzles. Assumption: half of the field of view."""

    glare_below_deg: Annotated[float, Field(ge=0.0, le=90.0), Assumed.times(0.5, 1.5)] = 20.0
    """A sun higher than this does not dazzle. Assumption: it is then out of the image and off the hood."""

    heavy_rain_factor: Annotated[Share, Assumed.between(0.6, 0.95)] = 0.8
    """What is left of the chance of detection in heavy rain (drops on the window, spray, reflections), evenly less in lighter
    rain. Assumption: no figure was found in the literature."""

    heavy_rain_mmph: Annotated[float, Field(gt=0.0, le=300.0), Assumed.times(0.5, 2.0)] = 16.0
    """From which rain rate on it is heavy. Assumption: where Chinese hourly forecasts begin to speak of a rain-storm;
    half to double, as the factor beside it is a guess as well."""

    position_noise_m: Annotated[float, Field(ge=0.0, le=20.0), Assumed.times(0.5, 2.0)] = 0.24
    """Standard deviation of the reported centre along and across the line of sight, at the device. Assumption: calibrated so
    that cars are found nearly as precisely as by a LiDAR, pedestrians hardly at all, as in DAIR-V2X (docs/calibration.md)."""

    foot_point_noise_px: Annotated[float, Field(ge=0.0, le=100.0), Assumed.times(0.5, 2.0)] = 0.8
    """Standard deviation of the image row in which a vehicle is taken to touch the road, and of its column. From it the error
    of the distance follows, which grows with the square of the distance. Assumption: calibrated with ``position_noise_m``; it
    is that of a detector trained on the scene of its own camera (docs/calibration.md)."""

    speed_noise_mps: Annotated[float, Field(ge=0.0, le=20.0), Assumed.times(0.5, 2.0)] = 1.0
    """Standard deviation of the reported speed, as tracked over some frames. Assumption: three times a LiDAR's, as far off the
    error of the distance is."""

    heading_noise_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 4.0
    """Standard deviation of the reported heading. Source: MOSAIC's sensor errors, 4 degrees."""

    size_noise_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.11
    """Standard deviation of the reported length and width, as a share of them. Source: MOSAIC's sensor errors, 0.5 m of the
    length and 0.2 m of the width, over a car's 4.7 m and 1.8 m."""

    class_accuracy: Annotated[float, Field(gt=0.0, le=1.0), Assumed.between(0.85, 0.99)] = 0.95
    """Share of the detected vehicles whose class is told right. Assumption: above the 90 % that Guangzhou's specification of
    2021 demands."""

    false_objects_per_frame: Annotated[float, Field(ge=0.0, le=50.0), Assumed.times(0.2, 5.0)] = 0.05
    """Mean number of reported objects where no vehicle is. Assumption: Poisson; shadows and signs deceive a camera more than a
    LiDAR; a fifth to five times, the order itself is open."""

    @property
    def focal_px(self) -> float:
        """Focal length in pixels."""
        return focal_length_px(self.image_width_px, self.field_of_view_deg)

    @property
    def lowest_elevation_deg(self) -> float:
        """Elevation of the lower edge of the image in its middle, in the device's own frame."""
        return -self.highest_elevation_deg

    @property
    def highest_elevation_deg(self) -> float:
        """Elevation of the upper edge of the image in its middle, in the device's own frame."""
        return math.degrees(math.atan(0.5 * self.image_height_px / self.focal_px))

    def light_seen(self, light: Light, sun: Sun, bearing_deg: float) -> Light:
        """Return the light that the camera works in: in ``glare`` those that do not face the sun see as by day."""
        if light != "glare" or faces(sun, bearing_deg, self.glare_within_deg, self.glare_below_deg):
            return light
        return "day"

    def effective_range_m(self, weather: WeatherSpec, light: Light = "day") -> float:
        """Return how far weather and light let the camera see at most."""
        range_m = self.range_m * self.range_by_light.factor(light)
        return min(range_m, contrast_range_m(extinction_per_m(weather, _LIGHT_NM), self.least_contrast))

    def seen_model(self, weather: WeatherSpec, light: Light, mount: MountedSpec) -> Model:
        """Return what a scan needs to know of it, in this weather and light. Evidence: pixels, less by lost contrast."""
        alpha = extinction_per_m(weather, _LIGHT_NM)
        reach_m = self.effective_range_m(weather, light)

        def pixels_per_area(_: int, distance_m: Floats) -> Floats:
            left = (np.exp(-alpha * distance_m) - self.least_contrast) / (1.0 - self.least_contrast)
            return self.focal_px**2 * np.where(distance_m <= reach_m, np.maximum(left, 0.0), 0.0)

        rain = min(1.0, weather.rain_mmph / self.heavy_rain_mmph)
        chance = self.detection_by_light.factor(light) * (1.0 - rain * (1.0 - self.heavy_rain_factor))
        by_class = self.pixels_for_half_detection_by_class
        distance_m = whole_metres(self.range_m)
        depth_m = ground_distance_error_m(distance_m, mount.mounting_height_m, self.focal_px, self.foot_point_noise_px)
        delay, delay_spread = log_normal(mount.processing_mean_s, mount.processing_spread_s)
        return Model(
            range_m=self.range_m,
            relative=False,
            gain=gains(self.range_m, len(CLASSES), pixels_per_area),
            chance=np.full(len(CLASSES), chance),
            half=np.array([by_class.get(name, self.pixels_for_half_detection) for name in CLASSES]),
            steepness=self.detection_steepness,
            least=self.min_pixels,
            along_m=np.hypot(self.position_noise_m, depth_m),
            across_m=np.hypot(self.position_noise_m, self.foot_point_noise_px / self.focal_px * distance_m),
            along_share=0.0,
            across_share=0.0,
            cell_m=0.0,
            cell_mps=0.0,
            cell_rad=0.0,
            speed_mps=self.speed_noise_mps,
            heading_rad=math.radians(self.heading_noise_deg),
            size_share=self.size_noise_share,
            right_class=self.class_accuracy,
            drop_share=mount.frame_drop_share,
            false_mean=self.false_objects_per_frame,
            log_delay_us=delay,
            log_delay_spread=delay_spread,
        )


class CameraSpec(CameraHead, ScannedSpec):
    """A roadside camera with its object detector; the image is rectilinear, and its elevation limits follow from its size."""

    about: ClassVar[Kind] = Kind(
        name_en="camera",
        name_zh="摄像机",
        colour="#40c4be",
        price_10k_cny=(0.3, 0.8, 2.0),
        price_source="Assumption: network cameras for traffic with their share of detection; no published unit price.",
        power_w=12.0,
        power_range=Assumed.between(6.0, 12.95),
        power_source="Assumption: within Power over Ethernet's 12.95 W (IEEE 802.3af).",
        fused_up_to_m=80.0,
    )

    kind: Literal["camera"]
    """Always ``camera``."""

    def model(self, weather: WeatherSpec, light: Light = "day") -> Model:
        """Return what a scan needs to know of it, in this weather and the light that it works in (``light_seen``)."""
        return self.seen_model(weather, light, self)


def focal_length_px(image_width_px: float, field_of_view_deg: float) -> float:
    """Return the focal length of a rectilinear image in pixels: half the width over the tangent of half the field of view."""
    return 0.5 * image_width_px / math.tan(math.radians(0.5 * field_of_view_deg))


def pixels_on_target(width_m: float, height_m: float, distance_m: float, focal_px: float) -> float:
    """Return the pixels on an upright, unhidden surface that faces the camera: (f W / d) (f H / d), in the image's middle."""
    return (focal_px * width_m / distance_m) * (focal_px * height_m / distance_m)


def ground_distance_error_m(distance_m: Floats, height_m: float, focal_px: float, noise_px: float) -> Floats:
    """Return the errors of distances that are read from the image row in which something touches the level road.

    The road at distance d lies atan(h / d) below the horizon; a row is 1 / f wide there, and dd / dangle = (d^2 + h^2) / h. Far
    off it is the d^2 / (f h) of Stein, Mano and Shashua, "Vision-based ACC with a single camera" (IEEE IV 2003).
    """
    return (distance_m**2 + height_m**2) / height_m * noise_px / focal_px


def contrast_range_m(alpha_per_m: float, least_contrast: float) -> float:
    """Return where a contrast of 1 has fallen to the least: Koschmieder's law, C = exp(-alpha d). Infinite in clear air."""
    return math.log(1.0 / least_contrast) / alpha_per_m if alpha_per_m > 0.0 else math.inf
