"""How well forged messages are told from honest ones: precision and recall by kind of attack, of messages and of senders."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twin.eventlog.reader import Run

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DetectionScore:
    """Findings held against the truth."""

    found: int
    """Lies that were found (true positives)."""
    false: int
    """Honest ones that were suspected (false positives)."""
    missed: int
    """Lies that were not found (false negatives)."""
    passed: int
    """Honest ones that were not suspected (true negatives)."""

    @property
    def precision(self) -> float:
        """Found of all that were suspected; NaN where nobody was."""
        return _share(self.found, self.found + self.false)

    @property
    def recall(self) -> float:
        """Found of all lies; NaN without lies."""
        return _share(self.found, self.found + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall: 2 found / (2 found + false + missed); NaN where that says nothing."""
        return _share(2 * self.found, 2 * self.found + self.false + self.missed)

    @property
    def false_positive_rate(self) -> float:
        """Suspected of all honest ones; NaN without any."""
        return _share(self.false, self.false + self.passed)


def score(lies: Mask, suspected: Mask) -> DetectionScore:
    """Return the score of findings (n,) against the truth (n,)."""
    found, suspects, wrong = (int(np.count_nonzero(mask)) for mask in (lies & suspected, suspected, lies))
    return DetectionScore(found, suspects - found, wrong - found, lies.size - wrong - suspects + found)


def score_by_attack(attack: npt.NDArray[Any], suspected: Mask) -> dict[int, DetectionScore]:
    """Return the score of messages for each kind of attack, by its number in ``attack`` (n,), 0 for honest ones.

    Each kind is held against all honest messages: what is suspected of those counts as false for every kind.
    """
    honest = attack == 0
    return {
        int(kind): score(attack[honest | (attack == kind)] > 0, suspected[honest | (attack == kind)])
        for kind in np.unique(attack[~honest])
    }


def score_senders(
    sender: npt.NDArray[np.int64], lies: Mask, suspected: Mask, messages: int = 1
) -> DetectionScore:  # fmt: skip
    """Return the score of senders: one lies that sent a lie, and is suspected that has so many suspected messages."""
    _, number = np.unique(sender, return_inverse=True)
    count = int(number.max(initial=-1)) + 1
    return score(
        np.bincount(number, lies, count) > 0, np.bincount(number, suspected, count) >= messages
    )  # fmt: skip


def rank_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Return Spearman's rank correlation, Pearson's of the ranks, ties having their mean rank.

    NaN for fewer than two values or where one side has only one rank. Raises ValueError for unequal lengths.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} values cannot be ranked against {len(b)}")
    first, second = (_ranks(np.asarray(values, float)) for values in (a, b))
    if len(a) < 2 or first.std() == 0.0 or second.std() == 0.0:
        return math.nan
    return float(np.mean((first - first.mean()) * (second - second.mean())) / (first.std() * second.std()))


def security_figures(run: Run, bits: int = 0xFFFF) -> dict[str, DetectionScore]:
    """Return the score of a run's received messages by kind of attack, from table ``vehicle_report``.

    A message is suspected where its ``verdict`` has any of ``bits``; its ``attack`` is null where it is honest.
    """
    reports = run.table("vehicle_report")
    kinds, attack = _numbered(reports.column("attack"))
    suspected = (reports.column("verdict").to_numpy().astype(np.int64) & bits) > 0
    return {kinds[kind - 1]: one for kind, one in score_by_attack(attack, suspected).items()}


def sender_figures(run: Run, levels: Sequence[str] = ("warning", "critical")) -> DetectionScore:
    """Return the score of senders: those lie that sent a lie; those are suspected of whom table ``alert`` has a level."""
    reports, alerts = run.table("vehicle_report"), run.table("alert")
    _, attack = _numbered(reports.column("attack"))
    level = alerts.column("level").to_pylist()
    accused = alerts.column("sender").to_numpy()[np.array([one in levels for one in level], bool)]
    sender = reports.column("sender").to_numpy()
    return score_senders(sender, attack > 0, np.isin(sender, accused))


def rows_of(scores: Mapping[str, DetectionScore]) -> list[dict[str, float | int | str]]:
    """Return scores as rows of a table."""
    return [
        {
            "attack": name,
            "messages": one.found + one.missed,
            "precision": one.precision,
            "recall": one.recall,
            "f1": one.f1,
        }
        for name, one in scores.items()
    ]


def _numbered(attack: pa.ChunkedArray[Any]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return the kinds in a label column, and its rows as 1 + their place in them, 0 for null."""
    encoded = attack.cast(pa.string()).combine_chunks().dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return [str(kind) for kind in encoded.dictionary.to_pylist()], codes + 1


def _ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    _, number, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - 0.5 * (count - 1))[number]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
