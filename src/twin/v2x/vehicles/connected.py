"""Connected vehicles at work: what they send, who hears it, what is believed of it, and what is handed on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from twin.eventlog.quantise import centimetres, compass_centidegrees
from twin.eventlog.recorder import Recorder, labels
from twin.kernel.growing import grown
from twin.kernel.records import FrameBatch, ObjectLists, RoadsideUnit
from twin.traffic.ground_truth import GroundTruth
from twin.units import US_PER_S, to_us
from twin.v2x.cells.cellular import Cellular
from twin.v2x.platform.contents import Sightings
from twin.v2x.radio.blockers import TallVehicles, tall_vehicles
from twin.v2x.radio.heard import DeliveryTotals
from twin.v2x.radio.reception import Outcome
from twin.v2x.radio.sidelink import Sidelink
from twin.v2x.security.attack_spec import ATTACKS
from twin.v2x.security.attacks import Attackers, Jammers
from twin.v2x.security.vehicle_messages import Received, VehicleMessages, honest_messages
from twin.v2x.vehicles.connected_spec import ConnectedSpec
from twin.v2x.vehicles.generation import BsmGenerator, BsmRule, CamGenerator
from twin.v2x.vehicles.on_board_units import OnBoardUnits

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

PERIOD_US: Final = 100_000
"""Time between two looks at who sends. Source: 10 Hz, the most that T/CSAE 53-2020 and EN 302 637-2 let a vehicle send."""

MOST_COPIES: Final = 64
"""Messages of one vehicle at one instant that draw by themselves. Choice: more than any attack sends."""

DOWN: Final = 1 << 31
"""Frames of draws for what units send begin here. Choice: behind all frames of what vehicles send."""

NOBODY: Final = -1
"""In the place of a vehicle's number. Choice: no number."""

Match = Callable[[Floats, Floats, Floats], tuple[Ints, Floats]]
"""Returns edge (-1 for none) and place along it of places x, y with headings, (n,) each."""


class Placed(NamedTuple):
    """What messages claim, (n,) each, in the order that ``ObjectLists`` and ``Sightings`` have it."""

    edge: Ints
    s_m: Floats
    speed_mps: Floats
    x_m: Floats
    y_m: Floats
    vehicle: Ints
    """Truth; ``NOBODY`` for lies."""
    lane: npt.NDArray[np.int8]


class Judge(Protocol):
    """Looks at received messages before they are handed on."""

    def judge(self, received: Received, t_us: int) -> tuple[npt.NDArray[np.uint16], Bools]:
        """Return for each message (n,) what detectors found, a bit each, and whether it is to be used."""

    def used(self, sender: Longs, t_us: int) -> Bools:
        """Return whose messages (n,) are used at ``t_us``."""


