"""Which density: what each added site buys, which variants are on the Pareto front of cost, where the curve has its knee.

Every statement comes with the share of bootstrap resamples of the seeds in which it holds. All variants of a resample have the
same seeds, so that pairing is kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twin.metrics.statistics import Estimate, paired_difference
from twin.rng import stream_key, uniforms

COST: Final = "cost_cny"
SITES: Final = "sites"
PERCEIVED: Final = "perceived_share"

AIMS: Final = {PERCEIVED: 1.0, "perceived_twice_share": 1.0, "mec_age_p95_ms": -1.0, "cloud_age_p95_ms": -1.0}
"""Figures that cost is held against: 1 where more is better, -1 where less is."""

ALL: Final = "all"
"""Name of the front of cost against all aims together."""

RESAMPLES: Final = 999
DIGITS: Final = 12

Matrix = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether something holds for the means over the seeds, and how surely."""

    holds: bool
    share: float
    """Of the resamples of the seeds, those in which it holds."""


@dataclass(frozen=True, slots=True)
class MarginalGain:
    """What a variant has more than the next sparser one."""

    sparser: tuple[str, ...]
    added_sites: float
    added_cost_cny: float
    perceived_share: Estimate | None
    """Paired difference of the perceived share."""
    nested: bool
    """False where the variant is known to lack sites of the sparser one: then others moved as well."""

    @property
    def per_site(self) -> float | None:
        """Perceived share gained by an added site."""
        return None if self.perceived_share is None or not self.added_sites else self.perceived_share.mean / self.added_sites


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """One variant."""

    labels: tuple[str, ...]
    figures: Mapping[str, float]
    """Means over the common seeds: cost, sites and the aims that the sweep has."""
    fronts: Mapping[str, Standing]
    """By aim, whether no variant is better and not dearer; under ``ALL``, in all aims together."""
    knee: Standing
    marginal: MarginalGain | None
    """None for the variant with the fewest sites, and where the sweep has no ``sites``."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """The variants of one axis, cheapest first; one such of each combination of the other axes."""

    points: tuple[FrontierPoint, ...]
    seeds: int
    budget_cny: float | None = None

    @property
    def best_within_budget(self) -> FrontierPoint | None:
        """The variant that perceives most of those that the budget pays for, the cheapest of equal ones; None without any."""
        budget_cny = self.budget_cny
        if budget_cny is None:
            return None
        paid = [point for point in self.points if PERCEIVED in point.figures and point.figures[COST] <= budget_cny]
        return max(paid, key=lambda point: point.figures[PERCEIVED], default=None)


def pareto_front(costs: Matrix) -> Flags:
    """Return (..., v) which of v alternatives are on the front of (..., v, k) figures of which less is better.

    One is not when another is no worse in any figure and better in one; those that are the same in all are on it together.
    """
    ours, theirs = costs[..., :, None, :], costs[..., None, :, :]
    dominated = (theirs <= ours).all(axis=-1) & (theirs < ours).any(axis=-1)
    front: Flags = np.logical_not(dominated.any(axis=-1))
    return front


def knee(x: Matrix, y: Matrix) -> int | None:
    """Return where a rising curve that flattens has its knee: the point farthest above the line between its ends.

    ``x``, (n,), rises strictly. Kneedle without smoothing, which few points neither need nor bear: V. Satopää, J. Albrecht,
    D. Irwin, B. Raghavan, "Finding a 'kneedle' in a haystack", ICDCS Workshops 2011. Of several the first; None for fewer than
    three points, and where none is above the line.
    """
    if x.size < 3 or y[-1] <= y[0]:
        return None
    above = (y - y[0]) / (y[-1] - y[0]) - (x - x[0]) / (x[-1] - x[0])
    best = int(np.argmax(above > above.max() - 1e-12))
    return best if above[best] > 1e-12 else None


def frontiers(
    table: pa.Table,
    axes: Sequence[str],
    baseline: tuple[int, str] | None,
    budget_cny: float | None = None,
    not_nested: Collection[tuple[tuple[str, ...], tuple[str, ...]]] = (),
) -> list[Frontier]:
    """Return the fronts over the values of the baseline's axis, for each combination of the others, of a table of results.

    Without axes, ``cost_cny`` or any aim there is none. Seeds count that every variant has figures of. ``not_nested`` as in
    ``Design``.
    """
    figures = {*table.column_names} - {*axes}
    aims = [name for name in AIMS if name in figures and table[name].null_count < table.num_rows]
    if baseline is None or COST not in figures or not aims:
        return []
    names = [COST, *aims, *({SITES} & figures)]
    labels = list(zip(*(table[axis].to_pylist() for axis in axes), strict=True))
    seeds = [int(seed) for seed in table["seed"].to_numpy()]
    values = np.column_stack([table[name].to_numpy() for name in names]).astype(np.float64)
    groups: dict[tuple[str, ...], dict[tuple[str, ...], dict[int, Matrix]]] = {}
    for variant, seed, row in zip(labels, seeds, values, strict=True):
        others = (*variant[: baseline[0]], *variant[baseline[0] + 1 :])
        groups.setdefault(others, {}).setdefault(variant, {})[seed] = row
    found = (_frontier(variants, names, aims, not_nested) for variants in groups.values())
    return [replace(one, budget_cny=budget_cny) for one in found if one is not None]


def _frontier(
    variants: Mapping[tuple[str, ...], Mapping[int, Matrix]],
    names: list[str],
    aims: list[str],
    not_nested: Collection[tuple[tuple[str, ...], tuple[str, ...]]],
) -> Frontier | None:
    whole = [{seed for seed, row in by_seed.items() if not np.isnan(row).any()} for by_seed in variants.values()]
    common = sorted(set.intersection(*whole))
    if not common:
        return None
    values = np.array([[by_seed[seed] for seed in common] for by_seed in variants.values()])  # (variants, seeds, figures)
    order = np.argsort(values[:, :, 0].mean(axis=1), kind="stable")
    values, labels = values[order], [[*variants][place] for place in order.tolist()]
    means = _means(values, np.ones((1, len(common))))
    resampled = _means(values, _weights(len(common), "\0".join(part for variant in labels for part in variant)))
    signs = np.array([-AIMS.get(name, -1.0) for name in names])
    groups = {name: [0, place] for place, name in enumerate(aims, 1)} | {ALL: [*range(len(aims) + 1)]}
    fronts = {
        name: _standings(*(pareto_front(_rounded((signs * one)[..., chosen])) for one in (means, resampled)))
        for name, chosen in groups.items()
    }
    perceived = names.index(PERCEIVED) if PERCEIVED in aims else None
    knees = _standings(*(_knees(one, perceived) for one in (means, resampled)))
    gains = _marginal(labels, values, names, not_nested)
    points = tuple(
        FrontierPoint(
            variant,
            dict(zip(names, means[0, place].tolist(), strict=True)),
            {name: standings[place] for name, standings in fronts.items()},
            knees[place],
            gains[place],
        )
        for place, variant in enumerate(labels)
    )
    return Frontier(points, len(common))


def _weights(count: int, name: str) -> Matrix:
    """Return (resamples, count): how often each seed is in each resample."""
    draws = uniforms(stream_key(0, "frontier", name), np.arange(RESAMPLES * (-(-count // 4))))
    chosen = (draws.reshape(RESAMPLES, -1)[:, :count] * count).astype(np.int64)
    weights = np.zeros((RESAMPLES, count))
    np.add.at(weights, (np.arange(RESAMPLES)[:, None], chosen), 1.0)
    return weights


def _means(values: Matrix, weights: Matrix) -> Matrix:
    """Return (resamples, variants, figures) means of (variants, seeds, figures) values."""
    means: Matrix = np.einsum("rs,vsf->rvf", weights, values) / values.shape[1]
    return means


def _rounded(figures: Matrix) -> Matrix:
    """Return figures to twelve digits of the largest of each column, so that sums of the same values are ties."""
    largest = np.abs(figures).max(axis=tuple(range(figures.ndim - 1)))
    rounded: Matrix = np.round(figures / np.where(largest > 0.0, largest, 1.0), DIGITS)
    return rounded


def _knees(figures: Matrix, perceived: int | None) -> Flags:
    """Return (resamples, variants) which variant is the knee of the front of cost and perceived share."""
    found = np.zeros(figures.shape[:2], np.bool_)
    if perceived is None:
        return found
    curve = _rounded(figures[..., [0, perceived]] * np.array([1.0, -1.0]))
    front = pareto_front(curve)
    for row, on_front in enumerate(front):
        cost, first = np.unique(curve[row, on_front, 0], return_index=True)
        place = knee(cost, -curve[row, on_front, 1][first])
        if place is not None:
            found[row, np.flatnonzero(on_front)[first[place]]] = True
    return found


def _standings(holds: Flags, resampled: Flags) -> list[Standing]:
    return [Standing(bool(now), float(share)) for now, share in zip(holds[0], resampled.mean(axis=0), strict=True)]


def _marginal(
    labels: Sequence[tuple[str, ...]],
    values: Matrix,
    names: Sequence[str],
    not_nested: Collection[tuple[tuple[str, ...], tuple[str, ...]]],
) -> list[MarginalGain | None]:
    """Return each variant's gain over the one with the next fewer sites."""
    gains: list[MarginalGain | None] = [None] * len(labels)
    if SITES not in names:
        return gains
    sites = values[:, :, names.index(SITES)].mean(axis=1)
    order = np.argsort(sites, kind="stable").tolist()
    for sparse, dense in itertools.pairwise(order):
        gain = None
        if PERCEIVED in names:
            column = names.index(PERCEIVED)
            gain = paired_difference(values[dense, :, column], values[sparse, :, column])
        cost_cny = float(values[dense, :, 0].mean() - values[sparse, :, 0].mean())
        added = float(sites[dense] - sites[sparse])
        gains[dense] = MarginalGain(labels[sparse], added, cost_cny, gain, (labels[sparse], labels[dense]) not in not_nested)
    return gains


