"""The recorder: rows are buffered as they happen and written as Arrow segments, each complete or absent."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from twin.eventlog.columns import ColumnBuffer, NumberBuffer, Order, buffer, labels, row_count
from twin.eventlog.schema import Table
from twin.eventlog.tables import TABLES
from twin.whole_files import whole_file

__all__ = ["SEGMENT_PATTERN", "Recorder", "labels"]

ZSTD_LEVEL: Final = 3
SEGMENT_PATTERN: Final = "part-*.arrow"
"""Files of a table's folder that are segments; anything else (a temporary file of a killed run) is none."""


class Recorder:
    """Writes tables of one run below ``folder``, as ``TABLE/part-00000.arrow``, ``part-00001.arrow`` and so on.

    Runs over one traffic have its tables in common: each segment is written once and stands in ``others`` too.

    ``append`` only copies; checking ranges, sorting and writing happen in ``close_segment``. The same rows in the same order
    give the same bytes. Wrong columns, lengths, types or values that do not fit raise ValueError naming table and column.
    """

    def __init__(self, folder: Path, *others: Path) -> None:
        """Record below ``folder`` and ``others``, which exist."""
        self.folders = (folder, *others)
        self.rows: dict[str, int] = {}
        """Rows written by table, tables in the order in which they were first written."""
        self._segments: dict[str, int] = {}
        self._buffers: dict[str, _TableBuffer] = {}

    def write_static(self, table: str, columns: Mapping[str, Any]) -> None:
        """Write one of the run's dimensions, once; the columns as in ``append``."""
        declared = _declared(table, static=True)
        if table in self._segments:
            raise ValueError(f"table {table} is static and already written")
        rows = _TableBuffer(declared)
        rows.append(columns)
        self._write(declared, rows.take())

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to the open segment of ``table``: one entry a column, all of one length.

        What each kind of column takes is said in ``columns.py``.
        """
        rows = self._buffers.get(table)
        if rows is None:
            rows = self._buffers[table] = _TableBuffer(_declared(table, static=False))
        rows.append(columns)

    def close_segment(self) -> None:
        """Write the buffered rows of every table that has some, in the order of declaration."""
        for name, table in TABLES.items():
            rows = self._buffers.get(name)
            if rows is not None and rows.count:
                self._write(table, rows.take())

    def _write(self, table: Table, batch: pa.RecordBatch) -> None:
        number = self._segments.get(table.name, 0)
        final, *others = [folder / table.name / f"part-{number:05d}.arrow" for folder in self.folders]
        for path in (final, *others):
            path.parent.mkdir(exist_ok=True)
        options = ipc.IpcWriteOptions(compression=pa.Codec("zstd", ZSTD_LEVEL), use_threads=False)
        with whole_file(final, durable=True) as sink, ipc.new_file(sink, batch.schema, options=options) as writer:
            writer.write_batch(batch)
        for path in others:
            _stand_in(path, final)
        self._segments[table.name] = number + 1
        self.rows[table.name] = self.rows.get(table.name, 0) + batch.num_rows


def _stand_in(path: Path, same: Path) -> None:
    """Let ``path`` be the finished file ``same``: a second name for it, or a copy where the disk knows no such thing."""
    try:
        path.hardlink_to(same)
    except OSError:
        with same.open("rb") as source, whole_file(path) as sink:
            shutil.copyfileobj(source, sink)


class _TableBuffer:
    """The open segment of one table."""

    def __init__(self, table: Table) -> None:
        self.count = 0
        self._table = table
        self._schema = table.schema()
        self._columns: dict[str, ColumnBuffer] = {column.name: buffer(column) for column in table.columns}

    def append(self, columns: Mapping[str, Any]) -> None:
        if columns.keys() != self._columns.keys():
            missing = [name for name in self._columns if name not in columns]
            extra = [name for name in columns if name not in self._columns]
            raise ValueError(f"table {self._table.name}: missing columns {missing}, unknown columns {extra}")
        rows: int | None = None
        for name in self._columns:
            length = row_count(columns[name])
            if rows is None:
                rows = length
            elif length is not None and length != rows:
                raise ValueError(f"table {self._table.name}, column {name}: has {length} rows, the columns before it {rows}")
        rows = 1 if rows is None else rows
        if rows == 0:
            return
        parts = []
        for name, column in self._columns.items():
            try:
                parts.append(column.part(columns[name], rows))
            except (ValueError, TypeError) as error:
                raise ValueError(f"table {self._table.name}, column {name}: {error}") from error
        for column, part in zip(self._columns.values(), parts, strict=True):
            column.add(part)
        self.count += rows

    def take(self) -> pa.RecordBatch:
        order = self._order()
        arrays = []
        for name, column in self._columns.items():
            try:
                arrays.append(column.take(order))
            except ValueError as error:
                raise ValueError(f"table {self._table.name}, column {name}: {error}") from error
        self.count = 0
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _order(self) -> Order | None:
        if not self._table.sort_by:
            return None
        keys = []
        for name in self._table.sort_by:
            column = self._columns[name]
            if not isinstance(column, NumberBuffer) or column.column.nullable:
                raise ValueError(f"table {self._table.name} is declared to be sorted by {name}, which is no plain number")
            try:
                keys.append(column.gathered()[0])
            except ValueError as error:
                raise ValueError(f"table {self._table.name}, column {name}: {error}") from error
        return np.lexsort(keys[::-1])


def _declared(name: str, *, static: bool) -> Table:
    table = TABLES.get(name)
    if table is None:
        raise ValueError(f"no table {name} is declared in eventlog/tables.py")
    if table.static != static:
        raise ValueError(f"table {name} is {'static: write_static' if table.static else 'not static: append'}")
    return table
