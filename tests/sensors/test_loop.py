"""The loop's specification and its place on the road."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from twin.roadnet.road_network import RoadNetwork
from twin.sensors.loop import LoopSpec, lanes_with_loop, place_on_edge, single_loop_speed_mps


def loop(**values: object) -> LoopSpec:
    """Return a specification."""
    return LoopSpec.model_validate({"kind": "loop", **values})


def test_lanes() -> None:
    """Every lane has a loop unless some are named; lanes that are not there are passed over."""
    assert lanes_with_loop(loop(), 3) == [0, 1, 2]
    assert lanes_with_loop(loop(lanes=(0, 2, 5)), 3) == [0, 2]


def test_single_loop_speed() -> None:
    """A car of the usual length over a 2 m loop for 0.67 s drove 10 m/s; one twice as long seems slower by its length."""
    usual = np.array([4.7, 4.7])
    on_s = np.array([6.7, 11.4]) / 10.0
    speeds = single_loop_speed_mps(on_s, np.array([2.0, 2.0]), usual)
    assert speeds == pytest.approx([10.0, 10.0 * 6.7 / 11.4])


def test_place_on_edge(cbd: RoadNetwork) -> None:
    """A place beside an edge of the CBD is found again on it, or on one no farther away, at its distance along the edge."""
    rng = np.random.default_rng(2)
    for edge in rng.choice(np.flatnonzero(cbd.edge_level == 0), 40, replace=False):
        x_m, y_m = cbd.polyline(int(edge))
        part = rng.uniform(0.1, 0.9)
        x, y = x_m[0] + part * (x_m[1] - x_m[0]), y_m[0] + part * (y_m[1] - y_m[0])
        found, s_m = place_on_edge(cbd, float(x), float(y), 0)
        fx, fy = cbd.polyline(found)
        first = cbd.point_s_m[cbd.point_offset[found] : cbd.point_offset[found + 1]]
        assert np.hypot(np.interp(s_m, first, fx) - x, np.interp(s_m, first, fy) - y) < 0.05
        if found == edge:
            assert s_m == pytest.approx(part * first[1], abs=0.05)
    assert place_on_edge(cbd, 0.0, 0.0, 5) == (-1, 0.0)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"rate_hz": 7.0}, "microseconds"),
        ({"missed_share": 1.5}, "less than or equal to 1"),
        ({"speed_from": "video"}, "pair"),
    ],
)
def test_refused(values: dict[str, object], word: str) -> None:
    """Values that cannot be are refused with a word on why."""
    with pytest.raises(ValidationError, match=word):
        loop(**values)
