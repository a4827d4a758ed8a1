"""The page of assumptions: complete, readable, by key."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.assumed import Assumed
from twin.scenario.reference import assumptions, keys
from twin.spec import Spec


class Lamp(Spec):
    """One kind."""

    kind: Literal["lamp"] = "lamp"
    """Selects it."""
    height_m: Annotated[float, Assumed.times(0.5, 1.5)] = 8.0
    """Height of the pole. Assumption: as most | poles
    of the city."""


class Bell(Spec):
    """Another kind."""

    kind: Literal["bell"] = "bell"
    """Selects it."""
    pitch_hz: float = 440.0
    """Pitch (ISO 16)."""


class Street(Spec):
    """A toy."""

    things: tuple[Annotated[Lamp | Bell, Field(discriminator="kind")], ...] = ()
    """What stands there."""
    named: dict[str, Lamp] = Field(default_factory=dict)
    """The same by name."""
    width_m: float
    """Width."""


def test_keys_reach_through_lists_groups_and_kinds() -> None:
    """Every key of every model in reach has a path: [] for entries, * for any key, (kind) for members of a union."""
    assert [key.path for key in keys(Street)] == [
        "things",
        "things[](lamp).kind",
        "things[](lamp).height_m",
        "things[](bell).kind",
        "things[](bell).pitch_hz",
        "named",
        "named.*.kind",
        "named.*.height_m",
        "width_m",
    ]
    assert [key.default for key in keys(Street)][-1] == "required"


def test_the_page_lists_what_is_assumed_and_nothing_else() -> None:
    """A default marked 'Assumption:' is one row with key, default, meaning and reason; a sourced one is not there."""
    page = assumptions(Street)
    row = "| `things[](lamp).height_m` | `4.0` | `8.0` | `12.0` | Height of the pole. | as most \\| poles of the city. |"
    assert row in page
    assert "pitch_hz" not in page
