"""The analysis against a linear model whose bands, swings and rankings are known in closed form.

y = level + sum of gain_k x_k + seed + rest, x_k triangular: variance (a^2 + b^2 + c^2 - ab - ac - bc) / 18.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from twin.sweeps.assumptions import triangular
from twin.sweeps.latin_hypercube import latin_hypercube
from twin.sweeps.uncertainty import band, components, leading, rank_correlations, survival, swing

Floats = npt.NDArray[np.float64]

NAMES = tuple(f"assumption_{number}" for number in range(12))
GAINS = np.array([3.0, 2.0, 1.5, 1.0, *[0.1] * 8])
LOW, MODE, HIGH = 0.5, 1.0, 2.0
VARIANCE = (LOW**2 + MODE**2 + HIGH**2 - LOW * MODE - LOW * HIGH - MODE * HIGH) / 18.0
MEAN = (LOW + MODE + HIGH) / 3.0
DEVIATION = math.sqrt(VARIANCE * float(np.sum(GAINS**2)))


def _inputs(draws: int, seed: int = 1) -> tuple[Floats, Floats]:
    shares = latin_hypercube(NAMES, draws, seed, "test")
    values = np.array([[triangular(LOW, MODE, HIGH, share) for share in row] for row in shares])
    return shares, values


def _table(draws: int, seeds: int, seed_deviation: float, rest: float, seed: int = 1) -> tuple[Floats, Floats]:
    """Return ``mid`` and ``drawn`` of the model; one draw of chance for both."""
    chance = np.random.default_rng(seed)
    common = seed_deviation * chance.standard_normal(seeds)
    _, values = _inputs(draws, seed)
    mid = MODE * GAINS.sum() + common + rest * chance.standard_normal(seeds)
    return mid, (values @ GAINS)[:, None] + common + rest * chance.standard_normal((draws, seeds))


def test_the_triangular_distribution_is_scipys() -> None:
    """The same quantiles as SciPy's, within rounding, ends included; a range without width is its middle."""
    shares = np.linspace(0.0, 1.0, 41)
    ours = [triangular(2.0, 3.0, 7.0, share) for share in shares]
    np.testing.assert_allclose(ours, stats.triang.ppf(shares, 0.2, loc=2.0, scale=5.0), rtol=1e-12)
    assert triangular(4.0, 4.0, 4.0, 0.3) == 4.0
    assert (triangular(4.0, 4.0, 6.0, 0.0), triangular(4.0, 6.0, 6.0, 1.0)) == (4.0, 6.0)


@given(st.integers(2, 60), st.integers(0, 100))
@settings(deadline=None, max_examples=30)
def test_a_latin_hypercube_has_one_draw_in_each_part(draws: int, seed: int) -> None:
    """Of every assumption each of the equal parts has one draw; leaving assumptions out changes no other."""
    shares = latin_hypercube(NAMES, draws, seed, "test")
    assert (np.sort(np.floor(shares * draws), axis=0) == np.arange(draws)[:, None]).all()
    np.testing.assert_array_equal(latin_hypercube(NAMES[3:5], draws, seed, "test"), shares[:, 3:5])


def test_components_come_apart() -> None:
    """Known deviations of draws, seeds and rest are found; 1,000 x 40 values: within 10 % (seeds, the fewest: 25 %)."""
    _, drawn = _table(1000, 40, 2.0, 0.5)
    found = components(drawn)
    assert found.assumptions == pytest.approx(DEVIATION, rel=0.1)
    assert found.seeds == pytest.approx(2.0, rel=0.25)
    assert found.rest == pytest.approx(0.5, rel=0.1)


def test_components_of_noise_alone() -> None:
    """Where draws do nothing, their part is none or next to none, though their means differ by chance."""
    drawn = np.random.default_rng(3).standard_normal((200, 4))
    assert drawn.mean(axis=1).std() > 0.4
    assert components(drawn).assumptions < 0.2


def test_components_of_a_table_worked_by_hand() -> None:
    """Rows (1, 2) and (5, 8): MS of draws 25, of seeds 4, rest 1; hence sqrt(12), sqrt(1.5), 1."""
    found = components(np.array([[1.0, 2.0], [5.0, 8.0]]))
    assert found.assumptions == pytest.approx(math.sqrt(12.0))
    assert found.seeds == pytest.approx(math.sqrt(1.5))
    assert found.rest == pytest.approx(1.0)


def test_both_bands_are_those_of_the_model() -> None:
    """Chance alone: Student's interval. With assumptions: the quantiles of the sum of triangles, chance in squares.

    The quantiles come from a million draws of the same sum; 400 draws know their 2.5 % ends to some 0.2 of a deviation.
    """
    mid, drawn = _table(400, 5, 0.3, 0.2)
    found = band(mid, drawn)
    assert found is not None
    assert found.mid.half_width is not None
    assert found.mid.half_width == pytest.approx(stats.t.ppf(0.975, 4) * mid.std(ddof=1) / math.sqrt(5.0))
    chance = np.random.default_rng(5)
    sums = chance.triangular(LOW, MODE, HIGH, (1_000_000, GAINS.size)) @ GAINS
    low, high = np.quantile(sums, [0.025, 0.975])
    truth = MEAN * GAINS.sum()
    assert found.mean == pytest.approx(truth, abs=0.05 + 3.0 * 0.3 / math.sqrt(5.0))
    assert found.mean - found.low == pytest.approx(math.hypot(truth - low, found.mid.half_width), abs=0.25 * DEVIATION)
    assert found.high - found.mean == pytest.approx(math.hypot(high - truth, found.mid.half_width), abs=0.25 * DEVIATION)


