"""Signals on the lane graph: Webster's figures, safe stages, pedestrians, overrides, green waves, programs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.traffic.networks import build, grid

from twin.errors import InputError, ScenarioError
from twin.roadnet.lane_graph import CROSS, EQUAL, LEFT, RIGHT, STRAIGHT, LaneGraph
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.green_wave import Corridor, bandwidth_s, green_window_s
from twin.traffic.signal_phases import FREE, PERMITTED, Movement, marked_connectors, needs_protection
from twin.traffic.signal_plan import SignalPlan, approach_groups, plan_of_program, program
from twin.traffic.signal_plans import design_signals, signal_plans
from twin.traffic.signal_spec import SignalsSpec
from twin.traffic.signal_states import GIVE_WAY, GREEN, RED, YELLOW
from twin.traffic.signal_timing import all_red_time_s, critical_ratios, shared_greens_s, webster_cycle_s, yellow_time_s


@cache
def crossing(lanes: int = 3) -> tuple[RoadNetwork, LaneGraph]:
    """Return one signalised crossing of four arms."""
    network = grid(1, lanes=lanes)
    return network, build_lane_graph(network)


@cache
def star(arms: tuple[int, ...], lanes: int = 2) -> tuple[RoadNetwork, LaneGraph]:
    """Return a signalised junction whose arms lie at the angles (degrees) given."""
    nodes = [(0.0, 0.0), *((250.0 * np.cos(np.radians(a)), 250.0 * np.sin(np.radians(a))) for a in arms)]
    edges = [edge for n in range(1, len(nodes)) for edge in ((n, 0, lanes), (0, n, lanes))]
    ends = range(0, len(edges), 2)
    network = build(nodes, edges, entries=list(ends), exits=[e + 1 for e in ends], junctions=[(0, True)])
    return network, build_lane_graph(network)


def one(network: RoadNetwork, graph: LaneGraph, spec: SignalsSpec | None = None, flow: np.ndarray | None = None) -> SignalPlan:
    """Return the plan of a network's one signalised junction."""
    flows = np.full(graph.connector_count, 100.0) if flow is None else flow
    (plan,) = signal_plans(network, graph, spec or SignalsSpec(), 1, flows)
    return plan


# theory


def test_websters_worked_example() -> None:
    """Flows 600/450/900/750, saturation 2400/2000/3000/3000, 10 s lost (Webster 1958): cycle 44.4 s, greens 16 and 19 of 45."""
    north, east = max(600 / 2400, 450 / 2000), max(900 / 3000, 750 / 3000)
    assert webster_cycle_s(10.0, north + east) == pytest.approx(20.0 / 0.45)
    greens = shared_greens_s(45.0 - 10.0, np.array([north, east]), np.zeros(2))
    assert np.round(greens).tolist() == [16.0, 19.0]


def test_websters_cycle_ends_before_saturation() -> None:
    """The formula grows without bound towards Y = 1; beyond 0.95 the plan takes its longest cycle."""
    assert webster_cycle_s(10.0, 0.90) == pytest.approx(200.0)
    assert webster_cycle_s(10.0, 1.2) == float("inf")
    network, graph = crossing()
    plan = one(network, graph, SignalsSpec(longest_cycle_s=120.0), np.full(graph.connector_count, 3000.0))
    assert plan.cycle_us == 120_000_000


@given(
    ratios=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6),
    least=st.floats(0.0, 20.0),
    more=st.floats(0.0, 100.0),
)
def test_greens_share_what_there_is(ratios: list[float], least: float, more: float) -> None:
    """They add up, none is too short, and among those above their least the proportion is that of the ratios."""
    floor = np.full(len(ratios), least)
    greens = shared_greens_s(floor.sum() + more, np.array(ratios), floor)
    assert greens.sum() == pytest.approx(floor.sum() + more)
    assert (greens >= floor - 1e-6).all()
    free = np.flatnonzero((greens > floor + 1e-6) & (np.array(ratios) > 1e-3))
    if free.size > 1 and np.array(ratios).min() > 1e-3:
        share = greens[free] / np.array(ratios)[free]
        assert share == pytest.approx(np.full(free.size, share[0]), rel=1e-6)


