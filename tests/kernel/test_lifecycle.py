"""Lives of devices: the times between faults and to repair follow their laws, and nobody's life depends on another's."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from twin.kernel.lifecycle import FailureRate, episodes, life_key, live

HOUR_US = 3_600_000_000
RATE = FailureRate(1000.0 * HOUR_US, 24.0 * HOUR_US, 0.8)


def _life(seed: int, device: str, count: int, rate: FailureRate = RATE):
    return list(itertools.islice(episodes(life_key(seed, "dirt", device), rate), count))


def test_times_between_faults_are_exponential_and_repairs_log_normal() -> None:
    """4,000 episodes pass Kolmogorov and Smirnov's test against both laws, and the MTBF lies in its 99.9 % bounds."""
    life = _life(7, "a", 4000)
    ends = np.array([0] + [episode.until_us for episode in life[:-1]])
    up_h = (np.array([episode.from_us for episode in life]) - ends) / HOUR_US
    repair_h = np.array([episode.until_us - episode.from_us for episode in life]) / HOUR_US
    assert stats.kstest(up_h, stats.expon(scale=1000.0).cdf).pvalue > 0.001
    # 2 n mean / MTBF is chi-square with 2 n degrees of freedom (MIL-HDBK-781A)
    low, high = stats.chi2(2 * up_h.size).ppf([0.0005, 0.9995])
    assert low < 2.0 * up_h.sum() / 1000.0 < high
    spread = math.sqrt(math.log1p(0.8**2))
    law = stats.lognorm(spread, scale=24.0 * math.exp(-0.5 * spread**2))
    assert law.mean() == pytest.approx(24.0)
    assert law.std() / law.mean() == pytest.approx(0.8)
    assert stats.kstest(repair_h, law.cdf).pvalue > 0.001


def test_availability_is_mtbf_over_mtbf_and_mttr() -> None:
    """The share of time up over 4,000 episodes is within 0.1 points of the formula (three standard errors are 0.0015)."""
    life = _life(11, "a", 4000)
    down = sum(episode.until_us - episode.from_us for episode in life)
    assert 1.0 - down / life[-1].until_us == pytest.approx(RATE.availability, abs=1e-3)


def test_a_stationary_start_is_as_an_arbitrary_instant_would_find_it() -> None:
    """At the start and 50 MTTR later a third of 4,000 devices has a fault; remaining repairs have the renewal law's mean."""
    rate = FailureRate(100.0 * HOUR_US, 50.0 * HOUR_US, 1.0)
    later_us = 2500 * HOUR_US
    now = later = 0
    left_h = []
    for device in range(4000):
        life = episodes(life_key(3, "dirt", f"d{device}"), rate, "stationary")
        for episode in life:
            if episode.from_us <= 0 < episode.until_us:
                now += 1
                left_h.append(episode.until_us / HOUR_US)
            later += episode.from_us <= later_us < episode.until_us
            if episode.until_us > later_us:
                break
    error = 4.0 * math.sqrt(4000 * 2 / 9)  # four standard deviations
    assert abs(now - 4000 / 3) < error
    assert abs(later - 4000 / 3) < error
    # mean of the remaining life: E[D^2] / (2 E[D]) = 50 (1 + 1^2) / 2 (Cox 1962); its fourth moment makes it wide
    assert np.mean(left_h) == pytest.approx(50.0, rel=0.15)


@given(
    st.integers(0, 2**31), st.floats(0.1, 1e5), st.floats(0.1, 1e5), st.floats(0.0, 3.0), st.sampled_from(["up", "stationary"])
)
@settings(max_examples=50, deadline=None)
def test_episodes_come_in_order_and_never_overlap(seed: int, mtbf_s: float, mttr_s: float, spread: float, start: str) -> None:
    """Whatever the rates: onset before end, end before the next onset, draws inside (0, 1)."""
    before = -math.inf
    rate = FailureRate(mtbf_s * 1e6, mttr_s * 1e6, spread)
    for episode in itertools.islice(episodes(life_key(seed, "x", "y"), rate, start), 50):
        assert before < episode.from_us
        assert max(episode.from_us, 0) < episode.until_us or episode.number == 0
        assert 0.0 < episode.size < 1.0
        before = episode.until_us


def test_a_cause_that_never_strikes_has_no_episodes() -> None:
    """An infinite MTBF gives an empty life and an availability of 1; a huge one ends before the clock's limit."""
    never = FailureRate(math.inf, 1.0)
    assert not list(episodes(life_key(1, "x", "y"), never))
    assert never.availability == 1.0
    assert len(list(episodes(life_key(1, "x", "y"), FailureRate(2.0**61, 2.0**60)))) < 100


def _run(devices: list[str], until_us: int) -> dict[str, list[tuple[int, bool]]]:
    env = simpy.Environment(initial_time=0)
    seen: dict[str, list[tuple[int, bool]]] = {name: [] for name in devices}
    rate = FailureRate(100.0 * HOUR_US, 20.0 * HOUR_US)
    for name in devices:
        life = episodes(life_key(5, "dirt", name), rate)
        env.process(live(env, life, lambda _, began, name=name: seen[name].append((int(env.now), began))))
    env.run(until=until_us)
    return seen


def test_lives_do_not_depend_on_each_other() -> None:
    """Removing and reordering devices leaves every other life as it was, to the microsecond; SimPy tells what the draws say."""
    names = [f"site-{number}/lidar" for number in range(20)]
    until_us = 2000 * HOUR_US
    all_of_them = _run(names, until_us)
    some = names[1::2][::-1]
    assert _run(some, until_us) == {name: all_of_them[name] for name in some}
    assert len({tuple(life) for life in all_of_them.values()}) == len(names)
    for life in all_of_them.values():
        assert [began for _, began in life] == [number % 2 == 0 for number in range(len(life))]
