"""Route files and programs of SUMO in a scenario: what they become, and every way in which they can be wrong."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.roadnet.sumo_tools import generated_grid, run_tool

from twin.errors import ScenarioError
from twin.roadnet.cache import load_network
from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.sumo_routes import SpeedSpread, SumoType, read_sumo_routes
from twin.traffic.demand import DemandSpec
from twin.traffic.ground_truth import DRIVEN_CLASSES
from twin.traffic.process import planned_signals
from twin.traffic.signal_plan import SignalPlan
from twin.traffic.signal_plans import SignalDesign
from twin.traffic.signal_spec import SignalsSpec
from twin.traffic.signal_states import GREEN, RED, YELLOW
from twin.traffic.sumo_demand import class_of
from twin.traffic.trips import Trips, build_trips, check_demand, planned_flows
from twin.units import to_us

SECONDS = 600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a grid."""
    folder = tmp_path_factory.mktemp("grid")
    generated_grid(folder)
    return folder


@pytest.fixture(scope="module")
def network(folder: Path) -> RoadNetwork:
    """Return the grid."""
    return load_network(folder / "grid.net.xml")


def way(network: RoadNetwork, count: int = 4) -> list[str]:
    """Return the names of some edges that follow each other, from an entry on, no two the same."""
    route = [int(network.entry_edges[0])]
    while len(route) < count:
        route.append(next(edge for edge in network.turns(route[-1]).tolist() if edge not in route))
    return [network.edge_key[edge] for edge in route]


def demand(folder: Path, text: str, **more: Any) -> DemandSpec:
    """Return a demand with one route file, which it writes."""
    (folder / "a.rou.xml").write_text(f"<routes>{text}</routes>", encoding="utf-8")
    return DemandSpec.model_validate({"inflow_vph": 0.0, "sumo_routes": [{"file": "a.rou.xml", **more}]})


def made(network: RoadNetwork, spec: DemandSpec, folder: Path, seed: int = 1) -> Trips:
    """Return the trips of a run."""
    return build_trips(network, spec, seed, to_us(SECONDS), folder)


def test_given_routes_are_driven_as_given(network: RoadNetwork, folder: Path) -> None:
    """Departure on the scenario's clock, route, ends, class and own speed factor are those of the file."""
    edges = way(network)
    text = (
        '<vType id="b" vClass="bus" speedFactor="norm(0.9,0)"/>'
        f'<vehicle id="1" type="b" depart="103.5"><route edges="{" ".join(edges)}"/></vehicle>'
        f'<vehicle id="2" depart="107" departPos="40" arrivalPos="-1" speedFactor="1.05">'
        f'<route edges="{" ".join(edges[:3])}"/></vehicle>'
    )
    trips = made(network, demand(folder, text, begin_s=100.0), folder)
    assert trips.depart_us.tolist() == [3_500_000, 7_000_000]
    assert [[network.edge_key[edge] for edge in trips.edges_of(trip)] for trip in (0, 1)] == [edges, edges[:3]]
    assert [DRIVEN_CLASSES[klass] for klass in trips.klass] == ["bus", "car"]
    assert trips.speed_factor.tolist() == pytest.approx([0.9, 1.05])
    assert trips.depart_s_m.tolist() == [0.0, 40.0]
    lengths = [float(network.edge_length_m[network.edge_key.index(edges[number])]) for number in (3, 2)]
    assert trips.arrive_s_m == pytest.approx([lengths[0], lengths[1] - 1.0])


def test_ends_alone_are_joined_by_the_fastest_way(network: RoadNetwork, folder: Path) -> None:
    """A trip passes what it names, each edge a turn from the one before; the planned flows see it too."""
    edges = way(network, 6)
    text = f'<trip id="t" depart="1" from="{edges[0]}" via="{edges[3]}" to="{edges[5]}"/>'
    spec = demand(folder, text)
    route = made(network, spec, folder).edges_of(0).tolist()
    assert [network.edge_key[route[0]], network.edge_key[route[-1]]] == [edges[0], edges[5]]
    assert network.edge_key.index(edges[3]) in route
    assert all(b in network.turns(a) for a, b in itertools.pairwise(route))
    loads = planned_flows(network, spec, folder)
    assert set(zip(loads.edge.tolist(), loads.following.tolist(), strict=True)) == set(itertools.pairwise(route))


def test_draws_are_the_seeds(network: RoadNetwork, folder: Path) -> None:
    """Speed factors follow the stated normal distribution within its bounds; the seed decides; flows end with the run."""
    edges = way(network)
    text = (
        '<vType id="c" speedFactor="normc(1,0.1,0.85,1.15)"/>'
        f'<flow id="f" type="c" begin="0" vehsPerHour="3600" from="{edges[0]}" to="{edges[3]}"/>'
    )
    spec = demand(folder, text)
    first, again, other = (made(network, spec, folder, seed) for seed in (1, 1, 2))
    assert first.count == SECONDS
    assert np.array_equal(first.speed_factor, again.speed_factor)
    assert not np.array_equal(first.speed_factor, other.speed_factor)
    assert first.speed_factor.min() >= 0.85
    assert first.speed_factor.max() <= 1.15
    assert float(first.speed_factor.mean()) == pytest.approx(1.0, abs=4.0 * 0.1 / SECONDS**0.5)


