"""What a study of assumptions says, figure by figure, and its tables beside the sweep's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twin.sweeps.assumption_sweep import Measured, StudyResult
from twin.sweeps.assumptions import is_price, value_at
from twin.sweeps.in_play import Place, places
from twin.sweeps.prices import PRICED
from twin.sweeps.table import write_table
from twin.sweeps.uncertainty import (
    BANDS,
    COLUMNS,
    DRAWS,
    RANKINGS,
    TORNADO,
    Band,
    Survival,
    Swing,
    band,
    rank_correlations,
    survival,
    swing,
)

Floats = npt.NDArray[np.float64]
Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one assumption has to do with a figure."""

    assumption: str
    low: str
    """Its low end, as JSON, in the first variant that it is in play in."""
    high: str
    correlation: float
    """Rank correlation of the draws with it."""
    swing: Swing | None
    """What its two ends do; None where it was not run one at a time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure of a variant, or its difference to another variant."""

    metric: str
    labels: Labels
    minus: Labels | None
    """The variant that is subtracted; None for the figure itself."""
    band: Band
    survival: Survival | None
    """How often the difference keeps its sign; None for the figure itself, and where there is none at the middle."""
    effects: tuple[Effect, ...]
    """Those with the largest swings first, then by correlation."""


def findings(result: StudyResult) -> list[Finding]:
    """Return, metric by metric, every variant's figure, then the difference of every two that differ in the baseline's axis."""
    study = result.study
    variants = study.variants
    held = first_places(result)
    pairs = [(second, first) for first, second in combinations(range(len(variants)), 2) if _comparable(result, first, second)]
    found = []
    for metric, figure in result.figures.items():
        for v, minus in [*((v, None) for v in range(len(variants))), *pairs]:
            one = _finding(result, metric, figure, v, minus, held)
            found += [one] if one is not None else []
    return found


def _comparable(result: StudyResult, first: int, second: int) -> bool:
    """Return whether two variants differ in the baseline's axis alone."""
    baseline, variants = result.study.design.baseline, result.study.variants
    return baseline is not None and all(
        (one == other) != (axis == baseline[0])
        for axis, (one, other) in enumerate(zip(variants[first], variants[second], strict=True))
    )


def _finding(
    result: StudyResult, metric: str, figure: Measured, v: int, minus: int | None, held: dict[str, Place]
) -> Finding | None:
    study = result.study

    def of(values: Floats) -> Floats:
        difference: Floats = values[v] - values[minus] if minus is not None else values[v]
        return difference

    mid, drawn = of(figure.mid), of(figure.drawn)
    both = band(mid, drawn)
    if both is None:
        return None
    correlations = rank_correlations(study.shares, drawn)
    effects = [
        Effect(
            name,
            _shown(held[name], 0.0),
            _shown(held[name], 1.0),
            float(correlations[n]),
            swing(mid, *of(figure.ends[name])) if name in figure.ends and (metric in PRICED or not is_price(name)) else None,
        )
        for n, name in enumerate(study.names)
    ]
    effects.sort(key=lambda effect: (effect.swing is None, -effect.swing.size if effect.swing else -abs(effect.correlation)))
    labels = study.variants[v]
    against = None if minus is None else study.variants[minus]
    return Finding(metric, labels, against, both, None if minus is None else survival(mid, drawn), tuple(effects))


def first_places(result: StudyResult) -> dict[str, Place]:
    """Return where each assumption stands in the first variant that it is in play in."""
    found: dict[str, Place] = {}
    for run in (run for run in result.study.design.runs if run.seed == result.study.seeds[0]):
        for place in places(run.scenario):
            found.setdefault(place.assumption, place)
    return found


def write_tables(result: StudyResult, found: Sequence[Finding]) -> None:
    """Write ``bands``, ``rankings``, ``tornado`` and ``draws`` beside the table of the draws' runs, Parquet and CSV each."""
    axes = result.study.design.axes
    for name, rows in ((BANDS, _bands(axes, found)), (RANKINGS, _rankings(found)), (TORNADO, _tornado(axes, found))):
        write_table(result.store, name, pa.Table.from_pylist([*rows], schema=_schema(name, axes)))
    write_table(result.store, DRAWS, pa.Table.from_pylist([*_drawn(result)], schema=_schema(DRAWS, axes)))


def joined(labels: Labels | None) -> str:
    """Return the labels of a variant as one text."""
    return " · ".join(labels or ())


def _schema(name: str, axes: Sequence[str]) -> pa.Schema:
    texts = ("metric", "minus", "first", "second", "assumption", "low_value", "high_value", "value")
    wholes = ("seeds", "draws", "draw")
    kinds = dict.fromkeys((*axes, *texts), pa.string()) | dict.fromkeys(wholes, pa.int64()) | {"above": pa.bool_()}
    of_variants = axes if name in (BANDS, TORNADO) else ()
    columns = (*(("metric",) if name != DRAWS else ()), *of_variants, *COLUMNS[name])
    return pa.schema([(column, kinds.get(column, pa.float64())) for column in columns])


def _bands(axes: Sequence[str], found: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    for one in found:
        parts = one.band.components
        yield {
            **_of(axes, one),
            "seeds": one.band.mid.count,
            "draws": one.band.draws,
            "mid": one.band.mid.mean,
            "chance_half_width": one.band.mid.half_width,
            "mean": one.band.mean,
            "low": one.band.low,
            "high": one.band.high,
            "deviation_assumptions": parts.assumptions,
            "deviation_seeds": parts.seeds,
            "deviation_rest": parts.rest,
        }


def _of(axes: Sequence[str], one: Finding) -> dict[str, Any]:
    return {"metric": one.metric, **dict(zip(axes, one.labels, strict=True)), "minus": joined(one.minus)}


def _rankings(found: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    for one in found:
        if one.survival is not None:
            kept = one.survival
            yield {
                "metric": one.metric,
                "first": joined(one.labels),
                "second": joined(one.minus),
                "above": kept.above,
                "draws": kept.draws,
                "share": kept.share,
                "low": kept.low,
                "high": kept.high,
            }


def _tornado(axes: Sequence[str], found: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    for one in found:
        for effect in one.effects:
            row: dict[str, Any] = {"assumption": effect.assumption, "low_value": effect.low, "high_value": effect.high}
            row |= {"rank_correlation": effect.correlation}
            for end in ("at_low", "at_high") if effect.swing else ():
                estimate = getattr(effect.swing, end)
                row |= {end: estimate.mean, f"{end}_half_width": estimate.half_width}
            yield _of(axes, one) | row


def _drawn(result: StudyResult) -> Iterator[dict[str, Any]]:
    held = first_places(result)
    for number, row in enumerate(result.study.shares):
        for name, share in zip(result.study.names, map(float, row), strict=True):
            yield {"draw": number + 1, "assumption": name, "share": share, "value": _shown(held[name], share)}


def _shown(place: Place, share: float) -> str:
    """Return a value as JSON, to six digits; of a price the middle alone."""
    value = value_at(place, share)
    value = value["mid"] if isinstance(value, dict) else value
    return json.dumps([_rounded(part) for part in value] if isinstance(value, list) else _rounded(value))


def _rounded(value: float) -> float:
    return value if isinstance(value, int) else float(f"{value:.6g}")
