"""Alerts by layer and level, and the senders that they accuse, from logs written by hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from tests.metrics.logs import SECOND, Rows, write_log

from twin.eventlog.reader import Run
from twin.metrics.alerts import AlertCount, alert_figures
from twin.metrics.security import DetectionScore
from twin.metrics.summary import FIGURES, summarise


def _connected(folder: Path, **tables: Rows) -> Run:
    run = write_log(folder, **tables)
    return Run(run.path, dataclasses.replace(run.manifest, scenario={"connected": {"wait_s": 0.02}}))


def _alert(t_s: int, sender: int | None, level: str, attack: str | None, layer: str = "messages") -> dict[str, Any]:
    return {"t_us": t_s * SECOND, "layer": layer, "sender": sender, "level": level, "response": "notify", "attack": attack}


def _report(sender: int, attack: str | None) -> dict[str, Any]:
    t_us = 11 * SECOND
    return {
        "t_us": t_us,
        "received_us": t_us,
        "way": "pc5",
        "sender": sender,
        "used": True,
        "vehicle": sender,
        "attack": attack,
    }


ALERTS = [
    _alert(1, 9, "critical", None),  # before the warm-up's end
    _alert(11, 1, "notice", "sybil"),
    _alert(12, 1, "warning", "sybil"),
    _alert(12, 2, "notice", None),
    _alert(13, 2, "notice", None),
    _alert(14, None, "notice", None, "access"),
]
REPORTS = [_report(1, "sybil"), _report(1, None), _report(2, None), _report(3, "delay"), _report(4, None)]


def test_alerts_by_layer_and_level(tmp_path: Path) -> None:
    """Alerts, true ones and senders are counted after the warm-up; a level is scored with all above it."""
    found = alert_figures(_connected(tmp_path / "run", alert=ALERTS, vehicle_report=REPORTS), 10.0)
    assert found is not None
    assert list(found.counts.items()) == [
        (("access", "notice"), AlertCount(1, 0, 0)),
        (("messages", "notice"), AlertCount(3, 1, 2)),
        (("messages", "warning"), AlertCount(1, 1, 1)),
    ]
    assert found.total == 5
    assert found.senders["notice"] == DetectionScore(1, 1, 1, 1)
    assert found.senders["warning"] == DetectionScore(1, 0, 1, 2)
    assert found.senders["critical"] == DetectionScore(0, 0, 2, 2)


def test_without_lies_there_is_nothing_to_score(tmp_path: Path) -> None:
    """Where no message is labelled, alerts are counted and nobody is scored."""
    honest = [row for row in REPORTS if row["attack"] is None]
    found = alert_figures(_connected(tmp_path / "run", alert=ALERTS, vehicle_report=honest))
    assert found is not None
    assert (found.total, found.senders) == (6, {})


def test_nobody_looks_where_nobody_is_connected(tmp_path: Path) -> None:
    """Without connected vehicles and alerts there is no figure, with either of them there is one."""
    assert alert_figures(write_log(tmp_path / "run")) is None
    of_devices = alert_figures(write_log(tmp_path / "access", alert=ALERTS[-1:]))
    assert of_devices is not None
    assert of_devices.total == 1
    nothing = alert_figures(_connected(tmp_path / "connected"))
    assert nothing is not None
    assert (nothing.total, nothing.counts) == (0, {})


def test_closing_figures_of_links_and_platform(tmp_path: Path) -> None:
    """The closing figures are those of the modules they come from; None where vehicles are not connected."""
    ages = [
        {"t_us": 11 * SECOND, "vehicle": number, "edge_age_us": 1, "regional_age_us": 1000 * number, "central_age_us": None}
        for number in range(1, 101)
    ]
    delivery = [
        {"t_us": 11 * SECOND, "range_bin_m": range_m, "sent": 50, "delivered": delivered}
        for range_m, delivered in ((0, 50), (250, 40), (300, 0))
    ]
    tables: dict[str, Rows] = {
        "alert": ALERTS,
        "vehicle_report": REPORTS,
        "age_of_information": ages,
        "delivery_stat": delivery,
    }
    figures = summarise(_connected(tmp_path / "run", **tables), 10.0)
    assert tuple(figures) == FIGURES
    assert (figures["regional_age_p50_ms"], figures["regional_age_p95_ms"]) == (50.0, 95.0)
    assert figures["sidelink_300m_delivered_share"] == 0.9
    assert (figures["alerts"], figures["accused_precision"], figures["accused_recall"]) == (5, 1.0, 0.5)
    nothing = summarise(write_log(tmp_path / "nobody"), 10.0)
    names = ("regional_age_p50_ms", "sidelink_300m_delivered_share", "alerts", "accused_precision", "accused_recall")
    assert {nothing[name] for name in names} == {None}
