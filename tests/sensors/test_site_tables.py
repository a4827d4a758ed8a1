"""Tables of sites: what they may look like, and everything wrong with them at once."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import ScenarioError
from twin.roadnet.datum import DATUMS, convert
from twin.roadnet.projection import to_wgs84
from twin.sensors.deployment import place, survey
from twin.sensors.deployment_spec import DeploymentSpec
from twin.sensors.site_tables import HEADERS

KITS = {"pole": [{"kind": "lidar"}], "mast": [{"kind": "lidar"}, {"kind": "lidar", "mounting_height_m": 9.0}]}
CHINESE = ["点位名称", "经度（°）", "纬度（°）", "设备配置", "朝向", "安装高度(m)"]
ENGLISH = ["name", "lon", "lat", "kit", "heading", "height_m"]


@pytest.fixture(scope="module")
def corners(cbd):
    """Return twelve junctions of the map as (name, lon, lat), WGS-84."""
    chosen = [junction for junction in cbd.junctions if junction.signalised][:12]
    x_m, y_m = np.array([junction.x_m + 12.0 for junction in chosen]), np.array([junction.y_m - 9.0 for junction in chosen])
    lon, lat = to_wgs84(cbd.crs, cbd.origin_m, x_m, y_m)
    return [(f"路口{i}", float(a), float(b)) for i, (a, b) in enumerate(zip(lon, lat, strict=True))]


def rows_of(corners, datum="wgs84", headers=None):
    """Return a table as lists of texts."""
    lon, lat = convert([c[1] for c in corners], [c[2] for c in corners], "wgs84", datum)
    body = [[c[0], f"{a:.8f}", f"{b:.8f}", "pole", "90", "6.5"] for c, a, b in zip(corners, lon, lat, strict=True)]
    return [list(headers or ENGLISH), *body]


def csv_bytes(rows, encoding="utf-8", separator=","):
    """Return rows as a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def write_xlsx(path, rows, title="Sheet"):
    """Write rows as an XLSX file, numbers as numbers."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append([float(cell) if cell.replace(".", "", 1).isdigit() else cell or None for cell in row])
    book.save(path)


def timeless(path):
    """Return an XLSX file's bytes as they would be at any other time: the same members without their dates."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-01T00:00:00Z", old.read(member))
            new.writestr(zipfile.ZipInfo(member), content)
    return made.getvalue()


def deployment(**table):
    """Return a deployment of one table."""
    return DeploymentSpec.model_validate({"kits": KITS, "tables": [{"file": "sites.csv", **table}]})


def sites_of(cbd, tmp_path, **table):
    """Return the sites of the table in ``tmp_path``."""
    return place(deployment(**table), cbd, tmp_path).sites


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("headers", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_every_encoding_and_separator(cbd, corners, tmp_path, headers, encoding, separator) -> None:
    """UTF-8 with and without its mark, UTF-16 and GB encodings, with any separator and headers, give the same sites."""
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows_of(corners, headers=headers), encoding, separator))
    made = place(deployment(), cbd, tmp_path)
    assert [site.name for site in made.sites] == [corner[0] for corner in corners]
    x_m, y_m = np.array([site.x_m for site in made.sites]), np.array([site.y_m for site in made.sites])
    lon, lat = to_wgs84(cbd.crs, cbd.origin_m, x_m, y_m)
    assert lon == pytest.approx([corner[1] for corner in corners], abs=2e-8)
    assert lat == pytest.approx([corner[2] for corner in corners], abs=2e-8)
    assert {(device.heading_deg, device.spec.mounting_height_m) for device in made.devices} == {(90.0, 6.5)}


def test_xlsx(cbd, corners, tmp_path) -> None:
    """An XLSX file with a title above the headers gives the sites of the CSV file, from the sheet named or the first."""
    rows = rows_of(corners, headers=CHINESE)
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows))
    write_xlsx(tmp_path / "sites.xlsx", [["天河 CBD 点位表"], [], *rows], "点位")
    expected = sites_of(cbd, tmp_path)
    assert sites_of(cbd, tmp_path, file="sites.xlsx") == expected
    assert sites_of(cbd, tmp_path, file="sites.xlsx", sheet="点位") == expected


@pytest.mark.parametrize("datum", DATUMS)
def test_datums(cbd, corners, tmp_path, datum) -> None:
    """The same poles written in any datum stand at the same places within 5 mm, whether table or deployment says so."""
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows_of(corners)))
    (tmp_path / "other.csv").write_bytes(csv_bytes(rows_of(corners, datum)))
    expected = np.array([(site.x_m, site.y_m) for site in sites_of(cbd, tmp_path)])
    spec = DeploymentSpec.model_validate({"kits": KITS, "crs": datum, "tables": [{"file": "other.csv"}]})
    for made in (place(spec, cbd, tmp_path).sites, sites_of(cbd, tmp_path, file="other.csv", crs=datum)):
        assert np.array([(site.x_m, site.y_m) for site in made]) == pytest.approx(expected, abs=5e-3)


