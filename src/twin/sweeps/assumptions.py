"""Which assumptions a sweep varies, and the scenarios that draws of them make."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from twin.errors import InputError, Problem
from twin.messages import say
from twin.scenario.scenario import Scenario
from twin.scenario.yaml_tree import dotted
from twin.sweeps.design import PlannedRun
from twin.sweeps.in_play import PRICES, Place, places
from twin.sweeps.sweep_spec import AssumptionsSpec

LOW: Final = 0.0
HIGH: Final = 1.0
"""Shares of the probability below the two ends of a range."""

Floats = npt.NDArray[np.float64]


def in_play(scenarios: Iterable[Scenario]) -> list[str]:
    """Return the names of the assumptions that are in play in any of the scenarios."""
    return list(dict.fromkeys(place.assumption for scenario in scenarios for place in places(scenario)))


def chosen(spec: AssumptionsSpec, known: Iterable[str]) -> tuple[str, ...]:
    """Return those of the ``known`` assumptions that ``spec`` lets vary, prices last."""
    names = [
        name
        for name in known
        if any(_matches(pattern, name) for pattern in spec.include)
        and not any(_matches(pattern, name) for pattern in spec.exclude)
    ]
    return tuple(sorted(names, key=is_price))


def pattern_problems(spec: AssumptionsSpec, known: Sequence[str]) -> Iterator[Problem]:
    """Yield patterns that match none of the ``known`` assumptions, or that leave none; ``where`` is left to the loader."""
    for key in ("include", "exclude"):
        for i, pattern in enumerate(getattr(spec, key)):
            if not any(_matches(pattern, name) for name in known):
                found, remedy = say("assumptions.nothing.found", pattern=pattern), say("assumptions.nothing.remedy")
                yield Problem("", f"assumptions.{key}[{i}]", found, remedy)
    if not chosen(spec, known):
        yield Problem("", "assumptions", say("assumptions.none.found"), say("assumptions.none.remedy"))


def is_price(assumption: str) -> bool:
    """Return whether an assumption is one about prices, which change no run."""
    return assumption.startswith(PRICES)


def _matches(pattern: str, name: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), name) is not None


def value_at(place: Place, share: float) -> Any:
    """Return the value of an assumption below which ``share`` of its probability lies, as the scenario takes it.

    Assumption: between its ends a value is the likelier the nearer it is to its middle: a triangular density, on the
    logarithm for ranges that are factors, so that half and double are equally likely.
    """
    if place.way == "own":
        middle = triangular(place.low, place.mid.mid, place.high, share)
        return place.mid.model_dump(mode="json") | {"mid": middle}
    whole = isinstance(place.mid, int)
    ends = zip(*(_entries(part) for part in (place.low, place.mid, place.high)), strict=True)
    found = [_between(low, mid, high, share, logarithmic=place.way == "times") for low, mid, high in ends]
    if isinstance(place.mid, tuple | list):
        return found
    return round(found[0]) if whole else found[0]


def _entries(value: Any) -> list[float]:
    return list(value) if isinstance(value, tuple | list) else [value]


def _between(low: float, mid: float, high: float, share: float, *, logarithmic: bool) -> float:
    if share in (LOW, HIGH):
        return low if share == LOW else high  # exactly: a logarithm and back may miss them
    if not logarithmic or low <= 0.0:
        return triangular(low, mid, high, share)
    return math.exp(triangular(math.log(low), math.log(mid), math.log(high), share))


def triangular(low: float, mode: float, high: float, share: float) -> float:
    """Return the inverse of the triangular distribution: S. Kotz, J. R. van Dorp, Beyond Beta (2004), equation 1.6."""
    if high <= low:
        return mode
    width, left = high - low, mode - low
    if share * width < left:
        return low + math.sqrt(share * width * left)
    return high - math.sqrt((1.0 - share) * width * (high - mode))


def changed(scenario: Scenario, base: Any, shares: Mapping[str, float]) -> tuple[Scenario, dict[str, str]]:
    """Return ``scenario`` with each assumption in ``shares`` at that share of its probability, and the values as overrides.

    Assumptions that are not in play there are passed over. ``base`` is the folder that its paths are relative to. Raises
    InputError where the values do not go together.
    """
    data = copy.deepcopy(scenario.model_dump(mode="json"))
    values = {}
    for place in places(scenario):
        if place.assumption in shares:
            value = value_at(place, shares[place.assumption])
            put(data, place.path, value)
            values[dotted(place.path)] = json.dumps(value)
    try:
        spec = Scenario.model_validate_json(json.dumps(data), strict=True, context={"base": base})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(say("assumptions.together", where=where, detail=first["msg"])) from error
    return spec, values


def put(data: Any, path: Sequence[str | int], value: Any) -> None:
    """Set what stands at ``path`` in nested dicts and lists."""
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value


def at(run: PlannedRun, shares: Mapping[str, float]) -> tuple[Scenario, dict[str, str]]:
    """Return what becomes of a planned run's scenario and of its overrides."""
    scenario, values = changed(run.scenario, run.base, {name: at for name, at in shares.items() if not is_price(name)})
    return scenario, run.overrides | values
