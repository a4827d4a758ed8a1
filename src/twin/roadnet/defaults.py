"""What is assumed of a road when the map does not say: one table by road class, and what is driven on at all.

Sources. Speeds: design speeds of CJJ 37-2012 "Code for design of urban road engineering" (2016 edition), table 3.2.1
(expressways 60/80/100, arterials 40/50/60, sub-arterials 30/40/50, branches 20/30/40 km/h); OpenStreetMap's trunk is read as
expressway, primary as arterial, secondary as sub-arterial, the rest as branches. Speed limits where no sign stands: article
45 of the implementing regulations of the Road Traffic Safety Law (30 km/h without a centre line). Lane widths: CJJ 37-2012
table 5.3.1 (3.75 m above 60 km/h, 3.50 m up to 60 km/h, 3.25 m for small vehicles up to 60 km/h).
Lane counts: Assumption: the least that the class is built with in Guangzhou.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RANKS: Final = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street")
"""Road classes by rank; ``_link`` classes rank with their road."""


def rank(highway: str) -> int:
    """Return the rank of a road class, 0 the highest; links rank with their road."""
    return RANKS.index(highway.removesuffix("_link"))


@dataclass(frozen=True, slots=True)
class RoadDefaults:
    """What is assumed of one road class."""

    speed_kmh: float
    lanes: int
    """Lanes in one direction."""
    lane_width_m: float
    oneway: bool = False
    """True where OpenStreetMap implies one-way traffic."""


DEFAULTS: Final[dict[str, RoadDefaults]] = {
    "motorway": RoadDefaults(80.0, 3, 3.75, oneway=True),
    "motorway_link": RoadDefaults(40.0, 1, 3.50, oneway=True),
    "trunk": RoadDefaults(60.0, 3, 3.50),
    "trunk_link": RoadDefaults(40.0, 1, 3.50),
    "primary": RoadDefaults(60.0, 3, 3.50),
    "primary_link": RoadDefaults(30.0, 1, 3.50),
    "secondary": RoadDefaults(50.0, 2, 3.50),
    "secondary_link": RoadDefaults(30.0, 1, 3.50),
    "tertiary": RoadDefaults(40.0, 1, 3.25),
    "tertiary_link": RoadDefaults(30.0, 1, 3.25),
    "unclassified": RoadDefaults(30.0, 1, 3.25),
    "residential": RoadDefaults(30.0, 1, 3.25),
    "living_street": RoadDefaults(20.0, 1, 3.00),
}
"""Every class that is read. Left out: ``service`` (ways on private ground and in car parks; car parks are places of their
own), ``track``, ``busway`` and everything not for motor vehicles."""

SAME_AS: Final = {"road": "unclassified", "motorway_junction": "motorway"}
"""Classes that are read as another."""

CLOSED_TO_CARS: Final = frozenset(
    {"no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus", "taxi", "bicycle", "official"}
)
"""Values of ``motorcar``, ``motor_vehicle``, ``vehicle`` and ``access`` that close a way to ordinary motor traffic. Ways for
residents, customers, deliveries and those with a permit stay open: some of the traffic uses them."""

NARROWEST_LANE_M: Final = 2.75
WIDEST_LANE_M: Final = 3.75
"""A carriageway's ``width`` includes kerb strips and margins: width / lanes is kept within CJJ 37's range of lane widths
(3.75 m at most) and what narrow branch roads have (Assumption: 2.75 m)."""

STOREY_HEIGHT_M: Final = 3.0
"""Height of a storey, by OpenStreetMap's own rule of thumb for ``building:levels``."""

BUILDING_HEIGHTS_M: Final[dict[str, float]] = {
    "yes": 12.0,
    "apartments": 30.0,
    "residential": 18.0,
    "office": 40.0,
    "commercial": 24.0,
    "retail": 12.0,
    "hotel": 45.0,
    "hospital": 30.0,
    "school": 15.0,
    "university": 18.0,
    "industrial": 9.0,
    "warehouse": 9.0,
    "house": 7.0,
    "detached": 7.0,
    "garage": 3.0,
    "garages": 3.0,
    "shed": 3.0,
    "roof": 5.0,
    "kiosk": 3.0,
}
"""Assumption: height in metres by value of ``building`` when neither height nor levels are given; others as ``yes``."""
