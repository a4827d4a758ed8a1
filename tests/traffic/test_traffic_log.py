"""What traffic writes about trips: their length, their time on empty roads, and what they lost."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.traffic.helpers import Unwritten
from tests.traffic.networks import build
from tests.verification.lab import Lab, Route

from twin.traffic.traffic_log import log_trips

LIMIT_MPS = 50 / 3.6


def _trips(lab: Lab) -> dict[str, np.ndarray]:
    """Return the rows of the trips."""
    kept = Unwritten()
    log_trips(kept, lab.network, lab.graph, lab.trips, lab.engine)
    ((_, rows),) = kept.parts
    return dict(rows)


def test_the_delay_of_a_trip_counts_the_time_it_waits_to_enter() -> None:
    """Three cars want on to 1 km of one lane at once: each delay is arrival - departure - 72 s (1 km at 50 km/h), to 1 us."""
    network = build([(0.0, 0.0), (1000.0, 0.0)], [(0, 1, 1)], entries=[0], exits=[0])
    lab = Lab(network, [(10.0, (0,))] * 3)
    lab.run(120.0)
    rows = _trips(lab)
    assert np.all(np.diff(rows["insert_us"]) > 500_000), "two waited"
    assert rows["free_flow_s"] == pytest.approx(72.0, abs=1e-9)
    assert rows["delay_s"].tolist() == pytest.approx((rows["arrival_us"] / 1e6 - 10.0 - 72.0).tolist(), abs=1e-6)


@pytest.mark.parametrize(
    ("route", "begin_m", "end_m", "way_m"),
    [
        ((0,), 0.0, 600.0, 600.0),
        ((0,), 250.0, 400.0, 150.0),
        ((0, 1), 250.0, 100.0, 450.0),
        ((0, 1, 2), 250.0, 100.0, 850.0),
    ],
)
def test_a_trip_is_as_long_as_the_way_between_its_ends(route: Route, begin_m: float, end_m: float, way_m: float) -> None:
    """On a straight road of 600 + 400 + 500 m: from its place on its first edge to that on its last, to 1 mm, at the limit."""
    nodes = [(0.0, 0.0), (600.0, 0.0), (1000.0, 0.0), (1500.0, 0.0)]
    network = build(nodes, [(0, 1, 1), (1, 2, 1), (2, 3, 1)], entries=[0], exits=[2])
    lab = Lab(network, [(0.0, route)])
    lab.trips = dataclasses.replace(lab.trips, depart_s_m=np.array([begin_m]), arrive_s_m=np.array([end_m]))
    rows = _trips(lab)
    assert rows["route_length_m"] == pytest.approx([way_m], abs=0.001)
    assert rows["free_flow_s"] == pytest.approx([way_m / LIMIT_MPS], abs=0.001)
    assert rows["delay_s"].mask.tolist() == [True]
