"""What the player colours roads by, against the log that it was made from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.playback.small_run import write_run

from twin.eventlog.recorder import Recorder
from twin.eventlog.tables import KNOWN_COLUMNS
from twin.playback.frames import Playback


def write_coverage(folder: Path) -> Path:
    """Write the small run with what is seen of its roads: the first half seen once, the rest blind; the second road twice."""
    write_run(folder)
    recorder = Recorder(folder)
    recorder.write_static(
        "coverage",
        {
            "edge": [100, 100, 101, 102, 103],
            "from_cm": [0, 20_000, 0, 0, 0],
            "to_cm": [20_000, 40_000, 40_000, 40_000, 40_000],
            "devices": [1, 0, 300, 0, 0],
        },
    )
    for t_s, seen_s in ((0, 0.0), (1, 3.0)):
        row = {"t_us": [t_s * 1_000_000], "edge": [102], "vehicle_s": [4.0], "seen_s": [seen_s], "seen_twice_s": [0.0]}
        row |= {name: [0.0] for name in KNOWN_COLUMNS.values()} | {"known_regional_200ms_s": [2.0 * t_s]}
        recorder.append("perception", row)
    recorder.close_segment()
    return folder


def test_scene_holds_stretches_and_shares(tmp_path: Path) -> None:
    """Stretches keep their line and their number of devices; where nobody drove, nothing is perceived or missed."""
    header, scene = Playback(write_coverage(tmp_path / "run")).scene
    assert header["coverage"] is header["perceived"] is True
    assert scene["stretch_edge"].tolist() == [0, 0, 1, 2, 3]
    assert scene["stretch_devices"].tolist() == [1, 0, 255, 0, 0]
    start, points = scene["stretch_start"], scene["stretch_xy"].reshape(-1, 2)
    assert points[start[0] : start[2]].tolist() == [[-200, -2], [0, -2], [0, -2], [200, -2]]
    assert scene["edge_perceived"][2] == pytest.approx(3.0 / 8.0)
    assert header["known"] is True
    assert scene["edge_known"][2] == pytest.approx(2.0 / 8.0)
    for name in ("edge_perceived", "edge_known"):
        assert np.isnan(scene[name][[0, 1, 3]]).all()


def test_warm_up_is_left_out_of_the_share(tmp_path: Path) -> None:
    """As in the closing figures: from the second second on, 3 of 4 vehicle-seconds."""
    folder = write_coverage(tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["scenario"]["warm_up_s"] = 1.0
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert Playback(folder).scene[1]["edge_perceived"][2] == pytest.approx(0.75)


def test_run_without_coverage_says_so(tmp_path: Path) -> None:
    """Both choices of the viewer are then switched off."""
    header, scene = Playback(write_run(tmp_path / "run")).scene
    assert header["coverage"] is header["perceived"] is False
    assert scene["stretch_edge"].size == scene["stretch_xy"].size == 0
    assert scene["stretch_start"].tolist() == [0]
