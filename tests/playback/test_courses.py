"""Values that hold until the next one: what a window is handed tells of every instant in it what the whole course tells."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twin.playback.courses import Course, highest_open
from twin.units import US_PER_S

OWNERS = 3

rows = st.lists(st.tuples(st.integers(0, 12), st.integers(0, OWNERS - 1), st.integers(0, 9)), max_size=30)


def _holding(t_s: list[float], owner: list[int], value: list[int], at_s: float) -> dict[int, int]:
    """Return the last value of each owner at an instant, of rows in the order of time."""
    return {who: one for when, who, one in zip(t_s, owner, value, strict=True) if when <= at_s}


@given(rows, st.integers(0, 12), st.integers(0, 12))
def test_a_window_tells_what_holds_at_each_instant_in_it(
    given_rows: list[tuple[int, int, int]], begin: int, length: int
) -> None:
    """With at most one row of each owner from before, however the rows were ordered at first."""
    columns = np.array(given_rows, np.int64).reshape(-1, 3)
    course = Course.of(columns[:, 0] * US_PER_S, columns[:, 1], value=columns[:, 2])
    ordered = sorted(given_rows, key=lambda row: row[0])
    whole = [list(part) for part in zip(*ordered, strict=True)] if ordered else [[], [], []]
    found = course.window("level", begin * US_PER_S, (begin + length) * US_PER_S)
    t_s, owner, value = found["level_t"].tolist(), found["level_owner"].tolist(), found["level_value"].tolist()
    assert t_s == sorted(t_s)
    before = [who for when, who in zip(t_s, owner, strict=True) if when <= 0.0]
    assert len(before) == len(set(before))
    assert max(t_s, default=0.0) <= length
    for at_s in range(length + 1):
        assert _holding(t_s, owner, value, at_s) == _holding(*whole, begin + at_s)


def test_the_highest_of_what_is_open_is_told_once() -> None:
    """A lower alarm below a higher one changes nothing; when the higher is over the lower shows again."""
    rows = [(1, 0, "a", 2), (2, 0, "b", 1), (3, 1, "a", 4), (4, 0, "a", 3), (5, 0, "a", 0), (6, 0, "c", 0), (7, 0, "b", 0)]
    t_us, owner, level = highest_open(rows)
    assert list(zip(t_us.tolist(), owner.tolist(), level.tolist(), strict=True)) == [
        (1, 0, 2),
        (3, 1, 4),
        (4, 0, 3),
        (5, 0, 1),
        (7, 0, 0),
    ]
    assert highest_open([])[0].size == 0
