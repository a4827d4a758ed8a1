"""Reduced rates on an overloaded uplink, with their measured effect."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from twin.sensors.adaptation import AdaptationSpec, RateControl


def _ages(service_us: list[int], *, adapt: bool) -> tuple[list[float], RateControl]:
    """Return the ages in seconds of delivered frames, 10 Hz over an uplink with a service time for each frame."""
    control = RateControl(AdaptationSpec(), 1)
    finish_us: list[int] = []
    ages = []
    found = 0
    for frame, service in enumerate(service_us):
        now_us = frame * 100_000
        sends = control.sends(np.array([0]), np.array([frame]), np.array([found]))
        if not adapt or sends[0]:
            found = sum(finish > now_us for finish in finish_us[-200:])
            finish_us.append(max(now_us, finish_us[-1] if finish_us else 0) + service)
            ages.append((finish_us[-1] - now_us) / 1e6)
    return ages, control


def test_a_reduced_rate_keeps_frames_fresh_on_an_overloaded_line() -> None:
    """A line that takes 230 ms a frame for five minutes: frames grow 6.5 minutes old; with control they stay below 2 s."""
    service = [20_000] * 300 + [230_000] * 3000 + [20_000] * 3000
    plain, _ = _ages(service, adapt=False)
    adapted, control = _ages(service, adapt=True)
    assert max(plain) == pytest.approx(390.0, abs=1.0)
    assert max(adapted) < 2.0
    assert float(np.median(adapted)) < 0.5
    assert control.divisor.tolist() == [1]


def test_without_overload_every_frame_is_sent() -> None:
    """At a load of 90 % of the line nothing is held back."""
    ages, control = _ages([90_000] * 2000, adapt=True)
    assert len(ages) == 2000
    assert control.divisor.tolist() == [1]


def test_queues_that_contradict_are_refused() -> None:
    """Calm has to lie below overload."""
    with pytest.raises(ValidationError, match="calm_queue"):
        AdaptationSpec(overload_queue=2, calm_queue=2)


def test_devices_do_not_slow_each_other_down() -> None:
    """Of two devices, of which one finds eight messages waiting, that one alone sends less; a silent one keeps its rate."""
    control = RateControl(AdaptationSpec(), 3)
    for frame in range(30):
        control.sends(np.array([0, 2]), np.array([frame, frame]), np.array([0, 8]))
    assert control.divisor[0] == control.divisor[1] == 1
    assert control.divisor[2] > 1
