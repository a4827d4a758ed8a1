"""The studentised bootstrap interval: against every possible resample, where nothing spreads, and under shifts and scales."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.metrics.resampling import FEWEST, studentised_bounds, studentised_interval
from twin.metrics.statistics import holm_adjusted, mean_estimate, pairing_gain, student_p_value
from twin.rng import stream_key

SAMPLE = np.array([0.2, 0.5, 0.9, 1.7, 4.1, 2.2])


def test_it_is_the_interval_over_all_resamples() -> None:
    """Of six values there are 6^6 = 46,656 resamples; 199,999 draws come within 2 % of the ends over all of them.

    The quantile's standard error is sqrt(0.025 * 0.975 / 200,000) = 0.00035 of probability; the ends lie where 0.1 points of
    probability are at most 1 % of the interval's width, hence 2 % for the granularity of the statistics as well.
    """
    resamples = SAMPLE[np.array([*itertools.product(range(6), repeat=6)])]
    deviations = resamples.std(axis=1, ddof=1)
    distances = resamples.mean(axis=1) - SAMPLE.mean()
    flat = deviations < 1e-12
    statistics = np.sqrt(6) * distances / np.where(flat, 1.0, deviations)
    statistics[flat] = np.copysign(np.inf, distances[flat])
    ends = np.quantile(statistics, [0.975, 0.025], method="inverted_cdf")
    expected = SAMPLE.mean() - ends * SAMPLE.std(ddof=1) / np.sqrt(6)
    found = studentised_interval(SAMPLE, "all", resamples=199_999)
    assert found is not None
    width = expected[1] - expected[0]
    assert found.low == pytest.approx(expected[0], abs=0.02 * width)
    assert found.high == pytest.approx(expected[1], abs=0.02 * width)


def test_skewed_values_have_the_longer_arm_on_the_side_of_their_tail() -> None:
    """The interval of values with a long right tail reaches farther above the mean than below; turned round, below."""
    right, left = studentised_interval(SAMPLE, "skewed"), studentised_interval(-SAMPLE, "skewed")
    assert right is not None
    assert left is not None
    assert right.high - SAMPLE.mean() > 1.5 * (SAMPLE.mean() - right.low)
    assert (left.low, left.high) == pytest.approx((-right.high, -right.low))


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_shift_and_scale_move_it_along(shift: float, scale: float) -> None:
    """The interval of a x + b is a times the interval of x, plus b."""
    base, moved = (
        studentised_interval(SAMPLE, "x", resamples=999),
        studentised_interval(scale * SAMPLE + shift, "x", resamples=999),
    )
    assert base is not None
    assert moved is not None
    assert (moved.low, moved.high) == pytest.approx((scale * base.low + shift, scale * base.high + shift), rel=1e-6, abs=1e-6)


def test_draws_belong_to_a_name() -> None:
    """The same name gives the same interval, another name a slightly different one; one sample's row changes no other's."""
    one, again, other = (studentised_interval(SAMPLE, name) for name in ("a", "a", "b"))
    assert one == again != other
    keys = np.array([stream_key(0, "bootstrap", name) for name in ("b", "a")])
    both = studentised_bounds(np.stack([2.0 * SAMPLE, SAMPLE]), keys)
    assert one is not None
    assert both[1].tolist() == [one.low, one.high]


def test_without_spread_there_is_no_width() -> None:
    """A constant, also one that rounding blurs, is its own interval; four values have none."""
    for constant in (3.0, 0.1):
        found = studentised_interval([constant] * 7, "constant")
        assert found is not None
        assert (found.low, found.high) == pytest.approx((constant, constant), rel=1e-12)
    assert studentised_interval(SAMPLE[: FEWEST - 1], "few") is None


def test_many_resamples_without_spread_give_no_interval() -> None:
    """Of four zeros and a one, (4/5)^5 = 33 % of all resamples hold zeros only: nothing bounds the mean from above."""
    assert studentised_interval([0.0, 0.0, 0.0, 0.0, 1.0], "rare") is None


def test_holm_by_hand() -> None:
    """Of 0.01, 0.04, 0.03 the smallest counts three times, the next twice and the last once, never less than the one before."""
    assert holm_adjusted([0.01, 0.04, None, 0.03]) == pytest.approx([0.03, 0.06, None, 0.06])
    assert holm_adjusted([0.6, 0.9]) == [1.0, 1.0]
    assert holm_adjusted([]) == []


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
def test_holm_lies_between_the_plain_and_bonferronis(p_values: list[float]) -> None:
    """Adjusted values keep their order, and are at least the plain ones and at most n times as much."""
    adjusted = holm_adjusted(p_values)
    for plain, held in zip(p_values, adjusted, strict=True):
        assert held is not None
        assert plain <= held <= min(1.0, len(p_values) * plain)
    order = np.argsort(p_values, kind="stable")
    assert np.all(np.diff(np.array(adjusted, np.float64)[order]) >= 0.0)


def test_p_values_are_scipys() -> None:
    """Student's two-sided test is ``scipy.stats.ttest_1samp``; without spread there is nothing to test."""
    from scipy import stats

    assert student_p_value(mean_estimate(SAMPLE - 1.0)) == pytest.approx(stats.ttest_1samp(SAMPLE, 1.0).pvalue)
    for certain in ([2.0, 2.0], [0.1] * 7, [0.0, 0.0], [1.0]):
        assert student_p_value(mean_estimate(certain)) is None
    assert student_p_value(None) is None


def test_what_pairing_buys_by_hand() -> None:
    """1, 2, 3 and 2, 4, 6 are fully correlated: the difference has variance 1 of 1 + 4; a constant has no correlation."""
    gain = pairing_gain([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    assert gain is not None
    assert (gain.correlation, gain.variance_ratio) == pytest.approx((1.0, 0.2))
    assert pairing_gain([1.0, 2.0], [3.0, 3.0]) is None
    assert pairing_gain([1.0], [3.0]) is None
