"""What a scenario says of driving reaches the kernels, each value under its own name."""

from __future__ import annotations

import numpy as np
import pytest
from tests.traffic.networks import grid

from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.traffic.demand import DemandSpec
from twin.traffic.drawing import drawn_at
from twin.traffic.driving import DRIVING, DrivingSpec, LaneChangeSpec, RightOfWaySpec, driving_record
from twin.traffic.roads import roads_of

DRAWN_OR_SHOWN = {"speed_spread", "duration_s"}
OF_THE_ROADS = {"short_edge_m", "yield_speed_ratio", "yield_turn_speed_mps"}
ELSEWHERE = {*DRAWN_OR_SHOWN, *OF_THE_ROADS, "lane_change", "right_of_way"}
"""Keys that the record need not have: how trips are drawn, how changes look, what the roads carry, groups."""


def test_every_value_stands_in_the_record() -> None:
    """With another value everywhere, the record holds each exactly once."""
    values = iter(range(3, 100))

    def section(model: type) -> dict[str, float]:
        return {name: next(values) / 64.0 for name in model.model_fields if name not in ELSEWHERE}

    change, way = (kind.model_construct(**section(kind)) for kind in (LaneChangeSpec, RightOfWaySpec))
    spec = DrivingSpec.model_construct(**section(DrivingSpec), lane_change=change, right_of_way=way)
    found = sorted(driving_record(spec).view(np.ndarray)[0].tolist())
    given = [value for part in (spec, change, way) for name, value in part.model_dump().items() if name not in ELSEWHERE]
    assert found == sorted(given)
    assert len(found) == len(DRIVING.names or ())


@pytest.mark.parametrize("limit_m", [0.0, 100.0, 5000.0])
def test_lanes_know_whether_they_are_short(limit_m: float) -> None:
    """A lane is short where it is no longer than the key says."""
    network = grid(3)
    driving = DrivingSpec(lane_change=LaneChangeSpec(short_edge_m=limit_m))
    lanes = roads_of(network, build_lane_graph(network), driving).lanes.view(np.ndarray)
    assert ((lanes["short"] == 1) == (lanes["length"] <= limit_m)).all()


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.3])
def test_desired_speeds_spread_as_wide_as_asked(spread: float) -> None:
    """Within a class desired speeds fill the spread around its mean, to either side."""
    classes = DemandSpec(inflow_vph=0.0, driving=DrivingSpec(speed_spread=spread)).classes
    rows = drawn_at("somewhere", np.zeros(2000), classes, 1)
    off = rows["speed_factor"] / classes.speed_factor[rows["klass"]] - 1.0
    assert np.abs(off).max() <= spread + 1e-12
    assert off.min() <= -0.98 * spread
    assert off.max() >= 0.98 * spread
