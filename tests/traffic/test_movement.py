"""Movement: nobody overlaps, nobody is lost, red means stop, drivers reach their turn, and the state is all there is."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import simpy
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.traffic.helpers import check_lanes, traffic_on
from tests.traffic.networks import build, grid
from tests.verification.lab import Lab, signalled_road

from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.traffic.demand import DemandSpec
from twin.traffic.driving import DrivingSpec, LaneChangeSpec
from twin.traffic.engine import Engine
from twin.traffic.lane_change import advantage
from twin.traffic.prefill import place_under_way
from twin.traffic.process import on_lanes
from twin.traffic.roads import NONE
from twin.traffic.signal_states import GREEN, RED
from twin.traffic.trips import build_trips
from twin.traffic.vehicles import FREE, NEVER

LIMIT_MPS = 50 / 3.6


@pytest.mark.parametrize(
    "signalised",
    [
        False,
        True,
    ],
)
@settings(max_examples=8, phases=(Phase.explicit, Phase.generate))
@given(
    seed=st.integers(0, 1000),
    lanes=st.integers(1, 3),
    inflow_vph=st.sampled_from([500.0, 4000.0, 12_000.0]),
    spacing_m=st.sampled_from([45.0, 90.0, 200.0]),
    prefill_s=st.sampled_from([0.0, 300.0]),
)
def test_nobody_overlaps_and_nobody_is_lost(
    *, seed: int, lanes: int, inflow_vph: float, spacing_m: float, prefill_s: float, signalised: bool
) -> None:
    """At every second: a gap to the vehicle ahead, no two vehicles on one conflict point, everybody accounted for."""
    traffic = traffic_on(
        grid(3, spacing_m, lanes, signalised=signalised),
        seconds=180,
        seed=seed,
        inflow_vph=inflow_vph,
        prefill_s=prefill_s,
        internal_share=0.1,
    )
    env = simpy.Environment()
    traffic.start(env)
    check_lanes(traffic)
    for second in range(1, 180):
        env.run(until=second * 1_000_000)
        traffic.step_to(second * 1_000_000)
        check_lanes(traffic)
    assert traffic.active > 0
    assert traffic.engine.removed == 0


def test_vehicles_cover_the_way_they_drive() -> None:
    """On a free straight road the front moves by (v + v') / 2 per step, to 1e-9, and never faster than desired."""
    network = build([(0.0, 0.0), (2000.0, 0.0)], [(0, 1, 1)], entries=[0], exits=[0])
    lab = Lab(network, [(0.0, (0,))])
    lab.engine.vehicles.classes.acceleration[0] = 1.0
    before: tuple[float, float] | None = None
    compared = 0
    while lab.engine.arrived == 0:
        lab.run(lab.t_s + 0.1)
        for car in lab.slots_on(0):
            if before is not None:
                assert float(car.s) - before[0] == pytest.approx(0.05 * (float(car.speed) + before[1]), abs=1e-9)
                assert float(car.speed) <= LIMIT_MPS + 1e-6
                compared += 1
            before = float(car.s), float(car.speed)
    assert compared > 1000


def test_who_stops_within_a_step_stops_after_his_braking_distance() -> None:
    """At 0.3 m/s and 4 m/s2 a car stands after 0.075 s and v2 / 2b = 11.25 mm, not at the end of the step of 0.1 s.

    The ballistic scheme of M. Treiber and V. Kanagaraj, "Comparing numerical integration schemes for time-continuous
    car-following models", Physica A 419 (2015) 183-195.
    """
    network = build([(0.0, 0.0), (2000.0, 0.0)], [(0, 1, 1)], entries=[0], exits=[0])
    lab = Lab(network, [(0.0, (0,)), (10.0, (0,))])
    lab.run(20.0)
    engine = lab.engine
    behind = int(engine.roads.lanes.first_slot[0]) + 1
    slots = engine.vehicles.slots.view(np.ndarray)
    slots["speed"][behind], slots["cap"][behind] = 0.3, -4.0
    before_m = float(slots["s"][behind])
    engine.step_to(engine.t_us + engine.step_us)
    assert slots["speed"][behind] == 0.0
    assert float(slots["s"][behind]) - before_m == pytest.approx(0.01125, abs=1e-6)


def _driven_m(engine: Engine, before: dict[int, tuple[int, float]]) -> tuple[float, dict[int, tuple[int, float]]]:
    """Return the metres driven since ``before`` (lane and place of every vehicle), and the same of now; single lanes only."""
    lanes = engine.roads.lanes.view(np.ndarray)
    now: dict[int, tuple[int, float]] = {}
    driven_m = 0.0
    for lane in np.flatnonzero(engine.roads.count).tolist():
        first = int(lanes["first_slot"][lane])
        here = engine.vehicles.slots.view(np.ndarray)[first : first + int(engine.roads.count[lane])]
        for vehicle, s, came in zip(here["vehicle"].tolist(), here["s"].tolist(), here["came"].tolist(), strict=True):
            now[vehicle] = lane, s
            if vehicle not in before:
                continue
            way_m, at, behind = s, lane, came
            while at != before[vehicle][0]:
                assert behind != NONE
                at, behind = behind, int(lanes["source"][behind])
                way_m += float(lanes["length"][at])
            driven_m += way_m - before[vehicle][1]
    return driven_m, now


def test_the_lanes_count_the_metres_that_the_vehicles_drive() -> None:
    """In a jam on short single lanes, where moves are cut short, each step's vehicle-metres are the vehicles' own, to 1 um."""
    network = grid(3, 60.0, 1, signalised=False)
    traffic = traffic_on(network, seconds=120, inflow_vph=4000.0)
    engine = traffic.engine
    towards = engine.roads.lanes.edge[engine.roads.connector_first :]
    engine.roads.signal[np.isin(towards, network.exit_edges)] = RED  # nobody arrives, so nobody's last metres are lost
    driven_m, compared = 0.0, 0
    before: dict[int, tuple[int, float]] = {}
    counted_m = 0.0
    for tenth in range(1, 1200):
        traffic.step_to(tenth * 100_000)
        way_m, now = _driven_m(engine, before)
        total_m = float(engine.roads.lanes.distance.sum())
        if now.keys() == before.keys():  # who enters drives within the same step
            assert total_m - counted_m == pytest.approx(way_m, abs=1e-6)
            driven_m += way_m
            compared += 1
        before, counted_m = now, total_m
    assert traffic.arrived == 0
    assert compared > 600
    assert driven_m > 1000.0


def test_nobody_passes_a_red_light() -> None:
    """In half an hour of control, nobody enters a connector that was red for more than a second."""
    traffic = traffic_on(grid(1, 300.0, 2), seconds=1800, inflow_vph=2400.0)
    env = simpy.Environment()
    traffic.start(env)
    roads = traffic.engine.roads
    first = roads.connector_first
    red_since = np.full(roads.signal.size, 1 << 40)
    before = roads.lanes.entered[first:].copy()
    entered_on_green = 0
    for tenth in range(1, 18_000):
        env.run(until=tenth * 100_000 + 1)
        traffic.step_to(tenth * 100_000)
        red = roads.signal == RED
        red_since = np.where(red, np.minimum(red_since, tenth), 1 << 40)
        now = roads.lanes.entered[first:]
        entered = now - before
        assert np.all((entered == 0) | (tenth - red_since <= 10))
        entered_on_green += int(entered[roads.signal == GREEN].sum())
        before = now.copy()
    assert entered_on_green > 300


def test_a_queue_spills_back_over_the_edges_behind() -> None:
    """A red signal that never changes fills its approach, then the edge before it; nobody enters once both are full."""
    nodes = [(0.0, 0.0), (200.0, 0.0), (400.0, 0.0), (600.0, 0.0), (400.0, 200.0), (400.0, -200.0)]
    edges = [(0, 1, 1), (1, 2, 1), (2, 3, 1), (4, 2, 1), (2, 5, 1)]
    network = build(nodes, edges, entries=[0, 3], exits=[2, 4], junctions=[(2, True)])
    lab = Lab(network, [(4.0 * number, (0, 1, 2)) for number in range(220)])
    lab.show(1, RED)
    lab.run(900.0)
    on_edge = [int(lab.engine.roads.count[lab.lanes_of(edge)].sum()) for edge in range(3)]
    assert on_edge[2] == 0
    assert on_edge[1] >= 25
    assert on_edge[0] >= 25
    assert lab.engine.waiting > 100
    assert lab.engine.arrived == 0


@pytest.mark.parametrize(("turn", "target"), [("right", 0), ("left", 1)])
def test_drivers_change_to_the_lane_of_their_turn(turn: str, target: int) -> None:
    """Spread over three lanes 400 m before their turn, all make it from a lane that is meant for it, in light traffic."""
    nodes = [(0.0, 0.0), (300.0, 0.0), (700.0, 0.0), (700.0, -300.0), (700.0, 300.0), (1000.0, 0.0)]
    edges = [(0, 1, 3), (1, 2, 3), (2, 3, 1), (2, 4, 1), (2, 5, 3)]
    network = build(nodes, edges, entries=[0], exits=[2, 3, 4], junctions=[(2, False)])
    route = (0, 1, 2 + target)
    straight = (0, 1, 4)
    lab = Lab(network, [(3.0 * number, route if number % 2 else straight) for number in range(120)])
    lab.run(500.0, every_s=1.0)
    assert lab.engine.arrived == 120
    assert lab.engine.wrong_lane_turns == 0, turn
    assert lab.engine.lane_changes >= 20


def test_turns_from_a_wrong_lane_are_rare() -> None:
    """On a busy grid of three lanes fewer than 2 % of the ways through junctions begin on a lane that is not meant for them."""
    traffic = traffic_on(grid(3, 200.0, 3), seconds=900, inflow_vph=6000.0)
    env = simpy.Environment()
    traffic.start(env)
    env.run(until=900_000_000)
    traffic.step_to(900_000_000)
    roads = traffic.engine.roads
    turns = int(roads.lanes.entered[roads.connector_first :].sum())
    assert turns > 2000
    assert traffic.engine.wrong_lane_turns < 0.02 * turns


def test_who_comes_on_to_a_wider_road_takes_the_lane_of_his_next_turn() -> None:
    """One lane becomes two, 300 m before left and right part: though his lane is the fuller one, nobody need change."""
    nodes = [(0.0, 0.0), (300.0, 0.0), (600.0, 0.0), (600.0, -300.0), (600.0, 300.0)]
    network = build(nodes, [(0, 1, 1), (1, 2, 2), (2, 3, 1), (2, 4, 1)], entries=[0], exits=[2, 3], junctions=[(2, False)])
    turns = [3] * 8 + [2] * 8
    lab = Lab(network, [(4.0 * number, (0, 1, turns[number % 16])) for number in range(48)])
    lab.run(400.0)
    assert lab.engine.arrived == 48
    assert (lab.engine.lane_changes, lab.engine.wrong_lane_turns) == (0, 0)


@pytest.mark.parametrize("rest_s", [4.0, 15.0])
def test_who_changed_lanes_for_an_advantage_rests_before_the_next_change(rest_s: float) -> None:
    """On three lanes of 3 km, where nobody need change: two changes of one driver are never less than the rest apart."""
    network = build([(0.0, 0.0), (3000.0, 0.0)], [(0, 1, 3)], entries=[0], exits=[0])
    driving = DrivingSpec(lane_change=LaneChangeSpec(rest_s=rest_s))
    traffic = traffic_on(network, seconds=300, inflow_vph=3000.0, driving=driving)
    vehicles = traffic.engine.vehicles
    chooses = vehicles.classes.kerb[vehicles.all.klass] == 0.0
    before = vehicles.all.changed_step.copy()
    apart: list[int] = []
    for tenth in range(1, 3000):
        traffic.step_to(tenth * 100_000)
        now = vehicles.all.changed_step.copy()
        again = (now != before) & (before > 0) & chooses
        apart.extend((now - before)[again].tolist())
        before = now
    assert len(apart) > 50
    assert min(apart) >= rest_s / 0.1 - 1e-6


@pytest.mark.parametrize("must", [False, True])
@pytest.mark.parametrize("speed_mps", [0.0, 6.0])
def test_nobody_changes_lanes_where_another_would_have_to_brake_too_hard(speed_mps: float, must: bool) -> None:  # noqa: FBT001
    """Behind the place comes a car at its desired speed v: by the IDM it brakes with a (w / gap)^2, w its wanted gap.

    That is the 4 m/s2 of MOBIL's safety criterion at the gap w sqrt(a / 4); 1 % less is refused, 1 % more is not.
    """
    network = build([(0.0, 0.0), (1000.0, 0.0)], [(0, 1, 2)], entries=[0], exits=[0])
    lab = Lab(network, [(0.0, (0,)), (0.0, (0,))])
    lab.run(5.0)
    engine, car = lab.engine, lab.engine.vehicles.classes[0]
    slots, roads = engine.vehicles.slots, engine.roads
    mine, behind = (int(slot) for slot in roads.lanes.first_slot[:2])
    v = 1.0 / float(slots.pace[behind])
    wanted_m = car.standstill_gap + v * car.time_gap + v * (v - speed_mps) / (2.0 * (car.acceleration * car.braking) ** 0.5)
    safe_m = wanted_m * (car.acceleration / 4.0) ** 0.5
    slots.s[mine], slots.speed[mine], slots.speed[behind] = 500.0, speed_mps, v

    def gain(gap_m: float) -> float:
        slots.s[behind] = 500.0 - slots.length[mine] - gap_m
        before = (slots, engine.vehicles.classes, roads.lanes, roads.links, roads.count, roads.tails, roads.signal)
        return advantage(*before, engine.vehicles.all, engine.vehicles.route_edge, engine._driving, 0, 0, 1, 0, 0.0, must, 50)

    assert gain(0.99 * safe_m) == -FREE
    assert gain(1.01 * safe_m) > -5.0


def test_who_joins_a_road_leaves_room_for_those_who_come() -> None:
    """He pulls out at 4.2 m/s between cars at 13.9 m/s, 111 m apart, no nearer than the gap that the IDM wants.

    There the deceleration is a (v / v0)^4 at most, so nobody ever brakes harder than with a = 1.4 m/s2.
    """
    network = build([(0.0, 0.0), (1000.0, 0.0)], [(0, 1, 1)], entries=[0], exits=[0])
    for later in range(8):
        lab = Lab(network, [*((8.0 * number, (0,)) for number in range(10)), (60.5 + later, (0,))])
        (joins,) = np.flatnonzero(lab.trips.depart_us % 1_000_000)
        lab.engine.vehicles.all.depart_s[joins] = 400.0
        hardest_mps2, before = 0.0, dict[int, float]()
        while lab.t_s < 120.0:
            lab.run(lab.t_s + 0.1)
            cars = lab.slots_on(0)
            now = dict(zip(cars.vehicle.tolist(), cars.speed.tolist(), strict=True))
            hardest_mps2 = max([hardest_mps2, *((before[car] - now[car]) / 0.1 for car in now.keys() & before.keys())])
            before = now
        assert lab.engine.vehicles.all.insert_us[joins] > 0
        assert hardest_mps2 < 1.4


def test_two_roads_merge_into_one_lane_without_starving_each_other() -> None:
    """Two equally loaded roads that merge get through alike: neither more than 60 % of the flow, and 750 veh/h in all."""
    network = build(
        [(0.0, 30.0), (0.0, -30.0), (500.0, 0.0), (1000.0, 0.0)], [(0, 2, 1), (1, 2, 1), (2, 3, 1)], entries=[0, 1], exits=[2]
    )
    traffic = traffic_on(network, seconds=1200, inflow_vph=2000.0)
    traffic.step_to(1_200_000_000)
    check_lanes(traffic)
    lanes = traffic.engine.roads.lanes
    left = [int(lanes.left[np.flatnonzero(lanes.edge == edge)].sum()) for edge in (0, 1)]
    assert sum(left) > 750 / 3
    assert 0.4 < left[0] / sum(left) < 0.6


def test_a_trip_arrives_after_its_free_flow_time_on_an_empty_road() -> None:
    """Alone on the road, a trip of 2 km at the limit takes length / desired speed, within 1 s."""
    network = build([(0.0, 0.0), (1000.0, 0.0), (2000.0, 0.0)], [(0, 1, 1), (1, 2, 1)], entries=[0], exits=[1])
    lab = Lab(network, [(300.0 * number, (0, 1)) for number in range(3)])
    lab.run(900.0)
    assert lab.travel_s() == pytest.approx(2000.0 / LIMIT_MPS, abs=1.0)


def _blocked(gridlock_after_s: float) -> Engine:
    """Return the engine after ten minutes before a crossing that somebody on foot never leaves."""
    nodes = [(0.0, 0.0), (300.0, 0.0), (600.0, 0.0), (300.0, 300.0)]
    network = build(nodes, [(0, 1, 1), (1, 2, 1), (1, 3, 1)], entries=[0], exits=[1, 2], junctions=[(1, False)])
    spec = DemandSpec(
        inflow_vph=600.0, inbound_share=0.0, outbound_share=0.0, internal_share=0.0, prefill_s=0.0, shortest_trip_m=0.0
    )
    trips = on_lanes(network, build_trips(network, spec, 1, 600_000_000))
    driving = DrivingSpec(gridlock_after_s=gridlock_after_s)
    engine = Engine(network, build_lane_graph(network), trips, spec.classes, driving)
    engine.roads.blocked[:] = 1
    engine.step_to(600_000_000)
    return engine


def test_nobody_is_taken_off_the_road_unless_asked_for() -> None:
    """By default a blocked queue stands for ever: nobody removed, nobody arrived, everybody accounted for."""
    engine = _blocked(0.0)
    assert (engine.removed, engine.arrived) == (0, 0)
    assert engine.begun == engine.active + engine.waiting
    assert engine.active > 30


def test_the_gridlock_policy_counts_whom_it_removes() -> None:
    """Who stands 60 s as the first of his lane is taken off, has not arrived, and everybody is accounted for."""
    engine = _blocked(60.0)
    assert 5 <= engine.removed <= 10, "ten minutes hold at most ten times 60 s"
    assert engine.arrived == 0
    assert engine.begun == engine.active + engine.waiting + engine.removed
    removed = engine.vehicles.all.removed == 1
    assert int(removed.sum()) == engine.removed
    assert np.all(engine.vehicles.all.arrive_us[removed] == NEVER)


def test_who_waits_for_red_is_not_gridlocked() -> None:
    """Ten minutes of red take nobody off the road, policy or not."""
    lab = Lab(signalled_road(300.0, 300.0), [(5.0 * number, (0, 1)) for number in range(60)])
    lab.engine._driving.gridlock_after[0] = 60.0
    lab.show(0, RED)
    lab.run(600.0)
    assert lab.engine.removed == 0
    assert lab.engine.active > 20


@pytest.mark.parametrize(("ago_s", "edge", "s_m"), [(6.0, 0, 350.0), (20.0, 1, 200.0), (28.0, 1, 400.0), (45.0, 2, 325.0)])
def test_who_is_under_way_at_the_start_has_driven_since_he_left(ago_s: float, edge: int, s_m: float) -> None:
    """From 200 m along the first of three edges of 500 m, at half of 50 m/s, to 1 cm: after 20 s 700 m from its beginning."""
    nodes = [(0.0, 0.0), (500.0, 0.0), (1000.0, 0.0), (1500.0, 0.0)]
    network = build(nodes, [(0, 1, 1), (1, 2, 1), (2, 3, 1)], speed_mps=50.0, entries=[0], exits=[2])
    lab = Lab(network, [(-ago_s, (0, 1, 2))])
    trips = dataclasses.replace(lab.trips, depart_s_m=np.array([200.0]))
    assert place_under_way(lab.engine.vehicles, lab.engine.roads, trips, 0.5, 1.0) == 1
    (car,) = lab.slots_on(edge)
    assert float(car.s) == pytest.approx(s_m, abs=0.01)


def _engine() -> Engine:
    network = grid(2, 90.0, 2, signalised=False)
    spec = DemandSpec(inflow_vph=6000.0, internal_share=0.1, prefill_s=0.0, shortest_trip_m=0.0)
    trips = on_lanes(network, build_trips(network, spec, 3, 120_000_000))
    return Engine(network, build_lane_graph(network), trips, spec.classes, DrivingSpec())


def _bytes(engine: Engine) -> dict[str, bytes]:
    """Return the state's values, field by field: the bytes between two fields of a record say nothing."""
    found = {}
    for name, array in engine.state().items():
        for field in array.dtype.names or ("",):
            found[f"{name}.{field}"] = (array[field] if field else array).tobytes()
    return found


@settings(max_examples=8)
@given(until_us=st.lists(st.integers(0, 120_000_000), max_size=6), saved_us=st.integers(1, 119_999_999))
def test_the_state_is_all_there_is(until_us: list[int], saved_us: int) -> None:
    """However often one looks and wherever one saves, a fresh engine goes on to the same bytes."""
    whole = _engine()
    whole.step_to(120_000_000)
    looked_at = _engine()
    for t_us in sorted({*until_us, saved_us}):
        if t_us <= saved_us:
            looked_at.now(t_us)
    state = looked_at.state()
    looked_at.step_to(120_000_000)
    fresh = _engine()
    fresh.restore(state)
    fresh.step_to(120_000_000)
    assert _bytes(looked_at) == _bytes(whole)
    assert _bytes(fresh) == _bytes(whole)
    assert whole.active > 30
