"""Results of the kinematic-wave theory for one road, a bottleneck, a merge, a diverge and signals, from any diagram.

Sources: M. J. Lighthill, G. B. Whitham, "On kinematic waves II", Proc. R. Soc. A 229 (1955) 317-345 (shocks); C. F. Daganzo,
"The cell transmission model, part II: network traffic", Transportation Research B 29 (1995) 79-93 (demand and supply, merges,
diverges); G. F. Newell, "A simplified theory of kinematic waves in highway traffic", Transportation Research B 27 (1993)
281-313 (triangular diagram); C. F. Daganzo, "A variational formulation of kinematic waves", Transportation Research B 39 (2005)
187-196 (arrivals farther on, for any concave diagram).
The cases are those with which UXsim verifies itself (MIT licence; T. Seo, "UXsim", 2023).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Diagram:
    """A fundamental diagram as a table: flow (veh/s) over density (veh/m), from (0, 0) rising to its capacity, then falling.

    Between its points the flow is linear. Raises ValueError where the densities do not rise or the flow has two humps.
    """

    density_vpm: Floats
    flow_vps: Floats

    def __post_init__(self) -> None:
        top = int(np.argmax(self.flow_vps))
        rising, falling = np.diff(self.flow_vps[: top + 1]), np.diff(self.flow_vps[top:])
        if np.any(np.diff(self.density_vpm) <= 0.0) or np.any(rising < 0.0) or np.any(falling > 0.0):
            raise ValueError("a diagram needs rising densities and one hump of flow")

    @property
    def capacity_vps(self) -> float:
        """Largest flow."""
        return float(self.flow_vps.max())

    @property
    def critical_vpm(self) -> float:
        """Density at the largest flow."""
        return float(self.density_vpm[int(np.argmax(self.flow_vps))])

    @property
    def jam_vpm(self) -> float:
        """Largest density."""
        return float(self.density_vpm[-1])

    def flow_at(self, density_vpm: float) -> float:
        """Return the flow (veh/s) at a density."""
        return float(np.interp(density_vpm, self.density_vpm, self.flow_vps))

    def free_density(self, flow_vps: float) -> float:
        """Return the density below the critical one at which ``flow_vps`` flows; ValueError beyond capacity."""
        top = self._top(flow_vps)
        return float(np.interp(flow_vps, self.flow_vps[: top + 1], self.density_vpm[: top + 1]))

    def congested_density(self, flow_vps: float) -> float:
        """Return the density above the critical one at which ``flow_vps`` flows; ValueError beyond capacity."""
        top = self._top(flow_vps)
        return float(np.interp(flow_vps, self.flow_vps[top:][::-1], self.density_vpm[top:][::-1]))

    def _top(self, flow_vps: float) -> int:
        if not 0.0 <= flow_vps <= self.capacity_vps * (1.0 + 1e-9):
            raise ValueError(f"no state carries {flow_vps:g} veh/s: the capacity is {self.capacity_vps:g}")
        return int(np.argmax(self.flow_vps))


def triangular(free_speed_mps: float, jam_vpm: float, wave_speed_mps: float) -> Diagram:
    """Return Newell's diagram: q = min(u k, w (kappa - k)), capacity u w kappa / (u + w)."""
    critical_vpm = wave_speed_mps * jam_vpm / (free_speed_mps + wave_speed_mps)
    return Diagram(np.array([0.0, critical_vpm, jam_vpm]), np.array([0.0, free_speed_mps * critical_vpm, 0.0]))


def shock_speed_mps(upstream: tuple[float, float], downstream: tuple[float, float]) -> float:
    """Return the speed of the front between two states (density veh/m, flow veh/s): (q2 - q1) / (k2 - k1)."""
    return (downstream[1] - upstream[1]) / (downstream[0] - upstream[0])


def queue_tail_speed_mps(diagram: Diagram, arriving_vps: float, leaving_vps: float) -> float:
    """Return the speed of the tail of the queue before a bottleneck that lets ``leaving_vps`` pass; negative: it grows."""
    free, jam = diagram.free_density(arriving_vps), diagram.congested_density(leaving_vps)
    return shock_speed_mps((free, arriving_vps), (jam, leaving_vps))


def start_wave_mps(diagram: Diagram) -> float:
    """Return the speed of the wave between a standing queue and the flow at capacity that discharges it (negative)."""
    return shock_speed_mps((diagram.jam_vpm, 0.0), (diagram.critical_vpm, diagram.capacity_vps))


@dataclass(frozen=True, slots=True)
class PointQueue:
    """What a bottleneck does to a demand that exceeds it for a while."""

    most_waiting: float
    """Vehicles behind their undelayed time when the peak ends."""
    clear_s: float
    """From the start of the peak until nobody is delayed; infinite when the demand after it is not below capacity."""
    total_delay_s: float
    """Area between the curves of cumulated arrivals and departures."""


def bottleneck(arriving_vps: float, after_vps: float, capacity_vps: float, peak_s: float) -> PointQueue:
    """Return the queue of a demand of ``arriving_vps`` for ``peak_s``, then ``after_vps``, at a capacity in between.

    Cumulated curves (Newell 1993): waiting grows at arriving - capacity, falls at capacity - after; delay is the triangle.
    """
    most = max(arriving_vps - capacity_vps, 0.0) * peak_s
    if most == 0.0:
        return PointQueue(0.0, 0.0, 0.0)
    if after_vps >= capacity_vps:
        return PointQueue(most, float("inf"), float("inf"))
    clear_s = peak_s + most / (capacity_vps - after_vps)
    return PointQueue(most, clear_s, most * clear_s / 2.0)


