"""Columns of the log as the plain arrays that a browser draws from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from twin.units import CM_PER_M

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Segment:
    """One closed segment of an event table and the time it spans."""

    fragment: ds.Fragment
    first_us: int
    last_us: int


def segments(table: ds.Dataset) -> list[Segment]:
    """Return the segments of an event table that hold rows, in the order of the log."""
    found = []
    for fragment in table.get_fragments():
        times = fragment.to_table(columns=["t_us"])["t_us"]
        if len(times):
            t_us = np.asarray(times.to_numpy())
            found.append(Segment(fragment, int(t_us.min()), int(t_us.max())))
    return found


def between(log: list[Segment], first_us: int, last_us: int, columns: list[str]) -> pa.Table | None:
    """Return the rows with ``first_us <= t_us <= last_us``; None when no segment spans that time."""
    keep = (pc.field("t_us") >= first_us) & (pc.field("t_us") <= last_us)
    parts = [
        segment.fragment.to_table(columns=columns, filter=keep)
        for segment in log
        if segment.first_us <= last_us and segment.last_us >= first_us
    ]
    return pa.concat_tables(parts) if parts else None


def column(table: pa.Table, name: str) -> Array:
    """Return a column without nulls as an array."""
    return np.asarray(table[name].to_numpy())


def metres(table: pa.Table, *names: str) -> npt.NDArray[np.float32]:
    """Return columns of centimetres interleaved (x, y, x, y …), in metres."""
    return (np.stack([column(table, name) for name in names], axis=-1) / CM_PER_M).astype(np.float32).ravel()


def outlines(table: pa.Table) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
    """Return where each row's points start (n + 1 entries, counted in points), and all points interleaved, in metres."""
    counts = column(pa.table({"n": pc.list_value_length(table["x_cm"])}), "n")
    start = np.concatenate(([0], np.cumsum(counts))).astype(np.uint32)
    points = pa.table({"x_cm": pc.list_flatten(table["x_cm"]), "y_cm": pc.list_flatten(table["y_cm"])})
    return start, metres(points, "x_cm", "y_cm")


def codes(values: Array, known: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    """Return each label's place in ``known``, 0 for labels that are not there."""
    place = {label: code for code, label in enumerate(known)}
    return np.array([place.get(value, 0) for value in values], np.uint8)


def distinct(values: Iterable[str | None]) -> tuple[list[str | None], npt.NDArray[np.uint16]]:
    """Return the distinct values in the order of first use, and each row's place among them."""
    place: dict[str | None, int] = {}
    rows = [place.setdefault(value, len(place)) for value in values]
    return list(place), np.array(rows, np.uint16)


def run_starts(*keys: Array) -> npt.NDArray[np.uint32]:
    """Return where a new run of equal keys begins in sorted rows, and the number of rows at the end: (runs + 1,)."""
    rows = len(keys[0])
    if rows == 0:
        return np.zeros(1, np.uint32)
    new = np.zeros(rows, np.bool_)
    new[0] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return np.append(np.flatnonzero(new), rows).astype(np.uint32)
