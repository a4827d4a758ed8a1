"""Attacks on vehicles' messages as data: each kind with the parameters of VeReMi NextGen where that data set has it.

Source, where a docstring says NextGen: VeReMi NextGen (2026, Zenodo 19665762, repository at 1643972f), documentation of its
attack generator. A lie is labelled only where it says something else than the truth would, after the same documentation.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.messages import say
from twin.roadnet.datum import Datum
from twin.spec import Spec

ATTACKS: Final = (
    "random_position", "constant_position", "position_offset", "random_position_offset",
    "random_speed", "constant_speed", "zero_speed", "speed_offset", "random_speed_offset",
    "reversed_heading", "feigned_braking", "sudden_stop", "delay", "dos", "sybil", "replay", "ghost_vehicle",
)  # fmt: skip
"""Kinds of attack that leave labelled messages: ``VehicleMessages.attack`` is 1 + the index here. Jamming leaves none."""

Metres = Annotated[float, Field(ge=0.0, le=100_000.0)]
Range = tuple[Metres, Metres]
LATEST_S: Final = 604_800.0
"""End of the longest scenario. Source: a week, as ``Scenario.duration_s``."""


class _Timed(Spec):
    """When an attack is on."""

    from_s: Annotated[float, Field(ge=0.0, le=LATEST_S)] = 0.0
    """Begin, seconds after the scenario's start."""

    until_s: Annotated[float, Field(gt=0.0, le=LATEST_S)] | None = None
    """End, seconds after the scenario's start; left out, it does not end."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.until_s is not None and self.until_s <= self.from_s:
            raise ValueError(say("spec.attack.times", from_s=self.from_s, until_s=self.until_s))
        for name, value in self:
            if isinstance(value, tuple) and name != "vehicles" and value[1] < value[0]:
                raise ValueError(say("spec.attack.range", name=name, low=value[0], high=value[1]))
        return self


class _ByVehicles(_Timed):
    """An attack by the units of some vehicles. Of several attacks that a vehicle is drawn for, the first in the list is on."""

    share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.2
    """Share of the equipped vehicles that attack, drawn by vehicle. Source: NextGen, ratio 0.2."""

    vehicles: tuple[Annotated[int, Field(ge=0, le=2**31 - 1)], ...] = ()
    """Vehicles that attack, by number, instead of a share."""


class RandomPosition(_ByVehicles):
    """Claims any place of the map, another one in each message (VeReMi 2018, "random")."""

    kind: Literal["random_position"]
    """Selects it."""


class ConstantPosition(_ByVehicles):
    """Claims one place of the map for good (VeReMi 2018, "constant")."""

    kind: Literal["constant_position"]
    """Selects it."""


class PositionOffset(_ByVehicles):
    """Claims a place beside the true one, always by the same offset (NextGen ``constantPositionOffset``)."""

    kind: Literal["position_offset"]
    """Selects it."""

    offset_m: Range = (20.0, 70.0)
    """Least and greatest offset along each axis, to either side. Source: NextGen, 20 to 70 m."""


class RandomPositionOffset(_ByVehicles):
    """Claims a place beside the true one, by another offset in each message (NextGen ``randomPositionOffset``)."""

    kind: Literal["random_position_offset"]
    """Selects it."""

    offset_m: Range = (20.0, 70.0)
    """Least and greatest offset along each axis, to either side. Source: NextGen, 20 to 70 m."""


class RandomSpeed(_ByVehicles):
    """Claims any speed, another one in each message. Labelled where it is more than 1 m/s off."""

    kind: Literal["random_speed"]
    """Selects it."""

    highest_mps: Annotated[float, Assumed.between(20.0, 40.0), Field(gt=0.0, le=100.0)] = 30.0
    """Greatest claimed speed. Assumption: 30 m/s, just within what NextGen's threshold for towns lets through."""


class ConstantSpeed(_ByVehicles):
    """Claims one speed for good. Labelled where it is more than 1 m/s off."""

    kind: Literal["constant_speed"]
    """Selects it."""

    highest_mps: Annotated[float, Assumed.between(20.0, 40.0), Field(gt=0.0, le=100.0)] = 30.0
    """Greatest claimed speed. Assumption: 30 m/s, as for a random speed."""


