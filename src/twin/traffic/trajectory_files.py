"""Recorded trajectories: SUMO's floating car data (XML, CSV, Parquet) and tables with time, id, x, y, speed, angle, type.

Format: SUMO documentation, "FCD output" (angle in degrees clockwise from north, x and y of the front bumper). Columns of other
tables are called as there, without the words ``timestep_`` and ``vehicle_`` before them; speed, angle and type may be missing.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import InputError
from twin.messages import say
from twin.roadnet.sumo_xml import Attributes, read_sumo_xml
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

NEEDED: Final = ("time", "id", "x", "y")
OPTIONAL: Final = ("speed", "angle", "type", "lane")
_NUMBERS: Final = ("time", "x", "y", "speed", "angle")
_PREFIXES: Final = ("timestep_", "vehicle_")


@dataclass(frozen=True, slots=True)
class Samples:
    """Rows of a file, sorted by vehicle and time; arrays of shape (rows,) where nothing else is said."""

    key: tuple[str, ...]
    """(vehicles,): names, in the order of their first appearance."""
    kind: tuple[str, ...]
    """(vehicles,): type in the vehicle's first row; empty where the file has none."""
    offset: Longs
    """(vehicles + 1,): vehicle ``v`` has the rows ``offset[v]:offset[v + 1]``."""
    t_us: Longs
    x_m: Floats
    y_m: Floats
    speed_mps: Floats
    """NaN where the file has none, as in ``angle_deg``."""
    angle_deg: Floats
    """Clockwise from north."""
    lane: tuple[str, ...]
    """Name of the lane by row, without entries where the file has none."""


def read_samples(path: Path) -> Samples:
    """Return the rows of a trajectory file: ``.xml``, ``.csv`` (each also ``.gz``) or ``.parquet``.

    Raises ``InputError`` that names the row (the line of XML and CSV files) when a file is missing or damaged, a column is
    missing, a value is no number, a vehicle is twice at one instant, or a vehicle's time goes backwards.
    """
    name = path.name.lower().removesuffix(".gz")
    if not path.is_file():
        raise InputError(say("sumo.missing", file=path))
    if name.endswith(".xml"):
        return _sorted(path, *_from_xml(path))
    if name.endswith(".csv"):
        return _sorted(path, *_from_csv(path))
    if name.endswith(".parquet"):
        return _sorted(path, *_from_parquet(path))
    raise InputError(say("replay.suffix", file=path))


def _from_xml(path: Path) -> tuple[dict[str, list[Any]], Longs]:
    columns: dict[str, list[Any]] = {name: [] for name in (*NEEDED, *OPTIONAL)}
    time = ""
    row = 0
    rows: list[int] = []

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal time, row
        if tag == "timestep":
            time = attributes["time"]
        elif tag == "vehicle":
            row += 1
            rows.append(row)
            columns["time"].append(time)
            for name in ("id", "x", "y"):
                columns[name].append(attributes[name])
            for name in OPTIONAL:
                columns[name].append(attributes.get(name, ""))

    read_sumo_xml(path, ("fcd-export",), start)
    return columns, np.array(rows, np.int64)


def _from_csv(path: Path) -> tuple[dict[str, list[Any]], Longs]:
    columns: dict[str, list[Any]] = {}
    lines: list[int] = []
    line = 1
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig", newline="")
            if path.suffix.lower() == ".gz"
            else path.open(encoding="utf-8-sig", newline="") as stream
        ):
            head = stream.readline()
            separator = max(";,\t", key=head.count)
            place = _places(path, next(csv.reader([head], delimiter=separator)))
            columns = {name: [] for name in place}
            for line, cells in enumerate(csv.reader(stream, delimiter=separator), start=2):
                if not cells or not cells[place["id"]].strip():
                    continue  # SUMO writes a row without a vehicle for an empty instant
                for name, column in place.items():
                    columns[name].append(cells[column].strip())
                lines.append(line)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as fault:
        raise InputError(say("sumo.packed", file=path, detail=fault)) from fault
    except IndexError:
        raise InputError(say("replay.cells", file=path, line=line)) from None
    return columns, np.array(lines, np.int64)


