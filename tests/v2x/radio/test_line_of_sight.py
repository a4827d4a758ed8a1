"""Buildings between units and vehicles: against exact rays, low walls, the direction of streets."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from twin.geometry.walls import outline_walls
from twin.v2x.radio.line_of_sight import CELL_M, building_loss_at, building_losses_db, building_shade, street_direction_rad
from twin.v2x.radio.path_loss import building_loss_db


def _block(x: float, y: float, width: float, depth: float, height: float, turn_rad: float = 0.0):
    """Return a rectangular building's outline as ``outline_walls`` takes it."""
    east, north = np.array([0.0, width, width, 0.0]), np.array([0.0, 0.0, depth, depth])
    cos, sin = math.cos(turn_rad), math.sin(turn_rad)
    return x + east * cos - north * sin, y + east * sin + north * cos, height


BLOCKS = [_block(40.0 + 120.0 * i, 40.0 + 120.0 * j, 80.0, 80.0, 30.0) for i in range(-3, 3) for j in range(-3, 3)]
"""A grid of streets 40 m wide about the crossing at (20, 20)."""


def _shade(blocks, antenna_m: float = 5.5, at=(20.0, 20.0), environment="winner_b1"):
    x, y = np.array([at[0]]), np.array([at[1]])
    return building_shade(x, y, np.array([antenna_m]), outline_walls(blocks), 300.0, environment)


def test_cells_behind_buildings_are_those_that_exact_rays_find() -> None:
    """Of 3600 cells' centres 99.5 % as the crossing of the ray with the blocks tells; the rest lie at the very edges."""
    shade = _shade(BLOCKS)
    houses = shapely.union_all([shapely.Polygon(np.column_stack(block[:2])) for block in BLOCKS])
    centre = (np.arange(120) - 60 + 0.5) * CELL_M + 20.0
    east, north = np.meshgrid(centre, centre)
    rays = shapely.linestrings(
        np.stack((np.stack((np.full(east.shape, 20.0), east), -1), np.stack((np.full(east.shape, 20.0), north), -1)), -1)
    )
    behind = shapely.intersects(houses, rays)
    assert (behind == (shade.loss[0] > 0)).mean() > 0.995


def test_loss_behind_a_corner_is_that_of_the_law() -> None:
    """100 m along one street and 80 m into the other: WINNER+'s corner within a quarter decibel; 0 in the street."""
    shade = _shade([_block(40.0, 40.0, 80.0, 80.0, 30.0)])
    loss = building_loss_at(shade, 0, 122.5, 102.5)
    assert loss == pytest.approx(float(building_loss_db("winner_b1", 102.5, 82.5)), abs=0.13)
    assert building_loss_at(shade, 0, 250.0, 20.0) == 0.0
    assert building_loss_at(shade, 0, 5000.0, 20.0) == 0.0
    assert building_losses_db(shade, np.zeros(1, np.int64), np.array([122.5]), np.array([102.5])).tolist() == [loss]


def test_a_low_wall_hides_as_far_as_its_shadow_reaches() -> None:
    """A wall of 3.5 m at 50 m from an antenna at 5.5 m hides antennas at 1.5 m until 50 x 4 / 2 = 100 m, not beyond."""
    shade = _shade([_block(70.0, -100.0, 1.0, 240.0, 3.5)])
    loss = [building_loss_at(shade, 0, 20.0 + d, 20.0) for d in (42.0, 62.0, 92.0, 112.0, 200.0)]
    assert [one > 0.0 for one in loss] == [False, True, True, False, False]
    higher = _shade([_block(70.0, -100.0, 1.0, 240.0, 6.0)])
    assert building_loss_at(higher, 0, 220.0, 20.0) > 0.0


def test_walls_below_a_vehicles_antenna_hide_nothing() -> None:
    """A kerb of 1.2 m, and no walls at all."""
    assert not _shade([_block(70.0, -100.0, 1.0, 240.0, 1.2)]).loss.any()
    assert not _shade([]).loss.any()


def test_the_streets_have_the_direction_of_their_walls() -> None:
    """A turned block and its loss: the same place in the turned frame loses the same."""
    turn = math.radians(25.0)
    assert street_direction_rad(outline_walls([_block(0.0, 0.0, 50.0, 20.0, 9.0, turn)])) == pytest.approx(turn)
    shade = _shade([_block(30.0, 30.0, 80.0, 80.0, 30.0, turn)], at=(0.0, 0.0))
    x, y = 100.0 * math.cos(turn) - 100.0 * math.sin(turn), 100.0 * math.sin(turn) + 100.0 * math.cos(turn)
    assert building_loss_at(shade, 0, x, y) == pytest.approx(float(building_loss_db("winner_b1", 100.0, 100.0)), abs=1.0)
