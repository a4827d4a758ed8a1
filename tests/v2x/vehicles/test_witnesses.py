"""Where sensors testify."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twin.v2x.vehicles.witnesses import HIDES_M, ITSELF_M, Storey, Witnesses, open_sight

ORIGIN = (np.zeros(1), np.zeros(1))


def seen(x_m: float, y_m: float, *objects: tuple[float, float], reach_m: float = 60.0) -> bool:
    """Return whether a sensor at the origin sees a place past objects."""
    at = np.array(objects, np.float64).reshape(-1, 2)
    places = (np.array([x_m]), np.array([y_m]), np.ones(1, np.bool_))
    return bool(open_sight(*places, ORIGIN, (at[:, 0].copy(), at[:, 1].copy()), reach_m)[0])


def test_what_hides_a_place() -> None:
    """An object on the ray does; not one beside it, behind the place, behind the sensor or where the place itself is."""
    assert seen(50.0, 0.0)
    assert seen(0.0, 0.0)
    assert not seen(61.0, 0.0)
    assert not seen(50.0, 0.0, (30.0, 0.9 * HIDES_M))
    assert seen(50.0, 0.0, (30.0, 1.1 * HIDES_M), (55.0, 0.0), (-30.0, 0.0), (50.0 - 0.9 * ITSELF_M, 0.0))


@given(
    st.lists(st.tuples(st.floats(-80.0, 80.0), st.floats(-80.0, 80.0)), max_size=8),
    st.tuples(st.floats(-80.0, 80.0), st.floats(-80.0, 80.0)),
)
def test_more_objects_never_open_a_view(objects: list[tuple[float, float]], place: tuple[float, float]) -> None:
    """What is hidden by some is hidden by all; the order of objects does not matter."""
    whole = seen(*place, *objects)
    assert whole == seen(*place, *reversed(objects))
    for count in range(len(objects)):
        assert seen(*place, *objects[:count]) or not whole


def test_each_level_has_its_own_sensors() -> None:
    """A place on the roads of a level is seen by the sensors there alone; another level's sensor beside it sees nothing."""
    ground = Storey(lambda x, _: x < 100.0, *ORIGIN)
    bridge = Storey(lambda x, _: x >= 100.0, np.array([200.0]), np.zeros(1))
    nothing = np.empty(0)
    covered = Witnesses((ground, bridge), 120.0).of(nothing, nothing)
    x_m = np.array([50.0, 110.0, 150.0, 90.0, -130.0])
    assert covered(x_m, np.zeros(5)).tolist() == [True, True, True, True, False]
    assert Witnesses((ground,), 120.0).of(nothing, nothing)(x_m, np.zeros(5)).tolist() == [True, False, False, True, False]
