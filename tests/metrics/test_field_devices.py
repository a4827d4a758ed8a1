"""Figures of field devices from logs written by hand, whose sums can be done on paper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.metrics.logs import SECOND, Rows, write_log

from twin.eventlog.reader import Run
from twin.messages import LANGUAGES, speaking
from twin.metrics.field_devices import field_figures, flood_figures
from twin.metrics.report import report
from twin.metrics.summary import summarise
from twin.terminal.field_tables import field_tables

MINUTE = 60 * SECOND
DEVICES: Rows = [
    {"device": 7, "name": "a", "kind": "water_gauge", "place": "road"},
    {"device": 8, "name": "b", "kind": "water_gauge", "place": "road"},
    {"device": 9, "name": "c", "kind": "cover_sensor", "place": "road"},
    {"device": 10, "name": "g", "kind": "gateway"},
]


def _change(t_s: int, device: int, state: str, cause: str = "device_fault") -> dict[str, object]:
    return {"t_us": t_s * SECOND, "device": device, "state": state, "cause": cause, "value": 1.0}


def _stat(t_us: int, device: int, expected: int, delivered: int, **counts: int) -> dict[str, object]:
    return {"t_us": t_us, "interval_us": MINUTE, "device": device, "expected": expected, "delivered": delivered, **counts}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return three minutes of three devices and a gateway."""
    log = write_log(
        tmp_path / "run",
        municipal_device=DEVICES,
        report_stat=[
            _stat(0, 7, 100, 0, lost_radio=100),
            _stat(MINUTE, 7, 10, 7, under_way=1, lost_radio=2, not_due=4),
            _stat(2 * MINUTE, 7, 10, 8, arrived_late=1, under_way=1, lost_gateway=1),
            _stat(MINUTE, 8, 5, 0, lost_device_fault=5),
            _stat(2 * MINUTE, 9, 4, 3, lost_battery=1),
        ],
        device=[
            _change(30, 8, "fault"),
            _change(75, 8, "fault"),
            _change(90, 8, "up"),
            _change(100, 9, "fault", "battery"),
            _change(120, 8, "up"),
            _change(130, 9, "up", "battery"),
            _change(150, 10, "fault", "gateway_outage"),
            _change(20, 3, "fault", "power_loss"),
        ],
        underpass=[{"underpass": 0, "name": "low"}, {"underpass": 1, "name": "dry"}],
        flood=[
            {"t_us": 0, "underpass": 0, "level_m": 3.0, "closed": False, "deep_vehicles": 50},
            {"t_us": MINUTE, "underpass": 0, "level_m": 0.25, "closed": False, "deep_vehicles": 2},
            {"t_us": 2 * MINUTE, "underpass": 0, "level_m": 0.5, "closed": True, "deep_vehicles": 1},
            {"t_us": 2 * MINUTE, "underpass": 1, "closed": False},
        ],
    )
    log.manifest = replace(log.manifest, simulated_s=180.0)
    return log


def test_reports_are_counted_by_what_became_of_them(run: Run) -> None:
    """29 due after the warm-up: 19 delivered of 28 whose fate is known, one under way, nine lost by four causes."""
    found = field_figures(run, 60.0)
    assert found is not None
    total = found.total
    assert (total.devices, total.expected, total.delivered, total.under_way, total.not_due) == (3, 29, 19, 1, 4)
    assert {cause: count for cause, count in total.lost.items() if count} == {
        "device_fault": 5, "battery": 1, "radio": 2, "gateway": 1,
    }  # fmt: skip
    assert total.expected == total.delivered + total.under_way + sum(total.lost.values())
    assert total.delivered_share == pytest.approx(19 / 28)
    assert found.by_kind["water_gauge"].delivered_share == pytest.approx(16 / 24)
    assert field_figures(run).total.expected == 129


def test_availability_is_the_time_in_which_no_cause_holds(run: Run) -> None:
    """B is down from the warm-up's end to 120 s, as two faults overlap; c from 100 to 130 s; the gateway from 150 s on."""
    found = field_figures(run, 60.0)
    assert found.total.up_share == pytest.approx(1.0 - (60.0 + 30.0) / 360.0)
    assert found.by_kind["cover_sensor"].up_share == pytest.approx(0.75)
    assert found.by_kind["cover_sensor"].batteries_replaced == 1
    assert (found.gateways, found.gateway_up_share) == (1, pytest.approx(0.75))
    assert field_figures(run).by_kind["water_gauge"].up_share == pytest.approx(1.0 - 90.0 / 360.0)


def test_floods_are_told_by_underpass(run: Run) -> None:
    """Deepest water, share of the time closed and vehicles in deep water, after the warm-up."""
    floods = flood_figures(run, 60.0)
    assert (floods["low"].deepest_m, floods["low"].closed_share, floods["low"].deep_vehicles) == (0.5, 0.5, 3)
    assert floods["dry"].deepest_m == 0.0


def test_closing_figures_and_tables_have_them(run: Run) -> None:
    """The summary and the report tell the same; a dry underpass is left out of the table, in both languages."""
    run.manifest = replace(run.manifest, scenario={"warm_up_s": 60.0})
    figures = summarise(run, 60.0)
    assert figures["field_devices"] == 3
    assert figures["field_delivered_share"] == pytest.approx(19 / 28)
    assert figures["batteries_replaced"] == 1
    found = report(run)["field_devices"]
    for language in LANGUAGES:
        with speaking(language):
            tables = field_tables(found)
        assert [len(table.rows) for table in tables] == [4, 4, 1]
        assert "67.9" in " ".join(tables[0].rows[0])


def test_a_run_without_field_devices_says_nothing(tmp_path: Path) -> None:
    """No devices, no figures."""
    log = write_log(tmp_path / "run")
    assert field_figures(log) is None
    assert flood_figures(log) == {}
    assert summarise(log)["field_devices"] == 0
