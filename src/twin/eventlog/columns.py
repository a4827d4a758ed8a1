"""Buffers of one column each: parts come in as they happen, one Arrow array goes out per segment.

What a column takes: a number column a NumPy array (a masked array where the column is nullable) or a list; a label column
``labels(codes, vocabulary)`` or a list of strings; a text column a list of strings; a list column one array a row. A single
value stands for all rows, ``None`` in a list or alone for null. Arrays are copied, so that a caller may reuse its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twin.eventlog.schema import LABEL, Column

Order = npt.NDArray[np.intp]

_KINDS = {"i": "iu", "u": "iu", "f": "fiu", "b": "b"}
"""NumPy kinds that a column of each kind takes: integers are never rounded silently, booleans never counted."""

MAX_LABELS = 127
"""Codes of a label column are int8."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Values of a label column as codes into a vocabulary; a negative code is null."""

    codes: npt.NDArray[np.int64]
    vocabulary: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)


def labels(codes: npt.ArrayLike, vocabulary: Sequence[str]) -> Labels:
    """Return ``vocabulary[code]`` for each of ``codes`` (n,), for a label column; a negative code is null."""
    array = np.array(codes, dtype=np.int64)
    if array.size and array.max() >= len(vocabulary):
        raise ValueError(f"label code {array.max()} is outside of a vocabulary of {len(vocabulary)}")
    return Labels(array, tuple(vocabulary))


def row_count(value: Any) -> int | None:
    """Return the number of rows in ``value``, or None when it is a single value that stands for all rows."""
    if isinstance(value, np.ndarray):
        return len(value) if value.ndim else None
    if isinstance(value, Labels | list | tuple):
        return len(value)
    return None


class ColumnBuffer(Protocol):
    """One column of the open segment."""

    column: Column

    def part(self, value: Any, rows: int) -> Any:
        """Check and copy one value of ``rows`` rows (a single value where ``row_count`` is None)."""

    def add(self, part: Any) -> None:
        """Keep a part."""

    def take(self, order: Order | None) -> pa.Array[Any]:
        """Return all rows in ``order`` (as they came when None) as one Arrow array and begin anew."""


