"""What a map file holds, whatever its format: nodes, ways, relations, checked one by one."""

from __future__ import annotations

from dataclasses import dataclass, field

from twin.messages import say

MOST_NODES = 5_000_000
"""Most nodes that are read (about 1.5 GB of memory)."""
_LARGEST_ID = 2**63 - 1


class MapFault(Exception):  # noqa: N818  (the reader turns it into a MapError with the file's name)
    """What is wrong with a map file; ``remedy`` where the usual one does not fit."""

    def __init__(self, what: str, remedy: str = "") -> None:
        """Hold the fault, without the file's name."""
        super().__init__(what)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Way:
    """A way, or the part of one that the file holds, with at least two nodes."""

    number: int
    nodes: tuple[int, ...]
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a relation."""

    kind: str
    """``node``, ``way`` or ``relation``."""
    number: int
    role: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation with all its members, whether the file holds them or not."""

    number: int
    members: tuple[Member, ...]
    tags: dict[str, str]


@dataclass(slots=True)
class OsmFile:
    """What a map file holds."""

    sha256: str = ""
    place: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Longitude and latitude of every node."""
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    """Tags of the nodes that have some."""
    ways: list[Way] = field(default_factory=list)
    outlines: list[tuple[tuple[int, ...], dict[str, str]]] = field(default_factory=list)
    """Outer ways of multipolygon buildings, by way number, with the relation's tags."""
    restrictions: list[Relation] = field(default_factory=list)
    """Turn restrictions."""
    clipped_ways: int = 0
    """Highways of which the file lacks nodes."""

    def add_node(self, number: int, lon_deg: float, lat_deg: float, tags: dict[str, str]) -> None:
        """Take a node; raise MapFault when it lies nowhere on Earth, or when there are too many."""
        if not (-180.0 <= lon_deg <= 180.0 and -90.0 <= lat_deg <= 90.0):
            raise MapFault(say("map.nowhere", number=number, lon=lon_deg, lat=lat_deg))
        _check_id(number)
        self.place[number] = (lon_deg, lat_deg)
        if len(self.place) > MOST_NODES:
            raise MapFault(say("map.many_nodes", limit=MOST_NODES), say("map.cut_out"))
        if tags:
            self.node_tags[number] = tags

    def add_way(self, number: int, nodes: tuple[int, ...], tags: dict[str, str]) -> None:
        """Take a way."""
        _check_id(number)
        self.ways.append(Way(number, nodes, tags))

    def add_relation(self, relation: Relation) -> None:
        """Take a building or a turn restriction; others say nothing about streets."""
        if relation.tags.get("type") == "restriction":
            self.restrictions.append(relation)
        elif "building" in relation.tags:
            outer = [member for member in relation.members if member.kind == "way" and member.role in ("outer", "outline", "")]
            self.outlines.append((tuple(member.number for member in outer), relation.tags))


def _check_id(number: int) -> None:
    if abs(number) > _LARGEST_ID:
        raise MapFault(say("map.no_id", number=number))