def test_yellow_and_all_red_of_the_institute_of_transportation_engineers() -> None:
    """At 50 km/h: 1 + 13.89 / 6.1 = 3.28 s, up to 3.3 s; at least 3 s. 20 m at 50 km/h: 26.1 / 13.89 - 1 = 0.88 s."""
    assert yellow_time_s(50 / 3.6) == pytest.approx(3.3)
    assert yellow_time_s(5.0) == 3.0
    assert yellow_time_s(40.0) == 6.0
    assert all_red_time_s(20.0, 50 / 3.6) == pytest.approx(0.9)
    assert all_red_time_s(0.0, 30.0) == 0.0


@pytest.mark.parametrize(
    ("stages", "ratios"),
    [
        (((0, 1, 2),), [0.525]),
        (((0,), (1, 2)), [0.3, 0.2]),
        (((0,), (0, 1, 2)), [0.05, 0.25]),
    ],
)
def test_only_a_left_turn_that_always_gives_way_weighs_more(stages: tuple[tuple[int, ...], ...], ratios: list[float]) -> None:
    """540 turn left from a lane of their own, 720 come straight on over two, saturation 1800: ratios of 0.3 and 0.2.

    Giving way, a left turn counts 1.75-fold: 0.525. Where it has a stage of its own besides, the 0.1 that the other one leaves
    go to both alike.
    """
    left = Movement(0, LEFT, (), 0.0, frozenset({2}), own_lanes=True, flow_vph=540.0)
    beside = Movement(0, STRAIGHT, (), 0.0, frozenset({0, 1}), own_lanes=False, flow_vph=0.0)
    oncoming = Movement(1, STRAIGHT, (), np.pi, frozenset({3, 4}), own_lanes=False, flow_vph=720.0)
    levels = np.full((3, 3), FREE, np.int8)
    levels[0, 2] = levels[2, 0] = PERMITTED
    assert critical_ratios(stages, [left, beside, oncoming], levels, 1800.0) == pytest.approx(ratios, abs=1e-9)


def test_left_turns_are_protected_by_the_cross_product() -> None:
    """One left lane against two oncoming lanes: 90,000 is the limit (Highway Capacity Manual 2000)."""

    def movement(turn: int, lanes: int, flow: float) -> Movement:
        return Movement(turn, turn, (turn,), 0.0, frozenset(range(10 * turn, 10 * turn + lanes)), own_lanes=True, flow_vph=flow)

    assert not needs_protection([movement(LEFT, 1, 99.0)], [movement(STRAIGHT, 2, 900.0)])
    assert needs_protection([movement(LEFT, 1, 101.0)], [movement(STRAIGHT, 2, 900.0)])
    assert needs_protection([movement(LEFT, 2, 1.0)], [movement(STRAIGHT, 2, 1.0)])
    assert needs_protection([movement(LEFT, 1, 1.0)], [movement(STRAIGHT, 4, 1.0)])
    assert not needs_protection([movement(LEFT, 2, 500.0)], [])


# safety


def unsafe(network: RoadNetwork, graph: LaneGraph, plan: SignalPlan) -> list[tuple[int, int]]:
    """Return connectors that have green or yellow together though nothing lets one of them give way."""
    found = []
    moving = np.isin(plan.shown, (GREEN, YELLOW))
    column = {int(c): i for i, c in enumerate(plan.connectors)}
    for a, i in column.items():
        for row in range(int(graph.conflict_offset[a]), int(graph.conflict_offset[a + 1])):
            b = int(graph.conflict_other[row])
            edges = [int(graph.lane_edge[graph.connector_from[c]]) for c in (a, b)]
            if b not in column or edges[0] == edges[1] or not (moving[:, i] & moving[:, column[b]]).any():
                continue
            headings = []
            for edge in edges:
                x, y = network.polyline(edge)
                headings.append(np.arctan2(y[-1] - y[-2], x[-1] - x[-2]))
            axis = abs(np.sin(headings[0] - headings[1])) > np.sin(np.pi / 4) + 1e-9
            turns = [int(graph.connector_turn[c]) for c in (a, b)]
            straight = turns.count(STRAIGHT)
            crosses = graph.conflict_kind[row] == CROSS
            decided = graph.conflict_green[row] != EQUAL
            if axis or (crosses and (straight == 2 or (straight == 1 and not decided))):
                found.append((a, b))
    return found


