"""Reading OpenStreetMap files: nodes, ways and relations of OSM XML (plain, gzip, bzip2) and PBF. Errors say what to do.

The content decides what a file is, not its name. Limits: MOST_BYTES, ``MOST_NODES`` and ``osm.WIDEST_KM``.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

from twin.errors import MapError
from twin.messages import say
from twin.roadnet.osm_elements import MapFault, OsmFile, Way
from twin.roadnet.osm_xml import read_xml

MOST_BYTES = 512 * 1024 * 1024
"""Largest map file that is read."""

_OTHER_KINDS = {
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf": "seven_zip",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"\x00\x00\x27\x0a": "shapefile",
    b"SQLite": "sqlite",
    b"{": "json",
    b"[": "json",
    b"%PDF": "pdf",
    b"\x89PNG": "picture",
    b"\xff\xd8": "picture",
}
"""How files that are often taken for maps begin; their names are ``map.kind.…`` of the messages."""


def read_osm_file(path: Path) -> OsmFile:
    """Return the content of ``path``; raise MapError when it is missing, no OpenStreetMap data, damaged or too large."""
    content = read_bytes(path)
    try:
        osm = _read(content)
    except MapFault as fault:
        raise MapError(say("map.fault", file=path, what=fault, remedy=fault.remedy or say("map.get_again"))) from fault
    osm.sha256 = hashlib.sha256(content).hexdigest()
    _drop_unknown_nodes(osm)
    return osm


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a map file; raise MapError when that cannot be done."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise MapError(say("map.too_large", file=path, size=f"{size / 2**20:.0f}", limit=MOST_BYTES // 2**20))
        return path.read_bytes()
    except FileNotFoundError:
        raise MapError(say("map.absent", file=path)) from None
    except OSError as error:
        raise MapError(say("map.closed", file=path, reason=error.strerror)) from error


def _read(content: bytes) -> OsmFile:
    start = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start and not content.strip():
        raise MapFault(say("map.empty"))
    if content.startswith((b"\x0a\x09OSMHeader", b"\x0a\x07OSMData"), 4):
        from twin.roadnet.osm_pbf import read_pbf

        return read_pbf(content)
    for magic, kind in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise MapFault(say("map.other_kind", kind=say(f"map.kind.{kind}")))
    if content.startswith((b"\x1f\x8b", b"BZh")):
        return _read_packed(content)
    return read_xml([content])


def _read_packed(content: bytes) -> OsmFile:
    kind = "gzip" if content.startswith(b"\x1f\x8b") else "bzip2"
    try:
        return read_xml(_unpacked(content))
    except EOFError:
        raise MapFault(say("map.packed_short", kind=kind)) from None
    except (OSError, zlib.error) as error:
        raise MapFault(say("map.packed_damaged", kind=kind, detail=error)) from error


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield the decompressed file by pieces, so that a small file that unpacks to a huge one meets the limit of nodes."""
    import bz2
    import gzip
    from io import BytesIO

    with gzip.open(BytesIO(content)) if content.startswith(b"\x1f\x8b") else bz2.open(BytesIO(content)) as stream:
        while piece := stream.read(1 << 20):
            yield piece


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
        osm.clipped_ways += len(runs) > 1 and "highway" in way.tags
        ways += [Way(way.number, tuple(run), way.tags) for run in runs if len(run) >= 2]
    osm.ways = ways
