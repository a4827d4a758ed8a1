"""Pedestrians: where they cross, when they walk, whom they make wait."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.traffic.networks import LANE_WIDTH_M, grid

from twin.errors import InputError
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.crossings import BEHIND_LINE_M, Crossings, crossings_of, places_of
from twin.traffic.ground_truth import VEHICLE_CLASSES
from twin.traffic.pedestrians import (
    ACROSS,
    DONE,
    HELD,
    NEXT,
    ON_REFUGE,
    PRESENT,
    WAITING,
    WALKING,
    Pedestrians,
    PedestriansSpec,
    build_pedestrians,
    joined_truth,
    pedestrian_truth,
    step_to,
)
from twin.traffic.signal_plans import signal_plans
from twin.traffic.signal_spec import SignalsSpec
from twin.traffic.signal_states import GREEN, RED

HOUR_US = 3_600_000_000
STEP_US = 100_000


def _two_way(network: RoadNetwork, median_m: float) -> RoadNetwork:
    """Return the network with each direction on its right-hand side of the line between its nodes."""
    x, y = network.point_x_m.copy(), network.point_y_m.copy()
    for edge in range(network.edge_count):
        points = slice(int(network.point_offset[edge]), int(network.point_offset[edge + 1]))
        dx, dy = np.diff(x[points])[0], np.diff(y[points])[0]
        right_m = 0.5 * (float(network.edge_lanes[edge]) * LANE_WIDTH_M + median_m)
        x[points] += right_m * dy / np.hypot(dx, dy)
        y[points] -= right_m * dx / np.hypot(dx, dy)
    return replace(network, point_x_m=x, point_y_m=y)


@cache
def _town(lanes: int = 2, median_m: float = 2.0) -> tuple[RoadNetwork, LaneGraph, Crossings]:
    network = _two_way(grid(2, lanes=lanes), median_m)
    graph = build_lane_graph(network)
    plans = signal_plans(network, graph, SignalsSpec(), 1, np.full(graph.connector_count, 100.0))
    return network, graph, crossings_of(graph, places_of(network, plans), refuge_over_m=16.0)


class _Scene:
    """Pedestrians of a town with signals and vehicles set by hand."""

    def __init__(
        self, rate_per_h: float = 300.0, lanes: int = 2, seed: int = 1, duration_us: int = HOUR_US, **spec: float
    ) -> None:
        _, self.graph, self.crossings = _town(lanes)
        made = PedestriansSpec.model_validate({"per_crossing_per_hour": rate_per_h, **spec})
        self.people: Pedestrians = build_pedestrians(self.crossings, made, seed, duration_us)
        self.shown = np.full(self.crossings.count, RED, dtype=np.int8)
        self.occupied = np.zeros(self.graph.connector_count, dtype=np.int32)
        self.blocked = np.zeros(self.graph.connector_count, dtype=np.int8)
        self.t_us = 0

    def step(self, times: int = 1) -> None:
        for _ in range(times):
            step_to(self.people, self.shown, self.occupied, self.blocked, self.t_us, STEP_US)
            self.t_us += STEP_US

    @property
    def present(self) -> np.ndarray:
        return self.people.active[: self.people.counts[PRESENT]]

    def paths_of(self, walker: int) -> list[tuple[int, float, float]]:
        """Return (connector, near, far) of each path over his crossing, from his kerb."""
        who = self.people.all[walker]
        line = self.crossings.lines[who.crossing]
        rows = self.crossings.passages[line.passage_begin : line.passage_end]
        if who.back:
            return [(int(row.connector), line.length - row.high, line.length - row.low) for row in rows]
        return [(int(row.connector), float(row.low), float(row.high)) for row in rows]


# where they cross


def test_a_crossing_lies_behind_the_stop_lines_from_kerb_to_kerb() -> None:
    """Four a junction, 2 + 2 lanes and the median wide, square to the arm, 2 m or more behind the stop line."""
    network, graph, crossings = _town()
    assert crossings.count == 16
    assert len(set(crossings.keys)) == 16
    assert crossings.lines.length == pytest.approx(4 * LANE_WIDTH_M + 2.0, abs=1e-6)
    for line in crossings.lines:
        junction = min(network.junctions, key=lambda j: np.hypot(j.x_m - line.x, j.y_m - line.y))
        middle_x = line.x + 0.5 * line.length * line.dx - junction.x_m
        middle_y = line.y + 0.5 * line.length * line.dy - junction.y_m
        assert middle_x * line.dx + middle_y * line.dy == pytest.approx(0.0, abs=1e-6)
        lane = graph.edge_lane[line.edge]
        stop_line_m = network.edge_length_m[line.edge] - graph.lane_begin_m[lane] - graph.lane_length_m[lane]
        assert line.s == pytest.approx(network.edge_length_m[line.edge] - stop_line_m)
        assert np.hypot(middle_x, middle_y) <= stop_line_m - BEHIND_LINE_M + 1e-6
        assert np.hypot(middle_x, middle_y) > 0.5 * (4 * LANE_WIDTH_M + 2.0) - BEHIND_LINE_M


def test_every_path_over_an_arm_is_on_its_crossing() -> None:
    """Each connector passes its two crossings once, between the kerbs; those that turn about pass one twice."""
    _, graph, crossings = _town()
    passes = np.bincount(crossings.passages.connector, minlength=graph.connector_count)
    assert set(passes[graph.connector_junction >= 0].tolist()) == {2}
    assert not passes[graph.connector_junction < 0].any()
    for line in crossings.lines:
        rows = crossings.passages[line.passage_begin : line.passage_end]
        middles = 0.5 * (rows.low + rows.high)
        assert ((middles > 0.0) & (middles < line.length)).all()
        assert (rows.high - rows.low >= 3.2 - 1e-9).all()


def test_only_wide_crossings_have_a_refuge() -> None:
    """16 m and less are crossed at once; 30 m have a refuge on the median."""
    assert (_town()[2].lines.refuge < 0.0).all()
    wide = _town(lanes=4)[2].lines
    assert wide.length == pytest.approx(8 * LANE_WIDTH_M + 2.0, abs=1e-6)
    assert wide.refuge == pytest.approx(0.5 * wide.length, abs=1e-6)


# who comes


def test_arrivals_are_poisson_at_both_kerbs() -> None:
    """16 crossings x 300 an hour within 4 standard deviations, half of them at each kerb, speeds within the spread."""
    people = _Scene().people.all
    assert abs(people.size - 4800) < 4.0 * np.sqrt(4800)
    assert abs(int(people.back.sum()) - people.size / 2) < 2.0 * np.sqrt(people.size)
    assert (np.diff(people.arrive_us) >= 0).all()
    per_10_s = np.bincount(people.arrive_us // 10_000_000, minlength=360)
    assert per_10_s.var() / per_10_s.mean() == pytest.approx(1.0, abs=0.25)
    assert people.pace.min() >= 0.96
    assert people.pace.max() <= 1.44
    assert people.pace.mean() == pytest.approx(1.2, abs=0.02)


def test_a_crossing_draws_for_itself() -> None:
    """Without the other crossings, and in a shorter run, those of one crossing are the same."""
    every = _Scene()
    crossings = every.crossings
    alone = Crossings(crossings.lines[3:4], crossings.passages, crossings.keys[3:4])
    spec = PedestriansSpec(per_crossing_per_hour=300.0)
    few = build_pedestrians(alone, spec, 1, HOUR_US // 2).all
    same = every.people.all[(every.people.all.crossing == 3) & (every.people.all.arrive_us < HOUR_US // 2)]
    assert few.size > 100
    for field in ("arrive_us", "pace", "beside", "back"):
        assert np.array_equal(few[field], same[field])
    other = build_pedestrians(alone, spec, 2, HOUR_US // 2).all
    assert not np.array_equal(other.arrive_us[:50], few.arrive_us[:50])


def test_nobody_comes_unless_asked_for() -> None:
    """The default has no pedestrians, and stepping does nothing."""
    scene = _Scene(rate_per_h=0.0)
    scene.step(10)
    assert scene.people.count == 0
    assert not scene.people.counts.any()


def test_too_many_are_refused() -> None:
    """More than fit into memory end with a message that says how many."""
    with pytest.raises(InputError, match=r"3,200,000 pedestrians at 16 crossings"):
        _Scene(rate_per_h=20_000.0, duration_us=10 * HOUR_US)


# when they walk


def test_nobody_steps_off_without_the_walk_signal() -> None:
    """At red all wait at the kerb, and no path is blocked; at green all are across after the slowest's time."""
    scene = _Scene(duration_us=60_000_000)
    scene.step(700)
    assert scene.people.counts[PRESENT] == scene.people.count > 50
    assert (scene.people.all.state == WAITING).all()
    assert not scene.blocked.any()
    scene.shown[:] = GREEN
    began_us = scene.t_us
    scene.step(1)
    assert (scene.people.all.state == WALKING).all()
    assert scene.blocked.any()
    scene.step(200)
    people = scene.people.all
    assert (people.state == ACROSS).all()
    assert scene.people.counts[DONE] == people.size
    taken_s = (people.finish_us - began_us) / 1e6
    assert taken_s == pytest.approx(scene.crossings.lines.length[people.crossing] / people.pace, abs=0.1 + 1e-6)
    assert not scene.blocked.any()


