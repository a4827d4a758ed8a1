"""How a bridge answers to moving axles: influence lines for what is slow, modes for what swings, block by block.

What a channel feels is its influence line under the axles as they stand (exact statics, all modes in it), plus what the modes
do beyond their own static part: y = sum P line(x) + sum (q - p / w^2) row, the mode-acceleration method (R. R. Craig, A. J.
Kurdila, "Fundamentals of Structural Dynamics", 2nd ed., 2006, section 11.4; quoted without the book at hand). Each mode is
q'' + 2 z w q' + w^2 q = p(t) with p = sum P phi(x), mass-normalised, solved step by step without error of integration where p
is straight between samples (N. C. Nigam, P. C. Jennings, Bull. Seismol. Soc. Am. 59 (1969) 909-922).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.bridges.structure import Quantity, Structure
from twin.compilation import borrowed, kernel
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lines:
    """One deck and its channels, as the response needs them: ``k`` modes, ``c`` channels, ``n`` evenly spaced stations."""

    grid_m: Floats
    """(n,): stations along the axis, from the start of the deck to its end."""
    frequency_hz: Floats
    """(k,): natural frequencies, undamped."""
    damping_ratio: Floats
    """(k,): shares of critical damping, below 1."""
    shape: Floats
    """(k, n): mass-normalised vertical shapes, 1/sqrt(kg)."""
    static: Floats
    """(c, n): what a channel shows for a force of 1 N at each station; zeros for accelerations."""
    modal: Floats
    """(c, k): what a channel shows for one unit of each modal coordinate; for accelerations, of its second derivative."""
    acceleration: npt.NDArray[np.bool_]
    """(c,): whether the channel is an acceleration."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Vehicles between two instants: smooth curves through both places and speeds; ``m`` rows, at most ``a`` axles each."""

    x_m: Floats
    """(m, 2): the front along the axis at both ends; before or behind the deck where it is not on it."""
    speed_mps: Floats
    """(m, 2): its speed along the axis, negative for those who drive against it."""
    weight: Floats
    """(m, 2): share of the load that counts at both ends: 1 but for vehicles that appear or vanish on the deck."""
    direction: Floats
    """(m,): 1 for those who drive along the axis, -1 for those who drive against it."""
    axle_m: Floats
    """(m, a): axles behind the front."""
    force_n: Floats
    """(m, a): load of each axle; 0 where there is none."""
    sway_share: Floats
    """(m,): root mean square of the axle loads' swing about their mean, as a share of it."""
    sway_rad_per_s: Floats
    """(m, h): angular frequencies of the swing."""
    sway_phase: Floats
    """(m, h): its phases at time 0."""


def lines_of(structure: Structure, quantities: Sequence[Quantity]) -> Lines:
    """Return a deck with one channel for each of ``quantities``."""
    rows = [structure.modal_row(one) for one in quantities]
    return Lines(
        structure.grid_m,
        structure.frequency_hz,
        structure.damping_ratio,
        structure.shape,
        np.reshape([structure.line(one) for one in quantities], (len(quantities), structure.grid_m.size)),
        np.reshape(rows, (len(quantities), structure.frequency_hz.size)),
        np.array([one.kind == "acceleration" for one in quantities], np.bool_),
    )


