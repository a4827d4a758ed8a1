"""Bridges of a run as tables: for ``twin report`` and its documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.messages import say
from twin.metrics.report import Figures
from twin.terminal.figures import figure
from twin.terminal.tables import ShownTable


def bridge_tables(found: Figures) -> list[ShownTable]:
    """Return the tables of bridges, from the part ``bridges`` of a report (metrics/report.py)."""
    watched = [
        [
            name,
            f"{row['channels']:,}",
            _number(row["frequency_hz"], ".3f"),
            figure("lost_share", row["frequency_error"]),
            _number(row["damage"], ".2e"),
        ]
        for name, row in found["by_bridge"].items()
    ]
    weighed = [_weighed(name, row["weighing"]) for name, row in found["by_bridge"].items() if row["weighing"]["weighed"]]
    told = [_told(name, row["alarms"]) for name, row in found["by_bridge"].items()]
    return [
        _table("watched", ("bridge", "channels", "frequency", "frequency_error", "damage"), watched),
        *(
            [_table("weighed", ("bridge", "weighed", "gross_error", "class", "precision", "recall"), weighed)]
            if weighed
            else []
        ),
        _table("told", ("bridge", "alarms", "false", "events", "missed", "delay"), told),
    ]


def _weighed(name: str, row: Mapping[str, Any]) -> list[str]:
    shares = [figure("recall", row[one]) for one in ("precision", "recall")]
    return [name, f"{row['weighed']:,}", figure("_share", row["gross_error_rms"]), row["accuracy"] or "-", *shares]


def _told(name: str, row: Mapping[str, Any]) -> list[str]:
    counts = [f"{row[one]:,}" for one in ("alarms", "false", "events", "missed")]
    return [name, *counts, figure("delay_s", row["median_delay_s"])]


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _table(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> ShownTable:
    return ShownTable.of(say(f"bridge_report.title.{name}"), [say(f"bridge_report.column.{one}") for one in columns], rows)
