"""Speed advice: who is advised slows down for as long as it holds, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from tests.traffic.helpers import check_lanes, traffic_on
from tests.traffic.networks import build, grid

from twin.kernel.records import SpeedAdvice
from twin.rng import stream_key, uniforms
from twin.traffic.process import Traffic

SECOND_US = 1_000_000


def road() -> Traffic:
    """Return a straight road of two edges of 1.5 km each, a vehicle every 20 s or so."""
    network = build([(0, 0), (1500, 0), (3000, 0)], [(0, 1, 1), (1, 2, 1)], entries=(0,), exits=(1,))
    return traffic_on(network, seconds=300, inflow_vph=150.0, driving={"speed_spread": 0.0})


def to(vehicles: list[int], speed_mps: float, at_us: int, until_us: int) -> SpeedAdvice:
    """Return one advice for some vehicles."""
    size = len(vehicles)
    return SpeedAdvice(at_us, np.array(vehicles, np.int32), np.full(size, speed_mps), np.full(size, until_us, np.int64))


def different(one: Traffic, other: Traffic) -> list[str]:
    """Return what differs in the state of two models, in any bit that means something."""
    a, b = one.state(), other.state()
    return [name for name in a if not all(np.array_equal(a[name][f], b[name][f]) for f in a[name].dtype.names or [...])]


def speed_of(traffic: Traffic, vehicle: int, t_us: int) -> float:
    """Return a vehicle's speed."""
    now = traffic.now(t_us)
    return float(now.speed_mps[now.vehicle == vehicle][0])


def test_an_advised_vehicle_slows_down_and_speeds_up_again() -> None:
    """The desired speed of the IDM is the speed that its free term tends to: within 1 % after 40 s at 1.4 and 2.0 m/s2."""
    traffic = road()
    traffic.step_to(60 * SECOND_US)
    first = int(traffic.now(60 * SECOND_US).vehicle[0])
    wanted = speed_of(traffic, first, 60 * SECOND_US)
    traffic.advise(to([first], 7.0, 60 * SECOND_US, 100 * SECOND_US))
    before = wanted
    for t_s in np.arange(60.5, 100.0, 0.5).tolist():
        speed = speed_of(traffic, first, int(t_s * SECOND_US))
        assert speed >= before - 2.0 * 0.5 - 1e-9, "never harder than comfortable braking"
        before = speed
    assert before == pytest.approx(7.0, rel=0.01)
    assert speed_of(traffic, first, 140 * SECOND_US) == pytest.approx(wanted, rel=0.01)
    assert traffic.engine.advice.size == 0


def test_advice_holds_on_the_next_edge_and_infinity_ends_it() -> None:
    """The vehicle passes from one edge to the other within 200 s at 7 m/s and is still advised there."""
    traffic = road()
    traffic.step_to(60 * SECOND_US)
    first = int(traffic.now(60 * SECOND_US).vehicle[0])
    traffic.advise(to([first], 8.0, 60 * SECOND_US, 10**12))
    for t_s in range(60, 260):
        now = traffic.now(t_s * SECOND_US)
        here = np.flatnonzero(now.vehicle == first)
        if now.edge[here[0]] == 1 and now.s_m[here[0]] > 20.0:
            break
    assert now.edge[here[0]] == 1
    assert now.speed_mps[here[0]] == pytest.approx(8.0, rel=0.02)
    traffic.advise(to([first], np.inf, t_s * SECOND_US, 10**12))
    assert speed_of(traffic, first, (t_s + 30) * SECOND_US) > 13.0


def test_new_advice_outlives_what_it_replaces() -> None:
    """7 m/s until 100 s, replaced at 80 s by 5 m/s until 140 s: one advice in force, which holds when the first would end."""
    traffic = road()
    traffic.step_to(60 * SECOND_US)
    first = int(traffic.now(60 * SECOND_US).vehicle[0])
    traffic.advise(to([first], 7.0, 60 * SECOND_US, 100 * SECOND_US))
    traffic.step_to(80 * SECOND_US)
    traffic.advise(to([first], 5.0, 80 * SECOND_US, 140 * SECOND_US))
    assert traffic.engine.advice["vehicle"].tolist() == [first]
    assert speed_of(traffic, first, 130 * SECOND_US) == pytest.approx(5.0, rel=0.01)
    assert speed_of(traffic, first, 170 * SECOND_US) > 7.0


