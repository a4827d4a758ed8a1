"""Turn restrictions are read by rule and obeyed; forbidden courses agree with an enumeration of all walks."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osm_text import Way, osm_text

from twin.roadnet.cache import load_network
from twin.roadnet.osm import read_osm
from twin.roadnet.road_network import RoadNetwork, lines_of
from twin.roadnet.route_search import fastest_routes
from twin.roadnet.turn_states import turn_states

EXTRACTS = Path(__file__).parents[3] / "shared" / "maps" / "extracts"
CROSS = {1: (-200.0, 0.0), 2: (0.0, 0.0), 3: (200.0, 0.0), 4: (0.0, 200.0), 5: (0.0, -200.0)}
STREET = {"highway": "secondary"}
ARMS: list[Way] = [([1, 2], STREET), ([2, 3], {**STREET, "name": "东"}), ([2, 4], {**STREET, "name": "北"}), ([5, 2], STREET)]
"""Ways 1 (west), 2 (east), 3 (north), 4 (south) of a crossing at node 2."""

Member = tuple[str, int, str]


def relation(number: int, members: list[Member], **tags: str) -> str:
    """Return a restriction; ``_`` in a tag's name stands for a colon, ``+`` for ``_``."""
    inner = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
    all_tags = {"type": "restriction", **{key.replace("_", ":").replace("+", "_"): value for key, value in tags.items()}}
    inner += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in all_tags.items())
    return f'<relation id="{number}">{inner}</relation>'


def via_node(origin: int, target: int, node: int = 2) -> list[Member]:
    """Return the members of a restriction via a node."""
    return [("way", origin, "from"), ("node", node, "via"), ("way", target, "to")]


def network_of(
    folder: Path, relations: list[str], ways: list[Way] | None = None, nodes: dict[int, tuple[float, float]] | None = None
) -> RoadNetwork:
    """Return the crossing's network with some restrictions."""
    file = folder / "map.osm"
    file.write_text(osm_text(nodes or CROSS, ways or ARMS).replace("</osm>", "".join(relations) + "</osm>"), encoding="utf-8")
    return read_osm(file)


def edge(network: RoadNetwork, u: int, v: int) -> int:
    """Return the edge between two nodes of the map."""
    ends = network.node_osm[network.edge_u], network.node_osm[network.edge_v]
    return int(np.flatnonzero((ends[0] == u) & (ends[1] == v))[0])


def targets(network: RoadNetwork, u: int, v: int) -> set[int]:
    """Return the nodes to which one may drive on from an edge."""
    return {int(network.node_osm[network.edge_v[after]]) for after in network.turns(edge(network, u, v))}


@pytest.mark.parametrize(
    ("tags", "open_to"),
    [
        ({"restriction": "no_left_turn"}, {3, 5}),
        ({"restriction": "only_left_turn"}, {4}),
        ({"restriction": "no_entry"}, {3, 5}),
        ({"restriction_motorcar": "no_left_turn"}, {3, 5}),
        ({"restriction": "only_left_turn", "restriction_motorcar": "no_left_turn"}, {3, 5}),
        ({"restriction": "no_left_turn", "except": "psv;bicycle"}, {3, 5}),
        ({"restriction": "no_left_turn", "except": "psv; motorcar"}, {3, 4, 5}),
        ({"restriction_hgv": "no_left_turn"}, {3, 4, 5}),
        ({"restriction_conditional": "no_left_turn @ (07:00-09:00)"}, {3, 4, 5}),
        ({"restriction": "no_left_turn", "hour+on": "07:00"}, {3, 4, 5}),
        ({"restriction": "left"}, {3, 4, 5}),
    ],
)
def test_values(tmp_path: Path, tags: dict[str, str], open_to: set[int]) -> None:
    """From the west, way 3 lies to the left: which turns stay open, by the restriction's value, vehicles and hours."""
    network = network_of(tmp_path, [relation(1, via_node(1, 3), **tags)])
    assert targets(network, 1, 2) == open_to
    assert targets(network, 5, 2) == {1, 3, 4}
    said = [notice for notice in lines_of(network.provenance.notices) if notice.startswith("turn restrictions")]
    assert len(said) == 1
    assert said[0].startswith("turn restrictions obeyed") == (open_to != {3, 4, 5})


