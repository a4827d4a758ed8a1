"""The payloads of a run say what its log says."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.playback.small_run import DURATION_S, PERIOD_S, START, VEHICLES, where, write_run

from twin.errors import InputError
from twin.eventlog.reader import open_run
from twin.eventlog.recorder import Recorder
from twin.playback.frames import SIGNAL_STATES, Playback


@pytest.fixture(scope="module")
def playback(tmp_path_factory: pytest.TempPathFactory) -> Playback:
    """Open the small run."""
    return Playback(write_run(tmp_path_factory.mktemp("runs") / "small"))


def _positions(playback: Playback, t_s: float) -> dict[int, tuple[float, float]]:
    """Return who is where, interpolated by NumPy from the arrays that the browser gets."""
    starts_s = playback.scene[0]["window_starts_s"]
    header, moving = playback.window(int(np.searchsorted(starts_s, t_s, side="right")) - 1)
    number = playback.scene[1]["vehicle_number"]
    found = {}
    for k, row in enumerate(moving["track_vehicle"]):
        piece = slice(moving["track_start"][k], moving["track_start"][k + 1])
        time = moving["track_t"][piece].astype(np.float64) + header["from_s"]
        if time[0] <= t_s <= time[-1]:
            xy = moving["track_xy"].reshape(-1, 2)[piece]
            found[int(number[row])] = (float(np.interp(t_s, time, xy[:, 0])), float(np.interp(t_s, time, xy[:, 1])))
    return found


@given(st.floats(0.0, float(DURATION_S)))
def test_vehicles_are_where_they_were(playback: Playback, t_s: float) -> None:
    """At any instant, between samples and across windows too, vehicles are within 1 cm of their true place.

    Half a centimetre is the log's rounding, 1.3 mm the straight line through the accelerating truck's samples.
    """
    found = _positions(playback, t_s)
    for vehicle in VEHICLES:
        true = where(vehicle, t_s)
        assert (true is None) == (vehicle not in found)
        if true is not None:
            assert found[vehicle] == pytest.approx(true, abs=0.01)


def test_windows_hold_every_row_of_the_log(playback: Playback) -> None:
    """The samples of all windows, without the overlap at their ends, are the trajectory, to the centimetre."""
    log = playback.run.table("trajectory").sort_by([("vehicle", "ascending"), ("t_us", "ascending")])
    number = playback.scene[1]["vehicle_number"]
    starts_s = [*playback.scene[0]["window_starts_s"], np.inf]
    rows = []
    for index in range(playback.windows):
        header, moving = playback.window(index)
        vehicle = np.repeat(number[moving["track_vehicle"]], np.diff(moving["track_start"]))
        t_us = np.round((moving["track_t"].astype(np.float64) + header["from_s"]) * 1e6)
        inside = (moving["track_t"] >= 0) & (moving["track_t"] < starts_s[index + 1] - starts_s[index])
        cm = np.round(moving["track_xy"].reshape(-1, 2).astype(np.float64) * 100)
        rows.append(np.column_stack([vehicle, t_us, cm, moving["track_speed"], moving["track_heading"]])[inside])
    found = np.concatenate(rows)
    names = ("vehicle", "t_us", "x_cm", "y_cm", "speed_cmps", "heading_cdeg")
    expected = np.column_stack([log[name].to_numpy() for name in names])
    np.testing.assert_array_equal(found[np.lexsort((found[:, 1], found[:, 0]))], expected)


def test_scene_is_the_log_s_map(playback: Playback) -> None:
    """Roads, buildings, vehicles and devices are the tables' rows, in metres."""
    header, scene = playback.scene
    assert header["start"] == START
    assert (header["duration_s"], header["period_s"]) == (DURATION_S, PERIOD_S)
    assert header["window_starts_s"] == [0, 10, 60, 120], "the first is short, so that something is seen at once"
    assert [header["street_names"][row] for row in scene["edge_name"]] == ["花城大道", "花城大道", "华夏路", ""]
    assert scene["edge_xy"].tolist()[:4] == [-200, -2, 200, -2]
    assert scene["edge_start"].tolist() == [0, 2, 4, 6, 8]
    assert scene["edge_flags"].tolist() == [0, 0, 1, 2]
    assert scene["edge_level"].tolist() == [0, 0, 1, -1]
    assert scene["building_xy"].tolist() == [40, 40, 90, 40, 90, 90, 40, 90]
    assert scene["vehicle_number"].tolist() == list(VEHICLES)
    classes = [header["vehicle_classes"][row] for row in scene["vehicle_class"]]
    assert classes == [vehicle[0] for vehicle in VEHICLES.values()]
    assert scene["vehicle_size"][3:6].tolist() == pytest.approx([12.0, 2.55, 3.2])
    assert scene["device_xy"].tolist() == [10, 15]
    assert (scene["device_heading"][0], scene["device_field_of_view"][0], scene["device_range"][0]) == (225, 120, 80)


