"""Does a damaged map ever end in anything but success or one clear message? Mutations of a small map, in every format.

    python benchmarks/fuzz_maps.py [COUNT] [--seed N]

A map is mutated by bytes (flipped, cut, doubled), by lines (dropped, doubled, moved) or by values (of ids, references,
coordinates, tags), before or after it is packed. It passes when reading gives a network that keeps its promises, or a MapError
of one line that names the file; anything else is printed with what was done. The last line is JSON with the counts.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import json
import os
import random
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from generated_city import City
from twin.errors import MapError

COUNT = 500
_VALUE = re.compile(rb'"[^"]*"')
_ODD = (
    b"", b"0", b"-1", b"1e9", b"nan", b"inf", b"-90.5", b"181", b"99999999999999999999999", b"abc", b"\xff\xfe", b"&amp;",
    b"&x;", b"<", "六十".encode(), b"3;2", b"2.5", b"60 mph", b"yes", b"no_left_turn", b"only_u_turn", b"restriction", b"way",
    b"23.05", b"84.1", b"1",
)  # fmt: skip


def town() -> bytes:
    """Return a small valid map with all that is read: one-way pairs, a roundabout, signals, restrictions, a building."""
    city = City()
    grid = [[city.node(120.0 * column, 120.0 * row) for column in range(4)] for row in range(4)]
    for line in range(4):
        tags = (
            {"highway": "primary", "oneway": "yes", "lanes": "3"}
            if line in (1, 2)
            else {"highway": "tertiary", "maxspeed": "40"}
        )
        city.way(grid[line] if line != 2 else grid[line][::-1], name=f"东西{line}路", **tags)
        city.way([row[line] for row in grid], name=f"南北{line}路", highway="residential")
    ring = [city.node(600.0 + x_m, 120.0 + y_m) for x_m, y_m in ((20.0, 0.0), (0.0, 20.0), (-20.0, 0.0), (0.0, -20.0))]
    city.way([*ring, ring[0]], highway="secondary", junction="roundabout")
    city.way([grid[1][3], ring[2]], highway="secondary", bridge="yes", layer="1")
    city.way([grid[2][3], ring[1]], highway="secondary", tunnel="yes")
    walls = [city.node(40.0 + x_m, 40.0 + y_m) for x_m, y_m in ((0.0, 0.0), (30.0, 0.0), (30.0, 30.0), (0.0, 30.0))]
    city.way([*walls, walls[0]], building="office", height="40 m")
    city.node(200.0, 5.0, highway="bus_stop", name="站")
    city.nodes[grid[1][1] - 1][2]["highway"] = "traffic_signals"
    for value, origin, via, target in (
        ("no_left_turn", 1, grid[0][1], 4),
        ("only_straight_on", 2, grid[3][0], 2),
        ("no_u_turn", 4, 5, 6),
    ):
        city.restrictions.append((origin, via, target, value))
    return city.text().encode()


def packed(text: bytes, form: str) -> bytes:
    """Return the map in one of the formats that are read."""
    if form == "osm.gz":
        return gzip.compress(text, mtime=0)
    if form == "osm.bz2":
        return bz2.compress(text)
    return _pbf(text) if form == "osm.pbf" else text


def _pbf(text: bytes) -> bytes:
    import osmium

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.osm.pbf"
        writer = osmium.SimpleWriter(str(file))
        try:
            for element in osmium.FileProcessor(osmium.io.FileBuffer(text, "osm")):
                writer.add(element)
        finally:
            writer.close()
        return file.read_bytes()


def _bytes(data: bytes, draw: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8))):
        at = draw.randrange(len(out)) if out else 0
        what = draw.randrange(4)
        if what == 0 and out:
            out[at] = draw.randrange(256)
        elif what == 1:
            del out[at : at + draw.choice((1, 5, 100, len(out)))]
        elif what == 2:
            out[at:at] = out[at : at + draw.choice((1, 20, 500))]
        else:
            out[at:at] = bytes(draw.randrange(256) for _ in range(draw.choice((1, 8))))
    return bytes(out)


def _lines(data: bytes, draw: random.Random) -> bytes:
    lines = data.split(b"\n")
    for _ in range(draw.choice((1, 2, 10))):
        at, to = draw.randrange(len(lines)), draw.randrange(len(lines))
        what = draw.randrange(3)
        if what == 0 and len(lines) > 2:
            del lines[at]
        elif what == 1:
            lines.insert(to, lines[at])
        else:
            lines[at], lines[to] = lines[to], lines[at]
    return b"\n".join(lines)


def _values(data: bytes, draw: random.Random) -> bytes:
    values = list(_VALUE.finditer(data))
    for match in sorted(draw.sample(values, draw.choice((1, 2, 20))), key=lambda match: -match.start()):
        other = draw.choice(values)[0] if draw.random() < 0.4 else b'"' + draw.choice(_ODD) + b'"'
        data = data[: match.start()] + other + data[match.end() :]
    return data


_MUTATIONS: dict[str, Callable[[bytes, random.Random], bytes]] = {"bytes": _bytes, "lines": _lines, "values": _values}


def mutated(number: int, seed: int, text: bytes) -> tuple[str, bytes]:
    """Return the name and content of one mutated map; the same for the same number and seed."""
    draw = random.Random(f"{seed}/{number}")  # noqa: S311  (no secret)
    form = ("osm", "osm.gz", "osm.bz2", "osm.pbf")[number % 4]
    kind = draw.choice(list(_MUTATIONS))
    if kind == "bytes" and form != "osm" and draw.random() < 0.7:
        return f"{kind}-{number}.{form}", _bytes(packed(text, form), draw)
    changed = _MUTATIONS[kind](text, draw)
    try:
        return f"{kind}-{number}.{form}", packed(changed, form)
    except Exception:  # noqa: BLE001  (what osmium cannot even write is left as XML)
        return f"{kind}-{number}.{form}", changed


def verdict(file: Path) -> str:
    """Return ``read`` or ``refused``, or what went wrong instead."""
    from twin.roadnet.cache import load_network

    try:
        network = load_network(file)
    except MapError as error:
        text = str(error)
        return "refused" if file.name in text and "\n" not in text else f"unclear: {text!r}"
    except Exception:  # noqa: BLE001  (that is what is looked for)
        return traceback.format_exc()
    ends = network.edge_v[np.repeat(np.arange(network.edge_count), np.diff(network.turn_offset))]
    kept = network.edge_count > 0 and np.array_equal(ends, network.edge_u[network.turn_edge])
    return "read" if kept and np.isfinite(network.point_x_m).all() else "a network that breaks its promises"


def fuzz(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Return how many of ``count`` mutated maps were read and refused, and what became of the others."""
    text = town()
    seen: Counter[str] = Counter()
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("TWIN_CACHE_DIR")
        os.environ["TWIN_CACHE_DIR"] = str(Path(folder) / "cache")
        try:
            for number in range(count):
                name, content = mutated(number, seed, text)
                file = Path(folder) / name
                file.write_bytes(content)
                result = verdict(file)
                seen[result if result in ("read", "refused") else "wrong"] += 1
                if result not in ("read", "refused"):
                    wrong.append(f"{name} (seed {seed}): {result}")
                file.unlink()
            left = [path.name for path in Path(folder).iterdir() if path.name != "cache"]
            wrong += [f"left behind: {name}" for name in left]
        finally:
            os.environ.pop("TWIN_CACHE_DIR")
            if before is not None:
                os.environ["TWIN_CACHE_DIR"] = before
    return seen, wrong


def main() -> int:
    """Print what went wrong, then one line of JSON with the counts; return 1 when anything did."""
    parser = argparse.ArgumentParser(description="Mutated maps through the readers.")
    parser.add_argument("count", nargs="?", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    began_s = time.perf_counter()
    seen, wrong = fuzz(chosen.count, chosen.seed)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    counts = {"mutants": chosen.count, "read": seen["read"], "refused": seen["refused"], "faulty": len(wrong)}
    print(json.dumps(counts | {"wall_s": round(time.perf_counter() - began_s, 1)}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
