"""Build ``tianhe_cbd.osm`` (OSM XML 0.6) from the tables in ``src/``: ``python maps/build_tianhe_cbd.py [--huanan] [OUTPUT]``.

``--huanan`` builds ``tianhe_huanan.osm``: the same with the expressway past its east, for Huanan Bridge. The same tables give
the same bytes. What is added to the tables is tagged ``note=assumption...`` and listed in ``NOTES.md``.
"""

from __future__ import annotations

import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

from twin.roadnet.defaults import RANKS
from twin.roadnet.movements import Leg, Movement, crossings

HERE = Path(__file__).parent
SOURCES = HERE / "src"

LAT_0 = 23.1205
LON_0 = 113.3192
M_PER_DEG_LAT = 110574.0
M_PER_DEG_LON = math.cos(math.radians(LAT_0)) * 111320.0
"""The projection of the tables, as their headers state it."""

LICENCE = (
    'copyright="OpenStreetMap and contributors" attribution="http://www.openstreetmap.org/copyright" '
    'license="http://opendatacommons.org/licenses/odbl/1-0/"'
)

NODE_BASE, SHAPE_BASE, POINT_BASE, OUTLINE_BASE = 1_000_000, 2_000_000, 3_000_000, 4_000_000
WAY_BASE, CLOSURE_BASE, BUILDING_BASE, EXPRESSWAY_BASE = 1_000_000, 2_000_000, 3_000_000, 4_000_000
EXPRESSWAY_NODES = 90_000
"""Nodes of the table are numbered below; those of the expressway from here."""
"""Ids are the tables' row or node numbers from these bases: they are this map's own, not OpenStreetMap's."""

SAME_NODE = {1467: 604}
"""The edge 1467-604 has no length: one node."""

REPAIRS = {"roundabout": "a closed one-way ring", "one_way_back": "one-way, beside the other carriageway"}


EXPRESSWAYS = ("motorway", "trunk")
"""Their main carriageways are crossed on other levels."""

XY = tuple[float, float]
Tags = dict[str, str]


@dataclass(slots=True)
class Road:
    """One row of the road table or one closure."""

    id: int
    a: int
    b: int
    highway: str
    forward: int
    backward: int
    points: list[XY]
    tags: Tags


