"""Values that hold until the next one, cut by window for the browser: how full a facility is, what a gauge reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.playback.columns import Array
from twin.units import US_PER_S

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Course:
    """What owners have from an instant on, in the order of time; each row holds until the next one of its owner."""

    t_us: Ints
    """(n,), rising."""
    owner: Ints
    """(n,): 0, 1 … among whatever has these values."""
    values: dict[str, Array]
    """(n,) each, of types that a browser has."""

    @classmethod
    def of(cls, t_us: Array, owner: Array, **values: Array) -> Course:
        """Return the course of rows in any order; of two rows of one instant the later one holds."""
        order = np.argsort(t_us, kind="stable")
        ordered = {name: np.asarray(value)[order] for name, value in values.items()}
        return cls(t_us[order].astype(np.int64), owner[order].astype(np.int64), ordered)

    def window(self, name: str, begin_us: int, end_us: int) -> dict[str, Array]:
        """Return what holds at ``begin_us``, at most a row an owner, and all that follows until ``end_us``, by time.

        As ``name_t`` (s from ``begin_us``, negative for what began before), ``name_owner`` and ``name_`` with each value.
        """
        first, end = np.searchsorted(self.t_us, (begin_us, end_us), side="right")
        _, last = np.unique(self.owner[:first][::-1], return_index=True)
        rows = np.concatenate((np.sort(first - 1 - last), np.arange(first, end)))
        found: dict[str, Array] = {
            f"{name}_t": ((self.t_us[rows] - begin_us) / US_PER_S).astype(np.float32),
            f"{name}_owner": self.owner[rows].astype(np.uint32),
        }
        return found | {f"{name}_{key}": value[rows] for key, value in self.values.items()}


def highest_open(rows: Iterable[tuple[int, int, Any, int]]) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
    """Return when which owner's highest open level changes, and to what: instants, owners, levels, 0 where nothing is open.

    Each of ``rows``, in the order of time: instant (us), owner, what is open (several of one owner may be), and its level from
    now on; 0 closes it.
    """
    open_: dict[int, dict[Any, int]] = {}
    shown: dict[int, int] = {}
    changes = []
    for t_us, owner, what, level in rows:
        mine = open_.setdefault(owner, {})
        if level:
            mine[what] = level
        else:
            mine.pop(what, None)
        highest = max(mine.values(), default=0)
        if highest != shown.get(owner, 0):
            shown[owner] = highest
            changes.append((t_us, owner, highest))
    found = np.array(changes, np.int64).reshape(-1, 3)
    return found[:, 0], found[:, 1], found[:, 2].astype(np.uint8)
