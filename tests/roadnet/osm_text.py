"""Small maps for the tests: nodes in metres around a place in Guangzhou, ways by their nodes."""

from __future__ import annotations

import math
from pathlib import Path
from xml.sax.saxutils import quoteattr

LAT, LON = 23.12, 113.32
"""Where x = y = 0 is."""

_METRES_PER_DEGREE = 111_000.0

Way = tuple[list[int], dict[str, str]]


def osm_text(nodes: dict[int, tuple[float, float]], ways: list[Way], node_tags: dict[int, dict[str, str]] | None = None) -> str:
    """Return OSM XML; ways are numbered from 1."""
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6">']
    for node, (x_m, y_m) in nodes.items():
        lat, lon = LAT + y_m / _METRES_PER_DEGREE, LON + x_m / (_METRES_PER_DEGREE * math.cos(math.radians(LAT)))
        lines.append(f'<node id="{node}" lat="{lat:.8f}" lon="{lon:.8f}">{_tags((node_tags or {}).get(node, {}))}</node>')
    for number, (refs, tags) in enumerate(ways, start=1):
        lines.append(f'<way id="{number}">{"".join(f"<nd ref={quoteattr(str(ref))}/>" for ref in refs)}{_tags(tags)}</way>')
    return "\n".join([*lines, "</osm>"])


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def write_map(
    folder: Path,
    nodes: dict[int, tuple[float, float]],
    ways: list[Way],
    node_tags: dict[int, dict[str, str]] | None = None,
) -> Path:
    """Write a map into ``folder`` and return its path."""
    file = folder / "map.osm"
    file.write_text(osm_text(nodes, ways, node_tags), encoding="utf-8")
    return file


def dual_crossing() -> tuple[dict[int, tuple[float, float]], list[Way]]:
    """Return two dual carriageways that cross: four core nodes (1-4), eight ends, a slip lane from 21 to 22."""
    nodes = {
        1: (-10.0, -10.0), 2: (10.0, -10.0), 3: (10.0, 10.0), 4: (-10.0, 10.0),
        11: (-300.0, -10.0), 12: (300.0, -10.0), 13: (300.0, 10.0), 14: (-300.0, 10.0),
        15: (-10.0, 300.0), 16: (-10.0, -300.0), 17: (10.0, -300.0), 18: (10.0, 300.0),
        21: (-55.0, -10.0), 22: (-10.0, -55.0),
    }  # fmt: skip
    east_west = {"highway": "primary", "name": "东西路", "oneway": "yes", "lanes": "3"}
    north_south = {"highway": "secondary", "name": "南北路", "oneway": "yes", "lanes": "2"}
    ways = [
        ([11, 21, 1, 2, 12], east_west),
        ([13, 3, 4, 14], east_west),
        ([15, 4, 1, 22, 16], north_south),
        ([17, 2, 3, 18], north_south),
        ([21, 22], {"highway": "primary_link", "oneway": "yes"}),
    ]
    return nodes, ways
