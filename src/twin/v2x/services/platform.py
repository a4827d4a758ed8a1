"""The services of a run: who has heard what, what they advise, and when it reaches the drivers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.kernel.growing import grown
from twin.kernel.records import SpeedAdvice
from twin.traffic.ground_truth import GroundTruth
from twin.traffic.process import Traffic
from twin.units import to_us
from twin.v2x.platform.contents import Sightings, chosen
from twin.v2x.platform.picture import Picture
from twin.v2x.services.compliance import lowest
from twin.v2x.services.hazard_warning import Hazards, HazardWarnings
from twin.v2x.services.lane_queues import LaneQueues
from twin.v2x.services.service_spec import ServicesSpec
from twin.v2x.services.signal_advice import SignalAdvice

Bools = npt.NDArray[np.bool_]
Longs = npt.NDArray[np.int64]

NEVER: Final = -(1 << 60)
"""An instant that has not come. Choice: before everything."""

Broadcast = Callable[[GroundTruth, Longs], tuple[Longs, Longs]]
"""Returns which rows of the truth hear which roadside units when all units send: rows, units, (pairs,)."""


class Services:
    """Speed advice at signals and hazard warnings, as far as they are offered and heard."""

    def __init__(
        self,
        spec: ServicesSpec,
        traffic: Traffic,
        seed: int,
        recorder: Recorder,
        *,
        equipped: Callable[[GroundTruth], Bools],
        broadcast: Broadcast | None,
        junction_of_unit: Sequence[int | None],
        everywhere: bool,
    ) -> None:
        """Prepare what is offered.

        ``equipped`` tells who has a unit; ``broadcast`` who hears which roadside unit, None without any; ``junction_of_unit``
        (units,) whose SPAT each sends; ``everywhere``: the cell network brings SPAT and warnings to all equipped vehicles.
        """
        self._spec, self._recorder = spec, recorder
        self._equipped, self._broadcast, self._everywhere = equipped, broadcast, everywhere
        self._junction = np.array([-1 if junction is None else junction for junction in junction_of_unit], np.int64)
        self._signal = None if spec.signal_advice is None else SignalAdvice(spec.signal_advice, traffic, seed)
        self._hazard = None if spec.hazard_warning is None else HazardWarnings(spec.hazard_warning, traffic, seed)
        self._told = Hazards(np.empty(0, np.int32), np.empty(0), np.empty(0, np.int64))
        self._heard: dict[tuple[int, int], int] = {}
        self._any_us = np.zeros(0, np.int64)
        self.at_the_edge, self.in_the_cloud = Picture(), Picture()
        """What is known where: queues are told by the edge (RSM), hazards are found in the regional cloud."""

    def send(self, truth: GroundTruth) -> None:
        """Let every roadside unit send SPAT and warnings, and note who hears it."""
        if self._broadcast is None:
            return
        rows, units = self._broadcast(truth, np.flatnonzero(self._equipped(truth)))
        vehicle = truth.vehicle[rows]
        self._any_us = grown(self._any_us, int(vehicle.max(initial=-1)) + 1, NEVER)
        self._any_us[vehicle] = truth.t_us
        for number, junction in zip(vehicle.tolist(), self._junction[units].tolist(), strict=True):
            if junction >= 0:
                self._heard[number, junction] = truth.t_us

    def advise(self, t_us: int, truth: GroundTruth) -> SpeedAdvice:
        """Return what drivers do at ``t_us`` for what has come to their vehicles; write it to the log.

        Hazards are those that were found a period ago: warnings are under way in between.
        """
        equipped = self._equipped(truth)
        found = []
        if self._signal is not None:
            spec = self._signal.spec
            seen = _known(self.at_the_edge.of(t_us)[1])
            queues = LaneQueues(seen.edge, np.maximum(seen.lane, 0).astype(np.int8), seen.s_m, seen.speed_mps)
            stale_us = t_us - to_us(spec.stale_after_s)

            def heard(row: Longs, junction: Longs) -> Bools:
                pairs = zip(truth.vehicle[row].tolist(), junction.tolist(), strict=True)
                return np.array([self._heard.get(pair, NEVER) >= stale_us for pair in pairs], np.bool_)

            advice = self._signal.step(t_us, truth, equipped, queues, None if self._everywhere else heard)
            self._write("signal_advice", advice)
            found.append(advice)
        if self._hazard is not None:
            seen = _known(self.in_the_cloud.of(t_us)[1])
            told, self._told = self._told, self._hazard.detect(t_us, seen.edge, seen.s_m, seen.speed_mps)
            received = equipped if self._everywhere else equipped & self._recently(truth, t_us)
            advice = self._hazard.advise(t_us, truth, received, told)
            self._write("hazard_warning", advice)
            found.append(advice)
        self._heard = {pair: at for pair, at in self._heard.items() if at >= t_us - FORGET_US}
        return lowest(t_us, *found)

    def _recently(self, truth: GroundTruth, t_us: int) -> Bools:
        """Return who of the truth has heard any unit within the last second: warnings are sent by all of them."""
        self._any_us = grown(self._any_us, int(truth.vehicle.max(initial=-1)) + 1, NEVER)
        return np.asarray(self._any_us[truth.vehicle] > t_us - RSI_US, np.bool_)

    def _write(self, service: str, advice: SpeedAdvice) -> None:
        told = np.isfinite(advice.speed_mps)
        self._recorder.append(
            "guidance",
            {
                "t_us": np.full(int(told.sum()), advice.t_us, np.int64),
                "service": service,
                "vehicle": advice.vehicle[told],
                "speed_cmps": centimetres(advice.speed_mps[told]),
                "until_us": advice.until_us[told],
            },
        )


RSI_US: Final = 1_000_000
"""A warning is heard by who has heard a unit within this. Source: RSI is sent once a second (T/CSAE 53-2020)."""

FORGET_US: Final = 60_000_000
"""What was heard longer ago is forgotten. Choice: longer than any SPAT is used for."""


def _known(seen: Sightings) -> Sightings:
    """Return the objects whose road, place along it and speed are known."""
    return chosen(seen, (seen.edge >= 0) & np.isfinite(seen.s_m) & np.isfinite(seen.speed_mps))
