"""Links and platform as ``twin report`` tells them: one piece of data, tables in two languages, pictures."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from tests.metrics.logs import SECOND, write_log
from tests.metrics.test_alerts import ALERTS, REPORTS

from twin.eventlog.reader import Run
from twin.messages import LANGUAGES, use_language
from twin.metrics.link_pictures import draw_ages, draw_delivery
from twin.metrics.link_report import link_report
from twin.metrics.links import HOPS
from twin.terminal.link_tables import MOST_LINES, link_tables

TITLES = 7
"""Tables of a run with everything: requirements, hops, tiers, lines, delivery, alerts, senders."""


def _message(number: int) -> dict[str, Any]:
    ages = {"sent_age_us": 10_000, "mec_age_us": 20_000, "compute_age_us": 21_000, "cloud_age_us": 30_000}
    queues = {"site_queue": 0, "compute_queue": 0, "mec_queue": 0, "cloud_queue": 0}
    return {"t_us": 11 * SECOND + number, "frame": number, "central_age_us": 40_000} | ages | queues


def whole_run(folder: Path) -> Run:
    """Return a run with everything that the section tells of."""
    busy = [
        {"t_us": 12 * SECOND, "interval_us": SECOND, "hop": hop, "line": line, "busy_us": 1000 * line, "offered": 1}
        for hop in HOPS
        for line in range(5)
    ]
    delivery = [
        {"t_us": 12 * SECOND, "range_bin_m": 0, "sent": 100, "delivered": 90, "half_duplex": 10},
        {"t_us": 12 * SECOND, "range_bin_m": 50, "sent": 10, "delivered": 1, "sensing": 4, "propagation": 3, "collision": 2},
    ]
    run = write_log(
        folder,
        message=[_message(number) for number in range(20)],
        link_state=busy,
        delivery_stat=delivery,
        perception=[{"t_us": 12 * SECOND, "edge": 1, "vehicle_s": 2.0, "known_edge_100ms_s": 1.0}],
        age_of_information=[{"t_us": 12 * SECOND, "vehicle": 1, "edge_age_us": 50_000, "regional_age_us": None}],
        alert=ALERTS,
        vehicle_report=REPORTS,
    )
    scenario = {"connected": {"wait_s": 0.02}, "warm_up_s": 10.0}
    return Run(run.path, dataclasses.replace(run.manifest, scenario=scenario, simulated_s=20.0))


def test_figures_are_data(tmp_path: Path) -> None:
    """All figures are there and can be written as JSON without a NaN; lines are the busiest first within their hop."""
    found = link_report(whole_run(tmp_path / "run"), 10.0)
    assert found is not None
    json.dumps(found, allow_nan=False)
    assert list(found["hops"]) == list(HOPS)
    assert found["hops"]["site_to_mec"]["delay_p50_ms"] == 10.0
    assert found["hops"]["mec_compute"]["lost_share"] == 0.0
    assert found["known"]["edge"]["within_100ms"] == 0.5
    assert found["known"]["central"]["within_100ms"] is None
    assert [row["delivery_ratio"] for row in found["delivery"]] == [0.9, 0.1]
    assert [row["line"] for row in found["lines"]] == [4, 3, 2, 1, 0] * 4
    assert found["senders"]["critical"]["precision"] is None, "nobody was accused so far: there is no rate"
    assert found["senders"]["notice"]["recall"] == 0.5


def test_a_run_without_messages_has_nothing_to_tell(tmp_path: Path) -> None:
    """Nothing sent, no section."""
    assert link_report(write_log(tmp_path / "run")) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_in_both_languages(tmp_path: Path, language: str) -> None:
    """Every table has a title, and as many cells as columns; figures of the log stand in them."""
    use_language(language)
    found = link_report(whole_run(tmp_path / "run"), 10.0)
    assert found is not None
    tables = link_tables(found)
    assert len({table.title for table in tables}) == TITLES
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.names)}
    verdicts, hops, tiers, lines, delivery, alerts, senders = tables
    assert verdicts.rows[1][1:3] == (">= 99.900 %", "100.000 %")
    assert hops.rows[0][1:] == ("10.0 ms", "10.0 ms", "10.0 ms", "10.0 ms", "20", "0.000 %", "0")
    assert tiers.rows[0][1:5] == ("50.0 %", "0.0 %", "100.0 %", "50.0 ms")
    assert len(lines.rows) == MOST_LINES * len(HOPS)
    assert delivery.rows[1][1:] == ("10.0 %", "0.0 %", "40.0 %", "30.0 %", "20.0 %", "10")
    assert [row[2:] for row in alerts.rows] == [("1", "0", "0"), ("3", "1", "2"), ("1", "1", "1")]
    assert senders.rows[0][1:] == ("50.0 %", "50.0 %", "50.0 %", "2", "2")


def test_a_run_without_connected_vehicles_has_fewer_tables(tmp_path: Path) -> None:
    """No radio and no alerts: their tables are not there, and use cases are not asked about."""
    run = write_log(tmp_path / "run", message=[_message(number) for number in range(20)])
    found = link_report(run)
    assert found is not None
    assert (found["delivery"], found["alerts"], found["senders"]) == (None, None, None)
    assert [len(table.rows) for table in link_tables(found)] == [3, 4]


@pytest.mark.parametrize("draw", [draw_delivery, draw_ages])
def test_pictures_are_the_same_bytes_each_time(tmp_path: Path, draw: Any) -> None:
    """SVG and PNG of one run are reproducible, also of a run with nothing in its tables."""
    run, nothing = whole_run(tmp_path / "run"), write_log(tmp_path / "nothing")
    assert draw(run, "svg") == draw(run, "svg") != draw(nothing, "svg")
    assert draw(run, "png").startswith(b"\x89PNG")