class ConnectedVehicles:
    """All connected vehicles of a run and the roadside units that hear them."""

    def __init__(
        self,
        spec: ConnectedSpec,
        seed: int,
        units: Sequence[RoadsideUnit],
        sidelink: Sidelink | None,
        recorder: Recorder,
        *,
        attackers: Attackers,
        jammers: Jammers,
        area: tuple[float, float, float, float],
        match: Match,
        judge: Judge | None = None,
        cellular: Cellular | None = None,
        in_the_cloud: Callable[[Sightings], None] = lambda _: None,
        every: int = 10,
        bytes_of: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """Join the parts.

        ``area`` is the map's least x and y, greatest x and y; ``match`` finds roads; ``in_the_cloud`` is told what comes to
        the regional clouds over ``cellular``; of every ``every``-th look the messages that were heard are logged; ``bytes_of``
        a list are those around it and those of a message in it.
        """
        self._spec, self._recorder, self._every = spec, recorder, every
        self._units = OnBoardUnits(spec, seed)
        self._sidelink, self._judge = sidelink, judge
        self._attackers, self._jammers, self._area = attackers, jammers, area
        self._device = np.array([unit.number for unit in units], np.int64)
        self._x_m, self._y_m = np.array([unit.x_m for unit in units]), np.array([unit.y_m for unit in units])
        self._totals = DeliveryTotals(self._device, spec.pc5.range_m)
        self._ready_us = to_us(spec.wait_s + spec.handling_s)
        self._bytes_of, self._match = bytes_of, match
        self._cellular, self._in_the_cloud = cellular, in_the_cloud
        self._generator = (
            CamGenerator() if spec.rule == "cam" else BsmGenerator(BsmRule(least_us=round(US_PER_S / spec.rate_hz)))
        )
        self._sequence = np.zeros(0, np.int64)
        self.sent = 0
        """Messages sent since the start, forged ones included."""
        self.heard = 0
        """Receptions by roadside units."""

    def step(self, truth: GroundTruth) -> FrameBatch:
        """Let every equipped vehicle send at the instant of ``truth``; return what the roadside units hand on.

        One list a unit that has heard anything worth handing on, in the order of the units.
        """
        frame = truth.t_us // PERIOD_US
        messages, row = _there(self._attackers.alter(self._honest(truth, frame), truth.t_us, self._area), truth.vehicle)
        self.sent += len(messages)
        logged = self._every > 0 and frame % self._every == 0
        if self._cellular is not None:
            self._over_the_network(truth, messages, row, self._cellular, logged=logged)
        received, row = self._hear(truth, frame, messages, row)
        self.heard += len(received)
        if self._judge is None:
            verdict, used = np.zeros(len(received), np.uint16), np.ones(len(received), np.bool_)
        else:
            verdict, used = self._judge.judge(received, truth.t_us)
        if logged:
            self._log("pc5", received.messages, self._device[received.receiver], received.received_us, verdict, used)
        rows = np.flatnonzero(used)
        rows = rows[_newest(received.take(rows))]
        return self._handed_on(truth, frame, received.take(rows), row[rows])

    def equipped(self, truth: GroundTruth) -> Bools:
        """Return who of ``truth`` carries a unit, (n,)."""
        return self._units.equipped(truth.vehicle, truth.klass)

    def hear_units(self, truth: GroundTruth, row: Longs) -> tuple[Longs, Longs]:
        """Return who of these rows of ``truth`` hears which roadside unit when all units send once: rows and units, (pairs,).

        Radio is the same both ways; the draws are others than those of the vehicles' own messages.
        """
        if self._sidelink is None or not row.size:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        tall = self._tall(truth)
        frame = DOWN + truth.t_us // PERIOD_US
        pairs = self._sidelink.receive(frame, truth.x_m[row], truth.y_m[row], truth.vehicle[row].astype(np.int64), tall)
        heard = pairs.outcome == Outcome.DELIVERED
        return row[pairs.sender[heard]], pairs.unit[heard]

    def _tall(self, truth: GroundTruth) -> TallVehicles:
        sizes = (truth.length_m, truth.width_m, truth.height_m)
        return tall_vehicles(truth.x_m, truth.y_m, truth.heading_rad, *sizes, self._spec.pc5.vehicle_antenna_m)

    def close_interval(self, t_us: int) -> None:
        """Write what was summed up over the interval that ends at ``t_us``."""
        self._totals.close_interval(t_us, self._recorder)
        if self._cellular is not None:
            self._cellular.close_interval(t_us, self._recorder)

    def _honest(self, truth: GroundTruth, frame: int) -> VehicleMessages:
        """Return what honest units would send now: those whose turn it is."""
        own = self._units.measure(truth, frame)
        if isinstance(self._generator, CamGenerator):
            due = self._generator.step(truth.t_us, own.vehicle, own.x_m, own.y_m, own.speed_mps, own.heading_rad)
        else:
            due = self._generator.step(truth.t_us, own.vehicle, own.x_m, own.y_m)
        vehicle = own.vehicle[due]
        self._sequence = grown(self._sequence, int(vehicle.max(initial=-1)) + 1)
        self._sequence[vehicle] += 1
        said = (own.x_m, own.y_m, own.speed_mps, own.heading_rad, own.acceleration_mps2)
        place = (said[0][due], said[1][due], said[2][due], said[3][due], said[4][due])
        return honest_messages(truth.t_us, self._units.ids(vehicle), self._sequence[vehicle], place, vehicle)

    def _over_the_network(
        self, truth: GroundTruth, messages: VehicleMessages, row: Longs, cellular: Cellular, *, logged: bool
    ) -> None:
        """Send messages to the regional clouds over 5G; those of senders whom nobody listens to any more are not used there."""
        size = round(sum(self._bytes_of))
        sent = cellular.send(truth.t_us, messages.vehicle.astype(np.int64), truth.x_m[row], truth.y_m[row], size)
        used = np.ones(len(messages), np.bool_) if self._judge is None else self._judge.used(messages.sender, truth.t_us)
        arrival_us = np.maximum(sent.arrival_us + np.maximum(messages.transmit_us - truth.t_us, 0), truth.t_us)
        chosen = np.flatnonzero(sent.arrived & used)
        said = messages.take(chosen)
        nowhere = np.full(chosen.size, NOBODY, np.int32)
        self._in_the_cloud(Sightings(arrival_us[chosen], said.sent_us, nowhere, *self._placed(truth, said, row[chosen])))
        if logged:
            nobody = np.ma.masked_array(np.zeros(len(messages), np.int64), mask=np.ones(len(messages), np.bool_))
            received_us = np.ma.masked_array(arrival_us, mask=~sent.arrived)
            self._log("uu", messages, nobody, received_us, np.zeros(len(messages), np.uint16), used)

    def _hear(self, truth: GroundTruth, frame: int, messages: VehicleMessages, row: Longs) -> tuple[Received, Longs]:
        """Return what the roadside units hear, in the order (unit, vehicle, message), with the vehicle's ``row`` in truth."""
        sidelink = self._sidelink
        if sidelink is None or not len(messages):
            return Received(VehicleMessages.empty(), np.empty(0, np.int32), np.empty(0, np.int64)), np.empty(0, np.int64)
        first = np.searchsorted(messages.vehicle, messages.vehicle)
        draw = messages.vehicle.astype(np.int64) * MOST_COPIES + np.minimum(np.arange(row.size) - first, MOST_COPIES - 1)
        tall = self._tall(truth)
        jamming_db = self._jammers.jamming_db(self._x_m, self._y_m, truth.t_us)
        pairs = sidelink.receive(frame, truth.x_m[row], truth.y_m[row], draw, tall, jamming_db=jamming_db)
        self._totals.add(pairs.unit, pairs.distance_m, pairs.outcome)
        heard = np.flatnonzero(pairs.outcome == Outcome.DELIVERED)
        heard = heard[np.lexsort((pairs.sender[heard], pairs.unit[heard]))]
        sender = pairs.sender[heard]
        mine = messages.take(sender)
        received_us = np.maximum(mine.transmit_us, truth.t_us) + to_us(self._spec.wait_s)
        return Received(mine, pairs.unit[heard].astype(np.int32), received_us), row[sender]

    def _handed_on(self, truth: GroundTruth, frame: int, received: Received, row: Longs) -> FrameBatch:
        """Return the lists of the units: each sender's newest message once."""
        count = np.bincount(received.receiver, minlength=self._device.size)
        some = count > 0
        said = received.messages
        around, each = self._bytes_of
        offset = np.concatenate(([0], np.cumsum(count[some])))
        units = int(some.sum())
        return FrameBatch(
            t_us=truth.t_us,
            device=self._device[some].astype(np.int32),
            frame=np.full(units, frame, np.int64),
            objects=count[some].astype(np.int32),
            result_time_us=np.full(units, truth.t_us + self._ready_us, np.int64),
            content=ObjectLists(offset, *self._placed(truth, said, row)),
            bytes=np.ceil(around + each * count[some]).astype(np.int32),
        )

    def _placed(self, truth: GroundTruth, said: VehicleMessages, row: Longs) -> Placed:
        """Return what messages claim, on roads: honest ones on their own, lies on the nearest that fits.

        Assumption: lanes, heading and the way so far let the platform find the road of an honest vehicle.
        """
        heading = truth.heading_rad[row]
        ahead_m = (said.x_m - truth.x_m[row]) * np.cos(heading) + (said.y_m - truth.y_m[row]) * np.sin(heading)
        edge, s_m = truth.edge[row].astype(np.int32), truth.s_m[row] + ahead_m
        vehicle, lane = said.vehicle.astype(np.int32), truth.lane[row].astype(np.int8)
        lies = np.flatnonzero(said.attack > 0)
        if lies.size:
            edge[lies], s_m[lies] = self._match(said.x_m[lies], said.y_m[lies], said.heading_rad[lies])
            vehicle[lies] = lane[lies] = NOBODY
        return Placed(edge, s_m, said.speed_mps, said.x_m, said.y_m, vehicle, lane)

    def _log(
        self, way: str, said: VehicleMessages, device: Any, received_us: Any, verdict: npt.NDArray[np.uint16], used: Bools
    ) -> None:
        self._recorder.append(
            "vehicle_report",
            {
                "t_us": said.sent_us,
                "way": way,
                "device": device,
                "sender": said.sender,
                "sequence": said.sequence,
                "x_cm": centimetres(said.x_m),
                "y_cm": centimetres(said.y_m),
                "speed_cmps": centimetres(said.speed_mps),
                "heading_cdeg": compass_centidegrees(said.heading_rad),
                "received_us": received_us,
                "verdict": verdict,
                "used": used,
                "vehicle": said.vehicle,
                "attack": labels(said.attack.astype(np.int8) - 1, ATTACKS),
            },
        )


def _there(messages: VehicleMessages, vehicle: Ints) -> tuple[VehicleMessages, Longs]:
    """Return the messages of those who are on the map, vehicle after vehicle, with their rows among the ``vehicle`` (m,).

    Who sends late may have left meanwhile: its unit has driven out of everybody's reach.
    """
    rows = np.full(max(int(vehicle.max(initial=0)), int(messages.vehicle.max(initial=0))) + 1, NOBODY, np.int64)
    rows[vehicle] = np.arange(vehicle.size)
    order = np.lexsort((messages.transmit_us, messages.vehicle))
    order = order[rows[messages.vehicle[order]] != NOBODY]
    return messages.take(order), rows[messages.vehicle[order]]


def _newest(received: Received) -> Longs:
    """Return the rows (k,) of the last message of each sender at each unit, in the order of ``received`` (n,)."""
    said = received.messages
    order = np.lexsort((np.arange(len(received)), said.transmit_us, said.sender, received.receiver))
    unit, sender = received.receiver[order], said.sender[order]
    last = np.append((unit[1:] != unit[:-1]) | (sender[1:] != sender[:-1]), np.full(min(len(received), 1), fill_value=True))
    return np.sort(order[last])