@dataclass(slots=True)
class Map:
    """What is written: nodes by id, ways by id."""

    nodes: dict[int, tuple[XY, Tags]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], Tags]] = field(default_factory=dict)


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table of ``src/`` by column name; lines that begin with # are its header."""
    lines = [line for line in (SOURCES / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    columns = lines[0].split("\t")
    for line in lines[1:]:
        yield dict(zip(columns, line.split("\t"), strict=True))


def parse_points(text: str, separator: str = " ") -> list[XY]:
    """Return the points of ``x,y x,y ...``."""
    points = [(float(x), float(y)) for x, y in (point.split(",") for point in text.split(separator))]
    return [points[0], *(b for a, b in pairwise(points) if a != b)]


def to_metres(lat: float, lon: float) -> XY:
    """Return the metres of the tables for a point in WGS-84."""
    return (lon - LON_0) * M_PER_DEG_LON, (lat - LAT_0) * M_PER_DEG_LAT


def read_roads() -> list[Road]:
    """Return the rows of the road table."""
    roads = []
    repairs = {int(row["row"]): row["repair"] for row in rows("repairs.tsv")}
    for number, row in enumerate(rows("tianhe_cbd_roads.tsv")):
        a, b = (SAME_NODE.get(int(row[end]), int(row[end])) for end in ("a", "b"))
        points = parse_points(row["points_m"])
        if a == b and len(points) == 1:
            continue
        forward, backward = int(row["lanes_fwd"]), int(row["lanes_back"])
        width_m, repair = float(row["width_m"]), repairs.get(number)
        if repair == "one_way_back":
            a, b, points, width_m, forward, backward = b, a, points[::-1], width_m / 2.0, backward, 0
        tags = {"highway": row["highway"], **lane_tags(forward, backward), "width": f"{width_m:g}"}
        if row["name"] != "-":
            tags["name"] = row["name"]
        if row["bridge"] == "1":
            tags |= {"bridge": "yes", "layer": "1"}
        if repair == "roundabout":
            tags["junction"] = "roundabout"
        if repair:
            tags["note"] = f"assumption: {REPAIRS[repair]}"
        roads.append(Road(WAY_BASE + number, a, b, row["highway"], forward, backward, points, tags))
    return roads


def lane_tags(forward: int, backward: int) -> Tags:
    """Return the lane tags as mappers write them."""
    if not backward:
        return {"oneway": "yes", "lanes": str(forward)}
    return {"lanes": str(forward + backward), "lanes:forward": str(forward), "lanes:backward": str(backward)}


def read_closures(place: dict[int, XY]) -> list[Road]:
    """Return the links that the road table leaves out."""
    roads = []
    for number, row in enumerate(rows("closures.tsv")):
        a, b = int(row["a"]), int(row["b"])
        via = [] if row["via"] == "-" else parse_points(row["via"], ";")
        kind = "tunnel" if int(row["layer"]) < 0 else "bridge"
        tags = {"highway": row["highway"], **lane_tags(int(row["lanes"]), 0), kind: "yes", "layer": row["layer"]}
        if row["name"] != "-":
            tags["name"] = row["name"]
        tags["note"] = f"assumption: {row['why']}"
        points = [place[a], *via, place[b]]
        roads.append(Road(CLOSURE_BASE + number, a, b, row["highway"], int(row["lanes"]), 0, points, tags))
    return roads


HALF_APART_M, EXPRESSWAY_LANES = 8.0, 3
"""Assumption: carriageways of three lanes and a hard shoulder, with a barrier between them."""


def read_expressway() -> list[Road]:
    """Return the carriageways of the expressway, drawn to the right of its centreline each way, cut at the bridge's ends."""
    middle = [to_metres(float(row["lat"]), float(row["lon"])) for row in rows("huanan.tsv")]
    ahead = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(middle)]
    aside = []
    for before, after in zip([ahead[0], *ahead], [*ahead, ahead[-1]], strict=True):
        dx, dy = (after[i] / math.hypot(*after) + before[i] / math.hypot(*before) for i in (0, 1))
        aside.append((dy / math.hypot(dx, dy), -dx / math.hypot(dx, dy)))
    roads: list[Road] = []
    tags = {"highway": "motorway", **lane_tags(EXPRESSWAY_LANES, 0), "name": "华南快速干线", "bridge": "yes", "layer": "1"}
    tags["note"] = "assumption: lanes, width between carriageways, viaduct"
    for side in (1.0, -1.0):
        line = [
            (x + side * HALF_APART_M * ax, y + side * HALF_APART_M * ay) for (x, y), (ax, ay) in zip(middle, aside, strict=True)
        ]
        if side < 0.0:
            line.reverse()
        for a, b in pairwise(range(len(line))):
            number = len(roads)
            first = EXPRESSWAY_NODES + (0 if side > 0.0 else len(line))
            points = [line[a], line[b]]
            roads.append(Road(EXPRESSWAY_BASE + number, first + a, first + b, "motorway", EXPRESSWAY_LANES, 0, points, tags))
    return roads


def add_roads(osm: Map, *, huanan: bool) -> list[Road]:
    """Add roads; a node has the place at which the table first has it (six rows differ by a metre)."""
    roads = read_roads() + (read_expressway() if huanan else [])
    place: dict[int, XY] = {}
    for road in roads:
        place.setdefault(road.a, road.points[0])
        place.setdefault(road.b, road.points[-1])
    roads += read_closures(place)
    for node in sorted(place):
        osm.nodes[NODE_BASE + node] = (place[node], {})
    shape = SHAPE_BASE
    for road in roads:
        inner = range(shape, shape + len(road.points) - 2)
        shape = inner.stop
        for node, point in zip(inner, road.points[1:-1], strict=True):
            osm.nodes[node] = (point, {})
        osm.ways[road.id] = ([NODE_BASE + road.a, *inner, NODE_BASE + road.b], road.tags)
    return roads


def legs_by_node(roads: list[Road]) -> dict[int, list[Leg]]:
    """Return the legs of every node; a leg's edge is twice the road's index, plus one against its drawing direction."""
    legs: dict[int, list[Leg]] = defaultdict(list)
    for index, road in enumerate(roads):
        for node, here, there, at_start in (
            (road.a, road.points[0], road.points[1], True),
            (road.b, road.points[-1], road.points[-2], False),
        ):
            angle = math.atan2(there[1] - here[1], there[0] - here[0])
            for reverse, lanes in enumerate((road.forward, road.backward)):
                if lanes:
                    partner = 2 * index + 1 - reverse if road.backward else -1
                    legs[node].append(Leg(2 * index + reverse, angle, at_start == bool(reverse), partner))
    return legs


def ranks(movement: Movement, roads: list[Road]) -> tuple[int, bool]:
    """Return the lower rank of a movement's two roads (0 = motorway) and whether one of them is a ramp."""
    classes = [roads[leg.edge // 2].highway for leg in (movement.origin, movement.target)]
    return max(RANKS.index(name.removesuffix("_link")) for name in classes), any(name.endswith("_link") for name in classes)


def is_signalised(a: Movement, b: Movement, roads: list[Road]) -> bool:
    """Return whether two crossing movements want a signal.

    They do where a road of tertiary class or higher is crossed by another or its ramp, and where one of secondary class or
    higher is crossed by any street: at Guangzhou's arterials the median is closed where there is no signal.
    """
    (rank_a, ramp_a), (rank_b, ramp_b) = ranks(a, roads), ranks(b, roads)
    arterial = RANKS.index("secondary")
    if max(rank_a, rank_b) <= RANKS.index("tertiary"):
        return not (ramp_a and ramp_b)
    return (rank_a <= arterial and not ramp_a) or (rank_b <= arterial and not ramp_b)


def add_signals(osm: Map, roads: list[Road]) -> int:
    """Put signals on nodes where streams cross that want one; roundabouts and expressways have none."""
    count = 0
    for node, legs in sorted(legs_by_node(roads).items()):
        meeting = [roads[leg.edge // 2] for leg in legs]
        if any(road.tags.get("junction") == "roundabout" or road.highway in EXPRESSWAYS for road in meeting):
            continue
        if any(is_signalised(a, b, roads) for a, b in crossings(legs)):
            note = "assumption: main roads cross here"
            osm.nodes[NODE_BASE + node][1].update({"highway": "traffic_signals", "note": note})
            count += 1
    return count


def polygon_area_m2(points: list[XY]) -> float:
    """Return the area of an outline (shoelace formula)."""
    closed = [*points, points[0]]
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(closed))) / 2.0


def add_buildings(osm: Map) -> list[tuple[XY, float, float, str]]:
    """Add outlines with heights; return centre, footprint, height and name of each."""
    out = []
    outline = OUTLINE_BASE
    for number, row in enumerate(rows("tianhe_cbd_buildings.tsv")):
        points = parse_points(row["polygon"])
        if points[0] == points[-1]:
            points.pop()
        ids = list(range(outline, outline + len(points)))
        outline += len(points)
        osm.nodes |= {node: (point, {}) for node, point in zip(ids, points, strict=True)}
        tags = {"building": "yes", "height": row["height_m"]}
        if row["name"] != "-":
            tags["name"] = row["name"]
        osm.ways[BUILDING_BASE + number] = ([*ids, ids[0]], tags)
        centre = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        out.append((centre, polygon_area_m2(points), float(row["height_m"]), tags.get("name", "")))
    return out


POINT_TAGS: dict[str, Tags] = {
    "bus_stop": {"highway": "bus_stop", "public_transport": "platform"},
    "subway_entrance": {"railway": "subway_entrance"},
    "mall": {"shop": "mall"},
    "hospital": {"amenity": "hospital"},
    "charging": {"amenity": "charging_station"},
    "fuel": {"amenity": "fuel"},
    "logistics": {"amenity": "parcel_locker"},
}

BAYS_PER_100_M2 = 0.8
"""Assumption: about the order of Guangzhou's minimum for offices and shops, bays per 100 m2 of floor."""
STOREY_M = 4.0
"""Assumption: storey height of office towers and malls, metres."""
LARGEST_CAR_PARK = 1500
SMALLEST_CAR_PARK = 60
BUILDING_CAR_PARKS = 60
MALL_BAYS = 500
"""Assumption: an indoor mall whose outline is not in the table."""
APART_M = 80.0
"""Car parks nearer than this to one another are one."""


def add_points(osm: Map) -> list[tuple[XY, str]]:
    """Add points of interest; return the malls and hospitals."""
    wanted = []
    for number, row in enumerate(rows("tianhe_cbd_pois.tsv")):
        place = to_metres(float(row["lat"]), float(row["lon"]))
        tags = dict(POINT_TAGS[row["kind"]])
        if row["name"] not in ("", "-"):
            tags["name"] = row["name"]
        tags["ref:osm"] = row["osm_id"]
        osm.nodes[POINT_BASE + number] = (place, tags)
        if row["kind"] in ("mall", "hospital"):
            wanted.append((place, tags.get("name", "")))
    return wanted


def add_car_parks(osm: Map, buildings: list[tuple[XY, float, float, str]], malls: list[tuple[XY, str]]) -> int:
    """Add a car park at the buildings with the most floor, and at malls and hospitals, at least APART_M from one another."""
    by_floor = sorted(buildings, key=lambda b: (-b[1] * b[2], b[0]))[:BUILDING_CAR_PARKS]
    wanted = []
    for centre, area, height, name in by_floor:
        bays = round(area * max(1.0, height / STOREY_M) / 100.0 * BAYS_PER_100_M2, -1)
        wanted.append((centre, name, int(min(LARGEST_CAR_PARK, max(SMALLEST_CAR_PARK, bays)))))
    wanted += [(place, name, MALL_BAYS) for place, name in malls]
    placed: list[XY] = []
    for place, name, bays in wanted:
        if any(math.dist(place, other) < APART_M for other in placed):
            continue
        tags = {"amenity": "parking", "parking": "underground", "capacity": str(bays), "note": "assumption: floor area"}
        if name:
            tags["name"] = f"{name}停车场" if re.search("[\u4e00-\u9fff]", name) else f"{name} car park"
        osm.nodes[POINT_BASE + 100_000 + len(placed)] = (place, tags)
        placed.append(place)
    return len(placed)


def write(osm: Map, output: Path) -> None:
    """Write OSM XML, ids ascending; degrees with seven decimals (a centimetre)."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<osm version="0.6" generator="build_tianhe_cbd.py" {LICENCE}>',
        "  <!-- (c) OpenStreetMap contributors, ODbL 1.0. Snapshot of 2026-09-28, see src/ and NOTES.md; ids are its own. -->",
    ]
    for node, ((x, y), tags) in sorted(osm.nodes.items()):
        lat, lon = LAT_0 + y / M_PER_DEG_LAT, LON_0 + x / M_PER_DEG_LON
        lines += element(f'  <node id="{node}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"', "node", [], tags)
    for way, (nodes, tags) in sorted(osm.ways.items()):
        lines += element(f'  <way id="{way}" version="1"', "way", nodes, tags)
    lines.append("</osm>")
    output.write_bytes(("\n".join(lines) + "\n").encode())


def element(opening: str, kind: str, nodes: list[int], tags: Tags) -> Iterator[str]:
    """Yield the lines of one element."""
    if not nodes and not tags:
        yield f"{opening}/>"
        return
    yield f"{opening}>"
    yield from (f'    <nd ref="{node}"/>' for node in nodes)
    yield from (f"    <tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in sorted(tags.items()))
    yield f"  </{kind}>"


def build(output: Path, *, huanan: bool = False) -> str:
    """Write the map; return one line that says what is in it."""
    osm = Map()
    roads = add_roads(osm, huanan=huanan)
    signals = add_signals(osm, roads)
    malls = add_points(osm)
    car_parks = add_car_parks(osm, add_buildings(osm), malls)
    write(osm, output)
    return f"{output.name}: {len(roads)} roads, {signals} signal nodes, {car_parks} car parks, {len(osm.nodes)} nodes"


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--huanan"]
    expressway = "--huanan" in sys.argv
    usual = HERE / ("tianhe_huanan.osm" if expressway else "tianhe_cbd.osm")
    print(build(Path(given[0]) if given else usual, huanan=expressway))
