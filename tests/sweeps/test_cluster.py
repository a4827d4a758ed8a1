"""Sweeps on a Ray cluster of two nodes: nodes, workers and drivers that die, files that only the driver sees."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.simulation.town import digests
from tests.sweeps.disturbance import catching, parent_of, tables, tables_of, wait_for, writers
from tests.sweeps.town_sweep import TOWN, small_design, sweep_file

from twin.errors import InputError, TwinError
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run
from twin.sweeps import ray_executor
from twin.sweeps.local_executor import LocalPool
from twin.sweeps.ray_executor import RayExecutor
from twin.sweeps.sweep import Progress, SweepResult, check_resumable, load_design, sweep

NODE = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}
DURATION_S = 12.0
SEEDS = "seeds: [1, 2, 3, 4]"  # a task each: more than there are nodes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> SweepResult:
    """Return the small sweep, undisturbed, run by local processes."""
    folder = tmp_path_factory.mktemp("quiet")
    return sweep(small_design(folder, rest=SEEDS, duration_s=DURATION_S), folder / "runs", LocalPool(2))


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """Return a cluster of two nodes of one core."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args=NODE)
    cluster.add_node(**NODE)
    yield cluster
    cluster.shutdown()


@pytest.fixture
def cluster(nodes: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the cluster with ``RAY_ADDRESS`` leading to it."""
    monkeypatch.setenv("RAY_ADDRESS", nodes.address)
    return nodes


def test_auto_joins_the_cluster(cluster: Any, quiet: SweepResult, tmp_path: Path) -> None:  # noqa: ARG001
    """The tables are byte for byte those of local processes; both nodes count, and the cluster stays when the sweep ends."""
    design = small_design(tmp_path, rest=SEEDS, duration_s=DURATION_S)
    for out in ("first", "second"):  # joined twice: the first sweep did not end it
        executor, heard = RayExecutor("auto", 1), list[Progress]()
        result = sweep(design, tmp_path / out, executor, heard.append)
        assert tables(result) == tables(quiet)
        assert (executor.workers, executor.retries) == (2, 0)
        assert [one.preparing for one in heard] == [True, *[False] * (len(heard) - 1)]
    for planned in design.runs:
        assert digests(tmp_path / "second" / planned.folder) == digests(quiet.folder.parent / planned.folder)


def test_files_come_to_nodes_that_do_not_see_them(cluster: Any, tmp_path: Path) -> None:  # noqa: ARG001
    """Scenario and map are gone when the runs begin; the nodes have their bytes, and no path of a node gets into a run."""
    source = tmp_path / "source" / "scenarios"
    source.mkdir(parents=True)
    map_file = (TOWN.parent / load_spec(TOWN, Scenario, {}).spec.map).resolve()
    text = TOWN.read_text(encoding="utf-8")
    named = load_spec(TOWN, Scenario, {}).spec.map
    (source / "town.yaml").write_text(text.replace(named, f"../maps/{map_file.name}"), encoding="utf-8")
    (tmp_path / "source" / "maps").mkdir()
    shutil.copy(map_file, tmp_path / "source" / "maps")
    file = sweep_file(tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace(str(TOWN), str(source / "town.yaml")), encoding="utf-8")
    design = load_design(file)
    alone = run(load_spec(source / "town.yaml", Scenario, design.runs[0].overrides), tmp_path / "alone")

    def listen(progress: Progress) -> None:
        if not progress.preparing:
            shutil.rmtree(tmp_path / "source", ignore_errors=True)

    result = sweep(design, tmp_path / "runs", RayExecutor("auto", 1), listen)
    assert not (tmp_path / "source").exists()
    assert (result.failed, result.table["error"].to_pylist()) == (0, [None] * 4)
    made = tmp_path / "runs" / design.runs[0].folder
    assert made.name == alone.folder.name
    assert digests(made) == digests(alone.folder)
    ours, theirs = (json.loads((folder / "manifest.json").read_text(encoding="utf-8")) for folder in (made, alone.folder))
    for timing in ("wall_s", "compile_s"):
        ours.pop(timing)
        theirs.pop(timing)
    assert ours == theirs


def test_a_lost_node_changes_nothing(cluster: Any, quiet: SweepResult, tmp_path: Path) -> None:
    """A node lost in the middle of a run: the run is made again elsewhere, and the tables are those of a quiet sweep."""
    node = cluster.add_node(**NODE)
    raylet = node.all_processes["raylet"][0].process.pid
    executor = RayExecutor("auto", 1)

    def lose(_: int) -> None:
        cluster.remove_node(node, allow_graceful=False)

    with catching(tmp_path / "runs", lose, lambda process: parent_of(process) == raylet) as caught:
        result = sweep(small_design(tmp_path, rest=SEEDS, duration_s=DURATION_S), tmp_path / "runs", executor)
    assert caught, "no run was caught on that node: the test would prove nothing"
    assert executor.retries >= 1
    assert result.failed == 0
    assert tables(result) == tables(quiet)


def test_a_killed_worker_changes_nothing(cluster: Any, quiet: SweepResult, tmp_path: Path) -> None:  # noqa: ARG001
    """A worker of the cluster killed by a signal in the middle of a run: the run is made again."""
    executor = RayExecutor("auto", 1)
    with catching(tmp_path / "runs", lambda _: None) as caught:
        result = sweep(small_design(tmp_path, rest=SEEDS, duration_s=DURATION_S), tmp_path / "runs", executor)
    assert caught
    assert (executor.retries, result.failed) == (1, 0)
    assert tables(result) == tables(quiet)


@pytest.mark.parametrize("mode", ["cluster", "ray", "processes"])
def test_a_killed_driver_changes_nothing(cluster: Any, quiet: SweepResult, tmp_path: Path, mode: str) -> None:
    """A driver killed in the middle: ``--resume`` goes on at once with what is left; the tables are those of a quiet sweep."""
    file, out = sweep_file(tmp_path, rest=SEEDS, duration_s=DURATION_S), tmp_path / "runs"
    command = [sys.executable, "-c", "from twin.cli import main; main()", "sweep", str(file), "--out", str(out)]
    command += {
        "cluster": ["--address", "auto"],
        "ray": ["--workers", "1"],
        "processes": ["--executor", "local", "--workers", "1"],
    }[mode]
    environment = os.environ | {"RAY_ADDRESS": cluster.address}
    if mode != "cluster":
        del environment["RAY_ADDRESS"]
    design = small_design(tmp_path, rest=SEEDS, duration_s=DURATION_S)

    def complete() -> int:
        manifests = [out / planned.folder / "manifest.json" for planned in design.runs]
        return sum(json.loads(one.read_text(encoding="utf-8"))["state"] == "complete" for one in manifests if one.exists())

    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment) as driver:
        assert wait_for(lambda: complete() >= 1 and writers(out))
        driver.send_signal(signal.SIGKILL)
    assert complete() < len(design.runs), "all runs were made already: the test would prove nothing"
    again = subprocess.run([*command, "--resume"], capture_output=True, text=True, check=False, env=environment)
    assert again.returncode == 0, again.stderr
    assert "of 8 runs are left" in again.stderr
    assert tables_of(out / design.folder) == tables(quiet)


def test_more_memory_than_any_node_has_is_refused(cluster: Any, tmp_path: Path) -> None:  # noqa: ARG001
    """A run that fits on no node would wait for ever; it is said at once, with what the largest node has."""
    with pytest.raises(InputError, match="a task is to have 100000 GB and no machine has more than"):
        sweep(small_design(tmp_path), tmp_path / "runs", RayExecutor("auto", 1, memory_gb=100_000.0))
    assert not [*(tmp_path / "runs").glob("town-*")]


def test_a_cluster_that_lost_all_its_nodes_is_given_up(
    cluster: Any,  # noqa: ARG001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where no node takes runs any more the sweep ends by itself, says how to go on, and can be gone on with."""
    design, executor = small_design(tmp_path), RayExecutor("auto", 1)
    monkeypatch.setattr(ray_executor, "COUNTED_EVERY_S", 0.1)
    monkeypatch.setattr(ray_executor, "GIVEN_UP_AFTER_S", 0.5)

    def listen(progress: Progress) -> None:
        if not progress.preparing:
            monkeypatch.setattr("ray.nodes", list)  # the cluster tells of no node

    with pytest.raises(TwinError, match=r"no node that takes runs .* --resume"):
        sweep(design, tmp_path / "runs", executor, listen)
    monkeypatch.undo()
    assert check_resumable(design, tmp_path / "runs") > 0
