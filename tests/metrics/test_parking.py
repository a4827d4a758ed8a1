"""Parking figures from logs written by hand, whose sums can be done on paper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.metrics.logs import SECOND, Rows, write_log

from twin.eventlog.reader import Run
from twin.metrics.parking import parking_figures
from twin.metrics.report import report
from twin.metrics.reported_bays import reported_figures
from twin.metrics.summary import summarise
from twin.terminal.parking_tables import parking_tables

MINUTE = 60 * SECOND
SPEC: Rows = [
    {"facility": 0, "name": "kerb", "kind": "on_street", "capacity": 2},
    {"facility": 1, "name": "hall", "kind": "underground", "capacity": 10},
]
BAYS: Rows = [{"bay": bay, "facility": int(bay > 1)} for bay in range(12)]


def _interval(t_us: int, facility: int, occupied_s: float, **counts: int) -> dict[str, object]:
    return {"t_us": t_us, "interval_us": MINUTE, "facility": facility, "occupied_s": occupied_s} | counts


def _visit(
    vehicle: int, outcome: str, began_us: int = MINUTE, search_s: float | None = None, **more: object
) -> dict[str, object]:
    return {"vehicle": vehicle, "outcome": outcome, "began_us": began_us, "search_s": search_s, "purpose": "work"} | more


def _advice(vehicle: int, source: str, outcome: str, age_s: float | None = None) -> dict[str, object]:
    return {"t_us": MINUTE, "ended_us": 2 * MINUTE, "vehicle": vehicle, "source": source, "outcome": outcome, "age_s": age_s}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return two minutes after a minute of warm-up: a kerb and a hall, six searches, three sources of advice."""
    return write_log(
        tmp_path / "run",
        facility_spec=SPEC,
        bay_spec=BAYS,
        facility=[
            _interval(0, 0, 120.0, came=50, found_full=50),
            _interval(MINUTE, 0, 120.0, came=4, found_full=2),
            _interval(2 * MINUTE, 0, 90.0, came=1, parked=1),
            _interval(MINUTE, 1, 300.0, came=10, parked=3, found_queue=1, gave_up_waiting=1, found_closed=1),
            _interval(2 * MINUTE, 1, 270.0, came=5, parked=2),
        ],
        edge_state=[{"t_us": t_us, "edge": 0, "vehicle_s": 60.0, "distance_m": 5000.0} for t_us in (0, MINUTE, 2 * MINUTE)],
        parking=[
            _visit(1, "parked", began_us=0, search_s=1000.0, search_m=9000.0, loops=9),
            _visit(2, "parked", search_s=100.0, search_m=400.0, walk_m=50.0, loops=1),
            _visit(3, "parked", search_s=300.0, search_m=800.0, walk_m=150.0, loops=3),
            _visit(4, "gave_up", search_m=600.0, loops=4),
            _visit(5, "illegal", search_m=100.0),
            _visit(6, "looking", search_m=100.0),
        ],
        parking_guidance=[
            _advice(2, "app", "parked", 10.0),
            _advice(3, "app", "turned_away", 20.0),
            _advice(3, "sign", "parked", 60.0),
            _advice(6, "app", "open", 30.0),
            _advice(4, "own", "turned_away"),
        ],
        gate_count=[
            {"t_us": MINUTE, "facility": 1, "inside": 7, "standing": 5},
            {"t_us": 2 * MINUTE, "facility": 1, "inside": 4, "standing": 5},
        ],
    )


def test_facilities_are_summed_over_intervals_after_the_warm_up(run: Run) -> None:
    """Occupancy, turnover and blocking, of all, by kind and one by one."""
    found = parking_figures(run, 60.0)
    assert found is not None
    kerb, hall = found.by_facility["kerb"], found.by_kind["underground"]
    assert (kerb.capacity, kerb.came, hall.capacity, hall.came) == (2, 5, 10, 15)
    assert kerb.occupancy == pytest.approx(210.0 / 240.0)
    assert hall.occupancy == pytest.approx(570.0 / 1200.0)
    assert found.total.occupancy == pytest.approx(780.0 / 1440.0)
    assert found.total.turnover_per_bay_hour == pytest.approx(6.0 / (12.0 * 2.0 / 60.0))
    assert (kerb.blocked_share, hall.blocked_share) == (pytest.approx(0.4), pytest.approx(0.2))


