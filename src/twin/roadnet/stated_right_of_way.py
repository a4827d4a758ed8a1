"""Right of way as the map's source states it, in place of the rules of ``right_of_way``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from twin.roadnet.conflicts import Conflicts
from twin.roadnet.lane_graph import EQUAL, MERGE, MINE, NONE, THEIRS, ZIP
from twin.roadnet.road_network import Connections, Ints

Mask = npt.NDArray[np.bool_]


def follow_stated(conflicts: Conflicts, stated: Connections, row: Ints, origin: Ints) -> Conflicts:
    """Return the conflicts with the right of way that ``stated`` tells.

    ``row`` (connectors,) is each connector's row of ``stated``, NONE where it has none; ``origin`` is the edge it comes from.
    Where one of two streams waits for the other, it gives way, also while both have green. Where both wait for each other or
    neither does, whoever comes first goes first without signals, and our rules hold while both have green. Two lanes of one
    road that end in one lane take turns whatever is stated. Pairs that the source does not name keep our rules.
    """
    if not stated.foe_row.size:
        return conflicts
    mine = np.repeat(np.arange(row.size), np.diff(conflicts.offset))
    a, b = row[mine], row[conflicts.other]
    rows = stated.from_edge.size
    one, i_wait = _looked_up(stated, rows, a, b)
    two, they_wait = _looked_up(stated, rows, b, a)
    same_road = (origin[mine] == origin[conflicts.other]) & (conflicts.kind == ZIP)
    known = (one | two) & (a != NONE) & (b != NONE) & ~same_road
    order = np.where(i_wait == they_wait, EQUAL, np.where(i_wait, THEIRS, MINE)).astype(np.int8)
    decided = known & (order != EQUAL)
    return replace(
        conflicts,
        kind=np.where(decided & (conflicts.kind == ZIP), MERGE, conflicts.kind).astype(np.int8),
        priority=np.where(known, order, conflicts.priority).astype(np.int8),
        green=np.where(decided, order, conflicts.green).astype(np.int8),
    )


def _looked_up(stated: Connections, rows: int, a: Ints, b: Ints) -> tuple[Mask, Mask]:
    """Return for pairs of rows whether the source names them, and whether the first waits for the second."""
    keys = stated.foe_row.astype(np.int64) * rows + stated.foe_other
    order = np.argsort(keys)
    wanted = a.astype(np.int64) * rows + b
    at = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), keys.size - 1)]
    named = keys[at] == wanted
    return named, named & stated.foe_waits[at]
