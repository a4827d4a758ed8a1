"""The controllers' process: every change at its instant, logged as SPAT, saved and resumed, ended by reports."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.traffic.networks import grid

from twin.kernel.records import VehicleReports
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.signal_control import SignalControl, SignalRows
from twin.traffic.signal_plan import ENDLESS_US, SignalPlan, plan_of_program
from twin.traffic.signal_plans import signal_plans
from twin.traffic.signal_spec import ActuatedSpec, SignalsSpec
from twin.traffic.signal_states import GREEN, RED, YELLOW

ACTUATED = ActuatedSpec(enabled=True, unit_extension_s=3.0, longest_green_s=40.0, stale_after_s=100.0)


@cache
def town() -> tuple[RoadNetwork, LaneGraph]:
    """Return two by two crossings."""
    network = grid(2)
    return network, build_lane_graph(network)


def plans_of(**spec: object) -> tuple[SignalPlan, ...]:
    """Return the plans of the town."""
    network, graph = town()
    return signal_plans(network, graph, SignalsSpec.model_validate(spec), 5, np.full(graph.connector_count, 120.0))


def run(control: SignalControl, until_us: int, env: simpy.Environment | None = None) -> list[int]:
    """Run the process up to an instant and return the instants at which traffic was moved on."""
    env = env or simpy.Environment()
    moved: list[int] = []
    env.process(control.run(env, moved.append))
    env.run(until=until_us)
    return moved


def test_the_process_shows_what_the_plans_say() -> None:
    """At every tenth of a second of two minutes; traffic is moved on before each change and at no other time."""
    _, graph = town()
    plans = plans_of(phasing="four")
    control = SignalControl(graph, plans)
    env = simpy.Environment()
    shown_at: list[np.ndarray] = []
    env.process(control.run(env, lambda t_us: before.append((t_us, control.signal.copy()))))
    before: list[tuple[int, np.ndarray]] = []
    for t_us in range(100_000, 120_000_000, 100_000):
        env.run(until=t_us)
        shown_at.append(control.signal.copy())
        for plan in plans:
            interval, into_us = plan.interval_at(t_us - 1)  # SimPy stops before the events of that instant
            assert (control.signal[plan.connectors] == plan.shown[interval]).all(), (t_us, into_us)
    for t_us, shown in before:
        for plan in plans:
            assert (shown[plan.connectors] == plan.shown[plan.interval_at(t_us - 1)[0]]).all()


def test_signals_outside_of_controlled_junctions_stay_off() -> None:
    """Connectors of other junctions show nothing."""
    _, graph = town()
    (plan, *_) = plans_of()
    control = SignalControl(graph, (plan,))
    run(control, 100_000_000)
    others = np.setdiff1d(np.arange(graph.connector_count), plan.connectors)
    assert (control.signal[others] == 0).all()


def test_rows_tell_changes_and_their_ends() -> None:
    """Each group's rows alternate; fixed times end exactly when told; the first rows tell every group."""
    _, graph = town()
    plans = plans_of()
    rows: list[SignalRows] = []
    run(SignalControl(graph, plans, log=rows.append), 200_000_000)
    first = [row for row in rows if row.t_us == 0]
    assert sum(row.group.size for row in first) == sum(plan.group_count for plan in plans)
    told: dict[tuple[int, int], tuple[int, int]] = {}
    checked = 0
    for row in rows:
        for i in range(row.group.size):
            key = int(row.junction[i]), int(row.group[i])
            assert row.least_end_us[i] == row.likely_end_us[i] == row.most_end_us[i]
            if key in told:
                state, end_us = told[key]
                assert row.t_us == end_us
                assert row.state[i] != state
                checked += 1
            told[key] = int(row.state[i]), int(row.likely_end_us[i])
    assert checked > 50


def reports(t_us: int, edge: int, distance_m: float = 10.0) -> VehicleReports:
    """Return one reported vehicle."""
    return VehicleReports(t_us, np.array([edge], np.int32), np.array([distance_m]))