def test_who_is_on_the_crossing_walks_on_at_red() -> None:
    """After five seconds of green nobody new steps off, and those on their way reach the other kerb."""
    scene = _Scene(duration_us=60_000_000)
    scene.step(600)
    scene.shown[:] = GREEN
    scene.step(50)
    scene.shown[:] = RED
    scene.step(200)
    assert scene.people.counts[DONE] > 50
    assert scene.people.counts[PRESENT] == 0 or (scene.people.all.state[scene.present] == WAITING).all()


def test_on_a_wide_road_one_waits_on_the_refuge() -> None:
    """Green for 5 s brings everybody to the refuge and no farther; the next green across."""
    scene = _Scene(lanes=4, duration_us=30_000_000)
    scene.step(300)
    scene.shown[:] = GREEN
    scene.step(50)
    scene.shown[:] = RED
    scene.step(400)
    people = scene.people.all
    assert people.size > 20
    assert (people.state == ON_REFUGE).all()
    assert people.walked == pytest.approx(0.5 * scene.crossings.lines.length[people.crossing])
    assert not scene.blocked.any()
    scene.shown[:] = GREEN
    scene.step(200)
    assert (people.state == ACROSS).all()


def test_at_a_green_that_lasts_nobody_stops_on_the_refuge() -> None:
    """Walking on is allowed where the signal still shows green."""
    scene = _Scene(lanes=4, duration_us=30_000_000)
    scene.shown[:] = GREEN
    for _ in range(600):
        scene.step()
        assert not (scene.people.all.state == ON_REFUGE).any()
    assert scene.people.counts[DONE] == scene.people.count