class Response:
    """The state of one deck from block to block. Samples lie at whole multiples of the period."""

    def __init__(self, lines: Lines, period_us: int) -> None:
        """Be at rest under no load before time 0. Modes above half the sampling rate answer statically."""
        modes = np.flatnonzero(lines.frequency_hz < 0.5 * US_PER_S / period_us)
        self.lines, self.period_us = lines, period_us
        self.frequency_hz, self.damping_ratio = lines.frequency_hz[modes], lines.damping_ratio[modes]
        self._modal = np.ascontiguousarray(lines.modal[:, modes])
        self._table = np.ascontiguousarray(np.concatenate([lines.shape[modes], lines.static]).T)
        self._step_m = float(lines.grid_m[1] - lines.grid_m[0])
        self._state = np.zeros((4, modes.size))
        """(4, k): q, q', p of the sample before, and q of that as a static answer."""
        self._began = False

    @property
    def modes(self) -> int:
        """Number of modes that swing."""
        return int(self.frequency_hz.size)

    def first_sample(self, t_us: int) -> int:
        """Return the number of the first sample at or after ``t_us``."""
        return -(-t_us // self.period_us)

    def empty(self, begin_us: int, end_us: int) -> Floats:
        """Return room (samples, k + c) for what loads do at the samples from ``begin_us`` to before ``end_us``."""
        samples = self.first_sample(end_us) - self.first_sample(begin_us)
        return np.zeros((samples, self._table.shape[1]))

    def load(self, into: Floats, into_us: int, motion: Motion, begin_us: int, end_us: int) -> None:
        """Add the axles of ``motion`` to ``into``, begun at ``into_us``, at samples from ``begin_us`` to before ``end_us``."""
        first, base = self.first_sample(begin_us), self.first_sample(into_us)
        rows = slice(first - base, self.first_sample(end_us) - base)
        share = (np.arange(first, first + into[rows].shape[0]) * self.period_us - begin_us) / (end_us - begin_us)
        _load(
            into[rows],
            self._table,
            self.lines.grid_m[0],
            self._step_m,
            share,
            begin_us / US_PER_S,
            (end_us - begin_us) / US_PER_S,
            motion.x_m,
            motion.speed_mps,
            motion.weight,
            motion.direction,
            motion.axle_m,
            motion.force_n,
            motion.sway_share,
            motion.sway_rad_per_s,
            motion.sway_phase,
        )

    def answer(self, loads: Floats, *, stiffness: float = 1.0) -> Floats:
        """Return what the channels show (c, samples) under the ``loads`` of a block, and go on to its end.

        ``stiffness`` is the deck's present one over the one that its lines were made for: deflections go with its inverse,
        frequencies with its root, as K -> s K. The first block of all begins at rest under its first sample's load.
        """
        count = self.modes
        out = np.empty((self._modal.shape[0], loads.shape[0]))
        step_s = self.period_us / US_PER_S
        steps = step_coefficients(self.frequency_hz * np.sqrt(stiffness), self.damping_ratio, step_s)
        squared = (2.0 * np.pi * self.frequency_hz) ** 2 * stiffness
        if not self._began and loads.shape[0]:
            self._state[0], self._state[2] = loads[0, :count] / squared, loads[0, :count]
        _swing(
            loads, 0 if self._began else 1, steps, squared, self.damping_ratio, self._state, self._modal,
            self.lines.acceleration, stiffness, out,
        )  # fmt: skip
        self._began = self._began or loads.shape[0] > 0
        return out

    @property
    def modal_place(self) -> Floats:
        """(k,): modal coordinates at the last sample."""
        place: Floats = self._state[0].copy()
        return place


def step_coefficients(frequency_hz: Floats, damping_ratio: Floats, step_s: float) -> Floats:
    """Return (k, 8): what q and q' after a step are of q, q', and of the force before and after it, for unit mass.

    Exact for forces that are straight within the step (Nigam and Jennings 1969; A. K. Chopra, "Dynamics of Structures",
    table 5.2.1). Damping ratios lie in [0, 1).
    """
    w = 2.0 * np.pi * frequency_hz
    zeta, k, dt = damping_ratio, w * w, step_s
    root = np.sqrt(1.0 - zeta**2)
    damped = w * root
    fading, sin, cos = np.exp(-zeta * w * dt), np.sin(damped * dt), np.cos(damped * dt)
    a = fading * (zeta / root * sin + cos)
    b = fading * sin / damped
    lag = 2.0 * zeta / (w * dt)
    c = (lag + fading * (((1.0 - 2.0 * zeta**2) / (damped * dt) - zeta / root) * sin - (1.0 + lag) * cos)) / k
    d = (1.0 - lag + fading * ((2.0 * zeta**2 - 1.0) / (damped * dt) * sin + lag * cos)) / k
    a_dot = -fading * w / root * sin
    b_dot = fading * (cos - zeta / root * sin)
    c_dot = (-1.0 / dt + fading * ((w / root + zeta / (dt * root)) * sin + cos / dt)) / k
    d_dot = (1.0 - fading * (zeta / root * sin + cos)) / (k * dt)
    return np.stack([a, b, c, d, a_dot, b_dot, c_dot, d_dot], axis=1)


@kernel
def _load(
    into: Floats,
    table: Floats,
    origin_m: float,
    step_m: float,
    share: Floats,
    begin_s: float,
    span_s: float,
    x_m: Floats,
    speed_mps: Floats,
    weight: Floats,
    direction: Floats,
    axle_m: Floats,
    force_n: Floats,
    sway_share: Floats,
    sway_rad_per_s: Floats,
    sway_phase: Floats,
) -> None:
    """Add force times the table's rows at every axle's place, straight between stations, to each sample of ``into``."""
    into, table, share = borrowed(into), borrowed(table), borrowed(share)
    stations, width = table.shape
    waves = sway_phase.shape[1]
    scale = np.sqrt(2.0 / max(waves, 1))
    turn = np.empty((waves, 4))
    last = (stations - 1) * 1.0
    for row in range(x_m.shape[0]):
        x0, x1 = x_m[row, 0], x_m[row, 1]
        v0, v1 = speed_mps[row, 0] * span_s, speed_mps[row, 1] * span_s
        swing = sway_share[row] * scale
        for wave in range(waves):
            phase = sway_rad_per_s[row, wave] * (begin_s + share[0] * span_s if share.size else begin_s) + sway_phase[row, wave]
            step = sway_rad_per_s[row, wave] * span_s * (share[1] - share[0] if share.size > 1 else 0.0)
            turn[wave, 0], turn[wave, 1] = np.cos(phase), np.sin(phase)
            turn[wave, 2], turn[wave, 3] = np.cos(step), np.sin(step)
        for sample in range(share.size):
            u = share[sample]
            w = 1.0 - u
            x = w * w * ((1.0 + 2.0 * u) * x0 + u * v0) + u * u * ((1.0 + 2.0 * w) * x1 - w * v1)
            factor = 1.0
            if swing > 0.0:
                sines = 0.0
                for wave in range(waves):
                    cos, sin = turn[wave, 0], turn[wave, 1]
                    sines += sin
                    turn[wave, 0] = cos * turn[wave, 2] - sin * turn[wave, 3]
                    turn[wave, 1] = sin * turn[wave, 2] + cos * turn[wave, 3]
                factor += swing * sines
            factor *= w * weight[row, 0] + u * weight[row, 1]
            for axle in range(axle_m.shape[1]):
                force = force_n[row, axle] * factor
                place = (x - direction[row] * axle_m[row, axle] - origin_m) / step_m
                if force == 0.0 or not 0.0 <= place <= last:
                    continue
                cell = min(int(place), stations - 2)
                far = force * (place - cell)
                near = force - far
                for column in range(width):
                    into[sample, column] += near * table[cell, column] + far * table[cell + 1, column]


@kernel
def _swing(
    loads: Floats,
    stepped: int,
    steps: Floats,
    squared: Floats,
    damping_ratio: Floats,
    state: Floats,
    modal: Floats,
    acceleration: npt.NDArray[np.bool_],
    stiffness: float,
    out: Floats,
) -> None:
    """Step every mode to each sample from ``stepped`` on; put static and swinging parts of each channel together."""
    samples, modes = loads.shape[0], squared.size
    channels = modal.shape[0]
    beyond, second = np.empty(modes), np.empty(modes)
    for sample in range(samples):
        for mode in range(modes):
            q, v, before = state[0, mode], state[1, mode], state[2, mode]
            now = loads[sample, mode]
            if sample >= stepped:
                q, v = (
                    steps[mode, 0] * q + steps[mode, 1] * v + steps[mode, 2] * before + steps[mode, 3] * now,
                    steps[mode, 4] * q + steps[mode, 5] * v + steps[mode, 6] * before + steps[mode, 7] * now,
                )
            state[0, mode], state[1, mode], state[2, mode] = q, v, now
            state[3, mode] = now / squared[mode]
            beyond[mode] = q - state[3, mode]
            second[mode] = now - squared[mode] * q - 2.0 * damping_ratio[mode] * np.sqrt(squared[mode]) * v
        for channel in range(channels):
            total = 0.0
            if acceleration[channel]:
                for mode in range(modes):
                    total += second[mode] * modal[channel, mode]
            else:
                total = loads[sample, modes + channel] / stiffness
                for mode in range(modes):
                    total += beyond[mode] * modal[channel, mode]
            out[channel, sample] = total
