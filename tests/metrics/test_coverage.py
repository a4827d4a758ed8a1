"""Covered road length from the log, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.metrics.test_metrics import MANIFEST

from twin.errors import InputError
from twin.eventlog.reader import Run
from twin.eventlog.recorder import Recorder
from twin.eventlog.tables import TABLES
from twin.metrics.coverage import blind_stretches, coverage_figures
from twin.metrics.pictures import draw_coverage
from twin.metrics.summary import summarise


def log(folder: Path, *, covered: bool = True) -> Run:
    """Write two edges, one of 100 m with a bend and one of 50 m, and what is seen of them."""
    recorder = Recorder(folder)
    edges = {
        "edge": [4, 7], "u": [0, 1], "v": [1, 2], "osm_way": [0, 0], "name": ["", ""], "highway": ["primary", "residential"],
        "lanes": [2, 1], "lane_width_m": [3.5, 3.5], "speed_limit_mps": [16.7, 8.3], "length_m": [100.0, 50.0],
        "bridge": [False, False], "tunnel": [False, False], "level": [0, 0],
        "x_cm": [[0, 4000, 4000], [0, 5000]], "y_cm": [[0, 0, 6000], [100, 100]],
    }  # fmt: skip
    recorder.write_static("edge", edges)
    if covered:
        rows = {
            "edge": [4, 4, 4, 7], "from_cm": [0, 3000, 7000, 0], "to_cm": [3000, 7000, 10000, 5000], "devices": [1, 0, 3, 0],
        }  # fmt: skip
        recorder.write_static("coverage", rows)
    return Run(folder, MANIFEST)


def test_lengths_by_edge_and_road_class(tmp_path: Path) -> None:
    """30 + 30 of 100 m are seen, 30 by two or more; 50 m of the side street are not."""
    figures = coverage_figures(log(tmp_path))
    assert (figures.total.length_m, figures.total.covered_m, figures.total.covered_twice_m) == (150.0, 60.0, 30.0)
    assert (figures.total.coverage_share, figures.total.coverage_twice_share) == (0.4, 0.2)
    assert {edge: one.coverage_share for edge, one in figures.by_edge.items()} == {4: 0.6, 7: 0.0}
    assert {name: one.coverage_twice_share for name, one in figures.by_road_class.items()} == {
        "primary": 0.3,
        "residential": 0.0,
    }


def test_blind_stretches_follow_the_road(tmp_path: Path) -> None:
    """From 30 m to 70 m the line goes round the bend at 40 m."""
    first, second = blind_stretches(log(tmp_path))
    assert (first.edge, first.from_m, first.to_m) == (4, 30.0, 70.0)
    assert first.devices == second.devices == 0
    assert first.xy_m == pytest.approx(np.array([[30.0, 0.0], [40.0, 0.0], [40.0, 30.0]]))
    assert second.xy_m == pytest.approx(np.array([[0.0, 1.0], [50.0, 1.0]]))


def test_picture(tmp_path: Path) -> None:
    """The map is written in the form that its name says, with the lengths' shares; without devices there is none to draw."""
    run = log(tmp_path)
    recorder = Recorder(tmp_path)
    devices = {column.name: [0, 0] for column in TABLES["device_spec"].columns} | {"kind": ["lidar"] * 2, "x_cm": [0, 3000]}
    recorder.write_static("device_spec", devices | {"name": ["a", "b"], "preset": ["", ""]})
    outline = {"building": [0], "height_m": [9.0], "x_cm": [[0, 900, 900]], "y_cm": [[1000, 1000, 2000]]}
    recorder.write_static("building", outline)
    draw_coverage(run, tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    draw_coverage(run, tmp_path / "map.svg")
    assert "60.0%" in (tmp_path / "map.svg").read_text(encoding="utf-8")
    (tmp_path / "bare").mkdir()
    with pytest.raises(InputError, match="no devices"):
        draw_coverage(log(tmp_path / "bare", covered=False), tmp_path / "bare.png")


def test_closing_figures(tmp_path: Path) -> None:
    """Shares of coverage stand in the summary; without devices there are none."""
    found = summarise(log(tmp_path))
    assert (found["coverage_share"], found["coverage_twice_share"]) == (0.4, 0.2)
    (tmp_path / "bare").mkdir()
    bare = summarise(log(tmp_path / "bare", covered=False))
    assert bare["coverage_share"] is bare["coverage_twice_share"] is None
