"""Scores of the self-check, against hand-made logs."""

from __future__ import annotations

import math

import pytest

from twin.metrics.alarms import DAY_US, score_alarms


def _row(t_s: float, device: int, state: str, cause: str) -> dict[str, object]:
    return {"t_us": round(t_s * 1e6), "device": device, "state": state, "cause": cause}


def _fault(from_s: float, until_s: float, device: int, cause: str) -> list[dict[str, object]]:
    return [_row(from_s, device, "fault", cause), _row(until_s, device, "up", cause)]


def _alarm(from_s: float, until_s: float, device: int, cause: str) -> list[dict[str, object]]:
    return [_row(from_s, device, "raised", cause), _row(until_s, device, "cleared", cause)]


def test_each_kind_of_alarm_is_counted_once() -> None:
    """Found with its delay, missed, false, mistaken for another cause, and noticed under another name."""
    faults = _fault(10, 100, 1, "dirt") + _fault(200, 300, 1, "dirt") + _fault(50, 90, 2, "misalignment")
    alarms = _alarm(40, 120, 1, "dirt") + _alarm(60, 80, 2, "dirt") + _alarm(400, 410, 3, "dirt")
    scores = score_alarms(faults, alarms, 4, DAY_US)
    dirt, turn = scores["dirt"], scores["misalignment"]
    assert (dirt.faults, dirt.found, dirt.delays_s) == (2, 1, (30.0,))
    assert (dirt.false, dirt.mistaken) == (1, 1)
    assert dirt.recall == 0.5
    assert dirt.false_per_device_day == 0.25
    assert (turn.faults, turn.found, turn.noticed) == (1, 0, 1)
    assert turn.recall == 0.0
    assert math.isnan(turn.median_delay_s)


def test_open_ends_and_grace() -> None:
    """A fault that is not repaired lasts to the end; an alarm just after a repair counts for it within the grace."""
    alarms = _alarm(105, 130, 1, "dirt")
    assert score_alarms([_row(10, 1, "fault", "dirt")], alarms, 1, DAY_US)["dirt"].delays_s == (95.0,)
    faults = _fault(10, 100, 1, "dirt")
    assert score_alarms(faults, alarms, 1, DAY_US)["dirt"].false == 1
    late = score_alarms(faults, alarms, 1, DAY_US, grace_us=10_000_000)["dirt"]
    assert (late.false, late.mistaken, late.found, late.delays_s) == (0, 0, 1, (95.0,))


def test_a_fault_under_a_standing_alarm_is_found_at_once() -> None:
    """An alarm that stands when a fault begins finds it without delay, though it was false when raised."""
    score = score_alarms(_fault(50, 60, 1, "dirt"), _alarm(40, 90, 1, "dirt"), 1, DAY_US)["dirt"]
    assert (score.found, score.delays_s, score.false) == (1, (0.0,), 1)


def test_overlapping_faults_of_one_cause_are_one() -> None:
    """From the first onset to the last repair."""
    rows = _fault(10, 50, 1, "dirt") + _fault(30, 80, 1, "dirt")
    score = score_alarms(rows, _alarm(70, 75, 1, "dirt"), 1, DAY_US)["dirt"]
    assert (score.faults, score.delays_s) == (1, (60.0,))


def test_nothing_to_score() -> None:
    """No rows give no scores; no devices are refused."""
    assert score_alarms([], [], 1, 1) == {}
    with pytest.raises(ValueError, match="0 devices"):
        score_alarms([], [], 0, 1)
