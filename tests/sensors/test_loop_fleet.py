"""Loops against closed formulas, and against a count made another way."""

from __future__ import annotations

import math

import numpy as np
import pyarrow.compute as pc
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sensors.test_fleet import table

from twin.eventlog.recorder import Recorder
from twin.sensors.fault_spec import FaultsSpec
from twin.sensors.faults import DeviceFaults
from twin.sensors.loop import LoopSpec
from twin.sensors.loop_fleet import LoopFleet
from twin.sensors.loop_places import LoopDevice
from twin.sensors.loop_reports import LoopReports
from twin.traffic.ground_truth import VEHICLE_CLASSES, GroundTruth

SURE = {
    "missed_share": 0.0,
    "missed_bicycle_share": 0.0,
    "double_count_share": 0.0,
    "double_count_long_share": 0.0,
    "on_time_noise_s": 0.0,
    "speed_noise_share": 0.0,
}
EDGE_LENGTH_M = np.array([100.0, 60.0, 80.0])
EDGE_LANES = np.array([2, 1, 3], np.int8)


def fleet(places=((0, 50.0),), names=None, seed=1, **values):
    """Return a fleet of loops of one specification."""
    spec = LoopSpec.model_validate({"kind": "loop", **SURE, **values})
    names = names or [f"loop-{i}" for i in range(len(places))]
    devices = [
        LoopDevice(number, names[number], number, 0.0, 0.0, 0, edge, s_m, tuple(range(EDGE_LANES[edge])), spec)
        for number, (edge, s_m) in enumerate(places)
    ]
    return LoopFleet(devices, EDGE_LANES.size, seed)


def truth(t_us, vehicle, edge, lane, s_m, speed_mps, length_m=4.6, klass=0):
    """Return the vehicles of an instant."""
    n = len(vehicle)
    full = {name: np.broadcast_to(np.asarray(value), n) for name, value in (("s", s_m), ("v", speed_mps), ("l", length_m))}
    return GroundTruth(
        t_us=t_us,
        vehicle=np.asarray(vehicle, np.int32),
        klass=np.broadcast_to(np.asarray(klass, np.int8), n).copy(),
        x_m=np.zeros(n),
        y_m=np.zeros(n),
        level=np.zeros(n, np.int8),
        heading_rad=np.zeros(n),
        speed_mps=full["v"].astype(float),
        length_m=full["l"].astype(float),
        width_m=np.full(n, 1.8),
        height_m=np.full(n, 1.5),
        edge=np.broadcast_to(np.asarray(edge, np.int32), n).copy(),
        lane=np.broadcast_to(np.asarray(lane, np.int8), n).copy(),
        s_m=full["s"].astype(float),
    )


def drive(loops, starts_m, speed_mps, seconds, step_s=0.1, length_m=4.6, klass=0, first_vehicle=0):
    """Drive vehicles evenly along edge 0, then 1, then 2, on lane 0; return all crossings."""
    found = []
    ends = np.concatenate(([0.0], np.cumsum(EDGE_LENGTH_M)))
    for k in range(round(seconds / step_s) + 1):
        t_s = k * step_s
        place = np.asarray(starts_m, float) + speed_mps * t_s
        on = (place >= 0.0) & (place < ends[-1])
        edge = np.searchsorted(ends, place[on], side="right") - 1
        number = first_vehicle + np.flatnonzero(on)
        found.append(loops.step(truth(round(1e6 * t_s), number, edge, 0, place[on] - ends[edge], speed_mps, length_m, klass)))
    return found


def gathered(found, name):
    """Return one column of all crossings."""
    return np.concatenate([getattr(crossing, name) for crossing in found])


