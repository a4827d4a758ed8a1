"""Routes from turning counts: vehicles follow the counted shares at every counted junction.

In each interval traffic is a Markov chain over the roads. At a counted approach the counts say how much there is and where it
turns; elsewhere assumed shares say where it turns. What the chain brings to a counted approach too little begins at the gate
whose road leads only there, else on the approach itself; what it brings too much ends there. So every count is met in the mean,
whatever the counts of its neighbours are. The time to drive from one junction to the next is neglected. The idea of drawing
routes by turning ratios from sources to sinks is that of SUMO's JTRROUTER (its documentation, sumo.dlr.de/docs/jtrrouter.html).
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, identity
from scipy.sparse.linalg import spsolve

from twin.errors import Problem
from twin.rng import stream_key
from twin.roadnet.road_network import Junction, RoadNetwork
from twin.roadnet.route_search import states_of
from twin.traffic.demand import DemandSpec
from twin.traffic.demand_sources import TurningCountsSpec
from twin.traffic.demand_tables import Column, TableRow, read_table
from twin.traffic.drawing import DRAWN, DrawnTrips, departures_s, drawn_at
from twin.traffic.profile import ProfilePoint, profile_knots
from twin.traffic.signal_spec import TURN_NAMES
from twin.traffic.turn_shares import Movements, movements_of, shares_of, walk
from twin.traffic.vehicle_types import ClassTable
from twin.traffic.zone_flows import FROM_S, TO_S, LostFlow, check_window
from twin.traffic.zones import meant

COLUMNS: Final = (
    Column("junction", ("node", "intersection", "路口", "交叉口"), "text", required=True),
    Column("approach", ("arm", "进口道", "进口", "方向"), "text", required=True),
    Column("right", ("right_vph", "右转"), low=0.0, high=100_000.0),
    Column("straight", ("through", "straight_vph", "直行"), low=0.0, high=100_000.0),
    Column("left", ("left_vph", "左转"), low=0.0, high=100_000.0),
    Column("u_turn", ("uturn", "u_turn_vph", "掉头"), low=0.0, high=100_000.0),
    FROM_S,
    TO_S,
)

_SIDES: Final = {
    "east": "E",
    "e": "E",
    "东": "E",
    "东进口": "E",
    "东侧": "E",
    "north": "N",
    "n": "N",
    "北": "N",
    "北进口": "N",
    "北侧": "N",
    "west": "W",
    "w": "W",
    "西": "W",
    "西进口": "W",
    "西侧": "W",
    "south": "S",
    "s": "S",
    "南": "S",
    "南进口": "S",
    "南侧": "S",
}
_QUARTERS: Final = ("E", "N", "W", "S")


@dataclass(frozen=True, slots=True)
class CountedInterval:
    """The chain of one interval of one table."""

    key: str
    from_s: float
    to_s: float
    profile: tuple[ProfilePoint, ...]
    source: dict[int, float]
    """Vehicles per hour that begin, by state."""
    share: npt.NDArray[np.float64]
    """Share of each movement."""
    survive: npt.NDArray[np.float64]
    """Share that drives on from each state."""


@dataclass(frozen=True, slots=True)
class CountedTraffic:
    """All intervals, on one graph of movements."""

    states_edge: npt.NDArray[np.int32]
    movements: Movements
    intervals: tuple[CountedInterval, ...]


def counted_traffic(
    network: RoadNetwork, spec: DemandSpec, base: Path, lost: list[LostFlow]
) -> tuple[CountedTraffic | None, list[Problem]]:
    """Return the chains of every table, and everything wrong with them; counts of turns that do not exist go to ``lost``."""
    if not spec.turning_counts:
        return None, []
    states = states_of(network)
    movements = movements_of(network, states)
    intervals = []
    problems = []
    for number, table in enumerate(spec.turning_counts):
        rows, wrong = read_table(base / table.file, table.sheet, f"demand.turning_counts[{number}].file", COLUMNS)
        problems += wrong
        by_interval: dict[tuple[float, float], dict[int, npt.NDArray[np.float64]]] = defaultdict(dict)
        for row in rows:
            edges, wrong = _approach(network, row)
            wrong += check_window(row)
            window = (row.numbers.get("from_s", -math.inf), row.numbers.get("to_s", math.inf))
            if any(edge in by_interval[window] for edge in edges):
                wrong.append(row.problem("approach", "demand.count_twice"))
            problems += wrong
            if not wrong:
                for edge, counts in _split(network, movements, row, edges, lost, table).items():
                    by_interval[window][edge] = counts
        if not problems:
            intervals += [
                _chain(network, movements, states.edge, table, (begin, end), counts, table.profile or spec.profile)
                for (begin, end), counts in by_interval.items()
            ]
    return CountedTraffic(states.edge, movements, tuple(intervals)), problems


def _approach(network: RoadNetwork, row: TableRow) -> tuple[list[int], list[Problem]]:
    """Return the edges of the approach that a row names."""
    junction, problems = _junction(network, row)
    if junction is None:
        return [], problems
    text = row.texts["approach"]
    names = {edge: network.edge_name[edge] for edge in junction.approaches}
    side = _SIDES.get(text.casefold())
    if text.isdecimal():
        found = [edge for edge in junction.approaches if int(network.edge_way[edge]) == int(text)]
    elif side is not None:
        found = [edge for edge in junction.approaches if _side(network, edge) == side]
    else:
        found = [edge for edge, name in names.items() if name == text]
    if found:
        return found, []
    known = [*sorted({name for name in names.values() if name}), *(str(int(network.edge_way[edge])) for edge in names)]
    sides = {"E": "east", "N": "north", "W": "west", "S": "south"}
    known += sorted({sides[_side(network, edge)] for edge in names})
    return [], [row.problem("approach", "demand.approach", meant(text, known), name=text[:60])]


def _junction(network: RoadNetwork, row: TableRow) -> tuple[Junction | None, list[Problem]]:
    text = row.texts["junction"]
    if text.isdecimal() and int(text) < len(network.junctions):
        return network.junctions[int(text)], []
    named = [junction for junction in network.junctions if junction.name == text]
    if len(named) == 1:
        return named[0], []
    if named:
        numbers = ", ".join(str(junction.number) for junction in named)
        return None, [row.problem("junction", "demand.junction_twice", name=text, numbers=numbers)]
    known = [junction.name for junction in network.junctions if junction.name]
    return None, [row.problem("junction", "demand.junction", meant(text, known), name=text[:60])]


def _side(network: RoadNetwork, edge: int) -> str:
    """Return the side of the junction on which an approach lies: vehicles from the north drive south."""
    x_m, y_m = network.polyline(edge)
    from_rad = math.atan2(y_m[-2] - y_m[-1], x_m[-2] - x_m[-1])
    return _QUARTERS[round(from_rad / (math.pi / 2.0)) % 4]


def _split(
    network: RoadNetwork, movements: Movements, row: TableRow, edges: list[int], lost: list[LostFlow], table: TurningCountsSpec
) -> dict[int, npt.NDArray[np.float64]]:
    """Return the counts by turn of each edge of an approach: where several have a turn, in proportion to their lanes."""
    counts = {edge: np.zeros(4) for edge in edges}
    for turn, name in enumerate(TURN_NAMES):
        vph = row.numbers.get(name, 0.0) * table.factor
        able = [edge for edge in edges if turn in movements.turn[movements.offset[edge] : movements.offset[edge + 1]]]
        if vph > 0.0 and not able:
            lost.append(LostFlow(table.file, f"{row.texts['junction']} {row.texts['approach']}", name, vph))
        lanes = sum(int(network.edge_lanes[edge]) for edge in able)
        for edge in able:
            counts[edge][turn] = vph * int(network.edge_lanes[edge]) / lanes
    return counts


def _chain(
    network: RoadNetwork,
    movements: Movements,
    edge: npt.NDArray[np.int32],
    table: TurningCountsSpec,
    window: tuple[float, float],
    counts: dict[int, npt.NDArray[np.float64]],
    profile: tuple[ProfilePoint, ...],
) -> CountedInterval:
    assumed = (table.right_share, table.straight_share, 1.0 - table.right_share - table.straight_share, 0.0)
    share = np.zeros(movements.turn.size)
    exits = frozenset(network.exit_edges.tolist())
    for state in range(edge.size):
        here = slice(int(movements.offset[state]), int(movements.offset[state + 1]))
        if here.stop > here.start:
            counted = counts.get(int(edge[state]))
            by_turn = assumed if counted is None or counted.sum() <= 0.0 else counted
            share[here] = shares_of(movements, by_turn, state)
    survive = np.array([0.0 if int(at) in exits else 1.0 for at in edge])
    arriving = _arriving(movements, edge, share, survive, counts)
    source: dict[int, float] = {}
    gates = _gates(network, movements, edge, counts)
    for approach, by_turn in counts.items():
        wanted, came = float(by_turn.sum()), arriving.get(approach, 0.0)
        survive[edge == approach] = 1.0 if came <= wanted else wanted / came
        if wanted > came:
            begin = gates.get(approach, approach)
            source[begin] = source.get(begin, 0.0) + wanted - came
    key = f"counts/{table.file}/{window[0]:g}/{window[1]:g}"
    return CountedInterval(key, *window, profile, source, share, survive)


def _arriving(
    movements: Movements,
    edge: npt.NDArray[np.int32],
    share: npt.NDArray[np.float64],
    survive: npt.NDArray[np.float64],
    counts: dict[int, npt.NDArray[np.float64]],
) -> dict[int, float]:
    """Return what the counted approaches send to each counted approach (vehicles per hour)."""
    of = np.repeat(np.arange(edge.size), np.diff(movements.offset))
    to = movements.target(np.arange(share.size))
    counted = np.isin(edge, list(counts))
    send = np.zeros(edge.size)
    for approach, by_turn in counts.items():
        send[approach] = float(by_turn.sum())
    first = np.bincount(to, weights=send[of] * share, minlength=edge.size)
    # what passes an uncounted state goes on by its shares; a hair less than all, so that circles without a way out end
    passing = np.where(counted[of], 0.0, share * survive[of] * (1.0 - 1e-9))
    chain = csr_array((passing, (to, of)), shape=(edge.size, edge.size))
    flow = spsolve((identity(edge.size, format="csc") - chain).tocsc(), first)
    return {approach: float(flow[edge == approach].sum()) for approach in counts}


def _gates(
    network: RoadNetwork, movements: Movements, edge: npt.NDArray[np.int32], counts: dict[int, npt.NDArray[np.float64]]
) -> dict[int, int]:
    """Return the gate from which traffic comes straight to each counted approach: the only way on from the gate's road."""
    found: dict[int, int] = {}
    for gate in network.entry_edges.tolist():
        todo, seen = deque([gate]), {gate}
        while todo:
            state = todo.popleft()
            if int(edge[state]) in counts:
                found.setdefault(int(edge[state]), gate)
                continue
            onward = movements.target(np.arange(movements.offset[state], movements.offset[state + 1]))
            if onward.size == 1 and int(onward[0]) not in seen:
                seen.add(int(onward[0]))
                todo.append(int(onward[0]))
    return found


