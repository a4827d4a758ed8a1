"""Every shipped sweep is valid as it stands, and each of its variants runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.simulation.town import digests

from twin.eventlog.reader import open_run
from twin.roadnet.cache import load_network
from twin.scenario.load import Loaded
from twin.scenario.yaml_tree import Node
from twin.sensors.deployment import place
from twin.simulation.run import run
from twin.sweeps.design import Design, PlannedRun
from twin.sweeps.sweep import load_design

FOLDER = Path(__file__).parent.parent.parent / "scenarios" / "sweeps"


def _short(planned: PlannedRun, out: Path) -> Path:
    scenario = planned.scenario.model_copy(update={"duration_s": 3.0, "warm_up_s": 0.0})
    return run(Loaded(planned.base / "-", scenario, {}, Node("-", {})), out).folder


@pytest.fixture(scope="module")
def first_density() -> Design:
    """Return the design of ``first_density.yaml``."""
    return load_design(FOLDER / "first_density.yaml")


def test_every_shipped_sweep_is_named_here() -> None:
    """No sweep is shipped without a test."""
    assert sorted(path.name for path in FOLDER.glob("*.yaml")) == [
        "cbd_spacings.yaml",
        "density_assumptions.yaml",
        "density_cbd.yaml",
        "density_cbd_long.yaml",
        "first_density.yaml",
    ]


def test_first_density_is_three_densities_by_three_seeds(first_density: Design) -> None:
    """Three nested deployments, each with the same three seeds, compared with the junctions alone."""
    assert first_density.name == "first_density"
    assert first_density.question
    assert len(first_density.runs) == 9
    assert {run.seed for run in first_density.runs} == {1, 2, 3}
    assert first_density.baseline == (0, "junctions")


def test_densities_are_nested_and_share_the_traffic(first_density: Design, tmp_path: Path) -> None:
    """Each denser deployment has all devices of the one before; in three seconds every vehicle moves the same to the bit."""
    folders = [_short(planned, tmp_path) for planned in first_density.runs[::3]]
    devices = [set(open_run(folder).table("device_spec")["name"].to_pylist()) for folder in folders]
    assert devices[0] < devices[1] < devices[2]
    first, *others = [digests(folder, ["trajectory", "trip", "edge_state", "signal"]) for folder in folders]
    assert first
    assert all(other == first for other in others)


def test_cbd_spacings_is_five_densities_nested_but_for_300_m() -> None:
    """Junctions are in every deployment, 400 m in 200 m in 100 m; 300 m neither has the sites of 400 m nor is in 200 m."""
    design = load_design(FOLDER / "cbd_spacings.yaml")
    assert len(design.runs) == 25
    network = load_network(design.runs[0].base / design.runs[0].scenario.map)
    junctions, of_400, of_300, of_200, of_100 = (
        {(one.name, one.x_m, one.y_m, one.level) for one in place(planned.scenario.deployment, network).devices}
        for planned in design.runs[::5]
    )
    assert junctions < of_400 < of_200 < of_100
    assert junctions < of_300
    assert not of_400 < of_300
    assert not of_300 < of_200


def test_density_assumptions_is_two_nested_densities_by_three_seeds() -> None:
    """The deployments are those of the other sweeps, compared with the sparser one."""
    design = load_design(FOLDER / "density_assumptions.yaml")
    assert len(design.runs) == 6
    assert design.baseline == (0, "junctions + 400 m")


def test_density_cbd_is_four_nested_densities_in_three_weathers() -> None:
    """Every site of a row is one of the next; night shares the traffic of a dry day, rain does not; the long one is as wide."""
    design, long = load_design(FOLDER / "density_cbd.yaml"), load_design(FOLDER / "density_cbd_long.yaml")
    assert design.axes == long.axes == ("density", "weather")
    assert (len(design.runs), len(long.runs)) == (4 * 3 * 5, 4 * 3 * 20)
    assert {run.scenario.duration_s for run in design.runs} == {600.0}
    assert {run.scenario.duration_s for run in long.runs} == {1800.0}
    assert [run.scenario.deployment for run in design.runs[::5]] == [run.scenario.deployment for run in long.runs[::20]]
    network = load_network(design.runs[0].base / design.runs[0].scenario.map)
    sites = [
        {(one.name, one.x_m, one.y_m) for one in place(planned.scenario.deployment, network).sites}
        for planned in design.runs[::15]
    ]
    assert sites[0] < sites[1] < sites[2] < sites[3]
    traffic = {run.labels[1]: run.traffic for run in design.runs if run.seed == 1}
    assert traffic["dry"] == traffic["night"] != traffic["heavy rain"]
    assert len({run.traffic for run in design.runs}) == 2 * 5
