"""Bad input, from the command line: one message with file, line, key and remedy, exit code 2, nothing left behind."""

from __future__ import annotations

import ctypes
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from twin import cli
from twin.terminal.interruption import Interruption

ROOT = Path(__file__).parent.parent
MAP = ROOT / "maps" / "tianhe_cbd.osm"

GOOD = """\
name: small
map: map.osm
start: 2026-05-20T07:45:00+08:00
duration_s: 5
demand:
  inflow_vph: 600
deployment:
  kits:
    pole:
      - kind: lidar
  sites:
    - {name: east, lon_deg: 113.3255, lat_deg: 23.1190, kit: pole}
"""

NO_ROADS = """\
<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6">
  <node id="1" lat="23.12" lon="113.32"/>
  <node id="2" lat="23.13" lon="113.32"/>
  <way id="3"><nd ref="1"/><nd ref="2"/><tag k="waterway" v="river"/></way>
</osm>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a good scenario and its map."""
    (tmp_path / "small.yaml").write_text(GOOD, encoding="utf-8")
    shutil.copy(MAP, tmp_path / "map.osm")
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the scenario of the folder with a command; return the exit code and stderr."""

    def call(command: str, *more: str) -> tuple[int, str]:
        monkeypatch.chdir(folder)
        arguments = ["--out", "out"] if command == "run" else []
        monkeypatch.setattr(sys, "argv", ["twin", command, "small.yaml", *arguments, *more])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return call


def _change(folder: Path, old: str, new: str) -> None:
    assert old in GOOD
    (folder / "small.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("command", ["validate", "run"])
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("duration_s: 5", "duration_s: 0", "small.yaml:4:13: duration_s: found the number 0; give a number of at least 0.1"),
        ("duration_s: 5", "duration_s: soon", "small.yaml:4:13: duration_s: found the text 'soon'; give a number"),
        (
            "inflow_vph: 600",
            "inflow_vph: -6",
            "small.yaml:6:15: demand.inflow_vph: found the number -6; give a number of at least 0",
        ),
        ("inflow_vph", "inflow_vhp", "small.yaml:6:3: demand.inflow_vhp: unknown key; did you mean 'inflow_vph'?"),
        ("map.osm", "mpa.osm", "small.yaml:2:6: map: "),
        ("kit: pole", "kit: pile", "small.yaml:12:"),
        ("lon_deg: 113.3255", "lon_deg: 121.5", "small.yaml:12:"),
        ("kind: lidar", "kind: lidr", "small.yaml:10:15: deployment.kits.pole[0].kind: "),
        (
            "duration_s: 5",
            "duration_s: 1e-7",
            "small.yaml:4:13: duration_s: found the number 1e-07; give a number of at least 0.1",
        ),
        ("demand:", "warm_up_s: 5\ndemand:", "small.yaml:5:12: warm_up_s: warm_up_s is 5, duration_s only 5; make warm_up_s"),
        ("name: small", "name: a/b", "small.yaml:1:7: name: found the text 'a/b'; give a text that matches"),
    ],
    ids=[
        "zero duration",
        "wrong type",
        "negative rate",
        "unknown key",
        "no map",
        "no kit",
        "outside the map",
        "kind",
        "below a step",
        "all warm-up",
        "name",
    ],
)
def test_a_mistake_in_the_file(folder: Path, run, *, command: str, old: str, new: str, message: str) -> None:
    """The message says file, line, column, key and remedy; nothing is written."""
    _change(folder, old, new)
    code, err = run(command)
    assert code == 2
    assert err.startswith(f"error: {message}"), err
    assert "; " in err
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["map.osm", "small.yaml"]


@pytest.mark.parametrize(
    "content",
    [
        NO_ROADS.encode(),
        MAP.read_bytes()[:200_000],
        b"this is no XML",
        b"",
        b"<?xml version='1.0'?><gpx/>",
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["no roads", "truncated", "not XML", "empty", "not OSM", "binary"],
)
def test_a_map_that_is_none(folder: Path, run, content: bytes) -> None:
    """A map without roads, a truncated one and what is no map are said at the line of ``map:``; nothing is written."""
    (folder / "map.osm").write_bytes(content)
    code, err = run("run")
    assert code == 2
    assert err.startswith("error: small.yaml:2:6: map: ")
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["map.osm", "small.yaml"]


def test_every_problem_of_the_file_at_once(folder: Path, run) -> None:
    """Problems of different parts come together, in the order of the lines."""
    text = GOOD.replace("duration_s: 5", "duration_s: 0").replace("600", "-1").replace("113.3255", "east")
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    code, err = run("validate")
    assert code == 2
    lines = err.splitlines()
    assert lines[0] == "error: 3 problems:"
    assert [line.split(": ")[1] for line in lines[1:]] == ["duration_s", "demand.inflow_vph", "deployment.sites[0].lon_deg"]


def test_an_override_is_the_place_of_its_mistake(run) -> None:
    """A wrong --set names itself."""
    code, err = run("run", "--set", "deployment.sites[0].lon_deg=48.1")
    assert code == 2
    assert err.startswith("error: --set deployment.sites[0].lon_deg=48.1: deployment.sites[0]")


def test_the_good_file_runs(folder: Path, run) -> None:
    """What the mistakes are made from is a valid scenario that runs."""
    assert run("validate") == (0, "")
    code, _ = run("run", "--quiet")
    assert code == 0
    assert [path.name.partition("-")[0] for path in (folder / "out").iterdir() if path.is_dir()] == ["small"]


def test_ctrl_c_ends_with_130_and_a_plain_line(folder: Path) -> None:
    """An interruption in the middle of a run ends with 130 and one line, without a traceback."""
    command = [sys.executable, "-c", "from twin.cli import main; main()", "run", "small.yaml", "--out", "out"]
    process = subprocess.Popen([*command, "--set", "duration_s=36000"], cwd=folder, stderr=subprocess.PIPE, text=True)
    limit = time.monotonic() + 120.0
    while not list(folder.glob("out/*/manifest.json")) and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "interrupted"
    assert "Traceback" not in err


def _interrupted_in_a_callback() -> None:
    """Press Ctrl-C while native code calls back into Python, where an exception is dropped."""
    ctypes.CFUNCTYPE(None)(lambda: signal.raise_signal(signal.SIGINT))()


def test_ctrl_c_while_kernels_load_is_not_lost(capfd: pytest.CaptureFixture[str]) -> None:
    """Dropped in a callback of the compiler, silently, it ends the run at the next report of progress."""
    before = signal.getsignal(signal.SIGINT)
    heard: list[float] = []

    def simulate() -> None:
        with Interruption() as interruption:
            progress = interruption.heard(lambda simulated_s, _: heard.append(simulated_s))
            progress(1.0, 9.0)
            _interrupted_in_a_callback()
            progress(2.0, 9.0)

    with pytest.raises(KeyboardInterrupt):
        simulate()
    assert heard == [1.0]
    assert capfd.readouterr() == ("", "")
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(("interrupted", "ends_with"), [(True, KeyboardInterrupt), (False, RuntimeError)])
def test_what_fails_after_ctrl_c_is_an_interruption(*, interrupted: bool, ends_with: type[BaseException]) -> None:
    """When the compiler stumbles over the dropped interruption, that is no fault of the program; without one it is."""

    def simulate() -> None:
        with Interruption():
            if interrupted:
                _interrupted_in_a_callback()
            raise RuntimeError("no compiled object yet")

    with pytest.raises(ends_with):
        simulate()
