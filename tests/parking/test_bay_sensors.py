"""Sensors of bays: how often they miss and err, how fast they are, what feeds them, what silence means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parking.watched import HOUR_US, SECOND_US, Watched, Wire, place

from twin.kernel.device_life_spec import BatterySpec, DeviceLifeSpec, ScheduledLifeSpec
from twin.parking.bay_sensor_spec import BayCameraSpec, GeomagneticSpec, RadarMagneticSpec
from twin.parking.reported_bays import FREE, OCCUPIED, UNKNOWN
from twin.parking.sensing_spec import ParkingSensorsSpec, SensorRuleSpec

STEADY = {"cover_share": 0.0, "battery_mah": None, "heartbeat_s": 1e5}
"""Of a sensor that neither metal nor its battery disturbs and that seldom speaks by itself."""


def _spec(sensor=None, *, density: float = 1.0, life=None) -> ParkingSensorsSpec:
    sensor = GeomagneticSpec(kind="geomagnetic", **STEADY) if sensor is None else sensor
    life = DeviceLifeSpec() if life is None else life
    return ParkingSensorsSpec(rules=(SensorRuleSpec(sensor=sensor, density=density),), life=life)


def _one_bay(spec: ParkingSensorsSpec, *, passed=None, **others) -> tuple[Watched, object]:
    watched = Watched(spec, place(kerbs=(1,)), **others)
    return watched, watched.start(passed)


def _visits(sensor, stays: int = 20, bays: int = 100, **others) -> tuple[int, int]:
    """Return how many comings and goings there were and how many were missed."""
    watched = Watched(_spec(sensor), place(kerbs=(bays,)), **others)
    sensing = watched.start()
    for bay in range(bays):
        for number in range(stays):
            watched.park((1000 * number + bay + 1) * SECOND_US, bay, number * bays + bay)
            watched.leave((1000 * number + bay + 501) * SECOND_US, bay)
    watched.env.run(until=1000 * stays * SECOND_US)
    return 2 * stays * bays, int(sensing.devices.accounts.lost[:, 2].sum())


@pytest.mark.parametrize(
    ("sensor", "rain_mmph", "share"),
    [
        (GeomagneticSpec(kind="geomagnetic", **STEADY), 0.0, 0.035),
        (GeomagneticSpec(kind="geomagnetic", **STEADY | {"cover_share": 1.0}), 0.0, 0.105),
        (RadarMagneticSpec(kind="radar_magnetic", **STEADY), 0.0, 0.01),
        (RadarMagneticSpec(kind="radar_magnetic", **STEADY), 60.0, 0.05),
        (BayCameraSpec(kind="bay_camera", **STEADY), 0.0, 0.015),
    ],
    ids=["geomagnetic", "beside a cover", "radar", "radar under water", "camera"],
)
def test_the_share_missed_is_the_one_that_the_sensor_states(sensor, rain_mmph: float, share: float) -> None:
    """Over 4,000 comings and goings, the share missed lies within a 99.9 % interval of the stated one."""
    events, missed = _visits(sensor, rain_mmph=rain_mmph)
    assert abs(missed / events - share) < 3.29 * math.sqrt(share * (1.0 - share) / events)


def test_a_change_is_known_after_detection_and_network() -> None:
    """Phenomenon times lag by 3 s on average, arrivals by another half second."""
    watched = Watched(_spec(GeomagneticSpec(kind="geomagnetic", **STEADY | {"missed_share": 0.0})), place(kerbs=(400,)))
    watched.start()
    for bay in range(400):
        watched.park((bay + 1) * SECOND_US, bay, bay)
    watched.env.run(until=HOUR_US)
    told = [row for row in watched.rows.of("bay") if row["state"] == "occupied"]
    lag_s = np.array([1e-6 * row["since_us"] - (row["bay"] + 1) for row in told])
    assert len(told) == 400
    assert abs(lag_s.mean() - 3.0) < 3.29 * 1.0 / 20.0
    assert lag_s.std() == pytest.approx(1.0, rel=0.2)
    assert all(row["t_us"] == row["since_us"] + SECOND_US // 2 for row in told)


def test_passing_traffic_is_taken_for_a_vehicle_only_near_the_lane() -> None:
    """False states come in proportion to the traffic of the next lane, and none beyond the clear distance."""

    def false_states(gap_m: float, vehicles_per_s: int) -> int:
        sensor = GeomagneticSpec(
            kind="geomagnetic", **STEADY | {"lane_gap_m": gap_m, "false_lasts_s": 1.0, "missed_share": 0.0, "detection_s": 0.0}
        )
        count = [0]

        def passed() -> np.ndarray:
            count[0] += vehicles_per_s
            return np.array([count[0]])

        watched = Watched(_spec(sensor), place(kerbs=(30,)))
        watched.start(passed)
        watched.env.run(until=600 * SECOND_US)
        return sum(row["state"] == "occupied" and not row["occupied"] for row in watched.rows.of("bay"))

    few, many = false_states(1.2, 1), false_states(1.2, 5)
    expected = 30 * 600 * 0.002
    assert abs(few - expected) < 3.29 * math.sqrt(expected)
    assert abs(many - 5 * expected) < 3.29 * math.sqrt(5 * expected) + 0.05 * 5 * expected  # a few hide behind others
    assert false_states(1.8, 5) == 0


def test_a_false_state_ends() -> None:
    """What passing traffic made wrong is right again after a while."""
    sensor = GeomagneticSpec(kind="geomagnetic", **STEADY | {"lane_false_share": 1.0, "missed_share": 0.0})
    count = iter([0, 1, *([1] * 10_000)])
    watched, sensing = _one_bay(_spec(sensor), passed=lambda: np.array([next(count)]))
    watched.env.run(until=HOUR_US)
    assert [row["state"] for row in watched.rows.of("bay")] == ["free", "occupied", "free"]
    assert sensing.reported.state[0] == FREE


def test_traffic_and_visits_empty_the_battery() -> None:
    """A busy bay beside a busy lane uses up its battery faster, by the charge stated for each measurement."""
    sensor = GeomagneticSpec(kind="geomagnetic", cover_share=0.0, detection_mah=0.01, heartbeat_s=1e5, lane_false_share=1e-9)
    life = DeviceLifeSpec(battery=BatterySpec(left_low=1.0, left_high=1.0, sleep_mah_per_day=0.0, report_mah=0.0))
    count = [0]

    def passed() -> np.ndarray:
        count[0] += 3
        return np.array([count[0]])

    watched, sensing = _one_bay(_spec(sensor, life=life), passed=passed)
    watched.park(10 * SECOND_US, 0, 1)
    watched.leave(500 * SECOND_US, 0)
    watched.env.run(until=1000 * SECOND_US + 1)
    used_mah = sensor.battery_mah - sensing.devices.batteries.charge_mah[0]
    assert used_mah == pytest.approx(0.01 * (2 + 3 * 1000))


def test_densities_are_nested_and_paired() -> None:
    """Bays with a sensor at a quarter have one at a half, and report there the same at the same instants."""

    def run(density: float) -> tuple[set[int], dict[int, list[tuple[object, ...]]]]:
        watched = Watched(_spec(density=density), place(kerbs=(80,)))
        sensing = watched.start()
        for bay in range(80):
            watched.park((bay + 5) * SECOND_US, bay, bay)
            watched.leave((bay + 905) * SECOND_US, bay)
        watched.env.run(until=HOUR_US)
        rows: dict[int, list[tuple[object, ...]]] = {}
        for row in watched.rows.of("bay"):
            rows.setdefault(row["bay"], []).append((row["t_us"], row["state"], row["since_us"]))
        return {one.bay for one in sensing.planned.bays}, rows

    some, told = run(0.25)
    more, told_of_more = run(0.5)
    assert 8 <= len(some) <= 32
    assert some < more
    assert {bay: told_of_more[bay] for bay in some} == told


def test_silence_makes_a_bay_unknown_and_a_repair_known_again() -> None:
    """A broken sensor's bay is unknown after two and a half heartbeats, and known when it is repaired."""
    sensor = GeomagneticSpec(kind="geomagnetic", **STEADY | {"heartbeat_s": 600.0, "missed_share": 0.0})
    fault = ScheduledLifeSpec(device="bay_sensor/kerb 0/0", from_s=1000.0, until_s=6000.0)
    watched, sensing = _one_bay(_spec(sensor, life=DeviceLifeSpec(scheduled=(fault,))))
    watched.park(2000 * SECOND_US, 0, 7)
    watched.env.run(until=5000 * SECOND_US)
    assert sensing.reported.state[0] == UNKNOWN
    (unknown,) = [row for row in watched.rows.of("bay") if row["state"] == "unknown"]
    assert 1000 + 900 < 1e-6 * unknown["t_us"] <= 1000 + 1500 + 60
    watched.env.run(until=6010 * SECOND_US)
    assert sensing.reported.state[0] == OCCUPIED
    assert [row["state"] for row in watched.rows.of("bay")] == ["free", "unknown", "occupied"]
    assert {(row["state"], row["cause"]) for row in watched.rows.of("device")} == {
        ("fault", "device_fault"),
        ("up", "device_fault"),
    }


