"""Parking in a run: nobody is lost, no bay is taken twice, the log adds up, the same seed gives the same bytes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from tests.simulation.parked_town import PARKING, parked_town
from tests.simulation.town import digests

from twin.errors import ScenarioError
from twin.eventlog.reader import Run, open_run
from twin.kernel.clock import Phase, every
from twin.parking import drivers as d
from twin.parking.facilities import INSIDE
from twin.parking.occupancy import NOBODY
from twin.simulation import assembly
from twin.simulation.parking import ParkingLayer, kerb_passages
from twin.simulation.preparation import prepare
from twin.simulation.run import run
from twin.traffic.process import Traffic
from twin.traffic.vehicles import NEVER
from twin.units import US_PER_S

STEP_US = 100_000
"""Step of traffic: whoever pulls out within one does so at its begin."""


class World:
    """The town, second by second."""

    def __init__(self, folder: Path, **overrides: object) -> None:
        """Build and start it."""
        prepared = prepare(parked_town(**overrides))
        self.scenario = prepared.scenario
        self.world = assembly.build([prepared], [folder])
        assembly.start(self.world, [prepared])
        layer = self.world.sensing[0].municipal.parking
        assert isinstance(layer, ParkingLayer)
        assert isinstance(self.world.traffic, Traffic)
        self.parking, self.traffic = layer.parking, self.world.traffic

    def seconds(self):
        """Yield the instants of every second of the run, just after what happens then."""
        for second in range(1, int(self.scenario.duration_s)):
            self.world.env.run(until=second * US_PER_S + 1)
            yield second


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of the town."""
    return run(parked_town(), tmp_path_factory.mktemp("parked")).folder


@pytest.fixture(scope="module")
def finished(folder: Path) -> Run:
    """Return that run."""
    return open_run(folder)


def test_everybody_is_in_one_place_at_every_second(tmp_path: Path) -> None:
    """Drivers are on the road, at a gate or in a bay, never in two places; a bay has one vehicle, a vehicle one bay."""
    world = World(tmp_path)
    parking, drivers = world.parking, world.parking.drivers
    states: Counter[int] = Counter()
    for _ in world.seconds():
        occupancy = parking.occupancy
        mine = occupancy.vehicle[occupancy.occupied]
        assert np.unique(mine).size == mine.size
        assert (occupancy.claimed[occupancy.occupied] == mine).all()
        in_bays = np.flatnonzero(drivers.state == d.PARKED)
        stands = occupancy.vehicle[drivers.bay[in_bays]] == drivers.trip[in_bays]
        on_the_way_out = drivers.bay[in_bays[~stands]]
        assert (parking.facilities.bays.edge[on_the_way_out] == INSIDE).all()
        brakes = np.flatnonzero(drivers.state == d.STOPPING)
        assert (occupancy.claimed[drivers.bay[brakes]] == drivers.trip[brakes]).all()
        residents = (mine >= int(world.traffic.parkers.held[drivers.count])).sum() if world.traffic.parkers else 0
        assert occupancy.standing.sum() == residents + stands.sum()
        held = np.setdiff1d(occupancy.claimed[occupancy.claimed != NOBODY], mine)
        assert np.isin(drivers.state[drivers.rows_of(held)], (d.STOPPING, d.INSIDE)).all()
        arrive_us = world.traffic.engine.vehicles.all.view(np.ndarray)["arrive_us"][drivers.trip]
        gone = (drivers.state == d.SEARCHING) & (arrive_us != NEVER) & (arrive_us <= world.world.env.now - US_PER_S)
        assert set(np.flatnonzero(gone).tolist()) <= set(parking.search.on_the_way_back)  # nobody searches off the road
        states.update(drivers.state.tolist())
    engine = world.traffic.engine
    rows = engine.vehicles.all.view(np.ndarray)
    assert world.traffic.begun == engine.active + engine.waiting + engine.arrived + engine.removed + world.traffic.left_out
    assert {d.HEADING, d.SEARCHING, d.STOPPING, d.INSIDE, d.PARKED, d.LEAVING, d.OVER} <= states.keys()
    off = (drivers.state == d.PARKED) | (drivers.state == d.INSIDE)
    assert (rows["lane"][drivers.trip[off]] < 0).all()
    assert drivers.turned_away.sum() > 3
    assert parking.stranded == 0


def test_the_intervals_of_facilities_add_up(finished: Run) -> None:
    """Vehicles at the end = at the start + parked - left, by facility; nobody counts twice, none exceeds its capacity."""
    spec, rows = finished.table("facility_spec").to_pydict(), finished.table("facility").to_pydict()
    capacity = np.array(spec["capacity"])
    facility, occupied = np.array(rows["facility"]), np.array(rows["occupied"])
    assert (occupied <= capacity[facility]).all()
    length_s = np.array(rows["interval_us"]) / US_PER_S
    assert (np.array(rows["occupied_s"]) <= capacity[facility] * length_s + 1e-6).all()
    visits = finished.table("parking").to_pydict()
    parked = Counter(where for where in visits["facility"] if where is not None)
    for number in range(capacity.size):
        mine = facility == number
        assert np.array(rows["parked"])[mine].sum() == parked[number]
        came, refused = (np.array([rows[name] for name in names])[:, mine].sum() for names in (
            ("came",), ("found_full", "found_queue", "gave_up_waiting", "found_closed")))  # fmt: skip
        assert 0 <= came - refused - parked[number] <= 3


