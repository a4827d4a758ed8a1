"""Every shipped scenario is valid as it stands and runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.sensors.deployment_spec import DeploymentSpec
from twin.simulation.preparation import look_into
from twin.simulation.run import run

FOLDER = Path(__file__).parent.parent / "scenarios"


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.yaml")))
def test_a_shipped_scenario_is_valid_and_runs(name: str, tmp_path: Path) -> None:
    """No problem is found in the file; its first ten seconds run to the end, with all that it has logged."""
    as_shipped = load_spec(FOLDER / name, Scenario)
    assert look_into(as_shipped.spec, FOLDER).problems == []
    assert as_shipped.spec.name == Path(name).stem
    assert as_shipped.spec.question
    result = run(load_spec(FOLDER / name, Scenario, {"duration_s": "10", "warm_up_s": "0"}), tmp_path)
    assert result.manifest.state == "complete"
    assert result.manifest.simulated_s == 10.0
    tables = ["trajectory", "edge", "junction"]
    if as_shipped.spec.deployment != DeploymentSpec():
        tables += ["frame", "detection_stat", "message", "site", "device_spec"]
    if as_shipped.spec.parking is not None:
        tables += ["facility_spec", "bay_spec", "facility"]
    if as_shipped.spec.roads is not None:
        tables += ["municipal_device", "underpass", "flood"]
    if as_shipped.spec.bridges is not None:
        tables += ["municipal_device", "bridge", "bridge_channel", "bridge_load"]
        tables += ["bridge_block"] if as_shipped.spec.bridges.waveforms.keep == "all" else []
    for table in tables:
        assert result.manifest.rows.get(table, 0) > 0, table
