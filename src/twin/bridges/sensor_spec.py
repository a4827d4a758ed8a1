"""Sensors of bridges as data: the kinds, where they sit, what they report and how wrong it is.

Values are given in the unit of the kind's keys and handed on in SI units by ``errors``. Where no data sheet is named, the
defaults are assumed: what instruments for bridges of a good middle class keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Self, get_args

from pydantic import Field, model_validator

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.messages import say
from twin.spec import Spec

Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Quantity = Literal["acceleration", "strain", "displacement", "tilt", "temperature", "cable_force", "wind_speed"]

UNITS: Final[dict[str, str]] = {
    "acceleration": "m/s2",
    "strain": "-",
    "displacement": "m",
    "tilt": "rad",
    "temperature": "degC",
    "cable_force": "N",
    "wind_speed": "m/s",
}
"""Unit of each quantity, as samples and features are logged."""

STANDARD_GRAVITY_MPS2: Final = 9.80665
_MICRO: Final = 1e-6
_MILLI: Final = 1e-3
_KILO: Final = 1e3


@dataclass(frozen=True, slots=True)
class SensorErrors:
    """How wrong one channel is, in the SI unit of its quantity."""

    noise_density: float
    """Square root of the one-sided power spectral density of its white noise, unit / sqrt(Hz)."""
    bias: float
    """Standard deviation of a constant error, drawn once a channel."""
    walk_per_root_day: float
    """Standard deviation of what a random walk of the zero adds in a day."""
    per_kelvin: float
    """Standard deviation, over channels, of the zero's change a kelvin."""
    low: float
    """Values below are reported as this one."""
    high: float
    """Values above are reported as this one."""
    resolution: float
    """Step of what it reports."""


class BaseBridgeSensorSpec(Spec):
    """What every sensor of a bridge has."""

    quantity: ClassVar[Quantity]
    """What it measures."""

    id: Annotated[str, Field(min_length=1)]
    """Name, unique on its bridge; draws hang on it."""

    at_m: NotNegative = 0.0
    """Where it sits, along the bridge's axis from its start."""

    time_offset_ms: Annotated[float, Field(ge=0.0, le=50.0), Assumed.between(0.001, 10.0)] = 0.05
    """Mean by which a channel's stamps are late, exponential over channels. Assumption: clocks set by PTP (IEEE 1588), and the
    rest of the chain; 1 to 10 over NTP."""

    time_jitter_ms: Annotated[float, Field(ge=0.0, le=20.0), Assumed.between(0.0, 2.0)] = 0.02
    """How much later single stamps are, half-normal. Assumption: as for ``time_offset_ms``."""

    dropout_share: Annotated[Share, Assumed.times(0.1, 10.0)] = 0.001
    """Share of the packets of ``packet_s`` that are lost between sensor and acquisition unit. Assumption: a well-kept cable;
    lists of a day are seldom whole."""

    packet_s: Annotated[float, Field(gt=0.0, le=60.0), OF_THE_DESIGN] = 1.0
    """How much of its samples is lost at once."""

    @property
    def places_m(self) -> tuple[float, ...]:
        """Where its channels are, one entry a channel."""
        return (self.at_m,)

    def errors(self) -> SensorErrors:
        """Return how wrong a channel of it is, in SI units."""
        raise NotImplementedError


class AccelerometerSpec(BaseBridgeSensorSpec):
    """A vertical accelerometer on the deck."""

    quantity: ClassVar[Quantity] = "acceleration"

    kind: Literal["accelerometer"]
    """Always ``accelerometer``."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), Assumed.between(20.0, 100.0)] = 50.0
    """Samples a second; divides the bridge's. Assumption: usual under JT/T 1037, whose text was not at hand."""

    noise_density_ug: Annotated[NotNegative, Assumed.times(0.05, 4.0)] = 22.5
    """Noise in 1e-6 g / sqrt(Hz). Source: data sheet of the ADXL355, a low-noise MEMS accelerometer used on bridges; a
    force-balance one has 1 or less."""

    bias_mg: Annotated[NotNegative, Assumed.times(0.1, 3.0)] = 2.0
    """Standard deviation of the constant error, 1e-3 g. Assumption: after levelling on site; 25 in the ADXL355's data sheet
    before it."""

    walk_mg: Annotated[NotNegative, Assumed.times(0.1, 5.0)] = 0.05
    """Random walk of the zero in a day, 1e-3 g. Assumption: of that order."""

    temperature_mg_per_k: Annotated[NotNegative, Assumed.times(0.1, 3.0)] = 0.05
    """Change of the zero a kelvin, 1e-3 g. Assumption: a third of the limit that such data sheets state."""

    range_g: Annotated[Positive, OF_THE_DESIGN] = 2.0
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

    range_microstrain: Annotated[Positive, OF_THE_DESIGN] = 3000.0
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

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), Assumed.between(10.0, 50.0)] = 50.0
    """Samples a second; divides the bridge's. Assumption: 10 to 50, usual under JT/T 1037, whose text was not at hand."""