def actuated() -> tuple[SignalControl, SignalPlan, int, int]:
    """Return a controller at the start of an actuated green, its plan, an approach it serves and the green's interval."""
    _, graph = town()
    (plan, *_) = plans_of(actuated={"enabled": True, "longest_green_s": 40.0}, cycle_s=60.0)
    plan = plan.with_offset(0)
    control = SignalControl(graph, (plan,), ACTUATED)
    assert plan.least_us[0] < plan.duration_us[0] < plan.most_us[0]
    column = int(np.flatnonzero(plan.shown[0] == GREEN)[0])
    edge = int(graph.lane_edge[graph.connector_from[plan.connectors[column]]])
    return control, plan, edge, 0


def next_cycle(control: SignalControl) -> int:
    """Step to the next start of the first interval and return that instant."""
    while True:
        t_us = control.next_change_us
        control.step(t_us)
        if control.junctions["interval"][0] == 0 and control.junctions["begin_us"][0] == t_us:
            return t_us


def ends(control: SignalControl, until_us: int) -> int:
    """Step until the first interval ends and return when."""
    while control.junctions["interval"][0] == 0:
        t_us = control.next_change_us
        assert t_us <= until_us
        control.step(t_us)
    return int(control.junctions["begin_us"][0])


def test_without_reports_the_fixed_times_hold() -> None:
    """An actuated junction that hears nothing runs like a fixed one; so does one whose last report is long ago."""
    control, plan, edge, _ = actuated()
    begin_us = next_cycle(control)
    assert begin_us == plan.cycle_us
    assert ends(control, 10**9) == begin_us + plan.duration_us[0]
    begin_us = next_cycle(control)
    control.report(reports(begin_us - 200_000_000, edge))
    assert ends(control, 10**9) == begin_us + plan.duration_us[0]


@pytest.mark.parametrize(("distance_m", "longer_s"), [(90.0, 0), (10.0, 2), (0.0, 2), (-1.0, 0)])
def test_a_green_without_vehicles_ends_at_its_least(distance_m: float, longer_s: int) -> None:
    """Heard of a second before the least end, who is far from the stop line or past it does not extend; who is near does."""
    control, plan, edge, _ = actuated()
    begin_us = next_cycle(control)
    least_us = begin_us + int(plan.least_us[0])
    control.report(reports(least_us - 1_000_000, edge, distance_m=distance_m))
    assert ends(control, 10**9) == least_us + longer_s * 1_000_000


def test_gap_out_is_a_unit_extension_after_the_last_vehicle() -> None:
    """Reports every second up to 4 s after the least green: the green ends 3 s after the last of them."""
    control, plan, edge, _ = actuated()
    begin_us = next_cycle(control)
    until_us = begin_us + int(plan.least_us[0]) + 4_000_000
    last_us = begin_us
    for t_us in range(begin_us, until_us + 1, 1_000_000):
        last_us = t_us
        control.step(t_us)
        control.report(reports(t_us, edge))
    assert control.junctions["interval"][0] == 0
    assert ends(control, 10**9) == last_us + 3_000_000


def test_max_out_ends_a_green_that_never_gaps() -> None:
    """Reports every second, far beyond the longest green: the green ends after that."""
    control, _, edge, _ = actuated()
    begin_us = next_cycle(control)
    for t_us in range(begin_us, begin_us + 60_000_000, 1_000_000):
        control.report(reports(t_us, edge))
        control.step(t_us + 1_000_000)
        if control.junctions["interval"][0] != 0:
            break
    assert control.junctions["interval"][0] != 0
    assert int(control.junctions["begin_us"][0]) == begin_us + 40_000_000


def test_reports_of_other_approaches_do_not_extend() -> None:
    """Only who is served holds the green."""
    control, plan, edge, _ = actuated()
    other = next(int(e) for e in control.approaches["edge"] if int(e) not in served_edges(plan))
    begin_us = next_cycle(control)
    for t_us in range(begin_us, begin_us + 30_000_000, 1_000_000):
        control.report(reports(t_us, other))
        control.step(t_us)
    assert edge in served_edges(plan)
    assert control.junctions["interval"][0] != 0
    control.report(reports(begin_us, 10_000))  # an edge of nobody


def served_edges(plan: SignalPlan) -> set[int]:
    """Return the approaches that have green in the first interval."""
    _, graph = town()
    lit = plan.connectors[plan.shown[0] == GREEN]
    return set(graph.lane_edge[graph.connector_from[lit]].tolist())


