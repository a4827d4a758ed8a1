"""What happens to lines: their outages begin and end as SimPy events, told to who listens and to table ``link_event``."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence

import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.v2x.queues.line_state import MessageRecorder
from twin.v2x.queues.queue import Outage, merged
from twin.v2x.topology import HOPS

Listener = Callable[[simpy.Environment, str, int, bool], None]
"""Told the environment, the hop, the line, and whether it is out now."""


class LineEvents:
    """The outages of all lines as processes, one a line, in the control phase of their instants.

    The chain itself knows the windows beforehand, so that its times are exact; whoever has to notice an outage is told here.
    """

    def __init__(self, outages: Mapping[str, Sequence[Outage]], recorder: MessageRecorder) -> None:
        """Tell of ``outages`` by hop, of which those that overlap are one; rows go to ``recorder``."""
        self._recorder = recorder
        self.listeners: list[Listener] = []
        """Told of each change after its row is written."""
        self._windows: list[tuple[str, int, list[tuple[int, int]]]] = []
        for hop in HOPS:
            given = outages.get(hop, ())
            offset, from_us, until_us = merged(given, max((one.queue for one in given), default=-1) + 1)
            for line in sorted({one.queue for one in given}):
                mine = slice(offset[line], offset[line + 1])
                self._windows.append((hop, line, list(zip(from_us[mine].tolist(), until_us[mine].tolist(), strict=True))))

    def processes(self, env: simpy.Environment) -> list[Generator[Event, None, None]]:
        """Return a process for each line that is ever out."""
        return [self._line(env, *one) for one in self._windows]

    def tell(self, t_us: int, hop: str, line: int, event: str, to_line: int | None = None) -> None:
        """Write a row of table ``link_event``."""
        columns = {"t_us": [t_us], "hop": [hop], "line": [line], "event": [event], "to_line": [to_line]}
        self._recorder.append("link_event", columns)

    def _line(
        self, env: simpy.Environment, hop: str, line: int, windows: Sequence[tuple[int, int]]
    ) -> Generator[Event, None, None]:
        for window in windows:
            for t_us, event in zip(window, ("out", "back"), strict=True):
                yield in_phase(env, t_us - int(env.now), Phase.CONTROL)
                self.tell(t_us, hop, line, event)
                for listener in self.listeners:
                    listener(env, hop, line, event == "out")
