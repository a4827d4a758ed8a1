"""A run's life: finished, reused, refused while another writes it, killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.simulation.town import CENTRE, EAST, FILE, OVERRIDES, SEGMENT_S, WEST, digests, run_town, town

from twin import cli, open_run
from twin.eventlog.reader import Run
from twin.roadnet.cache import load_network
from twin.simulation.run import identity, run
from twin.units import to_us

SETTINGS = [f"--set={key}={value}" for key, value in OVERRIDES.items()]
SETTINGS.append(f"--set=deployment.sites=[{WEST}, {CENTRE}, {EAST}]")

PAUSE_S = 10
"""In the middle of the third segment."""

PAUSING = f"""
import sys
from twin.cli import main
from twin.sensors.fleet import SensorFleet

scan = SensorFleet.scan

def scan_or_pause(self, truth):
    if truth.t_us == {to_us(PAUSE_S)}:
        print("paused", flush=True)
        sys.stdin.read()
    return scan(self, truth)

SensorFleet.scan = scan_or_pause
main()
"""
"""The command line, which stops in the middle of the run until its standard input is closed."""

Twin = Callable[..., tuple[int, str, str]]


@pytest.fixture
def twin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Twin:
    """Run the command line in this process; return exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["twin", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the undisturbed run."""
    return run_town(tmp_path_factory.mktemp("usual"))


@pytest.fixture
def paused(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the same run below ``tmp_path`` in a process that stands still in the middle of the third segment."""
    command = [sys.executable, "-c", PAUSING, "run", str(FILE), *SETTINGS, "--quiet", "--out", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "paused\n"
        yield process
        process.kill()


def test_a_complete_run_is_reused(tmp_path: Path, twin: Twin) -> None:
    """The same run again ends with 0, says so, shows the summary again, and touches no file."""
    arguments = ("run", str(FILE), *SETTINGS, "--out", str(tmp_path))
    code, first, _ = twin(*arguments)
    assert code == 0
    before = _stamps(tmp_path)
    code, second, err = twin(*arguments)
    assert code == 0
    assert "--overwrite" in err
    assert second == first
    assert _stamps(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == [_folder(tmp_path).name]


def test_overwrite_makes_a_complete_run_anew(usual: Run, tmp_path: Path, twin: Twin) -> None:
    """With --overwrite every file is written again, with the same bytes, and nothing of the old run stays."""
    arguments = ("run", str(FILE), *SETTINGS, "--quiet", "--out", str(tmp_path))
    assert twin(*arguments)[0] == 0
    before = _stamps(tmp_path)
    assert twin(*arguments, "--overwrite")[0] == 0
    after = _stamps(tmp_path)
    assert after.keys() == before.keys()
    assert all(after[name] != before[name] for name in after)
    assert digests(_folder(tmp_path)) == digests(usual.path)


def test_a_second_run_at_the_same_time_is_refused(
    usual: Run, tmp_path: Path, twin: Twin, paused: subprocess.Popen[str]
) -> None:
    """One line says who writes the run and what to do, exit code 1; another seed may run; the first run is not disturbed."""
    code, out, err = twin("run", str(FILE), *SETTINGS, "--out", str(tmp_path))
    folder = tmp_path / usual.path.name
    remedy = "wait for it, or stop it, or choose another folder with --out"
    assert (code, out) == (1, "")
    assert err == f"error: {folder}: process {paused.pid} is writing this very run; {remedy}\n"
    assert twin("run", str(FILE), *SETTINGS, "--overwrite", "--quiet", "--out", str(tmp_path))[0] == 1
    assert twin("run", str(FILE), *SETTINGS, "--seed", "2", "--quiet", "--out", str(tmp_path))[0] == 0
    paused.communicate(timeout=60)
    assert paused.returncode == 0
    assert open_run(folder).complete
    assert digests(folder) == digests(usual.path)


def test_kill_9_leaves_every_closed_segment(
    usual: Run, tmp_path: Path, paused: subprocess.Popen[str], caplog: pytest.LogCaptureFixture
) -> None:
    """After SIGKILL within the third segment the first two are there as in the undisturbed run, and the manifest says so."""
    paused.kill()
    assert paused.wait(timeout=60) == -signal.SIGKILL
    killed = open_run(tmp_path / usual.path.name)
    assert not killed.complete
    assert killed.manifest.state == "incomplete"
    assert killed.manifest.simulated_s == 2 * SEGMENT_S
    assert "incomplete" in caplog.text
    assert not killed.manifest.summary
    assert killed.manifest.rows == killed.rows
    closed, whole = digests(killed.path), digests(usual.path)
    assert closed == {name: whole[name] for name in closed}
    for table in ("trajectory", "frame", "message", "observation", "edge", "device_spec"):
        assert len(killed.segments(table)) == min(2, len(usual.segments(table)))
        assert killed.dataset(table).to_table().num_rows == killed.table(table).num_rows > 0
    last_us = max(killed.table("frame")["t_us"].to_pylist())
    assert to_us(2 * SEGMENT_S - 1) < last_us <= to_us(2 * SEGMENT_S)


def test_a_closed_segment_holds_everything_up_to_its_end(tmp_path: Path) -> None:
    """With intervals half as long as segments, a segment holds both of its intervals, and the samples of its last instant."""
    made = run_town(tmp_path, CENTRE, log=f"{{trajectory_period_s: 0.5, interval_s: 2, segment_s: {SEGMENT_S}}}")
    for table, last_s in (("edge_state", SEGMENT_S - 2), ("detection_stat", SEGMENT_S - 2), ("trajectory", SEGMENT_S)):
        first = next(iter(made.batches(table, ["t_us"])))
        assert max(first.column("t_us").to_pylist()) == to_us(last_s)


def test_the_run_after_a_killed_one_is_not_disturbed(usual: Run, tmp_path: Path, paused: subprocess.Popen[str]) -> None:
    """The next run sets the killed one aside, as it is, and writes the bytes of an undisturbed run."""
    paused.kill()
    paused.wait(timeout=60)
    left = digests(tmp_path / usual.path.name)
    again = run(town(), tmp_path)
    assert not again.reused
    assert again.manifest.state == "complete"
    assert digests(again.folder) == digests(usual.path)
    aside = tmp_path / f"{usual.path.name}.incomplete-1"
    assert digests(aside) == left
    assert sorted(path.name for path in tmp_path.iterdir()) == [again.folder.name, aside.name]


def _folder(parent: Path) -> Path:
    (only,) = (path for path in parent.iterdir() if path.is_dir())
    return only


def _stamps(parent: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(parent)): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in sorted(parent.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("deployment.tables", "[{{file: {}}}]"),
        ("demand.od", "[{{file: {}}}]"),
        ("demand.sumo_routes", "[{{file: {}}}]"),
        ("signals.program_files", "[{}]"),
        ("replay", "{{file: {}}}"),
    ],
)
def test_a_changed_file_is_another_run(tmp_path: Path, key: str, named: str) -> None:
    """What a run is called changes with the bytes of every file that its scenario names, wherever it does."""
    file = tmp_path / "named.csv"
    file.write_bytes(b"name,lon,lat\na,113.3,23.1\n")
    loaded = town(**{key: named.format(file)})
    assert loaded.spec.files == [str(file)]
    network = load_network(FILE.parent / loaded.spec.map)
    first = identity(loaded, network)[1]
    assert identity(loaded, network)[1] == first
    file.write_bytes(b"name,lon,lat\na,113.3,23.2\n")
    assert identity(loaded, network)[1] != first
