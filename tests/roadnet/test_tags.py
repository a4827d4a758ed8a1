"""Free-text tags are read tolerantly; what cannot be read is counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.roadnet.defaults import DEFAULTS
from twin.roadnet.road_network import lines_of
from twin.roadnet.tags import Notices, is_open, parse_count, parse_level, parse_oneway, parse_speed_mps, read_road


@pytest.mark.parametrize(
    ("text", "lanes"), [("3", 3), ("3;2", 3), ("2.5", 2), (" 4 ", 4), ("0", None), ("many", None), (None, None)]
)
def test_lanes(text: str | None, lanes: int | None) -> None:
    """The first of several values counts; nonsense gives the default."""
    assert parse_count(text, Notices(), "lanes") == lanes


@pytest.mark.parametrize(
    ("text", "speed_kmh"),
    [
        ("60", 60.0),
        ("60 km/h", 60.0),
        ("40 mph", 64.37376),
        ("none", 120.0),
        ("CN:urban", None),
        ("60;40", 60.0),
        ("999", None),
    ],
)
def test_speed_limits(text: str, speed_kmh: float | None) -> None:
    """Limits are km/h unless they say mph (exact: 1609.344 m)."""
    speed_mps = parse_speed_mps(text, Notices())
    assert speed_mps == (None if speed_kmh is None else pytest.approx(speed_kmh / 3.6, rel=1e-12))


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({"oneway": "yes"}, 1), ({"oneway": "-1"}, -1), ({"oneway": "no"}, 0), ({}, 0),
        ({"junction": "roundabout"}, 1), ({"oneway": "reversible"}, 0), ({"junction": "roundabout", "oneway": "no"}, 0),
    ],
)  # fmt: skip
def test_oneway(tags: dict[str, str], oneway: int) -> None:
    """Roundabouts imply one-way traffic; what the tag says goes first."""
    assert parse_oneway(tags, "primary", Notices()) == oneway


def test_motorways_are_one_way() -> None:
    """OpenStreetMap implies one-way traffic on motorways."""
    assert parse_oneway({}, "motorway", Notices()) == 1


@pytest.mark.parametrize(
    ("tags", "level"),
    [
        ({"bridge": "yes"}, 1),
        ({"tunnel": "yes"}, -1),
        ({"bridge": "viaduct", "layer": "2"}, 2),
        ({"layer": "1"}, 0),
        ({"bridge": "yes", "layer": "x"}, 1),
    ],
)
def test_levels(tags: dict[str, str], level: int) -> None:
    """A bridge or tunnel has its layer, 1 or -1 when it says none; a layer elsewhere says nothing about height."""
    assert parse_level(tags, Notices())[2] == level


@pytest.mark.parametrize(
    ("tags", "is_used"),
    [
        ({"access": "no"}, False), ({"access": "no", "motor_vehicle": "yes"}, True), ({"motor_vehicle": "private"}, False),
        ({"access": "destination"}, True), ({"area": "yes"}, False),
    ],
)  # fmt: skip
def test_access(tags: dict[str, str], *, is_used: bool) -> None:
    """The more special key decides whether motor traffic may use a way."""
    assert is_open(tags) is is_used


def test_lanes_of_a_two_way_road() -> None:
    """A total is split evenly, the odd lane forward; directions that are given go first."""
    tags = {"highway": "primary", "lanes": "5"}
    road = read_road(tags, Notices())
    assert road is not None
    assert road.forward is not None
    assert road.backward is not None
    assert (road.forward.lanes, road.backward.lanes) == (3, 2)
    road = read_road({**tags, "lanes:backward": "1"}, Notices())
    assert road is not None
    assert road.forward is not None
    assert road.forward.lanes == 4


@pytest.mark.parametrize(
    ("tags", "lanes"),
    [
        ({"oneway": "yes", "lanes": "4"}, 4),
        ({"oneway": "yes", "lanes": "4", "lanes:psv": "1"}, 3),
        ({"oneway": "yes", "lanes": "4", "bus:lanes": "||designated|designated"}, 2),
        ({"lanes": "4", "lanes:bus:backward": "1"}, 2),
        ({"lanes": "4", "lanes:both_ways": "1"}, 2),
    ],
)
def test_the_width_is_shared_by_all_lanes(tags: dict[str, str], lanes: int) -> None:
    """Lanes for buses and for turning are no lanes of general traffic, but they take their part of the carriageway."""
    road = read_road({"highway": "primary", "width": "12", **tags}, Notices())
    assert road is not None
    assert road.forward is not None
    assert road.forward.lanes == lanes
    assert road.forward.lane_width_m == 3.0


def test_defaults_are_counted() -> None:
    """Every default that is used shows in the notices."""
    notices = Notices()
    read_road({"highway": "tertiary"}, notices)
    assert lines_of(notices.found()) == ("lanes of tertiary assumed: 1", "speed limit of tertiary assumed (40 km/h): 1")


@given(
    st.sampled_from(sorted(DEFAULTS)),
    st.dictionaries(
        st.sampled_from(
            ["lanes", "lanes:forward", "lanes:backward", "maxspeed", "oneway", "width", "layer", "bridge", "tunnel"]
        ),
        st.text(max_size=8) | st.sampled_from(["3", "yes", "-1", "60", "3;2", "7 m"]),
    ),
)
def test_any_text_gives_a_road(highway: str, tags: dict[str, str]) -> None:
    """Whatever mappers write, an open road has at least one lane of sensible width and a positive limit."""
    road = read_road({"highway": highway, **tags}, Notices())
    assert road is not None
    for side in (road.forward, road.backward):
        if side is not None:
            assert 1 <= side.lanes <= 12
            assert 2.75 <= side.lane_width_m <= 3.75
            assert 1.0 < side.speed_limit_mps < 70.0
    assert road.forward is not None or road.backward is not None


@pytest.mark.parametrize(
    ("tags", "lanes", "notice"),
    [
        ({"oneway": "yes", "lanes": "4", "lanes:psv": "1"}, (3, None), "bus lanes"),
        ({"oneway": "yes", "lanes": "3", "bus:lanes": "||designated"}, (2, None), "bus lanes"),
        ({"oneway": "yes", "lanes": "1", "lanes:bus": "1"}, (1, None), "bus lanes"),
        ({"lanes": "6", "lanes:psv": "2"}, (2, 2), "bus lanes"),
        ({"lanes": "6", "lanes:bus:backward": "1"}, (3, 2), "bus lanes"),
        ({"lanes": "5", "lanes:both_ways": "1"}, (2, 2), "centre lanes"),
        ({"lanes:forward": "3"}, (3, 3), "one direction only"),
        ({"lanes": "3", "oneway": "alternating"}, (2, 1), "change their direction"),
        ({"lanes": "2", "maxspeed:conditional": "30 @ (22:00-06:00)"}, (1, 1), "at times only"),
        ({"lanes": "abc"}, (3, 3), "lanes that cannot be read"),
        ({"lanes": "3;2", "oneway": "yes"}, (3, None), "lanes read tolerantly"),
    ],
)
def test_odd_tags_by_rule(tags: dict[str, str], lanes: tuple[int, int | None], notice: str) -> None:
    """Each odd tag is read by the rule that the module's docstring states, and counted."""
    notices = Notices()
    road = read_road({"highway": "primary", **tags}, notices)
    assert road is not None
    assert tuple(side.lanes if side else None for side in (road.forward, road.backward)) == lanes
    assert any(notice in line for line in lines_of(notices.found()))


@pytest.mark.parametrize("value", ["no", "private", "psv", "bus", "no;private"])
def test_roads_that_are_not_for_cars(value: str) -> None:
    """Roads for buses, officials or nobody are left out and counted; one value that lets cars in opens the way."""
    notices = Notices()
    assert read_road({"highway": "primary", "motor_vehicle": value}, notices) is None
    assert lines_of(notices.found()) == ("roads closed to motor traffic, left out: 1",)
    assert read_road({"highway": "primary", "motor_vehicle": f"{value};destination"}, notices) is not None
