"""The command line: exit codes, one short message, nothing heavy for --help."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.sweeps.town_sweep import sweep_file

from twin import cli
from twin.errors import RunError
from twin.eventlog.manifest import Manifest, Projection
from twin.messages import LANGUAGES, say, use_language
from twin.terminal.figures import clock, figure, summary
from twin.terminal.progress import Bar, Pace, PlainLines

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "scenarios" / "huacheng_junction.yaml"


def _twin(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from twin.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        timeout=300,
    )


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Call the command in this process; return exit code, stdout and stderr."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["twin", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


# help


def test_help_loads_only_what_it_shows() -> None:
    """``twin --help`` loads Typer, the commands' own modules and the texts, no library more; seconds: benchmarks/main_job.py.

    Counted in modules, not seconds: a ratio of two times of a twentieth of a second fails by chance.
    """
    probe = (
        "import sys\nimport typer\nbefore = set(sys.modules)\nfrom twin.cli import main\n"
        "try:\n  main()\nexcept SystemExit: pass\n"
        "more = {name for name in sys.modules if name not in before and name.split('.')[0] not in sys.stdlib_module_names}\n"
        "print(*sorted(more), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", probe, "--help"], capture_output=True, text=True, check=True)
    assert "validate" in done.stdout
    commands = r"twin(\.(cli|errors|threads|messages(\.help)?|terminal(\.\w+)?))?|typer\..+"
    assert [name for name in done.stderr.split() if not re.fullmatch(commands, name)] == []


def test_every_command_and_option_has_its_help_in_both_languages(call) -> None:
    """Every help text comes from the catalogue, in the language of --lang or TWIN_LANG."""
    for command in ((), ("validate",), ("run",), ("query",), ("schema",), ("map",), ("map", "info")):
        for language in LANGUAGES:
            code, out, _ = call("--lang", language, *command, "--help")
            assert code == 0
            use_language(language)
            assert say(".".join(("help", *command)) if command else "help.twin").split()[0] in out
    assert "运行" in _twin("run", "--help", TWIN_LANG="zh").stdout


def test_without_a_command_the_usage_is_said() -> None:
    """`twin` alone says how it is used, as any command line that lacks its command."""
    done = _twin()
    assert "Usage: twin" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


# tables of sites


def _with_table(folder: Path, crs: str) -> Path:
    """Write a scenario of a second, with a table in GCJ-02 at junctions of the shipped map that is said to be in ``crs``."""
    from twin.roadnet.cache import load_network
    from twin.roadnet.datum import convert
    from twin.roadnet.projection import to_wgs84

    network = load_network(ROOT / "maps" / "tianhe_cbd.osm")
    junctions = [junction for junction in network.junctions if junction.signalised][:12]
    x_m, y_m = [junction.x_m + 12.0 for junction in junctions], [junction.y_m - 9.0 for junction in junctions]
    lon, lat = convert(*to_wgs84(network.crs, network.origin_m, x_m, y_m), "wgs84", "gcj02")
    rows = [f"路口{i},{a:.7f},{b:.7f}" for i, (a, b) in enumerate(zip(lon, lat, strict=True))]
    (folder / "sites.csv").write_bytes("\n".join(["名称,经度,纬度", *rows]).encode("gbk"))
    text = f"""name: misread
