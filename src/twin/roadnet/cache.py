"""Reading a map once: the finished network is kept in the user's cache, keyed by the map's and this package's content."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import os
import zipfile
from collections import OrderedDict
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from twin import units
from twin.roadnet.osm_file import read_bytes
from twin.roadnet.road_network import Building, Connections, Junction, Light, Notice, Place, Provenance, RoadNetwork
from twin.roadnet.sumo_xml import is_sumo
from twin.whole_files import whole_file

_LIBRARIES = ("osmium", "osmnx", "networkx", "numpy", "pyproj", "scipy", "shapely")
_RECORDS = ("junctions", "buildings", "places", "provenance", "lights")
_TEXT = "text"
_CONNECTIONS = "connections."

KEPT: Final = 2
"""Networks that are kept in memory: that of the scenario in hand, and one to compare with."""

_in_memory: OrderedDict[tuple[Path, str], RoadNetwork] = OrderedDict()


def cache_folder() -> Path:
    """Return where networks are kept: ``TWIN_CACHE_DIR``, or else the user's cache folder."""
    base = os.environ.get("TWIN_CACHE_DIR")
    if base:
        return Path(base) / "maps"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guangzhou-twin" / "maps"


def cache_key(content: bytes, package: Path | None = None) -> str:
    """Return the name under which a map's network is kept: map, sources of this package and its units, libraries' versions."""
    digest = hashlib.blake2b(hashlib.sha256(content).digest(), digest_size=16)
    folder = package or Path(__file__).parent
    for source in (*sorted(folder.glob("*.py")), Path(units.__file__)):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    digest.update(_versions().encode())
    return digest.hexdigest()


@functools.cache
def _versions() -> str:
    """Return the libraries' versions; looking them up takes longer than all the rest of a key."""
    return "".join(f"{library} {importlib.metadata.version(library)}\0" for library in _LIBRARIES)


def load_network(path: Path) -> RoadNetwork:
    """Return the road network of a map file, from the cache when it was read before; its arrays cannot be written to.

    Asked again for a file that has not changed, it returns the very same object. Files named ``*.net.xml`` or
    ``*.net.xml.gz`` are SUMO's, all others OpenStreetMap's. Raises ``MapError`` when the file is missing, is neither, is
    damaged, or has no roads.
    """
    path = Path(path)
    kind = "sumo-" if is_sumo(path) else ""
    kept = cache_folder() / f"{kind}{cache_key(read_bytes(path))}.npz"
    key = kept, path.name
    network = _in_memory.pop(key, None)
    if network is None:
        network = _load(kept)
        if network is None:
            network = _read(path)
            _save(network, kept)
        network = _frozen(replace(network, provenance=replace(network.provenance, path=path.name)))
    _in_memory[key] = network
    while len(_in_memory) > KEPT:
        _in_memory.popitem(last=False)
    return network


def _read(path: Path) -> RoadNetwork:
    if is_sumo(path):
        from twin.roadnet.sumo import read_sumo_network

        return read_sumo_network(path)
    from twin.roadnet.osm import read_osm

    return read_osm(path)


def _frozen(network: RoadNetwork) -> RoadNetwork:
    arrays = [getattr(network, field.name) for field in fields(network)]
    arrays += [array for building in network.buildings for array in (building.x_m, building.y_m)]
    if network.connections is not None:
        arrays += [getattr(network.connections, field.name) for field in fields(network.connections)]
    for array in arrays:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return network


def _save(network: RoadNetwork, file: Path) -> None:
    """Keep a network: another process never sees half a file. A full disk only costs time."""
    arrays: dict[str, Any] = {}
    text: dict[str, Any] = {
        name: [asdict(record) for record in getattr(network, name)] for name in ("junctions", "places", "lights")
    }
    text["provenance"] = asdict(network.provenance)
    text["heights_m"] = [building.height_m for building in network.buildings]
    for field in fields(network):
        value = getattr(network, field.name)
        if isinstance(value, np.ndarray):
            arrays[field.name] = value
        elif isinstance(value, Connections):
            arrays |= {f"{_CONNECTIONS}{part.name}": getattr(value, part.name) for part in fields(value)}
        elif field.name not in _RECORDS:
            text[field.name] = value
    outlines = [building.x_m.size for building in network.buildings]
    arrays["outline_offset"] = np.concatenate(([0], np.cumsum(outlines))).astype(np.int64)
    arrays["outline_x_m"] = np.concatenate([np.empty(0), *(building.x_m for building in network.buildings)])
    arrays["outline_y_m"] = np.concatenate([np.empty(0), *(building.y_m for building in network.buildings)])
    arrays[_TEXT] = np.frombuffer(json.dumps(text, ensure_ascii=False).encode(), np.uint8)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as sink:
            np.savez(sink, **arrays)
    except OSError:
        return


def _load(file: Path) -> RoadNetwork | None:
    """Return the network of a cache file, or None when there is none that can be read."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as content:
            arrays = {name: content[name] for name in content.files}
        text = json.loads(arrays.pop(_TEXT).tobytes())
        return _rebuilt(arrays, text)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def _rebuilt(arrays: dict[str, Any], text: dict[str, Any]) -> RoadNetwork:
    offset = arrays.pop("outline_offset")
    x_m, y_m = arrays.pop("outline_x_m"), arrays.pop("outline_y_m")
    buildings = tuple(
        Building(x_m[offset[i] : offset[i + 1]], y_m[offset[i] : offset[i + 1]], height_m)
        for i, height_m in enumerate(text.pop("heights_m"))
    )
    junctions = tuple(Junction(**_tuples(record)) for record in text.pop("junctions"))
    places = tuple(Place(**record) for record in text.pop("places"))
    lights = tuple(Light(**_tuples(record)) for record in text.pop("lights"))
    source = text.pop("provenance")
    notices = tuple(Notice(**_tuples(record)) for record in source.pop("notices"))
    provenance = Provenance(**source, notices=notices)
    parts = {name: arrays.pop(name) for name in list(arrays) if name.startswith(_CONNECTIONS)}
    if parts:
        text["connections"] = Connections(**{name.removeprefix(_CONNECTIONS): part for name, part in parts.items()})
    return RoadNetwork(
        **arrays,
        **_tuples(text),
        junctions=junctions,
        buildings=buildings,
        places=places,
        lights=lights,
        provenance=provenance,
    )


def _tuples(record: dict[str, Any]) -> dict[str, Any]:
    return {key: _tuple(value) for key, value in record.items()}


def _tuple(value: Any) -> Any:
    return tuple(_tuple(entry) for entry in value) if isinstance(value, list) else value
