"""The 2.5-D azimuth scan: which part of each box a sensor on a pole sees past the other boxes and the walls.

The ground is flat; vehicles are boxes that stand on it or on a bridge deck above it, all of one storey are looked at together;
buildings are vertical walls that stand on the ground. A ray is an azimuth and a slope (metres up per metre out). Along one
azimuth a box of height H that is entered at ``r_in`` and left at ``r_out`` shows a sensor at height h the slopes from
``-h / r_in`` to ``(H - h) / r_out`` (H < h: its roof shows) or ``(H - h) / r_in`` (H >= h), and hides every slope below that
upper one for all that is farther off. So along one azimuth what is seen of a box is what lies above the highest of the nearer
boxes and walls, less what bridge decks stop (``twin.geometry.decks``).

Azimuths are cut into columns (``twin.geometry.fan``). Within a column a box, or a wall, covers an interval; the target's
interval is cut where a nearer or farther thing begins or ends, and each piece is looked at along its middle, with exact
distances. What is left as an error is the bending of the outlines within a piece, which grows with the square of the column's
width.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from twin.compilation import borrowed, inline_kernel, kernel, unsigned
from twin.geometry.decks import CELLS, Decks
from twin.geometry.fan import SLIVER, Fan, Floats, Floats32, Ints, Pose
from twin.geometry.rays import RECTANGLE_FACTS, elevation_between, inverse_entry, inverse_exit, rectangle_facts
from twin.geometry.walls import Walls

BOX = 7
"""Numbers that describe a box: x_m, y_m, cosine and sine of its heading, half length, half width, height."""

_BEGIN_COLUMN, _END_COLUMN, _RISE, _NEAREST, _FARTHEST = range(RECTANGLE_FACTS - 2, RECTANGLE_FACTS + 3)
FACTS = RECTANGLE_FACTS + 3
"""Numbers kept of a box during a scan: its rectangle (the bounds of its azimuth turned into columns), its height over the
sensor, the bounds of its distance (the greatest is -1 for a box that takes no part)."""

_BUCKETS = 64


class Desk(NamedTuple):
    """Working memory of the scan of one device; contents mean nothing between calls."""

    head: Ints
    """(columns,): the first entry of each column, -1 for none; nearer things come first."""
    facts: Floats
    """(boxes, 15), see ``FACTS``."""
    first: Ints
    """(boxes + 1,): the entries of each box in the order of ``order``."""
    order: Ints
    """(boxes,): the boxes from far to near, as exact as a bucket."""
    bucket: Ints
    """(buckets + 1,): counts of the sort."""


@kernel
def empty_desk(columns: int, boxes: int) -> Desk:
    """Return working memory for fans of up to ``columns`` columns and up to ``boxes`` boxes."""
    return Desk(
        np.empty(columns, np.int32),
        np.empty((boxes, FACTS)),
        np.empty(boxes + 1, np.int32),
        np.empty(boxes, np.int32),
        np.empty(_BUCKETS + 1, np.int32),
    )


@kernel
def visible_areas(
    boxes: Floats,
    chosen: Ints,
    count: int,
    targets: Ints,
    pose: Pose,
    fan: Fan,
    walls: Walls,
    wall_base: int,
    decks: Decks,
    deck_base: int,
    entries: Ints,
    intervals: Floats,
    desk: Desk,
    whole: Floats,
    seen: Floats,
) -> int:
    """Fill ``whole`` and ``seen`` for the first ``count`` boxes of ``chosen`` that are targets.

    ``boxes`` (n, 7) as ``BOX`` says; ``chosen`` rows of it, all of one storey, at most ``desk``'s number; ``targets``
    (count,) 1 where the result is wanted (others only hide). ``pose`` is the sensor's x_m, y_m, height over that storey's road
    (negative below it) and the cosine and sine of its heading; ``wall_base`` is what ``WallsBuilder.add`` returned for the
    device, ``deck_base`` what ``DecksBuilder.add`` returned for it and the storey. ``whole`` is the area of a target's
    silhouette in rad^2 (azimuth x elevation; not computed when the array is empty), ``seen`` the part that the device sees:
    unhidden, and within its field of view and elevation limits. A box that covers the sensor's foot is neither seen nor hides
    anything. Return the number of entries needed; where it exceeds the rows of ``entries`` (n, 3) and ``intervals`` (n, 3),
    nothing was computed.
    """
    # counting references to the arrays would cost more than looking at them
    desk, walls, decks, fan = borrowed(desk), borrowed(walls), borrowed(decks), borrowed(fan)
    entries, intervals, targets = borrowed(entries), borrowed(intervals), borrowed(targets)
    needed = _spread(borrowed(boxes), borrowed(chosen), count, pose, fan, walls, wall_base, desk)
    if needed > entries.shape[0]:
        return needed
    width = _far_to_near(count, desk)
    _enter(count, fan, entries, intervals, desk)
    _measure(count, width, targets, pose[2], fan, walls, wall_base, decks, deck_base, entries, intervals, desk, seen)
    if whole.size > 0:
        for i in range(count):
            whole[i] = _silhouette(i, fan, pose[2], desk.facts)
    return needed


@inline_kernel
def _spread(
    boxes: Floats,
    chosen: Ints,
    count: int,
    pose: Pose,
    fan: Fan,
    walls: Walls,
    wall_base: int,
    desk: Desk,
) -> int:
    """Bring each box into the device's frame; return a bound on the entries they need.

    A box that covers the sensor's foot, or stands behind walls as far as it reaches, takes no part.
    """
    x, y, height, cos, sin = pose
    columns = fan.low.size
    facts = desk.facts
    per_rad = 1.0 / fan.column_rad
    needed = 0
    for i in range(count):
        row = chosen[i]
        dx, dy = boxes[row, 0] - x, boxes[row, 1] - y
        cx, cy = dx * cos + dy * sin, dy * cos - dx * sin
        ex, ey = boxes[row, 2] * cos + boxes[row, 3] * sin, boxes[row, 3] * cos - boxes[row, 2] * sin
        half_length, half_width = boxes[row, 4], boxes[row, 5]
        facts[i, _RISE] = boxes[row, 6] - height
        distance = math.sqrt(dx * dx + dy * dy)
        reach = half_length + half_width  # at least half the diagonal
        facts[i, _NEAREST], facts[i, _FARTHEST] = distance - reach, -1.0
        facts[i, _BEGIN_COLUMN], facts[i, _END_COLUMN] = 0.0, 0.0
        if rectangle_facts(cx, cy, ex, ey, half_length, half_width, facts, i):
            low, high = (facts[i, _BEGIN_COLUMN] - fan.first_rad) * per_rad, (facts[i, _END_COLUMN] - fan.first_rad) * per_rad
            facts[i, _BEGIN_COLUMN], facts[i, _END_COLUMN] = low, high
            if facts[i, _RISE] > 0.0 or not _shut_out(low, high, distance - reach, columns, walls.closed_m, wall_base):
                facts[i, _FARTHEST] = distance + reach
                needed += min(columns, int(high - low) + 2)
    return needed


@inline_kernel
def _shut_out(begin: float, end: float, nearest_m: float, columns: int, closed_m: Floats32, base: int) -> bool:
    """Tell whether a wall closes every column of a span before the distance; False for a span that leaves the fan."""
    if begin < 0.0 or end >= columns:
        return False
    for column in range(int(begin), int(end) + 1):  # noqa: SIM110  (a loop compiles, a generator does not)
        if closed_m[base + column] > nearest_m:
            return False
    return True


@inline_kernel
def _far_to_near(count: int, desk: Desk) -> float:
    """Order the boxes by their least distance, from far to near, up to buckets; return the width of a bucket."""
    farthest = 0.0
    for i in range(count):
        farthest = max(farthest, desk.facts[i, _NEAREST])
    width = (farthest + 1.0) / _BUCKETS
    desk.bucket[:] = 0
    for i in range(count):
        desk.bucket[_BUCKETS - 1 - int(max(0.0, desk.facts[i, _NEAREST]) / width)] += 1
    total = 0
    for k in range(_BUCKETS):
        total += desk.bucket[k]
        desk.bucket[k] = total
    for i in range(count):
        k = _BUCKETS - 1 - int(max(0.0, desk.facts[i, _NEAREST]) / width)
        desk.bucket[k] -= 1
        desk.order[desk.bucket[k]] = i
    return width


@inline_kernel
def _enter(count: int, fan: Fan, entries: Ints, intervals: Floats, desk: Desk) -> None:
    """Add an entry for each column that a box touches to the list of the column, the farthest box first."""
    columns = fan.low.size
    whole_turn = fan.turn - columns < SLIVER
    desk.head[:columns] = -1
    used = 0
    for k in range(count):
        i = desk.order[k]
        desk.first[k] = used
        if desk.facts[i, _FARTHEST] < 0.0:
            continue
        begin, end = desk.facts[i, _BEGIN_COLUMN], desk.facts[i, _END_COLUMN]
        inside = begin >= 0.0 and end <= columns
        for lap in range(0 if inside and whole_turn else -1, 1 if inside and whole_turn else 2):
            a = max(begin + lap * fan.turn, 0.0)
            b = min(end + lap * fan.turn, float(columns))
            if b - a <= SLIVER:
                continue
            for column in range(int(a), min(int(b), columns - 1) + 1):
                low = max(a - column, 0.0)
                high = min(b - column, 1.0)
                if high - low > SLIVER and used < entries.shape[0]:
                    entries[used, 0] = i
                    entries[used, 1] = column
                    entries[used, 2] = desk.head[column]
                    intervals[used, 0] = low
                    intervals[used, 1] = high
                    intervals[used, 2] = desk.facts[i, _NEAREST]
                    desk.head[column] = used
                    used += 1
    desk.first[count] = used


@inline_kernel
def _silhouette(i: int, fan: Fan, height_m: float, facts: Floats) -> float:
    """Return the area of a whole silhouette, cut at the borders of the columns, those beside the field of view included."""
    columns = fan.low.size
    cur, end = facts[i, _BEGIN_COLUMN], facts[i, _END_COLUMN]
    area = 0.0
    while cur < end:
        stop = min(math.floor(cur + SLIVER) + 1.0, end)
        middle = 0.5 * (cur + stop)
        column = int(math.floor(middle % fan.turn))  # noqa: RUF046
        share = middle - math.floor(cur + SLIVER)
        if column < columns:
            ux = fan.border_x[column] + share * (fan.border_x[column + 1] - fan.border_x[column])
            uy = fan.border_y[column] + share * (fan.border_y[column + 1] - fan.border_y[column])
        else:
            angle = fan.first_rad + middle * fan.column_rad
            ux, uy = math.cos(angle), math.sin(angle)
        bottom, top, _ = _slopes(facts, i, ux, uy, height_m)
        area += (stop - cur) * elevation_between(bottom, top)
        cur = stop
    return area * fan.column_rad


@inline_kernel
def _slopes(facts: Floats, i: int, ux: float, uy: float, height_m: float) -> tuple[float, float, float]:
    """Return the least and greatest slope of a box along (ux, uy), and its inverse entry distance."""
    near = inverse_entry(facts, i, ux, uy)
    rise = facts[i, _RISE]
    top = rise * (inverse_exit(facts, i, ux, uy) if rise < 0.0 else near)
    low = near if height_m >= 0.0 else inverse_exit(facts, i, ux, uy)
    return -height_m * low, top, near


@inline_kernel
def _open_rad(bottom: float, top: float, decks: Decks, deck_base: int, column: int, share: float) -> float:
    """Return the angle between two slopes at a fraction of a column, less what decks stop of it."""
    if bottom >= top:
        return 0.0
    open_rad: float = elevation_between(bottom, top)
    if deck_base >= 0:
        cell = deck_base + column * CELLS + int(share * CELLS)
        for k in range(decks.start[cell], decks.start[cell + 1]):
            low, high = max(bottom, float(decks.slope[k, 0])), min(top, float(decks.slope[k, 1]))
            open_rad -= elevation_between(low, high)
    return open_rad


@inline_kernel
def _measure(
    count: int,
    slack_m: float,
    targets: Ints,
    height_m: float,
    fan: Fan,
    walls: Walls,
    wall_base: int,
    decks: Decks,
    deck_base: int,
    entries: Ints,
    intervals: Floats,
    desk: Desk,
    seen: Floats,
) -> None:
    """Fill ``seen`` of the targets. The lists of the columns are ordered from near to far within ``slack_m``."""
    for k in range(count):
        i = desk.order[k]
        if not targets[i]:
            continue
        area = 0.0
        beyond = desk.facts[i, _FARTHEST] + slack_m
        for entry in range(desk.first[k], desk.first[k + 1]):
            column = unsigned(entries[entry, 1])
            first = desk.head[column]
            if first == entry:  # the nearest of its column need not be held against itself
                first = entries[entry, 2]
            if first >= 0 and intervals[first, 2] >= beyond:
                first = -1
            wall_from, wall_to = 0, 0
            if walls.nearest_m[wall_base + column] <= beyond:
                wall_from, wall_to = walls.start[wall_base + column], walls.start[wall_base + column + 1]
            cur, last = intervals[entry, 0], intervals[entry, 1]
            end = last
            while cur < last:
                middle = 0.5 * (cur + end)
                bottom, top, stop = _piece(
                    i, column, cur, end, beyond, first, wall_from, wall_to, height_m, fan, walls, entries, intervals, desk
                )
                if stop < end - SLIVER:  # something begins or ends inside: look at the first piece alone
                    end = stop
                    continue
                bottom, top = max(bottom, fan.low[column]), min(top, fan.high[column])
                area += (end - cur) * _open_rad(bottom, top, decks, deck_base, column, middle)
                cur, end = end, last
        seen[i] = area * fan.column_rad


@inline_kernel
def _piece(
    i: int,
    column: int,
    cur: float,
    end: float,
    beyond: float,
    first: int,
    wall_from: int,
    wall_to: int,
    height_m: float,
    fan: Fan,
    walls: Walls,
    entries: Ints,
    intervals: Floats,
    desk: Desk,
) -> tuple[float, float, float]:
    """Look at a box along the middle of the part ``cur`` to ``end`` of a column.

    Return the least and greatest slope that nothing nearer hides, and where the next thing begins or ends (``end`` at most).
    ``first`` is the first entry to look at, -1 for none; entries and walls from the distance ``beyond`` on are left out.
    """
    facts = desk.facts
    middle = 0.5 * (cur + end)
    ux = fan.border_x[column] + middle * (fan.border_x[column + 1] - fan.border_x[column])
    uy = fan.border_y[column] + middle * (fan.border_y[column + 1] - fan.border_y[column])
    hidden, top, near = _slopes(facts, unsigned(i), ux, uy, height_m)
    begin, stop = cur + SLIVER, end
    other = first
    while other >= 0 and intervals[other, 2] < beyond:
        at = unsigned(other)
        low, high = intervals[at, 0], intervals[at, 1]
        stop = low if (low > begin) & (low < stop) else stop
        stop = high if (high > begin) & (high < stop) else stop
        _, above, nearer = _slopes(facts, unsigned(entries[at, 0]), ux, uy, height_m)
        hides = (low < middle) & (high > middle) & (nearer > near) & (above > hidden)
        hidden = above if hides else hidden
        other = entries[at, 2]
    for wall in range(wall_from, wall_to):
        if walls.part[wall, 5] > beyond:
            break
        low, high = float(walls.part[wall, 0]), float(walls.part[wall, 1])
        stop = low if (low > begin) & (low < stop) else stop
        stop = high if (high > begin) & (high < stop) else stop
        nearer = walls.part[wall, 2] * ux + walls.part[wall, 3] * uy
        above = walls.part[wall, 4] * nearer
        hides = (low < middle) & (high > middle) & (nearer > near) & (above > hidden)
        hidden = above if hides else hidden
    return hidden, top, stop
