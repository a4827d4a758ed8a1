"""What is made of samples, against known series: features, frequencies, cycles, damage, and pyOMA-2 as the peer."""

from __future__ import annotations

import logging
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from twin.bridges.design_load import design_response
from twin.bridges.fatigue import FatigueSpec, bearable_cycles, cycles, damage, turning_points
from twin.bridges.features import features
from twin.bridges.identification import IdentificationSpec, first_frequency_hz, spectrum
from twin.bridges.sensor_spec import AccelerometerSpec, channels_of
from twin.bridges.sensors import Channels
from twin.bridges.simple_span import simple_span

RATE_HZ = 50.0
ASTM = np.array([-2.0, 1.0, -3.0, 5.0, -1.0, 3.0, -4.0, 4.0, -2.0])
series = st.lists(st.integers(-40, 40), min_size=2, max_size=60)


def ambient(frequency_hz: float, damping: float, seconds: float, seed: int) -> np.ndarray:
    """Return the acceleration of one mode under white noise, sampled at 50 Hz, scaled to 0.01 m/s2 root mean square."""
    w = 2.0 * math.pi * frequency_hz
    matrices = ([[0.0, 1.0], [-w * w, -2.0 * damping * w]], [[0.0], [1.0]], [[-w * w, -2.0 * damping * w]], [[1.0]])
    system = tuple(np.array(one) for one in matrices)
    discrete = signal.cont2discrete(system, 1.0 / RATE_HZ)
    top, bottom = signal.ss2tf(*discrete[:4])
    force = np.random.default_rng(seed).normal(size=round(seconds * RATE_HZ) + 2000)
    response = signal.lfilter(top[0], bottom, force)[2000:]
    return 0.01 * response / response.std()


def test_features_of_known_series_are_exact() -> None:
    """A sine has root mean square A/sqrt(2) about its mean, a ramp a known quantile of 95 %; gaps count out."""
    t_s = np.arange(30_000) / RATE_HZ
    sine = 3.0 + 2.0 * np.sin(2.0 * math.pi * 1.25 * t_s)
    ramp = np.linspace(0.0, 100.0, 30_000)
    gaps = np.where(t_s % 2.0 < 1.0, 5.0, np.nan)
    found = features(np.stack([sine, ramp, gaps, np.full(30_000, np.nan)]))
    assert found.samples.tolist() == [30_000, 30_000, 15_000, 0]
    assert found.mean[:3] == pytest.approx([3.0, 50.0, 5.0])
    assert found.rms[:3] == pytest.approx([math.sqrt(2.0), 100.0 / math.sqrt(12.0), 0.0], rel=1e-4, abs=1e-12)
    assert found.peak[:3] == pytest.approx([2.0, 50.0, 0.0], rel=1e-6)
    assert (found.least[1], found.most[1], found.p95[1]) == pytest.approx((0.0, 100.0, 95.0))
    assert np.isnan([found.mean[3], found.rms[3], found.peak[3], found.p95[3]]).all()


def test_the_spectrum_holds_the_variance() -> None:
    """The area under the spectrum is the variance of white noise, which is level."""
    noise = np.random.default_rng(1).normal(size=60_000)
    lines_hz, density = spectrum(noise, RATE_HZ, 40.0)
    assert np.trapezoid(density, lines_hz) == pytest.approx(1.0, rel=0.02)
    assert density[100:-100].mean() == pytest.approx(2.0 / RATE_HZ, rel=0.02)


@pytest.mark.parametrize(("frequency_hz", "damping"), [(0.5, 0.005), (1.0, 0.01), (2.354, 0.01), (4.1, 0.02)])
def test_the_identified_frequency_is_within_one_per_cent(frequency_hz: float, damping: float) -> None:
    """From ten minutes of ambient vibration through a sensor with its noise and lost packets, whatever the seed."""
    spec = IdentificationSpec()
    wrong = []
    for seed in range(12):
        channels = Channels(channels_of("b", (AccelerometerSpec(kind="accelerometer", id="a"),)), seed, RATE_HZ)
        reported = channels.measure(0, 20_000, ambient(frequency_hz, damping, 600.0, seed)[None, :])[0]
        found = first_frequency_hz(reported, RATE_HZ, spec.band_hz(1.1 * frequency_hz), spec)
        wrong.append(found / frequency_hz - 1.0)
    assert np.abs(wrong).max() < 0.01
    assert abs(np.mean(wrong)) < 0.003


def test_no_frequency_is_made_up() -> None:
    """Nothing is identified from a dead channel, many gaps, noise, or the foot of another peak."""
    spec = IdentificationSpec()
    samples = ambient(1.0, 0.01, 300.0, 3)
    assert math.isnan(first_frequency_hz(np.zeros(15_000), RATE_HZ, (0.7, 1.3), spec))
    assert math.isnan(first_frequency_hz(np.where(np.arange(15_000) % 4, samples, np.nan), RATE_HZ, (0.7, 1.3), spec))
    foot, noise = ambient(0.45, 0.02, 300.0, 4), 0.01 * np.random.default_rng(4).normal(size=30_000)
    assert math.isnan(first_frequency_hz(foot, RATE_HZ, (0.7, 1.3), spec))
    assert math.isnan(first_frequency_hz(noise, RATE_HZ, (0.7, 1.3), spec))


