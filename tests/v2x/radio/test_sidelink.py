"""All units in one tick: buildings, vehicles in the way, load, jamming."""

from __future__ import annotations

import numpy as np
import pytest

from twin.geometry.walls import outline_walls
from twin.v2x.radio.blockers import tall_vehicles
from twin.v2x.radio.delivery_table import DeliveryTable
from twin.v2x.radio.path_loss import LOSS_PER_BLOCKER_DB
from twin.v2x.radio.reception import Outcome
from twin.v2x.radio.sidelink import Sidelink

TABLE = DeliveryTable(10.0, 23.0, 4)
NOBODY = tall_vehicles(*np.zeros((6, 0)))
HOUSE = (np.array([100.0, 200.0, 200.0, 100.0]), np.array([20.0, 20.0, 120.0, 120.0]), 30.0)


def _sidelink(environment="winner_b1", outlines=(), table: DeliveryTable = TABLE) -> Sidelink:
    """Return one unit at the origin, 5.5 m up."""
    return Sidelink(
        5,
        ["rsu-1"],
        np.zeros(1),
        np.zeros(1),
        np.full(1, 5.5),
        outline_walls(outlines),
        table,
        range_m=500.0,
        correlation_m=10.0,
        environment=environment,
    )


def _senders(count: int):
    """Return senders evenly on a road along the x axis, and their numbers."""
    return np.linspace(-490.0, 490.0, count), np.zeros(count), np.arange(count)


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_density_of_a_line_is_found_again(share: float) -> None:
    """100 senders on 980 m are 0.102 a metre; when half of those who send are asked, 0.204. Within 3 %."""
    found = _sidelink().receive(0, *_senders(100), NOBODY, sending_share=share)
    assert found.density_vpm[0] == pytest.approx(0.102 / share, rel=0.03)
    assert not found.extra_loss_db.any()


def test_buildings_and_buses_take_their_share() -> None:
    """Behind the house more than 15 dB; behind one bus 6.9 dB; in the open nothing."""
    one = np.ones(1)
    bus = tall_vehicles(-150.0 * one, 0.0 * one, 0.0 * one, 12.0 * one, 2.5 * one, 3.2 * one)
    x, y = np.array([250.0, -200.0, 50.0]), np.array([150.0, 0.0, 0.0])
    found = _sidelink(outlines=[HOUSE]).receive(0, x, y, np.arange(3), bus)
    loss = dict(zip(found.sender.tolist(), found.extra_loss_db.tolist(), strict=True))
    assert loss[0] > 15.0
    assert loss[1] == LOSS_PER_BLOCKER_DB
    assert loss[2] == 0.0


def test_a_bus_in_a_city_of_37885_is_drawn_once_for_a_pair() -> None:
    """Mean 5 dB, deviation 4, cut at 0 (mean 5.2): over 4000 vehicles within 0.25; the same at another instant."""
    one = np.ones(1)
    bus = tall_vehicles(-150.0 * one, 0.0 * one, 0.0 * one, 12.0 * one, 2.5 * one, 3.2 * one)
    table = DeliveryTable(10.0, 23.0, 4, environment="tr37885_urban")
    sidelink = _sidelink("tr37885_urban", table=table)
    x, y, vehicle = np.full(4000, -200.0), np.zeros(4000), np.arange(4000)
    first, second = (sidelink.receive(frame, x, y, vehicle, bus, sending_share=40.0) for frame in (0, 1))
    assert first.extra_loss_db.mean() == pytest.approx(5.2, abs=0.25)
    assert (first.extra_loss_db == 0.0).mean() == pytest.approx(0.106, abs=0.03)
    np.testing.assert_array_equal(first.extra_loss_db, second.extra_loss_db)
    assert not np.array_equal(first.outcome, second.outcome)


def test_a_jammer_silences_and_the_load_stays() -> None:
    """40 dB more noise: next to nothing arrives from beyond 100 m; density is that of before."""
    quiet, loud = (_sidelink().receive(3, *_senders(100), NOBODY, jamming_db=jam) for jam in (None, np.full(1, 40.0)))
    far = quiet.distance_m > 100.0
    assert (quiet.outcome == Outcome.DELIVERED).mean() > 0.5
    assert not (loud.outcome[far] == Outcome.DELIVERED).any()
    np.testing.assert_array_equal(quiet.density_vpm, loud.density_vpm)


def test_nobody_sends() -> None:
    """A tick without senders has no receptions."""
    found = _sidelink().receive(0, np.empty(0), np.empty(0), np.empty(0, np.int64), NOBODY)
    assert found.outcome.size == found.sender.size == 0
    assert found.density_vpm.tolist() == [0.0]
