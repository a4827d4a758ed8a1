"""Run folders: made, reused, set aside, refused; also when the writer is killed."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from twin.errors import InputError, RunError
from twin.eventlog.manifest import Manifest, Projection, read_manifest, software_versions
from twin.eventlog.reader import open_run
from twin.eventlog.recorder import Recorder
from twin.eventlog.run_folder import RunFolder, find_runs, run_folder, run_hash

KEY = "0123456789ab"

SPAT = {"stage": 0, "least_end_us": 0, "likely_end_us": 0, "most_end_us": 0}
"""What these rows say of when their state ends."""


def _manifest() -> Manifest:
    return Manifest(
        state="incomplete",
        name="demo",
        scenario={"duration_s": 10, "名": "天河"},
        overrides={"seed": 3},
        seed=3,
        versions=software_versions(),
        map_sha256="aa",
        projection=Projection("EPSG:32649", 740000.0, 2560000.0),
        start="2025-06-10T07:30:00+08:00",
    )


def _write(folder: RunFolder, value: int) -> None:
    recorder = Recorder(folder.path)
    recorder.append("signal", {"t_us": np.arange(4), "junction": value, "phase": 0, "state": "green", **SPAT})
    recorder.close_segment()
    folder.checkpoint(5.0, recorder.rows)


def _write_and_raise(folder: RunFolder, value: int, error: BaseException) -> None:
    _write(folder, value)
    raise error


def _make(parent: Path, value: int = 1, *, overwrite: bool = False) -> RunFolder:
    with run_folder(parent, KEY, _manifest(), overwrite=overwrite) as folder:
        if not folder.reused:
            _write(folder, value)
            folder.complete(simulated_s=10.0, wall_s=1.0, compile_s=0.5, rows={"signal": 4}, summary={"vehicles": 2})
    return folder


def _value(path: Path) -> int:
    return int(open_run(path).table("signal").column("junction")[0].as_py())


def _names(parent: Path) -> list[str]:
    return sorted(path.name for path in parent.iterdir())


def test_a_run_is_made_and_reused(tmp_path: Path) -> None:
    """The second time the complete run is found, untouched; no lock is left."""
    first = _make(tmp_path / "runs", 1)
    assert (first.reused, first.path.name) == (False, f"demo-{KEY}")
    before = {path: path.stat().st_mtime_ns for path in first.path.rglob("*")}
    second = _make(tmp_path / "runs", 2)
    assert second.reused
    assert {path: path.stat().st_mtime_ns for path in first.path.rglob("*")} == before
    assert _names(tmp_path / "runs") == [f"demo-{KEY}"]
    manifest = read_manifest(first.path)
    assert manifest == second.manifest
    assert (manifest.state, manifest.simulated_s, manifest.summary) == ("complete", 10.0, {"vehicles": 2})
    assert (manifest.scenario, manifest.projection.origin_easting_m) == ({"duration_s": 10, "名": "天河"}, 740000.0)
    assert find_runs(tmp_path / "runs") == [first.path]


def test_the_keys_of_the_manifest_keep_their_order(tmp_path: Path) -> None:
    """The file lists its keys as they are declared, and nothing temporary is left beside it."""
    path = _make(tmp_path).path
    keys = [line.split('"')[1] for line in (path / "manifest.json").read_text().splitlines() if line.startswith('  "')]
    assert keys == [field.name for field in dataclasses.fields(Manifest)]
    assert _names(path) == ["manifest.json", "signal"]


def test_overwrite_redoes_a_complete_run(tmp_path: Path) -> None:
    """The new run takes the place of the old one only when it is complete; after a failure the old one is still there."""
    path = _make(tmp_path, 1).path
    with pytest.raises(ZeroDivisionError), run_folder(tmp_path, KEY, _manifest(), overwrite=True):
        _ = 1 // 0
    assert _names(tmp_path) == [path.name, f"{path.name}.replaced-1"]
    assert _value(tmp_path / f"{path.name}.replaced-1") == 1
    assert read_manifest(path).error == "ZeroDivisionError: integer division or modulo by zero"
    _make(tmp_path, 3, overwrite=True)
    assert _value(path) == 3
    assert not _make(tmp_path, 4, overwrite=True).reused
    assert _value(path) == 4
    assert _names(tmp_path) == [path.name, f"{path.name}.incomplete-1", f"{path.name}.replaced-1"]


def test_a_finished_run_is_not_changed(tmp_path: Path) -> None:
    """The writer itself cannot write the manifest again after ``complete``."""
    folder = _make(tmp_path)
    with pytest.raises(RunError, match="is complete and is not changed any more"):
        folder.checkpoint(11.0, {})


@pytest.mark.parametrize("existing", [False, True])
def test_bad_input_leaves_nothing_behind(tmp_path: Path, *, existing: bool) -> None:
    """An InputError during the run removes all that was made for it, and puts back what was there before."""
    parent = tmp_path / "some" / "runs"
    if existing:
        _make(parent, 1)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match="outside the map"), run_folder(parent, KEY, _manifest(), overwrite=True) as folder:
        _write_and_raise(folder, 2, InputError("device outside the map"))
    assert sorted(tmp_path.rglob("*")) == before
    with (
        pytest.raises(InputError, match="cannot name a folder"),
        run_folder(parent, KEY, dataclasses.replace(_manifest(), name="../x")),
    ):
        pass
    assert sorted(tmp_path.rglob("*")) == before


def test_an_interrupted_run_is_set_aside(tmp_path: Path) -> None:
    """Ctrl-C leaves an incomplete run; the next one moves it away, under the first free number, and says where."""
    for number in (1, 2):
        with pytest.raises(KeyboardInterrupt), run_folder(tmp_path, KEY, _manifest()) as folder:
            _write_and_raise(folder, number, KeyboardInterrupt())
        assert read_manifest(folder.path).state == "incomplete"
        assert read_manifest(folder.path).simulated_s == 5.0
    with run_folder(tmp_path, KEY, _manifest()) as folder:
        assert folder.set_aside == tmp_path / f"demo-{KEY}.incomplete-2"
    assert [_value(tmp_path / f"demo-{KEY}.incomplete-{number}") for number in (1, 2)] == [1, 2]


def test_a_foreign_folder_is_set_aside_not_deleted(tmp_path: Path) -> None:
    """A folder of that name without a manifest keeps its content."""
    (tmp_path / f"demo-{KEY}").mkdir()
    (tmp_path / f"demo-{KEY}" / "notes.txt").write_text("mine")
    _make(tmp_path)
    assert (tmp_path / f"demo-{KEY}.incomplete-1" / "notes.txt").read_text() == "mine"


def test_an_unwritable_parent_is_one_message(tmp_path: Path) -> None:
    """A file where the folder should be is a RunError naming it."""
    (tmp_path / "runs").write_text("")
    with pytest.raises(RunError, match=r"runs.*cannot be written .*--out"):
        _make(tmp_path / "runs")


CHILD = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
import test_run_folder as t
with t.run_folder(Path({parent!r}), t.KEY, t._manifest()) as folder:
    recorder = t.Recorder(folder.path)
    for number in range(2):
        recorder.append("signal", {{"t_us": t.np.arange(4), "junction": 7, "phase": number, "state": "red", **t.SPAT}})
        recorder.close_segment()
        folder.checkpoint(5.0 * number, recorder.rows)
    (folder.path / "signal" / ".part-00002.arrow.tmp").write_bytes(b"ARROW1 half a segment")
    recorder.append("signal", {{"t_us": 0, "junction": 7, "phase": 9, "state": "red", **t.SPAT}})
    print("writing", flush=True)
    sys.stdin.read()
"""


