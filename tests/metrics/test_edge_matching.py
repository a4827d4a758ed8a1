"""Places with headings on the edges of a log."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tests.metrics.logs import edge_row, write_log

from twin.eventlog.reader import Run
from twin.metrics.edge_matching import EdgeMatcher, edges_inside


@pytest.fixture(name="run")
def _roads(tmp_path: Path) -> Run:
    """Build a carriageway eastwards with a bend northwards, the one against it 9 m aside, a viaduct, a crossing road."""
    edges = [
        edge_row(0, [(0.0, 0.0), (100.0, 0.0), (100.0, 50.0)]),
        edge_row(1, [(100.0, 9.0), (0.0, 9.0)]),
        edge_row(2, [(0.0, 4.0), (100.0, 4.0)], level=1),
        edge_row(3, [(50.0, -60.0), (50.0, 60.0)]),
    ]
    return write_log(tmp_path / "run", edge=edges)


def test_places_along_an_edge_are_exact(run: Run) -> None:
    """Any place within the carriageway is found with its metres along the polyline, to the centimetre, bends included."""
    s_m = np.concatenate([np.linspace(0.5, 99.0, 60), np.linspace(101.0, 149.5, 40)])
    ahead = s_m <= 100.0
    x_m, y_m = np.where(ahead, s_m, 100.0), np.where(ahead, 0.0, s_m - 100.0)
    beside_m = np.linspace(-2.0, 2.0, s_m.size)
    heading = np.where(ahead, 0.0, math.pi / 2.0)
    found = EdgeMatcher(run, 0).match(x_m - beside_m * np.sin(heading), y_m + beside_m * np.cos(heading), heading)
    inner = np.abs(s_m - 100.0) > 3.0  # at the very bend the place beside the road belongs to either side
    assert (found.edge == 0).all()
    assert found.s_m[inner] == pytest.approx(s_m[inner], abs=0.01)
    assert (found.along_x[inner] == ahead[inner]).all()


def test_the_direction_decides_between_carriageways_and_crossing_roads(run: Run) -> None:
    """Midway between the carriageways, and on the crossing, heading alone tells the edge; across all of them it is none."""
    x_m, y_m = np.array([20.0, 20.0, 50.0, 50.0, 20.0]), np.array([4.5, 4.5, 0.0, 0.0, 4.5])
    heading = np.array([0.1, math.pi - 0.1, 0.2, math.pi / 2.0, math.pi / 2.0])
    assert EdgeMatcher(run, 0).match(x_m, y_m, heading).edge.tolist() == [0, 1, 0, 3, -1]


def test_level_width_and_ends_bound_an_edge(run: Run) -> None:
    """A viaduct is found from its own level alone; places 6 m beside the middle, or 5 m before its beginning, are on none."""
    place = np.array([20.0, 20.0, -5.0]), np.array([4.0, -6.0, 0.0]), np.zeros(3)
    assert EdgeMatcher(run, 1).match(*place).edge.tolist() == [2, -1, -1]
    assert EdgeMatcher(run, 0).match(*place).edge.tolist() == [0, -1, -1]
    assert EdgeMatcher(run, -1).match(*place).edge.tolist() == [-1, -1, -1]


def test_roads_inside_of_a_junction_are_left_out(tmp_path: Path) -> None:
    """An edge between the ends of two approaches of one junction is inside; the one that leads on is not."""
    edges = [
        edge_row(0, [(0.0, 0.0), (50.0, 0.0)], ends=(1, 2)),
        edge_row(1, [(50.0, 0.0), (70.0, 0.0)], ends=(2, 3)),
        edge_row(2, [(70.0, 0.0), (120.0, 0.0)], ends=(3, 4)),
        edge_row(3, [(70.0, -50.0), (70.0, 0.0)], ends=(5, 3)),
    ]
    junction = {"junction": 0, "name": "", "x_cm": 6000, "y_cm": 0, "signalised": True}
    row = junction | {"approach_edge": [0, 3], "approach_phase": [0, 1]}
    run = write_log(tmp_path / "run", edge=edges, junction=[row])
    assert edges_inside(run) == {1}
    found = EdgeMatcher(run, 0).match(np.array([30.0, 60.0, 90.0]), np.zeros(3), np.zeros(3))
    assert found.edge.tolist() == [0, -1, 2]
