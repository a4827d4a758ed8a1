"""How far the truth may lie from a default without source: the metadata of every field whose docstring says "Assumption:".

The widths, unless the docstring of a field says otherwise: half to double where only the order is known; the span of the values
that the docstring names where it names some; 5 to 30 % to either side where data sheets, limits or measurements of like things
agree that well. All of them are judgements: what a cautious engineer would not be surprised by.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Assumed:
    """How far the truth may lie from a value without source; stands in the ``Annotated`` of its field.

    The range lies about the value that holds, be it the model's default, a preset's or the file's: ``times`` and ``plus`` move
    with it, ``between`` is widened to it. Lists are taken entry by entry, all of them at their low or at their high end.
    """

    way: Literal["between", "times", "plus", "own", "none"]
    low: float = 0.0
    high: float = 0.0
    reason: str = ""
    """Why there is no range."""

    @classmethod
    def between(cls, low: float, high: float) -> Self:
        """Take the two ends in the unit of the value."""
        return cls("between", low, high)

    @classmethod
    def times(cls, low: float, high: float) -> Self:
        """Take the two ends as factors on the value."""
        return cls("times", low, high)

    @classmethod
    def plus(cls, low: float, high: float) -> Self:
        """Take the two ends as what is added to the value: for angles, decibels and others whose zero means nothing."""
        return cls("plus", low, high)

    @classmethod
    def own(cls) -> Self:
        """Say that the value tells its own range by its keys ``low``, ``mid`` and ``high``."""
        return cls("own")

    @classmethod
    def fixed(cls, reason: str) -> Self:
        """Say that the value has no range, and why: a choice, or a setting of the calculation."""
        return cls("none", reason=reason)

    def in_words(self) -> tuple[str, str]:
        """Return the two ends as a table shows them where no value is known."""
        sign = {"between": "{:g}", "times": "value x {:g}", "plus": "value {:+g}"}.get(self.way, "-")
        return sign.format(self.low), sign.format(self.high)

    def bounds(self, value: Any, field: FieldInfo) -> tuple[Any, Any] | None:
        """Return the low and the high end about ``value``, inside the limits of ``field``; None without a range or a value."""
        if self.way == "none" or value is None:
            return None
        if self.way == "own":
            return value.low, value.high
        ends: dict[str, Callable[[float], tuple[float, float]]] = {
            "between": lambda x: (min(self.low, x), max(self.high, x)),
            "times": lambda x: (min(self.low * x, self.high * x), max(self.low * x, self.high * x)),
            "plus": lambda x: (x + self.low, x + self.high),
        }

        def end(x: float, which: int) -> float:
            found = _inside(ends[self.way](x)[which], x, field)
            return round(found) if isinstance(x, int) else found

        low, high = ([end(x, which) for x in _entries(value)] for which in (0, 1))
        return (low, high) if isinstance(value, tuple | list) else (low[0], high[0])


OF_THE_DESIGN: Final = Assumed.fixed("a choice of design, not a fact: compare it as an axis of a sweep")
OF_THE_CALCULATION: Final = Assumed.fixed("a setting of the calculation, not a fact")
OF_THE_LOG: Final = Assumed.fixed("a setting of the log, which changes no event")
BY_ITS_KEYS: Final = Assumed.fixed("its keys have ranges of their own")
A_BOUNDARY: Final = Assumed.fixed("a boundary between classes, whose factors have ranges")


def assumed(field: FieldInfo) -> Assumed | None:
    """Return the range that a field's default is assumed to lie in; None for a field that says none."""
    return next((part for part in field.metadata if isinstance(part, Assumed)), None)


def _entries(value: Any) -> list[float]:
    return list(value) if isinstance(value, tuple | list) else [value]


def _inside(end: float, value: float, field: FieldInfo) -> float:
    """Return ``end`` moved inside the limits of ``field``; half-way to ``value`` where the limit itself is not allowed."""
    for part in field.metadata:
        end = max(end, getattr(part, "ge", end))
        end = min(end, getattr(part, "le", end))
        end = 0.5 * (part.gt + value) if end <= getattr(part, "gt", -math.inf) else end
        end = 0.5 * (part.lt + value) if end >= getattr(part, "lt", math.inf) else end
    return end
