"""Bridges of a scenario, found on the map and worked out as structures: what a run builds them from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.bridges.binding import Binding, bind
from twin.bridges.bridges_spec import BridgesSpec, MonitoredBridgeSpec
from twin.bridges.design_load import design_response
from twin.bridges.sensor_base import UNITS
from twin.bridges.sensor_spec import Channel, channels_of
from twin.bridges.structure import Floats, Quantity, Structure
from twin.bridges.structures import structure_of
from twin.errors import Problem
from twin.kernel.device_life_spec import unknown_in_schedule
from twin.kernel.reporting import FieldDevice, Gateway
from twin.messages import say
from twin.roadnet.road_network import RoadNetwork
from twin.units import CM_PER_M, to_us

HEADER_BYTES: Final = 64
"""What a report costs beside its samples: stamps, names, scales, and what carries it. Assumption: MQTT over TLS."""

LIVE_LOAD: Final = ("displacement", "strain")
"""Quantities that the design's lane load is worked out for."""


@dataclass(frozen=True, slots=True)
class BridgePlan:
    """A bridge that can be built: what the scenario says, where it lies, what it is as a structure."""

    number: int
    """In the log."""
    spec: MonitoredBridgeSpec
    binding: Binding
    structure: Structure

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Channels of its sensors."""
        return channels_of(self.spec.name, self.spec.monitoring.sensors)

    def devices(self, network: str, gateway: int) -> list[FieldDevice]:
        """Return sensors, weighing stations and the edge computer as field devices behind the gateway of that position."""
        watching = self.spec.monitoring
        parts: list[tuple[str, str, float]] = [(one.kind, one.id, one.at_m) for one in watching.sensors]
        parts += [("weigh_in_motion", one.id, one.at_m) for one in watching.weigh_in_motion]
        parts.append(("edge_computer", "edge", 0.0))
        (begin_x, begin_y), (ahead_x, ahead_y) = self.binding.begin_m, self.binding.ahead
        return [
            FieldDevice(
                name=f"{self.spec.name}/{name}",
                kind=kind,
                place="bridge",
                place_number=self.number,
                x_m=begin_x + ahead_x * at_m,
                y_m=begin_y + ahead_y * at_m,
                network=network,
                report_bytes=HEADER_BYTES,
                gateway=gateway,
            )
            for kind, name, at_m in parts
        ]

    def gateway(self, network: str) -> Gateway:
        """Return the gateway that all of them report through, at the beginning of the axis."""
        return Gateway(f"{self.spec.name}/gateway", *self.binding.begin_m, network)

    def quantity(self, channel: Channel) -> Quantity | None:
        """Return what a channel asks of the structure; None for what is no response of it."""
        kind = channel.quantity
        if kind in {"temperature", "wind_speed"}:
            return None
        depth_m = getattr(channel.spec, "depth_m", None)
        if kind == "strain" and depth_m is None:
            deck = self.spec.structure.deck
            depth_m = deck.depth_m * (1.0 - deck.neutral_axis_share)
        return Quantity(kind, channel.at_m, depth_m or 0.0, getattr(channel.spec, "cable", 0))  # type: ignore[arg-type]

    def fallen(self, t_us: int) -> npt.NDArray[np.bool_]:
        """Return which channels (channels,) sat on a part of the deck that a ship has brought down by ``t_us``."""
        at_m = np.array([channel.at_m for channel in self.channels])
        down = np.zeros(at_m.size, np.bool_)
        for impact in self.spec.ship_impacts:
            if to_us(impact.at_s) < t_us and impact.span_lost:
                begin_m, end_m = impact.lost_m(self.structure)
                down |= (at_m >= begin_m) & (at_m <= end_m)
        return down

    @property
    def lanes(self) -> int:
        """Lanes of the deck, both directions together."""
        ways = self.binding.direction
        return sum(int(self.binding.lanes[ways == way].max(initial=0)) for way in (-1, 1))

    @property
    def span_m(self) -> float:
        """Its longest span."""
        spans = getattr(self.spec.structure, "spans_m", None)
        return max(spans) if spans else self.spec.structure.length_m

    def design(self) -> Floats:
        """Return what the design's lane load gives at each channel, (channels,); NaN where nothing is watched so."""
        found = np.full(len(self.channels), np.nan)
        for row, channel in enumerate(self.channels):
            asked = self.quantity(channel)
            if asked is not None and asked.kind in LIVE_LOAD:
                line = self.structure.line(asked)
                found[row] = design_response(line, self.structure.step_m, self.span_m, self.lanes)
        return found


