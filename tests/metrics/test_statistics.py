"""Means and differences with intervals: against hand-made numbers, SciPy, and by how often they hold the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from twin.metrics.statistics import mean_estimate, paired_difference, unpaired_difference

REPETITIONS = 2000

_values = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12)


def test_mean_by_hand() -> None:
    """Of 4, 8, 6, 5, 3: mean 5.2, squares about it 14.8, s = sqrt(14.8 / 4); the table's t(0.975; 4) is 2.776."""
    found = mean_estimate([4.0, 8.0, 6.0, 5.0, 3.0])
    assert found is not None
    assert found.count == 5
    assert found.mean == pytest.approx(5.2)
    assert found.deviation == pytest.approx(math.sqrt(3.7))
    assert found.half_width == pytest.approx(2.776 * math.sqrt(3.7 / 5), rel=2e-4)


def test_paired_difference_by_hand() -> None:
    """Differences 1, 2, 3 whatever the seeds do: mean 2, s = 1, half width t(0.975; 2) / sqrt(3) = 4.303 / sqrt(3)."""
    found = paired_difference([101.0, 202.0, 303.0], [100.0, 200.0, 300.0])
    assert found is not None
    assert (found.count, found.mean, found.deviation) == (3, 2.0, 1.0)
    assert found.half_width == pytest.approx(4.303 / math.sqrt(3), rel=2e-4)


def test_unpaired_difference_by_hand() -> None:
    """Variances 1 (n = 3) and 4 (n = 3): standard error sqrt(5/3), (5/3)^2 / ((1/9 + 16/9) / 2) = 50/17 degrees of freedom."""
    found = unpaired_difference([11.0, 12.0, 13.0], [8.0, 10.0, 12.0])
    assert found is not None
    assert found.mean == pytest.approx(2.0)
    assert found.degrees_of_freedom == pytest.approx(50 / 17)
    assert found.half_width == pytest.approx(stats.t.ppf(0.975, 50 / 17) * math.sqrt(5 / 3))


def test_pairing_buys_what_the_seeds_have_in_common() -> None:
    """With the same large effect of the seed on both, the paired interval is a hundred times narrower than the unpaired one."""
    ours, theirs = [101.0, 202.0, 303.0], [100.0, 200.0, 300.0]
    paired, unpaired = paired_difference(ours, theirs), unpaired_difference(ours, theirs)
    assert paired is not None
    assert unpaired is not None
    assert paired.half_width is not None
    assert unpaired.half_width is not None
    assert paired.mean == pytest.approx(unpaired.mean)
    assert unpaired.half_width > 80 * paired.half_width


def test_no_interval_from_one_value() -> None:
    """One value has a mean and no interval; none has nothing."""
    one = mean_estimate([3.0])
    assert one is not None
    assert (one.mean, one.deviation, one.half_width) == (3.0, None, None)
    assert mean_estimate([]) is None
    assert paired_difference([], []) is None
    assert unpaired_difference([], [1.0]) is None
    alone = unpaired_difference([3.0], [1.0, 2.0])
    assert alone is not None
    assert (alone.mean, alone.half_width) == (1.5, None)


def test_lists_of_two_lengths_are_no_pairs() -> None:
    """A pair has two values."""
    with pytest.raises(ValueError, match="cannot be paired"):
        paired_difference([1.0, 2.0], [1.0])


def test_constants_differ_by_exactly_their_difference() -> None:
    """Without any spread the interval has no width, paired or not."""
    paired, unpaired = paired_difference([2.0, 2.0], [1.0, 1.0]), unpaired_difference([2.0, 2.0], [1.0, 1.0])
    assert paired is not None
    assert unpaired is not None
    assert (paired.mean, paired.half_width) == (1.0, 0.0)
    assert (unpaired.mean, unpaired.half_width) == (1.0, 0.0)


@given(_values, st.floats(0.5, 0.999))
def test_the_interval_is_scipys(values: list[float], level: float) -> None:
    """Student's interval is that of ``scipy.stats.t``, at any level."""
    found = mean_estimate(values, level)
    assert found is not None
    deviation = float(np.std(values, ddof=1))
    expected = stats.t.ppf(0.5 + level / 2, len(values) - 1) * deviation / math.sqrt(len(values))
    assert found.half_width == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(_values, _values)
def test_welchs_interval_is_scipys(ours: list[float], theirs: list[float]) -> None:
    """Welch's interval is that of ``scipy.stats.ttest_ind`` with unequal variances."""
    if min(np.std(ours), np.std(theirs)) < 1e-3:
        return  # SciPy warns of lost precision
    found = unpaired_difference(ours, theirs)
    assert found is not None
    expected = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
    assert found.half_width is not None
    assert found.mean - found.half_width == pytest.approx(expected.low, rel=1e-6, abs=1e-6)
    assert found.mean + found.half_width == pytest.approx(expected.high, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seeds", [3, 10])
def test_95_of_100_intervals_hold_the_truth(seeds: int) -> None:
    """Over 2,000 synthetic sweeps both intervals of a difference hold its true value in 93.5 to 96.5 % of the cases.

    Normal values with a common effect of the seed twice as large as each variant's own noise. The share of 2,000 independent
    cases has a standard error of 0.49 points, the tolerance is three of them. The paired interval is exact; the unpaired one
    ignores the common part and holds the truth more often than it says, which is why it is only bounded from below.
    """
    generator = np.random.default_rng(20260520)
    truth, held, unpaired_held = 1.5, 0, 0
    for _ in range(REPETITIONS):
        common = generator.normal(0.0, 2.0, seeds)
        ours = 10.0 + truth + common + generator.normal(0.0, 1.0, seeds)
        theirs = 10.0 + common + generator.normal(0.0, 1.0, seeds)
        paired, unpaired = paired_difference(ours, theirs), unpaired_difference(ours, theirs)
        assert paired is not None
        assert unpaired is not None
        held += abs(paired.mean - truth) <= (paired.half_width or 0.0)
        unpaired_held += abs(unpaired.mean - truth) <= (unpaired.half_width or 0.0)
    assert 0.935 <= held / REPETITIONS <= 0.965
    assert unpaired_held / REPETITIONS >= 0.965
