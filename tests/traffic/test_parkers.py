"""Trips that end and begin in parking: who parks, who is sent where, and that nobody is lost on the way."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.traffic.helpers import Unwritten, check_lanes
from tests.traffic.networks import build, grid
from tests.traffic.test_resume import _bytes
from tests.verification.invariants import Checker

from twin.kernel.records import SpeedAdvice
from twin.rng import stream_key, uniforms
from twin.roadnet.road_network import RoadNetwork
from twin.traffic import route_table
from twin.traffic.demand import DemandSpec
from twin.traffic.parker_trips import NEVER_DUE_US, ParkerDemand
from twin.traffic.parkers import Parkers
from twin.traffic.process import Traffic
from twin.traffic.saved import load_state, save_state
from twin.traffic.signal_spec import SignalsSpec
from twin.traffic.vehicles import NEVER, ROUTED
from twin.traffic.whereabouts import whereabouts

SECOND_US = 1_000_000
BUSY: dict[str, Any] = {
    "inflow_vph": 2200.0,
    "inbound_share": 0.35,
    "outbound_share": 0.15,
    "internal_share": 0.2,
    "prefill_s": 120.0,
    "shortest_trip_m": 0.0,
}
NOBODY: dict[str, Any] = {"inflow_vph": 0.0, "prefill_s": 0.0}


def _inner(network: RoadNetwork) -> np.ndarray[Any, np.dtype[np.bool_]]:
    near = np.ones(network.edge_count, np.bool_)
    near[network.entry_edges] = near[network.exit_edges] = False
    return near


def _traffic(network: RoadNetwork, seconds: int, parkers: ParkerDemand | None, **demand: Any) -> Traffic:
    spec = DemandSpec.model_validate(demand)
    return Traffic(network, spec, SignalsSpec(), 3, seconds * SECOND_US, Unwritten(), parkers=parkers)


def _parkers(traffic: Traffic) -> Parkers:
    assert traffic.parkers is not None
    return traffic.parkers


def _last(table: str, traffic: Traffic) -> dict[str, Any]:
    recorder = traffic._recorder
    assert isinstance(recorder, Unwritten)
    return dict(next(columns for name, columns in reversed(recorder.parts) if name == table))


class Drivers:
    """Vehicles that search, give up, stand, park, come back and leave by draws of vehicle and second: the hooks' whole use."""

    def __init__(self, traffic: Traffic, begin_s: int = 0) -> None:
        """Begin with nobody parked."""
        self.env = simpy.Environment(initial_time=begin_s * SECOND_US)
        traffic.start(self.env, resumed=begin_s > 0)
        self.traffic, self.parkers = traffic, _parkers(traffic)
        self.inner = np.flatnonzero(_inner(traffic.network))
        self.parked: dict[int, int] = {}
        self.left: set[int] = set()
        self.sent = self.stopped = self.back = self.refused = 0
        self._row = {trip: row for row, trip in enumerate(self.parkers.trip.tolist())}

    def _draw(self, stream: str, second: int, trip: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
        return uniforms(stream_key(5, f"tests/parkers/{stream}"), second * 100_000 + trip.astype(np.int64))

    def second(self, second: int) -> None:
        """Do what is due in a second."""
        t_us, parkers = second * SECOND_US, self.parkers
        self.env.run(until=t_us)
        came = parkers.arrived(t_us)
        assert np.all(came.t_us <= t_us)
        for trip in came.trip.tolist():
            assert trip not in self.parked
            self.parked[trip] = second
        looking = parkers.looking(t_us)
        draw = self._draw("search", second, looking.trip)
        goes = np.flatnonzero(looking.last & (looking.turn_edge >= 0) & (draw[:, 0] < 0.1))
        to = self.inner[(draw[goes, 1] * self.inner.size).astype(np.int64)]
        ways = parkers.ways(looking.turn_edge[goes], to, np.ones(goes.size, np.bool_))
        taken = parkers.redirect(looking.trip[goes], [ways.of(i) for i in range(goes.size)], 60.0 + 80.0 * draw[goes, 2], 4.0)
        self.sent += int(np.count_nonzero(taken))
        stops = np.flatnonzero(looking.last & (draw[:, 3] < 0.1) & ~np.isin(looking.trip, looking.trip[goes]))
        stopped = parkers.stop_at(looking.trip[stops], looking.s_m[stops] + 20.0)
        self.stopped += int(np.count_nonzero(stopped))
        self.refused += int(np.count_nonzero(~taken)) + int(np.count_nonzero(~stopped))
        self._leave(second)

    def _leave(self, second: int) -> None:
        trips = np.array([trip for trip, since in self.parked.items() if second - since == 40], np.int64)
        rows, routes = self.traffic.engine.vehicles.all, self.traffic.engine.vehicles.route_edge
        for trip, draw in zip(trips.tolist(), self._draw("leave", second, trips), strict=True):
            edge = int(routes[rows.route_begin[trip] + rows.leg[trip]])
            exits = self.traffic.network.exit_edges
            if draw[0] < 0.3:
                to = int(self.inner[int(draw[1] * self.inner.size)])
                way = self.parkers.ways([edge], [to], [True]).of(0)
                self.parkers.come_back(second * SECOND_US, [trip], [way], [50.0], [100.0])
                del self.parked[trip]
                self.back += 1
            else:
                to = int(exits[int(draw[1] * exits.size)])
                mine = self.parkers.held[self._row[trip]]
                out_m = float(self.traffic.network.edge_length_m[to])
                self.parkers.release(second * SECOND_US, [mine], [self.parkers.ways([edge], [to]).of(0)], [50.0], [out_m])
                self.parked[trip] = -1
                self.left.add(int(mine))


@settings(max_examples=8)
@given(
    lanes=st.integers(1, 2),
    whens=st.lists(st.tuples(st.integers(1, 110), st.integers(0, 3), st.integers(0, 1000)), min_size=40, max_size=120),
)
def test_whatever_is_asked_of_them_vehicles_keep_apart_and_add_up(lanes: int, whens: list[tuple[int, int, int]]) -> None:
    """Releases, stops, new ways and returns in any order: after every step nobody overlaps anybody and nobody is lost."""
    network = grid(2, 150.0, lanes, signalised=False)
    traffic = _traffic(network, 120, ParkerDemand(_inner(network), 1.0, 40), **(BUSY | {"inflow_vph": 900.0 * lanes}))
    parkers, inner = _parkers(traffic), np.flatnonzero(_inner(network))
    checker = Checker(traffic.engine, outside=traffic.left_out)
    traffic.engine.step_to = checker.step_to  # type: ignore[method-assign]
    store, there = parkers.held[-40:].tolist(), []
    for second, what, choice in sorted(whens):
        t_us = second * SECOND_US
        there += parkers.arrived(t_us).trip.tolist()
        look = parkers.looking(t_us)
        edge, other = int(inner[choice % inner.size]), int(inner[(choice * 7) % inner.size])
        way, s_m = parkers.ways([edge], [other], [True]).of(0), float(choice % 140)
        if what == 0 and store and way.size:
            parkers.release(t_us, [store.pop()], [way], [s_m], [70.0])
        elif what == 1 and there and way.size:
            parkers.come_back(t_us, [there.pop()], [way], [s_m], [70.0])
        elif what == 2:
            parkers.stop_at(look.trip, look.s_m + 0.1 * (choice % 400), float(choice % 7))
        elif look.count:
            turn = np.maximum(look.turn_edge, 0)
            ways = parkers.ways(turn, np.full(look.count, other), np.ones(look.count, np.bool_))
            parkers.redirect(look.trip, [ways.of(i) for i in range(look.count)], np.full(look.count, s_m), float(choice % 3))
    traffic.step_to(120 * SECOND_US)
    assert checker.report() == ""


def _searched(seconds: int = 420, parkers: ParkerDemand | None = None, *, check: bool = False) -> Drivers:
    network = grid(3)
    demand = parkers or ParkerDemand(_inner(network), 0.8, 5)
    drivers = Drivers(_traffic(network, seconds, demand, **BUSY))
    for second in range(1, seconds):
        drivers.second(second)
        if check:
            check_lanes(drivers.traffic)
    drivers.env.run(until=seconds * SECOND_US)
    drivers.traffic.step_to(seconds * SECOND_US)
    drivers.traffic.log_interval(seconds * SECOND_US)
    drivers.traffic.log_trips()
    return drivers


@pytest.fixture(scope="module")
def drivers() -> Drivers:
    """Return drivers who searched for seven minutes, with every second checked."""
    return _searched(check=True)


def _written(traffic: Traffic) -> dict[str, dict[str, bytes]]:
    recorder = traffic._recorder
    assert isinstance(recorder, Unwritten)
    return _bytes(recorder.parts)


def test_nobody_is_lost(drivers: Drivers) -> None:
    """Every trip that parks is not due, waits, drives, or has arrived and was told of once; ``check_lanes`` held throughout."""
    assert min(drivers.sent, drivers.stopped, drivers.back, len(drivers.left), drivers.refused) > 5
    rows, mine = drivers.traffic.engine.vehicles.all, drivers.parkers
    begun = np.arange(drivers.traffic.trips.count) < int(drivers.traffic.engine.begun - len(drivers.left))
    arrived = np.flatnonzero(rows.arrive_us != NEVER)
    told = set(drivers.parked) | set(mine.arrived(drivers.traffic.engine.t_us).trip.tolist())
    assert set(arrived[np.isin(arrived, mine.trip)].tolist()) == told
    on = set(mine.looking(drivers.traffic.engine.t_us).trip.tolist())
    waiting = begun & (rows.lane < 0) & (rows.arrive_us == NEVER) & (rows.depart_us >= 0)
    asked = mine.trip[begun[mine.trip] & (rows.depart_us[mine.trip] >= 0)]
    assert on | told | set(np.flatnonzero(waiting).tolist()) >= set(asked.tolist())
    assert np.all(rows.insert_us[list(drivers.left)] >= rows.depart_us[list(drivers.left)])
    assert np.all(rows.depart_us[mine.held][~np.isin(mine.held, list(drivers.left))] == NEVER_DUE_US)


def test_every_way_is_over_turns_that_lanes_make(drivers: Drivers) -> None:
    """Of all routes at the end, edge after edge; only where a vehicle left the road and came back no turn is asked for."""
    rows, onward = drivers.traffic.engine.vehicles.all, drivers.parkers.onward
    routes, jumps = drivers.traffic.engine.vehicles.route_edge, 0
    for trip in range(drivers.traffic.trips.count):
        mine = routes[rows.route_begin[trip] : rows.route_begin[trip] + rows.route_size[trip]].tolist()
        jumps += sum(b not in onward.of(a) for a, b in itertools.pairwise(mine))
    assert 0 < jumps <= drivers.back


def test_the_log_tells_when_released_trips_began_and_leaves_out_those_in_store(drivers: Drivers) -> None:
    """Trips in store that began are in the table with that instant, as outbound ones; all others are not."""
    trip = _last("trip", drivers.traffic)
    held = np.isin(trip["vehicle"], drivers.parkers.held)
    assert set(trip["vehicle"][held].tolist()) == drivers.left
    assert np.all(trip["depart_us"][held] % SECOND_US == 0)
    assert set(np.asarray(trip["purpose"].codes)[held].tolist()) == {2}
    assert np.all(np.asarray(trip["route_length_m"]) > 0.0)
    assert np.ma.min(trip["delay_s"] / trip["free_flow_s"]) > -0.1  # some drive faster than the limit


def test_same_seed_same_bytes(drivers: Drivers) -> None:
    """Another run with the same choices writes the same."""
    assert _written(_searched().traffic) == _written(drivers.traffic)


def test_a_table_of_routes_rid_of_old_ones_changes_nothing(drivers: Drivers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Swept whenever it is full, the table stays a fraction as long; lengths agree to rounding, all else to the byte."""
    monkeypatch.setattr(route_table, "SWEPT_ROWS", 0)
    swept = _searched()
    rows, others = (one.traffic.engine.vehicles for one in (swept, drivers))
    assert rows.counts[ROUTED] < others.counts[ROUTED]
    for trip in range(swept.traffic.trips.count):
        mine, theirs = (
            table.route_edge[int(table.all.route_begin[trip]) :][: int(table.all.route_size[trip])] for table in (rows, others)
        )
        assert np.array_equal(mine, theirs)
    written, expected = _written(swept.traffic), _written(drivers.traffic)
    for table, columns in expected.items():
        for name, content in columns.items():
            if name not in {"route_length_m", "free_flow_s", "delay_s"}:
                assert written[table][name] == content
    lengths = [np.asarray(_last("trip", one.traffic)["route_length_m"]) for one in (swept, drivers)]
    assert lengths[0] == pytest.approx(lengths[1], abs=1e-6)


def test_going_on_from_a_saved_state_is_never_having_stopped(drivers: Drivers, tmp_path: Path) -> None:
    """Saved in the middle, with vehicles searching, standing, back and released: the rest is the same."""
    network, seconds = grid(3), 420
    before = Drivers(_traffic(network, seconds, ParkerDemand(_inner(network), 0.8, 5), **BUSY))
    for second in range(1, 230):
        before.second(second)
    save_state(tmp_path / "state.npz", before.traffic.state())
    again = _traffic(network, seconds, ParkerDemand(_inner(network), 0.8, 5), **BUSY)
    again.restore(load_state(tmp_path / "state.npz"))
    after = Drivers(again, 229)
    after.parked, after.left = before.parked, before.left
    for second in range(230, seconds):
        after.second(second)
    after.env.run(until=seconds * SECOND_US)
    after.traffic.step_to(seconds * SECOND_US)
    after.traffic.log_interval(seconds * SECOND_US)
    after.traffic.log_trips()
    first, rest = (one.traffic._recorder for one in (before, after))
    assert isinstance(first, Unwritten)
    assert isinstance(rest, Unwritten)
    assert _bytes(first.parts + rest.parts) == _written(drivers.traffic)


def _plain(parkers: ParkerDemand | None) -> Traffic:
    traffic = _traffic(grid(2), 120, parkers, **BUSY)
    for second in range(0, 120, 5):
        traffic.log_trajectory(second * SECOND_US)
    traffic.log_interval(120 * SECOND_US)
    traffic.log_trips()
    return traffic


def test_nobody_who_parks_and_vehicles_that_never_leave_change_nothing() -> None:
    """With a share of 0 the log is that of traffic without parking, with residents too as long as they stay."""
    network = grid(2)
    without = _written(_plain(None))
    assert _written(_plain(ParkerDemand(_inner(network), 0.0, 0))) == without
    assert _written(_plain(ParkerDemand(_inner(network), 0.0, 7))) == without


def test_who_parks_at_one_share_parks_at_every_higher_one() -> None:
    """By number of the trip before any is left out; trips left out begin near parking, in the run, by car."""
    network = grid(3)
    near = _inner(network)
    near[:12] = False
    plain = _traffic(network, 600, None, **BUSY).trips
    kept: list[set[tuple[int, float]]] = []
    parks: list[set[tuple[int, float]]] = []
    for share in (0.3, 0.7, 1.0):
        traffic = _traffic(network, 600, ParkerDemand(near, share, 3), **BUSY)
        trips, mine = traffic.trips, _parkers(traffic)
        keys = list(zip(trips.depart_us.tolist(), trips.speed_factor.tolist(), strict=True))
        kept.append(set(keys[: mine.held[0]]))
        parks.append({keys[trip] for trip in mine.trip.tolist()})
        assert np.all(near[mine.destination_edge])
        assert np.all(trips.klass[mine.trip] == 0)
        assert mine.held.size == mine.trip.size + 3
        assert np.array_equal(trips.speed_factor[mine.held[:-3]], trips.speed_factor[mine.trip])
    everybody = set(zip(plain.depart_us.tolist(), plain.speed_factor.tolist(), strict=True))
    assert kept[2] < kept[1] < kept[0] < everybody
    for fewer, more, there in ((0, 1, 1), (1, 2, 2)):
        assert parks[fewer] & kept[there] <= parks[more]
    begins = near[plain.route_edge[plain.route_offset[plain.route]]] & (plain.klass == 0) & (plain.purpose >= 2)
    assert len(everybody) - len(kept[2]) == int(np.count_nonzero(begins & (plain.depart_us >= 0)))
    share = len(everybody - kept[0]) / len(everybody - kept[2])
    assert share == pytest.approx(0.3, abs=0.12)


@pytest.fixture
def lone() -> tuple[Traffic, Parkers]:
    """Return an empty grid without signals and one vehicle parked in it."""
    network = grid(3, signalised=False)
    traffic = _traffic(network, 600, ParkerDemand(_inner(network), 1.0, 1), **NOBODY)
    return traffic, _parkers(traffic)


def test_the_length_of_a_trip_is_that_of_its_whole_way(lone: tuple[Traffic, Parkers]) -> None:
    """A lone vehicle, sent on twice, off the road and back, has driven what the log says, to within its turns' other lanes."""
    traffic, parkers = lone
    (car,) = parkers.held.tolist()
    inner = np.flatnonzero(_inner(traffic.network)).tolist()
    parkers.release(0, [car], [parkers.ways([inner[0]], [inner[9]]).of(0)], [40.0], [150.0])
    sent, back = 0, False
    for second in range(1, 500):
        traffic.step_to(second * SECOND_US)
        row = traffic.engine.vehicles.all[car]
        if row.arrive_us != NEVER and not back:
            back = True
            parkers._there[car] = True  # as ``arrived`` tells of vehicles whose trip parks
            parkers.come_back(second * SECOND_US, [car], [parkers.ways([inner[17]], [inner[5]]).of(0)], [120.0], [80.0])
        if sent < 2 and second in (8, 20):
            now = whereabouts(traffic.engine, np.array([car], np.int32), parkers._in_store)
            way = parkers.ways(now.turn_edge, [inner[3 + 4 * sent]])
            sent += int(parkers.redirect([car], [way.of(0)], [110.0])[0])
    assert (sent, back) == (2, True)
    driven_m = float(traffic.engine.edge_totals()["distance"].sum())
    traffic.log_trips()
    trip = _last("trip", traffic)
    assert trip["vehicle"].tolist() == [car]
    assert not np.ma.getmaskarray(trip["arrival_us"]).any()
    assert driven_m > 1000.0
    assert float(trip["route_length_m"][0]) == pytest.approx(driven_m, rel=0.02)
    assert 0.0 < float(trip["free_flow_s"][0]) < float(row.arrive_us - row.insert_us) / SECOND_US


ROAD = ((0.0, 0.0), (400.0, 0.0), (700.0, 0.0))


def _road(residents: int) -> tuple[Traffic, Parkers]:
    """Return a road of two edges with one lane, and parked vehicles along it."""
    network = build(ROAD, [(0, 1, 1), (1, 2, 1)], entries=[0], exits=[1])
    traffic = _traffic(network, 600, ParkerDemand(np.ones(2, np.bool_), 1.0, residents), **NOBODY)
    return traffic, _parkers(traffic)


WAY = [np.array([0, 1], np.int32)]


def test_a_vehicle_stops_where_it_is_told_to_or_says_that_it_cannot() -> None:
    """Within its braking distance and behind it the answer is no and it drives on; beyond, its trip ends at the place."""
    traffic, parkers = _road(1)
    (car,) = parkers.held
    parkers.release(0, [car], WAY, [20.0], [250.0])
    traffic.step_to(15 * SECOND_US)
    look = traffic.on_edges(np.array([0], np.int32), 15 * SECOND_US)
    s_m, speed_mps = float(look.s_m[0]), float(look.speed_mps[0])
    braking_m = speed_mps**2 / (2.0 * float(traffic.engine.vehicles.classes.braking[0]))
    for place_m in (s_m - 5.0, s_m + 1.0, s_m + 0.98 * braking_m):
        assert parkers.stop_at([car], [place_m]).tolist() == [False]
    assert int(traffic.engine.vehicles.all.route_size[car]) == 2
    assert parkers.stop_at([car], [s_m + 1.02 * braking_m]).tolist() == [True]
    place_m = s_m + 1.02 * braking_m
    speeds = [speed_mps]
    for tenth in range(151, 300):
        look = traffic.on_edges(np.array([0], np.int32), tenth * SECOND_US // 10)
        if not look.vehicle.size:
            break
        assert look.s_m[0] < place_m + 0.01
        s_m = float(look.s_m[0])
        speeds.append(float(look.speed_mps[0]))
    assert s_m == pytest.approx(place_m, abs=0.1 * speeds[-1] + 0.01)
    assert speeds[-1] < 0.7 * speeds[0]
    assert np.diff(speeds).min() > -0.1 * float(traffic.engine.vehicles.classes.braking[0]) - 1e-9
    assert traffic.engine.vehicles.all.arrive_us[car] != NEVER
    assert parkers.stop_at([car], [390.0]).tolist() == [False]
    assert parkers.redirect([car], WAY, [10.0]).tolist() == [False]


@pytest.mark.parametrize("stand_s", [0.0, 12.0])
def test_who_parks_at_the_kerb_holds_up_the_lane(stand_s: float) -> None:
    """The vehicle stands at its place for the stated time, whoever is behind it waits, and then both are off."""
    traffic, parkers = _road(2)
    first, second = parkers.held.tolist()
    parkers.release(0, [first], WAY, [60.0], [250.0])
    parkers.release(0, [second], WAY, [20.0], [250.0])
    traffic.step_to(5 * SECOND_US)
    assert parkers.stop_at([first], [200.0], stand_s).tolist() == [True]
    stood, gap_m, halted = 0, [], 0
    for tenth in range(51, 900):
        look = traffic.on_edges(np.array([0], np.int32), tenth * SECOND_US // 10)
        mine, other = look.vehicle == first, look.vehicle == second
        stood += int((mine & (look.speed_mps == 0.0) & (look.s_m > 199.9)).any())
        if mine.any() and other.any():
            gap_m.append(float(look.s_m[mine][0] - look.s_m[other][0]) - 4.7)
            halted += int((other & (look.speed_mps < 0.1)).any())
    assert stood == pytest.approx(10.0 * stand_s, abs=1)
    assert min(gap_m) > 0.5
    assert (halted > 20) == (stand_s > 0.0)
    assert np.all(traffic.engine.vehicles.all.arrive_us[[first, second]] != NEVER)
    if stand_s:
        assert traffic.engine.edge_totals()["distance"][0] == pytest.approx(140.0 + 380.0, abs=2.0)


def test_who_pulls_out_waits_for_a_gap_of_his_own() -> None:
    """Behind one that stands beside the place of another, that other waits; a third, farther on, is off at once."""
    traffic, parkers = _road(3)
    stands, blocked, free = parkers.held.tolist()
    parkers.release(0, [stands], WAY, [20.0], [250.0])
    traffic.step_to(3 * SECOND_US)
    assert parkers.stop_at([stands], [150.0], 60.0).tolist() == [True]
    traffic.step_to(30 * SECOND_US)
    parkers.release(30 * SECOND_US, [blocked, free], [WAY[0], WAY[0]], [148.0, 220.0], [250.0, 250.0])
    assert (traffic.waiting, traffic.begun) == (2, 3)
    traffic.step_to(32 * SECOND_US)
    rows = traffic.engine.vehicles.all
    assert (rows.insert_us[free], rows.insert_us[blocked], traffic.waiting) == (30 * SECOND_US, NEVER, 1)
    traffic.step_to(300 * SECOND_US)
    assert rows.insert_us[blocked] >= rows.arrive_us[stands]
    assert (traffic.arrived, traffic.active, traffic.waiting) == (3, 0, 0)


def test_what_cannot_be_driven_is_refused() -> None:
    """A turn that no lane makes, a way that begins elsewhere, trips that are not in store or have not arrived."""
    network = grid(2, signalised=False)
    traffic = _traffic(network, 300, ParkerDemand(_inner(network), 1.0, 2), **NOBODY)
    parkers = _parkers(traffic)
    car, other = parkers.held.tolist()
    start = int(np.flatnonzero(_inner(network))[0])
    onward = parkers.onward.of(start)
    stranger = int(np.setdiff1d(np.arange(network.edge_count), [*onward, start])[0])
    wrong = np.array([start, stranger], np.int32)
    with pytest.raises(ValueError, match="turns that lanes make"):
        parkers.release(0, [car], [wrong], [20.0], [50.0])
    right = np.array([start, onward[0]], np.int32)
    parkers.release(0, [car], [right], [20.0], [100.0])
    with pytest.raises(ValueError, match="in store"):
        parkers.release(0, [car], [right], [20.0], [100.0])
    with pytest.raises(ValueError, match="arrived"):
        parkers.come_back(0, [car], [right], [20.0], [100.0])
    traffic.step_to(5 * SECOND_US)
    assert parkers.redirect([car, other], [wrong, right], [50.0, 50.0]).tolist() == [False, False]
    assert parkers.redirect([car], [np.array([onward[0]], np.int32)], [50.0]).tolist() == [False]
    assert parkers.redirect([car], [np.empty(0, np.int32)], [50.0]).tolist() == [False]
    assert parkers.redirect([car], [right], [60.0]).tolist() == [True]


def test_a_closed_road_is_no_way() -> None:
    """While all lanes of an edge are closed ways lead around it, and over it again afterwards."""
    network = grid(3, signalised=False)
    traffic = _traffic(network, 300, ParkerDemand(_inner(network), 1.0, 0), **NOBODY)
    parkers = _parkers(traffic)
    inner = np.flatnonzero(_inner(network)).tolist()
    way = parkers.ways([inner[0]], [inner[-1]]).of(0)
    shut = int(way[1])
    for lane, closed in ((0, True), (1, True), (0, False)):
        traffic.engine.close_lane(shut, lane, closed=closed)
        around = parkers.ways([inner[0]], [inner[-1]]).of(0)
        assert (shut in around.tolist()) == (not closed or lane == 0)


def test_a_search_speed_is_kept() -> None:
    """Speed advice slows a vehicle that looks for a space, and ends with it."""
    traffic, parkers = _road(1)
    (car,) = parkers.held
    parkers.release(0, [car], WAY, [20.0], [250.0])
    traffic.step_to(8 * SECOND_US)
    traffic.advise(SpeedAdvice(8 * SECOND_US, np.array([car]), np.array([4.0]), np.array([25 * SECOND_US])))
    slow = traffic.on_edges(np.array([0], np.int32), 24 * SECOND_US).speed_mps
    assert slow[0] == pytest.approx(4.0, abs=0.3)
    assert traffic.on_edges(np.array([0], np.int32), 35 * SECOND_US).speed_mps[0] > 8.0
