"""Same scenario and seed: same bytes. One device more or less: everybody else's rows stay as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.simulation.town import (
    CENTRE,
    EAST,
    FAR_EAST,
    FILE,
    OVERRIDES,
    SILENT,
    WEST,
    devices_of_mec,
    digests,
    rows_by_device,
    run_town,
    town,
)

from twin.eventlog.reader import Run, open_run
from twin.eventlog.tables import EVENT_TABLES
from twin.simulation.run import run

TRAFFIC = ("trajectory", "trip", "edge_state", "signal", "vehicle", "edge", "building", "junction")
SENSED = ("frame", "observation", "detection_stat")


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the run that the others are compared with."""
    return run_town(tmp_path_factory.mktemp("usual"))


def test_the_town_shows_something_in_every_table(usual: Run) -> None:
    """What is compared below is there: every event table but those of faults has rows, the periodic ones in all segments."""
    rows = usual.manifest.rows
    assert min(rows[table.name] for table in EVENT_TABLES if table.name not in SILENT) > 0
    for table in ("trajectory", "frame", "observation", "message"):
        assert len(usual.segments(table)) == 3, table


def test_same_scenario_and_seed_give_the_same_bytes(usual: Run, tmp_path: Path) -> None:
    """A second run writes the same segments, byte by byte, and a manifest that differs in nothing but wall time."""
    again = run_town(tmp_path)
    assert again.path.name == usual.path.name
    assert digests(again.path) == digests(usual.path)
    for key in ("scenario", "seed", "versions", "map_sha256", "projection", "simulated_s", "rows", "summary"):
        assert getattr(again.manifest, key) == getattr(usual.manifest, key), key


