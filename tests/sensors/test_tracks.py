"""The Kalman filter of one track, against matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.sensors.tracks import filtered, velocity_covariance, wrapped

NOISE_M2PS3 = 2.0
START_MPS = 10.0


def textbook(t_us, places, covariances, noise):
    """Return states and covariances by the recursion as books write it, with 4 x 4 matrices and inverses."""
    h = np.eye(2, 4)
    x = np.array([*places[0], 0.0, 0.0])
    xx, xy, yy = covariances[0]
    p = np.diag([xx, yy, START_MPS**2, START_MPS**2])
    p[0, 1] = p[1, 0] = xy
    out = [(x, p)]
    for i in range(1, len(t_us)):
        dt = 1e-6 * (t_us[i] - t_us[i - 1])
        f = np.eye(4)
        f[0, 2] = f[1, 3] = dt
        q = noise * np.kron([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]], np.eye(2))
        x, p = f @ x, f @ p @ f.T + q
        xx, xy, yy = covariances[i]
        s = h @ p @ h.T + np.array([[xx, xy], [xy, yy]])
        gain = p @ h.T @ np.linalg.inv(s)
        x = x + gain @ (places[i] - h @ x)
        p = (np.eye(4) - gain @ h) @ p
        out.append((x, p))
    return np.array([x for x, _ in out]), np.array([p for _, p in out])


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 30))
def test_the_filter_is_the_textbook_recursion(seed, n) -> None:
    """States and covariances agree with the recursion in matrices (Bar-Shalom et al. 2001, table 5.2.4-1) to 1e-8."""
    rng = np.random.default_rng(seed)
    t_us = np.cumsum(rng.integers(1_000, 500_000, n)).astype(np.int64)
    places = rng.normal(0.0, 30.0, (n, 2))
    a, b = rng.uniform(0.05, 4.0, n), rng.uniform(0.05, 4.0, n)
    covariances = np.column_stack((a, 0.9 * np.sqrt(a * b) * rng.uniform(-1.0, 1.0, n), b))
    states, spreads = filtered(t_us, places, covariances, NOISE_M2PS3, START_MPS)
    expected_states, expected_spreads = textbook(t_us, places, covariances, NOISE_M2PS3)
    np.testing.assert_allclose(states, expected_states, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(spreads, expected_spreads, rtol=1e-8, atol=1e-8)


def test_the_filter_knows_its_own_error() -> None:
    """On motion made by the model itself the normalised squared error of 200 tracks has the mean of chi-square: 4 within 0.4.

    The standard error of the mean over 200 independent tracks is sqrt(8 / 200) = 0.2; two of these are allowed.
    """
    rng = np.random.default_rng(7)
    dt, steps = 0.1, 40
    spread = NOISE_M2PS3 * np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]])
    root = np.linalg.cholesky(spread)
    scores = []
    for _ in range(200):
        position, velocity = np.zeros(2), rng.normal(0.0, START_MPS, 2)
        places = []
        for step in range(steps):
            if step:
                kick = root @ rng.standard_normal((2, 2))
                position, velocity = position + dt * velocity + kick[0], velocity + kick[1]
            places.append(position + 0.3 * rng.standard_normal(2))
        t_us = np.arange(steps, dtype=np.int64) * 100_000
        states, covariances = filtered(t_us, np.array(places), np.tile([0.09, 0.0, 0.09], (steps, 1)), NOISE_M2PS3, START_MPS)
        error = states[-1] - np.concatenate((position, velocity))
        scores.append(error @ np.linalg.solve(covariances[-1], error))
    assert np.mean(scores) == pytest.approx(4.0, abs=0.4)


@given(angle=st.floats(-50.0, 50.0))
def test_an_angle_is_wrapped_into_one_turn(angle) -> None:
    """The wrapped angle points the same way and lies within (-pi, pi], to rounding."""
    once = wrapped(angle)
    assert -math.pi - 1e-12 <= once <= math.pi + 1e-12
    assert math.cos(once) == pytest.approx(math.cos(angle), abs=1e-9)
    assert math.sin(once) == pytest.approx(math.sin(angle), abs=1e-9)


def test_the_covariance_of_a_velocity_is_that_of_many_drawn_ones() -> None:
    """Speed and heading with small errors give velocities with the covariance of the formula (400,000 draws, 2 %)."""
    rng = np.random.default_rng(3)
    speed, heading = rng.normal(12.0, 0.3, 400_000), rng.normal(0.7, 0.03, 400_000)
    drawn = np.cov(speed * np.cos(heading), speed * np.sin(heading))
    xx, xy, yy = velocity_covariance(12.0, 0.7, 0.09, 0.0009)
    np.testing.assert_allclose([xx, xy, yy], [drawn[0, 0], drawn[0, 1], drawn[1, 1]], rtol=0.02)
