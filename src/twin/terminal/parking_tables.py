"""Parking of a run as tables: for ``twin report`` and its documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from twin.messages import say
from twin.metrics.report import Figures
from twin.terminal.figures import figure
from twin.terminal.tables import ShownTable

FULLEST: Final = 8
"""Facilities that are shown; ``--json`` has all. Choice: the fullest are those that decide."""


def parking_tables(found: Figures) -> list[ShownTable]:
    """Return the tables of parking, from the part ``parking`` of a report (metrics/report.py), that have rows."""
    parts = [_facilities(found), _search(found["search"], found["cruising_share"])]
    if found["reported"] is not None or found["count_error"] is not None:
        parts.append(_reported(found["reported"], found["count_error"]))
    parts.append(_guided(found["guided"]))
    return [part for part in parts if part.rows]


def _table(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> ShownTable:
    return ShownTable.of(say(f"parking_report.title.{name}"), [say(f"parking_report.column.{one}") for one in columns], rows)


def facility_table(found: Figures) -> ShownTable:
    """Return the table of every facility, the fullest first, from the same part of a report."""
    return _table("every", _FACILITY, [_facility_cells(name, row) for name, row in _by_occupancy(found)])


_FACILITY: Final = ("facility", "bays", "occupancy", "turnover", "came", "blocked")


def _facility_cells(name: str, row: Mapping[str, Any]) -> list[str]:
    turnover = row["turnover_per_bay_hour"]
    return [
        name,
        f"{row['capacity']:,}",
        figure("_share", row["occupancy"]),
        "-" if turnover is None else f"{turnover:.2f}",
        f"{row['came']:,}",
        figure("_share", row["blocked_share"]),
    ]


def _by_occupancy(found: Figures) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(found["by_facility"].items(), key=lambda item: (-(item[1]["occupancy"] or 0.0), item[0]))


def _facilities(found: Figures) -> ShownTable:
    kinds = [_facility_cells(say(f"parking_report.kind.{kind}"), row) for kind, row in found["by_kind"].items()]
    total = _facility_cells(say("parking_report.all"), found["total"])
    fullest = [_facility_cells(name, row) for name, row in _by_occupancy(found)[:FULLEST]]
    return _table("facilities", _FACILITY, [total, *kinds, *fullest])


def _search(found: Mapping[str, Any], cruising_share: float | None) -> ShownTable:
    rows = [
        (say("parking_report.search.searches"), f"{found['searches']:,}"),
        *(
            (say(f"parking_report.outcome.{name}"), figure("_share", count / found["searches"]))
            for name, count in found["outcomes"].items()
            if found["searches"] and count
        ),
        *(
            (say(f"parking_report.search.{name}"), figure(name, found[name]))
            for name in ("mean_s", "p95_s", "mean_m", "p95_m", "mean_walk_m", "mean_loops", "most_loops")
        ),
        (say("parking_report.search.cruising"), figure("_share", cruising_share)),
    ]
    return _table("search", ("figure", "value"), rows if found["searches"] else [])


def _reported(found: Mapping[str, Any] | None, count_error: float | None) -> ShownTable:
    rows: list[tuple[str, str]] = []
    if found is not None:
        rows = [
            (say("parking_report.reported.bays"), f"{found['bays']:,} ({figure('_share', found['bay_share'])})"),
            *(
                (say(f"parking_report.reported.{name}"), figure("_share", found[f"{name}_share"]))
                for name in ("wrong", "unknown")
            ),
            (say("parking_report.reported.changes"), f"{found['changes']:,}"),
            (say("parking_report.reported.unreported"), figure("_share", found["unreported_share"])),
            *((say(f"parking_report.reported.{name}"), figure("_s", found[name])) for name in ("delay_p50_s", "delay_p95_s")),
        ]
    if count_error is not None:
        rows.append((say("parking_report.reported.count_error"), figure("_share", count_error)))
    return _table("reported", ("figure", "value"), rows)


def _guided(found: Mapping[str, Mapping[str, Any]]) -> ShownTable:
    rows = [
        [
            say(f"parking_report.source.{source}"),
            f"{row['advised']:,}",
            figure("_share", row["parked_share"]),
            figure("_s", row["mean_age_s"]),
            figure("loops", row["mean_loops"]),
        ]
        for source, row in found.items()
    ]
    return _table("guided", ("source", "advised", "parked_there", "age", "loops"), rows)
