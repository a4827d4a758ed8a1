"""What a scenario says of its traffic signals: phases, times, green waves, pedestrians, actuated control."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.messages import say
from twin.spec import Spec

Turn = Literal["right", "straight", "left", "u_turn"]
TURN_NAMES: Final[tuple[Turn, ...]] = ("right", "straight", "left", "u_turn")
"""The name of each turn by its code in ``roadnet/lane_graph.py``."""

Compass = Literal["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"]
COMPASS: Final = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
"""Directions by their bearing: 0, 45, … degrees."""

Phasing = Literal["auto", "two", "four", "split"]


class StageMovementSpec(Spec):
    """Who comes from one arm of a junction, and which turns they make."""

    arm: Compass
    """The arm they come from: where it lies, seen from the junction's middle."""

    turns: list[Turn] = Field(default_factory=lambda: list[Turn](TURN_NAMES), min_length=1)
    """Their turns; all of them where left out."""


class StageSpec(Spec):
    """One stage: what has green together."""

    green: list[StageMovementSpec] = Field(min_length=1)
    """Movements that have green."""

    green_s: Annotated[float, Field(ge=1.0, le=300.0)] | None = None
    """Length of the green; shared by Webster's rule where left out."""


class JunctionSignalsSpec(Spec):
    """What is different at one junction. It is named by ``name``, by ``number`` or by a place near its middle."""

    name: Annotated[str, Field(min_length=1)] | None = None
    """Crossing streets as on the map, for example ``花城大道 / 华夏路``; table ``junction`` of a run lists them."""

    number: Annotated[int, Field(ge=0)] | None = None
    """Number in table ``junction``."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)] | None = None
    """Longitude (WGS-84) near the junction's middle; the nearest signalised junction within 100 m is meant."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)] | None = None
    """Latitude (WGS-84)."""

    phasing: Phasing | None = None
    """How the stages are found here; as everywhere where left out."""

    stages: list[StageSpec] = Field(default_factory=list, max_length=16)
    """The stages themselves, in their order; they take the place of ``phasing``."""

    cycle_s: Annotated[float, Field(ge=10.0, le=300.0)] | None = None
    """Cycle length here."""

    offset_s: Annotated[float, Field(ge=0.0, le=300.0)] | None = None
    """When the first stage turns green, after the scenario's start."""

    exclusive_pedestrian_stage: bool | None = None
    """A stage of its own for pedestrians on all arms; as everywhere where left out."""

    right_turn_on_red: bool | None = None
    """False where right turns have their own red arrow; as everywhere where left out."""

    actuated: bool | None = None
    """Whether reported vehicles extend the greens here; as everywhere where left out."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        place = self.lon_deg is not None or self.lat_deg is not None
        given = sum((self.name is not None, self.number is not None, place))
        if given != 1 or (place and (self.lon_deg is None or self.lat_deg is None)):
            raise ValueError(say("spec.signals.which"))
        return self


class GreenWaveSpec(Spec):
    """Coordinated offsets along one road."""

    road: str = Field(min_length=1)
    """The road's name on the map."""

    direction: Literal["both", "northbound", "eastbound", "southbound", "westbound"] = "both"
    """Whom the wave serves. ``both`` gives each direction what bandwidth can be had together."""

    speed_mps: Annotated[float, Field(ge=3.0, le=35.0)] | None = None
    """Speed of the wave; the road's speed limit (its mean by length) where left out."""

    cycle_s: Annotated[float, Field(ge=20.0, le=300.0)] | None = None
    """Common cycle, also of the waves that it crosses; the longest that one of the junctions has without coordination where
    left out. Cycles and offsets given for single junctions of the wave do not count."""


class PedestrianSpec(Spec):
    """Pedestrians at signals."""

    walking_speed_mps: Annotated[float, Assumed.between(1.0, 1.3)] = Field(1.2, ge=0.5, le=2.0)
    """Speed with which a crossing is cleared. Assumption: 1.2 m/s, usual in signal timing (4 ft/s in the MUTCD up to its
    edition of 2003; the edition of 2009, section 4E.06, asks for 3.5 ft/s, which is 1.07 m/s)."""

    walk_s: float = Field(7.0, ge=4.0, le=30.0)
    """Shortest time in which one may step off the kerb. Source: MUTCD 2009, section 4E.06, at least 7 s, 4 s where few
    cross."""

    refuge_over_m: Annotated[float, Assumed.between(14.0, 20.0)] = Field(16.0, ge=5.0, le=200.0)
    """Longer crossings have a refuge in the middle and are crossed carriageway by carriageway. Assumption: every one of them
    was built with it, as GB 50647-2011 asks for crossings longer than 16 m."""

    exclusive_stage: bool = False
    """A stage of its own for pedestrians at every junction; else they walk beside the traffic that does not cross them."""


