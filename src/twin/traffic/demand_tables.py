"""Tables of demand as rows of checked values: OD matrices, zones, single trips, turning counts."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from twin.errors import Problem
from twin.messages import say
from twin.table_cells import Row, UnreadableTableError, read_rows

_HEADER_WITHIN_ROWS: Final = 10
_BRACKETS: Final = re.compile(r"[(\[{【《（].*?[)\]}】》）]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column that a table may have."""

    name: str
    """How the program and the docs call it; also its plainest header."""
    headers: tuple[str, ...] = ()
    """Other headers, compared without case, blanks, punctuation and anything in brackets."""
    kind: Literal["text", "number"] = "number"
    """What its cells hold."""
    required: bool = False
    """Whether the table and every row must have it."""
    low: float = -math.inf
    high: float = math.inf
    """Smallest and largest number."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """The values of one row; those of empty cells and absent columns are missing."""

    file: str
    """The file as messages call it."""
    number: int
    """Line of the file, from 1."""
    texts: dict[str, str]
    numbers: dict[str, float]
    cells: dict[str, tuple[int, str]]
    """Column of the file (from 1) and its header, by column's name."""

    def problem(self, column: str, words: str, remedy: str | None = None, **values: object) -> Problem:
        """Return a problem at a cell: the messages ``words``.found and, unless a remedy is given, ``words``.remedy."""
        at, header = self.cells.get(column, (1, column))
        found = say(f"{words}.found", **values)
        return Problem(f"{self.file}:{self.number}:{at}", header, found, remedy or say(f"{words}.remedy", **values))


def read_table(path: Path, sheet: str | None, key: str, columns: Sequence[Column]) -> tuple[list[TableRow], list[Problem]]:
    """Return the sound rows of a table and everything wrong with it; ``key`` is where the scenario names the file.

    Rows with a problem are left out, so the rows are complete only where there is no problem.
    """
    try:
        rows = read_rows(path, sheet, lambda cells: len(_places(cells, columns)))
    except UnreadableTableError as error:
        return [], [Problem("", key, f"{path.name}: {error.found}", error.remedy)]
    if not rows:
        return [], [Problem(str(path), "", say("demand.empty.found"), say("demand.empty.remedy"))]
    head = max(range(min(len(rows), _HEADER_WITHIN_ROWS)), key=lambda i: (len(_places(rows[i][1], columns)), -i))
    number, headers = rows[head]
    places = _places(headers, columns)
    names = ", ".join(header for header in headers if header)
    problems = [
        Problem(
            f"{path}:{number}",
            column.name,
            say("demand.column.found", wanted=column.name, names=names),
            say("demand.column.remedy", wanted=column.name),
        )
        for column in columns
        if column.required and column.name not in places
    ]
    if problems:
        return [], problems
    found = []
    for row in rows[head + 1 :]:
        sound, wrong = _read(str(path), row, headers, places, columns)
        problems += wrong
        if not wrong:
            found.append(sound)
    if not found and not problems:
        problems.append(Problem(str(path), "", say("demand.empty.found"), say("demand.empty.remedy")))
    return found, problems


def _places(headers: list[str], columns: Sequence[Column]) -> dict[str, int]:
    plain = [_plain(header) for header in headers]
    found = {}
    for column in columns:
        for name in (column.name, *column.headers):
            if _plain(name) in plain:
                found[column.name] = plain.index(_plain(name))
                break
    return found


def _plain(header: str) -> str:
    text = _BRACKETS.sub("", unicodedata.normalize("NFKC", header).casefold())
    return re.sub(r"[\W_]+", "", text)


def _read(
    file: str, row: Row, headers: list[str], places: dict[str, int], columns: Sequence[Column]
) -> tuple[TableRow, list[Problem]]:
    number, cells = row
    where = {name: (place + 1, headers[place]) for name, place in places.items()}
    found = TableRow(file, number, {}, {}, where)
    problems = []
    for column in columns:
        place = places.get(column.name, len(cells))
        text = unicodedata.normalize("NFC", cells[place]) if place < len(cells) else ""
        if not text:
            if column.required:
                problems.append(found.problem(column.name, "table.nothing"))
        elif column.kind == "text":
            found.texts[column.name] = text
        else:
            value = _number(text)
            if value is None:
                problems.append(found.problem(column.name, "table.number", text=text[:60]))
            elif value < column.low:
                problems.append(found.problem(column.name, "demand.least", text=text[:60], low=column.low))
            elif value > column.high:
                problems.append(found.problem(column.name, "demand.most", text=text[:60], high=column.high))
            else:
                found.numbers[column.name] = value
    return found, problems


def _number(text: str) -> float | None:
    if "_" in text:
        return None
    try:
        value = float(unicodedata.normalize("NFKC", text))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
