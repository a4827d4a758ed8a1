"""What a denser row of LiDARs buys in the Tianhe CBD: coverage, perceived share, errors and money, with intervals over seeds.

    python benchmarks/density_study.py [--out runs] [--workers 2] [--json] [--plot FILE.png]

Makes the runs of ``scenarios/sweeps/cbd_spacings.yaml`` below ``--out`` (finished ones are taken as they are) and prints each
deployment's figures and their differences, seed by seed, to sparser ones. Of two deployments one contains the other if all its
devices are there, at the very places. Then coverage and perceived share may not fall in any seed: where they do, it says so and
ends with 1. Intervals are Student's at 95 % over the seeds (``twin.metrics.statistics``).
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin.eventlog.reader import Run, open_run
from twin.metrics.costs import CostRange, cost_figures
from twin.metrics.pictures import CHINESE
from twin.metrics.statistics import Estimate, mean_estimate, paired_difference, unpaired_difference
from twin.sweeps.local_executor import LocalPool
from twin.sweeps.sweep import load_design, sweep
from twin.threads import use_one_thread

SWEEP: Final = Path(__file__).parent.parent / "scenarios" / "sweeps" / "cbd_spacings.yaml"

PLACE: Final = ("name", "x_cm", "y_cm", "level", "height_m", "heading_deg")
"""Columns by which a device of one deployment is that of another."""

NEVER_FALL: Final = ("coverage_share", "coverage_twice_share", "perceived_share", "perceived_twice_share")
"""Figures that a deployment cannot have less of than one that it contains."""

ROUNDING: Final = 1e-12
"""Shares are sums of whole centimetres or seconds over the same sum; what they differ by in their last bits is no fall."""

COLUMNS: Final = (
    ("coverage_share", "covered, %", 100.0, 1),
    ("coverage_twice_share", "by two, %", 100.0, 1),
    ("perceived_share", "perceived, %", 100.0, 1),
    ("perceived_twice_share", "by two, %", 100.0, 1),
    ("recall", "recall, %", 100.0, 1),
    ("precision", "precision, %", 100.0, 2),
    ("position_error_rms_m", "error of place, m (RMS)", 1.0, 3),
    ("cost_cny", "investment, million CNY", 1e-6, 1),
    ("cost_per_perceived_vehicle_hour_cny", "a perceived vehicle-hour, CNY", 1.0, 2),
)
"""Figure of a run's summary, its title, factor to what is shown, decimals."""

LINES: Final = (
    ("perceived_share", "o-", "#c62828", True, ("感知率（车辆时间）", "perceived share, of vehicle time")),
    ("perceived_twice_share", "o--", "#c62828", False, ("两台及以上感知", "perceived by two or more")),
    ("coverage_share", "s-", "#1565c0", True, ("几何覆盖率（道路长度）", "geometric coverage, of road length")),
    ("coverage_twice_share", "s--", "#1565c0", False, ("两台及以上覆盖", "covered by two or more")),
)
"""What is drawn: figure, mark and line, colour, whether the mark is filled, label."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One density: the same devices in all seeds."""

    label: str
    devices: frozenset[tuple[Any, ...]]
    """Columns ``PLACE`` of each."""
    investment_cny: CostRange
    perceived_hour_cny: CostRange
    """Mean over the seeds."""
    figures: dict[str, list[float]]
    """By name, seed by seed."""

    def contains(self, other: Deployment) -> bool:
        """Return whether all devices of ``other`` are here, and more."""
        return other.devices < self.devices


def deployment(label: str, runs: Sequence[Run]) -> Deployment:
    """Return a deployment from its runs, one a seed."""
    columns = [runs[0].table("device_spec").column(name).to_pylist() for name in PLACE]
    costs = [cost_figures(run, float(run.manifest.scenario["warm_up_s"])) for run in runs]
    hours = [one.cost_per_perceived_vehicle_hour_cny for one in costs]

    def mean_hour(price: Callable[[CostRange], float]) -> float:
        return sum(price(hour) for hour in hours if hour) / len(runs)

    return Deployment(
        label,
        frozenset(zip(*columns, strict=True)),
        costs[0].investment_cny,
        CostRange(mean_hour(lambda hour: hour.low), mean_hour(lambda hour: hour.mid), mean_hour(lambda hour: hour.high)),
        {name: [float(run.manifest.summary[name]) for run in runs] for name, *_ in COLUMNS},
    )


