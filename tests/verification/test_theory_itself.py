"""The formulas that the engine is held against, against each other and against brute force."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verification.capacity_formulas import (
    signal_capacity_vph,
    two_way_stop_capacity_vph,
    webster_cycle_s,
    webster_delay_s,
)
from tests.verification.idm_theory import (
    Driver,
    equilibrium_diagram,
    equilibrium_flow_vps,
    equilibrium_gap_m,
    jam_density_vpm,
    jam_wave_speed_mps,
)
from tests.verification.kinematic_wave import (
    Diagram,
    bottleneck,
    diverge_flows,
    merge_flows,
    queue_tail_speed_mps,
    shock_speed_mps,
    signal_delay_s,
    signalled_grid_times_s,
    start_wave_mps,
    triangular,
)

from twin.traffic.car_following import free_acceleration, interaction

UXSIM = triangular(20.0, 0.2, 5.0)
"""The road of UXsim's cases: 20 m/s, 0.2 veh/m, reaction time 1 s, so that w = 1 / (1 s x 0.2 veh/m) = 5 m/s."""

# the Intelligent Driver Model in equilibrium


@pytest.mark.parametrize("speed_mps", [0.0, 2.0, 7.0, 13.0])
def test_nobody_accelerates_at_the_equilibrium_gap(speed_mps: float) -> None:
    """The engine's own formulas give no acceleration at the theory's gap, to 1e-12 m/s2."""
    d = Driver()
    gap_m = equilibrium_gap_m(d, speed_mps)
    per_braking = 1.0 / (2.0 * math.sqrt(d.acceleration_mps2 * d.braking_mps2))
    slows = interaction(speed_mps, gap_m, speed_mps, d.acceleration_mps2, per_braking, d.time_gap_s, d.standstill_gap_m)
    free = free_acceleration(speed_mps, 1.0 / d.desired_mps, d.acceleration_mps2, d.braking_mps2)
    assert free - slows == pytest.approx(0.0, abs=1e-12)


def test_the_diagram_is_the_equilibrium() -> None:
    """The table agrees with the formula at any speed (0.1 %), ends at jam density, and has one hump."""
    driver = Driver()
    diagram = equilibrium_diagram(driver)
    assert diagram.jam_vpm == pytest.approx(jam_density_vpm(driver))
    for speed_mps in (1.0, 5.0, 9.0, 12.0):
        density_vpm = 1.0 / (equilibrium_gap_m(driver, speed_mps) + driver.length_m)
        assert diagram.flow_at(density_vpm) == pytest.approx(equilibrium_flow_vps(driver, speed_mps), rel=1e-3)
    best = max(equilibrium_flow_vps(driver, v) for v in np.linspace(0.1, 13.8, 2000))
    assert diagram.capacity_vps == pytest.approx(best, rel=1e-4)
    assert 1700.0 < diagram.capacity_vps * 3600.0 < 2100.0


def test_the_slope_at_the_jam_is_the_wave_speed() -> None:
    """The table's last slope is -(s0 + l) / T, within 1 %."""
    driver = Driver(time_gap_s=1.4)
    diagram = equilibrium_diagram(driver)
    slope = np.diff(diagram.flow_vps)[-1] / np.diff(diagram.density_vpm)[-1]
    assert slope == pytest.approx(jam_wave_speed_mps(driver), rel=0.01)


def test_a_speed_without_equilibrium_is_refused() -> None:
    """At the desired speed the gap is infinite."""
    with pytest.raises(ValueError, match="must lie in"):
        equilibrium_gap_m(Driver(), Driver().desired_mps)


# kinematic waves


def test_the_triangle_of_uxsim() -> None:
    """Capacity 0.8 veh/s at 0.04 veh/m; states on both branches; nothing beyond capacity."""
    assert UXSIM.capacity_vps == pytest.approx(0.8)
    assert UXSIM.critical_vpm == pytest.approx(0.04)
    assert UXSIM.free_density(0.5) == pytest.approx(0.025)
    assert UXSIM.congested_density(0.5) == pytest.approx(0.1)
    assert start_wave_mps(UXSIM) == pytest.approx(-5.0)
    with pytest.raises(ValueError, match="no state carries"):
        UXSIM.free_density(0.9)


def test_two_humps_are_no_diagram() -> None:
    """A flow that falls and rises again, or densities that do not rise, are refused."""
    with pytest.raises(ValueError, match="one hump"):
        Diagram(np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([0.0, 2.0, 1.0, 1.5, 0.0]))
    with pytest.raises(ValueError, match="rising densities"):
        Diagram(np.array([0.0, 1.0, 1.0]), np.array([0.0, 2.0, 0.0]))


