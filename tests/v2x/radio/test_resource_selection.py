"""Resource selection: excluded resources, thresholds, who takes the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.v2x.radio.resource_selection import (
    CANDIDATE_SHARE,
    SENSITIVITY_DBM,
    _autocorrelation,
    excluded,
    select,
    sensed_share,
)

RESOURCES = st.floats(20.0, 4000.0)


def test_excluded_resources_by_hand() -> None:
    """10 vehicles, 20 resources: 5 found theirs free, the others 14/15, 13/15 .. 10/15."""
    assert excluded(10.0, 20.0) == pytest.approx(5.0 + (14 + 13 + 12 + 11 + 10) / 15.0)
    assert excluded(0.0, 20.0) == 0.0


@given(RESOURCES, st.floats(0.0, 10_000.0), st.floats(0.0, 100.0))
def test_excluded_resources_are_bounded_and_grow(resources: float, sensed: float, more: float) -> None:
    """Between half the vehicles and all of them, never beyond what there is; one term is cut off at each whole pair."""
    out = excluded(sensed, resources)
    assert min(0.5 * sensed, resources) <= out <= min(sensed, resources) + 1e-9
    assert excluded(sensed + more, resources) >= out - 1.0


def test_sensing_is_even_at_the_sensitivity() -> None:
    """Half of the messages are sensed where the mean power is the threshold: 428 m at 23 dBm under WINNER+ B1."""
    d = 10.0 ** ((23.0 + 90.5 - 7.56 + 34.6 * np.log10(1.5) - 2.7 * np.log10(5.91)) / 40.0)
    assert sensed_share(d, 23.0, SENSITIVITY_DBM, "winner_b1") == pytest.approx(0.5)


def test_autocorrelation_is_the_plain_sum() -> None:
    """By Fourier transform as by the definition, within 1e-9."""
    share = sensed_share(np.arange(-30.0, 31.0) * 20.0, 23.0, SENSITIVITY_DBM, "winner_b1")
    plain = [float((share[lag:] * share[: share.size - lag]).sum()) for lag in range(share.size)]
    np.testing.assert_allclose(_autocorrelation(share), plain, atol=1e-9)


def test_far_interferers_choose_at_random() -> None:
    """Who neither senses the transmitter nor what it senses takes its resource with 1 / N; who senses it hardly ever does."""
    chosen = select(0.1, 10.0, 20.0, 4, "winner_b1")
    assert chosen.resources == 400.0
    assert chosen.step2.same[0] == pytest.approx(1.0 / 400.0, rel=1e-3)
    nearest = chosen.step2.same[chosen.place_m.size // 2]
    assert nearest == pytest.approx(0.1 / (400.0 - 400.0 * chosen.busy_ratio), rel=0.04)


@pytest.mark.parametrize("density_vpm", [0.05, 0.3, 1.0, 5.0])
def test_thresholds_rise_with_load_and_leave_candidates(density_vpm: float) -> None:
    """Step 3 counts vehicles twice and is never the laxer; a fifth of the resources is left by both (36.213, 14.1.1.6)."""
    chosen = select(density_vpm, 10.0, 23.0, 4, "winner_b1")
    assert SENSITIVITY_DBM <= chosen.step2.threshold_dbm <= chosen.step3.threshold_dbm
    line = np.arange(-1500.0, 1501.0)
    for step, factor in ((chosen.step2, 1.0), (chosen.step3, 2.0)):
        heard = factor * density_vpm * sensed_share(line, 23.0, step.threshold_dbm, "winner_b1").sum()
        assert 400.0 - excluded(heard, 400.0) >= CANDIDATE_SHARE * 400.0
        assert np.all((step.same >= 0.0) & (step.same <= 1.0))


def test_nobody_else() -> None:
    """An empty road has no interferers and an idle channel."""
    chosen = select(0.0, 10.0, 23.0, 4, "winner_b1")
    assert chosen.place_m.size == chosen.step2.same.size == 0
    assert chosen.busy_ratio == chosen.step2_weight == 0.0