def draw_counted(
    network: RoadNetwork, counted: CountedTraffic, classes: ClassTable, seed: int, begin_s: float, end_s: float
) -> tuple[DrawnTrips, list[npt.NDArray[np.int32]], int]:
    """Return the trips of all intervals, their routes (numbered by ``given_route``), and how many walks came to no end."""
    moves = counted.movements
    drawn = [np.empty(0, DRAWN)]
    routes: list[npt.NDArray[np.int32]] = []
    endless = 0
    for interval in counted.intervals:
        begin, end = max(begin_s, interval.from_s), min(end_s, interval.to_s)
        if end <= begin:
            continue
        total = np.repeat(np.concatenate(([0.0], np.cumsum(interval.share)))[moves.offset[:-1]], np.diff(moves.offset))
        cumulative = np.cumsum(interval.share) - total
        for state, vph in interval.source.items():
            key = f"{interval.key}/{_name(network, int(counted.states_edge[state]))}"
            knots = profile_knots(interval.profile, begin, end)
            rows = drawn_at(key, departures_s(stream_key(seed, "traffic/demand/departure", key), vph, *knots), classes, seed)
            stream = stream_key(seed, "traffic/demand/turn", key)
            for number in range(rows.size):
                edges, ended = walk(
                    *(stream, number, state, moves.offset, cumulative, moves.path_offset, moves.path),
                    *(counted.states_edge, interval.survive),
                )
                endless += not ended
                rows["given_route"][number] = len(routes)
                rows["origin"][number], rows["destination"][number] = edges[0], edges[-1]
                rows["arrive_s_m"][number] = network.edge_length_m[edges[-1]] * (
                    1.0 if edges[-1] in network.exit_edges else 0.5
                )
                routes.append(edges)
            drawn.append(rows)
    return np.concatenate(drawn), routes, endless


