"""Gates: who is let in when, who drives on, who loses patience; nobody is lost between them."""

from __future__ import annotations

import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parking.small import facilities

from twin.parking.car_park import CarPark, Why
from twin.parking.facility_spec import GateSpec
from twin.parking.occupancy import Occupancy
from twin.units import US_PER_S


class Seen:
    """Keeps what a car park tells."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.parked_s: dict[int, float] = {}
        self.left_s: dict[int, float] = {}
        self.refused: dict[int, tuple[float, Why]] = {}

    def parked(self, t_us: int, vehicle: int, _bay: int) -> None:
        """Keep."""
        assert vehicle not in self.parked_s
        self.parked_s[vehicle] = t_us / US_PER_S

    def turned_away(self, t_us: int, vehicle: int, _facility: int, why: Why) -> None:
        """Keep."""
        assert vehicle not in self.parked_s
        self.refused[vehicle] = (t_us / US_PER_S, why)

    def left(self, t_us: int, vehicle: int, _bay: int) -> None:
        """Keep."""
        self.left_s[vehicle] = t_us / US_PER_S


def _run(
    capacity: int, gates: GateSpec, visits: list[tuple[float, float]], *, kept: int = 0, **changed
) -> tuple[Seen, Occupancy]:
    """Let vehicles come at (instant, stay) in seconds; return what happened."""
    env, seen = simpy.Environment(initial_time=0), Seen()
    occupancy = Occupancy(facilities(capacity, gates=gates, **changed))
    park = CarPark(
        env, occupancy.facilities.every[0], occupancy, seen, queue_most=100, patience_us=30 * US_PER_S, start_h=23.0,
        kept=lambda *_: kept,
    )  # fmt: skip

    def come(vehicle: int, at_s: float, stay_s: float):
        yield env.timeout(round(at_s * US_PER_S))
        yield from park.visit(vehicle, round(stay_s * US_PER_S))

    for vehicle, (at_s, stay_s) in enumerate(visits):
        env.process(come(vehicle, at_s, stay_s))
    env.run()
    return seen, occupancy


def test_a_vehicle_takes_the_time_of_gates_ways_and_stay() -> None:
    """6 s at the gate, 60 s to the bay, the stay, 60 s back, 6 s at the exit."""
    seen, _ = _run(1, GateSpec(service_s=6.0, to_bay_s=60.0), [(10.0, 100.0)])
    assert seen.parked_s == {0: 76.0}
    assert seen.left_s == {0: 242.0}


def test_vehicles_queue_for_the_gate_and_lose_patience() -> None:
    """One lane of 20 s: the second is let in at 20 s, the third would be at 40 s and leaves at 30 s."""
    gates = GateSpec(service_s=20.0, to_bay_s=0.0, queue_room=4)
    seen, occupancy = _run(9, gates, [(0.0, 1e4), (0.0, 1e4), (0.0, 1e4)])
    assert seen.parked_s == {0: 20.0, 1: 40.0}
    assert seen.refused == {2: (30.0, "waited")}
    assert occupancy.free[0] == 9


def test_who_finds_it_full_closed_or_the_ramp_full_drives_on() -> None:
    """Each for its own reason, at once."""
    gates = GateSpec(service_s=20.0, to_bay_s=0.0, queue_room=1)
    assert _run(1, gates, [(0.0, 1e4), (50.0, 1.0)])[0].refused == {1: (50.0, "full")}
    assert _run(9, gates, [(0.0, 1e4)] * 3)[0].refused == {2: (0.0, "queue")}
    hours = {"open_from_h": 6.0, "open_until_h": 24.0}
    assert _run(9, gates, [(3600.0, 1.0), (3599.0, 1.0)], **hours)[0].refused == {0: (3600.0, "closed")}
    over_midnight = {"open_from_h": 22.0, "open_until_h": 2.0}
    assert _run(9, gates, [(3600.0, 1.0), (3.0 * 3600.0, 1.0)], **over_midnight)[0].refused == {1: (10_800.0, "closed")}


def test_a_space_that_is_kept_is_nobody_elses() -> None:
    """With one of two spaces kept for others, the second vehicle finds none."""
    seen, _ = _run(2, GateSpec(service_s=0.0, to_bay_s=0.0), [(0.0, 1e4), (1.0, 1e4)], kept=1)
    assert seen.refused == {1: (1.0, "full")}


@given(
    st.lists(st.tuples(st.floats(0.0, 300.0), st.floats(0.0, 200.0)), max_size=25),
    st.integers(1, 4),
    st.integers(0, 3),
    st.sampled_from([0.0, 7.0]),
)
@settings(max_examples=50, deadline=None, derandomize=True, database=None)
def test_everybody_is_either_let_in_and_out_or_turned_away(
    visits: list[tuple[float, float]], capacity: int, queue_room: int, service_s: float
) -> None:
    """Nobody is lost, nobody is both, never more than the bays are taken, and all are free in the end."""
    gates = GateSpec(service_s=service_s, to_bay_s=3.0, queue_room=queue_room)
    seen, occupancy = _run(capacity, gates, visits)
    assert seen.parked_s.keys() == seen.left_s.keys()
    assert seen.parked_s.keys() | seen.refused.keys() == set(range(len(visits)))
    assert not seen.parked_s.keys() & seen.refused.keys()
    stays = [(seen.parked_s[vehicle], max(visits[vehicle][1], 1e-6)) for vehicle in seen.parked_s]
    assert all(sum(a <= at < a + stay for a, stay in stays) <= capacity for at, _ in stays)
    assert occupancy.free[0] == capacity
    assert not occupancy.occupied.any()
