"""Devices in roads in a whole run, read back from its log: faults, empty batteries and outages are seen, felt and healed."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from tests.simulation.town import digests

from twin.eventlog.municipal_tables import LOSS_MEANINGS
from twin.eventlog.reader import Run, open_run
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run

TOWN = Path(__file__).parent.parent / "golden"
LANE = '<tag k="highway" v="residential"/><tag k="name" v="槐树巷"/>'
TUNNEL = LANE.replace("residential", "secondary") + '<tag k="tunnel" v="yes"/><tag k="layer" v="-1"/><tag k="lanes" v="2"/>'
POINT = "lon_deg: 113.3190, lat_deg: 23.1200"

ROADS = f"""{{
    storm: {{from_s: 0, duration_min: 10, return_years: 20}},
    underpasses: [{{name: lane, road: 槐树巷, catchment_m2: 5000, pump_m3ps: 1.0, pump_out: [{{from_s: 0, until_s: 210}}]}}],
    drainage: {{sump_m3: 1, delay_min: 1}},
    gauge: {{measure_s: 5, report_s: 20}},
    closure: {{act_after_s: 10, reopen_after_s: 20}},
    settlement: [{{name: breaks, {POINT}}}, {{name: empties, {POINT}}}, {{name: cut-off, {POINT}}}, {{name: sound, {POINT}}}],
    settlement_gauge: {{network: lorawan_near, report_s: 15}},
    gateways: [{{name: gate, {POINT}}}],
    life: {{scheduled: [
        {{device: breaks, from_s: 60, until_s: 120}},
        {{device: empties, cause: battery, from_s: 60, until_s: 120}},
        {{device: gate, cause: gateway_outage, from_s: 150, until_s: 210}}]}}}}"""

DURATION_S = 345


def _run(folder: Path, roads: str = ROADS) -> Run:
    """Run the town with its lane in a tunnel."""
    text = (TOWN / "town.osm").read_text(encoding="utf-8")
    assert LANE in text
    (folder / "town.osm").write_text(text.replace(LANE, TUNNEL), encoding="utf-8")
    (folder / "town.yaml").write_text((TOWN / "town.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    changes = {"duration_s": str(DURATION_S), "roads": roads, "deployment": "{}", "log.interval_s": "10", "log.segment_s": "60"}
    changes |= {"demand.inflow_vph": "2000"}
    return open_run(run(load_spec(folder / "town.yaml", Scenario, changes), folder / "runs").folder)


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run it once."""
    return _run(tmp_path_factory.mktemp("flooded"))


def _by_device(log: Run, table: str) -> dict[str, list[dict[str, object]]]:
    names = {row["device"]: row["name"] for row in log.table("municipal_device").to_pylist()}
    found = defaultdict(list)
    for row in log.table(table).to_pylist():
        found[names[row["device"]]].append(row)
    return found


def test_devices_and_gateways_are_numbered_after_the_others(flooded: Run) -> None:
    """Numbers follow one another, every device knows its gateway, and places are edges of the road."""
    rows = flooded.table("municipal_device").to_pylist()
    assert [row["name"] for row in rows] == ["gauge-lane", "breaks", "empties", "cut-off", "sound", "gate"]
    assert [row["device"] for row in rows] == list(range(6))
    assert [row["gateway"] for row in rows] == [None, 5, 5, 5, 5, None]
    assert rows[0]["place_number"] in flooded.table("underpass").to_pylist()[0]["edge"]


