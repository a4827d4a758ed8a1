"""Sensors and guidance of parking in a run: reports accounted for, failures seen, felt and healed, no bay promised twice."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from tests.simulation.parked_town import parked_town
from tests.simulation.town import digests

from twin.eventlog.reader import Run, open_run
from twin.eventlog.tables import TABLES
from twin.metrics.parking import parking_figures
from twin.simulation.run import run
from twin.units import US_PER_S

SENSORS = """{
    rules: [
        {sensor: {kind: geomagnetic, heartbeat_s: 60, missed_share: 0.1}, at: [on_street], network: nb_iot, gateway_m: 5000},
        {sensor: {kind: gate_counter, period_s: 30}, at: [garage], network: fibre}],
    life: {scheduled: [
        {device: bay_sensor/lane/1/0, cause: device_fault, from_s: 40, until_s: 300},
        {device: bay_sensor/lane/1/1, cause: battery, from_s: 50, until_s: 200},
        {device: gate_counter/garage, cause: device_fault, from_s: 100, until_s: 200},
        {device: parking_gateway_nb_iot_-1_0, cause: gateway_outage, from_s: 220, until_s: 280}]}}"""
GUIDED = {"parking.sensors": SENSORS, "parking.guidance": "{information: reported, app_share: 0.7, reserve: true, hold_s: 120}"}


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the run."""
    return open_run(run(parked_town(**GUIDED), tmp_path_factory.mktemp("guided")).folder)


def test_every_expected_report_is_delivered_under_way_or_lost_with_a_cause(guided: Run) -> None:
    """Device by device and interval by interval the account closes, and each cause that was laid shows in it."""
    table = guided.table("report_stat")
    of = {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names if name != "battery"}
    losses = [name for name in of if name.startswith("lost_")]
    assert table.num_rows > 100
    assert (of["expected"] == of["delivered"] + of["under_way"] + sum(of[name] for name in losses)).all()
    lost = {name: int(of[name].sum()) for name in losses}
    assert min(lost[name] for name in ("lost_device_fault", "lost_battery", "lost_missed", "lost_gateway")) > 0
    late = of["arrived_late"].sum() + of["under_way"][of["t_us"] == of["t_us"].max()].sum()
    assert late == of["under_way"].sum()


def test_failures_show_are_felt_and_heal(guided: Run) -> None:
    """Each fault has a row when it begins and when it ends; its bay becomes unknown meanwhile and known again."""
    name_of = {row["device"]: row["name"] for row in guided.table("municipal_device").to_pylist()}
    rows = guided.table("device").to_pylist()
    changes = [(name_of[row["device"]], row["state"], row["cause"], row["t_us"] // US_PER_S) for row in rows]
    assert sorted(changes, key=lambda one: one[3]) == [
        ("bay_sensor/lane/1/0", "fault", "device_fault", 40),
        ("bay_sensor/lane/1/1", "fault", "battery", 50),
        ("gate_counter/garage", "fault", "device_fault", 100),
        ("bay_sensor/lane/1/1", "up", "battery", 200),
        ("gate_counter/garage", "up", "device_fault", 200),
        ("parking_gateway_nb_iot_-1_0", "fault", "gateway_outage", 220),
        ("parking_gateway_nb_iot_-1_0", "up", "gateway_outage", 280),
        ("bay_sensor/lane/1/0", "up", "device_fault", 300),
    ]
    states = [(row["state"], row["t_us"] / US_PER_S) for row in guided.table("bay").to_pylist() if row["bay"] == 0]
    unknown = [t_s for state, t_s in states if state == "unknown"]
    assert len(unknown) == 1
    assert 40 < unknown[0] < 300
    assert any(state != "unknown" and t_s >= 300 for state, t_s in states)
    counts = [row["t_us"] // US_PER_S for row in guided.table("gate_count").to_pylist()]
    assert not any(100 < t_s < 200 for t_s in counts)
    assert any(t_s > 200 for t_s in counts)


def test_no_bay_is_promised_to_two_drivers_at_once(guided: Run) -> None:
    """The times for which a bay is promised to app users do not overlap."""
    promised: dict[int, list[tuple[int, int]]] = {}
    rows = guided.table("parking_guidance").to_pylist()
    for row in rows:
        if row["bay"] is not None and row["outcome"] != "refused":
            promised.setdefault(row["bay"], []).append((row["t_us"], row["ended_us"]))
    assert sum(len(times) for times in promised.values()) > 5
    for times in promised.values():
        ordered = sorted(times)
        assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(ordered))
    sources = Counter(row["source"] for row in rows)
    assert min(sources[name] for name in ("app", "own")) > 0


def test_the_truth_in_the_log_is_that_of_the_visits(guided: Run) -> None:
    """Whoever parked by the table of visits came to stand in that bay at that instant by the table of bays."""
    came = {(row["t_us"], row["bay"], row["vehicle"]) for row in guided.table("bay_truth").to_pylist() if row["occupied"]}
    parked = [row for row in guided.table("parking").to_pylist() if row["outcome"] == "parked"]
    assert len(parked) > 10
    assert all((row["parked_us"], row["bay"], row["vehicle"]) in came for row in parked)
    figures = parking_figures(guided)
    assert figures is not None
    assert figures.reported is not None
    assert 0.0 < figures.reported.wrong_share < 0.25
    assert 0.0 < figures.reported.unknown_share < 0.1


def test_the_same_seed_gives_the_same_bytes_and_sensors_change_nothing_else(guided: Run, tmp_path: Path) -> None:
    """Once more, every segment is equal; without guidance, sensors leave traffic and visits as they are."""
    again = run(parked_town(**GUIDED), tmp_path / "again")
    assert digests(again.folder) == digests(guided.path)
    watched = open_run(run(parked_town(**{"parking.sensors": SENSORS, "duration_s": "200"}), tmp_path / "watched").folder)
    alone = open_run(run(parked_town(duration_s="200"), tmp_path / "alone").folder)
    for table in ("trip", "parking", "facility", "edge_state"):
        assert watched.table(table).equals(alone.table(table)), table
    assert np.isin(["bay", "report_stat"], [name for name in TABLES if watched.manifest.rows.get(name, 0)]).all()
