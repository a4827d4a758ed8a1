"""Moving forces on a simple span against closed forms and published amplification: L. Fryba; M. Olsson, JSV 145 (1991) 299."""

from __future__ import annotations

import numpy as np
import pytest

from twin.bridges.response import Floats, Lines, Motion, Response, lines_of
from twin.bridges.simple_span import simple_span
from twin.bridges.structure import Quantity

LENGTH_M, BENDING_NM2, MASS_KG_PER_M = 40.0, 34.5e9 * 2.5, 15e3
FORCE_N = 100e3
STATIC_M = FORCE_N * LENGTH_M**3 / (48.0 * BENDING_NM2)

OLSSON = {
    0.1: 1.0965, 0.2: 1.0653, 0.3: 1.4105, 0.4: 1.6129, 0.5: 1.7054, 0.6: 1.7311, 0.617: 1.7317,
    0.7: 1.7204, 0.8: 1.6762, 0.9: 1.6127, 1.0: 1.5481, 1.2: 1.3380, 1.5: 1.0238,
}  # fmt: skip
"""Largest deflection at midspan over its static value, by speed over critical speed: undamped, 200 modes."""


def midspan(modes: int, damping: float = 0.0, kind: str = "displacement") -> Lines:
    """Return the span with one channel in the middle."""
    span = simple_span(LENGTH_M, BENDING_NM2, MASS_KG_PER_M, damping, modes=modes, steps=max(400, 20 * modes))
    return lines_of(span, [Quantity(kind, 0.5 * LENGTH_M)])  # type: ignore[arg-type]


def moving(speed_mps: float, span_s: float, force_n: float = FORCE_N, from_m: float = 0.0) -> Motion:
    """Return one force at an even speed."""
    x_m = np.array([[from_m, from_m + speed_mps * span_s]])
    return Motion(
        x_m,
        np.full((1, 2), speed_mps),
        np.ones((1, 2)),
        np.ones(1),
        np.zeros((1, 1)),
        np.full((1, 1), force_n),
        np.zeros(1),
        np.zeros((1, 0)),
        np.zeros((1, 0)),
    )


def crossing(lines: Lines, alpha: float, samples: int, last: float = 1.0) -> Floats:
    """Return what the channel shows while one force crosses, up to ``last`` of its time on the span."""
    speed_mps = alpha * 2.0 * lines.frequency_hz[0] * LENGTH_M
    end_us = round(LENGTH_M / speed_mps * last * 1e6)
    response = Response(lines, max(1, end_us // samples))
    room = response.empty(0, end_us)
    response.load(room, 0, moving(speed_mps, end_us / 1e6), 0, end_us)
    answer: Floats = response.answer(room)[0]
    return answer


@pytest.mark.parametrize("alpha", OLSSON)
def test_the_amplification_of_a_moving_force_is_the_published_one(alpha: float) -> None:
    """Largest deflection over the exact static one: the bar is 1 %, the method keeps 0.05 %."""
    largest = crossing(midspan(200), alpha, 20_000).max() / STATIC_M
    assert largest == pytest.approx(OLSSON[alpha], rel=5e-4)


@pytest.mark.parametrize(
    ("alpha", "value", "when"), [(0.5, np.sqrt(3.0), 2.0 / 3.0), (1.0, 0.5 * np.pi, 1.0), (0.617, 1.7685, None)]
)
def test_one_mode_peaks_where_the_closed_form_says(alpha: float, value: float, when: float | None) -> None:
    """In units of 2 P L^3 / (pi^4 EI), with the static answer of that mode alone: 0.1 %."""
    lines = midspan(1)
    unit_m = 2.0 * FORCE_N * LENGTH_M**3 / (np.pi**4 * BENDING_NM2)
    of_mode = lines.modal[:, :1] * lines.shape[:1] / (2.0 * np.pi * lines.frequency_hz[0]) ** 2
    alone = Lines(lines.grid_m, lines.frequency_hz, lines.damping_ratio, lines.shape, of_mode, lines.modal, lines.acceleration)
    shown = crossing(alone, alpha, 5_000)
    assert shown.max() / unit_m == pytest.approx(value, rel=1e-3)
    if when is not None:
        assert np.argmax(shown) / (shown.size - 1) == pytest.approx(when, abs=1e-3)


def test_a_span_that_is_left_alone_swings_on_and_dies_away() -> None:
    """After the force has gone: the first mode's damped frequency, and a decay of 2 pi z / sqrt(1 - z^2) a period."""
    damping, lines = 0.02, midspan(1, 0.02)
    period_us, speed_mps = 1000, 0.5 * 2.0 * lines.frequency_hz[0] * LENGTH_M
    response = Response(lines, period_us)
    on_us = round(LENGTH_M / speed_mps * 1e6) // period_us * period_us
    room = response.empty(0, on_us)
    response.load(room, 0, moving(speed_mps, on_us / 1e6), 0, on_us)
    response.answer(room)
    free = response.answer(response.empty(on_us, on_us + 10_000_000))[0]
    peaks = 1 + np.flatnonzero((free[1:-1] > free[:-2]) & (free[1:-1] >= free[2:]) & (free[1:-1] > 0.0))
    period_s = np.diff(peaks).mean() * period_us / 1e6
    assert 1.0 / period_s == pytest.approx(lines.frequency_hz[0] * np.sqrt(1.0 - damping**2), rel=2e-3)
    decay = np.log(free[peaks[:-1]] / free[peaks[1:]]).mean()
    assert decay == pytest.approx(2.0 * np.pi * damping / np.sqrt(1.0 - damping**2), rel=2e-3)


def test_acceleration_is_the_second_derivative_of_deflection() -> None:
    """Of one mode, whose deflection has no part that the modes leave out: central differences of a fine step."""
    lines, speed_mps, end_us, period_us = midspan(1, 0.01), 25.0, 1_600_000, 500
    of_mode = lines.modal * lines.shape[:1] / (2.0 * np.pi * lines.frequency_hz[0]) ** 2
    both = Lines(
        lines.grid_m,
        lines.frequency_hz,
        lines.damping_ratio,
        lines.shape,
        np.concatenate([of_mode, 0.0 * of_mode]),
        np.concatenate([lines.modal, lines.modal]),
        np.array([False, True]),
    )
    response = Response(both, period_us)
    room = response.empty(0, end_us)
    response.load(room, 0, moving(speed_mps, end_us / 1e6), 0, end_us)
    deflection, acceleration = response.answer(room)
    differences = np.diff(deflection, 2) / (period_us / 1e6) ** 2
    assert differences == pytest.approx(acceleration[1:-1], abs=2e-3 * np.abs(acceleration).max())


def test_the_550_kn_vehicle_bends_a_40_m_span_as_the_code_says() -> None:
    """Crawling, so that statics alone count: 4307 kN m at midspan (JTG D60-2015, reference notes), 1 %."""
    span = simple_span(40.0, BENDING_NM2, MASS_KG_PER_M, 0.02)
    response = Response(lines_of(span, [Quantity("moment", 20.0)]), 20_000)
    end_us = 60_000_000
    axle_m, force_n = np.array([[0.0, 3.0, 4.4, 11.4, 12.8]]), np.array([[30e3, 120e3, 120e3, 140e3, 140e3]])
    one = moving(1.0, 60.0)
    motion = Motion(
        one.x_m, one.speed_mps, one.weight, one.direction, axle_m, force_n, *([np.zeros(1)] + [np.zeros((1, 0))] * 2)
    )
    room = response.empty(0, end_us)
    response.load(room, 0, motion, 0, end_us)
    assert response.answer(room).max() == pytest.approx(4307e3, rel=0.01)
