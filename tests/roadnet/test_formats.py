"""OSM XML, gzip, bzip2 and PBF give the same network; what is damaged, foreign or too large is one MapError."""

from __future__ import annotations

import bz2
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import osmium
import pytest
from osm_text import dual_crossing, osm_text

from twin.errors import MapError
from twin.roadnet import osm_elements, osm_file
from twin.roadnet.osm import read_osm
from twin.roadnet.osm_file import read_osm_file
from twin.roadnet.road_network import lines_of

ROAD = '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>'


def small_map() -> str:
    """Return a map with a restriction, a building of a relation, tags in Chinese and a road that is clipped."""
    nodes, ways = dual_crossing()
    nodes |= {70: (50.0, 50.0), 71: (60.0, 50.0), 72: (60.0, 60.0)}
    ways += [([70, 71, 72, 70], {}), ([12, 99], {"highway": "residential"}), ([14, 98, 11], {"highway": "residential"})]
    relations = (
        '<relation id="1"><member type="way" ref="1" role="from"/><member type="node" ref="2" role="via"/>'
        '<member type="way" ref="4" role="to"/><tag k="type" v="restriction"/>'
        '<tag k="restriction" v="no_left_turn"/></relation>'
        '<relation id="2"><member type="way" ref="6" role="outer"/><tag k="building" v="yes"/></relation>'
    )
    return osm_text(nodes, ways, {1: {"highway": "traffic_signals"}}).replace("</osm>", f"{relations}</osm>")


def to_pbf(text: str, file: Path) -> None:
    """Write OSM XML as PBF."""
    writer = osmium.SimpleWriter(str(file))
    for element in osmium.FileProcessor(osmium.io.FileBuffer(text.encode(), "osm")):
        writer.add(element)
    writer.close()


@pytest.fixture
def packed(tmp_path: Path) -> dict[str, Path]:
    """Return the small map in every format."""
    text = small_map().encode()
    files = {form: tmp_path / f"map.{form}" for form in ("osm", "osm.gz", "osm.bz2", "osm.pbf")}
    files["osm"].write_bytes(text)
    files["osm.gz"].write_bytes(gzip.compress(text))
    files["osm.bz2"].write_bytes(bz2.compress(text))
    to_pbf(small_map(), files["osm.pbf"])
    return files


@pytest.mark.parametrize("form", ["osm.gz", "osm.bz2", "osm.pbf"])
def test_formats_agree(packed: dict[str, Path], form: str) -> None:
    """Every format holds the same elements; coordinates agree to PBF's 1e-7 degrees."""
    plain, other = read_osm_file(packed["osm"]), read_osm_file(packed[form])
    assert (other.ways, other.node_tags, other.restrictions) == (plain.ways, plain.node_tags, plain.restrictions)
    assert (other.outlines, other.clipped_ways) == (plain.outlines, plain.clipped_ways) == ([((6,), {"building": "yes"})], 2)
    assert other.place.keys() == plain.place.keys()
    assert np.allclose(list(other.place.values()), list(plain.place.values()), rtol=0.0, atol=0.51e-7)
    assert other.sha256 != plain.sha256


