"""Slow loss of stiffness: cracks, corrosion, loss of prestress."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.messages import say
from twin.spec import Spec
from twin.units import US_PER_S


class StiffnessLossSpec(Spec):
    """A loss of stiffness of the whole deck that grows evenly over a time and then stays."""

    share: float = Field(gt=0.0, lt=1.0)
    """Part of the stiffness that is lost in the end; frequencies lose half of it, deflections grow by it."""

    from_s: float = Field(default=0.0, ge=0.0)
    """When it begins, simulated seconds."""

    until_s: float = Field(gt=0.0)
    """When it is complete."""

    @model_validator(mode="after")
    def _in_order(self) -> StiffnessLossSpec:
        if self.until_s <= self.from_s:
            raise ValueError(say("bridge.times", from_s=self.from_s, until_s=self.until_s))
        return self

    def factor(self, t_us: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the stiffness left, over that of the structure, at times (n,)."""
        share = (np.asarray(t_us, np.float64) / US_PER_S - self.from_s) / (self.until_s - self.from_s)
        return np.asarray(1.0 - self.share * np.clip(share, 0.0, 1.0))