def test_noise_of_the_seeds_is_not_taken_for_assumptions() -> None:
    """With noise as strong as the assumptions the band is theirs, not that of the draws' means, half as wide again."""
    _, drawn = _table(400, 2, 0.0, 2.0)
    mid = np.full(2, MODE * GAINS.sum())  # no chance at the middle: what is left is the assumptions'
    found = band(mid, drawn)
    assert found is not None
    raw = float(np.diff(np.quantile(drawn.mean(axis=1), [0.025, 0.975]))[0])
    assert found.high - found.low == pytest.approx(2.0 * 1.96 * DEVIATION, rel=0.25)
    assert raw > 1.3 * (found.high - found.low)


def test_the_band_holds_the_truth_as_often_as_it_says() -> None:
    """A nature drawn from the same distributions, observed without end, lies in the band of 60 draws x 3 seeds.

    300 repetitions: 95 % is 285; the ends of 60 draws are known to 2 of 60 and Student's part is wide, so 90 to 99.5 %.
    """
    nature = np.random.default_rng(11)
    inside = 0
    for repetition in range(300):
        mid, drawn = _table(60, 3, 1.0, 0.5, seed=repetition)
        found = band(mid, drawn)
        assert found is not None
        truth = float(nature.triangular(LOW, MODE, HIGH, GAINS.size) @ GAINS)
        inside += found.low <= truth <= found.high
    assert 0.9 * 300 <= inside <= 0.995 * 300


def test_a_ranking_survives_as_often_as_the_model_says() -> None:
    """Two variants with a difference of d0 + g x: it keeps its sign where x < c, whose probability is known.

    x triangular on (0.5, 1, 2), difference 3 - 2 x: P(x < 1.5) = 1 - 0.25 / 1.5 = 0.8333. One assumption in a Latin hypercube
    of 120 draws: right to one draw.
    """
    _, values = _inputs(120)
    difference = (3.0 - 2.0 * values[:, :1]) + np.zeros((120, 3))
    found = survival(np.ones(3), difference)
    assert found is not None
    assert found.above
    assert found.share == pytest.approx(1.0 - 0.25 / 1.5, abs=1.0 / 120.0)
    reference = stats.binomtest(round(found.share * 120), 120).proportion_ci(0.95, method="exact")
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), abs=1e-9)


def test_rankings_at_the_edges() -> None:
    """All draws, none, below, a tie at the middle, and draws without the figure."""
    ones = np.ones((20, 2))
    everywhere, nowhere = survival(np.ones(2), ones), survival(np.ones(2), -ones)
    assert everywhere is not None
    assert (everywhere.share, everywhere.high) == (1.0, 1.0)
    assert everywhere.low == pytest.approx(0.025 ** (1.0 / 20.0))
    assert nowhere is not None
    assert (nowhere.share, nowhere.low) == (0.0, 0.0)
    below = survival(-np.ones(2), -ones)
    assert below is not None
    assert not below.above
    assert below.share == 1.0
    assert survival(np.zeros(2), ones) is None
    half = np.where(np.arange(20)[:, None] < 10, math.nan, ones)
    some = survival(np.ones(2), half)
    assert some is not None
    assert some.draws == 10


def test_the_tornado_finds_what_matters() -> None:
    """The four large gains of twelve lead; a swing is gain x (end - middle), to either side, whatever the seeds do."""
    shares, values = _inputs(200)
    drawn = (values @ GAINS)[:, None] + np.array([0.0, 5.0])
    found = rank_correlations(shares, drawn)
    assert leading(found[None, :], 4) == [0, 1, 2, 3]
    reference = stats.spearmanr(shares[:, 0], drawn.mean(axis=1)).statistic
    assert found[0] == pytest.approx(reference, abs=1e-12)
    mid = MODE * GAINS.sum() + np.array([0.0, 5.0])
    two = swing(mid, mid + GAINS[1] * (LOW - MODE), mid + GAINS[1] * (HIGH - MODE))
    assert two is not None
    assert (two.at_low.mean, two.at_high.mean) == pytest.approx((-1.0, 2.0))
    assert two.at_low.half_width == pytest.approx(0.0, abs=1e-9)
    assert two.size == pytest.approx(2.0)


def test_ties_share_their_mean_rank() -> None:
    """Counts, such as alarms, are often equal: the correlation is Spearman's with mean ranks, as SciPy forms it."""
    shares, values = _inputs(60)
    drawn = np.floor((values @ GAINS)[:, None] / 3.0)
    assert np.unique(drawn).size < 8
    expected = [stats.spearmanr(column, drawn[:, 0]).statistic for column in shares.T]
    assert rank_correlations(shares, drawn) == pytest.approx(expected, abs=1e-12)


def test_every_figure_names_its_own() -> None:
    """A figure that follows one assumption only gets it into the tornado, though another figure follows many more closely."""
    correlations = np.array([[0.9, 0.8, 0.7, 0.0], [0.0, 0.1, 0.0, -0.5]])
    assert leading(correlations, 2) == [0, 3]
    assert leading(correlations, 9) == [0, 1, 2, 3]


def test_figures_that_are_missing_or_constant() -> None:
    """No band without a run; none of the assumptions for a figure that nothing changes."""
    assert band(np.array([math.nan]), np.ones((10, 1))) is None
    assert band(np.ones(1), np.full((10, 1), math.nan)) is None
    assert swing(np.array([math.nan]), np.ones(1), np.ones(1)) is None
    assert not rank_correlations(np.random.default_rng(1).random((10, 3)), np.ones((10, 2))).any()
    constant = band(np.ones(3), np.ones((10, 3)))
    assert constant is not None
    assert (constant.low, constant.high) == (1.0, 1.0)
    alone = band(np.ones(1), np.arange(10.0)[:, None])
    assert alone is not None
    assert alone.components.seeds is None
