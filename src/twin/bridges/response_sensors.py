"""Sensors of how a bridge moves and strains, as data: acceleration, strain, displacement, tilt."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.bridges.sensor_base import BaseBridgeSensorSpec, NotNegative, Positive, Quantity, SensorErrors
from twin.bridges.vehicle_loads import STANDARD_GRAVITY_MPS2
from twin.messages import say

_MICRO: Final = 1e-6
_MILLI: Final = 1e-3
_MILLIDEGREE: Final = math.radians(1e-3)


class AccelerometerSpec(BaseBridgeSensorSpec):
    """A vertical accelerometer on the deck."""

    quantity: ClassVar[Quantity] = "acceleration"

    kind: Literal["accelerometer"]
    """Always ``accelerometer``."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), OF_THE_DESIGN] = 50.0
    """Samples a second; divides the bridge's. Assumption: usual under JT/T 1037, whose text was not at hand."""

    noise_density_ug: NotNegative = 22.5
    """Noise in 1e-6 g / sqrt(Hz). Source: data sheet of the ADXL355, a low-noise MEMS accelerometer used on bridges; a
    force-balance one has 1 or less."""

    bias_mg: Annotated[NotNegative, Assumed.times(0.1, 3.0)] = 2.0
    """Standard deviation of the constant error, 1e-3 g. Assumption: after levelling on site; 25 in the ADXL355's data sheet
    before it."""

    walk_mg: Annotated[NotNegative, Assumed.times(0.1, 5.0)] = 0.05
    """Random walk of the zero in a day, 1e-3 g. Assumption: of that order."""

    temperature_mg_per_k: Annotated[NotNegative, Assumed.times(0.1, 3.0)] = 0.05
    """Change of the zero a kelvin, 1e-3 g. Assumption: a third of the limit that such data sheets state."""

    range_g: Positive = 2.0
    """Largest acceleration it reports, g. Choice: the smallest range of the ADXL355."""

    resolution_ug: Annotated[Positive, Assumed.times(0.1, 20.0)] = 3.9
    """Step of what it reports, 1e-6 g. Assumption: 20 bits over that range, as the ADXL355 has."""

    def errors(self) -> SensorErrors:
        """See the base."""
        g = STANDARD_GRAVITY_MPS2
        return SensorErrors(
            self.noise_density_ug * _MICRO * g,
            self.bias_mg * _MILLI * g,
            self.walk_mg * _MILLI * g,
            self.temperature_mg_per_k * _MILLI * g,
            -self.range_g * g,
            self.range_g * g,
            self.resolution_ug * _MICRO * g,
        )


class _StrainSpec(BaseBridgeSensorSpec):
    """What both kinds of strain sensors have."""

    quantity: ClassVar[Quantity] = "strain"

    depth_m: float | None = None
    """Below the neutral axis of the section, positive where sagging pulls; the bottom of the section where left out."""

    noise_density_microstrain: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.05
    """Noise in 1e-6 / sqrt(Hz). Assumption: a quarter of a microstrain at 50 Hz, a foil gauge and its amplifier."""

    bias_microstrain: Annotated[NotNegative, Assumed.times(0.2, 4.0)] = 5.0
    """Standard deviation of the constant error, 1e-6. Assumption: the zero is set once, after the bridge is built."""

    walk_microstrain: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.3
    """Random walk of the zero in a day, 1e-6. Assumption: creep of the glue; 6 in a year."""

    temperature_microstrain_per_k: Annotated[NotNegative, Assumed.times(0.2, 3.0)] = 0.5
    """Change of the zero a kelvin that its compensation leaves, 1e-6. Assumption: a twentieth of the expansion of steel."""

    range_microstrain: Positive = 3000.0
    """Largest strain it reports, 1e-6. Choice: 3000, as vibrating-wire and foil gauges are sold."""

    resolution_microstrain: Annotated[Positive, Assumed.times(0.1, 10.0)] = 0.1
    """Step of what it reports, 1e-6. Assumption: a tenth of what a strain due to traffic is asked to be known to."""

    def errors(self) -> SensorErrors:
        """See the base."""
        return SensorErrors(
            self.noise_density_microstrain * _MICRO,
            self.bias_microstrain * _MICRO,
            self.walk_microstrain * _MICRO,
            self.temperature_microstrain_per_k * _MICRO,
            -self.range_microstrain * _MICRO,
            self.range_microstrain * _MICRO,
            self.resolution_microstrain * _MICRO,
        )


class StrainGaugeSpec(_StrainSpec):
    """A strain gauge along the girder."""

    kind: Literal["strain_gauge"]
    """Always ``strain_gauge``."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), OF_THE_DESIGN] = 50.0
    """Samples a second; divides the bridge's. Assumption: 10 to 50, usual under JT/T 1037, whose text was not at hand."""


