"""Speed advice at signals: arithmetic of the arrival, choice of the green, and the loop closed through the traffic model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.traffic.helpers import Unwritten
from tests.traffic.networks import build

from twin.kernel.records import SpeedAdvice
from twin.traffic.demand import DemandSpec
from twin.traffic.process import Traffic
from twin.traffic.signal_spec import SignalsSpec
from twin.v2x.services.compliance import follows, lowest
from twin.v2x.services.lane_queues import LaneQueues
from twin.v2x.services.service_spec import SignalAdviceSpec
from twin.v2x.services.signal_advice import Approach, SignalAdvice, advised_speed_mps, earliest_arrival_s, steady_speed_mps

SECOND_US = 1_000_000
SPEC = SignalAdviceSpec(compliance=1.0)


def arrays(*values: float) -> tuple[np.ndarray, ...]:
    """Return arrays of one element each."""
    return tuple(np.array([value]) for value in values)


def approach(distance_m: float, speed_mps: float, greens: list[tuple[float, float]], **more: float) -> Approach:
    """Return one vehicle's approach, limit 50 km/h."""
    settings = {"limit_mps": 50 / 3.6, "queue_now_s": 0.0, "queue_then_s": 0.0} | more
    begin_s, end_s = (np.array([[green[k] for green in greens]]) for k in range(2))
    return Approach(
        np.array([distance_m]),
        np.array([speed_mps]),
        np.array([settings["limit_mps"]]),
        begin_s,
        end_s,
        np.array([settings["queue_now_s"]]),
        np.array([settings["queue_then_s"]]),
    )


@given(distance_m=st.floats(5.0, 400.0), speed_mps=st.floats(0.0, 20.0), limit_mps=st.floats(5.0, 20.0), a=st.floats(0.5, 3.0))
def test_the_earliest_arrival_is_that_of_even_acceleration(
    distance_m: float, speed_mps: float, limit_mps: float, a: float
) -> None:
    """Driving it in steps of 1 ms comes to the place within 0.01 s and 0.1 %: the error of the steps."""
    found = float(earliest_arrival_s(*arrays(distance_m, speed_mps, limit_mps), a)[0])
    t_s = np.arange(0.0, found + 1.0, 1e-3)
    speed = np.minimum(min(speed_mps, limit_mps) + a * t_s, limit_mps)
    driven_m = np.concatenate(([0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) * 1e-3)))
    assert float(np.interp(distance_m, driven_m, t_s)) == pytest.approx(found, rel=1e-3, abs=0.01)


@given(distance_m=st.floats(10.0, 400.0), speed_mps=st.floats(1.0, 20.0), arrival_s=st.floats(1.0, 120.0))
def test_who_slows_down_to_the_steady_speed_arrives_then(distance_m: float, speed_mps: float, arrival_s: float) -> None:
    """Way while braking plus way at the steady speed is the distance, to 1e-6; NaN only where even stopping is too short."""
    b = 1.0
    v = float(steady_speed_mps(*arrays(distance_m, speed_mps, arrival_s), b)[0])
    if np.isnan(v):
        stopping_m = speed_mps**2 / (2 * b)
        assert stopping_m > distance_m * (1 - 1e-9) or speed_mps / b > arrival_s * (1 - 1e-9)
        return
    assert v >= 0.0
    if speed_mps <= distance_m / arrival_s:
        assert v == pytest.approx(distance_m / arrival_s)
        return
    brakes_s = (speed_mps - v) / b
    assert v <= speed_mps
    way_m = (speed_mps**2 - v**2) / (2 * b) + v * (arrival_s - brakes_s)
    assert brakes_s <= arrival_s * (1 + 1e-9)
    assert way_m == pytest.approx(distance_m, rel=1e-6)


@pytest.mark.parametrize(
    ("greens", "least", "most"),
    [
        ([(-5.0, 60.0), (90.0, 120.0)], np.inf, np.inf),  # passes in this green as it is
        (
            [(30.0, 60.0), (90.0, 120.0)],
            7.6,
            7.8,
        ),  # with the green at 30 s: below 250 m / 30 s, as slowing down takes time
        ([(-20.0, 10.0), (35.0, 60.0)], 6.2, 6.4),  # misses this one, comes with the next
        ([(80.0, 99.0), (150.0, 180.0)], np.inf, np.inf),  # would have to crawl: no advice
        ([(30.0, 30.5), (45.0, 60.0)], np.inf, np.inf),  # too short to arrive in; 250 m / 45 s is below the least speed
    ],
)
def test_the_first_green_that_can_be_reached_counts(greens: list[tuple[float, float]], least: float, most: float) -> None:
    """250 m before the line at 50 km/h."""
    speed = float(advised_speed_mps(approach(250.0, 50 / 3.6, greens), SPEC)[0])
    assert least <= speed <= most


def test_a_queue_delays_the_arrival() -> None:
    """Five vehicles that wait for the green take 12 s more: at 42 s instead of 30."""
    free = float(advised_speed_mps(approach(280.0, 13.0, [(30.0, 60.0), (90.0, 120.0)]), SPEC)[0])
    behind = float(advised_speed_mps(approach(280.0, 13.0, [(30.0, 60.0), (90.0, 120.0)], queue_then_s=12.0), SPEC)[0])
    assert behind < free
    assert behind == pytest.approx(float(steady_speed_mps(*arrays(280.0, 13.0, 42.0), SPEC.braking_mps2)[0]))
    now = float(advised_speed_mps(approach(110.0, 13.0, [(-1.0, 40.0), (90.0, 120.0)], queue_now_s=14.0), SPEC)[0])
    assert now == pytest.approx(float(steady_speed_mps(*arrays(110.0, 13.0, 14.0), SPEC.braking_mps2)[0]))


