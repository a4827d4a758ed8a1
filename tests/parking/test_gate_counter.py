"""Counters at gates: how they drift, and what becomes of it."""

from __future__ import annotations

import math
from datetime import time

import numpy as np
import pytest
from tests.parking.watched import HOUR_US, SECOND_US, Watched, place

from twin.kernel.device_life_spec import DeviceLifeSpec, ScheduledLifeSpec
from twin.parking.gate_counter import DAY_US, GateCounters, GateCounterSpec, first_reset_us
from twin.parking.sensing_spec import ParkingSensorsSpec, SensorRuleSpec


def _counters(spec: GateCounterSpec, capacity: int = 50, inside: int = 20) -> GateCounters:
    return GateCounters([spec], ["park"], np.array([capacity]), np.array([inside]), seed=3)


def test_it_misses_and_doubles_the_stated_shares() -> None:
    """Over 20,000 passages both shares lie within 99.9 % intervals, and the counter is off by what it erred."""
    counters = _counters(GateCounterSpec(kind="gate_counter"), inside=0)
    for number in range(10_000):
        counters.passage(0, 1000 * number, inwards=True)
        counters.passage(0, 1000 * number + 500, inwards=False)
    missed, doubled = counters.miscounted[0]
    for count, share in ((missed, 0.007), (doubled, 0.003)):
        assert abs(count - 20_000 * share) < 3.29 * math.sqrt(20_000 * share)
    assert counters.passed.tolist() == [[10_000, 10_000]]
    assert abs(counters.occupied(0)) < 3.29 * math.sqrt(20_000 * 0.01)


def test_it_can_say_more_than_there_are_spaces_unless_it_is_stopped() -> None:
    """As Bath's counters did: above the capacity and below zero; with the option it stops at both."""
    for above, most in ((True, 60), (False, 50)):
        counters = _counters(GateCounterSpec(kind="gate_counter", missed_share=0.0, double_share=0.0, above_capacity=above))
        for number in range(40):
            counters.passage(0, number, inwards=True)
        assert counters.occupied(0) == most
        for number in range(100):
            counters.passage(0, 1000 + number, inwards=False)
        assert counters.occupied(0) == (-40 if above else 0)


def test_it_is_reset_at_its_time_of_day() -> None:
    """Four in the morning is 20 hours after eight, and at once at four; never where it is so."""
    spec = GateCounterSpec(kind="gate_counter")
    assert first_reset_us(spec, 8 * 3600.0) == 20 * HOUR_US
    assert first_reset_us(spec, 4 * 3600.0) == 0
    assert first_reset_us(spec, 4 * 3600.0 + 1.0) == DAY_US - SECOND_US
    assert first_reset_us(GateCounterSpec(kind="gate_counter", reset_at=None), 0.0) is None


def test_what_it_counts_is_known_each_minute_and_right_again_after_a_reset() -> None:
    """Reports come each minute, drift while the counter is out of order, and a reset sets it to the truth."""
    spec = GateCounterSpec(kind="gate_counter", missed_share=0.0, double_share=0.0, reset_at=time(9, 0))
    fault = ScheduledLifeSpec(device="gate_counter/park 0", from_s=600.0, until_s=1200.0)
    rules = (SensorRuleSpec(sensor=spec, network="fibre"),)
    watched = Watched(ParkingSensorsSpec(rules=rules, life=DeviceLifeSpec(scheduled=(fault,))), place(kerbs=(), inside=(30,)))
    sensing = watched.start()
    for number in range(20):  # one a minute and a half minute later in its bay; five pass while the counter is out of order
        at_us = (120 * number + 30) * SECOND_US
        watched.at(at_us, lambda at_us=at_us: watched.occupancy.tell_gate(at_us, 0, inwards=True))
        watched.park(at_us + 10 * SECOND_US, number, number)
    watched.env.run(until=600 * SECOND_US)
    assert sensing.available.free(600 * SECOND_US)[0].tolist() == [25.0]
    watched.env.run(until=HOUR_US - 1)
    assert watched.occupancy.standing[0] == 20
    free, age_s, known = sensing.available.free(HOUR_US - 1)
    assert (free[0], known[0]) == (15.0, True)
    assert age_s[0] == pytest.approx(60.0, abs=1e-3)
    watched.env.run(until=HOUR_US + 61 * SECOND_US)
    assert sensing.available.free(HOUR_US + 61 * SECOND_US)[0].tolist() == [10.0]
    counts = watched.rows.of("gate_count")
    assert [row["inside"] for row in counts[:3]] == [1, 1, 2]
    assert len(counts) == 60 + 1 - 10
    last_us = HOUR_US + 60 * SECOND_US
    last = {"t_us": last_us + SECOND_US // 2, "facility": 0, "since_us": last_us, "inside": 20, "standing": 20}
    assert counts[-1] == last
