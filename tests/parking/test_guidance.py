"""Guidance: who is told what, and who is sent where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parking.watched import HOUR_US, SECOND_US, Rows, Watched, place

from twin.parking.bay_sensor_spec import GeomagneticSpec
from twin.parking.facilities import Facilities
from twin.parking.guidance import Guided
from twin.parking.guidance_spec import GuidanceSpec, SignsSpec
from twin.parking.guiding import build_guidance, guidance_processes
from twin.parking.information import ANY_BAY, REFUSED
from twin.parking.occupancy import Occupancy
from twin.parking.sensing_spec import ParkingSensorsSpec, SensorRuleSpec
from twin.parking.unseen import Unseen

SURE = GeomagneticSpec(
    kind="geomagnetic", cover_share=0.0, missed_share=0.0, lane_false_share=0.0, battery_mah=None, heartbeat_s=1e5
)


def _ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def _perfect(facilities: Facilities, taken: Sequence[int] = (), **spec: object) -> tuple[Guided, Occupancy, Rows]:
    occupancy, rows = Occupancy(facilities), Rows()
    _fill(occupancy, taken)
    chosen = GuidanceSpec(**{"information": "perfect", "app_share": 1.0, "signs": None} | spec)
    guided = build_guidance(chosen, occupancy, None, Unseen(facilities, 1), rows, 1)
    assert guided is not None
    return guided, occupancy, rows


def _fill(occupancy: Occupancy, bays: Sequence[int]) -> None:
    for bay in bays:
        occupancy.claim(bay, 1000 + bay)
        occupancy.take(0, bay, 1000 + bay)


def _believed(guided: Guided, t_us: int, trip: int, facility: int = 0, away_m: float = 1e4):
    return guided.believed(t_us, _ints(trip), _ints(facility), _ints(t_us), np.array([away_m]))


def test_nobody_is_guided_without_guidance() -> None:
    """Neither without the key nor with information none."""
    facilities = place()
    for spec in (None, GuidanceSpec(information="none")):
        assert build_guidance(spec, Occupancy(facilities), None, Unseen(facilities, 1), Rows(), 1) is None
    with pytest.raises(ValueError, match="needs sensors"):
        build_guidance(GuidanceSpec(), Occupancy(facilities), None, Unseen(facilities, 1), Rows(), 1)


@settings(max_examples=25)
@given(
    kerbs=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    steps=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 2), st.sampled_from(["go", "park", "away"])), max_size=60),
    reserve=st.booleans(),
)
def test_perfect_information_never_sends_two_to_one_bay(*, kerbs: list[int], steps, reserve: bool) -> None:
    """Whoever sets out, parks and turns away in whatever order: bays that drivers were sent to are different, and were free."""
    facilities = place(kerbs=kerbs)
    guided, occupancy, _ = _perfect(facilities, reserve=reserve, hold_s=20.0, no_show_share=0.5)
    under_way: dict[int, tuple[int, int]] = {}
    for second, (trip, where, act) in enumerate(steps):
        t_us, facility = second * SECOND_US, where % len(kerbs)
        under_way = {who: one for who, one in under_way.items() if guided.reservations.of(who) or one[0] == ANY_BAY}
        if act == "go" and trip not in occupancy.vehicle:
            _believed(guided, t_us, trip, facility)
            bay = int(guided.set_out(t_us, _ints(trip), _ints(facility), _ints(t_us + 10 * SECOND_US))[0])
            assert bay != REFUSED  # alone at its instant, a driver is told what holds
            under_way[trip] = bay, facility
            if bay != ANY_BAY:
                assert occupancy.vehicle[bay] < 0
        elif act == "park" and trip in under_way:
            bay, facility = under_way.pop(trip)
            bay = bay if bay != ANY_BAY and occupancy.claim(bay, trip) else occupancy.claim_any(facility, trip)
            if bay >= 0:
                occupancy.take(t_us, bay, trip)
            guided.ended(t_us, _ints(trip), np.array([bay >= 0]))
        elif act == "away" and trip in under_way:
            del under_way[trip]
            guided.ended(t_us, _ints(trip), np.array([False]))
        sent = [bay for who, (bay, _) in under_way.items() if bay != ANY_BAY and guided.reservations.of(who)]
        assert len(sent) == len({*sent})


def test_the_last_space_is_offered_to_one_of_those_who_choose_at_once() -> None:
    """Two drivers are told of the same free bay at one instant; the second who sets out is refused, and chooses again."""
    facilities = place(kerbs=(4, 4))
    guided, occupancy, rows = _perfect(facilities)
    _fill(occupancy, range(3))
    both, t_us = _ints(1, 2), 5 * SECOND_US
    belief = guided.believed(t_us, both, _ints(0, 0), both * 0 + t_us, np.array([100.0, 100.0]))
    assert belief.free.tolist() == [1.0, 1.0]
    assert belief.age_s.tolist() == [0.0, 0.0]
    assert guided.set_out(t_us, both, _ints(0, 0), both * 0 + t_us).tolist() == [3, REFUSED]
    assert [row["outcome"] for row in rows.of("parking_guidance")] == ["refused"]
    again = _believed(guided, t_us, 2)
    assert (again.free[0], again.chance[0]) == (0.0, 0.0)
    assert guided.set_out(t_us, _ints(2), _ints(0), _ints(t_us)).tolist() == [ANY_BAY]  # knowing that there is none


def test_a_kept_place_is_nobody_elses_and_is_given_back() -> None:
    """With reserve, others may not take it; it ends with parking, turning away, or its time."""
    facilities = place(kerbs=(), inside=(2,))
    for outcome, parked, after_s in (("parked", True, 1.0), ("turned_away", False, 1.0), ("expired", None, 900.0)):
        guided, _, rows = _perfect(facilities, reserve=True, no_show_share=0.0)
        assert guided.set_out(0, _ints(1), _ints(0), _ints(0)).tolist() == [ANY_BAY]
        assert (guided.kept(0, 0, 2), guided.kept(0, 0, 1)) == (1, 0)
        t_us = int(after_s * SECOND_US)
        if parked is not None:
            guided.ended(t_us, _ints(1), np.array([parked]))
        assert guided.kept(t_us, 0, 2) == 0
        (row,) = rows.of("parking_guidance")
        assert (row["outcome"], row["ended_us"], row["source"]) == (outcome, t_us, "app")
    guided, _, _ = _perfect(facilities, reserve=False)
    guided.set_out(0, _ints(1), _ints(0), _ints(0))
    assert guided.kept(0, 0, 2) == 0
    assert _believed(guided, 0, 2).free[0] == 1.0  # yet who comes next reckons with it


def test_a_bay_that_is_kept_is_left_alone() -> None:
    """Only with reserve, and not by its holder."""
    for reserve in (True, False):
        guided, _, _ = _perfect(place(kerbs=(2,)), reserve=reserve)
        bay = int(guided.set_out(0, _ints(1), _ints(0), _ints(0))[0])
        assert (guided.keeps(bay, 2), guided.keeps(bay, 1), guided.keeps(1 - bay, 2)) == (reserve, False, False)


def test_no_shows_keep_their_place_until_its_time_is_over() -> None:
    """A user who does not cancel blocks the space for as long as it is kept."""
    guided, _, rows = _perfect(place(kerbs=(), inside=(2,)), reserve=True, no_show_share=1.0, hold_s=100.0)
    guided.set_out(0, _ints(1), _ints(0), _ints(0))
    guided.ended(10 * SECOND_US, _ints(1), np.array([False]))
    assert guided.kept(99 * SECOND_US, 0, 2) == 1
    assert guided.kept(100 * SECOND_US, 0, 2) == 0
    assert [row["outcome"] for row in rows.of("parking_guidance")] == ["no_show"]


def test_users_of_the_app_are_nested_over_shares() -> None:
    """Who uses it at a lower share does so at a higher one, and the share is met."""
    facilities, trips = place(), np.arange(20_000)
    few, many = (_perfect(facilities, app_share=share)[0].uses_app(trips) for share in (0.2, 0.5))
    assert not (few & ~many).any()
    assert abs(few.mean() - 0.2) < 3.29 * np.sqrt(0.16 / 20_000)
    assert abs(many.mean() - 0.5) < 3.29 * np.sqrt(0.25 / 20_000)


def test_signs_tell_those_who_are_near() -> None:
    """Drivers without the app read a car park's sign within its range; it is as old as its last renewal."""
    facilities = place(kerbs=(4,), inside=(10,))
    guided, occupancy, _ = _perfect(facilities, app_share=0.0, signs=SignsSpec(range_m=400.0))
    guess = Unseen(facilities, 1).believed(0, _ints(1), _ints(1), _ints(0), np.array([0.0]))
    _fill(occupancy, range(4, 14))
    t_us = 30 * SECOND_US
    far, near = (_believed(guided, t_us, 1, 1, away_m) for away_m in (401.0, 399.0))
    assert (far.chance[0], far.free[0]) == (guess.chance[0], guess.free[0])
    assert (near.chance[0], near.free[0], near.age_s[0]) == (1.0, 10.0, 30.0)
    guided.renew_signs(t_us)
    renewed = _believed(guided, t_us, 1, 1, 399.0)
    assert (renewed.chance[0], renewed.free[0], renewed.age_s[0]) == (0.0, 0.0, 0.0)
    assert np.isinf(_believed(guided, t_us, 1, 0, 10.0).age_s[0])  # kerbs have no signs