@settings(deadline=None, max_examples=8)
@given(cut_ds=st.integers(0, 1100), seed=st.integers(0, 1000))
def test_a_saved_state_goes_on_the_same(cut_ds: int, seed: int) -> None:
    """Saved at any instant, restored into fresh controllers and gone on with: same signals, same rows, same tables."""
    _, graph = town()
    plans = plans_of(actuated={"enabled": True}, phasing="four")
    draws = np.random.default_rng(seed)
    edges = sorted({int(graph.lane_edge[graph.connector_from[c]]) for plan in plans for c in plan.connectors})
    heard = {int(t) * 100_000: int(draws.choice(edges)) for t in draws.integers(0, 1200, 100)}

    def go(control: SignalControl, from_us: int, until_us: int) -> None:
        for t_us in range(from_us, until_us, 100_000):
            control.step(t_us)
            if t_us in heard:
                control.report(reports(t_us, heard[t_us]))

    whole_rows: list[SignalRows] = []
    whole = SignalControl(graph, plans, ACTUATED, whole_rows.append)
    go(whole, 0, 120_000_000)
    rows: list[SignalRows] = []
    first = SignalControl(graph, plans, ACTUATED, rows.append)
    go(first, 0, cut_ds * 100_000)
    saved = first.state()
    second = SignalControl(graph, plans, ACTUATED, rows.append)
    second.restore(saved)
    go(second, cut_ds * 100_000, 120_000_000)
    for name, table in whole.state().items():
        assert table.tobytes() == second.state()[name].tobytes(), name
    assert [(r.t_us, r.group.tolist(), r.state.tolist(), r.most_end_us.tolist()) for r in whole_rows] == [
        (r.t_us, r.group.tolist(), r.state.tolist(), r.most_end_us.tolist()) for r in rows
    ]


def test_a_state_of_other_plans_is_refused() -> None:
    """Tables of another shape do not fit."""
    _, graph = town()
    plans = plans_of()
    saved = SignalControl(graph, plans[:2]).state()
    with pytest.raises(ValueError, match="junctions"):
        SignalControl(graph, plans).restore(saved)


def test_pedestrians_walk_then_clear_then_wait() -> None:
    """Each crossing's walk ends its clearance before the traffic that crosses it gets green, in every cycle."""
    _, graph = town()
    plans = plans_of(phasing="four")
    control = SignalControl(graph, plans)
    seen = [set() for _ in control.crossings]
    for t_us in range(0, 150_000_000, 500_000):
        control.step(t_us)
        for i, row in enumerate(control.crossings):
            plan = plans[int(row["plan"])]
            interval, into_us = plan.interval_at(t_us)
            seen[i].add(int(row["state"]))
            if row["state"] == GREEN:
                ahead_us = int(plan.crossings.clearance_us[int(row["arm"])])
                later, _ = plan.interval_at(t_us + ahead_us - 1)
                assert plan.crossings.walk[interval, int(row["arm"])], (t_us, into_us)
                assert plan.crossings.walk[later, int(row["arm"])]
    assert all(states == {GREEN, YELLOW, RED} for states in seen)


def test_an_imported_program_runs() -> None:
    """A program of two intervals alternates; a group that never changes has no end."""
    _, graph = town()
    size = int((graph.connector_junction == 0).sum())
    a, b = np.full(size, GREEN, np.int8), np.full(size, RED, np.int8)
    b[0] = GREEN
    plan = plan_of_program(graph, 0, ((30_000_000, a), (20_000_000, b)))
    rows: list[SignalRows] = []
    control = SignalControl(graph, (plan,), log=rows.append)
    run(control, 100_000_000)
    lonely = plan.group[0]
    for row in rows:
        ends_us = row.likely_end_us[row.group == lonely]
        assert (ends_us == ENDLESS_US).all()
    changes = [row.t_us for row in rows]
    assert changes[0] == 0
    assert {30_000_000, 50_000_000, 80_000_000} <= set(changes)


def test_nothing_to_control() -> None:
    """Without signals the process ends at once."""
    _, graph = town()
    control = SignalControl(graph, ())
    assert run(control, 10_000_000) == []
