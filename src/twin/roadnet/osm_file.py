"""Reading OpenStreetMap files: nodes, ways and relations of OSM XML (plain, gzip, bzip2) and PBF. Errors say what to do.

The content decides what a file is, not its name. Limits: MOST_BYTES, ``MOST_NODES`` and ``osm.WIDEST_KM``.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

from twin.errors import MapError
from twin.roadnet.osm_elements import MapFault, OsmFile, Way
from twin.roadnet.osm_xml import read_xml

MOST_BYTES = 512 * 1024 * 1024
"""Largest map file that is read."""

REMEDY = (
    "Get it again as .osm, .osm.bz2, .osm.gz or .osm.pbf, for example with `twin map fetch`, JOSM, or from the Overpass API "
    "(out meta)."
)
_OTHER_KINDS = {
    b"PK\x03\x04": "a ZIP archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\xfd7zXZ": "an XZ archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"\x00\x00\x27\x0a": "a shapefile",
    b"SQLite": "an SQLite or GeoPackage file",
    b"{": "JSON",
    b"[": "JSON",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8": "a picture",
}


def read_osm_file(path: Path) -> OsmFile:
    """Return the content of ``path``; raise MapError when it is missing, no OpenStreetMap data, damaged or too large."""
    content = read_bytes(path)
    try:
        osm = _read(content)
    except MapFault as fault:
        raise MapError(f"{path}: {fault}. {fault.remedy or REMEDY}") from fault
    osm.sha256 = hashlib.sha256(content).hexdigest()
    _drop_unknown_nodes(osm)
    return osm


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a map file; raise MapError when that cannot be done."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise MapError(
                f"{path}: the map file has {size / 2**20:.0f} MiB; at most {MOST_BYTES // 2**20} MiB are read. Cut the area "
                "out, for example with `osmium extract --bbox west,south,east,north`."
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise MapError(f"{path}: there is no such map file. Check the key 'map' (relative to the scenario file).") from None
    except OSError as error:
        raise MapError(f"{path}: the map file cannot be read ({error.strerror}). Check its path and permissions.") from error


def _read(content: bytes) -> OsmFile:
    start = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start and not content.strip():
        raise MapFault("the map is empty")
    if content.startswith((b"\x0a\x09OSMHeader", b"\x0a\x07OSMData"), 4):
        from twin.roadnet.osm_pbf import read_pbf

        return read_pbf(content)
    for magic, kind in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise MapFault(f"the file is {kind}, not OpenStreetMap data")
    if content.startswith((b"\x1f\x8b", b"BZh")):
        return _read_packed(content)
    return read_xml([content])


def _read_packed(content: bytes) -> OsmFile:
    kind = "gzip" if content.startswith(b"\x1f\x8b") else "bzip2"
    try:
        return read_xml(_unpacked(content))
    except EOFError:
        raise MapFault(f"the {kind} file is cut short") from None
    except (OSError, zlib.error) as error:
        raise MapFault(f"the {kind} file is damaged ({error})") from error


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