def test_the_map_cache_changes_nothing(usual: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run, which reads the map, and the second, which finds it read, write the same bytes."""
    monkeypatch.setenv("TWIN_CACHE_DIR", str(tmp_path / "cache"))
    cold = run_town(tmp_path / "cold")
    assert list((tmp_path / "cache" / "maps").iterdir())
    warm = run_town(tmp_path / "warm")
    assert digests(cold.path) == digests(warm.path) == digests(usual.path)


def test_another_seed_gives_other_bytes(usual: Run, tmp_path: Path) -> None:
    """With another seed every table that chance has a hand in differs; the place and its devices stay."""
    other = run_town(tmp_path, seed=2)
    assert other.path.name != usual.path.name
    for table in ("vehicle", *(table.name for table in EVENT_TABLES if table.name not in SILENT)):
        assert digests(other.path, [table]) != digests(usual.path, [table]), table
    fixed = ("edge", "building", "junction", "site", "device_spec")
    assert digests(other.path, fixed) == digests(usual.path, fixed)


def test_kernels_without_compilation_give_the_same_bytes(tmp_path: Path) -> None:
    """The kernels as plain Python, with another hash seed and in another process, write what the compiled ones write.

    IEEE arithmetic in the order of the source and the same C library for roots, logarithms and sines: nothing may differ, and
    plain Python warns where a kernel divides by zero or overflows.
    """
    compiled = run_town(tmp_path / "compiled", duration_s=3)
    settings = [f"--set={key}={value}" for key, value in (OVERRIDES | {"duration_s": "3"}).items()]
    settings.append(f"--set=deployment.sites=[{WEST}, {CENTRE}, {EAST}]")
    program = "from twin.cli import main; main()"
    command = [sys.executable, "-W", "error", "-c", program, "run", str(FILE), "--quiet", *settings, "--out", str(tmp_path)]
    variables = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONHASHSEED": "20"}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert digests(tmp_path / compiled.path.name) == digests(compiled.path)


@pytest.mark.parametrize(
    "sites",
    [(WEST, CENTRE, EAST, FAR_EAST), (FAR_EAST, WEST, CENTRE, EAST)],
    ids=["behind the others", "before the others"],
)
def test_one_lidar_more_changes_nobody_elses_rows(usual: Run, tmp_path: Path, sites: tuple[str, ...]) -> None:
    """Traffic keeps its bytes, every other LiDAR its rows, and the other MEC's messages their ages and fates."""
    more = run_town(tmp_path, *sites)
    assert digests(more.path, TRAFFIC) == digests(usual.path, TRAFFIC)
    _same_rows(more, usual, without={"far-east/lidar-0"})


@pytest.mark.parametrize("sites", [(CENTRE, EAST), (WEST, EAST), (WEST, CENTRE)], ids=["the first", "the second", "the last"])
def test_one_site_less_changes_nobody_elses_rows(usual: Run, tmp_path: Path, sites: tuple[str, ...]) -> None:
    """The same when a site goes, the fleets and numbers of those behind it shifting or not."""
    fewer = run_town(tmp_path, *sites)
    assert digests(fewer.path, TRAFFIC) == digests(usual.path, TRAFFIC)
    _same_rows(usual, fewer, without=_names(usual) - _names(fewer))


def test_the_order_of_sites_changes_nobodys_rows(usual: Run, tmp_path: Path) -> None:
    """Sites written in another order have other numbers and the same rows."""
    turned = run_town(tmp_path, EAST, CENTRE, WEST)
    assert digests(turned.path, TRAFFIC) == digests(usual.path, TRAFFIC)
    _same_rows(turned, usual, without=set())
    for table in SENSED:
        assert turned.manifest.rows[table] == usual.manifest.rows[table]


def test_no_devices_at_all_leave_traffic_as_it_is(usual: Run, tmp_path: Path) -> None:
    """Nothing that senses has a hand in the traffic of an open-loop run."""
    bare = run(town(**{"deployment.sites": "[]"}), tmp_path)
    assert digests(bare.folder, TRAFFIC) == digests(usual.path, TRAFFIC)
    assert not any(bare.manifest.rows.get(table) for table in (*SENSED, "message"))
    assert not open_run(bare.folder).table("site").num_rows


def test_sites_by_rule_stand_beside_given_ones(usual: Run, tmp_path: Path) -> None:
    """A rule's sites, too, leave the rows of those given by hand as they are."""
    ruled = run_town(tmp_path, **{"deployment.rules": "[{kind: signalised_junctions, kit: pole}]"})
    assert digests(ruled.path, TRAFFIC) == digests(usual.path, TRAFFIC)
    added = _names(ruled) - _names(usual)
    assert added == {"junction-1/lidar-0"}
    _same_sensed(ruled, usual, without=added)


def _names(finished: Run) -> set[str]:
    return set(finished.table("device_spec")["name"].to_pylist())


def _same_sensed(more: Run, fewer: Run, without: set[str]) -> None:
    """Every LiDAR but those of ``without`` has the same rows in both runs; theirs are there in ``more``."""
    for table in SENSED:
        theirs, ours = rows_by_device(more, table), rows_by_device(fewer, table)
        assert theirs.keys() - ours.keys() == without
        assert all(theirs[name].num_rows for name in theirs)
        for name, rows in ours.items():
            assert theirs[name].equals(rows), f"{table} of {name}"


def _same_rows(more: Run, fewer: Run, without: set[str]) -> None:
    """As ``_same_sensed``, and the messages: of a MEC none of ``without`` reports to, all; of the others, up to the MEC."""
    _same_sensed(more, fewer, without)
    undisturbed: set[str] = set()
    for mec in (0, 1):
        mine = devices_of_mec(more, mec)
        if not mine & without:
            undisturbed |= mine
    assert undisturbed
    theirs, ours = rows_by_device(more, "message"), rows_by_device(fewer, "message")
    sent = ("t_us", "frame", "objects", "bytes", "mec_age_us")
    for name, rows in ours.items():
        columns = rows.column_names if name in undisturbed else list(sent)
        assert rows.num_rows > 0
        assert theirs[name].select(columns).equals(rows.select(columns)), f"message of {name}"