@given(arriving=st.floats(0.05, 0.8), leaving=st.floats(0.0, 0.75))
def test_a_shock_conserves_vehicles(arriving: float, leaving: float) -> None:
    """In the frame of the front, as many vehicles come in as go out; a queue grows where more arrive than leave."""
    speed_mps = queue_tail_speed_mps(UXSIM, arriving, leaving)
    free, jam = UXSIM.free_density(arriving), UXSIM.congested_density(leaving)
    assert arriving - speed_mps * free == pytest.approx(leaving - speed_mps * jam, abs=1e-12)
    assert (speed_mps < 0.0) == (arriving > leaving) or arriving == leaving
    assert shock_speed_mps((free, arriving), (jam, leaving)) == speed_mps


@given(arriving=st.floats(0.5, 1.0), after=st.floats(0.0, 0.3), capacity=st.floats(0.35, 0.48), peak_s=st.floats(50.0, 1000.0))
def test_a_bottleneck_delays_as_its_curves_say(arriving: float, after: float, capacity: float, peak_s: float) -> None:
    """Integrating the waiting vehicles step by step gives the same delay and clearing time, within 1 %."""
    found = bottleneck(arriving, after, capacity, peak_s)
    dt = found.clear_s / 20_000
    times = (np.arange(21_000) + 0.5) * dt
    net = np.where(times < peak_s, arriving, after) - capacity
    waiting = np.maximum(np.cumsum(net) * dt, 0.0)
    assert waiting.max() == pytest.approx(found.most_waiting, rel=0.01)
    assert waiting.sum() * dt == pytest.approx(found.total_delay_s, rel=0.01)
    assert waiting[-1] == 0.0


def test_a_bottleneck_that_suffices_delays_nobody() -> None:
    """No queue below capacity; no end of it while the demand stays at capacity."""
    assert bottleneck(0.5, 0.1, 0.5, 100.0).total_delay_s == 0.0
    assert math.isinf(bottleneck(0.8, 0.5, 0.5, 100.0).clear_s)


def test_merges_of_uxsim() -> None:
    """1 : 2 priorities under full demand give q2 = 2 q1 and 0.8 together; a road that wants little gets all it wants."""
    first, second = merge_flows(0.8, 0.8, 0.8, 1.0 / 3.0)
    assert second == pytest.approx(2.0 * first)
    assert first + second == pytest.approx(0.8)
    assert merge_flows(0.2, 0.8, 0.8, 0.5) == pytest.approx((0.2, 0.6))
    assert merge_flows(0.2, 0.3, 0.8, 0.5) == (0.2, 0.3)


@given(d1=st.floats(0.0, 2.0), d2=st.floats(0.0, 2.0), supply=st.floats(0.1, 2.0), share=st.floats(0.0, 1.0))
def test_a_merge_wastes_nothing(d1: float, d2: float, supply: float, share: float) -> None:
    """Nobody gets more than he wants, and together they use the supply or all that is wanted."""
    first, second = merge_flows(d1, d2, supply, share)
    assert -1e-12 <= first <= d1 + 1e-12
    assert -1e-12 <= second <= d2 + 1e-12
    assert first + second == pytest.approx(min(d1 + d2, supply))


def test_a_full_branch_holds_up_the_other() -> None:
    """With a branch closed to half of its demand, both flows halve; with room, all pass."""
    assert diverge_flows(0.8, 0.5, 0.2, 0.8) == pytest.approx((0.2, 0.2))
    assert diverge_flows(0.5, 0.6, 0.8, 0.8) == pytest.approx((0.3, 0.2))
    assert diverge_flows(0.5, 0.0, 0.0, 0.8) == pytest.approx((0.0, 0.5))


@pytest.mark.parametrize("x", [0.3, 0.7, 0.95, 1.3])
def test_the_signal_delay_is_the_area_under_the_queue(x: float) -> None:
    """Cumulated curves stepped through 50 cycles of 90 s (red first) give the formula's delay, within 2 %."""
    cycle_s, green_s, saturation_vps = 90.0, 40.0, 0.5
    arriving_vps = x * saturation_vps * green_s / cycle_s
    cycles, dt = 50, 0.02
    steps = round(cycle_s / dt)
    waiting = area = 0.0
    service = np.where(np.arange(steps) * dt < cycle_s - green_s, 0.0, saturation_vps)
    for _ in range(cycles):
        for rate in service:
            waiting = max(waiting + (arriving_vps - rate) * dt, 0.0)
            area += waiting * dt
    if x > 1.0:  # those still waiting leave at the signal's mean capacity
        area += waiting * waiting / (2.0 * saturation_vps * green_s / cycle_s)
    mean_s = area / (arriving_vps * cycles * cycle_s)
    assert mean_s == pytest.approx(signal_delay_s(arriving_vps, saturation_vps, cycle_s, green_s, cycles * cycle_s), rel=0.02)