class FibreOpticStrainSpec(_StrainSpec):
    """A fibre with strain points along the girder (光纤): gratings (FBG) or a distributed reading, one channel a point."""

    kind: Literal["fibre_optic_strain"]
    """Always ``fibre_optic_strain``."""

    until_m: NotNegative
    """Where the fibre's last point may be; the first is at ``at_m``."""

    spacing_m: Positive
    """From point to point."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), Assumed.between(1.0, 100.0)] = 10.0
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
            raise ValueError(say("bridges.fibre", id=self.id, at_m=self.at_m, until_m=self.until_m))
        return self


class DisplacementSpec(BaseBridgeSensorSpec):
    """A gauge of the deck's vertical displacement: liquid levels, a camera on targets, radar or GNSS."""

    quantity: ClassVar[Quantity] = "displacement"

    kind: Literal["displacement"]
    """Always ``displacement``."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), Assumed.between(1.0, 50.0)] = 50.0
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

    range_mm: Annotated[Positive, OF_THE_DESIGN] = 1000.0
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

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), Assumed.between(1.0, 20.0)] = 10.0
    """Samples a second; divides the bridge's. Assumption: 1 for static readings, 20 for dynamic ones (the same guide)."""

    noise_density_mdeg: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.2
    """Noise in 1e-3 degrees / sqrt(Hz). Assumption: half a thousandth of a degree at 10 Hz."""

    bias_mdeg: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 5.0
    """Standard deviation of the constant error, 1e-3 degrees. Assumption: levelling on site."""

    walk_mdeg: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.2
    """Random walk of the zero in a day, 1e-3 degrees. Assumption: of that order."""

    temperature_mdeg_per_k: Annotated[NotNegative, Assumed.times(0.2, 4.0)] = 0.5
    """Change of the zero a kelvin, 1e-3 degrees. Assumption: a compensated MEMS inclinometer."""

    range_deg: Annotated[Positive, OF_THE_DESIGN] = 15.0
    """Largest slope it reports, degrees. Choice: as such instruments are sold."""

    resolution_mdeg: Annotated[Positive, Assumed.times(0.1, 10.0)] = 0.5
    """Step of what it reports, 1e-3 degrees. Assumption: of that order."""

    def errors(self) -> SensorErrors:
        """See the base."""
        rad = 3.141592653589793 / 180.0
        return SensorErrors(
            self.noise_density_mdeg * _MILLI * rad,
            self.bias_mdeg * _MILLI * rad,
            self.walk_mdeg * _MILLI * rad,
            self.temperature_mdeg_per_k * _MILLI * rad,
            -self.range_deg * rad,
            self.range_deg * rad,
            self.resolution_mdeg * _MILLI * rad,
        )


class TemperatureSpec(BaseBridgeSensorSpec):
    """A thermometer in the deck or in the air."""

    quantity: ClassVar[Quantity] = "temperature"

    kind: Literal["temperature"]
    """Always ``temperature``."""

    of: Literal["air", "deck", "top", "bottom"] = "deck"
    """What it is in: the air, the middle of the deck, or its top or bottom."""

    rate_hz: Annotated[float, Field(ge=1.0 / 600.0, le=100.0), Assumed.between(1.0 / 600.0, 1.0)] = 1.0
    """Samples a second; divides the bridge's. Assumption: once a second is more than the ten minutes that are usual, so that
    every interval has its mean."""

    noise_density_k: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.02
    """Noise in K / sqrt(Hz). Assumption: the last digit flickers."""

    bias_k: Annotated[NotNegative, Assumed.times(0.3, 3.0)] = 0.2
    """Standard deviation of the constant error, K. Assumption: a platinum sensor of class A (0.15 K + 0.2 % at 0 degC by
    IEC 60751) and its contact."""

    walk_k: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.005
    """Random walk of the zero in a day, K. Assumption: 0.1 K in a year."""

    high_c: Annotated[float, OF_THE_DESIGN] = 80.0
    """Largest temperature it reports, degrees Celsius. Choice: above asphalt in the sun."""

    low_c: Annotated[float, OF_THE_DESIGN] = -20.0
    """Least temperature it reports, degrees Celsius. Choice: below any in Guangzhou."""

    resolution_k: Annotated[Positive, Assumed.times(0.1, 10.0)] = 0.01
    """Step of what it reports, K. Assumption: two digits."""

    def errors(self) -> SensorErrors:
        """See the base."""
        return SensorErrors(self.noise_density_k, self.bias_k, self.walk_k, 0.0, self.low_c, self.high_c, self.resolution_k)


