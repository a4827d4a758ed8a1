"""How often 95 % intervals hold the truth: Student's and the studentised bootstrap's, over synthetic seeds of known mean.

    python benchmarks/interval_coverage.py [--repetitions 20000] [--resamples 999] [--json]
    python benchmarks/interval_coverage.py --sweep runs/<name>-<hash> [--repetitions 2000]

Prints a row a distribution and number of seeds, and what happens when a sweep stops as soon as its interval is narrow
(``precision:``): then the number of seeds depends on what was drawn. The percentile bootstrap stands beside for comparison.

With ``--sweep`` the values are not synthetic: few seeds are drawn, with replacement, from the many of a finished sweep, whose
mean over all of them counts as the truth.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.metrics.resampling import studentised_bounds
from twin.metrics.statistics import LEVEL
from twin.rng import stream_key
from twin.sweeps.results import read_results

SEEDS: Final = (5, 10, 20, 50)

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Synthetic values of a seed."""

    name: str
    skewness: float
    mean: float
    draw: Callable[[np.random.Generator, tuple[int, int]], Matrix]
    """Of a generator and a shape."""


def _paired(generator: np.random.Generator, shape: tuple[int, int]) -> Matrix:
    """Return differences of two gamma values that share a summand, as two variants share the traffic of their seed."""
    common = generator.gamma(4.0, 1.0, shape)
    ours, theirs = common + generator.gamma(2.0, 1.0, shape), common + generator.gamma(1.0, 0.5, shape)
    return ours - theirs


DISTRIBUTIONS: Final = (
    Distribution("normal", 0.0, 0.0, lambda draws, shape: draws.standard_normal(shape)),
    Distribution("uniform", 0.0, 0.5, lambda draws, shape: draws.random(shape)),
    Distribution("gamma, shape 16", 0.5, 16.0, lambda draws, shape: draws.gamma(16.0, 1.0, shape)),
    Distribution("gamma, shape 4", 1.0, 4.0, lambda draws, shape: draws.gamma(4.0, 1.0, shape)),
    Distribution("paired difference", 1.11, 1.5, _paired),
    Distribution("lognormal, sigma 0.5", 1.75, float(np.exp(0.125)), lambda draws, shape: draws.lognormal(0.0, 0.5, shape)),
    Distribution("exponential", 2.0, 1.0, lambda draws, shape: draws.exponential(1.0, shape)),
    Distribution("lognormal, sigma 1", 6.18, float(np.exp(0.5)), lambda draws, shape: draws.lognormal(0.0, 1.0, shape)),
)
"""Skewness of the paired difference: (2 * 2 - 2 * 0.5**3) / (2 + 0.25)**1.5 of third and second cumulants."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of the repetitions in which each interval held the truth."""

    distribution: str
    skewness: float
    seeds: int
    student: float
    studentised: float
    percentile: float
    wider: float
    """Median width of the studentised interval over that of Student's."""


def samples_of(distribution: Distribution, seeds: int, repetitions: int) -> tuple[Matrix, npt.NDArray[np.uint64]]:
    """Return (repetitions, seeds) values and the keys of their resamples."""
    key = stream_key(20260522, "interval coverage", f"{distribution.name}\0{seeds}")
    generator = np.random.Generator(np.random.Philox(key=int(key)))
    values = distribution.draw(generator, (repetitions, seeds))
    return values, generator.integers(0, 2**64, repetitions, dtype=np.uint64)


def coverage(distribution: Distribution, seeds: int, repetitions: int, resamples: int) -> Coverage:
    """Return how often the intervals of ``seeds`` values hold the mean of ``distribution``."""
    values, keys = samples_of(distribution, seeds, repetitions)
    student = student_bounds(values)
    studentised = np.vstack(
        [
            studentised_bounds(values[at : at + 1000], keys[at : at + 1000], LEVEL, resamples)
            for at in range(0, repetitions, 1000)
        ]
    )
    generator = np.random.Generator(np.random.Philox(key=int(keys[0])))
    percentile = np.array(
        [
            np.quantile(row[generator.integers(0, seeds, (resamples, seeds))].mean(axis=1), [0.025, 0.975])
            for row in values[: min(repetitions, 2000)]
        ]
    )
    width = np.median(studentised[:, 1] - studentised[:, 0]) / np.median(student[:, 1] - student[:, 0])
    return Coverage(
        distribution.name,
        distribution.skewness,
        seeds,
        held_share(student, distribution.mean),
        held_share(studentised, distribution.mean),
        held_share(percentile, distribution.mean),
        float(width),
    )


def student_bounds(values: Matrix) -> Matrix:
    """Return (m, 2) bounds of Student's interval of the rows of ``values``."""
    from scipy.special import stdtrit

    count = values.shape[1]
    half = float(stdtrit(count - 1, 0.5 + LEVEL / 2.0)) * values.std(axis=1, ddof=1) / np.sqrt(count)
    mean = values.mean(axis=1)
    return np.stack([mean - half, mean + half], axis=1)


