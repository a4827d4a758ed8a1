"""How long a message takes from leaving a server to arriving at the next node: distributions as data, draws as a kernel.

The kernel consumes a bounded number of counter-based draws for each message, so that a message's delay depends on nothing but
the seed, the hop, the device and the frame.
"""

from __future__ import annotations

import math
from typing import Annotated, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.compilation import inline_kernel, kernel
from twin.messages import say
from twin.rng import normal_pair, uniform4
from twin.spec import Spec
from twin.units import US_PER_S

CONSTANT: Final = 0
LOGNORMAL: Final = 1
SHIFTED_GAMMA: Final = 2

_Z_95: Final = 1.6448536269514722
"""The 95 % point of the standard normal distribution."""

_LONGEST_US: Final = 3600.0 * US_PER_S
"""One hour: a lognormal has no upper end, and the clock is an integer."""


class DelayLaw(NamedTuple):
    """What the kernel needs of a delay distribution, in microseconds."""

    kind: int
    minimum_us: float
    scale_us: float
    """Median of a lognormal, scale of a gamma."""
    sigma: float
    """Standard deviation of the logarithm."""
    shape: int
    """Number of exponential stages of a gamma."""


class ConstantDelay(Spec):
    """Always the same delay."""

    kind: Literal["constant"] = "constant"
    """Selects this distribution."""

    value_s: float = Field(ge=0.0, le=60.0)
    """The delay."""

    def law(self) -> DelayLaw:
        """Return the distribution as numbers for the kernel."""
        return DelayLaw(CONSTANT, self.value_s * US_PER_S, 0.0, 0.0, 1)


class LognormalDelay(Spec):
    """A delay whose logarithm is normal, given by its median and its 95 % point."""

    kind: Literal["lognormal"] = "lognormal"
    """Selects this distribution."""

    median_s: float = Field(gt=0.0, le=60.0)
    """Half of the messages take less."""

    p95_s: float = Field(gt=0.0, le=60.0)
    """95 % of the messages take less; not below the median."""

    @model_validator(mode="after")
    def _ordered(self) -> LognormalDelay:
        if self.p95_s < self.median_s:
            raise ValueError(say("spec.p95", p95_s=self.p95_s, median_s=self.median_s))
        return self

    def law(self) -> DelayLaw:
        """Return the distribution as numbers for the kernel."""
        return DelayLaw(LOGNORMAL, 0.0, self.median_s * US_PER_S, math.log(self.p95_s / self.median_s) / _Z_95, 1)


class ShiftedGammaDelay(Spec):
    """A smallest delay plus a gamma-distributed one, the form of Eclipse MOSAIC's cell delay.

    MOSAIC uses minimum + (expected - minimum) / 4 x Gamma(shape 2, scale 2): shape 2 here.
    """

    kind: Literal["shifted_gamma"] = "shifted_gamma"
    """Selects this distribution."""

    minimum_s: float = Field(ge=0.0, le=60.0)
    """No message takes less."""

    mean_s: float = Field(gt=0.0, le=60.0)
    """The mean of the whole delay; not below the minimum."""

    shape: int = Field(default=2, ge=1, le=16)
    """Number of exponential stages whose sum is the variable part. Source: MOSAIC, see above."""

    @model_validator(mode="after")
    def _ordered(self) -> ShiftedGammaDelay:
        if self.mean_s < self.minimum_s:
            raise ValueError(say("spec.mean_delay", mean_s=self.mean_s, minimum_s=self.minimum_s))
        return self

    def law(self) -> DelayLaw:
        """Return the distribution as numbers for the kernel."""
        scale_us = (self.mean_s - self.minimum_s) * US_PER_S / self.shape
        return DelayLaw(SHIFTED_GAMMA, self.minimum_s * US_PER_S, scale_us, 0.0, self.shape)


DelaySpec = Annotated[ConstantDelay | LognormalDelay | ShiftedGammaDelay, Field(discriminator="kind")]
"""The delay distributions there are."""


@inline_kernel
def transmission(
    own_key: np.uint64, frame: int, attempt: int, law: tuple[int, float, float, float, int]
) -> tuple[float, float, int]:
    """Return uniforms in (0, 1) that decide on the loss of a message and of its acknowledgement, and its delay in whole us.

    ``own_key`` is the device's, ``attempt`` counts the transmissions of this frame on this hop from 0, ``law`` is a
    ``DelayLaw``. Counter block 0 gives the losses and the normal (Box and Muller), blocks from 1 the exponential stages: a
    gamma of integer shape k is the sum of k exponentials, the negative logarithms of k uniforms (L. Devroye, "Non-Uniform
    Random Variate Generation", 1986, IX.3).
    """
    kind, minimum_us, scale_us, sigma, shape = law
    u = uniform4(own_key, frame, attempt, 0)
    chance, acknowledged = u[0], u[1]
    delay = minimum_us
    if kind == LOGNORMAL:
        delay += scale_us * math.exp(sigma * normal_pair(u[2], u[3])[0])
    elif kind == SHIFTED_GAMMA:
        stages = 0.0
        for stage in range(shape):
            word = stage % 4
            if word == 0:
                u = uniform4(own_key, frame, attempt, 1 + stage // 4)
            stages -= math.log(u[word])
        delay += scale_us * stages
    return chance, acknowledged, int(min(delay, _LONGEST_US) + 0.5)


@kernel
def draw_transmissions(
    key: npt.NDArray[np.uint64],
    device: npt.NDArray[np.int64],
    frame: npt.NDArray[np.int64],
    law: tuple[int, float, float, float, int],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return what decides on the loss of each message (n,) at its first transmission, and its delay; see ``transmission``.

    ``key`` holds one key a device.
    """
    chance = np.empty(device.size, np.float64)
    delay_us = np.empty(device.size, np.int64)
    for i in range(device.size):
        chance[i], _, delay_us[i] = transmission(key[device[i]], frame[i], 0, law)
    return chance, delay_us