map: {ROOT / "maps" / "tianhe_cbd.osm"}
start: 2026-05-20T07:45:00+08:00
duration_s: 1
demand: {{inflow_vph: 0}}
deployment: {{kits: {{pole: [{{kind: lidar}}]}}, tables: [{{file: sites.csv, kit: pole, crs: {crs}}}]}}
"""
    (folder / "misread.yaml").write_text(text, encoding="utf-8")
    return folder / "misread.yaml"


def test_a_misread_datum_is_told_and_no_error(call, tmp_path: Path) -> None:
    """Validating or running a table in GCJ-02 said to be WGS-84 warns on stderr, in both languages, and goes on; else not."""
    file = _with_table(tmp_path, "wgs84")
    code, out, err = call("validate", file)
    assert (code, "valid" in out) == (0, True)
    assert "12 sites fit GCJ-02 better than WGS-84" in err
    assert "更符合 GCJ-02" in call("--lang", "zh", "validate", file)[2]
    use_language(None)
    code, _, err = call("run", file, "--out", tmp_path / "runs")
    assert code == 0
    assert "crs: gcj02" in err
    assert "GCJ-02" not in call("validate", _with_table(tmp_path, "gcj02"))[2]


def test_a_changed_table_is_another_run_folder(call, tmp_path: Path) -> None:
    """A run is reused only while the bytes of its tables are the same."""
    file = _with_table(tmp_path, "gcj02")
    for _ in range(2):
        assert call("run", file, "--out", tmp_path / "runs")[0] == 0
    table = tmp_path / "sites.csv"
    table.write_bytes(table.read_bytes().rsplit(b"\n", 1)[0])
    assert call("run", file, "--out", tmp_path / "runs")[0] == 0
    assert len(list((tmp_path / "runs").glob("misread-*"))) == 2


# bad input


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("fly",), "No such command 'fly'"),
        (("run",), "Missing argument"),
        (("run", "x.yaml", "--speed", "3"), "No such option"),
        (("run", "x.yaml", "--seed", "-1"), "greater than or equal to 0"),
        (("run", "x.yaml", "--set", "seed"), "'seed' is not an override; write --set key.key[0].key=value"),
        (("--lang", "fr", "run", "x.yaml"), "en, zh"),
        (("validate", "none.yaml"), "none.yaml: there is no such file; check the path"),
        (("run", "none.yaml"), "none.yaml: there is no such file; check the path"),
        (("run", "none.yaml", "--quiet"), "none.yaml: there is no such file; check the path"),
    ],
)
def test_bad_input_ends_with_2_and_one_message(call, arguments: tuple[str, ...], says: str) -> None:
    """Usage errors and unusable files exit with 2, say what is wrong on stderr, print nothing on stdout."""
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


def test_validate_says_all_problems_of_all_files(call, tmp_path: Path) -> None:
    """Every file is checked; every problem of each is said; one bad file makes the exit code 2."""
    (tmp_path / "a.yaml").write_text("nam: x\nduration_s: -1\n")
    code, out, err = call("validate", tmp_path / "a.yaml", SMALL, tmp_path / "b.yaml")
    assert code == 2
    assert "problems:" in err
    assert "a.yaml:1:1: nam: unknown key; did you mean 'name'?" in err
    assert "a.yaml:2:13: duration_s: found the number -1; give a number of at least 0.1" in err
    assert "b.yaml: there is no such file" in err
    assert f"{SMALL}: valid" in out


def test_debug_shows_the_traceback(call) -> None:
    """The traceback is there with --debug only."""
    assert "Traceback" in call("validate", "none.yaml", "--debug")[2]
    assert "错误：none.yaml: 文件不存在；请检查路径" in call("--lang", "zh", "validate", "none.yaml")[2].replace("; ", "；")


def test_validate_tells_the_notices_of_a_sweep(call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a planner should know of a sweep's scenarios is said with the file's name, and is no error."""
    file = sweep_file(tmp_path)
    monkeypatch.setattr("twin.sweeps.sweep.load_design", lambda _: SimpleNamespace(notices=("sites stand in buildings",)))
    assert call("validate", file) == (0, f"{file}: valid\n", f"{file}: sites stand in buildings\n")


# what goes wrong while a command works


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (RunError("runs/x: another run writes here; wait for it"), 1, "error: runs/x: another run writes here; wait for it\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (OSError(28, "No space left on device", "runs"), 1, "error: No space left on device runs\n"),
        (OSError(28, "No space left on device"), 1, "error: No space left on device\n"),
        (MemoryError(), 1, "error: out of memory; shorten the run, or log less\n"),
        (
            ZeroDivisionError("x"),
            1,
            "error: ZeroDivisionError: x\n(a fault of the program; run again with --debug for the traceback)\n",
        ),
    ],
)
def test_failures_are_one_message_and_a_code(
    call, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, says: str
) -> None:
    """A failure exits with 1, an interruption with 130; stderr holds one message, stdout nothing."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("twin.scenario.load.load_spec", fail)
    assert call("run", "x.yaml") == (code, "", says)


# a run


def test_a_run_ends_with_its_summary_and_is_reused(call, tmp_path: Path) -> None:
    """A run prints the closing table; the same command again reuses the run; --quiet says nothing; --set and --seed count."""
    arguments = ("run", SMALL, "--out", tmp_path, "--set", "duration_s=5", "--set", "warm_up_s=0", "--seed", "7")
    code, out, _ = call(*arguments)
    assert code == 0
    folder = next(tmp_path.iterdir())
    for words in ("vehicles", "mean travel speed", "recall", "rows", "real-time factor", str(folder)):
        assert words in out
    code, _, err = call(*arguments)
    assert (code, "the same run is already there" in err) == (0, True)
    assert call(*arguments, "--quiet", "--overwrite") == (0, "", "")
    assert list(tmp_path.iterdir()) == [folder]
    from twin.eventlog.manifest import read_manifest

    manifest = read_manifest(folder)
    assert (manifest.seed, manifest.state) == (7, "complete")
    assert manifest.overrides == {"duration_s": "5", "warm_up_s": "0", "seed": "7"}


def test_map_info_says_what_a_map_holds(call) -> None:
    """``twin map info`` describes the map; a file that is none is bad input."""
    code, out, _ = call("map", "info", ROOT / "maps" / "tianhe_cbd.osm")
    assert code == 0
    assert "OpenStreetMap" in out
    assert call("map", "info", ROOT / "Makefile")[0] == 2


# what is seen meanwhile


def test_pace_is_that_of_the_last_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow first step (compiling) is forgotten after ten seconds of wall time; then 5 x real time, 8 s left of 90 s."""
    now_s = [100.0]
    monkeypatch.setattr("twin.terminal.progress.time.perf_counter", lambda: now_s[0])
    pace = Pace()
    assert pace.at(0.0, 90.0) == (0.0, 0.0)
    now_s[0] = 130.0
    assert pace.at(0.0, 90.0) == (0.0, 0.0)
    for step in range(1, 11):
        now_s[0] = 130.0 + step
        pace.at(5.0 * step, 90.0)
    assert (pace.factor, pace.left_s) == (5.0, 8.0)


