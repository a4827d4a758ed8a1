"""What is made of readings: alarms with hysteresis, rates, closures and their end, covers that move."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.municipal.alarms import ThreeLevels
from twin.municipal.covers import Covers
from twin.municipal.flood_control import FloodControl
from twin.municipal.gauge_spec import CoverSensorSpec, SettlementGaugeSpec
from twin.municipal.readings import Reading
from twin.municipal.roads_spec import CollapseSpec, CoverSpec, DisplacedSpec, SettlementPointSpec
from twin.municipal.settlement import Rates, Settlement
from twin.municipal.underpass_spec import ClosureSpec

SECOND_US = 1_000_000
PLACE = {"lon_deg": 113.3, "lat_deg": 23.1}


class Kept:
    """A recorder that keeps rows."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def append(self, _table, columns) -> None:
        """Keep a row."""
        self.rows.append({name: None if values is None else values[0] for name, values in columns.items()})


class Heard:
    """Readings that are only written down."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env, self.told = env, []

    def report(self, rows, _quantity, value, true_value, kind="periodic") -> None:
        """Write it down."""
        self.told.append((int(self.env.now), rows.tolist(), value.tolist(), true_value.tolist(), kind))


def test_alarms_rise_and_fall_level_by_level() -> None:
    """Each level is raised once and cleared once below its hysteresis; what the truth does not bear out is not real."""
    kept = Kept()
    levels = ThreeLevels("water_level", (0.1, 0.15, 0.25), 0.02, 0.025, kept, 40)
    for t, (value, true) in enumerate([(0.05, 0.05), (0.26, 0.16), (0.24, 0.2), (0.09, 0.09), (0.05, 0.05)]):
        levels.judge(t, 2, value, true)
    told = [(row["t_us"], row["device"], row["level"], row["state"], row["real"]) for row in kept.rows]
    assert told == [
        (1, 42, "level_1", "raised", True),
        (1, 42, "level_2", "raised", True),
        (1, 42, "level_3", "raised", False),
        (3, 42, "level_3", "cleared", None),
        (3, 42, "level_2", "cleared", None),
        (4, 42, "level_1", "cleared", None),
    ]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.0, 0.4), max_size=40))
def test_alarms_are_raised_and_cleared_by_turns(values: list[float]) -> None:
    """No level is raised twice or cleared unraised, and a higher one never stands without the lower."""
    kept = Kept()
    levels = ThreeLevels("water_level", (0.1, 0.15, 0.25), 0.02, 0.0, kept, 0)
    standing: set[str] = set()
    for t, value in enumerate(values):
        levels.judge(t, 0, value, value)
    for row in kept.rows:
        assert (row["level"] in standing) == (row["state"] == "cleared")
        standing ^= {str(row["level"])}
        assert standing in (set(), {"level_1"}, {"level_1", "level_2"}, {"level_1", "level_2", "level_3"})


def test_an_underpass_closes_late_and_opens_after_a_time_of_low_water() -> None:
    """Closed 60 s after the report that says so; a rise in between begins the wait anew; opened 60 s after the decision."""
    env, done = simpy.Environment(initial_time=0), []
    spec = ClosureSpec(act_after_s=60.0, reopen_after_s=100.0)
    control = FloodControl(env, spec, 2, lambda t_us, number, closed: done.append((t_us // SECOND_US, number, closed)))
    heard = [(10, 0.2), (20, 0.26), (30, 0.3), (100, 0.05), (150, 0.12), (200, 0.05), (290, 0.05), (305, 0.04), (400, 0.3)]
    for at_s, level_m in heard:
        env.run(until=at_s * SECOND_US)
        control.hear(at_s * SECOND_US, 1, level_m)
    env.run(until=1000 * SECOND_US)
    assert done == [(80, 1, True), (365, 1, False), (460, 1, True)]


def test_a_closure_that_is_taken_back_in_time_never_happens() -> None:
    """Who decides otherwise before the barrier is down keeps the road open."""
    env, done = simpy.Environment(initial_time=0), []
    control = FloodControl(env, ClosureSpec(act_after_s=60.0, reopen_after_s=0.0), 1, lambda *what: done.append(what))
    control.hear(0, 0, 0.3)
    control.hear(1, 0, 0.0)
    env.run(until=1000 * SECOND_US)
    assert [closed for _, _, closed in done] == [False]


def test_the_rate_is_that_of_the_ground() -> None:
    """A place that sinks 20 mm a day shows 20 mm a day within three standard errors of the line's slope."""
    point = SettlementPointSpec(name="s", **PLACE, m_per_year=0.0, collapse=CollapseSpec(from_s=0.0, m_per_day=0.02))
    spec = SettlementGaugeSpec(report_s=600.0, window_h=6.0, drift_m_per_k=0.0)
    env = simpy.Environment(initial_time=0)
    heard = Heard(env)
    env.process(Settlement(spec, [point], 3, datetime(2026, 5, 20, 8, tzinfo=UTC), 1).run(env, heard))
    env.run(until=6 * 3600 * SECOND_US)
    rates, found = Rates(6.0), None
    for t_us, rows, value, true, _ in heard.told:
        assert rows == [3]
        found = rates.add(Reading(t_us, t_us, 3, "settlement", value[0], true[0]))
    assert found is not None
    error = 0.000_25 * np.sqrt(12.0 / 36.0) / 0.25
    assert found[0] == pytest.approx(0.02, abs=3.0 * error)
    assert found[1] == pytest.approx(0.02, rel=1e-9)


def test_warmth_shifts_what_a_gauge_reads() -> None:
    """At the warmest hour the pavement is 10 K above the day's mean, twelve hours later as much below."""
    settled = Settlement(SettlementGaugeSpec(), [], 0, datetime(2026, 5, 20, 8, tzinfo=UTC), 1)
    assert settled.warmth_k(6 * 3600 * SECOND_US) == pytest.approx(10.0)
    assert settled.warmth_k(18 * 3600 * SECOND_US) == pytest.approx(-10.0)


def test_a_moved_cover_is_told_at_the_second_look() -> None:
    """Between one and two periods after it was moved, again when it is put back; too short a visit stays unnoticed."""
    moved = (DisplacedSpec(from_s=10.0, until_s=11.0), DisplacedSpec(from_s=100.0, until_s=200.0, tilt_deg=45.0))
    env = simpy.Environment(initial_time=0)
    heard = Heard(env)
    covers = Covers(CoverSensorSpec(measure_s=4.0), [CoverSpec(name="c", **PLACE, displaced=moved)], 7, 1)
    for process in covers.processes(env, heard):
        env.process(process)
    env.run(until=400 * SECOND_US)
    assert [(rows, true, kind) for _, rows, _, true, kind in heard.told] == [([7], [45.0], "event"), ([7], [0.0], "event")]
    assert 104 <= heard.told[0][0] / SECOND_US < 108
    assert 204 <= heard.told[1][0] / SECOND_US < 208
    assert heard.told[0][2][0] == pytest.approx(45.0, abs=2.5)
    slight = CoverSpec(name="c", **PLACE, displaced=(DisplacedSpec(from_s=1.0, until_s=99.0, tilt_deg=5.0),))
    env = simpy.Environment(initial_time=0)
    heard = Heard(env)
    for process in Covers(CoverSensorSpec(), [slight], 0, 1).processes(env, heard):
        env.process(process)
    env.run(until=400 * SECOND_US)
    assert heard.told == []
