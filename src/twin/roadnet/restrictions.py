"""Turn restrictions: what the relations say, and which turns and courses of edges they forbid.

OpenStreetMap's relation ``type=restriction`` (wiki: Relation:restriction). Rules:

* ``restriction``, or the more special ``restriction:motor_vehicle`` or ``restriction:motorcar``, with ``no_*`` or ``only_*``.
* Via a node: the turn from the last piece of the ``from`` way into the first piece of the ``to`` way. Where the ``to`` way
  leaves the node in two directions (it was not split there), the value's word (left, right, straight, u_turn) decides.
* Via ways: the course from, via ..., to as a whole, exactly; other courses over the same ways stay open. ``only_*`` via ways
  binds those who drove from the ``from`` way into the first ``via`` way.
* Ignored and counted: conditional ones and those with hours, those for other vehicles than cars or that except cars,
  incomplete ones (clipped maps), those that fit no turn of the network, and those that would leave no way on.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.roadnet.connectivity import Graph, Turns
from twin.roadnet.osm_elements import Relation
from twin.roadnet.tags import Notices, Tags

Course = tuple[int, ...]
"""Edges that may not be driven one after the other; at least three."""

_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
_CARS = {"motorcar", "motor_vehicle", "vehicle"}
_HOURS = ("day_on", "day_off", "hour_on", "hour_off")
LONGEST_COURSE = 12
"""Most edges of a restriction via ways; longer ones are mistakes."""
_STRAIGHT_RAD = math.radians(30.0)


@dataclass(frozen=True, slots=True)
class Restriction:
    """What one relation says of cars at all hours."""

    number: int
    only: bool
    turn: str
    """``left_turn``, ``right_turn``, ``straight_on``, ``u_turn``, ``entry`` or ``exit``."""
    origins: frozenset[int]
    """Ways."""
    via_node: int | None
    via_ways: frozenset[int]
    targets: frozenset[int]
    """Ways."""


def read_restrictions(relations: Iterable[Relation], notices: Notices) -> tuple[Restriction, ...]:
    """Return the restrictions that bind cars at all hours, in order of their numbers; count the others."""
    found = (_read(relation, notices) for relation in sorted(relations, key=lambda relation: relation.number))
    return tuple(restriction for restriction in found if restriction is not None)


def _read(relation: Relation, notices: Notices) -> Restriction | None:
    value = _value(relation.tags, notices)
    if value is None:
        return None
    kind, _, turn = value.partition("_")
    if kind not in ("no", "only") or not turn:
        notices.add("restriction_unreadable")
        return None
    ways = {
        role: frozenset(m.number for m in relation.members if m.role == role and m.kind == "way")
        for role in ("from", "via", "to")
    }
    nodes = [m.number for m in relation.members if m.role == "via" and m.kind == "node"]
    if not ways["from"] or not ways["to"] or len(nodes) + bool(ways["via"]) != 1:
        notices.add("restriction_incomplete")
        return None
    return Restriction(
        relation.number, kind == "only", turn, ways["from"], nodes[0] if nodes else None, ways["via"], ways["to"]
    )


def _value(tags: Tags, notices: Notices) -> str | None:
    """Return the value that binds cars at all hours, or None."""
    value = next((tags[key] for key in _KEYS if key in tags), None)
    if value is None:
        timed = any(key.endswith(":conditional") for key in tags)
        notices.add("restriction_timed" if timed else "restriction_not_for_cars")
        return None
    if any(key in tags for key in _HOURS):
        notices.add("restriction_timed")
        return None
    if not _CARS.isdisjoint(tags.get("except", "").replace(" ", "").split(";")):
        notices.add("restriction_not_for_cars")
        return None
    return value


def restricted(
    graph: Graph,
    turns: Turns,
    ways: Sequence[tuple[int, ...]],
    restrictions: Iterable[Restriction],
    node_number: Callable[[int], int],
    notices: Notices,
) -> tuple[Turns, tuple[Course, ...]]:
    """Return the turns that stay open, and the courses of three edges or more that are closed.

    ``ways`` holds the ways of each edge in driving order; ``node_number`` gives a node's number in the graph, or -1.
    """
    offset, following = turns
    open_turns = [following[offset[edge] : offset[edge + 1]].tolist() for edge in range(offset.size - 1)]
    closed: list[set[int]] = [set() for _ in open_turns]
    closed_courses: set[Course] = set()
    for restriction in restrictions:
        courses = _courses(graph, open_turns, ways, restriction, node_number)
        forbidden = _others(open_turns, ways, courses, restriction) if restriction.only else courses
        notices.add("restriction_obeyed" if courses else "restriction_without_turn")
        for course in forbidden:
            if len(course) == 2:
                closed[course[0]].add(course[1])
            else:
                closed_courses.add(course)
    for edge, shut in enumerate(closed):
        rest = [after for after in open_turns[edge] if after not in shut]
        back = int(graph.partner[edge])
        if shut and not rest and open_turns[edge]:
            turns_back = back >= 0 and back not in shut
            rest = [back] if turns_back else open_turns[edge]
            notices.add("end_turned_back" if turns_back else "end_left_open")
        open_turns[edge] = rest
    new_offset = np.concatenate(([0], np.cumsum([len(after) for after in open_turns]))).astype(np.int32)
    new_turns = new_offset, np.array([after for edges in open_turns for after in edges], np.int32)
    possible = [course for course in closed_courses if all(b in open_turns[a] for a, b in itertools.pairwise(course))]
    return new_turns, tuple(sorted(possible))


def _courses(
    graph: Graph,
    open_turns: list[list[int]],
    ways: Sequence[tuple[int, ...]],
    restriction: Restriction,
    node_number: Callable[[int], int],
) -> set[Course]:
    """Return every course of edges that a restriction names."""
    if restriction.via_node is not None:
        node = node_number(restriction.via_node)
        if node < 0:
            return set()
        origins = [leg.edge for leg in graph.legs[node] if leg.inbound and ways[leg.edge][-1] in restriction.origins]
        return {
            (origin, target) for origin in origins for target in _targets(graph, open_turns, ways, restriction, node, origin)
        }
    courses: set[Course] = set()
    ahead: list[Course] = [(edge,) for edge in range(len(ways)) if _after_origin(ways[edge], restriction)]
    while ahead:
        course = ahead.pop()
        for edge in open_turns[course[-1]]:
            if edge in course:
                continue
            beyond = _beyond_via(ways[edge], restriction)
            via = beyond != ways[edge] or len(course) > 1 or ways[course[0]][-1] in restriction.via_ways
            if not beyond and len(course) < LONGEST_COURSE:
                ahead.append((*course, edge))
            elif beyond and via and beyond[0] in restriction.targets:
                courses.add((*course, edge))
    return courses


def _after_origin(ways: tuple[int, ...], restriction: Restriction) -> bool:
    """Return whether an edge ends on the from way, or on via ways after it."""
    before = _beyond_via(ways[::-1], restriction)
    return bool(before) and before[0] in restriction.origins


def _beyond_via(ways: tuple[int, ...], restriction: Restriction) -> tuple[int, ...]:
    """Return ``ways`` without the via ways that they begin with."""
    return tuple(itertools.dropwhile(lambda way: way in restriction.via_ways, ways))


def _targets(
    graph: Graph,
    open_turns: list[list[int]],
    ways: Sequence[tuple[int, ...]],
    restriction: Restriction,
    node: int,
    origin: int,
) -> list[int]:
    """Return the edges that a turn via a node leads to; the value's word decides between two arms of one way."""
    found = [edge for edge in open_turns[origin] if ways[edge][0] in restriction.targets]
    if len(found) < 2 or restriction.turn in ("entry", "exit"):
        return found
    legs = {leg.edge: leg.angle_rad for leg in graph.legs[node]}
    turn = {edge: math.remainder(legs[edge] - legs[origin] - math.pi, 2.0 * math.pi) for edge in found}
    if "left" in restriction.turn:
        fitting = [edge for edge in found if turn[edge] > 0.0]
    elif "right" in restriction.turn:
        fitting = [edge for edge in found if turn[edge] < 0.0]
    elif "straight" in restriction.turn:
        fitting = [edge for edge in found if abs(turn[edge]) <= _STRAIGHT_RAD]
    else:
        fitting = [edge for edge in found if graph.partner[origin] == edge]
    return fitting or found


def _others(
    open_turns: list[list[int]], ways: Sequence[tuple[int, ...]], courses: set[Course], restriction: Restriction
) -> set[Course]:
    """Return what an ``only_*`` restriction forbids: every other turn on its courses, from the via on."""
    forbidden = set()
    for course in courses:
        for length in range(1, len(course)):
            head = course[:length]
            if length == 1 and restriction.via_ways and ways[head[0]][-1] not in restriction.via_ways:
                continue
            wanted = {other[length] for other in courses if other[:length] == head and len(other) > length}
            forbidden |= {(*head, edge) for edge in open_turns[head[-1]] if edge not in wanted}
    return forbidden
