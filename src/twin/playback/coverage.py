"""What devices see of the roads, as the arrays that a browser colours roads by."""

from __future__ import annotations

import numpy as np

from twin.eventlog.edge_lines import EdgeLines
from twin.eventlog.reader import Run
from twin.playback.columns import Array, column
from twin.units import CM_PER_M, to_us

_SHARES = {"edge_perceived": "seen_s", "edge_known": "known_regional_200ms_s"}
"""Shares of vehicle time, and the columns of ``perception`` that they are of."""


def coverage_arrays(run: Run) -> dict[str, Array]:
    """Return the stretches of roads with how many devices have them in sight, and the share perceived by edge.

    ``stretch_edge`` are rows of the table ``edge``; ``stretch_start`` and ``stretch_xy`` the stretches' lines; after the
    warm-up, ``edge_perceived`` the share of vehicle time that at least one device perceived, ``edge_known`` that in which the
    regional clouds had news not older than 200 ms; NaN where nobody drove.
    """
    numbers = column(run.table("edge"), "edge")
    found, lines = run.table("coverage"), EdgeLines(run)
    edge, from_m, to_m = column(found, "edge"), column(found, "from_cm") / CM_PER_M, column(found, "to_cm") / CM_PER_M
    pieces = [lines.piece(*stretch) for stretch in zip(edge.tolist(), from_m.tolist(), to_m.tolist(), strict=True)]
    return {
        "stretch_edge": _rows(numbers, edge).astype(np.uint32),
        "stretch_devices": np.minimum(column(found, "devices"), np.iinfo(np.uint8).max).astype(np.uint8),
        "stretch_start": np.concatenate(([0], np.cumsum([len(piece) for piece in pieces]))).astype(np.uint32),
        "stretch_xy": np.concatenate([np.empty((0, 2)), *pieces]).astype(np.float32).ravel(),
        **_shares(run, numbers),
    }


def _shares(run: Run, numbers: Array) -> dict[str, Array]:
    warm_up_us = to_us(run.warm_up_s)
    sums = {name: np.zeros(numbers.size) for name in ("vehicle_s", *_SHARES.values())}
    for batch in run.batches("perception", ("t_us", "edge", *sums)):
        late = batch.column("t_us").to_numpy() >= warm_up_us
        row = _rows(numbers, batch.column("edge").to_numpy()[late])
        for name, total in sums.items():
            total[:] += np.bincount(row, weights=batch.column(name).to_numpy()[late], minlength=numbers.size)
    driven = sums["vehicle_s"] > 0.0
    found = {}
    for name, part in _SHARES.items():
        shares = np.full(numbers.size, np.nan)
        found[name] = np.divide(sums[part], sums["vehicle_s"], out=shares, where=driven).astype(np.float32)
    return found


def _rows(numbers: Array, edge: Array) -> Array:
    order = np.argsort(numbers, kind="stable")
    return np.asarray(order[np.searchsorted(numbers, edge, sorter=order)])
