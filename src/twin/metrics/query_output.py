"""The rows of a query as CSV or JSON."""

from __future__ import annotations

import csv
import json
import math
from decimal import Decimal
from typing import Any, TextIO

from twin.metrics.query import Result


def write_csv(result: Result, out: TextIO) -> None:
    """Write a line of column names and a line a row (RFC 4180, line feeds); null is an empty field, a list is JSON."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows([as_text(value) for value in row] for row in result.rows)


def write_json(result: Result, out: TextIO) -> None:
    """Write an array of objects, one a line. What JSON cannot hold becomes null (not a number, infinite) or a text."""
    begin = "["
    for row in result.rows:
        out.write(begin + "\n" + _json(dict(zip(result.columns, row, strict=True))))
        begin = ","
    out.write("\n]\n" if begin == "," else "[]\n")


def as_text(value: Any) -> str:
    """Return a value of a result as a field of a table; empty for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _json(value) if isinstance(value, list | tuple | dict) else str(value)


def _json(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
