"""What metrics share: rows after the warm-up, shares that may be undefined, exact percentiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.eventlog.reader import Run
from twin.eventlog.tables import TABLES
from twin.units import to_us


def after_warm_up(run: Run, table: str, columns: Sequence[str], warm_up_s: float, time: str = "t_us") -> pa.Table:
    """Return ``columns`` of the rows of ``table`` whose ``time`` is at or after the warm-up, read segment by segment.

    A row whose time is null is left out. Label columns have one dictionary over all segments.
    """
    names = [column.name for column in TABLES[table].columns if column.name in {*columns, time}]
    kept = []
    for batch in run.batches(table, names):
        late = pc.greater_equal(batch.column(time), pa.scalar(to_us(warm_up_s), pa.int64()))
        kept.append(batch.filter(late))  # a null is dropped as well
    schema = pa.schema([TABLES[table].schema().field(name) for name in names])
    return pa.Table.from_batches(kept, schema=schema).select(list(columns)).unify_dictionaries()


def seeing_devices(run: Run) -> pa.Table:
    """Return the rows of ``device_spec`` of devices that see objects: those with a range."""
    table = run.table("device_spec")
    return table.filter(pc.is_valid(table.column("range_m")))


def by_number(table: pa.Table, key: str, name: str) -> npt.NDArray[Any]:
    """Return the values of a number column by the number in column ``key``, (greatest number + 1,); 0 where one is missing."""
    number, values = table.column(key).to_numpy(), table.column(name).to_numpy()
    found = np.zeros(int(number.max(initial=-1)) + 1, values.dtype)
    found[number] = values
    return found


def column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    """Return the values of a number column that are not null, (n,)."""
    values: npt.NDArray[Any] = table.column(name).drop_null().to_numpy()
    return values


def codes(table: pa.Table, name: str, vocabulary: dict[str, int]) -> npt.NDArray[np.int64]:
    """Return the labels of a column by their number in ``vocabulary``, which takes those that it did not know."""
    numbers = np.full(table.num_rows, -1, np.int64)
    begin = 0
    for chunk in cast("list[pa.DictionaryArray[Any, Any]]", table.column(name).chunks):
        known = np.array(
            [vocabulary.setdefault(str(label), len(vocabulary)) for label in chunk.dictionary.to_pylist()], np.int64
        )
        if len(chunk):
            numbers[begin : begin + len(chunk)] = known[chunk.indices.to_numpy()]
        begin += len(chunk)
    return numbers


def share(part: float, whole: float) -> float | None:
    """Return ``part / whole``; None where the whole is 0 and no share exists."""
    return part / whole if whole else None


def percentile(values: npt.NDArray[Any], percent: int) -> float | None:
    """Return the nearest-rank percentile: the smallest value that ``percent`` % (1 to 100) of all do not exceed; None without.

    Definition 1 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996):
    exact, always one of the values, and independent of their order.
    """
    if not values.size:
        return None
    rank = -(-percent * values.size // 100) - 1  # in integers: NumPy's inverted_cdf is off by one where n * 0.55 is rounded up
    return float(np.partition(values, rank)[rank])
