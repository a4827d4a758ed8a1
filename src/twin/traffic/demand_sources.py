"""The YAML of the demand's sources: zones, OD matrices, a gravity model, tables of single trips, turning counts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.assumed import OF_THE_CALCULATION, Assumed
from twin.messages import say
from twin.roadnet.datum import Datum
from twin.spec import Spec
from twin.traffic.profile import ProfilePoint, check_rising

ZoneName = Annotated[str, Field(min_length=1, max_length=80)]
"""Name of a zone; draws of its trips hang on it."""

Vph = Annotated[float, Field(ge=0.0, le=1_000_000.0)]
Profile = tuple[ProfilePoint, ...]


class _Zone(Spec):
    """What every zone has."""

    name: ZoneName
    """Name, as OD matrices and tables of trips use it."""

    productions_vph: Vph = 0.0
    """Trips that begin here, vehicles per hour where the profile is 1: for the gravity model only."""

    attractions_vph: Vph = 0.0
    """Trips that end here, vehicles per hour where the profile is 1: for the gravity model only."""


class CircleZone(_Zone):
    """The streets around a point: trips begin and end half-way along them, in proportion to their length."""

    kind: Literal["circle"] = "circle"
    """Selects it."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    """Longitude of the middle, in the datum of ``crs``."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    """Latitude of the middle, in the datum of ``crs``."""

    radius_m: Annotated[float, Field(gt=0.0, le=100_000.0)]
    """Streets whose middle lies within so many metres belong to the zone: roads up to secondary on the ground, else any."""

    crs: Datum = "wgs84"
    """Datum of the coordinates: ``wgs84``, ``gcj02`` or ``bd09``."""


class WaysZone(_Zone):
    """Streets by their number in OpenStreetMap; both directions of each, gates of the map among them."""

    kind: Literal["ways"] = "ways"
    """Selects it."""

    ways: Annotated[tuple[int, ...], Field(min_length=1)]
    """OpenStreetMap way ids."""


class GatesZone(_Zone):
    """The gates at the map's edge where a road enters or leaves: origins where it enters, destinations where it leaves."""

    kind: Literal["gates"] = "gates"
    """Selects it."""

    road: Annotated[str, Field(min_length=1)]
    """Name of the road in the map, as ``黄埔大道西``."""

    side: Literal["any", "north", "east", "south", "west"] = "any"
    """At which side of the map: where a road crosses the whole map its two ends are different zones."""


ZoneSpec = Annotated[CircleZone | WaysZone | GatesZone, Field(discriminator="kind")]


class _Table(Spec):
    """What every table has."""

    file: Annotated[str, Field(min_length=1)]
    """CSV or XLSX file, relative to the scenario file."""

    sheet: str | None = None
    """Sheet of an XLSX file; the first where left out."""


class ZoneTableSpec(_Table):
    """A table of zones, one a row: name; lon, lat and radius_m, or ways, or road; productions_vph and attractions_vph."""

    crs: Datum = "wgs84"
    """Datum of its coordinates: ``wgs84``, ``gcj02`` or ``bd09``."""