def counts_farther_on(diagram: Diagram, length_m: float, times_s: Floats, counts: Floats) -> Floats:
    """Return the cumulated vehicles at the end of a road without queues, at the same evenly spaced times as at its beginning.

    N(L, t) = min over earlier instants u of N(0, u) + (t - u) R(L / (t - u)), where R(v) = max over k of q(k) - v k is how many
    can overtake somebody who drives at v (Daganzo 2005, equations 3 to 5). In a concave diagram dense traffic is slower than
    lone cars, so that the head of a platoon spreads out; in Newell's triangle the answer is N(0, t - L / u).
    """
    lag_s = times_s - times_s[0]
    ways = lag_s[lag_s > 0.0]
    speeds = length_m / ways
    overtake = np.max(diagram.flow_vps[None, :] - speeds[:, None] * diagram.density_vpm[None, :], axis=1) * ways
    found = np.zeros(times_s.size)
    for i in range(1, times_s.size):
        found[i] = np.min(counts[:i][::-1] + overtake[:i])
    return found


def served(arrived: Floats, step_s: float, service_vps: Floats) -> Floats:
    """Return the cumulated departures of a queue: N(t + dt) = min(arrived, N(t) + service dt), at the times of ``arrived``."""
    left = np.zeros(arrived.size)
    for i in range(1, arrived.size):
        left[i] = min(arrived[i], left[i - 1] + service_vps[i - 1] * step_s)
    return left


def _middle(a: float, b: float, c: float) -> float:
    return sorted((a, b, c))[1]


def merge_flows(demand_1_vps: float, demand_2_vps: float, supply_vps: float, share_1: float) -> tuple[float, float]:
    """Return the flows of two roads into one of ``supply_vps``; when both queue, the first has ``share_1`` of it.

    Daganzo (1995), equations 10: both demands pass if they fit; else each gets the middle one of its demand, what the other's
    demand leaves, and its share.
    """
    if demand_1_vps + demand_2_vps <= supply_vps:
        return demand_1_vps, demand_2_vps
    first = _middle(demand_1_vps, supply_vps - demand_2_vps, share_1 * supply_vps)
    second = _middle(demand_2_vps, supply_vps - demand_1_vps, (1.0 - share_1) * supply_vps)
    return first, second


def diverge_flows(demand_vps: float, share_1: float, supply_1_vps: float, supply_2_vps: float) -> tuple[float, float]:
    """Return the flows of one lane into two roads when nobody overtakes: one that is full holds up the other's drivers.

    Daganzo (1995), equation 14: q = min(demand, supply_1 / share_1, supply_2 / share_2).
    """
    through = min(demand_vps, *(
        supply_vps / share
        for supply_vps, share in ((supply_1_vps, share_1), (supply_2_vps, 1.0 - share_1))
        if share > 0.0
    ))  # fmt: skip
    return through * share_1, through * (1.0 - share_1)


def signal_delay_s(arriving_vps: float, saturation_vps: float, cycle_s: float, green_s: float, period_s: float) -> float:
    """Return the mean delay (s) of those who arrive evenly during ``period_s`` at a fixed-time signal; no queue before.

    The triangle under each red, r^2 / (2 C (1 - q / s)), and, beyond capacity s g / C, the queue that grows linearly: half of
    (x - 1) period more. Newell, Applications of Queueing Theory (1982), chapter 2; the same as HCM's uniform and deterministic
    overflow delay.
    """
    ratio = green_s / cycle_s
    x = arriving_vps / (saturation_vps * ratio)
    uniform = 0.5 * cycle_s * (1.0 - ratio) ** 2 / (1.0 - min(x, 1.0) * ratio)
    return uniform + 0.5 * max(x - 1.0, 0.0) * period_s


def two_signals_delay_s(
    arriving_vps: float,
    saturation_vps: float,
    between_s: float,
    greens: tuple[Callable[[float], bool], Callable[[float], bool]],
    period_s: float,
    step_s: float = 0.1,
) -> float:
    """Return the mean delay (s) at two signals in a row of those who arrive evenly during ``period_s``.

    ``greens`` tell whether each signal lets pass at an instant; ``between_s`` is the free time from the first to the second.
    Cumulated curves: what leaves the first arrives at the second so much later (Newell 1993); nobody turns off, no queue
    reaches back to the first.
    """
    times_s = np.arange(0.0, 2.0 * period_s + 600.0, step_s)
    wanted = np.minimum(times_s, period_s) * arriving_vps
    shift = round(between_s / step_s)
    arrived = wanted
    for number, green in enumerate(greens):
        service = np.array([saturation_vps * green(float(t)) for t in times_s])
        left = served(arrived, step_s, service)
        if number == 0:
            arrived = np.concatenate([np.zeros(shift), left[: left.size - shift]])
    undelayed = np.concatenate([np.zeros(shift), wanted[: wanted.size - shift]])
    if left[-1] < wanted[-1] - 1e-6:
        raise ValueError("the signals do not serve this demand within the period and ten minutes")
    return float((undelayed - left).sum() * step_s / wanted[-1])


def signalled_grid_times_s(
    length_m: float,
    free_speed_mps: float,
    arriving_vps: tuple[float, float],
    saturation_vps: float,
    greens_s: tuple[float, float],
    period_s: float,
) -> tuple[float, float]:
    """Return the mean times (s) on the approaches of a signal with two streams that take turns, no time lost between them.

    The first signals of a 2 x 2 grid: each stream's free time and its delay.
    """
    cycle_s = sum(greens_s)
    free_s = length_m / free_speed_mps
    first, second = (
        free_s + signal_delay_s(flow, saturation_vps, cycle_s, green_s, period_s)
        for flow, green_s in zip(arriving_vps, greens_s, strict=True)
    )
    return first, second
