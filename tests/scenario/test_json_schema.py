"""The JSON Schema against the loader: what the loader takes the schema takes, and both refuse the same mistakes."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from twin import cli
from twin.errors import ScenarioError
from twin.scenario.json_schema import json_schema, scenario_schema, unit_of
from twin.scenario.load import load_spec
from twin.scenario.reference import keys
from twin.scenario.scenario import Scenario
from twin.scenario.yaml_tree import TreeReader, read_text

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
SCHEMA = json_schema(Scenario, "Scenario")

GOOD = """\
name: small
map: map.osm
start: 2026-05-20T07:45:00+08:00
duration_s: 60
demand:
  inflow_vph: 600
  vehicle_types: {car: {share: 0.5}}
deployment:
  kits:
    pole: [{kind: lidar, range_m: 150}]
  sites:
    - {name: east, lon_deg: 113.3255, lat_deg: 23.1190, kit: pole}
  rules:
    - {kind: signalised_junctions, kit: pole}
links:
  preset: 5g_backhaul
  site_to_mec: {rate_mbps: 30, delay_s: {mean_s: 0.02}, during_outage: drop}
  mec_to_cloud: {delay_s: {kind: constant, value_s: 0.01}}
  outages:
    - {hop: site_to_mec, site: east, from_s: 10, until_s: 20}
log: {interval_s: 30}
"""


def plain(path: Path) -> Any:
    """Return the values of a YAML file as the loader reads them."""
    tree = TreeReader(str(path)).read(read_text(path))
    assert tree is not None
    return tree.plain()


def complaints(data: Any) -> list[str]:
    """Return what the schema says against ``data``."""
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(data)]


def test_the_schema_is_a_schema_of_its_draft() -> None:
    """The schema is valid under draft 2020-12, names it, and refers to nothing that it does not hold."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    text = scenario_schema()
    for name in SCHEMA["$defs"]:
        assert f'"#/$defs/{name}"' in text, f"{name} is never referred to"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_shipped_scenarios_are_accepted_and_point_to_it(scenario: Path) -> None:
    """Each shipped scenario is valid under the schema, which its first line gives to the editor."""
    assert complaints(plain(scenario)) == []
    first = scenario.read_text(encoding="utf-8").splitlines()[0]
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    assert (scenario.parent / first.removeprefix(prefix)).resolve() == scenario.parents[1] / "docs" / "scenario.schema.json"


def test_groups_may_be_given_in_part(tmp_path: Path) -> None:
    """What the loader fills in from a default or a preset is not required by the schema either."""
    (tmp_path / "map.osm").touch()
    file = tmp_path / "good.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert load_spec(file, Scenario).spec.links.site_to_mec.delay_s.model_dump()["minimum_s"] == 0.007
    assert complaints(plain(file)) == []


BROKEN = [
    ("duration_s: 60", ""),
    ("duration_s: 60", "duration_s: 0"),
    ("duration_s: 60", "duration_s: soon"),
    ("duration_s: 60", "duration_s: '60'"),
    ("name: small", "name: a/b"),
    ("name: small", "nam: small"),
    ("start: 2026-05-20T07:45:00+08:00", "start: 2026-05-20T07:45:00"),
    ("start: 2026-05-20T07:45:00+08:00", "start: yesterday"),
    ("  inflow_vph: 600\n", ""),
    ("inflow_vph: 600", "inflow_vph: -1"),
    ("inflow_vph", "inflow_vhp"),
    ("{share: 0.5}", "{share: -0.5}"),
    ("{share: 0.5}", "{shere: 0.5}"),
    ("{car: {", "{plane: {"),
    ("kind: lidar", "kind: lidr"),
    ("range_m: 150", "range_m: [150]"),
    ("[{kind: lidar, range_m: 150}]", "{kind: lidar}"),
    ("lon_deg: 113.3255, ", ""),
    ("lat_deg: 23.1190", "lat_deg: 123"),
    ("kind: signalised_junctions, ", ""),
    ("signalised_junctions", "signalized_junctions"),
    ("preset: 5g_backhaul", "preset: 6g"),
    ("rate_mbps: 30", "rate_mbps: 0"),
    ("{mean_s: 0.02}", "{median: 0.02}"),
    ("kind: constant", "kind: fixed"),
    ("during_outage: drop", "during_outage: hold"),
    ("hop: site_to_mec", "hop: site_to_cloud"),
    ("from_s: 10, ", ""),
    ("from_s: 10", "from_s: -10"),
    ("log: {interval_s: 30}", "log: {interval_s: 0.1}"),
    ("log: {interval_s: 30}", "log: 30"),
    ("log: {interval_s: 30}", "seed: 1.5"),
]


@pytest.mark.parametrize(("old", "new"), BROKEN, ids=[f"{old.strip()[:24]} -> {new[:24]}" for old, new in BROKEN])
def test_what_the_loader_refuses_the_schema_refuses(tmp_path: Path, old: str, new: str) -> None:
    """Missing, misspelt, ill-typed and out-of-range keys are refused by both."""
    assert old in GOOD
    (tmp_path / "map.osm").touch()
    file = tmp_path / "broken.yaml"
    file.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError):
        load_spec(file, Scenario)
    assert complaints(plain(file))


def test_every_key_is_described_with_its_unit() -> None:
    """Each key has the text of its docstring in the schema, followed by the unit that its name ends in."""
    described: dict[str, set[str]] = {}
    for definition in (SCHEMA, *SCHEMA["$defs"].values()):
        for name, schema in definition["properties"].items():
            assert schema["description"], name
            described.setdefault(name, set()).add(schema["description"])
    for key in keys(Scenario):
        unit = unit_of(key.field_name)
        begin = " ".join((key.field.description or "").replace("``", "`").split())
        texts = [text for text in described[key.field_name] if text.startswith(begin)]
        assert texts, key.path
        assert not unit or any(text.endswith(f"Unit: {unit}.") for text in texts), key.path


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("duration_s", "s"),
        ("speed_mps", "m/s"),
        ("acceleration_mps2", "m/s2"),
        ("rain_mmph", "mm/h"),
        ("rate_mbps", "Mbit/s"),
        ("bytes_header", "B"),
        ("position_noise_per_m", "1/m"),
        ("lon_deg", "degrees"),
        ("seed", ""),
        ("links", ""),
    ],
)
def test_units_come_from_the_names(key: str, unit: str) -> None:
    """The longest ending that is a unit counts; a name without one has none."""
    assert unit_of(key) == unit


def test_the_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """``twin schema`` prints the schema, or writes it to the file given; a folder that is not there is one message."""

    def call(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["twin", "schema", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0)

    assert call() == 0
    assert capsys.readouterr().out == scenario_schema()
    assert call("--out", str(tmp_path / "s.json")) == 0
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == scenario_schema()
    assert call("--out", str(tmp_path / "none" / "s.json")) == 1
    assert "No such file or directory" in capsys.readouterr().err


def test_making_the_schema_changes_no_model() -> None:
    """The schema is made anew each time, the same, from models that stay as they were."""
    before = copy.deepcopy(Scenario.model_json_schema())
    assert json_schema(Scenario, "Scenario") == SCHEMA
    assert Scenario.model_json_schema() == before