def test_sites_say_their_datum(cbd, corners) -> None:
    """A site given one by one is read in its own datum, else in the deployment's."""
    name, lon, lat = corners[0]
    places = [dict(zip(("lon_deg", "lat_deg"), map(float, convert(lon, lat, "wgs84", datum)), strict=True)) for datum in DATUMS]
    sites = [
        {"name": f"{name}-{datum}", "kit": "pole", **at} | ({} if datum == "bd09" else {"crs": datum})
        for datum, at in zip(DATUMS, places, strict=True)
    ]
    made = place(DeploymentSpec.model_validate({"kits": KITS, "crs": "bd09", "sites": sites}), cbd).sites
    for site in made:
        assert (site.x_m, site.y_m) == pytest.approx((made[0].x_m, made[0].y_m), abs=5e-3)


def test_a_misread_table_is_noticed(cbd, corners, tmp_path) -> None:
    """GCJ-02 declared as WGS-84 is a warning with three medians, in a table or as sites; declared rightly there is none."""
    rows = rows_of(corners, "gcj02")
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows))
    (line,) = [line for line in survey(deployment(), cbd, tmp_path).notices if "GCJ-02" in line]
    assert all(part in line for part in ("sites.csv", "12 sites", "crs: gcj02", "WGS-84", "BD-09"))
    assert not any("BD-09" in line for line in survey(deployment(crs="gcj02"), cbd, tmp_path).notices)
    sites = [{"name": row[0], "lon_deg": float(row[1]), "lat_deg": float(row[2]), "kit": "pole"} for row in rows[1:]]
    spec = DeploymentSpec.model_validate({"kits": KITS, "sites": sites})
    assert any("deployment.sites" in line and "crs: gcj02" in line for line in survey(spec, cbd).notices)


def test_everything_wrong_at_once(cbd, corners, tmp_path) -> None:
    """Each problem of the rows is told with file, row and column; rows without anything are passed over."""
    rows = rows_of(corners, headers=CHINESE)
    rows[1][1] = "113度19分"
    rows[2][3] = "tower"
    rows[4][0] = rows[3][0]
    rows[5][1], rows[5][2] = rows[5][2], rows[5][1]
    rows[6][1] = "114.9"
    rows.insert(7, [""] * 6)
    rows[8][0] = " "
    rows[9][5] = "99"
    rows[10][4] = "north"
    rows[11][3] = ""
    rows[12][2] = "nan"
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows, "gbk"))
    problems = survey(deployment(), cbd, tmp_path).problems
    at = {problem.where.removeprefix(str(tmp_path / "sites.csv")): problem for problem in problems}
    assert sorted(at) == [":10:6", ":11:5", ":12:4", ":13:3", ":2:2", ":3:4", ":5:1", ":6:2", ":7:2", ":9:1"]
    assert "113度19分" in at[":2:2"].found
    assert at[":2:2"].key == "经度（°）"
    assert "'tower'" in at[":3:4"].found
    assert ":4:1" in at[":5:1"].found
    assert "swapped" in at[":6:2"].remedy
    assert "outside the map" in at[":7:2"].found
    assert "0.5 to 50" in at[":10:6"].remedy
    with pytest.raises(ScenarioError) as error:
        place(deployment(), cbd, tmp_path)
    assert error.value.problems == problems


def test_swapped_columns_are_one_problem(cbd, corners, tmp_path) -> None:
    """A table whose longitudes and latitudes are exchanged throughout is told so once, at its header."""
    rows = [[row[0], row[2], row[1], *row[3:]] for row in rows_of(corners)]
    rows[0] = ENGLISH
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows))
    (problem,) = survey(deployment(), cbd, tmp_path).problems
    assert problem.where.endswith("sites.csv:1:2")
    assert "all 12 rows" in problem.found


def test_headers(cbd, corners, tmp_path) -> None:
    """Missing and doubtful columns are told with the headers found; ``columns`` settles both, ``kit`` a missing kit."""
    rows = [["点", "X坐标", "纬度(WGS84)", "纬度(GCJ02)"], *([row[0], row[1], row[2], "23.0"] for row in rows_of(corners)[1:])]
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows))
    problems = survey(deployment(), cbd, tmp_path).problems
    assert [problem.key for problem in problems] == ["name", "lon", "纬度(GCJ02)"]
    assert "X坐标" in problems[1].found
    columns = {"name": "点", "lon": "X坐标", "lat": "纬度(WGS84)"}
    (problem,) = survey(deployment(columns=columns), cbd, tmp_path).problems
    assert "names a kit" in problem.found
    assert len(sites_of(cbd, tmp_path, columns=columns, kit="mast")) == 12
    (problem,) = survey(deployment(columns=columns, kit="tower"), cbd, tmp_path).problems
    assert problem.key == "deployment.tables[0].kit"


def test_no_header_says_two_things() -> None:
    """No header stands for two fields, and each is written as it is compared: without case, blanks and punctuation."""
    every = [name for names in HEADERS.values() for name in names]
    assert len(set(every)) == len(every)
    assert all(name == name.casefold() and name.isalnum() for name in every)