def test_reports_come_late_and_hold_only_for_what_is_watched() -> None:
    """A bay that was taken is believed free until its sensor's report has arrived; a kerb without sensors is only guessed."""
    facilities = place(kerbs=(2, 2))
    watched = Watched(ParkingSensorsSpec(rules=(SensorRuleSpec(sensor=SURE, at=("kerb 0",)),)), facilities)
    sensing = watched.start()
    spec = GuidanceSpec(app_share=1.0, signs=SignsSpec())
    guided = build_guidance(spec, watched.occupancy, sensing, Unseen(facilities, 1), watched.rows, 1)
    assert guided is not None
    for process in guidance_processes(watched.env, guided, spec):
        watched.env.process(process)
    watched.park(10 * SECOND_US, 0, 7)
    watched.env.run(until=11 * SECOND_US)
    assert _believed(guided, 11 * SECOND_US, 1).free[0] == 2.0
    assert guided.set_out(11 * SECOND_US, _ints(1), _ints(0), _ints(0)).tolist() == [0]  # it is taken, and nobody knows
    watched.env.run(until=20 * SECOND_US)
    assert _believed(guided, 20 * SECOND_US, 2).free[0] == 0.0  # one taken, one promised
    assert guided.set_out(20 * SECOND_US, _ints(1), _ints(0), _ints(0)).tolist() == [1]
    assert np.isinf(_believed(guided, 20 * SECOND_US, 1, 1).age_s[0])
    assert 0.0 < _believed(guided, 20 * SECOND_US, 1, 0).age_s[0] < 10.0
    watched.env.run(until=HOUR_US)
    guided.finish(HOUR_US)
    assert [row["outcome"] for row in watched.rows.of("parking_guidance")] == ["changed", "expired"]


