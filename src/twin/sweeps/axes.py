"""The axes of a sweep: what each of their values is called and which keys of the scenario it changes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.errors import Problem
from twin.messages import say
from twin.scenario.load import Loaded, Override
from twin.scenario.yaml_tree import Node
from twin.sweeps.latin_hypercube import latin_hypercube
from twin.sweeps.sweep_spec import KeyAxis, LatinHypercubeAxis, RangeSpec, SpanSpec, SweepSpec

DIGITS: Final = 6
"""Significant digits of values that are drawn or counted out: finer than anybody measures, short enough to be read."""

ROUNDING: Final = 1e-9
"""Share of a step by which the last value of a range may miss its end for rounding."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an axis."""

    label: str
    key: str
    """Key of the value in the sweep file."""
    overrides: dict[str, Override]


@dataclass(frozen=True, slots=True)
class Axis:
    """What is varied, in the order of the tables."""

    name: str
    key: str
    """Key of the axis in the sweep file."""
    values: tuple[Value, ...]


def axes_of(loaded: Loaded[SweepSpec]) -> tuple[Axis, ...]:
    """Return the axes of a sweep as written."""
    return tuple(_axis(loaded, number) for number in range(len(loaded.spec.axes)))


def axis_problems(loaded: Loaded[SweepSpec], axes: tuple[Axis, ...]) -> Iterator[Problem]:
    """Yield what is wrong with axes by themselves: values that stand twice, keys that two of them change, the seed changed."""
    for axis in axes:
        for i, value in enumerate(axis.values):
            if value.label in (other.label for other in axis.values[:i]):
                yield Problem("", value.key, say("sweep.twice.found", what=value.label), say("sweep.twice.remedy"))
    for i, axis in enumerate(axes):
        yield from _contradictions(axis, axes[:i])
    if "seed" in loaded.spec.set:
        yield Problem("", "set", say("sweep.seed_key.found"), say("sweep.seed_key.remedy"))


def _contradictions(axis: Axis, before: tuple[Axis, ...]) -> Iterator[Problem]:
    """Yield keys that another axis changes, or one inside the other: whose value would hold depends on the order."""
    changes: dict[str, Override] = {}
    for value in axis.values:
        changes = value.overrides | changes  # each key where it stands first
    for key, override in changes.items():
        if key == "seed":
            yield Problem(override.where, key, say("sweep.seed_key.found"), say("sweep.seed_key.remedy"))
        for other in before:
            if any(_within(key, theirs) for their in other.values for theirs in their.overrides):
                found = say("sweep.contradiction.found", axis=other.name)
                yield Problem(override.where, key, found, say("sweep.contradiction.remedy"))


def _within(key: str, other: str) -> bool:
    return key == other or key.startswith((f"{other}.", f"{other}[")) or other.startswith((f"{key}.", f"{key}["))


def _axis(loaded: Loaded[SweepSpec], number: int) -> Axis:
    axis, path, key = loaded.spec.axes[number], ("axes", number), f"axes[{number}]"
    if isinstance(axis, LatinHypercubeAxis):
        draws = drawn(axis.latin_hypercube, axis.samples, axis.draw)
        values = [_drawn(loaded, (*path, "latin_hypercube"), f"{key}.latin_hypercube", i, one) for i, one in enumerate(draws)]
    elif isinstance(axis, KeyAxis) and axis.range is not None:
        place_of_range = loaded.node((*path, "range")).place
        values = [
            Value(_text(one), f"{key}.range", {axis.key: Override(place_of_range, Node(place_of_range, one))})
            for one in in_range(axis.range)
        ]
    elif isinstance(axis, KeyAxis):
        nodes = loaded.node((*path, "values")).content
        values = [
            Value(_text(value), f"{key}.values[{i}]", {axis.key: Override(nodes[i].place, nodes[i])})
            for i, value in enumerate(axis.values or [])
        ]
    else:
        values = [
            Value(value.label, f"{key}.values[{i}]", loaded.overrides_at((*path, "values", i, "set")))
            for i, value in enumerate(axis.values)
        ]
    name = axis.name or axis.key if isinstance(axis, KeyAxis) else axis.name
    return Axis(name, key, tuple(values))


def _drawn(
    loaded: Loaded[SweepSpec], path: tuple[str | int, ...], key: str, number: int, draw: dict[str, int | float]
) -> Value:
    places = loaded.node(path).key_places
    said = ", ".join(f"{of.rpartition('.')[2]} {one}" for of, one in draw.items())
    return Value(f"{number + 1}: {said}", key, {of: Override(places[of], Node(places[of], one)) for of, one in draw.items()})


def _text(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def in_range(span: RangeSpec) -> list[int | float]:
    """Return the values of a range, both ends included where a step meets the last; whole numbers where all of it is whole."""
    whole = all(isinstance(part, int) for part in (span.first, span.last, span.step or 0))
    if span.count is not None:
        values = [span.first + (span.last - span.first) * i / (span.count - 1) for i in range(span.count)]
        whole = whole and all(value == round(value) for value in values)
    else:
        step = span.step or 1
        values = [span.first + step * i for i in range(math.floor((span.last - span.first) / step + ROUNDING) + 1)]
    return [_short(value, whole=whole) for value in values]


def drawn(spans: Mapping[str, SpanSpec], samples: int, draw: int) -> list[dict[str, int | float]]:
    """Return ``samples`` draws of every key, evenly between its ends: a Latin hypercube."""
    shares = latin_hypercube([*spans], samples, draw, "axis")
    whole = [isinstance(span.low, int) and isinstance(span.high, int) for span in spans.values()]
    low = np.array([span.low for span in spans.values()])
    values = low + shares * (np.array([span.high for span in spans.values()]) - low)
    return [
        {key: _short(value, whole=as_whole) for key, value, as_whole in zip(spans, row, whole, strict=True)}
        for row in values.tolist()
    ]


def _short(value: float, *, whole: bool) -> int | float:
    return round(value) if whole else float(f"{value:.{DIGITS}g}")
