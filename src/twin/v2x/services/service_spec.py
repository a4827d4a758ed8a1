"""What is sent back to equipped vehicles, and what they do with it, as data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.assumed import Assumed
from twin.spec import Spec

Compliance = Annotated[float, Assumed.between(0.4, 1.0), Field(ge=0.0, le=1.0)]


class SignalAdviceSpec(Spec):
    """Speed advice at signals (green light optimal speed advisory, GLOSA), worked out on board from SPAT and MAP."""

    period_s: float = Field(1.0, ge=0.1, le=60.0)
    """How often an on-board unit works out its advice anew. Choice: each second."""

    reach_m: Annotated[float, Assumed.between(200.0, 500.0)] = Field(300.0, ge=20.0, le=1000.0)
    """Advice begins this far before the stop line. Source: K. Katsaros, R. Kernchen, M. Dianati, D. Rieck, "Performance study
    of a Green Light Optimized Speed Advisory (GLOSA) application", IWCMC 2011, who find about 300 m best; quoted without the
    paper at hand. Assumption: that it holds here."""

    least_mps: Annotated[float, Assumed.between(4.0, 8.5)] = Field(5.6, ge=1.0, le=30.0)
    """Nobody is advised to drive slower; who would have to gets no advice. Assumption: 20 km/h, what drivers behind bear."""

    stale_after_s: Annotated[float, Assumed.between(0.5, 5.0)] = Field(2.0, ge=0.1, le=60.0)
    """A SPAT older than this is not used. Assumption: a few of the messages that come 2 to 10 times a second (T/CSAE 53)."""

    start_up_lost_s: float = Field(2.0, ge=0.0, le=10.0)
    """Time that a queue loses as it starts. Source: Webster, Traffic signal settings (1958), about 2 s."""

    discharge_headway_s: Annotated[float, Assumed.between(1.85, 2.25)] = Field(2.0, ge=0.5, le=5.0)
    """Time that each vehicle ahead on the lane takes over the stop line. Assumption: 1,800 vehicles an hour of green."""

    end_margin_s: Annotated[float, Assumed.between(0.0, 3.0)] = Field(1.0, ge=0.0, le=10.0)
    """One is to arrive this long before the green ends. Assumption: a reserve for errors of speed and place."""

    acceleration_mps2: Annotated[float, Assumed.between(0.7, 1.5)] = Field(1.0, ge=0.1, le=5.0)
    """Acceleration by which the earliest arrival is reckoned. Assumption: below what cars can do here, as near the limit."""

    braking_mps2: Annotated[float, Assumed.between(0.5, 2.0)] = Field(1.0, ge=0.1, le=5.0)
    """Braking by which the way of slowing down is reckoned. Assumption: gentle."""

    compliance: Compliance = 0.7
    """Share of drivers who follow; vehicles that drive themselves always do. Assumption: most who chose to have it."""

    hold_s: float = Field(2.0, ge=0.1, le=60.0)
    """Advice lapses after this long if no other comes. Choice: two periods."""


class HazardWarningSpec(Spec):
    """Warnings of vehicles that stand on the road (RSI), found by the platform in what was reported to it."""

    period_s: float = Field(1.0, ge=0.1, le=60.0)
    """How often the platform looks for hazards and warns. Source: RSI is sent once a second (T/CSAE 53)."""

    stopped_mps: Annotated[float, Assumed.between(0.5, 2.0)] = Field(1.0, ge=0.05, le=5.0)
    """An object reported slower than this stands. Assumption: above the error of tracked speeds."""

    stopped_s: Annotated[float, Assumed.between(5.0, 30.0)] = Field(10.0, ge=1.0, le=600.0)
    """One that stands for this long with nobody standing ahead is a hazard. Assumption: longer than a driver hesitates."""

    clear_ahead_m: Annotated[float, Assumed.between(20.0, 60.0)] = Field(30.0, ge=5.0, le=200.0)
    """Somebody who stands within this way ahead makes it a queue. Assumption: a few vehicles' places, as some go unseen."""

    stop_line_m: Annotated[float, Assumed.between(20.0, 60.0)] = Field(30.0, ge=0.0, le=300.0)
    """Who stands within this way of a stop line waits there. Assumption: some places of a queue whose head goes unseen."""

    match_m: Annotated[float, Assumed.times(0.5, 2.0)] = Field(8.0, ge=0.5, le=50.0)
    """Reports of standing objects within this way of each other are of one. Assumption: a vehicle's place and the errors."""

    forget_s: Annotated[float, Assumed.times(0.5, 2.0)] = Field(5.0, ge=0.5, le=600.0)
    """What is not reported as standing for this long does not stand any more. Assumption: it may be hidden for a while."""

    zone_m: Annotated[float, Assumed.between(150.0, 500.0)] = Field(300.0, ge=10.0, le=1000.0)
    """Vehicles on their way to it are warned from here on. Assumption: the range that T/CSAE 53 asks of messages, 300 m."""

    speed_ratio: Annotated[float, Assumed.between(0.6, 0.7)] = Field(0.65, ge=0.1, le=1.0)
    """Who is warned wants to drive no faster than this share of the limit. Assumption: 0.6 to 0.7."""

    compliance: Compliance = 0.8
    """Share of drivers who follow; vehicles that drive themselves always do. Assumption: more than with mere advice."""

    hold_s: float = Field(2.0, ge=0.1, le=60.0)
    """The effect of a warning lapses after this long if it does not come again. Choice: two periods."""


class ServicesSpec(Spec):
    """Services that act back on equipped vehicles; those left out are not offered."""

    signal_advice: SignalAdviceSpec | None = None
    """Speed advice at signals."""

    hazard_warning: HazardWarningSpec | None = None
    """Warnings of standing vehicles."""

    @property
    def any(self) -> bool:
        """Whether any service is offered."""
        return self.signal_advice is not None or self.hazard_warning is not None