@pytest.mark.parametrize(
    ("vehicle_class", "length_m", "ours"),
    [("passenger", None, "car"), ("taxi", None, "taxi"), ("coach", 14.0, "bus"), ("truck", None, "heavy_truck"),
     ("truck", 5.9, "light_truck"), ("delivery", None, "light_truck"), ("bicycle", None, "electric_bicycle"),
     ("tram", None, None), ("pedestrian", None, None)],
)  # fmt: skip
def test_classes(vehicle_class: str, length_m: float | None, ours: str | None) -> None:
    """Each of SUMO's classes is the nearest of ours; short trucks are light; what is not on roads is none."""
    assert class_of(SumoType("x", vehicle_class, length_m)) == ours


@pytest.mark.parametrize(
    ("words", "spread"),
    [('speedFactor="1.2"', SpeedSpread(1.2, 0.1)), ('speedFactor="1.2" speedDev="0.3"', SpeedSpread(1.2, 0.3)),
     ('speedDev="0"', SpeedSpread(1.0, 0.0)), ('speedFactor="norm(0.9,0.2)"', SpeedSpread(0.9, 0.2)),
     ('speedFactor="normc(0.9, 0.2, 0.5, 1.5)"', SpeedSpread(0.9, 0.2, 0.5, 1.5)), ("", None)],
)  # fmt: skip
def test_speed_factors(network: RoadNetwork, tmp_path: Path, words: str, spread: SpeedSpread | None) -> None:
    """Every documented way to state a type's speed factor is read."""
    (tmp_path / "a.rou.xml").write_text(f'<routes><vType id="c" {words}/></routes>', encoding="utf-8")
    (kind,) = read_sumo_routes(tmp_path / "a.rou.xml", network).types
    assert kind.speed == spread


def test_nothing_is_dropped_silently(network: RoadNetwork, folder: Path) -> None:
    """Edges that are not there, rails, ends before beginnings, attributes, times outside: each is told with its number."""
    edges = way(network)
    pair = f'from="{edges[0]}" to="{edges[2]}"'
    text = (
        '<vType id="tram" vClass="tram"/><vType id="c" accel="3" tau="1.2"/>'
        f'<trip id="1" depart="1" from="{edges[0]}" to="nowhere"/><trip id="2" type="tram" depart="2" {pair}/>'
        f'<trip id="3" depart="3" departPos="90" arrivalPos="20" from="{edges[1]}" to="{edges[1]}"/>'
        f'<trip id="4" type="c" depart="4" departLane="best" {pair}/><trip id="5" depart="99999" {pair}/>'
    )
    trips = made(network, demand(folder, text), folder)
    assert trips.count == 1
    told = "\n".join(trips.notices())
    for words in (
        "network has not (or not for general traffic), left out: 1",
        "do not drive on roads (rail, ships, pedestrians), left out: 1",
        "before where they begin, left out: 1",
        "with departLane, which is not carried over: 1",
        "DEFAULT_VEHTYPE → car (1), c → car (1)",
        "not carried over from the types: accel, tau",
        "after the end, and are not made: 1",
    ):
        assert words in told


def test_unreachable_ends_are_counted(tmp_path: Path) -> None:
    """A trip between whose ends no way leads is told as lost."""
    (tmp_path / "a.nod.xml").write_text(
        '<nodes><node id="a" x="0" y="0"/><node id="b" x="200" y="0"/><node id="c" x="400" y="0"/></nodes>', encoding="utf-8"
    )
    (tmp_path / "a.edg.xml").write_text(
        '<edges><edge id="one" from="a" to="b"/><edge id="two" from="b" to="c"/></edges>', encoding="utf-8"
    )
    run_tool("netconvert", "-n", "a.nod.xml", "-e", "a.edg.xml", "-o", "a.net.xml", folder=tmp_path)
    spec = demand(tmp_path, '<trip id="t" depart="1" from="two" to="one"/><trip id="u" depart="1" from="one" to="two"/>')
    trips = made(load_network(tmp_path / "a.net.xml"), spec, tmp_path)
    assert trips.count == 1
    assert [(lost.origin, lost.destination) for lost in trips.lost] == [("two", "one")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<trip id="t" depart="1" type="ghost" from="{0}" to="{1}"/>', "types that no file defines: ghost"),
        ('<trip id="t" depart="1" from="x" to="y"/>', "none of its 1 trips"),
        ('<trip id="t" depart="1:x" from="{0}" to="{1}"/>', "a.rou.xml:1: a value cannot be read"),
        ('<vType id="t" speedFactor="brisk"/>', "a.rou.xml:1: a value cannot be read"),
        ("<trip", "damaged or cut short"),
    ],
)
def test_bad_route_files(network: RoadNetwork, folder: Path, text: str, words: str) -> None:
    """What is wrong is one problem at the key that names the file."""
    (problem,) = check_demand(network, demand(folder, text.format(*way(network))), folder)
    assert problem.key == "demand.sumo_routes[0]"
    assert words in problem.found


