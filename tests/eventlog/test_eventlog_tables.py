"""Every declared table says what it holds."""

from __future__ import annotations

import pyarrow as pa
import pytest

from twin.eventlog.schema import LABEL, Column, Table
from twin.eventlog.tables import EVENT_TABLES, STATIC_TABLES, TABLES

COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}") for table in TABLES.values() for column in table.columns
]

UNIT_OF_SUFFIX = {
    "_us": "us",
    "_s": "s",
    "_m": "m",
    "_m2": "m2",
    "_cm2": "cm2",
    "_cm": "cm",
    "_mps": "m/s",
    "_cmps": "cm/s",
    "_cdeg": "0.01 deg",
    "_deg": "deg",
    "_hz": "Hz",
    "_cny": "CNY",
    "_years": "years",
    "_mbps": "Mbit/s",
    "_kg": "kg",
    "_c": "degC",
    "_k": "K",
}


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_says_unit_meaning_and_truth(table: Table, column: Column) -> None:
    """A column's Arrow metadata names its unit, a one-line meaning and whether only the simulator can know it."""
    field = table.schema().field(column.name)
    assert field.metadata is not None
    assert field.metadata[b"unit"]
    assert field.metadata[b"meaning"]
    assert b"\n" not in field.metadata[b"meaning"]
    assert field.metadata[b"truth"] in (b"true", b"false")
    assert field.nullable == column.nullable


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_the_name_ends_in_the_unit(table: Table, column: Column) -> None:
    """A column whose name ends in a unit declares that very unit, and a column with a unit ends in it."""
    suffix = max((suffix for suffix in UNIT_OF_SUFFIX if column.name.endswith(suffix)), key=len, default=None)
    if suffix is not None:
        assert column.unit == UNIT_OF_SUFFIX[suffix]
    else:
        assert column.unit == "-" or column.name == "bytes", f"{table.name}.{column.name} has unit {column.unit}"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_is_declared_once_and_can_be_sorted(table: Table) -> None:
    """Table and column names are unique, event tables have a row meaning, and the sort keys are plain numbers without nulls."""
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert table.row
    for key in table.sort_by:
        column = table.columns[names.index(key)]
        assert pa.types.is_integer(column.type)
        assert not column.nullable
    assert len(TABLES) == len(EVENT_TABLES) + len(STATIC_TABLES)


def test_time_is_integer_microseconds() -> None:
    """``t_us`` is int64 wherever it stands."""
    times = [column for table in TABLES.values() for column in table.columns if column.name.endswith("t_us")]
    assert times
    assert {column.type for column in times} == {pa.int64()}
    assert pa.types.is_dictionary(LABEL)
