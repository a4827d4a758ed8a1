"""The services of a run: whose SPAT has been heard and how long ago, who is warned, what is known of queues and hazards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.traffic.helpers import Unwritten, traffic_on
from tests.traffic.networks import build
from tests.v2x.services.test_signal_advice import crossing

from twin.traffic.ground_truth import GroundTruth
from twin.traffic.process import Traffic
from twin.units import to_us
from twin.v2x.platform.contents import Sightings
from twin.v2x.platform.picture import LAG_US
from twin.v2x.services.platform import Services
from twin.v2x.services.service_spec import HazardWarningSpec, ServicesSpec, SignalAdviceSpec

SECOND_US = 1_000_000
SIGNAL = ServicesSpec(signal_advice=SignalAdviceSpec(compliance=1.0, stale_after_s=2.0))
HAZARD = ServicesSpec(hazard_warning=HazardWarningSpec(compliance=1.0, stopped_s=3.0))


class Air:
    """Direct radio by which those vehicles hear the first roadside unit that ``heard`` names."""

    def __init__(self) -> None:
        """Begin with nobody who hears."""
        self.heard: set[int] = set()
        self.asked: list[int] = []

    def __call__(self, truth: GroundTruth, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and units, and note who listened."""
        self.asked = truth.vehicle[rows].tolist()
        mine = rows[np.isin(truth.vehicle[rows], list(self.heard))]
        return mine, np.zeros(mine.size, np.int64)


def services(spec: ServicesSpec, traffic: Traffic, air: Air | None, *, junction: int | None = None, share: int = 1) -> Services:
    """Return the services where every ``share``-th vehicle has a unit and one roadside unit sends a junction's SPAT."""

    def equipped(truth: GroundTruth) -> np.ndarray:
        return np.asarray(truth.vehicle % share == 0)

    settings = {"equipped": equipped, "broadcast": air, "junction_of_unit": [junction], "everywhere": air is None}
    return Services(spec, traffic, 1, Unwritten(), **settings)


def advised(service: Services, traffic: Traffic, t_us: int) -> set[int]:
    """Return who gets advice at an instant; who needs none at a signal is told infinity and counts."""
    return set(service.advise(t_us, traffic.now(t_us)).vehicle.tolist())


@pytest.fixture
def town() -> tuple[Traffic, int]:
    """Return the crossing at 100 s and the number of the junction that has its signal."""
    traffic = crossing()
    traffic.signals.step(100 * SECOND_US)
    (junction,) = [number for number, one in enumerate(traffic.network.junctions) if one.signalised]
    return traffic, junction


def test_a_spat_serves_who_heard_it_until_it_is_stale(town: tuple[Traffic, int]) -> None:
    """2 s old it is still good, 1 us older it is not; who heard nothing is not advised; each hearing counts by itself."""
    traffic, junction = town
    at_us = 100 * SECOND_US
    near = advised(services(SIGNAL, traffic, None), traffic, at_us)
    assert len(near) >= 3
    here, air = traffic.now(at_us), Air()
    service = services(SIGNAL, traffic, air, junction=junction)

    def after(seconds: float) -> GroundTruth:
        return replace(here, t_us=at_us + to_us(seconds))  # nobody moves, so that only what was heard decides

    def told(seconds: float, more_us: int = 0) -> set[int]:
        return set(service.advise(at_us + to_us(seconds) + more_us, after(seconds)).vehicle.tolist())

    service.send(here)
    assert told(0.0) == set()
    first, second = sorted(near)[:2]
    air.heard = {first}
    service.send(here)
    air.heard = {second}
    service.send(after(0.5))
    assert told(0.5) == {first, second}
    assert told(2.0) == {first, second}
    assert told(2.0, 1) == {second}
    assert told(2.5) == {second}
    assert told(2.5, 1) == set()


@pytest.mark.parametrize("junction", [None, -1], ids=["no signal", "another junction"])
def test_a_unit_tells_of_its_own_junction_alone(town: tuple[Traffic, int], junction: int | None) -> None:
    """A unit at a site without a signal, or at another junction, helps nobody at this one."""
    traffic, here = town
    air = Air()
    service = services(SIGNAL, traffic, air, junction=None if junction is None else here + 1)
    truth = traffic.now(100 * SECOND_US)
    air.heard = set(truth.vehicle.tolist())
    service.send(truth)
    assert advised(service, traffic, 100 * SECOND_US) == set()


