"""Networks are read once, kept, and rebuilt when anything changed."""

from __future__ import annotations

import errno
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from osm_text import dual_crossing, write_map

from twin import units
from twin.errors import MapError
from twin.messages import use_language
from twin.roadnet.cache import cache_folder, cache_key, load_network
from twin.roadnet.info import describe
from twin.roadnet.road_network import RoadNetwork


def same(a: RoadNetwork, b: RoadNetwork) -> bool:
    """Return whether two networks agree in every array and record."""
    for field in fields(RoadNetwork):
        left, right = getattr(a, field.name), getattr(b, field.name)
        if field.name == "buildings":
            if [(x.x_m.tolist(), x.y_m.tolist(), x.height_m) for x in left] != [
                (x.x_m.tolist(), x.y_m.tolist(), x.height_m) for x in right
            ]:
                return False
        elif isinstance(left, np.ndarray):
            if left.dtype != right.dtype or not np.array_equal(left, right):
                return False
        elif left != right:
            return False
    return True


def test_kept_network_is_the_same(tmp_path: Path) -> None:
    """What comes from the cache equals what was read, and cannot be written to."""
    nodes, ways = dual_crossing()
    nodes |= {70: (50.0, 50.0), 71: (60.0, 50.0), 72: (60.0, 60.0)}
    ways.append(([70, 71, 72, 70], {"building": "yes", "height": "20"}))
    file = write_map(tmp_path, nodes, ways, {70: {"highway": "bus_stop"}})
    first = load_network(file)
    assert len(list(cache_folder().iterdir())) == 1
    second = load_network(file)
    assert same(first, second)
    with pytest.raises(ValueError, match="read-only"):
        second.edge_length_m[0] = 1.0


def test_cache_needs_no_osmnx(tmp_path: Path) -> None:
    """Loading a network that was read before imports neither OSMnx nor GeoPandas nor SciPy."""
    file = write_map(tmp_path, *dual_crossing())
    load_network(file)
    code = (
        "import sys; from pathlib import Path; from twin.roadnet.cache import load_network; "
        f"load_network(Path({str(file)!r})); sys.exit(any(m in sys.modules for m in ('osmnx', 'geopandas', 'scipy', 'numba')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_damaged_cache_is_rebuilt(tmp_path: Path) -> None:
    """Half a cache file is no error: the map is read again."""
    file = write_map(tmp_path, *dual_crossing())
    first = load_network(file)
    kept = next(cache_folder().iterdir())
    kept.write_bytes(kept.read_bytes()[:1000])
    assert same(first, load_network(file))


def test_full_disk_leaves_no_half_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that cannot be kept is returned all the same, and what was written of it is removed."""

    def full(sink: IO[bytes], **_: object) -> None:
        sink.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert load_network(write_map(tmp_path, *dual_crossing())).edge_count
    assert list(cache_folder().iterdir()) == []


def test_key_depends_on_map_and_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another map, an edited module of the package or edited units give another key."""
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    before = cache_key(b"map", tmp_path)
    assert cache_key(b"other", tmp_path) != before
    (tmp_path / "a.py").write_text("x = 2\n", encoding="utf-8")
    edited = cache_key(b"map", tmp_path)
    assert edited != before
    (tmp_path / "units.py").write_text("MPS_PER_KMH = 1.0\n", encoding="utf-8")
    monkeypatch.setattr(units, "__file__", str(tmp_path / "units.py"))
    assert cache_key(b"map", tmp_path) != edited


def test_bad_map_leaves_nothing(tmp_path: Path) -> None:
    """A map that cannot be read is a MapError and leaves no cache."""
    file = tmp_path / "bad.osm"
    file.write_text("<osm>", encoding="utf-8")
    with pytest.raises(MapError):
        load_network(file)
    assert not cache_folder().exists()


def test_describe(tmp_path: Path) -> None:
    """The summary says size, junctions, gates and licence."""
    text = describe(load_network(write_map(tmp_path, *dual_crossing(), {1: {"highway": "traffic_signals"}})))
    for words in ("map.osm", "1 with signals", "4 in, 4 out", "ODbL", "primary", "EPSG:32649"):
        assert words in text


def test_describe_in_chinese_whatever_the_language_when_the_map_was_read(tmp_path: Path) -> None:
    """A network kept by an English command is described in Chinese, its notices too."""
    file = write_map(tmp_path, *dual_crossing())
    english = describe(load_network(file))
    use_language("zh")
    try:
        chinese = describe(load_network(file))
    finally:
        use_language(None)
    assert "speed limit of primary assumed (60 km/h): " in english
    assert "采用假定限速的 primary（60 km/h）：" in chinese
    assert not {"nodes", "edges", "junctions", "lanes", "assumed", "dropped", "licence"} & set(re.findall(r"[a-z]+", chinese))
