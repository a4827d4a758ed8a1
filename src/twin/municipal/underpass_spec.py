"""What a scenario says of underpasses: which there are, how they drain, when they are closed."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.kernel.timed import TimedSpec
from twin.messages import say
from twin.spec import Spec


class UnderpassSpec(Spec):
    """One underpass or tunnel: all edges of a road that lead below the ground, or of some OpenStreetMap ways."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    """Its name, unlike those of others; its gauge is called the same with ``gauge-`` before it."""

    road: str | None = None
    """Name of the road below the ground, as on the map, where it is so in one place only."""

    ways: tuple[int, ...] = ()
    """OpenStreetMap ways instead; they may also be such that the map does not show as a tunnel."""

    catchment_m2: Annotated[float, Field(gt=0.0, le=1e7)] | None = None
    """Area whose rain runs into it; left out, that of ``drainage.catchment_factor``."""

    pump_m3ps: Annotated[float, Field(ge=0.0, le=100.0)] | None = None
    """What its pumps take out, m3/s; left out, what ``drainage.design_years`` asks for."""

    pump_out: tuple[TimedSpec, ...] = ()
    """When its pumps stand still."""

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if (self.road is None) == (not self.ways):
            raise ValueError(say("spec.underpass.place"))
        return self


class UnderpassRuleSpec(Spec):
    """All underpasses of the map: edges in a tunnel or below the ground; those of one name close together are one."""

    shortest_m: Annotated[float, Field(ge=0.0, le=10_000.0)] = 60.0
    """Shorter edges are left out. Choice: too short to dip under a road."""

    longest_m: Annotated[float, Field(ge=1.0, le=100_000.0)] = 1000.0
    """Longer ones are left out. Choice: tunnels below a river are drained as works of their own."""


class DrainageSpec(Spec):
    """How underpasses fill and drain: rain runs off in time, a sump below the road fills, pumps empty it."""

    runoff: Annotated[float, Field(gt=0.0, le=1.0), Assumed.between(0.8, 1.0)] = 0.9
    """Share of the rain that runs off. Assumption: paved roads, 0.85 to 0.95 in design."""

    delay_min: Annotated[float, Field(ge=0.5, le=120.0), Assumed.between(5.0, 15.0)] = 8.0
    """Time constant of the run-off, a linear reservoir (minutes). Assumption: 5 to 15 minutes from roofs and roads to the
    inlet."""

    catchment_factor: Annotated[float, Field(ge=1.0, le=100.0), Assumed.between(1.5, 6.0)] = 3.0
    """Catchment as a multiple of the carriageways' area below the ground. Assumption: 3, its ramps and some of the streets
    above that overflow into them."""

    design_years: Annotated[float, Field(ge=0.5, le=1000.0), Assumed.between(2.0, 30.0)] = 5.0
    """Pumps are built for the storm that comes once in so many years. Assumption: 5; older works have 2 to 5, new ones of large
    cities are asked for 30 and more (GB 50014)."""

    sump_m3: Annotated[float, Field(ge=0.0, le=100_000.0), Assumed.times(0.3, 3.0)] = 30.0
    """Volume below the road that fills first. Assumption: five minutes of one usual pump of 0.1 m3/s."""

    grade: Annotated[float, Field(gt=0.0, le=0.2), Assumed.between(0.03, 0.06)] = 0.04
    """Slope of the road on both sides of its lowest point. Assumption: 4 %, usual of urban underpasses."""


class ClosureSpec(Spec):
    """When an underpass is closed to traffic, from reported levels alone."""

    close_m: Annotated[float, Field(gt=0.0, le=5.0)] = 0.25
    """Reported level at which it is closed. Source: 25 cm, the warning line of Shanghai's underpasses, beyond which their signs
    say no entry (Xinmin Evening News, 25 November 2015)."""

    reopen_m: Annotated[float, OF_THE_DESIGN, Field(ge=0.0, le=5.0)] = 0.1
    """Reported level below which it may be opened again. Assumption: 10 cm, below the sill of every car."""

    reopen_after_s: Annotated[float, OF_THE_DESIGN, Field(ge=0.0, le=86_400.0)] = 600.0
    """It is opened when reports have been below for so long. Assumption: ten minutes, in which somebody looks."""

    act_after_s: Annotated[float, Assumed.times(0.3, 10.0), Field(ge=0.0, le=86_400.0)] = 60.0
    """Time from the report's arrival until the barrier is down. Assumption: a minute, a barrier that a control room shuts."""

    @model_validator(mode="after")
    def _has_hysteresis(self) -> Self:
        if self.reopen_m >= self.close_m:
            raise ValueError(say("spec.closure.levels", reopen_m=self.reopen_m, close_m=self.close_m))
        return self
