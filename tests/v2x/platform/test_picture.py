"""The sensors' picture of one instant."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twin.v2x.platform.contents import Sightings
from twin.v2x.platform.picture import LAG_US, SAME_M, Picture, distinct


def seen(t_us: int, *objects: tuple[int, float, float]) -> Sightings:
    """Return objects (device, x, y) of one instant."""
    device, x_m, y_m = (np.array(column) for column in zip(*objects, strict=True))
    n, nothing = device.size, np.zeros(device.size)
    at = np.full(n, t_us, np.int64)
    whole = np.zeros(n, np.int32)
    return Sightings(
        at,
        at,
        device.astype(np.int32),
        whole,
        nothing,
        nothing,
        x_m.astype(float),
        y_m.astype(float),
        whole,
        whole.astype(np.int8),
    )


@given(st.lists(st.tuples(st.floats(0.0, 20.0), st.floats(0.0, 20.0)), max_size=40))
def test_each_thing_once(places: list[tuple[float, float]]) -> None:
    """Kept objects are apart, and each other one is near a kept one."""
    x_m, y_m = np.array(sorted(places), np.float64).reshape(-1, 2).T.copy()
    kept = distinct(x_m, y_m, SAME_M)
    apart = np.hypot(x_m[:, None] - x_m[kept], y_m[:, None] - y_m[kept])
    among = apart[kept] + np.diag(np.full(kept.size, 10.0))
    assert (among >= SAME_M).all()
    assert kept.size == 0 or (apart.min(axis=1) < SAME_M).all()


def test_the_picture_is_of_one_instant_and_of_sensors_alone() -> None:
    """Lists of an instant that have arrived when it is shown count, those of roadside units and of other instants do not."""
    picture = Picture(sensors=2)
    t_us = 1_000_000
    picture.hear(t_us + 60_000, seen(t_us, (0, 10.0, 0.0), (2, 99.0, 0.0)))
    picture.hear(t_us + 100_000, seen(t_us + 100_000, (0, 50.0, 0.0)))
    picture.hear(t_us + 160_000, seen(t_us, (1, 11.0, 0.0), (1, 30.0, 5.0)))
    shown_us, found = picture.of(t_us + LAG_US)
    assert shown_us == t_us
    assert found.x_m.tolist() == [10.0, 30.0]
    assert found.y_m.tolist() == [0.0, 5.0]
    picture.hear(t_us + 10 * LAG_US, seen(t_us + 9 * LAG_US, (0, 1.0, 1.0)))
    assert picture.of(t_us + 10 * LAG_US)[1].x_m.tolist() == [1.0]


def test_what_vehicles_say_themselves_is_not_of_sensors() -> None:
    """Sightings without a device, as they come over the cell network, are left out where only sensors count."""
    for sensors, expected in ((1, [10.0]), (None, [10.0, 40.0])):
        picture = Picture(sensors)
        picture.hear(60_000, seen(0, (0, 10.0, 0.0), (-1, 40.0, 0.0)))
        assert picture.of(LAG_US)[1].x_m.tolist() == expected
