"""Storeys: who looks at which level, from what height, past which decks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.eventlog.recorder import Recorder
from twin.geometry.decks import deck_strips
from twin.kernel.weather import WeatherSpec
from twin.roadnet.road_network import Building
from twin.sensors.fleet import SensorFleet
from twin.sensors.lidar import LidarSpec
from twin.sensors.sites import Device
from twin.sensors.storeys import NO_DECKS, BridgeDecks, DecksSpec, storeys_of
from twin.traffic.ground_truth import GroundTruth

SPEC = LidarSpec(kind="lidar", mounting_height_m=6.0, lowest_elevation_deg=-60.0, highest_elevation_deg=40.0)
STOREY_M = DecksSpec().storey_m


def viaduct(parapet_m: float = 1.0) -> BridgeDecks:
    """Return one straight deck, 18 m wide, along the x axis."""
    line = (np.array([-300.0, 300.0]), np.array([0.0, 0.0]), 18.0, STOREY_M)
    return BridgeDecks(deck_strips([line], parapet_m), STOREY_M)


def at(x_m: float, y_m: float, level: int = 0) -> Device:
    """Return a LiDAR on a pole."""
    return Device(0, "a/lidar-0", 0, x_m, y_m, level, 0.0, SPEC)


def vehicles(*places: tuple[float, float, int], height_m: float = 1.5) -> GroundTruth:
    """Return standing cars at (x, y, level)."""
    n = len(places)
    x_m, y_m = np.array([place[0] for place in places]), np.array([place[1] for place in places])
    return GroundTruth(
        t_us=0,
        vehicle=np.arange(n, dtype=np.int32),
        klass=np.zeros(n, np.int8),
        x_m=x_m,
        y_m=y_m,
        level=np.array([place[2] for place in places], np.int8),
        heading_rad=np.zeros(n),
        speed_mps=np.zeros(n),
        length_m=np.full(n, 4.6),
        width_m=np.full(n, 1.8),
        height_m=np.full(n, height_m),
        edge=np.zeros(n, np.int32),
        lane=np.zeros(n, np.int8),
        s_m=np.zeros(n),
    )


class Seen:
    """Takes who is seen, as ``Perceived`` does."""

    def __init__(self) -> None:
        self.vehicles: set[int] = set()

    def see(self, _: Any, vehicle: Any) -> None:
        """Keep the vehicles; false objects have none."""
        self.vehicles |= {int(number) for number in vehicle if number >= 0}


def found(
    folder: Path, device: Device, truth: GroundTruth, decks: BridgeDecks, buildings: tuple[Building, ...] = ()
) -> tuple[int, set[int]]:
    """Return how many vehicles count as present, and which of them are detected in one of 40 frames."""
    seen: Any = Seen()
    folder.mkdir()
    fleet = SensorFleet([device], buildings, WeatherSpec(), 1, Recorder(folder), perceived=seen, decks=decks)
    for frame in range(40):
        fleet.scan(replace(truth, t_us=frame * fleet.period_us))
    return fleet.present // 40, seen.vehicles


def test_under_a_viaduct_nothing_above_is_seen_and_on_it_nothing_below_it(tmp_path: Path) -> None:
    """A sensor under the deck sees the ground only; one on it sees the deck, and the ground far beyond its edge."""
    truth = vehicles((30.0, 0.0, 0), (30.0, 4.0, 1), (0.0, 80.0, 0))
    assert found(tmp_path / "a", at(0.0, 0.0), truth, viaduct())[1] == {0, 2}
    assert found(tmp_path / "b", at(0.0, 0.0, level=1), truth, viaduct())[1] == {1, 2}


def test_beside_a_viaduct_parapets_decide(tmp_path: Path) -> None:
    """From a pole of 6 m beside a deck 7 m high cars on it are hidden by its parapet; buses stand out over it."""
    pole = at(0.0, 40.0)
    car, bus = vehicles((5.0, -4.0, 1)), vehicles((5.0, -4.0, 1), height_m=3.2)
    assert found(tmp_path / "car", pole, car, viaduct()) == (1, set())
    assert found(tmp_path / "bus", pole, bus, viaduct()) == (1, {0})
    assert found(tmp_path / "bare", pole, car, viaduct(parapet_m=0.0)) == (1, {0})


def test_nobody_sees_into_a_tunnel_nor_out_of_it(tmp_path: Path) -> None:
    """A device of level -1 and vehicles of level -1 know only each other."""
    truth = vehicles((30.0, 0.0, 0), (30.0, 4.0, -1), (30.0, 8.0, 1))
    assert found(tmp_path / "in", at(0.0, 0.0, level=-1), truth, viaduct()) == (1, {1})
    assert found(tmp_path / "out", at(0.0, 0.0), truth, viaduct())[1] == {0}


def test_a_device_on_a_bridge_looks_over_buildings_lower_than_its_deck_and_pole(tmp_path: Path) -> None:
    """Heights of buildings count from the ground: 10 m hide a car from 6 m, but not one on the deck from 7 m + 6 m."""
    square = np.array([10.0, 14.0, 14.0, 10.0]), np.array([-15.0, -15.0, 15.0, 15.0])
    house = (Building(*square, 10.0),)
    assert found(tmp_path / "low", at(0.0, 0.0), vehicles((40.0, 0.0, 0)), NO_DECKS, house)[1] == set()
    assert found(tmp_path / "high", at(0.0, 0.0, level=1), vehicles((40.0, 0.0, 1)), NO_DECKS, house)[1] == {0}


@pytest.mark.parametrize(("level", "levels"), [(0, [0, 1]), (1, [1, 0]), (-1, [-1])])
def test_storeys_and_heights(level: int, levels: list[int]) -> None:
    """The own storey comes first, at the height of the mounting; others at the storeys' difference."""
    device = at(0.0, 0.0, level)
    pose = (0.0, 0.0, viaduct().height_m(device), 1.0, 0.0)
    storeys, _ = storeys_of([device], [pose], [SPEC.fan()], viaduct())
    assert storeys.level.tolist() == levels
    assert storeys.height_m[0] == pytest.approx(6.0)
    assert storeys.height_m.tolist() == pytest.approx([6.0 + (level - other) * STOREY_M for other in levels])
    far = at(0.0, 9.0 + SPEC.range_m + 1.0, 0)
    assert storeys_of([far], [(far.x_m, far.y_m, 6.0, 1.0, 0.0)], [SPEC.fan()], viaduct())[0].level.tolist() == [0]