def _name(network: RoadNetwork, edge: int) -> str:
    return f"{int(network.edge_way[edge])}/{int(network.node_osm[network.edge_u[edge]])}"


def expected_turns(
    counted: CountedTraffic,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Return (edge, following edge, vehicles per hour) of the movements at profile 1; of several intervals the mean.

    Intervals without a length (no from_s and to_s) count like an hour.
    """
    moves, edge = counted.movements, counted.states_edge
    of = np.repeat(np.arange(edge.size), np.diff(moves.offset))
    to = moves.target(np.arange(of.size))
    total = np.zeros(of.size)
    lengths: dict[str, float] = defaultdict(float)
    weighted: dict[str, npt.NDArray[np.float64]] = {}
    for interval in counted.intervals:
        table = interval.key.rsplit("/", 2)[0]
        length_s = interval.to_s - interval.from_s if math.isfinite(interval.to_s - interval.from_s) else 3600.0
        source = np.zeros(edge.size)
        for state, vph in interval.source.items():
            source[state] += vph
        onward = interval.share * interval.survive[of] * (1.0 - 1e-9)
        chain = csr_array((onward, (to, of)), shape=(edge.size, edge.size))
        flow = spsolve((identity(edge.size, format="csc") - chain).tocsc(), source)
        lengths[table] += length_s
        weighted[table] = weighted.get(table, np.zeros(of.size)) + flow[of] * onward * length_s
    for table, sums in weighted.items():
        total += sums / lengths[table]
    return edge[of], edge[to], total