def test_a_grid_of_signals_shares_its_time() -> None:
    """Two even streams at 60 : 60 s take the same time; one with more green takes less; both at least the free time."""
    even = signalled_grid_times_s(1000.0, 20.0, (0.3, 0.3), 0.8, (60.0, 60.0), 2000.0)
    assert even[0] == even[1] == pytest.approx(50.0 + 0.5 * 120.0 * 0.25 / (1.0 - 0.3 / 0.8))
    favoured, other = signalled_grid_times_s(1000.0, 20.0, (0.3, 0.3), 0.8, (70.0, 50.0), 2000.0)
    assert 50.0 < favoured < even[0] < other


# formulas of the highway capacity manual and of Webster


@pytest.mark.parametrize(
    ("conflicting_vph", "critical_s", "follow_up_s"), [(400.0, 6.2, 3.3), (900.0, 7.1, 3.5), (1400.0, 4.1, 2.2)]
)
def test_gaps_of_poisson_traffic_let_so_many_pass(conflicting_vph: float, critical_s: float, follow_up_s: float) -> None:
    """Counting who fits into two million drawn gaps gives HCM's capacity, within 2 %.

    A gap g lets n pass for critical + (n - 1) follow-up <= g < critical + n follow-up.
    """
    gaps_s = np.random.default_rng(1).exponential(3600.0 / conflicting_vph, 2_000_000)
    passing = np.floor((gaps_s - critical_s) / follow_up_s) + 1.0
    counted_vph = passing[gaps_s >= critical_s].sum() / gaps_s.sum() * 3600.0
    assert counted_vph == pytest.approx(two_way_stop_capacity_vph(conflicting_vph, critical_s, follow_up_s), rel=0.02)


def test_the_minor_road_without_traffic_on_the_major_one() -> None:
    """The capacity is one vehicle a follow-up time, and the formula tends to it."""
    assert two_way_stop_capacity_vph(0.0, 6.2, 3.6) == 1000.0
    assert two_way_stop_capacity_vph(1e-6, 6.2, 3.6) == pytest.approx(1000.0)
    found = [two_way_stop_capacity_vph(flow, 6.2, 3.3) for flow in range(0, 2000, 100)]
    assert all(more > less for more, less in itertools.pairwise(found))


def _simulated_delay_s(flow_vps: float, saturation_vps: float, cycle_s: float, green_s: float) -> float:
    """Return the mean delay of 150,000 Poisson arrivals, each served as soon as the signal and those before let it."""
    arrivals_s = np.cumsum(np.random.default_rng(2).exponential(1.0 / flow_vps, 150_000))
    red_s, headway_s = cycle_s - green_s, 1.0 / saturation_vps
    free_s = total = 0.0
    for arrival_s in arrivals_s:
        begin = max(arrival_s, free_s)
        within = begin % cycle_s
        if within < red_s:
            begin += red_s - within
        total += begin - arrival_s
        free_s = begin + headway_s
    return float(total / arrivals_s.size)


@pytest.mark.parametrize("x", [0.4, 0.6, 0.8, 0.9])
def test_websters_delay_is_that_of_a_queue(x: float) -> None:
    """A queue of Poisson arrivals at a signal waits as Webster says, within 8 % (his fit, and headways cut by the red)."""
    cycle_s, green_s, saturation_vps = 90.0, 40.0, 0.5
    flow_vps = x * saturation_vps * green_s / cycle_s
    found = _simulated_delay_s(flow_vps, saturation_vps, cycle_s, green_s)
    assert found == pytest.approx(webster_delay_s(flow_vps, saturation_vps, cycle_s, green_s), rel=0.08)


def test_websters_cycle_is_the_one_of_least_delay() -> None:
    """Two even phases: delays at half and at twice the cycle are larger than at Webster's."""
    saturation_vps, lost_s, ratio = 0.5, 10.0, 0.3
    best_s = webster_cycle_s(lost_s, (ratio, ratio))
    assert best_s == pytest.approx(50.0)

    def delay_s(cycle_s: float) -> float:
        return webster_delay_s(ratio * saturation_vps, saturation_vps, cycle_s, (cycle_s - lost_s) / 2.0)

    assert delay_s(best_s) < delay_s(2.0 * best_s)
    assert delay_s(best_s) < delay_s(0.6 * best_s)
    with pytest.raises(ValueError, match="no cycle"):
        webster_cycle_s(10.0, (0.6, 0.5))


def test_a_signal_passes_its_share_of_green() -> None:
    """The capacity is s g / C; beyond it Webster says nothing."""
    assert signal_capacity_vph(1800.0, 45.0, 90.0) == 900.0
    with pytest.raises(ValueError, match="degree of saturation"):
        webster_delay_s(0.5, 0.5, 90.0, 45.0)
