"""Three cities that nobody drew, as OpenStreetMap files: a grid, rings with radials, and an irregular one on a river.

    python benchmarks/generated_city.py FOLDER

The same bytes every time; without a folder it says what it would write. Positions are metres around a place in Guangzhou. The
cities hold what real maps hold and readers stumble over: dual carriageways, a roundabout, a viaduct with ramps, bridges, dead
ends, turn restrictions, odd tags.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from twin.rng import stream_key, uniforms

LAT_DEG, LON_DEG = 23.05, 113.40
METRES_PER_DEGREE = 111_195.0
SEED = 1

Tags = dict[str, str]


@dataclass
class City:
    """Nodes, ways and turn restrictions of a city under construction."""

    nodes: list[tuple[float, float, Tags]] = field(default_factory=list)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)
    restrictions: list[tuple[int, int, int, str]] = field(default_factory=list)
    """From way, via node, to way, value."""

    def node(self, x_m: float, y_m: float, **tags: str) -> int:
        """Add a node; return its number."""
        self.nodes.append((x_m, y_m, tags))
        return len(self.nodes)

    def way(self, nodes: Sequence[int], **tags: str) -> int:
        """Add a way; return its number."""
        self.ways.append((list(nodes), tags))
        return len(self.ways)

    def text(self) -> str:
        """Return OSM XML."""
        lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6" generator="guangzhou-twin">']
        for number, (x_m, y_m, tags) in enumerate(self.nodes, start=1):
            lat = LAT_DEG + y_m / METRES_PER_DEGREE
            lon = LON_DEG + x_m / (METRES_PER_DEGREE * math.cos(math.radians(LAT_DEG)))
            lines.append(f'<node id="{number}" lat="{lat:.7f}" lon="{lon:.7f}">{_tags(tags)}</node>')
        for number, (nodes, tags) in enumerate(self.ways, start=1):
            refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
            lines.append(f'<way id="{number}">{refs}{_tags(tags)}</way>')
        for number, (origin, via, target, value) in enumerate(self.restrictions, start=1):
            members = (
                f'<member type="way" ref="{origin}" role="from"/><member type="node" ref="{via}" role="via"/>'
                f'<member type="way" ref="{target}" role="to"/>'
            )
            tags = {"type": "restriction", "restriction": value}
            lines.append(f'<relation id="{number}">{members}{_tags(tags)}</relation>')
        return "\n".join([*lines, "</osm>", ""])


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def _draw(name: str, count: int) -> np.ndarray:
    """Return (count, 4) uniform numbers of a named stream."""
    return np.asarray(uniforms(stream_key(SEED, "benchmarks/generated_city", name), np.arange(count, dtype=np.int64)))


def grid_city() -> City:
    """Return 13 x 13 streets 250 m apart; every fourth is an arterial of two carriageways, signals where these cross."""
    city = City()
    lines: list[tuple[float, str, Tags]] = []
    for number in range(13):
        at_m = (number - 6) * 250.0
        if number % 4 == 2:
            arterial = {"highway": "primary", "lanes": "3", "maxspeed": "60", "oneway": "yes"}
            lines += [(at_m - 10.0, "low", arterial), (at_m + 10.0, "high", arterial)]
        else:
            lines.append((at_m, "both", {"highway": "tertiary" if number % 2 else "residential", "lanes": "2"}))
    crossing = {}
    for (row, (y_m, kind_y, _)), (column, (x_m, kind_x, _)) in itertools.product(enumerate(lines), enumerate(lines)):
        signals = {"highway": "traffic_signals"} if "both" not in (kind_x, kind_y) else {}
        crossing[row, column] = city.node(x_m, y_m, **signals)
    for index, (at_m, kind, tags) in enumerate(lines):
        east = [city.node(-1700.0, at_m), *(crossing[index, column] for column in range(len(lines))), city.node(1700.0, at_m)]
        north = [city.node(at_m, -1700.0), *(crossing[row, index] for row in range(len(lines))), city.node(at_m, 1700.0)]
        # right-hand traffic: the southern carriageway leads east, the western one south
        city.way(east[::-1] if kind == "high" else east, name=f"东西{index}路", **tags)
        city.way(north[::-1] if kind == "low" else north, name=f"南北{index}路", **tags)
    return city


def ring_city() -> City:
    """Return a roundabout, two rings and ten radials, under a motorway ring on a viaduct with ramps at every other radial."""
    city = City()
    radials = 10
    radii_m = (40.0, 600.0, 1300.0, 1700.0, 2300.0, 2700.0)

    def at(radius_m: float, turn: float, **tags: str) -> int:
        angle = 2.0 * math.pi * turn / radials
        return city.node(radius_m * math.cos(angle), radius_m * math.sin(angle), **tags)

    signal = {"highway": "traffic_signals"}
    cross = [
        [at(radius_m, k, **(signal if radius_m in (600.0, 1300.0) else {})) for radius_m in radii_m] for k in range(radials)
    ]
    rings: tuple[tuple[int, Tags], ...] = (
        (0, {"highway": "secondary", "junction": "roundabout", "lanes": "2"}),
        (1, {"highway": "secondary", "lanes": "4"}),
        (2, {"highway": "primary", "lanes": "6", "lanes:psv": "2"}),
        (3, {"highway": "residential"}),
    )
    for ring, tags in rings:
        around: list[int] = []
        for k in range(radials):
            around += [cross[k][ring], *(at(radii_m[ring], k + part) for part in (0.25, 0.5, 0.75))]
        city.way([*around, around[0]], name=f"{ring}环路", **tags)
    for k in range(radials):
        city.way(cross[k], name=f"放射{k}路", highway="tertiary" if k % 2 else "primary", maxspeed="50 km/h;40")
    for radius_m, forward in ((1990.0, False), (2010.0, True)):
        steps = [index / 4.0 for index in range(4 * radials)]
        around = [at(radius_m, turn) for turn in steps]
        motorway = {"highway": "motorway", "bridge": "viaduct", "layer": "1", "lanes": "3", "maxspeed": "80"}
        city.way([*around, around[0]] if forward else [*around, around[0]][::-1], name="外环高速", **motorway)
        for k in range(0, radials, 2):
            ramp = {"highway": "motorway_link", "oneway": "yes"}
            ground = cross[k][4] if forward else cross[k][3]
            off, on = around[(4 * k - 2) % len(around)], around[(4 * k + 2) % len(around)]
            first, last = (off, on) if forward else (on, off)
            city.way([first, ground], **ramp)
            city.way([ground, last], **ramp)
    return city


def river_city() -> City:
    """Return a crooked net on both banks of a river with three bridges: streets missing, dead ends, odd tags, restrictions."""
    city = City()
    size, step_m = 16, 210.0
    jitter = _draw("jitter", size * size)
    node = {}
    for row, column in itertools.product(range(size), range(size)):
        u = jitter[row * size + column]
        bank_m = 160.0 if row >= size // 2 else -160.0
        x_m = (column - size / 2) * step_m + 90.0 * (u[0] - 0.5)
        y_m = (row - size / 2) * step_m + 90.0 * (u[1] - 0.5) + bank_m + 80.0 * math.sin(column / 3.0)
        main = row % 5 == 2 and column % 5 == 2
        node[row, column] = city.node(x_m, y_m, **({"highway": "traffic_signals"} if main else {}))
    along = _streets(city, node, size, lambda row, k: (row, k), "横")
    across = _streets(city, node, size, lambda column, k: (k, column), "纵")
    for (row, column), u in zip(node, _draw("restriction", size * size), strict=True):
        pair = along.get((row, column)), across.get((column, row))
        if pair[0] and pair[1] and u[0] < 0.15:
            value = ("no_left_turn", "no_right_turn", "only_straight_on", "no_u_turn")[int(u[1] * 4.0)]
            city.restrictions.append((pair[0], node[row, column], pair[1], value))
    return city


_ODD: tuple[Tags, ...] = (
    {"lanes": "2;3"}, {"lanes": "2.5"}, {"lanes": "abc"}, {"maxspeed": "60 km/h;none"}, {"maxspeed": "CN:urban"},
    {"maxspeed": "35 mph"}, {"maxspeed": "walk"}, {"oneway": "reversible"}, {"lanes:forward": "2"}, {"access": "private"},
    {"motor_vehicle": "no"}, {"width": "7'"}, {"layer": "x", "bridge": "yes"}, {"maxspeed:conditional": "30 @ (22:00-06:00)"},
)  # fmt: skip


def _streets(
    city: City, node: dict[tuple[int, int], int], size: int, place: Callable[[int, int], tuple[int, int]], word: str
) -> dict[tuple[int, int], int]:
    """Add the streets of one direction, in pieces; return the way that ends at each (street, crossing)."""
    ends = {}
    for street in range(size):
        u = _draw(f"{word}{street}", size)
        main = street % 5 == 2
        for k in range(size - 1):
            a, b = place(street, k), place(street, k + 1)
            over_river = (a[0] < size // 2) != (b[0] < size // 2)
            if over_river and not main:
                continue
            if not main and u[k, 0] < 0.12:
                continue  # a gap: dead ends and odd blocks
            tags = {"highway": ("primary" if street == 7 else "secondary") if main else "residential"}
            tags |= {"bridge": "yes", "layer": "1"} if over_river else {}
            tags |= _ODD[int(u[k, 2] * len(_ODD))] if u[k, 1] < 0.12 and not over_river else {}
            if not main and u[k, 1] > 0.9:
                tags["oneway"] = "-1" if u[k, 3] < 0.5 else "yes"
            ends[street, k + 1] = city.way([node[a], node[b]], name=f"{word}{street}街", **tags)
    return ends


CITIES: dict[str, Callable[[], City]] = {"grid": grid_city, "rings": ring_city, "river": river_city}


def main(arguments: list[str]) -> None:
    """Write the three cities into a folder."""
    for name, build in CITIES.items():
        city = build()
        print(f"{name}: {len(city.nodes)} nodes, {len(city.ways)} ways, {len(city.restrictions)} turn restrictions")
        if arguments:
            folder = Path(arguments[0])
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.osm").write_text(city.text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
