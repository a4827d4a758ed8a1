"""Incidents: places on the map, windows of time, and what the engine is told when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import simpy
from pydantic import TypeAdapter, ValidationError
from tests.traffic.networks import grid

from twin.roadnet.projection import to_wgs84
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.incidents import (
    CLOSED,
    STALLED,
    Incident,
    IncidentProcess,
    IncidentSpec,
    closed_edges,
    resolve_incidents,
)

ADAPTER: TypeAdapter[Any] = TypeAdapter(IncidentSpec)


def _spec(**values: Any) -> Any:
    return ADAPTER.validate_python({"from_s": 10.0, "to_s": 20.0, **values})


def _beside(network: RoadNetwork, edge: int, share: float, aside_m: float) -> dict[str, float]:
    """Return the place to the right of an edge, a share of its length along it."""
    x_m, y_m = network.polyline(edge)
    dx, dy = x_m[-1] - x_m[0], y_m[-1] - y_m[0]
    length = float(np.hypot(dx, dy))
    at = (x_m[0] + share * dx + aside_m * dy / length, y_m[0] + share * dy - aside_m * dx / length)
    lon_deg, lat_deg = to_wgs84(network.crs, network.origin_m, *at)
    return {"lon_deg": float(lon_deg), "lat_deg": float(lat_deg)}


def test_a_point_finds_the_edge_its_direction_and_the_place_along_it() -> None:
    """The two directions of a street lie on each other in the test grid: the bearing tells them apart."""
    network = grid(2)
    for edge in (0, 7, 12):
        x_m, y_m = network.polyline(edge)
        bearing = float(np.degrees(np.arctan2(x_m[-1] - x_m[0], y_m[-1] - y_m[0])))
        place = _beside(network, edge, 0.25, 5.0)
        (found,), problems = resolve_incidents(network, [_spec(kind="stalled_vehicle", heading_deg=bearing, lane=1, **place)])
        assert not problems
        assert (found.kind, found.edge, found.lane) == (STALLED, edge, 1)
        assert found.s_m == pytest.approx(0.25 * network.edge_length_m[edge], abs=0.1)
        assert (found.begin_us, found.end_us) == (10_000_000, 20_000_000)


def test_closures_are_one_record_a_lane_and_know_when_the_road_is_shut() -> None:
    """One lane of two leaves the road open; both, or the road, close it; a way closes every edge of it."""
    network = grid(2)
    specs = [_spec(kind="lane_closed", way=1, lanes=[0]), _spec(kind="road_closed", way=3, from_s=5.0)]
    found, problems = resolve_incidents(network, specs)
    assert not problems
    assert [(i.number, i.edge, i.lane, i.whole_road) for i in found] == [(1, 2, 0, True), (1, 2, 1, True), (0, 0, 0, False)]
    assert closed_edges(found, 4_999_999) == frozenset()
    assert closed_edges(found, 5_000_000) == {2}
    assert closed_edges(found, 20_000_000) == frozenset()


@pytest.mark.parametrize(
    ("values", "key", "says"),
    [
        ({"kind": "road_closed", "way": 999}, "incidents[0].way", "way 999"),
        ({"kind": "lane_closed", "way": 1, "lanes": [0, 2]}, "incidents[0].lanes", "no lane 2 there, only 2"),
        ({"kind": "stalled_vehicle", "way": 1, "lane": 5}, "incidents[0].lane", "no lane 5"),
        (
            {"kind": "road_closed", "lon_deg": 0.0, "lat_deg": 0.0},
            "incidents[0].lon_deg",
            "no lane for vehicles lies within 60 m",
        ),
    ],
)
def test_places_that_are_not_there_are_told(values: dict[str, Any], key: str, says: str) -> None:
    """Missing ways, lanes and roads are problems of their key."""
    found, (problem,) = resolve_incidents(grid(2), [_spec(**values)])
    assert problem.key == key
    assert says in problem.found
    assert not found


def test_a_misspelt_road_is_guessed() -> None:
    """The road of the name nearest to the given one is proposed."""
    network = grid(2)
    place = _beside(network, 4, 0.5, 0.0)
    _, (problem,) = resolve_incidents(network, [_spec(kind="road_closed", road="raod 4", **place)])
    assert problem.key == "incidents[0].road"
    assert "did you mean 'road " in problem.remedy


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "road_closed", "way": 1, "from_s": 30.0},
        {"kind": "road_closed"},
        {"kind": "road_closed", "lon_deg": 113.0},
        {"kind": "road_closed", "way": 1, "lon_deg": 113.0, "lat_deg": 23.0},
        {"kind": "lane_closed", "way": 1, "lanes": []},
        {"kind": "flood", "way": 1},
    ],
)
def test_impossible_incidents_are_refused(wrong: dict[str, Any]) -> None:
    """An end before the begin, no place, half a place, two places, no lanes, unknown kinds."""
    with pytest.raises(ValidationError):
        _spec(**wrong)


class _Told:
    """Writes down what the engine is told."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.lines: list[tuple[object, ...]] = []

    def close_lane(self, edge: int, lane: int, *, closed: bool) -> None:
        self.lines.append((self.env.now, "close" if closed else "open", edge, lane))

    def stall(self, incident: Incident) -> None:
        self.lines.append((self.env.now, "stall", incident.edge, incident.lane, incident.s_m, incident.end_us))

    def reroute_around(self, closed: frozenset[int]) -> None:
        self.lines.append((self.env.now, "around", *sorted(closed)))


def test_the_process_tells_the_engine_at_the_right_instants() -> None:
    """Closing, a second closure of the same lane that outlasts the first, opening at the later end, a breakdown."""
    incidents = [
        Incident(0, CLOSED, 3, 0, 0.0, True, 10, 20),
        Incident(1, CLOSED, 3, 0, 0.0, True, 15, 30),
        Incident(2, STALLED, 5, 1, 42.0, False, 15, 25),
    ]
    env = simpy.Environment()
    told = _Told(env)
    env.process(IncidentProcess(incidents, told).run(env))
    env.run(until=100)
    assert told.lines == [
        (10, "close", 3, 0),
        (10, "around", 3),
        (15, "close", 3, 0),
        (15, "stall", 5, 1, 42.0, 25),
        (15, "around", 3),
        (30, "open", 3, 0),
    ]


def test_a_run_resumed_in_the_middle_is_told_only_what_is_still_to_come() -> None:
    """What the process does hangs on the instant alone: started at 18 it opens the lane at 20."""
    env = simpy.Environment(initial_time=18)
    told = _Told(env)
    env.process(IncidentProcess([Incident(0, CLOSED, 3, 0, 0.0, False, 10, 20)], told).run(env))
    env.run(until=100)
    assert told.lines == [(20, "open", 3, 0)]
