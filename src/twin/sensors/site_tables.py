"""Tables of sites: which column says what, and everything wrong with the rows."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, get_args

from twin.errors import Problem
from twin.messages import say
from twin.roadnet.datum import Datum
from twin.sensors.deployment_spec import DeploymentSpec, SiteSpec, SiteTableSpec, Status, TableField
from twin.sensors.site_names import LONGEST_NAME, as_name
from twin.table_cells import Row, UnreadableTableError, read_rows

HEADERS: Final[dict[TableField, tuple[str, ...]]] = {
    "name": (
        *("name", "sitename", "site", "polename", "pole", "siteid", "poleid", "id", "code"),
        *("名称", "点位名称", "站点名称", "杆件名称", "路口名称", "设备名称", "点位", "站点", "杆件", "路口"),
        *("点位编号", "站点编号", "杆件编号", "杆号", "设备编号", "编号"),
    ),
    "lon": ("lon", "lng", "long", "longitude", "londeg", "经度", "经度坐标", "东经"),
    "lat": ("lat", "latitude", "latdeg", "纬度", "纬度坐标", "北纬"),
    "kit": ("kit", "kitname", "equipment", "设备配置", "配置", "设备类型", "配置类型", "设备"),
    "heading": ("heading", "headingdeg", "bearing", "azimuth", "朝向", "方位角", "朝向角", "航向角"),
    "height": ("height", "heightm", "mountingheight", "mountingheightm", "高度", "安装高度", "挂高", "架设高度"),
    "level": ("level", "layer", "层级", "层", "道路层级"),
    "status": ("status", "state", "状态", "建设状态", "建设类型", "建设性质"),
}
"""Headers by what they say; the first of a field's that a table has is taken. Compared without case, blanks, punctuation,
anything in brackets (``经度(°)``) and the name of a datum (``gcj02_lng``)."""

STATUSES: Final[dict[Status, tuple[str, ...]]] = {
    "existing": ("existing", "现状", "已建", "既有", "利旧"),
    "added": ("added", "new", "planned", "新增", "新建", "拟建"),
    "removed": ("removed", "拆除"),
}
"""What a cell of the column ``status`` may say; an empty one says ``added``."""

_HEADER_WITHIN_ROWS: Final = 10
_BRACKETS: Final = re.compile(r"[(\[{【《].*?[)\]}】》]")
_DATUM_WORDS: Final = re.compile(r"wgs84|gcj02|bd09|cgcs2000|火星|高德|百度|腾讯")
_REQUIRED: Final[tuple[TableField, ...]] = ("name", "lon", "lat")
_TYPICAL: Final = {"name": "name / 名称", "lon": "lon / 经度", "lat": "lat / 纬度"}
_HEIGHTS_M: Final = (0.5, 50.0)
_LEVELS: Final = (-5, 5)
_HEADINGS_DEG: Final = (-360.0, 360.0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: as in ``Problem``."""

    where: str
    key: str


@dataclass(frozen=True, slots=True)
class GivenSite:
    """A site as it was given, from YAML or a table; coordinates are in ``crs``."""

    name: str
    lon_deg: float
    lat_deg: float
    crs: Datum
    kit: str
    heading_deg: float = 0.0
    height_m: float | None = None
    level: int = 0
    status: Status = "added"
    places: Mapping[TableField, Place] = field(default_factory=dict)
    """Where its values stand, at least name, lon, lat and kit."""

    def place(self, of: TableField) -> Place:
        """Return where a value stands."""
        return self.places[of]


@dataclass(frozen=True, slots=True)
class SiteGroup:
    """Sites that were given together and are judged together: the scenario's own of one datum, or a table's."""

    title: str
    """What a message calls it: a key, or a file."""
    crs: Datum
    sites: tuple[GivenSite, ...]
    table: bool
    head: Place
    """Where the group begins: for problems of all of its sites."""


