"""A bridge as data: what it is built like, where it lies on the map, what loads it beside traffic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from twin.assumed import OF_THE_CALCULATION
from twin.bridges.loads_ship import ShipImpactSpec
from twin.bridges.loads_temperature import TemperatureSpec
from twin.bridges.loads_vortex import VortexSpec
from twin.bridges.loads_wind import WindSpec
from twin.bridges.shipped import SHIPPED
from twin.bridges.stiffness_loss import StiffnessLossSpec
from twin.bridges.structure_spec import SimpleBridge, StructureSpec
from twin.messages import say
from twin.spec import Spec


class BridgePlaceSpec(Spec):
    """Where a deck lies: the straight line of its axis, and the roads on it."""

    roads: list[Annotated[str, Field(min_length=1)]] = Field(min_length=1)
    """Names of the roads whose carriageways lie on the deck, as the map has them."""

    begin_lon_deg: float = Field(ge=-180.0, le=180.0)
    """Longitude (WGS-84) of the axis at its beginning, where x is 0."""

    begin_lat_deg: float = Field(ge=-90.0, le=90.0)
    """Latitude of the beginning."""

    end_lon_deg: float = Field(ge=-180.0, le=180.0)
    """Longitude of the end of the deck: it gives the direction, the spans give the length, and both must agree within 5 %."""

    end_lat_deg: float = Field(ge=-90.0, le=90.0)
    """Latitude of the end."""

    aside_m: Annotated[float, OF_THE_CALCULATION] = Field(default=30.0, gt=0.0, le=200.0)
    """Carriageways of these roads farther than this from the axis lie on other decks. Assumption: half of the widest deck."""


def _optional_with_preset(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema that a bridge with a ``preset`` need not say anything else."""
    required = schema.pop("required", [])
    schema["anyOf"] = [{"required": ["preset"]}, {"required": required}]


class BridgeSpec(Spec):
    """One bridge: one deck, with the carriageways of one or both directions on it."""

    model_config = ConfigDict(json_schema_extra=_optional_with_preset)

    preset: str = ""
    """Shipped bridge whose values fill in the keys left out: ``liede``, ``guangzhou``, ``guangzhou_new`` or ``huanan`` (see
    docs/bridges.md for where their values come from)."""

    name: str = Field(min_length=1, max_length=60)
    """What it is called in the log."""

    structure: StructureSpec
    """What it is built like."""

    place: BridgePlaceSpec
    """Where it lies."""

    modes: Annotated[int, OF_THE_CALCULATION] = Field(default=10, ge=1, le=200)
    """Vertical modes that vibrate; what is slow is exact without them. Assumption: ten, so that a deck's bending and each of
    its spans' own is among them."""

    stations: Annotated[int, OF_THE_CALCULATION] = Field(default=241, ge=21, le=5001)
    """Stations of the influence lines along the deck. Assumption: 240 steps, 1 to 2 m each."""

    temperature: TemperatureSpec = TemperatureSpec()
    """Temperatures over the day, and what they do to frequencies."""

    wind: WindSpec = WindSpec()
    """Wind across the bridge."""

    vortices: list[VortexSpec] = Field(default_factory=list, max_length=100)
    """Times at which vortices may rock the deck."""

    ship_impacts: list[ShipImpactSpec] = Field(default_factory=list, max_length=100)
    """Collisions of ships with piers."""

    stiffness_loss: StiffnessLossSpec | None = None
    """Slow loss of stiffness; none where left out."""

    @model_validator(mode="after")
    def _loads_fit(self) -> Self:
        kind = self.structure
        supports = 2 if isinstance(kind, SimpleBridge) else len(kind.spans_m) + 1
        for impact in self.ship_impacts:
            if impact.support > supports:
                raise ValueError(say("bridge.support", support=impact.support, supports=supports))
        for vortex in self.vortices:
            if vortex.mode > self.modes:
                raise ValueError(say("bridge.mode", mode=vortex.mode, modes=self.modes))
        return self


def filled_in(given: Any) -> Any:
    """Return keys of a bridge with what its preset says and they do not; ValueError for a preset that there is not.

    Whoever reads bridges from a file does this first: a validator of the model itself would hand on no JSON, and pydantic's
    strict mode would then refuse lists for tuples.
    """
    if not isinstance(given, Mapping) or not given.get("preset"):
        return given
    preset = SHIPPED.get(str(given["preset"]))
    if preset is None:
        raise ValueError(say("bridge.preset", name=given["preset"], known=", ".join(sorted(SHIPPED))))
    return _merged(preset.values, given)


def _merged(usual: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``usual`` with what is ``given``, group by group; a group of another kind starts afresh."""
    whole = dict(usual)
    for key, value in given.items():
        old = usual.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping) and _alike(old, value):
            value = _merged(old, value)  # noqa: PLW2901  (the rest of the group)
        whole[key] = value
    return whole


def _alike(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return bool(new.get("kind", old.get("kind")) == old.get("kind"))
