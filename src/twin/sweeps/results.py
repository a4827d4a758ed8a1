"""A finished sweep, read from its folder: its table of runs, and everything that is reckoned from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import InputError
from twin.messages import say
from twin.sweeps.comparison import Comparison, compare
from twin.sweeps.frontier import Frontier, frontiers
from twin.sweeps.precision import TargetOutcome
from twin.sweeps.table import MANIFEST, RESULTS


@dataclass(frozen=True, slots=True)
class SweepResults:
    """What a sweep found."""

    folder: Path
    name: str
    question: str
    state: str
    """``complete``, or ``failed`` where runs failed."""
    axes: tuple[str, ...]
    baseline: tuple[int, str] | None
    """Axis and label that the other values of the axis are compared with."""
    metrics: tuple[str, ...]
    seeds: tuple[int, ...]
    table: pa.Table
    """One row a run, see ``twin.sweeps.table``."""
    comparisons: list[Comparison]
    frontiers: list[Frontier]
    targets: tuple[TargetOutcome, ...]
    manifest: dict[str, Any]
    """``sweep.json`` as it stands: versions, wall time and so on."""


def is_sweep(folder: Path) -> bool:
    """Return whether ``folder`` is that of a sweep."""
    return (folder / MANIFEST).is_file()


def read_results(folder: Path, baseline: str | None = None, metrics: Sequence[str] | None = None) -> SweepResults:
    """Return what the sweep in ``folder`` found, reckoned anew from its table of runs.

    ``baseline`` is the label of a value to compare with instead of the sweep's own, ``metrics`` the figures to compare. Raises
    ``InputError`` for a folder that is no finished sweep, for a label that no axis or several have, for unknown figures.
    """
    manifest = _manifest(folder)
    if manifest.get("state") not in ("complete", "failed"):
        raise InputError(say("compare.unfinished", folder=folder))
    try:
        table = pq.read_table(folder / f"{RESULTS}.parquet")
        axes, known = tuple(manifest["axes"]), tuple(manifest["metrics"])
        own = _baseline_of(manifest)
        targets = tuple(_target(one) for one in manifest.get("precision", []))
        missing = {*axes, *known, "seed"} - {*table.column_names}
    except (OSError, pa.ArrowException, KeyError, TypeError, AttributeError) as error:
        raise InputError(say("compare.unreadable", folder=folder, reason=error)) from error
    if missing:
        raise InputError(say("compare.unreadable", folder=folder, reason=", ".join(sorted(missing))))
    chosen = tuple(metrics or known)
    for name in chosen:
        if name not in known:
            raise InputError(say("compare.metric", folder=folder, name=name, names=", ".join(known)))
    against = own if baseline is None else _named(folder, manifest["axes"], baseline)
    return SweepResults(
        folder=folder,
        name=manifest["name"],
        question=manifest["question"],
        state=manifest["state"],
        axes=axes,
        baseline=against,
        metrics=chosen,
        seeds=tuple(dict.fromkeys(int(seed) for seed in table["seed"].to_numpy())),
        table=table,
        comparisons=compare(table, axes, chosen, against),
        frontiers=frontiers(table, axes, against, manifest.get("budget_cny"), _not_nested(manifest)),
        targets=targets,
        manifest=manifest,
    )


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(say("compare.neither", folder=folder)) from error
    except ValueError as error:
        raise InputError(say("compare.unreadable", folder=folder, reason=error)) from error
    if not isinstance(found, dict):
        raise InputError(say("compare.unreadable", folder=folder, reason=MANIFEST))
    return found


def _baseline_of(manifest: dict[str, Any]) -> tuple[int, str] | None:
    if manifest["baseline"] is None:
        return None
    return [*manifest["axes"]].index(manifest["baseline_axis"]), str(manifest["baseline"])


def _not_nested(manifest: dict[str, Any]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(tuple(sparser), tuple(denser)) for sparser, denser in manifest.get("not_nested", [])]


def _named(folder: Path, axes: dict[str, list[str]], label: str) -> tuple[int, str]:
    found = [place for place, labels in enumerate(axes.values()) if label in labels]
    if len(found) != 1:
        names = ", ".join(label for labels in axes.values() for label in labels)
        raise InputError(say("compare.baseline", folder=folder, label=label, count=len(found), names=names))
    return found[0], label


def _target(found: dict[str, Any]) -> TargetOutcome:
    return TargetOutcome(found["metric"], found["of"], found["half_width"], found["widest"], tuple(found["labels"]))