def given_groups(spec: DeploymentSpec, base: Path) -> tuple[list[SiteGroup], list[Problem]]:
    """Return the sites that a deployment gives, table files relative to ``base``, and what is wrong with the tables."""
    own = [_own(site, i, spec.crs) for i, site in enumerate(spec.sites)]
    groups = [
        SiteGroup("deployment.sites", crs, tuple(site for site in own if site.crs == crs), False, Place("", "deployment.sites"))
        for crs in dict.fromkeys(site.crs for site in own)
    ]
    problems = []
    for i, table in enumerate(spec.tables):
        group, wrong = _read(table, f"deployment.tables[{i}]", spec.crs, base)
        groups.append(group)
        problems += wrong
    return groups, problems


def _own(site: SiteSpec, number: int, crs: Datum) -> GivenSite:
    key = f"deployment.sites[{number}]"
    keys: dict[TableField, str] = {"name": "name", "lon": "lon_deg", "lat": "lat_deg", "kit": "kit"}
    places = {of: Place("", f"{key}.{name}") for of, name in keys.items()}
    return GivenSite(
        *(site.name, site.lon_deg, site.lat_deg, site.crs or crs, site.kit),
        *(site.heading_deg, site.height_m, site.level, site.status, places),
    )


def _read(table: SiteTableSpec, key: str, crs: Datum, base: Path) -> tuple[SiteGroup, list[Problem]]:
    path = base / table.file
    crs = table.crs or crs
    nothing = SiteGroup(table.file, crs, (), True, Place("", f"{key}.file"))
    try:
        rows = read_rows(path, table.sheet, lambda cells: len(_columns(cells, table)[0]))
    except UnreadableTableError as error:
        return nothing, [Problem("", f"{key}.file", f"{table.file}: {error.found}", error.remedy)]
    if not rows:
        return nothing, [Problem(str(path), "", say("table.empty.found"), say("table.empty.remedy"))]
    head = max(range(min(len(rows), _HEADER_WITHIN_ROWS)), key=lambda i: (len(_columns(rows[i][1], table)[0]), -i))
    number, headers = rows[head]
    columns, problems = _columns(headers, table, f"{path}:{number}")
    if any(required not in columns for required in _REQUIRED):
        return nothing, problems
    reader = _RowReader(str(path), headers, columns, crs, table.kit, f"{key}.kit")
    sites = [site for row in rows[head + 1 :] if (site := reader.site(row)) is not None]
    if not sites and not reader.problems:
        problems.append(Problem(str(path), "", say("table.empty.found"), say("table.empty.remedy")))
    start = Place(f"{path}:{number}:{columns['lon'] + 1}", headers[columns["lon"]])
    return SiteGroup(table.file, crs, tuple(sites), True, start), problems + reader.problems


def _columns(headers: list[str], table: SiteTableSpec, where: str = "") -> tuple[dict[TableField, int], list[Problem]]:
    """Return the number of each field's column, and what is wrong with the headers."""
    plain = [_plain(header) for header in headers]
    columns: dict[TableField, int] = {}
    problems = []
    for of in get_args(TableField):
        chosen = table.columns.get(of)
        if chosen is not None:
            options = [[i for i, header in enumerate(headers) if header == chosen.strip()]]
        else:
            options = [[i for i, header in enumerate(plain) if header == name] for name in HEADERS[of]]
        hits = next((hit for hit in options if hit), [])
        if len(hits) == 1:
            columns[of] = hits[0]
        elif hits:
            found = say("table.twice.found", header=headers[hits[0]], others=", ".join(headers[i] for i in hits[1:]))
            problems.append(Problem(f"{where}:{hits[1] + 1}", headers[hits[1]], found, say("table.twice.remedy", field=of)))
        elif chosen is not None or of in _REQUIRED:
            names = ", ".join(header for header in headers if header)
            wanted = chosen if chosen is not None else _TYPICAL[of]
            found = say("table.column.found", wanted=wanted, names=names)
            problems.append(Problem(where, of, found, say("table.column.remedy", field=of)))
    return columns, problems


