"""SPAT, MAP and RSI: what they say of signals, lanes and events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twin.roadnet.cache import load_network
from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.traffic.signal_states import GIVE_WAY, GREEN, NO_SIGNAL, RED, YELLOW
from twin.v2x.message_set import codec
from twin.v2x.message_set.map_data import approaches_of, map_values
from twin.v2x.message_set.place import MapFrame, Station, place_of
from twin.v2x.message_set.representative import AT_UNIX_US, FRAME, road_users
from twin.v2x.message_set.rsi import RoadEvent, rsi_values
from twin.v2x.message_set.rsm import rsm_values
from twin.v2x.message_set.spat import Phases, spat_values

CBD = Path(__file__).parents[3] / "maps" / "tianhe_cbd.osm"
RSU = Station(3, 0.0, 0.0)


def phases(**changed: object) -> Phases:
    """Return five phases, one in each state."""
    usual = {
        "number": np.arange(1, 6),
        "state": np.array([GREEN, GREEN, YELLOW, GIVE_WAY, NO_SIGNAL], np.int8),
        "least_end_s": np.array([4.96, 0.0, 3.0, 20.0, 0.0]),
        "likely_end_s": np.array([12.34, 5.0, 3.0, 25.0, 5000.0]),
        "latest_end_s": np.array([40.0, 5.0, 3.0, 30.0, 5000.0]),
        "permissive": np.array([False, True, False, False, False]),
    }
    return Phases(**(usual | changed))


def test_a_spat_tells_lights_and_their_ends() -> None:
    """Arrow and round greens differ; a right turn on red sees red; ends are tenths of a second, an hour at most (T/CSAE 53)."""
    value = codec.decode("spat", codec.encode("spat", spat_values(AT_UNIX_US, 17, phases())))
    assert value["timeStamp"] == 30_250
    (junction,) = value["intersections"]
    assert junction["intersectionId"] == {"id": 17}
    states = [one["phaseStates"][0] for one in junction["phases"]]
    assert [one["light"] for one in states] == ["protected-green", "permissive-green", "yellow", "red", "dark"]
    timing = [one["timing"][1] for one in states]
    assert [one["minEndTime"] for one in timing] == [50, 0, 30, 200, 0]
    assert [one["likelyEndTime"] for one in timing] == [123, 50, 30, 250, 36_000]
    assert [one["maxEndTime"] for one in timing] == [400, 50, 30, 300, 36_000]


def test_a_spat_that_cannot_be() -> None:
    """Ends out of order and more phases than the list holds are refused."""
    with pytest.raises(ValueError, match="between the least and the latest"):
        spat_values(AT_UNIX_US, 1, phases(least_end_s=np.full(5, 9.0)))
    with pytest.raises(ValueError, match="1 to 16 phases"):
        spat_values(AT_UNIX_US, 1, Phases(*(np.zeros(17, np.int8) for _ in range(6))))
    assert RED not in phases().state


def test_the_junctions_of_the_cbd_make_maps() -> None:
    """Each lane that a connector leaves is told with its ways on; places come back within 1e-7 degrees and 2 mm."""
    network = load_network(CBD)
    graph = lane_graph_of(network)
    frame = MapFrame(network.crs, network.origin_m)
    made = 0
    for row in range(0, len(network.junctions), 40):
        approaches = approaches_of(network, graph, row)
        if not approaches:
            continue
        x_m, y_m = float(approaches[0].x_m[-1]), float(approaches[0].y_m[-1])
        value = map_values(frame, AT_UNIX_US, Station(row, x_m, y_m), approaches)
        data = codec.encode("map", value)
        assert codec.decode("map", data) == value
        (node,) = value["nodes"]
        ways = sum(len(lane.get("connectsTo", ())) for link in node["inLinks"] for lane in link["lanes"])
        assert ways == np.count_nonzero(graph.connector_junction == row)
        for link, approach in zip(node["inLinks"], approaches, strict=True):
            assert 2 <= len(link["points"]) <= 31
            assert link["linkWidth"] == round(100 * approach.lane_width_m * len(approach.lanes))
            read_x, read_y = place_of(frame, node["refPos"], link["points"][-1]["posOffset"])
            assert abs(read_x - approach.x_m[-1]) < 0.014
            assert abs(read_y - approach.y_m[-1]) < 0.014
        made += 1
    assert made >= 2


def test_an_rsi_tells_an_event_and_its_road() -> None:
    """Place, radius, times and path come back; a path of one point is none, one of 33 too long."""
    path = np.linspace(-300.0, 100.0, 9)
    event = RoadEvent(300, 101, 100.0, 5.0, 12.34, AT_UNIX_US, AT_UNIX_US + 3_600_000_000, path, 0.0 * path, confidence=0.9)
    value = codec.decode("rsi", codec.encode("rsi", rsi_values(FRAME, AT_UNIX_US, RSU, event)))
    (told,) = value["rtes"]
    assert (told["rteId"], told["eventType"], told["eventRadius"], told["eventConfidence"]) == (44, 101, 123, 180)
    assert told["timeDetails"]["endTime"] - told["timeDetails"]["startTime"] == 60
    read = [place_of(FRAME, value["refPos"], point) for point in told["referencePaths"][0]["activePath"]]
    assert np.array(read)[:, 0] == pytest.approx(path, abs=0.014)
    assert place_of(FRAME, value["refPos"], told["eventPos"]) == pytest.approx((100.0, 5.0), abs=0.014)
    for size in (1, 33):
        wrong = RoadEvent(1, 101, 0.0, 0.0, 1.0, 0, 0, np.zeros(size), np.zeros(size))
        with pytest.raises(ValueError, match="2 to 32 points"):
            rsi_values(FRAME, AT_UNIX_US, RSU, wrong)


def test_counts_of_messages_go_round() -> None:
    """``msgCnt`` counts the fragments on and begins again after 127."""
    messages = rsm_values(FRAME, AT_UNIX_US, RSU, road_users(40), msg_count=126)
    assert [one["msgCnt"] for one in messages] == [126, 127, 0]