@pytest.mark.parametrize("step_s", [0.1, 0.25, 1.0])
def test_one_car_over_one_loop(step_s) -> None:
    """At 12 m/s from 5 m the front meets a loop at 50 m after 45 / 12 s, and the rear leaves it (4.6 + 2) / 12 s later.

    So it is however seldom positions are looked up.
    """
    loops = fleet()
    found = drive(loops, [5.0], 12.0, 8.0, step_s)
    assert gathered(found, "on_us").tolist() == [3_750_000]
    assert gathered(found, "on_time_us") == pytest.approx([6.6 / 12.0 * 1e6], abs=2)
    assert gathered(found, "speed_mps") == pytest.approx([12.0])
    assert gathered(found, "counted").tolist() == [1]
    sums = loops.close_interval(8_000_000)
    assert sums.count.tolist() == [1, 0]  # a loop in each of the two lanes
    assert sums.occupied_us[0] == pytest.approx(550_000, abs=2)
    assert sums.mean_speed_mps[0] == pytest.approx(12.0)
    assert math.isnan(sums.mean_speed_mps[1])


@pytest.mark.parametrize("place_m", [97.0, 99.5, 100.0])
def test_over_the_end_of_an_edge(place_m) -> None:
    """A loop near the end is left by the rear long after the front has gone on to the next edge: the on-time is whole."""
    found = drive(fleet([(0, place_m)]), [2.0], 15.0, 10.0)
    assert gathered(found, "on_us") == pytest.approx([(place_m - 2.0) / 15.0 * 1e6], abs=2)
    assert gathered(found, "on_time_us") == pytest.approx([6.6 / 15.0 * 1e6], abs=2)


@pytest.mark.parametrize("place_m", [0.0, 0.4, 3.0])
def test_behind_the_start_of_an_edge(place_m) -> None:
    """A loop at the beginning of an edge is met by those who come from another edge."""
    found = drive(fleet([(1, place_m)]), [2.0], 15.0, 10.0)
    assert gathered(found, "on_us") == pytest.approx([(98.0 + place_m) / 15.0 * 1e6], abs=2)


def test_a_car_that_stands_over_the_loop() -> None:
    """Occupancy goes on while a car stands, over the ends of intervals, and is never more than the interval."""
    loops = fleet()
    loops.step(truth(0, [7], 0, 0, [49.0], 10.0))
    for k in range(1, 101):
        loops.step(truth(k * 100_000, [7], 0, 0, [min(49.0 + k, 52.0)], 10.0 if k < 3 else 0.0))
        if k == 50:
            first = loops.close_interval(5_000_000)
    second = loops.close_interval(10_000_000)
    assert (first.count[0], second.count[0]) == (1, 0)
    assert first.occupied_us[0] == pytest.approx(4_900_000, abs=2)
    assert second.occupied_us[0] == 5_000_000
    assert loops.step(truth(10_100_000, [], 0, 0, [], 0.0)).vehicle.tolist() == [7]  # gone: it has left


def test_flow_occupancy_and_speed() -> None:
    """Occupancy = flow x (vehicle + loop length) / speed (Athol 1965): 600 cars at 14 m/s, 30 m apart; speed as driven."""
    loops = fleet([(0, 50.0)])
    drive(loops, -30.0 * np.arange(700.0), 14.0, 1300.0)
    sums = loops.close_interval(1_300_000_000)
    assert sums.count[0] == sums.true_count[0] == math.floor((1300.0 * 14.0 - 50.0) / 30.0) + 1
    assert sums.occupied_us[0] / 1e6 == pytest.approx(sums.count[0] * 6.6 / 14.0, rel=2e-3)
    assert sums.mean_speed_mps[0] == pytest.approx(14.0)


def test_single_loop_takes_buses_for_slow_cars() -> None:
    """A single loop is right for vehicles of the usual length and (4.7 + 2) / (12 + 2) of the speed for buses."""
    for length_m, share in ((4.7, 1.0), (12.0, 6.7 / 14.0)):
        found = drive(fleet(speed_from="occupancy"), [5.0], 12.0, 8.0, length_m=length_m)
        assert gathered(found, "speed_mps") == pytest.approx([12.0 * share], rel=1e-5)
        assert gathered(found, "true_speed_mps") == pytest.approx([12.0])


