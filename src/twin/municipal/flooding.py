"""Water and traffic meet: drivers slow down in it, drive into deep water, and are led around what is closed."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, every
from twin.kernel.records import SpeedAdvice
from twin.kernel.reporting import Recorder
from twin.municipal.rain import rain_mmph
from twin.municipal.roads_spec import RoadDevicesSpec
from twin.municipal.underpass_spec import ClosureSpec
from twin.municipal.underpasses import Underpass
from twin.municipal.water import Water, speed_in_water_mps
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.process import Traffic
from twin.traffic.replay import Replay
from twin.units import US_PER_S, to_s

STEP_US: Final = US_PER_S
"""Water rises and drivers look at it so often. Choice: a second, in which the level changes by a millimetre."""

AROUND_US: Final = 60 * US_PER_S
"""While a road is closed, those who set out meanwhile are led around it so often. Choice: a minute, as informed drivers."""

WADING_M: Final = 0.02
"""Drivers slow down in water from this depth on. Choice: 2 cm, below which the formula says next to nothing."""

AHEAD_M: Final = 40.0
"""They slow down so far before it. Choice: the way to a crawl from 50 km/h, comfortably."""


class Flooding:
    """Underpasses (n,) of a run, their water, and the traffic in them. A recorded traffic is looked at and not changed."""

    def __init__(
        self,
        underpasses: Sequence[Underpass],
        spec: RoadDevicesSpec,
        steady_mmph: float,
        network: RoadNetwork,
        traffic: Traffic | Replay,
        recorder: Recorder,
    ) -> None:
        """Begin dry, with every underpass open; ``steady_mmph`` is the rain where there is no storm."""
        self.underpasses, self._spec, self._steady_mmph = tuple(underpasses), spec, steady_mmph
        self._network, self._traffic, self._recorder = network, traffic, recorder
        self.water = Water(underpasses, spec.drainage)
        self.closed = np.zeros(len(self.underpasses), np.bool_)
        """Which are closed to traffic, (n,)."""
        self._deep_m = (spec.closure or ClosureSpec()).close_m
        self._waded: list[set[int]] = [set() for _ in self.underpasses]
        self._new_in_deep = np.zeros(len(self.underpasses), np.int64)

    @property
    def can_close(self) -> bool:
        """Whether there is traffic that heeds a closure."""
        return isinstance(self._traffic, Traffic)

    def processes(self, env: simpy.Environment, interval_us: int) -> list[Generator[Event, None, None]]:
        """Return the bodies of the SimPy processes; the log is written each ``interval_us``."""
        return [
            every(env, STEP_US, Phase.CONTROL, self.step, first_us=STEP_US),
            every(env, AROUND_US, Phase.CONTROL, self._lead_around, first_us=AROUND_US),
            every(env, interval_us, Phase.RECORDER, self.log, first_us=interval_us),
        ]

    def levels_m(self) -> npt.NDArray[np.float64]:
        """Return the present depths at the lowest points, (n,)."""
        return self.water.level_m

    def rain(self, t_us: int) -> float:
        """Return the rain at an instant, mm/h."""
        return rain_mmph(self._spec.storm, self._steady_mmph, t_us)

    def close(self, t_us: int, number: int, closed: bool) -> None:  # noqa: FBT001  (what the control calls)
        """Close an underpass to traffic, or open it again."""
        self.closed[number] = closed
        if isinstance(self._traffic, Traffic):
            self._traffic.order(t_us, self.underpasses[number].edges.tolist(), closed=closed)
        self._lead_around(t_us)

    def step(self, t_us: int) -> None:
        """Let the water rise or fall by a step, and drivers see it."""
        pumping = [one.spec is None or not any(window.on(t_us) for window in one.spec.pump_out) for one in self.underpasses]
        self.water.step(to_s(STEP_US), self.rain(t_us), np.array(pumping, np.bool_))
        level_m, reach_m = self.water.level_m, self.water.reach_m()
        for number in np.flatnonzero(level_m >= WADING_M).tolist():
            self._wade(t_us, self.underpasses[number], level_m[number], float(reach_m[number]))

    def log(self, t_us: int) -> None:
        """Write how the underpasses stand, and who came into deep water since the last call."""
        n = len(self.underpasses)
        self._recorder.append(
            "flood",
            {
                "t_us": np.full(n, t_us, np.int64),
                "underpass": np.arange(n),
                "rain": np.full(n, self.rain(t_us)),
                "level_m": self.water.level_m,
                "closed": self.closed,
                "deep_vehicles": self._new_in_deep,
            },
        )
        self._new_in_deep[:] = 0

    def _wade(self, t_us: int, underpass: Underpass, level_m: npt.NDArray[np.float64], reach_m: float) -> None:
        """Let drivers slow down in the water of an underpass; count those in deep water, each once."""
        there = self._traffic.on_edges(underpass.edges, t_us)
        away_m = there.s_m - 0.5 * self._network.edge_length_m[there.edge]
        near = (away_m >= -reach_m - AHEAD_M) & (away_m <= reach_m)
        if near.any() and isinstance(self._traffic, Traffic):
            who = np.unique(there.vehicle[near]).astype(np.int32)
            speed_mps = np.full(who.size, speed_in_water_mps(level_m))
            self._traffic.advise(SpeedAdvice(t_us, who, speed_mps, np.full(who.size, t_us + 2 * STEP_US, np.int64)))
        if level_m >= self._deep_m:
            deep = set(there.vehicle[np.abs(away_m) <= reach_m].tolist())
            self._new_in_deep[underpass.number] += len(deep - self._waded[underpass.number])
            self._waded[underpass.number] |= deep

    def _lead_around(self, t_us: int) -> None:
        if self.closed.any() and isinstance(self._traffic, Traffic):
            self._traffic.around_orders(t_us, t_us + 2 * AROUND_US)
