"""What declarations of tables share."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from twin.eventlog.schema import Column


def column(name: str, type_: pa.DataType, unit: str, meaning: str, *, null: bool = False) -> Column:
    """Return a column that anybody may see."""
    return Column(name, type_, unit, meaning, nullable=null)


def prices(name: str, meaning: str) -> tuple[Column, ...]:
    """Return the columns of a price as a range: the least, the middle and the most."""
    ends = (("_low_cny", "least"), ("_cny", "middle"), ("_high_cny", "most"))
    return tuple(column(f"{name}{ending}", pa.float64(), "CNY", f"{meaning}; {end}") for ending, end in ends)


def truth(name: str, type_: pa.DataType, unit: str, meaning: str, *, null: bool = False) -> Column:
    """Return a column that only the simulator can know."""
    return Column(name, type_, unit, meaning, truth=True, nullable=null)


T_US: Final = column("t_us", pa.int64(), "us", "time since the scenario's start")
POINTS: Final = pa.list_(pa.int32())
