"""A table as a person sees it, for whoever lays it out: a terminal, a page, a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from twin.terminal import grid


@dataclass(frozen=True, slots=True)
class ShownTable:
    """Cells as texts."""

    title: str
    names: tuple[str, ...]
    """Over the columns."""
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    """Which columns stand at the right."""

    @classmethod
    def of(cls, title: str, names: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> Self:
        """Return the table whose columns stand at the right, but for those numbered in ``left``."""
        right = tuple(place not in left for place in range(len(names)))
        return cls(title, tuple(names), tuple(tuple(row) for row in rows), right)

    def text(self) -> str:
        """Return the title and below it the table for a terminal."""
        body = grid(self.names, self.rows, self.right)
        return f"{self.title}\n{body}" if self.title else body