@pytest.mark.parametrize(
    "members",
    [
        [("way", 1, "from"), ("way", 3, "to")],
        [("node", 2, "via"), ("way", 3, "to")],
        [("way", 1, "from"), ("node", 2, "via")],
        via_node(1, 99),
        via_node(99, 3),
        via_node(1, 3, node=99),
        via_node(3, 1, node=4),
        [("way", 1, "from"), ("way", 98, "via"), ("way", 3, "to")],
    ],
)
def test_incomplete(tmp_path: Path, members: list[Member]) -> None:
    """Restrictions that a clipped map holds in part change nothing and are counted."""
    network = network_of(tmp_path, [relation(1, members, restriction="no_left_turn")])
    assert targets(network, 1, 2) == {3, 4, 5}
    assert sum("ignored: 1" in notice for notice in lines_of(network.provenance.notices)) == 1


def test_a_way_that_was_not_split(tmp_path: Path) -> None:
    """Where the to way leaves in two directions, the value's word says which is meant."""
    ways: list[Way] = [([1, 2, 3], STREET), ([4, 2, 5], STREET)]
    network = network_of(tmp_path, [relation(1, via_node(1, 2), restriction="no_left_turn")], ways)
    assert targets(network, 1, 2) == {3, 5}
    network = network_of(tmp_path, [relation(1, via_node(1, 2), restriction="only_right_turn")], ways)
    assert targets(network, 1, 2) == {5}


def test_no_road_is_left_without_a_way_on(tmp_path: Path) -> None:
    """Where every turn is forbidden one turns back; where that is forbidden as well the end is left open; both are counted."""
    every = [relation(n, via_node(1, n), restriction="no_entry") for n in (2, 3, 4)]
    network = network_of(tmp_path, every)
    assert targets(network, 1, 2) == {1}
    assert "roads with every turn forbidden at their end, turned back on: 1" in lines_of(network.provenance.notices)
    one_way: list[Way] = [([1, 2], {**STREET, "oneway": "yes"}), *ARMS[1:]]
    network = network_of(tmp_path, every, one_way)
    assert targets(network, 1, 2) == {3, 4, 5}
    assert "roads with every turn forbidden at their end, left open: 1" in lines_of(network.provenance.notices)


def test_what_cannot_be_reached_any_more_is_dropped(tmp_path: Path) -> None:
    """A side street into which every turn is forbidden is no part of the network, nor of any junction."""
    nodes = {**CROSS, 6: (60.0, 120.0), 7: (0.0, 120.0)}
    ways: list[Way] = [*ARMS, ([7, 6], {"highway": "residential"})]
    ways[2] = ([2, 7, 4], STREET)
    closed = [relation(1, via_node(3, 5, node=7), restriction="no_entry")]
    network = network_of(tmp_path, closed, ways, nodes)
    assert 6 not in network.node_osm
    assert network.provenance.edges_dropped == 2


# via ways

BOX = {
    1: (0.0, 0.0), 2: (200.0, 0.0), 3: (0.0, 20.0), 4: (200.0, 20.0), 11: (-300.0, 0.0), 12: (500.0, 0.0), 13: (500.0, 20.0),
    14: (-300.0, 20.0), 5: (200.0, -300.0),
}  # fmt: skip
ONE = {"highway": "primary", "oneway": "yes"}
DUAL: list[Way] = [
    ([11, 1, 2], {**ONE, "name": "a"}), ([2, 12], {**ONE, "name": "b"}), ([13, 4], {**ONE, "name": "c"}),
    ([4, 3, 14], {**ONE, "name": "d"}), ([2, 4], {"highway": "tertiary"}), ([5, 2], {"highway": "tertiary", "name": "e"}),
]  # fmt: skip
"""Two carriageways joined by way 5 (from node 2 to node 4); way 6 comes from the south."""
VIA = [("way", 1, "from"), ("way", 5, "via"), ("way", 4, "to")]


def fastest(network: RoadNetwork, origin: int, destination: int) -> list[int]:
    """Return the edges of the fastest route; none where no way leads there."""
    return fastest_routes(network, network.edge_length_m, [origin], [destination]).of(0).tolist()


def drives(network: RoadNetwork, nodes: list[int]) -> bool:
    """Return whether the fastest route from the first edge to the last takes exactly these nodes."""
    course = [edge(network, u, v) for u, v in itertools.pairwise(nodes)]
    return fastest(network, course[0], course[-1]) == course


