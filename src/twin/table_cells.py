"""Cells of a table file as texts: CSV in the encodings that spreadsheets in China write, and XLSX."""

from __future__ import annotations

import codecs
import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, Final

from twin.messages import say

MOST_BYTES: Final = 64 * 2**20
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 1000

Row = tuple[int, list[str]]
"""Number of the row in its file, from 1, and its cells."""

_SEPARATORS: Final = (",", ";", "\t", "，")
_SAMPLE_ROWS: Final = 20
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    ValueError,
    SyntaxError,  # xml.etree's ParseError is one
    NotImplementedError,
    RuntimeError,
)
"""What reading a damaged XLSX file can end in."""


class UnreadableTableError(Exception):
    """A file is no table; holds what was found and the remedy."""

    def __init__(self, what: str, **values: object) -> None:
        """Take the key of the message, and its values."""
        self.found = say(f"table.{what}.found", **values)
        self.remedy = say(f"table.{what}.remedy", **values)
        super().__init__(self.found)


def read_rows(path: Path, sheet: str | None, known_cells: Callable[[list[str]], int]) -> list[Row]:
    """Return the rows of a table that hold anything, cells without the blanks around them.

    ``known_cells`` says how many cells of a row are headers: it decides which separator a CSV file has. Raises
    ``UnreadableTableError``.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableTableError("large", limit=MOST_BYTES // 2**20)
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableTableError("missing", reason=error.strerror or error) from None
    if data.startswith(b"PK\x03\x04"):
        rows = _xlsx(data, sheet)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableTableError("xls")
    elif sheet is not None:
        raise UnreadableTableError("no_sheets", sheet=sheet)
    else:
        rows = _csv(_decoded(data), known_cells)
    rows = [(number, [cell.strip() for cell in cells]) for number, cells in rows]
    return [(number, cells) for number, cells in rows if any(cells)]


def _decoded(data: bytes) -> str:
    """Return the text: UTF-16 or UTF-8 by its mark, else UTF-8, else GB 18030 (which holds GBK and GB 2312)."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableTableError("encoding")


def _csv(text: str, known_cells: Callable[[list[str]], int]) -> list[Row]:
    def merit(separator: str) -> tuple[int, int]:
        sample = [cells for _, cells in islice(_parsed(text, separator), _SAMPLE_ROWS)]
        return max(map(known_cells, sample), default=0), max(map(len, sample), default=0)

    best = max(_SEPARATORS, key=merit)
    return _limited(_parsed(text, best))


def _parsed(text: str, separator: str) -> Any:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableTableError("csv", row=number, detail=error) from None
        yield number, cells
        number = reader.line_num + 1


def _xlsx(data: bytes, sheet: str | None) -> list[Row]:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that openpyxl does not know
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            names = [page.title for page in book.worksheets]
            if sheet is not None and sheet not in names:
                raise UnreadableTableError("sheet", sheet=sheet, names=", ".join(names))
            if not names:
                raise UnreadableTableError("xlsx", detail="no sheet")
            page = book[sheet if sheet is not None else names[0]]
            values = page.iter_rows(values_only=True, max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)
            return _limited((number, [_text(value) for value in row]) for number, row in enumerate(values, start=1))
    except _BROKEN as error:
        raise UnreadableTableError("xlsx", detail=error) from None


def _limited(rows: Any) -> list[Row]:
    found = list(islice(rows, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise UnreadableTableError("long", limit=MOST_ROWS)
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
