"""A small run written by hand: a crossing, four vehicles whose motion is known in closed form, a LiDAR, a signal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from twin.eventlog.manifest import Manifest, Projection, write_manifest
from twin.eventlog.recorder import Recorder, labels
from twin.eventlog.schema import SCHEMA_VERSION
from twin.eventlog.tables import TABLES

DURATION_S = 150
PERIOD_S = 0.5
SEGMENT_S = 60
START = "2026-05-20T07:45:00+08:00"

Motion = Callable[[float], tuple[float, float]]

VEHICLES: dict[int, tuple[str, float, float, float, Motion]] = {
    10: ("car", 90.0, 0.0, 50.0, lambda t: (-200.0 + 8.0 * t, -2.0)),
    20: ("bus", 0.0, 20.0, 100.0, lambda t: (2.0, -200.0 + 5.0 * (t - 20.0))),
    30: ("car", 0.0, 0.0, 150.0, lambda _: (60.0, -90.0)),
    47: ("heavy_truck", 270.0, 10.0, 150.0, lambda t: (200.0 - 0.02 * (t - 10.0) ** 2, 2.0)),
}
"""Number: class, compass heading, first and last second on the road, position at a second. 47 speeds up all the way."""

_SIZE_CM = {"car": (470, 180, 150), "bus": (1200, 255, 320), "heavy_truck": (1000, 255, 380)}
_EDGES = (((-200, -2), (200, -2)), ((200, 2), (-200, 2)), ((2, -200), (2, 200)), ((-2, 200), (-2, -200)))


def where(vehicle: int, t_s: float) -> tuple[float, float] | None:
    """Return a vehicle's true position; None while it is not on the road."""
    _, _, first_s, last_s, motion = VEHICLES[vehicle]
    return motion(t_s) if first_s <= t_s <= last_s else None


def write_run(folder: Path, *, state: str = "complete", sensing: bool = True) -> Path:
    """Write the run into ``folder``; without ``sensing`` it has neither devices nor signals."""
    folder.mkdir(parents=True)
    recorder = Recorder(folder)
    _write_map(recorder, sensing=sensing)
    for begin_s in range(0, DURATION_S + 1, SEGMENT_S):
        for t_s in np.arange(begin_s, min(begin_s + SEGMENT_S, DURATION_S + PERIOD_S), PERIOD_S):
            _write_instant(recorder, float(t_s), sensing=sensing)
        recorder.close_segment()
    scenario = {"name": "small", "question": "Do vehicles move where the log says?", "duration_s": DURATION_S}
    summary = {"vehicles": len(VEHICLES), "mean_speed_kmh": 21.25, "recall": 0.9, "bytes": 12_345_678}
    write_manifest(
        folder,
        Manifest(
            state,  # type: ignore[arg-type]
            "small",
            scenario,
            {},
            7,
            {"schema": str(SCHEMA_VERSION)},
            "",
            Projection("EPSG:32649", 0.0, 0.0),
            START,
            simulated_s=float(DURATION_S),
            summary=summary if state == "complete" else {},
        ),
    )
    return folder


def padded(table: str, columns: dict[str, Any]) -> dict[str, Any]:
    """Return ``columns`` with those that the table has besides: null where it may be, else 0."""
    count = len(next(iter(columns.values())))
    rest = [column for column in TABLES[table].columns if column.name not in columns]
    return columns | {column.name: [None if column.nullable else 0] * count for column in rest}