class NumberBuffer:
    """Integers, floats or booleans, with or without nulls."""

    def __init__(self, column: Column) -> None:
        """Buffer ``column``."""
        self.column = column
        self._dtype = np.dtype(column.type.to_pandas_dtype())
        self._kinds = _KINDS[self._dtype.kind]
        self._parts: list[tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]] = []

    def part(self, value: Any, rows: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
        """See ``ColumnBuffer``."""
        data, missing = self._read(value, rows)
        if not data.size:
            data = data.astype(self._dtype)  # an empty array has no kind worth refusing
        if data.dtype.kind not in self._kinds:
            raise ValueError(f"takes {self._dtype}, got {data.dtype}")
        if data.ndim != 1:
            raise ValueError(f"takes one dimension, got {data.ndim}")
        if data.dtype == np.uint64:
            if data.size and int(data.max()) > np.iinfo(np.int64).max:
                raise ValueError(f"value {data.max()} does not fit")
            data = data.astype(np.int64)
        return data, missing

    def _read(self, value: Any, rows: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
        """Return what was given as an array of its own kind, with zeros for what is missing, and what is."""
        if type(value) is np.ndarray and value.ndim == 1:
            return value.copy(), None
        if isinstance(value, np.ma.MaskedArray):
            return value.data.copy(), np.ma.getmaskarray(value).copy()
        if value is None:
            return np.zeros(rows, self._dtype), np.ones(rows, np.bool_)
        if isinstance(value, list | tuple) and None in value:
            missing = np.array([item is None for item in value], dtype=np.bool_)
            return np.array([self._dtype.type(0) if item is None else item for item in value]), missing
        if row_count(value) is None:
            return np.full(rows, value), None
        return np.array(value, dtype=None if len(value) else self._dtype), None

    def add(self, part: tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]) -> None:
        """See ``ColumnBuffer``."""
        self._parts.append(part)

    def gathered(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
        """Return all rows cast to the column's type, and which are null (None when none is)."""
        if not self._parts:
            return np.empty(0, self._dtype), None
        data = np.concatenate([part for part, _ in self._parts])
        missing = None
        if any(mask is not None and mask.any() for _, mask in self._parts):
            missing = np.concatenate([np.zeros(part.size, np.bool_) if mask is None else mask for part, mask in self._parts])
            if not self.column.nullable:
                raise ValueError(f"is not nullable, {missing.sum()} of {missing.size} values are null")
            data[missing] = 0  # what lies under a null must not reach the file
        if self._dtype.kind in "iu" and data.size:
            limits = np.iinfo(self._dtype.name)
            for extreme in (data.min(), data.max()):
                if not limits.min <= extreme <= limits.max:
                    raise ValueError(f"value {extreme} does not fit {self._dtype}")
        with np.errstate(over="ignore"):
            cast = data.astype(self._dtype)
        if self._dtype.kind == "f" and not np.isfinite(cast).all():
            raise ValueError(f"value {data[~np.isfinite(cast)][0]} is not finite in {self._dtype}; a missing value is a null")
        self._parts = [(cast, missing)]
        return cast, missing

    def take(self, order: Order | None) -> pa.Array[Any]:
        """See ``ColumnBuffer``."""
        data, missing = self.gathered()
        self._parts = []
        if order is not None:
            data = data[order]
            missing = None if missing is None else missing[order]
        return pa.array(data, type=self.column.type, mask=missing)


class LabelBuffer:
    """Labels of a small set. A segment's dictionary holds the labels that occur in it, in alphabetical order."""

    def __init__(self, column: Column) -> None:
        """Buffer ``column``."""
        self.column = column
        self._parts: list[Labels] = []

    def part(self, value: Any, rows: int) -> Labels:
        """See ``ColumnBuffer``."""
        if isinstance(value, Labels):
            return value
        if value is None or isinstance(value, str):
            return Labels(np.full(rows, -1 if value is None else 0, np.int64), () if value is None else (value,))
        texts = list(value)
        wrong = [text for text in texts if not (text is None or isinstance(text, str))]
        if wrong:
            raise ValueError(f"takes labels(codes, vocabulary) or strings, got {wrong[0]!r}")
        vocabulary = tuple(sorted({str(text) for text in texts if text is not None}))
        number = {text: code for code, text in enumerate(vocabulary)}
        return Labels(np.array([-1 if text is None else number[str(text)] for text in texts], np.int64), vocabulary)

    def add(self, part: Labels) -> None:
        """See ``ColumnBuffer``."""
        self._parts.append(part)

    def take(self, order: Order | None) -> pa.Array[Any]:
        """See ``ColumnBuffer``."""
        parts, self._parts = self._parts, []
        occurring: set[str] = set()
        for part in parts:
            occurring.update(part.vocabulary[code] for code in np.unique(part.codes[part.codes >= 0]))
        if len(occurring) > MAX_LABELS:
            raise ValueError(f"has {len(occurring)} different labels in one segment, at most {MAX_LABELS} fit")
        dictionary = sorted(occurring)
        number = {text: code for code, text in enumerate(dictionary)}
        maps: dict[tuple[str, ...], npt.NDArray[np.int8]] = {}
        codes = [np.empty(0, np.int8)]
        for part in parts:
            if part.vocabulary not in maps:  # the last entry serves code -1
                maps[part.vocabulary] = np.array([number.get(text, -1) for text in part.vocabulary] + [-1], np.int8)
            codes.append(maps[part.vocabulary][np.maximum(part.codes, -1)])
        all_codes = np.concatenate(codes)
        missing = all_codes < 0
        if missing.any() and not self.column.nullable:
            raise ValueError(f"is not nullable, {missing.sum()} of {missing.size} values are null")
        all_codes[missing] = 0
        if order is not None:
            all_codes, missing = all_codes[order], missing[order]
        indices = pa.array(all_codes, type=pa.int8(), mask=missing if missing.any() else None)
        return pa.DictionaryArray.from_arrays(indices, pa.array(dictionary, type=pa.string()))


class TextBuffer:
    """Texts of any kind, such as names."""

    def __init__(self, column: Column) -> None:
        """Buffer ``column``."""
        self.column = column
        self._texts: list[str | None] = []

    def part(self, value: Any, rows: int) -> list[str | None]:
        """See ``ColumnBuffer``."""
        texts = [value] * rows if row_count(value) is None else list(value)
        wrong = [text for text in texts if not (isinstance(text, str) or (text is None and self.column.nullable))]
        if wrong:
            raise ValueError(f"takes strings, got {wrong[0]!r}")
        return texts

    def add(self, part: list[str | None]) -> None:
        """See ``ColumnBuffer``."""
        self._texts.extend(part)

    def take(self, order: Order | None) -> pa.Array[Any]:
        """See ``ColumnBuffer``."""
        texts, self._texts = self._texts, []
        return pa.array(texts if order is None else [texts[row] for row in order], type=self.column.type)


class ListBuffer:
    """Lists of numbers, such as polylines: one array a row, which may be empty but not null."""

    def __init__(self, column: Column) -> None:
        """Buffer ``column``."""
        self.column = column
        list_type = cast("pa.ListType[Any]", column.type)
        self._item = Column(column.name, list_type.value_type, column.unit, column.meaning)
        self._rows: list[Any] = []

    def part(self, value: Any, rows: int) -> list[Any]:
        """See ``ColumnBuffer``."""
        if row_count(value) is None:
            raise ValueError(f"takes one list a row, got {value!r} for {rows} rows")
        item = NumberBuffer(self._item)
        return [item.part(np.asarray(row) if isinstance(row, np.ndarray) else list(row), 0) for row in value]

    def add(self, part: list[Any]) -> None:
        """See ``ColumnBuffer``."""
        self._rows.extend(part)

    def take(self, order: Order | None) -> pa.Array[Any]:
        """See ``ColumnBuffer``."""
        rows, self._rows = self._rows, []
        items = NumberBuffer(self._item)
        offsets = [0]
        for row in rows if order is None else [rows[index] for index in order]:
            items.add(row)
            offsets.append(offsets[-1] + row[0].size)
        return pa.ListArray.from_arrays(pa.array(offsets, type=pa.int32()), items.take(None), type=self.column.type)


def buffer(column: Column) -> ColumnBuffer:
    """Return the buffer that suits the type of ``column``."""
    if column.type == LABEL:
        return LabelBuffer(column)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type):
        return NumberBuffer(column)
    return ListBuffer(column) if pa.types.is_list(column.type) else TextBuffer(column)
