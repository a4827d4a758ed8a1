"""The table of results and its comparison: the same bytes in whatever order the runs ended."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.sweeps.town_sweep import small_design

from twin.errors import RunError
from twin.sweeps.comparison import compare, comparison_table
from twin.sweeps.store import LocalStore
from twin.sweeps.table import results_table, write_manifest, write_table
from twin.sweeps.task import Outcome


def _outcomes() -> dict[int, Outcome]:
    return {
        0: Outcome(0, {"detections": 10, "recall": 0.5}, wall_s=3.0),
        1: Outcome(1, {"detections": 20, "recall": None}, wall_s=1.0),
        2: Outcome(2, {"detections": 13, "recall": 0.75}),
        3: Outcome(3, None, "out of luck"),
    }


def test_the_order_of_completion_changes_no_byte(tmp_path: Path) -> None:
    """Outcomes in any order give the same Parquet and CSV, which do not tell how long anything took."""
    design = small_design(tmp_path, rest="seeds: [1, 2]\nmetrics: [detections, recall]")
    written = set()
    for shuffle in range(4):
        items = list(_outcomes().items())
        random.Random(shuffle).shuffle(items)  # noqa: S311
        folder = tmp_path / str(shuffle)
        folder.mkdir()
        write_table(LocalStore(folder), "sweep", results_table(design, dict(items)))
        written.add(((folder / "sweep.parquet").read_bytes(), (folder / "sweep.csv").read_bytes()))
        assert sorted(path.name for path in folder.iterdir()) == ["sweep.csv", "sweep.parquet"]
    assert len(written) == 1


def test_one_row_a_run(tmp_path: Path) -> None:
    """Labels, seed, state, figures as numbers, folder and error of each run, in the order of the design."""
    design = small_design(tmp_path, rest="seeds: [1, 2]\nmetrics: [detections, recall]")
    write_table(LocalStore(tmp_path), "sweep", results_table(design, _outcomes()))
    table = pq.read_table(tmp_path / "sweep.parquet")
    assert table.to_pydict() == {
        "poles": ["one", "one", "两个", "两个"],
        "seed": [1, 2, 1, 2],
        "state": ["complete", "complete", "complete", "failed"],
        "detections": [10.0, 20.0, 13.0, None],
        "recall": [0.5, None, 0.75, None],
        "folder": [run.folder for run in design.runs],
        "error": [None, None, None, "out of luck"],
    }
    assert table.schema.field("recall").type == pa.float64()


def test_pairs_are_the_seeds_that_both_have(tmp_path: Path) -> None:
    """A failed run and a figure that is not there leave their seed out of the pairs, not out of the other's mean."""
    design = small_design(tmp_path, rest="seeds: [1, 2]\nmetrics: [detections, recall]")
    found = compare(results_table(design, _outcomes()), design.axes, design.metrics, design.baseline)
    assert [(one.metric, *one.labels) for one in found] == [
        ("detections", "one"),
        ("detections", "两个"),
        ("recall", "one"),
        ("recall", "两个"),
    ]
    base, other = found[0], found[1]
    assert base.mean is not None
    assert (base.mean.count, base.mean.mean, base.baseline, base.paired) == (2, 15.0, None, None)
    assert other.paired is not None
    assert (other.baseline, other.paired.count, other.paired.mean, other.paired.half_width) == (("one",), 1, 3.0, None)
    assert other.unpaired is not None
    assert (other.unpaired.mean, other.unpaired.half_width) == (-2.0, None)
    tidy = comparison_table(found, design.axes).to_pydict()
    assert tidy["pairs"] == [None, 1, None, 1]
    assert tidy["difference"] == [None, 3.0, None, 0.25]


def test_pairs_are_formed_by_seed_not_by_place() -> None:
    """Seeds in another order and a missing one in between: each value meets that of its own seed, so the spread is small."""
    table = pa.table(
        {"poles": ["one", "one", "one", "two", "two"], "seed": [1, 2, 3, 3, 1], "recall": [10.0, 200.0, 3000.0, 3003.0, 12.0]}
    )
    _, other = compare(table, ("poles",), ("recall",), (0, "one"))
    assert other.paired is not None
    assert other.gain is not None
    assert (other.paired.count, other.paired.mean) == (2, 2.5)
    assert other.paired.deviation == pytest.approx(0.5**0.5)
    assert other.gain.correlation == pytest.approx(1.0)


def test_each_variant_is_compared_with_the_baseline_of_its_own_kind() -> None:
    """With two axes only the baseline's axis is moved: wet against wet, dry against dry."""
    table = pa.table(
        {
            "poles": ["one", "one", "two", "two"],
            "rain": ["dry", "wet", "dry", "wet"],
            "seed": [1, 1, 1, 1],
            "recall": [1.0, 10.0, 3.0, 50.0],
        }
    )
    found = {one.labels: one.paired and one.paired.mean for one in compare(table, ("poles", "rain"), ("recall",), (0, "one"))}
    assert found == {("one", "dry"): None, ("one", "wet"): None, ("two", "dry"): 2.0, ("two", "wet"): 40.0}
    found = {one.labels: one.paired and one.paired.mean for one in compare(table, ("poles", "rain"), ("recall",), (1, "wet"))}
    assert found == {("one", "dry"): -9.0, ("one", "wet"): None, ("two", "dry"): -47.0, ("two", "wet"): None}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file where the folder should be ends in one message with a remedy."""
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"cannot be written .* --out"):
        write_manifest(LocalStore(tmp_path / "file" / "sweep"), {})
