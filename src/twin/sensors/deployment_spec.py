"""What a scenario says of its deployment: kits, sites given one by one, tables of sites, rules."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.messages import say
from twin.roadnet.datum import Datum
from twin.sensors.lidar import LidarSpec
from twin.spec import Spec

DeviceSpec = LidarSpec
"""The kinds of devices a kit may hold; a union discriminated on ``kind`` once there are several."""

Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^/\s]+$")]
"""A name without spaces and slashes."""

TableField = Literal["name", "lon", "lat", "kit", "heading", "height", "level"]
"""What a table can say of a site."""

RoadClass = Literal["motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street"]
"""OpenStreetMap's road classes without their links (ramps and slip lanes are nobody's row of poles)."""


class SiteSpec(Spec):
    """One site given by its place."""

    name: Name
    """Name of the site, the beginning of its devices' ids; draws hang on it, so keep it when the site moves in the list."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    """Longitude, in the datum of ``crs``."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    """Latitude, in the datum of ``crs``."""

    kit: str
    """Which of ``kits`` the site carries."""

    crs: Datum | None = None
    """Datum of the coordinates: ``wgs84`` (also for CGCS2000), ``gcj02`` (Amap, Tencent) or ``bd09`` (Baidu); that of the
    deployment where left out."""

    heading_deg: Annotated[float, Field(ge=-360.0, le=360.0)] = 0.0
    """Compass bearing from which the headings of the kit's devices count."""

    height_m: Annotated[float, Field(ge=0.5, le=50.0)] | None = None
    """Height above the road of all devices of the site; those of the kit where left out."""

    level: Annotated[int, Field(ge=-5, le=5)] = 0
    """Vertical level of the road the site stands beside: 0 ground, 1 and up viaducts, negative tunnels. Its devices see
    vehicles of this level only."""


class SiteTableSpec(Spec):
    """A table of sites, one a row: CSV (comma, semicolon or tab; UTF-8, UTF-16 or GB 18030, which holds GBK) or XLSX."""

    file: Annotated[str, Field(min_length=1)]
    """The file, relative to the scenario file."""

    crs: Datum | None = None
    """Datum of its coordinates: ``wgs84``, ``gcj02`` or ``bd09``; that of the deployment where left out."""

    kit: str | None = None
    """Kit of the rows that name none."""

    sheet: str | None = None
    """Sheet of an XLSX file; the first where left out."""

    columns: dict[TableField, str] = Field(default_factory=dict)
    """Headers of the columns, as ``{lon: X坐标}``, where they are none of the usual English and Chinese ones."""


class SignalisedJunctionsRule(Spec):
    """One site at a corner of every signalised junction.

    The pole stands at the stop line of an approach, one metre outside its kerb on the right, and faces the junction's middle:
    of the widest approach whose corner is clear of buildings and carriageways. Its level is that approach's.
    """

    kind: Literal["signalised_junctions"]
    """Always ``signalised_junctions``."""

    kit: str
    """Which of ``kits`` each site carries."""

    prefix: Name = "junction"
    """Beginning of the sites' names; the number behind it is the smallest OpenStreetMap id of the junction's nodes."""


class AlongRoadsRule(Spec):
    """A site every so many metres along roads.

    All carriageways of one name are one road with one chainage (see docs/deployments.md). Sites are named by road and
    chainage, as ``花城大道-K0+400``. Halving ``spacing_m`` keeps every site of the wider spacing, name and place, so that
    densities can be compared in pairs.
    """

    kind: Literal["along_roads"]
    """Always ``along_roads``."""

    kit: str
    """Which of ``kits`` each site carries."""

    spacing_m: Annotated[float, Field(ge=10.0, le=10_000.0)]
    """Distance along the road between two sites."""

    names: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    """Roads by their name on the map; with ``classes`` as well, their parts of these classes."""

    classes: list[RoadClass] = Field(default_factory=list)
    """Roads by OpenStreetMap's class."""

    sides: Literal["alternate", "right", "left"] = "alternate"
    """Side of the road, seen along its chainage. ``alternate`` changes sides between neighbours, never three on one side; since
    denser spacings keep the sites of wider ones where they are, every third pair of neighbours shares a side."""

    start_m: Annotated[float, Field(ge=0.0)] = 50.0
    """Chainage of the first site of each road. Assumption: 50 m, clear of the crossing that the road begins at."""

    clear_of_m: Annotated[float, Field(ge=0.0, le=1000.0)] = 30.0
    """A place nearer than this to a site of the same level that was placed before (given ones, tables, junctions, other roads)
    is left out. Assumption: half a wide junction, so that the pole at its corner does not get a neighbour."""

    bridges: bool = True
    """Whether bridges and viaducts get sites; tunnels never do."""

    @model_validator(mode="after")
    def _selects(self) -> Self:
        if not self.names and not self.classes:
            raise ValueError(say("spec.roads"))
        return self


Rule = Annotated[SignalisedJunctionsRule | AlongRoadsRule, Field(discriminator="kind")]
"""Every kind of rule."""


class DeploymentSpec(Spec):
    """All roadside sites of a scenario."""

    kits: dict[Name, Annotated[list[DeviceSpec], Field(min_length=1)]] = Field(default_factory=dict)
    """What a site can carry, by the kit's name."""

    crs: Datum = "wgs84"
    """Datum of the coordinates of ``sites`` and ``tables`` that say none of their own."""

    sites: list[SiteSpec] = Field(default_factory=list)
    """Sites given one by one."""

    tables: list[SiteTableSpec] = Field(default_factory=list)
    """Sites given in tables, after those given one by one."""

    rules: list[Rule] = Field(default_factory=list)
    """Sites placed by rule, after the given ones: junctions first, then roads, whatever the order of the list."""
