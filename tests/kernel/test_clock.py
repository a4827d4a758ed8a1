"""The clock: one order of work at each instant, integer microseconds without drift."""

from __future__ import annotations

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from twin.kernel.clock import Phase, every, in_phase
from twin.units import to_s, to_us


@given(st.permutations(list(Phase)))
def test_phases_of_one_instant_keep_their_order(created: list[Phase]) -> None:
    """Control, traffic, sensors, links, platform, recorder, segment - however the processes were created."""
    env = simpy.Environment()
    seen: list[tuple[int, Phase]] = []
    for phase in created:
        env.process(every(env, 50_000, phase, lambda t_us, phase=phase: seen.append((t_us, phase))))
    env.run(until=100_001)
    assert seen == [(t_us, phase) for t_us in (0, 50_000, 100_000) for phase in Phase]


def test_ordinary_events_come_before_every_phase_of_their_instant() -> None:
    """A timeout's work at an instant is done before the control phase of that instant."""
    env = simpy.Environment()
    seen = []
    env.process(every(env, 1_000, Phase.CONTROL, lambda t_us: seen.append(("control", t_us))))

    def command():
        yield env.timeout(2_000)
        seen.append(("timeout", env.now))

    env.process(command())
    env.run(until=2_001)
    assert seen[-2:] == [("timeout", 2_000), ("control", 2_000)]


def test_equal_phases_keep_the_order_of_creation() -> None:
    """At one instant and phase, the process created first works first."""
    env = simpy.Environment()
    seen = []
    for name in "abc":
        env.process(every(env, 10, Phase.SENSORS, lambda _, name=name: seen.append(name)))
    env.run(until=21)
    assert "".join(seen) == "abc" * 3


def test_rates_meet_at_every_common_instant_over_an_hour() -> None:
    """20 Hz and 10 Hz meet at each of the 10 Hz instants for an hour: integers do not drift as float seconds do."""
    env = simpy.Environment()
    slow, fast = [], []
    hours = 1
    env.process(every(env, to_us(0.1), Phase.TRAFFIC, slow.append))
    env.process(every(env, to_us(0.05), Phase.SENSORS, fast.append))
    env.run(until=to_us(hours * 3600.0))
    assert set(slow) <= set(fast)
    assert all(type(t_us) is int for t_us in slow + fast)
    assert len(slow) == hours * 36_000


def test_the_first_step_waits_for_its_time() -> None:
    """``first_us`` is the instant of the first step."""
    env = simpy.Environment()
    seen = []
    env.process(every(env, 100, Phase.CONTROL, seen.append, first_us=250))
    env.run(until=500)
    assert seen == [250, 350, 450]


def test_the_first_step_is_an_instant_not_a_delay() -> None:
    """In a clock that stands at 100 already, as of a run gone on with, the steps are those of a clock from 0."""
    env = simpy.Environment(initial_time=100)
    seen = []
    env.process(every(env, 100, Phase.CONTROL, seen.append, first_us=250))
    env.run(until=500)
    assert seen == [250, 350, 450]


def test_the_past_is_refused() -> None:
    """An event cannot be laid into the past."""
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        in_phase(simpy.Environment(), -1, Phase.CONTROL)


@given(st.integers(0, 10**15))
def test_microseconds_survive_the_way_over_seconds(t_us: int) -> None:
    """Whole microseconds come back from seconds unchanged, up to 30 years (a double has 53 bits)."""
    assert to_us(to_s(t_us)) == t_us