class ZeroSpeed(_ByVehicles):
    """Claims to stand while driving (NextGen ``zeroSpeedReport``). Labelled above 1 m/s."""

    kind: Literal["zero_speed"]
    """Selects it."""


class SpeedOffset(_ByVehicles):
    """Claims a speed that is off by a fixed difference (NextGen ``constantSpeedOffset``), never below 0."""

    kind: Literal["speed_offset"]
    """Selects it."""

    offset_mps: Range = (1.0, 7.0)
    """Least and greatest difference, to either side. Source: NextGen, 1 to 7 m/s."""


class RandomSpeedOffset(_ByVehicles):
    """Claims a speed that is off by another difference in each message (NextGen ``randomSpeedOffset``), never below 0."""

    kind: Literal["random_speed_offset"]
    """Selects it."""

    offset_mps: Range = (1.0, 7.0)
    """Least and greatest difference, to either side. Source: NextGen, 1 to 7 m/s."""


class ReversedHeading(_ByVehicles):
    """Claims to face backwards (NextGen). Labelled above 1 m/s."""

    kind: Literal["reversed_heading"]
    """Selects it."""


class FeignedBraking(_ByVehicles):
    """Claims to brake hard while accelerating (NextGen). Labelled at more than 0.25 m/s2."""

    kind: Literal["feigned_braking"]
    """Selects it."""

    factor: Range = (2.0, 4.0)
    """Least and greatest factor on the acceleration, whose sign is changed. Source: NextGen, 2 to 4."""


class SuddenStop(_ByVehicles):
    """Claims, from some moment on, to stand where it was then (NextGen). Labelled above 1 m/s or 20 m away from there."""

    kind: Literal["sudden_stop"]
    """Selects it."""

    chance_per_s: Annotated[float, Field(gt=0.0, le=1.0)] = 0.05
    """Chance that the stop begins, in each second. Source: NextGen, 5 % a message, of which it has about two a
    second; a second is the longest between two (ETSI EN 302 637-2)."""


class Delay(_ByVehicles):
    """Sends every message late (NextGen ``timeDelayAttack``)."""

    kind: Literal["delay"]
    """Selects it."""

    delay_s: tuple[Annotated[float, Field(gt=0.0, le=60.0)], Annotated[float, Field(gt=0.0, le=60.0)]] = (2.0, 4.0)
    """Least and greatest delay, drawn once a vehicle. Source: NextGen, 2 to 4 s."""

    restamp: bool = True
    """Whether messages claim to have been made when they are sent; else their age shows. Source: NextGen moves both stamps."""


class Dos(_ByVehicles):
    """Floods the channel with copies (NextGen ``dosAttack``). The copied messages are labelled with their copies."""

    kind: Literal["dos"]
    """Selects it."""

    copies: tuple[Annotated[int, Field(ge=1, le=100)], Annotated[int, Field(ge=1, le=100)]] = (2, 4)
    """Fewest and most copies of each message, drawn once a vehicle; their times are spread over the period of messages and
    they carry them as stamps. Source: NextGen, 2 to 4."""


class Sybil(_ByVehicles):
    """Speaks for vehicles that are not there, around its own, to feign a queue (NextGen ``trafficCongestionSybil``).

    The first four stand left and right, before and behind; further ones in the next rows.
    """

    kind: Literal["sybil"]
    """Selects it."""

    phantoms: tuple[Annotated[int, Field(ge=1, le=100)], Annotated[int, Field(ge=1, le=100)]] = (4, 6)
    """Fewest and most invented vehicles. Source: NextGen, 4 to 6."""

    along_m: Range = (5.0, 6.0)
    """Least and greatest distance of a row from the one before. Source: NextGen, 5 to 6 m."""

    across_m: Range = (2.0, 3.0)
    """Least and greatest distance to the side. Source: NextGen, 2 to 3 m."""

    noise_m: Metres = 2.0
    """Greatest random change of a claimed place along each axis, in each message. Source: NextGen, 2 m."""

    speed_noise: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05
    """Greatest random change of the speed as a share. Source: NextGen, 5 %."""


