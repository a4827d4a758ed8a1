"""Right of way at a signalised crossing: who gives way gives way to whoever comes, however the signals change meanwhile."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import simpy
from tests.traffic.helpers import conflicts_shared, traffic_on
from tests.traffic.networks import build, grid
from tests.verification.lab import Lab

from twin.roadnet.road_network import RoadNetwork
from twin.traffic.signal_states import GIVE_WAY, GREEN, RED, YELLOW

EAST, NORTH_IN = (0, 1), (2, 1)
"""Routes: straight on from the west; from the south, a right turn into the same exit."""


@cache
def _crossing() -> RoadNetwork:
    nodes = [(0.0, 0.0), (300.0, 0.0), (600.0, 0.0), (300.0, -300.0), (300.0, 300.0)]
    edges = [(0, 1, 1), (1, 2, 1), (3, 1, 1), (1, 4, 1)]
    return build(nodes, edges, entries=[0, 2], exits=[1, 3], junctions=[(1, True)])


def _front_m(lab: Lab) -> float:
    """Return how far the first car on the western approach is from its stop line."""
    cars = lab.slots_on(0)
    return float(lab.engine.roads.lanes.length[0] - cars.s[0]) if cars.size else 0.0


@pytest.mark.parametrize("left_m", [4.0, 8.0, 12.0, 20.0, 30.0])
def test_a_right_turn_on_red_lets_those_pass_who_can_no_longer_stop_at_yellow(left_m: float) -> None:
    """A car stands and gives way; who it waits for gets yellow ``left_m`` before its line and drives on: they do not meet."""
    lab = Lab(_crossing(), [(0.0, NORTH_IN), *((t_s, EAST) for t_s in np.arange(4.0, 30.0, 2.0))])
    lab.show(0, GREEN)
    lab.show(2, RED)
    lab.run(40.0)
    lab.show(2, GIVE_WAY)
    while _front_m(lab) > left_m:
        lab.run(lab.t_s + 0.1)
    lab.show(0, YELLOW)
    lab.run(lab.t_s + 3.0)
    lab.show(0, RED)
    lab.run(lab.t_s + 60.0)
    assert lab.engine.arrived > 0


@pytest.mark.parametrize("later_s", np.arange(0.0, 8.0, 0.5).tolist())
def test_a_right_turn_on_red_lets_those_pass_who_start_at_green(later_s: float) -> None:
    """A car starts from its line at green; another comes rolling to turn right into its exit: they never meet."""
    lab = Lab(_crossing(), [(0.0, EAST), (1.5, EAST), (40.0, NORTH_IN)])
    lab.show(0, RED)
    lab.show(2, GIVE_WAY)
    lab.run(56.0 + later_s)
    lab.show(0, GREEN)
    lab.run(110.0)
    assert lab.engine.arrived == 3


def test_a_right_turn_on_red_sees_who_drives_on_at_yellow() -> None:
    """On a grid of single lanes 90 m apart, in the first 98 s, nobody turns into the path of somebody who could not stop."""
    traffic = traffic_on(grid(3, 90.0, 1), seconds=180, seed=682, inflow_vph=4000.0, internal_share=0.1)
    env = simpy.Environment()
    traffic.start(env)
    for tenth in range(1, 980):
        env.run(until=tenth * 100_000)
        traffic.step_to(tenth * 100_000)
        assert conflicts_shared(traffic) == [], f"at {tenth / 10} s"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_who_is_under_way_at_the_start_runs_a_red_light(seed: int) -> None:
    """Vehicles placed before a red stop line are slow or far enough to stop there: nobody enters on red in the first 3 s."""
    traffic = traffic_on(grid(3, 90.0, 2), seconds=10, inflow_vph=12_000.0, prefill_s=300.0, seed=seed)
    env = simpy.Environment()
    traffic.start(env)
    roads = traffic.engine.roads
    shown = roads.signal.copy()
    env.run(until=3_000_000)
    traffic.step_to(3_000_000)
    entered = roads.lanes.entered[roads.connector_first :]
    assert int(entered.sum()) > 5
    assert int(entered[(shown == RED) & (roads.signal == RED)].sum()) == 0
