"""Figures from the log against the same figures formed row by row in plain Python."""

from __future__ import annotations

import json
import math
import statistics
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.eventlog.columns import labels
from twin.eventlog.manifest import Manifest, Projection
from twin.eventlog.reader import Run
from twin.eventlog.recorder import Recorder
from twin.eventlog.schema import SCHEMA_VERSION
from twin.metrics.links import link_figures
from twin.metrics.perception import DetectionCounts, perception_figures
from twin.metrics.selection import percentile
from twin.metrics.summary import summarise
from twin.metrics.traffic import traffic_figures

MANIFEST = Manifest(
    "complete",
    "test",
    {},
    {},
    1,
    {"schema": str(SCHEMA_VERSION)},
    "",
    Projection("EPSG:32649", 0.0, 0.0),
    "2025-06-10T07:30:00+08:00",
)
WARM_UP_S = 60.0
CLASSES = ("car", "bus", "none")

Rows = list[dict[str, Any]]


def _log(folder: Path, tables: dict[str, Rows], per_segment: int) -> Run:
    """Write ``tables`` with ``per_segment`` rows a segment."""
    folder.mkdir()
    recorder = Recorder(folder)
    for start in range(0, max(map(len, tables.values())), per_segment):
        for name, rows in tables.items():
            part = rows[start : start + per_segment]
            if part:
                recorder.append(name, {key: [row[key] for row in part] for key in part[0]})
        recorder.close_segment()
    return Run(folder, MANIFEST)


def _tables(seed: int) -> dict[str, Rows]:
    random = np.random.default_rng(seed)
    minute = 60_000_000
    edge_state = [
        {
            "t_us": int(random.integers(0, 5)) * minute,
            "interval_us": minute,
            "edge": int(edge),
            "entered": 3,
            "left": 2,
            "vehicle_s": float(np.float32(random.uniform(1, 600))),
            "distance_m": float(np.float32(random.uniform(0, 9000))),
            "halted_s": float(np.float32(random.uniform(0, 60))),
        }
        for edge in range(200)
    ]
    trip: Rows = []
    for vehicle in range(150):
        insert = None if vehicle % 10 == 3 else int(random.integers(0, 4 * minute))
        arrival = None if insert is None or vehicle % 4 == 1 else insert + int(random.integers(1, minute))
        delay = None if arrival is None else float(np.float32(random.uniform(0, 100)))
        trip.append(
            {"vehicle": vehicle, "depart_us": 0, "insert_us": insert, "arrival_us": arrival, "route_length_m": 900.0}
            | {"free_flow_s": 60.0, "delay_s": delay, "purpose": "through", "origin_edge": 1, "destination_edge": 2}
        )
    detection: Rows = []
    for _ in range(300):
        klass = CLASSES[random.integers(0, 3)]
        present = 0 if klass == "none" else int(random.integers(1, 600))
        visible = int(random.integers(0, present + 1))
        detected = int(random.integers(0, visible + 1))
        detection.append(
            {
                "t_us": int(random.integers(0, 5)) * minute,
                "interval_us": minute,
                "device": int(random.integers(0, 4)),
                "class": klass,
            }
            | {"range_bin_m": int(random.integers(0, 5)) * 20, "present": present, "visible": visible, "detected": detected}
            | {
                "false": int(random.integers(1, 9)) if klass == "none" else 0,
                "sum_error_m": float(random.uniform(0, 1) * detected),
            }
            | {"sum_squared_error_m2": float(random.uniform(0, 1) * detected)}
        )
    message: Rows = []
    for frame in range(400):
        fate = random.choice(["delivered", "first", "second"], p=[0.8, 0.1, 0.1])
        age = int(random.integers(20_000, 90_000))
        message.append(
            {"t_us": int(random.integers(0, 5 * minute)), "device": 1, "frame": frame, "objects": 4, "bytes": 300}
            | {"sent_age_us": int(random.integers(1000, 20_000)), "site_queue": int(random.integers(0, 30))}
            | {"mec_queue": None if fate == "first" else int(random.integers(0, 9))}
            | {"priority": 0, "transmissions": 2, "compute_age_us": None, "central_age_us": None}
            | {"compute_queue": None, "cloud_queue": None}
            | {"mec_age_us": None if fate == "first" else age, "cloud_age_us": age + 9000 if fate == "delivered" else None}
            | {"lost_hop": {"delivered": None, "first": "site_to_mec", "second": "mec_to_cloud"}[fate]}
            | {"lost_cause": None if fate == "delivered" else str(random.choice(["overflow", "error", "outage"]))}
        )
    return {"edge_state": edge_state, "trip": trip, "detection_stat": detection, "message": message}


def _late(rows: Rows, time: str = "t_us") -> Rows:
    return [row for row in rows if row[time] is not None and row[time] >= WARM_UP_S * 1e6]