@pytest.mark.parametrize("form", ["osm", "osm.gz", "osm.bz2", "osm.pbf"])
def test_networks_agree(packed: dict[str, Path], form: str) -> None:
    """The network is the same, whatever the format and whatever the file is called."""
    plain, other = read_osm(packed["osm"]), read_osm(packed[form].rename(packed[form].with_name("map.xyz")))
    assert np.array_equal(plain.turn_edge, other.turn_edge)
    assert plain.junctions == tuple(
        replace(there, x_m=here.x_m, y_m=here.y_m) for here, there in zip(plain.junctions, other.junctions, strict=True)
    )
    assert plain.provenance.notices == other.provenance.notices
    assert "roads with nodes that the file does not hold, cut there: 2" in lines_of(plain.provenance.notices)
    assert "turn restrictions obeyed: 1" in lines_of(plain.provenance.notices)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("osm", "cut short"),
        ("osm.gz", "gzip file is cut short"),
        ("osm.bz2", "bzip2 file is cut short"),
        ("osm.pbf", "cut short"),
    ],
)
def test_truncated(packed: dict[str, Path], form: str, words: str) -> None:
    """Half a file is said to be cut short, in each format."""
    data = packed[form].read_bytes()
    packed[form].write_bytes(data[: len(data) // 2])
    with pytest.raises(MapError, match=words) as caught:
        read_osm(packed[form])
    assert packed[form].name in str(caught.value)


@pytest.mark.parametrize("form", ["osm.gz", "osm.bz2", "osm.pbf"])
def test_damaged(packed: dict[str, Path], form: str) -> None:
    """Flipped bits in the middle of the packed data are noticed."""
    data = bytearray(packed[form].read_bytes())
    data[len(data) // 2] ^= 0xFF
    packed[form].write_bytes(data)
    with pytest.raises(MapError, match="damaged"):
        read_osm(packed[form])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the map is empty"),
        (b" \n\t ", "the map is empty"),
        (gzip.compress(b""), "cut short"),
        (b"PK\x03\x04" + bytes(99), "a ZIP archive"),
        (b'{"elements": []}', "is JSON"),
        (b"\x00\x00\x00\x0d\x0a\x09OSMHeader", "PBF file is damaged"),
        (b"\x00\x00\x00\x0b\x0a\x07OSMData" + bytes(99), "PBF file is damaged"),
        (bytes(100), "not well-formed XML"),
        (b'<osm><node id="1" lat="91" lon="2"/></osm>', "nowhere on Earth"),
        (b'<osm><node id="1" lat="nan" lon="2"/></osm>', "nowhere on Earth"),
        (b'<osm><node id="99999999999999999999" lat="1" lon="2"/></osm>', "64 bits"),
        (b'<osm><node id="1" lat="1"/></osm>', "<node> of id 1 lacks its attribute 'lon'"),
        (b'<osm><node id="1" lat="1" lon="east"/></osm>', "attribute lon='east', which is no number"),
        (b"<?xml version='1.0' encoding='klingon'?><osm/>", "map"),
        (f'<osm><node id="1" lat="85" lon="2"/><node id="2" lat="85.01" lon="2"/>{ROAD}</osm>'.encode(), "UTM"),
        (f'<osm><node id="1" lat="23" lon="113"/><node id="2" lat="23" lon="119"/>{ROAD}</osm>'.encode(), "span 614 x 0 km"),
        (f"<osm>{ROAD}</osm>".encode(), "no roads"),
    ],
)  # fmt: skip
def test_unusable(tmp_path: Path, content: bytes, words: str) -> None:
    """Each kind of unusable content is one line that names the file and what is wrong."""
    file = tmp_path / "bad.osm"
    file.write_bytes(content)
    with pytest.raises(MapError, match=words) as caught:
        read_osm(file)
    assert "bad.osm" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and maps above the stated limits are refused with the command that cuts an area out; so is what unpacks to one."""
    file = tmp_path / "map.osm"
    file.write_text(small_map(), encoding="utf-8")
    monkeypatch.setattr(osm_elements, "MOST_NODES", 10)
    for content in (file.read_bytes(), gzip.compress(file.read_bytes())):
        file.write_bytes(content)
        with pytest.raises(MapError, match=r"more than 10 nodes.*osmium extract"):
            read_osm(file)
    monkeypatch.setattr(osm_file, "MOST_BYTES", 10)
    with pytest.raises(MapError, match="osmium extract"):
        read_osm(file)


def test_deleted_elements_are_left_out(tmp_path: Path) -> None:
    """What JOSM marked as deleted, and what is not visible, is not there."""
    nodes = "".join(f'<node id="{n}" lat="23.1" lon="113.3{n}"/>' for n in (1, 2, 3))
    gone = ROAD.replace('id="1"', 'id="2" action="delete"') + ROAD.replace('id="1"', 'id="3" visible="false"')
    file = tmp_path / "map.osm"
    file.write_text(f"<osm>{nodes}{ROAD}{gone}</osm>", encoding="utf-8")
    assert [way.number for way in read_osm_file(file).ways] == [1]
