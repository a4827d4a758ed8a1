"""Ghosts and blinding: what they do to lists, counts and draws, and what a site's comparison makes of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.sensors.test_fleet import SURE, device, lidar, street, traffic

from twin.eventlog.recorder import Recorder
from twin.kernel.weather import WeatherSpec
from twin.sensors.cross_check import ALONE, BLIND, CrossCheck, watchers
from twin.sensors.cross_check_spec import CrossCheckSpec
from twin.sensors.fleet import SensorFleet
from twin.sensors.fusion_spec import FusionSpec
from twin.sensors.sensing_attack_spec import Blinding, LidarGhost
from twin.sensors.sensing_attacks import SensingAttacks
from twin.sensors.site_lists import SiteLists
from twin.sensors.sites import Device


def ghost(**values):
    """Return an attack whose ghosts are always reported, exactly where they are."""
    return LidarGhost.model_validate({"kind": "lidar_ghost", "success": 1.0, "jitter_m": 0.0, **values})


def blinding(**values):
    """Return an attack that leaves nothing."""
    return Blinding.model_validate({"kind": "blinding", "loss": 1.0, **values})


def fleet_of(devices, tmp_path, attacks=(), **values):
    """Return a fleet under attacks."""
    attacked = SensingAttacks(attacks, devices, 1) if attacks is not None else None
    values = {"tell_content": True, **values}
    return SensorFleet(devices, [], WeatherSpec(), 1, Recorder(tmp_path), attacks=attacked, **values)


def test_an_attack_elsewhere_or_later_changes_nothing(tmp_path) -> None:
    """The same lists, value by value, without attacks, with one that is not on yet, and on the device beside."""
    devices = [device("a", number=0), device("b", x_m=40.0, number=1)]
    for attacks in ([], [ghost(from_s=60.0), blinding(from_s=60.0)], [ghost(devices=("b",)), blinding(devices=("b",))]):
        one, other = fleet_of(devices, tmp_path, None), fleet_of(devices, tmp_path, attacks)
        for t_us in range(0, 1_000_000, 100_000):
            honest, attacked = (fleet.scan(street(3, t_us=t_us)).content for fleet in (one, other))
            mine = slice(0, honest.offset[1])
            assert honest.offset[1] == attacked.offset[1]
            assert np.array_equal(honest.x_m[mine], attacked.x_m[mine])


def test_a_ghost_stands_in_the_list_and_counts_as_false(tmp_path) -> None:
    """At its distance towards the middle of the field of view (a heading of 0 is north), as no vehicle."""
    fleet = fleet_of([device("a", **SURE)], tmp_path, [ghost(distance_m=25.0)])
    batch = fleet.scan(traffic([], []))
    assert batch.objects.tolist() == [1]
    assert batch.content.vehicle.tolist() == [-1]
    assert (batch.content.x_m[0], batch.content.y_m[0]) == pytest.approx((0.0, 25.0))


def test_an_approaching_ghost_comes_nearer_and_begins_anew(tmp_path) -> None:
    """20 m at 10 m/s from 25 m on: 25, 20, 15, 10 m every half second, then 25 m again."""
    fleet = fleet_of([device("a", **SURE)], tmp_path, [ghost(motion="approach", speed_mps=10.0)])
    seen = [fleet.scan(traffic([], [], t_us=t_us)).content.y_m[0] for t_us in range(0, 2_500_000, 500_000)]
    assert seen == pytest.approx([25.0, 20.0, 15.0, 10.0, 25.0])


def test_success_is_the_share_of_frames_with_a_ghost(tmp_path) -> None:
    """0.8 of 500 frames within 4 standard deviations (0.072)."""
    fleet = fleet_of([device("a", **SURE)], tmp_path, [ghost(success=0.8)])
    shown = [int(fleet.scan(traffic([], [], t_us=k * 100_000)).objects[0]) for k in range(500)]
    assert abs(np.mean(shown) - 0.8) < 0.072


def test_blinding_takes_what_is_in_its_sector(tmp_path) -> None:
    """Of eight cars around the device those within 45 degrees of north are gone, with a sector of 360 all."""
    turns = np.arange(8) * math.pi / 4.0
    cars = traffic(30.0 * np.cos(turns), 30.0 * np.sin(turns))
    around = {"field_of_view_deg": 360.0, **SURE}
    whole = fleet_of([device("a", **around)], tmp_path, []).scan(cars)
    sector = fleet_of([device("a", **around)], tmp_path, [blinding(sector_deg=92.0)]).scan(cars)
    every = fleet_of([device("a", **around)], tmp_path, [blinding(sector_deg=360.0)]).scan(cars)
    assert whole.objects.tolist() == [8]
    assert sorted(sector.content.vehicle.tolist()) == [0, 4, 5, 6, 7]
    assert every.objects.tolist() == [0]


def test_a_place_reaches_who_is_near_and_looks_that_way() -> None:
    """Of three devices one is too far and one looks away."""
    devices = [
        Device(number, name, 0, x_m, 0.0, 0, heading, lidar(field_of_view_deg=120.0))
        for number, (name, x_m, heading) in enumerate((("near", 0.0, 90.0), ("away", 0.0, 270.0), ("far", -500.0, 90.0)))
    ]
    attacks = SensingAttacks([ghost(lon_deg=0.0, lat_deg=0.0, reach_m=60.0)], devices, 1, lambda _lon, _lat: (50.0, 0.0))
    assert [(target.device, target.east) for target in attacks.targets] == [(0, 1.0)]
    with pytest.raises(ValueError, match="place"):
        SensingAttacks([ghost(lon_deg=0.0, lat_deg=0.0)], devices, 1)


def compared(tmp_path, attacks, seconds=20.0):
    """Return the alerts of one site with three LiDARs on a triangle around which ten cars circle."""
    places = ((-20.0, 0.0), (20.0, 0.0), (0.0, 25.0))
    devices = [
        Device(k, f"s/{k}", 0, x_m, y_m, 0, 0.0, lidar(field_of_view_deg=360.0, **SURE)) for k, (x_m, y_m) in enumerate(places)
    ]
    attacked = SensingAttacks(attacks, devices, 1)
    recorder = Recorder(tmp_path)
    site = SiteLists(FusionSpec(), 1, devices, recorder)
    fleet = SensorFleet(devices, [], WeatherSpec(), 1, recorder, site_lists=site, attacks=attacked)
    spec = CrossCheckSpec(learning_s=5.0)
    watch = watchers(devices, [([0, 1, 2], fleet.outlook)], spec.sure_share)
    check = site.cross_check = CrossCheck(spec, watch, 1, site.period_us, attacked)
    alerts = []
    see = check.see
    check.see = lambda *given: alerts.extend(found := see(*given)) or found  # type: ignore[method-assign]
    for t_us in range(0, int(seconds * 1e6), 100_000):
        angle = np.arange(10) * math.tau / 10.0 + 0.2e-6 * t_us
        cars = traffic(
            40.0 * np.cos(angle), 40.0 * np.sin(angle), t_us, heading_rad=angle + math.pi / 2.0, speed_mps=np.full(10, 8.0)
        )
        fleet.scan(cars)
        site.close(t_us + 90_000)
    return alerts


def test_honest_devices_raise_no_alert(tmp_path) -> None:
    """Three devices that see all agree."""
    assert not compared(tmp_path, [])


def test_a_ghost_of_one_device_stands_alone(tmp_path) -> None:
    """Found within 4 s, as of the device that shows it; nothing else is raised."""
    alerts = compared(tmp_path, [ghost(devices=("s/0",), distance_m=15.0, from_s=8.0)])
    assert [(one.detectors, one.device, one.attack) for one in alerts] == [(ALONE, 0, "lidar_ghost")]
    assert 8_000_000 < alerts[0].t_us < 12_000_000


def test_a_blinded_device_is_told_of_and_not_its_neighbours(tmp_path) -> None:
    """Within three windows of 5 s; what the others see there is not taken for ghosts."""
    alerts = compared(tmp_path, [blinding(devices=("s/1",), sector_deg=360.0, from_s=8.0)], 26.0)
    assert [(one.detectors, one.device, one.attack) for one in alerts] == [(BLIND, 1, "blinding")]
    assert alerts[0].t_us <= 23_100_000


def test_attackers_in_step_are_not_noticed(tmp_path) -> None:
    """All devices show the ghost at one place: nothing that devices tell of each other refutes it."""
    assert not compared(tmp_path, [ghost(together=True, distance_m=15.0, from_s=8.0)])
