"""What the sensors of one bridge make of its true response: noise, drift, dropout, late stamps, steps and limits.

Draws hang on the channel's name and on the number of the sample, the minute or the packet, counted from the scenario's start:
neither the other channels nor the length of the blocks in which the response comes change a value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.bridges.sensor_spec import Channel
from twin.compilation import inline_kernel, kernel
from twin.rng import normal_pair, stream_key, uniform4
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]

WALK_STEP_US: Final = 60_000_000
"""A random walk of the zero has a node each minute and is straight in between. Choice: it moves by thousandths of the noise."""

REFERENCE_C: Final = 20.0
"""Temperature at which a zero is right. Assumption: that of a workshop; it only shifts the constant error."""

LONGEST_LATE_US: Final = 200_000
"""Stamps are never later than this. Choice: the most that a specification can ask for, with room for the jitter."""

MISSING: Final = -32768
"""The count that stands for a sample that never came, in the log's blocks."""

_NOISE, _JITTER, _PACKET, _WALK, _CONSTANT = range(5)
"""Blocks of a channel's draws."""

_MOST: Final = 32767.0


class Channels:
    """The channels of one bridge; ``measure`` is asked block after block, in the order of time."""

    def __init__(self, channels: Sequence[Channel], seed: int, rate_hz: float) -> None:
        """Sample ``channels`` of a response that comes ``rate_hz`` times a second.

        Raises ValueError where a channel's rate does not divide that one.
        """
        self.channels = tuple(channels)
        self.period_us = round(US_PER_S / rate_hz)
        strides = [rate_hz / one.spec.rate_hz for one in self.channels]
        wrong = [one.name for one, stride in zip(self.channels, strides, strict=True) if abs(stride - round(stride)) > 1e-6]
        if wrong or any(stride < 1.0 - 1e-6 for stride in strides):
            raise ValueError(f"rates of {wrong or 'a channel'} do not divide {rate_hz:g} Hz")
        errors = [one.spec.errors() for one in self.channels]
        size = len(self.channels)
        self.stride = np.array([round(stride) for stride in strides], np.int64)
        """(channels,): one of so many samples of the response is taken."""
        self._keys = np.array([stream_key(seed, "bridges/sensor", one.name) for one in self.channels], np.uint64)
        self._noise = np.array(
            [error.noise_density * math.sqrt(0.5 * one.spec.rate_hz) for one, error in zip(self.channels, errors, strict=True)]
        )
        self._walk_step = np.array([error.walk_per_root_day for error in errors]) * math.sqrt(WALK_STEP_US / 86400e6)
        self._low = np.array([error.low for error in errors])
        self._high = np.array([error.high for error in errors])
        self.resolution = np.array([error.resolution for error in errors])
        """(channels,): step of what each reports, in the unit of its quantity."""
        self._packet_us = np.array([round(one.spec.packet_s * US_PER_S) for one in self.channels], np.int64)
        self._dropout = np.array([one.spec.dropout_share for one in self.channels])
        self._jitter_us = np.array([one.spec.time_jitter_ms for one in self.channels]) * 1e3
        mean_late_us = np.array([one.spec.time_offset_ms for one in self.channels]) * 1e3
        drawn = _constants(self._keys) if size else np.empty((0, 4))
        self.bias = drawn[:, 0] * np.array([error.bias for error in errors])
        """(channels,), truth: the constant error of each, in the unit of its quantity."""
        self.per_kelvin = drawn[:, 1] * np.array([error.per_kelvin for error in errors])
        """(channels,), truth: change of its zero a kelvin."""
        self.late_us = np.minimum(-np.log(drawn[:, 2]) * mean_late_us, LONGEST_LATE_US)
        """(channels,), truth: how late its stamps are."""
        self._walk = np.zeros((size, 2))
        self._minute = np.full(size, -1, np.int64)
        self._past = np.zeros((size, LONGEST_LATE_US // self.period_us + 3))
        self._begun = False

    def measure(
        self,
        t0_us: int,
        period_us: int,
        clean: Floats,
        temperature_c: float = REFERENCE_C,
        up: npt.NDArray[np.bool_] | None = None,
    ) -> Floats:
        """Return what is reported of ``clean``, (channels, samples) in SI units from ``t0_us`` on each ``period_us``.

        NaN where a channel takes no sample, lost its packet, or is not ``up``, (channels,). ``temperature_c`` is that of the
        instruments. ValueError for another period than that of the rate, or for a block that is not of these channels.
        """
        if period_us != self.period_us or clean.shape[0] != len(self.channels):
            raise ValueError(f"a block of {clean.shape[0]} channels each {period_us} us is none of this bridge")
        clean = np.ascontiguousarray(clean, np.float64)
        if not self._begun:
            self._past[:] = clean[:, :1]
            self._begun = True
        reported = np.empty_like(clean)
        _measure(
            clean,
            reported,
            self._past,
            t0_us // period_us,
            period_us,
            self._keys,
            self.stride,
            self.bias + self.per_kelvin * (temperature_c - REFERENCE_C),
            self._noise,
            self._walk,
            self._minute,
            self._walk_step,
            self.late_us,
            self._jitter_us,
            self._packet_us,
            self._dropout,
            self._low,
            self._high,
            self.resolution,
            np.ones(len(self.channels), np.bool_) if up is None else up,
        )
        return reported


@inline_kernel
def _normals(key: np.uint64, number: int, block: int) -> tuple[float, float, float, float]:
    """Return four independent standard normals of one counter."""
    u0, u1, u2, u3 = uniform4(key, number, 0, block)
    a, b = normal_pair(u0, u1)
    c, d = normal_pair(u2, u3)
    return a, b, c, d


@inline_kernel
def _one_of(which: int, a: float, b: float, c: float, d: float) -> float:
    """Return the one of four that ``which``, 0 to 3, names."""
    low, high = (b if which & 1 else a), (d if which & 1 else c)
    return high if which & 2 else low


@inline_kernel
def _before(clean: Floats, past: Floats, s: int, samples: float) -> float:
    """Return the response ``samples``, whole and parts, before sample ``s`` of a block; straight between two of them."""
    kept = past.size
    delay = min(samples, kept - 2.0)
    whole = int(delay)
    at = s - whole
    now = clean[at] if at >= 0 else past[kept + at]
    before = clean[at - 1] if at >= 1 else past[kept + at - 1]
    return float(now + (delay - whole) * (before - now))


@inline_kernel
def _keep(clean: Floats, past: Floats) -> None:
    """Move the last samples of ``clean`` into ``past``, (channels, kept), of which the older ones fall out."""
    samples, kept = clean.shape[1], past.shape[1]
    new = min(samples, kept)
    for c in range(past.shape[0]):
        for i in range(kept - new):
            past[c, i] = past[c, i + new]
        past[c, kept - new :] = clean[c, samples - new :]


@kernel
def _constants(keys: npt.NDArray[np.uint64]) -> Floats:
    """Return two normals and two uniforms for each key, (n, 4): what holds for a channel throughout."""
    out = np.empty((keys.size, 4))
    for i in range(keys.size):
        u0, u1, u2, u3 = uniform4(keys[i], 0, 0, _CONSTANT)
        out[i, 0], out[i, 1] = normal_pair(u0, u1)
        out[i, 2], out[i, 3] = u2, u3
    return out


@kernel
def _measure(
    clean: Floats,
    reported: Floats,
    past: Floats,
    first: int,
    period_us: int,
    keys: npt.NDArray[np.uint64],
    stride: npt.NDArray[np.int64],
    constant: Floats,
    noise: Floats,
    walk: Floats,
    minute: npt.NDArray[np.int64],
    walk_step: Floats,
    late_us: Floats,
    jitter_us: Floats,
    packet_us: npt.NDArray[np.int64],
    dropout: Floats,
    low: Floats,
    high: Floats,
    resolution: Floats,
    up: npt.NDArray[np.bool_],
) -> None:
    """Fill ``reported``; ``first`` is the number of the block's first sample from the scenario's start.

    A stamp that is late by e shows the response of e before, which lies between two samples (straight in between). ``past``
    holds the samples before the block, ``walk`` the zero's walk at the beginning and the end of ``minute``.
    """
    channels, samples = clean.shape
    for c in range(channels):
        key = keys[c]
        of_noise = of_jitter = of_packet = -1
        lost = False
        n0 = n1 = n2 = n3 = j0 = j1 = j2 = j3 = 0.0
        for s in range(samples):
            number = first + s
            if number % stride[c] != 0:
                reported[c, s] = np.nan
                continue
            t_us = number * period_us
            packet = t_us // packet_us[c]
            if packet != of_packet:
                of_packet = packet
                lost = dropout[c] > 0.0 and uniform4(key, packet, 0, _PACKET)[0] < dropout[c]
            if lost or not up[c]:
                reported[c, s] = np.nan
                continue
            taken = number // stride[c]
            if taken >> 2 != of_noise:
                of_noise = taken >> 2
                n0, n1, n2, n3 = _normals(key, of_noise, _NOISE)
            which = taken & 3
            error = _one_of(which, n0, n1, n2, n3)
            delay_us = late_us[c]
            if jitter_us[c] > 0.0:
                if taken >> 2 != of_jitter:
                    of_jitter = taken >> 2
                    j0, j1, j2, j3 = _normals(key, of_jitter, _JITTER)
                delay_us += jitter_us[c] * abs(_one_of(which, j0, j1, j2, j3))
            shown = _before(clean[c], past[c], s, delay_us / period_us)
            node = t_us // WALK_STEP_US
            while minute[c] < node:
                minute[c] += 1
                walk[c, 0] = walk[c, 1]
                walk[c, 1] += walk_step[c] * _normals(key, minute[c], _WALK)[0]
            along = (t_us - node * WALK_STEP_US) / WALK_STEP_US
            zero = constant[c] + walk[c, 0] + along * (walk[c, 1] - walk[c, 0])
            value = shown + zero + noise[c] * error
            value = min(max(value, low[c]), high[c])
            reported[c, s] = math.floor(value / resolution[c] + 0.5) * resolution[c]
    _keep(clean, past)


def counts(reported: Floats, resolution: Floats) -> tuple[npt.NDArray[np.int16], Floats]:
    """Return samples as whole numbers of 16 bits, of the shape of ``reported``, and what one count is, (channels,).

    A count is the channel's ``resolution``, (channels,), times the smallest power of two with which its largest sample fits:
    mostly one, so that nothing is lost. ``MISSING`` stands for NaN.
    """
    most = np.max(np.abs(np.where(np.isnan(reported), 0.0, reported)), axis=1, initial=0.0) / resolution
    scale = resolution * np.exp2(np.ceil(np.log2(np.maximum(most / _MOST, 1.0))))
    whole = np.rint(reported / scale[:, None])
    return np.where(np.isnan(whole), MISSING, whole).astype(np.int16), scale


def samples_of(code: npt.NDArray[np.int16], scale: float) -> Floats:
    """Return the samples of a block of the log: NaN where one is missing, in the unit of the channel's quantity."""
    return np.where(code == MISSING, np.nan, code.astype(np.float64) * scale)
