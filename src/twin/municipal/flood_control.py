"""Closing underpasses by reported levels, and opening them again."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.municipal.underpass_spec import ClosureSpec
from twin.units import to_us

Act = Callable[[int, int, bool], None]
"""Closes (True) or opens an underpass: told the instant in us and its number."""


class FloodControl:
    """Decides on each underpass (n,) from the levels that arrive. Who hears nothing more leaves it as it is."""

    def __init__(self, env: simpy.Environment, spec: ClosureSpec, underpasses: int, act: Act) -> None:
        """Let ``act`` do what is decided, some time after."""
        self._env, self._spec, self._act = env, spec, act
        self.ordered = np.zeros(underpasses, np.bool_)
        """Which are to be closed, by the latest decision."""
        self._low_since_us: dict[int, int] = {}

    def hear(self, t_us: int, underpass: int, level_m: float) -> None:
        """Take a reported level of an underpass, known at ``t_us``."""
        spec = self._spec
        if level_m >= spec.reopen_m:
            self._low_since_us.pop(underpass, None)
        if level_m >= spec.close_m and not self.ordered[underpass]:
            self._decide(underpass, closed=True)
        elif level_m < spec.reopen_m and self.ordered[underpass]:
            since_us = self._low_since_us.setdefault(underpass, t_us)
            if t_us - since_us >= to_us(spec.reopen_after_s):
                self._decide(underpass, closed=False)

    def _decide(self, underpass: int, *, closed: bool) -> None:
        self.ordered[underpass] = closed
        self._low_since_us.pop(underpass, None)
        self._env.process(self._later(underpass, closed=closed))

    def _later(self, underpass: int, *, closed: bool) -> Generator[Event, None, None]:
        yield in_phase(self._env, to_us(self._spec.act_after_s), Phase.CONTROL)
        if self.ordered[underpass] == closed:
            self._act(int(self._env.now), underpass, closed)
