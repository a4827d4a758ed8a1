"""OSM XML, by pieces of its text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from typing import cast

from twin.roadnet.osm_elements import MapFault, Member, OsmFile, Relation


def read_xml(pieces: Iterable[bytes]) -> OsmFile:
    """Return what the XML holds; raise MapFault when it is no OSM XML or is cut short."""
    osm = OsmFile()
    try:
        for element in _top_level(pieces):
            _take(element, osm)
            element.clear()
    except ET.ParseError as error:
        raise MapFault(f"the map is not well-formed XML or is cut short ({error})") from error
    except (LookupError, ValueError) as error:
        raise MapFault(f"an element lacks or garbles an attribute ({error!r})") from error
    return osm


def _top_level(pieces: Iterable[bytes]) -> Iterator[ET.Element]:
    """Yield the elements below the root, each when it is complete."""
    parser: ET.XMLPullParser[ET.Element] = ET.XMLPullParser(events=("start", "end"))
    depth = 0
    root: ET.Element | None = None
    for piece in _then_close(pieces, parser):
        if piece:
            parser.feed(piece)
        for event, element in cast("Iterator[tuple[str, ET.Element]]", parser.read_events()):
            if event == "start":
                if depth == 0:
                    root = element
                    if element.tag != "osm":
                        raise MapFault(f"the file is XML, but its root is <{element.tag}>, not <osm>")
                depth += 1
            else:
                depth -= 1
                if depth == 1 and root is not None:
                    yield element
                    root.clear()


def _then_close(pieces: Iterable[bytes], parser: ET.XMLPullParser[ET.Element]) -> Iterator[bytes]:
    for piece in pieces:
        for begin in range(0, len(piece), 1 << 16):
            yield piece[begin : begin + (1 << 16)]
    parser.close()
    yield b""


def _take(element: ET.Element, osm: OsmFile) -> None:
    if element.get("action") == "delete" or element.get("visible") == "false":
        return
    if element.tag not in ("node", "way", "relation"):
        return
    tags = {tag.attrib["k"]: tag.attrib["v"] for tag in element.iterfind("tag")}
    number = int(element.attrib["id"])
    if element.tag == "node":
        osm.add_node(number, float(element.attrib["lon"]), float(element.attrib["lat"]), tags)
    elif element.tag == "way":
        osm.add_way(number, tuple(int(nd.attrib["ref"]) for nd in element.iterfind("nd")), tags)
    else:
        members = tuple(
            Member(member.get("type", ""), int(member.attrib["ref"]), member.get("role", ""))
            for member in element.iterfind("member")
        )
        osm.add_relation(Relation(number, members, tags))
