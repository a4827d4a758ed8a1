"""Signal programs of SUMO (``tlLogic``), link by link. Format: SUMO documentation, "Traffic lights"."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.errors import InputError
from twin.messages import say
from twin.roadnet.road_network import Floats, Ints, RoadNetwork
from twin.roadnet.sumo_xml import Attributes, read_sumo_xml

NO_SIGNAL, SIGNAL_GREEN, SIGNAL_YELLOW, SIGNAL_RED, SIGNAL_GIVES_WAY = range(5)
"""What a signal shows; the same numbers as the traffic engine's."""

SHOWN: Final = "OGyrs"
"""SUMO's letter of each state."""

_BY_LETTER: Final = {
    "G": SIGNAL_GREEN,
    "g": SIGNAL_GREEN,
    "y": SIGNAL_YELLOW,
    "Y": SIGNAL_YELLOW,
    "r": SIGNAL_RED,
    "R": SIGNAL_RED,
    "u": SIGNAL_RED,
    "s": SIGNAL_GIVES_WAY,
    "o": SIGNAL_GIVES_WAY,
    "O": NO_SIGNAL,
}
"""``g`` (green that gives way) is green: who gives way among green streams is the road network's knowledge."""


@dataclass(frozen=True, slots=True)
class SumoProgram:
    """A fixed-time program: for each phase its length and what it shows to each connection."""

    key: str
    """Name of the traffic light."""
    kind: str
    """``static`` or ``actuated`` …, as the file says; the phases' lengths are those of the file in any case."""
    junctions: tuple[int, ...]
    """Rows of ``RoadNetwork.junctions`` that it controls; several where SUMO joined traffic lights."""
    offset_s: float
    duration_s: Floats
    """(phases,)."""
    from_edge: Ints
    """(connections,); which connection each column of ``state`` is for."""
    from_lane: Ints
    to_edge: Ints
    to_lane: Ints
    state: npt.NDArray[np.int8]
    """(phases, connections): NO_SIGNAL, SIGNAL_GREEN, SIGNAL_YELLOW, SIGNAL_RED or SIGNAL_GIVES_WAY."""


@dataclass(slots=True)
class _Logic:
    kind: str
    offset_s: float
    phases: list[tuple[float, str]] = field(default_factory=list)


def read_sumo_programs(network: RoadNetwork, path: Path, *more: Path) -> tuple[SumoProgram, ...]:
    """Return the signal programs of a SUMO network file and of additional files beside it.

    ``network`` must be that of ``path``. Of several programs of one traffic light the last counts, as in SUMO. Lanes are
    numbered as in ``network``, connections that it does not have are left out. Raises ``InputError`` where a file is damaged,
    a state has an unknown letter or fewer letters than there are links.
    """
    known = set(_rows(network))
    edge_number = {key: edge for edge, key in enumerate(network.edge_key)}
    logics: dict[str, _Logic] = {}
    links: dict[str, dict[tuple[int, int, int, int], int]] = {}
    shift: dict[str, list[int]] = {}
    current = ""
    edge_id = ""

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal current, edge_id
        if tag == "edge":
            edge_id = attributes["id"]
        elif tag == "lane" and edge_id in edge_number:
            shift.setdefault(edge_id, []).append(_open_to_all(attributes))
        elif tag == "tlLogic":
            current = attributes["id"]
            logics[current] = _Logic(attributes.get("type", "static"), float(attributes.get("offset", "0")))
        elif tag == "phase" and current:
            logics[current].phases.append((float(attributes["duration"]), attributes["state"]))
        elif tag == "connection" and "tl" in attributes:
            row = _row(attributes, edge_number, shift)
            if row is not None and row in known:
                links.setdefault(attributes["tl"], {})[row] = int(attributes["linkIndex"])

    for file in (path, *more):
        read_sumo_xml(file, ("net", "additional", "tlLogics"), start)
    junction_of = {edge: junction.number for junction in network.junctions for edge in junction.approaches}
    return tuple(_program(path, key, logic, links[key], junction_of) for key, logic in sorted(logics.items()) if key in links)


def _rows(network: RoadNetwork) -> list[tuple[int, int, int, int]]:
    rows = network.connections
    if rows is None:
        return []
    return list(
        zip(rows.from_edge.tolist(), rows.from_lane.tolist(), rows.to_edge.tolist(), rows.to_lane.tolist(), strict=True)
    )


def _open_to_all(lane: Attributes) -> int:
    """Return 1 for a lane of general traffic: the lanes that the network has."""
    allow, disallow = lane.get("allow"), lane.get("disallow")
    if allow is not None:
        return int("passenger" in allow.split() or allow == "all")
    return int(not (disallow is not None and ("passenger" in disallow.split() or disallow == "all")))


def _row(attributes: Attributes, edge_number: dict[str, int], shift: dict[str, list[int]]) -> tuple[int, int, int, int] | None:
    ends = []
    for edge, lane in (("from", "fromLane"), ("to", "toLane")):
        key, index = attributes[edge], int(attributes[lane])
        if key not in edge_number or not shift[key][index]:
            return None
        ends += [edge_number[key], sum(shift[key][:index])]
    return ends[0], ends[1], ends[2], ends[3]


def _program(
    path: Path, key: str, logic: _Logic, links: dict[tuple[int, int, int, int], int], junction_of: dict[int, int]
) -> SumoProgram:
    rows = np.array(sorted(links), np.int32).reshape(-1, 4)
    index = np.array([links[row] for row in sorted(links)])
    if not logic.phases:
        raise InputError(say("sumo.no_phases", file=path, name=key))
    shown = np.empty((len(logic.phases), index.size), np.int8)
    for number, (duration_s, state) in enumerate(logic.phases):
        unknown = set(state) - set(_BY_LETTER)
        if unknown:
            raise InputError(say("sumo.state_letter", file=path, name=key, phase=number, found="".join(sorted(unknown))))
        if len(state) <= index.max():
            raise InputError(say("sumo.state_length", file=path, name=key, phase=number, found=len(state), link=index.max()))
        if not duration_s >= 0.0:
            raise InputError(say("sumo.phase_duration", file=path, name=key, phase=number, found=duration_s))
        shown[number] = np.array([_BY_LETTER[letter] for letter in state], np.int8)[index]
    return SumoProgram(
        key=key,
        kind=logic.kind,
        junctions=tuple(sorted({junction_of[edge] for edge in rows[:, 0].tolist() if edge in junction_of})),
        offset_s=logic.offset_s,
        duration_s=np.array([duration_s for duration_s, _ in logic.phases]),
        from_edge=rows[:, 0].copy(),
        from_lane=rows[:, 1].copy(),
        to_edge=rows[:, 2].copy(),
        to_lane=rows[:, 3].copy(),
        state=shown,
    )
