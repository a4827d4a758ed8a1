"""What bridge decks hide: by hand, and against an independent ray caster with decks as flat rectangles in space."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.geometry.ray_caster import corners, exact_fractions

from twin.geometry.decks import DecksBuilder, deck_strips
from twin.geometry.fan import Fan, fan
from twin.geometry.occlusion import empty_desk, visible_areas
from twin.geometry.walls import WallsBuilder, outline_walls

DECK_M = 6.0
"""Height of the deck in these scenes."""
RANGE_M = 200.0
ALL_ROUND = {"field_of_view": 360.0, "lowest": -89.0, "highest": 89.0, "tilt": 0.0}
"""A device that sees all directions, in degrees."""


def all_round(column_deg: float = 3.0) -> Fan:
    """Return the columns of that device."""
    limits = (ALL_ROUND["lowest"], ALL_ROUND["highest"])
    return fan(2.0 * math.pi, math.radians(column_deg), *map(math.radians, limits))


def visible_fraction(sensor, vehicles, storey_z_m, lines, parapet_m=0.0):
    """Return the visible fraction of vehicles (x, y, heading, length, width, height) of one storey, by the kernel."""
    table = np.array([(x, y, math.cos(h), math.sin(h), 0.5 * a, 0.5 * b, c) for x, y, h, a, b, c in vehicles]).reshape(-1, 7)
    columns, n = all_round(), len(table)
    builder, walls = DecksBuilder(deck_strips(lines, parapet_m)), WallsBuilder(outline_walls([]))
    pose = (float(sensor[0]), float(sensor[1]), float(sensor[2]), 1.0, 0.0)
    base, wall_base = builder.add(pose, columns, RANGE_M, storey_z_m), walls.add(pose, columns, RANGE_M, below_ground=False)
    whole, seen = np.full(n, np.nan), np.full(n, np.nan)
    storey_pose = (*pose[:2], pose[2] - storey_z_m, *pose[3:])
    needed = visible_areas(
        table,
        np.arange(n, dtype=np.int32),
        n,
        np.ones(n, np.int32),
        storey_pose,
        columns,
        walls.walls(),
        wall_base,
        builder.decks(),
        base,
        np.empty((20000, 3), np.int32),
        np.empty((20000, 3)),
        empty_desk(columns.low.size, n),
        whole,
        seen,
    )
    assert needed <= 20000
    return seen / whole


def cast_fractions(sensor, vehicles, base_m, lines, parapet_m=0.0):
    """Return the visible fractions by rays: decks are flat rectangles, parapets upright ones along both of their sides."""
    sheets = []
    for xs, ys, width, z in lines:
        for x0, y0, x1, y1 in zip(xs, ys, xs[1:], ys[1:], strict=False):
            along, up = np.array([x1 - x0, y1 - y0, 0.0]), np.array([0.0, 0.0, parapet_m])
            across = np.array([y0 - y1, x1 - x0, 0.0]) * width / math.hypot(x1 - x0, y1 - y0)
            right = np.array([x0, y0, z - base_m]) - 0.5 * across
            sheets.append((right, along, across))
            if parapet_m > 0.0:
                sheets += [(right, along, up), (right + across, along, up)]
    solids = [(corners(box), box[5]) for box in vehicles]
    return exact_fractions(sensor - np.array([0.0, 0.0, base_m]), solids, len(solids), 0.0, ALL_ROUND, sheets)[0]


STRAIGHT = [(np.array([-300.0, 300.0]), np.array([0.0, 0.0]), 18.0, DECK_M)]
"""A viaduct along the x axis."""


def car(x_m, y_m):
    """Return a car that heads east."""
    return (x_m, y_m, 0.0, 4.6, 1.8, 1.5)


def test_under_a_viaduct_nothing_above_is_seen() -> None:
    """A sensor 5.5 m high under the middle of a deck 6 m high sees no vehicle on it, and every vehicle beside it below."""
    sensor = np.array([0.0, 0.0, 5.5])
    boxes = [car(30.0, 4.0), car(-60.0, -4.0), car(12.0, 0.0)]
    assert visible_fraction(sensor, boxes, DECK_M, STRAIGHT).tolist() == [0.0, 0.0, 0.0]
    assert visible_fraction(sensor, boxes, 0.0, STRAIGHT) == pytest.approx(np.ones(3), abs=1e-12)


def test_from_above_the_edge_decides() -> None:
    """From 4 m over the deck, 9 m from its edge, the ground shows beyond 22.5 m: by the theorem of rays, 9 m x 10 / 4."""
    sensor = np.array([0.0, 0.0, DECK_M + 4.0])
    hidden, seen = visible_fraction(sensor, [car(0.0, 18.0), car(0.0, 30.0)], 0.0, STRAIGHT)
    assert hidden == 0.0
    assert seen == pytest.approx(1.0, abs=1e-12)


def test_beside_a_viaduct_what_stands_out_over_the_edge_is_seen() -> None:
    """From 2 m under the deck and 20 m off, its edge hides slopes up to 2 / 20; the car has 2 / 26.3 to 3.5 / 24.5."""
    sensor = np.array([0.0, -29.0, DECK_M - 2.0])
    (fraction,) = visible_fraction(sensor, [car(0.0, -3.6)], DECK_M, STRAIGHT)
    top = math.atan(3.5 / 24.5)
    assert fraction == pytest.approx((top - math.atan(2.0 / 20.0)) / (top - math.atan(2.0 / 26.3)), abs=0.005)


def test_beside_and_above_a_viaduct_its_own_parapet_hides_the_foot_of_a_vehicle() -> None:
    """From 3 m over the deck and 14 m off a parapet of 1 m hides slopes up to -2 / 14; the car has -3 / 16.1 to -1.5 / 17.9."""
    sensor = np.array([0.0, -23.0, DECK_M + 3.0])
    cars = [car(0.0, -6.0)]
    top, foot, parapet = math.atan(-1.5 / 17.9), math.atan(-3.0 / 16.1), math.atan(-2.0 / 14.0)
    (fraction,) = visible_fraction(sensor, cars, DECK_M, STRAIGHT, 1.0)
    assert fraction == pytest.approx((top - parapet) / (top - foot), abs=0.005)
    assert fraction == pytest.approx(cast_fractions(sensor, cars, DECK_M, STRAIGHT, 1.0)[0], abs=0.02)
    assert visible_fraction(sensor, cars, DECK_M, STRAIGHT) == pytest.approx([1.0], abs=1e-12)


def test_decks_that_hide_nothing_have_no_list() -> None:
    """A storey on the sensor's side of every deck, or out of range of all decks, costs nothing."""
    columns, builder = all_round(), DecksBuilder(deck_strips(STRAIGHT))
    assert builder.add((0.0, 0.0, 5.5, 1.0, 0.0), columns, RANGE_M, 0.0) == -1
    assert builder.add((0.0, 0.0, 12.0, 1.0, 0.0), columns, RANGE_M, DECK_M) == -1
    assert builder.add((0.0, 500.0, 12.0, 1.0, 0.0), columns, RANGE_M, 0.0) == -1
    assert builder.add((0.0, 150.0, 12.0, 1.0, 0.0), columns, RANGE_M, 0.0) == 0


