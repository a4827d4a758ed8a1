"""The engine against theory: the diagram of its car-following, waves, queues at signals and at bottlenecks, priority."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
from tests.traffic.networks import build
from tests.verification.capacity_formulas import signal_capacity_vph, webster_delay_s
from tests.verification.idm_theory import Driver, equilibrium_diagram
from tests.verification.kinematic_wave import merge_flows, queue_tail_speed_mps
from tests.verification.lab import Lab, poisson_s, signalled_road

from twin.roadnet.road_network import RoadNetwork
from twin.traffic.signal_states import GREEN, RED

LIMIT_MPS = 50.0 / 3.6
CARS = equilibrium_diagram(Driver())


@cache
def _discharge() -> tuple[float, float, float]:
    """Return saturation flow (veh/s), start-up lost time (s) and speed of the start wave (m/s) of a standing queue."""
    lab = Lab(signalled_road(1500.0, 1500.0), [(2.0 * i, (0, 1)) for i in range(60)])
    for edge in (0, 2, 4):
        lab.show(edge, RED)
    lab.run(200.0)
    queue = lab.slots_on(0)
    standing = queue.vehicle[queue.speed < 0.01].tolist()
    where = dict(zip(queue.vehicle.tolist(), queue.s.tolist(), strict=True))
    lab.show(0, GREEN)
    green_s = lab.t_s
    starts: dict[int, float] = {}
    crosses: dict[int, float] = {}

    def watch(t_s: float) -> None:
        now = lab.slots_on(0)
        speed = dict(zip(now.vehicle.tolist(), now.speed.tolist(), strict=True))
        for car in standing:
            if speed.get(car, 0.0) > 0.2:
                starts.setdefault(car, t_s - green_s)
            if car not in speed:
                crosses.setdefault(car, t_s - green_s)

    lab.run(green_s + 90.0, watch)
    cars = sorted(crosses)
    headways_s = np.diff([0.0, *(crosses[car] for car in cars)])
    headway_s = float(headways_s[4:20].mean())
    begun = sorted(starts)[3:]
    wave_mps = float(np.polyfit([starts[car] for car in begun], [where[car] for car in begun], 1)[0])
    return 1.0 / headway_s, float((headways_s[:4] - headway_s).sum()), wave_mps


def test_a_queue_discharges_at_the_saturation_flow(record_property) -> None:
    """1,700 to 2,000 cars an hour from the fifth on; the first four lose 1 to 4 s (HCM 2010, chapter 18: 2 s is typical).

    The wave of starting runs back at 15 to 24 km/h: jam fronts are seen at 15 to 20, and -(s0 + l) / T is 24.
    """
    saturation_vps, lost_s, wave_mps = _discharge()
    record_property("saturation_flow_vph", saturation_vps * 3600.0)
    record_property("start_up_lost_s", lost_s)
    record_property("start_wave_kmh", -wave_mps * 3.6)
    assert 1700.0 <= saturation_vps * 3600.0 <= 2000.0
    assert 1.0 <= lost_s <= 4.0
    assert 15.0 <= -wave_mps * 3.6 <= 24.2


def _two_speeds(first_m: float, second_m: float, slow_mps: float) -> RoadNetwork:
    network = build([(0.0, 0.0), (first_m, 0.0), (first_m + second_m, 0.0)], [(0, 1, 1), (1, 2, 1)], entries=[0], exits=[1])
    return dataclasses.replace(network, edge_speed_limit_mps=np.array([LIMIT_MPS, slow_mps]))


@pytest.mark.parametrize("slow_mps", [2.0, 4.0, 6.0])
def test_congested_traffic_lies_on_the_equilibrium_diagram(slow_mps: float, record_property) -> None:
    """Before a slower stretch flows its capacity, at the density that the diagram has for it, each within 5 %."""
    lab = Lab(_two_speeds(2500.0, 2000.0, slow_mps), [(2.2 * i, (0, 1)) for i in range(700)])
    lab.run(900.0)
    density, flow = [], []

    def measure(_: float) -> None:
        cars = lab.slots_on(0)
        here = (cars.s > 1500.0) & (cars.s < 2300.0)
        density.append(here.sum() / 800.0)
        flow.append(cars.speed[here].sum() / 800.0)

    lab.run(1300.0, measure, every_s=1.0)
    flow_vps = float(np.mean(flow))
    capacity_vps, density_vpm = equilibrium_diagram(Driver(desired_mps=slow_mps)).capacity_vps, CARS.congested_density(flow_vps)
    record_property("congested_flow_ratio", flow_vps / capacity_vps)
    record_property("congested_density_ratio", np.mean(density) / density_vpm)
    assert flow_vps == pytest.approx(capacity_vps, rel=0.05)
    assert np.mean(density) == pytest.approx(density_vpm, rel=0.05)


def test_the_tail_of_a_queue_moves_at_the_speed_of_the_shock(record_property) -> None:
    """Before a bottleneck that passes less than arrives, from the flows and the diagram, within 10 %."""
    peak_vps, after_vps, peak_s, last_s = 0.42, 0.1, 600.0, 3000.0
    first_m, second_m, slow_mps = 3000.0, 200.0, 4.0
    departures_s = [*np.arange(0.0, peak_s, 1.0 / peak_vps), *np.arange(peak_s, last_s, 1.0 / after_vps)]
    wanted = [(float(t), (0, 1)) for t in departures_s]
    lab = Lab(_two_speeds(first_m, second_m, slow_mps), wanted)
    tail = []

    def watch(t_s: float) -> None:
        cars = lab.slots_on(0)
        queued = cars.s[cars.speed < 6.0]
        if t_s > 300.0 and queued.size:
            tail.append((t_s, queued.min()))

    left = lab.engine.roads.lanes.left
    lab.run(300.0, watch, every_s=1.0)
    passed = int(left[lab.lanes_of(0)].sum())
    lab.run(590.0, watch, every_s=1.0)
    leaving_vps = (int(left[lab.lanes_of(0)].sum()) - passed) / 290.0
    speed_mps = np.polyfit(*np.array(tail).T, 1)[0]
    shock_mps = queue_tail_speed_mps(CARS, peak_vps, leaving_vps)
    record_property("shock_speed_ratio", speed_mps / shock_mps)
    assert speed_mps == pytest.approx(shock_mps, rel=0.1)


def _per_cycle(cycle_s: float, green_s: float) -> float:
    """Return the cars a cycle of a queue that never ends."""
    lab = Lab(signalled_road(600.0, 400.0), [(1.9 * i, (0, 1)) for i in range(1500)])
    for edge in (2, 4):
        lab.show(edge, RED)
    switch = lab.fixed_time(0, cycle_s, green_s, 3.0)
    switch(0.0)
    lanes = lab.lanes_of(0)
    lab.run(5.0 * cycle_s, switch)
    before = lab.engine.roads.lanes.left[lanes].sum()
    lab.run(25.0 * cycle_s, switch)
    return float(lab.engine.roads.lanes.left[lanes].sum() - before) / 20.0


@pytest.mark.parametrize(("cycle_s", "green_s"), [(60.0, 30.0), (90.0, 40.0)])
def test_the_capacity_of_a_signal_is_s_g_over_c(cycle_s: float, green_s: float, record_property) -> None:
    """With the saturation flow measured and the shown green as effective (yellow used against start lost), within 5 %."""
    saturation_vps, _, _ = _discharge()
    found_vph = _per_cycle(cycle_s, green_s) * 3600.0 / cycle_s
    capacity_vph = signal_capacity_vph(saturation_vps * 3600.0, green_s, cycle_s)
    record_property("signal_capacity_ratio", found_vph / capacity_vph)
    assert found_vph == pytest.approx(capacity_vph, rel=0.05)


@pytest.mark.parametrize("x", [0.4, 0.6, 0.8, 0.9])
def test_poisson_arrivals_wait_at_a_signal_as_webster_says(x: float, record_property) -> None:
    """Two hours at 30 s of 60: the delay against the same cars with lasting green is Webster's, within 15 %."""
    cycle_s, green_s = 60.0, 30.0
    saturation_vps, _, _ = _discharge()
    capacity_vps = _per_cycle(cycle_s, green_s) / cycle_s
    arrivals_s = poisson_s(x * capacity_vps, 7200.0, int(10 * x))
    wanted = [(float(t), (0, 1)) for t in arrivals_s]
    travel_s = []
    for green in (cycle_s, green_s):
        lab = Lab(signalled_road(1500.0, 400.0), wanted)
        for edge in (2, 4):
            lab.show(edge, RED)
        lab.run(7900.0, lab.fixed_time(0, cycle_s, green, 3.0), every_s=0.5)
        assert np.isfinite(lab.travel_s()).all()
        travel_s.append(float(lab.travel_s().mean()))
    effective_s = capacity_vps * cycle_s / saturation_vps
    theory_s = webster_delay_s(arrivals_s.size / 7200.0, saturation_vps, cycle_s, effective_s)
    record_property("webster_delay_ratio", (travel_s[1] - travel_s[0]) / theory_s)
    assert travel_s[1] - travel_s[0] == pytest.approx(theory_s, rel=0.15)


