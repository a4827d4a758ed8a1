"""Bridges, field devices and alarms in the payloads of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.playback.small_run import padded, write_run

from twin.eventlog.recorder import Recorder
from twin.playback.frames import Playback
from twin.playback.links import ALERT_FOR_S
from twin.playback.municipal import CODED_LEVELS, PLACES

SECOND = 1_000_000
GAUGE, STRAIN, GATEWAY, LIDAR = 40, 41, 42, 8


def append(recorder: Recorder, table: str, rows: list[dict[str, Any]], *, static: bool = False) -> None:
    """Write rows, with what they do not say filled in."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    (recorder.write_static if static else recorder.append)(table, padded(table, columns))


def alarm(t_s: float, device: int, cause: str, level: str, state: str) -> dict[str, Any]:
    """Return a row of the table of alarms."""
    return {"t_us": round(t_s * SECOND), "device": device, "cause": cause, "level": level, "state": state}


def write_municipal(folder: Path) -> Path:
    """Write the small run with a bridge over its third edge, a strain gauge on it, a flood gauge and a gateway."""
    return add_municipal(write_run(folder))


def add_municipal(folder: Path) -> Path:
    """Add to the small run a bridge over its third edge, a strain gauge on it, a flood gauge and a gateway."""
    recorder = Recorder(folder)
    bridge = {"bridge": 4, "name": "华夏桥", "kind": "simple", "length_m": 80.0, "edge": np.array([102, 999])}
    bridge |= {"x_cm": np.array([0, 0]), "y_cm": np.array([-10_000, -2000])}
    append(recorder, "bridge", [bridge], static=True)
    devices = [
        {"device": GAUGE, "name": "tunnel/gauge", "kind": "flood_gauge", "place": "road", "place_number": 103}
        | {"x_cm": -200, "y_cm": 5000},
        {"device": STRAIN, "name": "bridge/strain", "kind": "strain_gauge", "place": "bridge", "place_number": 4}
        | {"x_cm": 200, "y_cm": -6000},
        {"device": GATEWAY, "name": "cabinet", "kind": "gateway", "place": None, "place_number": None}
        | {"x_cm": -9000, "y_cm": -9000},
    ]
    append(recorder, "municipal_device", [{"network": "nb_iot"} | device for device in devices], static=True)
    alarms = [
        alarm(5.0, LIDAR, "dirt", "device_fault", "raised"),
        alarm(30.0, STRAIN, "strain", "level_1", "raised"),
        alarm(40.0, STRAIN, "strain", "level_3", "raised"),
        alarm(70.0, STRAIN, "strain", "level_3", "cleared"),
        alarm(80.0, GAUGE, "water_level", "level_2", "raised"),
        alarm(110.0, STRAIN, "strain", "level_1", "cleared"),
    ]
    append(recorder, "alarm", alarms)
    faults = [(20.0, GAUGE, "fault", "battery"), (25.0, GAUGE, "fault", "device_fault"), (90.0, GAUGE, "up", "battery")]
    faults += [(100.0, GAUGE, "up", "device_fault"), (50.0, LIDAR, "fault", "dirt")]
    changes = [
        {"t_us": round(t_s * SECOND), "device": device, "state": state, "cause": cause} for t_s, device, state, cause in faults
    ]
    append(recorder, "device", sorted(changes, key=lambda row: row["t_us"]))
    readings = [
        {"t_us": at * SECOND, "arrived_us": (at + 7) * SECOND, "device": GAUGE, "quantity": "water_level", "value": at / 1000}
        for at in (0, 40, 100)
    ]
    append(recorder, "reading", readings)
    recorder.close_segment()
    return folder


@pytest.fixture(scope="module")
def playback(tmp_path_factory: pytest.TempPathFactory) -> Playback:
    """Open the small run with a bridge and field devices."""
    return Playback(write_municipal(tmp_path_factory.mktemp("runs") / "municipal"))