def fallen(deployments: Sequence[Deployment], seeds: Sequence[int]) -> Iterator[str]:
    """Yield, of every two deployments of which one contains the other, each figure that falls in some seed, in words."""
    for sparse, dense in itertools.permutations(deployments, 2):
        if dense.contains(sparse):
            for name in NEVER_FALL:
                for seed, less, more in zip(seeds, sparse.figures[name], dense.figures[name], strict=True):
                    if more < less - ROUNDING:
                        yield f"{name}, seed {seed}: {less:.6f} with {sparse.label}, {more:.6f} with {dense.label}"


def pairs(deployments: Sequence[Deployment]) -> list[tuple[Deployment, Deployment]]:
    """Return each deployment with the next sparser one, and with the next sparser one that it contains if that is another."""
    found = []
    for at, dense in enumerate(deployments[1:], 1):
        inside = [sparse for sparse in deployments[:at] if dense.contains(sparse)][-1:]
        found += [(dense, sparse) for sparse in deployments[:at] if sparse in (deployments[at - 1], *inside)]
    return found


def narrowing(name: str, deployments: Sequence[Deployment]) -> Iterator[float]:
    """Yield how many times narrower than unpaired the paired interval of each difference of a figure is."""
    for dense, sparse in pairs(deployments):
        paired = paired_difference(dense.figures[name], sparse.figures[name])
        unpaired = unpaired_difference(dense.figures[name], sparse.figures[name])
        if paired and paired.half_width and unpaired and unpaired.half_width:
            yield round(unpaired.half_width / paired.half_width, 2)


def _in_words(estimate: Estimate | None, factor: float, decimals: int, sign: str = "") -> str:
    if estimate is None:
        return ""
    text = f"{factor * estimate.mean:{sign}.{decimals}f}"
    half = factor * (estimate.half_width or 0.0)
    return text if half < ROUNDING else f"{text} ± {half:.{decimals}f}"


def tables(deployments: Sequence[Deployment]) -> str:
    """Return the figures and their differences as Markdown."""
    titles = [title for _, title, _, _ in COLUMNS]
    rows = [["LiDARs", "devices", *titles]]
    for one in deployments:
        values = [_in_words(mean_estimate(one.figures[name]), factor, digits) for name, _, factor, digits in COLUMNS]
        for at, prices, factor, digits in ((-2, one.investment_cny, 1e-6, 1), (-1, one.perceived_hour_cny, 1.0, 1)):
            values[at] += f" ({factor * prices.low:.{digits}f}–{factor * prices.high:.{digits}f})"
        rows.append([one.label, str(len(one.devices)), *values])
    differences = [["more than", "contains it", "devices", *titles]]
    for dense, sparse in pairs(deployments):
        values = [
            _in_words(paired_difference(dense.figures[name], sparse.figures[name]), factor, digits + 1, "+")
            for name, _, factor, digits in COLUMNS
        ]
        more = len(dense.devices) - len(sparse.devices)
        nested = "yes" if dense.contains(sparse) else "no"
        differences.append([f"{dense.label}, than {sparse.label}", nested, f"{more:+d}", *values])
    return "\n\n".join(
        "\n".join("| " + " | ".join(row) + " |" for row in (part[0], ["---"] * len(part[0]), *part[1:]))
        for part in (rows, differences)
    )