def _write_map(recorder: Recorder, *, sensing: bool) -> None:
    count = len(_EDGES)
    recorder.write_static(
        "edge",
        {
            "edge": np.arange(count) + 100,
            "u": np.arange(count),
            "v": np.arange(count) + 10,
            "osm_way": np.arange(count),
            "name": ["花城大道", "花城大道", "华夏路", ""],
            "highway": ["primary", "primary", "secondary", "secondary"],
            "lanes": np.full(count, 1),
            "lane_width_m": np.full(count, 3.5),
            "speed_limit_mps": np.full(count, 16.7),
            "length_m": np.full(count, 400.0),
            "bridge": np.array([False, False, True, False]),
            "tunnel": np.array([False, False, False, True]),
            "level": np.array([0, 0, 1, -1]),
            "x_cm": [np.array([p[0] for p in edge]) * 100 for edge in _EDGES],
            "y_cm": [np.array([p[1] for p in edge]) * 100 for edge in _EDGES],
        },
    )
    recorder.write_static(
        "building",
        {
            "building": [0],
            "height_m": [80.0],
            "x_cm": [np.array([4000, 9000, 9000, 4000])],
            "y_cm": [np.array([4000, 4000, 9000, 9000])],
        },
    )
    classes = [vehicle[0] for vehicle in VEHICLES.values()]
    sizes = np.array([_SIZE_CM[kind] for kind in classes])
    recorder.write_static(
        "vehicle",
        {
            "vehicle": np.array(list(VEHICLES)),
            "class": classes,
            "length_cm": sizes[:, 0],
            "width_cm": sizes[:, 1],
            "height_cm": sizes[:, 2],
        },
    )
    if not sensing:
        return
    recorder.write_static(
        "junction",
        {
            "junction": [5],
            "name": ["花城大道 / 华夏路"],
            "x_cm": [0],
            "y_cm": [0],
            "signalised": np.array([True]),
            "approach_edge": [np.array([100, 101, 102])],
            "approach_phase": [np.array([0, 0, 1])],
        },
    )
    recorder.write_static(
        "site",
        padded(
            "site", {"site": [3], "name": ["north-east"], "x_cm": [1000], "y_cm": [1500], "junction": [5], "status": ["added"]}
        ),
    )
    recorder.write_static(
        "device_kind",
        {"kind": ["lidar"], "name_en": ["LiDAR"], "name_zh": ["激光雷达"], "colour": ["#b278ff"], "priced_by": ["device"]},
    )
    recorder.write_static(
        "device_spec",
        {
            "device": [8],
            "name": ["north-east/lidar"],
            "kind": ["lidar"],
            "preset": [""],
            "site": [3],
            "x_cm": [1000],
            "y_cm": [1500],
            "level": [0],
            "height_m": [6.0],
            "heading_deg": [225.0],
            "field_of_view_deg": [120.0],
            "range_m": [80.0],
            "rate_hz": [10.0],
            "unit_cny": [60_000.0],
        },
    )


def _write_instant(recorder: Recorder, t_s: float, *, sensing: bool) -> None:
    t_us = round(t_s * 1e6)
    there = [number for number in VEHICLES if where(number, t_s) is not None]
    at = np.array([where(number, t_s) for number in there])
    recorder.append(
        "trajectory",
        {
            "t_us": np.full(len(there), t_us),
            "vehicle": np.array(there),
            "x_cm": np.round(at[:, 0] * 100).astype(np.int64),
            "y_cm": np.round(at[:, 1] * 100).astype(np.int64),
            "speed_cmps": np.full(len(there), 500),
            "heading_cdeg": np.array([round(VEHICLES[number][1] * 100) for number in there]),
            "edge": np.full(len(there), 100),
            "lane": np.zeros(len(there), np.int64),
        },
    )
    if not sensing:
        return
    if t_s % 30 == 0:
        turn = int(t_s // 30) % 2
        recorder.append(
            "signal",
            {
                "t_us": [t_us, t_us],
                "junction": [5, 5],
                "phase": [0, 1],
                "state": ["green", "red"][:: 1 if turn == 0 else -1],
                "stage": 0,
                "least_end_us": 0,
                "likely_end_us": 0,
                "most_end_us": 0,
            },
        )
    if t_s % 1 == 0:
        recorder.append(
            "observation",
            {
                "t_us": [t_us, t_us],
                "device": [8, 8],
                "frame": [round(t_s * 10)] * 2,
                "x_cm": [round(at[0, 0] * 100), 700],
                "y_cm": [round(at[0, 1] * 100), 700],
                "speed_cmps": [900, 0],
                "heading_cdeg": [9000, 0],
                "length_cm": [460, 470],
                "width_cm": [180, 180],
                "class": labels(np.array([0, 0]), ("car",)),
                "evidence": [40, 3],
                "vehicle": np.ma.masked_array([there[0], 0], [False, True]),
            },
        )
