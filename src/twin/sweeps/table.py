"""The table of a sweep: one row a run, in the order of the design, the same bytes whoever ran it in whatever order."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from twin.sweeps.design import Design
from twin.sweeps.store import Store
from twin.sweeps.task import Outcome

RESULTS: Final = "sweep"
COMPARISON: Final = "comparison"
FRONTIER: Final = "frontier"
MANIFEST: Final = "sweep.json"

COMPLETE: Final = "complete"
FAILED: Final = "failed"


def results_table(design: Design, outcomes: Mapping[int, Outcome]) -> pa.Table:
    """Return one row a run: labels of the axes, seed, state, every metric (float64, as in the run's summary), folder, error."""
    numbered = [(run, outcomes[number]) for number, run in enumerate(design.runs)]
    columns: dict[str, Any] = {
        axis: pa.array([run.labels[i] for run, _ in numbered], pa.string()) for i, axis in enumerate(design.axes)
    }
    columns["seed"] = pa.array([run.seed for run, _ in numbered], pa.int64())
    columns["state"] = pa.array([FAILED if done.summary is None else COMPLETE for _, done in numbered], pa.string())
    for metric in design.metrics:
        columns[metric] = pa.array([_figure(done, metric) for _, done in numbered], pa.float64())
    columns["folder"] = pa.array([run.folder for run, _ in numbered], pa.string())
    columns["error"] = pa.array([done.error or None for _, done in numbered], pa.string())
    return pa.table(columns)


def _figure(outcome: Outcome, metric: str) -> float | None:
    value = None if outcome.summary is None else outcome.summary.get(metric)
    return None if value is None else float(value)


def write_table(folder: Store, name: str, table: pa.Table) -> None:
    """Write ``table`` as ``name``.parquet and ``name``.csv; a reader sees the old files or the new ones, never a part."""
    parquet, text = io.BytesIO(), io.BytesIO()
    pa.parquet.write_table(table, parquet, compression="zstd")
    pa.csv.write_csv(table, text)
    folder.write(f"{name}.parquet", parquet.getvalue())
    folder.write(f"{name}.csv", text.getvalue())


def write_manifest(folder: Store, manifest: Mapping[str, Any]) -> None:
    """Write ``sweep.json``."""
    folder.write(MANIFEST, (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode())