class _Flow(_Table):
    """A table of flows."""

    factor: Annotated[float, Field(ge=0.0, le=1000.0)] = 1.0
    """Every flow of the table is multiplied by this: growth, or trips per day into trips per hour."""

    profile: Profile = ()
    """Time profile of its flows, in order of time; that of the demand when empty."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        check_rising(self.profile)
        return self


class OdSpec(_Flow):
    """An OD matrix, one pair a row: origin, destination, vph, and where wanted class, from_s and to_s."""


class TurningCountsSpec(_Flow):
    """Turning counts, one approach and interval a row: junction, approach, right, straight, left, u_turn, from_s, to_s.

    Vehicles per hour. Routes follow the counted shares; differences between neighbouring counts begin and end between them.
    """

    straight_share: Annotated[float, Field(ge=0.0, le=1.0), Assumed.between(0.55, 0.8)] = 0.7
    """Share that drives straight on where nobody counted. Assumption: seven in ten."""

    right_share: Annotated[float, Field(ge=0.0, le=1.0), Assumed.between(0.1, 0.2)] = 0.15
    """Share that turns right where nobody counted; what is left turns left. Assumption: as many to either side."""

    @model_validator(mode="after")
    def _at_most_one(self) -> Self:
        total = self.straight_share + self.right_share
        if total > 1.0:
            raise ValueError(say("spec.turn_shares", total=total))
        return self


class TripTableSpec(_Table):
    """Single trips, one a row: depart_s; origin and destination, or ways; class where wanted."""


class SumoRoutesSpec(Spec):
    """Trips of a SUMO scenario, on the SUMO network that is the map: vehicles, trips and flows of its route files.

    They depart when and where the file says, drive the route it gives, or else the fastest one by way of what it names, and end
    where it says. Each drives as one of our classes by its type's ``vClass``; a notice tells which, and what of the types is
    not carried over.
    """

    file: Annotated[str, Field(min_length=1)]
    """Route file (``.rou.xml``, also packed with gzip), relative to the scenario file."""

    additional: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """More files, read before it: those with its vehicle types and routes, more trips."""

    begin_s: Annotated[float, Field(ge=0.0, le=1e9)] = 0.0
    """SUMO's time at the scenario's start (its ``begin``). Earlier departures are on their way at the start within
    ``prefill_s`` and left out before it; flows without an end last to the scenario's end."""


class GravitySpec(Spec):
    """Trips between the zones that have productions and attractions, by the doubly constrained gravity model.

    Source: A. G. Wilson, "A statistical theory of spatial distribution models", Transportation Research 1 (1967) 253-269.
    """

    deterrence: Literal["exponential", "power"] = "exponential"
    """How trips thin out with the driving time c in minutes: exp(-beta c) or c^-beta."""

    beta: Annotated[float, Field(ge=0.0, le=20.0), Assumed.times(0.5, 2.0)] = 0.1
    """Per minute (exponential) or exponent (power). Assumption: trips of ten minutes are e times rarer than the shortest."""

    factor: Annotated[float, Field(ge=0.0, le=1000.0)] = 1.0
    """Every flow is multiplied by this."""

    profile: Profile = ()
    """Time profile, in order of time; that of the demand when empty."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        check_rising(self.profile)
        return self


class ShortestRoutes(Spec):
    """Everybody takes the way that is fastest on an empty road with the expected waits at signals."""

    kind: Literal["shortest"] = "shortest"
    """Selects it."""


class LogitRoutes(Spec):
    """Drivers spread over several ways: path-size logit.

    Source: M. Ben-Akiva, M. Bierlaire, "Discrete choice methods and their applications to short term travel decisions", in
    Handbook of Transportation Science (1999). Alternatives by the link-penalty method: T. de la Barra, B. Perez, J. Anez,
    "Multidimensional path search and assignment", Proc. 21st PTRC Summer Annual Meeting (1993).
    """

    kind: Literal["logit"] = "logit"
    """Selects it."""

    alternatives: Annotated[int, Field(ge=1, le=20), OF_THE_CALCULATION] = 3
    """Ways per pair of places, at most. Assumption: three, as many as a driver weighs up."""

    spread_s: Annotated[float, Field(gt=0.0, le=36_000.0), Assumed.times(0.5, 2.0)] = 60.0
    """Standard deviation of what drivers misjudge a way's time by; the logit's scale is pi / (sqrt(6) spread_s).
    Assumption: a minute."""

    penalty: Annotated[float, Field(gt=1.0, le=10.0), OF_THE_CALCULATION] = 1.4
    """Edges of ways found count so many times their time in the search for the next. Assumption: enough
    to find others."""

    longest: Annotated[float, Field(ge=1.0, le=10.0), Assumed.between(1.25, 2.0)] = 1.5
    """Ways that take so many times the fastest are no alternatives. Assumption: nobody takes half as long again."""


RouteChoiceSpec = Annotated[ShortestRoutes | LogitRoutes, Field(discriminator="kind")]


def named_files(sources: Sequence[Sequence[_Table | SumoRoutesSpec]]) -> list[str]:
    """Return the files that tables name, each once, in order."""
    files = [
        (table.file, *(table.additional if isinstance(table, SumoRoutesSpec) else ())) for tables in sources for table in tables
    ]
    return list(dict.fromkeys(itertools.chain.from_iterable(files)))
