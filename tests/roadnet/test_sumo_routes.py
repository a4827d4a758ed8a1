"""Trips of SUMO: routes, trips and flows become what the documentation says; what cannot be driven is counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sumo_tools import generated_grid

from twin.errors import InputError
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.sumo import read_sumo_network
from twin.roadnet.sumo_flows import departures, seconds
from twin.roadnet.sumo_routes import SumoTrips, read_sumo_routes


@pytest.fixture
def network(tmp_path: Path) -> RoadNetwork:
    """Return a grid."""
    return read_sumo_network(generated_grid(tmp_path))


def way(network: RoadNetwork, count: int = 4) -> list[str]:
    """Return the names of some edges that follow each other, from an entry on, no two the same."""
    route = [int(network.entry_edges[0])]
    while len(route) < count:
        route.append(next(edge for edge in network.turns(route[-1]).tolist() if edge not in route))
    return [network.edge_key[edge] for edge in route]


def read(network: RoadNetwork, folder: Path, text: str, **more: float) -> SumoTrips:
    """Read the elements of a route file."""
    file = folder / "a.rou.xml"
    file.write_text(f"<routes>{text}</routes>", encoding="utf-8")
    return read_sumo_routes(file, network, **more)


def test_vehicles_routes_and_types(network: RoadNetwork, tmp_path: Path) -> None:
    """Own routes and named ones, types, places on edges and times in words, in the order of departure."""
    edges = way(network)
    text = (
        '<vType id="bus" vClass="bus" length="12" accel="0.8" tau="1.3"/>'
        f'<route id="r" edges="{" ".join(edges)}"/>'
        '<vehicle id="late" type="bus" route="r" depart="0:02:05"/>'
        f'<vehicle id="early" depart="3.5" departPos="20" arrivalPos="-3"><route edges="{" ".join(edges[:2])}"/></vehicle>'
    )
    trips = read(network, tmp_path, text)
    assert trips.key == ("early", "late")
    assert trips.kind == ("DEFAULT_VEHTYPE", "bus")
    assert trips.depart_s.tolist() == [3.5, 125.0]
    assert [network.edge_key[edge] for edge in trips.route_edge] == [*edges[:2], *edges]
    assert trips.route_offset.tolist() == [0, 2, 6]
    last = [network.edge_length_m[network.edge_key.index(edges[number])] for number in (1, 3)]
    assert trips.depart_s_m.tolist() == [20.0, 12.0]
    assert trips.arrive_s_m == pytest.approx([last[0] - 3.0, last[1]])
    (bus,) = trips.types
    assert (bus.vehicle_class, bus.length_m, bus.acceleration_mps2, bus.time_gap_s, bus.width_m) == (
        "bus",
        12.0,
        0.8,
        1.3,
        None,
    )
    assert trips.routed.all()


def test_trips_keep_their_ends(network: RoadNetwork, tmp_path: Path) -> None:
    """A trip without a route has where it begins, what it passes and where it ends, and says that it is not routed."""
    edges = way(network)
    trips = read(network, tmp_path, f'<trip id="t" depart="1" from="{edges[0]}" via="{edges[2]}" to="{edges[3]}"/>')
    assert [network.edge_key[edge] for edge in trips.route_edge] == [edges[0], edges[2], edges[3]]
    assert not trips.routed[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('begin="10" end="70" number="4"', [10.0, 25.0, 40.0, 55.0]),
        ('begin="0" end="10" vehsPerHour="1200"', [0.0, 3.0, 6.0, 9.0]),
        ('begin="5" end="12" period="2.5"', [5.0, 7.5, 10.0]),
        ('begin="0" period="100" number="2"', [0.0, 100.0]),
        ('begin="0" end="20" vehsPerHour="0"', []),
    ],
)
def test_even_flows(network: RoadNetwork, tmp_path: Path, words: str, expected: list[float]) -> None:
    """Flows without chance depart at the documented instants."""
    edges = way(network)
    trips = read(network, tmp_path, f'<flow id="f" from="{edges[0]}" to="{edges[3]}" {words}/>')
    assert trips.depart_s.tolist() == expected
    assert trips.key == tuple(f"f.{number}" for number in range(len(expected)))


def test_flows_by_chance(network: RoadNetwork, tmp_path: Path) -> None:
    """Poisson and second-by-second flows have their mean within four standard deviations, the same for the same seed."""
    ends = f'from="{way(network)[0]}" to="{way(network)[3]}" begin="0" end="20000"'
    for words, variance in (('period="exp(0.2)"', 4000.0), ('probability="0.2"', 20000 * 0.16)):
        first, second, other = (read(network, tmp_path, f'<flow id="f" {ends} {words}/>', seed=seed) for seed in (1, 1, 2))
        assert abs(first.depart_s.size - 4000.0) < 4.0 * variance**0.5
        assert np.array_equal(first.depart_s, second.depart_s)
        assert first.depart_s.size != other.depart_s.size or not np.array_equal(first.depart_s, other.depart_s)
        assert np.all(np.diff(first.depart_s) > 0.0)


def test_distributions_keep_their_shares(network: RoadNetwork, tmp_path: Path) -> None:
    """Routes and types of a distribution come up by their shares, within four standard deviations."""
    edges = way(network)
    text = (
        '<vTypeDistribution id="mix"><vType id="car" probability="0.75"/><vType id="van" probability="0.25"/>'
        "</vTypeDistribution>"
        f'<routeDistribution id="some"><route id="long" edges="{" ".join(edges)}" probability="1"/>'
        f'<route id="short" edges="{" ".join(edges[:2])}" probability="3"/></routeDistribution>'
        '<flow id="f" type="mix" route="some" begin="0" end="4000" period="1"/>'
    )
    trips = read(network, tmp_path, text)
    tolerance = 4.0 * (4000 * 0.75 * 0.25) ** 0.5
    assert abs(trips.kind.count("car") - 3000) < tolerance
    assert abs(int((np.diff(trips.route_offset) == 2).sum()) - 3000) < tolerance


def test_what_cannot_be_driven_is_counted(network: RoadNetwork, tmp_path: Path) -> None:
    """Unknown edges, broken routes, districts, triggered departures, people and stops: left out or ignored, and counted."""
    edges = way(network)
    text = (
        f'<vehicle id="a" depart="1"><route edges="{edges[0]} nowhere"/></vehicle>'
        f'<vehicle id="b" depart="1"><route edges="{edges[0]} {edges[2]}"/></vehicle>'
        '<trip id="c" depart="1" fromTaz="1" toTaz="2"/>'
        f'<trip id="d" depart="triggered" from="{edges[0]}" to="{edges[1]}"/>'
        '<person id="p" depart="0"><walk edges="x"/></person>'
        f'<vehicle id="e" depart="1"><route edges="{edges[0]}"/><stop lane="x" duration="9"/></vehicle>'
    )
    trips = read(network, tmp_path, text)
    assert trips.key == ("e",)
    assert trips.notices == (
        "persons and containers, left out: 1",
        "stops of vehicles, ignored: 1",
        "trips between districts or junctions instead of edges, left out: 1",
        "trips over edges that the network has not (or not for general traffic), left out: 1",
        "trips over edges without a turn between them, left out: 1",
        "vehicles whose departure others decide (triggered, split), left out: 1",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<vehicle id="v" depart="1" route="r"/>', ":1: 'r' is missing here, or named here and not in the file"),
        ('\n<vehicle id="v" depart="1:x"><route edges=""/></vehicle>', ":2: a value cannot be read here"),
        ('<flow id="f" from="a" to="b" begin="0" end="9"/>', "'f' has none of number, vehsPerHour, period and probability"),
        ('<flow id="f" from="a" to="b" begin="0" end="9" period="0"/>', "period or rate 0.0 is not positive"),
        ('<flow id="f" from="a" to="b" begin="0" end="9" vehsPerHour="-1"/>', "is not positive"),
        ('<flow id="f" from="a" to="b" begin="0" end="inf" period="1"/>', "not finite"),
        ('<vehicle depart="1"/>', "'id' is missing"),
        ("<vehicle", "damaged or cut short"),
    ],
)
def test_bad_files(network: RoadNetwork, tmp_path: Path, text: str, words: str) -> None:
    """What is wrong is said with file and line."""
    with pytest.raises(InputError, match=words) as caught:
        read(network, tmp_path, text)
    assert "a.rou.xml" in str(caught.value)


def test_times() -> None:
    """Times are seconds or days, hours, minutes and seconds."""
    assert [seconds(text) for text in ("7.25", "1:00:00", "2:00:01:30", "-5")] == [7.25, 3600.0, 172890.0, -5.0]
    assert list(departures({"id": "f", "begin": "0", "number": "3", "period": "2"}, 100.0, lambda: 0.5)) == [0.0, 2.0, 4.0]
