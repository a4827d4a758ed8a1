"""What a scenario says of its deployment: kits, sites given one by one, tables of sites, rules."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Tag,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from twin.assumed import OF_THE_DESIGN
from twin.messages import say
from twin.roadnet.datum import Datum
from twin.sensors.cost_spec import CostsSpec
from twin.sensors.kinds import MODELS, DeviceSpec
from twin.sensors.mounting import MountedSpec
from twin.sensors.presets import Filling, PresetError, Values, shipped, with_files
from twin.spec import Spec

Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^/\s]+$")]
"""A name without spaces and slashes."""

TableField = Literal["name", "lon", "lat", "kit", "heading", "height", "level", "status"]
"""What a table can say of a site."""

RoadClass = Literal["motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street"]
"""OpenStreetMap's road classes without their links (ramps and slip lanes are nobody's row of poles)."""

Structure = Literal["bridges", "ramps"]
"""What a row of sites may follow besides roads."""

Status = Literal["existing", "added", "removed"]
"""What becomes of a site: it stands already, is built, or is pulled down."""


class _OrPreset:
    """Says in the JSON Schema that a device with a ``preset`` need not say its kind."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        preset = {"type": "string", "description": "Preset whose values the device takes; keys beside it change single ones."}
        named = {"type": "object", "required": ["preset"], "properties": {"preset": preset}}
        return {"anyOf": [handler(core), named]}


KitDevice = Annotated[DeviceSpec, _OrPreset()]
"""A device of a kit, as the file says it: by its kind, or by a ``preset`` with changes."""


class MountSpec(Spec):
    """Devices of a kit that hang at one place of the site, or at several places alike."""

    at: Literal["site", "corner", "cross_arm", "approach"] = "site"
    """Where: on the site's own pole (loops: in the road beside it); on poles at the junction's corners, one to the right of
    each approach's stop line, facing the junction's middle; on the cross-arms of these poles, each over the exit across the
    junction from an approach and facing that approach; or, loops alone, in the lanes of each approach at its stop line."""

    which: Literal["every", "diagonal", "first"] = "every"
    """At which corners, or for which approaches: ``diagonal`` takes the site's own and the one half-way around, ``first`` the
    site's own. They are counted clockwise from it."""

    devices: Annotated[list[KitDevice], Field(min_length=1)]
    """What hangs at each of these places."""

    @model_validator(mode="after")
    def _fits_its_place(self) -> Self:
        for device in self.devices:
            on_road = not isinstance(device, MountedSpec)
            if (on_road and self.at in {"corner", "cross_arm"}) or (not on_road and self.at == "approach"):
                raise ValueError(say("spec.mount.place", kind=device.kind, at=self.at))
        return self


class KitSpec(Spec):
    """A kit in full: devices at several places of a junction, and the equipment beside them."""

    preset: str = ""
    """Shipped or own kit whose keys fill in those left out; see docs/deployments.md."""

    mounts: list[MountSpec] = Field(default_factory=list)
    """The kit's devices by place, the preset's where left out; none where the kit is a roadside unit alone."""

    rsu: Annotated[int, Field(ge=0, le=20)] = 0
    """Roadside units (RSU) of a site: counted in its costs."""

    compute: Annotated[int, Field(ge=0, le=20)] = 0
    """Edge computers in a site's cabinet: counted in its costs."""

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if not self.mounts and not self.rsu:
            raise ValueError(say("spec.mounts"))
        return self


def _shape(kit: Any) -> str:
    return "list" if isinstance(kit, list) else "KitSpec"


Kit = Annotated[
    Annotated[list[KitDevice], Field(min_length=1), Tag("list")] | Annotated[KitSpec, Tag("KitSpec")], Discriminator(_shape)
]
"""What a site carries: a list of devices, all on its own pole, or a kit in full."""


def mounts_of(kit: list[DeviceSpec] | KitSpec) -> list[MountSpec]:
    """Return a kit's devices by place."""
    return kit.mounts if isinstance(kit, KitSpec) else [MountSpec(devices=kit)]


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

    status: Status = "added"
    """``existing`` (costs its upkeep only), ``added`` (is built), or ``removed`` (is pulled down: neither simulated nor kept,
    though rules leave its place free, so that removing a site changes nothing for the others)."""


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

    status: Literal["existing", "added"] = "added"
    """Whether the rule's sites stand already (and cost their upkeep only) or are built."""


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

    start_m: Annotated[float, Field(ge=0.0), OF_THE_DESIGN] = 50.0
    """Chainage of the first site of each road. Assumption: 50 m, clear of the crossing that the road begins at."""

    clear_of_m: Annotated[float, Field(ge=0.0, le=1000.0), OF_THE_DESIGN] = 30.0
    """A place nearer than this to a site of the same level that was placed before (given ones, tables, junctions, other roads)
    is left out. Assumption: half a wide junction, so that the pole at its corner does not get a neighbour."""

    bridges: bool = True
    """Whether bridges and viaducts get sites; tunnels never do."""

    status: Literal["existing", "added"] = "added"
    """Whether the rule's sites stand already (and cost their upkeep only) or are built."""

    @model_validator(mode="after")
    def _selects(self) -> Self:
        if not self.names and not self.classes:
            raise ValueError(say("spec.roads"))
        return self


