"""A road by its name, its series from the log, and the pictures made of them."""

from __future__ import annotations

import itertools
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.metrics.test_metrics import MANIFEST

from twin.errors import InputError, TwinError
from twin.eventlog.columns import labels
from twin.eventlog.reader import Run
from twin.eventlog.recorder import Recorder
from twin.metrics import pictures
from twin.metrics.fundamental_diagram import road_diagram
from twin.metrics.named_road import axis_of, edges_of
from twin.metrics.pictures import draw_fundamental_diagram, draw_time_space
from twin.metrics.time_space import time_space

STATES = ("green", "yellow", "red", "give_way")
SECOND = 1_000_000

EASTWARDS = ((0, 300), (320, 500), (500, 700))
"""Begin and end (m) of the edges 0 to 2, on y = 0; there is a junction of 20 m between the first two."""


def _edge(number: int, name: str, xy_m: list[tuple[float, float]], lanes: int = 2) -> dict[str, Any]:
    length_m = sum(float(np.hypot(bx - ax, by - ay)) for (ax, ay), (bx, by) in itertools.pairwise(xy_m))
    return {
        "edge": number, "u": number, "v": number + 1, "osm_way": 1, "name": name, "highway": "primary", "lanes": lanes,
        "lane_width_m": 3.5, "speed_limit_mps": 13.9, "length_m": length_m, "bridge": False, "tunnel": False, "level": 0,
        "x_cm": [round(100 * x) for x, _ in xy_m], "y_cm": [round(100 * y) for _, y in xy_m],
    }  # fmt: skip


