"""Sums of what became of messages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from twin.eventlog.recorder import Recorder
from twin.v2x.radio.heard import OUTCOMES, DeliveryTotals


def test_every_message_counts_once_and_intervals_begin_anew(tmp_path: Path) -> None:
    """A thousand messages against counting one by one; an interval without any writes nothing."""
    rng = np.random.default_rng(2)
    unit, distance_m = rng.integers(0, 3, 1000), rng.uniform(0.0, 499.0, 1000)
    outcome = rng.integers(0, len(OUTCOMES), 1000)
    recorder, totals = Recorder(tmp_path), DeliveryTotals(np.array([7, 8, 9]), 500.0)
    totals.add(unit[:600], distance_m[:600], outcome[:600])
    totals.add(unit[600:], distance_m[600:], outcome[600:])
    totals.close_interval(60_000_000, recorder)
    totals.close_interval(120_000_000, recorder)
    recorder.close_segment()
    rows = pa.concat_tables([ipc.open_file(part).read_all() for part in (tmp_path / "delivery_stat").iterdir()]).to_pylist()
    assert {row["t_us"] for row in rows} == {0}
    assert sum(row["sent"] for row in rows) == 1000
    for row in rows:
        mine = (unit == row["device"] - 7) & (distance_m // 50 * 50 == row["range_bin_m"])
        assert row["sent"] == mine.sum()
        assert [row[name] for name in OUTCOMES] == [int((outcome[mine] == n).sum()) for n in range(len(OUTCOMES))]