def test_the_parts_of_a_bend_meet() -> None:
    """At a bend no ray falls through between two parts of a deck: the outer corner is covered."""
    bent = deck_strips([([-100.0, 0.0, 80.0], [0.0, 0.0, 60.0], 18.0, DECK_M)])
    sensor = np.array([0.0, 0.0, 5.0])
    builder = DecksBuilder(bent)
    builder.add((*sensor.tolist(), 1.0, 0.0), all_round(), RANGE_M, DECK_M)
    decks = builder.decks()
    assert (np.diff(decks.start) == 1).all()  # one interval in every direction
    assert (decks.slope[:, 1] >= 1e9 * (1.0 - 1e-6)).all()
    assert (1.0 / decks.slope[:, 0] >= 9.0 - 1e-3).all()  # and the deck reaches 9 m or more


@pytest.mark.parametrize("height_m", [3.0, 5.5, 7.5, 9.0, 12.0])
def test_visible_fraction_past_decks_agrees_with_rays(height_m: float) -> None:
    """Over 8 scenes of a bent viaduct, sensors under, beside and above it: the mean absolute error is at most 0.03.

    Over vehicles on the deck and on the ground (10 % tall) whose exact fraction is in 0.02-0.98, at 3 degree columns and with
    at least 200 rays a vehicle; the others, wholly hidden or open, are so within 0.15.
    """
    rng = np.random.default_rng(round(10 * height_m))
    errors, clear = [], []
    for _ in range(8):
        bend = rng.uniform(-40.0, 40.0)
        lines = [(np.array([-250.0, 0.0, 250.0]), np.array([-bend, 0.0, bend * 0.5]), rng.uniform(8.0, 25.0), DECK_M)]
        sensor = np.array([rng.uniform(-20.0, 20.0), rng.choice([0.0, 14.0, 25.0, 45.0]), height_m])
        for base_m, spread_m in ((DECK_M, 3.0), (0.0, 40.0)):
            vehicles = []
            for x in np.arange(-110.0, 110.0, 11.0):
                tall = rng.random() < 0.1
                y = bend * (x / 250.0 if x < 0.0 else 0.5 * x / 250.0) * (base_m > 0.0) + rng.uniform(-spread_m, spread_m)
                length, height = (9.0, 3.2) if tall else (4.6, 1.5)
                if math.hypot(x - sensor[0], y - sensor[1]) > 8.0:
                    vehicles.append((x, y, rng.normal(0.0, 0.02), length, 1.9, height))
            scanned = visible_fraction(sensor, vehicles, base_m, lines)
            exact = cast_fractions(sensor, vehicles, base_m, lines)
            partly = (exact >= 0.02) & (exact <= 0.98)
            errors += np.abs(scanned - exact)[partly].tolist()
            clear += np.abs(scanned - exact)[~partly].tolist()
    assert len(errors) + len(clear) > 250
    assert np.mean(clear) <= 0.005
    assert max(clear) <= 0.15
    assert len(errors) > 50
    assert np.mean(errors) <= 0.03