def _merge(first_vps: float, second_vps: float) -> tuple[float, float]:
    """Return the flows of two one-lane roads that become one lane, after 500 s."""
    nodes = [(0.0, 0.0), (1000.0, 0.0), (2000.0, 0.0), (100.0, -500.0)]
    network = build(nodes, [(0, 1, 1), (3, 1, 1), (1, 2, 1)], entries=[0, 1], exits=[2])
    flows = ((first_vps, (0, 2)), (second_vps, (1, 2)))
    lab = Lab(network, [(i / flow, route) for flow, route in flows for i in range(int(1500.0 * flow))])
    left = lab.engine.roads.lanes.left
    lab.run(500.0)
    before = [int(left[lab.lanes_of(edge)].sum()) for edge in (0, 1)]
    lab.run(1500.0)
    first, second = (float(left[lab.lanes_of(edge)].sum() - was) / 1000.0 for edge, was in zip((0, 1), before, strict=True))
    return first, second


def test_a_merge_lets_all_pass_that_fit() -> None:
    """0.25 and 0.2 cars a second pass without loss, within 2 %."""
    assert _merge(0.25, 0.2) == pytest.approx(merge_flows(0.25, 0.2, CARS.capacity_vps, 0.5), rel=0.02)


def test_a_full_merge_passes_the_capacity_of_its_lane(record_property) -> None:
    """Both roads full: together the capacity of the lane behind, shared by halves, within 10 %."""
    first, second = _merge(0.5, 0.5)
    record_property("full_merge_ratio", (first + second) / CARS.capacity_vps)
    assert first + second == pytest.approx(CARS.capacity_vps, rel=0.1)
    assert first == pytest.approx(second, rel=0.1)
