"""The ``parking`` section of a scenario."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from twin.assumed import BY_ITS_KEYS, Assumed
from twin.messages import say
from twin.parking.behaviour_spec import ChoiceSpec, PurposeSpec, SearchSpec
from twin.parking.facility_spec import FacilitySpec, FromMapSpec
from twin.parking.guidance_spec import GuidanceSpec
from twin.parking.sensing_spec import ParkingSensorsSpec
from twin.spec import Spec

USUAL_PURPOSES: Final = (
    PurposeSpec(name="work", share=0.3, mean_h=8.0, variation=0.3),
    PurposeSpec(name="business", share=0.35, mean_h=1.5, variation=1.0),
    PurposeSpec(name="shopping", share=0.25, mean_h=2.0, variation=0.8),
    PurposeSpec(name="errand", share=0.1, mean_h=0.4, variation=1.0),
)
"""Purposes of visits to an office district. Assumption: no published stays of the CBD; a working day, a meeting, an evening in
a mall, something fetched."""


class ParkingSpec(Spec):
    """Where vehicles park, who does, and how they find a space. The simulation of traffic is needed for it, not a replay."""

    facilities: tuple[FacilitySpec, ...] = ()
    """Single facilities."""

    from_map: FromMapSpec | None = None
    """All car parks that the map shows; left out, none of them."""

    share: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    """Share of the car trips that end inside the map, within a walk of a facility, and look for a space there; the same share
    of those that begin there begins in the facilities. Choice: all of them."""

    purposes: Annotated[tuple[PurposeSpec, ...], Field(min_length=1), BY_ITS_KEYS] = USUAL_PURPOSES
    """What visits are for, which decides how long they last. Assumption: a mix for an office district, see each."""

    outbound_share: Annotated[float, Field(ge=0.0, le=1.0), Assumed.between(0.4, 0.8)] = 0.6
    """Share of those who leave a facility that drives out of the map; the others drive to a zone of it. Assumption: as
    ``demand.outbound_share`` to ``demand.internal_share``."""

    choice: ChoiceSpec = ChoiceSpec()
    """How drivers choose a facility."""

    search: SearchSpec = SearchSpec()
    """How drivers search."""

    sensors: ParkingSensorsSpec | None = None
    """Sensors of bays and gates; left out, nothing is measured."""

    guidance: GuidanceSpec | None = None
    """What drivers are told of free spaces; left out, nothing."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [facility.name for facility in self.facilities]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(say("spec.parking.twice", name=twice[0]))
        known = {purpose.name for purpose in self.purposes}
        if len(known) < len(self.purposes):
            raise ValueError(say("spec.parking.purpose_twice"))
        strange = sorted({name for facility in self.facilities for name in facility.purposes} - known)
        if strange:
            raise ValueError(say("spec.parking.purpose", name=strange[0]))
        if self.sensors is None and self.guidance is not None and self.guidance.information == "reported":
            raise ValueError(say("spec.parking.no_sensors"))
        if not self.facilities and self.from_map is None:
            raise ValueError(say("spec.parking.none"))
        return self
