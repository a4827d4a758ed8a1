"""Hops fed with random arrivals: means over independent queues, to be held against theory."""

from __future__ import annotations

import numpy as np
import scipy.stats

from twin.v2x.queues.priority_queue import PriorityQueues
from twin.v2x.queues.queue import DROPPED, FifoQueues, Outage

SERVICE_US = 1_000_000
"""Mean service time: so long that rounding to whole microseconds does not matter."""


def arrivals_us(rng, queues, messages, rho):
    """Return Poisson arrivals (queues, messages) at a utilisation of ``rho``."""
    return np.floor(np.cumsum(rng.exponential(SERVICE_US / rho, (queues, messages)), axis=1)).astype(np.int64)


def services_us(rng, queues, messages, *, exponential):
    """Return service times, exponential or all the same."""
    if not exponential:
        return np.full((queues, messages), SERVICE_US, np.int64)
    return np.floor(rng.exponential(SERVICE_US, (queues, messages)) + 0.5).astype(np.int64)


def fifo(seed, rho, *, exponential, room=20_000, queues=64, messages=40_000):
    """Return (mean wait of those accepted in services, share lost) of each queue, without the first tenth, (queues,)."""
    rng = np.random.default_rng(seed)
    arrival_us = arrivals_us(rng, queues, messages, rho)
    service_us = services_us(rng, queues, messages, exponential=exponential)
    number = np.repeat(np.arange(queues), messages)
    finish_us, _ = FifoQueues(queues, room).forward(number, arrival_us.ravel(), service_us.ravel())
    finish_us = finish_us.reshape(queues, messages)[:, messages // 10 :]
    lost = finish_us == DROPPED
    wait_us = finish_us - (arrival_us + service_us)[:, messages // 10 :]
    return np.where(lost, 0, wait_us).sum(axis=1) / (~lost).sum(axis=1) / SERVICE_US, lost.mean(axis=1)


def ordered(seed, rhos, *, servers=1, queues=64, messages=40_000):
    """Return the mean waits (queues, classes) of queues with priorities, utilisations ``rhos`` by class, exponential."""
    rng = np.random.default_rng(seed)
    arrival_us = arrivals_us(rng, queues, messages, sum(rhos) * servers)
    service_us = services_us(rng, queues, messages, exponential=True)
    priority = rng.choice(len(rhos), (queues, messages), p=np.array(rhos) / sum(rhos))
    order = np.argsort(arrival_us, axis=None, kind="stable")
    lines = PriorityQueues(queues, 20_000, classes=len(rhos), servers=servers)
    token, left_us, code, _ = lines.forward(
        order,
        np.repeat(np.arange(queues), messages)[order],
        arrival_us.ravel()[order],
        service_us.ravel()[order],
        priority.ravel()[order].astype(np.int64),
        2**60,
    )
    assert not code.any()
    wait_us = np.empty(queues * messages)
    wait_us[token] = left_us
    wait_us = (wait_us.reshape(queues, messages) - arrival_us - service_us)[:, messages // 10 :]
    classes = priority[:, messages // 10 :]
    return (
        np.stack([np.where(classes == p, wait_us, 0).sum(axis=1) / (classes == p).sum(axis=1) for p in range(len(rhos))], 1)
        / SERVICE_US
    )


def ages(seed, rho, queues=64, messages=40_000):
    """Return the mean age of information (queues,), in services, of periodic sources through D/M/1."""
    rng = np.random.default_rng(seed)
    period_us = round(SERVICE_US / rho)
    arrival_us = np.tile(np.arange(messages, dtype=np.int64) * period_us, (queues, 1))
    service_us = services_us(rng, queues, messages, exponential=True)
    number = np.repeat(np.arange(queues), messages)
    finish_us, _ = FifoQueues(queues, 20_000).forward(number, arrival_us.ravel(), service_us.ravel())
    finish_us = finish_us.reshape(queues, messages)[:, messages // 10 :].astype(np.float64)
    generated_us = arrival_us[:, messages // 10 :]
    before, after = finish_us[:, :-1] - generated_us[:, :-1], finish_us[:, 1:] - generated_us[:, :-1]
    area = (after**2 - before**2).sum(axis=1) / 2.0
    return area / (finish_us[:, -1] - finish_us[:, 0]) / SERVICE_US


def outage(rho, services, *, per_service=1000):
    """Return (time until the backlog has gone, messages delayed, their mean delay) of even arrivals and an outage.

    In services times ``per_service``: messages are that small, so that they come near a fluid.
    """
    service_us = 1000
    length_us = services * per_service * service_us
    gap_us = service_us / rho
    count = int(3 * length_us / (1 - rho) / gap_us)
    arrival_us = np.floor(length_us + np.arange(count) * gap_us).astype(np.int64)
    zeros = np.zeros(count, np.int64)
    lines = FifoQueues(1, count, [Outage(0, length_us, 2 * length_us)])
    finish_us, _ = lines.forward(zeros, arrival_us, zeros + service_us)
    delay_us = finish_us - arrival_us - service_us
    delayed = delay_us > service_us
    cleared_us = arrival_us[np.flatnonzero(delayed)[-1]] - 2 * length_us
    unit_us = per_service * service_us
    return cleared_us / unit_us, delayed.sum() / per_service, delay_us[delayed].mean() / unit_us


def half_width(means):
    """Return half the 99.9 % t-interval of the mean of independent means (n,)."""
    return scipy.stats.t.ppf(0.9995, means.size - 1) * means.std(ddof=1) / np.sqrt(means.size)
