"""Vehicles that circle for a space add their passes to the flow, one by one, and delay those who only drive through."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import simpy
from tests.traffic.helpers import Unwritten
from tests.traffic.networks import grid

from twin.traffic.demand import DemandSpec
from twin.traffic.gates_and_zones import THROUGH
from twin.traffic.parker_trips import ParkerDemand
from twin.traffic.process import Traffic
from twin.traffic.signal_spec import SignalsSpec
from twin.traffic.vehicles import NEVER

SECOND_US = 1_000_000
END_S = 1200


def _run(loops: int) -> tuple[Traffic, dict[str, Any], dict[str, Any]]:
    """Return ten minutes' traffic in which everybody who ends inside goes round ``loops`` times first; its edges and trips."""
    network = grid(3)
    near = np.ones(network.edge_count, np.bool_)
    near[network.entry_edges] = near[network.exit_edges] = False
    demand = DemandSpec.model_validate(
        {
            "inflow_vph": 2600.0,
            "profile": [{"at_s": 600.0, "factor": 1.0}, {"at_s": 601.0, "factor": 0.0}],
            "inbound_share": 0.4,
            "outbound_share": 0.0,
            "internal_share": 0.0,
            "prefill_s": 0.0,
            "shortest_trip_m": 0.0,
        }
    )
    traffic = Traffic(network, demand, SignalsSpec(), 4, END_S * SECOND_US, Unwritten(), parkers=ParkerDemand(near, 1.0, 0))
    parkers = traffic.parkers
    assert parkers is not None
    env = simpy.Environment()
    traffic.start(env)
    left = dict.fromkeys(parkers.trip.tolist(), loops)
    end = dict(zip(parkers.trip.tolist(), parkers.destination_s_m.tolist(), strict=True))
    for second in range(1, END_S):
        env.run(until=second * SECOND_US)
        look = parkers.looking(second * SECOND_US)
        again = look.last & (look.turn_edge >= 0) & (np.array([left[trip] for trip in look.trip.tolist()]) > 0)
        row = np.flatnonzero(again)
        ways = parkers.ways(look.turn_edge[row], look.edge[row], np.ones(row.size, np.bool_))
        places = [end[trip] for trip in look.trip[row].tolist()]
        taken = parkers.redirect(look.trip[row], [ways.of(i) for i in range(row.size)], places)
        for trip in look.trip[row[taken]].tolist():
            left[trip] -= 1
    assert not any(left.values())
    traffic.log_interval(END_S * SECOND_US)
    traffic.log_trips()
    recorder = traffic._recorder
    assert isinstance(recorder, Unwritten)
    tables = dict(recorder.parts)
    return traffic, dict(tables["edge_state"]), dict(tables["trip"])


@pytest.fixture(scope="module")
def runs() -> list[tuple[Traffic, dict[str, Any], dict[str, Any]]]:
    """Return the same demand without and with cruising."""
    return [_run(loops) for loops in (0, 1, 2)]


def test_every_pass_is_counted_on_its_edge(runs: list[tuple[Traffic, dict[str, Any], dict[str, Any]]]) -> None:
    """On each edge as many vehicles entered and left as routes, with all their rounds, lead over it."""
    added = []
    for traffic, edges, _ in runs:
        rows, routes = traffic.engine.vehicles.all, traffic.engine.vehicles.route_edge
        there = np.flatnonzero(rows.arrive_us != NEVER)
        assert there.size == traffic.begun
        driven = np.concatenate([routes[begin : begin + size] for begin, size in rows[there][["route_begin", "route_size"]]])
        passes = np.bincount(driven, minlength=traffic.network.edge_count)
        entered, left = (np.zeros(passes.size, np.int64) for _ in range(2))
        entered[edges["edge"]], left[edges["edge"]] = edges["entered"], edges["left"]
        assert np.array_equal(entered, passes)
        assert np.array_equal(left, passes)
        added.append(int(passes.sum()))
    assert added[0] < added[1] < added[2]
    cruisers = runs[0][0].parkers
    assert cruisers is not None
    # a round of a block has four edges, and nobody in a grid goes round in fewer
    assert added[2] - added[1] >= 4 * cruisers.trip.size
    assert added[2] - added[1] == pytest.approx(added[1] - added[0], rel=0.2)


def test_cruising_delays_who_drives_through(runs: list[tuple[Traffic, dict[str, Any], dict[str, Any]]]) -> None:
    """The same through trips, paired, take longer the more rounds others make; the flow of the streets is that much higher."""
    delay_s, distance_m = [], []
    for traffic, edges, trip in runs:
        through = np.asarray(trip["purpose"].codes) == THROUGH
        assert not np.ma.getmaskarray(trip["delay_s"])[through].any()
        delay_s.append(np.asarray(trip["delay_s"])[through])
        distance_m.append(float(edges["distance_m"].sum()))
        assert float(np.asarray(trip["route_length_m"]).sum()) == pytest.approx(distance_m[-1], rel=0.02)
        assert traffic.active == 0
    mean_s = [float(one.mean()) for one in delay_s]
    assert mean_s[0] < mean_s[1] < mean_s[2]
    gain_s = delay_s[2] - delay_s[0]
    assert gain_s.mean() > 2.6 * gain_s.std(ddof=1) / np.sqrt(gain_s.size)
    assert distance_m[2] > 1.2 * distance_m[0]
