"""Who gives way to whom at SUMO's junctions: the ``request`` tables of a network file.

Format: SUMO documentation, "SUMO road networks", section "Requests": bit ``j`` from the right of request ``i`` tells of link
``j``; links are numbered by the junction's incoming lanes, those of one lane in the order of the file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.roadnet.road_network import Ints


def stated_foes(nodes: list[Any], connections: list[Any]) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Return ``foe_row``, ``foe_other`` and ``foe_waits`` of ``Connections``; ``nodes`` and ``connections`` are sumolib's.

    A pair of links is there where they are foes or one responds to the other, at junctions that have requests.
    """
    row_of = {id(connection): row for row, connection in enumerate(connections)}
    found: list[tuple[int, int, bool]] = []
    for node in nodes:
        links = _links(node)
        for mine, connection in enumerate(links):
            if mine not in node._foes or id(connection) not in row_of:  # noqa: SLF001  (public only link by link)
                continue
            foes, response = node._foes[mine], node._prohibits[mine]  # noqa: SLF001
            for other, against in enumerate(links):
                waits = _bit(response, other)
                if id(against) in row_of and (waits or _bit(foes, other)):
                    found.append((row_of[id(connection)], row_of[id(against)], waits))
    table = np.array(found, np.int32).reshape(-1, 3)
    return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].astype(np.bool_)


def _links(node: Any) -> list[Any]:
    """Return the node's connections in the order of its links."""
    edges = {edge.getID(): edge for edge in node.getIncoming()}
    out: list[Any] = []
    for lane in node._incLanes:  # noqa: SLF001  (sumolib has no public way to them)
        edge, _, index = lane.rpartition("_")
        if edge in edges:  # not the waiting areas of pedestrians, which come last
            out += edges[edge].getLane(int(index)).getOutgoing()
    return out


def _bit(bits: str, place: int) -> bool:
    return place < len(bits) and bits[-1 - place] == "1"
