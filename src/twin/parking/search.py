"""How drivers look for a space in traffic: one look a second at all of them.

A driver chooses a facility and drives there. At a car park he leaves the road for the gate; not let in, he comes back and
chooses again. Along the kerb he drives slowly and takes the first free bay in sight that he can brake for. As soon as he enters
the edge of the block face he set out for, he decides where to go if it is in vain, so that nobody has to stop at its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from twin.kernel.records import SpeedAdvice
from twin.parking import drivers as d
from twin.parking.behaviour_spec import SearchSpec
from twin.parking.choice import NOWHERE, Chooser
from twin.parking.circling import Circling
from twin.parking.facilities import Facilities
from twin.parking.information import REFUSED, Information
from twin.parking.kerb_look import free_bays_ahead
from twin.parking.occupancy import Occupancy
from twin.parking.points import points_at
from twin.rng import stream_key, uniform4
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.parkers import Looking, Parkers
from twin.traffic.roads import NONE
from twin.units import US_PER_S, to_us

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PERIOD_US: Final = US_PER_S
"""Time between two looks."""

BRAKING_MPS2: Final = 1.5
"""A driver brakes for a free bay no harder. Assumption: comfortable braking, as in the models of car-following."""

MARGIN_M: Final = 2.0
"""Whoever parks where it is not allowed stops so far ahead of where comfortable braking ends. Choice: some room."""

AHEAD_M: Final = 15.0
"""An entrance that is nearer ahead on the same edge is passed and come round to. Assumption: the way to a stop at the speed of
the search."""

FOR_EVER_US: Final = 1 << 60


class Inside(Protocol):
    """What becomes of drivers off the road."""

    def enter(self, driver: int, facility: int, bay: int) -> None:
        """Let a driver come to the gate of a car park; ``bay``: the one he was sent to."""

    def park(self, driver: int, bay: int) -> None:
        """Let a driver stand in a bay at the kerb, which he has claimed."""

    def wait(self, driver: int, stay_us: int) -> None:
        """Let a driver stand beside the road where it is not allowed, and call ``Search.come_back`` when he wants to go."""


class Search:
    """All who look for a space."""

    def __init__(
        self,
        spec: SearchSpec,
        network: RoadNetwork,
        facilities: Facilities,
        occupancy: Occupancy,
        drivers: d.Drivers,
        chooser: Chooser,
        information: Information,
        parkers: Parkers,
        advise: Callable[[SpeedAdvice], None],
        circling: Circling,
        away: Callable[[int, int], tuple[int, float]],
        seed: int,
    ) -> None:
        """Join the parts. ``away(trip, from_edge)``: edge and place to which one drives who has given up."""
        self.drivers = drivers
        self._spec, self._network, self._facilities, self._occupancy = spec, network, facilities, occupancy
        self._chooser, self._information, self._parkers = chooser, information, parkers
        self._advise, self._circling, self._away = advise, circling, away
        self._block = np.full(network.edge_count, NONE, np.int64)
        at_kerb = facilities.bay_at
        self._block[facilities.bays.edge[at_kerb]] = facilities.bays.facility[at_kerb]
        self._kerb = np.array([one.at_kerb for one in facilities.every])
        self._entry_edge = np.array([one.entry_edge for one in facilities.every], np.int64)
        self._entry_s_m = np.array([one.entry_s_m for one in facilities.every])
        self._patience_us = to_us(spec.patience_s)
        self._illegal_key = stream_key(seed, "parking/illegal")
        self._slow = np.zeros(drivers.count, np.bool_)
        self._back: list[int] = []

    @property
    def on_the_way_back(self) -> tuple[int, ...]:
        """Drivers who are off the road and come back onto it at the next look."""
        return tuple(self._back)

    def step(self, t_us: int, inside: Inside) -> None:
        """Look at everybody at ``t_us``; let those come back who were turned away, and all go where they want to."""
        self._arrive(t_us, inside)
        self._return(t_us)
        look = self._parkers.looking(t_us)
        if not look.count:
            return
        row = self.drivers.rows_of(look.trip)
        self._notice(t_us, row, look)
        self._take_bays(row, look)
        self._lose_patience(t_us, row, look)
        self._decide(t_us, row[self.drivers.asks[row]])
        self._turn(row, look)
        self._mind_speed(t_us, row, look)

    # ---- off the road

    def _arrive(self, t_us: int, inside: Inside) -> None:
        """Let those who came to the end of their way go to a gate, into a bay, or on."""
        drivers, arrived = self.drivers, self._parkers.arrived(t_us)
        for driver, at_us in zip(drivers.rows_of(arrived.trip).tolist(), arrived.t_us.tolist(), strict=True):
            state = int(drivers.state[driver])
            drivers.edge[driver], drivers.s_m[driver] = drivers.end_edge[driver], drivers.end_s_m[driver]
            target = int(drivers.target[driver])
            if state == d.STOPPING:
                drivers.state[driver] = d.PARKED
                inside.park(driver, int(drivers.bay[driver]))
            elif state == d.STANDING:
                self._stand(at_us, driver, inside)
            elif state == d.LEAVING:
                drivers.state[driver] = d.OVER
            elif state != d.OVER:
                if drivers.began_us[driver] == d.NEVER_US:
                    drivers.began_us[driver] = t_us
                drivers.state[driver] = d.SEARCHING
                if target != NOWHERE and not self._kerb[target] and not drivers.astray[driver]:
                    drivers.state[driver] = d.INSIDE
                    inside.enter(driver, target, int(drivers.sent_to[driver]))
                else:
                    self._back.append(driver)

    def _stand(self, at_us: int, driver: int, inside: Inside) -> None:
        """Let a driver go who has stood in the lane until ``at_us``; or stand beside it from then on."""
        drivers, illegal = self.drivers, self._spec.illegal
        stay_us = 0 if illegal is None else to_us(60.0 * illegal.stay_min)
        if illegal is None or illegal.where == "lane":
            drivers.parked_us[driver] = at_us - stay_us
            self.come_back(at_us, driver)
        else:
            drivers.parked_us[driver] = at_us
            inside.wait(driver, stay_us)

    def come_back(self, t_us: int, driver: int) -> None:
        """Let a driver who stood beside the road where it is not allowed drive away."""
        self.drivers.left_us[driver] = t_us
        self._leave(driver)
        self._back.append(driver)

    def turned_away(self, t_us: int, driver: int, facility: int) -> None:
        """Let a driver who is not let in at a car park come back onto the road at the next look."""
        drivers = self.drivers
        drivers.state[driver] = d.SEARCHING
        drivers.asks[driver] = True
        drivers.tried[driver] += 1
        drivers.turned_away[driver] += 1
        self._chooser.fail(driver, facility, t_us)
        self._information.ended(t_us, drivers.trip[driver : driver + 1], np.zeros(1, np.bool_))
        self._back.append(driver)

    def _return(self, t_us: int) -> None:
        """Let those back onto the road who wait for it."""
        if not self._back:
            return
        drivers, driver = self.drivers, np.array(sorted(self._back), np.int64)
        self._back = []
        late = (drivers.state[driver] == d.SEARCHING) & (t_us - drivers.began_us[driver] > self._patience_us)
        for one in driver[late].tolist():
            self._give_up(one)
        self._decide(t_us, driver[drivers.asks[driver]])
        edge, s_m = drivers.edge[driver], drivers.s_m[driver]
        behind = (edge == drivers.end_edge[driver]) & (drivers.end_s_m[driver] < s_m + AHEAD_M)
        routes = self._parkers.ways(edge, drivers.end_edge[driver], behind)
        led = np.array([routes.of(i).size > 0 for i in range(driver.size)], np.bool_)
        for one in driver[~led].tolist():
            # no way leads there: he looks for another place at the next look
            if drivers.state[one] == d.LEAVING:
                drivers.state[one] = d.OVER
            else:
                self._chooser.fail(one, int(drivers.target[one]), t_us)
                drivers.asks[one] = True
                self._back.append(one)
        goes = np.flatnonzero(led)
        if goes.size:
            mine = driver[goes]
            parts = [routes.of(i) for i in goes.tolist()]
            self._parkers.come_back(t_us, drivers.trip[mine], parts, s_m[goes], drivers.end_s_m[mine])
            drivers.astray[mine] = False
            drivers.edge[mine] = NONE

    # ---- on the road

    def _notice(self, t_us: int, row: Ints, look: Looking) -> None:
        """Take note of who has come where: who begins to search, who has passed a block face in vain, who drives in circles."""
        drivers = self.drivers
        before, edge = drivers.edge[row], look.edge.astype(np.int64)
        drivers.edge[row], drivers.s_m[row] = edge, look.s_m
        state = drivers.state[row]
        looking = (state == d.SEARCHING) | (state == d.STOPPING)
        drivers.distance_m[row[looking]] += look.speed_mps[looking] * (PERIOD_US / US_PER_S)
        entered = edge != before
        there = entered & (edge == drivers.end_edge[row]) & ~drivers.astray[row]
        begins = there & (state == d.HEADING)
        drivers.state[row[begins]] = d.SEARCHING
        drivers.began_us[row[begins]] = t_us
        for i in np.flatnonzero(entered & (drivers.state[row] == d.SEARCHING)).tolist():
            driver = int(row[i])
            passed = drivers.passed[driver]
            if passed is None:
                passed = drivers.passed[driver] = set()
            drivers.loops[driver] += int(edge[i]) in passed
            passed.add(int(edge[i]))
            block = int(self._block[before[i]]) if before[i] != NONE else NONE
            if block != NONE and state[i] == d.SEARCHING and self._chooser.thinks_of(driver, block):
                self._chooser.fail(driver, block, t_us)
                drivers.tried[driver] += 1
            target = int(drivers.target[driver])
            if there[i] and (target == NOWHERE or self._kerb[target]):
                if target != NOWHERE:
                    self._chooser.fail(driver, target, t_us)
                drivers.asks[driver] = True

    def _take_bays(self, row: Ints, look: Looking) -> None:
        """Let searching drivers take free bays at the kerb ahead."""
        drivers, bays = self.drivers, self._facilities.bays
        at = np.flatnonzero(self._looks_at_kerb(row, look))
        if not at.size:
            return
        at = at[np.lexsort((-look.s_m[at], look.edge[at]))]
        found = free_bays_ahead(
            look.edge[at].astype(np.int64), look.s_m[at], look.speed_mps[at], drivers.sent_to[row[at]], self._spec.sight_m,
            BRAKING_MPS2, self._facilities.bay_offset, self._facilities.bay_at, bays.s_m, self._occupancy.claimed,
        )  # fmt: skip
        keeps = self._information.keeps
        kept = [bay >= 0 and keeps(bay, trip) for bay, trip in zip(found.tolist(), look.trip[at].tolist(), strict=True)]
        free = (found >= 0) & ~np.array(kept, np.bool_)
        at, found = at[free], found[free]
        if not at.size:
            return
        able = self._parkers.stop_at(look.trip[at], bays.s_m[found])
        for i, bay in zip(at[able].tolist(), found[able].tolist(), strict=True):
            driver = int(row[i])
            self._occupancy.claim(bay, int(look.trip[i]))
            drivers.state[driver] = d.STOPPING
            drivers.bay[driver] = bay
            drivers.end_edge[driver], drivers.end_s_m[driver] = look.edge[i], bays.s_m[bay]
            drivers.asks[driver] = drivers.astray[driver] = False

    def _looks_at_kerb(self, row: Ints, look: Looking) -> Bools:
        """Return who searches on an edge with bays that he thinks of."""
        block = self._block[look.edge]
        may: Bools = (self.drivers.state[row] == d.SEARCHING) & (block != NONE)
        may[may] = self._chooser.think_of(row[may], block[may])
        return may

    def _lose_patience(self, t_us: int, row: Ints, look: Looking) -> None:
        drivers = self.drivers
        late = (drivers.state[row] == d.SEARCHING) & (t_us - drivers.began_us[row] > self._patience_us)
        for i in np.flatnonzero(late).tolist():
            driver, illegal = int(row[i]), self._spec.illegal
            if illegal is not None and uniform4(self._illegal_key, 0, int(look.trip[i]), 0)[0] < illegal.share:
                ahead_m = look.speed_mps[i] ** 2 / (2.0 * BRAKING_MPS2) + MARGIN_M
                stand_s = 60.0 * illegal.stay_min if illegal.where == "lane" else 0.0
                s_m = float(look.s_m[i] + ahead_m)
                if self._parkers.stop_at(look.trip[i : i + 1], np.array([s_m]), stand_s)[0]:
                    drivers.state[driver], drivers.outcome[driver] = d.STANDING, d.ILLEGAL
                    drivers.parked_us[driver] = t_us
                    drivers.end_edge[driver], drivers.end_s_m[driver] = look.edge[i], s_m
                    drivers.asks[driver] = drivers.astray[driver] = False
                    self._information.ended(t_us, drivers.trip[driver : driver + 1], np.zeros(1, np.bool_))
            else:
                self._give_up(driver)
                self._information.ended(t_us, drivers.trip[driver : driver + 1], np.zeros(1, np.bool_))

    def _give_up(self, driver: int) -> None:
        drivers = self.drivers
        only_gates = 0 < drivers.turned_away[driver] == drivers.tried[driver]
        drivers.outcome[driver] = d.BALKED if only_gates else d.GAVE_UP
        self._leave(driver)

    def _leave(self, driver: int) -> None:
        drivers = self.drivers
        edge, s_m = self._away(int(drivers.trip[driver]), int(drivers.edge[driver]))
        drivers.state[driver], drivers.target[driver] = d.LEAVING, NOWHERE
        drivers.end_edge[driver], drivers.end_s_m[driver] = edge, s_m
        drivers.asks[driver], drivers.astray[driver] = False, True

    def _decide(self, t_us: int, driver: Ints) -> None:
        """Let drivers choose where to go next."""
        drivers = self.drivers
        if not driver.size:
            return
        edge, s_m = drivers.edge[driver], drivers.s_m[driver]
        xy_m = points_at(self._network, edge, s_m)
        target, arrive_us = self._chooser.choose(t_us, driver, edge, s_m, xy_m, drivers.attempt[driver])
        drivers.attempt[driver] += 1
        chosen = np.flatnonzero(target != NOWHERE)
        sent = np.full(driver.size, NONE, np.int64)
        sent[chosen] = self._information.set_out(t_us, drivers.trip[driver[chosen]], target[chosen], arrive_us[chosen])
        refused = sent == REFUSED
        for i in np.flatnonzero(refused).tolist():
            self._chooser.fail(int(driver[i]), int(target[i]), t_us)
        driver, target, sent = driver[~refused], target[~refused], sent[~refused]
        drivers.asks[driver] = False
        drivers.target[driver], drivers.sent_to[driver] = target, np.maximum(sent, NONE)
        first = driver[drivers.state[driver] == d.COMING]
        drivers.state[first] = d.HEADING
        there = target != NOWHERE
        drivers.end_edge[driver[there]] = self._entry_edge[target[there]]
        kerb = self._kerb[target[there]]
        end_m = self._network.edge_length_m[self._entry_edge[target[there]]]
        drivers.end_s_m[driver[there]] = np.where(kerb, end_m, self._entry_s_m[target[there]])
        for one in driver[~there].tolist():
            around = self._circling.next_edge(
                int(drivers.trip[one]), int(drivers.attempt[one]), drivers.x_m[one], drivers.y_m[one]
            )
            drivers.end_edge[one], drivers.end_s_m[one] = around, self._network.edge_length_m[around]
        drivers.astray[driver] = True

    def _turn(self, row: Ints, look: Looking) -> None:
        """Send on everybody whose way does not lead yet where he wants to."""
        drivers = self.drivers
        at = np.flatnonzero(drivers.astray[row] & (look.turn_edge != NONE))
        if not at.size:
            return
        driver, begin = row[at], look.turn_edge[at].astype(np.int64)
        end, end_m = drivers.end_edge[driver], drivers.end_s_m[driver]
        target = drivers.target[driver]
        kerb = (target == NOWHERE) | self._kerb[np.maximum(target, 0)]
        first_m = np.where(kerb & (target != NOWHERE), self._entry_s_m[np.maximum(target, 0)], end_m)
        around = (begin == end) & (look.edge[at] == begin) & (first_m < look.s_m[at] + AHEAD_M)
        routes = self._parkers.ways(begin, end, around)
        parts = [routes.of(i) for i in range(at.size)]
        able = self._parkers.redirect(look.trip[at], parts, end_m)
        drivers.astray[driver[able]] = False
        lost = driver[np.array([part.size == 0 for part in parts], np.bool_) & (drivers.state[driver] != d.LEAVING)]
        drivers.asks[lost] = True

    def _mind_speed(self, t_us: int, row: Ints, look: Looking) -> None:
        """Let those drive slowly who look at bays, and the others as they like."""
        wants = self._looks_at_kerb(row, look) | (self.drivers.state[row] == d.STOPPING)
        changed = np.flatnonzero(wants != self._slow[row])
        if changed.size:
            self._slow[row[changed]] = wants[changed]
            speed_mps = np.where(wants[changed], self._spec.speed_mps, np.inf)
            until_us = np.full(changed.size, t_us + FOR_EVER_US, np.int64)
            self._advise(SpeedAdvice(t_us, look.trip[changed].astype(np.int32), speed_mps, until_us))
