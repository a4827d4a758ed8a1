"""Logs written by hand: rows as dictionaries, with what a row needs and a test does not care about filled in."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from tests.metrics.test_metrics import MANIFEST

from twin.eventlog.reader import Run
from twin.eventlog.recorder import Recorder
from twin.eventlog.tables import TABLES

SECOND = 1_000_000
EASTWARDS_CDEG, WESTWARDS_CDEG = 9000, 27000

Rows = list[dict[str, Any]]

USUAL: dict[str, dict[str, Any]] = {
    "trajectory": {"speed_cmps": 1000, "heading_cdeg": EASTWARDS_CDEG, "edge": 0, "lane": 0},
    "edge_state": {"interval_us": 60 * SECOND, "entered": 0, "left": 0, "halted_s": 0.0},
    "observation": {
        "frame": 0, "speed_cmps": 1000, "heading_cdeg": EASTWARDS_CDEG, "length_cm": 470, "width_cm": 180, "class": "car",
        "evidence": 50,
    },
    "fused_object": {
        "xx_cm2": 1.0, "xy_cm2": 0.0, "yy_cm2": 1.0, "speed_cmps": 1000, "heading_cdeg": EASTWARDS_CDEG, "class": "car",
        "length_cm": 470, "width_cm": 180, "age_us": 50_000, "devices": 1, "vehicle": None,
    },
    "frame": {"frame": 0, "present": 1, "visible": 1, "detected": 1, "false": 0, "mean_error_cm": None},
}  # fmt: skip
"""What rows of events usually say, by table."""

STATIC = frozenset(name for name, table in TABLES.items() if table.static)


def write_log(folder: Path, **tables: Rows) -> Run:
    """Return a run whose log has these rows."""
    folder.mkdir()
    recorder = Recorder(folder)
    for name, rows in tables.items():
        whole = [_blank(name) | USUAL.get(name, {}) | row for row in rows]
        if whole:
            columns = {key: [row[key] for row in whole] for key in whole[0]}
            (recorder.write_static if name in STATIC else recorder.append)(name, columns)
    recorder.close_segment()
    return Run(folder, MANIFEST)


def _blank(table: str) -> dict[str, Any]:
    """Return a row of nulls, zeros and empty texts."""
    blanks: dict[str, Any] = {}
    for column in TABLES[table].columns:
        text = pa.types.is_string(column.type) or pa.types.is_dictionary(column.type)
        empty: Any = [] if pa.types.is_list(column.type) else "" if text else 0
        blanks[column.name] = None if column.nullable else empty
    return blanks


def edge_row(
    number: int, xy_m: list[tuple[float, float]], *, ends: tuple[int, int] | None = None, level: int = 0
) -> dict[str, Any]:
    """Return an edge of two lanes along a polyline, between nodes of its own where ``ends`` names none."""
    length_m = sum(float(np.hypot(bx - ax, by - ay)) for (ax, ay), (bx, by) in itertools.pairwise(xy_m))
    u, v = (1000 + number, 2000 + number) if ends is None else ends
    return {
        "edge": number, "u": u, "v": v, "osm_way": 1, "name": "", "highway": "primary", "lanes": 2, "lane_width_m": 3.5,
        "speed_limit_mps": 13.9, "length_m": length_m, "bridge": level > 0, "tunnel": level < 0, "level": level,
        "x_cm": [round(100 * x) for x, _ in xy_m], "y_cm": [round(100 * y) for _, y in xy_m],
    }  # fmt: skip