def test_misses_and_double_counts() -> None:
    """Of 2,000 crossings the shares of missed and twice counted ones lie within 4 standard errors of what was asked."""
    loops = fleet([(0, 50.0)], missed_share=0.1, double_count_share=0.05, missed_bicycle_share=0.5)
    counted = gathered(drive(loops, -12.0 * np.arange(2000.0), 14.0, 1800.0), "counted")
    assert counted.size == 2000
    for number, share in ((0, 0.1), (2, 0.05)):
        assert np.mean(counted == number) == pytest.approx(share, abs=4.0 * math.sqrt(share * (1.0 - share) / 2000.0))
    sums = loops.close_interval(1_800_000_000)
    assert (sums.count[0], sums.true_count[0]) == (counted.sum(), 2000)
    bicycles = drive(loops, 100.0 - 12.0 * np.arange(500.0), 14.0, 600.0, klass=VEHICLE_CLASSES.index("electric_bicycle"))
    assert np.mean(gathered(bicycles, "counted") == 0) == pytest.approx(0.5, abs=0.1)


def test_noise_of_time_and_speed() -> None:
    """Errors of time and speed are normal with the stated deviations, without bias, and not correlated."""
    found = drive(fleet([(0, 50.0)], on_time_noise_s=0.02, speed_noise_share=0.05), -12.0 * np.arange(2000.0), 14.0, 1800.0)
    time_s, speed = gathered(found, "on_time_us") / 1e6 - 6.6 / 14.0, gathered(found, "speed_mps") / 14.0 - 1.0
    for values, deviation in ((time_s, 0.02), (speed, 0.05)):
        assert values.mean() == pytest.approx(0.0, abs=4.0 * deviation / math.sqrt(2000.0))
        assert values.std() == pytest.approx(deviation, rel=0.08)
    assert abs(np.corrcoef(time_s, speed)[0, 1]) < 0.1


def test_draws_are_each_loops_own() -> None:
    """Taking the other loops away, or giving them in another order, leaves what a loop reports as it was, byte for byte."""
    values = {"missed_share": 0.2, "double_count_share": 0.1, "on_time_noise_s": 0.02, "speed_noise_share": 0.05}
    places, names = [(0, 30.0), (0, 50.0), (1, 20.0)], ["a", "b", "c"]
    starts = -20.0 * np.arange(50.0)

    def of(found, device):
        rows = [
            getattr(crossing, name)[crossing.device == device]
            for crossing in found
            for name in ("on_us", "speed_mps", "counted")
        ]
        return b"".join(row.tobytes() for row in rows)

    together = drive(fleet(places, names, **values), starts, 14.0, 90.0)
    alone = drive(fleet([places[1]], ["b"], **values), starts, 14.0, 90.0)
    turned = drive(fleet(places[::-1], names[::-1], **values), starts, 14.0, 90.0)
    assert of(together, 1) == of(alone, 0) == of(turned, 1)
    assert of(drive(fleet([places[1]], ["b"], seed=2, **values), starts, 14.0, 90.0), 0) != of(alone, 0)


def test_lanes_apart() -> None:
    """A car on one lane is not counted on the other; one that changes lanes before the loop counts where it arrives."""
    loops = fleet()
    loops.step(truth(0, [1, 2], 0, [1, 0], [40.0, 45.0], 10.0))
    loops.step(truth(1_000_000, [1, 2], 0, [1, 1], [55.0, 60.0], 10.0))
    assert loops.close_interval(1_000_000).count.tolist() == [0, 2]


def test_without_power_nobody_is_noticed() -> None:
    """Cars that cross, and time over the loop, while it has no power are missing from what it says and not from the truth."""
    loops = fleet([(0, 50.0)])
    starts = 50.0 - 20.0 * np.arange(1.0, 11.0)  # one car every 2 s from 2 s on, for 0.66 s each
    for k in range(221):
        place = starts + 1.0 * k
        on = (place >= 0.0) & (place < 100.0)
        up = np.full(loops.loops.device.size, not 90 < k <= 150)
        loops.step(truth(k * 100_000, np.flatnonzero(on), 0, 0, place[on], 10.0), up)
    sums = loops.close_interval(22_000_000)
    assert (sums.count[0], sums.true_count[0]) == (7, 10)  # of those at 2, 4 … 20 s not those at 10, 12 and 14 s
    assert sums.true_occupied_us[0] == pytest.approx(10 * 660_000, abs=10)
    assert sums.occupied_us[0] == pytest.approx(7 * 660_000, abs=10)
    assert sums.mean_speed_mps[0] == pytest.approx(10.0)


