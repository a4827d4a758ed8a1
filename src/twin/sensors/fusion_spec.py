"""What a scenario says of the fusion of a site's object lists."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, model_validator

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.messages import say
from twin.sensors.kinds import KINDS
from twin.spec import Spec

_REACH_M: Final = {name: kind.fused_up_to_m for name, kind in KINDS.items() if kind.fused_up_to_m is not None}

if TYPE_CHECKING:
    ImagingKind = str
else:
    ImagingKind = Literal[tuple(_REACH_M)]
"""The kinds of devices that report objects with a place in the plane."""


class FusionZoneSpec(Spec):
    """Up to a distance, the kinds of devices whose objects are used."""

    up_to_m: Annotated[float, Field(gt=0.0, le=10_000.0)] | None = None
    """Far end of the zone, as distance from the device; the zone begins where the one before it ends. Null: no end."""

    kinds: tuple[ImagingKind, ...] = Field(min_length=1)
    """Kinds whose objects are used. A site that carries none of them uses whatever it has."""


_ZONES: Final = tuple(
    FusionZoneSpec(
        up_to_m=None if math.isinf(end_m) else end_m,
        kinds=tuple(name for name, reach_m in _REACH_M.items() if reach_m >= end_m),
    )
    for end_m in sorted(set(_REACH_M.values()))
)
"""Each kind up to the distance that it says of itself."""


class FusionSpec(Spec):
    """How the object lists of a site's devices become one list of tracked objects."""

    period_s: Annotated[float, Field(ge=0.01, le=10.0)] = 0.1
    """Seconds between two fused lists; a whole number of microseconds. Source: 10 Hz is the rate of roadside messages in
    T/CSAE 53, and Guangzhou's specification of 2021 asks for an output within 100 ms."""

    zones: Annotated[tuple[FusionZoneSpec, ...], OF_THE_DESIGN] = Field(default=_ZONES, min_length=1)
    """Which kinds count at which distance, from near to far. Source: Guangzhou's specification of 2021 for configuration IV:
    below 80 m camera, LiDAR and radar, from 80 to 200 m LiDAR and radar, beyond radar. Assumption: an integrated radar-video
    unit counts as a radar, and a site without the kinds of a zone uses what it has."""

    gate_probability: Annotated[float, Field(ge=0.5, le=0.999999), Assumed.between(0.95, 0.999)] = 0.99
    """Share of an object's own measurements that lie inside its gate: the chi-square quantile, with two degrees of freedom, of
    the squared Mahalanobis distance. Assumption: 0.99; wider gates mix neighbours up, narrower ones tear tracks."""

    outlier_probability: Annotated[float, Field(ge=0.5, lt=1.0), Assumed.between(0.999, 0.999999)] = 0.99999
    """An object outside of the gates begins a new track only if it also lies outside of this wider gate of every track, or if
    its device reports another object for that track; else it is dropped as an outlier. Assumption: 0.99999, 4.8 standard
    deviations; without it one in a hundred measurements would begin a double."""

    acceleration_noise_m2ps3: Annotated[float, Field(ge=1e-4, le=100.0), Assumed.times(0.5, 4.0)] = 2.0
    """Spectral density of the white noise by which the constant-velocity model lets each axis accelerate. Assumption: a change
    of speed of 0.45 m/s in 0.1 s (its square is density times time), what braking at 4.5 m/s2 needs."""

    turn_noise_rad2ps: Annotated[float, Field(ge=1e-6, le=10.0), Assumed.times(0.3, 3.0)] = 0.1
    """Spectral density of the white noise by which headings turn. Assumption: 0.1 rad in 0.1 s; a vehicle that turns through
    a junction within 3 s needs half of that."""

    slip_deg: Annotated[float, Field(ge=0.0, le=90.0), Assumed.times(0.5, 1.5)] = 10.0
    """Standard deviation between where a vehicle points and where it moves, added to the error of a reported heading when speed
    and heading are taken for a velocity: devices share it, so that many of them would be sure of a wrong direction.
    Assumption: a lane change of 3.5 m in 3 s at 25 km/h."""

    start_speed_spread_mps: Annotated[float, Field(gt=0.0, le=100.0), Assumed.times(0.5, 2.0)] = 10.0
    """Standard deviation of the velocity, along each axis, of a new track whose device reported no speed. Assumption: city
    traffic moves at 0 to 20 m/s in every direction."""

    confirm_hits: Annotated[int, Field(ge=1, le=32), OF_THE_DESIGN] = 2
    """A new track is reported once so many of its first ``confirm_of`` fused lists supported it, and dropped if fewer did.
    Assumption: 2 of 3, as tutorials of multi-object tracking do; false objects rarely fall twice on one place."""

    confirm_of: Annotated[int, Field(ge=1, le=32), OF_THE_DESIGN] = 3
    """See ``confirm_hits``. Assumption: 3."""

    misses: Annotated[int, Field(ge=1, le=1000), Assumed.times(0.5, 2.0)] = 5
    """A track ends after so many fused lists in a row without an object for it, lists of instants at which the site heard of
    no device left out. Assumption: half a second at 10 Hz bridges short occlusions without leaving ghosts."""

    double_lists: Annotated[int, Field(ge=1, le=1000), OF_THE_DESIGN] = 2
    """A track ends after so many fused lists in a row in which an older one alone would explain all of its objects: each lies
    within the outliers' gate of the older, and no list of a device holds an object of both. Until one device has told the two
    apart a new track is not reported. Assumption: 2; one list less would drop a neighbour that devices see by turns."""

    coast_s: Annotated[float, Field(gt=0.0, le=60.0), Assumed.times(0.5, 2.0)] = 1.0
    """A track ends when its newest data are older than this, whatever was heard. Assumption: 1 s; beyond it the place of a
    vehicle that brakes is unknown by several metres."""

    predict_late_data: bool = True
    """True: every object counts at the instant that its frame shows, and tracks are predicted from there to the instant of the
    fused list. False: data count as if they showed the instant at which they are fused, what late fusion without compensation
    does. Source: in DAIR-V2X compensation is worth 0.3 to 0.9 points of precision (TCLF against late fusion)."""

    @model_validator(mode="after")
    def _consistent(self) -> FusionSpec:
        if abs(round(1e6 * self.period_s) - 1e6 * self.period_s) > 1e-6:
            raise ValueError(say("spec.fusion.period", period_s=self.period_s))
        if self.confirm_hits > self.confirm_of:
            raise ValueError(say("spec.fusion.confirm", hits=self.confirm_hits, of=self.confirm_of))
        ends = [math.inf if zone.up_to_m is None else zone.up_to_m for zone in self.zones]
        if any(far <= near for near, far in itertools.pairwise(ends)):
            raise ValueError(say("spec.fusion.zones"))
        return self

    @property
    def period_us(self) -> int:
        """Return the period in whole microseconds."""
        return round(1e6 * self.period_s)

    @property
    def gate(self) -> float:
        """Return the gate: with two degrees of freedom the chi-square quantile is -2 ln(1 - p)."""
        return -2.0 * math.log1p(-self.gate_probability)

    @property
    def outer_gate(self) -> float:
        """Return the gate of outliers, never less than ``gate``."""
        return max(self.gate, -2.0 * math.log1p(-self.outlier_probability))
