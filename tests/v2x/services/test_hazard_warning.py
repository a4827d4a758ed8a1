"""Hazard warnings: what counts as a hazard in a picture of reports, who is warned, what the warned do."""

from __future__ import annotations

import numpy as np
from pydantic import TypeAdapter
from tests.traffic.helpers import Unwritten, traffic_on
from tests.traffic.networks import build, grid

from twin.rng import stream_key, uniforms
from twin.traffic.demand import DemandSpec
from twin.traffic.incidents import IncidentSpec
from twin.traffic.process import Traffic
from twin.traffic.signal_spec import SignalsSpec
from twin.v2x.services.hazard_warning import Hazards, HazardWarnings
from twin.v2x.services.service_spec import HazardWarningSpec

SECOND_US = 1_000_000
SPEC = HazardWarningSpec(compliance=1.0)


def road() -> Traffic:
    """Return an empty road of two edges of 500 m."""
    network = build([(0, 0), (500, 0), (1000, 0)], [(0, 1, 2), (1, 2, 2)], entries=(0,), exits=(1,))
    return traffic_on(network, seconds=100, inflow_vph=900.0)


def watch(service: HazardWarnings, rows: list[tuple[int, int, float, float]], seconds: range) -> list[Hazards]:
    """Report (from second, edge, s_m, speed) each second."""
    found = []
    for t_s in seconds:
        here = [row for row in rows if row[0] <= t_s]
        columns = [np.array([row[k] for row in here]) for k in range(1, 4)]
        found.append(service.detect(t_s * SECOND_US, columns[0].astype(np.int32), columns[1], columns[2]))
    return found


def test_a_lone_standing_object_becomes_a_hazard_after_its_time() -> None:
    """Reported from second 3 on, at least 10 s: from second 13 on and not before."""
    found = watch(HazardWarnings(SPEC, road(), 1), [(3, 0, 200.0, 0.2), (0, 0, 100.0, 12.0)], range(20))
    assert [one.edge.size for one in found] == [0] * 13 + [1] * 7
    assert (found[-1].edge[0], found[-1].s_m[0], found[-1].since_us[0]) == (0, 200.0, 3 * SECOND_US)


def test_a_queue_is_none_nor_who_waits_at_the_line() -> None:
    """Standing 28 m behind another, 25 m before the end of the edge, or moving: never a hazard."""
    traffic = road()
    line_m = float(traffic.stop_line_m()[0])
    rows = [(0, 0, line_m - 25.0, 0.0), (0, 0, line_m - 50.0, 0.0), (0, 0, line_m - 78.0, 0.0), (0, 1, 50.0, 1.5)]
    assert all(not one.edge.size for one in watch(HazardWarnings(SPEC, traffic, 1), rows, range(60)))
    rows = [*rows[:3], (0, 0, line_m - 120.0, 0.0)]  # 42 m behind the last: a head of its own
    assert watch(HazardWarnings(SPEC, traffic, 1), rows, range(60))[-1].s_m.tolist() == [line_m - 120.0]


def test_the_time_counts_from_when_nobody_stands_ahead_any_more() -> None:
    """The second of a queue becomes its head at 20 s: a hazard at 30 s, not at once."""
    service = HazardWarnings(SPEC, road(), 1)
    two = [(0, 0, 200.0, 0.0), (0, 0, 207.0 + 12.0, 0.0)]
    watch(service, two, range(1))
    first = watch(service, two, range(1, 20))
    assert first[-1].s_m.tolist() == [219.0]
    then = watch(service, two[:1], range(20, 40))
    assert [200.0 in one.s_m.tolist() for one in then] == [False] * 10 + [True] * 10


def test_noise_and_gaps_of_reports_do_not_matter_and_what_drives_off_is_forgotten() -> None:
    """Places scatter by 2 m, every third report is missing; more than 5 s after the last one, at 38 s, nothing is left."""
    service = HazardWarnings(SPEC, road(), 1)
    noise = uniforms(stream_key(1, "tests/noise"), np.arange(40, dtype=np.int64))[:, 0]
    for t_s in range(40):
        rows = [(0, 0, 250.0 + 4.0 * (noise[t_s] - 0.5), 0.0)] if t_s % 3 else []
        found = watch(service, rows, range(t_s, t_s + 1))[0]
        assert found.edge.size == (t_s >= 11)
    again = HazardWarnings(SPEC, road(), 1)
    again.restore(service.state())
    for one in (service, again):
        later = watch(one, [], range(40, 50))
        assert [hazards.edge.size for hazards in later] == [1] * 4 + [0] * 6


