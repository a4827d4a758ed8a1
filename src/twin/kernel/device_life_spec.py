"""What a scenario says of the lives of field devices: failures, batteries, gateways, and what a device does about a loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.kernel.lifecycle import FailureRate, Start
from twin.messages import say
from twin.spec import Spec
from twin.units import US_PER_S

_US_PER_H: Final = 3600.0 * US_PER_S
Hours = Annotated[float, Field(gt=0.0, le=1e9)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]

DeviceCause = Literal["device_fault", "battery", "gateway_outage"]
"""Why a field device gives nothing: it is broken, its battery is empty, or its gateway is out."""


class FailureSpec(Spec):
    """How often something fails by chance, and how long it stays broken."""

    mtbf_h: Annotated[Hours, Assumed.times(0.3, 3.0)] = 30_000.0
    """Mean time between faults. Assumption: the 30,000 h that Guangzhou's specification of 2021 demands of roadside sensors."""

    mttr_h: Annotated[Hours, Assumed.times(0.5, 3.0)] = 72.0
    """Mean time to repair. Assumption: three days, as nobody stands by and a lane has to be closed for it."""

    repair_spread: Annotated[float, Field(ge=0.0, le=10.0), Assumed.times(0.5, 1.5)] = 1.0
    """Standard deviation of the time to repair divided by its mean, log-normal (MIL-HDBK-472). Assumption: 1, as of sensors."""


class GatewayLifeSpec(FailureSpec):
    """Gateways: what their devices send passes through them, and an outage of one silences all of its devices."""

    mtbf_h: Annotated[Hours, Assumed.times(0.3, 3.0)] = 8_766.0
    """Mean time between outages, of power and line together. Assumption: one a year."""

    mttr_h: Annotated[Hours, Assumed.times(0.5, 3.0)] = 4.0
    """Mean time to repair. Assumption: half a working day, as it is noticed at once."""

    during_outage: Literal["lose", "store"] = "lose"
    """What becomes of reports that meet an outage: ``lose`` loses them; ``store`` keeps them in the gateway, which hears its
    devices but has lost its line, and sends them on when the outage is over."""

    store_most: Annotated[int, OF_THE_DESIGN, Field(ge=0, le=10_000_000)] = 1000
    """Reports that one gateway can store; more are lost. Assumption: 1000, some 50 kB."""


class BatterySpec(Spec):
    """Batteries of those devices that have one, and the crew that replaces them."""

    report_mah: Annotated[float, Field(ge=0.0, le=1000.0), Assumed.times(0.3, 3.0)] = 0.06
    """Charge of one attempt to send a report (mAh). Assumption: with 20 reports a day and the sleep below 1.7 mAh a day, within
    the 1.2 to 2.8 mAh a day that a maker of NB-IoT parking sensors states (Fleximodo)."""

    sleep_mah_per_day: Annotated[float, Field(ge=0.0, le=1e6), Assumed.times(0.5, 2.0)] = 0.5
    """Charge that a day costs without any report, self-discharge included. Assumption: 20 microamperes, a sleeping radio and a
    sensor that looks once a second."""

    left_low: Annotated[Share, OF_THE_DESIGN] = 0.1
    """Least share of its charge that a battery has left at the scenario's start. Assumption: replaced at a tenth; a
    scenario that shows batteries end begins lower."""

    left_high: Share = 1.0
    """Greatest share; each device has its own, evenly between both by its name. Choice: some are new."""

    replace_h: Annotated[Hours, Assumed.times(0.3, 3.0)] = 72.0
    """Mean time from the end of a battery to the new one. Assumption: a crew goes round twice a week."""

    replace_spread: Annotated[float, Field(ge=0.0, le=10.0), Assumed.times(0.5, 1.5)] = 0.5
    """Standard deviation of that time divided by its mean, log-normal. Assumption: half, as rounds are planned."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.left_high < self.left_low:
            raise ValueError(say("spec.battery.left", low=self.left_low, high=self.left_high))
        return self


class ScheduledLifeSpec(Spec):
    """One fault, battery end or outage at a stated time."""

    device: Annotated[str, Field(min_length=1)]
    """Name of the device or gateway, as in table ``municipal_device``."""

    cause: DeviceCause = "device_fault"
    """What happens: ``device_fault``, ``battery`` (of devices) or ``gateway_outage`` (of gateways)."""

    from_s: Annotated[float, Field(ge=0.0, le=1e9)]
    """When it begins, since the scenario's start."""

    until_s: Annotated[float, Field(gt=0.0, le=1e9)] | None = None
    """When it is over: repaired, the battery replaced, the gateway back. Left out, not within the run; a battery is then
    replaced by the crew."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until_s is not None and self.until_s <= self.from_s:
            raise ValueError(say("spec.fault.times", until_s=self.until_s, from_s=self.from_s))
        return self


class DeviceLifeSpec(Spec):
    """Lives of one owner's field devices: what fails by chance or at stated times, batteries, gateways, attempts."""

    random: bool = False
    """Whether devices and gateways fail by chance. Batteries are used up in any case."""

    start: Start = "stationary"
    """``stationary``: a device may be broken already when the run begins, as in an arbitrary hour; ``up``: none is."""

    accelerate: Annotated[float, Field(gt=0.0, le=1e6)] = 1.0
    """Faults by chance come so many times more often, so that a short run shows some; repairs take as long as ever."""

    device: FailureSpec = FailureSpec()
    """Faults of devices: nothing is sensed and nothing sent."""

    gateway: GatewayLifeSpec = GatewayLifeSpec()
    """Outages of gateways."""

    battery: BatterySpec = BatterySpec()
    """Batteries."""

    retries: Annotated[int, Field(ge=0, le=10)] = 0
    """Times that a report which the network has lost is sent again; each attempt costs the battery. Choice: none, as the
    losses of the networks' presets are what is left after their own repetitions."""

    retry_after_s: Annotated[float, Field(gt=0.0, le=3600.0)] = 2.0
    """Time from one attempt to the next. Source: RFC 7252, section 4.8, ACK_TIMEOUT of 2 s."""

    scheduled: tuple[ScheduledLifeSpec, ...] = ()
    """What happens at stated times, besides what happens by chance."""

    def rate(self, cause: Literal["device_fault", "gateway_outage"]) -> FailureRate:
        """Return how often a cause strikes, acceleration included, and how long it lasts."""
        spec = self.gateway if cause == "gateway_outage" else self.device
        return FailureRate(spec.mtbf_h / self.accelerate * _US_PER_H, spec.mttr_h * _US_PER_H, spec.repair_spread)


def unknown_in_schedule(life: DeviceLifeSpec, devices: Sequence[str], gateways: Sequence[str]) -> list[tuple[int, str]]:
    """Return (number in ``scheduled``, name) of what is scheduled for nobody: gateways have outages, devices all else."""
    known = {"gateway_outage": set(gateways)}
    return [(i, one.device) for i, one in enumerate(life.scheduled) if one.device not in known.get(one.cause, set(devices))]
