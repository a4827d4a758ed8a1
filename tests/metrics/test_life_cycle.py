"""Life-cycle cost against sums worked by hand, and its limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.metrics.life_cycle import recurring_factor, replaced_cost


def test_the_example_of_the_docs() -> None:
    """A LiDAR of 60,000 CNY, 8 years, over 20 years: bought in years 0, 8 and 16, half of the last one left over.

    At 8 %: 1.08^-8 = 0.540269, 1.08^-16 = 0.291890, 1.08^-20 = 0.214548; 60,000 x (1 + 0.540269 + 0.291890 - 0.5 x 0.214548)
    = 60,000 x 1.724885 = 103,493. Without interest 60,000 x 2.5 = 150,000. 2,000 a year: x 9.818147 = 19,636, and 40,000.
    """
    assert replaced_cost(60_000.0, 8.0, 20.0, 0.08) == pytest.approx(103_493.0, abs=1.0)
    assert replaced_cost(60_000.0, 8.0, 20.0, 0.0) == pytest.approx(150_000.0)
    assert 2_000.0 * recurring_factor(20.0, 0.08) == pytest.approx(19_636.0, abs=1.0)
    assert 2_000.0 * recurring_factor(20.0, 0.0) == 40_000.0


def test_lives_that_end_with_the_horizon_are_not_bought_again() -> None:
    """10 years over 20 are two purchases, 20 over 20 one with nothing left, 40 over 20 one of which half is left."""
    assert replaced_cost(1.0, 10.0, 20.0, 0.05) == pytest.approx(1.0 + 1.05**-10)
    assert replaced_cost(1.0, 20.0, 20.0, 0.05) == pytest.approx(1.0)
    assert replaced_cost(1.0, 40.0, 20.0, 0.05) == pytest.approx(1.0 - 0.5 * 1.05**-20)
    assert replaced_cost(1.0, 0.1, 0.3, 0.0) == pytest.approx(3.0)


@given(st.floats(0.5, 50.0), st.floats(0.5, 60.0), st.floats(0.0, 0.3))
def test_interest_lowers_what_comes_later(life_years: float, horizon_years: float, rate: float) -> None:
    """Without interest it is the price by the share of the life that is used; interest makes yearly costs less, never more."""
    assert replaced_cost(1.0, life_years, horizon_years, 0.0) == pytest.approx(horizon_years / life_years, rel=1e-9)
    assert 0.0 < recurring_factor(horizon_years, rate) <= horizon_years * (1.0 + 1e-12)
    assert replaced_cost(1.0, life_years, horizon_years, rate) > 0.0
