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


def security_figures(run: Run, bits: int = 0xFFFF, since_us: int = 0) -> dict[str, DetectionScore]:
    """Return the score of a run's received messages by kind of attack, from table ``vehicle_report``.

    A message is suspected where its ``verdict`` has any of ``bits``; its ``attack`` is null where it is honest. Messages over
    direct radio that were heard from ``since_us`` on count; nobody judges those over the cell network.
    """
    reports = _heard(run, since_us)
    kinds, attack = _numbered(reports.column("attack"))
    suspected = (reports.column("verdict").to_numpy().astype(np.int64) & bits) > 0
    return {kinds[kind - 1]: one for kind, one in score_by_attack(attack, suspected).items()}


def sender_figures(run: Run, levels: Sequence[str] = ("warning", "critical"), since_us: int = 0) -> DetectionScore:
    """Return the score of senders: those lie that sent a lie; those are suspected of whom table ``alert`` has a level.

    Alerts of other layers than that of messages, and those before ``since_us``, do not count.
    """
    reports, alerts = _heard(run, since_us), run.table("alert")
    _, attack = _numbered(reports.column("attack"))
    chosen = np.array([one in levels for one in alerts.column("level").to_pylist()], bool)
    chosen &= alerts.column("t_us").to_numpy() >= since_us
    chosen &= np.array([one == "messages" for one in alerts.column("layer").to_pylist()], bool)
    accused = alerts.filter(pa.array(chosen)).column("sender").drop_null().to_numpy()
    sender = reports.column("sender").to_numpy()
    return score_senders(sender, attack > 0, np.isin(sender, accused))


@dataclass(frozen=True, slots=True)
class UseFigures:
    """What became of messages that were heard: shares, NaN of none."""

    lies_used: float
    """Of forged messages, those that were used all the same."""
    honest_unused: float
    """Of honest messages, those that were not used; those of senders that lie at other times among them."""
    honest_vehicles_unused: float
    """The same of vehicles that never lie."""


def use_figures(run: Run, since_us: int = 0) -> UseFigures:
    """Return how many forged messages were used and honest ones not, of those heard over direct radio from ``since_us`` on."""
    reports = _heard(run, since_us)
    lies = _numbered(reports.column("attack"))[1] > 0
    used = reports.column("used").to_numpy(zero_copy_only=False)
    vehicle = reports.column("vehicle").to_numpy()
    honest = ~np.isin(vehicle, np.unique(vehicle[lies]))
    return UseFigures(_mean(used[lies]), _mean(~used[~lies]), _mean(~used[honest]))


def honest_findings(run: Run, since_us: int = 0) -> dict[int, float]:
    """Return the share of honest messages that each detector suspects, by its bit in the verdict; those of none left out."""
    reports = _heard(run, since_us)
    honest = _numbered(reports.column("attack"))[1] == 0
    verdict = reports.column("verdict").to_numpy()[honest].astype(np.int64)
    shares = {bit: _mean((verdict >> bit & 1) > 0) for bit in range(16)}
    return {bit: share for bit, share in shares.items() if share > 0.0}


def _heard(run: Run, since_us: int) -> pa.Table:
    reports = run.table("vehicle_report")
    ways, way = _numbered(reports.column("way"))
    direct = way == 1 + ways.index("pc5") if "pc5" in ways else np.zeros(way.size, bool)
    return reports.filter(pa.array(direct & (reports.column("received_us").to_numpy() >= since_us)))


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


def _mean(mask: Mask) -> float:
    return _share(int(np.count_nonzero(mask)), mask.size)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
