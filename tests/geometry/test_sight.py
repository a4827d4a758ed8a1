"""Points in sight of a device: against Shapely's lines of sight, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

from twin.geometry.decks import DecksBuilder, deck_strips
from twin.geometry.fan import fan
from twin.geometry.sight import Points, count_in_sight
from twin.geometry.walls import WallsBuilder, outline_walls

NO_DECKS = DecksBuilder(deck_strips([])).decks()
LOWEST_DEG, HIGHEST_DEG = -25.0, 14.4
CLEAR_M = 1e-2
"""Points whose line of sight passes this near to a corner, or to a limit, may fall on either side."""


def in_sight(points, poses, buildings, field_of_view_deg=360.0, range_m=150.0, tilt_deg=0.0, target_m=1.5):
    """Return how many devices at (x, y, height, heading in rad) see each of the points (n, 2)."""
    limits = (math.radians(degrees) for degrees in (LOWEST_DEG, HIGHEST_DEG, tilt_deg))
    columns = fan(math.radians(field_of_view_deg), math.radians(3.0), *limits)
    outlines = [(*np.array(polygon.exterior.coords[:-1]).T, height) for polygon, height in buildings]
    builder, counts = WallsBuilder(outline_walls(outlines)), np.zeros(len(points), np.int16)
    places = Points(*np.ascontiguousarray(points.T), np.zeros(len(points), np.int8))
    for x, y, height, heading in poses:
        pose = (float(x), float(y), float(height), math.cos(heading), math.sin(heading))
        base = builder.add(pose, columns, range_m, below_ground=False)
        count_in_sight(places, target_m, pose, 0, columns, range_m, builder.walls(), base, NO_DECKS, -1, counts)
    return counts


def margin(point, pose, buildings, field_of_view_deg, range_m, target_m):
    """Return by how much some of the point's upright line is seen (slope), negative where none is; None where it is close.

    Along the line of sight in plan, every crossing with an outline at the distance r hides the slopes below (H - h) / r.
    """
    x, y, height, heading = pose
    away = math.hypot(point[0] - x, point[1] - y)
    off = abs((math.atan2(point[1] - y, point[0] - x) - heading + math.pi) % (2.0 * math.pi) - math.pi)
    side = 0.5 * math.radians(field_of_view_deg) - off if field_of_view_deg < 360.0 else math.inf
    if min(abs(away - range_m), abs(side) * away, away) < CLEAR_M:
        return None
    if away > range_m or side < 0.0:
        return -math.inf
    line = LineString([(x, y), tuple(point)])
    bottom = max(math.tan(math.radians(LOWEST_DEG)), -height / away)
    top = min(math.tan(math.radians(HIGHEST_DEG)), (target_m - height) / away)
    for polygon, tall in buildings:
        if any(line.distance(Point(corner)) < CLEAR_M for corner in polygon.exterior.coords):
            return None
        if polygon.exterior.distance(Point(point)) < CLEAR_M or polygon.exterior.distance(Point(x, y)) < CLEAR_M:
            return None
        met = line.intersection(polygon.exterior)
        for hit in getattr(met, "geoms", [met] if not met.is_empty else []):
            bottom = max(bottom, (tall - height) / math.hypot(hit.x - x, hit.y - y))
    return None if abs(top - bottom) < 1e-4 else top - bottom


coordinate = st.floats(-100.0, 100.0)
place = st.tuples(coordinate, coordinate)
building = st.tuples(
    coordinate, coordinate, st.floats(4.0, 60.0), st.floats(4.0, 60.0), st.floats(0.0, math.pi), st.floats(2.0, 30.0)
)
device = st.tuples(coordinate, coordinate, st.floats(1.0, 12.0), st.floats(-math.pi, math.pi))


def outline(x, y, length, width, turn, height):
    """Return a turned rectangle with its height."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (0.5 * length, 0.5 * width)
    cos, sin = math.cos(turn), math.sin(turn)
    return Polygon(corners @ np.array([[cos, sin], [-sin, cos]]) + (x, y)), height


