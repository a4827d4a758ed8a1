"""Which assumptions are in play in a scenario: every default without source that could change its figures, with its range."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from twin.assumed import assumed
from twin.scenario.scenario import Scenario
from twin.scenario.yaml_tree import KeyPath
from twin.traffic.ground_truth import DRIVEN_CLASSES

PRICES: Final = "deployment.costs."
"""What prices begin with: they change no run, and are varied afterwards."""

_KITS: Final = "deployment.kits."


@dataclass(frozen=True, slots=True)
class Place:
    """One value of a scenario that rests on an assumption."""

    assumption: str
    """Its name: the key as in docs/assumptions.md, but ``deployment.kits.*(lidar).range_m`` for every kit's LiDARs.

    Values of one name are wrong together: an assumption about LiDARs holds for all of them, one about rain for all its steps.
    """
    path: KeyPath
    """Where it stands in the resolved scenario."""
    way: str
    """Way of its range; see ``twin.assumed.Assumed``."""
    low: Any
    mid: Any
    """What the scenario says."""
    high: Any


def places(scenario: Scenario) -> list[Place]:
    """Return every value with a range that is part of ``scenario`` and not known to be idle in it, prices included.

    Idle is what nothing asks for: fog on a clear day, kits that no site carries, vehicle classes that nobody drives.
    """
    carried = _carried(scenario)
    found = [place for place in _walk(scenario, (), "") if not _of_a_kit_left_out(place, carried)]
    return [place for place in found if not any(rule.fullmatch(place.assumption) and idle(scenario) for rule, idle in _IDLE)]


def _walk(model: BaseModel, path: KeyPath, name: str) -> Iterator[Place]:
    for field_name, field in type(model).model_fields.items():
        value = getattr(model, field_name)
        here, called = (*path, field_name), f"{name}.{field_name}" if name else field_name
        known = assumed(field)
        ends = known and value is not None and known.bounds(value, field)
        if known and ends:
            yield Place(called, here, known.way, ends[0], value, ends[1])
        else:
            yield from _inside(value, here, called)


def _inside(value: Any, path: KeyPath, name: str) -> Iterator[Place]:
    if isinstance(value, BaseModel):
        yield from _walk(value, path, f"{_KITS}*({_kind(value)})" if _is_device(value, name) else name)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _inside(part, (*path, key), f"{name}.{key}")
    elif isinstance(value, list | tuple):
        for i, part in enumerate(value):
            yield from _inside(part, (*path, i), f"{name}[]")


def _is_device(value: BaseModel, name: str) -> bool:
    return name.startswith(_KITS) and bool(_kind(value))


def _kind(value: BaseModel) -> str:
    return str(getattr(value, "kind", ""))


def _carried(scenario: Scenario) -> set[str]:
    """Return the kits that sites may carry; all of them where a table can name any."""
    deployment = scenario.deployment
    if deployment.tables:
        return set(deployment.kits)
    return {site.kit for site in deployment.sites} | {rule.kit for rule in deployment.rules}


def _of_a_kit_left_out(place: Place, carried: set[str]) -> bool:
    return place.path[:2] == ("deployment", "kits") and place.path[2] not in carried


def _no_devices(scenario: Scenario) -> bool:
    return not _carried(scenario)


def _dry(scenario: Scenario) -> bool:
    return scenario.weather.rain_mmph == 0.0


def _clear(scenario: Scenario) -> bool:
    return scenario.weather.fog_visibility_m is None


def _nobody_drives(name: str) -> Callable[[Scenario], bool]:
    return lambda scenario: bool(getattr(scenario.demand.vehicle_types, name).share == 0.0)


def _other_light(*lights: str) -> Callable[[Scenario], bool]:
    return lambda scenario: scenario.light not in lights


def _nowhere_actuated(scenario: Scenario) -> bool:
    signals = scenario.signals
    return not signals.actuated.enabled and not any(junction.actuated for junction in signals.junctions)


def _nobody_informed(scenario: Scenario) -> bool:
    return scenario.demand.informed_share == 0.0


_RULES: Final[Sequence[tuple[str, Callable[[Scenario], bool]]]] = (
    (r"demand\..*", lambda scenario: scenario.replay is not None),
    (r"demand\.(inbound|outbound|internal)_share|demand\.shortest_trip_m", lambda scenario: scenario.demand.inflow_vph == 0.0),
    (r"demand\.prefill_speed_ratio", lambda scenario: scenario.demand.prefill_s == 0.0),
    (r"demand\.rerouting\..*", _nobody_informed),
    (r"demand\.weather\.rain\[\].*", _dry),
    (r"demand\.weather\.fog\[\].*", _clear),
    (r"demand\.pedestrians\..*", lambda scenario: scenario.demand.pedestrians.per_crossing_per_hour == 0.0),
    *((rf"demand\.vehicle_types\.{name}\..*", _nobody_drives(name)) for name in DRIVEN_CLASSES),
    (r"demand\.vehicle_types\..*\.axle_.*", lambda _: True),  # nothing weighs vehicles yet
    (r"signals\.(shortest|longest)_cycle_s", lambda scenario: scenario.signals.cycle_s is not None),
    (r"signals\.actuated\..*", _nowhere_actuated),
    (r".*\.(detection|range)_by_light\.lit_night", _other_light("lit_night")),
    (r".*\.(detection|range)_by_light\.unlit_night", _other_light("unlit_night")),
    (r".*\.(detection|range)_by_light\.glare|.*\.glare_(within|below)_deg", _other_light("glare")),
    (r".*\.heavy_rain_(factor|mmph)", _dry),
    (r".*\.least_contrast", lambda scenario: _dry(scenario) and _clear(scenario)),
    (r"decks\..*|coverage\..*|links\..*", lambda scenario: _no_devices(scenario) and scenario.connected is None),
    (r"links\.forgotten_after_s", lambda scenario: _nowhere_actuated(scenario) and _nobody_informed(scenario)),
    (r"links\.region_handover\..*", lambda scenario: scenario.links.uu is None or len(scenario.links.regions) == 1),
    (r"security\..*", lambda scenario: scenario.connected is None),
    (r"faults\..*", lambda scenario: not scenario.faults.random and not scenario.faults.scheduled),
    (r"faults\..*\.(mtbf_h|mttr_h|repair_spread)", lambda scenario: not scenario.faults.random),
    (r"adaptation\..*", lambda scenario: not scenario.adaptation.reduce_rate),
)


_IDLE: Final = [(re.compile(rule), idle) for rule, idle in _RULES]