def test_searches_count_from_the_warm_up_on(run: Run) -> None:
    """Times and distances are of those who parked; distance driven while looking is everybody's."""
    found = parking_figures(run, 60.0)
    assert found is not None
    search = found.search
    assert search.searches == 5
    assert search.outcomes == {"parked": 2, "illegal": 1, "balked": 0, "gave_up": 1, "looking": 1}
    assert (search.mean_s, search.p95_s, search.mean_m, search.p95_m) == (200.0, 300.0, 600.0, 800.0)
    assert (search.mean_walk_m, search.mean_loops, search.most_loops) == (100.0, 8.0 / 5.0, 4)
    assert search.failed_share == pytest.approx(2.0 / 4.0)
    assert found.cruising_share == pytest.approx(2000.0 / 10_000.0)
    assert found.count_error == pytest.approx(0.15)


def test_advice_is_told_by_source(run: Run) -> None:
    """Who set out on what, how old that was, who parked there, how often its drivers came round."""
    found = parking_figures(run, 60.0)
    assert found is not None
    app, sign, own = (found.guided[name] for name in ("app", "sign", "own"))
    assert (app.advised, app.parked_share, app.mean_age_s) == (3, 0.5, 20.0)
    assert app.mean_loops == pytest.approx((1 + 3 + 0) / 3)
    assert (sign.parked_share, own.parked_share, own.mean_age_s) == (1.0, 0.0, None)


def test_summary_and_report_tell_the_same(run: Run) -> None:
    """The closing figures are those of the module; the tables show them."""
    figures = summarise(run, 60.0)
    assert figures["parking_search_s"] == 200.0
    assert figures["parking_search_p95_s"] == 300.0
    assert figures["parking_search_m"] == 600.0
    assert figures["cruising_share"] == pytest.approx(0.2)
    assert figures["parking_failed_share"] == pytest.approx(0.5)
    assert figures["bay_wrong_share"] is None
    warm = replace(run.manifest, scenario=run.manifest.scenario | {"warm_up_s": 60.0})
    tables = parking_tables(report(Run(run.path, warm))["parking"])
    facilities, search, counted, guided = (table.text() for table in tables)
    assert "54.2 %" in facilities
    assert facilities.index("kerb") < facilities.index("hall")
    assert "200.0 s" in search
    assert "20.0 %" in search
    assert "15.0 %" in counted
    assert "50.0 %" in guided


def test_without_parking_there_is_nothing_to_tell(tmp_path: Path) -> None:
    """No figures, no part of the report."""
    run = write_log(tmp_path / "run")
    assert parking_figures(run) is None
    assert summarise(run)["parking_search_s"] is None
    assert report(run)["parking"] is None


def _truth(bay: int, *changes: tuple[float, bool]) -> Rows:
    return [{"t_us": round(t_s * SECOND), "bay": bay, "occupied": taken, "vehicle": None} for t_s, taken in changes]


def _told(bay: int, *changes: tuple[float, str]) -> Rows:
    return [
        {"t_us": round(t_s * SECOND), "bay": bay, "state": state, "since_us": 0, "occupied": False} for t_s, state in changes
    ]


def test_the_error_of_reported_states_is_weighed_by_time(tmp_path: Path) -> None:
    """Wrong and unknown time of watched bays, by hand; a bay without a sensor counts nowhere."""
    truth = [
        *_truth(0, (0.0, False), (20.0, True), (60.0, False)),  # known 5 s and 10 s late
        *_truth(1, (0.0, True), (30.0, False), (32.0, True)),  # a short absence that nobody sees
        *_truth(2, (0.0, False), (50.0, True)),  # no sensor
        *_truth(3, (0.0, False)),  # unknown from 80 s on, told from 10 s on
    ]
    told = [
        *_told(0, (0.0, "free"), (25.0, "occupied"), (70.0, "free")),
        *_told(1, (0.0, "occupied"), (90.0, "free")),
        *_told(3, (10.0, "free"), (80.0, "unknown")),
    ]
    rows = sorted(truth, key=lambda row: row["t_us"]), sorted(told, key=lambda row: row["t_us"])
    run = write_log(tmp_path / "run", bay_spec=BAYS[:4], bay_truth=rows[0], bay=rows[1])
    run = Run(run.path, replace(run.manifest, simulated_s=100.0))
    found = reported_figures(run)
    assert found is not None
    assert (found.bays, found.bay_share) == (3, 0.75)
    assert found.wrong_share == pytest.approx((5 + 10 + 2 + 10) / 300.0)
    assert found.unknown_share == pytest.approx((10 + 20) / 300.0)
    assert (found.changes, found.unreported_share) == (4, 0.5)
    assert (found.delay_p50_s, found.delay_p95_s) == (5.0, 10.0)
    later = reported_figures(run, 65.0)
    assert later is not None
    assert later.wrong_share == pytest.approx((5 + 10) / (3 * 35.0))
    assert later.unknown_share == pytest.approx(20.0 / (3 * 35.0))
    assert (later.changes, later.unreported_share, later.delay_p50_s) == (0, None, None)