def test_missing_file_and_other_map(network: RoadNetwork, folder: Path, tmp_path: Path) -> None:
    """A file that is not there, and a map whose edges have no names, are problems, not trips left out."""
    spec = DemandSpec.model_validate({"inflow_vph": 0.0, "sumo_routes": [{"file": "none.rou.xml"}]})
    (missing,) = check_demand(network, spec, tmp_path)
    assert "no such file" in missing.found
    osm = load_network(Path(__file__).parents[1] / "golden" / "town.osm")
    (other,) = check_demand(osm, demand(folder, ""), folder)
    assert "no SUMO network" in other.found
    with pytest.raises(ScenarioError):
        made(osm, demand(folder, ""), folder)


def designed(network: RoadNetwork, folder: Path, **keys: Any) -> SignalDesign:
    """Return the signals of a scenario without trips."""
    signals = SignalsSpec.model_validate(keys)
    return planned_signals(network, lane_graph_of(network), DemandSpec(inflow_vph=0.0), signals, 1, folder)


def cycles(plans: tuple[SignalPlan, ...]) -> list[int]:
    """Return the cycles of plans in whole seconds."""
    return [plan.cycle_us // 1_000_000 for plan in plans]


def test_programs_of_the_map_and_what_goes_before_them(network: RoadNetwork, folder: Path) -> None:
    """The network's 90 s programs are used by default; a junction that the scenario names, and ``designed``, are ours."""
    stated = designed(network, folder)
    assert cycles(stated.plans) == [90] * 9
    assert stated.notices == ["signalised junctions that run the program the map states: 9"]
    number = stated.plans[4].junction
    named = designed(network, folder, junctions=[{"number": number, "cycle_s": 77.0}])
    assert cycles(named.plans).count(77) == 1
    assert cycles(named.plans).count(90) == 8
    ours = designed(network, folder, programs="designed", cycle_s=66.0)
    assert cycles(ours.plans) == [66] * 9
    assert ours.notices == []


@pytest.mark.parametrize(
    ("logic", "keys", "words"),
    [
        ('<tlLogic id="A0"/>', {}, "has no phase"),
        ('<tlLogic id="Z9"><phase duration="9" state="G"/></tlLogic>', {}, "no traffic light 'Z9'"),
        ('<tlLogic id="A0"><phase duration="0" state="{0}"/></tlLogic>', {}, "lasts 0 s"),
        ("", {"programs": "designed"}, "signals.programs is designed"),
    ],
)
def test_bad_program_files(network: RoadNetwork, folder: Path, logic: str, keys: dict[str, str], words: str) -> None:
    """What is wrong with a file of programs is a problem at its key."""
    (folder / "a.add.xml").write_text(f"<additional>{logic.format('G' * 40)}</additional>", encoding="utf-8")
    (problem,) = designed(network, folder, program_files=["a.add.xml"], **keys).problems
    assert problem.key == "signals.program_files"
    assert words in problem.found


def test_light_between_two_edges_that_touch(tmp_path: Path) -> None:
    """A light in the middle of a road, where SUMO's junction has no extent, still has connectors that show it."""
    (tmp_path / "a.nod.xml").write_text(
        '<nodes><node id="a" x="0" y="0"/><node id="b" x="200" y="0" type="traffic_light"/>'
        '<node id="c" x="400" y="0"/></nodes>',
        encoding="utf-8",
    )
    (tmp_path / "a.edg.xml").write_text(
        '<edges><edge id="one" from="a" to="b" numLanes="2"/><edge id="two" from="b" to="c" numLanes="2"/></edges>',
        encoding="utf-8",
    )
    run_tool("netconvert", "-n", "a.nod.xml", "-e", "a.edg.xml", "-o", "a.net.xml", folder=tmp_path)
    network = load_network(tmp_path / "a.net.xml")
    (plan,) = designed(network, tmp_path).plans
    assert plan.connectors.size == 2
    assert {GREEN, YELLOW, RED} == set(plan.shown.ravel().tolist())
    graph = lane_graph_of(network)
    assert graph.lane_length_m[graph.connector_first :].min() > 0.0
    assert graph.lane_length_m[0] == pytest.approx(network.edge_length_m[0])
