"""What self-adaptation is worth in whole runs, measured from their logs: recalibration, reduced rates, buffering."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.self_adaptation import fused_error_m
from tests.simulation.town import rows_by_device, run_town, town

from twin.errors import ScenarioError
from twin.eventlog.reader import Run
from twin.metrics.alarms import alarm_figures
from twin.metrics.links import LinkFigures, link_figures
from twin.simulation.preparation import look_into

CORNERS = "{name: centre, lon_deg: 113.319912, lat_deg: 23.119892, kit: corners}"
KITS = "{corners: {mounts: [{at: corner, devices: [{kind: lidar, range_m: 120}]}]}}"
TURNED = "{scheduled: [{device: centre/lidar-1, cause: misalignment, size: 2.0, from_s: 0, until_s: 1000}]}"


def _corners(out: Path, **overrides: object) -> Run:
    """Run the town's junction with a LiDAR at each of its four corners, whose lists the site fuses."""
    return run_town(
        out,
        CORNERS,
        **(
            {
                "duration_s": "50",
                "deployment.kits": KITS,
                "self_check": "{window_s: 15, learning_s: 3600}",
                "log.segment_s": "25",
            }
            | overrides
        ),
    )


def test_recalibration_mends_what_a_turned_device_does_to_a_site(tmp_path: Path) -> None:
    """A LiDAR of four turned by 2 degrees: doubles and 1 m of error, recalibrated as good as without the fault."""
    plain = _corners(tmp_path / "plain", faults=TURNED)
    mended = _corners(tmp_path / "mended", faults=TURNED, adaptation="{recalibrate: true}")
    sound = _corners(tmp_path / "sound")
    (error_m, doubles), (mended_m, single), (sound_m, _) = (fused_error_m(run, 0, 20.0) for run in (plain, mended, sound))
    assert error_m > 0.7
    assert doubles > 1.3
    assert mended_m == pytest.approx(sound_m, abs=0.05)
    assert single < 1.1
    for finished in (plain, mended):
        told = [(row["device"], row["cause"], row["state"]) for row in finished.table("alarm").to_pylist()]
        assert told == [(1, "misalignment", "raised")]
        score = alarm_figures(finished)["misalignment"]
        assert (score.faults, score.found, score.false, score.delays_s) == (1, 1, 0, (15.0,))
    assert not sound.rows.get("alarm")
    assert alarm_figures(sound) == {}
    # what the devices report stays as it is: only the site's computer knows better
    assert mended.table("observation").equals(plain.table("observation"))


def _links(finished: Run) -> LinkFigures:
    return link_figures(finished, 10.0)


def test_a_reduced_rate_keeps_an_overloaded_uplink_fresh(tmp_path: Path) -> None:
    """An uplink that takes half of what comes: ages of seconds and full queues without, neither with a reduced rate."""
    narrow = {"links.site_to_mec.rate_mbps": "0.02", "links.site_to_mec.queue_messages": "20", "duration_s": "40"}
    plain = run_town(tmp_path / "plain", **narrow)
    eased = run_town(tmp_path / "eased", **narrow, adaptation="{reduce_rate: true, calm_frames: 1000}")
    before, after = _links(plain), _links(eased)
    assert before.mec.p95_ms is not None
    assert after.mec.p95_ms is not None
    assert before.hops["site_to_mec"].lost.get("overflow", 0) > 0.2 * before.messages
    assert after.hops["site_to_mec"].lost.get("overflow", 0) < 0.05 * after.messages
    assert after.mec.p95_ms < 0.5 * before.mec.p95_ms
    # fewer messages go out, the same frames are taken
    assert after.messages < before.messages
    for name, rows in rows_by_device(plain, "frame").items():
        assert rows_by_device(eased, "frame")[name].equals(rows), name


def test_buffering_at_the_site_saves_what_an_outage_would_cost(tmp_path: Path) -> None:
    """The uplinks are out for 3 s of 12: kept, all but losses on the line arrive, late; dropped, about a quarter is lost."""
    share, worst_ms = {}, {}
    for during in ("store", "drop"):
        out = {"links.outages": "[{hop: site_to_mec, from_s: 5, until_s: 8}]", "links.site_to_mec.during_outage": during}
        figures = link_figures(run_town(tmp_path / during, **out))
        share[during], worst_ms[during] = figures.mec.delivered / figures.messages, figures.mec.max_ms
    assert share["store"] > 0.99
    assert share["drop"] == pytest.approx(0.75, abs=0.02)
    assert worst_ms["store"] > 2900.0
    assert worst_ms["drop"] < 1000.0


def test_sites_that_cannot_be_judged_are_said() -> None:
    """The three usual sites carry one, two and one device: a notice says so; the four corners can be judged."""
    usual = town(self_check="{}")
    (told,) = look_into(usual.spec, usual.path.parent).notices
    assert "3 of 3 sites" in told
    corners = town(CORNERS, **{"deployment.kits": KITS, "self_check": "{}"})
    assert look_into(corners.spec, corners.path.parent).notices == []


def test_recalibration_without_fusion_is_refused() -> None:
    """What is missing is named."""
    with pytest.raises(ScenarioError, match="self_check"):
        town(adaptation="{recalibrate: true}")
