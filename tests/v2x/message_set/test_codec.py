"""Messages: what comes back of what was encoded, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.v2x.message_set import codec
from twin.v2x.message_set.bsm import bsm_values
from twin.v2x.message_set.cam import cam_values
from twin.v2x.message_set.cpm import cpm_objects, cpm_values
from twin.v2x.message_set.place import MapFrame, Station, place_of
from twin.v2x.message_set.quanta import age_of_dsecond, dsecond, its_timestamp, minute_of_the_year, offset_llv
from twin.v2x.message_set.representative import AT_UNIX_US, FRAME, representative, road_users
from twin.v2x.message_set.road_users import RoadUsers
from twin.v2x.message_set.rsm import rsm_objects, rsm_values

RSU = Station(7, 12.0, -30.0, 6.5)
UNIT_M = 0.5 * 1e-7 * 111_400.0
"""Half the resolution of latitudes, 1e-7 degrees of at most 111.4 km: 6 mm."""


@st.composite
def users(draw: st.DrawFn) -> RoadUsers:
    """Draw up to 40 road users within a kilometre, measured up to 2 s ago."""
    count = draw(st.integers(0, 40))

    def some(low: float, high: float) -> np.ndarray:
        return np.array(draw(st.lists(st.floats(low, high), min_size=count, max_size=count)), np.float64)

    return RoadUsers(
        number=np.array(draw(st.lists(st.integers(0, 60_000), min_size=count, max_size=count)), np.int64),
        klass=np.array(draw(st.lists(st.integers(-1, 7), min_size=count, max_size=count)), np.int64),
        x_m=some(-900.0, 900.0),
        y_m=some(-900.0, 900.0),
        speed_mps=some(0.0, 60.0),
        heading_rad=some(-3.1, 3.1),
        length_m=some(0.25, 20.0),
        width_m=some(0.25, 3.0),
        height_m=some(0.25, 4.5),
        acceleration_mps2=some(-8.0, 4.0),
        age_s=some(0.0, 2.0),
        error_95_m=some(0.02, 30.0),
    )


def turned(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return by how much two headings differ."""
    return np.abs((a - b + math.pi) % (2 * math.pi) - math.pi)


@pytest.mark.parametrize("kind", codec.KINDS)
def test_messages_come_back_as_they_were(kind: str) -> None:
    """Decoding gives the very value that was encoded, for representative messages of each kind and several sizes."""
    for items in (1, 2, 4, 16):
        value = representative(kind, items + (kind == "rsi"))
        assert codec.decode(kind, codec.encode(kind, value)) == value