def test_visits_tell_a_story_that_can_be(finished: Run) -> None:
    """Searching comes before parking, parking before leaving; who parked has a bay, who did not has none."""
    visits = finished.table("parking").to_pylist()
    outcomes = Counter(visit["outcome"] for visit in visits)
    assert outcomes["parked"] > 20
    assert outcomes.keys() <= set(d.OUTCOMES)
    assert len(outcomes) >= 3
    for visit in visits:
        in_bay = visit["outcome"] == "parked"
        assert (visit["bay"] is not None) == (visit["facility"] is not None) == in_bay
        assert visit["turned_away"] <= visit["tried"]
        if visit["parked_us"] is not None:
            assert visit["began_us"] <= visit["parked_us"]
            assert visit["search_s"] == pytest.approx((visit["parked_us"] - visit["began_us"]) / US_PER_S)
        if visit["left_us"] is not None:
            assert visit["left_us"] > visit["parked_us"]
        assert visit["search_m"] <= 20.0 * (420.0 - visit["began_us"] / US_PER_S)
    bays = finished.table("bay_spec").to_pydict()
    owner = bays["facility"]
    assert all(visit["bay"] is None or owner[visit["bay"]] == visit["facility"] for visit in visits)


def test_vehicles_that_leave_drive_off(finished: Run) -> None:
    """Whoever left a bay has a trip under the number that the log names; it begins when the stay ends, to a step of traffic."""
    trips = {trip["vehicle"]: trip for trip in finished.table("trip").to_pylist()}
    gone = [visit for visit in finished.table("parking").to_pylist() if visit["leaves_as"] is not None]
    assert gone
    for visit in gone:
        trip = trips[visit["leaves_as"]]
        assert trip["depart_us"] == visit["left_us"]
        assert trip["insert_us"] is None or trip["insert_us"] > visit["left_us"] - STEP_US


def test_two_runs_of_a_seed_are_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Segment by segment, parking's tables among them."""
    found = digests(folder)
    assert {"parking", "facility"} <= {name.split("/")[0] for name in found}
    assert digests(run(parked_town(), tmp_path).folder) == found


def test_parking_makes_traffic_listen_and_replay_is_refused(tmp_path: Path) -> None:
    """A run with parking is never made together with others; recorded trajectories cannot look for a space."""
    assert prepare(parked_town()).listens
    tracks = tmp_path / "tracks.csv"
    tracks.write_text("t_s,vehicle,x_m,y_m\n0,1,0,0\n1,1,5,0\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        prepare(parked_town(replay=f"{{file: '{tracks}'}}"))
    assert any(problem.key == "parking" for problem in refused.value.problems)


def test_everything_wrong_with_the_places_is_told_at_once() -> None:
    """An unknown road with the one that is meant, a point without any road of the name, a car park far away from all roads."""
    wrong = """{facilities: [
        {kind: on_street, name: a, road: 太平},
        {kind: on_street, name: b, road: 太平街, lon_deg: 113.4, lat_deg: 23.2},
        {kind: on_street, name: c, road: 太平街, clear_m: 400},
        {kind: off_street, name: d, lon_deg: 113.4, lat_deg: 23.2, capacity: 5}], from_map: {}}"""
    with pytest.raises(ScenarioError) as refused:
        prepare(parked_town(parking=wrong))
    keys = [problem.key for problem in refused.value.problems]
    assert keys == [
        "parking.facilities[0].road",
        "parking.facilities[1].radius_m",
        "parking.facilities[2].road",
        "parking.facilities[3].lon_deg",
        "parking.from_map",
    ]
    assert "太平街" in refused.value.problems[0].remedy


@pytest.mark.parametrize("where", ["lane", "kerb"])
def test_who_finds_nothing_parks_where_it_is_not_allowed(where: str, tmp_path: Path) -> None:
    """In the lane he stands in everybody's way, beside it in nobody's; after his minute he drives on and leaves."""
    full = PARKING.replace("occupancy: 0.8", "occupancy: 1.0")
    full = full.replace("patience_s: 240, illegal: {share: 0.5, stay_min: 1}",
                        f"patience_s: 60, illegal: {{share: 1.0, stay_min: 1, where: {where}}}")  # fmt: skip
    world = World(tmp_path, parking=full, duration_s=300)
    drivers, on_the_road = world.parking.drivers, []
    for _ in world.seconds():
        standing = np.flatnonzero(drivers.state == d.STANDING)
        if standing.size:
            rows = world.traffic.engine.vehicles.all.view(np.ndarray)[drivers.trip[standing]]
            on_the_road.append((rows["lane"] >= 0).mean())
    over = np.flatnonzero((drivers.outcome == d.ILLEGAL) & (drivers.left_us > 0))
    assert over.size > 3
    stood_s = (drivers.left_us[over] - drivers.parked_us[over]) / US_PER_S
    assert ((stood_s >= 60.0) & (stood_s <= 62.0)).all()
    assert np.isin(drivers.state[over], (d.LEAVING, d.OVER)).all()
    assert (np.mean(on_the_road) > 0.9) == (where == "lane")


def test_what_passes_beside_bays_is_what_the_engine_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked once a second, vehicles that left kerb lanes are those of all intervals, whose counts begin anew each minute."""
    world = World(tmp_path, duration_s=200)
    engine, passed, told = world.traffic.engine, kerb_passages(world.traffic, 60 * US_PER_S), []
    first = world.traffic.graph.edge_lane[:-1]
    counted = np.zeros(first.size, np.int64)

    def forget() -> None:
        counted[:] += engine.roads.lanes.left[first].astype(np.int64)
        engine.roads.lanes["left"] = 0

    monkeypatch.setattr(engine, "forget_totals", forget)
    world.world.env.process(every(world.world.env, US_PER_S, Phase.SENSORS, lambda _: told.append(passed())))
    for _ in world.seconds():
        pass
    forget()
    assert counted.sum() > 100
    assert told[-1].tolist() == counted.tolist()