def _nearest_rank(values: list[int], percent: int) -> int:
    return sorted(values)[math.ceil(Fraction(percent, 100) * len(values)) - 1]


@pytest.fixture(params=[1, 2], name="tables")
def _random_tables(request: pytest.FixtureRequest) -> dict[str, Rows]:
    return _tables(request.param)


def test_traffic_figures(tmp_path: Path, tables: dict[str, Rows]) -> None:
    """Speed is metres over seconds of the late intervals; trips count by arrival, vehicles unless they arrived before."""
    figures = traffic_figures(_log(tmp_path / "run", tables, 30), WARM_UP_S)
    states = _late(tables["edge_state"])
    metres, seconds = (sum(Fraction(row[key]) for row in states) for key in ("distance_m", "vehicle_s"))
    arrived = _late(tables["trip"], "arrival_us")
    assert figures.mean_speed_mps == pytest.approx(float(metres / seconds), rel=1e-14)
    assert figures.vehicle_km == pytest.approx(float(metres) / 1000, rel=1e-14)
    assert figures.halted_share == pytest.approx(float(sum(Fraction(row["halted_s"]) for row in states) / seconds), rel=1e-14)
    assert figures.trips_finished == len(arrived)
    assert figures.mean_delay_s == pytest.approx(statistics.fmean(row["delay_s"] for row in arrived), rel=1e-14)
    early = len([row for row in tables["trip"] if row["arrival_us"] is not None]) - len(arrived)
    assert early > 0
    assert figures.trips_waiting == 15
    assert figures.vehicles == 150 - 15 - early


def _sum(rows: Rows) -> DetectionCounts:
    counts = [sum(row[name] for row in rows) for name in ("present", "visible", "detected", "false")]
    return DetectionCounts(*counts, *(math.fsum(row[name] for row in rows) for name in ("sum_error_m", "sum_squared_error_m2")))


def test_perception_figures(tmp_path: Path, tables: dict[str, Rows]) -> None:
    """Counts by class, range bin, both and device are the sums of the late rows; false objects belong to no class."""
    figures = perception_figures(_log(tmp_path / "run", tables, 70), WARM_UP_S)
    rows = _late(tables["detection_stat"])
    assert figures.total == _sum(rows)
    assert figures.by_class == {name: _sum([row for row in rows if row["class"] == name]) for name in ("bus", "car")}
    assert list(figures.by_range_m) == [0, 20, 40, 60, 80]
    for range_m, counts in figures.by_range_m.items():
        assert counts == _sum([row for row in rows if row["range_bin_m"] == range_m])
    for (name, range_m), counts in figures.by_class_and_range_m.items():
        assert counts == _sum([row for row in rows if (row["class"], row["range_bin_m"]) == (name, range_m)])
    assert sum(counts.detected for counts in figures.by_class_and_range_m.values()) == figures.total.detected
    assert sum(counts.reported for counts in figures.by_device.values()) == figures.total.reported
    assert all(counts.false == 0 for counts in figures.by_class.values())


def test_shares_of_detection_counts() -> None:
    """Shares follow their definitions, and are None where their whole is 0."""
    counts = DetectionCounts(present=200, visible=160, detected=120, false=30, sum_error_m=24.0, sum_squared_error_m2=30.0)
    assert (counts.visible_share, counts.recall, counts.recall_of_visible) == (0.8, 0.6, 0.75)
    assert (counts.reported, counts.precision, counts.mean_error_m, counts.rms_error_m) == (150, 0.8, 0.2, 0.5)
    nothing = DetectionCounts(0, 0, 0, 0, 0.0, 0.0)
    assert {nothing.visible_share, nothing.recall, nothing.precision, nothing.mean_error_m, nothing.rms_error_m} == {None}


def test_link_figures(tmp_path: Path, tables: dict[str, Rows]) -> None:
    """Ages are nearest-rank percentiles of what arrived; losses are counted by hop and cause and complete the deliveries."""
    figures = link_figures(_log(tmp_path / "run", tables, 90), WARM_UP_S)
    rows = _late(tables["message"])
    for place, found in (("mec", figures.mec), ("cloud", figures.cloud)):
        ages = [row[f"{place}_age_us"] for row in rows if row[f"{place}_age_us"] is not None]
        expected = (_nearest_rank(ages, 50) / 1000, _nearest_rank(ages, 95) / 1000, max(ages) / 1000)
        assert (found.p50_ms, found.p95_ms, found.max_ms) == expected
        assert found.delivered == len(ages)
    assert figures.messages == len(rows) == figures.cloud.delivered + sum(figures.lost.values())
    assert figures.lost == {
        (hop, cause): len([row for row in rows if (row["lost_hop"], row["lost_cause"]) == (hop, cause)])
        for hop in ("mec_to_cloud", "site_to_mec")
        for cause in ("error", "outage", "overflow")
    }
    assert list(figures.lost) == sorted(figures.lost)
    assert figures.delivered_share == figures.cloud.delivered / len(rows)
    assert math.isclose(sum(figures.lost_share.values()), 1 - figures.cloud.delivered / len(rows))