class CableForceSpec(BaseBridgeSensorSpec):
    """The force in a cable or hanger: a load cell, or its vibration made into a force."""

    quantity: ClassVar[Quantity] = "cable_force"

    kind: Literal["cable_force"]
    """Always ``cable_force``."""

    cable: Annotated[int, Field(ge=0)] = 0
    """Which of the bridge's cables or hangers, counted from its start."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), Assumed.between(1.0, 50.0)] = 10.0
    """Samples a second; divides the bridge's. Assumption: a load cell read as often as a slow strain channel."""

    noise_density_kn: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.2
    """Noise in kN / sqrt(Hz). Assumption: 0.5 kN at 10 Hz."""

    bias_kn: Annotated[NotNegative, Assumed.times(0.2, 4.0)] = 5.0
    """Standard deviation of the constant error, kN. Assumption: 0.5 % of a cable of 1 MN."""

    walk_kn: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.2
    """Random walk of the zero in a day, kN. Assumption: of that order."""

    temperature_kn_per_k: Annotated[NotNegative, Assumed.times(0.2, 4.0)] = 0.2
    """Change of the zero a kelvin, kN. Assumption: 0.02 % of 1 MN."""

    range_kn: Annotated[Positive, OF_THE_DESIGN] = 10000.0
    """Largest change of force it reports, kN. Choice: above any of the shipped bridges."""

    resolution_kn: Annotated[Positive, Assumed.times(0.1, 10.0)] = 0.1
    """Step of what it reports, kN. Assumption: a hundredth of a per cent of 1 MN."""

    def errors(self) -> SensorErrors:
        """See the base."""
        return SensorErrors(
            self.noise_density_kn * _KILO,
            self.bias_kn * _KILO,
            self.walk_kn * _KILO,
            self.temperature_kn_per_k * _KILO,
            -self.range_kn * _KILO,
            self.range_kn * _KILO,
            self.resolution_kn * _KILO,
        )


class AnemometerSpec(BaseBridgeSensorSpec):
    """A sonic anemometer: the wind across the bridge."""

    quantity: ClassVar[Quantity] = "wind_speed"

    kind: Literal["anemometer"]
    """Always ``anemometer``."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), Assumed.between(1.0, 50.0)] = 10.0
    """Samples a second; divides the bridge's. Assumption: at least 10, usual under JT/T 1037, whose text was not at hand."""

    noise_density_mps: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.02
    """Noise in m/s / sqrt(Hz). Assumption: 0.05 m/s at 10 Hz."""

    bias_mps: Annotated[NotNegative, Assumed.times(0.2, 4.0)] = 0.1
    """Standard deviation of the constant error, m/s. Assumption: its place beside the deck; such data sheets state 0.1 to
    0.3."""

    walk_mps: Annotated[NotNegative, Assumed.between(0.0, 0.02)] = 0.0
    """Random walk of the zero in a day, m/s. Assumption: none."""

    range_mps: Annotated[Positive, OF_THE_DESIGN] = 60.0
    """Largest speed it reports, m/s. Choice: as such instruments are sold; a severe typhoon."""

    resolution_mps: Annotated[Positive, Assumed.times(0.1, 10.0)] = 0.01
    """Step of what it reports, m/s. Assumption: as such instruments are sold."""

    def errors(self) -> SensorErrors:
        """See the base."""
        return SensorErrors(
            self.noise_density_mps, self.bias_mps, self.walk_mps, 0.0, -self.range_mps, self.range_mps, self.resolution_mps
        )


BridgeSensorSpec = Annotated[
    AccelerometerSpec
    | StrainGaugeSpec
    | FibreOpticStrainSpec
    | DisplacementSpec
    | TiltSpec
    | TemperatureSpec
    | CableForceSpec
    | AnemometerSpec,
    Field(discriminator="kind"),
]
"""The kinds of sensors a bridge may have."""

SENSOR_KINDS: Final[tuple[str, ...]] = tuple(
    get_args(model.model_fields["kind"].annotation)[0] for model in get_args(get_args(BridgeSensorSpec)[0])
)
"""Names of the kinds, in the order of the union."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One row of what a bridge's sensors report."""

    name: str
    """``bridge/sensor``, or ``bridge/sensor/point`` for a fibre."""
    sensor: int
    """Place of its sensor in the list that it came from."""
    spec: Any
    """The model of its sensor, one of ``BridgeSensorSpec``."""
    at_m: float

    @property
    def quantity(self) -> str:
        """What it measures."""
        return str(self.spec.quantity)


def channels_of(bridge: str, sensors: tuple[Any, ...]) -> tuple[Channel, ...]:
    """Return the channels of the sensors of ``bridge``, sensor after sensor, those of a fibre along it."""
    found = []
    for number, spec in enumerate(sensors):
        places = spec.places_m
        for point, at_m in enumerate(places):
            ending = f"/{point}" if isinstance(spec, FibreOpticStrainSpec) else ""
            found.append(Channel(f"{bridge}/{spec.id}{ending}", number, spec, at_m))
    return tuple(found)
