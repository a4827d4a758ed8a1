"""Field devices of a run as tables: for ``twin report`` and its documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.messages import say
from twin.metrics.report import Figures
from twin.terminal.figures import figure
from twin.terminal.tables import ShownTable


def field_tables(found: Figures) -> list[ShownTable]:
    """Return the tables of field devices, from the part ``field_devices`` of a report (metrics/report.py), that have rows."""
    parts = [_devices(found), _lost(found["total"]), _floods(found["floods"])]
    return [part for part in parts if part.rows]


def _table(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> ShownTable:
    return ShownTable.of(say(f"field_report.title.{name}"), [say(f"field_report.column.{one}") for one in columns], rows)


def _devices(found: Figures) -> ShownTable:
    def cells(name: str, row: Mapping[str, Any]) -> list[str]:
        return [
            name,
            f"{row['devices']:,}",
            f"{row['expected']:,}",
            figure("_share", row["delivered_share"]),
            f"{row['under_way']:,}",
            figure("_share", row["up_share"]),
            f"{row['batteries_replaced']:,}",
        ]

    rows = [cells(say("field_report.all"), found["total"])]
    rows += [cells(kind.replace("_", " "), row) for kind, row in found["by_kind"].items()]
    if found["gateways"]:
        gates = [f"{found['gateways']:,}", "-", "-", "-", figure("_share", found["gateway_up_share"]), "-"]
        rows.append([say("field_report.gateways"), *gates])
    return _table("devices", ("kind", "devices", "expected", "delivered", "under_way", "up", "replaced"), rows)


def _lost(total: Mapping[str, Any]) -> ShownTable:
    rows = [
        [say(f"field_report.cause.{cause}"), f"{count:,}", figure("_share", count / total["expected"])]
        for cause, count in total["lost"].items()
        if count
    ]
    return _table("lost", ("cause", "count", "share"), rows)


def _floods(found: Mapping[str, Mapping[str, Any]]) -> ShownTable:
    rows = [
        [name, f"{row['deepest_m']:.2f} m", figure("_share", row["closed_share"]), f"{row['deep_vehicles']:,}"]
        for name, row in sorted(found.items(), key=lambda item: (-item[1]["deepest_m"], item[0]))
        if row["deepest_m"] > 0.0
    ]
    return _table("floods", ("underpass", "deepest", "closed", "deep"), rows)
