"""Slow loss of stiffness, found through the temperature that masks it.

A bridge's first frequency falls by some tenths of a per cent a kelvin, more in a day than a damage of some per cent does for
good. In a training period the frequency is fitted by a straight line over the temperature (least squares); afterwards the
residuals are watched by a one-sided cumulative sum (E. S. Page, Biometrika 41 (1954) 100-115): S = max(0, S + z - k), z being
how far the frequency lies below the line, in standard deviations of the residuals; above h an alarm is due.

h follows from the mean time between false alarms that is wanted, by Page's integral equation for the average run length,
which holds for independent normal residuals and a line that is known: a short training makes false alarms more frequent.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.spec import Spec
from twin.units import to_us

Floats = npt.NDArray[np.float64]

DAY_US: Final = 86_400_000_000
LEAST_PAIRS: Final = 10
"""Observations without which no line is fitted. Choice: fewer tell nothing of their scatter."""

LONGEST_RUN: Final = 1000
"""Residuals that are kept to tell since when there is a loss. Choice: six weeks of hours."""

_NODES: Final = 48
"""Of the quadrature; the run length is the same to six digits with 24."""


class StiffnessWatchSpec(Spec):
    """How a slow loss of stiffness is watched for."""

    training_days: Annotated[float, Field(gt=0.0, le=1000.0)] = 30.0
    """Days over which the line is fitted. Choice: a month, with warm and cool days."""

    observation_s: Annotated[float, Field(gt=0.0)] = 3600.0
    """Frequencies and temperatures of so long make one observation, their mean. Choice: an hour, six intervals."""

    false_alarm_days: Annotated[float, Field(gt=0.0)] = 365.0
    """Mean time to a false alarm that is wanted, days. Choice: one a year."""

    slack: Annotated[float, Field(gt=0.0, le=5.0)] = 0.5
    """k, in standard deviations of the residuals. Choice: half of the shift that is to be found soonest, one of them; the usual
    value (D. M. Montgomery, Introduction to Statistical Quality Control)."""

    compensate: bool = True
    """Whether the line is fitted at all; without it the mean takes its place, and temperature masks what it masks."""

    @property
    def run_length(self) -> float:
        """Mean number of observations to a false alarm."""
        return self.false_alarm_days * 86400.0 / self.observation_s


def run_length(limit: float, slack: float, shift: float = 0.0) -> float:
    """Return the average run length of a one-sided cumulative sum of standard normals shifted by ``shift``, begun at 0.

    L(z) = 1 + L(0) F(k - z - d) + integral from 0 to h of L(x) f(x + k - z - d) dx, F and f of the standard normal, solved at
    the nodes of a Gauss-Legendre quadrature (A. L. Goel, S. M. Wu, Technometrics 13 (1971) 221-230).
    """
    from scipy.special import ndtr

    node, weight = np.polynomial.legendre.leggauss(_NODES)
    x, weight = 0.5 * limit * (node + 1.0), 0.5 * limit * weight
    start = np.append(0.0, x)
    moved = slack - start - shift
    matrix = np.eye(_NODES + 1)
    matrix[:, 0] -= ndtr(moved)
    matrix[:, 1:] -= weight * np.exp(-0.5 * (x + moved[:, None]) ** 2) / np.sqrt(2.0 * np.pi)
    return float(np.linalg.solve(matrix, np.ones(_NODES + 1))[0])


@cache
def limit_for(wanted: float, slack: float) -> float:
    """Return the limit h whose average run length without a shift is ``wanted``; ValueError below that of h = 0.01."""
    from scipy.optimize import brentq

    low, high = 0.01, 0.1
    if run_length(low, slack) > wanted:
        raise ValueError(f"no limit has a run length as short as {wanted:g}")
    while run_length(high, slack) < wanted:
        high *= 1.5
    return float(brentq(lambda limit: np.log(run_length(limit, slack) / wanted), low, high, xtol=1e-6))


@dataclass(frozen=True, slots=True)
class TemperatureLine:
    """The first frequency over the temperature, as fitted."""

    mean_c: float
    """Mean temperature of the training."""
    at_mean_hz: float
    slope_hz_per_k: float
    deviation_hz: float
    """Standard deviation of the residuals, for the parameters that were fitted."""
    observations: int

    def expected_hz(self, temperature_c: npt.ArrayLike) -> Floats:
        """Return the frequency that the line gives."""
        return np.asarray(self.at_mean_hz + self.slope_hz_per_k * (np.asarray(temperature_c) - self.mean_c))


def fit_line(temperature_c: Floats, frequency_hz: Floats, *, compensate: bool = True) -> TemperatureLine:
    """Fit a line (or, without compensation, the mean) by least squares; ValueError with fewer than ``LEAST_PAIRS``."""
    if temperature_c.size < LEAST_PAIRS:
        raise ValueError(f"{temperature_c.size} observations are too few for a line")
    off_k = temperature_c - temperature_c.mean()
    spread = float(off_k @ off_k)
    fitted = compensate and spread > 0.0
    slope = float(off_k @ frequency_hz) / spread if fitted else 0.0
    left = frequency_hz - frequency_hz.mean() - slope * off_k
    deviation = float(np.sqrt(left @ left / (left.size - (2 if fitted else 1))))
    return TemperatureLine(float(temperature_c.mean()), float(frequency_hz.mean()), slope, max(deviation, 1e-12), left.size)


@dataclass(frozen=True, slots=True)
class Notice:
    """What the watch says after one observation."""

    t_us: int
    """End of the observation."""
    residual: float
    """How far the frequency lies below the line, in standard deviations."""
    sum: float
    """S."""
    limit: float
    """h."""
    loss: float
    """Stiffness lost, as a share: twice the loss of frequency since it most likely began. 0 below the limit."""

    @property
    def alarm(self) -> bool:
        """Whether S is above h."""
        return self.sum > self.limit


class StiffnessWatch:
    """Watches one first frequency."""

    def __init__(self, spec: StiffnessWatchSpec) -> None:
        """Begin to train with the first pair that is added."""
        self.spec = spec
        self.line: TemperatureLine | None = None
        """The line, once the training is over."""
        self._limit = limit_for(spec.run_length, spec.slack)
        self._observation_us = to_us(spec.observation_s)
        self._from_us: int | None = None
        self._number = -1
        self._pairs: list[tuple[float, float]] = []
        self._observed: list[tuple[float, float]] = []
        self._sum = 0.0
        self._below_hz: list[float] = []
        """Residuals since S was 0."""

    def add(self, t_us: int, temperature_c: float, frequency_hz: float) -> Notice | None:
        """Take the mean temperature and the frequency of an interval that begins at ``t_us``; NaN is passed over.

        Returns what is to be said when an observation has ended with the interval before this one, else None.
        """
        if self._from_us is None:
            self._from_us = t_us
        number = (t_us - self._from_us) // self._observation_us
        notice = None
        if number != self._number and self._pairs:
            notice = self._observe(self._from_us + (self._number + 1) * self._observation_us)
        self._number = number
        if not np.isnan(temperature_c) and not np.isnan(frequency_hz):
            self._pairs.append((temperature_c, frequency_hz))
        return notice

    def _observe(self, t_us: int) -> Notice | None:
        temperature_c, frequency_hz = (float(one) for one in np.mean(self._pairs, axis=0))
        self._pairs = []
        if self.line is None:
            self._observed.append((temperature_c, frequency_hz))
            begun = self._from_us if self._from_us is not None else t_us
            if t_us - begun >= self.spec.training_days * DAY_US and len(self._observed) >= LEAST_PAIRS:
                both = np.array(self._observed)
                self.line = fit_line(both[:, 0], both[:, 1], compensate=self.spec.compensate)
            return None
        below_hz = float(self.line.expected_hz(temperature_c)) - frequency_hz
        residual = below_hz / self.line.deviation_hz
        self._sum = max(0.0, self._sum + residual - self.spec.slack)
        self._below_hz = [*self._below_hz[1 - LONGEST_RUN :], below_hz] if self._sum > 0.0 else []
        loss = 2.0 * _lasting(np.array(self._below_hz)) / self.line.at_mean_hz if self._sum > self._limit else 0.0
        return Notice(t_us, residual, self._sum, self._limit, loss)


def _lasting(residuals: Floats) -> float:
    """Return the mean of the last residuals, from where they are most likely to have shifted.

    Of normal ones that is where the sum to the end, squared, over their number is largest (D. V. Hinkley, Biometrika 57 (1970)
    1-17, for a known level before).
    """
    sums = np.cumsum(residuals[::-1])
    number = np.arange(1, residuals.size + 1)
    best = int(np.argmax(sums * np.abs(sums) / number))
    return float(sums[best] / number[best])
