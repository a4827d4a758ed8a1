"""Delays: moments against theory, draws that depend on nothing but their names."""

from __future__ import annotations

import math

import numpy as np
import pydantic
import pytest
import scipy.stats

from twin.rng import stream_key
from twin.v2x.queues.delay import ConstantDelay, LognormalDelay, ShiftedGammaDelay, draw_transmissions

DRAWS = 200_000


def draw(delay, devices=4, draws=DRAWS):
    """Return loss draws and delays (us) of ``draws`` messages over some devices."""
    key = np.array([stream_key(3, "v2x/test/transmission", f"d{i}") for i in range(devices)], np.uint64)
    number = np.arange(draws)
    return draw_transmissions(key, number % devices, number // devices, delay.law())


def test_constant():
    """A constant delay is that delay, to the microsecond."""
    assert set(draw(ConstantDelay(value_s=0.0123), draws=100)[1].tolist()) == {12_300}


def test_lognormal_quantiles():
    """Median and 95 % point are those asked for: the shares below them are inside 99.9 % binomial intervals."""
    _, delay_us = draw(LognormalDelay(median_s=0.010, p95_s=0.025))
    for quantile_us, share in ((10_000, 0.5), (25_000, 0.95)):
        low, high = scipy.stats.binom.interval(0.999, DRAWS, share)
        assert low <= np.count_nonzero(delay_us <= quantile_us) <= high
    logs = np.log(delay_us / 1e4)
    assert scipy.stats.kstest(logs / logs.std(), "norm").pvalue > 0.001


@pytest.mark.parametrize("shape", [1, 2, 5, 16])
def test_shifted_gamma_moments(shape):
    """Minimum, mean and the whole distribution are those of minimum + Gamma(shape): Kolmogorov-Smirnov at 0.1 %."""
    _, delay_us = draw(ShiftedGammaDelay(minimum_s=0.05, mean_s=0.15, shape=shape))
    assert delay_us.min() >= 50_000
    error_us = 100_000 / math.sqrt(shape) / math.sqrt(DRAWS)
    assert abs(delay_us.mean() - 150_000) < scipy.stats.norm.ppf(0.9995) * error_us
    assert scipy.stats.kstest((delay_us - 50_000) * shape / 1e5, scipy.stats.gamma(shape).cdf).pvalue > 0.001


def test_loss_draws_are_uniform_and_independent_of_the_delay():
    """The draw that decides on loss is uniform and uncorrelated with the delay of the same message (|r| below 99.9 %)."""
    chance, delay_us = draw(LognormalDelay(median_s=0.010, p95_s=0.025))
    assert scipy.stats.kstest(chance, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(chance, np.log(delay_us))[0, 1]) < scipy.stats.norm.ppf(0.9995) / math.sqrt(DRAWS)


def test_draws_belong_to_device_and_frame():
    """A message's draws are the same whoever else is drawn for, in whatever order."""
    law = ShiftedGammaDelay(minimum_s=0.0, mean_s=0.01, shape=6).law()
    key = np.array([stream_key(3, "v2x/test/transmission", name) for name in ("a", "b", "c")], np.uint64)
    device, frame = np.array([0, 1, 2, 2]), np.array([5, 5, 5, 9])
    chance, delay_us = draw_transmissions(key, device, frame, law)
    for one in range(4):
        alone = draw_transmissions(key[device[one]][None], np.zeros(1, np.int64), frame[one][None], law)
        assert (alone[0][0], alone[1][0]) == (chance[one], delay_us[one])


@pytest.mark.parametrize(
    ("kind", "values", "word"),
    [
        (LognormalDelay, {"median_s": 0.02, "p95_s": 0.01}, "below median_s"),
        (ShiftedGammaDelay, {"minimum_s": 0.02, "mean_s": 0.01}, "below minimum_s"),
        (ShiftedGammaDelay, {"minimum_s": 0.0, "mean_s": 0.01, "shape": 2.5}, "integer"),
        (ConstantDelay, {"value_s": -1.0}, "greater than or equal"),
    ],
)
def test_impossible_delays_are_refused(kind, values, word):
    """Values that describe no distribution are refused with what is wrong."""
    with pytest.raises(pydantic.ValidationError, match=word):
        kind(**values)