def test_a_new_sensor_knows_nothing_until_its_bay_was_empty() -> None:
    """After the battery was replaced under a parked vehicle the bay is unknown until that has left."""
    sensor = GeomagneticSpec(kind="geomagnetic", **STEADY | {"battery_mah": 1000.0, "missed_share": 0.0})
    end = ScheduledLifeSpec(device="bay_sensor/kerb 0/0", cause="battery", from_s=1000.0, until_s=2000.0)
    watched, sensing = _one_bay(_spec(sensor, life=DeviceLifeSpec(scheduled=(end,))))
    watched.park(500 * SECOND_US, 0, 7)
    watched.leave(3000 * SECOND_US, 0)
    watched.park(4000 * SECOND_US, 0, 8)
    watched.env.run(until=HOUR_US + 1000 * SECOND_US)
    assert [row["state"] for row in watched.rows.of("bay")] == ["free", "occupied", "unknown", "free", "occupied"]
    assert sensing.reported.state[0] == OCCUPIED
    assert [row["sign"] for row in watched.rows.of("bay_session")] == []  # the stay that it lost has no begin and no end


def test_a_stay_shorter_than_detection_leaves_no_trace() -> None:
    """A vehicle that is gone before the sensor is sure was never there; what it did not report was not due."""
    sensor = GeomagneticSpec(
        kind="geomagnetic", **STEADY | {"missed_share": 0.0, "detection_s": 10.0, "detection_spread_s": 0.1}
    )
    watched, sensing = _one_bay(_spec(sensor))
    watched.park(100 * SECOND_US, 0, 7)
    watched.leave(105 * SECOND_US, 0)
    watched.env.run(until=200 * SECOND_US)
    assert [row["state"] for row in watched.rows.of("bay")] == ["free"]
    assert sensing.devices.accounts.not_due.tolist() == [2]