def test_hop_figures(tmp_path: Path, tables: dict[str, Rows]) -> None:
    """Each hop is offered what came so far; delay is the difference of two ages; losses and queue are its own."""
    figures = link_figures(_log(tmp_path / "run", tables, 90), WARM_UP_S)
    rows = _late(tables["message"])
    offered = {"site_to_mec": rows, "mec_to_cloud": [row for row in rows if row["mec_age_us"] is not None]}
    assert [hop for hop, found in figures.hops.items() if not found.offered] == ["mec_compute", "cloud_to_central"]
    for (name, found), before, after, queue in zip(
        [(hop, found) for hop, found in figures.hops.items() if found.offered],
        ("sent_age_us", "mec_age_us"),
        ("mec_age_us", "cloud_age_us"),
        ("site_queue", "mec_queue"),
        strict=True,
    ):
        through = [row for row in offered[name] if row[after] is not None]
        delays = [row[after] - row[before] for row in through]
        ages = [row[after] for row in through]
        assert (found.offered, found.delivered) == (len(offered[name]), len(through))
        assert found.offered == found.delivered + sum(found.lost.values())
        assert found.lost_share == sum(found.lost.values()) / len(offered[name])
        assert (found.delay_p50_ms, found.delay_p95_ms) == tuple(_nearest_rank(delays, p) / 1000 for p in (50, 95))
        assert (found.delay_max_ms, found.age_p50_ms) == (max(delays) / 1000, _nearest_rank(ages, 50) / 1000)
        assert found.queue_max == max(row[queue] for row in offered[name])
        assert list(found.lost) == ["error", "outage", "overflow"]


def test_the_cut_into_segments_changes_no_figure(tmp_path: Path, tables: dict[str, Rows]) -> None:
    """The same rows in segments of any size give exactly the same summary, size on disk apart."""
    summaries = [summarise(_log(tmp_path / str(size), tables, size), WARM_UP_S) for size in (7, 64, 1000)]
    for summary in summaries:
        assert summary.pop("bytes") > 0
        assert summary["rows"] == sum(map(len, tables.values()))
    assert summaries[0] == summaries[1] == summaries[2]


def test_the_summary_of_an_empty_run_has_no_figures(tmp_path: Path) -> None:
    """Counts are 0 and shares None, which JSON can hold; keys are the same as ever."""
    summary = summarise(Run(tmp_path, MANIFEST), WARM_UP_S)
    assert all(value in (0, None) for value in summary.values())
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    for key in ("vehicles", "trips_finished", "mean_speed_kmh", "detections", "recall", "mec_age_p50_ms", "cloud_age_p95_ms"):
        assert key in summary


def test_everything_before_the_warm_up_is_left_out(tmp_path: Path) -> None:
    """Rows at the warm-up's end count, rows a microsecond earlier do not."""
    recorder = Recorder(tmp_path)
    times = np.array([59_999_999, 60_000_000])
    lost = {"lost_hop": labels([-1, -1], ()), "lost_cause": None}
    ages = {"sent_age_us": 500, "mec_age_us": np.array([1000, 2000]), "cloud_age_us": np.array([5000, 7000])}
    ages |= {"site_queue": 0, "mec_queue": np.array([1, 2]), "priority": 0, "transmissions": 2, "compute_age_us": None}
    ages |= {"central_age_us": None, "compute_queue": None, "cloud_queue": None}
    recorder.append("message", {"t_us": times, "device": 0, "frame": 0, "objects": 0, "bytes": 1, **ages, **lost})
    recorder.close_segment()
    figures = link_figures(Run(tmp_path, MANIFEST), WARM_UP_S)
    assert (figures.messages, figures.mec.p50_ms, figures.cloud.p50_ms) == (1, 2.0, 7.0)
    assert link_figures(Run(tmp_path, MANIFEST)).messages == 2


@settings(derandomize=True, database=None)
@given(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=200), st.integers(1, 100))
def test_percentiles_are_nearest_rank(values: list[int], percent: int) -> None:
    """The percentile is the smallest value that at least ``percent`` of all values do not exceed."""
    assert percentile(np.array(values, np.int32), percent) == _nearest_rank(values, percent)


def test_a_percentile_is_exact_where_floats_are_not() -> None:
    """56 % of 50 values are 28 of them, although 0.56 * 50 is a little more than 28 in floats."""
    assert percentile(np.arange(50), 56) == 27
