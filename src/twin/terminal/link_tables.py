"""Links and platform of a run as tables: for ``twin report``, its documents and the viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from twin.messages import say
from twin.metrics.link_report import Figures
from twin.terminal.figures import figure
from twin.terminal.tables import ShownTable

MOST_LINES: Final = 3
"""Lines of each hop that are shown; ``--json`` has more. Choice: the busiest tell where it is tight."""

_MS: Final = frozenset({"roadside_latency", "central_latency"})
_AGES: Final = ("p50_ms", "p95_ms", "p99_ms", "max_ms")
_LOST: Final = ("half_duplex", "sensing", "propagation", "collision")


def link_tables(found: Figures) -> list[ShownTable]:
    """Return the tables of links and platform, as ``metrics/link_report.py`` makes their figures, that have rows."""
    parts = [_verdicts(found["verdicts"]), _hops(found["hops"]), _known(found["known"]), _lines(found["lines"])]
    if found["delivery"]:
        parts.append(_delivery(found["delivery"]))
    if found["alerts"]:
        parts.append(_alerts(found["alerts"]))
    if found["senders"]:
        parts.append(_senders(found["senders"]))
    return [part for part in parts if part.rows]


def _table(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> ShownTable:
    return ShownTable.of(say(f"platform.title.{name}"), [say(f"platform.column.{one}") for one in columns], rows, left)


def _percent(value: float | None) -> str:
    """Return a share with as many decimals as a requirement of 99.9 % or 99.999 % asks for."""
    return figure("lost_share", value)


def _verdicts(verdicts: Sequence[Mapping[str, Any]]) -> ShownTable:
    rows = []
    for row in verdicts:
        shown = (lambda value: figure("_ms", value)) if row["name"] in _MS else _percent
        met = "-" if row["met"] is None else say("report.met" if row["met"] else "report.missed")
        asked = f"{'>=' if row['at_least'] else '<='} {shown(row['threshold'])}"
        rows.append([say(f"platform.requirement.{row['name']}"), asked, shown(row["figure"]), met, f"{row['n']:,}"])
    return _table("verdicts", ("requirement", "asked", "found", "verdict", "n"), rows, left=(0, 3))


def _hops(hops: Mapping[str, Mapping[str, Any]]) -> ShownTable:
    delays = [f"delay_{one}" for one in _AGES]
    rows = [
        [
            say(f"platform.hop.{name}"),
            *(figure(one, row[one]) for one in delays),
            f"{row['offered']:,}",
            _percent(row["lost_share"]),
            figure("n", row["queue_max"]),
        ]
        for name, row in hops.items()
    ]
    return _table("hops", ("hop", *_AGES, "offered", "lost", "queue_max"), rows)


def _known(known: Mapping[str, Mapping[str, Any]]) -> ShownTable:
    rows = [
        [
            say(f"platform.tier.{tier}"),
            *(figure("_share", row[name]) for name in ("within_100ms", "within_200ms", "known_share")),
            *(figure(name, row[name]) for name in _AGES),
        ]
        for tier, row in known.items()
        if row["known"] or row["within_200ms"]
    ]
    return _table("known", ("tier", "within_100ms", "within_200ms", "ever", *_AGES), rows)


def _lines(lines: Sequence[Mapping[str, Any]]) -> ShownTable:
    rows = []
    for hop in dict.fromkeys(row["hop"] for row in lines):
        for row in [one for one in lines if one["hop"] == hop][:MOST_LINES]:
            shares = [figure("_share", row[name]) for name in ("utilisation", "utilisation_max")]
            rows.append([say(f"platform.hop.{hop}"), row["name"], *shares, f"{row['queue_max']:,}", f"{row['lost']:,}"])
    return _table("lines", ("hop", "line", "utilisation", "utilisation_max", "queue_max", "lost_count"), rows, left=(0, 1))


def _delivery(bins: Sequence[Mapping[str, Any]]) -> ShownTable:
    ends = [row["from_m"] for row in bins[1:]]
    rows = [
        [
            f"{row['from_m']}-{end} m" if end else f"> {row['from_m']} m",
            figure("_share", row["delivery_ratio"]),
            *(figure("_share", row[cause] / row["sent"] if row["sent"] else None) for cause in _LOST),
            f"{row['sent']:,}",
        ]
        for row, end in zip(bins, [*ends, None], strict=True)
    ]
    return _table("delivery", ("distance", "delivered", *_LOST, "sent"), rows)


def _alerts(alerts: Sequence[Mapping[str, Any]]) -> ShownTable:
    rows = [
        [
            say(f"platform.layer.{row['layer']}"),
            say(f"platform.level.{row['level']}"),
            *(f"{row[name]:,}" for name in ("alerts", "true", "senders")),
        ]
        for row in alerts
    ]
    return _table("alerts", ("layer", "level", "alerts", "true", "senders"), rows, left=(0, 1))


def _senders(senders: Mapping[str, Mapping[str, Any]]) -> ShownTable:
    rows = [
        [
            say("platform.from_level", level=say(f"platform.level.{level}")),
            *(figure(name, row[name]) for name in ("precision", "recall")),
            figure("_share", row["false_positive_rate"]),
            f"{row['found'] + row['missed']:,}",
            f"{row['false'] + row['passed']:,}",
        ]
        for level, row in senders.items()
    ]
    return _table("senders", ("level", "precision", "recall", "false_share", "liars", "honest"), rows)
