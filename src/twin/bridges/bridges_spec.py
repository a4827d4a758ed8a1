"""What a scenario says of its bridges: what watches each, how axle loads are, which waveforms are kept."""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator, model_validator

from twin.assumed import OF_THE_CALCULATION, OF_THE_DESIGN
from twin.bridges.axle_swing import AxleSwingSpec
from twin.bridges.bridge_spec import BridgeSpec, filled_in
from twin.bridges.monitoring_spec import MonitoringSpec
from twin.bridges.vehicle_loads import TruckLoadsSpec
from twin.kernel.device_life_spec import DeviceLifeSpec
from twin.messages import say
from twin.spec import Spec
from twin.units import to_us


class WaveformsSpec(Spec):
    """Which samples go to the platform. Features and alarms are made at the bridge from all of them."""

    keep: Literal["all", "events", "minutes", "none"] = "events"
    """``all``: every block; ``events``: blocks in which something happened and those beside them; ``minutes``: those of every
    ``every_minutes``-th minute; ``none``: none. Choice: what a day needs to stay small."""

    every_minutes: Annotated[int, Field(ge=1, le=1440)] = 10
    """With ``minutes``, the first minute of so many is kept. Choice: one in ten."""

    heavy_t: Annotated[float, Field(gt=0.0, le=1000.0), OF_THE_DESIGN] = 30.0
    """With ``events``, a vehicle of at least this gross mass on the deck is one. Assumption: a laden truck of four axles."""


class MonitoredBridgeSpec(BridgeSpec):
    """One bridge with what watches it."""

    monitoring: MonitoringSpec = MonitoringSpec()
    """Its sensors, weighing stations and edge computer."""

    @model_validator(mode="after")
    def _on_the_bridge(self) -> Self:
        places = [(one.id, max(one.places_m)) for one in self.monitoring.sensors]
        places += [(one.id, one.at_m) for one in self.monitoring.weigh_in_motion]
        for name, at_m in places:
            if at_m > self.structure.length_m:
                raise ValueError(say("bridge.beyond", id=name, at_m=at_m, length_m=self.structure.length_m))
        return self


class BridgesSpec(Spec):
    """Bridges under the traffic of the run."""

    decks: Annotated[tuple[MonitoredBridgeSpec, ...], Field(min_length=1, max_length=100)]
    """The bridges, or the decks of which each carries traffic of its own."""

    truck_loads: TruckLoadsSpec = TruckLoadsSpec()
    """How heavy trucks are."""

    axle_swing: AxleSwingSpec = AxleSwingSpec()
    """How axle loads swing on the road's roughness."""

    waveforms: WaveformsSpec = WaveformsSpec()
    """Which samples are sent and logged."""

    look_s: Annotated[float, Field(ge=0.1, le=5.0), OF_THE_CALCULATION] = 0.5
    """Time between two looks at the traffic on a deck; in between vehicles follow a smooth curve. Assumption: half a second, in
    which a vehicle that begins to brake at 2 m/s2 is put within 2 cm."""

    block_s: Annotated[int, Field(ge=1, le=60)] = 10
    """Whole seconds that are sampled, sent and logged in one piece. Choice: 10, an event with little around it."""

    network: str = "fibre"
    """Access network that the bridges' gateways report over, by its preset. Choice: fibre along the main road."""

    life: DeviceLifeSpec = DeviceLifeSpec()
    """Lives of sensors and gateways."""

    @field_validator("decks", mode="before")
    @classmethod
    def _filled_in(cls, decks: Any, info: ValidationInfo) -> Any:
        """Fill in what presets say, and go on as JSON where the file is."""
        if not isinstance(decks, list | tuple):
            return decks
        filled = [filled_in(deck) for deck in decks]
        return _decks().validate_json(json.dumps(filled), strict=True) if info.mode == "json" else filled

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [deck.name for deck in self.decks]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise ValueError(say("bridge.same_name", name=name))
        if to_us(float(self.block_s)) % to_us(self.look_s):
            raise ValueError(say("bridge.look", look_s=self.look_s, block_s=self.block_s))
        return self


@cache
def _decks() -> TypeAdapter[tuple[MonitoredBridgeSpec, ...]]:
    return TypeAdapter(tuple[MonitoredBridgeSpec, ...])
