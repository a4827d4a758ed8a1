"""The table of perceived vehicle time: who counts, for how long, seen by how many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import ipc
from tests.sensors.test_fleet import traffic

from twin.eventlog.recorder import Recorder
from twin.eventlog.tables import KNOWN_COLUMNS
from twin.sensors.perceived import PERIOD_US, Perceived


def rows(folder: Path) -> list[dict[str, float]]:
    """Return what was written."""
    parts = sorted((folder / "perception").glob("part-*.arrow"))
    return pa.concat_tables([ipc.open_file(part).read_all() for part in parts]).to_pylist() if parts else []


SEEN = ("t_us", "edge", "vehicle_s", "seen_s", "seen_twice_s")


def see(perceived: Perceived, *pairs: tuple[int, int]) -> None:
    """Let (device, vehicle) detections happen in one scan."""
    device, vehicle = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
    perceived.see(device, vehicle)


def test_seconds_are_counted_by_edge_and_by_how_many_devices_see(tmp_path: Path) -> None:
    """A device counts once however often it reports; false objects and pedestrians do not count; every second begins anew."""
    recorder = Recorder(tmp_path)
    perceived = Perceived(recorder)
    truth = traffic([0.0] * 5, [0.0] * 5, t_us=PERIOD_US, edge=np.array([3, 3, 3, 9, 9], np.int32))
    truth.klass[4] = 7  # a pedestrian
    see(perceived, (0, 0), (0, -1), (0, 1), (0, 4))
    see(perceived, (0, 0), (1, 1), (2, 1))
    perceived.close_second(truth)
    see(perceived, (5, 3))
    perceived.close_second(
        traffic([0.0], [0.0], t_us=2 * PERIOD_US, vehicle=np.array([3], np.int32), edge=np.array([9], np.int32))
    )
    recorder.close_segment()
    assert [{name: row[name] for name in SEEN} for row in rows(tmp_path)] == [
        {"t_us": 0, "edge": 3, "vehicle_s": 3.0, "seen_s": 2.0, "seen_twice_s": 1.0},
        {"t_us": 0, "edge": 9, "vehicle_s": 1.0, "seen_s": 0.0, "seen_twice_s": 0.0},
        {"t_us": PERIOD_US, "edge": 9, "vehicle_s": 1.0, "seen_s": 1.0, "seen_twice_s": 0.0},
    ]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 9)), min_size=1, max_size=60))
def test_any_detections_count_as_sets_do(tmp_path_factory: object, detections: list[tuple[int, int]]) -> None:
    """Against sets of devices by vehicle, whatever is reported in whatever order."""
    folder = tmp_path_factory.mktemp("run")  # type: ignore[attr-defined]
    recorder = Recorder(folder)
    perceived = Perceived(recorder)
    see(perceived, *detections)
    perceived.close_second(traffic([0.0] * 10, [0.0] * 10, t_us=PERIOD_US))
    recorder.close_segment()
    seen = {vehicle: {device for device, who in detections if who == vehicle} for vehicle in range(10)}
    (row,) = rows(folder)
    assert row["vehicle_s"] == 10.0
    assert row["seen_s"] == sum(len(devices) >= 1 for devices in seen.values())
    assert row["seen_twice_s"] == sum(len(devices) >= 2 for devices in seen.values())


def test_what_became_known_in_time_is_summed_by_edge(tmp_path: Path) -> None:
    """Seconds that somebody tells of the vehicles, added up over each edge; pedestrians are not asked about."""

    class Half:
        def fresh_s(self, t_us: int, vehicle: npt.NDArray[np.int32]) -> dict[str, npt.NDArray[np.float64]]:
            assert (t_us, vehicle.tolist()) == (PERIOD_US, [0, 1, 2])
            return {name: (1 + i) * np.array([0.1, 0.2, 0.01]) for i, name in enumerate(KNOWN_COLUMNS.values())}

    recorder = Recorder(tmp_path)
    truth = traffic([0.0] * 4, [0.0] * 4, t_us=PERIOD_US, edge=np.array([3, 3, 9, 9], np.int32))
    truth.klass[3] = 7  # a pedestrian
    Perceived(recorder, Half()).close_second(truth)
    recorder.close_segment()
    first, second = rows(tmp_path)
    for i, name in enumerate(KNOWN_COLUMNS.values()):
        assert first[name] == pytest.approx(0.3 * (1 + i), rel=1e-6)
        assert second[name] == pytest.approx(0.01 * (1 + i), rel=1e-6)
