"""Hops against queueing theory: small versions of ``benchmarks/queue_theory.py``, fixed seeds.

A theory holds when it is inside the 99.9 % t-interval of the means of independent queues, and the interval is narrow enough to
say something; how narrow stands with each test. The first tenth of the messages of each queue, which begin empty, is left out.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.verification import queue_lab as lab
from tests.verification import queue_theory as theory


def holds(means, expected, widest):
    """Claim that ``expected`` is inside the interval of ``means``, which is within ``widest`` of it."""
    half = lab.half_width(means)
    assert abs(means.mean() - expected) <= half, f"{means.mean()} +- {half} against {expected}"
    assert half <= widest * expected, f"+- {half} of {expected}"


@pytest.mark.parametrize(("rho", "widest"), [(0.3, 0.02), (0.5, 0.02), (0.7, 0.03), (0.9, 0.08)])
@pytest.mark.parametrize("exponential", [True, False])
def test_waits_of_mm1_and_md1(rho, widest, exponential):
    """Mean waits of M/M/1 and M/D/1; the interval of 64 x 36,000 messages is as wide as is said, at 0.9 the widest."""
    wait, lost = lab.fifo(1, rho, exponential=exponential)
    assert not lost.any()
    holds(wait, theory.wait_mm1(rho) if exponential else theory.wait_md1(rho), widest)


@pytest.mark.parametrize(("rho", "room"), [(0.5, 2), (0.7, 3), (0.95, 5), (1.2, 8)])
def test_loss_and_wait_of_md1k(rho, room):
    """Loss and wait of a finite queue with constant services, against the embedded chain; intervals within 4 %."""
    wait, lost = lab.fifo(2, rho, exponential=False, room=room)
    share, expected = theory.md1k(rho, room)
    holds(lost, share, 0.04)
    holds(wait, expected, 0.02)


def test_the_embedded_chain_itself():
    """M/D/1/1 is Erlang's loss system, rho / (1 + rho); much room gives M/D/1; the balance of rates closes."""
    assert theory.md1k(0.8, 1)[0] == pytest.approx(0.8 / 1.8, rel=1e-12)
    lost, wait = theory.md1k(0.6, 40)
    assert (lost, wait) == (pytest.approx(0.0, abs=1e-9), pytest.approx(theory.wait_md1(0.6), rel=1e-6))
    assert theory.md1k(0.9, 2)[0] == pytest.approx(1 - (1 - 1 / (1 + 0.9 * np.exp(0.9))) / 0.9, rel=1e-9)


@pytest.mark.parametrize("servers", [2, 4])
def test_wait_of_several_workers(servers):
    """M/M/c at 0.8 a server: Erlang's C; the interval is within 8 %."""
    wait = lab.ordered(3, [0.8], servers=servers)
    holds(wait[:, 0], theory.wait_mmc(0.8, servers), 0.08)


def test_waits_of_priorities():
    """Three classes at 0.2 + 0.3 + 0.3: Cobham's formula; the intervals are within 3 %, 4 % and 9 %."""
    rhos = [0.2, 0.3, 0.3]
    waits = lab.ordered(4, rhos)
    for means, expected, widest in zip(waits.T, theory.waits_priorities(rhos), (0.03, 0.04, 0.09), strict=True):
        holds(means, expected, widest)


@pytest.mark.parametrize("rho", [0.3, 0.7, 0.9])
def test_age_of_information_of_dm1(rho):
    """A periodic source through exponential services: mean age D / 2 + 1 / (1 - s); the interval is within 5 %."""
    holds(lab.ages(5, rho), theory.age_dm1(rho), 0.05)


@pytest.mark.parametrize("rho", [0.3, 0.6, 0.9])
def test_an_outage_is_worked_off_like_a_fluid(rho):
    """Backlog gone after T rho / (1 - rho), rho T / (1 - rho) messages delayed, T / 2 on average.

    Within 0.5 %: messages are a thousandth of a unit of time.
    """
    found = lab.outage(rho, 5)
    assert found == pytest.approx(theory.outage_fluid(rho, 5.0), rel=0.005)
