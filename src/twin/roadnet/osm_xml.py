"""OSM XML, by pieces of its text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar, cast

from twin.messages import say
from twin.roadnet.osm_elements import MapFault, Member, OsmFile, Relation

Number = TypeVar("Number", int, float)


def read_xml(pieces: Iterable[bytes]) -> OsmFile:
    """Return what the XML holds; raise MapFault when it is no OSM XML or is cut short."""
    osm = OsmFile()
    try:
        for element in _top_level(pieces):
            _take(element, osm)
            element.clear()
    except ET.ParseError as error:
        raise MapFault(say("map.xml_damaged", detail=error)) from error
    except (LookupError, ValueError) as error:  # the encoding that the XML declares
        raise MapFault(say("map.xml_text", detail=error)) from error
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
                        raise MapFault(say("map.xml_root", tag=element.tag))
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
    tags = {_text(tag, "k"): _text(tag, "v") for tag in element.iterfind("tag")}
    number = _number(element, "id", int)
    if element.tag == "node":
        osm.add_node(number, _number(element, "lon", float), _number(element, "lat", float), tags)
    elif element.tag == "way":
        osm.add_way(number, tuple(_number(nd, "ref", int) for nd in element.iterfind("nd")), tags)
    else:
        members = tuple(
            Member(member.get("type", ""), _number(member, "ref", int), member.get("role", ""))
            for member in element.iterfind("member")
        )
        osm.add_relation(Relation(number, members, tags))


def _text(element: ET.Element, name: str) -> str:
    text = element.get(name)
    if text is None:
        owner = say("map.xml_owner", number=element.get("id")) if "id" in element.attrib else ""
        raise MapFault(say("map.xml_lacks", tag=element.tag, owner=owner, name=name))
    return text


def _number(element: ET.Element, name: str, convert: Callable[[str], Number]) -> Number:
    text = _text(element, name)
    try:
        return convert(text)
    except ValueError:
        raise MapFault(say("map.xml_number", tag=element.tag, name=name, found=text[:40])) from None
