"""What queueing theory says of one hop, in closed form or as the solution of a small linear system.

Times are in units of the mean service time; ``rho`` is the utilisation offered.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq


def wait_mm1(rho):
    """Mean wait of M/M/1: rho / (1 - rho) (e.g. L. Kleinrock, "Queueing Systems" I, 1975, section 3.2)."""
    return rho / (1.0 - rho)


def wait_md1(rho):
    """Mean wait of M/D/1: rho / (2 (1 - rho)) (F. Pollaczek 1930, A. Khinchine 1932)."""
    return rho / (2.0 * (1.0 - rho))


def md1k(rho, room):
    """Return (share lost, mean wait of those accepted) of M/D/1 with room for ``room`` messages, one of them in service.

    The number left behind by each service is a Markov chain (D. G. Kendall 1953): a_k = exp(-rho) rho^k / k! arrive during a
    service, of which room - 1 at most find a place. Its stationary distribution pi solves a linear system; then the share of
    time with nobody there is p_0 = pi_0 / (pi_0 + rho), the share lost 1 - (1 - p_0) / rho, and p_n = pi_n (1 - p_0) / (1 -
    loss) / rho, that is pi_n / (pi_0 + rho) for n < room; Little's law gives the wait. (O. Brun, J.-M. Garcia, "Analytical
    solution of finite capacity M/D/1 queues", J. Appl. Prob. 37, 2000, have the same in closed form.)
    """
    arrive = np.array([math.exp(-rho) * rho**k / math.factorial(k) for k in range(room)])
    step = np.zeros((room, room))
    for left in range(room):
        base = max(left - 1, 0)
        for k in range(room - 1 - base):
            step[left, base + k] = arrive[k]
        step[left, room - 1] = 1.0 - step[left].sum()
    system = np.vstack((step.T - np.eye(room), np.ones(room)))
    left_behind = np.linalg.lstsq(system, np.append(np.zeros(room), 1.0), rcond=None)[0]
    empty = left_behind[0] / (left_behind[0] + rho)
    lost = 1.0 - (1.0 - empty) / rho
    share = left_behind / (left_behind[0] + rho)
    inside = (np.arange(room) * share).sum() + room * lost
    return lost, inside / (rho * (1.0 - lost)) - 1.0


def blocking_mm1k(rho, room):
    """Share lost of M/M/1/K: (1 - rho) rho^K / (1 - rho^(K + 1))."""
    weight = rho ** np.arange(room + 1)
    return weight[-1] / weight.sum()


def wait_mmc(rho, servers):
    """Mean wait of M/M/c with ``rho`` for each server: Erlang's C / (c (1 - rho)) (A. K. Erlang 1917)."""
    load = rho * servers
    terms = [load**k / math.factorial(k) for k in range(servers)]
    last = load**servers / math.factorial(servers) / (1.0 - rho)
    return last / (sum(terms) + last) / (servers * (1.0 - rho))


def waits_priorities(rhos):
    """Mean waits of the classes of M/M/1 with non-preemptive priorities, the first class most urgent.

    Cobham 1954: W_k = W_0 / ((1 - s_(k-1)) (1 - s_k)), W_0 the mean remaining service, here sum(rhos), s_k the sum of the
    utilisations of classes up to k.
    """
    sums = np.concatenate(([0.0], np.cumsum(rhos)))
    return sums[-1] / ((1.0 - sums[:-1]) * (1.0 - sums[1:]))


def age_dm1(rho):
    """Return the mean age of information of a periodic source through D/M/1, first come, first served.

    Updates come each D = 1 / rho; the time in the system T is exponential with rate 1 - s, where s = exp(-(1 - s) D) (GI/M/1,
    Kleinrock I, section 6.4). The age is a saw tooth: with N updates a period, mean age = E[Y T] / D + D / 2, and as Y = D is
    constant, D / 2 + E[T] = D / 2 + 1 / (1 - s) (S. Kaul, R. Yates, M. Gruteser, "Real-time status", INFOCOM 2012, eq. 24).
    """
    period = 1.0 / rho
    share = brentq(lambda s: s - math.exp(-(1.0 - s) * period), 0.0, 1.0 - 1e-9 if rho < 0.999 else 1.0)
    return period / 2.0 + 1.0 / (1.0 - share)


def outage_fluid(rho, outage):
    """Return, for a line out for ``outage`` with deterministic flow: time until the backlog has gone, and messages delayed.

    What came during the outage, rho T services, is worked off at rate 1 while rho goes on coming: T rho / (1 - rho). All that
    come from the beginning until then are delayed: rho (T + T rho / (1 - rho)) = rho T / (1 - rho); their delay falls from T to
    0 in proportion, so that its mean is T / 2.
    """
    clearing = outage * rho / (1.0 - rho)
    return clearing, rho * (outage + clearing), outage / 2.0
