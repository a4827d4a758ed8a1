"""Parking in the payloads of a run: bays and facilities, true and reported, and who looks for a space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.playback.small_run import write_run
from tests.playback.test_municipal import append

from twin.eventlog.parking_courses import BAY_STATES, UNKNOWN
from twin.eventlog.recorder import Recorder
from twin.playback.frames import Playback
from twin.playback.parking import KINDS

SECOND = 1_000_000
KERB, GARAGE = 0, 1
KERB_BAYS = (100, 101, 102)
GARAGE_BAYS = (103, 104)


def _truth(t_s: float, bay: int, vehicle: int | None, *, occupied: bool) -> dict[str, Any]:
    return {"t_us": round(t_s * SECOND), "bay": bay, "occupied": occupied, "vehicle": vehicle}


def _told(t_s: float, bay: int, state: str) -> dict[str, Any]:
    t_us = round(t_s * SECOND)
    return {"t_us": t_us, "bay": bay, "state": state, "since_us": t_us, "occupied": False}


def write_parking(folder: Path) -> Path:
    """Write the small run with three bays along its third road, of which two have sensors, and a garage with a gate counter."""
    return add_parking(write_run(folder))


def add_parking(folder: Path) -> Path:
    """Add to the small run three bays along its third road, of which two have sensors, and a garage with a gate counter."""
    recorder = Recorder(folder)
    facilities = [
        {"facility": KERB, "name": "华夏路", "group": "kerb", "kind": "on_street", "capacity": 3}
        | {"x_cm": 500, "y_cm": -9400, "entry_edge": 102},
        {"facility": GARAGE, "name": "花城汇", "group": "from_map", "kind": "underground", "capacity": 2}
        | {"x_cm": 9000, "y_cm": -9000, "entry_edge": 100},
    ]
    append(recorder, "facility_spec", facilities, static=True)
    bays: list[dict[str, Any]] = [
        {"bay": bay, "facility": KERB, "edge": 102, "along_cm": 10_000 + 600 * k, "x_cm": 500, "y_cm": -10_000 + 600 * k}
        for k, bay in enumerate(KERB_BAYS)
    ]
    bays += [
        {"bay": bay, "facility": GARAGE, "edge": None, "along_cm": None, "x_cm": 9000, "y_cm": -9000} for bay in GARAGE_BAYS
    ]
    append(recorder, "bay_spec", bays, static=True)
    taken = {100: 47, 103: 900}
    truth = [_truth(0.0, bay, taken.get(bay), occupied=bay in taken) for bay in (*KERB_BAYS, *GARAGE_BAYS)]
    truth += [_truth(10.0, 100, 47, occupied=False), _truth(50.0, 101, 20, occupied=True), _truth(90.0, 104, 5, occupied=True)]
    append(recorder, "bay_truth", truth)
    told = [_told(0.0, 100, "occupied"), _told(0.0, 101, "free"), _told(16.0, 100, "free"), _told(58.0, 101, "occupied")]
    told += [_told(120.0, 100, "unknown"), _told(130.0, 101, "closed")]
    append(recorder, "bay", told)
    counts = [{"t_us": 3 * SECOND, "facility": GARAGE, "since_us": 0, "inside": 1, "standing": 1}]
    counts += [{"t_us": 95 * SECOND, "facility": GARAGE, "since_us": 90 * SECOND, "inside": 3, "standing": 2}]
    append(recorder, "gate_count", counts)
    visits = [
        {"vehicle": 20, "purpose": "work", "outcome": "parked", "began_us": 30 * SECOND, "parked_us": 50 * SECOND},
        {"vehicle": 30, "purpose": "work", "outcome": "looking", "began_us": 100 * SECOND, "parked_us": None},
    ]
    append(recorder, "parking", visits)
    recorder.close_segment()
    return folder


@pytest.fixture(scope="module")
def playback(tmp_path_factory: pytest.TempPathFactory) -> Playback:
    """Open the small run with parking."""
    return Playback(write_parking(tmp_path_factory.mktemp("runs") / "parking"))


def _at(playback: Playback, course: str, value: str, t_s: float) -> dict[int, int]:
    """Return what holds of each owner at a second, by the window of that second."""
    starts = playback.scene[0]["window_starts_s"]
    window = max(index for index, start in enumerate(starts) if start <= t_s)
    header, moving = playback.window(window)
    rows = zip(moving[f"{course}_t"], moving[f"{course}_owner"], moving[f"{course}_{value}"], strict=True)
    return {int(owner): int(one) for t, owner, one in rows if t <= t_s - header["from_s"]}


def test_facilities_and_bays_stand_where_the_log_says(playback: Playback) -> None:
    """Facilities by number; bays at the kerb alone, along their road."""
    header, scene = playback.scene
    assert header["parking"]
    assert header["facility_names"] == ["华夏路", "花城汇"]
    assert [KINDS[code] for code in scene["facility_kind"]] == ["on_street", "underground"]
    assert scene["facility_capacity"].tolist() == [3, 2]
    np.testing.assert_allclose(scene["facility_xy"], [5, -94, 90, -90])
    assert scene["bay_facility"].tolist() == [0, 0, 0]
    np.testing.assert_allclose(scene["bay_xy"], [5, -100, 5, -94, 5, -88])
    np.testing.assert_allclose(scene["bay_bearing"], 0.0, atol=1e-3)


@pytest.mark.parametrize(
    ("t_s", "true", "told"),
    [
        (5.0, ["occupied", "free", "free"], ["occupied", "free"]),
        (12.0, ["free", "free", "free"], ["occupied", "free"]),
        (55.0, ["free", "occupied", "free"], ["free", "free"]),
        (59.0, ["free", "occupied", "free"], ["free", "occupied"]),
        (149.0, ["free", "occupied", "free"], ["unknown", "closed"]),
    ],
)
def test_bays_at_the_kerb_truly_and_as_reported(playback: Playback, t_s: float, true: list[str], told: list[str]) -> None:
    """Reported later than true; a bay without a sensor has no report; all windows agree with the log."""
    assert _at(playback, "bay_true", "state", t_s) == {k: BAY_STATES.index(state) for k, state in enumerate(true)}
    assert _at(playback, "bay_told", "state", t_s) == {k: BAY_STATES.index(state) for k, state in enumerate(told)}


@pytest.mark.parametrize(
    ("t_s", "true", "told"),
    [
        # Of three bays two are known: the third counts as free with (free + 1) / (known + 2).
        (2.0, {0: 1, 1: 1}, {0: round(1 + 1 - 2 / 4)}),
        (20.0, {0: 0, 1: 1}, {0: round(1 - 3 / 4), 1: 1}),
        (100.0, {0: 1, 1: 2}, {0: round(1 + 1 - 2 / 4), 1: 3}),
        (149.0, {0: 1, 1: 2}, {0: UNKNOWN, 1: 3}),
    ],
)
def test_occupancy_of_facilities(playback: Playback, t_s: float, true: dict[int, int], told: dict[int, int]) -> None:
    """True by the bays taken; reported by the counter at the gate, however wrong, else by the bays that are known."""
    assert _at(playback, "occupancy_true", "taken", t_s) == true
    assert _at(playback, "occupancy_told", "taken", t_s) == told


def test_drivers_look_for_a_space_until_they_stand(playback: Playback) -> None:
    """From when they began; one who still looks at the run's end does so in every later window."""
    number = playback.scene[1]["vehicle_number"]
    found = {}
    for window in range(playback.windows):
        header, moving = playback.window(window)
        who = number[moving["searching_vehicle"]].tolist()
        spans = zip(moving["searching_from"] + header["from_s"], moving["searching_until"] + header["from_s"], strict=True)
        found[header["from_s"]] = dict(zip(who, spans, strict=True))
    assert found == {0.0: {}, 10.0: {20: (30.0, 50.0)}, 60.0: {30: (100.0, pytest.approx(150.0))}, 120.0: found[60.0]}


def test_a_run_without_parking_says_so(tmp_path: Path) -> None:
    """Nothing is offered that the log does not have."""
    plain = Playback(write_run(tmp_path / "plain"))
    header, scene = plain.scene
    assert not header["parking"]
    assert scene["facility_kind"].size == scene["bay_facility"].size == 0
    assert plain.window(0)[1]["searching_vehicle"].size == 0