@settings(max_examples=60)
@given(users(), st.integers(AT_UNIX_US, AT_UNIX_US + 10**12), st.sampled_from(["least", "tracked", "all"]))
def test_objects_come_back_from_an_rsm_within_its_resolution(objects: RoadUsers, unix_us: int, detail) -> None:
    """What a receiver reads differs from what was seen by half a unit at most: T/CSAE 53-2020.

    1e-7 degrees (and the map's millimetres), 0.02 m/s, 0.0125 degrees, 1 cm, 1 ms.
    """
    messages = rsm_values(FRAME, unix_us, RSU, objects, detail=detail)
    assert all(len(one["participants"]) <= 16 for one in messages)
    assert messages[0]["participants"][0]["ptcId"] == 0
    assert sum(len(one["participants"]) for one in messages) == len(objects) + 1
    assert len(messages) == -(-(len(objects) + 1) // 16)
    received = [codec.decode("rsm", codec.encode("rsm", one)) for one in messages]
    assert received == messages
    read = rsm_objects(FRAME, unix_us, received)
    assert np.array_equal(read.number, 1 + objects.number)
    assert np.abs(read.x_m - objects.x_m).max(initial=0.0) <= UNIT_M + 0.0011
    assert np.abs(read.y_m - objects.y_m).max(initial=0.0) <= UNIT_M + 0.0011
    assert np.abs(read.speed_mps - objects.speed_mps).max(initial=0.0) <= 0.010_001
    assert turned(read.heading_rad, objects.heading_rad).max(initial=0.0) <= math.radians(0.006_251)
    assert np.abs(read.length_m - objects.length_m).max(initial=0.0) <= 0.005_001
    assert np.abs(read.width_m - objects.width_m).max(initial=0.0) <= 0.005_001
    assert np.abs(read.age_s - objects.age_s).max(initial=0.0) <= 0.001_001
    assert (read.error_95_m >= objects.error_95_m - 1e-9).all()
    if detail != "least":
        assert np.abs(read.height_m - objects.height_m).max(initial=0.0) <= 0.025_001
        assert np.abs(read.acceleration_mps2 - objects.acceleration_mps2).max(initial=0.0) <= 0.005_001


@settings(max_examples=60)
@given(users(), st.integers(AT_UNIX_US, AT_UNIX_US + 10**12))
def test_objects_come_back_from_a_cpm_within_its_resolution(objects: RoadUsers, unix_us: int) -> None:
    """As above, by ETSI TS 103 324: 1 cm from the unit (in a frame turned to true north), 1 cm/s, 0.1 degrees, 10 cm, 1 ms."""
    message = codec.decode("cpm", codec.encode("cpm", cpm_values(FRAME, unix_us, RSU, objects)))
    read = cpm_objects(FRAME, message)
    assert np.array_equal(read.number, objects.number)
    assert np.hypot(read.x_m - objects.x_m, read.y_m - objects.y_m).max(initial=0.0) <= 0.0071 + 2 * UNIT_M + 0.001
    assert np.abs(read.speed_mps - objects.speed_mps).max(initial=0.0) <= 0.0072
    assert turned(read.heading_rad, objects.heading_rad).max(initial=0.0) <= math.radians(0.0501)
    assert np.abs(read.length_m - objects.length_m).max(initial=0.0) <= 0.0501
    assert np.abs(read.age_s - objects.age_s).max(initial=0.0) <= 0.000_501
    assert (read.klass[objects.klass == 7] == 7).all()
    assert (read.klass[objects.klass == 2] == 2).all()


@settings(max_examples=40)
@given(users(), st.integers(AT_UNIX_US, AT_UNIX_US + 10**12))
def test_vehicles_come_back_from_their_bsm_and_cam(vehicles: RoadUsers, unix_us: int) -> None:
    """Each vehicle's place, speed and heading are what it said, within half a unit of T/CSAE 53-2020 and EN 302 637-2."""
    turn = FRAME.convergence_rad(float(vehicles.x_m.mean()), float(vehicles.y_m.mean())) if len(vehicles) else 0.0
    for i, value in enumerate(bsm_values(FRAME, unix_us, vehicles)):
        read = codec.decode("bsm", codec.encode("bsm", value))
        x_m, y_m = FRAME.local(read["pos"]["long"] / 1e7, read["pos"]["lat"] / 1e7)
        assert math.hypot(x_m - vehicles.x_m[i], y_m - vehicles.y_m[i]) <= 1.5 * UNIT_M + 0.001
        assert abs(0.02 * read["speed"] - vehicles.speed_mps[i]) <= 0.010_001
        heading = math.radians(90.0 - 0.0125 * read["heading"]) + turn
        assert turned(np.array(heading), vehicles.heading_rad[i]) <= math.radians(0.006_251)
        assert abs(age_of_dsecond(unix_us, read["secMark"]) - vehicles.age_s[i]) <= 0.001_001
    for i, value in enumerate(cam_values(FRAME, unix_us, vehicles, path_points=i_points(len(vehicles)))):
        read = codec.decode("cam", codec.encode("cam", value))["cam"]
        place = read["camParameters"]["basicContainer"]["referencePosition"]
        x_m, y_m = FRAME.local(place["longitude"] / 1e7, place["latitude"] / 1e7)
        assert math.hypot(x_m - vehicles.x_m[i], y_m - vehicles.y_m[i]) <= 1.5 * UNIT_M + 0.001
        parts = read["camParameters"]["highFrequencyContainer"][1]
        assert abs(0.01 * parts["speed"]["speedValue"] - vehicles.speed_mps[i]) <= 0.005_001
        heading = math.radians(90.0 - 0.1 * parts["heading"]["headingValue"]) + turn
        assert turned(np.array(heading), vehicles.heading_rad[i]) <= math.radians(0.0501)


def i_points(count: int) -> int | None:
    """Return a path length that differs from case to case."""
    return None if count % 3 == 0 else count % 24


def test_ages_are_told_beyond_the_turn_of_the_minute() -> None:
    """A scan of the last 400 ms of a minute, told 300 ms into the next, is 700 ms old: ``DSecond`` begins again each minute."""
    at_us = AT_UNIX_US - AT_UNIX_US % 60_000_000 + 300_000
    objects = road_users(3)
    objects.age_s[:] = 0.7
    messages = rsm_values(FRAME, at_us, RSU, objects)
    assert messages[0]["participants"][1]["secMark"] == 59_600
    assert rsm_objects(FRAME, at_us, messages).age_s == pytest.approx([0.7, 0.7, 0.7])
    assert int(dsecond(at_us)) == 300


def test_objects_too_old_for_a_cpm_are_left_out() -> None:
    """``measurementDeltaTime`` ends at -2048 ms: older objects would be told as younger than they are."""
    objects = road_users(3)
    objects.age_s[:] = [2.048, 2.0496, 3.0]
    assert cpm_objects(FRAME, cpm_values(FRAME, AT_UNIX_US, RSU, objects)).age_s == pytest.approx([2.048])


def test_instants() -> None:
    """2007-01-01T00:00 UTC is 94694401000 ms since 2004, a leap second in between: TS 102 894-2, ``TimestampIts``."""
    new_year_2007_us = 1_167_609_600_000_000
    assert its_timestamp(new_year_2007_us) - 94_694_401_000 == 4_000  # the four leap seconds since: the table is today's
    assert minute_of_the_year(new_year_2007_us) == 0
    assert minute_of_the_year(new_year_2007_us - 1) == 365 * 24 * 60 - 1


def test_north_is_true_north() -> None:
    """A vehicle that drives along the map's x axis in Guangzhou heads 0.9 degrees north of east.

    Meridian convergence of a Mercator projection: (longitude - middle of the zone) x sin(latitude), to first order.
    """
    lon, lat = FRAME.wgs84(0.0, 0.0)
    expected_deg = (float(lon) - 111.0) * math.sin(math.radians(float(lat)))
    assert math.degrees(FRAME.convergence_rad(0.0, 0.0)) == pytest.approx(expected_deg, rel=0.01)
    eastward = road_users(1)
    eastward.heading_rad[:] = 0.0
    told_deg = 0.0125 * bsm_values(FRAME, AT_UNIX_US, eastward)[0]["heading"]
    (x0, y0), (x1, y1) = (FRAME.wgs84(x, 0.0) for x in (0.0, 100.0))
    assert told_deg == pytest.approx(90.0 + expected_deg, abs=0.02)
    assert math.degrees(math.atan2((x1 - x0) * math.cos(math.radians(float(lat))), y1 - y0)) == pytest.approx(
        told_deg, abs=0.02
    )


@given(st.integers(-(1 << 23), (1 << 23) - 1), st.integers(-(1 << 23), (1 << 23) - 1))
def test_the_shortest_form_of_an_offset_is_taken(lat: int, lon: int) -> None:
    """Of the six forms, 12 to 24 bit, the first that holds both numbers: T/CSAE 53-2020, ``PositionOffsetLL``."""
    form, pair = offset_llv(lat, lon)["offsetLL"]
    bits = {"1": 12, "2": 14, "3": 16, "4": 18, "5": 22, "6": 24}
    width = bits[form[-1]]
    assert pair == {"lat": lat, "lon": lon}
    assert all(-(1 << (width - 1)) <= x < 1 << (width - 1) for x in (lat, lon))
    shorter = [b for b in bits.values() if b < width]
    assert not shorter or not all(-(1 << (shorter[-1] - 1)) <= x < 1 << (shorter[-1] - 1) for x in (lat, lon))


def test_offsets_that_are_too_long() -> None:
    """Beyond 0.84 degrees a place is not relative any more."""
    with pytest.raises(ValueError, match="too long for a relative position"):
        offset_llv(1 << 23, 0)
    with pytest.raises(ValueError, match="too long for a relative height"):
        offset_llv(0, 0, 2048)


def test_a_relative_place_is_read_back() -> None:
    """``place_of`` is the inverse of an offset from a reference, within 1e-7 degrees each."""
    reference = RSU.position(FRAME)
    x_m, y_m = place_of(FRAME, reference, offset_llv(9_000, -12_000))
    lon, lat = FRAME.wgs84(x_m, y_m)
    assert abs(1e7 * float(lat) - reference["lat"] - 9_000) < 1.0
    assert abs(1e7 * float(lon) - reference["long"] + 12_000) < 1.0


def test_what_is_no_message_is_refused() -> None:
    """Unknown kinds, values out of range, missing fields, bytes that end early or belong to another kind."""
    value = representative("rsm", 3)
    with pytest.raises(ValueError, match="there is no message kind 'denm'"):
        codec.encode("denm", {})
    with pytest.raises(ValueError, match="there is no message kind 'denm'"):
        codec.decode("denm", b"")
    with pytest.raises(ValueError, match="not a rsm"):
        codec.encode("rsm", {**value, "msgCnt": 128})
    with pytest.raises(ValueError, match="not a rsm"):
        codec.encode("rsm", {**value, "participants": value["participants"] * 6})
    with pytest.raises(ValueError, match="not a rsm"):
        codec.encode("rsm", {name: part for name, part in value.items() if name != "refPos"})
    with pytest.raises(ValueError, match="not a bsm"):
        codec.decode("bsm", codec.encode("rsm", value))
    with pytest.raises(ValueError, match="not a cpm"):
        codec.decode("cpm", codec.encode("cpm", representative("cpm", 3))[:20])
    far = road_users(1)
    far.x_m[:] = 2_000.0
    with pytest.raises(ValueError, match="farther than 1310 m"):
        cpm_values(MapFrame(*FRAME), AT_UNIX_US, RSU, far)
    with pytest.raises(ValueError, match="room for 255"):
        cpm_values(FRAME, AT_UNIX_US, RSU, road_users(256))