class FibreOpticStrainSpec(_StrainSpec):
    """A fibre with strain points along the girder (光纤): gratings (FBG) or a distributed reading, one channel a point."""

    kind: Literal["fibre_optic_strain"]
    """Always ``fibre_optic_strain``."""

    until_m: NotNegative
    """Where the fibre's last point may be; the first is at ``at_m``."""

    spacing_m: Positive
    """From point to point."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), OF_THE_DESIGN] = 10.0
    """Samples a second; divides the bridge's. Assumption: an interrogator that reads many points in turn."""

    noise_density_microstrain: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.2
    """Noise in 1e-6 / sqrt(Hz). Assumption: half a picometre of wavelength at 10 Hz, 1.2 pm being a microstrain."""

    temperature_microstrain_per_k: Annotated[NotNegative, Assumed.times(0.2, 3.0)] = 0.8
    """Change of the zero a kelvin, 1e-6. Assumption: what a second grating beside it leaves of some 8."""

    resolution_microstrain: Annotated[Positive, Assumed.times(0.1, 10.0)] = 0.1
    """Step of what it reports, 1e-6. Assumption: a tenth of a picometre."""

    @property
    def places_m(self) -> tuple[float, ...]:
        """See the base."""
        count = int((self.until_m - self.at_m) / self.spacing_m + 1e-9) + 1
        return tuple(self.at_m + number * self.spacing_m for number in range(count))

    @model_validator(mode="after")
    def _has_points(self) -> Self:
        if self.until_m < self.at_m:
            raise ValueError(say("bridge.fibre", id=self.id, at_m=self.at_m, until_m=self.until_m))
        return self


class DisplacementSpec(BaseBridgeSensorSpec):
    """A gauge of the deck's vertical displacement: liquid levels, a camera on targets, radar or GNSS."""

    quantity: ClassVar[Quantity] = "displacement"

    kind: Literal["displacement"]
    """Always ``displacement``."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), OF_THE_DESIGN] = 50.0
    """Samples a second; divides the bridge's. Assumption: at least 20 for dynamic displacement (guide on bridges under
    aircraft, reference); GNSS has 1 to 20."""

    noise_density_mm: Annotated[NotNegative, Assumed.times(0.2, 20.0)] = 0.02
    """Noise in mm / sqrt(Hz). Assumption: 0.1 mm at 50 Hz, a camera or radar at some 50 m; GNSS has some 2 mm."""

    bias_mm: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.3
    """Standard deviation of the constant error, mm. Assumption: setting the zero."""

    walk_mm: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.05
    """Random walk of the zero in a day, mm. Assumption: its mounting moves."""

    temperature_mm_per_k: Annotated[NotNegative, Assumed.times(0.2, 4.0)] = 0.02
    """Change of the zero a kelvin, mm. Assumption: its mounting expands."""

    range_mm: Positive = 1000.0
    """Largest displacement it reports, mm. Choice: more than any of the shipped bridges moves."""

    resolution_mm: Annotated[Positive, Assumed.times(0.1, 10.0)] = 0.01
    """Step of what it reports, mm. Assumption: a tenth of its noise."""

    def errors(self) -> SensorErrors:
        """See the base."""
        return SensorErrors(
            self.noise_density_mm * _MILLI,
            self.bias_mm * _MILLI,
            self.walk_mm * _MILLI,
            self.temperature_mm_per_k * _MILLI,
            -self.range_mm * _MILLI,
            self.range_mm * _MILLI,
            self.resolution_mm * _MILLI,
        )


class TiltSpec(BaseBridgeSensorSpec):
    """An inclinometer: the slope of the deck along its axis."""

    quantity: ClassVar[Quantity] = "tilt"

    kind: Literal["tilt"]
    """Always ``tilt``."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), OF_THE_DESIGN] = 10.0
    """Samples a second; divides the bridge's. Assumption: 1 for static readings, 20 for dynamic ones (the same guide)."""

    noise_density_mdeg: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.2
    """Noise in 1e-3 degrees / sqrt(Hz). Assumption: half a thousandth of a degree at 10 Hz."""

    bias_mdeg: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 5.0
    """Standard deviation of the constant error, 1e-3 degrees. Assumption: levelling on site."""

    walk_mdeg: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.2
    """Random walk of the zero in a day, 1e-3 degrees. Assumption: of that order."""

    temperature_mdeg_per_k: Annotated[NotNegative, Assumed.times(0.2, 4.0)] = 0.5
    """Change of the zero a kelvin, 1e-3 degrees. Assumption: a compensated MEMS inclinometer."""

    range_deg: Positive = 15.0
    """Largest slope it reports, degrees. Choice: as such instruments are sold."""

    resolution_mdeg: Annotated[Positive, Assumed.times(0.1, 10.0)] = 0.5
    """Step of what it reports, 1e-3 degrees. Assumption: of that order."""

    def errors(self) -> SensorErrors:
        """See the base."""
        return SensorErrors(
            self.noise_density_mdeg * _MILLIDEGREE,
            self.bias_mdeg * _MILLIDEGREE,
            self.walk_mdeg * _MILLIDEGREE,
            self.temperature_mdeg_per_k * _MILLIDEGREE,
            -math.radians(self.range_deg),
            math.radians(self.range_deg),
            self.resolution_mdeg * _MILLIDEGREE,
        )