def test_no_u_turn_via_a_way(tmp_path: Path) -> None:
    """From way 1 over way 5 into way 4 is closed as a whole, while way 6 still leads over way 5 into way 4."""
    free = network_of(tmp_path, [], DUAL, BOX)
    assert drives(free, [11, 2, 4, 14])
    closed = network_of(tmp_path, [relation(1, VIA, restriction="no_u_turn")], DUAL, BOX)
    assert closed.forbidden_courses == ((edge(closed, 11, 2), edge(closed, 2, 4), edge(closed, 4, 14)),)
    assert not drives(closed, [11, 2, 4, 14])
    assert drives(closed, [5, 2, 4, 14])
    assert fastest(closed, edge(closed, 11, 2), edge(closed, 4, 14)) == []
    assert fastest(closed, edge(closed, 11, 2), edge(closed, 2, 4)) == [edge(closed, 11, 2), edge(closed, 2, 4)]


def test_only_via_a_way(tmp_path: Path) -> None:
    """only_* via way 5: who came from way 1 must go on into way 4 and may not turn elsewhere; others may."""
    nodes = {**BOX, 6: (200.0, 300.0)}
    ways: list[Way] = [*DUAL, ([4, 6], {"highway": "tertiary", "name": "f"})]
    free = network_of(tmp_path, [], ways, nodes)
    assert drives(free, [11, 2, 4, 6])
    bound = network_of(tmp_path, [relation(1, VIA, restriction="only_left_turn")], ways, nodes)
    assert not drives(bound, [11, 2, 4, 6])
    assert drives(bound, [11, 2, 4, 14])
    assert drives(bound, [5, 2, 4, 6])
    assert drives(bound, [11, 2, 12])


def test_forbidden_courses_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They come back from the cache as they were."""
    monkeypatch.setenv("TWIN_CACHE_DIR", str(tmp_path / "cache"))
    courses = network_of(tmp_path, [relation(1, VIA, restriction="no_u_turn")], DUAL, BOX).forbidden_courses
    assert len(courses) == 1
    load_network(tmp_path / "map.osm")
    assert load_network(tmp_path / "map.osm").forbidden_courses == courses


def test_huacheng() -> None:
    """The Huacheng extract: four ``only_straight_on`` hold, and no route turns round over the crossing's inner box."""
    file = EXTRACTS / "zhujiang_newtown_huacheng.osm"
    if not file.exists():
        pytest.skip(f"{file.name} is not part of the repository")
    network = load_network(file)
    assert len(network.forbidden_courses) == 4
    for origin, target in ((995559509, 995559505), (448786344, 995559509), (248407677, 457886991), (457886991, 995559507)):
        into = [e for e in np.flatnonzero(network.edge_way == origin) if target in network.edge_way[network.turns(int(e))]]
        assert into
        assert all(network.turns(int(e)).size == 1 for e in into)
    origins, destinations = (part.ravel() for part in np.indices((network.edge_count, network.edge_count)))
    routes = fastest_routes(network, network.edge_length_m, origins, destinations)
    for row in range(routes.count):
        taken = routes.of(row).tolist()
        assert not any(tuple(taken[i : i + 3]) in network.forbidden_courses for i in range(len(taken) - 2))


@st.composite
def turns_and_courses(draw: st.DrawFn) -> tuple[list[list[int]], list[tuple[int, ...]]]:
    """Draw a small graph of turns, and courses of three or four edges in it."""
    count = draw(st.integers(2, 5))
    turns = [sorted(draw(st.sets(st.integers(0, count - 1), max_size=3))) for _ in range(count)]
    walks = [(a, b, c) for a in range(count) for b in turns[a] for c in turns[b]]
    walks += [(*walk, d) for walk in walks for d in turns[walk[-1]]]
    chosen = draw(st.lists(st.sampled_from(walks), max_size=4, unique=True)) if walks else []
    return turns, chosen


@given(turns_and_courses())
def test_states_against_all_walks(case: tuple[list[list[int]], list[tuple[int, ...]]]) -> None:
    """The automaton takes exactly the walks of up to six edges that hold no forbidden course: enumerated one by one."""
    turns, courses = case
    offset = np.concatenate(([0], np.cumsum([len(after) for after in turns]))).astype(np.int32)
    states = turn_states(offset, np.array([b for after in turns for b in after], np.int32), courses)
    for start in range(len(turns)):
        walks, ways = {(start,)}, {((start,), start)}
        for _ in range(5):
            walks = {(*walk, after) for walk in walks for after in turns[walk[-1]]}
            walks = {walk for walk in walks if not any(walk[-len(course) :] == course for course in courses)}
            ways = {
                ((*walk, int(states.edge[after])), int(after))
                for walk, state in ways
                for after in states.following[states.offset[state] : states.offset[state + 1]]
            }
            assert {walk for walk, _ in ways} == walks
            assert len(ways) == len(walks)
