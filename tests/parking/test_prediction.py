"""Chances of a space on arrival, and the rates that they are made from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from twin.parking.prediction import STEP_S, STEPS, Prediction, chances_of_space
from twin.parking.rates import Rates


def _generator(arrival: float, departure: float, capacity: int) -> np.ndarray:
    n = np.arange(capacity + 1)
    q = np.diag(np.full(capacity, arrival), 1) + np.diag(departure * n[1:], -1)
    return q - np.diag(q.sum(axis=1))


@pytest.mark.parametrize(
    ("arrival", "departure", "capacity"), [(0.01, 0.001, 10), (0.2, 0.0002, 300), (0.0, 0.01, 5), (0.5, 0.1, 1)]
)
def test_the_transient_is_that_of_the_matrix_exponential(arrival: float, departure: float, capacity: int) -> None:
    """Uniformisation gives exp(Q t) f to 1e-9, from every number of vehicles at the start."""
    table = chances_of_space(arrival, departure, capacity, 30.0, 4)
    free = np.ones(capacity + 1)
    free[-1] = 0.0
    for step in range(5):
        expected = expm(_generator(arrival, departure, capacity) * 30.0 * step) @ free
        np.testing.assert_allclose(table[step], expected, atol=1e-9)


@settings(max_examples=25)
@given(arrival=st.floats(0.0, 0.5), stay_s=st.floats(30.0, 20_000.0), capacity=st.integers(1, 40), more=st.floats(1.0, 3.0))
def test_fuller_and_busier_means_less_hope(arrival: float, stay_s: float, capacity: int, more: float) -> None:
    """The chance is a probability; it falls with the vehicles inside and with the arrivals."""
    table = chances_of_space(arrival, 1.0 / stay_s, capacity, 60.0, 5)
    assert table.min() >= -1e-9
    assert table.max() <= 1.0 + 1e-9
    assert (np.diff(table, axis=1) <= 1e-9).all()
    assert (chances_of_space(more * arrival, 1.0 / stay_s, capacity, 60.0, 5) <= table + 1e-9).all()


def test_chances_lie_between_those_of_whole_numbers_and_steps() -> None:
    """Half a vehicle and half a step lie halfway; what is beyond the ends counts as the ends."""
    prediction = Prediction(np.array([4, 2]))
    prediction.learn(0, 0.02, 0.002)
    table = chances_of_space(0.02, 0.002, 4, STEP_S, STEPS)

    def chance(inside: float, after_s: float) -> float:
        return float(prediction.chance(np.array([0]), np.array([inside]), np.array([after_s]))[0])

    assert chance(3.5, 0.0) == pytest.approx(0.5)
    assert chance(4.0, 1.5 * STEP_S) == pytest.approx(0.5 * (table[1, 4] + table[2, 4]))
    assert chance(9.0, 1e9) == pytest.approx(table[STEPS, 4])
    assert chance(-3.0, 0.0) == 1.0
    assert prediction.chance(np.array([1, 1]), np.array([2.0, 1.0]), np.array([600.0, 600.0])).tolist() == [0.0, 1.0]


def test_rates_are_learned() -> None:
    """From a balance at the usual stay, the estimates come to what happens, of a full facility too."""
    rates = Rates(np.array([100, 10]), memory_s=1800.0, usual_stay_s=3600.0)
    inside = np.array([50.0, 10.0])
    arrival, departure = rates.per_s(inside)
    np.testing.assert_allclose(arrival, inside / 3600.0)
    np.testing.assert_allclose(departure, 1.0 / 3600.0)
    for minute in range(1, 600):
        rates.came(0, 3.0)
        rates.went(0, 3.0)
        rates.pass_time(60.0 * minute, inside)
    arrival, departure = rates.per_s(inside)
    weight = 0.5  # as much prior time as memory
    assert arrival[0] == pytest.approx(weight * 3.0 / 60.0 + (1.0 - weight) * 50.0 / 3600.0, rel=0.03)
    assert departure[0] == pytest.approx(weight * 3.0 / 60.0 / 50.0 + (1.0 - weight) / 3600.0, rel=0.03)
    assert arrival[1] == pytest.approx(10.0 / 3600.0, rel=0.01)  # nobody can come: nothing is learned
    assert departure[1] == pytest.approx(0.5 / 3600.0, rel=0.03)
