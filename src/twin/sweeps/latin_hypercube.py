"""Draws that cover the span of each of many quantities evenly.

M. D. McKay, R. J. Beckman, W. J. Conover, "A comparison of three methods for selecting values of input variables in the
analysis of output from a computer code", Technometrics 21 (1979): each quantity's range is cut into as many equally likely
pieces as there are draws, and each piece is drawn from once, in an order of its own. Every quantity has its own stream of
random numbers by its name, so that one more or one less changes no other's draws.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.rng import stream_key, uniforms


def latin_hypercube(names: Sequence[str], draws: int, seed: int, stream: str) -> npt.NDArray[np.float64]:
    """Return (draws, names) shares of the probability in (0, 1): of each column one lies in each of ``draws`` equal parts."""
    numbers = np.arange(draws, dtype=np.int64)
    columns = [uniforms(stream_key(seed, stream, name), numbers) for name in names]
    return np.stack([(np.argsort(np.argsort(words[:, 0])) + words[:, 1]) / draws for words in columns], axis=1)
