"""Mode 4 delivery: the parts, their limits, what may only make it worse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from twin.v2x.pc5 import DeliveryParts, delivery_parts, harm_table, noise_dbm, packet_delivery_ratio
from twin.v2x.radio.block_error import block_error_rate
from twin.v2x.radio.path_loss import winner_b1_los_db
from twin.v2x.radio.resource_selection import SENSITIVITY_DBM

D = np.array([5.0, 50.0, 100.0, 200.0, 300.0, 400.0, 500.0, 700.0])

LOADS = st.tuples(
    st.floats(0.0, 1.5), st.floats(1.0, 50.0), st.floats(10.0, 30.0), st.sampled_from((2, 4)), st.floats(0.0, 40.0)
)
"""Density, rate, power, sub-channels, extra loss."""


def test_the_ratio_is_the_product_of_what_the_parts_leave() -> None:
    """By its definition."""
    parts = delivery_parts(D, 0.2, 10.0, 23.0, 4)
    product = np.prod([1.0 - part for part in parts], axis=0)
    np.testing.assert_allclose(packet_delivery_ratio(D, 0.2, 10.0, 23.0, 4), product)


@given(LOADS)
@settings(max_examples=40, deadline=None)
def test_parts_are_probabilities_and_distance_never_helps(load) -> None:
    """Every part within 0 to 1; delivery falls with distance, by 0.4 percentage points at most against it.

    The slack is for interferers on a lattice: one of them stands at the receiver's place at one distance and not at another.
    """
    density, rate, power, subchannels, extra = load
    parts = delivery_parts(D, density, rate, power, subchannels, extra_loss_db=extra)
    for part in parts:
        assert np.all((part >= 0.0) & (part <= 1.0))
    assert np.all(np.diff(parts.delivered()) <= 0.004)


@given(LOADS, st.floats(1.05, 3.0))
@settings(max_examples=40, deadline=None)
def test_load_and_loss_never_help(load, more: float) -> None:
    """More vehicles or more loss deliver no more: within 1 percentage point for vehicles, 0.1 for loss.

    The slack is the model's own: its lattice, and the threshold of step 3 that moves in steps while the weight of step 2 rises.
    """
    density, rate, power, subchannels, extra = load
    here = packet_delivery_ratio(D, density, rate, power, subchannels, extra_loss_db=extra)
    assert np.all(packet_delivery_ratio(D, density * more, rate, power, subchannels, extra_loss_db=extra) <= here + 0.01)
    assert np.all(packet_delivery_ratio(D, density, rate, power, subchannels, extra_loss_db=extra * more) <= here + 1e-3)


@given(st.floats(0.0, 0.3), st.floats(5.0, 20.0), st.floats(1.05, 3.0))
@settings(max_examples=30, deadline=None)
def test_more_messages_never_help(density: float, rate: float, more: float) -> None:
    """A higher rate delivers no more, within 1 percentage point, in the loads that the published curves cover.

    On a channel far beyond its capacity the model has it otherwise near the sender: those who sense each other collide only
    when both choose anew, once in ``rate`` messages.
    """
    here = packet_delivery_ratio(D, density, rate, 20.0, 4)
    assert np.all(packet_delivery_ratio(D, density, rate * more, 20.0, 4) <= here + 0.01)


def test_an_empty_road_has_no_collisions() -> None:
    """Half duplex and range alone remain; nearby all but rate / 1000 arrives."""
    parts = delivery_parts(D, 0.0, 10.0, 23.0, 4)
    assert not parts.collision.any()
    assert parts.half_duplex.tolist() == [0.01] * D.size
    assert parts.delivered()[0] == pytest.approx(0.99, abs=1e-6)


def test_a_huge_crowd_delivers_nothing_far() -> None:
    """10 vehicles a metre: next to nothing beyond 100 m, and nothing breaks."""
    ratio = packet_delivery_ratio(D, 10.0, 10.0, 23.0, 4)
    assert np.all(np.isfinite(ratio))
    assert ratio[2:].max() < 0.01


def test_weakness_is_the_integral_of_its_definition() -> None:
    """``sensing`` and ``propagation`` against a fine Riemann sum of the normal density, within 2e-4, for both codes."""
    power = np.linspace(-150.0, 0.0, 300_001)
    for subchannels in (2, 4):
        parts = delivery_parts(D, 0.0, 10.0, 20.0, subchannels)
        for i, mean in enumerate(20.0 - winner_b1_los_db(D)):
            density = stats.norm.pdf(power, mean, 3.0) * (power[1] - power[0])
            above = power > SENSITIVITY_DBM
            assert parts.sensing[i] == pytest.approx(1.0 - density[above].sum(), abs=2e-4)
            lost = (density * block_error_rate(power - noise_dbm(subchannels), subchannels))[above].sum() / density[above].sum()
            assert parts.propagation[i] == pytest.approx(lost, abs=2e-4)


@pytest.mark.parametrize(("signal_db", "noisy_db"), [(15.0, 5.0), (20.0, 20.0), (40.0, 30.0), (12.0, -10.0)])
def test_harm_is_the_mean_over_both_shadowings(signal_db: float, noisy_db: float) -> None:
    """Table against a Monte Carlo of 400,000 pairs of powers, four standard errors (0.3 percentage points at most)."""
    draws = np.random.default_rng(5)
    own = signal_db + 3.0 * draws.standard_normal(400_000)
    own = own[own > SENSITIVITY_DBM - noise_dbm(4)]
    other = noisy_db + 3.0 * draws.standard_normal(own.size)
    alone = block_error_rate(own, 4).mean()
    lost = block_error_rate(own - 10.0 * np.log10(1.0 + 10.0 ** (0.1 * other)), 4)
    expected = (lost.mean() - alone) / (1.0 - alone)
    found = harm_table(4)[round((signal_db + 30.0) / 0.25), round((noisy_db + 20.0) / 0.25)]
    assert found == pytest.approx(expected, abs=4.0 * lost.std() / np.sqrt(own.size) / (1.0 - alone) + 2e-4)


def test_extra_loss_broadcasts_and_weakens() -> None:
    """An array of losses for one distance; 60 dB more silence the sender; shapes are kept."""
    ratio = packet_delivery_ratio(100.0, 0.1, 10.0, 23.0, 4, extra_loss_db=np.array([[0.0, 10.0], [30.0, 60.0]]))
    assert ratio.shape == (2, 2)
    assert np.all(np.diff(ratio.ravel()) < 0.0)
    assert ratio[1, 1] < 1e-9
    assert packet_delivery_ratio(100.0, 0.1, 10.0, 23.0, 4).shape == ()


def test_parts_of_nothing_lost() -> None:
    """Four zeros deliver all."""
    zero = np.zeros(3)
    assert DeliveryParts(zero, zero, zero, zero).delivered().tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, 1000.0, float("nan")])
def test_impossible_rates_are_refused(rate_hz: float) -> None:
    """Naming the key and what was found."""
    with pytest.raises(ValueError, match="rate_hz is"):
        packet_delivery_ratio(100.0, 0.1, rate_hz, 23.0, 4)
