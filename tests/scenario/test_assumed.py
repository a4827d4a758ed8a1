"""Every assumed default has a range that it lies in and that its model accepts, or says why it has none."""

from __future__ import annotations

import json
from typing import Annotated, Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter
from pydantic_core import PydanticUndefined

from twin.assumed import Assumed, assumed
from twin.scenario.reference import MARK, Key, keys
from twin.scenario.scenario import Scenario
from twin.spec import Spec

ALL = {key.path: key for key in keys(Scenario)}
MARKED = [key for key in ALL.values() if key.assumption]


def test_every_mention_of_an_assumption_is_one_that_the_page_lists() -> None:
    """A docstring that says "Assumption" says it as the page looks for it."""
    assert not [path for path, key in ALL.items() if "ssumption" in (key.field.description or "") and not key.assumption]


def test_ranges_and_assumptions_go_together() -> None:
    """Who is marked has a range or a reason for none; who is not marked has neither."""
    assert {path for path, key in ALL.items() if assumed(key.field)} == {key.path for key in MARKED}


def test_no_range_has_a_reason_and_no_magnitude() -> None:
    """Only where there is no range there is a reason."""
    for key in MARKED:
        found = _assumed(key)
        assert (found.way == "none") == bool(found.reason), key.path


@pytest.mark.parametrize("key", [key for key in MARKED if key.value is not PydanticUndefined], ids=lambda key: key.path)
def test_the_default_lies_in_its_range_and_the_ends_are_valid(key: Key) -> None:
    """Low <= default <= high, at least one of them apart unless the default is 0, and the model takes both ends."""
    ends = _assumed(key).bounds(key.value, key.field)
    if ends is None or _assumed(key).way == "own":
        return
    low, high = (list(end) if isinstance(end, list) else [end] for end in ends)
    value = list(key.value) if isinstance(key.value, tuple | list) else [key.value]
    assert all(a <= x <= b for a, x, b in zip(low, value, high, strict=True))
    assert low < high or not any(value)
    hint = get_type_hints(key.model, include_extras=True)[key.field_name]
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[hint, key.field])
    for end in ends:
        adapter.validate_json(json.dumps(end), strict=True)


class Toy(Spec):
    """A toy."""

    share: Annotated[float, Field(gt=0.0, le=1.0), Assumed.times(0.0, 3.0)] = 0.5
    """Share."""
    level_db: Annotated[float, Assumed.plus(-3.0, 6.0)] = 0.0
    """Level."""
    count: Annotated[int, Field(ge=1), Assumed.times(0.3, 1.9)] = 4
    """Count."""
    loads: Annotated[tuple[float, ...], Assumed.times(0.5, 2.0)] = (1.0, -2.0)
    """Loads."""
    age_s: Annotated[float, Assumed.between(2.0, 5.0)] = 3.0
    """Age."""


def _bounds(name: str, value: Any) -> Any:
    field = Toy.model_fields[name]
    found = assumed(field)
    assert found is not None
    return found.bounds(value, field)


def test_ends_follow_the_value_and_stay_inside_the_limits() -> None:
    """Worked by hand for each way."""
    assert _bounds("share", 0.5) == (0.25, 1.0)  # 0 is not allowed: half-way; 1.5 is cut
    assert _bounds("level_db", 10.0) == (7.0, 16.0)
    assert _bounds("count", 4) == (1, 8)
    assert _bounds("loads", (1.0, -2.0)) == ([0.5, -4.0], [2.0, -1.0])
    assert _bounds("age_s", 3.0) == (2.0, 5.0)
    assert _bounds("age_s", 9.0) == (2.0, 9.0)


@given(st.floats(0.01, 1.0))
def test_any_allowed_value_lies_in_its_range(value: float) -> None:
    """Whatever a preset or a file says."""
    low, high = _bounds("share", value)
    assert 0.0 < low <= value <= high <= 1.0


def test_docstrings_name_the_mark_once() -> None:
    """The text behind the mark is the assumption, up to the end."""
    assert not [key.path for key in MARKED if MARK in key.assumption]


def _assumed(key: Key) -> Assumed:
    found = assumed(key.field)
    assert found is not None, key.path
    return found