def plot(deployments: Sequence[Deployment], file: Path) -> None:
    """Draw coverage and perceived share over the number of devices, the investment below; Chinese too where a font has it."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.font_manager import fontManager

    there = {font.name for font in fontManager.ttflist}
    chinese = next((name for name in CHINESE if name in there), None)
    mpl.rcParams.update({"font.family": [*([chinese] if chinese else []), "DejaVu Sans"], "font.size": 9})

    def both(translation: str, text: str, between: str = "  ") -> str:
        return translation + between + text if chinese else text

    ordered = sorted(deployments, key=lambda one: len(one.devices))
    count = [len(one.devices) for one in ordered]
    figure, (above, below) = plt.subplots(2, 1, figsize=(9.0, 6.6), height_ratios=(2.0, 1.0), sharex=True, layout="constrained")
    for name, mark, colour, filled, words in LINES:
        estimates = [estimate for one in ordered if (estimate := mean_estimate(one.figures[name]))]
        means, halves = [100.0 * one.mean for one in estimates], [100.0 * (one.half_width or 0.0) for one in estimates]
        face = colour if filled else "white"
        above.errorbar(count, means, halves, fmt=mark, color=colour, mfc=face, capsize=3, markersize=5, label=both(*words))
    above.set(ylim=(0.0, 100.0), ylabel="%")
    above.legend(loc="lower right", framealpha=0.9)
    seeds = len(ordered[0].figures["perceived_share"])
    title = f"LiDARs in the Tianhe CBD: means of {seeds} seeds with 95 % intervals; the demand is not calibrated"
    above.set_title(both(f"天河 CBD 激光雷达布设密度：{seeds} 个随机种子的均值与 95 % 区间；需求未标定", title, "\n"))
    prices = [one.investment_cny for one in ordered]
    middle = [1e-6 * price.mid for price in prices]
    reach = [[1e-6 * (price.mid - price.low) for price in prices], [1e-6 * (price.high - price.mid) for price in prices]]
    label = both("投资：中价，低价至高价", "investment: middle prices, from low to high")
    below.errorbar(count, middle, reach, fmt="D-", color="0.4", capsize=3, markersize=5, label=label)
    below.set_ylim(0.0, None)
    below.set_ylabel(both("百万元", "million CNY"))
    below.set_xlabel(both("设备数：信控路口，及主、次干路间距", "devices: signalised junctions, and spacing along main roads"))
    below.set_xticks(count, [f"{len(one.devices)}\n{one.label.removeprefix('junctions ')}" for one in ordered])
    below.legend(loc="upper left", framealpha=0.9)
    for axes in (above, below):
        axes.grid(visible=True, alpha=0.3)
    figure.savefig(file, dpi=110)


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON, all figures in it")
    parser.add_argument("--plot", type=Path, help="draw them there (.png)")
    options = parser.parse_args()
    use_one_thread()
    design = load_design(SWEEP)
    result = sweep(design, options.out, LocalPool(options.workers))
    assert not result.failed, f"{result.failed} runs failed: see {result.folder}"
    labels = list(dict.fromkeys(run.labels for run in design.runs))
    seeds = [run.seed for run in design.runs if run.labels == labels[0]]
    deployments = [
        deployment(label[0], [open_run(options.out / run.folder) for run in design.runs if run.labels == label])
        for label in labels
    ]
    print(tables(deployments))
    if options.plot:
        plot(deployments, options.plot)
    falls = [*fallen(deployments, seeds)]
    nested = sum(dense.contains(sparse) for dense, sparse in itertools.permutations(deployments, 2))
    print(f"\n{nested} pairs of which one contains the other, {len(seeds)} seeds: {len(falls)} falls")
    for fall in falls:
        print(f"  {fall}")
    if options.json:
        rows = [{"label": one.label, "devices": len(one.devices), **one.figures} for one in deployments]
        means = {name: [sum(one.figures[name]) / len(seeds) for one in deployments] for name in NEVER_FALL}
        narrower = [*narrowing("perceived_share", deployments)]
        print(
            json.dumps(
                {
                    "seeds": seeds,
                    "nested_pairs": nested,
                    "falls": len(falls),
                    "means": means,
                    "narrower": narrower,
                    "deployments": rows,
                }
            )
        )
    sys.exit(bool(falls))


if __name__ == "__main__":
    main()
