"""What watches one bridge, as data: its sensors, weighing stations, and what its edge computer makes of them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.bridges.alarms import BridgeAlarmSpec
from twin.bridges.fatigue import FatigueSpec
from twin.bridges.identification import IdentificationSpec
from twin.bridges.sensor_spec import BridgeSensorSpec
from twin.bridges.stiffness import StiffnessWatchSpec
from twin.bridges.weigh_in_motion import WeighInMotionSpec
from twin.messages import say
from twin.spec import Spec
from twin.units import to_us


class MonitoringSpec(Spec):
    """Sensors of one bridge and its edge computer."""

    rate_hz: Annotated[float, Field(ge=1.0, le=100.0)] = 50.0
    """How often the response is sampled; every sensor's rate divides it. Choice: that of accelerometers."""

    sensors: tuple[BridgeSensorSpec, ...] = ()
    """Its sensors."""

    weigh_in_motion: tuple[WeighInMotionSpec, ...] = ()
    """Its weighing stations."""

    interval_s: Annotated[float, Field(gt=0.0, le=86400.0)] = 600.0
    """Length of the intervals over which features are made. Choice: the ten minutes of bridge monitoring in China."""

    identification: IdentificationSpec = IdentificationSpec()
    """How its first frequency is found."""

    fatigue: FatigueSpec = FatigueSpec()
    """The detail whose fatigue is summed up from strain."""

    alarms: BridgeAlarmSpec = BridgeAlarmSpec()
    """Limits of its alarms."""

    stiffness: StiffnessWatchSpec = StiffnessWatchSpec()
    """How a slow loss of its stiffness is watched for."""

    @property
    def period_us(self) -> int:
        """Microseconds from sample to sample of the response."""
        return round(1e6 / self.rate_hz)

    @property
    def interval_us(self) -> int:
        """Microseconds of an interval of features."""
        return to_us(self.interval_s)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [one.id for one in (*self.sensors, *self.weigh_in_motion)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(say("bridge.sensor_twice", names=", ".join(twice)))
        for one in self.sensors:
            stride = self.rate_hz / one.rate_hz
            if stride < 1.0 - 1e-6 or abs(stride - round(stride)) > 1e-6:
                raise ValueError(say("bridge.sensor_rate", id=one.id, rate_hz=one.rate_hz, of_hz=self.rate_hz))
        if abs(1e6 / self.rate_hz - self.period_us) > 1e-6 or self.interval_us % self.period_us:
            raise ValueError(say("bridge.interval", interval_s=self.interval_s, rate_hz=self.rate_hz))
        return self
