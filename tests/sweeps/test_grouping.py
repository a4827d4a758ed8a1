"""Which runs of a sweep go together, and that one at fault is lost alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.sweeps.town_sweep import CENTRE, WEST, small_design

from twin.simulation import sensing
from twin.sweeps.grouping import tasks_of
from twin.sweeps.task import execute

AXES = f"""
  - name: poles
    values:
      - label: one
      - {{label: two, set: {{deployment.sites: [{WEST}, {CENTRE}]}}}}
      - {{label: dark, set: {{light: unlit_night}}}}
  - {{key: weather.rain_mmph, values: [0, 60], name: rain}}
"""


def numbers(tasks: list[object]) -> list[list[int]]:
    """Return the runs of each task."""
    return [[order.number for order in task.orders] for task in tasks]  # type: ignore[attr-defined]


def test_runs_that_differ_in_devices_go_together_and_others_do_not(tmp_path: Path) -> None:
    """Three deployments of one seed and weather are one task; rain and seeds change the traffic."""
    design = small_design(tmp_path, axes=AXES)
    assert [run.labels for run in design.runs[:3]] == [("one", "0"), ("one", "0"), ("one", "60")]
    together = numbers(tasks_of(design, range(12), "out", 1))
    assert together == [[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11]]
    assert numbers(tasks_of(design, [0, 5, 8], "out", 1)) == [[0, 8], [5]]


def test_one_traffic_read_from_two_folders_is_two_tasks(tmp_path: Path) -> None:
    """A task has one folder that its files are relative to: runs of another folder go by themselves, alike as they are."""
    design = small_design(tmp_path, axes=AXES)
    runs = [replace(run, base=tmp_path / "elsewhere") if number >= 8 else run for number, run in enumerate(design.runs)]
    tasks = tasks_of(replace(design, runs=tuple(runs)), range(12), "out", 1)
    assert numbers(tasks) == [[0, 4], [1, 5], [2, 6], [3, 7], [8], [9], [10], [11]]
    assert {task.base for task in tasks[4:]} == {tmp_path / "elsewhere"}


def test_groups_are_split_where_workers_would_stand_idle(tmp_path: Path) -> None:
    """Every run once, as many tasks as wanted or one a run, the larger ones first."""
    design = small_design(tmp_path, axes=AXES)
    for workers in (1, 2, 3, 4, 100):
        found = numbers(tasks_of(design, range(12), "out", workers))
        assert sorted(number for group in found for number in group) == list(range(12))
        assert len(found) >= min(2 * workers, 12)
        sizes = [len(group) for group in found]
        assert sizes == sorted(sizes, reverse=True)


def test_traffic_that_listens_to_devices_is_not_shared(tmp_path: Path) -> None:
    """With informed drivers every run is a task of its own."""
    axes = AXES + "  - {key: demand.informed_share, values: [0.5], name: informed}\n"
    design = small_design(tmp_path, axes=axes)
    assert [len(group) for group in numbers(tasks_of(design, range(12), "out", 1))] == [1] * 12


def test_of_runs_over_one_traffic_only_the_one_at_fault_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error stands in its row; the others are made, are complete, and the attempt in common leaves no folders behind."""
    design = small_design(tmp_path, axes=AXES)
    out = tmp_path / "out"
    out.mkdir()
    (task,) = tasks_of(design, [0, 4], str(out), 0)
    build = sensing.build_sensing

    def faulty(env: object, prepared: object, *rest: object) -> object:
        if len(prepared.deployment.sites) == 2:  # type: ignore[attr-defined]
            raise RuntimeError("two poles are one too many")
        return build(env, prepared, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("twin.simulation.assembly.build_sensing", faulty)
    one, two = execute(task)
    assert (one.number, two.number) == (0, 4)
    assert one.error == ""
    assert one.summary is not None
    assert two.summary is None
    assert two.error == "RuntimeError: two poles are one too many"
    assert {path.name for path in out.iterdir()} == {order.folder for order in task.orders}


def test_a_run_of_another_folder_than_planned_is_not_believed(tmp_path: Path) -> None:
    """A worker whose program gives the run another hash made another run: an error that names both, and no figures."""
    (task,) = tasks_of(small_design(tmp_path, duration_s=1.0), [0], str(tmp_path), 0)
    (order,) = task.orders
    (found,) = execute(replace(task, orders=(replace(order, folder="town-0123456789abcdef"),)))
    assert found.summary is None
    assert "town-0123456789abcdef" in found.error
    assert order.folder in found.error
