"""Runs over one traffic: the same bytes as each by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.simulation.town import CENTRE, EAST, FAR_EAST, WEST, digests, town

from twin.errors import ScenarioError
from twin.eventlog.reader import open_run
from twin.simulation import assembly
from twin.simulation.preparation import prepare
from twin.simulation.run import run, run_together

DEPLOYMENTS = (
    {},
    {"sites": (WEST,), "fusion": "null"},
    {"sites": (CENTRE, EAST, FAR_EAST), "light": "lit_night", "log.observation_every_n_frames": "1", "warm_up_s": "3"},
    {
        "sites": (EAST,),
        "self_check": "{window_s: 2}",
        "faults.scheduled": "[{device: east/lidar-0, cause: power_loss, from_s: 2, until_s: 8}]",
    },
    {"sites": (FAR_EAST,), "links.site_to_mec.rate_mbps": "0.5", "adaptation.reduce_rate": "true"},
    {
        "sites": (WEST, EAST),
        "connected": "{share: 1.0}",
        "attacks": "[{kind: zero_speed, share: 0.3}, {kind: dos, share: 0.3}]",
        "deployment.kits": "{pole: {mounts: [{devices: [{kind: lidar, range_m: 150}]}], rsu: 1}}",
    },
)
"""Other rates, so that traffic is looked at at other instants; other logs, links, faults, figures; vehicles that tell of
themselves, some of them lies."""

ACTUATED = "{cycle_s: 40, actuated: {enabled: true}}"


def scenario(given: dict[str, object], **more: object) -> object:
    """Return the town with one of the deployments."""
    keys = {key: value for key, value in given.items() if key != "sites"}
    return town(*given.get("sites", ()), **keys, **more)  # type: ignore[misc]


def test_runs_made_together_are_the_runs_made_one_by_one(tmp_path: Path) -> None:
    """Every table's bytes, rows, bytes and figures, in folders of the same names."""
    runs = [prepare(scenario(one)) for one in DEPLOYMENTS]  # type: ignore[arg-type]
    together = run_together(runs, tmp_path / "together")
    for one, result in zip(DEPLOYMENTS, together, strict=True):
        alone = run(scenario(one), tmp_path / "alone")  # type: ignore[arg-type]
        assert alone.folder.name == result.folder.name
        assert digests(alone.folder) == digests(result.folder)
        assert alone.manifest.rows == result.manifest.rows
        assert json.dumps(alone.manifest.summary) == json.dumps(result.manifest.summary)
        assert result.manifest.state == "complete"
    assert len({result.folder for result in together}) == len(DEPLOYMENTS)
    seen = [open_run(result.folder).table("frame").num_rows for result in together]
    assert len(set(seen)) > 3, "the deployments hardly differ: the test would prove little"


def test_what_is_there_already_is_not_made_again(tmp_path: Path) -> None:
    """Of three runs of which one is complete, the other two are made."""
    runs = [prepare(scenario(one)) for one in DEPLOYMENTS[:3]]  # type: ignore[arg-type]
    first = run(scenario(DEPLOYMENTS[1]), tmp_path)  # type: ignore[arg-type]
    results = run_together(runs, tmp_path)
    assert [result.reused for result in results] == [False, True, False]
    assert results[1].folder == first.folder


def test_runs_that_fail_together_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder stands in the way of making each alone, and one that was set aside stands where it was."""
    runs = [prepare(scenario(one)) for one in DEPLOYMENTS[:2]]  # type: ignore[arg-type]

    def fail(*_: object) -> None:
        raise RuntimeError("the sky fell")

    monkeypatch.setattr(assembly.World, "finish", fail)
    with pytest.raises(RuntimeError, match="sky"):
        run_together(runs[:1], tmp_path)
    (alone,) = tmp_path.iterdir()
    assert json.loads((alone / "manifest.json").read_text())["state"] == "failed"
    with pytest.raises(RuntimeError, match="sky"):
        run_together(runs, tmp_path)
    assert [*tmp_path.iterdir()] == [alone]


def test_only_runs_of_one_traffic_that_listens_to_nobody_are_made_together(tmp_path: Path) -> None:
    """Another seed, weather or log of traffic is another traffic; actuated signals hear the devices."""
    usual = prepare(town())
    for other in (town(seed=9), town(weather="{rain_mmph: 20}"), town(**{"log.trajectory_period_s": 1})):
        with pytest.raises(ValueError, match="together"):
            run_together([usual, prepare(other)], tmp_path)
    listening = [prepare(scenario(one, signals=ACTUATED)) for one in DEPLOYMENTS[:2]]  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="together"):
        run_together(listening, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", 9),
        ("duration_s", 11),
        ("weather", "{rain_mmph: 20}"),
        ("demand.inflow_vph", 100),
        ("signals.cycle_s", 50),
        ("incidents", "[{kind: road_closed, way: 1, from_s: 2, to_s: 5}]"),
        ("log.interval_s", 4),
    ],
)
def test_the_key_of_a_traffic_changes_with_all_that_decides_over_it(key: str, value: object) -> None:
    """Runs that differ in one of these never get one traffic; deployments, their light, links and faults leave it alone."""
    usual = assembly.traffic_key(town().spec)
    assert assembly.traffic_key(town(**{key: value}).spec) != usual
    assert {assembly.traffic_key(scenario(one).spec) for one in DEPLOYMENTS} == {usual}  # type: ignore[attr-defined]


def test_signals_are_not_planned_twice_for_variants_of_a_deployment() -> None:
    """A variant takes the plan of the one before where demand, signals and seed are the same, and only there; its sites too."""
    usual = prepare(town())
    assert prepare(town(weather="{rain_mmph: 20}"), like=usual).deployment is usual.deployment
    assert prepare(town(WEST), like=usual).deployment is not usual.deployment
    assert prepare(town(WEST), like=usual).signals is usual.signals
    assert prepare(town(seed=5), like=usual).signals is not usual.signals
    assert prepare(town(**{"demand.inflow_vph": 100}), like=usual).signals is not usual.signals
    with pytest.raises(ScenarioError):
        prepare(town(signals="{junctions: [{name: nowhere}]}"), like=usual)
