"""Lines of the links: busy shares and queues by line, from logs written by hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from tests.metrics.logs import SECOND, write_log

from twin.eventlog.reader import Run
from twin.metrics.lines import line_figures

SITES = [{"site": 0, "name": "north"}, {"site": 4, "name": "south"}]
STATIONS = [
    {"station": 0, "kind": "central_cloud", "name": "central"},
    {"station": 1, "kind": "regional_cloud", "name": "tianhe"},
    {"station": 2, "kind": "regional_cloud", "name": "haizhu"},
    {"station": 3, "kind": "mec", "name": "cabinet"},
]


def _state(t_s: int, hop: str, line: int, busy_s: float, **more: int) -> dict[str, Any]:
    times = {"t_us": t_s * SECOND, "interval_us": 60 * SECOND, "busy_us": round(busy_s * SECOND)}
    return {"hop": hop, "line": line, "delivered": 5, "offered": 5 + sum(more.values())} | times | more


def _run(folder: Path, servers: int | None = None, **tables: list[dict[str, Any]]) -> Run:
    run = write_log(folder, site=SITES, station=STATIONS, **tables)
    scenario = {"links": {"compute": None if servers is None else {"servers": servers}}}
    return Run(run.path, dataclasses.replace(run.manifest, scenario=scenario, simulated_s=240.0))


def test_shares_of_the_time_and_of_the_busiest_interval(tmp_path: Path) -> None:
    """Idle intervals, which leave no row, count in the mean; the warm-up's do not; lines go by the way and their number."""
    run = _run(
        tmp_path / "run",
        link_state=[
            _state(0, "site_to_mec", 4, 60.0, queue_max=999),  # before the warm-up's end
            _state(60, "mec_to_cloud", 0, 6.0, lost_overflow=2, lost_error=1),
            _state(120, "mec_to_cloud", 0, 30.0, lost_outage=4),
            _state(60, "site_to_mec", 4, 3.0, queue_max=7),
            _state(60, "site_to_mec", 0, 9.0),
            _state(60, "cloud_to_central", 1, 1.0),
        ],
    )
    found = line_figures(run, 60.0)
    assert [(one.hop, one.line, one.name) for one in found] == [
        ("site_to_mec", 0, "north"),
        ("site_to_mec", 4, "south"),
        ("mec_to_cloud", 0, "cabinet"),
        ("cloud_to_central", 1, "haizhu"),
    ]
    south, cabinet = found[1], found[2]
    assert (south.utilisation, south.utilisation_max, south.queue_max) == (pytest.approx(3 / 180), pytest.approx(0.05), 7)
    assert (cabinet.utilisation, cabinet.utilisation_max) == (pytest.approx(36 / 180), pytest.approx(0.5))
    assert (cabinet.offered, cabinet.delivered, cabinet.lost) == (17, 10, 7)


def test_workers_share_the_work(tmp_path: Path) -> None:
    """Two workers that are busy for 60 s in a minute, together, are so for half of it; a line may have no name."""
    states = [_state(60, "mec_compute", 0, 60.0), _state(60, "mec_compute", 9, 60.0)]
    named, unnamed = line_figures(_run(tmp_path / "two", 2, link_state=states))
    assert (named.name, named.utilisation_max, named.utilisation) == ("cabinet", 0.5, pytest.approx(0.125))
    assert unnamed.name == "9"
    assert line_figures(_run(tmp_path / "one", 1, link_state=states))[0].utilisation_max == 1.0


def test_no_lines_without_messages(tmp_path: Path) -> None:
    """An empty table has no lines."""
    assert line_figures(write_log(tmp_path / "run")) == []
