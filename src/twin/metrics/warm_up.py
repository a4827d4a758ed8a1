"""How much of a run's beginning is warm-up, by its own log: MSER-5 on the number of vehicles on the roads.

K. P. White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69 (1997), 323-334, and
K. P. White, M. J. Cobb, S. C. Spratt, "A comparison of five steady-state truncation heuristics for simulation", WSC 2000. The
rule looks for a steady state: where demand follows a profile or an incident happens, it finds the changes of those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up, column
from twin.units import US_PER_S

BATCH: Final = 5
"""Values of a batch: the five of MSER-5."""

FEWEST_BATCHES: Final = 10
"""Batches below which nothing is said."""

Series = npt.NDArray[np.float64]


def mser(series: Series, batch: int = BATCH) -> int | None:
    """Return how many values at the beginning of ``series``, (n,), are to be left out; None for one that is too short.

    The number d of batches whose omission makes sum((Z - mean)^2) / (k - d)^2 of the k - d batch means left smallest: the
    squared half width of the mean's interval, but for a factor. At most half of the series is left out; where the best were
    beyond, it is not steady, and half is a lower bound. Of several the first.
    """
    count = series.size // batch
    if count < FEWEST_BATCHES:
        return None
    means = series[: count * batch].reshape(count, batch).mean(axis=1)
    centred = means - means.mean()  # or the difference of large squares would be lost
    kept = np.arange(count, 0, -1)
    sums, squares = np.cumsum(centred[::-1])[::-1], np.cumsum(centred[::-1] ** 2)[::-1]
    statistic = (squares - sums * sums / kept) / kept.astype(np.float64) ** 2
    candidates = statistic[: count // 2 + 1]
    least = candidates.min()
    return int(np.argmax(candidates <= least + 1e-12 * statistic[0])) * batch


def vehicles_over_time(run: Run) -> tuple[Series, float]:
    """Return vehicles on the roads, one value an interval from the start on, and the length of the interval, s.

    By the second from table ``perception`` where it has rows, else by the intervals of ``edge_state``.
    """
    for table, length_s in (("perception", 1.0), ("edge_state", 0.0)):
        names = ("t_us", "vehicle_s") if length_s else ("t_us", "interval_us", "vehicle_s")
        rows = after_warm_up(run, table, names, 0.0)
        if not rows.num_rows:
            continue
        interval_s = length_s or float(column(rows, "interval_us").max()) / US_PER_S
        place = (column(rows, "t_us") / (interval_s * US_PER_S)).astype(np.int64)
        count = int(run.manifest.simulated_s // interval_s)
        totals = np.bincount(place, column(rows, "vehicle_s").astype(np.float64), minlength=count)
        return totals[:count] / interval_s, interval_s
    return np.zeros(0), 1.0


def warm_up_needed_s(run: Run) -> float | None:
    """Return the warm-up that MSER-5 finds in the number of vehicles, s; None for a run too short to tell.

    Values of a minute or so, those of ``edge_state``, are means already and not batched again.
    """
    series, interval_s = vehicles_over_time(run)
    found = mser(series, BATCH if interval_s < BATCH else 1)
    return None if found is None else found * interval_s


def may_settle(scenario: Mapping[str, Any]) -> bool:
    """Return whether the traffic of a resolved scenario can have a steady state, without which the rule says nothing.

    Not where demand follows a profile whose factor changes, where there are incidents, or where trajectories are replayed.
    """
    changing = any(len({point["factor"] for point in profile}) > 1 for profile in _profiles(scenario.get("demand", {})))
    return not (changing or scenario.get("incidents") or scenario.get("replay"))


def _profiles(value: Any) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield every ``profile`` within the demand."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from [part] if key == "profile" else _profiles(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _profiles(part)