def _course(playback: Playback, window: int, name: str, value: str) -> list[tuple[float, int, float]]:
    header, moving = playback.window(window)
    t_s = moving[f"{name}_t"] + header["from_s"]
    return list(zip(t_s.tolist(), moving[f"{name}_owner"].tolist(), moving[f"{name}_{value}"].tolist(), strict=True))


def test_bridges_lie_on_the_roads_that_lead_over_them(playback: Playback) -> None:
    """So far as the deck reaches; an edge that the log does not have is passed over."""
    header, scene = playback.scene
    assert header["bridges"]
    assert header["bridge_names"] == ["华夏桥"]
    assert (scene["bridge_piece"].tolist(), scene["bridge_edge"].tolist()) == ([0], [2])
    assert scene["bridge_start"].tolist() == [0, 2]
    np.testing.assert_allclose(scene["bridge_xy"].reshape(2, 2), [(2, -100), (2, -20)], atol=1.0)


def test_field_devices_stand_where_they_were_planned(playback: Playback) -> None:
    """In metres, with their kind and what they belong to; a gateway belongs to nothing."""
    header, scene = playback.scene
    assert header["field_names"] == ["tunnel/gauge", "bridge/strain", "cabinet"]
    assert [header["field_kinds"][code] for code in scene["field_kind"]] == ["flood_gauge", "strain_gauge", "gateway"]
    assert [PLACES[code] for code in scene["field_place"]] == ["road", "bridge", "none"]
    np.testing.assert_allclose(scene["field_xy"], [-2, 50, 2, -60, -90, -90])


def test_a_bridge_shows_the_highest_alarm_that_stands(playback: Playback) -> None:
    """Of its own devices alone; a window begins with what stood before."""
    levels = [CODED_LEVELS.index(name) for name in ("level_1", "level_3", "none")]
    assert _course(playback, 1, "bridge_alarm", "level") == [(30.0, 0, levels[0]), (40.0, 0, levels[1])]
    assert _course(playback, 2, "bridge_alarm", "level") == [(40.0, 0, levels[1]), (70.0, 0, levels[0]), (110.0, 0, levels[2])]
    assert _course(playback, 2, "field_alarm", "level")[2] == (80.0, 0, CODED_LEVELS.index("level_2"))


def test_a_device_is_down_until_its_last_fault_is_over(playback: Playback) -> None:
    """Faults may overlap; devices at the roadside are not among field devices."""
    assert _course(playback, 0, "field_fault", "down") == []
    assert _course(playback, 2, "field_fault", "down") == [(20.0, 0, 1), (100.0, 0, 0)]


def test_readings_are_known_when_they_arrived(playback: Playback) -> None:
    """Not before; a window begins with the newest that had come."""
    assert playback.scene[0]["quantities"] == ["water_level"]
    assert _course(playback, 1, "reading", "value") == [(7.0, 0, 0.0), (47.0, 0, pytest.approx(0.04))]
    assert [row[0] for row in _course(playback, 2, "reading", "value")] == [47.0, 107.0]


def test_alarms_are_raised_where_their_device_stands(playback: Playback) -> None:
    """Devices at the roadside among them; what is withdrawn makes no mark; a window reaches back so far as marks are shown."""
    header, moving = playback.window(1)
    assert header["from_s"] == 10.0
    assert (moving["alarm_t"] + 10.0).tolist() == [5.0, 30.0, 40.0], f"the first is shown for {ALERT_FOR_S} s"
    assert [CODED_LEVELS[code] for code in moving["alarm_level"]] == ["device_fault", "level_1", "level_3"]
    np.testing.assert_allclose(moving["alarm_xy"].reshape(-1, 2), [(10.0, 15.0), (2.0, -60.0), (2.0, -60.0)])


def test_a_run_without_them_says_so(tmp_path: Path) -> None:
    """Nothing is offered that the log does not have."""
    plain = Playback(write_run(tmp_path / "plain"))
    header, scene = plain.scene
    assert not any(header[name] for name in ("bridges", "fields", "alarms"))
    assert scene["field_kind"].size == scene["bridge_edge"].size == 0
    assert plain.window(0)[1]["alarm_t"].size == 0
