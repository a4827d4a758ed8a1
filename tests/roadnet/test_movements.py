"""Which movements at a node cross."""

from __future__ import annotations

import math

import pytest

from twin.roadnet.movements import Leg, crossings, movements

E, N, W, S = 0.0, math.pi / 2, math.pi, -math.pi / 2


def two_way(angle: float, edge: int) -> list[Leg]:
    """Return a road with both directions: edge inbound, edge + 1 outbound."""
    return [Leg(edge, angle, True, edge + 1), Leg(edge + 1, angle, False, edge)]


def test_one_way_streets_that_cross() -> None:
    """Two one-way streets: four movements, of which only the two straight ones cross."""
    legs = [Leg(0, W, True), Leg(1, E, False), Leg(2, S, True), Leg(3, N, False)]
    assert len(movements(legs)) == 4
    assert [(a.origin.edge, b.origin.edge) for a, b in crossings(legs)] == [(0, 2)]


def test_right_in_right_out() -> None:
    """A two-way side street at a one-way carriageway only merges and parts."""
    assert not list(crossings([Leg(0, W, True), Leg(1, E, False), *two_way(S, 2)]))


def test_left_out_crosses() -> None:
    """On the other side of the carriageway the same side street still needs no crossing; a two-way main road does."""
    assert list(crossings([*two_way(W, 0), *two_way(E, 2), *two_way(S, 4)]))


@pytest.mark.parametrize("angle_deg", [5.0, 15.0, 30.0])
def test_weaving_is_not_crossing(angle_deg: float) -> None:
    """A ramp that joins at a small angle before another leaves at a small angle weaves."""
    angle = math.radians(angle_deg)
    legs = [Leg(0, E, True), Leg(1, angle, True), Leg(2, W, False), Leg(3, W - angle, False)]
    assert not list(crossings(legs))


def test_no_u_turns() -> None:
    """No movement leads back into the same road or sharper than 150 degrees."""
    assert movements(two_way(E, 0)) == []
    assert movements([Leg(0, math.radians(10.0), True), Leg(1, math.radians(-10.0), False)]) == []
