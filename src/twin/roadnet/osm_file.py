"""Reading OSM XML: nodes, ways and building relations, with errors that say what to do."""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from twin.errors import MapError

_REMEDY = "Get it again as OSM XML (.osm), for example with JOSM or from the Overpass API (out meta)."


@dataclass(frozen=True, slots=True)
class Way:
    """A way, or the part of one that the file holds, with at least two nodes."""

    number: int
    nodes: tuple[int, ...]
    tags: dict[str, str]


@dataclass(slots=True)
class OsmFile:
    """What an OSM XML file holds."""

    sha256: str = ""
    place: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Longitude and latitude of every node."""
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    """Tags of the nodes that have some."""
    ways: list[Way] = field(default_factory=list)
    outlines: list[tuple[tuple[int, ...], dict[str, str]]] = field(default_factory=list)
    """Outer ways of multipolygon buildings, by way number, with the relation's tags."""


def read_osm_file(path: Path) -> OsmFile:
    """Return the content of ``path``; raise MapError when it is missing or no OSM XML."""
    content = read_bytes(path)
    osm = OsmFile(sha256=hashlib.sha256(content).hexdigest())
    try:
        elements = ET.iterparse(BytesIO(content), events=("start", "end"))  # noqa: S314  (a user's own file)
        for element in _top_level(elements, path):
            _take(element, osm)
            element.clear()
    except ET.ParseError as error:
        what = "is empty" if not content.strip() else f"is not well-formed XML or is cut short ({error})"
        raise MapError(f"{path}: the map {what}. {_REMEDY}") from error
    except (KeyError, ValueError) as error:
        raise MapError(f"{path}: an element lacks or garbles an attribute ({error!r}). {_REMEDY}") from error
    _drop_unknown_nodes(osm)
    return osm


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a map file; raise MapError when that cannot be done."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise MapError(f"{path}: there is no such map file. Check the key 'map' (relative to the scenario file).") from None
    except OSError as error:
        raise MapError(f"{path}: the map file cannot be read ({error.strerror}). Check its path and permissions.") from error


def _top_level(events: Iterator[tuple[str, ET.Element]], path: Path) -> Iterator[ET.Element]:
    depth = 0
    for event, element in events:
        if event == "start":
            if depth == 0 and element.tag != "osm":
                raise MapError(f"{path}: the file is XML, but its root is <{element.tag}>, not <osm>. {_REMEDY}")
            depth += 1
        else:
            depth -= 1
            if depth == 1:
                yield element


def _take(element: ET.Element, osm: OsmFile) -> None:
    if element.get("action") == "delete" or element.get("visible") == "false":
        return
    tags = {tag.attrib["k"]: tag.attrib["v"] for tag in element.iterfind("tag")}
    if element.tag == "node":
        number = int(element.attrib["id"])
        osm.place[number] = (float(element.attrib["lon"]), float(element.attrib["lat"]))
        if tags:
            osm.node_tags[number] = tags
    elif element.tag == "way":
        nodes = tuple(int(nd.attrib["ref"]) for nd in element.iterfind("nd"))
        osm.ways.append(Way(int(element.attrib["id"]), nodes, tags))
    elif element.tag == "relation" and "building" in tags:
        outer = tuple(
            int(member.attrib["ref"])
            for member in element.iterfind("member")
            if member.get("type") == "way" and member.get("role") in ("outer", "outline", "")
        )
        osm.outlines.append((outer, tags))


def _drop_unknown_nodes(osm: OsmFile) -> None:
    """Cut ways at nodes that a clipped file does not hold, drop repeated nodes; order ways by number."""
    ways = []
    for way in sorted(osm.ways, key=lambda way: way.number):
        runs: list[list[int]] = [[]]
        for node in way.nodes:
            if node not in osm.place:
                runs.append([])
            elif runs[-1][-1:] != [node]:
                runs[-1].append(node)
        ways += [Way(way.number, tuple(run), way.tags) for run in runs if len(run) >= 2]
    osm.ways = ways
