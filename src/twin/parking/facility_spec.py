"""What a scenario says of parking facilities: kerbs with marked bays, car parks, all car parks of the map."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.messages import say
from twin.roadnet.datum import Datum
from twin.spec import Spec

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Hour = Annotated[float, Field(ge=0.0, le=24.0)]


class TariffSpec(Spec):
    """What parking costs."""

    cny_per_hour: Annotated[float, Field(ge=0.0, le=1000.0), Assumed.times(0.4, 2.0)] = 10.0
    """Price of an hour. Assumption: what car parks of the CBD charge by day."""

    unit_min: Annotated[float, Field(gt=0.0, le=1440.0)] = 30.0
    """Each begun unit of so many minutes is paid in full. Choice: half hours."""

    free_min: Annotated[float, Field(ge=0.0, le=1440.0), Assumed.between(0.0, 30.0)] = 15.0
    """Who stays no longer pays nothing. Assumption: a quarter of an hour, to set somebody down."""

    most_cny_per_day: Annotated[float, Field(ge=0.0, le=10_000.0), Assumed.times(0.5, 2.0)] = 60.0
    """Most that 24 hours cost. Assumption: six hours' worth."""

    def price_cny(self, dwell_s: float) -> float:
        """Return what a stay of ``dwell_s`` costs."""
        if dwell_s <= 60.0 * self.free_min:
            return 0.0
        days, rest_s = divmod(dwell_s, 86_400.0)
        units = math.ceil(rest_s / (60.0 * self.unit_min))
        of_rest = min(units * self.cny_per_hour * self.unit_min / 60.0, self.most_cny_per_day)
        return days * self.most_cny_per_day + of_rest


class GateSpec(Spec):
    """Entrance and exit of a car park."""

    entry_lanes: Annotated[int, Field(ge=1, le=20), Assumed.between(1, 3)] = 1
    """Lanes with a barrier inwards. Assumption: one, as most car parks of a block have."""

    exit_lanes: Annotated[int, Field(ge=1, le=20), Assumed.between(1, 3)] = 1
    """Lanes with a barrier outwards. Assumption: one."""

    service_s: Annotated[float, Field(ge=0.0, le=600.0), Assumed.between(3.0, 12.0)] = 6.0
    """Time for which a vehicle holds its gate, fixed. Assumption: plate read by a camera, barrier up and down."""

    queue_room: Annotated[int, Field(ge=0, le=1000), Assumed.between(1, 10)] = 4
    """Vehicles that find room before the entrance beside those at the gates; who finds it full drives on. Assumption: a ramp
    of some 25 m."""

    to_bay_s: Annotated[float, Field(ge=0.0, le=3600.0), Assumed.times(0.5, 2.0)] = 60.0
    """Time from the gate to the bay, and back. Assumption: two storeys at walking pace and the manoeuvre."""


class _Facility(Spec):
    """What all facilities have."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    """Its name; no two facilities share one. Draws hang on it."""

    occupancy: Annotated[Share, Assumed.plus(-0.15, 0.1)] = 0.85
    """Share of its bays that is taken at the start. Assumption: busy, with a bay in seven free."""

    tariff: TariffSpec = TariffSpec()
    """What parking costs here."""

    open_from_h: Hour = 0.0
    """Hour of the day from which vehicles are let in. Choice: midnight."""

    open_until_h: Hour = 24.0
    """Hour of the day from which nobody is let in any more; smaller than ``open_from_h`` it is that of the next day. Choice:
    always open."""

    purposes: tuple[str, ...] = ()
    """Purposes of visits, by name, that it is open to; none stands for all of them."""


class OnStreetSpec(_Facility):
    """Bays along the kerb of a road: each edge of the road with room for a bay becomes a facility, a block face."""

    kind: Literal["on_street"] = "on_street"
    """Selects it."""

    road: str | None = None
    """Name of the road; its edges in both directions, those on bridges, in tunnels and inside of junctions left out."""

    way: int | None = None
    """OpenStreetMap way id instead of the name."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)] | None = None
    """Longitude, in the datum of ``crs``, of a point that the edges are to lie near; left out, all of the road is meant."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)] | None = None
    """Latitude of it."""

    crs: Datum = "wgs84"
    """Datum of the coordinates: ``wgs84``, ``gcj02`` or ``bd09``."""

    radius_m: Annotated[float, Field(gt=0.0, le=100_000.0)] = 300.0
    """Edges whose middle lies no farther from the point. Choice: two blocks."""

    bay_m: Annotated[float, Field(ge=2.0, le=20.0)] = 6.0
    """Length of kerb that a bay takes. Source: GB 5768.3-2009, marking of a parking space for small vehicles, 6 m x 2.5 m."""

    clear_m: Annotated[float, Field(ge=0.0, le=500.0), Assumed.between(10.0, 50.0)] = 20.0
    """No bay lies nearer to either end of the edge's lanes. Assumption: sight at junctions and crossings; the law (implementing
    regulations of the road traffic safety law, article 63) asks for 50 m where nothing is marked."""

    kerb_share: Annotated[float, Field(gt=0.0, le=1.0), Assumed.between(0.3, 0.9)] = 0.6
    """Share of the kerb between that has bays. Assumption: driveways, bus stops and crossings take the rest."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if (self.road is None) == (self.way is None):
            raise ValueError(say("spec.parking.road"))
        if (self.lon_deg is None) != (self.lat_deg is None):
            raise ValueError(say("spec.parking.point"))
        return self


class CarParkSpec(_Facility):
    """A car park with gates, on the ground, in a building or below it."""

    kind: Literal["off_street", "underground"]
    """``off_street`` or ``underground``."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    """Longitude, in the datum of ``crs``."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    """Latitude."""

    crs: Datum = "wgs84"
    """Datum of the coordinates: ``wgs84``, ``gcj02`` or ``bd09``."""

    capacity: Annotated[int, Field(ge=1, le=100_000)]
    """Bays."""

    road: str | None = None
    """Name of the road that its entrance and exit are at; left out, the nearest local one."""

    gates: GateSpec = GateSpec()
    """Entrance and exit."""


class FromMapSpec(Spec):
    """Every car park that the map shows."""

    capacity_scale: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    """Bays that are modelled, of those that the map says. Choice: all; less where only a part of who parks there is driven."""

    unknown_capacity: Annotated[int, Field(ge=1, le=100_000), Assumed.times(0.2, 5.0)] = 100
    """Bays of those of which the map says none, before the scale. Assumption: a car park of one storey under a block."""

    kind: Literal["off_street", "underground"] = "underground"
    """What they are: ``off_street`` or ``underground``."""

    occupancy: Annotated[Share, Assumed.plus(-0.15, 0.1)] = 0.85
    """Share of their bays that is taken at the start. Assumption: as of single facilities."""

    tariff: TariffSpec = TariffSpec()
    """What parking costs there."""

    gates: GateSpec = GateSpec()
    """Their entrances and exits."""


FacilitySpec = Annotated[OnStreetSpec | CarParkSpec, Field(discriminator="kind")]
