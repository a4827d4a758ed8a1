"""The recorder and the reader, against the values that were put in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import InputError
from twin.eventlog.columns import labels
from twin.eventlog.manifest import Manifest, Projection, read_manifest, write_manifest
from twin.eventlog.quantise import centimetres, compass_centidegrees, microseconds, quantised
from twin.eventlog.reader import Run, open_run
from twin.eventlog.recorder import Recorder
from twin.eventlog.schema import LABEL, SCHEMA_VERSION, Column, Table
from twin.eventlog.tables import EVENT_TABLES, TABLES

MANIFEST = Manifest(
    state="complete",
    name="test",
    scenario={"duration_s": 120},
    overrides={},
    seed=1,
    versions={"schema": str(SCHEMA_VERSION)},
    map_sha256="",
    projection=Projection("EPSG:32649", 0.0, 0.0),
    start="2025-06-10T07:30:00+08:00",
)


def _run(folder: Path) -> Run:
    return Run(folder, MANIFEST)


def _values(type_: pa.DataType) -> st.SearchStrategy[Any]:
    if type_ == LABEL:
        return st.sampled_from(["car", "bus", "none", "轿车", ""])
    if pa.types.is_list(type_):
        return st.lists(_values(type_.value_type), max_size=4)
    if pa.types.is_string(type_):
        return st.text(max_size=8)
    if pa.types.is_boolean(type_):
        return st.booleans()
    if pa.types.is_floating(type_):
        return st.floats(width=type_.bit_width, allow_nan=False, allow_infinity=False)
    limits = np.iinfo(type_.to_pandas_dtype())
    return st.integers(int(limits.min), int(limits.max))


def _column(column: Column, rows: int) -> st.SearchStrategy[list[Any]]:
    value = _values(column.type)
    return st.lists(st.none() | value if column.nullable else value, min_size=rows, max_size=rows)


@st.composite
def _segments(draw: st.DrawFn, table: Table) -> list[list[dict[str, list[Any]]]]:
    """Return segments of appended parts, each part a list a column."""
    parts = st.integers(1, 4).flatmap(lambda rows: st.fixed_dictionaries({c.name: _column(c, rows) for c in table.columns}))
    return draw(st.lists(st.lists(parts, min_size=1, max_size=3), min_size=1, max_size=2))


def _expected(table: Table, segments: list[list[dict[str, list[Any]]]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for parts in segments:
        segment = [dict(zip(part, values, strict=True)) for part in parts for values in zip(*part.values(), strict=True)]
        rows += sorted(segment, key=lambda row: [row[key] for key in table.sort_by])
    return rows


@pytest.mark.parametrize("table", EVENT_TABLES, ids=lambda table: table.name)
def test_every_event_table_makes_the_round_trip(table: Table) -> None:
    """Whatever is appended is read back, segment by segment, stably sorted by the declared keys, nulls and labels included."""

    @settings(max_examples=15, deadline=None, database=None, derandomize=True)
    @given(_segments(table))
    def check(segments: list[list[dict[str, list[Any]]]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            recorder = Recorder(Path(folder))
            for parts in segments:
                for part in parts:
                    recorder.append(table.name, part)
                recorder.close_segment()
            run = _run(Path(folder))
            expected = _expected(table, segments)
            assert run.table(table.name).to_pylist() == expected
            assert run.dataset(table.name).to_table().to_pylist() == expected
            assert run.table(table.name).schema.equals(table.schema(), check_metadata=True)
            assert recorder.rows == run.rows == {table.name: len(expected)}

    check()


@pytest.mark.parametrize("table", [table for table in TABLES.values() if table.static], ids=lambda table: table.name)
def test_every_static_table_makes_the_round_trip(table: Table) -> None:
    """A static table is read back as written, also without rows, and cannot be written twice nor appended to."""

    @settings(max_examples=15, deadline=None, database=None, derandomize=True)
    @given(st.integers(0, 4).flatmap(lambda rows: st.fixed_dictionaries({c.name: _column(c, rows) for c in table.columns})))
    def check(columns: dict[str, list[Any]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            recorder = Recorder(Path(folder))
            recorder.write_static(table.name, columns)
            assert _run(Path(folder)).table(table.name).to_pydict() == columns
            with pytest.raises(ValueError, match="already written"):
                recorder.write_static(table.name, columns)
            with pytest.raises(ValueError, match="static"):
                recorder.append(table.name, columns)

    check()


def _signals(codes: list[int], vocabulary: tuple[str, ...]) -> dict[str, Any]:
    ends = dict.fromkeys(("least_end_us", "likely_end_us", "most_end_us"))
    return {"t_us": 5, "junction": np.arange(len(codes)), "phase": 0, "state": labels(codes, vocabulary), "stage": 0, **ends}


def test_labels_of_different_vocabularies_meet(tmp_path: Path) -> None:
    """Codes mean what their own vocabulary says, across parts and segments, and can be filtered by name."""
    recorder = Recorder(tmp_path)
    recorder.append("signal", _signals([0, 1], ("green", "red")))
    recorder.append("signal", _signals([0, 1, 2], ("yellow", "green", "red")))
    recorder.close_segment()
    recorder.append("signal", _signals([1], ("unused", "red")))
    recorder.close_segment()
    run = _run(tmp_path)
    table = run.table("signal")
    assert table.column("state").to_pylist() == ["green", "red", "yellow", "green", "red", "red"]
    assert table.column("state").chunk(1).dictionary.to_pylist() == ["green", "red", "yellow"]
    red = run.dataset("signal").to_table(filter=pc.field("state") == "red")
    assert red.column("junction").to_pylist() == [1, 2, 0]


def test_the_caller_may_reuse_its_arrays(tmp_path: Path) -> None:
    """Arrays, codes and masks are copied when they are appended."""
    recorder = Recorder(tmp_path)
    number, codes = np.array([7]), np.array([0])
    missing = np.array([False])
    age = np.ma.array([3], mask=missing, copy=False)
    columns = {"t_us": number, "device": number, "frame": 0, "objects": 1, "bytes": 9, "mec_age_us": age, "cloud_age_us": None}
    columns |= {"sent_age_us": 2, "site_queue": 0, "mec_queue": None, "priority": 0, "transmissions": 2}
    columns |= {"compute_age_us": None, "central_age_us": None, "compute_queue": None, "cloud_queue": None}
    recorder.append("message", columns | {"lost_hop": labels(codes, ("a", "b")), "lost_cause": None})
    number[0], codes[0], age[0] = 8, 1, np.ma.masked
    recorder.close_segment()
    row = _run(tmp_path).table("message").to_pylist()[0]
    assert (row["t_us"], row["lost_hop"], row["mec_age_us"], row["cloud_age_us"]) == (7, "a", 3, None)


def _write(folder: Path, junk: int) -> dict[str, bytes]:
    folder.mkdir()
    recorder = Recorder(folder)
    random = np.random.default_rng(5)
    for _ in range(3):
        count = 50
        age = np.ma.array(random.integers(0, 1000, count), mask=random.random(count) < 0.3)
        age.data[np.ma.getmaskarray(age)] = junk
        recorder.append(
            "message",
            {
                "t_us": random.integers(0, 10**9, count),
                "device": np.arange(count),
                "frame": 1,
                "objects": 3,
                "bytes": 200,
                "sent_age_us": 900,
                "mec_age_us": age,
                "cloud_age_us": age,
                "site_queue": 0,
                "mec_queue": age,
                "priority": 0,
                "transmissions": 2,
                "compute_age_us": None,
                "central_age_us": None,
                "compute_queue": None,
                "cloud_queue": None,
                "lost_hop": labels(random.integers(-1, 2, count), ("site_mec", "mec_cloud")),
                "lost_cause": None,
            },
        )
        recorder.close_segment()
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.arrow"))}


def test_same_rows_give_same_bytes(tmp_path: Path) -> None:
    """The files depend on the rows alone, not even on what lies under a null."""
    first = _write(tmp_path / "a", junk=1)
    assert first == _write(tmp_path / "b", junk=999)
    assert sorted(first) == [f"message/part-{number:05d}.arrow" for number in range(3)]


FRAME: dict[str, Any] = {
    "t_us": np.arange(3),
    "device": 0,
    "frame": 0,
    "present": 1,
    "visible": 1,
    "detected": 1,
    "false": 0,
    "mean_error_cm": None,
    "processing_us": 5,
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"present": np.array([1, 40000, 2])}, "table frame, column present: value 40000 does not fit int16"),
        ({"mean_error_cm": np.array([1, -1, 2])}, "table frame, column mean_error_cm: value -1 does not fit uint16"),
        ({"t_us": np.array([2**63, 1, 2], np.uint64)}, "table frame, column t_us: value 9223372036854775808 does not fit"),
        ({"frame": np.array([1.0, 2.0, 3.0])}, "table frame, column frame: takes int32, got float64"),
        ({"device": np.array([True, False, True])}, "table frame, column device: takes int32, got bool"),
        ({"device": np.ma.array([1, 2, 3], mask=[0, 1, 0])}, "table frame, column device: is not nullable, 1 of 3"),
        ({"device": [1, None, 3]}, "table frame, column device: is not nullable, 1 of 3"),
        ({"device": np.arange(2)}, "table frame, column device: has 2 rows, the columns before it 3"),
        ({"device": np.zeros((3, 1), int)}, "table frame, column device: takes one dimension, got 2"),
        ({"devise": 1}, r"table frame: missing columns \[\], unknown columns \['devise'\]"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    """Missing or extra columns, wrong lengths, kinds and values out of range raise ValueError naming table and column."""
    recorder = Recorder(tmp_path)
    with pytest.raises(ValueError, match=message):
        _append_and_close(recorder, "frame", FRAME | change)
    assert not list(tmp_path.rglob("*.arrow"))


def _append_and_close(recorder: Recorder, table: str, columns: dict[str, Any]) -> None:
    recorder.append(table, columns)
    recorder.close_segment()


def test_other_misuse_is_refused(tmp_path: Path) -> None:
    """Unknown tables, missing columns, codes outside of the vocabulary, non-finite floats and wrong lists are refused."""
    recorder = Recorder(tmp_path)
    with pytest.raises(ValueError, match="no table wheels is declared"):
        recorder.append("wheels", {})
    with pytest.raises(ValueError, match=r"missing columns \['processing_us'\]"):
        recorder.append("frame", {name: value for name, value in FRAME.items() if name != "processing_us"})
    with pytest.raises(ValueError, match="label code 2 is outside of a vocabulary of 2"):
        labels([0, 2], ("a", "b"))
    with pytest.raises(ValueError, match="not static"):
        recorder.write_static("frame", FRAME)
    state = {
        "t_us": 0,
        "interval_us": 1,
        "edge": 0,
        "entered": 0,
        "left": 0,
        "vehicle_s": [1.0],
        "distance_m": 1,
        "halted_s": 0,
    }
    for wrong in (np.nan, np.inf, 1e300):
        with pytest.raises(ValueError, match=r"table edge_state, column vehicle_s: value .* is not finite in float32"):
            _append_and_close(Recorder(tmp_path), "edge_state", state | {"vehicle_s": [wrong]})
    building = {"building": 1, "height_m": 3.0, "x_cm": [[1.5]], "y_cm": [[2**40]]}
    with pytest.raises(ValueError, match="table building, column x_cm: takes int32, got float64"):
        recorder.write_static("building", building)
    with pytest.raises(ValueError, match="table building, column y_cm: value 1099511627776 does not fit int32"):
        recorder.write_static("building", building | {"x_cm": [[1]]})
    site = dict.fromkeys((c.name for c in TABLES["site"].columns), 0) | {"name": "a", "status": "added"}
    with pytest.raises(ValueError, match="table site, column name: takes strings, got 5"):
        recorder.write_static("site", site | {"name": [5]})
    with pytest.raises(ValueError, match="table building, column x_cm: takes one list a row, got 5"):
        recorder.write_static("building", building | {"x_cm": 5})
    with pytest.raises(
        ValueError, match=r"table device_spec, column kind: takes labels\(codes, vocabulary\) or strings, got 5"
    ):
        recorder.write_static(
            "device_spec", dict.fromkeys((c.name for c in TABLES["device_spec"].columns), 0) | {"name": "a", "kind": [5]}
        )


def test_a_refused_part_leaves_nothing_in_the_segment(tmp_path: Path) -> None:
    """A part is taken whole or not at all."""
    recorder = Recorder(tmp_path)
    with pytest.raises(ValueError, match="column processing_us"):
        recorder.append("frame", FRAME | {"processing_us": "five"})
    recorder.append("frame", FRAME)
    recorder.append("frame", FRAME | {"t_us": np.empty(0, np.int64)})
    recorder.close_segment()
    recorder.close_segment()
    assert recorder.rows == {"frame": 3}


def test_moving_vehicles_cost_at_most_ten_bytes_a_row(tmp_path: Path) -> None:
    """600 vehicles with wandering speeds and turns, every 0.5 s over one segment: at most 10 bytes a trajectory row."""
    random = np.random.default_rng(1)
    count = 600
    x_m, y_m = random.uniform(-1500, 1500, (2, count))
    cruise_mps = random.uniform(6, 16, count)
    speed_mps, heading_rad = cruise_mps.copy(), random.uniform(-np.pi, np.pi, count)
    acceleration_mps2, edge, s_m = np.zeros(count), random.integers(0, 800, count), random.uniform(0, 300, count)
    recorder = Recorder(tmp_path)
    for step in range(120):
        acceleration_mps2 = 0.8 * acceleration_mps2 + random.normal(0, 0.5, count) + 0.1 * (cruise_mps - speed_mps)
        speed_mps = np.clip(speed_mps + 0.5 * acceleration_mps2, 1.0, 17.0)
        turns = s_m > 300.0
        edge = np.where(turns, random.integers(0, 800, count), edge)
        heading_rad = heading_rad + np.where(turns, random.choice([0.02, -0.02, np.pi / 2], count), 0.0)
        s_m = np.where(turns, 0.0, s_m + 0.5 * speed_mps)
        x_m, y_m = x_m + 0.5 * speed_mps * np.cos(heading_rad), y_m + 0.5 * speed_mps * np.sin(heading_rad)
        recorder.append(
            "trajectory",
            {
                "t_us": step * 500_000,
                "vehicle": np.arange(count),
                "x_cm": centimetres(x_m),
                "y_cm": centimetres(y_m),
                "speed_cmps": centimetres(speed_mps),
                "heading_cdeg": compass_centidegrees(heading_rad),
                "edge": edge,
                "lane": edge % 3,
            },
        )
    recorder.close_segment()
    assert _run(tmp_path).bytes / recorder.rows["trajectory"] <= 10.0
    table = _run(tmp_path).table("trajectory")
    assert table.column("vehicle").to_pylist()[::120] == list(range(count))
    assert table.column("t_us").to_pylist()[:120] == [step * 500_000 for step in range(120)]


def test_quantities_are_rounded_to_the_nearest() -> None:
    """Rounding is to the nearest step, ties to even; headings become compass bearings below 360 degrees; nulls stay null."""
    assert centimetres([1.004, 1.006, -0.016, 0.0]).tolist() == [100, 101, -2, 0]
    assert quantised([0.5, 1.5, 2.5], 1).tolist() == [0, 2, 2]
    assert microseconds(0.1).tolist() == 100_000
    east_north_west_south = [0.0, np.pi / 2, np.pi, -np.pi / 2]
    assert compass_centidegrees(east_north_west_south).tolist() == [9000, 0, 27000, 18000]
    assert compass_centidegrees(np.pi / 2 + 1e-7).tolist() == 0
    missing = centimetres(np.ma.array([1.0, np.nan], mask=[False, True]))
    assert missing.tolist() == [100, None]
    with pytest.raises(ValueError, match="not finite"):
        centimetres([np.nan])


def test_an_empty_table_can_be_read(tmp_path: Path) -> None:
    """A declared table without rows is empty in every way of reading; an unknown one is the user's mistake."""
    run = _run(tmp_path)
    assert run.tables == ()
    assert run.rows == {}
    assert run.table("frame").num_rows == run.dataset("frame").to_table().num_rows == 0
    assert run.dataset("frame").schema.equals(TABLES["frame"].schema())
    for read in (run.table, run.dataset, lambda name: list(run.batches(name))):
        with pytest.raises(InputError, match="no table 'frames'; the log has trajectory"):
            read("frames")
    with pytest.raises(InputError, match="table frame has no column 'x'"):
        list(run.batches("frame", ["x"]))