def _start_child(parent: Path) -> subprocess.Popen[str]:
    code = CHILD.format(tests=str(Path(__file__).parent), parent=str(parent))
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "writing\n"
    return child


def test_a_killed_run_keeps_its_closed_segments_and_frees_its_lock(tmp_path: Path) -> None:
    """While another process writes the run, a second writer is refused; a kill -9 costs no more than the open segment.

    Closed segments open, the manifest says incomplete, and the lock file left behind does not disturb the next run.
    """
    child = _start_child(tmp_path)
    try:
        with pytest.raises(RunError, match=rf"demo-{KEY}: process {child.pid} is writing this very run"):
            _make(tmp_path)
        other = dataclasses.replace(_manifest(), name="other")
        with run_folder(tmp_path, KEY, other) as folder:
            assert not folder.reused  # another run of the same parent is free
        os.kill(child.pid, signal.SIGKILL)
    finally:
        child.kill()
        child.communicate()
    run = open_run(tmp_path / f"demo-{KEY}")
    assert (run.complete, run.manifest.state, run.manifest.simulated_s) == (False, "incomplete", 5.0)
    assert run.table("signal").column("phase").to_pylist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert run.rows == run.manifest.rows == {"signal": 8}

    assert f".demo-{KEY}.lock" in _names(tmp_path)
    assert not _make(tmp_path, 1).reused
    assert _value(tmp_path / f"demo-{KEY}") == 1
    assert open_run(tmp_path / f"demo-{KEY}").complete
    assert open_run(tmp_path / f"demo-{KEY}.incomplete-1").rows == {"signal": 8}
    assert f".demo-{KEY}.lock" not in _names(tmp_path)


def test_the_hash_depends_on_all_that_decides_over_the_bytes() -> None:
    """Each ingredient changes the hash, the order of keys does not."""
    base = run_hash({"a": 1, "b": [1.5, "天"]}, 1, "map", {"lidar": {"range_m": 100}}, "0.1.0")
    assert base == run_hash({"b": [1.5, "天"], "a": 1}, 1, "map", {"lidar": {"range_m": 100}}, "0.1.0")
    others = [
        run_hash({"a": 2, "b": [1.5, "天"]}, 1, "map", {"lidar": {"range_m": 100}}, "0.1.0"),
        run_hash({"a": 1, "b": [1.5, "天"]}, 2, "map", {"lidar": {"range_m": 100}}, "0.1.0"),
        run_hash({"a": 1, "b": [1.5, "天"]}, 1, "maps", {"lidar": {"range_m": 100}}, "0.1.0"),
        run_hash({"a": 1, "b": [1.5, "天"]}, 1, "map", {"lidar": {"range_m": 101}}, "0.1.0"),
        run_hash({"a": 1, "b": [1.5, "天"]}, 1, "map", {"lidar": {"range_m": 100}}, "0.1.1"),
    ]
    assert len({base, *others}) == 6
    assert len(base) == 12


def test_importing_the_package_is_light() -> None:
    """``import twin`` loads neither Arrow nor NumPy; ``twin.open_run`` loads them when asked for."""
    code = (
        "import sys, twin\n"
        "assert not {'numpy', 'pyarrow', 'numba'} & set(sys.modules), 'heavy'\n"
        "assert callable(twin.open_run) and 'pyarrow' in sys.modules\n"
        "assert not {'simpy', 'numba'} & set(sys.modules), 'the reader knows no simulation'\n"
        "assert not hasattr(twin, 'nothing')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
