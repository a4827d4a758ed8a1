"""Where vehicles drive that leave or give up, and where those circle who see no hope."""

from __future__ import annotations

import numpy as np
import pytest
from tests.traffic.networks import build

from twin.parking.circling import Circling
from twin.parking.leaving import Leaving
from twin.traffic.ways import Onward

ROAD = build([(500.0 * i, 0.0) for i in range(5)], [(i, i + 1, 1) for i in range(4)], entries=[0], exits=[3])
"""A road of 2 km from a gate to a gate."""
FOLLOWING = Onward(np.array([0, 1, 2, 3, 3], np.int64), np.array([1, 2, 3], np.int32), np.ones(4, np.bool_))


def test_the_asked_share_leaves_the_map() -> None:
    """Six in ten to the gate, the others to zones; the same trip to the same place."""
    leaving = Leaving(ROAD, FOLLOWING, 0.6, 1)
    ends = [leaving.destination(trip) for trip in range(3000)]
    assert np.mean([end == (3, 500.0) for end in ends]) == pytest.approx(0.6, abs=0.03)
    assert {end for end in ends if end != (3, 500.0)} == {(edge, 250.0) for edge in (1, 2, 3)}  # nobody can drive to edge 0
    assert leaving.destination(7) == ends[7]
    assert all(leaving.away(trip) == (3, 500.0) for trip in range(20))


def test_where_no_draw_leads_an_end_that_is_reached_is_found() -> None:
    """Of two edges that can be reached, both; None where none can."""
    leaving = Leaving(ROAD, FOLLOWING, 0.5, 1)

    def from_edge_1(edges: np.ndarray) -> np.ndarray:
        return np.where(edges == 2, 10.0, np.inf)

    assert {leaving.reached(trip, from_edge_1) for trip in range(50)} == {(2, 250.0)}
    assert leaving.reached(1, lambda edges: np.full(edges.size, np.inf)) is None


def test_drivers_circle_near_their_destination() -> None:
    """Any usable road within the radius; the nearest where there is none."""
    usable = np.array([True, True, False, True])
    circling = Circling(ROAD, usable, 600.0, 1)
    assert {circling.next_edge(trip, 0, 500.0, 0.0) for trip in range(40)} == {0, 1}
    assert {circling.next_edge(7, attempt, 500.0, 0.0) for attempt in range(40)} == {0, 1}
    assert circling.next_edge(7, 0, 5000.0, 0.0) == 3
