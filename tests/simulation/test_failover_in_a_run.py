"""A MEC's uplink is out for a minute in a run: with and without another MEC that takes its sites over."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
import pytest
from tests.simulation.town import CENTRE, EAST, WEST, digests, run_town

from twin.eventlog.reader import Run
from twin.metrics.outages import outage_account
from twin.units import US_PER_S

FROM_S, UNTIL_S = 5, 65
KEYS = {
    "duration_s": 75,
    "links.outages": f"[{{hop: mec_to_cloud, mec: mec-west, from_s: {FROM_S}, until_s: {UNTIL_S}}}]",
    "links.mec_to_cloud.queue_messages": 5000,
    "links.mec_to_cloud.loss_probability": 0.0,
    "deployment.kits": "{pole: [{kind: lidar, range_m: 150}], gantry: [{kind: lidar, range_m: 150, rate_hz: 5}]}",
    "log": "{trajectory_period_s: 5, interval_s: 5, segment_s: 25, observation_every_n_frames: 50, age_period_s: 1}",
}
FAILOVER = {"links.failover": "{detect_s: 3, back_s: 2}"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """Return the run without failover and the one with it."""
    out = tmp_path_factory.mktemp("runs")
    return run_town(out, WEST, CENTRE, EAST, **KEYS), run_town(out, WEST, CENTRE, EAST, **KEYS, **FAILOVER)


def cloud_ages_us(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Return, of the vehicles of the age log between the failover and the end of the outage, ages at edge and regional tier."""
    table = run.table("age_of_information")
    t_us = table["t_us"]
    kept = table.filter(pc.and_(pc.greater(t_us, (FROM_S + 5) * US_PER_S), pc.less(t_us, UNTIL_S * US_PER_S)))
    kept = kept.filter(kept["edge_age_us"].is_valid())
    return kept["edge_age_us"].to_numpy(), kept["regional_age_us"].fill_null(10**12).to_numpy()


def test_lines_are_told_of(runs: tuple[Run, Run]) -> None:
    """Outages are in table ``link_event`` in any case; who is given up, taken back and redirected with failover."""
    usual, moved = ([tuple(row.values()) for row in run.table("link_event").to_pylist()] for run in runs)
    out = [(FROM_S * US_PER_S, "mec_to_cloud", 0, "out", None), (UNTIL_S * US_PER_S, "mec_to_cloud", 0, "back", None)]
    assert usual == out
    assert [row for row in moved if row[3] in {"out", "back"}] == out
    others = [(row[0] // US_PER_S, *row[1:]) for row in moved if row[3] not in {"out", "back"}]
    assert others == [
        (8, "mec_to_cloud", 0, "given_up", None),
        (8, "site_to_mec", 0, "redirected", 1),
        (8, "site_to_mec", 1, "redirected", 1),
        (67, "mec_to_cloud", 0, "taken_back", None),
        (67, "site_to_mec", 0, "redirected", 0),
        (67, "site_to_mec", 1, "redirected", 0),
    ]


def test_the_regional_cloud_goes_on_knowing(runs: tuple[Run, Run]) -> None:
    """What the edge sees during the outage reaches the regional cloud within 100 ms more with failover, and not without.

    The bound is that of the cloud-control platform specification for roadside to regional cloud by wire.
    """
    edge_us, regional_us = cloud_ages_us(runs[0])
    moved_edge_us, moved_us = cloud_ages_us(runs[1])
    np.testing.assert_array_equal(edge_us, moved_edge_us)
    assert np.percentile(moved_us - moved_edge_us, 95) < 100_000
    assert np.percentile(regional_us - edge_us, 75) > US_PER_S


def test_every_message_is_accounted_for(runs: tuple[Run, Run]) -> None:
    """Sums close; with failover the outage touches the lists of its first 3 s and those of no other MEC."""
    for run in runs:
        rows = run.table("message")
        states = run.table("link_state")
        offered = pc.sum(states.filter(pc.equal(states["hop"].cast("string"), "mec_to_cloud"))["offered"]).as_py()
        came = rows.num_rows - rows["mec_queue"].null_count
        assert 0 <= came - offered <= 5 * len(runs), "the last interval is open"
    usual, moved = (outage_account(run, "mec_to_cloud", FROM_S * US_PER_S, UNTIL_S * US_PER_S, 0) for run in runs)
    for account in (usual, moved):
        assert account.offered == account.recovered + account.behind + sum(account.lost.values())
    per_s = 15
    assert usual.recovered == pytest.approx(60 * per_s, abs=5)
    assert moved.recovered == pytest.approx(3 * per_s, abs=5)


def test_the_same_bytes_twice(runs: tuple[Run, Run], tmp_path) -> None:
    """A second run with failover writes the same segments; one without sees and hears the same."""
    again = run_town(tmp_path, WEST, CENTRE, EAST, **KEYS, **FAILOVER)
    assert digests(again.path) == digests(runs[1].path)
    seen = ("frame", "observation", "detection_stat", "trajectory", "vehicle")
    assert digests(runs[0].path, seen) == digests(runs[1].path, seen)
