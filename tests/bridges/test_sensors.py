"""Sensors of bridges: noise, drift, dropout, late stamps and steps are those of the specification."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from twin.bridges.sensor_base import UNITS
from twin.bridges.sensor_spec import SENSOR_KINDS, BridgeSensorSpec, channels_of
from twin.bridges.sensors import MISSING, REFERENCE_C, Channels, counts, samples_of

QUIET = {"time_offset_ms": 0.0, "time_jitter_ms": 0.0, "dropout_share": 0.0}
RATE_HZ = 50.0
PERIOD_US = 20_000


def spec(**given_keys: Any) -> Any:
    """Return a sensor of the union."""
    return TypeAdapter(BridgeSensorSpec).validate_python({"kind": "accelerometer", "id": "a"} | given_keys)


def channels(*specs: Any, seed: int = 1, bridge: str = "b") -> Channels:
    """Return the channels of a bridge at 50 Hz."""
    return Channels(channels_of(bridge, specs), seed, RATE_HZ)


def test_every_kind_has_a_quantity_with_a_unit_and_errors() -> None:
    """Each kind of the union says what it measures and how wrong it is, in the log's unit."""
    assert len(SENSOR_KINDS) == 8
    for kind in SENSOR_KINDS:
        one = spec(kind=kind, **({"until_m": 10.0, "spacing_m": 2.5} if kind == "fibre_optic_strain" else {}))
        errors = one.errors()
        assert one.quantity in UNITS
        assert errors.low < errors.high
        assert 0.0 < errors.resolution < errors.high


def test_a_fibre_has_a_channel_at_each_point() -> None:
    """From its beginning to its end, the last included; one that ends before it begins is refused."""
    fibre = spec(kind="fibre_optic_strain", id="f", at_m=1.0, until_m=2.0, spacing_m=0.25)
    names = [one.name for one in channels_of("b", (spec(), fibre))]
    assert names == ["b/a", "b/f/0", "b/f/1", "b/f/2", "b/f/3", "b/f/4"]
    assert [one.at_m for one in channels_of("b", (fibre,))] == [1.0, 1.25, 1.5, 1.75, 2.0]
    with pytest.raises(ValidationError, match="before its first point"):
        spec(kind="fibre_optic_strain", at_m=3.0, until_m=2.0, spacing_m=0.25)


def test_the_noise_is_that_of_the_specification() -> None:
    """Over an hour the spectrum's level is the noise density squared, and white; so the deviation is density x sqrt(rate/2)."""
    density = 22.5e-6 * 9.80665
    made = channels(spec(**QUIET, bias_mg=0.0, walk_mg=0.0, resolution_ug=0.01))
    reported = made.measure(0, PERIOD_US, np.zeros((1, 180_000)))[0]
    assert reported.std() == pytest.approx(density * math.sqrt(RATE_HZ / 2.0), rel=0.01)
    halves = np.abs(np.fft.rfft(reported)) ** 2 * 2.0 / (RATE_HZ * reported.size)
    for part in np.array_split(halves[1:], 5):
        assert part.mean() == pytest.approx(density**2, rel=0.03)


def test_constant_error_and_temperature_are_drawn_by_name() -> None:
    """Over many names the constant error and the change a kelvin have the stated deviations; a new name changes no other."""
    many = [spec(id=f"s{number}", **QUIET) for number in range(2000)]
    made = channels(*many)
    assert made.bias.std() == pytest.approx(2e-3 * 9.80665, rel=0.05)
    assert made.per_kelvin.std() == pytest.approx(0.05e-3 * 9.80665, rel=0.05)
    fewer = channels(*many[::-7])
    assert set(fewer.bias) <= set(made.bias)
    clean = np.zeros((1, 50))
    one = spec(**QUIET)
    warm = channels(one).measure(0, PERIOD_US, clean, REFERENCE_C + 10.0)
    cool = channels(one).measure(0, PERIOD_US, clean, REFERENCE_C)
    step = one.errors().resolution
    assert warm - cool == pytest.approx(10.0 * channels(one).per_kelvin[0], abs=1.01 * step)


def test_the_zero_walks_as_stated() -> None:
    """After a day the zeros of many channels have the walk's deviation; after a quarter of it, half of that."""
    keys = {"noise_density_k": 0.0, "bias_k": 0.0, "walk_k": 1.0, "resolution_k": 1e-6, "rate_hz": 1.0, "id": "t"}
    many = [spec(**QUIET, kind="temperature", **(keys | {"id": f"t{number}"})) for number in range(1500)]
    made = Channels(channels_of("b", tuple(many)), 3, 1.0)
    zero = np.zeros((1500, 1))
    quarter = made.measure(6 * 3600 * 1_000_000, 1_000_000, zero)[:, 0]
    day = made.measure(24 * 3600 * 1_000_000, 1_000_000, zero)[:, 0]
    assert quarter.std() == pytest.approx(0.5, rel=0.06)
    assert day.std() == pytest.approx(1.0, rel=0.06)


