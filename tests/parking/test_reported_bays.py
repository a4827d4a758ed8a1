"""What the platform holds of bays: the newest report counts, silence makes unknown."""

from __future__ import annotations

import numpy as np

from twin.parking.reported_bays import CLOSED, FREE, OCCUPIED, STATES, UNKNOWN, ReportedBays


def _bays(count: int = 3) -> tuple[ReportedBays, list[tuple[int, int, int, int]]]:
    bays = ReportedBays(np.array([0] * (count - 1) + [1], np.int64), 2)
    told: list[tuple[int, int, int, int]] = []
    bays.listeners.append(lambda *change: told.append(change))
    return bays, told


def test_a_report_that_was_overtaken_changes_nothing() -> None:
    """Of two reports the younger one by phenomenon time holds, in whatever order they arrive; both are signs of life."""
    bays, told = _bays()
    assert bays.receive(100, 0, OCCUPIED, 90)
    assert not bays.receive(110, 0, FREE, 80)
    assert bays.state[0] == OCCUPIED
    assert (bays.since_us[0], bays.heard_us[0]) == (90, 110)
    assert bays.receive(120, 0, FREE, 115)
    assert told == [(100, 0, UNKNOWN, OCCUPIED), (120, 0, OCCUPIED, FREE)]


def test_only_watched_bays_fall_silent() -> None:
    """A bay is unknown once nothing was heard for longer than stated, and only once; without a sensor it always was."""
    bays, told = _bays()
    bays.watched[:2] = True
    bays.unknown_after_us[:] = 50
    bays.receive(100, 0, OCCUPIED, 100)
    bays.receive(120, 1, FREE, 120)
    assert bays.forget_silent(150).tolist() == []
    assert bays.forget_silent(151).tolist() == [0]
    assert bays.forget_silent(171).tolist() == [1]
    assert bays.forget_silent(500).tolist() == []
    assert told[-1] == (171, 1, FREE, UNKNOWN)


def test_a_closed_bay_is_closed_until_it_opens() -> None:
    """While it is closed, what its sensor says is kept, and holds when it opens; bays without a sensor stay unknown."""
    bays, told = _bays()
    bays.watched[:2] = True
    both = np.array([0, 1, 2])
    bays.receive(10, 0, FREE, 10)
    assert bays.close(20, both, closed=True).tolist() == [0, 1]
    assert [STATES[state] for state in bays.state] == ["closed", "closed", "unknown"]
    assert not bays.receive(30, 0, OCCUPIED, 30)
    assert bays.state[0] == CLOSED
    assert bays.close(40, both, closed=False).tolist() == [0, 1]
    assert bays.state.tolist() == [OCCUPIED, UNKNOWN, UNKNOWN]
    assert told == [
        *((10, 0, UNKNOWN, FREE), (20, 0, FREE, CLOSED), (20, 1, UNKNOWN, CLOSED)),
        *((40, 0, CLOSED, OCCUPIED), (40, 1, CLOSED, UNKNOWN)),
    ]


def test_facilities_are_counted() -> None:
    """Free bays, known bays, the age of the newest report; infinite where nothing was heard."""
    bays, _ = _bays(4)
    bays.receive(1_000_000, 0, FREE, 900_000)
    bays.receive(3_000_000, 1, OCCUPIED, 900_000)
    free, known, age_s = bays.by_facility(4_000_000)
    assert (free.tolist(), known.tolist(), age_s.tolist()) == ([1.0, 0.0], [2.0, 0.0], [1.0, np.inf])
    assert bays.free_bays(0, 3).tolist() == [0]