@pytest.mark.parametrize(
    ("content", "file", "says"),
    [
        (None, "none.csv", "cannot be read"),
        (b"", "sites.csv", "holds no site"),
        (b"name,lon,lat,kit\n", "sites.csv", "holds no site"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "sites.xls", "before 2007"),
        (b"PK\x03\x04 and then nothing", "sites.xlsx", "damaged"),
        (b"\xff\xff\xff\x00\x81", "sites.csv", "no text"),
        (b'name,lon\n"' + b"x" * 200_000, "sites.csv", "row 2"),
    ],
)
def test_files_that_are_no_tables(cbd, tmp_path, content, file, says) -> None:
    """A file that is missing, empty, damaged or something else is one problem of the key that names it."""
    if content is not None:
        (tmp_path / file).write_bytes(content)
    (problem,) = survey(deployment(file=file), cbd, tmp_path).problems
    assert says in problem.found
    assert problem.remedy


def test_sheets(cbd, corners, tmp_path) -> None:
    """A sheet that is not there is told with those that are; a CSV file has none."""
    write_xlsx(tmp_path / "sites.xlsx", rows_of(corners), "点位")
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows_of(corners)))
    (problem,) = survey(deployment(file="sites.xlsx", sheet="Sheet1"), cbd, tmp_path).problems
    assert "点位" in problem.remedy
    (problem,) = survey(deployment(sheet="Sheet1"), cbd, tmp_path).problems
    assert "leave `sheet` out" in problem.remedy


def test_buildings_and_shared_spots_are_warnings(cbd, corners, tmp_path) -> None:
    """A row inside a building or on another's spot is a warning, since surveys and maps differ by metres."""
    inside = cbd.buildings[0]
    lon, lat = to_wgs84(cbd.crs, cbd.origin_m, [float(np.mean(inside.x_m))], [float(np.mean(inside.y_m))])
    rows = rows_of(corners)
    rows[1][1:3] = [f"{lon[0]:.8f}", f"{lat[0]:.8f}"]
    rows[2][1:3] = rows[3][1:3]
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows))
    assert survey(deployment(), cbd, tmp_path).problems == []
    lines = survey(deployment(), cbd, tmp_path).notices
    assert any("inside buildings" in line and "路口0" in line for line in lines)
    assert any("2 of 12 sites share their spot" in line for line in lines)


def test_names_become_ids(cbd, corners, tmp_path) -> None:
    """Spaces and slashes, which ids may not hold, become hyphens; numbers of a spreadsheet stay whole."""
    rows = rows_of(corners[:3])
    rows[1][0], rows[2][0], rows[3][0] = "花城大道 / 华夏路", "101", "A 7"
    write_xlsx(tmp_path / "sites.xlsx", rows)
    assert [site.name for site in sites_of(cbd, tmp_path, file="sites.xlsx")] == ["花城大道-华夏路", "101", "A-7"]


@settings(max_examples=150)
@given(data=st.data())
def test_any_bytes_end_in_problems(cbd, tmp_path_factory, data) -> None:
    """A damaged table, CSV or XLSX, is read or told about; nothing else happens."""
    folder = tmp_path_factory.mktemp("table")
    whole = csv_bytes(rows_of([("a", 113.325, 23.12), ("b", 113.33, 23.12)], headers=CHINESE), "gb18030")
    if data.draw(st.booleans()):
        write_xlsx(folder / "whole.xlsx", rows_of([("a", 113.325, 23.12), ("b", 113.33, 23.12)]))
        whole = timeless(folder / "whole.xlsx")
    bent = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(bent)))
    (folder / "sites.csv").write_bytes(bytes(bent[:cut] if data.draw(st.booleans()) else bent))
    for problem in survey(deployment(kit="pole"), cbd, folder).problems:
        assert problem.found
        assert problem.remedy


def test_a_zip_that_is_no_workbook(cbd, tmp_path) -> None:
    """A ZIP archive of other things is a damaged XLSX file."""
    with zipfile.ZipFile(tmp_path / "sites.xlsx", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    (problem,) = survey(deployment(file="sites.xlsx"), cbd, tmp_path).problems
    assert "damaged" in problem.found


def test_tables_say_what_becomes_of_a_site(tmp_path, corners, cbd) -> None:
    """A column 状态 tells existing, added and removed sites apart, in both languages; other words are told with their cell."""
    rows = rows_of(corners)
    for row, status in zip(rows, ["状态", "现状", "新增", "拆除", "Existing", "", *["new"] * 7], strict=False):
        row.append(status)
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows))
    spec = DeploymentSpec.model_validate({"kits": KITS, "tables": [{"file": "sites.csv"}]})
    placed = place(spec, cbd, tmp_path)
    assert [site.status for site in placed.sites[:4]] == ["existing", "added", "existing", "added"]
    assert [site.name for site in placed.removed] == [corners[2][0]]
    rows[1][-1] = "perhaps"
    (tmp_path / "sites.csv").write_bytes(csv_bytes(rows))
    (problem,) = survey(spec, cbd, tmp_path).problems
    assert (problem.key, problem.found) == ("状态", "found 'perhaps'")
