"""``twin report`` on a real run of the small town, whose sites fuse."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.simulation.town import run_town

from twin import cli
from twin.eventlog.reader import Run
from twin.messages import use_language
from twin.metrics.report import RANGES_M, Figures, report
from twin.terminal.run_report import conditions, report_text

WARM_UP_S = 2


@pytest.fixture(scope="module", name="town")
def _town(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_town(tmp_path_factory.mktemp("town"), warm_up_s=WARM_UP_S, duration_s=22)


@pytest.fixture(scope="module", name="found")
def _found(town: Run) -> Figures:
    return report(town)


@pytest.mark.parametrize(("light", "words"), [("day", "白天"), ("unlit_night", "夜间（无路灯）"), (None, "-")])
def test_the_light_is_said_in_the_language_in_use(light: str | None, words: str) -> None:
    """No key of the scenario stands on a Chinese page; a run that does not say its light has a dash."""
    use_language("zh")
    assert conditions({"weather": {}, "light": light, "warm_up_s": 0.0})["光照"] == words


def test_a_report_holds_the_runs_figures_and_conditions(town: Run, found: Figures) -> None:
    """The closing figures are those of the manifest, and sums over kinds, ranges and classes are the same total."""
    assert found["summary"] == dict(town.manifest.summary)
    assert (found["run"], found["state"], found["light"], found["warm_up_s"]) == ("town", "complete", "day", WARM_UP_S)
    assert found["weather"]["rain_mmph"] == 0.0
    seen = found["perception"]
    for rows in (seen["by_kind"].values(), seen["by_range"]):
        assert sum(row["detected"] + row["false"] for row in rows) == town.manifest.summary["detections"]
    assert sum(row["detected"] for row in seen["by_class_and_range"]) == sum(row["detected"] for row in seen["by_range"])
    assert [row["from_m"] for row in seen["by_range"]] == list(RANGES_M)


def test_a_town_of_lidars_is_judged_by_what_they_were_made_to_do(found: Figures) -> None:
    """LiDARs tell 95 % of the classes, stay far below 1.5 m and 100 ms; their fused lists place better than they do.

    An unbiased speed lies above the truth half of the time, so that the one-sided interval is missed.
    """
    figures = {(row["source"], row["requirement"]): row for row in found["specification"]}
    assert figures["lidar", "class_motor"]["figure"] == pytest.approx(0.95, abs=0.03)
    assert figures["lidar", "output"]["met"] is True
    assert figures["lidar", "speed_inside"]["met"] is False
    assert figures["fused", "position"]["met"] is True
    assert figures["fused", "position"]["figure"] < figures["lidar", "position"]["figure"] < 1.0


def test_tracks_and_flow_are_close_to_the_truth(found: Figures) -> None:
    """Of a small town in clear air: tracks are nearly always right within 80 m, and so is the speed of the measured edges."""
    total = found["tracking"]["total"]
    assert total["present"] > 100
    assert total["mota"] > 0.6
    assert total["present"] == sum(row["present"] for row in found["tracking"]["by_site"].values())
    flow = found["flow"]
    assert 0 < flow["total"]["n"] == len(flow["by_edge"]) <= flow["edges_driven"]
    assert abs(flow["total"]["speed_bias_mps"]) < 1.0


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("fused list", "LiDAR", "met")), ("zh", ("融合目标列表", "激光雷达", "达标"))]
)
def test_the_report_is_said_in_both_languages(town: Run, monkeypatch, capsys, language: str, words: tuple[str, ...]) -> None:
    """Every section stands there with its words; no key of the catalogue is left over."""
    monkeypatch.setattr(sys, "argv", ["twin", "--lang", language, "report", str(town.path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    text = capsys.readouterr().out
    assert not ended.value.code
    assert all(word in text for word in words)
    assert "report." not in text
    assert "None" not in text


def test_json_is_the_same_report(town: Run, found: Figures, monkeypatch, capsys) -> None:
    """``--json`` writes all of it, without a value that JSON does not know."""
    monkeypatch.setattr(sys, "argv", ["twin", "report", str(town.path), "--json"])
    with pytest.raises(SystemExit):
        cli.main()
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(found, allow_nan=False))


def test_a_run_without_devices_has_a_report_too(tmp_path: Path) -> None:
    """Sections that nothing is there to form are left out."""
    use_language("en")
    found = report(run_town(tmp_path, **{"deployment.sites": "[]", "duration_s": 4}))
    assert (found["specification"], found["tracking"], found["flow"], found["loops"]) == ([], None, None, None)
    text = report_text(found)
    assert "mean travel speed" in text
    assert "Guangzhou" not in text
