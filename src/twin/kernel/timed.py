"""What is on for a stated time of a scenario, and off before and after it."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from twin.messages import say
from twin.spec import Spec
from twin.units import to_us

LATEST_S: Final = 604_800.0
"""End of the longest scenario. Source: a week, as ``Scenario.duration_s``."""


class TimedSpec(Spec):
    """When it is on: from ``from_s`` on, up to but without ``until_s``."""

    from_s: Annotated[float, Field(ge=0.0, le=LATEST_S)] = 0.0
    """Begin, seconds after the scenario's start."""

    until_s: Annotated[float, Field(gt=0.0, le=LATEST_S)] | None = None
    """End, seconds after the scenario's start; left out, it does not end."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until_s is not None and self.until_s <= self.from_s:
            raise ValueError(say("spec.attack.times", from_s=self.from_s, until_s=self.until_s))
        return self

    @property
    def span_us(self) -> tuple[int, int]:
        """Begin and end in microseconds; without an end, that of the longest scenario."""
        return to_us(self.from_s), to_us(LATEST_S if self.until_s is None else self.until_s)

    def on(self, t_us: int) -> bool:
        """Whether it is on at ``t_us``."""
        from_us, until_us = self.span_us
        return from_us <= t_us < until_us
