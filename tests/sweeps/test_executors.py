"""Sweeps on local processes and on Ray: the same bytes as runs one by one, whatever happens to workers and runs."""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.simulation.town import digests
from tests.sweeps.disturbance import catching, tables, wait_for
from tests.sweeps.town_sweep import TOWN, small_design, sweep_file

from twin import cli
from twin.errors import InputError
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run
from twin.sweeps.local_executor import LocalPool, machine_memory_gb
from twin.sweeps.ray_executor import RayExecutor
from twin.sweeps.sweep import Progress, SweepResult, sweep


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> SweepResult:
    """Return the small sweep, run by two local processes."""
    folder = tmp_path_factory.mktemp("local")
    return sweep(small_design(folder), folder / "runs", LocalPool(2))


def test_runs_of_a_sweep_are_the_runs_of_twin_run(local: SweepResult, tmp_path: Path) -> None:
    """Each run folder of a sweep has the name and, segment for segment, the bytes that ``twin run`` gives it."""
    for planned in small_design(tmp_path).runs:
        alone = run(load_spec(TOWN, Scenario, planned.overrides), tmp_path)
        assert alone.folder.name == planned.folder
        assert digests(alone.folder) == digests(local.folder.parent / planned.folder)
        row = local.table.to_pylist()[local.table["folder"].to_pylist().index(planned.folder)]
        assert row["detections"] == alone.manifest.summary["detections"]
        assert row["state"] == "complete"


def test_ray_gives_the_same_bytes(local: SweepResult, tmp_path: Path) -> None:
    """The tables of a sweep on Ray and every segment of its runs are byte for byte those of local processes."""
    design = small_design(tmp_path)
    result = sweep(design, tmp_path / "runs", RayExecutor("local", 2))
    assert tables(result) == tables(local)
    for planned in design.runs:
        assert digests(result.folder.parent / planned.folder) == digests(local.folder.parent / planned.folder)
    import ray

    assert not ray.is_initialized()


def test_a_second_sweep_makes_nothing(local: SweepResult, tmp_path: Path) -> None:
    """Finished runs are taken as they are: no worker is started, no run touched, and the tables come out the same."""
    before = tables(local)
    manifests = {path: path.stat().st_mtime_ns for path in local.folder.parent.glob("*/manifest.json")}
    again = sweep(small_design(tmp_path), local.folder.parent, RayExecutor("ray://127.0.0.1:1", 1))
    assert (again.reused, again.failed) == (4, 0)
    assert tables(again) == before
    assert {path: path.stat().st_mtime_ns for path in manifests} == manifests


def test_a_run_that_fails_stops_no_other(local: SweepResult, tmp_path: Path) -> None:
    """A run that another process holds is a failed row with its error; the next sweep makes just that one."""
    design, out = small_design(tmp_path), tmp_path / "runs"
    out.mkdir()
    held = design.runs[1].folder
    heard: list[Progress] = []
    with (out / f".{held}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = sweep(design, out, LocalPool(2), heard.append)
    assert result.failed == 1
    assert result.table["state"].to_pylist() == ["complete", "failed", "complete", "complete"]
    assert "is writing this very run" in result.table["error"][1].as_py()
    assert (heard[0].done, heard[-1].done, heard[-1].failed, heard[-1].running) == (0, 4, 1, 0)
    again = sweep(design, out, LocalPool(2))
    assert (again.reused, again.failed) == (3, 0)
    assert tables(again) == tables(local)


def test_a_killed_workers_run_is_made_again(local: SweepResult, tmp_path: Path) -> None:
    """A worker killed in the middle of a run is replaced, its run made again, and the tables are those of a quiet sweep."""
    pool = LocalPool(2)
    with catching(tmp_path / "runs", lambda _: None) as caught:
        result = sweep(small_design(tmp_path), tmp_path / "runs", pool)
    assert caught, "no worker was caught: the test would prove nothing"
    assert (pool.retries, result.failed) == (1, 0)
    assert tables(result) == tables(local)
    assert not multiprocessing.active_children()


def _alive(group: int) -> list[str]:
    """Return the processes of a group that are not just waiting for somebody to ask how they ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, _, rest = stat.read_text().rpartition(")")
            state, _, its_group = rest.split()[:3]
            if int(its_group) == group and state != "Z":
                found.append(name)
    return found


def test_ctrl_c_leaves_a_sweep_that_goes_on(tmp_path: Path) -> None:
    """After Ctrl-C: exit code 130, one word, no process left; the next call takes up what was finished."""
    file, out = sweep_file(tmp_path, duration_s=20.0), tmp_path / "runs"
    command = [sys.executable, "-c", "from twin.cli import main; main()", "sweep", str(file)]
    command += ["--executor", "local", "--workers", "1", "--out", str(out)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert wait_for(lambda: len([*out.glob("town-*")]) > 2), "the second pair never began"
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers as well
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    *_, go_on, last = said.splitlines()
    assert last == "interrupted"
    assert go_on.endswith(f"twin sweep {file} --executor local --workers 1 --out {out} --resume")
    assert "Traceback" not in said
    assert wait_for(lambda: not _alive(process.pid), 10.0), _alive(process.pid)
    result = sweep(small_design(tmp_path, duration_s=20.0), out, LocalPool(2))
    assert result.reused >= 2
    assert result.failed == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--address", "somewhere"], "not an address of Ray"),
        (["--address", "ray://"], "not an address of Ray"),
        (["--address", "ray://127.0.0.1:1"], "no Ray cluster answers there"),
    ],
)
def test_a_wrong_address_is_said_before_anything_runs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    """A wrong address ends with 2 and one message, and no run is begun."""
    out = tmp_path / "runs"
    monkeypatch.setattr(sys, "argv", ["twin", "sweep", str(sweep_file(tmp_path)), "--out", str(out), *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
    assert not [*out.glob("town-*")]


def test_an_address_is_checked_at_once() -> None:
    """What cannot be an address is refused where it is given."""
    for address in ("", "http://127.0.0.1:10001", "ray://127.0.0.1", "ray://127.0.0.1:port", "127.0.0.1:6379"):
        with pytest.raises(InputError, match="not an address of Ray"):
            RayExecutor(address, 1)


def test_memory_bounds_local_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as fit, at most those asked for; where none fits, or in a control group that is smaller, it is said at once."""
    whole_gb = machine_memory_gb()
    assert [LocalPool(4, whole_gb / n).workers for n in (0.5, 1.0, 3.0, 9.0)] == [0, 1, 3, 4]
    with pytest.raises(InputError, match="no machine has more than"):
        sweep(small_design(tmp_path), tmp_path / "runs", LocalPool(2, 2.0 * whole_gb))
    monkeypatch.setattr("twin.sweeps.local_executor.CONTROL_GROUP", tmp_path)
    for limit, expected_gb in (("1000000000\n", 1.0), ("max\n", whole_gb)):
        (tmp_path / "memory.max").write_text(limit)
        assert machine_memory_gb() <= expected_gb
