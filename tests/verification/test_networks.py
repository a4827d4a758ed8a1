"""The engine against kinematic waves: free traffic, delay at a bottleneck, a diverge, a grid of 2 x 2 signals."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from tests.traffic.networks import build
from tests.verification.idm_theory import Driver, equilibrium_diagram
from tests.verification.kinematic_wave import counts_farther_on, diverge_flows, served, two_signals_delay_s
from tests.verification.lab import Lab, signalled_road

from twin.roadnet.road_network import RoadNetwork
from twin.traffic.signal_states import GREEN, RED, YELLOW

LIMIT_MPS = 50.0 / 3.6
CARS = equilibrium_diagram(Driver())


@pytest.mark.parametrize("flow_vps", [0.1, 0.2, 0.3, 0.4, 0.45, 0.5])
def test_free_traffic_lies_on_the_equilibrium_diagram(flow_vps: float, record_property) -> None:
    """Even departures on an open road: the density is the one that the diagram has for the flow, within 1 %."""
    road = build([(0.0, 0.0), (3000.0, 0.0)], [(0, 1, 1)], entries=[0], exits=[0])
    lab = Lab(road, [(i / flow_vps, (0,)) for i in range(int(900 * flow_vps))])
    lab.run(400.0)
    density, flow = [], []

    def measure(_: float) -> None:
        cars = lab.slots_on(0)
        here = (cars.s > 1000.0) & (cars.s < 2500.0)
        density.append(here.sum() / 1500.0)
        flow.append(cars.speed[here].sum() / 1500.0)

    lab.run(800.0, measure, every_s=1.0)
    assert np.mean(flow) == pytest.approx(flow_vps, rel=0.02)
    density_vpm = CARS.free_density(float(np.mean(flow)))
    record_property("free_density_ratio", np.mean(density) / density_vpm)
    assert np.mean(density) == pytest.approx(density_vpm, rel=0.01)


def _passing_s(lab: Lab, until_s: float) -> npt.NDArray[np.float64]:
    """Run until ``until_s``; return when each car passed the stop line of its first edge."""
    at_s = np.full(lab.trips.count, np.nan)

    def watch(t_s: float) -> None:
        at_s[(lab.engine.vehicles.all.leg >= 1) & np.isnan(at_s)] = t_s

    lab.run(until_s, watch, every_s=0.5)
    assert np.isfinite(at_s).all()
    return at_s


def test_a_bottleneck_delays_as_the_waves_say(record_property) -> None:
    """3 km, ten minutes of 0.42 cars a second, then 0.1, before a stretch of 4 m/s: total delay within 5 %.

    Theory: arrivals spread out over the 3 km by the diagram, then a queue that leaves at the flow measured while it lasts.
    (With a triangular diagram, where dense traffic is as fast as a lone car, the delay comes out 12 % too large.)
    """
    length_m, peak_vps, after_vps, peak_s, last_s = 3000.0, 0.42, 0.1, 600.0, 3000.0
    road = build([(0.0, 0.0), (length_m, 0.0), (length_m + 200.0, 0.0)], [(0, 1, 1), (1, 2, 1)], entries=[0], exits=[1])
    road = dataclasses.replace(road, edge_speed_limit_mps=np.array([LIMIT_MPS, 4.0]))
    departures_s = np.concatenate([np.arange(0.0, peak_s, 1.0 / peak_vps), np.arange(peak_s, last_s, 1.0 / after_vps)])
    lab = Lab(road, [(float(t), (0, 1)) for t in departures_s])
    passed_s = _passing_s(lab, last_s + 700.0)
    leaving_vps = float(((passed_s > 300.0) & (passed_s <= 600.0)).sum() / 300.0)
    found_s = float((passed_s - departures_s).sum()) - departures_s.size * length_m / LIMIT_MPS

    step_s = 0.5
    times_s = np.arange(0.0, last_s + 700.0, step_s)
    wanted = np.interp(
        times_s, [0.0, peak_s, last_s], [0.0, peak_vps * peak_s, peak_vps * peak_s + after_vps * (last_s - peak_s)]
    )
    arrived = counts_farther_on(CARS, length_m, times_s, wanted)
    left = served(arrived, step_s, np.full(times_s.size, leaving_vps))
    theory_s = float((wanted - left).sum()) * step_s - wanted[-1] * length_m / LIMIT_MPS
    record_property("bottleneck_delay_ratio", found_s / theory_s)
    assert found_s == pytest.approx(theory_s, rel=0.05)


def _flows(lab: Lab, edges: tuple[int, ...], since_s: float, until_s: float) -> tuple[float, ...]:
    """Return the vehicles a second over the stop lines (or ends) of ``edges``."""
    lab.run(since_s)
    before = [lab.passed(edge) for edge in edges]
    lab.run(until_s)
    return tuple((lab.passed(edge) - was) / (until_s - since_s) for edge, was in zip(edges, before, strict=True))


@cache
def _capacity_of_slow_road(slow_mps: float) -> float:
    """Return what the engine lets into a one-lane road of so low a speed, veh/s."""
    road = build([(0.0, 0.0), (1000.0, 0.0), (1600.0, 0.0)], [(0, 1, 1), (1, 2, 1)], entries=[0], exits=[1])
    road = dataclasses.replace(road, edge_speed_limit_mps=np.array([LIMIT_MPS, slow_mps]))
    (flow,) = _flows(Lab(road, [(2.2 * i, (0, 1)) for i in range(700)]), (1,), 600.0, 1500.0)
    return flow


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_a_full_branch_of_a_diverge_holds_up_the_other(share: float, record_property) -> None:
    """0.4 cars a second on one lane, a share of them into a branch of 2 m/s: flows of both as Daganzo says, within 10 %."""
    nodes = [(0.0, 0.0), (1500.0, 0.0), (2100.0, 40.0), (2100.0, -40.0)]
    road = build(nodes, [(0, 1, 1), (1, 2, 1), (1, 3, 1)], entries=[0], exits=[1, 2])
    road = dataclasses.replace(road, edge_speed_limit_mps=np.array([LIMIT_MPS, 2.0, LIMIT_MPS]))
    first = np.diff(np.floor(np.arange(801) * share)) > 0.0
    lab = Lab(road, [(2.5 * i, (0, 1 if slow else 2)) for i, slow in enumerate(first)])
    found = _flows(lab, (1, 2), 900.0, 1900.0)
    wanted = diverge_flows(0.4, share, _capacity_of_slow_road(2.0), CARS.capacity_vps)
    assert sum(wanted) < 0.39, "the branch must be full for the case to say anything"
    for flow_vps, theory_vps in zip(found, wanted, strict=True):
        record_property("diverge_flow_ratio", flow_vps / theory_vps)
    assert found == pytest.approx(wanted, rel=0.1)


def _crossing_streets(length_m: float) -> RoadNetwork:
    """Return two one-way streets eastwards and two northwards, one lane each, with signals where they cross.

    Edges 3 i to 3 i + 2 are those of street i: 0 and 1 eastwards, 2 and 3 northwards.
    """
    nodes = [(x, y) for y in (0.0, length_m) for x in (0.0, length_m)]
    edges = []
    for a, b, east, north in ((0, 1, 1, 0), (2, 3, 1, 0), (0, 2, 0, 1), (1, 3, 0, 1)):
        begin, end = len(nodes), len(nodes) + 1
        nodes.append((nodes[a][0] - length_m * east, nodes[a][1] - length_m * north))
        nodes.append((nodes[b][0] + 300.0 * east, nodes[b][1] + 300.0 * north))
        edges += [(begin, a, 1), (a, b, 1), (b, end, 1)]
    junctions = [(node, True) for node in range(4)]
    return build(nodes, edges, entries=[0, 3, 6, 9], exits=[2, 5, 8, 11], junctions=junctions)


@cache
def _signal_flows() -> tuple[float, float]:
    """Return saturation flow (veh/s) and effective green (s) of 30 s of green and 3 s of yellow in 60 s, both measured."""
    found = []
    for green_s in (27.0, 37.0):
        lab = Lab(signalled_road(600.0, 400.0), [(1.9 * i, (0, 1)) for i in range(1000)])
        for edge in (2, 4):
            lab.show(edge, RED)
        switch = lab.fixed_time(0, 60.0, green_s, 3.0)
        switch(0.0)
        lab.run(300.0, switch)
        before = lab.passed(0)
        lab.run(1500.0, switch)
        found.append((lab.passed(0) - before) / 20.0)
    saturation_vps = (found[1] - found[0]) / 10.0
    return saturation_vps, found[0] / saturation_vps


@pytest.mark.parametrize("offset_s", [0.0, 15.0, 30.0, 45.0])
def test_a_grid_of_2_by_2_signals_takes_the_time_of_the_waves(offset_s: float, record_property) -> None:
    """Four streams of 0.15 cars a second through two signals each (27 s of 60, 3 s of yellow): mean times within 10 %.

    The signals on the far diagonal of each stream are shifted by ``offset_s``. Theory: cumulated curves with the saturation
    flow and the effective green that the engine has at one signal, and the time of a lone car at green.
    """
    cycle_s, green_s, yellow_s, length_m, flow_vps, period_s = 60.0, 27.0, 3.0, 600.0, 0.15, 1800.0
    network = _crossing_streets(length_m)
    approaches = ((0, 6), (1, 9), (3, 7), (4, 10))  # at each crossing: the edge eastwards, the edge northwards
    shifts = (0.0, offset_s, offset_s, 0.0)

    def state(t_s: float, shift_s: float) -> int:
        within = (t_s + 1e-6 - shift_s) % cycle_s
        return GREEN if within < green_s else YELLOW if within < green_s + yellow_s else RED

    def change(t_s: float) -> None:
        for (east, north), shift_s in zip(approaches, shifts, strict=True):
            lab.show(east, state(t_s, shift_s))
            lab.show(north, state(t_s, shift_s + cycle_s / 2.0))

    routes = [tuple(range(3 * street, 3 * street + 3)) for street in range(4)]
    lone = Lab(network, [(0.0, routes[0])])
    for edge in (6, 7, 9, 10):
        lone.show(edge, RED)
    lone.run(300.0)
    free_s = float(lone.travel_s()[0])
    wanted = [(i / flow_vps + 0.01 * street, routes[street]) for street in range(4) for i in range(int(period_s * flow_vps))]
    lab = Lab(network, wanted)
    change(0.0)
    lab.run(period_s + 400.0, change)
    travel_s, street = lab.travel_s(), lab.trips.route
    assert np.isfinite(travel_s).all()
    saturation_vps, effective_s = _signal_flows()
    to_first_s = length_m / LIMIT_MPS

    def green(begin_s: float) -> Callable[[float], bool]:
        first_s = begin_s + green_s - effective_s - to_first_s  # lost at the start: beyond what passes at yellow
        return lambda t_s: (t_s - first_s) % cycle_s < effective_s

    for number, route in enumerate(routes):
        northwards_s = cycle_s / 2.0 if number >= 2 else 0.0
        first, second = (k for edge in route for k, pair in enumerate(approaches) if edge in pair)
        greens = (green(shifts[first] + northwards_s), green(shifts[second] + northwards_s))
        delay_s = two_signals_delay_s(flow_vps, saturation_vps, to_first_s, greens, period_s)
        found_s = float(travel_s[street == number].mean())
        record_property("signal_grid_time_ratio", found_s / (free_s + delay_s))
        assert found_s == pytest.approx(free_s + delay_s, rel=0.1)
