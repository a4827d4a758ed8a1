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
from twin.v2x.queues.queue import CUT, DROPPED, FifoQueues, Outage, merged

SERVICE_US = 10_000
"""Mean service time in the tests against theory: rounding to whole microseconds is 1e-4 of it."""


class Line:
    """The line of a queue in the SimPy model: up or out, with the events of its next change."""

    def __init__(self, env):
        self.env = env
        self.turn = simpy.Resource(env, capacity=1)
        self.inside = 0
        self.out = 0
        self.down, self.up = env.event(), env.event()

    def fail(self, from_us, until_us):
        """Be out between two instants; a process. It begins before whatever else happens at its instant."""
        yield in_phase(self.env, from_us, -2)
        self.out += 1
        if self.out == 1:
            self.down.succeed()
            self.down = self.env.event()
        yield in_phase(self.env, until_us - from_us, -1)
        self.out -= 1
        if not self.out:
            self.up.succeed()
            self.up = self.env.event()

    def serve(self, service_us, *, drop):
        """Transmit once the line is up, again from the beginning after each outage; return whether it got through."""
        while True:
            while self.out:
                if drop:
                    return False
                yield self.up
            over, down, began_us = self.env.timeout(service_us), self.down, self.env.now
            yield over | down
            if self.env.now - began_us >= service_us:
                return True
            if drop:
                return False


def simpy_model(queue, arrival_us, service_us, capacity, outages=(), *, drop=False):
    """Return (finish times, messages found) of a plain SimPy model, one process a message and one an outage.

    Departures come before arrivals of an instant.
    """
    env = simpy.Environment()
    lines = [Line(env) for _ in range(3)]
    finish_us = [DROPPED] * len(queue)
    found = [0] * len(queue)
    for outage in outages:
        env.process(lines[outage.queue].fail(outage.from_us, outage.until_us))

    def message(i: int) -> Generator[Event, None, None]:
        yield in_phase(env, arrival_us[i], Phase.CONTROL)
        line = lines[queue[i]]
        found[i] = line.inside
        if line.inside >= capacity:
            return
        line.inside += 1
        with line.turn.request() as turn:
            yield turn
            through = yield from line.serve(service_us[i], drop=drop)
        line.inside -= 1
        finish_us[i] = int(env.now) if through else CUT

    for i in range(len(queue)):
        env.process(message(i))
    env.run()
    return finish_us, found


MESSAGES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 6), st.integers(0, 9)), max_size=60)
"""(queue, gap to the message before, service time): small numbers, so that instants often coincide."""

OUTAGES = st.lists(
    st.builds(
        lambda queue, begin, length: Outage(queue, begin, begin + length),
        *(st.integers(0, 2), st.integers(0, 200)),
        st.integers(1, 25),
    ),
    max_size=8,
)
"""Outages of the three queues, which overlap and touch at times."""


def as_arrays(messages):
    """Return queue, arrival and service times (n,) of the drawn messages."""
    table = np.array(messages, np.int64).reshape(-1, 3)
    return table[:, 0].copy(), np.cumsum(table[:, 1]), table[:, 2].copy()


@settings(max_examples=150, deadline=None)
@given(messages=MESSAGES, capacity=st.integers(1, 5))
def test_finish_times_and_drops_equal_those_of_an_event_driven_model(messages, capacity):
    """The recursion gives exactly what one SimPy process a message gives, finish times and queue lengths alike."""
    queue, arrival_us, service_us = as_arrays(messages)
    ours, found = FifoQueues(3, capacity).forward(queue, arrival_us, service_us)
    theirs = simpy_model(queue.tolist(), arrival_us.tolist(), service_us.tolist(), capacity)
    assert (ours.tolist(), found.tolist()) == theirs


@settings(max_examples=400, deadline=None)
@given(messages=MESSAGES, outages=OUTAGES, capacity=st.integers(1, 5), drop=st.booleans(), cut=st.integers(0, 60))
def test_outages_equal_those_of_an_event_driven_model(messages, outages, capacity, drop, cut):
    """With lines that fail and come back the recursion still gives exactly what SimPy gives, in one call or in two.

    Messages that are kept are sent again from their beginning after each outage; else all that wait or come are lost.
    """
    queue, arrival_us, service_us = as_arrays(messages)
    service_us += 1
    queues = FifoQueues(3, capacity, outages, drop=drop)
    parts = [queues.forward(queue[a:b], arrival_us[a:b], service_us[a:b]) for a, b in ((0, cut), (cut, None))]
    ours, found = (np.concatenate(columns).tolist() for columns in zip(*parts, strict=True))
    assert (ours, found) == simpy_model(queue.tolist(), arrival_us.tolist(), service_us.tolist(), capacity, outages, drop=drop)


def test_an_outage_by_hand():
    """Out from 10 to 20: a service that ends at 10 counts, one beyond begins anew or is lost; who comes at 20 is served."""
    queue, service_us = np.zeros(5, np.int64), np.array([4, 6, 3, 3, 3])
    arrival_us = np.array([0, 4, 9, 10, 20])
    outage = [Outage(0, 10, 20)]
    assert FifoQueues(1, 9, outage).forward(queue, arrival_us, service_us)[0].tolist() == [4, 10, 23, 26, 29]
    assert FifoQueues(1, 9, outage, drop=True).forward(queue, arrival_us, service_us)[0].tolist() == [4, 10, CUT, CUT, 23]
    full, found = FifoQueues(1, 2, outage).forward(queue, arrival_us, service_us)
    assert (full.tolist(), found.tolist()) == ([4, 10, 23, 26, DROPPED], [0, 0, 1, 1, 2])


def test_windows_that_overlap_or_touch_are_one():
    """Windows are sorted by queue and instant and joined; empty ones and unknown queues are refused."""
    windows = [Outage(2, 5, 9), Outage(0, 8, 9), Outage(0, 1, 4), Outage(0, 4, 6), Outage(2, 6, 7)]
    offset, from_us, until_us = merged(windows, 3)
    assert (offset.tolist(), from_us.tolist(), until_us.tolist()) == ([0, 2, 2, 3], [1, 8, 5], [6, 9, 9])
    with pytest.raises(ValueError, match="end after it begins"):
        merged([Outage(0, 4, 4)], 1)
    with pytest.raises(ValueError, match="no queue 1"):
        merged([Outage(1, 4, 5)], 1)


@settings(max_examples=100, deadline=None)
@given(messages=MESSAGES, capacity=st.integers(1, 5), cuts=st.lists(st.integers(0, 60), max_size=6))
def test_batches_are_irrelevant(messages, capacity, cuts):
    """Any split of the messages into calls gives the same finish times: the state carries everything."""
    queue, arrival_us, service_us = as_arrays(messages)
    whole, _ = FifoQueues(3, capacity).forward(queue, arrival_us, service_us)
    queues = FifoQueues(3, capacity)
    ends = [0, *sorted(min(cut, queue.size) for cut in cuts), queue.size]
    parts = [queues.forward(queue[a:b], arrival_us[a:b], service_us[a:b])[0] for a, b in pairwise(ends)]
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
    finish_us, _ = FifoQueues(queues, capacity).forward(number, arrival_us.ravel(), service_us.ravel())
    finish_us = finish_us.reshape(queues, messages)
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
