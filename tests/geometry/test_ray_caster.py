"""The independent caster itself, against lines of sight worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.geometry.ray_caster import corners, entry_distance, exact_fractions, side_planes

OPEN = {"field_of_view": 360.0, "lowest": -89.0, "highest": 89.0, "tilt": 0.0}
EYE = (0.0, 0.0, 6.0)


def box(x, y, length, width, height):
    """Return a solid whose sides lie along the axes."""
    return corners((x, y, 0.0, length, width, height)), height


def test_a_wall_over_half_of_the_view_hides_half() -> None:
    """A tall wall whose edge lies on the line to a box's middle hides half of it; one behind it, or aside, hides nothing."""
    target, half = box(50.0, 0.0, 1.0, 4.0, 2.0), box(25.0, 10.0, 0.2, 20.0, 30.0)
    behind, aside = box(70.0, 0.0, 0.2, 40.0, 30.0), box(25.0, -14.0, 0.2, 20.0, 30.0)
    shares = [exact_fractions(EYE, [target, *others], 1, 0.0, OPEN, least=2000)[0] for others in ([half], [behind, aside], [])]
    assert np.ravel(shares).tolist() == [0.5, 1.0, 1.0]


@pytest.mark.parametrize("height", [3.2, 4.0, 4.4])
def test_the_shadow_over_a_roof_is_as_long_as_the_theorem_of_rays_says(height: float) -> None:
    """Over a wall of height w at 20 m what is seen of a thin plate at 40 m is what rises over 6 - 2 (6 - w)."""
    plate, wall = box(40.0, 0.0, 0.01, 2.0, 3.0), box(20.0, 0.0, 0.01, 30.0, height)
    (share,), (span,) = exact_fractions(EYE, [plate, wall], 1, 0.0, OPEN, least=4000)
    over = [math.atan((z - 6.0) / 40.0) for z in (0.0, 6.0 - 2.0 * (6.0 - height), 3.0)]
    assert share == pytest.approx((over[2] - over[1]) / (over[2] - over[0]), abs=0.02)
    assert span == pytest.approx(2.0 * math.atan(1.0 / 40.0), rel=1e-3)


def test_sheets_hide_what_their_outline_covers() -> None:
    """An upright sheet over half of the view hides half, a flat one at the eye's height the upper part; one behind, nothing."""
    plate = box(40.0, 0.0, 0.01, 2.0, 12.0)
    upright = (20.0, 0.0, -1.0, 0.0, 9.0, 0.0, 0.0, 0.0, 20.0)
    flat = (10.0, -9.0, 6.75, 5.0, 0.0, 0.0, 0.0, 18.0, 0.0)  # from 10 to 15 m: slopes 0.05 to 0.075, 2 to 3 m up at 40 m
    behind = (41.0, -9.0, 0.0, 0.0, 18.0, 0.0, 0.0, 0.0, 20.0)
    open_rad = 2.0 * math.atan(6.0 / 40.0)
    covered = {upright: 0.5, flat: (math.atan(0.075) - math.atan(0.05)) / open_rad, behind: 0.0}
    for sheet, share in covered.items():
        (seen,), _ = exact_fractions(EYE, [plate], 1, 0.0, OPEN, [sheet], least=4000)
        assert seen == pytest.approx(1.0 - share, abs=0.02)
    (seen,), _ = exact_fractions(EYE, [plate], 1, 0.0, OPEN, list(covered), least=4000)
    assert seen == pytest.approx(0.5 * (1.0 - covered[flat]), abs=0.02)


def test_fields_of_view_limits_and_tilt_cut_by_angles() -> None:
    """Half of a plate lies left of the edge of a fan, half of it above a limit through its middle, tilted or not."""
    plate = box(40.0, 0.0, 0.01, 2.0, 12.0)
    edge = dict(OPEN, field_of_view=90.0)
    low = dict(OPEN, lowest=0.0)
    turned = dict(OPEN, lowest=10.0, tilt=10.0)
    for heading, device in ((math.radians(45.0), edge), (0.0, low), (0.0, turned)):
        assert exact_fractions(EYE, [plate], 1, heading, device, least=4000)[0][0] == pytest.approx(0.5, abs=0.02)


@given(*[st.floats(-30.0, 30.0)] * 2, *[st.floats(-math.pi, math.pi)] * 2, st.floats(-0.5, 0.2), st.floats(0.5, 9.0))
def test_rays_enter_where_the_box_begins(
    x: float, y: float, heading: float, azimuth: float, slope: float, height: float
) -> None:
    """In the box's own frame the point of entry lies on its surface and the way to it outside; a miss meets no point of it."""
    assume(math.hypot(x, y) > 4.0)
    planes = side_planes(corners((x, y, heading, 5.0, 2.0, height)))
    ray = np.array([math.cos(azimuth), math.sin(azimuth), slope])
    distance = entry_distance(*EYE, *ray, planes, 0, 4, height)
    along = np.array([math.cos(heading), math.sin(heading)])

    def outside(t):  # how far a point of the ray is outside of the box (negative: within)
        at = EYE + t * ray
        u, v = (at[:2] - [x, y]) @ along, (at[:2] - [x, y]) @ [-along[1], along[0]]
        return max(abs(u) - 2.5, abs(v) - 1.0, at[2] - height, -at[2])

    if math.isfinite(distance):
        assert abs(outside(distance)) < 1e-9
    assert min(outside(t) for t in np.linspace(0.0, min(distance, 60.0) - 1e-6, 200)) > -1e-9
