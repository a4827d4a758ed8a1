"""SQL over the log of a run: one SELECT, read only, without files or network. The door to DuckDB.

Two walls stand one behind the other. The statement is parsed by DuckDB and its tree is looked through: one SELECT that reads
the log's tables and nothing else, with the table functions of ``TABLE_FUNCTIONS`` only. And the connection itself has external
access, extensions and any change of its configuration switched off, as DuckDB's manual says in "Securing DuckDB".
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np

from twin.errors import InputError, TwinError, closest
from twin.eventlog.reader import Run
from twin.eventlog.tables import TABLES
from twin.messages import say
from twin.metrics.links import HOPS
from twin.units import to_us

MEMORY_LIMIT: Final = "2GiB"
"""What a query may hold; nothing is written to disk beyond it. Results are streamed and do not count."""

TIME_LIMIT_S: Final = 600.0
"""Wall time after which a query is broken off."""

TABLE_FUNCTIONS: Final = frozenset({"unnest", "range", "generate_series", "json_each"})
"""Table functions that a query may call: those that touch nothing outside of it."""

_NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_SIDE_EFFECTS: Final = frozenset({"nextval", "write_log", "sleep_ms"})

_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
    "memory_limit": MEMORY_LIMIT,
    "threads": 1,
}
"""One thread: the same order of sums, and so the same last digits, every time."""

_NUMBER: Final = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|DOUBLE$|FLOAT$|DECIMAL")

_BATCH_ROWS: Final = 1000


_HOP_VIEW: Final = """
    SELECT '{hop}' AS hop, count(*) AS offered, count({after}) AS delivered,
        count(*) FILTER (lost_hop = '{hop}' AND lost_cause = 'overflow') AS lost_overflow,
        count(*) FILTER (lost_hop = '{hop}' AND lost_cause = 'error') AS lost_error,
        count(*) FILTER (lost_hop = '{hop}' AND lost_cause = 'outage') AS lost_outage,
        quantile_disc({after} - {before}, 0.5) / 1000 AS delay_p50_ms,
        quantile_disc({after} - {before}, 0.95) / 1000 AS delay_p95_ms,
        quantile_disc({after} - {before}, 0.99) / 1000 AS delay_p99_ms,
        max({after} - {before}) / 1000 AS delay_max_ms,
        quantile_disc({after}, 0.5) / 1000 AS age_p50_ms, quantile_disc({after}, 0.95) / 1000 AS age_p95_ms,
        max({queue}) AS queue_max,
        (SELECT max(busy_us / interval_us) FROM link_state WHERE hop = '{hop}' AND t_us >= {warm_up_us}) AS utilisation_max
    FROM message WHERE {queue} IS NOT NULL AND t_us >= {warm_up_us}
"""

VIEWS: Final = {"hops": "one hop of the links after the warm-up: offered, delivered, lost by cause, delay, age, queue"}
"""Tables that are computed when they are read, and what one row is."""

VIEW_COLUMNS: Final = {
    "hops": {
        "hop": ("-", "site_to_mec, mec_compute, mec_to_cloud or cloud_to_central"),
        "offered": ("-", "messages that came to the hop"),
        "delivered": ("-", "of these, delivered at its end"),
        "lost_overflow": ("-", "lost because the queue was full"),
        "lost_error": ("-", "lost in transit"),
        "lost_outage": ("-", "lost because the line was out"),
        "delay_p50_ms": ("ms", "median delay over the hop, waiting and outages included"),
        "delay_p95_ms": ("ms", "95 % of the delivered take no longer"),
        "delay_p99_ms": ("ms", "99 % of them"),
        "delay_max_ms": ("ms", "the longest"),
        "age_p50_ms": ("ms", "median age of the frame on delivery at the hop's end"),
        "age_p95_ms": ("ms", "95 % of the delivered are no older"),
        "queue_max": ("-", "the most messages that one found in its queue, waiting and in transmission"),
        "utilisation_max": ("-", "share of its busiest interval that the busiest line was in use; of all workers together"),
    },
}
"""Unit and meaning of their columns."""


@dataclass(frozen=True, slots=True)
class Result:
    """Rows of a query, as they come."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    """Which columns hold numbers."""
    rows: Iterator[tuple[Any, ...]]
    """To be read once, while the query is open."""


@contextmanager
def query(run: Run, sql: str, *, memory_limit: str = MEMORY_LIMIT, time_limit_s: float = TIME_LIMIT_S) -> Iterator[Result]:
    """Run one SELECT over the tables of ``run``; a context manager, inside of which the rows of the ``Result`` are read.

    Tables are named as they are declared (``twin.eventlog.tables``); those without a segment are empty. Raises InputError when
    the statement is not one SELECT, reads anything but the log, or cannot be executed; TwinError when it takes too much
    memory or time.
    """
    with duckdb.connect(":memory:", config=_CONFIG | {"memory_limit": memory_limit}) as connection:
        for name in TABLES:
            connection.register(name, run.dataset(name))
        _create_views(connection, run)
        connection.execute("SET lock_configuration = true")
        tree = _only_a_select(connection, sql)
        late = threading.Event()

        def break_off() -> None:
            late.set()
            connection.interrupt()

        timer = threading.Timer(time_limit_s, break_off)
        timer.daemon = True
        timer.start()
        try:
            connection.execute(sql)
            description = connection.description or []
            zoned = [name for name, kind, *_ in description if "TIME ZONE" in str(kind)]
            if zoned:
                raise InputError(say("query.zone", column=zoned[0]))
            numeric = tuple(_NUMBER.match(str(kind)) is not None for _, kind, *_ in description)
            singles = [i for i, (_, kind, *_) in enumerate(description) if str(kind) == "FLOAT"]
            yield Result(tuple(str(name) for name, *_ in description), numeric, _rows(connection, singles))
        except duckdb.InterruptException:
            if late.is_set():
                raise TwinError(say("query.late", limit=f"{time_limit_s:g}")) from None
            raise KeyboardInterrupt from None
        except duckdb.OutOfMemoryException:
            raise TwinError(say("query.memory", limit=memory_limit)) from None
        except duckdb.Error as error:
            raise InputError(_worded(error, tree)) from None
        finally:
            timer.cancel()
            timer.join()  # a thread that outlives the connection holds it when Python ends, and DuckDB complains of leaks


def overview(run: Run) -> Result:
    """Return which tables a run has, with their rows and what one row is."""
    rows = run.rows
    tables = [(name, rows.get(name, 0), table.row) for name, table in TABLES.items()]
    views = [(name, len(HOPS), meaning) for name, meaning in VIEWS.items()]
    return Result(("table", "rows", "one row is"), (False, True, False), iter([*tables, *views]))


def _create_views(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    warm_up_us = to_us(run.warm_up_s)
    hops = [
        _HOP_VIEW.format(hop=hop, before=f"coalesce({', '.join(before)})", after=after, queue=queue, warm_up_us=warm_up_us)
        for hop, (before, after, queue) in HOPS.items()
    ]
    connection.execute(f"CREATE VIEW hops AS {' UNION ALL '.join(hops)}")


def _rows(connection: duckdb.DuckDBPyConnection, singles: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows; columns of single precision (``singles``) as the shortest decimals: 48.9, not 48.900001525878906."""
    while batch := connection.fetchmany(_BATCH_ROWS):
        if not singles:
            yield from batch
            continue
        for row in batch:
            values = list(row)
            for i in singles:
                values[i] = None if row[i] is None else float(str(np.float32(row[i])))
            yield tuple(values)


