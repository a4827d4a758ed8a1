"""``twin compare``: runs side by side, a sweep's tables anew, and what cannot be compared."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.sweeps.drawn import Drawn
from tests.sweeps.town_sweep import small_design

from twin import cli
from twin.eventlog.manifest import Manifest, Projection, software_versions, write_manifest
from twin.sweeps.results import read_results
from twin.sweeps.sweep import sweep

METRICS = "metrics: [recall, perceived_share, sites, cost_cny]"


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Call the command in this process; return exit code, stdout and stderr."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["twin", "compare", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a sweep with six seeds."""
    design = small_design(tmp_path, rest=f"replications: 6\n{METRICS}")
    return sweep(design, tmp_path / "runs", Drawn()).folder


def _run(folder: Path, **changes: object) -> Path:
    values = {"state": "complete", "seed": 1, "scenario": {"seed": 1, "weather": {"rain_mmph": 0}}}
    values |= {"summary": {"recall": 0.5, "sites": 2, "vehicles": None}, "versions": software_versions(), **changes}
    folder.mkdir()
    projection = Projection("EPSG:32649", 0.0, 0.0)
    write_manifest(folder, Manifest(name="x", overrides={}, map_sha256="", projection=projection, start="", **values))  # type: ignore[arg-type]
    return folder


def test_a_sweep_is_reckoned_anew(folder: Path, call, tmp_path: Path) -> None:
    """The tables of its folder come out again to the byte, on the screen, as files and as JSON."""
    code, out, _ = call(folder, "--out", tmp_path / "again")
    assert code == 0
    assert "recall (%)" in out
    assert "which density" in out
    for name in ("comparison.csv", "comparison.parquet", "frontier.csv", "frontier.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    code, out, _ = call(folder, "--json", "--metric", "recall")
    assert code == 0
    found = json.loads(out)
    assert found["comparison"] == [
        row for row in pq.read_table(folder / "comparison.parquet").to_pylist() if row["metric"] == "recall"
    ]


def test_another_baseline_turns_the_differences_round(folder: Path, call) -> None:
    """What two poles have more than one, one has less than two."""
    ahead, behind = read_results(folder), read_results(folder, "两个")
    (gain,) = [one.paired for one in ahead.comparisons if one.metric == "recall" and one.paired]
    (loss,) = [one.paired for one in behind.comparisons if one.metric == "recall" and one.paired]
    assert gain.mean == pytest.approx(-loss.mean)
    assert gain.half_width == pytest.approx(loss.half_width)
    assert call(folder, "--baseline", "两个")[0] == 0


def test_runs_side_by_side(tmp_path: Path, call) -> None:
    """Figures of both, the difference in points, and in what the scenarios differ."""
    first = _run(tmp_path / "first")
    rain = {"seed": 1, "weather": {"rain_mmph": 30}}
    second = _run(tmp_path / "second", scenario=rain, summary={"recall": 0.4, "sites": 2, "cost_cny": 7})
    code, out, _ = call(first, second, "--out", tmp_path / "out")
    assert code == 0
    assert "A = first" in out
    assert "weather.rain_mmph (0 / 30)" in out
    (line,) = [line for line in out.splitlines() if line.startswith("recall")]
    assert line.split() == ["recall", "50.0", "%", "40.0", "%", "-10", "points"]
    rows = {(row["metric"], row["run"]): row for row in pq.read_table(tmp_path / "out" / "comparison.parquet").to_pylist()}
    assert rows["recall", "second"]["difference"] == pytest.approx(-0.1)
    assert rows["cost_cny", "first"] == {"metric": "cost_cny", "run": "first", "value": None, "difference": None}
    code, out, _ = call(first, second, "--baseline", "second", "--metric", "recall", "--json")
    assert code == 0
    assert [row["difference"] for row in json.loads(out)["figures"]] == [pytest.approx(0.1), 0.0]


def test_what_cannot_be_compared_is_said(folder: Path, tmp_path: Path, call) -> None:
    """One message with a remedy each, and exit code 2."""
    first, second = _run(tmp_path / "first"), _run(tmp_path / "second")
    old = _run(tmp_path / "old", versions={"schema": "1"})
    stopped = _run(tmp_path / "stopped", state="incomplete", summary={})
    cases = [
        ((first,), "is one run; give two or more"),
        ((first, tmp_path / "nowhere"), "neither a run nor a sweep"),
        ((tmp_path,), "neither a run nor a sweep"),
        ((first, folder), "can only be compared within itself"),
        ((first, first), "is given twice"),
        ((first, old), "schema version 1"),
        ((first, stopped), "is incomplete and has no closing figures"),
        ((first, second, "--metric", "recal"), "no figure 'recal'"),
        ((first, second, "--baseline", "third"), "is none of the runs"),
        ((folder, "--baseline", "three"), "0 axes have a value 'three'"),
        ((folder, "--metric", "precision"), "no figure 'precision'"),
    ]
    for arguments, words in cases:
        code, out, err = call(*arguments)
        assert (code, out) == (2, ""), arguments
        assert words in err
    manifest = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    for broken, words in (
        (manifest | {"state": "incomplete"}, "has not ended"),
        ([], "cannot be read"),
        ({"state": "complete"}, "cannot be read"),
    ):
        (folder / "sweep.json").write_text(json.dumps(broken), encoding="utf-8")
        code, _, err = call(folder)
        assert code == 2
        assert words in err
    (folder / "sweep.json").write_text("{", encoding="utf-8")
    assert "cannot be read" in call(folder)[2]
