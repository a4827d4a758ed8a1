"""Tall vehicles in the way: against exact geometry, heights, the sender itself."""

from __future__ import annotations

import numpy as np
import shapely

from twin.v2x.radio.blockers import tall_vehicles, vehicles_between


def _one(at_m: float, height_m: float, to_m: float = 5.5, distance_m: float = 200.0):
    """Return count and height for one vehicle, 12 m x 2.5 m across the ray's way to the east, at a distance from the sender."""
    one = np.ones(1)
    tall = tall_vehicles(at_m * one, 0.0 * one, 0.0 * one, 12.0 * one, 2.5 * one, height_m * one)
    ends = (0.0 * one, 0.0 * one, distance_m * one, 0.0 * one, to_m * one)
    count, height = vehicles_between(*ends, np.ones(1, np.bool_), 1.5, tall)
    return int(count[0]), float(height[0])


def test_a_bus_cuts_the_ray_where_it_is_higher() -> None:
    """A ray from 1.5 m to 5.5 m at 200 m is at 3.2 m after 85 m: a bus of 3.2 m cuts it before, not behind."""
    assert _one(50.0, 3.2) == (1, 3.2)
    assert _one(84.0, 3.2) == (1, 3.2)
    assert _one(92.0, 3.2) == (0, 0.0)


def test_cars_never_do_and_nobody_cuts_his_own() -> None:
    """A car of 1.5 m; a bus that is the sender; a bus behind the receiver."""
    assert _one(50.0, 1.5) == (0, 0.0)
    assert _one(2.0, 3.2) == (0, 0.0)
    assert _one(230.0, 3.2, to_m=1.5) == (0, 0.0)
    assert _one(150.0, 3.2, to_m=1.5) == (1, 3.2)


def test_each_vehicle_is_as_high_as_itself() -> None:
    """The ray of above passes over a bus of 3.2 m at 92 m even when one of 5 m is beside the ray, or ahead on it."""
    for truck_y_m, found in ((30.0, (0, 0.0)), (0.0, (1, 5.0))):
        x_m, y_m, height_m = np.array([92.0, 130.0]), np.array([0.0, truck_y_m]), np.array([3.2, 5.0])
        tall = tall_vehicles(x_m, y_m, np.zeros(2), np.full(2, 12.0), np.full(2, 2.5), height_m)
        one = np.ones(1)
        ends = (0.0 * one, 0.0 * one, 200.0 * one, 0.0 * one, 5.5 * one)
        count, height = vehicles_between(*ends, np.ones(1, np.bool_), 1.5, tall)
        assert (int(count[0]), float(height[0])) == found


def test_unwanted_rays_are_not_asked() -> None:
    """And without tall vehicles nothing is counted."""
    one = np.ones(1)
    tall = tall_vehicles(50.0 * one, 0.0 * one, one, 12.0 * one, 2.5 * one, 3.2 * one)
    ends = (0.0 * one, 0.0 * one, 200.0 * one, 0.0 * one, 5.5 * one)
    assert vehicles_between(*ends, np.zeros(1, np.bool_), 1.5, tall)[0].tolist() == [0]
    none = tall_vehicles(one, one, one, one, one, one)
    assert vehicles_between(*ends, np.ones(1, np.bool_), 1.5, none)[0].tolist() == [0]


def test_counts_are_those_of_exact_geometry() -> None:
    """2000 rays among 400 vehicles, antennas level so that height does not matter: the rectangles that each line crosses."""
    draws = np.random.default_rng(6)
    x, y, heading = draws.uniform(0, 800, 400), draws.uniform(0, 800, 400), draws.uniform(-4, 4, 400)
    length, width = draws.uniform(6.0, 18.0, 400), draws.uniform(2.0, 2.6, 400)
    tall = tall_vehicles(x, y, heading, length, width, np.full(400, 3.0))
    ax, ay, bx, by = draws.uniform(-100, 900, (4, 2000))
    count, height = vehicles_between(ax, ay, bx, by, np.full(2000, 1.5), np.ones(2000, np.bool_), 1.5, tall)
    along, across = np.stack((np.cos(heading), np.sin(heading)), -1), np.stack((-np.sin(heading), np.cos(heading)), -1)
    corners = [
        np.stack((x, y), -1) + 0.5 * (a * length[:, None] * along + b * width[:, None] * across)
        for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))
    ]
    boxes = shapely.polygons(np.stack(corners, 1))
    rays = shapely.linestrings(np.stack((np.stack((ax, bx), -1), np.stack((ay, by), -1)), -1))
    crossed = shapely.intersects(boxes[:, None], rays[None, :])
    own = shapely.contains_xy(boxes[:, None], ax[None, :], ay[None, :])
    np.testing.assert_array_equal(count, (crossed & ~own).sum(axis=0))
    assert np.all((height == 3.0) == (count > 0))
