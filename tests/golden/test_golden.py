"""One minute of a small town against tables that were looked at and kept: integers and texts exactly, floats to 1e-6.

A difference is either a mistake or a change that is meant. For the second, ``pytest tests/golden --regenerate-golden`` writes
the tables again (and fails, so that nobody does so in passing); look at their difference and commit it with its reason.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pytest

from twin.eventlog.reader import Run, open_run
from twin.eventlog.tables import TABLES
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run

HERE = Path(__file__).parent
KEPT = HERE / "town"

TOLERANCE: Final = 1e-6
"""Relative, and absolute near zero: float32 columns carry some 1e-7."""

EVERY: Final = {"frame": 25, "message": 25}
"""Of these tables the rows of every n-th frame are kept; ``detection_stat`` counts all of them anyway."""

GOLDEN: Final = (
    "trajectory", "trip", "edge_state", "signal", "frame", "detection_stat", "observation", "message",
    "junction", "vehicle", "site", "station", "device_spec", "coverage", "bill",
)  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the town's minute."""
    return open_run(run(load_spec(HERE / "town.yaml", Scenario), tmp_path_factory.mktemp("town")).folder)


def test_every_event_table_has_rows(town: Run) -> None:
    """The golden run reaches every part: vehicles arrive, LiDARs detect and miss, messages go."""
    assert all(town.manifest.rows[table] > 0 for table in GOLDEN)
    assert any(arrival is not None for arrival in town.table("trip")["arrival_us"].to_pylist())
    seen = town.table("detection_stat").to_pydict()
    assert sum(seen["present"]) > sum(seen["visible"]) > sum(seen["detected"]) > 0


@pytest.mark.parametrize("table", GOLDEN)
def test_a_table_comes_out_as_it_was_kept(town: Run, table: str, request: pytest.FixtureRequest) -> None:
    """The same rows in the same order, with the same integers and texts, and floats within 1e-6."""
    file = KEPT / f"{table}.tsv"
    found = _as_text(town.table(table), EVERY.get(table, 1))
    if request.config.getoption("regenerate_golden"):
        _write(file, found)
        pytest.fail(f"{file.name} is written anew; look at its difference, then run without --regenerate-golden")
    kept = _read(file)
    assert found[0] == kept[0], "the columns differ"
    schema = TABLES[table].schema()
    is_float = [pa.types.is_floating(schema.field(name).type) for name in found[0]]
    wrong = [
        f"row {number}, {column}: kept {old or 'null'}, found {new or 'null'}"
        for number, (ours, theirs) in enumerate(zip(found[1:], kept[1:], strict=False), start=1)
        for column, new, old, near in zip(found[0], ours, theirs, is_float, strict=True)
        if not _same(new, old, near=near)
    ]
    assert not wrong, f"{len(wrong)} values differ, the first of them:\n" + "\n".join(wrong[:20])
    assert len(found) == len(kept), "the number of rows differs"


def test_no_table_is_kept_that_nobody_compares() -> None:
    """The folder holds the compared tables and nothing else."""
    assert sorted(path.name for path in KEPT.iterdir()) == sorted(f"{table}.tsv" for table in GOLDEN)


def _same(new: str, old: str, *, near: bool) -> bool:
    if near and new and old:
        return math.isclose(float(new), float(old), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return new == old


def _as_text(table: pa.Table, every: int) -> list[list[str]]:
    """Return the header and the rows as texts; of every ``every``-th frame where that is not 1."""
    rows = [row for row in table.to_pylist() if every == 1 or row["frame"] % every == 0]
    return [table.column_names, *([_text(value) for value in row.values()] for row in rows)]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.9g}"
    return " ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _write(file: Path, rows: list[list[str]]) -> None:
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as sink:
        csv.writer(sink, delimiter="\t", lineterminator="\n").writerows(rows)


def _read(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as source:
        return list(csv.reader(source, delimiter="\t"))
