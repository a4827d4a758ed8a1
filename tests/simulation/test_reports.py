"""What signals and drivers are told: only what was delivered, when it was delivered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.simulation.town import run_town, town

from twin.kernel.records import EdgeSpeedReport, FrameBatch, ObjectLists, VehicleReports
from twin.simulation import assembly
from twin.simulation.preparation import prepare
from twin.simulation.reports import EdgeSpeeds, Reporting, nearest_reports
from twin.traffic.rerouting import RerouteSpec
from twin.v2x.platform.tiers import Tiers
from twin.v2x.topology import MEC_TO_CLOUD, SITE_TO_MEC

FORGOTTEN_US = 60_000_000
ACTUATED = "{cycle_s: 40, actuated: {enabled: true, stale_after_s: 20}}"


def _batch(t_us: int) -> FrameBatch:
    """Return two lists: device 4 saw vehicles on edges 0 and 1 and something on no road, device 7 one on edge 1."""
    content = ObjectLists(
        np.array([0, 3, 4]),
        np.array([0, 1, -1, 1], np.int32),
        np.array([10.0, 90.0, np.nan, 60.0]),
        np.array([3.0, 4.0, np.nan, 8.0]),
        np.arange(4.0),
        np.arange(4.0),
        np.array([5, 6, -1, 6], np.int32),
        np.array([0, 1, -1, 0], np.int8),
    )
    return FrameBatch(
        t_us,
        np.array([4, 7], np.int32),
        np.array([3, 3]),
        np.array([3, 1], np.int32),
        np.array([t_us + 5, t_us + 6]),
        content,
    )


def _speeds() -> EdgeSpeeds:
    return EdgeSpeeds(np.array([100.0, 100.0]), np.array([10.0, 10.0]), RerouteSpec())


def test_a_list_counts_when_it_arrives_and_a_lost_one_never_does() -> None:
    """Device 4's list arrives at the edge computer at 150 ms, device 7's is lost; nothing reaches the cloud."""
    heard: list[VehicleReports] = []
    told: list[EdgeSpeedReport] = []
    tiers = Tiers(8, FORGOTTEN_US)
    reporting = Reporting(tiers, vehicles=(np.array([100.0, 100.0]), heard.append), speeds=(_speeds(), 60_000_000, told.append))
    tiers.send(_batch(100_000))
    tiers.on_delivery(SITE_TO_MEC, np.array([4]), np.array([100_000]), np.array([150_000]))
    tiers.step(149_999)
    assert not heard
    tiers.step(200_000)
    (report,) = heard
    assert report.t_us == 200_000
    assert report.edge.tolist() == [0, 1]
    assert report.distance_m.tolist() == [90.0, 10.0]
    tiers.step(300_000)
    assert len(heard) == 1
    reporting.advise(400_000)
    assert np.isnan(told[0].speed_mps).all()


def test_lists_that_come_too_late_say_nothing() -> None:
    """Of two stored lists the one that is under way for longer than a minute is passed over as it arrives."""
    tiers = Tiers(8, FORGOTTEN_US)
    found: dict[int, list[int]] = {}
    tiers.listeners["edge"].append(lambda t_us, sightings: found.update({t_us: sightings.edge.tolist()}))
    tiers.send(_batch(100_000))
    late_us = np.array([FORGOTTEN_US + 1_000_000, FORGOTTEN_US])
    tiers.on_delivery(SITE_TO_MEC, np.array([4, 7]), np.array([100_000, 100_000]), late_us)
    for t_us in range(0, FORGOTTEN_US + 2_000_000, 500_000):
        tiers.step(t_us)
    assert {t_us: edges for t_us, edges in found.items() if edges} == {FORGOTTEN_US: [1]}


def test_the_cloud_hears_what_the_second_hop_delivers() -> None:
    """Speeds count at the cloud; on edge 1 they come from both stretches: 50 m at 4 m/s (0-50 m unseen) and so on."""
    told: list[EdgeSpeedReport] = []
    tiers = Tiers(8, FORGOTTEN_US)
    reporting = Reporting(tiers, vehicles=None, speeds=(_speeds(), 60_000_000, told.append))
    tiers.send(_batch(100_000))
    both, sent_us = np.array([4, 7]), np.array([100_000, 100_000])
    tiers.on_delivery(SITE_TO_MEC, both, sent_us, np.array([150_000, 150_000]))
    tiers.on_delivery(MEC_TO_CLOUD, both, sent_us, np.array([170_000, 180_000]))
    tiers.step(200_000)
    reporting.advise(200_000)
    (report,) = told
    # edge 0: 50 m at 3 m/s and 50 m at the limit; edge 1: 50 m at the limit, 50 m at the mean of 4 and 8 m/s
    assert report.speed_mps == pytest.approx([100.0 / (50.0 / 3.0 + 5.0), 100.0 / (5.0 + 50.0 / 6.0)])
    reporting.advise(300_000)
    assert np.isnan(told[1].speed_mps).all()


def test_of_each_edge_the_vehicle_nearest_to_the_line_is_told() -> None:
    """One beyond the line counts only where nobody is before it."""
    edge = np.array([2, 2, 2, 0], np.int32)
    report = nearest_reports(7, edge, np.array([20.0, 48.0, 51.0, 33.0]), np.array([30.0, 0.0, 50.0]))
    assert report.edge.tolist() == [0, 2]
    assert report.distance_m.tolist() == [-3.0, 2.0]


def test_who_listens_decides_whether_lists_are_told(tmp_path: Path) -> None:
    """Fixed signals and uninformed drivers: no reporting. Actuated signals: reports reach them through the chain."""
    plain, listening = town(), town(signals=ACTUATED)
    for loaded, listens in ((plain, False), (listening, True)):
        prepared = prepare(loaded)
        assert prepared.listens == listens
        world = assembly.build([prepared], [tmp_path])
        assert (world.sensing[0].reporting is not None) == listens
        if not listens:
            continue
        assembly.start(world, [prepared])
        world.env.run(until=10_000_000)
        signals = world.traffic.signals  # type: ignore[union-attr]
        seen = signals.approaches["seen_us"] > 0
        assert seen.any()
        assert signals.approaches["seen_us"].max() <= 10_000_000


def test_reports_change_the_signals_of_a_run(tmp_path: Path) -> None:
    """The same town with actuated signals shows other states than with fixed times; with all links down it shows the same."""

    def states(name: str, **overrides: str) -> list[tuple[int, int, int, str]]:
        finished = run_town(tmp_path / name, duration_s=60, **overrides)
        table = finished.table("signal").to_pydict()
        return list(zip(table["t_us"], table["junction"], table["phase"], table["state"], strict=True))

    fixed = states("fixed")
    down = "[{hop: site_to_mec, from_s: 0, until_s: 100}]"
    deaf = states("deaf", signals=ACTUATED, **{"links.outages": down})
    heard = states("heard", signals=ACTUATED)
    assert fixed
    assert deaf == fixed
    assert heard != fixed
