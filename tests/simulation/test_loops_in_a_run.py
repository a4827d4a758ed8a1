"""Loops in a whole run: what they count, what they leave alone, what faults do to them."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest
from tests.simulation.town import CENTRE, EAST, WEST, digests, rows_by_device, run_town

from twin.eventlog.reader import Run
from twin.eventlog.tables import EVENT_TABLES
from twin.messages import use_language
from twin.metrics.report import report
from twin.terminal.run_report import report_text

SURE = "missed_share: 0, missed_bicycle_share: 0, double_count_share: 0, double_count_long_share: 0"
PLAIN = """{
    pole: [{kind: lidar, range_m: 150}],
    gantry: {mounts: [{at: site, devices: [{kind: lidar, range_m: 80}]}]}}"""
LOOPS = f"""{{
    pole: [{{kind: lidar, range_m: 150}}, {{kind: loop, interval_s: 7, rate_hz: 5}}],
    gantry: {{mounts: [
        {{at: site, devices: [{{kind: lidar, range_m: 80}}]}},
        {{at: approach, devices: [{{kind: loop, interval_s: 5, {SURE}}}]}}]}}}}"""
DURATION_S = 52


def loop_town(out: Path, *sites: str, **overrides: object) -> Run:
    """Run the town with loops in the roads, intervals of 5 and 7 s of which the last is cut short."""
    return run_town(out, *sites, **({"deployment.kits": LOOPS, "fusion": "null", "duration_s": DURATION_S} | overrides))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the run in which nothing fails."""
    return loop_town(tmp_path_factory.mktemp("sound"))


def test_loops_at_the_stop_lines_count_who_leaves_the_edge(sound: Run) -> None:
    """What crosses the stop lines of an edge's lanes is what left it by the traffic's own count, less the trips that end on it.

    Loops that miss nobody count the same.
    """
    spec = sound.table("device_spec").to_pydict()
    mine = {number for number, name in zip(spec["device"], spec["name"], strict=True) if name.startswith("centre/loop-")}
    rows = sound.table("loop_interval").to_pandas()
    centre = rows[rows["device"].isin(mine)]
    assert (centre["count"] == centre["true_count"]).all()
    left = sound.table("edge_state").to_pandas().groupby(["t_us", "edge"])["left"].sum()
    trips = sound.table("trip").to_pandas().dropna(subset=["arrival_us"])
    ended = trips.groupby([trips["arrival_us"].astype("int64") // 5_000_000 * 5_000_000, "destination_edge"]).size()
    crossed = centre.groupby(["t_us", "edge"])["true_count"].sum()
    assert crossed.sum() > 10
    assert crossed.to_dict() == {key: left.get(key, 0) - ended.get(key, 0) for key in crossed.index}


def test_the_report_has_the_loops_beside_the_truth(sound: Run) -> None:
    """Loops that miss nobody measure the true flow, of all their lanes together; loops are no kind that detects objects."""
    use_language("en")
    found = report(sound)
    (figures,) = found["loops"]["by_preset"].values()
    rows = sound.table("loop_interval").to_pydict()
    assert figures["lanes"] == len(set(zip(rows["device"], rows["lane"], strict=True)))
    assert sum(row["lanes"] for row in found["loops"]["by_edge"]) == figures["lanes"]
    hours = figures["devices"] * DURATION_S / 3600.0
    assert figures["true_flow_vph"] * hours == pytest.approx(sum(rows["true_count"]))
    assert figures["flow_vph"] * hours == pytest.approx(sum(rows["count"]))
    assert set(found["perception"]["by_kind"]) == {"lidar"} == {row["source"] for row in found["specification"]}
    text = report_text(found)
    assert "worst GEH" in text
    assert "None" not in text


def test_every_interval_is_there_and_cut_short_at_the_end(sound: Run) -> None:
    """Each loop has a row an interval without gaps up to the end of the run; occupancy is never more than the interval."""
    rows = sound.table("loop_interval").to_pandas()
    for _, loop in rows.groupby(["device", "lane"]):
        ends = (loop["t_us"] + loop["interval_us"]).tolist()
        assert loop["t_us"].tolist() == [0, *ends[:-1]]
        assert ends[-1] == DURATION_S * 1_000_000
        assert (loop["occupied_us"] <= loop["interval_us"]).all()
        assert (loop["true_occupied_us"] <= loop["interval_us"]).all()


def test_reports_travel_the_links(sound: Run) -> None:
    """Each loop device sends one message an interval, of as many objects as it has lanes; all arrive after the interval."""
    sent = {name: rows for name, rows in rows_by_device(sound, "message").items() if "/loop-" in name}
    made = rows_by_device(sound, "loop_interval")
    assert sent
    for name, messages in sent.items():
        lanes = len(set(made[name]["lane"].to_pylist()))
        ends = pc.add(made[name]["t_us"], made[name]["interval_us"]).unique()
        assert sorted(messages["t_us"].to_pylist()) == sorted(ends.to_pylist())
        assert set(messages["objects"].to_pylist()) == {lanes}
        assert messages["frame"].to_pylist() == list(range(messages.num_rows))


def test_loops_leave_everybody_else_alone(sound: Run, tmp_path: Path) -> None:
    """Without the loops traffic and what other devices see stay as they were, to the byte."""
    bare = loop_town(tmp_path, **{"deployment.kits": PLAIN})
    assert "loop_interval" not in bare.manifest.rows
    same = [table.name for table in EVENT_TABLES if table.name not in {"loop_interval", "message", "link_state"}]
    assert digests(bare.path, same) == digests(sound.path, same)


def test_the_same_loops_whatever_else_there_is(sound: Run, tmp_path: Path) -> None:
    """Sites in another order, or some of them gone: each loop has the same rows."""
    before = rows_by_device(sound, "loop_interval")
    for number, sites in enumerate(((EAST, CENTRE, WEST), (CENTRE, EAST))):
        now = rows_by_device(loop_town(tmp_path / str(number), *sites), "loop_interval")
        loops = [name for name in now if "/loop-" in name]
        assert loops
        for name in loops:
            assert now[name].num_rows > 0
            assert now[name].equals(before[name]), name


def test_faults_of_loops(sound: Run, tmp_path: Path) -> None:
    """Without power at an interval's end a loop reports nothing, the truth goes on; dirt changes nothing."""
    faults = """{scheduled: [
        {device: west/loop-0, cause: power_loss, from_s: 3, until_s: 8},
        {device: east/loop-0, cause: frame_loss, size: 1.0, from_s: 10, until_s: 16},
        {device: centre/loop-0, cause: dirt, size: 0.9, from_s: 0, until_s: 20}]}"""
    faulty = loop_town(tmp_path, faults=faults, self_check="{}")
    before, now = rows_by_device(sound, "loop_interval"), rows_by_device(faulty, "loop_interval")
    for name, silent_us in (("west/loop-0", 0), ("east/loop-0", 7_000_000)):
        for column in ("true_count", "true_occupied_us", "true_mean_speed_cmps"):
            assert now[name][column].equals(before[name][column]), column
        rows = now[name].to_pylist()
        assert {row["t_us"] for row in rows if row["count"] is None} == {silent_us}
        assert all((row["count"] is None) == (row["occupied_us"] is None) for row in rows)
    assert now["centre/loop-0"].equals(before["centre/loop-0"])
    messages = rows_by_device(faulty, "message")["west/loop-0"]["t_us"].to_pylist()
    assert messages == [*range(14_000_000, 50_000_000, 7_000_000), 52_000_000]
