"""Received messages before they are believed: evidence, alerts, and who is not listened to any more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from twin.eventlog.recorder import Recorder
from twin.v2x.platform.contents import Sightings
from twin.v2x.platform.picture import LAG_US, Picture
from twin.v2x.security.alerts import Alerts, AlertsSpec
from twin.v2x.security.attacks import label_of
from twin.v2x.security.detector_spec import DetectorsSpec
from twin.v2x.security.detectors import Detectors, bits_of
from twin.v2x.security.vehicle_messages import Received, honest_messages
from twin.v2x.vehicles.judging import Judging
from twin.v2x.vehicles.witnesses import Storey, Witnesses

TICK_US = 100_000
UNITS = np.array([7, 9], np.int64)


def judging(folder: Path, picture: Picture, *, sees: bool = True) -> tuple[Judging, Recorder]:
    """Return two units at the origin and 100 m east of it, with a sensor at the origin that sees 60 m."""
    x_m, y_m = np.array([0.0, 100.0]), np.zeros(2)
    storey = Storey(lambda x, _: np.ones(x.size, np.bool_), np.zeros(1), np.zeros(1))
    recorder = Recorder(folder)
    detectors = Detectors(DetectorsSpec(use=("unseen", "shared", "freshness")), x_m, y_m)
    return Judging(
        detectors, Alerts(AlertsSpec()), UNITS, recorder, picture, Witnesses([storey], 60.0) if sees else None
    ), recorder


def heard(t_us: int, x_m: tuple[float, ...], lies: tuple[bool, ...]) -> Received:
    """Return what vehicles that stand at these places on the x axis say, each heard by both units."""
    n = len(x_m)
    still = np.zeros(n)
    said = honest_messages(
        t_us,
        100 + np.arange(n),
        np.full(n, t_us // TICK_US),
        (np.array(x_m), still, still, still, still),
        np.arange(n, dtype=np.int32),
    )
    said = said.changed(slice(None), attack=np.where(lies, label_of("ghost_vehicle"), 0))
    both = np.repeat(np.arange(n), 2)
    return Received(said.take(both), np.tile([0, 1], n).astype(np.int32), np.full(2 * n, t_us + 20_000))


def shown(t_us: int, *x_m: float) -> Sightings:
    """Return objects on the x axis that device 0 has seen at ``t_us``."""
    n = len(x_m)
    at, whole, still = np.full(n, t_us, np.int64), np.zeros(n, np.int32), np.zeros(n)
    return Sightings(at + 50_000, at, whole, whole, still, still, np.array(x_m), still, whole, whole.astype(np.int8))


def alerts_of(folder: Path) -> list[dict[str, object]]:
    """Return the rows of table ``alert``."""
    parts = sorted((folder / "alert").glob("*.arrow"))
    return pa.concat_tables([ipc.open_file(part).read_all() for part in parts]).to_pylist() if parts else []


def test_a_ghost_is_found_and_shut_out_and_nobody_else(tmp_path: Path) -> None:
    """One claims a place where the sensor sees nobody: three levels, each once; from the warning on it is not used.

    A vehicle that is seen, one beyond the sensor's reach and one hidden behind it are let pass.
    """
    picture = Picture(1)
    judge, recorder = judging(tmp_path, picture)
    lies = (False, True, False, False)
    place = (20.0, -30.0, 300.0, 50.0)  # seen, ghost, too far, behind the first
    used_before = np.ones(8, np.bool_)
    for tick in range(3, 33):
        t_us = tick * TICK_US
        picture.hear(t_us, shown(t_us - LAG_US, place[0], 300.0))
        verdict, used = judge.judge(heard(t_us, place, lies), t_us)
        assert not verdict[[0, 1, 4, 5, 6, 7]].any()
        assert used[[0, 1, 4, 5, 6, 7]].all()
        assert not (used & ~used_before).any()
        used_before = used
        assert (judge.used(np.array([100, 101]), t_us) == used[[0, 2]]).all()
    assert not used[2:4].any()
    recorder.close_segment()
    rows = alerts_of(tmp_path)
    assert [row["level"] for row in rows] == ["notice", "warning", "critical"]
    assert [row["response"] for row in rows] == ["notify", "quarantine", "block"]
    assert {(row["layer"], row["sender"], row["vehicle"], row["attack"]) for row in rows} == {
        ("messages", 101, 1, "ghost_vehicle")
    }
    assert {row["device"] for row in rows} <= set(UNITS.tolist())
    assert {row["detectors"] for row in rows} == {bits_of(("unseen",))}
    # three comparisons until it is suspicious, five suspicious ones until it is a warning, at the third and seventh tick
    assert [row["t_us"] for row in rows[:2]] == [6 * TICK_US + 20_000, 9 * TICK_US + 20_000]


def test_without_sensors_nobody_testifies(tmp_path: Path) -> None:
    """The same ghost is believed, and no alert is written; a message with an old stamp is still found."""
    judge, recorder = judging(tmp_path, Picture(1), sees=False)
    for tick in range(3, 20):
        verdict, used = judge.judge(heard(tick * TICK_US, (20.0, -30.0), (False, True)), tick * TICK_US)
        assert not verdict.any()
        assert used.all()
    recorder.close_segment()
    assert alerts_of(tmp_path) == []
    late = heard(20 * TICK_US, (20.0,), (False,))
    verdict, _ = judge.judge(Received(late.messages, late.receiver, late.received_us + 5_000_000), 25_000_000)
    assert (verdict == bits_of(("freshness",))).all()
