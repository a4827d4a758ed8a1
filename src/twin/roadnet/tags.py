"""Reading OpenStreetMap's free-text tags, tolerantly: what cannot be read is counted, not fatal.

Rules, by key:

* ``highway``: ``DEFAULTS``; everything else is left out.
* ``motorcar``, ``motor_vehicle``, ``vehicle``, ``access``: the first of these that is there decides (``CLOSED_TO_CARS``).
* ``lanes``: the first of several values (``3;2``), rounded down (``2.5``); unreadable or outside 1 to MOST_LANES: the class's
  default. A total of a two-way road is split evenly, the odd lane forward, at least one each; ``lanes:forward`` and
  ``lanes:backward`` go first, and one of them without the total stands for both. A centre lane for turning
  (``lanes:both_ways``) and lanes for buses (``lanes:psv``, ``lanes:bus`` and the same by direction, or ``designated`` in
  ``psv:lanes`` and ``bus:lanes``) are not counted as lanes of general traffic, of which at least one stays.
* ``turn:lanes:forward`` and ``turn:lanes:backward``, on one-way roads ``turn:lanes``: kept as they are, less the lanes that
  ``psv:lanes`` or ``bus:lanes`` give to buses; used where they have as many parts as the road has lanes.
* ``width``: that of the whole carriageway, for all its lanes alike, those for buses and for turning included, within
  ``NARROWEST_LANE_M`` and ``WIDEST_LANE_M``; unreadable: the class's lane width.
* ``maxspeed``: km/h, or ``mph``, the first number of several; ``none`` is the highest limit of Chinese law, ``walk`` 7 km/h;
  zones (``CN:urban``) and what cannot be read: the class's design speed.
* ``oneway``: ``yes``, ``no`` and ``-1`` (against the drawing) as they say; ``reversible`` and ``alternating`` as two-way;
  roundabouts and motorways are one-way when nothing is said.
* ``…:conditional``: ignored, for the time of day is not known when a map is read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from twin.roadnet.defaults import CLOSED_TO_CARS, DEFAULTS, NARROWEST_LANE_M, SAME_AS, WIDEST_LANE_M
from twin.roadnet.road_network import Notice
from twin.units import MPS_PER_KMH, MPS_PER_MPH

Tags = Mapping[str, str]

MOST_LANES = 12
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UNLIMITED_MPS = 120.0 * MPS_PER_KMH
"""Highest limit of Chinese law (Road Traffic Safety Law, implementing regulations, article 78)."""
_M_PER_FOOT = 0.3048
_YES = {"yes", "true", "1"}
_NO = {"no", "false", "0"}
_BACK = {"-1", "reverse"}
_RINGS = {"roundabout", "circular"}
_SAID_IN_WORDS = {"none": _UNLIMITED_MPS, "walk": 7.0 * MPS_PER_KMH}


class Notices:
    """How often something had to be assumed or ignored."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._counts: Counter[tuple[str, tuple[tuple[str, str | float], ...]]] = Counter()

    def add(self, key: str, count: int = 1, /, **values: str | float) -> None:
        """Count ``count`` more cases of the message ``notice.<key>``, filled in with ``values``."""
        self._counts[key, tuple(values.items())] += count

    def found(self) -> tuple[Notice, ...]:
        """Return one notice for each kind of case, in the order in which they were first met."""
        return tuple(Notice(key, values, count) for (key, values), count in self._counts.items())


@dataclass(frozen=True, slots=True)
class Carriageway:
    """One direction of a way, as its tags describe it."""

    lanes: int
    lane_width_m: float
    speed_limit_mps: float
    turn_lanes: str = field(default="", compare=False, repr=False)
    """Where each lane leads, from left to right in driving direction, as ``turn:lanes`` says it. It does not tell ways apart: a
    way with turning lanes and the one before it are one edge, and the arrows at its end count."""


@dataclass(frozen=True, slots=True)
class Road:
    """A way that is driven on."""

    highway: str
    name: str
    forward: Carriageway | None
    backward: Carriageway | None
    bridge: bool
    tunnel: bool
    level: int
    roundabout: bool = False

    @property
    def two_way(self) -> bool:
        """Return whether both directions share the way."""
        return self.forward is not None and self.backward is not None

    @property
    def symmetric(self) -> bool:
        """Return whether its drawing direction says nothing."""
        return self.forward == self.backward


