"""Sources of the demand: OD matrices, gravity model, single trips, turning counts; what is wrong with their tables."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.traffic.networks import build, grid

from twin.errors import ScenarioError
from twin.roadnet.cache import load_network
from twin.roadnet.lane_graph import LEFT, RIGHT, STRAIGHT, U_TURN
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.demand import DemandSpec
from twin.traffic.explicit_trips import GivenTrip
from twin.traffic.gravity import deterrence, furness
from twin.traffic.ground_truth import VEHICLE_CLASSES
from twin.traffic.trips import PURPOSES, Trips, build_trips, check_demand, demand_sources, planned_flows
from twin.traffic.turn_shares import turn_of

HOUR_US = 3_600_000_000
CBD = Path(__file__).parents[2] / "maps" / "tianhe_cbd.osm"


def _spec(**values: Any) -> DemandSpec:
    return DemandSpec.model_validate({"inflow_vph": 0.0, "prefill_s": 0.0, **values})


def _cross() -> RoadNetwork:
    """Build a crossing of two two-way streets; ways 1 to 8: in and out of the west, east, south and north."""
    inner = [(-300.0, -2.0), (300.0, 2.0), (2.0, -300.0), (-2.0, 300.0)]
    outer = [(-300.0, 2.0), (300.0, -2.0), (-2.0, -300.0), (2.0, 300.0)]
    nodes = [(0.0, 0.0), *inner, *outer]
    edges = [edge for arm in range(1, 5) for edge in ((arm, 0, 2), (0, arm + 4, 2))]
    return build(nodes, edges, entries=(0, 2, 4, 6), exits=(1, 3, 5, 7), junctions=((0, True),))


ZONES = tuple({"kind": "ways", "name": name, "ways": [way]} for way, name in enumerate("aAbBcCdD", start=1))
"""Zones of the crossing: small letters enter, capitals leave."""


def _connected(network: RoadNetwork, trips: Trips) -> None:
    for trip in range(trips.count):
        edges = trips.edges_of(trip)
        assert edges.size
        assert all(following in network.turns(int(edge)) for edge, following in itertools.pairwise(edges))


# OD matrices


def test_an_od_matrix_is_met_in_the_mean_and_each_row_has_its_class_and_its_time(tmp_path: Path) -> None:
    """Counts are Poisson: each within 4 standard deviations of its rate over an hour; half an hour of a row gives half."""
    (tmp_path / "od.csv").write_text(
        "origin,destination,vph,class,from_s,to_s\na,B,900,,,\nb,D,400,bus,,\nc,A,600,,900,2700\n", encoding="utf-8"
    )
    network = _cross()
    trips = build_trips(network, _spec(zones=ZONES, od=[{"file": "od.csv"}]), 1, HOUR_US, tmp_path)
    ends = np.array([(trips.edges_of(trip)[0], trips.edges_of(trip)[-1]) for trip in range(trips.count)])
    for (origin, destination), expected in {(0, 3): 900.0, (2, 7): 400.0, (4, 1): 300.0}.items():
        mine = np.all(ends == (origin, destination), axis=1)
        assert abs(np.count_nonzero(mine) - expected) < 4.0 * np.sqrt(expected)
    buses = np.all(ends == (2, 7), axis=1)
    assert set(trips.klass[buses]) == {VEHICLE_CLASSES.index("bus")}
    late = np.all(ends == (4, 1), axis=1)
    assert trips.depart_us[late].min() >= 900_000_000
    assert trips.depart_us[late].max() < 2_700_000_000
    assert set(trips.purpose) == {PURPOSES.index("through")}


@pytest.mark.parametrize("seconds", [1800, 3600])
def test_the_rows_of_a_matrix_do_not_depend_on_each_other(tmp_path: Path, seconds: int) -> None:
    """Each pair has a stream of its own: without the other row, and in a shorter run, its trips are the same."""
    (tmp_path / "both.csv").write_text("origin,destination,vph\na,B,300\nc,D,300\n", encoding="utf-8")
    network = _cross()
    whole = build_trips(network, _spec(zones=ZONES, od=[{"file": "both.csv"}]), 1, HOUR_US, tmp_path)
    (tmp_path / "both.csv").write_text("origin,destination,vph\nc,D,300\n", encoding="utf-8")
    one = build_trips(network, _spec(zones=ZONES, od=[{"file": "both.csv"}]), 1, seconds * 1_000_000, tmp_path)
    first = np.array([whole.edges_of(trip)[0] == 4 for trip in range(whole.count)]) & (whole.depart_us < seconds * 1_000_000)
    assert np.array_equal(whole.depart_us[first], one.depart_us)
    assert one.count > 50


def test_a_pair_without_a_way_is_counted_with_its_flow(tmp_path: Path) -> None:
    """Nobody can begin where a road only leads out: the flow is lost, told, and nothing else changes."""
    (tmp_path / "od.csv").write_text("origin,destination,vph\nA,B,120\na,B,100\n", encoding="utf-8")
    network = _cross()
    spec = _spec(zones=ZONES, od=[{"file": "od.csv"}])
    trips = build_trips(network, spec, 1, HOUR_US, tmp_path)
    assert [(flow.origin, flow.destination, flow.vph) for flow in trips.lost] == [("A", "B", 120.0)]
    assert any("120 vehicles an hour of 1 pairs" in line for line in trips.notices())
    assert set(trips.route_edge) == {0, 3}


def test_everything_wrong_with_a_matrix_is_told_at_once(tmp_path: Path) -> None:
    """Each problem names file, line, column and what to do; zones are guessed; a matrix with problems makes no trips."""
    (tmp_path / "od.csv").write_text(
        "origin,destination,vph,class\nnorth,south,-5,\nnroth,south,5,\nnorth,south,x,\nnorth,south,5,lorry\nnorth,,5,\n",
        encoding="utf-8",
    )
    zones = ({"kind": "ways", "name": "north", "ways": [7]}, {"kind": "ways", "name": "south", "ways": [6]})
    spec = _spec(zones=zones, od=[{"file": "od.csv"}])
    problems = check_demand(_cross(), spec, tmp_path)
    told = [str(problem).replace(f"{tmp_path}/", "") for problem in problems]
    assert told == [
        "od.csv:2:3: vph: found -5; give a number of at least 0",
        "od.csv:4:3: vph: found the text 'x'; give a number",
        "od.csv:6:2: destination: the cell is empty; fill it in, or clear the whole row",
        "od.csv:3:1: origin: there is no zone 'nroth'; did you mean 'north'?",
        f"od.csv:5:4: class: there is no vehicle class 'lorry'; name one of {', '.join(VEHICLE_CLASSES[:-1])}",
    ]
    with pytest.raises(ScenarioError, match="nroth"):
        build_trips(_cross(), spec, 1, HOUR_US, tmp_path)


@pytest.mark.parametrize(
    ("zone", "says"),
    [
        ({"kind": "ways", "name": "x", "ways": [99]}, "no road of the OpenStreetMap way 99"),
        ({"kind": "gates", "name": "x", "road": "raod 0"}, "did you mean 'road 0'"),
        ({"kind": "gates", "name": "x", "road": "road 0", "side": "north"}, "no gate at that side"),
        ({"kind": "circle", "name": "x", "lon_deg": 0.0, "lat_deg": 0.0, "radius_m": 100.0}, "no road lies within 100 m"),
    ],
)
def test_zones_that_are_not_on_the_map_are_refused(zone: dict[str, Any], says: str) -> None:
    """A zone that stands for nothing is told with what would be there."""
    problems = check_demand(_cross(), _spec(zones=[zone]))
    assert says in str(problems[0])
    assert problems[0].key.startswith("demand.zones[0].")


def test_a_missing_file_and_two_zones_of_one_name_are_told(tmp_path: Path) -> None:
    """A table that cannot be read is a problem of the key that names it."""
    spec = _spec(zones=[ZONES[0], ZONES[0]], od=[{"file": "no.csv"}])
    problems = check_demand(_cross(), spec, tmp_path)
    assert [problem.key for problem in problems] == ["demand.zones[1].name", "demand.od[0].file"]


def test_a_table_of_zones_reads_chinese_headers_and_every_kind_of_place(tmp_path: Path) -> None:
    """Ways, gates and circles of a table on the CBD map become zones; a bad side and an empty place are told by line."""
    (tmp_path / "zones.csv").write_text(
        "小区,经度,纬度,半径(m),ways,道路,方位,产生量,吸引量\n"
        "塔,113.3247,23.1065,400,,,,300,100\n"
        "东口,,,,,黄埔大道西,east,100,200\n"
        "错,,,,,黄埔大道西,up,,\n"
        "空,,,,,,,,\n",
        encoding="utf-8",
    )
    network = load_network(CBD)
    spec = _spec(zone_tables=[{"file": "zones.csv"}], gravity={"beta": 0.1})
    problems = check_demand(network, spec, tmp_path)
    assert [problem.where.rpartition("zones.csv:")[2] for problem in problems] == ["4:7", "5:1"]


# gravity


def test_furness_balances_by_hand() -> None:
    """A 2 x 2 seed with known odds ratio: rows 100 and 200, columns 150 and 150; the odds ratio of the seed stays.

    With x the first cell: x (50 + x) / ((100 - x) (150 - x)) = 4 for the seed [[2, 1], [1, 2]]; the root in (0, 100) is
    (1050 - sqrt(1050^2 - 4 * 3 * 60000)) / 6 = 71.92... , solved by the quadratic formula here.
    """
    found = furness(np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([100.0, 200.0]), np.array([150.0, 150.0]))
    x = (1050.0 - np.sqrt(1050.0**2 - 4.0 * 3.0 * 60000.0)) / 6.0
    assert found.trips == pytest.approx(np.array([[x, 100.0 - x], [150.0 - x, 50.0 + x]]), rel=1e-7)
    assert found.missed <= 1e-9


@settings(max_examples=50)
@given(
    seed=arrays(np.float64, (4, 4), elements=st.floats(0.01, 10.0)),
    productions=arrays(np.float64, 4, elements=st.floats(1.0, 1000.0)),
    attractions=arrays(np.float64, 4, elements=st.floats(1.0, 1000.0)),
)
def test_furness_meets_rows_and_columns(seed: Any, productions: Any, attractions: Any) -> None:
    """With a seed without zeros every total is met to a millionth; attractions are scaled to the productions."""
    found = furness(seed, productions, attractions)
    total = productions.sum()
    assert found.trips.sum(axis=1) == pytest.approx(productions, abs=1e-6 * total)
    assert found.trips.sum(axis=0) == pytest.approx(attractions * total / attractions.sum(), abs=1e-6 * total)
    assert np.all(found.trips >= 0.0)


def test_deterrence_follows_its_formula_and_is_zero_without_a_way() -> None:
    """exp(-0.1 * 10) and 10^-2; an infinite cost makes no trips."""
    cost = np.array([10.0, np.inf])
    assert deterrence("exponential", 0.1, cost) == pytest.approx([np.exp(-1.0), 0.0])
    assert deterrence("power", 2.0, cost) == pytest.approx([0.01, 0.0])


def test_the_gravity_model_sends_out_what_zones_produce() -> None:
    """On the crossing each entry produces what is asked; four origins over three exits, none back, 4 sigma."""
    wants = {"a": 600.0, "b": 300.0, "c": 200.0, "d": 100.0}
    zones = [
        {**zone, "productions_vph": wants.get(zone["name"], 0.0), "attractions_vph": 100.0 if zone["name"].isupper() else 0.0}
        for zone in ZONES
    ]
    trips = build_trips(_cross(), _spec(zones=zones, gravity={"beta": 0.05}), 2, HOUR_US)
    first = np.array([trips.edges_of(trip)[0] for trip in range(trips.count)])
    for edge, expected in zip((0, 2, 4, 6), wants.values(), strict=True):
        assert abs(np.count_nonzero(first == edge) - expected) < 4.0 * np.sqrt(expected)
    assert not trips.lost


@pytest.mark.parametrize(("beta", "per_hour"), [(0.1, 57.444), (0.5, 81.757)])
def test_the_gravity_model_counts_minutes_on_the_road(beta: float, per_hour: float) -> None:
    """Two places 3 minutes apart, each with an origin and a destination of 100 an hour, else alike.

    With x an hour to the near destination, Furness keeps the odds ratio (x / (100 - x))^2 = exp(2 beta 3 min): x is
    100 / (1 + exp(-3 beta)), 57.444 for 0.1 a minute and 81.757 for 0.5, to 0.01.
    """
    nodes = [(0.0, 0.0), (2500.0, 0.0), (0.0, 300.0), (2500.0, 300.0), (0.0, -300.0), (2500.0, -300.0)]
    edges = [(2, 0, 1), (0, 4, 1), (3, 1, 1), (1, 5, 1), (0, 1, 1), (1, 0, 1)]
    network = build(nodes, edges, entries=(0, 2), exits=(1, 3), junctions=((0, False), (1, False)))
    zones = [
        {"kind": "ways", "name": name, "ways": [way], total: 100.0}
        for way, name, total in zip(range(1, 5), "aAbB", ("productions_vph", "attractions_vph") * 2, strict=True)
    ]
    sources, problems = demand_sources(network, _spec(zones=zones, gravity={"beta": beta}))
    assert problems == []
    found = {flow.key.removeprefix("gravity/"): flow.vph for flow in sources.flows}
    near, far = dict.fromkeys(("a/A", "b/B"), per_hour), dict.fromkeys(("a/B", "b/A"), 100.0 - per_hour)
    assert found == pytest.approx(near | far, abs=0.01)


def test_a_gravity_model_without_totals_is_refused() -> None:
    """Zones without productions and attractions make no trips, and that is said."""
    (problem,) = check_demand(_cross(), _spec(zones=ZONES, gravity={}))
    assert problem.key == "demand.gravity"


# single trips


def test_single_trips_begin_when_they_say_and_drive_the_ways_they_say(tmp_path: Path) -> None:
    """Times to the millisecond, ways as routes, classes; trips outside of the run are counted."""
    (tmp_path / "trips.csv").write_text(
        "depart_s,from,to,ways,class\n12.5,a,B,,bus\n20,,,1 8,\n7200,a,B,,\n-3,a,B,,\n", encoding="utf-8"
    )
    network = _cross()
    trips = build_trips(network, _spec(zones=ZONES, trips=[{"file": "trips.csv"}]), 1, HOUR_US, tmp_path)
    assert trips.depart_us.tolist() == [12_500_000, 20_000_000]
    assert [trips.edges_of(trip).tolist() for trip in range(2)] == [[0, 3], [0, 7]]
    assert trips.klass[0] == VEHICLE_CLASSES.index("bus")
    assert trips.outside == 2
    assert any("after the end" in line for line in trips.notices())


@pytest.mark.parametrize(("last_s", "vph"), [(1800, 3.0), (3600, 3.0), (7200, 1.5)])
def test_single_trips_are_planned_for_by_the_hour(tmp_path: Path, last_s: int, vph: float) -> None:
    """Three trips over two hours are 1.5 an hour; three within an hour, or less, are three."""
    (tmp_path / "trips.csv").write_text(f"depart_s,ways\n0,1 8\n60,1 8\n{last_s},1 8\n", encoding="utf-8")
    planned = planned_flows(_cross(), _spec(trips=[{"file": "trips.csv"}]), tmp_path)
    flows = {(int(e), int(f)): v for e, f, v in zip(planned.edge, planned.following, planned.flow, strict=True) if v > 0.0}
    assert flows == pytest.approx({(0, 7): vph})


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("5,,,99 8,", "no road of the OpenStreetMap way 99"),
        ("5,,,2 8,", "no turn leads from way 2 on to way 8"),
        ("5,a,,,", "neither ways nor this end"),
        ("5,,,eight,", "found 'eight' among the numbers of ways"),
    ],
)
def test_single_trips_that_cannot_be_driven_are_told(tmp_path: Path, row: str, says: str) -> None:
    """Missing edges, gaps and missing ends are problems of their cell."""
    (tmp_path / "trips.csv").write_text(f"depart_s,from,to,ways,class\n{row}\n", encoding="utf-8")
    problems = check_demand(_cross(), _spec(zones=ZONES, trips=[{"file": "trips.csv"}]), tmp_path)
    assert says in str(problems[0])
    assert ":2:" in problems[0].where


def test_trips_given_by_a_program_are_driven_as_given_and_checked() -> None:
    """Routes read elsewhere go in as they are; a gap between edges is refused."""
    network = _cross()
    given_trips = [GivenTrip(3.0, (0, 7), depart_s_m=50.0, arrive_s_m=80.0), GivenTrip(1.0, (2,), klass=2, speed_factor=0.9)]
    trips = build_trips(network, _spec(), 1, HOUR_US, given=given_trips)
    assert [trips.edges_of(trip).tolist() for trip in range(2)] == [[2], [0, 7]]
    assert trips.speed_factor[0] == 0.9
    assert (trips.depart_s_m[1], trips.arrive_s_m[1]) == (50.0, 80.0)
    with pytest.raises(ValueError, match="no turn leads"):
        build_trips(network, _spec(), 1, HOUR_US, given=[GivenTrip(0.0, (1, 2))])


# turning counts


def test_turns_are_named_by_the_change_of_heading() -> None:
    """From the west: straight on to the east, left to the north, right to the south."""
    network = _cross()
    assert [turn_of(network, 0, edge) for edge in (5, 3, 7, 1)] == [RIGHT, STRAIGHT, LEFT, U_TURN]


def test_turning_counts_are_met_in_the_mean(tmp_path: Path) -> None:
    """Two counted approaches of the crossing: every movement's trips lie within 4 standard deviations of its count."""
    (tmp_path / "counts.csv").write_text(
        "路口,进口道,右转,直行,左转\njunction 0,西,100,500,200\n0,road 6,50,300,0\n", encoding="utf-8"
    )
    network = _cross()
    spec = _spec(turning_counts=[{"file": "counts.csv"}])
    trips = build_trips(network, spec, 1, HOUR_US, tmp_path)
    routes = [tuple(trips.edges_of(trip).tolist()) for trip in range(trips.count)]
    wanted = {(0, 5): 100.0, (0, 3): 500.0, (0, 7): 200.0, (6, 1): 50.0, (6, 5): 300.0}
    for route, expected in wanted.items():
        assert abs(routes.count(route) - expected) < 4.0 * np.sqrt(expected)
    assert set(routes) == set(wanted)
    planned = planned_flows(network, spec, tmp_path)
    flows = {(int(e), int(f)): v for e, f, v in zip(planned.edge, planned.following, planned.flow, strict=True) if v > 1e-9}
    assert flows == pytest.approx(wanted, rel=1e-6)