def test_signals_turn_when_the_log_says(playback: Playback) -> None:
    """Each approach's stop line follows the phase that serves it: green and red change places every 30 s."""
    _, scene = playback.scene
    shown = {int(edge): int(phase) for edge, phase in zip(scene["stop_edge"], scene["stop_phase"], strict=True)}
    assert set(shown) == {0, 1, 2}
    assert shown[0] == shown[1] != shown[2]
    for edge, first in ((0, "green"), (2, "red")):
        changes = slice(scene["change_start"][shown[edge]], scene["change_start"][shown[edge] + 1])
        assert scene["change_t"][changes].tolist() == [0, 30, 60, 90, 120, 150]
        other = "red" if first == "green" else "green"
        assert [SIGNAL_STATES[code] for code in scene["change_state"][changes]] == [first, other] * 3


def test_reports_are_the_log_s_observations(playback: Playback) -> None:
    """Reported objects come in order of time, with the mark of those that are none, and reach back one frame."""
    assert playback.scene[0]["report_hold_s"] == 1.0
    header, moving = playback.window(2)
    t_s = moving["report_t"] + header["from_s"]
    assert t_s.tolist() == sorted(list(range(59, 121)) * 2)
    assert moving["report_false"].tolist() == [0, 1] * 62
    assert moving["report_xy"].reshape(-1, 2)[1].tolist() == [7, 7]
    assert moving["report_xy"].reshape(-1, 2)[0].tolist() == pytest.approx(where(20, 59.0))


def test_run_without_devices_or_signals_can_be_played(tmp_path: Path) -> None:
    """The traffic alone is enough; what is missing is said in the header."""
    playback = Playback(write_run(tmp_path / "bare", sensing=False))
    header, scene = playback.scene
    assert not header["observations"]
    assert not header["signals"]
    assert scene["device_range"].size == scene["stop_edge"].size == 0
    assert "report_t" not in playback.window(0)[1]


def test_vehicle_that_was_away_is_not_drawn_in_between(tmp_path: Path) -> None:
    """A gap of more than one and a half sampling periods splits a track in two."""
    folder = write_run(tmp_path / "gap")
    recorder = Recorder(tmp_path)
    for t_s in (160.0, 160.5, 170.0, 170.5):
        row = {"t_us": round(t_s * 1e6), "vehicle": 10, "x_cm": 0, "y_cm": 0, "speed_cmps": 0, "heading_cdeg": 0, "edge": 100}
        recorder.append("trajectory", {key: [value] for key, value in {**row, "lane": 0}.items()})
    recorder.close_segment()
    (tmp_path / "trajectory" / "part-00000.arrow").rename(folder / "trajectory" / "part-00003.arrow")
    playback = Playback(folder)
    _, moving = playback.window(3)
    tracks = [int(playback.scene[1]["vehicle_number"][row]) for row in moving["track_vehicle"]]
    assert tracks.count(10) == 2
    assert 10 not in _positions(playback, 165.0)


@pytest.mark.parametrize(
    ("window_s", "at_s"), [(10.0, (0.0, 9.99, 10.0, 73.3, 149.9)), (7.3, (0.0, 7.2, 7.4, 21.89, 21.95, 73.3, 149.9))]
)
def test_window_length_decides_the_count_only(playback: Playback, window_s: float, at_s: tuple[float, ...]) -> None:
    """Windows of another length show the same vehicles at the same places, also where one begins between two samples."""
    fine = Playback(playback.run.path, window_s=window_s)
    assert fine.windows == DURATION_S // window_s + 1
    for t_s in at_s:
        found, expected = _positions(fine, t_s), _positions(playback, t_s)
        assert found.keys() == expected.keys()
        assert all(found[vehicle] == pytest.approx(expected[vehicle], abs=1e-3) for vehicle in found)


def test_missing_window_is_refused(playback: Playback) -> None:
    """There are as many windows as the run needs, not more."""
    with pytest.raises(IndexError, match="window 4 of 4"):
        playback.window(4)


def test_incomplete_run_is_played_as_far_as_it_goes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A killed run shows its closed segments."""
    folder = write_run(tmp_path / "killed", state="incomplete")
    (folder / "trajectory" / "part-00002.arrow").unlink()
    with caplog.at_level(logging.WARNING):
        playback = Playback(folder)
    assert playback.scene[0]["duration_s"] == 119.5
    assert not playback.run.complete


def test_run_without_trajectory_is_refused(tmp_path: Path) -> None:
    """There is nothing to play, and the message says so."""
    folder = write_run(tmp_path / "empty")
    for segment in (folder / "trajectory").iterdir():
        segment.unlink()
    assert "trajectory" not in open_run(folder).tables
    with pytest.raises(InputError, match="nothing to play"):
        Playback(folder)