def _only_a_select(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """Return the tree of ``sql``; InputError when it is anything but one SELECT over the log's tables."""
    try:
        sql.encode()
        statements = connection.extract_statements(sql)
    except UnicodeEncodeError:
        raise InputError(say("query.syntax", detail=say("yaml.surrogate.found"))) from None
    except duckdb.Error as error:
        raise InputError(say("query.syntax", detail=_first_line(error))) from None
    if not statements:
        raise InputError(say("query.empty"))
    if len(statements) > 1:
        raise InputError(say("query.several", count=len(statements)))
    kind = str(statements[0].type).rpartition(".")[2]
    if kind != "SELECT":
        raise InputError(say("query.kind", kind=kind))
    found = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    try:
        tree = json.loads(found[0]) if found else {"error": True}
    except RecursionError:
        raise InputError(say("query.deep")) from None
    if tree["error"]:
        raise InputError(say("query.kind", kind=tree.get("error_message", kind)))
    for node in _nodes(tree):
        _allowed(node)
    return tree


def _allowed(node: dict[str, Any]) -> None:
    kind = str(node.get("type", ""))
    if kind.endswith("_NODE") and kind not in _NODES:
        raise InputError(say("query.kind", kind=kind.partition("_")[0]))
    if kind == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name", "")).lower()
        if name not in TABLE_FUNCTIONS:
            raise InputError(say("query.function", name=name, names=", ".join(sorted(TABLE_FUNCTIONS))))
    if node.get("class") == "FUNCTION" and str(node.get("function_name", "")).lower() in _SIDE_EFFECTS:
        raise InputError(say("query.function", name=node["function_name"], names=", ".join(sorted(TABLE_FUNCTIONS))))


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in ``tree``; without recursion, for trees may be deep."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            yield node
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)


_NO_TABLE: Final = re.compile(r"Table with name \"?(.+?)\"? does not exist|Cannot access \w+ \"(.+?)\"")
_NO_COLUMN: Final = re.compile(
    r'Referenced column "(.+?)" not found|does not have a column named "(.+?)"|[Cc]olumn "(.+?)" does not exist'
)


def _worded(error: duckdb.Error, tree: Any) -> str:
    """Return what is wrong with a query, with the names that would be right."""
    text = str(error)
    columns = {table.name: [column.name for column in table.columns] for table in TABLES.values()}
    columns |= {view: list(names) for view, names in VIEW_COLUMNS.items()}
    if missing := _NO_TABLE.search(text):
        name = missing[1] or missing[2]
        return say("query.table", name=name, meant=_meant(name, columns), names=", ".join(columns))
    if missing := _NO_COLUMN.search(text):
        name = next(group for group in missing.groups() if group)
        read = sorted({str(node["table_name"]) for node in _nodes(tree) if node.get("type") == "BASE_TABLE"} & set(columns))
        names = "; ".join(f"{table}: {', '.join(columns[table])}" for table in read)
        known = [column for table in read for column in columns[table]]
        return say("query.column", name=name, meant=_meant(name, known), names=names)
    return say("query.failed", detail=_first_line(error))


def _meant(name: str, known: Any) -> str:
    close = closest(name.lower(), known)
    return say("query.meant", name=close) if close else ""


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0].partition(": ")[2] or str(error)
