"""The chance of a space on arrival against Erlang's loss formula, which it comes to in the long run.

Source: A. K. Erlang (1917); values of B(c, a) by its recursion. Tolerance: their six decimals; after 20 mean stays what is left
of the start is below e**-20.
"""

from __future__ import annotations

import numpy as np
import pytest

from twin.parking.prediction import chances_of_space


@pytest.mark.parametrize(
    ("offered", "spaces", "blocked"),
    [
        *((10, 10, 0.214582), (20, 20, 0.158892), (50, 50, 0.104787)),
        *((90, 100, 0.026957), (100, 100, 0.075700), (85, 100, 0.011990)),
    ],
)
def test_in_the_long_run_blocking_is_erlangs(offered: int, spaces: int, blocked: float) -> None:
    """From an empty and from a full facility alike, 1 - chance is B(c, a)."""
    stay_s = 100.0
    chance = chances_of_space(offered / stay_s, 1.0 / stay_s, spaces, 20.0 * stay_s, 1)[1]
    np.testing.assert_allclose(1.0 - chance, blocked, atol=6e-7)
