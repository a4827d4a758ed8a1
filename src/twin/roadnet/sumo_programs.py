"""Signal programs of SUMO (``tlLogic``), link by link. Format: SUMO documentation, "Traffic lights"."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.errors import InputError
from twin.messages import say
from twin.roadnet.road_network import Connections, Floats, Ints, Light, RoadNetwork
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


class LightReader:
    """Takes XML elements as they come and keeps the last program of every light."""

    def __init__(self) -> None:
        """Begin with no light."""
        self.found: dict[str, Light] = {}
        """Lights by name."""
        self._current = ""

    def start(self, tag: str, attributes: Attributes) -> None:
        """Take note of an element; raise KeyError and ValueError for attributes that are missing or unreadable."""
        if tag == "tlLogic":
            self._current = attributes["id"]
            kind, offset_s = attributes.get("type", "static"), float(attributes.get("offset", "0"))
            self.found[self._current] = Light(self._current, kind, offset_s, ())
        elif tag == "phase" and self._current:
            light = self.found[self._current]
            given = "minDur" if "duration" not in attributes and "minDur" in attributes else "duration"
            phase = (float(attributes[given]), attributes["state"])
            self.found[self._current] = replace(light, phases=(*light.phases, phase))


def read_sumo_programs(network: RoadNetwork, *more: Path) -> tuple[SumoProgram, ...]:
    """Return the signal programs of a network that was imported from SUMO, and of additional files beside it.

    Of several programs of one traffic light the last counts, as in SUMO. Lanes are numbered as in ``network``, connections that
    it does not have are left out, and so are lights without a program. Raises ``InputError`` where a file is damaged, names a
    light that the network has not, or where a state has an unknown letter or fewer letters than there are links.
    """
    rows = network.connections
    if rows is None or not rows.light.size:
        return ()
    source = {light.key: (network.provenance.path, light) for light in network.lights}
    for file in more:
        reader = LightReader()
        read_sumo_xml(file, ("net", "additional", "tlLogics"), reader.start)
        for key, light in reader.found.items():
            if key not in source:
                raise InputError(say("sumo.unknown_light", file=file, name=key))
            if not light.phases:
                raise InputError(say("sumo.no_phases", file=file, name=key))
            source[key] = (str(file), light)
    junction_of = {edge: junction.number for junction in network.junctions for edge in junction.approaches}
    out = []
    for number, known in enumerate(network.lights):
        file_name, light = source[known.key]
        mine = np.flatnonzero(rows.light == number)
        if mine.size and light.phases:
            out.append(_program(file_name, light, rows, mine, junction_of))
    return tuple(out)


def _program(
    file: str, light: Light, connections: Connections, rows: npt.NDArray[np.int64], junction_of: dict[int, int]
) -> SumoProgram:
    index = connections.light_link[rows]
    shown = np.empty((len(light.phases), index.size), np.int8)
    for number, (duration_s, state) in enumerate(light.phases):
        where = {"file": file, "name": light.key, "phase": number}
        unknown = set(state) - set(_BY_LETTER)
        if unknown:
            raise InputError(say("sumo.state_letter", **where, found="".join(sorted(unknown))))
        if len(state) <= index.max():
            raise InputError(say("sumo.state_length", **where, found=len(state), link=index.max()))
        if not 0.0 <= duration_s < math.inf:
            raise InputError(say("sumo.phase_duration", **where, found=duration_s))
        shown[number] = np.array([_BY_LETTER[letter] for letter in state], np.int8)[index]
    from_edge = connections.from_edge[rows]
    return SumoProgram(
        key=light.key,
        kind=light.kind,
        junctions=tuple(sorted({junction_of[edge] for edge in from_edge.tolist() if edge in junction_of})),
        offset_s=light.offset_s,
        duration_s=np.array([duration_s for duration_s, _ in light.phases]),
        from_edge=from_edge,
        from_lane=connections.from_lane[rows],
        to_edge=connections.to_edge[rows],
        to_lane=connections.to_lane[rows],
        state=shown,
    )