ARMS = st.sampled_from(
    [(0, 90, 180, 270), (0, 90, 180), (10, 100, 175, 290), (0, 60, 130, 200, 290), (0, 150, 250), (0, 45, 180, 225)]
)


@settings(deadline=None, max_examples=60)
@given(
    arms=ARMS,
    lanes=st.integers(1, 4),
    phasing=st.sampled_from(["auto", "two", "four", "split"]),
    exclusive=st.booleans(),
    on_red=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_streams_that_cross_never_have_green_together(
    arms: tuple[int, ...],
    lanes: int,
    phasing: str,
    exclusive: bool,  # noqa: FBT001
    on_red: bool,  # noqa: FBT001
    seed: int,
) -> None:
    """Whatever the shape, the phasing and the flows; and everyone has green or may give way in every cycle."""
    network, graph = star(arms, lanes)
    flow = np.random.default_rng(seed).uniform(0.0, 600.0, graph.connector_count)
    spec = SignalsSpec.model_validate(
        {"phasing": phasing, "right_turn_on_red": on_red, "pedestrians": {"exclusive_stage": exclusive}}
    )
    plan = one(network, graph, spec, flow)
    assert unsafe(network, graph, plan) == []
    assert (plan.shown == GREEN).any(axis=0).all()
    assert plan.duration_us.min() > 0
    if not on_red:
        assert not (plan.shown == GIVE_WAY).any()
    else:
        assert set(graph.connector_turn[plan.connectors[(plan.shown == GIVE_WAY).any(axis=0)]].tolist()) <= {RIGHT}


@settings(deadline=None, max_examples=40)
@given(arms=ARMS, phasing=st.sampled_from(["auto", "two", "four", "split"]))
def test_green_is_followed_by_yellow_then_red(arms: tuple[int, ...], phasing: str) -> None:
    """Nothing jumps from green to red, except right turns that go on giving way."""
    network, graph = star(arms)
    plan = one(network, graph, SignalsSpec.model_validate({"phasing": phasing}))
    after = np.roll(plan.shown, -1, axis=0)
    assert not ((plan.shown == GREEN) & (after == RED)).any()
    assert not ((plan.shown == RED) & (after == YELLOW)).any()
    assert not ((plan.shown == YELLOW) & (after == GREEN)).any() or (plan.kind != RED).all()


@settings(deadline=None, max_examples=40)
@given(arms=ARMS, phasing=st.sampled_from(["auto", "two", "four", "split"]), exclusive=st.booleans())
def test_pedestrians_walk_where_nobody_drives_straight(arms: tuple[int, ...], phasing: str, exclusive: bool) -> None:  # noqa: FBT001
    """While a crossing lets walk, no straight stream leads over it and nobody enters from its arm; a walk lasts long enough."""
    network, graph = star(arms)
    spec = SignalsSpec.model_validate({"phasing": phasing, "pedestrians": {"exclusive_stage": exclusive}})
    plan = one(network, graph, spec)
    crossings = plan.crossings
    assert crossings.length_m.size == len(arms)
    column = {int(c): i for i, c in enumerate(plan.connectors)}
    for arm in range(len(arms)):
        over = [c for c in crossings.connectors[arm].tolist() if graph.connector_turn[c] == STRAIGHT]
        lit = (plan.shown[:, [column[c] for c in over]] == GREEN).any(axis=1)
        assert not (lit & crossings.walk[:, arm]).any()
        walk_us = plan.duration_us[crossings.walk[:, arm]].sum()
        if exclusive or walk_us:
            assert walk_us >= 7_000_000 + crossings.clearance_us[arm] - 200_000


def test_the_stages_of_a_crossing() -> None:
    """Two-phase has two stages, four-phase four; with one protected axis three; a stem of a T its own."""
    network, graph = crossing(3)
    for phasing, count in (("two", 2), ("four", 4), ("split", 4)):
        assert one(network, graph, SignalsSpec.model_validate({"phasing": phasing})).stage.max() + 1 == count
    marked = marked_connectors(graph)
    flow = np.where(marked, 50.0, 0.0)
    assert one(network, graph, flow=flow).stage.max() + 1 == 2
    assert one(*star((0, 90, 180))).stage.max() + 1 == 2
    four = one(network, graph, SignalsSpec(phasing="four"))
    turns = graph.connector_turn[four.connectors]
    lefts = four.shown[:, turns == LEFT] == GREEN
    straights = four.shown[:, turns == STRAIGHT] == GREEN
    assert not (lefts.any(axis=1) & straights.any(axis=1)).any()


def test_green_goes_where_the_flow_is() -> None:
    """With three times the flow an axis gets three quarters of the effective green, to the rounding of 0.1 s."""
    network, graph = crossing(1)
    edge = graph.lane_edge[graph.connector_from]
    x0, x1 = network.node_x_m[network.edge_u], network.node_x_m[network.edge_v]
    along = x0 != x1
    straight = graph.connector_turn == STRAIGHT
    flow = np.where(straight, np.where(along[edge], 900.0, 300.0), 0.0)
    spec = SignalsSpec(phasing="two", cycle_s=120.0, yellow_s=3.0, all_red_s=2.0)
    plan = one(network, graph, spec, flow)
    first = graph.connector_turn[plan.connectors] == STRAIGHT
    heavy = along[edge[plan.connectors]] & first
    light = ~along[edge[plan.connectors]] & first
    green_s = [plan.duration_us[(plan.shown[:, which] == GREEN).any(axis=1)].sum() / 1e6 for which in (heavy, light)]
    assert sum(green_s) == pytest.approx(110.0)
    assert green_s[0] + 1.0 == pytest.approx(0.75 * 112.0, abs=0.1)


# what a scenario says


def test_a_cycle_too_short_names_the_junction() -> None:
    """The message says which junction needs how much."""
    network, graph = crossing(3)
    with pytest.raises(ScenarioError, match=r"signals\.cycle_s.*too short.*junction 0"):
        one(network, graph, SignalsSpec(cycle_s=20.0))


def test_every_problem_is_told_at_once() -> None:
    """Unknown junctions and roads, one junction twice, a far place: four problems, with suggestions."""
    network, graph = crossing(3)
    spec = SignalsSpec.model_validate(
        {
            "junctions": [
                {"name": "junction 00"},
                {"number": 7},
                {"lon_deg": 100.0, "lat_deg": 10.0},
                {"number": 0},
                {"name": "junction 0", "stages": [{"green": [{"arm": "north"}]}]},
            ],
            "green_waves": [{"road": "rod 1"}],
        }
    )
    problems = design_signals(network, graph, spec, 1, np.zeros(graph.connector_count)).problems
    assert [p.key for p in problems] == [
        "signals.junctions[0].name",
        "signals.junctions[1].number",
        "signals.junctions[2].lon_deg",
        "signals.junctions[4]",
    ]
    assert "junction 0" in problems[0].remedy


def test_given_stages_are_checked() -> None:
    """Crossing streams in one stage, and movements without green, are refused; an arm without traffic is named."""
    network, graph = star((0, 90, 180, 270))
    bad = [{"green": [{"arm": "north"}, {"arm": "east"}]}, {"green": [{"arm": "south"}]}]
    spec = SignalsSpec.model_validate({"junctions": [{"number": 0, "stages": bad}]})
    problems = design_signals(network, graph, spec, 1, np.zeros(graph.connector_count)).problems
    assert any("green together" in p.found for p in problems)
    assert any("no stage" in p.found for p in problems)
    network, graph = star((0, 90, 180))
    spec = SignalsSpec.model_validate({"junctions": [{"number": 0, "stages": [{"green": [{"arm": "south"}]}]}]})
    (problem,) = design_signals(network, graph, spec, 1, np.zeros(graph.connector_count)).problems
    assert "from the south" in problem.found
    with pytest.raises(ValidationError, match="exactly one"):
        SignalsSpec.model_validate({"junctions": [{"number": 0, "name": "a"}]})


def test_given_stages_run_as_given() -> None:
    """Greens, order and offset are the scenario's."""
    network, graph = star((0, 90, 180, 270))
    stages = [
        {"green": [{"arm": "north"}, {"arm": "south"}], "green_s": 25.0},
        {"green": [{"arm": "east"}, {"arm": "west"}], "green_s": 35.0},
    ]
    junction = {"number": 0, "stages": stages, "offset_s": 12.0, "right_turn_on_red": False}
    plan = one(network, graph, SignalsSpec.model_validate({"junctions": [junction], "yellow_s": 3.0, "all_red_s": 2.0}))
    assert [d / 1e6 for d in plan.duration_us] == [25.0, 3.0, 2.0, 35.0, 3.0, 2.0]
    assert plan.offset_us == 12_000_000
    north = plan.connectors[plan.shown[0] == GREEN]
    y = network.node_y_m[network.edge_u[graph.lane_edge[graph.connector_from[north]]]]
    assert (np.abs(y) > 200.0).all()


# programs


def test_a_program_comes_back_as_it_was() -> None:
    """What is exported and imported again shows the same at every instant."""
    network, graph = crossing(2)
    plan = one(network, graph, SignalsSpec(phasing="four"))
    back = plan_of_program(graph, plan.junction, program(plan), plan.offset_us)
    assert back.cycle_us == plan.cycle_us
    for t_us in range(0, 2 * plan.cycle_us, 700_000):
        assert (back.shown[back.interval_at(t_us)[0]] == plan.shown[plan.interval_at(t_us)[0]]).all()
    states = back.group_states()
    assert (states[:, back.group] == back.shown).all()


@pytest.mark.parametrize(
    ("states", "duration", "message"), [(5, 10, "from 0 to 4"), (1, 0, "duration"), (None, 10, "connectors")]
)
def test_a_program_that_does_not_fit_is_refused(states: int | None, duration: int, message: str) -> None:
    """Wrong lengths, durations and states are told apart."""
    _, graph = crossing(2)
    size = int((graph.connector_junction == 0).sum()) if states is not None else 1
    with pytest.raises(InputError, match=message):
        plan_of_program(graph, 0, ((duration, np.full(size, states or 1, np.int8)),))


def test_a_stop_line_carries_its_straight_group() -> None:
    """Every approach has a group, which is green when its straight traffic is."""
    network, graph = crossing(2)
    plan = one(network, graph)
    group = approach_groups(graph, (plan,), network.edge_count)
    junction = network.junctions[0]
    assert (group[list(junction.approaches)] >= 0).all()
    assert (np.delete(group, list(junction.approaches)) == -1).all()
    for connector, own in zip(plan.connectors, plan.group, strict=True):
        if graph.connector_turn[connector] == STRAIGHT:
            assert group[graph.lane_edge[graph.connector_from[connector]]] == own


# green waves


@given(
    windows=st.lists(st.tuples(st.floats(0.0, 99.9), st.floats(1.0, 90.0)), min_size=1, max_size=6),
    shift=st.floats(0.0, 500.0),
)
@example(windows=[(0.0, 30.0), (20.0, 50.0)], shift=90.0)
def test_bandwidth_is_the_common_green(windows: list[tuple[float, float]], shift: float) -> None:
    """Against a count of hundredths of the cycle; turning all windows together changes nothing."""
    starts, lengths = np.array(windows).T
    width = bandwidth_s(starts, lengths, 100.0)
    at = np.arange(0.0, 100.0, 0.05)
    lit = np.all(((at[None, :] - starts[:, None]) % 100.0) < lengths[:, None], axis=0)
    runs = np.diff(np.flatnonzero(np.concatenate(([True], ~np.tile(lit, 2), [True])))) - 1
    assert width == pytest.approx(min(runs.max() * 0.05, 100.0), abs=0.11)
    assert bandwidth_s((starts + shift) % 100.0, lengths, 100.0) == pytest.approx(width, abs=1e-6)


def test_one_way_wave_on_an_arterial() -> None:
    """Equal greens: offsets are travel times, and the band is the whole green."""
    at_m = np.array([0.0, 300.0, 700.0, 1000.0])
    window = np.column_stack([np.zeros(4), np.full(4, 40.0)])
    corridor = Corridor(at_m, 90.0, 12.5, window, window)
    offset = corridor.one_way(forward=True)
    assert offset == pytest.approx(at_m / 12.5 % 90.0, abs=0.05)
    assert corridor.bands_s(offset)[0] == pytest.approx(40.0, abs=0.2)


def test_two_way_wave_at_half_a_cycle_keeps_the_whole_green() -> None:
    """Junctions half a cycle of travel apart, green after green both ways (the classic ideal spacing v C / 2)."""
    at_m = np.arange(5) * 12.5 * 40.0
    window = np.column_stack([np.zeros(5), np.full(5, 35.0)])
    corridor = Corridor(at_m, 80.0, 12.5, window, window)
    assert corridor.bands_s(corridor.two_way()) == pytest.approx((35.0, 35.0))


def test_two_way_wave_at_a_quarter_cycle_is_the_half_integer_optimum() -> None:
    """A quarter of a cycle apart: the best pair of equal bands is green minus a quarter cycle (Morgan and Little)."""
    at_m = np.arange(3) * 12.5 * 20.0
    window = np.column_stack([np.zeros(3), np.full(3, 40.0)])
    corridor = Corridor(at_m, 80.0, 12.5, window, window)
    ahead, back = corridor.bands_s(corridor.two_way())
    assert ahead + back + min(ahead, back) >= 3 * 20.0 - 1e-6


def test_a_wave_along_a_named_road() -> None:
    """Three junctions 200 m apart at 50 km/h eastbound: offsets of the straight greens' middles differ by the travel time."""
    network = grid(3)
    y = network.node_y_m
    names = tuple(
        "Arterial" if y[u] == y[v] == 200.0 else f"side {e}"
        for e, (u, v) in enumerate(zip(network.edge_u, network.edge_v, strict=True))
    )
    network = replace(network, edge_name=names)
    graph = build_lane_graph(network)
    spec = SignalsSpec.model_validate({"green_waves": [{"road": "Arterial", "direction": "eastbound", "cycle_s": 80}]})
    design = design_signals(network, graph, spec, 3, np.full(graph.connector_count, 100.0))
    (wave,) = design.waves
    assert [network.junctions[j].x_m for j in wave.junctions] in ([0.0, 200.0, 400.0], [400.0, 200.0, 0.0])
    assert np.diff(wave.at_m) == pytest.approx([200.0, 200.0], abs=1.0)
    plans = {plan.junction: plan for plan in design.plans}
    middles = []
    for j in sorted(wave.junctions, key=lambda j: network.junctions[j].x_m):
        plan = plans[j]
        edge = graph.lane_edge[graph.connector_from[plan.connectors]]
        u, v = network.edge_u[edge], network.edge_v[edge]
        east = (network.node_x_m[u] < network.node_x_m[v]) & (graph.connector_turn[plan.connectors] == STRAIGHT)
        lit = (plan.shown[:, np.flatnonzero(east)[0]] == GREEN).tolist()
        begin, length = green_window_s(lit, plan.duration_us.tolist())
        assert plan.cycle_us == 80_000_000
        middles.append(plan.offset_us / 1e6 + begin + length / 2.0)
    assert np.diff(middles) % 80.0 == pytest.approx([14.4, 14.4], abs=0.15)
    assert max(wave.forward_s, wave.backward_s) > 20.0


def test_waves_that_cross_need_one_cycle() -> None:
    """Different cycles on two roads with a common junction are a problem of both; left out, they take a common one."""
    network = grid(2)
    x, y = network.node_x_m, network.node_y_m
    names = tuple(
        "East Road" if y[u] == y[v] == 0.0 else "North Road" if x[u] == x[v] == 0.0 else f"side {e}"
        for e, (u, v) in enumerate(zip(network.edge_u, network.edge_v, strict=True))
    )
    network = replace(network, edge_name=names)
    graph = build_lane_graph(network)
    flow = np.full(graph.connector_count, 100.0)
    waves = [{"road": "East Road", "cycle_s": 80}, {"road": "North Road", "cycle_s": 90}]
    problems = design_signals(network, graph, SignalsSpec.model_validate({"green_waves": waves}), 3, flow).problems
    assert [p.key for p in problems] == ["signals.green_waves[0].cycle_s", "signals.green_waves[1].cycle_s"]
    waves = [{"road": "East Road", "cycle_s": 80}, {"road": "North Road"}]
    design = design_signals(network, graph, SignalsSpec.model_validate({"green_waves": waves}), 3, flow)
    assert not design.problems
    assert {wave.cycle_s for wave in design.waves} == {80.0}
    plans = {plan.junction: plan for plan in design.plans}
    for wave in design.waves:
        assert [plans[j].offset_us / 1e6 for j in wave.junctions] == list(wave.offset_s)