def test_nobody_else_and_nothing_afterwards() -> None:
    """Advice above everybody's wish, or to those who are not on the road, leaves every byte as it is."""
    plain, advised = road(), road()
    for traffic in (plain, advised):
        traffic.step_to(80 * SECOND_US)
    there = advised.now(80 * SECOND_US).vehicle.tolist()
    advised.advise(to(there, 50.0, 80 * SECOND_US, 90 * SECOND_US))
    absent = [i for i in range(advised.trips.count) if i not in there]
    advised.advise(to(absent, 5.0, 81 * SECOND_US, 200 * SECOND_US))
    for traffic in (plain, advised):
        traffic.step_to(200 * SECOND_US)
    assert different(plain, advised) == []


def random_advice(traffic: Traffic, t_us: int) -> SpeedAdvice:
    """Advise a third of everybody something between 2 and 15 m/s, for up to 20 s."""
    vehicle = traffic.now(t_us).vehicle
    vehicle = vehicle[vehicle < traffic.trips.count]
    draws = uniforms(stream_key(5, "tests/advice"), t_us + vehicle.astype(np.int64))
    chosen = draws[:, 0] < 1.0 / 3.0
    until_us = t_us + (20 * SECOND_US * draws[chosen, 2]).astype(np.int64)
    return SpeedAdvice(t_us, vehicle[chosen], 2.0 + 13.0 * draws[chosen, 1], until_us)


def crowd() -> Traffic:
    """Return a busy town."""
    return traffic_on(grid(2), seconds=300, inflow_vph=5000.0, internal_share=0.2)


def test_nobody_overlaps_whatever_is_advised() -> None:
    """Order, gaps, conflict points, counts: the invariants of the traffic model hold at every second."""
    traffic = crowd()
    for t_s in range(5, 150, 5):
        traffic.advise(random_advice(traffic, t_s * SECOND_US))
        for more in range(5):
            traffic.step_to((t_s + more) * SECOND_US)
            check_lanes(traffic)
    assert traffic.arrived > 20


def test_it_does_not_matter_when_somebody_looks_nor_whether_the_run_was_saved() -> None:
    """Advice ends at the same steps however often the model is asked, and after a state was taken on in the middle of it."""
    often, seldom, resumed = crowd(), crowd(), crowd()
    for t_s in range(10, 100, 10):
        for traffic in (often, seldom):
            traffic.advise(random_advice(traffic, t_s * SECOND_US))
        for tenth in range(100):
            often.now(t_s * SECOND_US + tenth * 100_000)
        if t_s == 50:
            resumed.restore(often.state())
            often, resumed = resumed, often
    assert seldom.engine.advice.size > 0
    for traffic in (often, seldom):
        traffic.step_to(130 * SECOND_US)
    assert different(often, seldom) == []
    assert seldom.engine.advice.size == 0
    assert not seldom.engine.vehicles.all["advised_pace"].any()


@pytest.mark.parametrize(
    ("vehicle", "speed_mps", "wrong"),
    [
        ([0, 0], [5.0, 6.0], "named twice"),
        ([0, 10**6], [5.0, 6.0], "vehicles are 0 to"),
        ([0, 1], [5.0, 0.0], "above 0"),
        ([0, 1], [5.0, np.nan], "above 0"),
        ([0], [5.0, 6.0], "one length"),
    ],
)
def test_what_is_no_advice_is_refused(vehicle: list[int], speed_mps: list[float], wrong: str) -> None:
    """A vehicle has one advice, which is a speed."""
    traffic = road()
    advice = SpeedAdvice(0, np.array(vehicle, np.int32), np.array(speed_mps), np.full(len(vehicle), 1, np.int64))
    with pytest.raises(ValueError, match=wrong):
        traffic.advise(advice)
