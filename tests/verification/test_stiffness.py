"""The watch for lost stiffness: run lengths against published values and by simulation, losses found through temperature."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.bridges.stiffness import (
    DAY_US,
    StiffnessWatch,
    StiffnessWatchSpec,
    fit_line,
    limit_for,
    run_length,
)

HOUR_US = 3_600_000_000


@pytest.mark.parametrize(
    ("limit", "shift", "published"),
    [(4.0, 0.0, 335.4), (4.0, 1.0, 8.38), (4.0, 2.0, 3.34), (5.0, 0.0, 930.9), (5.0, 0.5, 38.0), (5.0, 1.0, 10.4)],
)
def test_run_lengths_are_the_published_ones(limit: float, shift: float, published: float) -> None:
    """One-sided cumulative sum with k = 0.5: twice the two-sided 168 and 465 of Montgomery's table without a shift."""
    assert run_length(limit, 0.5, shift) == pytest.approx(published, rel=3e-3)


def test_the_run_length_holds_by_simulation() -> None:
    """20,000 runs of a cumulative sum with a limit for 200 observations have that mean, within 2.6 standard errors."""
    limit, runs = limit_for(200.0, 0.5), 20_000
    assert run_length(limit, 0.5) == pytest.approx(200.0, rel=1e-4)
    rng = np.random.default_rng(5)
    total, length, alive = np.zeros(runs), np.zeros(runs), np.ones(runs, np.bool_)
    while alive.any():
        total[alive] = np.maximum(0.0, total[alive] + rng.normal(size=alive.sum()) - 0.5)
        length[alive] += 1.0
        alive &= total <= limit
    assert length.mean() == pytest.approx(200.0, abs=2.6 * length.std() / math.sqrt(runs))


def course(days: int, seed: int, loss: float = 0.0, from_day: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times, temperatures and frequencies of ten-minute intervals: 0.2 %/K, 0.3 % scatter, stiffness lost at a day."""
    rng = np.random.default_rng(seed)
    t_us = np.arange(days * 144, dtype=np.int64) * 600_000_000
    day = t_us / DAY_US
    weather = np.repeat(rng.normal(0.0, 2.0, days), 144)
    temperature = 20.0 + 4.0 * np.sin(2.0 * np.pi * day) + weather
    stiffness = np.where(day >= from_day, 1.0 - loss, 1.0)
    frequency = 1.5 * (1.0 - 0.002 * (temperature - 20.0)) * np.sqrt(stiffness)
    return t_us, temperature, frequency * (1.0 + 0.003 * rng.normal(size=t_us.size))


def first_alarm_us(spec: StiffnessWatchSpec, *given: np.ndarray) -> tuple[int | None, float]:
    """Return when the watch first alarms and the loss that it then tells."""
    watch = StiffnessWatch(spec)
    for t_us, temperature, frequency in zip(*given, strict=True):
        notice = watch.add(int(t_us), float(temperature), float(frequency))
        if notice is not None and notice.alarm:
            return notice.t_us, notice.loss
    return None, 0.0


def test_the_line_is_fitted_with_its_scatter() -> None:
    """Slope, mean and scatter of a made course come back; without compensation the scatter is that of the temperature."""
    _, temperature, frequency = course(60, 1)
    line = fit_line(temperature, frequency)
    assert line.slope_hz_per_k == pytest.approx(-0.003, rel=0.03)
    assert float(line.expected_hz(20.0)) == pytest.approx(1.5, rel=2e-4)
    assert line.deviation_hz == pytest.approx(0.0045, rel=0.03)
    masked = fit_line(temperature, frequency, compensate=False)
    assert masked.slope_hz_per_k == 0.0
    assert masked.deviation_hz == pytest.approx(math.hypot(0.003 * temperature.std(), 0.0045), rel=0.03)
    with pytest.raises(ValueError, match="too few"):
        fit_line(temperature[:5], frequency[:5])


@pytest.mark.parametrize(("loss", "within_h"), [(0.01, 30.0), (0.02, 8.0), (0.05, 3.0)])
def test_a_loss_is_found_through_the_temperature(loss: float, within_h: float) -> None:
    """Half of the lost stiffness is lost frequency, below a daily swing of 1.6 %; it is found within hours, and not before."""
    spec = StiffnessWatchSpec(training_days=30.0)
    for seed in range(3):
        found_us, told = first_alarm_us(spec, *course(45, seed, loss, from_day=40.0))
        assert found_us is not None
        assert 40 * DAY_US < found_us <= 40 * DAY_US + within_h * HOUR_US
        assert told == pytest.approx(loss, rel=0.4)
    assert first_alarm_us(spec, *course(45, 7))[0] is None


def test_temperature_masks_the_loss_without_compensation() -> None:
    """The same loss of 2 % is not told from a change of weather where the mean takes the line's place."""
    found_us, _ = first_alarm_us(StiffnessWatchSpec(compensate=False), *course(45, 1, 0.02, from_day=40.0))
    assert found_us is None or found_us < 40 * DAY_US or found_us > 40 * DAY_US + 8 * HOUR_US


def test_missing_values_are_passed_over_and_observations_are_means() -> None:
    """Two hours, one of them whole, lack a frequency: one observation less. The end of one is told by the interval after it."""
    watch = StiffnessWatch(StiffnessWatchSpec(training_days=1.0))
    times = np.arange(0, 3 * 144) * 600_000_000
    notices = []
    for number, t_us in enumerate(times):
        scatter = 0.001 * math.sin(number)
        frequency = math.nan if 200 <= number < 212 else 1.5 + scatter
        notices.append(watch.add(int(t_us), 20.0 + (number % 7), frequency))
    made = [one for one in notices if one is not None]
    assert watch.line is not None
    assert watch.line.observations == 24
    assert len(made) == 72 - 24 - 1 - 1
    assert all(one.t_us % HOUR_US == 0 for one in made)
