"""The first natural frequency of a bridge from the samples of an accelerometer: where Welch's spectrum has its peak.

The spectrum is the mean over overlapping windowed segments (P. D. Welch, IEEE Trans. Audio Electroacoustics 15 (1967) 70-73).
Between its lines the peak is where a parabola through the logarithm of the spectrum near the highest line has its top.
"""

from __future__ import annotations

from typing import Annotated, Final, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.messages import say
from twin.spec import Spec

Floats = npt.NDArray[np.float64]

LEAST_SHARE: Final = 0.8
"""Intervals of which a smaller share of samples is there are not looked at. Choice: few enough gaps to draw lines through."""

PROMINENCE: Final = 3.0
"""A peak rises above the middle line of the band by this factor. Choice: of white noise the highest of the lines, each the mean
of 29 segments, is not twice it; a mode of 2 % damping has hundreds."""

_FINER: Final = 4
"""Lines of the spectrum for each that the segment's length alone would give."""


class IdentificationSpec(Spec):
    """How the first frequency is found."""

    low_share: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.7
    """Where the band begins in which the peak is sought, relative to the first frequency that is expected. Choice: 30 % below,
    a loss of half of the stiffness."""

    high_share: Annotated[float, Field(gt=1.0, le=4.0)] = 1.3
    """Where it ends. Choice: 30 % above; the second frequency of the shipped bridges lies 52 % above the first and more."""

    segment_s: Annotated[float, Field(gt=0.0, le=600.0)] = 40.0
    """Length of a segment. Choice: 29 of them in ten minutes; tried with 40, 60 and 120 s on ambient vibration of 0.5 to 2 %
    damping, the shortest scattered least."""

    width_share: Annotated[float, Field(gt=0.0, le=0.5)] = 0.03
    """How far from the highest line the parabola reaches, as a share of its frequency; two lines of the segment at least.
    Choice: three half-widths of a peak of 1 % damping; tried with 1.5 and 3 %."""

    @model_validator(mode="after")
    def _band(self) -> Self:
        if self.width_share >= 1.0 - self.low_share:
            raise ValueError(say("bridge.identification", width=self.width_share, low=self.low_share))
        return self

    def band_hz(self, expected_hz: float) -> tuple[float, float]:
        """Return the band in which the peak is sought."""
        return self.low_share * expected_hz, self.high_share * expected_hz


def without_gaps(samples: Floats) -> Floats:
    """Return samples (n,) with straight lines over what is missing (NaN); at the ends the nearest sample."""
    gap = np.isnan(samples)
    if not gap.any():
        return samples
    place = np.arange(samples.size)
    return np.interp(place, place[~gap], samples[~gap])


def spectrum(samples: Floats, rate_hz: float, segment_s: float) -> tuple[Floats, Floats]:
    """Return frequencies (Hz) and the one-sided power spectral density of samples (n,) without gaps, unit^2 / Hz."""
    from scipy import signal

    size = min(samples.size, max(round(segment_s * rate_hz), 8))
    lines_hz, density = signal.welch(
        samples, rate_hz, window="hann", nperseg=size, noverlap=size // 2, nfft=_FINER * size, detrend="constant"
    )
    return lines_hz, density


def first_frequency_hz(samples: Floats, rate_hz: float, band_hz: tuple[float, float], spec: IdentificationSpec) -> float:
    """Return the frequency of the highest peak of samples (n,) within a band; NaN where there is none.

    There is none where too many samples are missing, where no line rises above the others, and where the highest one lies at
    an end of the band, which then holds the foot of another peak.
    """
    if np.isnan(samples).mean() > 1.0 - LEAST_SHARE or samples.size < 8:
        return float("nan")
    lines_hz, density = spectrum(without_gaps(samples), rate_hz, spec.segment_s)
    inside = np.flatnonzero((lines_hz >= band_hz[0]) & (lines_hz <= band_hz[1]))
    if inside.size < 3:
        return float("nan")
    top = inside[np.argmax(density[inside])]
    if top in (inside[0], inside[-1]) or not density[top] > PROMINENCE * np.median(density[inside]):
        return float("nan")
    width_hz = max(spec.width_share * lines_hz[top], 2.0 / spec.segment_s)
    near = np.flatnonzero((np.abs(lines_hz - lines_hz[top]) <= width_hz) & (density > 0.0))
    off_hz = lines_hz[near] - lines_hz[top]
    weight = np.sqrt(density[near] / density[top])
    square, slope, _ = np.polyfit(off_hz, np.log(density[near]), 2, w=weight)
    shift_hz = -slope / (2.0 * square) if square < 0.0 else 0.0
    return float(lines_hz[top] + np.clip(shift_hz, -width_hz, width_hz))