class Replay(_ByVehicles):
    """Sends what others said some seconds ago in the place of its own messages (NextGen ``dataReplay``)."""

    kind: Literal["replay"]
    """Selects it."""

    radius_m: Metres = 400.0
    """Farthest vehicle whose messages are used. Source: NextGen, 400 m."""

    window_s: Annotated[float, Field(gt=0.0, le=60.0)] = 5.0
    """Oldest message that is used. Source: NextGen, 5 s."""

    messages: tuple[Annotated[int, Field(ge=1, le=1000)], Annotated[int, Field(ge=1, le=1000)]] = (4, 8)
    """Fewest and most messages of one vehicle before the next. Source: NextGen, 4 to 8."""

    identity: Literal["own", "victim"] = "own"
    """Whose temporary id the copies carry. Source: NextGen, "as if they were the attacker's own"."""

    restamp: bool = True
    """Whether the copies carry stamps and numbers of now; else those of the message copied. Source: as ``identity``."""


class GhostVehicle(_ByVehicles):
    """Speaks for one invented vehicle on a straight course: from the attacker's place, or from one where danger is feigned."""

    kind: Literal["ghost_vehicle"]
    """Selects it."""

    ahead_m: Annotated[Range, Assumed.times(0.5, 2.0)] = (10.0, 50.0)
    """Nearest and farthest place before the attacker where it appears. Assumption: the gaps that a driver would react to."""

    speed_mps: Annotated[Range, Assumed.times(0.5, 1.5)] = (0.0, 15.0)
    """Least and greatest speed. Assumption: what is driven in a town."""

    life_s: Annotated[float, Assumed.times(0.5, 2.0), Field(gt=0.0, le=3600.0)] = 20.0
    """After that another one appears. Assumption: as long as a vehicle takes past a junction."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)] | None = None
    """Longitude of the place where it appears instead, in the datum of ``crs``."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)] | None = None
    """Latitude of it."""

    crs: Datum = "wgs84"
    """Datum of the coordinates: ``wgs84``, ``gcj02`` or ``bd09``."""

    @model_validator(mode="after")
    def _whole_place(self) -> Self:
        if (self.lon_deg is None) != (self.lat_deg is None):
            raise ValueError(say("spec.attack.place"))
        return self


class Jamming(_Timed):
    """A transmitter of noise over the whole channel, in line of sight of everybody: the worst case."""

    kind: Literal["jamming"]
    """Selects it."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    """Longitude, in the datum of ``crs``."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    """Latitude, in the datum of ``crs``."""

    crs: Datum = "wgs84"
    """Datum of the coordinates: ``wgs84``, ``gcj02`` or ``bd09``."""

    power_dbm: Annotated[float, Assumed.plus(-10.0, 10.0), Field(ge=-50.0, le=60.0)] = 23.0
    """Equivalent isotropic power in the channel. Assumption: that of a vehicle's own unit, 23 dBm."""

    reach_m: Annotated[float, Assumed.times(0.5, 2.0), Field(gt=0.0, le=50_000.0)] = 1000.0
    """Beyond this nothing arrives. Assumption: line of sight over streets ends there."""


AttackSpec = Annotated[
    RandomPosition
    | ConstantPosition
    | PositionOffset
    | RandomPositionOffset
    | RandomSpeed
    | ConstantSpeed
    | ZeroSpeed
    | SpeedOffset
    | RandomSpeedOffset
    | ReversedHeading
    | FeignedBraking
    | SuddenStop
    | Delay
    | Dos
    | Sybil
    | Replay
    | GhostVehicle
    | Jamming,
    Field(discriminator="kind"),
]
"""The attacks there are."""

VehicleAttack = (
    RandomPosition
    | ConstantPosition
    | PositionOffset
    | RandomPositionOffset
    | RandomSpeed
    | ConstantSpeed
    | ZeroSpeed
    | SpeedOffset
    | RandomSpeedOffset
    | ReversedHeading
    | FeignedBraking
    | SuddenStop
    | Delay
    | Dos
    | Sybil
    | Replay
    | GhostVehicle
)
"""Those that vehicles make."""