@pytest.mark.parametrize("height_m", [4.0, 6.5, 9.0, 13.0])
def test_parapets_hide_as_rays_say(height_m: float) -> None:
    """Sensors beside a straight viaduct with parapets of 1 m, and on it: the mean absolute error is at most 0.03.

    Over vehicles of the other storey; those of the sensor's own are not looked at past their own parapets, see the module.
    """
    rng = np.random.default_rng(round(10 * height_m))
    errors, hidden = [], 0
    for _ in range(8):
        width = rng.uniform(10.0, 22.0)
        lines = [(np.array([-250.0, 250.0]), np.array([0.0, 0.0]), width, DECK_M)]
        above = height_m > DECK_M + 2.0
        sensor = np.array([rng.uniform(-20.0, 20.0), 0.0 if above else 0.5 * width + rng.uniform(4.0, 30.0), height_m])
        base_m = 0.0 if above else DECK_M
        vehicles = []
        for x in np.arange(-110.0, 110.0, 11.0):
            tall = rng.random() < 0.3
            y = rng.choice([-1.0, 1.0]) * (0.5 * width + rng.uniform(5.0, 50.0)) if above else rng.uniform(-0.3, 0.3) * width
            vehicles.append((x, y, rng.normal(0.0, 0.02), *((9.0, 1.9, 3.2) if tall else (4.6, 1.9, 1.5))))
        scanned = visible_fraction(sensor, vehicles, base_m, lines, 1.0)
        bare = visible_fraction(sensor, vehicles, base_m, lines)
        errors += np.abs(scanned - cast_fractions(sensor, vehicles, base_m, lines, 1.0)).tolist()
        hidden += (bare > scanned + 0.01).sum()
    assert np.mean(errors) <= 0.03
    assert max(errors) <= 0.2
    assert hidden > 5