def is_open(tags: Tags) -> bool:
    """Return whether motor traffic may use the way; the more special key decides."""
    if tags.get("area") in _YES:
        return False
    said = next((tags[key] for key in ("motorcar", "motor_vehicle", "vehicle", "access") if key in tags), "yes")
    return not all(value.strip() in CLOSED_TO_CARS for value in said.split(";"))


def road_class(tags: Tags) -> str | None:
    """Return the road class, or None where nothing is driven."""
    highway = SAME_AS.get(tags.get("highway", ""), tags.get("highway", ""))
    return highway if highway in DEFAULTS else None


def first_number(text: str) -> float | None:
    """Return the first number of the first of several values (``3;2``), or None."""
    match = _NUMBER.search(text.split(";", 1)[0])
    return float(match.group()) if match else None


def parse_count(text: str | None, notices: Notices, what: str) -> int | None:
    """Return a number of lanes: ``3``, ``3;2`` (the first), ``2.5`` (rounded down); None when absent or unreadable."""
    if text is None:
        return None
    number = first_number(text)
    if number is None or not 1 <= number <= MOST_LANES:
        notices.add("unreadable", what=what)
        return None
    if text.strip() != str(int(number)):
        notices.add("read_tolerantly", what=what)
    return int(number)


def parse_speed_mps(text: str | None, notices: Notices) -> float | None:
    """Return ``60``, ``60 km/h``, ``40 mph``, ``none`` or ``walk`` in m/s; None when absent or unreadable."""
    if text is None or text in ("signals", "variable"):
        return None
    if text in _SAID_IN_WORDS:
        return _SAID_IN_WORDS[text]
    number = first_number(text)
    if number is None or not 5 <= number <= 150:
        notices.add("unreadable", what="maxspeed")
        return None
    return number * (MPS_PER_MPH if "mph" in text else MPS_PER_KMH)


def parse_metres(text: str | None) -> float | None:
    """Return ``12``, ``12 m`` or ``40'`` (feet) in metres, or None."""
    number = first_number(text) if text else None
    if number is None:
        return None
    return number * _M_PER_FOOT if text and ("'" in text or "ft" in text) else number


def parse_oneway(tags: Tags, highway: str, notices: Notices) -> int:
    """Return 1 (one-way as drawn), -1 (against it) or 0 (two-way)."""
    said = tags.get("oneway")
    if said in _YES:
        return 1
    if said in _BACK:
        return -1
    if said in _NO:
        return 0
    if said in ("reversible", "alternating"):
        notices.add("reversible")
        return 0
    if said is not None:
        notices.add("oneway_unreadable")
        return 0
    implied = tags.get("junction") in _RINGS or DEFAULTS[highway].oneway
    return 1 if implied else 0


def parse_level(tags: Tags, notices: Notices) -> tuple[bool, bool, int]:
    """Return bridge, tunnel and vertical level: ``layer`` on bridges and in tunnels, else 0; 1 and -1 when it is missing."""
    bridge = tags.get("bridge", "no") not in _NO
    tunnel = tags.get("tunnel", "no") not in (_NO | {"building_passage"})
    if not bridge and not tunnel:
        return False, False, 0
    default = 1 if bridge else -1
    try:
        layer = int(tags["layer"]) if "layer" in tags else default
    except ValueError:
        notices.add("unreadable", what="layer")
        layer = default
    return bridge, tunnel, max(-5, min(5, layer)) or default