def test_what_fails_is_in_the_table_and_heals(flooded: Run) -> None:
    """One fault, one battery and one outage begin and end at the stated times."""
    told = [(row["t_us"] // 10**6, row["state"], row["cause"]) for row in flooded.table("device").to_pylist()]
    assert told == [
        (60, "fault", "device_fault"),
        (60, "fault", "battery"),
        (120, "up", "device_fault"),
        (120, "up", "battery"),
        (150, "fault", "gateway_outage"),
        (210, "up", "gateway_outage"),
    ]


def test_failures_are_felt_in_the_readings(flooded: Run) -> None:
    """Nobody reports while it is broken, empty or cut off; before and after everybody does."""
    readings = _by_device(flooded, "reading")
    for name, (begin, end) in {"breaks": (60, 120), "empties": (60, 120), "sound": (150, 210)}.items():
        at_s = [row["t_us"] / 1e6 for row in readings[name]]
        assert not [t for t in at_s if begin <= t < end], name
        assert [t for t in at_s if t < begin], name
        assert [t for t in at_s if t >= end], name
    assert all(row["arrived_us"] > row["t_us"] for rows in readings.values() for row in rows)


def test_nothing_is_silently_missing(flooded: Run) -> None:
    """Of each device and interval each expected report is delivered, under way or lost with a cause; the delivered are read."""
    accounts, readings = _by_device(flooded, "report_stat"), _by_device(flooded, "reading")
    lost = defaultdict(int)
    for name, rows in accounts.items():
        for row in rows:
            by_cause = {cause: row[f"lost_{cause}"] for cause in LOSS_MEANINGS}
            assert row["expected"] == row["delivered"] + row["under_way"] + sum(by_cause.values())
            for cause, count in by_cause.items():
                lost[name, cause] += count
        assert sum(row["delivered"] + row["arrived_late"] for row in rows) == len(readings[name]), name
    expected = sum(row["expected"] for row in accounts["breaks"])
    assert expected == DURATION_S // 15
    assert lost["breaks", "device_fault"] == lost["empties", "battery"] == 4
    assert lost["sound", "gateway"] == lost["cut-off", "gateway"] == 4
    assert lost["sound", "device_fault"] == lost["breaks", "battery"] == 0


def test_the_underpass_is_closed_by_a_report_and_opened_again(flooded: Run) -> None:
    """Not before the report that asks for it has arrived and somebody has acted; nobody drives into deep water then."""
    flood = flooded.table("flood").to_pylist()
    closed = [row["t_us"] for row in flood if row["closed"]]
    readings = _by_device(flooded, "reading")["gauge-lane"]
    ordered_us = min(row["arrived_us"] for row in readings if row["value"] >= 0.25) + 10_000_000
    assert 0 <= closed[0] - ordered_us < 10_000_000
    deep = [row["t_us"] for row in flood if row["level_m"] >= 0.25]
    assert deep[0] < ordered_us
    assert sum(row["deep_vehicles"] for row in flood if row["t_us"] <= closed[0]) > 0
    assert [row["deep_vehicles"] for row in flood if closed[0] + 30_000_000 < row["t_us"] <= closed[-1]].count(0) > 5
    assert sum(row["deep_vehicles"] for row in flood if row["t_us"] > closed[0] + 30_000_000) == 0
    assert max(deep) > closed[0] + 30_000_000
    assert not flood[-1]["closed"]
    assert flooded.manifest.summary["trips_rerouted"] > 0
    alarms = [(row["level"], row["state"], row["real"]) for row in _by_device(flooded, "alarm")["gauge-lane"]]
    assert alarms[:3] == [(f"level_{number}", "raised", True) for number in (1, 2, 3)]
    assert [state for _, state, _ in alarms[-3:]] == ["cleared"] * 3


def test_water_slows_traffic_and_a_closed_road_is_left_alone(flooded: Run, tmp_path: Path) -> None:
    """Without closure more vehicles drive into deep water than with it, through the same water."""
    open_ = _run(tmp_path, ROADS.replace("closure: {act_after_s: 10, reopen_after_s: 20}", "closure: null"))
    mine, theirs = (sum(row["deep_vehicles"] for row in one.table("flood").to_pylist()) for one in (flooded, open_))
    assert theirs > mine
    assert open_.table("flood")["level_m"].to_pylist() == flooded.table("flood")["level_m"].to_pylist()
    assert open_.table("reading").num_rows > 0


def test_two_runs_have_the_same_bytes(flooded: Run, tmp_path: Path) -> None:
    """Lives, networks, water, closures: all of it hangs on the seed alone."""
    assert digests(_run(tmp_path).path) == digests(flooded.path)
