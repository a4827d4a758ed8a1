"""Alarms of a bridge: levels, how long a value must stay, what plays about a limit."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from twin.bridges.alarms import AlarmBoard, BridgeAlarmSpec, alarm_rows
from twin.eventlog.recorder import Recorder

LIMITS = (1.0, 2.0, 4.0)


def board(**keys: object) -> AlarmBoard:
    """Return a board whose limits of vibration are 1, 2 and 4."""
    return AlarmBoard(BridgeAlarmSpec(vibration_mps2=LIMITS, **keys))


def looks(made: AlarmBoard, values: list[float]) -> list[tuple[int, int, bool]]:
    """Look at one device's values, second by second; return (look, level, raised) of each change."""
    return [
        (number, change.level, change.raised)
        for number, value in enumerate(values)
        for change in made.look(number, "vibration", [7], [value])
    ]


def test_a_level_is_raised_at_its_limit_and_withdrawn_clearly_below() -> None:
    """With a hysteresis of 10 % and two looks, 0.95 withdraws nothing, 0.85 twice does; a third level raises all three."""
    assert looks(board(), [0.99, 1.0, 0.95, 0.85, 0.95, 0.85, 0.85, 0.5]) == [(1, 0, True), (6, 0, False)]
    assert looks(board(), [5.0, 3.7, 3.5, 3.5, 0.0, 0.0]) == [
        *((0, level, True) for level in range(3)),
        (3, 2, False),
        (5, 0, False),
        (5, 1, False),
    ]


def test_a_level_waits_for_as_many_looks_as_asked() -> None:
    """With three looks a single blow raises nothing; what is missing neither counts nor interrupts."""
    assert looks(board(raise_after=3), [3.0, 0.0, 3.0, math.nan, 3.0, 3.0]) == [(5, 0, True), (5, 1, True)]


def test_of_the_points_of_one_device_the_worst_counts() -> None:
    """Devices stand for themselves; values of the same one are taken together."""
    made = board()
    changes = made.look(0, "vibration", [1, 1, 2], [0.2, 1.5, 0.2])
    assert [(one.device, one.level, one.value) for one in changes] == [(1, 0, 1.5)]
    assert (made.stands(1, "vibration"), made.stands(2, "vibration"), made.stands(1, "shock")) == (1, 0, 0)


def test_rows_fit_the_table(tmp_path: Path) -> None:
    """Changes are rows of table ``alarm`` with the level by name."""
    rows = alarm_rows(board().look(5, "vibration", [3], [2.5]))
    assert rows["level"] == ["level_1", "level_2"]
    recorder = Recorder(tmp_path)
    recorder.append("alarm", rows)
    recorder.close_segment()
    assert recorder.rows == {"alarm": 2}


def test_limits_must_ascend() -> None:
    """The worst level comes last."""
    with pytest.raises(ValidationError, match="shock_mps2 do not ascend"):
        BridgeAlarmSpec(shock_mps2=(3.0, 2.0, 4.0))


@given(
    values=st.lists(st.one_of(st.floats(0.0, 6.0), st.just(math.nan)), max_size=60),
    raise_after=st.integers(1, 3),
    clear_after=st.integers(1, 3),
)
def test_alarms_alternate_and_are_right_when_they_change(values: list[float], raise_after: int, clear_after: int) -> None:
    """Each level is raised and withdrawn in turn, raised at a value beyond its limit, withdrawn at one clearly below."""
    made = board(raise_after=raise_after, clear_after=clear_after)
    standing = [False] * 3
    for number, level, raised in looks(made, values):
        assert standing[level] != raised
        standing[level] = raised
        assert (values[number] >= LIMITS[level]) if raised else (values[number] < 0.9 * LIMITS[level])
    assert made.stands(7, "vibration") == sum(standing)