def test_queues_count_who_is_ahead_on_the_lane() -> None:
    """By hand: three on lane 0 of edge 4, one on lane 1; who is not there yet gets the mean of the lanes."""
    queues = LaneQueues(
        np.array([4, 4, 4, 4, 7], np.int32),
        np.array([0, 0, 0, 1, 0], np.int8),
        np.array([90.0, 80.0, 20.0, 95.0, 50.0]),
        np.array([0.0, 1.0, 9.0, 0.0, 0.0]),
    )
    ahead, standing = queues.ahead(
        np.array([4, 4, 4, 4, 5, 9], np.int32), np.array([0, 0, 1, -1, 0, -1], np.int8), np.array([20.0, 85.0, 0, -40.0, 0, 0])
    )
    assert ahead.tolist() == [2, 1, 1, 2, 0, 0]
    assert standing.tolist() == [2, 1, 1, 1.5, 0, 0]


def test_the_lowest_advice_holds() -> None:
    """Of two services' words to one vehicle the slower one counts; infinity only where nobody says else."""

    def one(vehicle: list[int], speed_mps: list[float]) -> SpeedAdvice:
        return SpeedAdvice(5, np.array(vehicle, np.int32), np.array(speed_mps), np.array(vehicle, np.int64) + 100)

    both = lowest(5, one([3, 1, 2], [np.inf, 8.0, 9.0]), one([2, 3], [6.0, np.inf]))
    assert both.vehicle.tolist() == [1, 2, 3]
    assert both.speed_mps.tolist() == [8.0, 6.0, np.inf]
    assert lowest(5).vehicle.size == 0


def crossing(seed: int = 3) -> Traffic:
    """Return one signalised crossing with long arms and little traffic."""
    nodes = [(0.0, 0.0), (-600.0, 0.0), (600.0, 0.0), (0.0, -600.0), (0.0, 600.0)]
    edges = [(1, 0, 1), (0, 2, 1), (3, 0, 1), (0, 4, 1), (2, 0, 1), (0, 1, 1), (4, 0, 1), (0, 3, 1)]
    network = build(nodes, edges, entries=(0, 2, 4, 6), exits=(1, 3, 5, 7), junctions=((0, True),))
    demand = DemandSpec.model_validate(
        {
            "inflow_vph": 300.0,
            "inbound_share": 0.0,
            "outbound_share": 0.0,
            "internal_share": 0.0,
            "prefill_s": 0.0,
            "shortest_trip_m": 0.0,
        }
    )
    signals = SignalsSpec.model_validate({"cycle_s": 60.0, "phasing": "two"})
    return Traffic(network, demand, signals, seed, 600 * SECOND_US, Unwritten())


def stops(traffic: Traffic, service: SignalAdvice | None) -> tuple[int, int]:
    """Drive 500 s; return how often somebody comes to a stop, and how many have arrived."""
    stood = np.zeros(traffic.trips.count, np.bool_)
    count = 0
    for t_s in range(500):
        t_us = t_s * SECOND_US
        traffic.signals.step(t_us)
        truth = traffic.now(t_us)
        if service is not None:
            queues = LaneQueues(truth.edge, truth.lane, truth.s_m, truth.speed_mps)
            traffic.advise(service.step(t_us, truth, np.ones(truth.vehicle.size, np.bool_), queues))
        stands = truth.speed_mps < 0.5
        count += int((stands & ~stood[truth.vehicle]).sum())
        stood[truth.vehicle] = stands
        stood[truth.vehicle[truth.speed_mps > 3.0]] = False
    return count, traffic.arrived


def test_advice_at_a_quiet_crossing_takes_most_stops_away() -> None:
    """Three seeds of some 25 vehicles, all equipped and obedient: at most 60 % of the stops, and as many arrive (within one).

    What is left are those for whom the next green is too far away, and who gives way as he turns.
    """
    before = after = 0
    for seed in (1, 2, 5):
        plain, arrived = stops(crossing(seed), None)
        traffic = crossing(seed)
        advised, arrived_too = stops(traffic, SignalAdvice(SPEC, traffic, 1))
        assert abs(arrived_too - arrived) <= 1
        before, after = before + plain, after + advised
    assert before >= 30
    assert after <= 0.6 * before


def test_only_who_received_and_follows_is_advised() -> None:
    """Nobody without reception; the share of drivers that follow is that of the specification within four deviations."""
    traffic = crossing()
    traffic.signals.step(100 * SECOND_US)
    truth = traffic.now(100 * SECOND_US)
    service = SignalAdvice(SPEC, traffic, 1)
    nobody = np.zeros(truth.vehicle.size, np.bool_)
    assert service.step(100 * SECOND_US, truth, nobody).vehicle.size == 0
    everybody = service.step(100 * SECOND_US, truth, ~nobody).vehicle
    half = SignalAdvice(SignalAdviceSpec(compliance=0.5), traffic, 1).step(100 * SECOND_US, truth, ~nobody).vehicle
    assert set(half.tolist()) <= set(everybody.tolist())
    many = type(truth)(0, np.arange(10_000, dtype=np.int32), np.zeros(10_000, np.int8), *(np.zeros(10_000) for _ in range(11)))  # type: ignore[arg-type]
    assert abs(follows(1, 0.5, many).mean() - 0.5) < 4 * 0.5 / 100
    many.klass[:] = 5
    assert follows(1, 0.0, many).all()