def test_who_is_on_the_way_to_it_is_warned() -> None:
    """Within 300 m before it on his own route, also on the edge before; not behind it, not without reception."""
    traffic = road()
    truth = traffic.now(90 * SECOND_US)
    service = HazardWarnings(SPEC, traffic, 1)
    at = Hazards(np.array([1], np.int32), np.array([100.0]), np.array([0]))
    everybody = np.ones(truth.vehicle.size, np.bool_)
    advice = service.advise(90 * SECOND_US, truth, everybody, at)
    along_m = truth.s_m + 500.0 * (truth.edge == 1)
    near = (along_m < 595.0) & (along_m > 305.0)
    far = (along_m > 605.0) | (along_m < 295.0)
    assert near.sum() >= 3
    assert far.sum() >= 3
    assert set(truth.vehicle[near].tolist()) <= set(advice.vehicle.tolist())
    assert not set(truth.vehicle[far].tolist()) & set(advice.vehicle.tolist())
    assert np.allclose(advice.speed_mps, 0.65 * 50 / 3.6)
    assert service.advise(90 * SECOND_US, truth, ~everybody, at).vehicle.size == 0


def test_the_loop_in_traffic_finds_a_broken_down_vehicle_and_slows_who_comes() -> None:
    """A car breaks down between two crossings: found within 30 s at its place (a car's length), and speeds before it fall."""
    incidents = TypeAdapter(tuple[IncidentSpec, ...]).validate_python(
        [{"kind": "stalled_vehicle", "way": 1, "lane": 0, "from_s": 60, "to_s": 300}]
    )
    network = build([(0, 0), (500, 0), (1000, 0)], [(0, 1, 2), (1, 2, 2)], entries=(0,), exits=(1,))
    demand = {"inflow_vph": 400.0, "inbound_share": 0.0, "outbound_share": 0.0, "internal_share": 0.0, "prefill_s": 0.0}
    speeds = []
    for warned in (False, True):
        traffic = Traffic(
            network, DemandSpec.model_validate(demand | {"shortest_trip_m": 0.0}), SignalsSpec(), 2, 300 * SECOND_US,
            Unwritten(), incidents=incidents,
        )  # fmt: skip
        traffic.engine.step_to(60 * SECOND_US)
        traffic.interventions.stall(traffic.interventions.stalled[0])
        service, near = HazardWarnings(SPEC, traffic, 1), []
        for t_s in range(61, 280):
            truth = traffic.now(t_s * SECOND_US)
            hazards = service.detect(t_s * SECOND_US, truth.edge, truth.s_m, truth.speed_mps)
            if t_s == 90:
                assert abs(hazards.s_m[0] - 250.0) < 5.0
            if warned:
                traffic.advise(service.advise(t_s * SECOND_US, truth, np.ones(truth.vehicle.size, np.bool_), hazards))
            zone = (truth.edge == 0) & (truth.s_m > 100.0) & (truth.s_m < 200.0) & (truth.speed_mps > 3.0)
            near += truth.speed_mps[zone].tolist() if t_s > 100 else []
        speeds.append(float(np.mean(near)))
    assert speeds[1] < 0.8 * speeds[0]


def test_signals_and_queues_alone_raise_few_warnings() -> None:
    """A busy town without any breakdown: warned-of places are under 2 % of the edge-seconds on which somebody stands."""
    traffic = traffic_on(grid(2), seconds=300, inflow_vph=5000.0)
    service, false, standing = HazardWarnings(SPEC, traffic, 1), 0, 0
    for t_s in range(300):
        traffic.signals.step(t_s * SECOND_US)
        truth = traffic.now(t_s * SECOND_US)
        found = service.detect(t_s * SECOND_US, truth.edge, truth.s_m, truth.speed_mps)
        false += found.edge.size
        standing += np.unique(truth.edge[truth.speed_mps < 1.0]).size
    assert standing > 1000
    assert false <= 0.02 * standing
