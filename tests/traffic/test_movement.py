"""Movement: nobody overlaps, nobody is lost, red means stop."""

from __future__ import annotations

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.traffic.helpers import check_lanes, traffic_on
from tests.traffic.networks import build, grid

from twin.traffic.roads import GREEN, RED
from twin.traffic.vehicles import NEVER


@settings(max_examples=12)
@given(
    seed=st.integers(0, 1000),
    lanes=st.integers(1, 3),
    inflow_vph=st.sampled_from([500.0, 4000.0, 12_000.0]),
    spacing_m=st.sampled_from([15.0, 60.0, 200.0]),
    prefill_s=st.sampled_from([0.0, 300.0]),
)
def test_nobody_overlaps_and_nobody_is_lost(
    seed: int, lanes: int, inflow_vph: float, spacing_m: float, prefill_s: float
) -> None:
    """At every second: a gap to the vehicle ahead, lists in order, begun = on the network + waiting + arrived + left out."""
    traffic = traffic_on(
        grid(3, spacing_m, lanes), seconds=180, seed=seed, inflow_vph=inflow_vph, prefill_s=prefill_s, internal_share=0.1
    )
    env = simpy.Environment()
    traffic.start(env)
    check_lanes(traffic)
    for second in range(1, 180):
        env.run(until=second * 1_000_000)
        check_lanes(traffic)
    assert traffic.active > 0


def test_vehicles_cover_the_way_they_drive() -> None:
    """On a free straight road the front moves by (v + v') / 2 per step, to 1e-9, and never faster than 1.1 x the limit."""
    network = build([(0.0, 0.0), (2000.0, 0.0)], [(0, 1, 1)], entries=[0], exits=[0])
    traffic = traffic_on(network, seconds=60, inflow_vph=60.0)
    traffic.step_to(100_000)
    vehicles = traffic.vehicles.all
    for tenth in range(2, 600):
        before_s, before_mps, there = vehicles.s.copy(), vehicles.speed.copy(), vehicles.lane >= 0
        traffic.step_to(tenth * 100_000)
        still = there & (vehicles.lane >= 0)
        way = vehicles.s[still] - before_s[still]
        assert way == pytest.approx(0.05 * (vehicles.speed[still] + before_mps[still]), abs=1e-9)
        assert np.all(vehicles.speed[still] <= 1.1 * 50 / 3.6 + 1e-9)


def test_the_edges_count_the_metres_that_the_vehicles_drive() -> None:
    """On short crowded edges, where crossings are cut short, the edges' vehicle-metres are the vehicles' odometers, to 1e-9."""
    traffic = traffic_on(grid(3, 15.0, 1), seconds=300, inflow_vph=4000.0, internal_share=0.1)
    for tenth in range(1, 3000):
        traffic.step_to(tenth * 100_000)
    driven_m = float(traffic.vehicles.all.odometer.sum())
    assert driven_m > 10_000.0
    assert float(traffic.roads.edges.distance.sum()) == pytest.approx(driven_m, rel=1e-9)


def test_nobody_passes_a_red_light() -> None:
    """In an hour of two-phase control, no front bumper crosses a stop line that was red for more than a second."""
    network = grid(1, 300.0, 2)
    traffic = traffic_on(network, seconds=1800, inflow_vph=2400.0)
    env = simpy.Environment()
    traffic.start(env)
    approaches = list(network.junctions[0].approaches)
    red_since = np.full(network.edge_count, 10**12)
    crossed_on_green = 0
    left_before = traffic.roads.edges.left.copy()
    for tenth in range(1, 18_000):
        env.run(until=tenth * 100_000 + 1)
        shown = traffic.roads.edges.signal
        red_since[shown == RED] = np.minimum(red_since[shown == RED], tenth)
        red_since[shown != RED] = 10**12
        left = traffic.roads.edges.left - left_before
        left_before = traffic.roads.edges.left.copy()
        for edge in approaches:
            assert left[edge] == 0 or tenth - red_since[edge] <= 10
            crossed_on_green += int(left[edge] * (shown[edge] == GREEN))
    assert crossed_on_green > 300


def test_a_queue_spills_back_over_the_edges_behind() -> None:
    """A red signal that never changes fills its approach, then the edge before it; nobody enters once both are full."""
    network = build(
        [(0.0, 0.0), (200.0, 0.0), (400.0, 0.0), (600.0, 0.0)],
        [(0, 1, 1), (1, 2, 1), (2, 3, 1)],
        entries=[0],
        exits=[2],
        junctions=[(2, True)],
    )
    traffic = traffic_on(network, seconds=900, inflow_vph=900.0)
    traffic.roads.edges.signal[1] = RED
    for tenth in range(1, 9000):
        traffic.step_to(tenth * 100_000)
    check_lanes(traffic)
    counts = traffic.roads.lanes.count
    assert counts[2] == 0
    assert counts[1] >= 25
    assert counts[0] >= 25
    assert traffic.waiting > 0
    assert traffic.arrived == 0


def test_two_roads_merge_into_one_lane_without_starving_each_other() -> None:
    """Two equally loaded roads that merge get through alike: neither more than 60 % of the flow, and some 750 veh/h in all."""
    network = build(
        [(0.0, 30.0), (0.0, -30.0), (500.0, 0.0), (1000.0, 0.0)], [(0, 2, 1), (1, 2, 1), (2, 3, 1)], entries=[0, 1], exits=[2]
    )
    traffic = traffic_on(network, seconds=1200, inflow_vph=2000.0)
    for tenth in range(1, 12_000):
        traffic.step_to(tenth * 100_000)
    check_lanes(traffic)
    left = traffic.roads.edges.left
    assert left[0] + left[1] > 750 / 3
    assert 0.4 < left[0] / (left[0] + left[1]) < 0.6


def test_a_trip_arrives_after_its_free_flow_time_on_an_empty_road() -> None:
    """Alone on the road, a trip of 2 km at the limit takes length / desired speed, within 1 s."""
    network = build([(0.0, 0.0), (1000.0, 0.0), (2000.0, 0.0)], [(0, 1, 1), (1, 2, 1)], entries=[0], exits=[1])
    traffic = traffic_on(network, seconds=900, inflow_vph=12.0)
    for tenth in range(1, 9000):
        traffic.step_to(tenth * 100_000)
    vehicles = traffic.vehicles.all
    done = np.flatnonzero(vehicles.arrive_us != NEVER)
    alone = [trip for trip in done if trip == 0 or vehicles.arrive_us[trip - 1] < vehicles.insert_us[trip]]
    assert alone
    for trip in alone:
        wanted_s = 2000.0 / (50 / 3.6 * vehicles.speed_factor[trip])
        assert (vehicles.arrive_us[trip] - vehicles.insert_us[trip]) / 1e6 == pytest.approx(wanted_s, abs=1.0)