def test_only_equipped_vehicles_listen_and_are_advised(town: tuple[Traffic, int]) -> None:
    """Every second vehicle has a unit: nobody else listens to units, nor is served over the cell network."""
    traffic, junction = town
    at_us = 100 * SECOND_US
    truth = traffic.now(at_us)
    even = {number for number in truth.vehicle.tolist() if number % 2 == 0}
    air = Air()
    service = services(SIGNAL, traffic, air, junction=junction, share=2)
    air.heard = set(truth.vehicle.tolist())
    service.send(truth)
    assert set(air.asked) == even
    everybody = advised(services(SIGNAL, traffic, None), traffic, at_us)
    assert advised(service, traffic, at_us) == everybody & even
    assert advised(services(SIGNAL, traffic, None, share=2), traffic, at_us) == everybody & even
    assert everybody - even


def road() -> Traffic:
    """Return two edges of 500 m with vehicles."""
    network = build([(0, 0), (500, 0), (1000, 0)], [(0, 1, 2), (1, 2, 2)], entries=(0,), exits=(1,))
    return traffic_on(network, seconds=100, inflow_vph=900.0)


def standing(t_us: int, edge: int = 1, s_m: float = 100.0) -> Sightings:
    """Return the report of an object that stands, seen at ``t_us``."""
    one, whole, value = np.ones(1), np.array([t_us]), np.array([s_m])
    number = np.array([edge], np.int32)
    return Sightings(whole, whole, number, number, value, 0.0 * one, value, one, number, np.zeros(1, np.int8))


def warnings(service: Services, traffic: Traffic, seconds: range, *, seen: bool = True) -> list[set[int]]:
    """Report the standing object to the cloud every second and return who is warned at each."""
    found = []
    for t_s in seconds:
        if seen:
            service.in_the_cloud.hear(t_s * SECOND_US, standing(t_s * SECOND_US - LAG_US))
        found.append(advised(service, traffic, t_s * SECOND_US))
    return found


def test_a_warning_is_under_way_for_a_period() -> None:
    """Reported from 80 s on, a hazard after 3 s, at 83 s; the first are warned a period later, at 84 s."""
    traffic = road()
    found = warnings(services(HAZARD, traffic, None), traffic, range(80, 90))
    assert [bool(one) for one in found] == [False] * 4 + [True] * 6


def test_what_is_seen_at_the_edge_alone_warns_nobody() -> None:
    """Hazards are found in the regional cloud's picture, not in that of the edge."""
    traffic = road()
    service = services(HAZARD, traffic, None)
    for t_s in range(80, 90):
        service.at_the_edge.hear(t_s * SECOND_US, standing(t_s * SECOND_US - LAG_US))
        assert advised(service, traffic, t_s * SECOND_US) == set()


def test_warnings_are_heard_for_a_second_from_any_unit() -> None:
    """A unit of whatever junction warns who hears it; who heard none for a second is not warned; nobody without a unit is."""
    traffic = road()
    air = Air()
    service = services(HAZARD, traffic, air, share=2)
    warnings(service, traffic, range(80, 86))
    truth = traffic.now(86 * SECOND_US)
    air.heard = set(truth.vehicle.tolist())
    service.send(truth)
    everybody = services(HAZARD, traffic, None)
    full = warnings(everybody, traffic, range(80, 88))
    (now, later) = warnings(service, traffic, range(86, 88))
    assert now == {number for number in full[6] if number % 2 == 0}
    assert now
    assert full[6] - now
    assert later == set()


def test_advice_is_written_as_it_is_given() -> None:
    """Rows of ``guidance``: the vehicles warned, 0.65 of 50 km/h in cm/s, until two seconds later."""
    traffic = road()
    service = services(HAZARD, traffic, None)
    found = warnings(service, traffic, range(80, 86))
    parts = [part for table, part in service._recorder.parts if table == "guidance"]
    last = parts[-1]
    assert set(last["vehicle"].tolist()) == found[-1]
    assert last["service"] == "hazard_warning"
    assert set(last["speed_cmps"].tolist()) == {round(65 * 50 / 3.6)}
    assert set(last["until_us"].tolist()) == {87 * SECOND_US}


def test_the_network_warns_who_has_a_unit() -> None:
    """Everywhere is not everybody: of those who would be warned, the equipped half is."""
    traffic = road()
    full = warnings(services(HAZARD, traffic, None), traffic, range(80, 86))
    half = warnings(services(HAZARD, traffic, None, share=2), traffic, range(80, 86))
    assert half == [{number for number in one if number % 2 == 0} for one in full]
    assert half[-1] != full[-1]
