"""Stores of sweeps: the same tables wherever they lie, a run complete only with its manifest, refusals before anything runs."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest
from pyarrow import fs
from tests.simulation.town import digests
from tests.sweeps.disturbance import RESULTS, tables
from tests.sweeps.object_store import object_store
from tests.sweeps.town_sweep import small_design, sweep_file

from twin import cli
from twin.errors import InputError, RunError, TwinError
from twin.sweeps.local_executor import LocalPool
from twin.sweeps.store import SCRATCH, LocalStore, RemoteStore, open_store
from twin.sweeps.sweep import SweepResult, sweep


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> SweepResult:
    """Return the small sweep in a folder."""
    folder = tmp_path_factory.mktemp("local")
    return sweep(small_design(folder), folder / "runs", LocalPool(2))


def test_a_path_is_a_folder_and_a_uri_is_remote(tmp_path: Path) -> None:
    """Paths, relative ones too, are local stores; anything with a scheme goes through ``pyarrow.fs``."""
    assert isinstance(open_store("runs"), LocalStore)
    assert open_store("runs").uri == str(Path("runs").resolve())
    assert isinstance(open_store(tmp_path.as_uri()), RemoteStore)
    with pytest.raises(InputError, match="not a store"):
        open_store("nowhere://bucket/runs")


def test_a_remote_store_gets_the_same_runs_and_tables(local: SweepResult, tmp_path: Path) -> None:
    """Through ``file://`` every table and every segment is what the folder has; nothing stays in the scratch folder."""
    design, there = small_design(tmp_path), tmp_path / "远程 store"
    result = sweep(design, there.as_uri(), LocalPool(2))
    assert {name: (there / design.folder / name).read_bytes() for name in RESULTS} == tables(local)
    for planned in design.runs:
        assert digests(there / planned.folder) == digests(local.folder.parent / planned.folder)
    assert str(result.store) == f"{there.as_uri()}/{design.folder}"
    with pytest.raises(TwinError, match="lies in a remote store"):
        _ = result.folder
    again = sweep(design, there.as_uri(), LocalPool(1))
    assert again.reused == 4


def test_a_run_without_its_manifest_is_made_again(local: SweepResult, tmp_path: Path) -> None:
    """What a worker that died while copying leaves: no manifest, half of one, one that says incomplete; only those are made."""
    design, there = small_design(tmp_path), tmp_path / "runs"
    sweep(design, there.as_uri(), LocalPool(2))
    manifests = [there / planned.folder / "manifest.json" for planned in design.runs]
    manifests[0].unlink()
    manifests[1].write_bytes(manifests[1].read_bytes()[:100])
    text = manifests[2].read_text(encoding="utf-8")
    manifests[2].write_text(text.replace('"state": "complete"', '"state": "incomplete"'), encoding="utf-8")
    result = sweep(design, there.as_uri(), LocalPool(2))
    assert (result.reused, result.failed) == (1, 0)
    assert {name: (there / design.folder / name).read_bytes() for name in RESULTS} == tables(local)


def test_a_run_that_says_it_is_incomplete_is_none_in_a_folder_either(local: SweepResult, tmp_path: Path) -> None:
    """What ``kill -9`` leaves in a folder that all workers see: a manifest that says so. The others are complete."""
    store, (cut, whole) = LocalStore(tmp_path), sorted(local.folder.parent.glob("town-*"))[:2]
    for run in (cut, whole):
        (tmp_path / run.name).mkdir()
        text = (run / "manifest.json").read_text(encoding="utf-8")
        said = text.replace('"state": "complete"', '"state": "incomplete"') if run == cut else text
        (tmp_path / run.name / "manifest.json").write_text(said, encoding="utf-8")
    assert [*store.complete_runs([cut.name, whole.name, "none"])] == [whole.name]


def test_the_manifest_is_written_last(local: SweepResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that breaks off anywhere before its end leaves a run that is not complete, and no scratch folder behind."""
    store, run = open_store((tmp_path / "store").as_uri()), next(local.folder.parent.glob("town-*"))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    copied = [0]
    real = RemoteStore._copy_file

    def breaking(self: RemoteStore, file: Path, name: Path) -> None:
        if copied[0] == 5:
            raise RunError("no more")
        copied[0] += 1
        real(self, file, name)

    monkeypatch.setattr(RemoteStore, "_copy_file", breaking)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(store.working_folder())
        assert folder.name.startswith(SCRATCH)
        fs.copy_files(str(run), str(folder / run.name))
        with pytest.raises(RunError, match="no more"):
            stack.close()
    assert copied == [5]
    assert store.complete_runs([run.name]) == {}
    assert not [*scratch.iterdir()]
    monkeypatch.setattr(RemoteStore, "_copy_file", real)
    with store.working_folder() as folder:
        fs.copy_files(str(run), str(folder / run.name))
    assert [*store.complete_runs([run.name, "none"])] == [run.name]


def test_an_object_store_gets_the_same_runs_and_tables(local: SweepResult, tmp_path: Path) -> None:
    """Over S3's protocol: the same bytes, each run's manifest after all its segments, reused at once, no key ever shown."""
    design = small_design(tmp_path)
    with object_store() as bucket:
        result = sweep(design, bucket.uri, LocalPool(2))
        assert result.failed == 0, result.table["error"]
        held = dict(bucket.objects)
        again = sweep(design, bucket.uri, LocalPool(1))
    assert again.reused == 4
    assert {name: held[f"bucket/sweeps/{design.folder}/{name}"] for name in RESULTS} == tables(local)
    for planned in design.runs:
        keys = [key for key in held if key.startswith(f"bucket/sweeps/{planned.folder}/")]
        assert keys[-1].endswith("/manifest.json")
        files = {key.partition(f"{planned.folder}/")[2]: held[key] for key in keys[:-1]}
        run = local.folder.parent / planned.folder
        assert files == {path.relative_to(run).as_posix(): path.read_bytes() for path in run.glob("*/*.arrow")}
    assert str(result.store) == f"s3://bucket/sweeps/{design.folder}"
    assert not [key for key in held if "probe" in key]


def test_an_object_store_that_refuses_is_said_at_once(tmp_path: Path) -> None:
    """A bucket that may only be read ends with one message, without the key, before anything runs."""
    with object_store() as bucket:
        bucket.read_only = True
        with pytest.raises(RunError, match="s3://bucket/sweeps: cannot be used") as caught:
            sweep(small_design(tmp_path), bucket.uri, LocalPool(1))
    assert "secret" not in str(caught.value)
    assert not bucket.objects


@pytest.mark.parametrize("uri", [False, True])
def test_a_store_that_cannot_be_written_is_said_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, uri: bool
) -> None:
    """A file where the folder should be: exit code 1, one message that names it."""
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "runs"
    given = place.as_uri() if uri else str(place)
    monkeypatch.setattr(sys, "argv", ["twin", "sweep", str(sweep_file(tmp_path)), "--executor", "local", "--out", given])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert given in said
    assert "--out" in said
    assert len(said.splitlines()) == 1


def test_resume_wants_something_to_go_on_with(
    local: SweepResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--resume`` where no sweep was begun ends with 2; where one was, it says how much is left."""
    command = ["twin", "sweep", str(sweep_file(tmp_path)), "--executor", "local", "--resume", "--out"]
    for out, code in ((tmp_path / "runs", 2), (local.folder.parent, 0)):
        monkeypatch.setattr(sys, "argv", [*command, str(out)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == code
    said = capsys.readouterr().err
    assert "--resume: there is no sweep small-" in said
    assert "going on: 0 of 4 runs are left" in said
