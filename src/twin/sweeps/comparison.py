"""Each variant of a sweep against the baseline: means over the seeds, differences seed by seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twin.metrics.resampling import Interval, studentised_interval
from twin.metrics.statistics import (
    Estimate,
    PairingGain,
    UnpairedDifference,
    holm_adjusted,
    mean_estimate,
    paired_difference,
    pairing_gain,
    student_p_value,
    unpaired_difference,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of one variant."""

    metric: str
    labels: tuple[str, ...]
    """Value of each axis."""
    mean: Estimate | None
    """Over the seeds; None when no run has the figure."""
    baseline: tuple[str, ...] | None
    """Variant that it is compared with: the same but for the baseline's axis; None for itself and without axes."""
    paired: Estimate | None = None
    """Difference to the baseline over the seeds that both have."""
    unpaired: UnpairedDifference | None = None
    """The same without making use of the common seeds, to show what pairing buys."""
    gain: PairingGain | None = None
    """What pairing buys."""
    mean_studentised: Interval | None = None
    """Bootstrap-t interval of the mean; None for fewer than five seeds."""
    paired_studentised: Interval | None = None
    """Bootstrap-t interval of the difference."""
    p_value: float | None = None
    """Of the paired difference, Student's test."""
    p_holm: float | None = None
    """The same, held for all differences of this metric together (Holm)."""

    @property
    def narrower(self) -> float | None:
        """How many times narrower the paired interval is than the unpaired one; None where one of them has no width."""
        if self.paired is None or self.unpaired is None or not self.paired.half_width or not self.unpaired.half_width:
            return None
        return self.unpaired.half_width / self.paired.half_width


def compare(table: pa.Table, axes: Sequence[str], metrics: Sequence[str], baseline: tuple[int, str] | None) -> list[Comparison]:
    """Return the comparisons of a table of results: metric by metric, variants in the order of the table."""
    labels = list(zip(*(table[axis].to_pylist() for axis in axes), strict=True)) if axes else [()] * table.num_rows
    rows: dict[tuple[str, ...], list[int]] = {}
    for row, variant in enumerate(labels):
        rows.setdefault(variant, []).append(row)
    seeds = table["seed"].to_numpy()
    found = []
    for metric in metrics:
        values = table[metric].to_numpy()
        by_variant = {variant: _by_seed(seeds[at], values[at]) for variant, at in rows.items()}
        own = [_comparison(metric, variant, by_variant, baseline) for variant in rows]
        adjusted = holm_adjusted([one.p_value for one in own])
        found += [replace(one, p_holm=p_holm) for one, p_holm in zip(own, adjusted, strict=True)]
    return found


def _by_seed(seeds: npt.NDArray[np.int64], values: npt.NDArray[np.float64]) -> dict[int, float]:
    return {int(seed): float(value) for seed, value in zip(seeds, values, strict=True) if not np.isnan(value)}


def _comparison(
    metric: str,
    variant: tuple[str, ...],
    by_variant: dict[tuple[str, ...], dict[int, float]],
    baseline: tuple[int, str] | None,
) -> Comparison:
    ours = by_variant[variant]
    name = "\0".join((metric, *variant))
    mean, studentised = mean_estimate([*ours.values()]), studentised_interval([*ours.values()], name)
    if baseline is None or variant[baseline[0]] == baseline[1]:
        return Comparison(metric, variant, mean, None, mean_studentised=studentised)
    other = (*variant[: baseline[0]], baseline[1], *variant[baseline[0] + 1 :])
    theirs = by_variant[other]
    both = [seed for seed in ours if seed in theirs]
    our_values, their_values = np.array([ours[seed] for seed in both]), np.array([theirs[seed] for seed in both])
    paired = paired_difference(our_values, their_values)
    return Comparison(
        metric,
        variant,
        mean,
        other,
        paired,
        unpaired_difference([*ours.values()], [*theirs.values()]),
        pairing_gain(our_values, their_values),
        studentised,
        studentised_interval(our_values - their_values, "\0".join((name, *other))),
        student_p_value(paired),
    )


def comparison_table(comparisons: Sequence[Comparison], axes: Sequence[str]) -> pa.Table:
    """Return the comparisons as a tidy table, one row each; half widths, lows and highs are those of 95 % intervals."""
    columns: dict[str, Any] = {"metric": pa.array([one.metric for one in comparisons], pa.string())}
    for i, axis in enumerate(axes):
        columns[axis] = pa.array([one.labels[i] for one in comparisons], pa.string())
    figures: dict[str, list[Any]] = {
        "count": [one.mean.count if one.mean else 0 for one in comparisons],
        "mean": [one.mean and one.mean.mean for one in comparisons],
        "deviation": [one.mean and one.mean.deviation for one in comparisons],
        "half_width": [one.mean and one.mean.half_width for one in comparisons],
        "low_studentised": [one.mean_studentised and one.mean_studentised.low for one in comparisons],
        "high_studentised": [one.mean_studentised and one.mean_studentised.high for one in comparisons],
        "pairs": [one.paired.count if one.paired else None for one in comparisons],
        "difference": [one.paired and one.paired.mean for one in comparisons],
        "difference_half_width_paired": [one.paired and one.paired.half_width for one in comparisons],
        "difference_low_studentised": [one.paired_studentised and one.paired_studentised.low for one in comparisons],
        "difference_high_studentised": [one.paired_studentised and one.paired_studentised.high for one in comparisons],
        "difference_half_width_unpaired": [one.unpaired and one.unpaired.half_width for one in comparisons],
        "correlation": [one.gain and one.gain.correlation for one in comparisons],
        "variance_ratio": [one.gain and one.gain.variance_ratio for one in comparisons],
        "p": [one.p_value for one in comparisons],
        "p_holm": [one.p_holm for one in comparisons],
    }
    for name, values in figures.items():
        columns[name] = pa.array(values, pa.int64() if name in ("count", "pairs") else pa.float64())
    return pa.table(columns)
