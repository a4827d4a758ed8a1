"""What object lists and vehicle messages say, kept while they are under way, and handed out where and when they arrive."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.kernel.records import FrameBatch

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.int8]

FIRST_LISTS: Final = 64
"""Lists of each device that there is room for at first. Choice: it doubles when it is full."""

FIRST_OBJECTS: Final = 4096
"""Objects that there is room for at first. Choice: it doubles when it is full."""

SLACK_US: Final = 2_000_000
"""Lists are kept for so much longer than they matter. Choice: longer than the time between two looks at what has arrived."""

NEVER: Final = np.iinfo(np.int64).min


class Sightings(NamedTuple):
    """Objects that have arrived, in the order of their lists' arrival; (n,) each."""

    arrival_us: Longs
    t_us: Longs
    """Phenomenon time of the list."""
    device: Ints
    """Who saw it."""
    edge: Ints
    """-1 on no road."""
    s_m: Floats
    speed_mps: Floats
    x_m: Floats
    y_m: Floats
    vehicle: Ints
    """Truth, for accounts only; -1 for a false object."""
    lane: Bytes
    """Lane, 0 at the kerb; -1 where it is not known."""


def chosen(sightings: Sightings, rows: npt.NDArray[Any]) -> Sightings:
    """Return some of them, by a mask or by row numbers (n,)."""
    columns: list[Any] = [column[rows] for column in sightings]
    return Sightings(*columns)


def nothing() -> Sightings:
    """Return no objects."""
    whole, real, short = np.empty(0, np.int64), np.empty(0), np.empty(0, np.int32)
    return Sightings(whole, whole, short, short, real, real, real, real, short, np.empty(0, np.int8))


OBJECT: Final = np.dtype(
    [("s", "f8"), ("speed", "f8"), ("x", "f8"), ("y", "f8"), ("edge", "i4"), ("vehicle", "i4"), ("lane", "i1")], align=True
)


@kernel
def find_lists(device: Longs, t_us: Longs, kept_us: Longs, newest: Longs) -> Longs:
    """Return the place in its device's ring of the list of each (device, t_us), (n,); -1 where it is not there any more.

    ``kept_us`` (devices, room) holds the lists' times, ``newest`` (devices,) the place of the newest; the search goes back.
    """
    room = kept_us.shape[1]
    found = np.full(device.size, -1, np.int64)
    for i in range(device.size):
        d = device[i]
        place = newest[d]
        for _ in range(room):
            at = kept_us[d, place]
            if at == t_us[i]:
                found[i] = place
                break
            if at < t_us[i]:
                break
            place = place - 1 if place > 0 else room - 1
    return found


