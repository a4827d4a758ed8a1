"""Finished runs side by side: their closing figures, and in what their scenarios differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from twin.errors import InputError
from twin.eventlog.reader import open_run
from twin.messages import say

SHOWN_KEYS: Final = 12
"""Keys of the scenarios named as different; more are counted."""


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Closing figures of runs."""

    names: tuple[str, ...]
    """Folders of the runs."""
    baseline: int
    """Which of them the others are held against."""
    figures: Mapping[str, tuple[float | None, ...]]
    """By name, a value a run; None where a run does not have it."""
    differ_in: tuple[str, ...]
    """Keys of the scenarios that are not the same in all, with the values."""

    def table(self) -> pa.Table:
        """Return one row a figure and run: value, and difference to the baseline."""
        rows = [
            (name, run, value, values[self.baseline])
            for name, values in self.figures.items()
            for run, value in self._of(values)
        ]
        return pa.table(
            {
                "metric": pa.array([name for name, *_ in rows], pa.string()),
                "run": pa.array([run for _, run, *_ in rows], pa.string()),
                "value": pa.array([value for *_, value, _ in rows], pa.float64()),
                "difference": pa.array(
                    [None if value is None or base is None else value - base for *_, value, base in rows], pa.float64()
                ),
            }
        )

    def _of(self, values: Sequence[float | None]) -> Iterator[tuple[str, float | None]]:
        yield from zip(self.names, values, strict=True)


def compare_runs(folders: Sequence[Path], baseline: str | None = None, metrics: Sequence[str] | None = None) -> RunComparison:
    """Return the closing figures of two or more complete runs; ``baseline`` names one of the folders, else it is the first.

    Raises ``InputError`` for fewer than two runs, a folder that is no complete run of this version, one that stands twice, an
    unknown baseline or figure.
    """
    if len(folders) < 2:
        raise InputError(say("compare.one", folder=folders[0]))
    for place, folder in enumerate(folders):
        if folder.resolve() in [other.resolve() for other in folders[:place]]:
            raise InputError(say("compare.twice", folder=folder))
    manifests = []
    for folder in folders:
        run = open_run(folder)
        if not run.complete:
            raise InputError(say("compare.incomplete", folder=folder, state=run.manifest.state))
        manifests.append(run.manifest)
    names = [folder.resolve().name for folder in folders]
    if len(set(names)) < len(names):
        names = [str(folder) for folder in folders]
    against = 0 if baseline is None else _place(baseline, folders, names)
    known = list(dict.fromkeys(name for manifest in manifests for name in manifest.summary))
    for name in metrics or ():
        if name not in known:
            raise InputError(say("compare.metric", folder=folders[0], name=name, names=", ".join(known)))
    figures = {name: tuple(manifest.summary.get(name) for manifest in manifests) for name in metrics or known}
    scenarios = [dict(_flat(manifest.scenario)) for manifest in manifests]
    return RunComparison(tuple(names), against, figures, tuple(_differences(scenarios)))


def _place(baseline: str, folders: Sequence[Path], names: Sequence[str]) -> int:
    for place, (folder, name) in enumerate(zip(folders, names, strict=True)):
        if baseline in (name, str(folder)):
            return place
    raise InputError(say("compare.no_baseline", name=baseline, names=", ".join(names)))


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, part in value.items():
            yield from _flat(part, f"{key}.{name}" if key else str(name))
    else:
        yield key, value


def _differences(scenarios: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    keys = [
        key for key in dict.fromkeys(key for one in scenarios for key in one) if _varies([one.get(key) for one in scenarios])
    ]
    for key in keys[:SHOWN_KEYS]:
        values = [one.get(key) for one in scenarios]
        plain = all(isinstance(value, str | int | float | None) for value in values)
        yield f"{key} ({' / '.join(str(value) for value in values)})" if plain else key
    if len(keys) > SHOWN_KEYS:
        yield f"… (+{len(keys) - SHOWN_KEYS})"


def _varies(values: Sequence[Any]) -> bool:
    return any(value != values[0] for value in values)
