"""The loop's specification."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from twin.sensors.loop import LoopSpec, lanes_with_loop, single_loop_speed_mps


def loop(**values: object) -> LoopSpec:
    """Return a specification."""
    return LoopSpec.model_validate({"kind": "loop", **values})


def test_lanes() -> None:
    """Every lane has a loop unless some are named; lanes that are not there are passed over."""
    assert lanes_with_loop(loop(), 3) == (0, 1, 2)
    assert lanes_with_loop(loop(lanes=(0, 2, 5)), 3) == (0, 2)


def test_single_loop_speed() -> None:
    """A car of the usual length over a 2 m loop for 0.67 s drove 10 m/s; one twice as long seems slower by its length."""
    usual = np.array([4.7, 4.7])
    on_s = np.array([6.7, 11.4]) / 10.0
    speeds = single_loop_speed_mps(on_s, np.array([2.0, 2.0]), usual)
    assert speeds == pytest.approx([10.0, 10.0 * 6.7 / 11.4])


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"rate_hz": 7.0}, "microseconds"),
        ({"missed_share": 1.5}, "less than or equal to 1"),
        ({"speed_from": "video"}, "pair"),
        ({"interval_s": 0.25}, "whole number of looks"),
    ],
)
def test_refused(values: dict[str, object], word: str) -> None:
    """Values that cannot be are refused with a word on why."""
    with pytest.raises(ValidationError, match=word):
        loop(**values)
