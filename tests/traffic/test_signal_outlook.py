"""The outlook of signals: what is said of a fixed-time controller comes true to the microsecond."""

from __future__ import annotations

import numpy as np
import simpy
from tests.traffic.networks import grid

from twin.kernel.records import VehicleReports
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.traffic.signal_control import SignalControl
from twin.traffic.signal_outlook import ALWAYS_US, SignalOutlook, greens_after
from twin.traffic.signal_plan import plan_of_program
from twin.traffic.signal_plans import signal_plans
from twin.traffic.signal_spec import ActuatedSpec, SignalsSpec
from twin.traffic.signal_states import GIVE_WAY, GREEN, RED, YELLOW

SECOND_US = 1_000_000


def test_fixed_times_come_true() -> None:
    """At every tenth of a second of 100 s: on if a green is said to be, and open or closed as said 40 s before."""
    network = grid(2)
    graph = build_lane_graph(network)
    plans = signal_plans(network, graph, SignalsSpec(phasing="four"), 5, np.full(graph.connector_count, 120.0))
    control = SignalControl(graph, plans)
    outlook, env = SignalOutlook(control), simpy.Environment()
    env.process(control.run(env, lambda _: None))
    connectors = np.concatenate([plan.connectors for plan in plans])
    assert outlook.controlled(connectors).all()
    said = {}
    for t_us in range(SECOND_US // 20, 100 * SECOND_US, SECOND_US // 10):
        env.run(until=t_us)
        greens = outlook.greens(t_us, connectors)
        may_go = ~np.isin(control.signal[connectors], (RED, YELLOW))
        assert ((greens.begin_us[:, 0] <= t_us) == may_go).all()
        said[t_us] = greens
        earlier = said.get(t_us - 40 * SECOND_US)
        if earlier is not None:
            inside = ((earlier.begin_us <= t_us) & (t_us < earlier.end_us)).any(axis=1)
            told = t_us < earlier.end_us[:, 1]
            assert told.any()
            assert (inside == may_go)[told].all()


def test_movements_that_may_always_go_or_never() -> None:
    """A right turn that gives way on red is always open; a movement without a green never."""
    network = grid(1)
    graph = build_lane_graph(network)
    size = int(np.count_nonzero(graph.connector_junction == 0))
    first = np.array([GREEN, GIVE_WAY, RED, YELLOW] + [GREEN] * (size - 4), np.int8)
    second = np.array([RED, GREEN, RED, RED] + [RED] * (size - 4), np.int8)
    plan = plan_of_program(graph, 0, ((30 * SECOND_US, first), (20 * SECOND_US, second)))
    begin_us, end_us = greens_after(plan)
    by_interval = begin_us.reshape(2, -1, 2)
    assert by_interval[0, plan.group[0]].tolist() == [0, 50 * SECOND_US]
    assert by_interval[1, plan.group[0]].tolist() == [20 * SECOND_US, 70 * SECOND_US]
    assert end_us.reshape(2, -1, 2)[1, plan.group[0]].tolist() == [50 * SECOND_US, 100 * SECOND_US]
    assert (by_interval[:, plan.group[1], 0] == -ALWAYS_US).all()
    assert (by_interval[:, plan.group[2]] == ALWAYS_US).all()
    outlook = SignalOutlook(SignalControl(graph, (plan,)))
    greens = outlook.greens(7 * SECOND_US, plan.connectors[:3])
    assert greens.begin_us[:, 0].tolist() == [0, -ALWAYS_US, ALWAYS_US]
    assert greens.end_us[0, 0] == 30 * SECOND_US


def test_an_extended_green_is_said_to_end_now() -> None:
    """Reports hold a green beyond its fixed time: the outlook never names an end in the past, and moves on what follows."""
    network = grid(1)
    graph = build_lane_graph(network)
    spec = SignalsSpec.model_validate({"actuated": {"enabled": True, "longest_green_s": 90.0}})
    (plan,) = signal_plans(network, graph, spec, 5, np.full(graph.connector_count, 120.0))
    control = SignalControl(graph, (plan,), ActuatedSpec(enabled=True, longest_green_s=90.0))
    outlook, env = SignalOutlook(control), simpy.Environment()
    env.process(control.run(env, lambda _: None))
    edges = np.unique(control.approaches["edge"]).astype(np.int32)
    outlasted = 0
    for t_us in range(SECOND_US, 200 * SECOND_US, SECOND_US):
        env.run(until=t_us)
        control.report(VehicleReports(t_us, edges, np.full(edges.size, 5.0)))
        greens = outlook.greens(t_us, plan.connectors)
        assert (greens.end_us[:, 0] >= t_us).all()
        row = control.junctions[0]
        outlasted += int(t_us - row["begin_us"] > plan.duration_us[row["interval"]])
    assert outlasted > 5
