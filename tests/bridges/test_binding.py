"""Shipped bridges on the shipped map, and what is said of bridges that fit nowhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML
from tests.traffic.networks import build

from twin.bridges.binding import bind
from twin.bridges.bridge_spec import BridgeSpec, filled_in
from twin.bridges.shipped import SHIPPED
from twin.roadnet.cache import load_network
from twin.roadnet.projection import to_wgs84

CBD = Path(__file__).parents[2] / "maps" / "tianhe_cbd.osm"
HUANAN = CBD.with_name("tianhe_huanan.osm")


def _spec(preset: str, **changes: object) -> BridgeSpec:
    return BridgeSpec.model_validate(filled_in({"preset": preset, **changes}))


@pytest.mark.parametrize(
    ("preset", "directions"),
    [("liede", {1: "northbound", -1: "southbound"}), ("guangzhou", {1: ""}), ("guangzhou_new", {1: ""})],
)
def test_shipped_bridges_lie_on_their_roads(preset: str, directions: dict[int, str]) -> None:
    """Each direction runs along the whole deck; a place on an edge is where its coordinates fall on the axis."""
    network, spec = load_network(CBD), _spec(preset)
    found, problems = bind(spec, network, "bridges.decks[0]")
    assert found is not None, problems
    assert problems == []
    assert set(map(int, found.direction)) == set(directions)
    assert {network.edge_name[edge] for edge in found.edge} == set(spec.place.roads)
    for row, edge in enumerate(found.edge):
        x, y = network.polyline(int(edge))
        part = slice(network.point_offset[edge], network.point_offset[edge + 1])
        for s, px, py in zip(network.point_s_m[part], x, y, strict=True):
            expected = (px - found.begin_m[0]) * found.ahead[0] + (py - found.begin_m[1]) * found.ahead[1]
            assert found.axis_m(row, s) == pytest.approx(expected)
        assert abs(found.aside_m[row]) < 12.0
    ends = [found.axis_m(row, [0.0, network.edge_length_m[edge]]) for row, edge in enumerate(found.edge)]
    assert min(map(min, ends)) < 0.0
    assert max(map(max, ends)) > spec.structure.length_m


def test_traffic_keeps_right_on_a_deck_of_both_directions() -> None:
    """On Liede Bridge each direction drives right of the axis, and the lane at the kerb is the outer one."""
    found, _ = bind(_spec("liede"), load_network(CBD), "bridges.decks[0]")
    assert found is not None
    assert np.all(found.aside_m * found.direction > 2.0)
    for row in range(found.edge.size):
        aside = found.direction[row] * found.lane_aside_m(row, [0, 1, 2])
        assert np.all(np.diff(aside) == pytest.approx(-found.lane_width_m[row]))


def test_a_bridge_without_its_road_is_a_problem() -> None:
    """The CBD map ends west of the South China Expressway: the road is named, and so is what to do."""
    found, problems = bind(_spec("huanan"), load_network(CBD), "bridges.decks[2]")
    assert found is None
    assert [problem.key for problem in problems] == ["bridges.decks[2].place.roads[0]"]
    assert "华南快速干线" in problems[0].found


def test_huanan_bridge_lies_on_the_map_with_its_expressway() -> None:
    """Both carriageways of the second map lead over the deck, three lanes each way, along its whole length."""
    found, problems = bind(_spec("huanan"), load_network(HUANAN), "bridges.decks[2]")
    assert problems == []
    assert found is not None
    assert sorted(found.direction.tolist()) == [-1, 1]
    assert found.lanes.tolist() == [3, 3]
    assert np.abs(found.aside_m) == pytest.approx(8.0, abs=1.0)


def test_ends_that_contradict_the_spans_are_a_problem() -> None:
    """An end a hundred metres off tells both lengths."""
    moved = _spec("liede", place={"end_lat_deg": 23.1155})
    found, problems = bind(moved, load_network(CBD), "bridges.decks[0]")
    assert found is None
    assert "480" in problems[0].found
    assert problems[0].key == "bridges.decks[0].place"


def test_a_road_elsewhere_is_no_carriageway_of_the_deck() -> None:
    """A road of that name beside the deck, across it, or along half of it does not do; both halves together do."""
    network = build([(0, 0), (100, 0), (50, 90), (50, -90), (50, 0)], [(0, 4, 2), (4, 1, 2), (2, 3, 1)])
    ends = [to_wgs84(network.crs, network.origin_m, *end) for end in ((10.0, 0.0), (90.0, 0.0))]
    (begin_lon, begin_lat), (end_lon, end_lat) = (tuple(map(float, end)) for end in ends)
    place = {"begin_lon_deg": begin_lon, "begin_lat_deg": begin_lat, "end_lon_deg": end_lon, "end_lat_deg": end_lat}
    deck = {"inertia_m4": 2.5, "area_m2": 6.0, "mass_t_per_m": 15.0, "depth_m": 2.0}
    given = {"name": "b", "structure": {"kind": "simple", "span_m": 80.0, "deck": deck}}

    def bound(*roads: str) -> object:
        return bind(BridgeSpec.model_validate({**given, "place": {**place, "roads": list(roads)}}), network, "bridge")[0]

    assert bound("road 0") is None
    assert bound("road 2") is None
    whole = bound("road 0", "road 1", "road 2")
    assert whole is not None
    assert whole.edge.tolist() == [0, 1]
    assert whole.axis_m(1, 30.0) == pytest.approx(70.0, abs=0.01)
    assert bind(
        BridgeSpec.model_validate({**given, "place": {**place, "roads": ["road 0"]}}),
        replace(network, point_y_m=network.point_y_m + 40.0),
        "bridge",
    )[1]


def test_presets_fill_in_and_can_be_changed() -> None:
    """A preset's groups are changed key by key; a structure of another kind starts afresh; unknown names are told."""
    changed = _spec("liede", name="mine", structure={"deck": {"damping_ratio": 0.02}})
    assert changed.name == "mine"
    assert changed.structure.deck.damping_ratio == 0.02
    assert changed.structure.deck.depth_m == 3.5
    assert changed.structure.length_m == 480.0
    with pytest.raises(ValidationError, match="span_m"):
        _spec("liede", structure={"kind": "simple"})
    with pytest.raises(ValueError, match="there are guangzhou, guangzhou_new, huanan, liede"):
        _spec("humen")
    assert all(bridge.source.count("Assumption:") == 1 for bridge in SHIPPED.values())


def test_the_example_of_the_page_lies_on_the_map() -> None:
    """The bridge that docs/bridges.md shows is one that a scenario may have."""
    page = (CBD.parents[1] / "docs" / "bridges.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    found, problems = bind(BridgeSpec.model_validate(YAML(typ="safe").load(example)), load_network(CBD), "bridge")
    assert problems == []
    assert found is not None
    assert sorted(map(int, found.direction)) == [-1, 1]