class BridgesAndRampsRule(Spec):
    """A site every so many metres along every bridge, viaduct and ramp, and at least one on each.

    A bridge is a stretch of one road and level that the map calls a bridge, with both of its carriageways; a ramp is a run of
    touching links (``motorway_link`` and so on). Each has a chainage of its own. Halving ``spacing_m`` keeps every site.
    """

    kind: Literal["bridges_and_ramps"]
    """Always ``bridges_and_ramps``."""

    kit: str
    """Which of ``kits`` each site carries."""

    spacing_m: Annotated[float, Field(ge=10.0, le=10_000.0)]
    """Distance along the bridge or ramp between two sites."""

    which: Annotated[list[Structure], Field(min_length=1)] = Field(default_factory=lambda: list(get_args(Structure)))
    """Bridges, ramps, or both."""

    least_m: Annotated[float, Field(ge=0.0, le=10_000.0), OF_THE_DESIGN] = 100.0
    """Shorter bridges and ramps get none. Assumption: 100 m, longer than culverts and than slip lanes at junctions."""

    sides: Literal["alternate", "right", "left"] = "alternate"
    """Side of the bridge or ramp, as along roads."""

    start_m: Annotated[float, Field(ge=0.0), OF_THE_DESIGN] = 50.0
    """Chainage of the first site; the middle where the whole is shorter than twice that. Assumption: 50 m, as along roads."""

    clear_of_m: Annotated[float, Field(ge=0.0, le=1000.0), OF_THE_DESIGN] = 30.0
    """A place nearer than this to a site of the same level that was placed before is left out. Assumption: as along roads."""

    status: Literal["existing", "added"] = "added"
    """Whether the rule's sites stand already (and cost their upkeep only) or are built."""


Rule = Annotated[SignalisedJunctionsRule | AlongRoadsRule | BridgesAndRampsRule, Field(discriminator="kind")]
"""Every kind of rule."""


class DeploymentSpec(Spec):
    """All roadside sites of a scenario."""

    presets: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    """Own files of device and kit presets, relative to the scenario file, beside the shipped ones; see docs/deployments.md."""

    kits: dict[Name, Kit] = Field(default_factory=dict)
    """What a site can carry, by the kit's name: a list of devices, or a kit in full. ``preset`` takes values from a preset."""

    crs: Datum = "wgs84"
    """Datum of the coordinates of ``sites`` and ``tables`` that say none of their own."""

    sites: list[SiteSpec] = Field(default_factory=list)
    """Sites given one by one."""

    tables: list[SiteTableSpec] = Field(default_factory=list)
    """Sites given in tables, after those given one by one."""

    rules: list[Rule] = Field(default_factory=list)
    """Sites placed by rule, after the given ones: junctions first, then bridges and ramps, then roads, whatever the order of
    the list."""

    removed: list[Name] = Field(default_factory=list)
    """Sites that are pulled down, by name, however they were given: as ``status: removed``."""

    costs: CostsSpec = CostsSpec()
    """Prices."""

    budget_cny: Annotated[float, Field(gt=0.0)] | None = None
    """What may be invested; a deployment that costs more by the middle prices is warned of."""

    @field_validator("presets")
    @classmethod
    def _readable(cls, files: list[str], info: ValidationInfo) -> list[str]:
        try:
            with_files(files, _base(info))
        except PresetError as error:
            raise ValueError(str(error)) from error
        return files

    @field_validator("kits", mode="before")
    @classmethod
    def _filled_in(cls, kits: Any, info: ValidationInfo) -> Any:
        if not isinstance(kits, dict):
            return kits
        files = info.data.get("presets", [])
        presets = with_files(files, _base(info)) if files else shipped()
        filled = Filling(presets, MODELS, _wrong_device).kits(kits)
        # what a validator hands on is no longer JSON to pydantic, whose strict mode would then refuse lists for tuples
        return _kits().validate_json(json.dumps(filled), strict=True) if info.mode == "json" else filled


@cache
def _kits() -> TypeAdapter[dict[str, Any]]:
    return TypeAdapter(dict[Name, Kit])


def _base(info: ValidationInfo) -> Path:
    return Path((info.context or {}).get("base") or "")


@cache
def _device() -> TypeAdapter[Any]:
    return TypeAdapter(DeviceSpec)


def _wrong_device(values: Values) -> str | None:
    """Return what is wrong with the values of a device preset: the first of pydantic's findings."""
    try:
        _device().validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return None
