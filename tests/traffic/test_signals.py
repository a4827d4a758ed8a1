"""Signals: phases exclude each other, plans repeat, green goes where the flow is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.traffic.networks import grid

from twin.kernel.clock import Phase, every
from twin.traffic.roads import GREEN, RED, YELLOW
from twin.traffic.signals import SignalController, SignalsSpec, phase_groups, signal_plans

NETWORK = grid(1)
NO_FLOW = np.zeros(NETWORK.edge_count)


def test_approaches_of_one_axis_go_together() -> None:
    """At a right-angled crossing of four arms each phase serves the two opposite ones."""
    groups = phase_groups(NETWORK, NETWORK.junctions[0])
    assert [len(group) for group in groups] == [2, 2]
    for group in groups:
        x = {float(NETWORK.node_x_m[NETWORK.edge_u[edge]]) for edge in group}
        y = {float(NETWORK.node_y_m[NETWORK.edge_u[edge]]) for edge in group}
        assert len(x) == 1 or len(y) == 1


def test_green_is_shared_by_critical_flow_ratio() -> None:
    """With three times the flow, an axis gets three quarters of the green (Webster 1958), to the rounding of 0.1 s."""
    first, second = phase_groups(NETWORK, NETWORK.junctions[0])
    flow = NO_FLOW.copy()
    flow[first[0]], flow[second[0]] = 900.0, 300.0
    (plan,) = signal_plans(NETWORK, SignalsSpec(cycle_s=110.0), 1, flow)
    green_s = [green / 1e6 for green in plan.green_us]
    assert sum(green_s) == pytest.approx(110.0 - 2 * 5.0)
    assert green_s[0] == pytest.approx(75.0, abs=0.1)


@given(seed=st.integers(0, 1000), cycle_s=st.floats(60.0, 180.0), ratio=st.floats(0.0, 50.0))
def test_two_phases_are_never_open_together(seed: int, cycle_s: float, ratio: float) -> None:
    """At every tenth of a second at most one phase shows green or yellow, and each shows each state in every cycle."""
    flow = NO_FLOW.copy()
    flow[phase_groups(NETWORK, NETWORK.junctions[0])[0][0]] = 20.0 * ratio
    (plan,) = signal_plans(NETWORK, SignalsSpec(cycle_s=cycle_s), seed, flow)
    shown = np.zeros(NETWORK.edge_count, dtype=np.int8)
    changes: list[tuple[int, int, int, int]] = []
    env = simpy.Environment()
    env.process(SignalController(env, plan, shown, lambda *row: changes.append(row)).run())
    states: list[tuple[int, int]] = []
    first, second = (list(group) for group in plan.approaches)
    env.process(every(env, 100_000, Phase.TRAFFIC, lambda _: states.append((int(shown[first[0]]), int(shown[second[0]])))))
    env.run(until=int(3e6 * cycle_s))
    assert all(RED in pair for pair in states)
    for phase in (0, 1):
        assert {pair[phase] for pair in states} == {GREEN, YELLOW, RED}
    assert all(earlier[0] <= later[0] for earlier, later in itertools.pairwise(changes))


def test_without_all_red_a_phase_is_red_when_the_next_turns_green() -> None:
    """With an all-red time of 0 the yellow of one phase gives way to red at the very instant of the other's green."""
    (plan,) = signal_plans(NETWORK, SignalsSpec(all_red_s=0.0), 3, NO_FLOW)
    shown = np.zeros(NETWORK.edge_count, dtype=np.int8)
    env = simpy.Environment()
    env.process(SignalController(env, plan, shown, lambda *_: None).run())
    states: list[tuple[int, int]] = []
    first, second = (group[0] for group in plan.approaches)
    env.process(every(env, 100_000, Phase.TRAFFIC, lambda _: states.append((int(shown[first]), int(shown[second])))))
    env.run(until=200_000_000)
    assert set(states) == {(GREEN, RED), (YELLOW, RED), (RED, GREEN), (RED, YELLOW)}


def test_a_plan_repeats_after_its_cycle_from_its_offset() -> None:
    """Greens of the first phase begin at offset + k x cycle."""
    (plan,) = signal_plans(NETWORK, SignalsSpec(), 7, NO_FLOW)
    greens = []
    env = simpy.Environment()
    shown = np.zeros(NETWORK.edge_count, dtype=np.int8)
    note = SignalController(
        env, plan, shown, lambda t_us, _, phase, state: greens.append(t_us) if (phase, state) == (0, GREEN) else None
    )
    env.process(note.run())
    env.run(until=400_000_000)
    assert (np.diff(greens[1:]) == 90_000_000).all()
    assert greens[1] % 90_000_000 == plan.offset_us % 90_000_000


def test_a_cycle_too_short_for_its_phases_is_refused() -> None:
    """Two phases of 15 s green need 40 s with yellow and all-red."""
    with pytest.raises(ValidationError, match="at least 40"):
        SignalsSpec(cycle_s=39.0)