class ActuatedSpec(Spec):
    """Greens that end early or late by what the sensors reported. Without reports the fixed times hold."""

    enabled: bool = False
    """Whether signals act on reports (junctions in green waves never do)."""

    unit_extension_s: Annotated[float, Assumed.between(2.0, 4.0)] = Field(3.0, ge=0.5, le=10.0)
    """A green ends when no vehicle was reported for this long (gap-out). Assumption: 3 s, in the middle of the 2 to 4 s of the
    Traffic Signal Timing Manual (FHWA-HOP-08-024, section 5.4)."""

    longest_green_s: Annotated[float, Assumed.between(40.0, 70.0)] = Field(60.0, ge=5.0, le=300.0)
    """A green ends after this long whatever is reported (max-out), or after the fixed green where that is longer. Assumption:
    60 s, the upper range for straight movements of arterials in the Traffic Signal Timing Manual (FHWA-HOP-08-024,
    section 5.4)."""

    zone_m: Annotated[float, Assumed.between(25.0, 60.0)] = Field(40.0, ge=5.0, le=300.0)
    """Only vehicles reported within this distance of the stop line count. Assumption: some 3 s at 50 km/h, a unit extension."""

    stale_after_s: Annotated[float, Assumed.times(0.5, 2.0)] = Field(60.0, ge=1.0, le=3600.0)
    """A junction that got no report for this long goes by its fixed times. Assumption: less than a cycle."""


class SignalsSpec(Spec):
    """Control of every signalised junction."""

    programs: Literal["map", "designed"] = "map"
    """``map``: a junction whose signal program the map states (SUMO networks, ``tlLogic``) runs it, with the stated lengths of
    its phases also where the map calls it actuated; the other junctions, and those that ``green_waves`` and ``junctions``
    below speak of, get a plan by the keys below. ``designed``: all of them do. A map from OpenStreetMap states no program."""

    program_files: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """More programs for a SUMO network: its additional files with ``tlLogic``, relative to the scenario file. The last program
    of a light counts. Timetables of programs (``WAUT``) are not followed."""

    programs_begin_s: float = Field(0.0, ge=0.0, le=1e9)
    """SUMO's time at the scenario's start (its ``begin``), on which the offsets of the programs count."""

    phasing: Phasing = "auto"
    """How stages are found from the geometry. ``two``: one stage for each axis, left turns give way. ``four``: straight and
    left apart on each axis. ``split``: one stage an arm. ``auto``: ``two``, with the left turns of an axis protected where they
    have a lane of their own and it is needed (Traffic Signal Timing Manual, FHWA-HOP-08-024, section 4.3: two or more lanes
    turn left, or four or more oncoming lanes; or Highway Capacity Manual 2000, chapter 10: left-turning times oncoming vehicles
    an hour above 50,000, 90,000 or 110,000 with one, two or more oncoming lanes)."""

    cycle_s: Annotated[float, Field(ge=20.0, le=300.0)] | None = None
    """Cycle length of every junction; by Webster's formula for the planned flows where left out."""

    shortest_cycle_s: Annotated[float, Assumed.between(30.0, 60.0)] = Field(40.0, ge=20.0, le=300.0)
    """Webster's cycle is not taken shorter. Assumption: pedestrians and drivers expect no shorter cycles."""

    longest_cycle_s: Annotated[float, Assumed.between(120.0, 200.0)] = Field(180.0, ge=20.0, le=300.0)
    """Webster's cycle is not taken longer, unless the minimum greens ask for it. Assumption: 180 s, about the longest in use in
    Chinese cities."""

    yellow_s: Annotated[float, Field(ge=1.0, le=6.0)] | None = None
    """Yellow time; where left out by the formula of the Institute of Transportation Engineers, t + v / 2a with 1 s and 3.05
    m/s2, within 3 to 6 s (Manual on Uniform Traffic Control Devices 2009, section 4D.26)."""

    all_red_s: Annotated[float, Field(ge=0.0, le=10.0)] | None = None
    """Red for all between two stages; where left out by the formula of the Institute of Transportation Engineers,
    (w + 6.1 m) / v - 1 s, with the way w on which the leaving vehicle crosses the paths of the next stage, at most 6 s; U-turns
    are left out."""

    shortest_green_s: Annotated[float, Assumed.between(7.0, 15.0)] = Field(10.0, ge=1.0, le=60.0)
    """No stage with straight traffic is shorter; pedestrians may ask for more. Assumption: 10 s, the drivers' expectation on
    arterials in the Traffic Signal Timing Manual (FHWA-HOP-08-024, table 5-3)."""

    shortest_left_green_s: Annotated[float, Assumed.between(3.0, 8.0)] = Field(5.0, ge=1.0, le=60.0)
    """No stage for turns alone is shorter. Assumption: 5 s, the upper value for left turns in the same table."""

    saturation_flow_vph: Annotated[float, Assumed.between(1600.0, 1950.0)] = Field(1800.0, ge=800.0, le=2400.0)
    """Vehicles that one lane passes in an hour of green. Assumption: 1,800, for lanes of 3.25 to 3.5 m in cities."""

    start_up_lost_s: float = Field(2.0, ge=0.0, le=10.0)
    """Time lost as a queue starts, each green. Source: Webster, Traffic signal settings (1958), about 2 s."""

    right_turn_on_red: bool = True
    """Right turns may go on red and give way to everybody (Regulation on the Implementation of the Road Traffic Safety Law of
    the People's Republic of China, article 38); false gives them a red arrow."""

    pedestrians: PedestrianSpec = PedestrianSpec()
    """Pedestrians at signals."""

    actuated: ActuatedSpec = ActuatedSpec()
    """Greens that end by what the sensors reported."""

    green_waves: list[GreenWaveSpec] = Field(default_factory=list)
    """Roads along which offsets are coordinated; elsewhere they are drawn."""

    junctions: list[JunctionSignalsSpec] = Field(default_factory=list)
    """What is different at single junctions."""

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.shortest_cycle_s > self.longest_cycle_s:
            raise ValueError(say("spec.signals.cycles", shortest_s=self.shortest_cycle_s, longest_s=self.longest_cycle_s))
        return self
