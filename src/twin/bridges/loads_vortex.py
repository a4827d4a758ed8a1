"""Vortex-induced vibration: a wind of the right speed rocks one mode up to a steady amplitude and holds it there.

Lock-in where the wind is 0.9 to 1.3 times the critical speed f D / St; inside, the amplitude follows Van der Pol's equation
averaged over a cycle, a' = g w a (1 - a^2 / a_s^2), solved exactly step by step; outside it decays with the structure's
damping. Source of the kind of model: E. Simiu, R. H. Scanlan, Wind Effects on Structures, 3rd ed. 1996, chapter 6 (quoted
without the book at hand).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.messages import say
from twin.spec import Spec
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]

STEP_S: Final = 1.0
"""Amplitudes are followed in steps of this length, straight in between. Choice: a small part of the time they grow in."""

LEAST_M: Final = 1e-5
"""Amplitude that growth begins from; it is not shown. Assumption: a hundredth of a millimetre, what gusts leave."""


class VortexSpec(Spec):
    """A time during which the section is prone to vortices, as the Humen Bridge's was with barriers along its rails."""

    mode: int = Field(ge=1, le=200)
    """Vertical mode that answers, counted from 1."""

    from_s: float = Field(ge=0.0)
    """When the section becomes prone to it, simulated seconds."""

    until_s: float = Field(gt=0.0)
    """When it is no longer."""

    amplitude_m: float = Field(gt=0.0, le=3.0)
    """Steady amplitude where the mode moves most, in the middle of the band. The Humen Bridge on 5 May 2020: some 0.3 m at 0.36
    Hz (recalled)."""

    strouhal: Annotated[float, Assumed.between(0.08, 0.15)] = Field(default=0.11, gt=0.0, le=0.5)
    """Shedding frequency times depth over wind speed. Assumption: 0.11, flat boxes with barriers."""

    growth: Annotated[float, Assumed.times(0.5, 2.0)] = Field(default=0.004, gt=0.0, le=0.05)
    """Negative damping ratio of small motions, beyond the structure's own. Assumption: about as much as that."""

    @model_validator(mode="after")
    def _in_order(self) -> VortexSpec:
        if self.until_s <= self.from_s:
            raise ValueError(say("bridge.times", from_s=self.from_s, until_s=self.until_s))
        return self


@dataclass(slots=True)
class Vortex:
    """One mode under vortices, block by block."""

    spec: VortexSpec
    frequency_hz: float
    """Of the mode."""
    damping_ratio: float
    largest_shape: float
    """Largest value of the mode's shape, 1/sqrt(kg)."""
    depth_m: float
    """Of the section that the wind meets."""
    amplitude_m: float = LEAST_M
    """Now, where the mode moves most."""
    phase_rad: float = 0.0

    @property
    def critical_mps(self) -> float:
        """Wind speed at which vortices leave with the mode's frequency."""
        return self.frequency_hz * self.depth_m / self.spec.strouhal

    def steady_m(self, wind_mps: float) -> float:
        """Return the amplitude that a steady wind holds: greatest at 1.1 times the critical speed, 0 outside 0.9 to 1.3."""
        away = (wind_mps / self.critical_mps - 1.1) / 0.2
        return self.spec.amplitude_m * max(1.0 - away**2, 0.0)

    def grown_m(self, amplitude_m: float, steady_m: float, step_s: float) -> float:
        """Return the amplitude after a time in a steady wind."""
        omega = 2.0 * math.pi * self.frequency_hz
        if steady_m <= LEAST_M:
            return max(amplitude_m * math.exp(-self.damping_ratio * omega * step_s), LEAST_M)
        ratio = (steady_m / amplitude_m) ** 2 - 1.0
        return steady_m / math.sqrt(1.0 + ratio * math.exp(-2.0 * self.spec.growth * omega * step_s))

    def block(self, t_us: int, period_us: int, samples: int, wind_mps: float, stiffness: float = 1.0) -> tuple[Floats, Floats]:
        """Return (samples,) modal coordinate and its second derivative from ``t_us`` on, in a mean wind."""
        step_s = period_us / US_PER_S
        whole_s = samples * step_s
        steps = max(1, math.ceil(whole_s / STEP_S))
        amplitudes = [self.amplitude_m]
        for step in range(steps):
            now_s = t_us / US_PER_S + step * whole_s / steps
            prone = self.spec.from_s <= now_s < self.spec.until_s
            steady_m = self.steady_m(wind_mps) if prone else 0.0
            amplitudes.append(self.grown_m(amplitudes[-1], steady_m, whole_s / steps))
        omega = 2.0 * math.pi * self.frequency_hz * math.sqrt(stiffness)
        at_s = step_s * np.arange(samples)
        amplitude = np.interp(at_s, np.linspace(0.0, whole_s, steps + 1), amplitudes)
        place = (amplitude - LEAST_M) / self.largest_shape * np.sin(self.phase_rad + omega * at_s)
        self.amplitude_m = amplitudes[-1]
        self.phase_rad = (self.phase_rad + omega * whole_s) % (2.0 * math.pi)
        return place, -(omega**2) * place
