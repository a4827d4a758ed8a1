"""Parking below the player, without a browser: charts and tables in the language in use."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from apps.parking_panel import charts, choice_text, choices, parking_view, tables
from apps.shown_tables import tables_html
from tests.metrics.logs import SECOND, Rows, write_log

from twin.eventlog.reader import Run
from twin.messages import use_language


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    """Return four minutes of a kerb of four bays, full from the second minute on, and of a garage; no reports."""
    facilities: Rows = [
        {"facility": 0, "name": "华夏路", "kind": "on_street", "capacity": 4},
        {"facility": 1, "name": "<b>garage</b>", "kind": "underground", "capacity": 10},
    ]
    intervals: Rows = [
        {"t_us": 60 * SECOND * minute, "interval_us": 60 * SECOND, "facility": facility, "occupied": occupied}
        | {"occupied_s": 60.0 * occupied, "parked": 1, "came": 2}
        for minute in range(4)
        for facility, occupied in ((0, 2 if minute == 0 else 4), (1, 5))
    ]
    visits: Rows = [
        {"vehicle": number, "purpose": "work", "outcome": "parked", "facility": 0, "bay": 0, "search_m": 100.0}
        | {"began_us": 120 * SECOND, "search_s": search_s}
        for number, search_s in enumerate((10.0, 20.0, 35.0))
    ]
    run = write_log(tmp_path / "run", facility_spec=facilities, facility=intervals, parking=visits)
    return Run(run.path, replace(run.manifest, simulated_s=240.0))


def _rows(chart: Any) -> list[dict[str, Any]]:
    drawn = json.loads(chart.to_json())
    return [row for rows in drawn["datasets"].values() for row in rows]


@pytest.mark.parametrize(("language", "true", "whole"), [("en", "true", "all facilities"), ("zh", "真实值", "全部设施")])
def test_charts_show_what_was_chosen(run: Run, language: str, true: str, whole: str) -> None:
    """All facilities, a kind or one of them; searches by their time and by how full it was around."""
    use_language(language)
    view = parking_view(run)
    assert view is not None
    assert choices(view) == ["", "on_street", "underground", "华夏路", "<b>garage</b>"]
    assert choice_text("") == whole
    shares = {}
    for choice in choices(view):
        occupancy, times, by_occupancy = charts(view, choice)
        assert {row["line"] for row in _rows(occupancy)} == {true}
        shares[choice] = {row["share"] for row in _rows(occupancy)}
    assert shares[""] == {(2 + 5) / 14, (4 + 5) / 14}
    assert shares["on_street"] == shares["华夏路"] == {0.5, 1.0}
    assert shares["underground"] == {0.5}
    bars = {row["from_s"]: row["searches"] for row in _rows(times)}
    assert bars == {0: 2, 30: 1}
    (near,) = _rows(by_occupancy)
    assert (near["mean_s"], near["searches"]) == (pytest.approx(65 / 3), 3)


def test_tables_have_every_facility(run: Run) -> None:
    """Those of the report, and one with all facilities, the fullest first; names are written as text."""
    use_language("en")
    view = parking_view(run)
    assert view is not None
    shown = tables(view)
    assert [row[0] for row in shown[-1].rows] == ["华夏路", "<b>garage</b>"]
    page = tables_html(shown)
    assert page.count("<table>") == len(shown)
    assert "&lt;b&gt;garage" in page


def test_nobody_parks(tmp_path: Path) -> None:
    """A run without facilities has nothing to show."""
    assert parking_view(write_log(tmp_path / "run")) is None