# whom they make wait, and for whom they wait


def _paths(crossings: Crossings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return connector (-1 beyond the last), near and far end of the paths over each crossing from each kerb: (m, 2, paths)."""
    most = int((crossings.lines.passage_end - crossings.lines.passage_begin).max())
    connector = np.full((crossings.count, 2, most), -1)
    near, far = np.full(connector.shape, np.inf), np.full(connector.shape, np.inf)
    for number, line in enumerate(crossings.lines):
        rows = crossings.passages[line.passage_begin : line.passage_end]
        connector[number, :, : rows.size] = rows.connector
        near[number, 0, : rows.size], far[number, 0, : rows.size] = rows.low, rows.high
        near[number, 1, : rows.size], far[number, 1, : rows.size] = line.length - rows.high, line.length - rows.low
    return connector, np.maximum(near, 0.0), far


@settings(max_examples=8)
@given(seed=st.integers(0, 1000), rate=st.floats(50.0, 2000.0), busy=st.floats(0.0, 1.0), lanes=st.sampled_from([2, 4]))
def test_nobody_walks_into_a_vehicle_and_who_is_in_a_path_blocks_it(seed: int, rate: float, busy: float, lanes: int) -> None:
    """With signals and vehicles at random: paths are entered only when empty, and blocked while somebody is in them."""
    scene = _Scene(rate_per_h=rate, lanes=lanes, seed=seed, duration_us=60_000_000)
    draw = np.random.default_rng(seed)
    people = scene.people.all.view(np.ndarray)
    connector, near, far = _paths(scene.crossings)
    connector, near, far = (table[people["crossing"], people["back"]] for table in (connector, near, far))
    before = people["walked"][:, None].copy()
    for step in range(700):
        if step % 40 == 0:
            scene.shown[:] = draw.choice([GREEN, RED], scene.crossings.count)
            scene.occupied[:] = draw.random(scene.occupied.size) < busy
        scene.step()
        after = people["walked"][:, None].copy()
        assert (after >= before).all()
        entered = (before <= near) & (near < after)
        assert not scene.occupied[connector[entered]].any()
        walking = (people["state"] == WALKING) | (people["state"] == HELD)
        inside = walking[:, None] & (near < after) & (after <= far)
        assert scene.blocked[connector[inside]].all()
        before = after
    counts = scene.people.counts
    assert counts[NEXT] == counts[PRESENT] + counts[DONE]
    assert counts[DONE] == (people["state"] == ACROSS).sum()


def test_drivers_are_stopped_in_time() -> None:
    """A path is blocked from three seconds before a pedestrian enters it until he has left it, and not outside of that."""
    scene = _Scene(rate_per_h=2.0, walking_speed_spread=0.0)
    scene.shown[:] = GREEN
    scene.t_us = int(scene.people.all.arrive_us[0])
    first = None
    times: dict[int, list[float]] = {}
    while scene.people.counts[DONE] == 0:
        scene.step()
        assert scene.people.counts[PRESENT] + scene.people.counts[DONE] == 1
        first = int(scene.people.active[0]) if first is None else first
        for connector in np.flatnonzero(scene.blocked):
            times.setdefault(int(connector), []).append(scene.t_us / 1e6)
    began_s = scene.people.all.arrive_us[first] / 1e6
    assert times
    for connector, near, far in scene.paths_of(first):
        assert times[connector][0] == pytest.approx(began_s + max(near / 1.2 - 3.0, 0.1), abs=0.11)
        end_s = began_s + min(far, scene.crossings.lines.length[scene.people.all.crossing[first]]) / 1.2
        assert times[connector][-1] == pytest.approx(end_s, abs=0.11)


# state and truth


def test_a_saved_state_goes_on_the_same() -> None:
    """Records, the list of those present and the counts, copied at any time, continue byte for byte."""
    scene, other = _Scene(), _Scene()
    for step in range(900):
        scene.shown[:] = GREEN if step // 150 % 2 else RED
        if step == 437:
            for mine, theirs in ((other.people.all, scene.people.all), (other.people.active, scene.people.active)):
                mine[:] = theirs
            other.people.counts[:] = scene.people.counts
            other.t_us = scene.t_us
        scene.step()
        if step >= 437:
            other.shown[:] = scene.shown
            other.step()
    assert scene.people.counts[DONE] > 50
    assert other.people.all.tobytes() == scene.people.all.tobytes()
    assert other.people.active.tobytes() == scene.people.active.tobytes()
    assert other.blocked.tobytes() == scene.blocked.tobytes()


def test_the_truth_shows_them_where_they_are() -> None:
    """Numbered behind the trips, on the line between the kerbs or just behind the kerb, heading across, with their speed."""
    scene = _Scene(rate_per_h=1000.0)
    scene.step(300)
    scene.shown[::2] = GREEN
    scene.step(30)
    truth = pedestrian_truth(scene.people, 5000, scene.t_us, 0.05)
    assert truth.vehicle.tolist() == (scene.present + 5000).tolist()
    assert {VEHICLE_CLASSES[k] for k in truth.klass} == {"pedestrian"}
    people = scene.people.all[scene.present]
    lines = scene.crossings.lines[people.crossing]
    along = (truth.x_m - lines.x) * lines.dx + (truth.y_m - lines.y) * lines.dy
    waiting = people.state == WAITING
    assert waiting.any()
    assert not waiting.all()
    assert np.abs(along - lines.length / 2.0)[waiting] == pytest.approx(lines.length[waiting] / 2.0 + 0.5)
    assert (np.abs(along - lines.length / 2.0)[~waiting] <= lines.length[~waiting] / 2.0).all()
    ahead = np.cos(truth.heading_rad) * lines.dx + np.sin(truth.heading_rad) * lines.dy
    assert ahead == pytest.approx(np.where(people.back == 1, -1.0, 1.0))
    assert truth.speed_mps == pytest.approx(np.where(waiting, 0.0, people.pace))
    both = joined_truth(truth, truth)
    assert both.t_us == truth.t_us
    assert both.vehicle.size == 2 * truth.vehicle.size
    assert both.height_m.tolist() == [1.65] * both.vehicle.size