def test_half_the_sensors_tell_of_the_other_half() -> None:
    """Bays without a sensor are held to be free as often as the watched ones (Laplace's rule)."""
    facilities = place(kerbs=(40,))
    watched = Watched(ParkingSensorsSpec(rules=(SensorRuleSpec(sensor=SURE, density=0.5),)), facilities)
    _fill(watched.occupancy, range(30))
    sensing = watched.start()
    known = sensing.reported.watched
    seen = int((known & ~watched.occupancy.occupied).sum())
    free, _, some = sensing.available.free(0)
    assert 10 < known.sum() < 30
    assert some.all()
    assert free[0] == pytest.approx(seen + (40 - known.sum()) * (seen + 1) / (known.sum() + 2))
    assert {*sensing.available.free_bays(0).tolist()} == {*np.flatnonzero(known & ~watched.occupancy.occupied).tolist()}


def test_a_busy_facility_is_believed_to_fill_up() -> None:
    """With the same spaces free now, the chance on arrival falls where vehicles come fast, and does not with 'now'."""
    facilities = place(kerbs=(), inside=(20, 20))
    chances = {}
    for prediction in ("on_arrival", "now"):
        guided, occupancy, _ = _perfect(facilities, taken=[*range(19), *range(20, 25)], prediction=prediction)
        for number in range(14):  # ten times as many come as usually would
            occupancy.claim(25 + number, number)
            occupancy.take(40 * number * SECOND_US, 25 + number, number)
        guided.step(600 * SECOND_US)
        arrive_us = _ints(1200 * SECOND_US, 1200 * SECOND_US)
        chances[prediction] = guided.believed(600 * SECOND_US, _ints(1, 1), _ints(0, 1), arrive_us, np.array([1e4, 1e4])).chance
    assert chances["now"].tolist() == [1.0, 1.0]
    assert chances["on_arrival"][1] < 0.5
    assert 0.7 < chances["on_arrival"][0] < 1.0
