"""Where traffic turns: movements through junctions by direction, and a random walk along the roads by the shares of turns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.rng import uniform4
from twin.roadnet.lane_graph import LEFT, RIGHT, STRAIGHT, U_TURN
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.turn_states import TurnStates
from twin.traffic.signal_phases import end_heading, start_heading

STRAIGHT_DEG: Final = 45.0
"""Turns by less than this are straight on. Assumption: half of a right angle."""

U_TURN_DEG: Final = 150.0
"""Sharper turns to the left are U-turns. Assumption, as in ``roadnet.movements``."""

LONGEST_WALK: Final = 2000
"""Edges after which a walk ends where it is. Assumption: no trip turns so often."""


def turn_of(network: RoadNetwork, edge: int, following: int) -> int:
    """Return RIGHT, STRAIGHT, LEFT or U_TURN by the change of heading from the end of one edge to the beginning of another."""
    turn_rad = math.remainder(start_heading(network, following) - end_heading(network, edge), 2.0 * math.pi)
    turn_deg = math.degrees(turn_rad)
    if abs(turn_deg) >= U_TURN_DEG:
        return U_TURN
    if abs(turn_deg) <= STRAIGHT_DEG:
        return STRAIGHT
    return LEFT if turn_deg > 0.0 else RIGHT


@dataclass(frozen=True, slots=True)
class Movements:
    """Ways from each state outside a junction to the next such state: through a junction, or just on to the next edge."""

    offset: npt.NDArray[np.int64]
    """(states + 1,): the movements from state ``s`` are ``offset[s]:offset[s + 1]``; none from states inside junctions."""
    turn: npt.NDArray[np.int8]
    """(movements,)."""
    path_offset: npt.NDArray[np.int64]
    """(movements + 1,)."""
    path: npt.NDArray[np.int32]
    """States of each movement; the last lies outside a junction."""

    def target(self, movement: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Return the state to which a movement leads."""
        found: npt.NDArray[np.int32] = self.path[self.path_offset[np.asarray(movement) + 1] - 1]
        return found


def movements_of(network: RoadNetwork, states: TurnStates) -> Movements:
    """Return the movements of a network; of several ways to one edge the one with fewest edges."""
    inside = np.zeros(network.edge_count, np.bool_)
    inside[list(network.internal_edges)] = True
    offset, turns, paths = [0], [], []
    for state in range(states.edge.size):
        if not inside[states.edge[state]]:
            for path in _paths(states, inside, state):
                turns.append(turn_of(network, int(states.edge[state]), int(states.edge[path[-1]])))
                paths.append(path)
        offset.append(len(paths))
    return Movements(
        np.array(offset, np.int64),
        np.array(turns, np.int8),
        np.concatenate(([0], np.cumsum([len(path) for path in paths]))).astype(np.int64),
        np.array([state for path in paths for state in path], np.int32),
    )


def _paths(states: TurnStates, inside: npt.NDArray[np.bool_], state: int) -> list[list[int]]:
    found: list[list[int]] = []
    reached = {state}
    level = [[following] for following in states.following[states.offset[state] : states.offset[state + 1]].tolist()]
    while level:
        following_level = []
        for path in level:
            at = path[-1]
            if at in reached:
                continue
            reached.add(at)
            if inside[states.edge[at]]:
                after = states.following[states.offset[at] : states.offset[at + 1]].tolist()
                following_level += [[*path, step] for step in after]
            else:
                found.append(path)
        level = following_level
    return found


def shares_of(movements: Movements, by_turn: npt.ArrayLike, state: int) -> npt.NDArray[np.float64]:
    """Return the share of each movement from a state when turns are shared ``by_turn`` (4,); equal within a turn.

    Turns that are not possible there leave their share to the others; where only turns without a share are possible, they
    share equally.
    """
    turn = movements.turn[movements.offset[state] : movements.offset[state + 1]]
    count = np.bincount(turn, minlength=4)
    weight = np.asarray(by_turn, np.float64)[turn] / count[turn]
    return weight / weight.sum() if weight.sum() > 0.0 else np.full(turn.size, 1.0 / max(turn.size, 1))


@kernel
def walk(
    key: Any, first: Any, state: Any, offset: Any, cumulative: Any, path_offset: Any, path: Any, edge: Any, survive: Any
) -> tuple[Any, Any]:
    """Return the edges of a random walk from ``state``, and whether it came to its end: an exit, or traffic that ends there.

    ``first`` numbers the walk among those of the stream ``key``; ``survive`` (states,) is the share that drives on from each
    state, and ``cumulative`` (movements,) the shares of the movements from each state, summed up.
    """
    edges = np.empty(LONGEST_WALK, np.int32)
    edges[0] = edge[state]
    size, step = 1, 0
    while True:
        goes_on, which, _, _ = uniform4(key, step, first, 0)
        step += 1
        if offset[state + 1] == offset[state] or goes_on >= survive[state]:
            return edges[:size].copy(), True
        movement = offset[state]
        while movement < offset[state + 1] - 1 and which >= cumulative[movement]:
            movement += 1
        for place in range(path_offset[movement], path_offset[movement + 1]):
            if size == LONGEST_WALK:
                return edges[:size].copy(), False
            state = path[place]
            edges[size] = edge[state]
            size += 1
