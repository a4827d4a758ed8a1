"""Single sightings beside lists: what vehicles say over the cell network comes out when it arrives, once, as it went in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twin.kernel.records import FrameBatch, ObjectLists
from twin.v2x.platform.contents import Arrivals, Contents, Sightings

SECOND = 1_000_000
FORGOTTEN_US = 10 * SECOND
ONE_LIST = 100
"""Objects of a list are numbered from here on, single sightings from 0."""


def single(*reports: tuple[int, int]) -> Sightings:
    """Return sightings (arrival, vehicle) that nobody's list holds; every other column tells the vehicle."""
    arrival_us, vehicle = (np.array(column, np.int64) for column in zip(*reports, strict=True))
    value, number = vehicle.astype(float), vehicle.astype(np.int32)
    nobody = np.full(vehicle.size, -1, np.int32)
    lane = vehicle.astype(np.int8)
    return Sightings(arrival_us, arrival_us - 7, nobody, number, value, value + 1.0, value + 2.0, value + 3.0, number, lane)


def put_list(contents: Contents, arrivals: Arrivals, t_us: int, arrival_us: int, vehicle: int) -> None:
    """Let a list of one object of device 0 arrive."""
    who, value = np.array([vehicle], np.int32), np.array([float(vehicle)])
    content = ObjectLists(np.array([0, 1]), who, value, value, value, value, who, np.zeros(1, np.int8))
    one = np.ones(1, np.int64)
    contents.put(FrameBatch(t_us, np.zeros(1, np.int32), one, one.astype(np.int32), t_us * one, content))
    arrivals.deliver(np.zeros(1, np.int64), t_us * one, arrival_us * one)


@given(
    st.lists(st.integers(0, 1000), max_size=25),
    st.lists(st.integers(0, 1000), max_size=10),
    st.lists(st.integers(0, 1000), max_size=6),
)
def test_singles_and_lists_come_out_in_the_order_of_arrival(singles: list[int], lists: list[int], looks: list[int]) -> None:
    """Whatever the looks in between: each once, at the first look at or after its arrival, at one instant lists first.

    Reckoned by sorting what is due at each look.
    """
    contents = Contents(1, FORGOTTEN_US)
    arrivals = Arrivals(contents)
    waiting: list[tuple[int, int, int]] = []  # arrival, whether single, vehicle
    for number, arrival in enumerate(lists):
        put_list(contents, arrivals, number, 1000 + arrival, ONE_LIST + number)
        waiting.append((1000 + arrival, 0, ONE_LIST + number))
    for number, arrival in enumerate(singles):
        arrivals.add(single((1000 + arrival, number)))
        waiting.append((1000 + arrival, 1, number))
    for look in [*sorted(1000 + at for at in looks), 3000]:
        due = sorted(one for one in waiting if one[0] <= look)
        waiting = [one for one in waiting if one[0] > look]
        found = arrivals.take(look)
        assert found.arrival_us.tolist() == [arrival for arrival, _, _ in due]
        assert [int(v < ONE_LIST) for v in found.vehicle.tolist()] == [kind for _, kind, _ in due]
        assert sorted(found.vehicle.tolist()) == sorted(vehicle for _, _, vehicle in due)
    assert not waiting


def test_every_column_of_a_single_sighting_stays_its_own() -> None:
    """Beside a list and behind a part that is taken earlier, no row mixes with another's columns."""
    contents = Contents(1, FORGOTTEN_US)
    arrivals = Arrivals(contents)
    arrivals.add(single((300, 3), (100, 1), (900, 9)))
    arrivals.add(single((200, 2)))
    put_list(contents, arrivals, 50, 150, ONE_LIST)
    first, rest = arrivals.take(300), arrivals.take(900)
    assert first.vehicle.tolist() == [1, ONE_LIST, 2, 3]
    assert rest.vehicle.tolist() == [9]
    for found in (first, rest):
        mine = found.vehicle < ONE_LIST
        value = found.vehicle[mine].astype(float)
        assert (found.device[mine] == -1).all()
        assert (found.arrival_us[mine] == 100 * found.vehicle[mine]).all()
        assert (found.t_us[mine] == found.arrival_us[mine] - 7).all()
        assert (found.edge[mine] == found.vehicle[mine]).all()
        assert (found.lane[mine] == found.vehicle[mine]).all()
        columns = (found.s_m, found.speed_mps, found.x_m, found.y_m)
        assert all((column[mine] == value + n).all() for n, column in enumerate(columns))


def test_nothing_to_add_is_nothing() -> None:
    """An instant at which nobody sends over the network leaves no trace."""
    arrivals = Arrivals(Contents(1, FORGOTTEN_US))
    arrivals.add(single((1, 1)))
    arrivals.take(SECOND)
    arrivals.add(Sightings(*(column[:0] for column in single((1, 1)))))
    assert not arrivals.take(2 * SECOND).vehicle.size