def test_an_unclosed_segment_is_not_read(tmp_path: Path) -> None:
    """The temporary file of a killed run is ignored."""
    recorder = Recorder(tmp_path)
    _append_and_close(recorder, "frame", FRAME)
    (tmp_path / "frame" / ".part-00001.arrow.tmp").write_bytes(b"ARROW1")
    assert _run(tmp_path).table("frame").num_rows == 3
    assert _run(tmp_path).dataset("frame").count_rows() == 3


def test_open_run_tells_what_it_found(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A complete run opens silently, an incomplete or failed one with a notice; other folders and versions are refused."""
    with pytest.raises(InputError, match="not a run folder"):
        open_run(tmp_path)
    write_manifest(tmp_path, MANIFEST)
    run = open_run(str(tmp_path))
    assert (run.complete, run.notice, caplog.text) == (True, "", "")
    assert run.manifest == read_manifest(tmp_path) == MANIFEST

    write_manifest(tmp_path, Manifest(**{**_as_dict(MANIFEST), "state": "incomplete", "simulated_s": 60.0}))
    assert "incomplete (stopped, or still being written); 60 s of 120 s" in open_run(tmp_path).notice
    assert "incomplete" in caplog.text
    write_manifest(tmp_path, Manifest(**{**_as_dict(MANIFEST), "state": "failed", "error": "ValueError: no"}))
    assert "failed after 0 s of 120 s (ValueError: no)" in open_run(tmp_path).notice

    write_manifest(tmp_path, Manifest(**{**_as_dict(MANIFEST), "versions": {"schema": "0", "guangzhou-twin": "0.0.9"}}))
    with pytest.raises(InputError, match=rf"schema version 0, this package reads {SCHEMA_VERSION}.*guangzhou-twin 0\.0\.9"):
        open_run(tmp_path)
    for text in ("{", "{}", "[]", '"x"', '{"projection": 3}'):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(InputError, match=r"manifest\.json: not"):
            open_run(tmp_path)
    (tmp_path / "manifest.json").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not JSON"):
        open_run(tmp_path)


def _as_dict(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in manifest.__slots__}


@pytest.mark.parametrize("links", [True, False])
def test_tables_that_runs_have_in_common_stand_in_each_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    """Every folder has the same segments under final names, also on a disk without second names."""
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _refuse_link)
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    recorder = Recorder(*folders)
    for t_us in (0, 1):
        recorder.append("signal", _signals([0, 1], ("green", "red")) | {"t_us": t_us})
        recorder.close_segment()
    files = [sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()) for folder in folders]
    assert files[0] == files[1] == files[2]
    assert [file.name for file in files[0]] == ["part-00000.arrow", "part-00001.arrow"]
    for file in files[0]:
        assert len({(folder / file).read_bytes() for folder in folders}) == 1


def _refuse_link(*_: object) -> None:
    raise OSError("no second names here")