def _append(recorder: Recorder, table: str, rows: list[dict[str, Any]]) -> None:
    recorder.append(table, {key: [row[key] for row in rows] for key in rows[0]})


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Two cars on three edges eastwards (the second waits at red), one edge westwards, one of another road northwards."""
    folder = tmp_path / "run"
    folder.mkdir()
    recorder = Recorder(folder)
    edges = [_edge(number, "花城大道", [(a, 0.0), (b, 0.0)]) for number, (a, b) in enumerate(EASTWARDS)]
    edges.append(_edge(3, "花城大道", [(290.0, 8.0), (10.0, 8.0)], lanes=1))
    edges.append(_edge(4, "another road", [(310.0, -100.0), (310.0, 100.0)]))
    recorder.write_static("edge", {key: [row[key] for row in edges] for key in edges[0]})
    junction = {
        "junction": [7], "name": ["crossing"], "x_cm": [31000], "y_cm": [0], "signalised": [True],
        "approach_edge": [[0, 4]], "approach_phase": [[3, 5]],
    }  # fmt: skip
    recorder.write_static("junction", junction)
    rows = []
    for vehicle, delay_s in ((10, 0), (11, 20)):
        for t_s in range(60):
            x_m = 10.0 * max(t_s - delay_s, 0)
            edge = next((n for n, (a, b) in enumerate(EASTWARDS) if a - 20 < x_m <= b), 2)
            rows.append(
                {
                    "t_us": t_s * SECOND, "vehicle": vehicle, "x_cm": round(100 * x_m), "y_cm": 150, "speed_cmps": 1000,
                    "heading_cdeg": 9000, "edge": edge, "lane": 0,
                }
            )  # fmt: skip
    _append(recorder, "trajectory", rows)
    changes = [(0, 3, 2), (0, 5, 0), (25, 5, 1), (30, 3, 0), (50, 3, 1), (53, 3, 2)]
    recorder.append(
        "signal",
        {
            "t_us": [t_s * SECOND for t_s, _, _ in changes],
            "junction": [7] * len(changes),
            "phase": [phase for _, phase, _ in changes],
            "state": labels(np.array([state for _, _, state in changes]), STATES),
            "stage": [0] * len(changes),
            **{name: [None] * len(changes) for name in ("least_end_us", "likely_end_us", "most_end_us")},
        },
    )
    states = [(0, 0, 120.0, 900.0), (0, 4, 60.0, 500.0), (60, 0, 30.0, 300.0), (60, 3, 60.0, 560.0)]
    _append(
        recorder,
        "edge_state",
        [
            {
                "t_us": t_s * SECOND, "interval_us": 60 * SECOND, "edge": edge, "entered": 1, "left": 1,
                "vehicle_s": vehicle_s, "distance_m": distance_m, "halted_s": 0.0,
            }
            for t_s, edge, vehicle_s, distance_m in states
        ],
    )  # fmt: skip
    recorder.close_segment()
    return Run(folder, MANIFEST)


def test_an_axis_goes_on_over_the_junction(run: Run) -> None:
    """The longest stretch is the one eastwards; the gap between its edges counts as way."""
    axis = axis_of(run, "花城大道")
    assert axis.direction == "eastbound"
    assert axis.edges.tolist() == [0, 1, 2]
    assert axis.end_m.tolist() == [300.0, 500.0, 700.0]
    at_m = axis.along(np.array([[310.0, 3.0], [650.0, -2.0], [100.0, 40.0]]))
    assert at_m[:2] == pytest.approx([310.0, 650.0])
    assert np.isnan(at_m[2])
    assert axis_of(run, "花城大道", "westbound").edges.tolist() == [3]


def test_unknown_roads_and_directions_are_refused(run: Run) -> None:
    """With the names there are."""
    with pytest.raises(InputError, match="names like it: 花城大道"):
        edges_of(run, "花城道")
    with pytest.raises(InputError, match="give one of eastbound, westbound"):
        axis_of(run, "花城大道", "northbound")


def test_points_are_edies_totals(run: Run) -> None:
    """Edge 0 has 600 m of lanes, the whole road 1,640; edges without a row count as empty."""
    diagram = road_diagram(run, "花城大道")
    assert diagram.edges.density_vpkm == pytest.approx([120 / 60 / 0.6, 30 / 60 / 0.6, 60 / 60 / 0.28])
    assert diagram.edges.flow_vph == pytest.approx([900 * 60 / 600, 300 * 60 / 600, 560 * 60 / 280])
    assert diagram.road.from_s.tolist() == [0.0, 60.0]
    lane_km = (300 * 2 + 180 * 2 + 200 * 2 + 280) / 1000
    assert diagram.road.density_vpkm == pytest.approx([120 / 60 / lane_km, 90 / 60 / lane_km])
    assert diagram.road.flow_vph == pytest.approx([0.9 * 60 / lane_km, 0.86 * 60 / lane_km])
    assert road_diagram(run, "花城大道", warm_up_s=60.0).road.from_s.tolist() == [60.0]
    with pytest.raises(InputError, match="nobody drove"):
        road_diagram(run, "another road", warm_up_s=60.0)


def test_lines_and_reds_are_those_of_the_log(run: Run) -> None:
    """Both cars' ways in metres along the road, and the signal's red with its yellow, cut to the time that is asked for."""
    found = time_space(run, "花城大道", "eastbound", 5.0, 56.0)
    assert found.length_m == 700.0
    assert found.stop_lines_m == (300.0,)
    assert [(red.at_m, red.from_s, red.to_s) for red in found.reds] == [(300.0, 5.0, 30.0), (300.0, 50.0, 56.0)]
    first, second = found.lines
    assert first[0].tolist() == [float(t) for t in range(5, 56)]
    assert first[1] == pytest.approx(10.0 * first[0])
    assert second[1] == pytest.approx(10.0 * np.maximum(second[0] - 20.0, 0.0))
    with pytest.raises(InputError, match="nobody drove"):
        time_space(run, "花城大道", "eastbound", 100.0, 200.0)


def _size(png: Path) -> tuple[int, int]:
    data = png.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def test_pictures_are_written(run: Run, tmp_path: Path) -> None:
    """Files of some size in the form that their name says."""
    draw_fundamental_diagram(run, "花城大道", tmp_path / "diagram.png")
    draw_time_space(run, "花城大道", tmp_path / "ways.png", "eastbound", 0.0, 60.0)
    assert _size(tmp_path / "diagram.png") == _size(tmp_path / "ways.png")
    assert 5_000 < (tmp_path / "ways.png").stat().st_size < 300_000
    draw_time_space(run, "花城大道", tmp_path / "ways.svg", until_s=60.0)
    assert "<svg" in (tmp_path / "ways.svg").read_text(encoding="utf-8")


def test_without_a_chinese_font_labels_are_english(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No boxes: no character that the font lacks (Matplotlib would warn, and warnings are errors here)."""
    monkeypatch.setattr(pictures, "CHINESE", ())
    monkeypatch.setenv("TWIN_LANG", "zh")
    draw_fundamental_diagram(run, "花城大道", tmp_path / "diagram.png")
    draw_time_space(run, "花城大道", tmp_path / "ways.png", until_s=60.0)


def test_what_cannot_be_drawn_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown forms, times the wrong way round, and no Matplotlib."""
    with pytest.raises(InputError, match=r"one of \.png, \.svg, \.pdf"):
        draw_fundamental_diagram(run, "花城大道", tmp_path / "diagram.docx")
    with pytest.raises(InputError, match="must lie behind"):
        draw_time_space(run, "花城大道", tmp_path / "ways.png", "", 60.0, 60.0)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(TwinError, match=r"guangzhou-twin\[pictures\]"):
        draw_fundamental_diagram(run, "花城大道", tmp_path / "diagram.png")
