"""Faults of devices: each is felt in the data as it is labelled, and hangs on its own device alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
import simpy
from pydantic import ValidationError
from tests.sensors.reported import reported_positions

from twin.sensors.fault_effects import CAUSES, healthy
from twin.sensors.fault_spec import FaultsSpec, unknown_devices
from twin.sensors.faults import Change, DeviceFaults, device_rows

DEVICES = ["a/lidar", "b/lidar", "c/camera"]
ROWS = np.arange(3)


def _at(t_s: float, **scheduled: object):
    """Return the faults of three devices after ``t_s``, with one fault of b/lidar from second 10 to 110, and its changes."""
    spec = FaultsSpec.model_validate({"scheduled": [{"device": "b/lidar", "from_s": 10.0, "until_s": 110.0, **scheduled}]})
    changes: list[Change] = []
    faults = DeviceFaults(spec, DEVICES, 1, changes.append)
    env = simpy.Environment(initial_time=0)
    for process in faults.processes(env):
        env.process(process)
    env.run(until=round(t_s * 1e6) + 1)
    return faults, faults.conditions(round(t_s * 1e6)), changes


def _same_but(conditions, field: str) -> None:
    """Check that only ``field`` of device 1 differs from a healthy fleet."""
    for name, found, fine in zip(conditions._fields, conditions, healthy(3), strict=True):
        assert found[[0, 2]].tolist() == fine[[0, 2]].tolist()
        assert (found[1] == fine[1]) == (name != field), name


def test_dirt_takes_evidence_away_along_its_ramp() -> None:
    """Half way up a ramp of 40 s to a loss of 0.6 the evidence is multiplied by 0.7; at its full by 0.4; then all is well."""
    for t_s, factor in ((30.0, 0.7), (50.0, 0.4), (100.0, 0.4)):
        conditions = _at(t_s, cause="dirt", size=0.6, ramp_s=40.0)[1]
        assert conditions.evidence_factor[1] == pytest.approx(factor)
        _same_but(conditions, "evidence_factor")
    assert _at(110.0, cause="dirt", size=0.6)[1].evidence_factor.tolist() == [1.0, 1.0, 1.0]


def test_a_device_turned_clockwise_reports_anticlockwise() -> None:
    """Turned by 2 degrees clockwise, it takes an object 100 m to the east for one at bearing 88 degrees, 3.49 m north."""
    conditions = _at(20.0, cause="misalignment", size=2.0)[1]
    _same_but(conditions, "heading_offset_rad")
    x_m, y_m = np.full(3, 150.0), np.full(3, 20.0)
    device_x_m, device_y_m = np.full(3, 50.0), np.full(3, 20.0)
    x, y = reported_positions(x_m, y_m, ROWS, device_x_m, device_y_m, conditions)
    assert (x[[0, 2]].tolist(), y[[0, 2]].tolist()) == ([150.0, 150.0], [20.0, 20.0])
    angle = math.radians(2.0)
    assert x[1] == pytest.approx(50.0 + 100.0 * math.cos(angle))
    assert y[1] == pytest.approx(20.0 + 100.0 * math.sin(angle))


def test_a_free_clock_runs_away() -> None:
    """At +200 ppm the stamps are 2 ms ahead after 10 s and 10 ms after 50 s."""
    for t_s, ahead_us in ((20.0, 2_000), (60.0, 10_000)):
        conditions = _at(t_s, cause="clock_drift", size=200.0)[1]
        assert conditions.clock_offset_us.tolist() == [0, ahead_us, 0]
        _same_but(conditions, "clock_offset_us")


def test_lost_frames_come_as_often_as_said() -> None:
    """Of 20,000 frames a loss of 0.25 takes 0.25 within four standard deviations, of that device alone."""
    faults, conditions, _ = _at(20.0, cause="frame_loss", size=0.25)
    _same_but(conditions, "drop_probability")
    lost = np.array([faults.lost_frames(frame, conditions, ROWS) for frame in range(20_000)])
    assert lost[:, [0, 2]].sum() == 0
    assert lost[:, 1].mean() == pytest.approx(0.25, abs=4.0 * math.sqrt(0.25 * 0.75 / 20_000))
    alone = faults.lost_frames(17, conditions, np.array([1]))
    assert alone.tolist() == lost[17, [1]].tolist()


def test_without_power_every_frame_is_lost() -> None:
    """Between onset and repair nothing comes, before and after everything."""
    for t_s, down in ((9.0, False), (10.0, True), (109.0, True), (110.0, False)):
        faults, conditions, _ = _at(t_s, cause="power_loss")
        assert faults.lost_frames(5, conditions, ROWS).tolist() == [False, down, False]
    _same_but(_at(20.0, cause="power_loss")[1], "up")


def test_a_wrong_calibration_shifts_by_its_bearing() -> None:
    """3 m towards bearing 90 is 3 m east, wherever the object is."""
    conditions = _at(20.0, cause="wrong_calibration", size=3.0, direction_deg=90.0)[1]
    x, y = reported_positions(np.zeros(3), np.zeros(3), ROWS, np.full(3, 7.0), np.full(3, 9.0), conditions)
    assert x == pytest.approx([0.0, 3.0, 0.0])
    assert y == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)


def test_every_cause_is_labelled_at_its_instants() -> None:
    """Each scheduled fault writes two rows of table ``device``, with device, cause and size."""
    for cause in CAUSES:
        changes = _at(200.0, cause=cause)[2]
        assert [(change.t_us, change.device, change.state, change.cause) for change in changes] == [
            (10_000_000, 1, "fault", cause),
            (110_000_000, 1, "up", cause),
        ]
        assert device_rows(changes)["value"][0] == FaultsSpec().full_size(cause)


def test_two_faults_of_one_device_hold_at_once() -> None:
    """Losses multiply and the end of one leaves the other, also of the same cause."""
    base = {"device": "b/lidar", "cause": "dirt", "ramp_s": 0.0}
    scheduled = [{**base, "from_s": 0.0, "until_s": 50.0, "size": 0.5}, {**base, "from_s": 10.0, "until_s": 90.0, "size": 0.2}]
    faults = DeviceFaults(FaultsSpec.model_validate({"scheduled": scheduled}), DEVICES, 1)
    env = simpy.Environment(initial_time=0)
    for process in faults.processes(env):
        env.process(process)
    factors = []
    for t_s in (5, 20, 60, 95):
        env.run(until=t_s * 1_000_000)
        factors.append(faults.conditions(t_s * 1_000_000).evidence_factor[1])
    assert factors == pytest.approx([0.5, 0.4, 0.8, 1.0])


def _by_chance(names: list[str], hours: float, **keys: object) -> dict[str, list[tuple[int, str, str, float]]]:
    found: dict[str, list[tuple[int, str, str, float]]] = {name: [] for name in names}

    def note(change: Change) -> None:
        found[names[change.device]].append((change.t_us, change.state, change.cause, change.value))

    env = simpy.Environment(initial_time=0)
    faults = DeviceFaults(FaultsSpec.model_validate({"random": True, **keys}), names, 9, note)
    for process in faults.processes(env):
        env.process(process)
    env.run(until=round(hours * 3.6e9))
    return found


def test_removing_devices_changes_nobody_elses_faults() -> None:
    """With half of the devices gone, the others fail at the same microseconds, for the same causes, by the same amounts."""
    names = [f"s{number}/lidar" for number in range(40)]
    everybody = _by_chance(names, 20_000.0)
    assert _by_chance(names[::-2], 20_000.0) == {name: everybody[name] for name in names[::-2]}
    assert sum(map(len, everybody.values())) > 100


def test_failures_by_chance_add_up_to_the_specification() -> None:
    """All causes but dirt together: one failure in 30,000 h of operation, by the formula and by 300 devices in 5 years."""
    spec = FaultsSpec()
    rates = [1.0 / getattr(spec, cause).mtbf_h for cause in CAUSES if cause != "dirt"]
    assert 1.0 / sum(rates) == pytest.approx(30_000.0)
    names = [f"s{number}" for number in range(300)]
    found = _by_chance(names, 43_800.0, start="up")
    faults = sum(state == "fault" and cause != "dirt" for rows in found.values() for _, state, cause, _ in rows)
    expected = 300 * 43_800.0 / 30_000.0
    assert faults == pytest.approx(expected, abs=4.0 * math.sqrt(expected))


def test_sizes_by_chance_lie_evenly_about_the_usual() -> None:
    """Between half and one and a half times, to both sides, with the mean at the usual size."""
    found = _by_chance([f"s{number}" for number in range(50)], 20_000.0, accelerate=50.0)
    turned = [
        value for rows in found.values() for _, state, cause, value in rows if (state, cause) == ("fault", "misalignment")
    ]
    usual = math.radians(1.0)
    assert min(map(abs, turned)) > 0.5 * usual
    assert max(map(abs, turned)) < 1.5 * usual
    assert np.mean(np.abs(turned)) == pytest.approx(usual, rel=0.05)
    assert np.mean(np.sign(turned)) == pytest.approx(0.0, abs=4.0 / math.sqrt(len(turned)))


def test_no_fault_costs_nothing_and_may_not_be_written() -> None:
    """Without faults the same read-only arrays come back each time."""
    faults = DeviceFaults(FaultsSpec(), DEVICES, 1)
    assert not list(faults.processes(simpy.Environment()))
    assert faults.conditions(0) is faults.conditions(10)
    with pytest.raises(ValueError, match="read-only"):
        faults.conditions(0).up[0] = False


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"cause": "dirt", "from_s": 10.0, "until_s": 5.0}, "not after"),
        ({"cause": "frame_loss", "from_s": 0.0, "until_s": 5.0, "size": 1.5}, "share"),
        ({"cause": "rust", "from_s": 0.0, "until_s": 5.0}, "dirt"),
    ],
)
def test_refused(fault: dict[str, object], word: str) -> None:
    """Impossible times and sizes are refused with a word on why."""
    with pytest.raises(ValidationError, match=word):
        FaultsSpec.model_validate({"scheduled": [{"device": "a", **fault}]})


def test_unknown_devices_are_found() -> None:
    """Each scheduled fault whose device is not there is named with its place in the list."""
    scheduled = [{"device": name, "cause": "dirt", "from_s": 0.0, "until_s": 1.0} for name in ("a/lidar", "z")]
    assert unknown_devices(FaultsSpec.model_validate({"scheduled": scheduled}), DEVICES) == [(1, "z")]
