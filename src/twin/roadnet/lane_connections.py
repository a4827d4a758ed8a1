"""Which lane leads to which lane: from OpenStreetMap's ``turn:lanes``, else from the shape of the junction.

Lanes are numbered from the kerb. Without ``turn:lanes``: one lane goes everywhere; of two, the right one goes right and
straight on, the left one straight on and left; of three and more, the leftmost are for turning left alone. A fork deals its
lanes out from right to left. Right turns end in the rightmost lanes, left turns in the leftmost, straight ones in the lanes
ahead.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from twin.roadnet.lane_graph import LEFT, RIGHT, STRAIGHT, U_TURN

Exit = tuple[int, int, int, bool]
"""Turn (RIGHT ... U_TURN), lanes, by how many half lanes a lane's number grows straight ahead, and whether it has this approach
alone."""
Row = tuple[int, int, int, bool]
"""Lane, exit, lane of the exit, whether the lane is meant for it."""

_WORDS: Final = {
    "": STRAIGHT, "none": STRAIGHT, "through": STRAIGHT, "merge_to_left": STRAIGHT, "merge_to_right": STRAIGHT,
    "right": RIGHT, "slight_right": RIGHT, "sharp_right": RIGHT,
    "left": LEFT, "slight_left": LEFT, "sharp_left": LEFT, "reverse": U_TURN,
}  # fmt: skip


@lru_cache(maxsize=65536)
def connect(lanes: int, exits: tuple[Exit, ...], turn_lanes: str) -> tuple[Row, ...]:
    """Return where each of ``lanes`` leads; every lane has a row, at least an unmarked one, for every exit.

    ``exits`` are ordered from right to left, U-turns last; ``turn_lanes`` is OpenStreetMap's tag, empty without one.
    """
    meant = (_told(lanes, exits, turn_lanes) if turn_lanes and len(exits) > 1 else None) or _inferred(lanes, exits)
    rows: set[Row] = set()
    for number, (turn, width, shift, alone) in enumerate(exits):
        using = meant[number]
        for lane, to in _targets(turn, using, lanes, width, shift):
            rows.add((lane, number, to, True))
        if alone and turn == STRAIGHT and len([one for one in exits if one[0] != U_TURN]) == 1:
            rows |= {(lane, number, to, True) for lane, to in _fan(rows, number, width)}
        for lane in range(lanes):
            if lane not in using:
                rows.add((lane, number, _nearest(turn, lane, lanes, width, shift), False))
    return tuple(sorted(rows))


def _targets(turn: int, using: list[int], lanes: int, width: int, shift: int) -> list[tuple[int, int]]:
    if turn == RIGHT:
        return [(lane, min(i, width - 1)) for i, lane in enumerate(using)]
    if turn in (LEFT, U_TURN):
        return [(lane, max(width - 1 - i, 0)) for i, lane in enumerate(reversed(using))]
    low, high = sorted((-using[0], width - 1 - using[-1]))
    step = min(max(_whole(shift, width - lanes), low), high)
    return [(lane, min(max(lane + step, 0), width - 1)) for lane in using]


def _whole(half_lanes: int, towards: int) -> int:
    """Return half lanes as lanes; a half is rounded towards keeping the left lanes in line."""
    if half_lanes % 2 == 0:
        return half_lanes // 2
    return (half_lanes + 1) // 2 if towards > half_lanes / 2 else (half_lanes - 1) // 2


def _fan(rows: set[Row], number: int, width: int) -> list[tuple[int, int]]:
    """Return connections to the added lanes, from the lane beside them."""
    reached = {to: lane for lane, way, to, _ in sorted(rows) if way == number}
    return [(reached[min(reached, key=lambda other: (abs(other - to), other))], to) for to in range(width) if to not in reached]


def _nearest(turn: int, lane: int, lanes: int, width: int, shift: int) -> int:
    if turn == RIGHT:
        return min(lane, width - 1)
    if turn in (LEFT, U_TURN):
        return max(width - lanes + lane, 0)
    return min(max(lane + _whole(shift, width - lanes), 0), width - 1)


def _of_turn(exits: tuple[Exit, ...], turn: int) -> list[int]:
    return [number for number, one in enumerate(exits) if one[0] == turn]


def _inferred(lanes: int, exits: tuple[Exit, ...]) -> list[list[int]]:
    """Return the lanes meant for each exit."""
    right, straight, left = (_of_turn(exits, turn) for turn in (RIGHT, STRAIGHT, LEFT))
    every = list(range(lanes))
    meant = [every[-1:] for _ in exits]
    ahead = [*right, *straight, *left]
    if len(ahead) == 1:
        meant[ahead[0]] = every
    elif len(straight) == len(ahead) or len(right) == len(ahead) or len(left) == len(ahead):
        _deal(meant, ahead, exits, every)
    elif not straight:
        most = (lanes + 1) // 2
        rightmost = min(most, max(exits[number][1] for number in right))
        leftmost = max(min(most, max(exits[number][1] for number in left)), lanes - rightmost)
        for number in right:
            meant[number] = every[:rightmost]
        for number in left:
            meant[number] = every[lanes - leftmost :]
    else:
        first, last = _straight_lanes(lanes, exits, right, straight, left)
        for number in right:
            meant[number] = every[: max(first, 1)]
        for number in left:
            meant[number] = every[min(last, lanes - 1) :]
        _deal(meant, straight, exits, every[first:last])
    return meant


def _straight_lanes(
    lanes: int, exits: tuple[Exit, ...], right: list[int], straight: list[int], left: list[int]
) -> tuple[int, int]:
    """Return the first lane that goes straight on, and the one after the last."""
    room = sum(exits[number][1] for number in straight)
    first, last = 0, lanes
    if left and lanes >= 3:
        widest = max(exits[number][1] for number in left)
        last = lanes - min(max(lanes - room, 1), widest, lanes - 1)
    if right and lanes >= 3 and last - first > max(room, 1):
        first = 1
    return first, last


def _deal(meant: list[list[int]], numbers: list[int], exits: tuple[Exit, ...], using: list[int]) -> None:
    """Deal the lanes out to the exits from right to left.

    Where the exits have more lanes together, neighbours share one (with two, paths would cross); the widest give up the rest.
    """
    widths = [exits[number][1] for number in numbers]
    count = len(using)
    while sum(widths) - count > len(widths) - 1 and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    total = sum(widths)
    before = 0
    for number, width in zip(numbers, widths, strict=True):
        if total > count:
            size = min(width, count)
            begin = round(before * (count - size) / (total - size)) if total > size else 0
            end = begin + size
        else:
            begin, end = before * count // total, (before + width) * count // total
        meant[number] = using[begin:end]
        before += width


def _told(lanes: int, exits: tuple[Exit, ...], turn_lanes: str) -> list[list[int]] | None:
    """Return the lanes that ``turn:lanes`` means for each exit; None where it does not fit the lanes."""
    parts = [part.split(";") for part in turn_lanes.split("|")][::-1]
    if len(parts) != lanes:
        return None
    meant: list[set[int]] = [set() for _ in exits]
    for lane, words in enumerate(parts):
        for word in words:
            for number in _exits_of(_WORDS.get(word.strip(), STRAIGHT), exits):
                meant[number].add(lane)
    inferred = _inferred(lanes, exits)
    return [sorted(some) or inferred[number] for number, some in enumerate(meant)]


def _exits_of(turn: int, exits: tuple[Exit, ...]) -> list[int]:
    """Return the exits that a word means: those of its turn, else the outermost on its side that go straight on."""
    found = _of_turn(exits, turn)
    ahead = [number for number, one in enumerate(exits) if one[0] != U_TURN]
    if found or not ahead or turn == U_TURN:
        return found
    if turn == RIGHT:
        return ahead[:1]
    if turn == LEFT:
        return ahead[-1:]
    return [ahead[len(ahead) // 2]]
