"""Examples of the docs and of the READMEs that a reader copies are valid scenarios."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.preparation import prepare

ROOT = Path(__file__).parent.parent
HEAD = "name: example\nmap: my_city.osm\nstart: 2026-05-20T08:00:00+08:00\nduration_s: 60\n"


@pytest.mark.parametrize(
    ("page", "before"),
    [
        ("docs/demand.md", HEAD),
        ("docs/security.md", HEAD + "demand: {inflow_vph: 100}\n"),
        ("docs/municipal-devices.md", HEAD + "demand: {inflow_vph: 100}\n"),
        ("README.md", ""),
        ("README.zh-CN.md", ""),
    ],
    ids=["demand", "security", "field devices", "English", "Chinese"],
)
def test_the_first_example_of_a_page_is_valid(tmp_path: Path, page: str, before: str) -> None:
    """The page's first YAML, on the CBD's map and beside the shipped tables of demand, has nothing wrong with it."""
    found = re.search(r"```yaml\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    shutil.copytree(ROOT / "scenarios" / "demand", tmp_path / "demand")
    shutil.copy(ROOT / "maps" / "tianhe_cbd.osm", tmp_path / "my_city.osm")
    (tmp_path / "example.yaml").write_text(before + found[1], encoding="utf-8")
    assert prepare(load_spec(tmp_path / "example.yaml", Scenario)).scenario.demand.inflow_vph >= 0.0
