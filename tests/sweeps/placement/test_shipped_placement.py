"""The shipped placement is valid, and does what it says on a few seconds of its traffic, from the command line."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.sweeps.placement.town_placement import REST, placement_file
from typer.testing import CliRunner

from twin.cli import app
from twin.sweeps.placement.plan import load_plan

FILE = Path(__file__).parent.parent.parent.parent / "scenarios" / "placement" / "tianhe_cbd.yaml"


def test_the_shipped_placement_is_what_it_says() -> None:
    """Candidates at junctions, on structures and along roads; judged on other seeds and a fifth more demand."""
    plan = load_plan(FILE)
    assert plan.evaluated is not None
    assert plan.evaluated.spec.demand.inflow_vph == 1.2 * plan.scenario.spec.demand.inflow_vph
    junctions = [
        site for site, number in zip(plan.candidates.sites, plan.candidates.junction, strict=True) if number is not None
    ]
    assert len(junctions) == 62
    assert len(plan.candidates.sites) > 900
    assert {site.level for site in plan.candidates.sites} >= {0, 1}
    assert set(plan.candidates.cost_cny) == {725_000.0}


def test_twin_place_writes_deployments_tables_and_pictures(tmp_path: Path) -> None:
    """The command chooses, for a budget given on the command line, and says what it found; validate knows the file."""
    file = placement_file(tmp_path)
    runner = CliRunner()
    assert runner.invoke(app, ["validate", str(file)]).exit_code == 0
    done = runner.invoke(app, ["place", str(file), "--budget", "2.2e6", "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    (folder,) = (tmp_path / "out").glob("town_placement-*")
    assert sorted(path.name for path in folder.iterdir()) == [
        "curve.csv",
        "curve.parquet",
        "curve.png",
        "deployment-2200000-junctions-first.yaml",
        "deployment-2200000-optimised.yaml",
        "deployment-2200000-uniform.yaml",
        "map.png",
        "placement.json",
        "sites.csv",
        "sites.parquet",
    ]
    assert set(pq.read_table(folder / "curve.parquet")["budget_cny"].to_pylist()) == {2.2e6}
    assert "2.2 million CNY: " in done.output


@pytest.mark.parametrize(("arguments", "code"), [(["nowhere.yaml"], 2), (["FILE", "--budget", "0"], 2)])
def test_bad_input_ends_with_2(tmp_path: Path, arguments: list[str], code: int) -> None:
    """A file that is not there, and a budget of nothing, are told before anything is simulated."""
    file = placement_file(tmp_path, rest=REST)
    done = CliRunner().invoke(app, ["place", *(str(file) if one == "FILE" else one for one in arguments)])
    assert done.exit_code == code
