"""What a scenario says of the faults of its devices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.kernel.lifecycle import FailureRate, Start
from twin.messages import say
from twin.sensors.fault_effects import Cause
from twin.spec import Spec
from twin.units import US_PER_S

_US_PER_H: Final = 3600.0 * US_PER_S
Hours = Annotated[float, Field(gt=0.0, le=1e9)]
Ramp = Annotated[float, Field(ge=0.0, le=1e8)]


class _CauseSpec(Spec):
    mttr_h: Annotated[Hours, Assumed.times(0.5, 2.0)] = 24.0
    """Mean time to repair, from the fault to the device in order again. Assumption: noticed, and a crew there, within a day."""

    repair_spread: Annotated[float, Field(ge=0.0, le=10.0), Assumed.times(0.5, 1.5)] = 1.0
    """Standard deviation of the time to repair divided by its mean, log-normal (MIL-HDBK-472). Assumption: 1, as long repairs
    that wait for parts are usual beside short ones."""

    ramp_s: Annotated[Ramp, Assumed.times(0.5, 2.0)] = 0.0
    """Time in which the fault grows from nothing to its full size; 0 is a step. Assumption: such faults come at once."""


class DirtSpec(_CauseSpec):
    """Dust, spray or a spider's web on the window: less of every object is seen."""

    mtbf_h: Annotated[Hours, Assumed.times(0.5, 2.0)] = 4380.0
    """Mean time from a cleaning until the window begins to soil again. Assumption: half a year; soiling is no failure in the
    sense of the 30,000 h that Guangzhou's specification demands."""

    mttr_h: Annotated[Hours, Assumed.times(0.5, 2.0)] = 480.0
    """Mean time from the first soiling to the next cleaning. Assumption: 20 days, a monthly round of cleaning."""

    ramp_s: Annotated[Ramp, Assumed.times(0.3, 3.0)] = 864_000.0
    """Time in which it grows to its full size. Assumption: ten days of dust between two rains."""

    evidence_loss: Annotated[float, Field(ge=0.0, le=0.66), Assumed.between(0.25, 0.66)] = 0.5
    """Share of the evidence (points, pixels, signal) that is lost. Assumption: half; each fault lies evenly between half of
    that and one and a half times that."""


class MisalignmentSpec(_CauseSpec):
    """The device turned on its pole, by wind or by a blow, and reports as if it had not."""

    mtbf_h: Annotated[Hours, Assumed.times(0.5, 2.0)] = 300_000.0
    """Mean time between faults. Assumption: a tenth of the 30,000 h that Guangzhou's specification of 2021 demands of
    sensors goes to this cause; the shares of all causes but dirt add up to that."""

    mttr_h: Annotated[Hours, Assumed.times(0.5, 2.0)] = 72.0
    """Mean time to repair. Assumption: a working platform has to be ordered, three days."""

    heading_deg: Annotated[float, Field(ge=0.0, le=90.0), Assumed.times(0.5, 3.0)] = 1.0
    """Angle it has turned by, to either side. Assumption: 1 degree, 1.7 m at 100 m, just beyond the 1.5 m that Guangzhou's
    specification allows; each fault lies evenly between half of that and one and a half times that."""


class ClockDriftSpec(_CauseSpec):
    """The clock has lost its master and runs free: its time stamps go wrong, more and more."""

    mtbf_h: Annotated[Hours, Assumed.times(0.5, 2.0)] = 150_000.0
    """Mean time between faults. Assumption: a fifth of all faults at a MTBF of 30,000 h."""

    drift_ppm: Annotated[float, Field(ge=0.0, le=100_000.0), Assumed.times(0.5, 5.0)] = 20.0
    """Rate at which it runs fast or slow, in microseconds a second. Assumption: 20, an ordinary quartz oscillator, so that
    the 10 ms of synchronisation that Guangzhou's specification demands are lost after 8 minutes; each fault lies evenly
    between half of that and one and a half times that."""


class FrameLossSpec(_CauseSpec):
    """A worn cable or connector: frames are lost between the sensor's head and its computer."""

    mtbf_h: Annotated[Hours, Assumed.times(0.5, 2.0)] = 100_000.0
    """Mean time between faults. Assumption: three tenths of all faults at a MTBF of 30,000 h."""

    loss_probability: Annotated[float, Field(ge=0.0, le=0.66), Assumed.between(0.1, 0.6)] = 0.3
    """Probability that a frame is lost. Assumption: 0.3; each fault lies evenly between half of that and one and a half
    times that."""


class PowerLossSpec(_CauseSpec):
    """The device is without power and gives nothing."""

    mtbf_h: Annotated[Hours, Assumed.times(0.5, 2.0)] = 100_000.0
    """Mean time between faults. Assumption: three tenths of all faults at a MTBF of 30,000 h."""

    mttr_h: Annotated[Hours, Assumed.times(0.5, 3.0)] = 8.0
    """Mean time to repair. Assumption: it is noticed at once, and a fuse or a supply is soon changed."""