def _from_parquet(path: Path) -> tuple[dict[str, list[Any]], Longs]:
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as fault:
        raise InputError(say("sumo.packed", file=path, detail=fault)) from fault
    place = _places(path, table.column_names)
    columns = {name: table.column(column).to_pylist() for name, column in place.items()}
    kept = [row for row, key in enumerate(columns["id"]) if key not in (None, "")]
    return {name: [values[row] for row in kept] for name, values in columns.items()}, np.array(kept, np.int64) + 1


def _places(path: Path, head: list[str]) -> dict[str, int]:
    """Return the number of each known column."""
    names: dict[str, int] = {}
    for column, text in enumerate(head):
        name = text.strip().lower()
        for prefix in _PREFIXES:
            name = name.removeprefix(prefix)
        if name in (*NEEDED, *OPTIONAL):
            names.setdefault(name, column)
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise InputError(say("replay.columns", file=path, missing=", ".join(missing), found=", ".join(head)))
    return names


def _sorted(path: Path, columns: dict[str, list[Any]], rows: Longs) -> Samples:
    """Return the rows by vehicle and time, checked; ``rows`` are their numbers in the file."""
    if not rows.size:
        raise InputError(say("replay.empty", file=path))
    number = {name: _numbers(path, name, columns.get(name), rows) for name in _NUMBERS}
    t_us = np.rint(number["time"] * US_PER_S).astype(np.int64)
    first: dict[str, int] = {}
    keys = [str(key) for key in columns["id"]]
    vehicle = np.array([first.setdefault(key, len(first)) for key in keys], np.int64)
    order = np.argsort(vehicle, kind="stable")
    _check_times(path, keys, vehicle[order], t_us[order], rows[order])
    offset = np.searchsorted(vehicle[order], np.arange(len(first) + 1))
    kinds = columns.get("type") or [""] * rows.size
    lanes = columns.get("lane") or []
    return Samples(
        key=tuple(first),
        kind=tuple(str(kinds[order[row]] or "") for row in offset[:-1]),
        offset=offset.astype(np.int64),
        t_us=t_us[order],
        x_m=number["x"][order],
        y_m=number["y"][order],
        speed_mps=number["speed"][order],
        angle_deg=number["angle"][order],
        lane=tuple(str(lanes[row] or "") for row in order) if lanes else (),
    )


def _numbers(path: Path, name: str, values: list[Any] | None, rows: Longs) -> Floats:
    if values is None:
        return np.full(rows.size, np.nan)
    out = np.empty(rows.size)
    for row, value in enumerate(values):
        blank = value is None or value == ""
        try:
            out[row] = np.nan if blank else float(value)
        except (TypeError, ValueError):
            raise InputError(say("replay.number", file=path, row=rows[row], name=name, found=value)) from None
        if not np.isfinite(out[row]) and (name in NEEDED or not blank):
            raise InputError(say("replay.number", file=path, row=rows[row], name=name, found=value))
    return out


def _check_times(path: Path, keys: list[str], vehicle: Longs, t_us: Longs, rows: Longs) -> None:
    step = np.diff(t_us)
    wrong = np.flatnonzero((np.diff(vehicle) == 0) & (step <= 0))
    if wrong.size:
        at = wrong[np.argmin(rows[wrong + 1])]
        key = "replay.twice" if step[at] == 0 else "replay.backwards"
        name = list(dict.fromkeys(keys))[vehicle[at]]
        before, time = t_us[at] / US_PER_S, t_us[at + 1] / US_PER_S
        raise InputError(say(key, file=path, row=rows[at + 1], name=name, time=f"{time:g}", before=f"{before:g}"))