def plan_bridges(spec: BridgesSpec, network: RoadNetwork) -> tuple[list[BridgePlan], list[Problem]]:
    """Return the bridges of a scenario as they lie on the map, and everything that is wrong with them there."""
    plans, problems = [], []
    for number, deck in enumerate(spec.decks):
        binding, wrong = bind(deck, network, f"bridges.decks[{number}]")
        problems += wrong
        structure = structure_of(deck)
        problems += _cables(deck, structure, number)
        if binding is not None:
            plans.append(BridgePlan(number, deck, binding, structure))
    if not problems:
        devices = [one.name for plan in plans for one in plan.devices("", 0)]
        gateways = [plan.gateway("").name for plan in plans]
        for number, name in unknown_in_schedule(spec.life, devices, gateways):
            words = say("bridge.no_device.found", name=name), say("bridge.no_device.remedy")
            problems.append(Problem("", f"bridges.life.scheduled[{number}].device", *words))
    return plans, problems


def _cables(deck: MonitoredBridgeSpec, structure: Structure, number: int) -> list[Problem]:
    """Return a problem for each sensor on a cable that the structure has not."""
    problems = []
    for place, sensor in enumerate(deck.monitoring.sensors):
        cable = getattr(sensor, "cable", -1)
        if cable >= structure.cables:
            found = say("bridge.no_cable.found", id=sensor.id, cable=cable, cables=structure.cables)
            key = f"bridges.decks[{number}].monitoring.sensors[{place}].cable"
            problems.append(Problem("", key, found, say("bridge.no_cable.remedy")))
    return problems


def bridge_rows(plans: Sequence[BridgePlan]) -> Mapping[str, Any]:
    """Return the rows of table ``bridge``."""
    return {
        "bridge": [plan.number for plan in plans],
        "name": [plan.spec.name for plan in plans],
        "kind": [plan.spec.structure.kind for plan in plans],
        "length_m": [plan.binding.length_m for plan in plans],
        "x_cm": [_ends_cm(plan.binding, 0) for plan in plans],
        "y_cm": [_ends_cm(plan.binding, 1) for plan in plans],
        "frequency_hz": [float(plan.structure.frequency_hz[0]) for plan in plans],
        "edge": [plan.binding.edge for plan in plans],
    }


def _ends_cm(binding: Binding, axis: int) -> npt.NDArray[np.int64]:
    begin_m = binding.begin_m[axis]
    ends_m = np.array([begin_m, begin_m + binding.length_m * binding.ahead[axis]])
    rounded: npt.NDArray[np.int64] = np.rint(CM_PER_M * ends_m).astype(np.int64)
    return rounded


def channel_rows(plans: Sequence[BridgePlan], first_device: Sequence[int]) -> Mapping[str, Any]:
    """Return the rows of table ``bridge_channel``; ``first_device``: number of each bridge's first sensor in the log."""
    rows = [(plan, one, first) for plan, first in zip(plans, first_device, strict=True) for one in plan.channels]
    return {
        "channel": np.arange(len(rows)),
        "bridge": [plan.number for plan, _, _ in rows],
        "device": [first + one.sensor for _, one, first in rows],
        "name": [one.name for _, one, _ in rows],
        "kind": [one.spec.kind for _, one, _ in rows],
        "quantity": [one.quantity for _, one, _ in rows],
        "unit": [UNITS[one.quantity] for _, one, _ in rows],
        "at_m": [one.at_m for _, one, _ in rows],
        "rate_hz": [one.spec.rate_hz for _, one, _ in rows],
    }