def held_share(bounds: Matrix, truth: float) -> float:
    """Return the share of intervals that hold ``truth``."""
    return float(np.mean((bounds[:, 0] <= truth) & (truth <= bounds[:, 1])))


def stopped_coverage(
    distribution: Distribution, first: int, target: float, repetitions: int, limit: int = 200
) -> tuple[float, float]:
    """Return how often Student's interval holds the mean when seeds are added until its half width is ``target`` deviations.

    Rounds as in a sweep (``twin.sweeps.precision.seeds_wanted``): the second value is the mean number of seeds.
    """
    from twin.sweeps.precision import seeds_wanted

    values, _ = samples_of(distribution, limit, repetitions)
    deviation = float(values.std())
    held, spent = 0, 0
    for row in values:
        count = first
        while True:
            (low, high), *_ = student_bounds(row[None, :count]).tolist()
            half = (high - low) / 2.0
            if half <= target * deviation or count == limit:
                break
            count = seeds_wanted(count, half, target * deviation, limit)
        held += low <= distribution.mean <= high
        spent += count
    return held / repetitions, spent / repetitions


def print_of_sweep(folder: Path, repetitions: int, resamples: int) -> None:
    """Print how often intervals over few seeds of a sweep hold what all of its seeds say, of means and paired differences."""
    found = read_results(folder)
    labels = list(zip(*(found.table[axis].to_pylist() for axis in found.axes), strict=True))
    variants = list(dict.fromkeys(labels))
    print("| figure | of | skewness | seeds | Student | bootstrap-t |\n|---|---|---:|---:|---:|---:|")
    for metric in found.metrics:
        values = found.table[metric].to_numpy()
        by_variant = [values[[at for at, one in enumerate(labels) if one == variant]] for variant in variants]
        samples = {"mean": by_variant[0]} | ({"difference": by_variant[1] - by_variant[0]} if len(variants) > 1 else {})
        for name, sample in samples.items():
            if np.isnan(sample).any() or np.ptp(sample) <= 1e-12 * np.abs(sample).max():
                continue
            skewness = float(np.mean((sample - sample.mean()) ** 3) / sample.std() ** 3)
            generator = np.random.Generator(np.random.Philox(key=int(stream_key(20260522, metric, name))))
            for seeds in SEEDS[:3]:
                drawn = sample[generator.integers(0, sample.size, (repetitions, seeds))]
                keys = generator.integers(0, 2**64, repetitions, dtype=np.uint64)
                bounds = (student_bounds(drawn), studentised_bounds(drawn, keys, LEVEL, resamples))
                shares = " | ".join(f"{100.0 * held_share(one, float(sample.mean())):.1f} %" for one in bounds)
                print(f"| {metric} | {name} | {skewness:.1f} | {seeds} | {shares} |", flush=True)


def summary(found: list[Coverage]) -> dict[str, Any]:
    """Return the shares that held (%) by kind of interval and distribution, over the numbers of seeds."""
    names = list(dict.fromkeys(one.distribution for one in found))
    kinds = ("student", "studentised", "percentile")
    return {
        kind: {name: [round(100.0 * getattr(one, kind), 2) for one in found if one.distribution == name] for name in names}
        for kind in kinds
    } | {"seeds": SEEDS}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=20_000)
    parser.add_argument("--resamples", type=int, default=999)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON, all figures in it")
    parser.add_argument("--sweep", type=Path, help="draw from the seeds of this finished sweep instead")
    options = parser.parse_args()
    if options.sweep:
        print_of_sweep(options.sweep, options.repetitions, options.resamples)
        return
    print("| values | skewness | seeds | Student | bootstrap-t | percentile | bootstrap-t is wider by |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    found = []
    for distribution in DISTRIBUTIONS:
        for seeds in SEEDS:
            one = coverage(distribution, seeds, options.repetitions, options.resamples)
            found.append(one)
            shares = " | ".join(f"{100.0 * share:.1f} %" for share in (one.student, one.studentised, one.percentile))
            print(f"| {one.distribution} | {one.skewness:g} | {seeds} | {shares} | {one.wider:.2f} x |", flush=True)
    print(
        "\n| values | first seeds | half width wanted, deviations | Student | mean number of seeds |\n|---|---:|---:|---:|---:|"
    )
    stopped = []
    for distribution in (DISTRIBUTIONS[0], DISTRIBUTIONS[3], DISTRIBUTIONS[6]):
        for first in (3, 5, 10):
            for target in (1.0, 0.5, 0.3):
                share, spent = stopped_coverage(distribution, first, target, options.repetitions // 4)
                stopped.append([distribution.name, first, target, share, spent])
                print(f"| {distribution.name} | {first} | {target:g} | {100.0 * share:.1f} % | {spent:.1f} |", flush=True)
    if options.json:
        print(json.dumps(summary(found) | {"repetitions": options.repetitions, "stopped": stopped}))


if __name__ == "__main__":
    main()