def test_counts_of_neighbours_that_disagree_are_both_met(tmp_path: Path) -> None:
    """Two junctions in a row, 600 sent on from the first, 400 or 800 counted at the second: 200 end or begin in between."""
    nodes = [(0.0, 0.0), (200.0, 0.0), (400.0, 0.0), (600.0, 0.0), (200.0, -200.0), (400.0, -200.0)]
    edges = [(0, 1, 2), (1, 2, 2), (2, 3, 2), (1, 4, 1), (2, 5, 1)]
    network = build(nodes, edges, entries=(0,), exits=(2, 3, 4), junctions=((1, True), (2, True)))
    for second in (400.0, 800.0):
        (tmp_path / "counts.csv").write_text(
            f"junction,approach,right,straight\n0,west,100,600\n1,west,50,{second - 50.0}\n", encoding="utf-8"
        )
        spec = _spec(turning_counts=[{"file": "counts.csv"}])
        trips = build_trips(network, spec, 1, HOUR_US, tmp_path)
        routes = [tuple(trips.edges_of(trip).tolist()) for trip in range(trips.count)]
        pairs = [pair for route in routes for pair in itertools.pairwise(route)]
        for pair, expected in {(0, 1): 600.0, (0, 3): 100.0, (1, 2): second - 50.0, (1, 4): 50.0}.items():
            assert abs(pairs.count(pair) - expected) < 4.0 * np.sqrt(expected)
        assert (routes.count((0, 1)) > 0) == (second < 600.0)
        assert any(route[0] == 1 for route in routes) == (second > 600.0)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("junction 7,west,1,1", "did you mean 'junction 0'"),
        ("junction 0,road 66,1,1", "did you mean 'road 6'"),
        ("junction 0,west,-1,1", "at least 0"),
    ],
)
def test_wrong_counts_are_told(tmp_path: Path, row: str, says: str) -> None:
    """Unknown junctions and approaches are guessed; negative counts are refused."""
    (tmp_path / "counts.csv").write_text(f"junction,approach,right,straight\n{row}\n", encoding="utf-8")
    (problem,) = check_demand(_cross(), _spec(turning_counts=[{"file": "counts.csv"}]), tmp_path)
    assert says in str(problem)


