"""Bridges below the player, without a browser: a passage, a day, a channel, alarms; and what of the log is read for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from apps.bridge_panel import BridgeView, alarm_table, channel_text, course_chart, day_charts, passage_charts, passage_text
from tests.metrics.bridge_log import BRIDGE, DEFLECTION, OTHER, bridge_run
from tests.metrics.logs import write_log

from twin.eventlog.reader import Run
from twin.messages import use_language


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    """Return four hours of a bridge: two weighed vehicles, of which samples of the lighter one's passage alone were kept."""
    return bridge_run(tmp_path / "run")


def _values(chart: Any) -> list[list[dict[str, Any]]]:
    return list(json.loads(chart.to_json())["datasets"].values())


def test_the_heaviest_vehicle_with_samples_is_shown(run: Run) -> None:
    """Of each quantity the channel that moved most, in the unit of the picture; a bridge without weighed vehicles has none."""
    use_language("en")
    view = BridgeView(run)
    assert view.names == {BRIDGE: "猎德大桥", OTHER: "other"}
    found = view.passage(BRIDGE)
    assert found is not None
    assert found["weighed"]["gross_kg"] == 30_000
    assert found["names"] == {"displacement": "bridge/middle", "strain": "bridge/strain"}
    assert [row["value"] for row in found["lines"]["displacement"]] == [0.0] * 50 + [-2.0] * 50
    assert [row["value"] for row in found["lines"]["strain"]] == pytest.approx([0.0] * 50 + [2.0] * 50)
    assert found["lines"]["strain"][0]["t_s"] == 100.0
    assert passage_text(found).endswith("30.0 t on 2 axles, truly 29.5 t")
    first, second = passage_charts(found)
    assert "bridge/middle" in first.to_json()
    assert {"t_s": 100.0} in [row for rows in _values(second) for row in rows]
    assert view.passage(OTHER) is None


def test_a_day_has_temperatures_and_frequencies(run: Run) -> None:
    """The middle of what the channels say at once, and the model's; of this bridge alone."""
    use_language("zh")
    view = BridgeView(run)
    found = view.day(BRIDGE)
    assert [(row["hour"], row["value"]) for row in found["temperature"]] == [(h + 0.5, 20.0 + h) for h in range(4)]
    assert [row["value"] for row in found["frequency"]] == pytest.approx([2.1] * 4)
    assert [row["value"] for row in found["true"]] == [2.0 + BRIDGE] * 4
    assert len(day_charts(found)) == 2
    assert day_charts(view.day(OTHER)) == []


@pytest.mark.parametrize(
    ("language", "impact", "false"), [("en", "a ship struck a pier", "false alarm"), ("zh", "船舶撞击桥墩", "误报")]
)
def test_alarms_are_told_with_what_truly_happened(run: Run, language: str, impact: str, false: str) -> None:
    """One row from the first level raised to the last withdrawn; one without an event behind it is false."""
    use_language(language)
    alarms = BridgeView(run).alarms(BRIDGE)
    assert [(row["raised_h"], row["cleared_h"], row["level"], row["value"], row["event"]) for row in alarms] == [
        (1.0, 2.5, "level_2", 0.9, "ship_impact"),
        (3.9, None, "level_1", 0.4, None),
    ]
    rows = alarm_table(alarms).rows
    assert [(row[0], row[-1]) for row in rows] == [("1:00:00", impact), ("3:54:00", false)]
    assert BridgeView(run).alarms(OTHER) == []


def test_a_channel_has_its_course_and_its_alarms(run: Run) -> None:
    """Least, mean and largest of each interval; marks where its own device raised an alarm."""
    use_language("en")
    view = BridgeView(run)
    channels = view.channels(BRIDGE)
    assert channel_text(channels[DEFLECTION]) == "bridge/middle (m)"
    rows = view.course(DEFLECTION)
    assert [(row["hour"], row["mean"], row["most"]) for row in rows] == [(h + 0.5, 20.0 + h, 40.0) for h in range(4)]
    course, marks = _values(course_chart(rows, channels[DEFLECTION], view.alarms(BRIDGE)))
    assert len(course) == 4
    assert marks == [{"hour": 1.0, "level": "level 2"}]


def test_a_run_without_bridges_shows_none(tmp_path: Path) -> None:
    """No bridge is no error."""
    assert BridgeView(write_log(tmp_path / "run")).names == {}