def read_road(tags: Tags, notices: Notices) -> Road | None:
    """Return the road that a way's tags describe, or None when it is not driven on."""
    highway = road_class(tags)
    if highway is None:
        return None
    if not is_open(tags):
        notices.add("closed_roads")
        return None
    if any(key.endswith(":conditional") for key in tags):
        notices.add("timed_tags")
    default = DEFAULTS[highway]
    oneway = parse_oneway(tags, highway, notices)
    whole = _lanes(tags, highway, oneway, notices)
    lanes = _without_bus_lanes(tags, whole, oneway, notices)
    across = sum(lane for lane, drawn in zip(whole, (oneway >= 0, oneway <= 0), strict=True) if drawn)
    across += not oneway and tags.get("lanes:both_ways") == "1"
    width_m = parse_metres(tags.get("width"))
    lane_width_m = min(WIDEST_LANE_M, max(NARROWEST_LANE_M, width_m / across)) if width_m else default.lane_width_m
    ways: list[Carriageway | None] = [None, None]
    assumed = False
    for side, (key, drawn) in enumerate((("forward", oneway >= 0), ("backward", oneway <= 0))):
        if drawn:
            text = tags.get(f"maxspeed:{key}", tags.get("maxspeed"))
            speed_mps = parse_speed_mps(text, notices)
            if speed_mps is None:
                assumed, speed_mps = True, default.speed_kmh * MPS_PER_KMH
            ways[side] = Carriageway(lanes[side], lane_width_m, speed_mps, _turn_lanes(tags, key, alone=bool(oneway)))
    if assumed:
        notices.add("speed_assumed", highway=highway, speed=default.speed_kmh)
    bridge, tunnel, level = parse_level(tags, notices)
    name = tags.get("name") or tags.get("ref") or ""
    return Road(highway, name, ways[0], ways[1], bridge, tunnel, level, tags.get("junction") in _RINGS)


def _lanes(tags: Tags, highway: str, oneway: int, notices: Notices) -> tuple[int, int]:
    """Return lanes with and against the drawing direction; a total of a two-way road is split evenly, at least one each."""
    total = parse_count(tags.get("lanes"), notices, "lanes")
    forward = parse_count(tags.get("lanes:forward"), notices, "lanes:forward")
    backward = parse_count(tags.get("lanes:backward"), notices, "lanes:backward")
    if oneway:
        given = total or (forward if oneway > 0 else backward)
        if given is None:
            notices.add("lanes_assumed", highway=highway)
        lanes = given or DEFAULTS[highway].lanes
        return lanes, lanes
    if total is None and forward is None and backward is None:
        notices.add("lanes_assumed", highway=highway)
        return DEFAULTS[highway].lanes, DEFAULTS[highway].lanes
    if total is not None and tags.get("lanes:both_ways") == "1" and total > 2:
        notices.add("centre_lanes")
        total -= 1
    if total is None and (forward is None or backward is None):
        notices.add("lanes_of_one_direction")
    if total is not None:
        forward = forward or (max(1, total - backward) if backward else max(1, (total + 1) // 2))
        backward = backward or max(1, total - forward)
    return forward or backward or 1, backward or forward or 1


def _without_bus_lanes(tags: Tags, lanes: tuple[int, int], oneway: int, notices: Notices) -> tuple[int, int]:
    """Return lanes less those for buses alone, at least one in each direction."""
    bus = [_bus_lanes(tags, direction, alone=bool(oneway)) for direction in ("forward", "backward")]
    if any(bus):
        notices.add("bus_lanes")
    return max(1, lanes[0] - bus[0]), max(1, lanes[1] - bus[1])


def _turn_lanes(tags: Tags, direction: str, *, alone: bool) -> str:
    """Return ``turn:lanes`` of one direction without the lanes for buses; empty where nothing is said."""
    said = tags.get(f"turn:lanes:{direction}", tags.get("turn:lanes", "") if alone else "")
    parts = said.split("|")
    for kind in ("psv", "bus"):
        users = tags.get(f"{kind}:lanes:{direction}", tags.get(f"{kind}:lanes", "") if alone else "").split("|")
        if len(users) == len(parts) and "designated" in users:
            return "|".join(part for part, user in zip(parts, users, strict=True) if user != "designated")
    return said


def _bus_lanes(tags: Tags, direction: str, *, alone: bool) -> int:
    """Return the lanes for buses of one direction; tags without a direction speak of one-way roads, or of both directions."""
    most = 0
    for kind in ("psv", "bus"):
        said = tags.get(f"{kind}:lanes:{direction}", tags.get(f"{kind}:lanes", "") if alone else "")
        given = said.split("|").count("designated")
        number = first_number(tags.get(f"lanes:{kind}:{direction}", ""))
        if number is None:
            total = first_number(tags.get(f"lanes:{kind}", "")) or 0.0
            number = total if alone else total // 2.0
        most = max(most, given, int(min(number, MOST_LANES)))
    return most
