"""The process that moves the messages of a run."""

from __future__ import annotations

from collections.abc import Generator

import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, every
from twin.v2x.queues.chain import Chain

STEP_US = 100_000
"""Messages are forwarded in batches of this length, after the sensors of the instant; their times do not depend on it."""


def link_process(env: simpy.Environment, chain: Chain, period_us: int = STEP_US) -> Generator[Event, None, None]:
    """Step ``chain`` each ``period_us`` in the links' phase; the body of a SimPy process.

    Call ``chain.finish()`` when the run has ended.
    """
    yield from every(env, period_us, Phase.LINKS, chain.step)
