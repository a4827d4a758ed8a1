"""Side streets of a main road with random traffic: how many find a gap, against the gap formula of the HCM."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from tests.traffic.networks import build
from tests.verification.capacity_formulas import two_way_stop_capacity_vph
from tests.verification.lab import Lab, poisson_s

from twin.roadnet.road_network import RoadNetwork

MAJOR, BEHIND, MINOR, ACROSS = range(4)
SINCE_S, UNTIL_S = 300.0, 3900.0
LANES = 3
GAPS_S = {"right": (6.2, 3.3), "straight": (6.5, 4.0)}
"""Critical headway and follow-up time, HCM 2010, exhibits 19-10 and 19-11: the defaults of ``driving.right_of_way``."""


def crossing() -> RoadNetwork:
    """Return a one-way main road eastwards of three lanes and a one-lane side road from the south that goes on northwards."""
    nodes = [(0.0, 0.0), (1500.0, 0.0), (2300.0, 0.0), (1500.0, -600.0), (1500.0, 600.0)]
    edges = [(0, 1, LANES), (1, 2, LANES), (3, 1, 1), (1, 4, 1)]
    network = build(nodes, edges, entries=[0, 2], exits=[1, 3], junctions=[(1, False)])
    return dataclasses.replace(network, edge_highway=("primary", "primary", "residential", "residential"))


@cache
def measured(turn: str, major_vph: float) -> tuple[float, npt.NDArray[np.float64]]:
    """Return how many of an endless queue pass the side road's line in an hour, and the headways (s) they have to give way to.

    Going straight one crosses all lanes; turning right one joins the lane at the kerb, and only its traffic counts (HCM 2010,
    exhibit 19-8: the flow of the lane that is entered).
    """
    way = (MINOR, BEHIND) if turn == "right" else (MINOR, ACROSS)
    seed = round(major_vph)
    wanted = [(float(t), (MAJOR, BEHIND)) for t in poisson_s(major_vph / 3600.0, UNTIL_S, seed)]
    lab = Lab(crossing(), wanted + [(3.0 * i, way) for i in range(round(UNTIL_S / 3.0))])
    lanes = lab.graph.edge_lane[MAJOR] + np.arange(1 if turn == "right" else LANES)
    left = lab.engine.roads.lanes.left
    lab.run(SINCE_S)
    before = lab.passed(MINOR)
    passed_s: list[float] = []
    last = int(left[lanes].sum())

    def watch(t_s: float) -> None:
        nonlocal last
        now = int(left[lanes].sum())
        passed_s.extend([t_s] * (now - last))
        last = now

    lab.run(UNTIL_S, watch)
    return (lab.passed(MINOR) - before) * 3600.0 / (UNTIL_S - SINCE_S), np.diff(passed_s)


@pytest.mark.parametrize("major_vph", [300.0, 600.0, 900.0])
@pytest.mark.parametrize("turn", ["right", "straight"])
def test_a_side_road_has_the_capacity_of_the_manual(turn: str, major_vph: float, record_property) -> None:
    """With Poisson traffic on three main lanes: HCM's capacity from the main traffic that was counted, within 15 %."""
    found_vph, headways_s = measured(turn, major_vph)
    critical_s, follow_up_s = GAPS_S[turn]
    capacity_vph = two_way_stop_capacity_vph(3600.0 / headways_s.mean(), critical_s, follow_up_s)
    record_property("two_way_stop_ratio", found_vph / capacity_vph)
    assert found_vph == pytest.approx(capacity_vph, rel=0.15)


@pytest.mark.parametrize("major_vph", [300.0, 600.0, 900.0])
def test_headways_over_three_lanes_are_nearly_exponential(major_vph: float) -> None:
    """As the formula assumes: the share of headways over any length up to 20 s is that of a Poisson process, to 0.1."""
    _, headways_s = measured("straight", major_vph)
    for length_s in np.arange(0.5, 20.0, 0.5):
        expected = np.exp(-length_s / headways_s.mean())
        assert (headways_s > length_s).mean() == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("major_vph", [300.0, 600.0, 900.0, 1500.0])
@pytest.mark.parametrize("turn", ["right", "straight"])
def test_a_side_road_uses_the_gaps_there_are(turn: str, major_vph: float, record_property) -> None:
    """Gap by gap, without assuming Poisson traffic: floor((gap - critical) / follow-up) + 1 pass, within 15 % in an hour."""
    found_vph, headways_s = measured(turn, major_vph)
    critical_s, follow_up_s = GAPS_S[turn]
    fit = (np.floor((headways_s - critical_s) / follow_up_s) + 1.0)[headways_s >= critical_s]
    fit_vph = float(fit.sum() / headways_s.sum()) * 3600.0
    record_property("gap_by_gap_ratio", found_vph / fit_vph)
    assert found_vph == pytest.approx(fit_vph, rel=0.15)
