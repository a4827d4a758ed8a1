"""The time profile of a flow: linear between points, constant before the first and behind the last."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.messages import say
from twin.spec import Spec


class ProfilePoint(Spec):
    """One point of the time profile; between points the factor changes linearly."""

    at_s: float = Field(ge=-604_800.0, le=604_800.0)
    """Seconds after the scenario's start."""

    factor: float = Field(ge=0.0, le=100.0)
    """Flow at that time / the flow that is given."""


def check_rising(profile: Sequence[ProfilePoint]) -> None:
    """Raise ValueError where the points are not in order of time."""
    times = [point.at_s for point in profile]
    if any(later <= earlier for earlier, later in itertools.pairwise(times)):
        raise ValueError(say("spec.profile"))


def profile_knots(
    profile: Sequence[ProfilePoint], begin_s: float, end_s: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the instants (s) from ``begin_s`` to ``end_s`` between which the profile is linear, and its factor at each.

    Without points the factor is 1.
    """
    within = (point.at_s for point in profile if begin_s < point.at_s < end_s)
    knots_s = np.array([begin_s, *within, end_s])
    if not profile:
        return knots_s, np.ones(knots_s.size)
    return knots_s, np.interp(knots_s, [p.at_s for p in profile], [p.factor for p in profile])