def test_packets_are_lost_whole_and_in_the_stated_share() -> None:
    """A lost packet takes its second with it; the share of lost seconds is the one asked for."""
    made = channels(spec(**(QUIET | {"dropout_share": 0.2})))
    lost = np.isnan(made.measure(0, PERIOD_US, np.zeros((1, 200_000)))[0]).reshape(-1, 50)
    assert (lost.all(1) | ~lost.any(1)).all()
    assert lost.mean() == pytest.approx(0.2, abs=0.02)


def test_a_late_stamp_shows_what_was_before() -> None:
    """A ramp sampled with stamps 7 ms late reads 7 ms less of it, between two samples as over several."""
    exact = {"noise_density_mm": 0.0, "bias_mm": 0.0, "walk_mm": 0.0, "resolution_mm": 1e-5, "id": "d"}
    one = spec(kind="displacement", **(QUIET | exact | {"time_offset_ms": 7.0}))
    for rate_hz in (50.0, 500.0):
        made = Channels(channels_of("b", (one,)), 5, rate_hz)
        period_us = round(1e6 / rate_hz)
        t_s = np.arange(0, 1_000_000, period_us) / 1e6
        read = made.measure(0, period_us, 0.1 * t_s[None, :])[0]
        late_s = made.late_us[0] / 1e6
        settled = (t_s > 0.2) & ~np.isnan(read)
        assert 0.1 * t_s[settled] - read[settled] == pytest.approx(0.1 * late_s, abs=2e-8)
    assert late_s > 0.0


def test_values_are_clipped_and_in_steps() -> None:
    """Beyond its range a sensor reports the limit; everything it reports is a whole number of steps."""
    made = channels(spec(**QUIET, range_g=0.01))
    reported = made.measure(0, PERIOD_US, np.linspace(-1.0, 1.0, 500)[None, :])[0]
    step = made.resolution[0]
    assert np.abs(reported).max() == pytest.approx(0.01 * 9.80665, abs=step)
    assert reported / step == pytest.approx(np.rint(reported / step), abs=1e-6)


def test_a_slow_channel_takes_every_nth_sample_and_a_dead_one_none() -> None:
    """A rate of 10 Hz of 50 takes one in five, counted from the start; a rate that does not divide is refused."""
    made = channels(spec(**QUIET, rate_hz=10.0), spec(id="dead", **QUIET))
    reported = made.measure(3 * PERIOD_US, PERIOD_US, np.zeros((2, 50)), up=np.array([True, False]))
    assert np.flatnonzero(~np.isnan(reported[0])).tolist() == list(range(2, 50, 5))
    assert np.isnan(reported[1]).all()
    with pytest.raises(ValueError, match="do not divide"):
        channels(spec(rate_hz=20.0))
    with pytest.raises(ValueError, match="none of this bridge"):
        made.measure(0, PERIOD_US, np.zeros((3, 50)))


@settings(max_examples=25)
@given(cuts=st.lists(st.integers(1, 399), max_size=6), seed=st.integers(0, 2**32))
def test_the_length_of_blocks_changes_nothing(cuts: list[int], seed: int) -> None:
    """The same response in one block or in any others gives the same values, bit by bit."""
    specs = [spec(time_offset_ms=20.0, time_jitter_ms=5.0, dropout_share=0.1), spec(kind="tilt", id="t")]
    clean = np.random.default_rng(seed).normal(size=(2, 400)) * 0.01
    whole = channels(*specs, seed=seed).measure(0, PERIOD_US, clean)
    made, parts = channels(*specs, seed=seed), []
    edges = [0, *sorted(set(cuts)), 400]
    for begin, end in pairwise(edges):
        parts.append(made.measure(begin * PERIOD_US, PERIOD_US, clean[:, begin:end]))
    assert np.array_equal(np.concatenate(parts, axis=1), whole, equal_nan=True)


@settings(max_examples=40)
@given(st.lists(st.one_of(st.floats(-5.0, 5.0), st.just(math.nan)), min_size=1, max_size=40), st.floats(1e-6, 1e-3))
def test_blocks_of_the_log_give_the_samples_back(values: list[float], step: float) -> None:
    """In steps of a sample that fit 16 bits nothing is lost; larger ones are rounded to the next power of two of a step."""
    samples = np.round(np.array([values]) / step) * step
    code, scale = counts(samples, np.array([step]))
    back = samples_of(code[0], scale[0])
    exponent = math.log2(scale[0] / step)
    assert exponent == pytest.approx(round(exponent))
    assert exponent >= 0.0
    assert np.array_equal(np.isnan(back), np.isnan(samples[0]))
    assert ((code[0] == MISSING) == np.isnan(samples[0])).all()
    there = ~np.isnan(back)
    bound = 0.5 * scale[0] if exponent > 0.5 else 1e-9 * scale[0]
    assert (np.abs(back - samples[0])[there] <= bound * (1 + 1e-9) + 1e-12).all()
