"""Stations, connected vehicles and alerts in the payloads of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.playback.small_run import VEHICLES, padded, write_run

from twin.eventlog.recorder import Recorder
from twin.playback.frames import Playback
from twin.playback.links import ALERT_FOR_S, LEVELS, NOWHERE, STATION_KINDS

SECOND = 1_000_000
FORGED: dict[str, Any] = {
    "t_s": 40.0,
    "sender": 77,
    "x_m": 120.0,
    "y_m": -2.0,
    "vehicle": 10,
    "attack": "position_offset",
    "used": False,
}


def _append(recorder: Recorder, table: str, rows: list[dict[str, Any]], *, static: bool = False) -> None:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    (recorder.write_static if static else recorder.append)(table, padded(table, columns))


def _report(
    t_s: float, sender: int, x_m: float, y_m: float, vehicle: int, *, used: bool = True, attack: str | None = None
) -> dict[str, Any]:
    t_us = round(t_s * SECOND)
    place = {"x_cm": round(100 * x_m), "y_cm": round(100 * y_m)}
    rest = {"sender": sender, "vehicle": vehicle, "received_us": t_us + 20_000, "used": used, "attack": attack}
    return {"t_us": t_us, "way": "pc5", "device": 8} | place | rest


def _alert(t_s: float, level: str, sender: int | None, device: int | None) -> dict[str, Any]:
    rest = {"level": level, "response": "notify", "sender": sender, "device": device}
    return {"t_us": round(t_s * SECOND), "layer": "messages"} | rest


def write_links(folder: Path) -> Path:
    """Write the small run with a roadside unit, an edge computer and two clouds, two connected vehicles, and alerts."""
    write_run(folder)
    recorder = Recorder(folder)
    stations = [
        {"station": 0, "kind": "central_cloud", "name": "central", "x_cm": None, "y_cm": None, "uplink": None},
        {"station": 1, "kind": "regional_cloud", "name": "tianhe", "x_cm": -9000, "y_cm": 9000, "uplink": 0},
        {"station": 2, "kind": "mec", "name": "cabinet", "x_cm": None, "y_cm": None, "uplink": 1},
        {"station": 3, "kind": "rsu", "name": "corner/rsu-0", "x_cm": 6000, "y_cm": 6000, "uplink": 2},
    ]
    _append(recorder, "station", stations, static=True)
    reports = [_report(float(t_s), 55, 60.0, -90.0, 30) for t_s in range(0, 150, 2)]
    reports += [_report(30.0, 55, 60.0, -90.0, 30, used=False)]  # a second unit heard it at that time and did not hand it on
    reports += [_report(**FORGED), _report(40.0, 78, 0.0, 0.0, 47) | {"received_us": None}]
    _append(recorder, "vehicle_report", sorted(reports, key=lambda row: row["t_us"]))
    alerts = [
        _alert(9.0, "notice", None, 8),
        _alert(40.5, "warning", 77, 8),
        _alert(40.75, "critical", 77, 8),
        _alert(90.0, "critical", 77, None),  # nobody knows where
    ]
    _append(recorder, "alert", alerts)
    recorder.close_segment()
    for table in ("vehicle_report", "alert"):
        assert (folder / table).is_dir()
    return folder


@pytest.fixture(scope="module")
def playback(tmp_path_factory: pytest.TempPathFactory) -> Playback:
    """Open the small run with links."""
    return Playback(write_links(tmp_path_factory.mktemp("runs") / "linked"))


def test_stations_report_to_the_next_that_has_a_place(playback: Playback) -> None:
    """Those without a place are passed over, and with them the way upwards goes on."""
    header, scene = playback.scene
    assert header["stations"]
    assert header["station_names"] == ["tianhe", "corner/rsu-0"]
    assert [STATION_KINDS[code] for code in scene["station_kind"]] == ["regional_cloud", "rsu"]
    assert scene["station_xy"].tolist() == [-90, 90, 60, 60]
    assert scene["station_uplink"].tolist() == [NOWHERE, 0]


def test_vehicles_are_heard_when_the_log_says(playback: Playback) -> None:
    """Each instant and vehicle once, refused where one who heard it did not hand it on; what was lost does not count."""
    header, moving = playback.window(1)
    assert header["from_s"] == 10.0
    t_s = moving["connected_t"] + header["from_s"]
    number = playback.scene[1]["vehicle_number"][moving["connected_vehicle"]]
    assert t_s.tolist() == sorted(t_s.tolist())
    found = {
        (float(t), int(vehicle)): int(used) for t, vehicle, used in zip(t_s, number, moving["connected_used"], strict=True)
    }
    assert len(found) == len(t_s)
    assert set(found) == {(float(t), 30) for t in range(10, 61, 2)} | {(40.0, 10)}
    assert {key for key, used in found.items() if not used} == {(30.0, 30), (40.0, 10)}
    assert set(number.tolist()) <= set(VEHICLES)


def test_alerts_stand_where_their_sender_claimed_to_be(playback: Playback) -> None:
    """The place is the claimed one, else the device's; one without either is left out; a window reaches back."""
    header, moving = playback.window(1)
    t_s = (moving["alert_t"] + header["from_s"]).tolist()
    assert t_s == [9.0, 40.5, 40.75], f"the first is shown for {ALERT_FOR_S} s"
    assert [LEVELS[code] for code in moving["alert_level"]] == ["notice", "warning", "critical"]
    np.testing.assert_allclose(moving["alert_xy"].reshape(-1, 2), [(10.0, 15.0), (120.0, -2.0), (120.0, -2.0)])
    assert playback.window(2)[1]["alert_t"].size == 0


def test_a_run_without_links_says_so(tmp_path: Path) -> None:
    """Nothing is offered that the log does not have."""
    plain = Playback(write_run(tmp_path / "plain"))
    header, scene = plain.scene
    assert not any(header[name] for name in ("stations", "connected", "alerts", "known"))
    assert scene["station_kind"].size == 0
    assert "connected_t" not in plain.window(0)[1]
    assert "alert_t" not in plain.window(0)[1]
