"""Tables of prices: the shipped one is where the defaults come from; an own one comes before it; a bad one is told in full."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from twin.errors import ScenarioError
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.sensors.cost_spec import CostsSpec, PriceSpec
from twin.sensors.price_table import shipped_rows

GOLDEN = Path(__file__).parent.parent / "golden"
HEAD = "item,preset,unit,low_10k_cny,mid_10k_cny,high_10k_cny,upkeep_low_share,upkeep_mid_share,upkeep_high_share,life_years\n"


def _scenario(folder: Path, table: str, costs: str = "", encoding: str = "utf-8") -> CostsSpec:
    shutil.copy(GOLDEN / "town.osm", folder)
    text = (GOLDEN / "town.yaml").read_text(encoding="utf-8")
    (folder / "town.yaml").write_text(
        text.replace("deployment:\n", f"deployment:\n  costs: {{table: prices.csv{costs}}}\n"), encoding="utf-8"
    )
    (folder / "prices.csv").write_text(table, encoding=encoding)
    return load_spec(folder / "town.yaml", Scenario).spec.deployment.costs


def test_defaults_are_the_shipped_table() -> None:
    """Every priced item has one row, in units of 10,000 CNY, with its source."""
    costs, rows = CostsSpec(), shipped_rows()
    items = [name for name, value in costs if isinstance(value, PriceSpec)]
    assert sorted(row.texts["item"] for row in rows) == sorted(items)
    for row in rows:
        price = getattr(costs, row.texts["item"])
        assert price.mid == pytest.approx(1e4 * row.numbers["mid_10k_cny"])
        assert price.life_years == row.numbers.get("life_years")
        assert len(row.texts["source"]) > 20
    assert (costs.lidar.low, costs.pole.life_years, costs.lidar.life_years) == (24_000.0, 20.0, None)


def test_an_own_table_comes_before_the_defaults(tmp_path: Path) -> None:
    """Rows replace prices; what it leaves out stays; a preset's row is that preset's; the file's own keys come first."""
    table = HEAD + "pole,,,2,4,8,0.01,0.02,0.03,25\nlidar,hesai_at128,,1,2,3,,,,\nrsu,,,5,6,7,,,,\n"
    costs = _scenario(tmp_path, table, costs=", rsu: {mid: 65000}")
    assert (costs.pole.low, costs.pole.mid, costs.pole.high, costs.pole.life_years) == (20_000.0, 40_000.0, 80_000.0, 25.0)
    assert costs.pole.upkeep is not None
    assert (costs.pole.upkeep.low, costs.pole.upkeep.high) == (0.01, 0.03)
    assert costs.device("lidar", "hesai_at128").mid == 20_000.0
    assert costs.lidar == CostsSpec().lidar
    assert (costs.rsu.low, costs.rsu.mid, costs.rsu.high) == (50_000.0, 65_000.0, 70_000.0)


def test_chinese_headers_and_encoding(tmp_path: Path) -> None:
    """As a spreadsheet in China writes it: GBK, headers with their unit in brackets."""
    costs = _scenario(tmp_path, "项目,低（万元）,中（万元）,高（万元）,寿命（年）\npole,3,6,9,15\n", encoding="gbk")
    assert (costs.pole.mid, costs.pole.life_years) == (60_000.0, 15.0)


def test_everything_wrong_with_a_table_is_said_at_once(tmp_path: Path) -> None:
    """File, line and column of each."""
    rows = [
        "mast,,,1,2,3,,,,",
        "pole,,,3,2,4,,,,",
        "rsu,,,1,x,3,,,,",
        "lidar,,,1,2,3,0.1,,,",
        "camera,,,1,2,3,,,,0",
        "radar,,,1,2,3,,,,",
    ]
    with pytest.raises(ScenarioError) as caught:
        _scenario(tmp_path, HEAD + "\n".join([*rows, rows[-1]]) + "\n")
    places = {tuple(problem.where.rsplit(":", 2)[1:]): problem.found for problem in caught.value.problems}
    assert set(places) == {("2", "1"), ("3", "5"), ("4", "5"), ("5", "7"), ("6", "10"), ("8", "1")}
    assert "mast" in places["2", "1"]
    assert "do not rise" in places["3", "5"]
    assert all("prices.csv" in problem.where for problem in caught.value.problems)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    """The place is the key of the scenario that names it."""
    with pytest.raises(ScenarioError) as caught:
        load_spec(GOLDEN / "town.yaml", Scenario, {"deployment.costs.table": str(tmp_path / "none.csv")})
    (problem,) = caught.value.problems
    assert problem.key == "deployment.costs.table"


def test_prices_are_part_of_a_run_s_identity(tmp_path: Path) -> None:
    """Another table is another resolved scenario, which says all by itself."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    dump = _scenario(first, HEAD + "pole,,,2,4,8,,,,\n").model_dump(mode="json")
    assert dump != _scenario(second, HEAD + "pole,,,2,5,8,,,,\n").model_dump(mode="json")
    assert CostsSpec.model_validate(dump).model_dump(mode="json") == dump


def test_the_shipped_table_is_a_plain_csv() -> None:
    """Rows as long as the header."""
    with (Path(__file__).parents[2] / "src" / "twin" / "presets" / "prices.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {len(rows[0])}
