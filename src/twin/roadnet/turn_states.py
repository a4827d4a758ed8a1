"""Turns with a memory: where courses of several edges are forbidden, an edge alone does not say where one may drive on.

States are edges, and copies of edges that stand for "arrived over the beginning of a forbidden course" (an automaton after Aho
and Corasick, Communications of the ACM 18(6), 1975, over the edge graph). Without forbidden courses, states are edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.roadnet.road_network import Ints


@dataclass(frozen=True, slots=True)
class TurnStates:
    """A graph of states. The first states are the edges by number: on them with nothing behind that matters."""

    edge: Ints
    """(states,): the edge on which one is."""
    offset: Ints
    """(states + 1,): from state ``s`` one may drive on to ``following[offset[s]:offset[s + 1]]``."""
    following: Ints
    """States."""


def turn_states(offset: Ints, following: Ints, forbidden: Sequence[tuple[int, ...]]) -> TurnStates:
    """Return the states of turns (``offset``, ``following`` by edge) in which no course of ``forbidden`` can be driven."""
    edges = offset.size - 1
    if not forbidden:
        return TurnStates(np.arange(edges, dtype=np.int32), offset, following)
    whole = set(forbidden)
    begun = sorted({course[:length] for course in forbidden for length in range(2, len(course))})
    number = {course: edges + i for i, course in enumerate(begun)}
    first = {course[0] for course in forbidden}
    after: list[list[int]] = []
    for course in [*((edge,) for edge in range(edges)), *begun]:
        turns = following[offset[course[-1]] : offset[course[-1] + 1]].tolist()
        if len(course) == 1 and course[0] not in first:
            after.append(turns)
            continue
        states = (_state((*course, edge), whole, number) for edge in turns)
        after.append([state for state in states if state is not None])
    return TurnStates(
        edge=np.array([*range(edges), *(course[-1] for course in begun)], np.int32),
        offset=np.concatenate(([0], np.cumsum([len(states) for states in after]))).astype(np.int32),
        following=np.array([state for states in after for state in states], np.int32),
    )


def _state(course: tuple[int, ...], whole: set[tuple[int, ...]], number: dict[tuple[int, ...], int]) -> int | None:
    """Return the state at the end of a course: the longest end of it that begins a forbidden one; None when it holds one."""
    ends = [course[begin:] for begin in range(len(course) - 1)]
    if any(end in whole for end in ends):
        return None
    return next((number[end] for end in ends if end in number), course[-1])