class WrongCalibrationSpec(_CauseSpec):
    """The place that the device is held to be at is wrong, since a service or an update: all it reports is shifted."""

    mtbf_h: Annotated[Hours, Assumed.times(0.5, 2.0)] = 300_000.0
    """Mean time between faults. Assumption: a tenth of all faults at a MTBF of 30,000 h."""

    mttr_h: Annotated[Hours, Assumed.times(0.5, 2.0)] = 72.0
    """Mean time until it is calibrated anew. Assumption: three days, like a misalignment."""

    offset_m: Annotated[float, Field(ge=0.0, le=1000.0), Assumed.times(0.5, 2.0)] = 2.0
    """Shift of the reported positions, in any direction. Assumption: 2 m, more than the 1.5 m that Guangzhou's specification
    allows; each fault lies evenly between half of that and one and a half times that."""


class ScheduledFaultSpec(Spec):
    """One fault at a stated time, with a stated size: for trying out what a fault does."""

    device: Annotated[str, Field(min_length=1)]
    """Id of the device, as in table ``device_spec``."""

    cause: Cause
    """What happens to it."""

    from_s: Annotated[float, Field(ge=0.0, le=1e9)]
    """Onset, since the scenario's start."""

    until_s: Annotated[float, Field(gt=0.0, le=1e9)]
    """When it is repaired."""

    size: Annotated[float, Field(ge=-100_000.0, le=100_000.0)] | None = None
    """Its full size in the unit of the cause's own key (``evidence_loss``, ``heading_deg``, ``drift_ppm``,
    ``loss_probability``, ``offset_m``), with the sign for headings (clockwise) and clocks (fast); that of the cause where left
    out."""

    direction_deg: Annotated[float, Field(ge=-360.0, le=360.0)] = 0.0
    """Compass bearing of the shift of a wrong calibration."""

    ramp_s: Ramp | None = None
    """Time in which it grows; that of the cause where left out."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.until_s <= self.from_s:
            raise ValueError(say("spec.fault.times", until_s=self.until_s, from_s=self.from_s))
        share = self.cause in {"dirt", "frame_loss"}
        if share and self.size is not None and not 0.0 <= self.size <= 1.0:
            raise ValueError(say("spec.fault.share", size=self.size, cause=self.cause))
        return self


class FaultsSpec(Spec):
    """Faults of the devices: by chance, at stated times, or both.

    Guangzhou's specification of 2021 demands a sensor MTBF of 30,000 h or more.
    """

    random: bool = False
    """Whether devices fail by chance."""

    start: Start = "stationary"
    """``stationary``: a device may have a fault already when the run begins, as in an arbitrary hour; ``up``: none has."""

    accelerate: Annotated[float, Field(gt=0.0, le=1e6)] = 1.0
    """Faults by chance come so many times more often, so that a short run shows some; repairs take as long as ever."""

    dirt: DirtSpec = DirtSpec()
    """Soiling."""

    misalignment: MisalignmentSpec = MisalignmentSpec()
    """A turned device."""

    clock_drift: ClockDriftSpec = ClockDriftSpec()
    """A clock that runs free."""

    frame_loss: FrameLossSpec = FrameLossSpec()
    """Lost frames."""

    power_loss: PowerLossSpec = PowerLossSpec()
    """No power."""

    wrong_calibration: WrongCalibrationSpec = WrongCalibrationSpec()
    """A wrong place."""

    scheduled: tuple[ScheduledFaultSpec, ...] = ()
    """Faults at stated times, besides those by chance."""

    def rate(self, cause: Cause) -> FailureRate:
        """Return how often a cause strikes a device, acceleration included, and how long it lasts."""
        spec = getattr(self, cause)
        return FailureRate(spec.mtbf_h / self.accelerate * _US_PER_H, spec.mttr_h * _US_PER_H, spec.repair_spread)

    def full_size(self, cause: Cause) -> float:
        """Return a cause's size in SI: share, radians, seconds a second, probability, 1, metres."""
        return {
            "dirt": self.dirt.evidence_loss,
            "misalignment": math.radians(self.misalignment.heading_deg),
            "clock_drift": self.clock_drift.drift_ppm * 1e-6,
            "frame_loss": self.frame_loss.loss_probability,
            "power_loss": 1.0,
            "wrong_calibration": self.wrong_calibration.offset_m,
        }[cause]


def unknown_devices(spec: FaultsSpec, names: Sequence[str]) -> list[tuple[int, str]]:
    """Return (number of the scheduled fault, name) of those whose device does not exist."""
    known = set(names)
    return [(i, fault.device) for i, fault in enumerate(spec.scheduled) if fault.device not in known]