def _plain(header: str) -> str:
    text = _BRACKETS.sub("", unicodedata.normalize("NFKC", header).casefold())
    text = re.sub(r"[\W_]+", "", text)
    return _DATUM_WORDS.sub("", text) or text


class _RowReader:
    """Reads rows into sites and gathers what is wrong with them."""

    def __init__(
        self, path: str, headers: list[str], columns: dict[TableField, int], crs: Datum, kit: str | None, kit_key: str
    ) -> None:
        self._path, self._headers, self._columns = path, headers, columns
        self._crs, self._kit, self._kit_key = crs, kit, kit_key
        self._kit_told = False
        self.problems: list[Problem] = []

    def site(self, row: Row) -> GivenSite | None:
        """Return the site of a row, or None where something is wrong with it."""
        known = len(self.problems)
        name = as_name(unicodedata.normalize("NFC", self._cell(row, "name")))
        if not name:
            self._wrong(row, "name", "nothing")
        elif len(name) > LONGEST_NAME:
            self._wrong(row, "name", "name", limit=LONGEST_NAME)
        lon_deg, lat_deg = self._number(row, "lon"), self._number(row, "lat")
        heading_deg = self._number(row, "heading", 0.0, _HEADINGS_DEG)
        height_m = self._number(row, "height", None, _HEIGHTS_M)
        level = self._number(row, "level", 0.0, _LEVELS, whole=True)
        kit = self._cell(row, "kit") or self._kit or ""
        if not kit:
            if "kit" in self._columns:
                self._wrong(row, "kit", "kit")
            elif not self._kit_told:
                self._wrong(row, "name", "no_kit", at=self._kit_key)
                self._kit_told = True
        if len(self.problems) > known or not kit or lon_deg is None or lat_deg is None:
            return None
        places: dict[TableField, Place] = {of: self._place(row, of) for of in _REQUIRED}
        places["kit"] = self._place(row, "kit") if self._cell(row, "kit") else Place("", self._kit_key)
        at = (name, lon_deg, lat_deg, self._crs, kit, heading_deg or 0.0, height_m, int(level or 0))
        return GivenSite(*at, self._status(row), places)

    def _status(self, row: Row) -> Status:
        text = unicodedata.normalize("NFKC", self._cell(row, "status")).strip().casefold()
        for status, words in STATUSES.items():
            if text in words:
                return status
        if text:
            names = ", ".join(word for words in STATUSES.values() for word in words)
            self._wrong(row, "status", "status", text=self._cell(row, "status")[:60], names=names)
        return "added"

    def _cell(self, row: Row, of: TableField) -> str:
        column = self._columns.get(of)
        return row[1][column] if column is not None and column < len(row[1]) else ""

    def _number(
        self,
        row: Row,
        of: TableField,
        default: float | None = None,
        limits: tuple[float, float] | None = None,
        *,
        whole: bool = False,
    ) -> float | None:
        text = unicodedata.normalize("NFKC", self._cell(row, of)).removesuffix("°").strip()
        if not text:
            if of in _REQUIRED:
                self._wrong(row, of, "nothing")
            return default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or "_" in text:
            degrees = of in ("lon", "lat")
            self._wrong(row, of, "degrees" if degrees else "number", text=self._cell(row, of)[:60])
            return None
        if (whole and not value.is_integer()) or (limits is not None and not limits[0] <= value <= limits[1]):
            low, high = limits or (0, 0)
            self._wrong(row, of, "whole" if whole else "range", text=text, low=low, high=high)
            return None
        return value

    def _place(self, row: Row, of: TableField) -> Place:
        column = self._columns[of]
        return Place(f"{self._path}:{row[0]}:{column + 1}", self._headers[column])

    def _wrong(self, row: Row, of: TableField, what: str, **values: object) -> None:
        at = self._place(row, of)
        found, remedy = say(f"table.{what}.found", **values), say(f"table.{what}.remedy", **values)
        self.problems.append(Problem(at.where, at.key, found, remedy))
