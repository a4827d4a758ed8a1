"""Sensors of bridges as data: temperature, cables and wind here, what else there is, and the channels they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from pydantic import Field

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.bridges.response_sensors import (
    AccelerometerSpec,
    DisplacementSpec,
    FibreOpticStrainSpec,
    StrainGaugeSpec,
    TiltSpec,
)
from twin.bridges.sensor_base import BaseBridgeSensorSpec, NotNegative, Positive, Quantity, SensorErrors

_KILO: Final = 1e3


class ThermometerSpec(BaseBridgeSensorSpec):
    """A thermometer in the deck or in the air."""

    quantity: ClassVar[Quantity] = "temperature"

    kind: Literal["temperature"]
    """Always ``temperature``."""

    of: Literal["air", "deck", "top", "bottom"] = "deck"
    """What it is in: the air, the middle of the deck, or its top or bottom."""

    rate_hz: Annotated[float, Field(ge=1.0 / 600.0, le=100.0), OF_THE_DESIGN] = 1.0
    """Samples a second; divides the bridge's. Assumption: once a second is more than the ten minutes that are usual, so that
    every interval has its mean."""

    noise_density_k: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.02
    """Noise in K / sqrt(Hz). Assumption: the last digit flickers."""

    bias_k: Annotated[NotNegative, Assumed.times(0.3, 3.0)] = 0.2
    """Standard deviation of the constant error, K. Assumption: a platinum sensor of class A (0.15 K + 0.2 % at 0 degC by
    IEC 60751) and its contact."""

    walk_k: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.005
    """Random walk of the zero in a day, K. Assumption: 0.1 K in a year."""

    high_c: float = 80.0
    """Largest temperature it reports, degrees Celsius. Choice: above asphalt in the sun."""

    low_c: float = -20.0
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

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), OF_THE_DESIGN] = 10.0
    """Samples a second; divides the bridge's. Assumption: a load cell read as often as a slow strain channel."""

    noise_density_kn: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.2
    """Noise in kN / sqrt(Hz). Assumption: 0.5 kN at 10 Hz."""

    bias_kn: Annotated[NotNegative, Assumed.times(0.2, 4.0)] = 5.0
    """Standard deviation of the constant error, kN. Assumption: 0.5 % of a cable of 1 MN."""

    walk_kn: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.2
    """Random walk of the zero in a day, kN. Assumption: of that order."""

    temperature_kn_per_k: Annotated[NotNegative, Assumed.times(0.2, 4.0)] = 0.2
    """Change of the zero a kelvin, kN. Assumption: 0.02 % of 1 MN."""

    range_kn: Positive = 10000.0
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

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0), OF_THE_DESIGN] = 10.0
    """Samples a second; divides the bridge's. Assumption: at least 10, usual under JT/T 1037, whose text was not at hand."""

    noise_density_mps: Annotated[NotNegative, Assumed.times(0.2, 5.0)] = 0.02
    """Noise in m/s / sqrt(Hz). Assumption: 0.05 m/s at 10 Hz."""

    bias_mps: Annotated[NotNegative, Assumed.times(0.2, 4.0)] = 0.1
    """Standard deviation of the constant error, m/s. Assumption: its place beside the deck; such data sheets state 0.1 to
    0.3."""

    walk_mps: Annotated[NotNegative, Assumed.between(0.0, 0.02)] = 0.0
    """Random walk of the zero in a day, m/s. Assumption: none."""

    range_mps: Positive = 60.0
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
    | ThermometerSpec
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
