"""Which site perceives which vehicle in which second: a sparse 0/1 matrix, sites by vehicle-seconds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.errors import RunError
from twin.messages import say
from twin.sweeps.store import LocalStore

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Incidence:
    """Compressed sparse rows: site s perceives the vehicle-seconds ``item[offset[s] : offset[s + 1]]``, in rising order."""

    offset: Longs
    """(sites + 1,)"""
    item: Ints
    """(perceptions,): number of a vehicle-second. Those that no site perceives have no number."""
    klass: npt.NDArray[np.int8]
    """(vehicle-seconds,): class of the vehicle."""
    present_s: Longs
    """(classes,): vehicle-seconds that were driven, perceived or not."""
    entries: Longs
    """(edges,): vehicles that came onto each edge, looked at once a second."""

    @property
    def sites(self) -> int:
        """Number of sites."""
        return self.offset.size - 1

    def seen_counts(self, chosen: Sequence[int]) -> Ints:
        """Return by how many of the ``chosen`` sites each vehicle-second is perceived."""
        counts = np.zeros(self.klass.size, np.int32)
        for site in chosen:
            counts[self.item[self.offset[site] : self.offset[site + 1]]] += 1  # no item stands twice in a row
        return counts

    def perceived_share(self, chosen: Sequence[int], weights: npt.NDArray[np.float64], seen_by: int = 1) -> float:
        """Return the share of the weighted vehicle-seconds that at least ``seen_by`` of the sites perceive.

        ``weights``: (classes,). With ones, ``seen_by`` 1 and all sites it is the ``perceived_share`` of a run's summary.
        """
        seen = self.klass[self.seen_counts(chosen) >= seen_by]
        whole = float(weights @ self.present_s)
        return float(weights @ np.bincount(seen, minlength=weights.size)) / whole if whole else 0.0


def incidence(
    site: npt.NDArray[np.integer],
    item: npt.NDArray[np.integer],
    klass: npt.NDArray[np.int8],
    present_s: Longs,
    entries: Longs,
    sites: int,
) -> Incidence:
    """Return the matrix of pairs (``site``, ``item``), each of which stands once; items that no pair has are left out."""
    perceived = np.zeros(klass.size, np.bool_)
    perceived[item] = True
    number = np.cumsum(perceived, dtype=np.int32) - 1
    order = np.lexsort((item, site))
    offset = np.concatenate(([0], np.cumsum(np.bincount(site, minlength=sites), dtype=np.int64)))
    return Incidence(offset, number[item[order]].astype(np.int32), klass[perceived], present_s, entries)


def joined(parts: Sequence[Incidence]) -> Incidence:
    """Return one matrix over the vehicle-seconds of all ``parts``, which are of the same sites."""
    first = parts[0]
    begin = np.concatenate(([0], np.cumsum([part.klass.size for part in parts])))
    if begin[-1] > np.iinfo(np.int32).max:
        raise RunError(say("placement.too_large", count=int(begin[-1])))
    rows = np.stack([np.diff(part.offset) for part in parts])
    offset = np.concatenate(([0], np.cumsum(rows.sum(axis=0))))
    item = np.empty(int(offset[-1]), np.int32)
    to = offset[:-1].copy()
    for part, start, lengths in zip(parts, begin[:-1].tolist(), rows, strict=True):
        for site in range(first.sites):
            row = part.item[part.offset[site] : part.offset[site + 1]]
            item[to[site] : to[site] + row.size] = row + np.int32(start)
        to += lengths
    klass = np.concatenate([part.klass for part in parts])
    present_s, entries = (sum(getattr(part, name) for part in parts) for name in ("present_s", "entries"))
    return Incidence(offset, item, klass, np.asarray(present_s), np.asarray(entries))


def save(file: Path, matrix: Incidence) -> None:
    """Write a matrix; a reader sees the whole file or none. Raise RunError where that cannot be."""
    content = io.BytesIO()
    np.savez(content, **{field.name: getattr(matrix, field.name) for field in fields(matrix)})
    LocalStore(file.parent).write(file.name, content.getvalue())


def load(file: Path) -> Incidence | None:
    """Return the matrix in ``file``; None where there is none that can be read."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            return Incidence(**{field.name: stored[field.name] for field in fields(Incidence)})
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
