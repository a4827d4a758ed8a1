"""Attacks: what each kind does to messages, with the parameters of VeReMi NextGen, and that draws depend on names alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from twin.v2x.security.attack_spec import ATTACKS, AttackSpec, Jamming
from twin.v2x.security.attacks import CARRIER_MHZ, Attackers, Jammers, label_of
from twin.v2x.security.vehicle_messages import Received, VehicleMessages, honest_messages

AREA = (-1000.0, -500.0, 1000.0, 500.0)
PERIOD_US = 100_000


def spec(kind, **keys):
    """Return the attack, by everybody unless told otherwise."""
    return TypeAdapter(AttackSpec).validate_python({"kind": kind, "share": 1.0} | keys)


def scene(t_us=0, n=50, speed=10.0, acceleration=1.0):
    """Return vehicles in a row, driving east, one every 10 m."""
    vehicle = np.arange(n, dtype=np.int32)
    x = 10.0 * vehicle + speed * t_us / 1e6
    columns = (x, np.zeros(n), np.full(n, speed), np.zeros(n), np.full(n, acceleration))
    return honest_messages(t_us, vehicle + 1000, np.full(n, t_us // PERIOD_US), columns, vehicle)


def sent(kind, ticks=1, seed=1, **keys):
    """Return honest and sent messages of the last of some ticks."""
    attackers = Attackers([spec(kind, **keys)], seed)
    for tick in range(ticks):
        honest = scene(tick * PERIOD_US)
        out = attackers.alter(honest, tick * PERIOD_US, AREA)
    return honest, out.take(np.lexsort((out.transmit_us, out.sender)))


def test_nobody_attacks():
    """Without attacks, messages pass untouched, the same object."""
    honest = scene()
    assert Attackers([], 1).alter(honest, 0, AREA) is honest


@pytest.mark.parametrize("kind", ATTACKS)
def test_labels_and_senders(kind):
    """Whoever attacks is labelled with its kind; the truth of who transmits is kept; nothing outside its time is changed."""
    honest, out = sent(kind, ticks=60)
    assert set(out.attack.tolist()) <= {0, label_of(kind)}
    assert label_of(kind) in out.attack
    assert set(out.vehicle.tolist()) <= set(honest.vehicle.tolist())
    _, before = sent(kind, from_s=10.0)
    assert not before.attack.any()
    for column in ("x_m", "speed_mps", "heading_rad", "sender", "sent_us"):
        np.testing.assert_array_equal(getattr(before, column), getattr(scene(), column))


def test_positions():
    """Offsets are 20 to 70 m along each axis, fixed or new each time; random places are uniform over the area (KS)."""
    first, later = (sent("position_offset", ticks=ticks) for ticks in (1, 2))
    for axis in ("x_m", "y_m"):
        offset = getattr(first[1], axis) - getattr(first[0], axis)
        assert (np.abs(offset) >= 20.0).all()
        assert (np.abs(offset) <= 70.0).all()
        assert 10 < np.count_nonzero(offset > 0.0) < 40
        np.testing.assert_allclose(offset, getattr(later[1], axis) - getattr(later[0], axis), atol=1e-9)
    first, later = (sent("random_position_offset", ticks=ticks) for ticks in (1, 2))
    assert (np.abs(first[1].x_m - first[0].x_m - (later[1].x_m - later[0].x_m)) > 1e-6).all()
    everywhere = np.concatenate([sent("random_position", seed=seed)[1].x_m for seed in range(20)])
    assert scipy.stats.kstest(everywhere, "uniform", (-1000.0, 2000.0)).pvalue > 0.001
    np.testing.assert_array_equal(sent("constant_position")[1].x_m, sent("constant_position", ticks=3)[1].x_m)


def test_speeds():
    """Offsets of 1 to 7 m/s; zero; a fixed speed; only lies above 1 m/s are labelled."""
    for kind in ("speed_offset", "random_speed_offset"):
        honest, out = sent(kind)
        offset = np.abs(out.speed_mps - honest.speed_mps)
        assert (offset >= 1.0).all()
        assert (offset <= 7.0).all()
    assert not sent("zero_speed")[1].speed_mps.any()
    still = Attackers([spec("zero_speed")], 1).alter(scene(speed=0.9), 0, AREA)
    assert not still.attack.any()
    np.testing.assert_array_equal(sent("constant_speed")[1].speed_mps, sent("constant_speed", ticks=5)[1].speed_mps)
    honest, out = sent("random_speed")
    np.testing.assert_array_equal(out.attack > 0, np.abs(out.speed_mps - honest.speed_mps) > 1.0)


def test_heading_and_braking():
    """Headings turn by half a turn, into (-pi, pi]; braking is the acceleration times -2 to -4."""
    honest, out = sent("reversed_heading")
    np.testing.assert_allclose(np.cos(out.heading_rad - honest.heading_rad), -1.0)
    assert (np.abs(out.heading_rad) <= math.pi).all()
    _, out = sent("feigned_braking")
    assert (out.acceleration_mps2 <= -2.0).all()
    assert (out.acceleration_mps2 >= -4.0).all()


def test_sudden_stop():
    """Stops begin with 5 % chance a second: after 20 s 1 - 0.95^20 stand, inside the 99.9 % interval; they stay in place."""
    attackers, stands_at = Attackers([spec("sudden_stop")], 1), {}
    for tick in range(200):
        out = attackers.alter(scene(tick * PERIOD_US, n=400), tick * PERIOD_US, AREA)
        stopped = out.speed_mps == 0.0
        for vehicle, x in zip(out.vehicle[stopped].tolist(), out.x_m[stopped].tolist(), strict=True):
            assert stands_at.setdefault(vehicle, x) == x
    low, high = scipy.stats.binom.interval(0.999, 400, 1.0 - 0.95**20)
    assert low <= len(stands_at) <= high
    assert out.attack[stopped].all()


def test_delay():
    """What comes was made 2 to 4 s ago, to the period; the stamp tells so only where it is not renewed."""
    for restamp in (True, False):
        honest, out = sent("delay", ticks=60, restamp=restamp)
        age_s = (honest.x_m[out.vehicle] - out.x_m) / 10.0
        assert (age_s > 1.99).all()
        assert (age_s < 4.11).all()
        stamp_age_s = (59 * PERIOD_US - out.sent_us) / 1e6
        assert (stamp_age_s < 0.1 + 1e-6).all() if restamp else np.allclose(stamp_age_s, age_s)
    _, out = sent("delay", ticks=15)
    assert len(out) == 0


def test_flood():
    """Two to four copies of each message, spread over the period, all of them labelled."""
    honest, out = sent("dos")
    copies = np.bincount(out.vehicle) - 1
    assert set(copies.tolist()) == {2, 3, 4}
    mine = out.transmit_us[out.vehicle == 7]
    np.testing.assert_array_equal(mine, np.arange(mine.size) * PERIOD_US // mine.size)
    assert out.attack.all()
    assert set(out.sender.tolist()) == set(honest.sender.tolist())


def test_phantoms():
    """Four to six invented vehicles each, with ids of their own that stay, within the stated distances and their noise."""
    _, out = sent("sybil")
    phantom = out.take(out.attack > 0)
    assert set(np.bincount(phantom.vehicle).tolist()) == {4, 5, 6}
    assert len(set(phantom.sender.tolist())) == len(phantom)
    assert np.count_nonzero(out.attack == 0) == 50
    assert (np.abs(phantom.y_m) <= 3.0 + 2.0).all()
    along = np.abs(phantom.x_m - 10.0 * phantom.vehicle)
    assert (along <= 2 * 6.0 + 2.0).all()
    assert (along >= 5.0 - 2.0).all()
    _, later = sent("sybil", ticks=2)
    assert set(later.sender.tolist()) == set(out.sender.tolist())


def test_replay():
    """Content is that of one within 400 m, at most 5 s old; each victim for 4 to 8 messages; as oneself, or as the victim."""
    attackers, runs = Attackers([spec("replay")], 1), []
    for tick in range(100):
        out = attackers.alter(scene(tick * PERIOD_US, n=200), tick * PERIOD_US, AREA)
        out = out.take(np.argsort(out.vehicle))
        back_m = out.x_m - (10.0 * out.vehicle + tick)
        assert (back_m <= 400.0).all()
        assert (back_m >= -400.0 - 50.0).all()
        runs.append(np.round(back_m[5], 6))
    np.testing.assert_array_equal(out.sender, out.vehicle + 1000)
    changes = np.flatnonzero(np.diff(runs[1:])) + 1
    assert set(np.diff(changes).tolist()) <= {4, 5, 6, 7, 8}
    _, out = sent("replay", ticks=30, identity="victim", restamp=False)
    stolen = out.take(out.attack > 0)
    assert (stolen.sender != stolen.vehicle + 1000).all()
    assert (stolen.sent_us < 29 * PERIOD_US).all()


def test_ghosts():
    """A ghost keeps its course and speed for its life; the next one has another id; a stated place is where it begins."""
    _, at_first = sent("ghost_vehicle", vehicles=[3])
    ghost = at_first.take(at_first.attack > 0)
    assert len(at_first) == 51
    assert 30.0 + 10.0 <= ghost.x_m[0] <= 30.0 + 50.0
    _, later = sent("ghost_vehicle", vehicles=[3], ticks=101)
    same = later.take(later.attack > 0)
    assert same.sender == ghost.sender
    assert same.x_m[0] == pytest.approx(ghost.x_m[0] + 10.0 * ghost.speed_mps[0])
    _, another = sent("ghost_vehicle", vehicles=[3], ticks=201)
    assert another.take(another.attack > 0).sender != ghost.sender
    placed = spec("ghost_vehicle", lon_deg=113.3, lat_deg=23.1)
    out = Attackers([placed], 1, locate=lambda lon, lat: (lon, lat)).alter(scene(), 0, AREA)
    assert set(out.x_m[out.attack > 0].tolist()) == {113.3}
    with pytest.raises(ValueError, match="finds places"):
        Attackers([placed], 1)


def test_who_attacks():
    """The share of 20 % holds inside the 99.9 % interval; other vehicles, and an attack more in the list, change nobody."""
    n = 20_000
    chosen = Attackers([spec("zero_speed", share=0.2)], 5).alter(scene(n=n), 0, AREA)
    who = set(chosen.vehicle[chosen.attack > 0].tolist())
    low, high = scipy.stats.binom.interval(0.999, n, 0.2)
    assert low <= len(who) <= high
    fewer = Attackers([spec("zero_speed", share=0.2)], 5).alter(scene(n=100), 0, AREA)
    assert set(fewer.vehicle[fewer.attack > 0].tolist()) == {number for number in who if number < 100}
    both = Attackers([spec("dos", share=0.1), spec("zero_speed", share=0.2)], 5).alter(scene(n=100), 0, AREA)
    flooding = set(both.vehicle[both.attack == label_of("dos")].tolist())
    still = set(both.vehicle[both.attack == label_of("zero_speed")].tolist())
    assert still == {number for number in who if number < 100} - flooding


@given(st.sampled_from(ATTACKS), st.permutations(range(12)))
def test_the_order_of_rows_changes_nothing(kind, order):
    """Shuffled messages give the same messages."""
    straight, shuffled = (Attackers([spec(kind, share=0.5)], 3) for _ in range(2))
    for tick in range(3):
        honest = scene(tick * PERIOD_US, n=12)
        one = straight.alter(honest, tick * PERIOD_US, AREA)
        other = shuffled.alter(honest.take(np.array(order)), tick * PERIOD_US, AREA)
        for column in ("sender", "x_m", "y_m", "speed_mps", "attack", "transmit_us"):
            np.testing.assert_array_equal(getattr(one, column), getattr(other, column))


def test_jamming():
    """Free space: at 100 m and 5.915 GHz the loss is 87.9 dB, so 23 dBm come as -64.9 dBm, 30.1 dB above -95 dBm."""
    jammer = TypeAdapter(AttackSpec).validate_python(
        {"kind": "jamming", "lon_deg": 0.0, "lat_deg": 0.0, "from_s": 1.0, "until_s": 2.0}
    )
    assert isinstance(jammer, Jamming)
    jammers = Jammers([jammer], locate=lambda lon, lat: (lon, lat))
    rise = jammers.jamming_db(np.array([100.0, 200.0, 1001.0]), np.zeros(3), 1_500_000)
    loss = 20.0 * math.log10(4.0 * math.pi * 100.0 * CARRIER_MHZ * 1e6 / 299_792_458.0)
    assert rise[0] == pytest.approx(23.0 - loss + 95.0, abs=0.05)
    assert rise[0] - rise[1] == pytest.approx(6.02, abs=0.02)
    assert rise[2] == 0.0
    assert not jammers.jamming_db(np.array([100.0]), np.zeros(1), 2_000_000).any()


def test_rows():
    """Taking and joining rows keeps every column together, also within received messages."""
    messages = scene(n=5)
    received = Received(messages, np.arange(5, dtype=np.int32), np.arange(5))
    twice = Received.concatenate((received, received.take(np.array([4, 0]))))
    assert len(twice) == 7
    assert twice.messages.vehicle.tolist() == [0, 1, 2, 3, 4, 4, 0]
    assert twice.receiver.tolist() == [0, 1, 2, 3, 4, 4, 0]
    assert len(VehicleMessages.concatenate((VehicleMessages.empty(), messages))) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "zero_speed", "from_s": 5.0, "until_s": 5.0},
        {"kind": "speed_offset", "offset_mps": [7.0, 1.0]},
        {"kind": "ghost_vehicle", "lon_deg": 113.0},
        {"kind": "unheard_of"},
        {"kind": "dos", "share": 1.5},
    ],
)
def test_wrong_attacks_are_refused(wrong):
    """Ends before begins, spans upside down, half a place, unknown kinds, shares above 1."""
    with pytest.raises(ValidationError):
        TypeAdapter(AttackSpec).validate_python(wrong)


def test_an_attack_is_over_at_its_end():
    """From 0.2 s until 0.4 s: at the first instant it is on, at the last it is off."""
    assert [bool(sent("zero_speed", ticks, from_s=0.2, until_s=0.4)[1].attack.any()) for ticks in range(1, 7)] == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]
