"""LoRa's time on air against values by hand, duty cycle, ALOHA."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.v2x.cells.lorawan import (
    aloha_delivered,
    bit_rate_bps,
    least_interval_s,
    spreading_factor_for,
    time_on_air_s,
    whole_us,
)


@pytest.mark.parametrize(
    ("frame_bytes", "factor", "milliseconds"),
    [
        (20, 7, (12.25 + 8 + 7 * 5) * 1.024),
        (20, 12, (12.25 + 8 + 4 * 5) * 32.768),
        (33, 9, (12.25 + 8 + 8 * 5) * 4.096),
        (10, 11, (12.25 + 8 + 3 * 5) * 16.384),
        (0, 12, (12.25 + 8 + 0) * 32.768),
    ],
)
def test_time_on_air_by_hand(frame_bytes: int, factor: int, milliseconds: float):
    """Semtech AN1200.13 worked out by hand at 125 kHz, 4/5, explicit header, checksum, preamble of 8; exact.

    20 B at SF7: 160 - 28 + 28 + 16 = 176 bits in blocks of 28 are 7 blocks of 5 symbols, in all 55.25 symbols, 56.576 ms. At
    SF12 with low data rate optimisation: 156 bits in blocks of 40 are 4 blocks, 1318.912 ms.
    """
    assert 1e3 * float(time_on_air_s(frame_bytes, factor)) == pytest.approx(milliseconds, rel=1e-12)


def test_options_of_the_frame():
    """Without a header 20 bits less, without a checksum 16 less, 4/8 takes 8 symbols a block: by hand at SF7, 20 B."""
    assert float(time_on_air_s(20, 7, header=False)) == pytest.approx((20.25 + 6 * 5) * 1.024e-3)
    assert float(time_on_air_s(20, 7, checksum=False)) == pytest.approx((20.25 + 6 * 5) * 1.024e-3)
    assert float(time_on_air_s(20, 7, coding_rate=4)) == pytest.approx((20.25 + 7 * 8) * 1.024e-3)
    assert float(time_on_air_s(20, 7, 250e3)) == pytest.approx(float(time_on_air_s(20, 7)) / 2)
    assert float(time_on_air_s(20, 7, preamble_symbols=10)) == pytest.approx((57.25) * 1.024e-3)
    with pytest.raises(ValueError, match="6 to 12"):
        time_on_air_s(20, 13)


@given(size=st.integers(0, 220), factor=st.integers(7, 11))
def test_longer_frames_and_higher_factors_take_longer(size: int, factor: int):
    """Never shorter for a byte more; always longer for a higher factor; never faster than the payload's own rate."""
    here = float(time_on_air_s(size, factor))
    assert float(time_on_air_s(size + 1, factor)) >= here
    assert float(time_on_air_s(size, factor + 1)) > here
    assert here > 8 * size / bit_rate_bps(factor) * 0.9


def test_rates_by_hand():
    """SF7 5469 bit/s, SF12 293 bit/s before the optimisation, as data sheets round them."""
    assert bit_rate_bps(7) == pytest.approx(5468.75)
    assert bit_rate_bps(12) == pytest.approx(292.97, abs=0.01)


def test_a_duty_cycle_spaces_frames():
    """1 % of 56.576 ms on the air: a frame each 5.6576 s; whole microseconds round up."""
    assert float(least_interval_s(20, 7, 0.01)) == pytest.approx(5.6576)
    assert whole_us([0.0000011, 0.056576]).tolist() == [2, 56_576]


def test_aloha():
    """exp(-2 G); throughput G exp(-2 G) is highest, 1 / (2 e), at G = 1/2 (Abramson 1970); channels share the load."""
    load = np.linspace(0.01, 3, 300)
    throughput = load * aloha_delivered(load, 1.0)
    assert load[throughput.argmax()] == pytest.approx(0.5, abs=0.01)
    assert throughput.max() == pytest.approx(1 / (2 * np.e), rel=1e-4)
    assert float(aloha_delivered(8.0, 0.05, 8)) == pytest.approx(np.exp(-0.1))


def test_aloha_against_frames_thrown_at_random():
    """A million Poisson frames of 50 ms at 4/s: the share that overlaps no other is exp(-0.4), within four standard errors."""
    at_s = np.sort(np.random.default_rng(3).uniform(0, 250_000, 1_000_000))
    gap_s = np.diff(at_s)
    free = (gap_s[:-1] > 0.05) & (gap_s[1:] > 0.05)
    expected = float(aloha_delivered(4.0, 0.05))
    assert free.mean() == pytest.approx(expected, abs=4 * np.sqrt(2 * expected * (1 - expected) / free.size))


def test_the_factor_that_still_gets_through():
    """-7.5 dB for SF7 and 2.5 dB less for each further one (SX1276)."""
    assert [spreading_factor_for(margin) for margin in (5, -7.5, -7.6, -12.5, -20, -30)] == [7, 7, 8, 9, 12, 12]
