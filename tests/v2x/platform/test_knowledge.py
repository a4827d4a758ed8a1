"""Age of information: against sums that are worked out report by report, and theory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.kernel.records import FrameBatch, ObjectLists
from twin.v2x.platform.contents import Arrivals, Contents, Sightings, nothing
from twin.v2x.platform.knowledge import Knowledge

SECOND = 1_000_000


def seen(*reports: tuple[int, int, int]) -> Sightings:
    """Return reports (arrival, phenomenon time, vehicle)."""
    arrival_us, t_us, vehicle = (np.array(column, np.int64) for column in zip(*reports, strict=True))
    nothing, nobody = np.zeros(len(reports)), np.zeros(len(reports), np.int32)
    who, lane = vehicle.astype(np.int32), nobody.astype(np.int8)
    return Sightings(arrival_us, t_us, nobody, nobody, nothing, nothing, nothing, nothing, who, lane)


def lists(t_us: int, *devices: tuple[int, list[int]]) -> FrameBatch:
    """Return lists of devices that hold the vehicles stated."""
    vehicle = np.array([v for _, mine in devices for v in mine], np.int32)
    values = vehicle.astype(float)
    offset = np.concatenate(([0], np.cumsum([len(mine) for _, mine in devices]))).astype(np.int64)
    number = np.array([device for device, _ in devices], np.int32)
    content = ObjectLists(offset, vehicle, values, values, values, values, vehicle, np.zeros(vehicle.size, np.int8))
    ones = np.ones(number.size, np.int64)
    return FrameBatch(t_us, number, ones, np.diff(offset).astype(np.int32), t_us * ones, content)


def test_fresh_time_of_one_vehicle() -> None:
    """Reports of 0 and 100 ms arrive after 30 and 50 ms: known for 100 ms of age from 30 to 100 and from 150 to 200 ms."""
    knowledge = Knowledge([100_000, 200_000])
    knowledge.learn(seen((30_000, 0, 2), (150_000, 100_000, 2), (170_000, 50_000, 2)))
    assert knowledge.age_us(np.array([2, 1], np.int32), 180_000, nothing()).tolist() == [80_000, -1]
    fresh_us = knowledge.fresh_us(SECOND)
    assert fresh_us[:, 2].tolist() == [70_000 + 50_000, 270_000]
    assert knowledge.fresh_us(2 * SECOND)[:, 2].tolist() == [0, 0]


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 400), st.integers(0, 2)), min_size=1, max_size=30),
    st.integers(1, 300),
    st.lists(st.integers(0, 1500), max_size=4),
)
def test_fresh_time_against_every_millisecond(reports: list[tuple[int, int, int]], limit_ms: int, looks_ms: list[int]) -> None:
    """The sum over any looks in between is the number of milliseconds in which the newest report was fresh."""
    arrivals = sorted((t + delay, t, v) for t, delay, v in reports)
    knowledge = Knowledge([limit_ms])
    total = np.zeros(3, np.int64)
    row = 0
    for look in [*sorted(looks_ms), 2000]:
        due = [one for one in arrivals[row:] if one[0] <= look]
        row += len(due)
        if due:
            knowledge.learn(seen(*due))
        fresh = knowledge.fresh_us(look)[0]
        total[: fresh.size] += fresh[:3]
    expected = np.zeros(3, np.int64)
    for now in range(2000):
        for v in range(3):
            newest = max((t for arrival, t, who in arrivals if who == v and arrival <= now), default=None)
            expected[v] += newest is not None and now - newest < limit_ms
    assert total.tolist() == expected.tolist()


def test_mean_age_of_a_periodic_source() -> None:
    """Reports every T = 100 ms that arrive D = 30 ms later: the age runs from D to D + T, on average D + T / 2 (Kaul 2012)."""
    knowledge = Knowledge([])
    ages = []
    for now in range(0, SECOND, 1000):
        if now % 100_000 == 30_000:
            knowledge.learn(seen((now, now - 30_000, 0)))
        if now >= 30_000:
            ages.append(int(knowledge.age_us(np.array([0], np.int32), now, nothing())[0]))
    assert np.mean(ages[: len(ages) // 100 * 100]) == pytest.approx(80_000, rel=0.01)


def test_lists_come_out_as_they_went_in_and_old_ones_do_not() -> None:
    """Ten devices, 500 scans, arrival in disorder: every list that is not too old comes out once, with its own objects."""
    contents = Contents(10, 5 * SECOND)
    arrivals = Arrivals(contents)
    rng = np.random.default_rng(5)
    due: list[tuple[int, int, int]] = []
    found: list[tuple[int, int, int, int]] = []
    for scan in range(500):
        t_us = scan * 100_000
        chosen = [d for d in range(10) if rng.random() < 0.8]
        contents.put(lists(t_us, *((d, [100 * d + i for i in range(int(rng.integers(0, 60)))]) for d in chosen)))
        due += [(t_us + int(rng.integers(0, 6 * SECOND)), d, t_us) for d in chosen]
        late, who, when = (np.array(column) for column in zip(*due[-len(chosen) :], strict=True))
        arrivals.deliver(who, when, late)
        out = arrivals.take(t_us)
        assert (np.diff(out.arrival_us) >= 0).all()
        found += zip(out.arrival_us.tolist(), out.device.tolist(), out.t_us.tolist(), out.vehicle.tolist(), strict=True)
    assert found
    assert all(d == v // 100 for _, d, _, v in found)
    assert len(set(found)) == len(found)
    told = {(arrival, d, t) for arrival, d, t, _ in found}
    expected = {one for one in due if one[0] <= 499 * 100_000 and one[0] - one[2] <= 5 * SECOND}
    assert told <= expected
    assert len(told) > 0.9 * len(expected)  # the rest were empty lists


def test_what_has_arrived_and_was_not_learnt_counts_for_its_age() -> None:
    """A look between two steps: what came by then counts, what came later does not, and nothing is taken away."""
    contents = Contents(1, 60 * SECOND)
    arrivals, knowledge = Arrivals(contents), Knowledge([])
    for t_us, arrival_us in ((0, 30_000), (100_000, 130_000), (200_000, 230_000)):
        contents.put(lists(t_us, (0, [5])))
        arrivals.deliver(np.array([0]), np.array([t_us]), np.array([arrival_us]))
    knowledge.learn(arrivals.take(100_000))
    vehicle = np.array([5, 6], np.int32)
    assert knowledge.age_us(vehicle, 137_000, arrivals.peek(137_000)).tolist() == [37_000, -1]
    assert knowledge.age_us(vehicle, 129_000, arrivals.peek(129_000)).tolist() == [129_000, -1]
    assert arrivals.take(SECOND).t_us.tolist() == [100_000, 200_000]
