"""What every sensor of a bridge has, and how wrong one may be.

Specifications give values in the unit of the kind's keys; ``errors`` hands them on in SI units. Where no data sheet is named,
the defaults of the kinds are assumed: what instruments for bridges of a good middle class keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from twin.assumed import Assumed
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

    packet_s: Annotated[float, Field(gt=0.0, le=60.0)] = 1.0
    """How much of its samples is lost at once."""

    @property
    def places_m(self) -> tuple[float, ...]:
        """Where its channels are, one entry a channel."""
        return (self.at_m,)

    def errors(self) -> SensorErrors:
        """Return how wrong a channel of it is, in SI units."""
        raise NotImplementedError
