"""Small grids with turning traffic and lane changes: nobody overlaps, meets on a conflict point, or is lost, at any step."""

from __future__ import annotations

import pytest
import simpy
from tests.traffic.helpers import traffic_on
from tests.traffic.networks import grid
from tests.verification.invariants import Checker

SECONDS = 600


@pytest.mark.parametrize(
    ("lanes", "signalised"),
    [(1, True), (1, False), (2, True), (2, False), (3, True), (3, False)],
)
def test_nobody_overlaps_or_meets_on_a_grid(lanes: int, signalised: bool) -> None:  # noqa: FBT001
    """Ten minutes on 3 x 3 crossings, twice with other trips."""
    for seed in (1, 2):
        traffic = traffic_on(
            grid(3, 150.0, lanes, signalised=signalised), seconds=SECONDS, seed=seed, inflow_vph=3000.0 * lanes
        )
        checker = Checker(traffic.engine, outside=traffic.left_out)
        traffic.engine.step_to = checker.step_to  # type: ignore[method-assign]
        env = simpy.Environment(initial_time=0)
        traffic.start(env)
        env.run(until=SECONDS * 1_000_000)
        traffic.step_to(SECONDS * 1_000_000)
        assert checker.report() == ""
