"""How right the reported states of bays are: share of bay-time wrong or unknown, and how late changes are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.selection import codes, percentile, share
from twin.units import to_us

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FREE, OCCUPIED = range(2)
_STATES = {"free": FREE, "occupied": OCCUPIED, "unknown": 2, "closed": 3}


@dataclass(frozen=True, slots=True)
class ReportedFigures:
    """Bays that have a sensor, after the warm-up."""

    bays: int
    """Bays of which a state was ever reported."""
    bay_share: float
    """Of all bays."""
    wrong_share: float | None
    """Share of their bay-time in which the reported state was known and not the true one."""
    unknown_share: float | None
    """Share of it in which the state was unknown, or closed."""
    changes: int
    """Comings and goings there."""
    unreported_share: float | None
    """Share of them that the platform did not learn of before the bay's next change."""
    delay_p50_s: float | None
    """From a change until the platform knew, of the others."""
    delay_p95_s: float | None


def reported_figures(run: Run, warm_up_s: float = 0.0) -> ReportedFigures | None:
    """Return how right the reported states of the bays of ``run`` are after ``warm_up_s``; None without sensors."""
    told = run.table("bay").select(["t_us", "bay", "state"])
    if not told.num_rows:
        return None
    truth = run.table("bay_truth").select(["t_us", "bay", "occupied"])
    watched = np.unique(told.column("bay").to_numpy())
    bay = np.concatenate((truth.column("bay").to_numpy(), told.column("bay").to_numpy())).astype(np.int64)
    t_us = np.concatenate((truth.column("t_us").to_numpy(), told.column("t_us").to_numpy()))
    true = np.arange(bay.size) < truth.num_rows
    occupied = truth.column("occupied").to_numpy(zero_copy_only=False).astype(np.int64)
    state = np.concatenate((occupied, codes(told, "state", dict(_STATES))))
    end_us = max(to_us(run.manifest.simulated_s), int(t_us.max()))
    keep = np.isin(bay, watched)
    bay, t_us, true, state = bay[keep], t_us[keep], true[keep], state[keep]
    order = np.lexsort((~true, t_us, bay))
    bay, t_us, true, state = bay[order], t_us[order], true[order], state[order]
    from_us = to_us(warm_up_s)
    wrong_us, unknown_us, whole_us = _times(bay, t_us, true, state, from_us, end_us)
    delay_us, changes = _delays(bay, t_us, true, state, from_us)
    return ReportedFigures(
        bays=watched.size,
        bay_share=watched.size / max(run.table("bay_spec").num_rows, 1),
        wrong_share=share(wrong_us, whole_us),
        unknown_share=share(unknown_us, whole_us),
        changes=changes,
        unreported_share=share(changes - delay_us.size, changes),
        delay_p50_s=_seconds(percentile(delay_us, 50)),
        delay_p95_s=_seconds(percentile(delay_us, 95)),
    )


def _times(bay: Ints, t_us: Ints, true: Bools, state: Ints, from_us: int, end_us: int) -> tuple[int, int, int]:
    """Return the bay-time in us that is wrong, unknown, and all of it, from rows sorted by bay and time."""
    row = np.arange(bay.size)
    first = np.searchsorted(bay, bay)  # where the rows of each row's bay begin
    last_true = np.maximum.accumulate(np.where(true, row, -1))
    last_told = np.maximum.accumulate(np.where(true, -1, row))
    same = np.append(bay[1:] == bay[:-1], False)
    until_us = np.where(same, np.append(t_us[1:], end_us), end_us)
    length_us = np.maximum(until_us - np.maximum(t_us, from_us), 0)
    there = (last_true >= first) & (last_told >= first)
    reported = np.where(there, state[np.maximum(last_told, 0)], 2)
    wrong = (reported <= OCCUPIED) & (reported != state[np.maximum(last_true, 0)])
    known = reported <= OCCUPIED
    return int(length_us[wrong].sum()), int(length_us[~known].sum()), int(length_us.sum())


def _delays(bay: Ints, t_us: Ints, true: Bools, state: Ints, from_us: int) -> tuple[Ints, int]:
    """Return how long after a change the platform knew, (n,), of those it learned of, and the number of all changes."""
    row = np.arange(bay.size)
    change = np.flatnonzero(true & (t_us >= from_us) & (t_us > 0))
    size = bay.size
    next_true = _next(np.where(true, row, size))
    next_told = _next(np.where(true, size, row))
    told = next_told[change]
    safe = np.minimum(told, size - 1)
    known = (told < np.minimum(next_true[change], size)) & (bay[safe] == bay[change]) & (state[safe] == state[change])
    return (t_us[safe] - t_us[change])[known], int(change.size)


def _next(marked: Ints) -> Ints:
    """Return for each row the first marked one behind it; the number of rows where there is none."""
    later = np.append(marked[1:], marked.size)
    following: Ints = np.minimum.accumulate(later[::-1])[::-1]
    return following


def _seconds(value_us: float | None) -> float | None:
    return None if value_us is None else 1e-6 * value_us
