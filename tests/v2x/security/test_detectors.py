"""Detectors: each finds its own kind of lie and lets honest driving pass; no order of rows changes a verdict."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.v2x.security.cross_sensor import NOTHING, OWN, TAKEN, Evidence, assigned
from twin.v2x.security.detector_spec import DETECTORS, DetectorsSpec
from twin.v2x.security.detectors import Detectors, bits_of, names_of
from twin.v2x.security.raster import raster_of_discs, raster_of_lines
from twin.v2x.security.state_table import StateTable, known_slot, slot_of
from twin.v2x.security.vehicle_messages import Received, VehicleMessages, honest_messages

PERIOD_US = 100_000
LATENCY_US = 20_000


def messages(tick, n=5, speed=10.0):
    """Return messages of vehicles that drive east side by side, from 250 m before the receiver on."""
    t_us = tick * PERIOD_US
    vehicle = np.arange(n, dtype=np.int32)
    x = np.full(n, -250.0 + speed * t_us / 1e6)
    columns = (x, 4.0 * vehicle, np.full(n, speed), np.zeros(n), np.zeros(n))
    return honest_messages(t_us, vehicle + 100, np.full(n, tick), columns, vehicle)


def heard(said, receiver=0):
    """Return what one receiver has of messages, all of them, soon."""
    return Received(said, np.full(len(said), receiver, np.int32), said.transmit_us + LATENCY_US)


def detectors(**keys):
    """Return detectors of two receivers, 200 m apart, with a road along the x axis; no errors of honest units are let pass."""
    road = raster_of_lines(np.array([0, 2]), np.array([-2000.0, 2000.0]), np.array([8.0, 8.0]), np.array([20.0]))
    spec = DetectorsSpec(**({"position_error_m": 0.0} | keys))
    return Detectors(spec, np.array([0.0, 200.0]), np.zeros(2), road)


def verdicts(forge, ticks=30, begins=20, **keys):
    """Return the union of findings on vehicle 0 from tick ``begins`` on, where ``forge`` changes what it says."""
    judge, found = detectors(**keys), 0
    for tick in range(ticks):
        said = messages(tick)
        if tick >= begins:
            said = forge(said, tick)
        verdict = judge.judge(heard(said))
        lies = said.sender == 100
        assert not verdict[~lies].any(), [names_of(int(one)) for one in verdict]
        assert tick >= begins or not verdict.any()
        found |= int(np.bitwise_or.reduce(verdict[lies]))
    return set(names_of(found))


def of_first(**columns):
    """Return a forgery that gives vehicle 0 these values, or what functions make of its own."""

    def forge(said, tick):
        values = {name: value(said, tick) if callable(value) else value for name, value in columns.items()}
        return said.changed(np.array([0]), **values)

    return forge


@pytest.mark.parametrize(
    ("forge", "finds", "keys"),
    [
        (lambda said, _: said, set(), {}),
        (of_first(x_m=400.0), {"range", "position_speed"}, {}),
        (of_first(y_m=100.0), {"off_road", "position_speed", "heading_motion"}, {"heading_change_deg": 60.0}),
        (of_first(speed_mps=31.0), {"speed", "speed_change", "position_speed", "acceleration_speed"}, {}),
        (of_first(acceleration_mps2=3.2), {"acceleration", "acceleration_speed"}, {}),
        (of_first(acceleration_mps2=-5.2), {"acceleration", "acceleration_speed"}, {}),
        (of_first(acceleration_mps2=-3.0), {"acceleration_speed"}, {}),
        (of_first(acceleration_mps2=-0.9), set(), {}),
        (of_first(speed_mps=0.0), {"speed_change", "position_speed", "acceleration_speed"}, {}),
        (of_first(heading_rad=math.pi), {"heading_change", "heading_motion"}, {}),
        (of_first(sent_us=lambda said, _: said.sent_us[0] - 1_100_000), {"freshness", "sequence"}, {}),
        (of_first(sent_us=lambda said, _: said.sent_us[0] + 200_000), {"freshness"}, {}),
        (of_first(sequence=lambda said, _: said.sequence[0] + 50), {"sequence"}, {}),
        (of_first(sequence=20), {"sequence"}, {}),
        (of_first(sequence=lambda said, _: said.sequence[0] % 128), set(), {}),
        (lambda said, _: VehicleMessages.concatenate((said, *[said.take(np.array([0]))] * 3)), {"rate", "sequence"}, {}),
        (of_first(x_m=lambda _, tick: -250.0 + 20 + 0.5 * (tick - 20)), {"position_speed"}, {}),
    ],
)
def test_each_lie_is_found_by_its_detectors(forge, finds, keys):
    """Limits, motion, stamps, counters, rates: what finds a lie, and that nothing else does."""
    assert verdicts(forge, **keys) == finds


def test_a_speed_below_0_and_a_counter_that_goes_back_are_found():
    """-1 m/s is no speed; from 19 back to 15 the counter is 124 ahead, modulo 128, of what may be skipped in 0.1 s."""
    assert verdicts(of_first(speed_mps=-1.0), use=("speed",)) == {"speed"}
    assert verdicts(of_first(sequence=lambda said, _: said.sequence[0] - 5), ticks=21, use=("sequence",)) == {"sequence"}


def test_only_chosen_detectors_speak():
    """``use`` takes bits away and changes no others."""
    assert verdicts(of_first(x_m=400.0), use=("range",)) == {"range"}


def test_thresholds_are_those_of_the_published_baseline():
    """VeReMi NextGen, town at 7 in the morning: MPR 328.5, MPS 30.0, MPA 3.120, MPD 5.091, MHC 111.7, MTD 3.618."""
    spec = DetectorsSpec()
    published = (328.469, 30.007, 3.120, 5.091, 111.710, 3.618, 1.182, 2.137)
    ours = (
        spec.range_m, spec.speed_mps, spec.acceleration_mps2, spec.deceleration_mps2, spec.heading_change_deg, spec.gap_s,
        spec.ahead_m, spec.behind_m,
    )  # fmt: skip
    assert ours == pytest.approx(published, rel=6e-3)


def test_honest_driving_passes():
    """Braking and accelerating at the limits, a turn of 10 m radius at 5 m/s, waiting, and at other rates: no finding."""
    for period_us in (100_000, 200_000, 500_000):
        judge = Detectors(DetectorsSpec(), np.zeros(1), np.zeros(1))
        x, y, v, h = -20.0, 0.0, 12.0, 0.0
        step_s = period_us / 1e6
        for tick in range(int(60.0 / step_s)):
            t_s = tick * step_s
            a = -5.0 if t_s >= 3.0 and v > 0.0 and t_s < 20.0 else 3.0 if t_s >= 20.0 and v < 5.0 else 0.0
            new = min(max(v + a * step_s, 0.0), 12.0)
            turn = v * step_s / 10.0 if t_s > 25.0 else 0.0
            x += 0.5 * (v + new) * step_s * math.cos(h + 0.5 * turn)
            y += 0.5 * (v + new) * step_s * math.sin(h + 0.5 * turn)
            v, h = new, (h + turn + math.pi) % (2.0 * math.pi) - math.pi
            columns = tuple(np.array([value]) for value in (x, y, v, h, a if v > 0.0 else 0.0))
            said = honest_messages(int(t_s * 1e6), np.array([7]), np.array([tick]), columns, np.zeros(1, np.int32))
            assert not judge.judge(heard(said)).any()


def test_receivers_do_not_take_each_others_copies_for_a_flood():
    """The same messages at two receivers: no finding; twice at one of them: the second is a repetition."""
    judge = detectors()
    for tick in range(20):
        said = messages(tick).changed(slice(None), x_m=100.0 + tick)
        both = Received.concatenate((heard(said), heard(said, 1)))
        assert not judge.judge(both).any()
    again = heard(said)
    again = replace(again, received_us=again.received_us + 1000)
    assert {names_of(int(one)) for one in judge.judge(again)} == {("sequence",)}


def test_sudden_appearance():
    """A new sender near a receiver is suspicious for 2 s, unless it is at an entry, or was there when listening began."""
    entries = raster_of_discs(np.array([0.0]), np.array([40.0]), np.array([3.0]))
    judge = Detectors(DetectorsSpec(use=("appearance",)), np.zeros(1), np.zeros(1), None, entries)
    for tick in range(80):
        late = tick >= 30
        y = np.array([0.0, 4.0, 40.0, 8.0])
        x = np.array([10.0, 10.0, 0.0, 200.0])
        vehicle = np.arange(4, dtype=np.int32)
        columns = (x, y, np.zeros(4), np.zeros(4), np.zeros(4))
        said = honest_messages(tick * PERIOD_US, vehicle + 1, np.full(4, tick), columns, vehicle)
        verdict = judge.judge(heard(said if late else said.take(np.array([0]))))
        assert verdict.astype(bool).tolist() == ([False, 30 <= tick < 50, False, False] if late else [False])


def test_sensors_see_through_phantoms():
    """Claims without an object are suspicious after three comparisons; two on one object: the farther one."""
    judge = detectors(use=("unseen", "shared"))
    for tick in range(10):
        said = messages(tick, n=4)
        said = said.changed(np.array([2, 3]), y_m=[0.5, 300.0])
        seen = Evidence(tick * PERIOD_US, said.x_m[:2], said.y_m[:2], lambda _, y: y < 200.0)
        verdict = judge.judge(heard(said), seen)
        assert names_of(int(verdict[2])) == (("shared",) if tick >= 2 else ())
        assert not verdict[[0, 1, 3]].any()
    phantom = messages(10, n=2).changed(np.array([1]), y_m=20.0)
    for tick in range(10, 14):
        seen = Evidence(tick * PERIOD_US, phantom.x_m[:1], phantom.y_m[:1], lambda _, y: y < 200.0)
        now = phantom.changed(slice(None), sent_us=tick * PERIOD_US, transmit_us=tick * PERIOD_US, speed_mps=0.0)
        verdict = judge.judge(heard(now), seen)
    assert names_of(int(verdict[1])) == ("unseen",)
    assert judge.unclaimed == 0


def test_sensors_speak_against_claims_only_where_they_see_everybody():
    """Two claims on the one object that is seen far off are let pass; who left the covered place is not told of any more."""
    judge = detectors(use=("unseen", "shared"))
    for tick in range(6):
        said = messages(tick, n=2).changed(slice(None), speed_mps=0.0, x_m=0.0, y_m=[0.0, 0.5])
        seen = Evidence(tick * PERIOD_US, said.x_m[:1], said.y_m[:1], lambda x, _: x > 1e9)
        assert not judge.judge(heard(said), seen).any()
    nothing = np.empty(0)
    for tick in range(6, 14):
        seen = Evidence(tick * PERIOD_US, nothing, nothing, lambda x, _, tick=tick: np.full(x.size, tick < 10))
        verdict = judge.judge(heard(messages(tick, n=1)), seen)
        assert names_of(int(verdict[0])) == (("unseen",) if 8 <= tick < 10 else ())


def test_late_messages_are_compared_where_they_would_be_now():
    """A claim of 0.2 s ago is moved on by its speed and heading before it is held against objects."""
    judge = detectors(use=("unseen",), gate_m=1.0)
    for tick in range(10):
        seen = Evidence(tick * PERIOD_US + 200_000, messages(tick + 2).x_m, messages(tick).y_m, lambda x, _: x < 1e9)
        assert not judge.judge(heard(messages(tick)), seen).any()


@given(st.permutations(range(15)), st.integers(0, 14))
def test_the_order_of_rows_changes_no_verdict(order, liar):
    """Rows of one batch in any order have the verdicts that they have in another."""
    straight, shuffled = detectors(), detectors()
    for tick in range(3):
        said = VehicleMessages.concatenate([messages(3 * tick + late) for late in range(3)])
        said = said.changed(np.array([liar]), x_m=-200.0)
        batch = heard(said)
        one, other = straight.judge(batch), shuffled.judge(batch.take(np.array(order)))
        np.testing.assert_array_equal(one[np.array(order)], other)


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=8), st.integers(0, 8), st.floats(0.1, 5.0))
def test_assignment(points, claims, gate_m):
    """Each object has at most one claim; who finds nothing is far from all; who is left over had nearer rivals for all near."""
    x, y = (np.array([point[axis] for point in points]) for axis in (0, 1))
    cut = min(claims, x.size)
    found, unclaimed = assigned(x[:cut], y[:cut], x[cut:], y[cut:], gate_m)
    assert np.count_nonzero(found == OWN) == x.size - cut - unclaimed
    for i, what in enumerate(found.tolist()):
        near = np.hypot(x[cut:] - x[i], y[cut:] - y[i]) ** 2 <= gate_m**2 * (1.0 + 1e-12)
        assert (what == NOTHING) <= (
            not near.any() or bool(np.min(np.hypot(x[cut:] - x[i], y[cut:] - y[i])) > 0.999999 * gate_m)
        )
        assert (what == TAKEN) <= bool(near.any())


@given(st.lists(st.tuples(st.integers(-(2**62), 2**62), st.integers(-1, 3)), max_size=200))
def test_state_table(keys):
    """A hash table with linear probing finds each key once, keeps it while it grows, and forgets what is old."""
    table = StateTable(1, 1, forget_us=100)
    known = {}
    for number, (sender, receiver) in enumerate(keys):
        slots = table.make_room(300, 0)
        slot, new = slot_of(slots, sender, receiver, -1)
        assert new == ((sender, receiver) not in known)
        known.setdefault((sender, receiver), number)
        if new:
            slots.whole[slot, 0] = number
    slots = table.make_room(5000, 0)
    for key, number in known.items():
        assert slots.whole[known_slot(slots, *key), 0] == number
    assert len(table) == len(known)
    if known:
        slot, new = slot_of(slots, *next(iter(known)), 1)
        assert new
        assert slots.whole[slot, 0] == 0
    table.make_room(100_000, 200)
    assert len(table) == 0


def test_names_and_bits():
    """Sixteen bits hold all detectors; names and bits are each other's inverse."""
    assert len(DETECTORS) <= 16
    assert bits_of(DETECTORS) == 2 ** len(DETECTORS) - 1
    assert names_of(bits_of(("rate", "range"))) == ("range", "rate")


def test_raster_of_a_line():
    """Cells within the reach of a bent line belong, to the size of a cell; what lies outside of the grid does not."""
    x, y = np.array([0.0, 50.0, 50.0]), np.array([0.0, 0.0, 50.0])
    raster = raster_of_lines(np.array([0, 3]), x, y, np.array([5.0]))
    rng = np.random.default_rng(1)
    px, py = rng.uniform(-10.0, 70.0, (2, 2000))
    away = np.minimum(np.hypot(px - np.clip(px, 0.0, 50.0), py), np.hypot(px - 50.0, py - np.clip(py, 0.0, 50.0)))
    on = raster(px, py)
    assert on[away < 5.0 - 0.75].all()
    assert not on[away > 5.0 + 0.75].any()
    assert not raster(np.array([1e6, -1e6]), np.zeros(2)).any()
    with pytest.raises(ValueError, match="no line"):
        raster_of_discs(np.empty(0), np.empty(0), np.empty(0))
