"""Vehicle classes: their tables agree with each other and keep the limits of the standards they name."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest
from pydantic import ValidationError

from twin.playback.catalogue import LANGUAGES, texts
from twin.sensors.model import VehicleClass
from twin.traffic.ground_truth import DRIVEN_CLASSES, VEHICLE_CLASSES
from twin.traffic.vehicle_types import VehicleType, VehicleTypes, class_table

TYPES = VehicleTypes()


def _type(name: str) -> VehicleType:
    return getattr(TYPES, name)


def test_every_class_is_known_everywhere() -> None:
    """Models, sensors and the player name the same classes, in one order; the first five keep their numbers."""
    assert VEHICLE_CLASSES[:5] == ("car", "taxi", "bus", "light_truck", "heavy_truck")
    assert tuple(VehicleTypes.model_fields) == DRIVEN_CLASSES
    assert (*DRIVEN_CLASSES, "pedestrian") == VEHICLE_CLASSES == get_args(VehicleClass)
    for language in LANGUAGES:
        words = texts(language)
        assert len({words[f"class_{name}"] for name in VEHICLE_CLASSES}) == len(VEHICLE_CLASSES)


def test_shares_are_normalised() -> None:
    """The cumulated shares rise to exactly 1, whatever the shares sum up to."""
    types = VehicleTypes.model_validate({"car": {**TYPES.car.model_dump(), "share": 7.0}})
    cumulative = class_table(types, 0.1).share_cumulative
    assert cumulative[-1] == 1.0
    assert cumulative[0] == pytest.approx(7.0 / 7.22)
    assert (cumulative[1:] >= cumulative[:-1]).all()
    assert sum(TYPES.by_class("share")) == pytest.approx(1.0)


def test_the_table_holds_what_the_models_say() -> None:
    """Each row of the arrays is the class of its number."""
    table = class_table(TYPES, 0.1)
    for row, name in enumerate(DRIVEN_CLASSES):
        assert table.length_m[row] == _type(name).length_m
        assert table.highest_speed_mps[row] == _type(name).highest_speed_mps
        assert bool(table.keeps_to_kerb[row]) == (name == "electric_bicycle")


G_MPS2 = 9.81


@pytest.mark.parametrize(("name", "most_t"), [("bus", 18.0), ("light_truck", 4.5), ("heavy_truck", 31.0)])
def test_gross_mass_and_axle_loads_keep_the_limits(name: str, most_t: float) -> None:
    """GB 1589-2016: 18 t on two axles, 31 t on four; 7 t a single-tyred axle, 11.5 t a driving one, 18 t a tandem."""
    loads_t = [load_kn / G_MPS2 for load_kn in _type(name).axle_loads_laden_kn]
    assert 0.95 * most_t < sum(loads_t) <= most_t
    assert loads_t[0] <= 7.0
    assert max(loads_t) <= 11.5
    for (ahead_m, behind_m), pair_t in zip(
        itertools.pairwise(_type(name).axle_positions_m), itertools.pairwise(loads_t), strict=True
    ):
        if 1.3 <= behind_m - ahead_m < 1.8:
            assert sum(pair_t) <= 18.01


def test_an_electric_bicycle_is_one_by_law() -> None:
    """GB 17761-2018: at most 25 km/h, 55 kg and 1.25 m between the wheels."""
    bicycle = TYPES.electric_bicycle
    assert bicycle.highest_speed_mps * 3.6 <= 25.0 + 1e-9
    assert bicycle.axle_positions_m[1] - bicycle.axle_positions_m[0] <= 1.25
    rider_kg = sum(bicycle.axle_loads_empty_kn) / G_MPS2 * 1000.0 - 55.0
    assert 50.0 < rider_kg < 90.0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"axle_positions_m": (1.0, 2.0, 3.0)}, "has 3 values, axle_loads_empty_kn 2"),
        ({"axle_positions_m": (3.6, 0.9)}, "let the positions rise"),
        ({"length_m": 3.0}, "end within the length"),
        ({"axle_loads_laden_kn": (1.0, 8.8)}, "weighs less laden than empty"),
        ({"highest_speed_mps": 0.0}, "greater than 1"),
        ({"axle_positions_m": ()}, "at least 1"),
    ],
)
def test_impossible_vehicles_are_refused(wrong: dict[str, object], says: str) -> None:
    """Axles without loads, out of order or outside the vehicle do not pass."""
    with pytest.raises(ValidationError, match=says):
        VehicleType.model_validate({**TYPES.car.model_dump(), **wrong})


def test_nobody_on_the_road_is_refused() -> None:
    """At least one class has a share."""
    nobody = {name: {**_type(name).model_dump(), "share": 0.0} for name in DRIVEN_CLASSES}
    with pytest.raises(ValidationError, match="share 0"):
        VehicleTypes.model_validate(nobody)
