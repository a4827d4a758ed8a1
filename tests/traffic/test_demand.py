"""Demand: Poisson trips from named streams, on routes that exist."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.traffic.networks import grid

from twin.traffic.demand import DemandSpec
from twin.traffic.ground_truth import VEHICLE_CLASSES
from twin.traffic.places import trip_ends
from twin.traffic.trips import PURPOSES, build_trips, expected_edge_time_s

HOUR_US = 3_600_000_000


def test_departures_are_a_poisson_process_of_the_given_rate() -> None:
    """An hour at 6,000 veh/h: the count lies within 4 standard deviations, counts per 10 s have variance = mean within 25 %.

    360 counts: the standard error of the dispersion index is sqrt(2/359) = 7.5 %; 25 % is more than three of them.
    """
    trips = build_trips(grid(4), DemandSpec(inflow_vph=6000.0, prefill_s=0.0, shortest_trip_m=0.0), 1, HOUR_US)
    assert abs(trips.count - 6000.0) < 4.0 * np.sqrt(6000.0)
    counts = np.bincount(trips.depart_us // 10_000_000, minlength=360)
    assert counts.var() / counts.mean() == pytest.approx(1.0, abs=0.25)


def test_the_profile_shapes_the_inflow() -> None:
    """With a factor that rises from 0 to 2 over the hour, a quarter of the trips begin in the first half (4 sigma)."""
    profile = ({"at_s": 0.0, "factor": 0.0}, {"at_s": 3600.0, "factor": 2.0})
    spec = DemandSpec.model_validate({"inflow_vph": 6000.0, "prefill_s": 0.0, "shortest_trip_m": 0.0, "profile": profile})
    trips = build_trips(grid(4), spec, 3, HOUR_US)
    early = np.count_nonzero(trips.depart_us < HOUR_US // 2)
    assert abs(early / trips.count - 0.25) < 4.0 * np.sqrt(0.25 * 0.75 / trips.count)


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000))
def test_every_route_can_be_driven(seed: int) -> None:
    """Each route begins at its origin's edge, follows permitted turns, and its ends lie on its first and last edge."""
    network = grid(3)
    trips = build_trips(network, DemandSpec(inflow_vph=2000.0, shortest_trip_m=300.0), seed, HOUR_US // 4)
    assert trips.count > 0
    assert np.all(np.diff(trips.depart_us) >= 0)
    for trip in range(trips.count):
        edges = trips.edges_of(trip)
        assert edges.size >= 1
        for edge, following in itertools.pairwise(edges):
            assert following in network.turns(int(edge))
        assert 0.0 <= trips.depart_s_m[trip] < network.edge_length_m[edges[0]]
        assert 0.0 < trips.arrive_s_m[trip] <= network.edge_length_m[edges[-1]]
    assert set(trips.purpose.tolist()) <= set(range(len(PURPOSES)))
    assert set(trips.klass.tolist()) <= set(range(len(VEHICLE_CLASSES)))


def test_drivers_expect_to_wait_at_signals() -> None:
    """Edges of 200 m at 50 km/h take 14.4 s; those that lead to a signal 20 s more, to 1 ns."""
    network = grid(2)
    before = {edge for junction in network.junctions for edge in junction.approaches}
    assert 0 < len(before) < network.edge_count
    expected_s = [14.4 + (20.0 if edge in before else 0.0) for edge in range(network.edge_count)]
    assert expected_edge_time_s(network, 20.0).tolist() == pytest.approx(expected_s, abs=1e-9)
    without_s = expected_edge_time_s(grid(2, signalised=False), 20.0)
    assert without_s.tolist() == pytest.approx([14.4] * network.edge_count, abs=1e-9)


def test_another_seed_gives_other_trips_and_the_same_seed_the_same() -> None:
    """Draws depend on the seed and on nothing else."""
    network, spec = grid(3), DemandSpec(inflow_vph=2000.0)
    first, again, other = (build_trips(network, spec, seed, HOUR_US // 4) for seed in (1, 1, 2))
    assert np.array_equal(first.depart_us, again.depart_us)
    assert np.array_equal(first.route, again.route)
    assert not np.array_equal(first.depart_us[:50], other.depart_us[:50])


def test_a_longer_run_begins_with_the_trips_of_a_shorter_one() -> None:
    """The first half hour's trips are the same whether the run lasts half an hour or an hour."""
    network, spec = grid(3), DemandSpec(inflow_vph=2000.0)
    short, long = (build_trips(network, spec, 1, duration_us) for duration_us in (HOUR_US // 2, HOUR_US))
    early = long.depart_us < HOUR_US // 2
    assert np.array_equal(short.depart_us, long.depart_us[early])
    assert np.array_equal(short.klass, long.klass[early])


def test_nobody_drives_shorter_than_the_shortest_trip() -> None:
    """Places closer than shortest_trip_m, as the crow flies, are not connected by trips."""
    network = grid(4)
    trips = build_trips(network, DemandSpec(inflow_vph=4000.0, shortest_trip_m=700.0, inbound_share=0.0), 1, HOUR_US // 4)
    through = np.flatnonzero(trips.purpose == PURPOSES.index("through"))
    assert through.size > 100
    for trip in through:
        edges = trips.edges_of(trip)
        start, end = network.edge_u[edges[0]], network.edge_v[edges[-1]]
        distance_m = np.hypot(network.node_x_m[start] - network.node_x_m[end], network.node_y_m[start] - network.node_y_m[end])
        assert distance_m >= 700.0


def test_gates_and_zones_have_stable_names() -> None:
    """Keys of trip ends are unique: each has draws of its own."""
    ends = trip_ends(grid(4))
    keys = [end.key for group in (ends.entries, ends.exits, ends.zones) for end in group]
    assert len(set(keys)) == len(keys)
    assert len(ends.entries) == len(ends.exits) == 16
    assert ends.zones


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"inflow_vph": -1.0}, "greater than or equal to 0"),
        ({"inflow_vph": 10.0, "inbound_share": 0.9, "internal_share": 0.2}, "at most 1"),
        ({"inflow_vph": 10.0, "profile": [{"at_s": 5, "factor": 1}, {"at_s": 5, "factor": 2}]}, "in order of time"),
        ({"inflow_vph": 10.0, "vehicle_types": {"lorry": {}}}, "Extra inputs"),
    ],
)
def test_impossible_demand_is_refused(wrong: dict[str, object], says: str) -> None:
    """Negative rates, shares beyond 1, profiles out of order and unknown classes do not pass."""
    with pytest.raises(ValidationError, match=says):
        DemandSpec.model_validate(wrong)