def test_a_pure_tone_between_two_lines_is_found_there() -> None:
    """The top of the parabola lies between the spectrum's lines: a tone is found to a thousandth of their distance apart."""
    spec = IdentificationSpec()
    for tone_hz in (1.003, 1.0111, 1.0187):
        samples = np.sin(2.0 * math.pi * tone_hz * np.arange(30_000) / RATE_HZ)
        assert first_frequency_hz(samples, RATE_HZ, (0.7, 1.3), spec) == pytest.approx(tone_hz, abs=5e-4)


def test_pyoma_finds_the_same_frequency() -> None:
    """Frequency domain decomposition of pyOMA-2 and the peak of Welch's spectrum agree within 0.5 % on one response."""
    setup = pytest.importorskip("pyoma2.setup", reason="pyOMA-2 is a peer of the tests")
    algorithms = pytest.importorskip("pyoma2.algorithms")
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            one, two = ambient(1.3, 0.01, 600.0, 5), ambient(3.7, 0.01, 600.0, 6)
            places = np.array([[1.0, 0.6], [0.7, -0.5], [0.4, 0.9]])
            responses = places[:, :1] * one + 0.3 * places[:, 1:] * two
            single = setup.SingleSetup(responses.T, fs=RATE_HZ)
            method = algorithms.FDD(name="FDD", nxseg=4096)
            single.add_algorithms(method)
            single.run_by_name("FDD")
            single.mpe("FDD", sel_freq=[1.2], DF=0.3)
            peer_hz = float(np.ravel(method.result.Fn)[0])
    finally:
        logging.disable(logging.NOTSET)
    ours_hz = first_frequency_hz(responses[0], RATE_HZ, (0.91, 1.69), IdentificationSpec())
    assert ours_hz == pytest.approx(peer_hz, rel=0.005)
    assert ours_hz == pytest.approx(1.3, rel=0.01)


def test_rainflow_counts_of_the_standard_are_exact() -> None:
    """ASTM E1049-85, figure 6: ranges 3, 4, 6, 8, 9 have 0.5, 1.5, 0.5, 1.0, 0.5 cycles."""
    ranges, count = cycles(ASTM)
    assert ranges.tolist() == [3.0, 4.0, 6.0, 8.0, 9.0]
    assert count.tolist() == [0.5, 1.5, 0.5, 1.0, 0.5]


@given(series)
def test_turning_points_lose_no_cycle(values: list[int]) -> None:
    """Counted from the turning points alone, cycles are those of the whole series; gaps and repeats change nothing."""
    whole = np.array(values, np.float64)
    turns = turning_points(whole, 0.0)
    steps = np.diff(turns)
    assert (steps[:-1] * steps[1:] < 0.0).all()
    gappy = np.repeat(whole, 3)
    gappy[1::3] = np.nan
    assert turning_points(gappy, 0.0).tolist() == turns.tolist()
    if turns.size > 1:
        assert turns.max() == whole.max()
        assert turns.min() == whole.min()


@given(series, st.integers(1, 30))
def test_a_gate_takes_small_cycles_away_and_keeps_the_largest(values: list[int], gate: int) -> None:
    """No cycle smaller than the gate is left but at the ends; the largest range stays what it is."""
    whole = np.array(values, np.float64)
    ranges, count = cycles(whole, float(gate))
    reach = whole.max() - whole.min()
    assert (ranges[count > 0.5] > gate).all()
    if reach > gate:
        assert ranges.max() == reach
    else:
        assert not ranges.size


def test_life_curves_go_through_their_points() -> None:
    """2 million cycles at the category, 5 million at 0.737 of it, 100 million at 0.549 of that, slopes 3 and 5, none below."""
    knee = 71.0 * 0.4 ** (1.0 / 3.0)
    cut_off = knee * 0.05**0.2
    assert (knee / 71.0, cut_off / knee) == pytest.approx((0.737, 0.549), abs=5e-4)
    found = bearable_cycles([71.0, 142.0, knee, 1.000001 * cut_off, 0.999 * cut_off, 0.0], 71.0)
    assert found[:4] == pytest.approx([2e6, 2.5e5, 5e6, 1e8], rel=1e-4)
    assert np.isinf(found[4:]).all()


def test_miner_sums_up_what_cycles_use() -> None:
    """A hundred cycles of a range use a hundred times one; strain is stress over the modulus."""
    spec = FatigueSpec()
    strain = 71.0 / spec.modulus_gpa / 1e3
    history = np.tile([0.0, strain], 101)[:-1]
    count, used = damage(history, spec)
    assert count == pytest.approx(100.0, abs=0.51)
    assert used == pytest.approx(count / 2e6, rel=1e-9)
    assert damage(np.random.default_rng(2).normal(0.0, 0.2e-6, 5000), spec) == (0.0, 0.0)


@pytest.mark.parametrize(("span_m", "moment_knm"), [(20.0, 2025.0), (30.0, 3581.25), (40.0, 5500.0)])
def test_the_lane_load_gives_the_known_moments(span_m: float, moment_knm: float) -> None:
    """Midspan moment of one lane of JTG D60 on a simple span: q L^2 / 8 + P L / 4, its factor for one lane left out."""
    line = simple_span(span_m, 8.6e10, 15e3, 0.01).moment_line(0.5 * span_m)
    found = design_response(line, span_m / (line.size - 1), span_m, 1) / 1.2
    assert found / 1e3 == pytest.approx(moment_knm, rel=1e-3)
    assert design_response(line, span_m / (line.size - 1), span_m, 2) == pytest.approx(2.0 * found)
