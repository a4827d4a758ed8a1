"""Queues against an event-driven SimPy model of the same queue and against queueing theory."""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise

import numpy as np
import pytest
import scipy.stats
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.v2x.queue import DROPPED, FifoQueues

SERVICE_US = 10_000
"""Mean service time in the tests against theory: rounding to whole microseconds is 1e-4 of it."""


def simpy_finish_us(queue, arrival_us, service_us, capacity):
    """Return the finish times of a plain SimPy model, one process a message, departures before arrivals of an instant."""
    env = simpy.Environment()
    lines = [simpy.Resource(env, capacity=1) for _ in range(max(queue, default=-1) + 1)]
    inside = [0] * len(lines)
    finish_us = [DROPPED] * len(queue)

    def message(i: int) -> Generator[Event, None, None]:
        yield in_phase(env, arrival_us[i], Phase.CONTROL)
        q = queue[i]
        if inside[q] >= capacity:
            return
        inside[q] += 1
        with lines[q].request() as turn:
            yield turn
            yield env.timeout(service_us[i])
        inside[q] -= 1
        finish_us[i] = int(env.now)

    for i in range(len(queue)):
        env.process(message(i))
    env.run()
    return finish_us


MESSAGES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 6), st.integers(0, 9)), max_size=60)
"""(queue, gap to the message before, service time): small numbers, so that instants often coincide."""


def as_arrays(messages):
    """Return queue, arrival and service times (n,) of the drawn messages."""
    table = np.array(messages, np.int64).reshape(-1, 3)
    return table[:, 0].copy(), np.cumsum(table[:, 1]), table[:, 2].copy()


@settings(max_examples=150, deadline=None)
@given(messages=MESSAGES, capacity=st.integers(1, 5))
def test_finish_times_and_drops_equal_those_of_an_event_driven_model(messages, capacity):
    """The recursion gives exactly what one SimPy process a message gives."""
    queue, arrival_us, service_us = as_arrays(messages)
    ours = FifoQueues(3, capacity).forward(queue, arrival_us, service_us)
    assert ours.tolist() == simpy_finish_us(queue.tolist(), arrival_us.tolist(), service_us.tolist(), capacity)


@settings(max_examples=100, deadline=None)
@given(messages=MESSAGES, capacity=st.integers(1, 5), cuts=st.lists(st.integers(0, 60), max_size=6))
def test_batches_are_irrelevant(messages, capacity, cuts):
    """Any split of the messages into calls gives the same finish times: the state carries everything."""
    queue, arrival_us, service_us = as_arrays(messages)
    whole = FifoQueues(3, capacity).forward(queue, arrival_us, service_us)
    queues = FifoQueues(3, capacity)
    ends = [0, *sorted(min(cut, queue.size) for cut in cuts), queue.size]
    parts = [queues.forward(queue[a:b], arrival_us[a:b], service_us[a:b]) for a, b in pairwise(ends)]
    assert np.concatenate(parts).tolist() == whole.tolist()


def replications(seed, utilisation, *, exponential, capacity, messages=40_000, queues=64):
    """Return (wait in us, dropped) of independent queues with Poisson arrivals, both (queues, messages)."""
    rng = np.random.default_rng(seed)
    gaps_us = rng.exponential(SERVICE_US / utilisation, (queues, messages))
    arrival_us = np.floor(np.cumsum(gaps_us, axis=1)).astype(np.int64)
    service_us = np.full((queues, messages), SERVICE_US, np.int64)
    if exponential:
        service_us = np.floor(rng.exponential(SERVICE_US, (queues, messages)) + 0.5).astype(np.int64)
    number = np.repeat(np.arange(queues), messages)
    finish_us = FifoQueues(queues, capacity).forward(number, arrival_us.ravel(), service_us.ravel()).reshape(queues, messages)
    settled = slice(messages // 10, None)
    return (finish_us - service_us - arrival_us)[:, settled], (finish_us == DROPPED)[:, settled]


def assert_theory(means, theory, widest):
    """Claim that ``theory`` is inside the 99.9 % t-interval of independent means, and that the interval is narrow enough."""
    half = scipy.stats.t.ppf(0.9995, means.size - 1) * means.std(ddof=1) / np.sqrt(means.size)
    assert abs(means.mean() - theory) <= half, f"{means.mean()} +- {half} against {theory}"
    assert half <= widest * theory


@pytest.mark.parametrize(("utilisation", "widest"), [(0.3, 0.02), (0.7, 0.02), (0.9, 0.05)])
def test_mean_wait_of_md1(utilisation, widest):
    """M/D/1: mean wait rho s / (2 (1 - rho)) (Pollaczek 1930, Khinchine 1932), inside the 99.9 % interval of 64 runs.

    The interval is within 2 % of the theory up to a utilisation of 0.7, 5 % at 0.9, where waits are correlated for longer.
    """
    wait_us, dropped = replications(7, utilisation, exponential=False, capacity=10_000)
    assert not dropped.any()
    assert_theory(wait_us.mean(axis=1), utilisation * SERVICE_US / (2 * (1 - utilisation)), widest)


@pytest.mark.parametrize(("utilisation", "room"), [(0.5, 3), (0.9, 5), (1.0, 8), (2.0, 4)])
def test_blocking_and_wait_of_mm1k(utilisation, room):
    """M/M/1/K: blocking (1-rho) rho^K / (1-rho^(K+1)), 1/(K+1) at rho = 1, and the wait of those accepted by Little's law.

    Inside the 99.9 % interval of 64 runs, which is within 3 % of the theory (Gross and Harris, "Fundamentals of Queueing
    Theory", section 2.5).
    """
    wait_us, dropped = replications(8, utilisation, exponential=True, capacity=room)
    weight = utilisation ** np.arange(room + 1)
    share = weight / weight.sum()
    assert_theory(dropped.mean(axis=1), share[room], 0.03)
    waiting = sum((n - 1) * share[n] for n in range(1, room + 1))
    mean_wait_us = waiting / (utilisation / SERVICE_US * (1 - share[room]))
    assert_theory(np.array([wait_us[q][~dropped[q]].mean() for q in range(len(wait_us))]), mean_wait_us, 0.03)


def test_messages_out_of_order_are_refused():
    """A message that comes before one already forwarded would get a wrong time: an error, not a number."""
    queues = FifoQueues(1, 4)
    zeros = np.zeros(1, np.int64)
    queues.forward(zeros, zeros + 10, zeros + 1)
    with pytest.raises(ValueError, match="order of arrival"):
        queues.forward(zeros, zeros + 9, zeros + 1)
    with pytest.raises(ValueError, match="at least one"):
        FifoQueues(1, 0)