@settings(max_examples=15)
@given(
    lose_every=st.integers(0, 5),
    stays=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 3000), st.integers(1, 900)), max_size=30),
    broken=st.booleans(),
)
def test_every_report_is_accounted_for(*, lose_every: int, stays: list[tuple[int, int, int]], broken: bool) -> None:
    """Whatever comes and goes and is lost: expected = delivered + under way + lost, for each sensor."""
    faults = [ScheduledLifeSpec(device="bay_sensor/kerb 0/3", from_s=400.0, until_s=2000.0)] if broken else []
    sensor = GeomagneticSpec(kind="geomagnetic", heartbeat_s=300.0, lane_false_share=0.01)
    watched = Watched(_spec(sensor, life=DeviceLifeSpec(scheduled=tuple(faults))), place(kerbs=(10,)), network=Wire(lose_every))
    count = iter(range(10_000))
    sensing = watched.start(lambda: np.array([next(count)]))
    until = dict.fromkeys(range(10), 0)
    for vehicle, (bay, at, dwell) in enumerate(sorted(stays, key=lambda stay: stay[1])):
        if at > until[bay]:
            watched.park(at * SECOND_US, bay, vehicle)
            watched.leave((at + dwell) * SECOND_US, bay)
            until[bay] = at + dwell
    watched.env.run(until=4000 * SECOND_US)
    balance = sensing.devices.accounts.balance(4000 * SECOND_US)
    assert (balance["expected"] == balance["delivered"] + balance["under_way"] + balance["lost"]).all()
    assert lose_every != 1 or not balance["delivered"].any()
    heard = [row for row in watched.rows.of("bay") if row["t_us"] > 0 and row["state"] != "unknown"]
    assert len(heard) <= balance["delivered"].sum()