def test_plain_lines_come_every_ten_seconds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Off a terminal, a line of share, rate and time left each ten seconds of wall time."""
    now_s = [0.0]
    monkeypatch.setattr("twin.terminal.progress.time.perf_counter", lambda: now_s[0])
    with PlainLines() as lines:
        for second in range(31):
            now_s[0] = float(second)
            lines.advance(20.0 * second, 1800.0)
    assert capsys.readouterr().err.splitlines() == [
        " 11 %  20.0 x real time  1:20 left",
        " 22 %  20.0 x real time  1:10 left",
        " 33 %  20.0 x real time  1:00 left",
    ]


def test_the_bar_moves_and_speaks(capsys: pytest.CaptureFixture[str]) -> None:
    """The bar takes advances and notices; markup in a name is plain text."""
    with Bar("[red]x") as bar:
        bar.advance(0.0, 10.0)
        bar.notice("compiling [1/2]")
        bar.advance(10.0, 10.0)
    assert "compiling [1/2]" in capsys.readouterr().err


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3661, "1:01:01")])
def test_durations_are_clocks(seconds: float, text: str) -> None:
    """A duration reads as a clock."""
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("vehicles", 12345, "12,345"),
        ("mean_speed_kmh", 31.26, "31.3 km/h"),
        ("speed_mps", 10.0, "36.0 km/h"),
        ("recall", 0.912, "91.2 %"),
        ("cloud_age_p95_ms", 88.04, "88.0 ms"),
        ("bytes", 1_500_000, "1.5 MB"),
        ("mean_delay_s", None, "-"),
    ],
)
def test_figures_carry_the_unit_of_their_name(name: str, value: float, text: str) -> None:
    """The ending of a figure's name decides its unit."""
    assert figure(name, value) == text


def test_the_summary_is_aligned_in_both_languages(tmp_path: Path) -> None:
    """Figures begin in one column, counted in cells of the terminal."""
    from rich.cells import cell_len

    manifest = Manifest(
        "complete",
        "x",
        {},
        {},
        1,
        {},
        "",
        Projection("EPSG:32649", 0.0, 0.0),
        "",
        60.0,
        5.0,
        2.0,
        {},
        {"vehicles": 3, "recall": 0.5},
    )
    for language, head in (("en", "vehicles"), ("zh", "车辆数")):
        use_language(language)
        lines = summary(manifest, tmp_path).splitlines()
        assert lines[0].split() == [head, "3"]
        columns = {
            cell_len(line[: line.rindex(value)]) for line, value in zip(lines, ("3", "50.0 %", "1:00", "5.0 s"), strict=False)
        }
        assert len(columns) == 1
        assert "20.0 x" in "\n".join(lines)
        assert lines[-1].strip() in ("the demand is not calibrated (demo data)", "交通需求未标定（演示数据）")


def test_a_sweep_is_validated_as_a_sweep_and_the_language_may_stand_anywhere(tmp_path: Path) -> None:
    """``validate`` knows a sweep by its axes; ``--lang`` is taken before and behind the command."""
    sweep = str(sweep_file(tmp_path))
    for words in (("--lang", "zh", "validate", sweep), ("validate", sweep, "--lang=zh"), ("validate", "--lang", "zh", sweep)):
        done = _twin(*words)
        assert done.returncode == 0, done.stderr
        assert "有效" in done.stdout