def frontier_table(found: Sequence[Frontier], axes: Sequence[str]) -> pa.Table:
    """Return the frontiers as a tidy table, one row a variant."""
    points = [point for frontier in found for point in frontier.points]
    figures = list(dict.fromkeys(name for point in points for name in point.figures))
    fronts = list(dict.fromkeys(name for point in points for name in point.fronts))
    gains = [point.marginal for point in points]
    shares = [gain and gain.perceived_share for gain in gains]
    columns: dict[str, pa.Array[Any]] = {
        axis: pa.array([point.labels[i] for point in points], pa.string()) for i, axis in enumerate(axes)
    }
    columns |= {name: pa.array([point.figures.get(name) for point in points], pa.float64()) for name in figures}
    for name in fronts:
        columns[f"front_{name}"] = pa.array([point.fronts[name].holds for point in points], pa.bool_())
        columns[f"front_{name}_resamples"] = pa.array([point.fronts[name].share for point in points], pa.float64())
    columns["knee"] = pa.array([point.knee.holds for point in points], pa.bool_())
    columns["knee_resamples"] = pa.array([point.knee.share for point in points], pa.float64())
    columns["sparser"] = pa.array([gain and " · ".join(gain.sparser) for gain in gains], pa.string())
    columns["added_sites"] = pa.array([gain and gain.added_sites for gain in gains], pa.float64())
    columns["added_cost_cny"] = pa.array([gain and gain.added_cost_cny for gain in gains], pa.float64())
    columns["gained_share"] = pa.array([share and share.mean for share in shares], pa.float64())
    columns["gained_share_half_width"] = pa.array([share and share.half_width for share in shares], pa.float64())
    columns["gained_share_per_site"] = pa.array([gain and gain.per_site for gain in gains], pa.float64())
    return pa.table(columns)