class Contents:
    """The lists of the last stretch of time, by device and phenomenon time."""

    def __init__(self, devices: int, forgotten_us: int) -> None:
        """Begin with nothing; lists that arrive more than ``forgotten_us`` after their phenomenon time are passed over."""
        self.forgotten_us = forgotten_us
        self._keep_us = forgotten_us + SLACK_US
        self._kept_us = np.full((devices, FIRST_LISTS), NEVER, np.int64)
        self._first = np.zeros((devices, FIRST_LISTS), np.int64)
        self._size = np.zeros((devices, FIRST_LISTS), np.int64)
        self._newest = np.zeros(devices, np.int64)
        self._objects = np.zeros(FIRST_OBJECTS, OBJECT)
        self._base, self._end = 0, 0
        """Numbers of the first object kept, and of the next one to come."""
        self._batches: list[tuple[int, int]] = []

    def put(self, batch: FrameBatch) -> None:
        """Keep what the lists of a scan say until they are too old for anybody."""
        content = batch.content
        if content is None or not batch.device.size:
            return
        count = content.edge.size
        self._make_room(batch.t_us, count)
        rows = self._objects[self._end - self._base : self._end - self._base + count]
        rows["s"], rows["speed"], rows["x"], rows["y"] = content.s_m, content.speed_mps, content.x_m, content.y_m
        rows["edge"], rows["vehicle"], rows["lane"] = content.edge, content.vehicle, content.lane
        room = self._kept_us.shape[1]
        place = (self._newest[batch.device] + 1) % room
        if (self._kept_us[batch.device, place] >= batch.t_us - self._keep_us).any():
            self._longer_rings()
            place = self._newest[batch.device] + 1
        self._kept_us[batch.device, place] = batch.t_us
        self._first[batch.device, place] = self._end + content.offset[:-1]
        self._size[batch.device, place] = np.diff(content.offset)
        self._newest[batch.device] = place
        self._batches.append((batch.t_us, self._end))
        self._end += count

    def sightings(self, device: Longs, t_us: Longs, arrival_us: Longs) -> Sightings:
        """Return the objects of lists (n,) that arrive, list after list; those that are kept no more are passed over."""
        place = find_lists(device, t_us, self._kept_us, self._newest)
        there = place >= 0
        device, t_us, arrival_us, place = device[there], t_us[there], arrival_us[there], place[there]
        first, size = self._first[device, place], self._size[device, place]
        row = np.repeat(np.arange(device.size), size)
        offset = np.concatenate(([0], np.cumsum(size)))
        rows = self._objects[np.repeat(first - self._base - offset[:-1], size) + np.arange(offset[-1])]
        return Sightings(
            arrival_us[row],
            t_us[row],
            device[row].astype(np.int32),
            rows["edge"],
            rows["s"],
            rows["speed"],
            rows["x"],
            rows["y"],
            rows["vehicle"],
            rows["lane"],
        )

    def _make_room(self, t_us: int, count: int) -> None:
        """Throw away what is too old when there is no room for ``count`` more objects, and grow where that is not enough."""
        if self._end - self._base + count <= self._objects.size:
            return
        oldest = 0
        while oldest < len(self._batches) and self._batches[oldest][0] < t_us - self._keep_us:
            oldest += 1
        base = self._batches[oldest][1] if oldest < len(self._batches) else self._end
        self._batches = self._batches[oldest:]
        self._kept_us[self._kept_us < t_us - self._keep_us] = NEVER
        kept = self._objects[base - self._base : self._end - self._base]
        room = self._objects.size
        while room < 2 * kept.size + count:
            room *= 2
        grown = np.zeros(room, OBJECT)
        grown[: kept.size] = kept
        self._objects, self._base = grown, base

    def _longer_rings(self) -> None:
        """Double the rings, each begun with its oldest list."""
        devices, room = self._kept_us.shape
        order = (self._newest[:, None] + 1 + np.arange(room)) % room
        row = np.arange(devices)[:, None]
        for name in ("_kept_us", "_first", "_size"):
            old = getattr(self, name)
            grown = np.full((devices, 2 * room), NEVER if name == "_kept_us" else 0, np.int64)
            grown[:, :room] = old[row, order]
            setattr(self, name, grown)
        self._newest[:] = room - 1


class Arrivals:
    """Lists that are known to arrive at one tier, until they do."""

    def __init__(self, contents: Contents) -> None:
        """Take where it is kept what the lists say."""
        self._contents = contents
        self._due: list[tuple[Longs, Longs, Longs]] = []
        self._single: list[Sightings] = []

    def deliver(self, device: Longs, t_us: Longs, delivered_us: Longs) -> None:
        """Note lists, by device and phenomenon time, that arrive at instants (n,), which may lie ahead."""
        fresh = delivered_us - t_us <= self._contents.forgotten_us
        if fresh.any():
            self._due.append((delivered_us[fresh], device[fresh], t_us[fresh]))

    def add(self, sightings: Sightings) -> None:
        """Note objects that arrive by another way than in lists, at their own instants, which may lie ahead."""
        if sightings.arrival_us.size:
            self._single.append(sightings)

    def peek(self, now_us: int) -> Sightings:
        """Return what ``take`` would, and leave it there."""
        due, single = list(self._due), list(self._single)
        found = self.take(now_us)
        self._due, self._single = due, single
        return found

    def take(self, now_us: int) -> Sightings:
        """Remove and return the objects of the lists that have arrived by ``now_us``, in the order of arrival, device, time."""
        delivered_us, device, t_us = (
            (np.concatenate(column) for column in zip(*self._due, strict=True))
            if self._due
            else (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64))
        )
        due = delivered_us <= now_us
        self._due = [] if due.all() else [(delivered_us[~due], device[~due], t_us[~due])]
        delivered_us, device, t_us = delivered_us[due], device[due], t_us[due]
        order = np.lexsort((t_us, device, delivered_us))
        listed = self._contents.sightings(device[order], t_us[order], delivered_us[order])
        return listed if not self._single else self._with_single(listed, now_us)

    def _with_single(self, listed: Sightings, now_us: int) -> Sightings:
        """Return these objects and the single ones that have arrived, in the order of arrival; lists go first."""
        single = Sightings(*(np.concatenate(column) for column in zip(*self._single, strict=True)))
        due = single.arrival_us <= now_us
        self._single = [] if due.all() else [chosen(single, ~due)]
        arrived = chosen(single, due)
        columns: list[Any] = [np.concatenate(pair) for pair in zip(listed, arrived, strict=True)]  # type: ignore[arg-type]
        both = Sightings(*columns)
        return chosen(both, np.argsort(both.arrival_us, kind="stable"))