@settings(max_examples=60)
@given(
    st.lists(building, max_size=8),
    device,
    st.lists(place, min_size=1, max_size=40),
    st.sampled_from([360.0, 120.0, 30.0]),
    st.floats(20.0, 150.0),
    st.floats(0.5, 3.0),
)
def test_sight_agrees_with_shapely(boxes, pose, places, field_of_view_deg, range_m, target_m) -> None:
    """Every point of random scenes is in sight exactly where the line of sight that Shapely cuts leaves some of it."""
    buildings = [outline(*box) for box in boxes]
    points = np.array(places)
    expected = [margin(point, pose, buildings, field_of_view_deg, range_m, target_m) for point in points]
    sure = [i for i, value in enumerate(expected) if value is not None]
    assume(sure)
    found = in_sight(points, [pose], buildings, field_of_view_deg, range_m, target_m=target_m)
    assert [bool(found[i]) for i in sure] == [expected[i] > 0.0 for i in sure]


@settings(max_examples=30)
@given(
    st.lists(building, max_size=6),
    st.lists(device, min_size=1, max_size=4),
    st.lists(st.tuples(coordinate, coordinate), min_size=1),
)
def test_devices_add_up(boxes, poses, places) -> None:
    """What several devices see is the sum of what each sees: another device never takes coverage away."""
    buildings, points = [outline(*box) for box in boxes], np.array(places)
    together = in_sight(points, poses, buildings)
    assert (together == sum(in_sight(points, [pose], buildings) for pose in poses)).all()
    assert (together >= in_sight(points, poses[:-1], buildings)).all()


def test_ring_under_the_lowest_beam_is_blind() -> None:
    """From 6 m, 25 degrees down: a car's roof (1.5 m) comes into sight at 4.5 / tan 25 = 9.65 m, the road itself at 12.9 m."""
    points = np.array([(9.6, 0.0), (9.7, 0.0), (12.8, 0.0), (149.9, 0.0), (150.1, 0.0)])
    assert in_sight(points, [(0.0, 0.0, 6.0, 0.0)], []).tolist() == [0, 1, 1, 1, 0]
    assert in_sight(points, [(0.0, 0.0, 6.0, 0.0)], [], target_m=0.01).tolist() == [0, 0, 0, 1, 0]


def test_a_tilted_device_sees_nearer_ahead_and_farther_behind() -> None:
    """Tilted 10 degrees down, its lowest beam goes 35 degrees down ahead and 15 behind: 6.43 m and 16.8 m for a car's roof."""
    points = np.array([(6.6, 0.0), (6.2, 0.0), (-16.5, 0.0), (-17.2, 0.0)])
    assert in_sight(points, [(0.0, 0.0, 6.0, 0.0)], [], tilt_deg=10.0).tolist() == [1, 0, 0, 1]


def test_a_low_wall_hides_what_is_near_behind_it() -> None:
    """A wall of 3 m at 20 m from a device at 6 m hides a car's roof up to 20 x 4.5 / 3 = 30 m, and nothing beyond."""
    wall = [(Polygon([(20.0, -50.0), (20.0, 50.0), (20.01, 50.0), (20.01, -50.0)]), 3.0)]
    points = np.array([(19.9, 0.0), (20.5, 0.0), (29.9, 0.0), (30.2, 0.0)])
    assert in_sight(points, [(0.0, 0.0, 6.0, 0.0)], wall).tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize("level", [-1, 1])
def test_other_levels_are_out_of_sight(level: int) -> None:
    """A device on the ground sees no point of a tunnel or a viaduct."""
    columns = fan(2.0 * math.pi, 0.05, math.radians(LOWEST_DEG), math.radians(HIGHEST_DEG))
    builder, counts = WallsBuilder(outline_walls([])), np.zeros(1, np.int16)
    pose = (0.0, 0.0, 6.0, 1.0, 0.0)
    base = builder.add(pose, columns, 100.0, below_ground=False)
    places = Points(np.array([30.0]), np.array([0.0]), np.array([level], np.int8))
    count_in_sight(places, 1.5, pose, 0, columns, 100.0, builder.walls(), base, NO_DECKS, -1, counts)
    assert counts.tolist() == [0]
    count_in_sight(places, 1.5, pose, level, columns, 100.0, builder.walls(), base, NO_DECKS, -1, counts)
    assert counts.tolist() == [1]
