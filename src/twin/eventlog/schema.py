"""What a table of the log is made of, and the version of all of them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

SCHEMA_VERSION: Final = 8
"""Raised when a column changes its name, type, unit or meaning; readers refuse logs of other versions."""

LABEL: Final = pa.dictionary(pa.int8(), pa.string())
"""A short label from a small set, such as a vehicle class."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    type: pa.DataType
    unit: str
    """The unit, or ``-`` for counts, labels and identifiers."""
    meaning: str
    truth: bool = False
    """True when only the simulator can know it: left out of what is streamed or exported unless asked for."""
    nullable: bool = False

    def field(self) -> pa.Field[Any]:
        """Return the Arrow field with its metadata."""
        metadata = {"unit": self.unit, "meaning": self.meaning, "truth": "true" if self.truth else "false"}
        return pa.field(self.name, self.type, nullable=self.nullable, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the log."""

    name: str
    row: str
    """What one row is."""
    columns: tuple[Column, ...]
    static: bool = False
    """True for the run's dimensions, written once at the start."""
    sort_by: tuple[str, ...] = ()
    """The order of the rows within a segment."""

    def schema(self) -> pa.Schema:
        """Return the Arrow schema, with the table's meaning and the schema version in its metadata."""
        metadata: dict[bytes | str, bytes | str] = {"table": self.name, "row": self.row, "schema_version": str(SCHEMA_VERSION)}
        return pa.schema([column.field() for column in self.columns], metadata=metadata)
