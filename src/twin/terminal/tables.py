"""A table as a person sees it, for whoever lays it out: a terminal, a page, a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

WIDEST_CELL: Final = 80
"""Cells of the terminal after which a value of a grid is cut."""


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


def two_columns(figures: Mapping[str, str]) -> str:
    """Return label and figure in two aligned columns (a Chinese character is two cells wide)."""
    from rich.cells import cell_len

    width = max((cell_len(name) for name in figures), default=0)
    return "\n".join(f"  {name}{' ' * (width - cell_len(name))}  {value}" for name, value in figures.items())


def grid(names: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """Return rows below their names, aligned in cells of the terminal; ``right`` says which columns stand at the right.

    What would move the cursor is shown as a space, and a long value is cut.
    """
    from rich.cells import cell_len, set_cell_size

    def cut(text: str) -> str:
        shown = "".join(letter if letter.isprintable() else " " for letter in text)
        return shown if cell_len(shown) <= WIDEST_CELL else set_cell_size(shown, WIDEST_CELL - 1) + "…"

    lines = [[cut(text) for text in row] for row in (names, *rows)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(names))]

    def line_of(cells: Sequence[str]) -> str:
        padded = [
            " " * (width - cell_len(text)) + text if at_right else text + " " * (width - cell_len(text))
            for text, width, at_right in zip(cells, widths, right, strict=True)
        ]
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line_of(lines[0]), rule, *(line_of(line) for line in lines[1:])])
