"""Shipped scenarios, their traffic alone: nobody overlaps, meets on a conflict point, or is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
import simpy
from tests.traffic.helpers import Unwritten
from tests.verification.invariants import Checker

from twin.roadnet.cache import load_network
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.traffic.process import Traffic
from twin.units import to_us

FILES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))

LONGEST_S = 3600.0
"""Of a scenario of a day the first hour: each step is checked, and a day has 864,000."""

KNOWN = {
    "underpass_storm": "in its hour of rain two vehicles are on one conflict point in 19 of 36,000 steps, first in 13,312: "
    "a fault of the engine, the same before there were underpasses"
}
"""Where the engine is known to fail. Strict: whoever mends it hears of it here."""


def _marks(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(strict=True, reason=KNOWN[name])] if name in KNOWN else []


SCENARIOS = [pytest.param(file, marks=_marks(file.stem), id=file.stem) for file in FILES]


@pytest.mark.slow
@pytest.mark.parametrize("file", SCENARIOS)
def test_a_shipped_scenario_keeps_what_must_hold(file: Path) -> None:
    """Every step is checked, of the whole run or of its first hour."""
    scenario = load_spec(file, Scenario).spec
    if scenario.replay is not None:
        pytest.skip("recorded trajectories are not driven by the engine")
    end_us = to_us(min(scenario.duration_s, LONGEST_S))
    traffic = Traffic(
        load_network(file.parent / scenario.map),
        scenario.demand,
        scenario.signals,
        scenario.seed,
        end_us,
        Unwritten(),
        weather=scenario.weather,
        incidents=scenario.incidents,
        base=file.parent,
    )
    checker = Checker(traffic.engine, outside=traffic.left_out)
    traffic.engine.step_to = checker.step_to  # type: ignore[method-assign]
    env = simpy.Environment(initial_time=0)
    traffic.start(env)
    env.run(until=end_us)
    traffic.step_to(end_us)
    assert checker.report() == ""
    assert checker.found[0] == end_us // traffic.engine.step_us
    assert checker.smallest_gap_m[0] > 0.0