def test_a_counted_turn_that_does_not_exist_is_lost_and_told(tmp_path: Path) -> None:
    """A left turn where no road leads left cannot be driven: its flow is counted."""
    network = build(
        [(0.0, 0.0), (200.0, 0.0), (400.0, 0.0), (200.0, -200.0)],
        [(0, 1, 2), (1, 2, 2), (1, 3, 1)],
        entries=(0,),
        exits=(1, 2),
        junctions=((1, True),),
    )
    (tmp_path / "counts.csv").write_text("junction,approach,straight,left\n0,west,100,30\n", encoding="utf-8")
    trips = build_trips(network, _spec(turning_counts=[{"file": "counts.csv"}]), 1, HOUR_US, tmp_path)
    assert [(flow.destination, flow.vph) for flow in trips.lost] == [("left", 30.0)]


# all together


@settings(max_examples=6)
@given(seed=st.integers(0, 2**31), kind=st.sampled_from(["shortest", "logit"]))
def test_every_route_of_every_source_can_be_driven(tmp_path_factory: pytest.TempPathFactory, seed: int, kind: str) -> None:
    """Routes of gates, zones, OD rows and counts on a grid follow permitted turns and keep within the network."""
    base = tmp_path_factory.mktemp("demand")
    (base / "od.csv").write_text("origin,destination,vph\nx,y,300\ny,x,200\n", encoding="utf-8")
    (base / "counts.csv").write_text(
        "junction,approach,right,straight,left\n4,west,60,200,40\n1,south,30,100,20\n", encoding="utf-8"
    )
    network = grid(3)
    zones = ({"kind": "ways", "name": "x", "ways": [1, 2]}, {"kind": "ways", "name": "y", "ways": [40, 41]})
    spec = _spec(
        inflow_vph=500.0,
        zones=zones,
        od=[{"file": "od.csv"}],
        turning_counts=[{"file": "counts.csv"}],
        routes={"kind": kind},
        informed_share=0.5,
    )
    trips = build_trips(network, spec, seed, HOUR_US // 2, base)
    assert trips.count > 100
    _connected(network, trips)
    assert np.all(np.diff(trips.depart_us) >= 0)
    assert 0.3 < trips.informed.mean() < 0.7


def test_planned_flows_are_the_mean_of_the_draws() -> None:
    """Expected flows of gates and zones against 20 hours of trips on shortest ways: every large one within 5 standard errors.

    They depend neither on the seed nor on the duration, and no edge inside a junction appears.
    """
    network = grid(3)
    spec = _spec(inflow_vph=3000.0, shortest_trip_m=100.0)
    planned = planned_flows(network, spec)
    drawn = np.zeros((network.edge_count, network.edge_count))
    trips = build_trips(network, spec, 5, 20 * HOUR_US)
    for route, count in enumerate(np.bincount(trips.route)):
        edges = trips.route_edge[trips.route_offset[route] : trips.route_offset[route + 1]]
        drawn[edges[:-1], edges[1:]] += count
    for edge, following, vph in zip(planned.edge, planned.following, planned.flow, strict=True):
        assert abs(drawn[edge, following] / 20.0 - vph) < 5.0 * np.sqrt(max(vph, 1.0) / 20.0)
    assert planned.flow.sum() == pytest.approx(drawn.sum() / 20.0, rel=0.02)


def test_the_shipped_example_tables_fit_the_cbd() -> None:
    """All tables of ``scenarios/demand`` together: no problem, no lost flow, every route can be driven."""
    network, base = load_network(CBD), CBD.parents[1] / "scenarios"
    spec = _spec(
        zone_tables=[{"file": "demand/zones.csv"}],
        od=[{"file": "demand/od.csv"}],
        gravity={"beta": 0.1},
        trips=[{"file": "demand/trips.csv"}],
        turning_counts=[{"file": "demand/turning_counts.csv"}],
    )
    trips = build_trips(network, spec, 1, HOUR_US // 2, base)
    assert trips.notices() == []
    assert trips.count > 3000
    _connected(network, trips)
    assert set(spec.files) == {f"demand/{name}.csv" for name in ("zones", "od", "trips", "turning_counts")}