def test_a_report_that_was_lost_tells_nothing_but_the_truth(tmp_path) -> None:
    """Of three intervals of 10 s the second one's report is lost: count, occupancy and speed are null, what was is not."""
    lost = {"device": "loop-0", "cause": "frame_loss", "from_s": 15.0, "until_s": 25.0, "size": 1.0}
    faults, env = DeviceFaults(FaultsSpec.model_validate({"scheduled": [lost]}), ["loop-0"], 1), simpy.Environment()
    for process in faults.processes(env):
        env.process(process)
    recorder, sent = Recorder(tmp_path), []
    reports = LoopReports(fleet([(0, 50.0)], interval_s=10.0), recorder, faults)
    starts = 50.0 - 20.0 * np.arange(1.0, 16.0)  # one car every 2 s from 2 s on
    for k in range(301):
        env.run(until=k * 100_000 + 1)
        place = starts + 1.0 * k
        on = (place >= 0.0) & (place < 100.0)
        reports.step(truth(k * 100_000, np.flatnonzero(on), 0, 0, place[on], 10.0), sent.append)
    recorder.close_segment()
    assert [batch.device.tolist() for batch in sent] == [[0], [], [0]]
    rows = table(tmp_path, "loop_interval")
    rows = rows.filter(pc.equal(rows["lane"], 0)).to_pylist()
    assert [row["true_mean_speed_cmps"] for row in rows] == [1000] * 3
    assert [row["mean_speed_cmps"] for row in rows] == [1000, None, 1000]
    assert [row["count"] is None for row in rows] == [row["occupied_us"] is None for row in rows] == [False, True, False]


def test_pedestrians_are_nothing_to_a_loop() -> None:
    """Who walks over a loop is not counted, and not a crossing."""
    walker = VEHICLE_CLASSES.index("pedestrian")
    loops = fleet([(0, 50.0)])
    assert gathered(drive(loops, [45.0], 1.5, 8.0, length_m=0.5, klass=walker), "counted").size == 0
    assert loops.close_interval(8_000_000).true_count.sum() == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 99.0))
def test_counts_are_crossings(seed, place_m) -> None:
    """Cars with random stops and starts: each that ends beyond the loop crossed it once, and was over it while it covered it.

    Counted another way: by the fronts' places, and by the time that front and rear enclose the loop.
    """
    rng = np.random.default_rng(seed)
    cars, steps = 8, 200
    speed = rng.choice([0.0, 3.0, 9.0, 16.0], (steps, cars), p=[0.3, 0.2, 0.3, 0.2])
    start = rng.uniform(0.0, 30.0, cars)
    place = start + np.concatenate((np.zeros((1, cars)), np.cumsum(0.1 * speed, axis=0)))
    loops = fleet([(0, place_m)])
    ends = np.concatenate(([0.0], np.cumsum(EDGE_LENGTH_M), [1e9]))
    for k in range(steps + 1):
        edge = np.searchsorted(ends, place[k], side="right") - 1
        on = edge < 3
        # the speed that brought it here, so that the mean of both ends is no better than the model's own guess
        loops.step(truth(k * 100_000, np.flatnonzero(on), edge[on], 0, (place[k] - ends[edge])[on], speed[max(k - 1, 0)][on]))
    sums = loops.close_interval(steps * 100_000)
    assert sums.true_count[0] == np.sum((place[0] < place_m) & (place[-1] >= place_m))
    fine = np.array([np.interp(np.arange(0, steps, 0.01), np.arange(steps + 1), place[:, car]) for car in range(cars)])
    met = place[0] < place_m
    covered = ((fine >= place_m) & (fine < place_m + 6.6))[met].sum() * 0.001
    expected = min(covered, steps * 0.1)
    assert sums.true_occupied_us[0] / 1e6 == pytest.approx(expected, abs=0.15 * max(int(met.sum()), 1))
