"""Tables of prices: the shipped list, which the defaults come from, and a planner's own table (``deployment.costs.table``).

A table is CSV or XLSX with a header; prices are in units of 10,000 CNY (万元), as budgets in China are written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Final

from twin.errors import Problem, ScenarioError
from twin.messages import say
from twin.sensors.kinds import KINDS
from twin.traffic.demand_tables import Column, TableRow, read_table
from twin.units import CNY_PER_10K

KEY: Final = "deployment.costs.table"
"""Where a scenario names its table."""

PRICES: Final = {"low": "low_10k_cny", "mid": "mid_10k_cny", "high": "high_10k_cny"}
"""Columns of the prices, by the key of a price."""

UPKEEP: Final = {"low": "upkeep_low_share", "mid": "upkeep_mid_share", "high": "upkeep_high_share"}

COLUMNS: Final = (
    Column("item", ("项目", "名称"), "text", required=True),
    Column("preset", ("预设", "型号"), "text"),
    Column("unit", ("单位",), "text"),
    Column("low_10k_cny", ("低", "低价"), required=True, low=0.0, high=1e5),
    Column("mid_10k_cny", ("中", "中价"), required=True, low=0.0, high=1e5),
    Column("high_10k_cny", ("高", "高价"), required=True, low=0.0, high=1e5),
    Column("upkeep_low_share", ("年运维率低",), low=0.0, high=1.0),
    Column("upkeep_mid_share", ("年运维率", "年运维率中"), low=0.0, high=1.0),
    Column("upkeep_high_share", ("年运维率高",), low=0.0, high=1.0),
    Column("life_years", ("寿命", "使用年限"), low=0.1, high=200.0),
    Column("source", ("来源",), "text"),
)

Prices = dict[str, Any]
"""Keys of ``deployment.costs``: a price by item, and ``by_preset``."""


def shipped_rows() -> list[TableRow]:
    """Return the package's prices: what each kind of device says of its own, then the rows of ``twin/presets/prices.csv``."""
    with resources.as_file(resources.files("twin") / "presets" / "prices.csv") as path:
        rows, problems = read_table(path, None, KEY, COLUMNS)
    if problems:
        raise ScenarioError(problems)
    return [*_rows_of_kinds(), *rows]


def _rows_of_kinds() -> Iterator[TableRow]:
    for name, kind in KINDS.items():
        texts = {"item": name, "unit": kind.priced_by, "source": kind.price_source}
        yield TableRow(name, 0, texts, dict(zip(PRICES.values(), kind.price_10k_cny, strict=True)), {})


def read_prices(path: Path, items: Collection[str]) -> Prices:
    """Return what a table says of prices, as keys of ``deployment.costs``; what it leaves out stays as it is.

    ``items`` may be priced. Raises ``ScenarioError`` with everything wrong with the table, each with file, line and column.
    """
    rows, problems = read_table(path, None, KEY, COLUMNS)
    problems += [problem for row in rows for problem in _wrong(row, items)]
    problems += _twice(rows)
    if problems:
        raise ScenarioError(problems)
    return as_prices(rows)


def as_prices(rows: list[TableRow]) -> Prices:
    """Return rows as keys of ``deployment.costs``."""
    prices: Prices = {row.texts["item"]: price_of(row) for row in rows if "preset" not in row.texts}
    own = {row.texts["preset"]: price_of(row) for row in rows if "preset" in row.texts}
    return prices | ({"by_preset": own} if own else {})


def price_of(row: TableRow) -> dict[str, Any]:
    """Return a row as a price of ``deployment.costs``, in CNY."""
    price: dict[str, Any] = {key: round(row.numbers[column] * CNY_PER_10K, 2) for key, column in PRICES.items()}
    if "life_years" in row.numbers:
        price["life_years"] = row.numbers["life_years"]
    if UPKEEP["mid"] in row.numbers:
        mid = row.numbers[UPKEEP["mid"]]
        price["upkeep"] = {key: row.numbers.get(column, mid) for key, column in UPKEEP.items()}
    return price


def _wrong(row: TableRow, items: Collection[str]) -> Iterator[Problem]:
    if row.texts["item"] not in items:
        remedy = say("remedy.one_of", names=", ".join(items))
        yield row.problem("item", "deployment.price.item", remedy, item=row.texts["item"])
    for columns in (PRICES, UPKEEP):
        numbers = [row.numbers[column] for column in columns.values() if column in row.numbers]
        if numbers != sorted(numbers):
            yield row.problem(columns["mid"], "deployment.price.order", low=numbers[0], mid=numbers[1], high=numbers[-1])
    ends = [column for column in (UPKEEP["low"], UPKEEP["high"]) if column in row.numbers]
    if ends and UPKEEP["mid"] not in row.numbers:
        yield row.problem(ends[0], "deployment.price.upkeep")


def _twice(rows: list[TableRow]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        key = (row.texts["item"] if "preset" not in row.texts else "", row.texts.get("preset", ""))
        if key in seen:
            yield row.problem("preset" if key[1] else "item", "deployment.price.twice", name=key[1] or key[0])
        seen.add(key)
