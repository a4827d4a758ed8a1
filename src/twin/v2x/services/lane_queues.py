"""How many are ahead on a lane, of the objects that were reported there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

LANES = 64
"""Choice: more lanes than any edge has."""

FAR_M = 1e6
"""Choice: longer than any edge, so that places of different lanes never mix."""

STANDING_MPS = 2.0
"""Slower than this counts as standing in a queue. Assumption: walking pace and the error of tracked speeds."""


class LaneQueues:
    """Objects sorted by lane and place."""

    def __init__(self, edge: Ints, lane: npt.NDArray[np.int8], s_m: Floats, speed_mps: Floats) -> None:
        """Sort objects, arrays of shape (n,)."""
        key = _key(edge, lane, s_m)
        order = np.argsort(key, kind="stable")
        self._key, self._edge = key[order], np.sort(edge)
        self._standing = np.concatenate(([0], np.cumsum(speed_mps[order] < STANDING_MPS)))
        self._lanes: npt.NDArray[np.int64] = np.zeros(int(edge.max(initial=-1)) + 1, np.int64)
        np.maximum.at(self._lanes, edge, lane.astype(np.int64) + 1)

    def ahead(self, edge: Ints, lane: npt.NDArray[np.integer], s_m: Floats) -> tuple[Floats, Floats]:
        """Return how many objects are ahead of places ``s_m`` (n,) on their lanes, and how many of them stand.

        Lane -1, who has not come to the edge yet and whose lane is not known: the mean of the lanes on which somebody is.
        """
        known = lane >= 0
        begin = np.searchsorted(self._key, _key(edge, np.where(known, lane, 0), np.where(known, s_m, -FAR_M / 2)), side="right")
        end = np.searchsorted(self._key, _key(edge, np.where(known, lane, LANES - 1), np.full(edge.size, FAR_M / 2)))
        inside = (edge >= 0) & (edge < self._lanes.size)
        lanes = np.maximum(self._lanes[np.where(inside, edge, 0)], 1) if self._lanes.size else np.ones(edge.size, np.int64)
        share = np.where(known, 1.0, 1.0 / lanes)
        standing = self._standing[end] - self._standing[begin]
        return np.asarray((end - begin) * share, np.float64), np.asarray(standing * share, np.float64)


def _key(edge: Ints, lane: npt.NDArray[np.integer], s_m: Floats) -> Floats:
    return np.asarray((edge.astype(np.float64) * LANES + lane) * FAR_M + np.clip(s_m, -FAR_M / 2, FAR_M / 2))
