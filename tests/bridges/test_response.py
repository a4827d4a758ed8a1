"""The response of a deck: linear in its loads, the same however it is cut into blocks, static at rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.bridges.response import Floats, Motion, Response, lines_of
from twin.bridges.simple_span import simple_span
from twin.bridges.structure import Quantity

SPAN = simple_span(40.0, 34.5e9 * 2.5, 15e3, 0.015)
LINES = lines_of(
    SPAN,
    [Quantity("displacement", 20.0), Quantity("strain", 10.0, 1.0), Quantity("acceleration", 20.0), Quantity("tilt", 0.0)],
)
SECOND_US = 1_000_000
COUNT = 3


def random_motion(seed: int) -> Motion:
    """Return three vehicles that cross somehow, one of them backwards along the axis."""
    draw = np.random.default_rng(seed)
    direction = np.array([1.0, 1.0, -1.0])
    x_m = np.sort(draw.uniform(-5.0, 45.0, (COUNT, 2)), axis=1)
    x_m[2] = x_m[2, ::-1]
    return Motion(
        x_m,
        draw.uniform(0.0, 20.0, (COUNT, 2)) * direction[:, None],
        draw.uniform(0.0, 1.0, (COUNT, 2)),
        direction,
        np.tile([0.5, 4.0], (COUNT, 1)),
        draw.uniform(1e3, 1e5, (COUNT, 2)),
        draw.uniform(0.0, 0.2, COUNT),
        draw.uniform(5.0, 80.0, (COUNT, 2)),
        draw.uniform(0.0, 6.3, (COUNT, 2)),
    )


def shown(motions: list[Motion], block_s: tuple[int, ...] = (3,), period_us: int = 20_000) -> Floats:
    """Return the channels over some seconds with the motions in the first and nobody afterwards."""
    response, begin_us, parts = Response(LINES, period_us), 0, []
    for seconds in block_s:
        end_us = begin_us + seconds * SECOND_US
        room = response.empty(begin_us, end_us)
        if begin_us == 0:
            for motion in motions:
                response.load(room, 0, motion, 0, SECOND_US)
        parts.append(response.answer(room))
        begin_us = end_us
    return np.concatenate(parts, axis=1)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.floats(-3.0, 3.0))
def test_loads_superpose(first: int, second: int, factor: float) -> None:
    """What two sets of vehicles do together is the sum of what each does; loads scale what they do."""
    one, other = random_motion(first), random_motion(second)
    together = shown([one, replace(other, force_n=factor * other.force_n)])
    apart = shown([one]) + factor * shown([other])
    assert together == pytest.approx(apart, rel=1e-9, abs=1e-12)


def test_blocks_may_be_cut_anywhere() -> None:
    """Three blocks of a second give the same numbers as one of three."""
    motions = [random_motion(5)]
    assert np.array_equal(shown(motions), shown(motions, (1, 1, 1)))


def test_a_standing_vehicle_gives_the_static_answer() -> None:
    """Also at the start, without a swing from nowhere; against the axis its axles lie ahead of the front."""
    load = replace(
        random_motion(1),
        x_m=np.full((COUNT, 2), 20.0),
        speed_mps=np.zeros((COUNT, 2)),
        weight=np.ones((COUNT, 2)),
        sway_share=np.zeros(COUNT),
    )
    answer = shown([load])[:, :49]
    at_m = 20.0 - load.direction[:, None] * load.axle_m
    for channel, line in enumerate(LINES.static):
        expected = (np.interp(at_m, SPAN.grid_m, line) * load.force_n).sum()
        assert answer[channel] == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_loss_of_stiffness_bends_more_and_swings_slower() -> None:
    """At four fifths of the stiffness: deflection over 0.8, first frequency times its root."""
    period_us = 5000
    found = {}
    for stiffness in (1.0, 0.8):
        response = Response(LINES, period_us)
        room = response.empty(0, 8 * SECOND_US)
        stand = replace(
            random_motion(1),
            x_m=np.full((COUNT, 2), 20.0),
            speed_mps=np.zeros((COUNT, 2)),
            weight=np.ones((COUNT, 2)),
            sway_share=np.zeros(COUNT),
        )
        response.load(room, 0, stand, 0, SECOND_US)
        answer = response.answer(room, stiffness=stiffness)[0]
        free = answer[220:]
        down = np.flatnonzero((free[:-1] > 0.0) & (free[1:] <= 0.0))
        found[stiffness] = answer[100], 1e6 / (np.diff(down[:8]).mean() * period_us)
    assert found[0.8][0] == pytest.approx(found[1.0][0] / 0.8, rel=1e-9)
    assert found[0.8][1] / found[1.0][1] == pytest.approx(np.sqrt(0.8), rel=0.01)


def test_the_swing_of_axle_loads_has_the_share_asked_for() -> None:
    """Root mean square of the modal force about its mean, over the mean."""
    span = simple_span(40.0, 34.5e9 * 2.5, 15e3, 0.015, modes=1)
    response = Response(lines_of(span, [Quantity("reaction", number=0)]), 10_000)
    motion = replace(
        random_motion(2),
        x_m=np.full((COUNT, 2), 20.0),
        speed_mps=np.zeros((COUNT, 2)),
        weight=np.ones((COUNT, 2)),
        force_n=np.array([[1e5, 0.0], [0.0, 0.0], [0.0, 0.0]]),
        sway_share=np.full(COUNT, 0.1),
        sway_rad_per_s=np.tile([10.0, 17.3], (COUNT, 1)),
    )
    room = response.empty(0, 60 * SECOND_US)
    response.load(room, 0, motion, 0, 60 * SECOND_US)
    assert room[:, 0].std() / room[:, 0].mean() == pytest.approx(0.1, rel=0.05)


def test_modes_above_half_the_sampling_rate_answer_statically() -> None:
    """A mode that sampling could not show takes no part in the swing, and statics still have it."""
    response = Response(LINES, 100_000)
    assert response.modes == np.count_nonzero(LINES.frequency_hz < 5.0) < LINES.frequency_hz.size
