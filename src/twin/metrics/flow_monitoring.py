"""Flow and speed as the sites' fused tracks measure them (交通流监测), held against the traffic as it truly was, edge by edge.

Both sides are L. C. Edie's generalised definitions ("Discussion of traffic stream measurements and definitions", Proc. 2nd
Int. Symposium on the Theory of Traffic Flow, 1963) over a stretch of road and an interval: flow = distance driven / (length x
time), density = time spent / (length x time), space-mean speed = distance / time. The truth is over the whole edge (table
``edge_state``), what is measured over the stretch that tracks were seen on: that a stretch is not the whole edge is part of the
error, as it is with devices on the road.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.edge_matching import EdgeMatcher
from twin.metrics.geh import GEH, geh
from twin.metrics.selection import after_warm_up, by_number, codes, share
from twin.units import CM_PER_M, US_PER_S

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

STEP_US: Final = 500_000
"""Of the fused lists those so far apart are used. Assumption: half a second, 8 m at 60 km/h, is fine against a stretch."""

LONGEST_STEP_US: Final = 1_000_000
"""A track that is away for longer is taken up anew. Assumption."""

SHORTEST_M: Final = 20.0
"""An edge of which less was seen counts as never measured. Assumption: four cars; a single strayed track sees less."""


@dataclass(frozen=True, slots=True)
class FlowErrors:
    """Measured against true values over some edges, or edges and intervals; each counts the same."""

    n: int
    true_vph: float | None
    """Mean of the true flows, vehicles an hour over all lanes."""
    bias_vph: float | None
    """Mean of measured - true flow."""
    mape: float | None
    """Mean of |measured - true| / true flow, where anybody drove."""
    geh_share: float | None
    """Share whose flows, as hourly ones, have a GEH statistic below ``GEH``."""
    speed_bias_mps: float | None
    """Mean of measured - true space-mean speed, where both are there."""
    speed_rmse_mps: float | None


@dataclass(frozen=True, slots=True)
class FlowPoints:
    """Edges over a time, measured and true; arrays of shape (n,). Speeds are NaN where nobody was there, or seen."""

    edge: Longs
    from_s: Floats
    to_s: Floats
    true_vph: Floats
    measured_vph: Floats
    true_vpkm: Floats
    measured_vpkm: Floats
    true_mps: Floats
    measured_mps: Floats

    def errors(self) -> FlowErrors:
        """Return what the measured values are off by."""
        off_vph = self.measured_vph - self.true_vph
        driven = self.true_vph > 0.0
        off_mps = (self.measured_mps - self.true_mps)[~np.isnan(self.measured_mps) & ~np.isnan(self.true_mps)]
        square = _mean(off_mps**2)
        return FlowErrors(
            n=self.edge.size,
            true_vph=_mean(self.true_vph),
            bias_vph=_mean(off_vph),
            mape=_mean(np.abs(off_vph[driven]) / self.true_vph[driven]),
            geh_share=_mean((geh(self.measured_vph, self.true_vph) < GEH).astype(np.float64)),
            speed_bias_mps=_mean(off_mps),
            speed_rmse_mps=None if square is None else float(np.sqrt(square)),
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one site sees of an edge."""

    site: int
    from_m: float
    """Metres along the edge: where the first of its tracks was."""
    to_m: float


@dataclass(frozen=True, slots=True)
class FlowMonitoring:
    """Of a run after its warm-up."""

    by_interval: FlowPoints
    """Every measured edge over every interval."""
    by_edge: FlowPoints
    """Every measured edge over all intervals."""
    stretch: dict[int, Stretch]
    """Of every measured edge. Sites that overlap are never added: an edge is measured by the one that sees most of it."""
    edges_driven: int
    """Edges on which anybody drove."""
    edges_never_measured: int
    """Of these, edges that no site measured."""

    @property
    def measured_share(self) -> float | None:
        """Share of the edges driven on that are measured."""
        return share(self.edges_driven - self.edges_never_measured, self.edges_driven)


def flow_monitoring(run: Run, warm_up_s: float = 0.0) -> FlowMonitoring | None:
    """Return measured and true traffic of ``run`` for the intervals that begin after ``warm_up_s``; None where no site fuses.

    Tracks are matched to the edges of their site's level by place and heading, those of pedestrians left out; between two lists
    a track adds its time, and its way along the edge, to the edge and interval of the middle of the step. A step whose middle
    fits no edge adds nothing.
    """
    if not run.segments("fused_object"):
        return None
    table = after_warm_up(run, "edge_state", ("t_us", "interval_us", "edge", "vehicle_s", "distance_m"), warm_up_s)
    t_us, span_us, edge = (table.column(name).to_numpy().astype(np.int64) for name in ("t_us", "interval_us", "edge"))
    begin_us, at = np.unique(t_us, return_inverse=True)
    span_s = np.zeros(begin_us.size)
    np.maximum.at(span_s, at, span_us / US_PER_S)
    length_m = by_number(run.table("edge"), "edge", "length_m").astype(np.float64)
    true = np.zeros((2, length_m.size, begin_us.size))
    for number, name in enumerate(("vehicle_s", "distance_m")):
        np.add.at(true[number], (edge, at), table.column(name).to_numpy().astype(np.float64))
    measured, stretch = _measured(run, warm_up_s, begin_us, span_s, length_m.size)
    edges = np.array(sorted(stretch), np.int64)
    seen_m = np.array([stretch[number].to_m - stretch[number].from_m for number in edges.tolist()])
    whole_s = np.array([span_s.sum()])
    start_s = begin_us / US_PER_S
    driven = np.unique(edge)

    def points(from_s: Floats, spans_s: Floats, own: Floats, others: Floats) -> FlowPoints:
        shape = own.shape[1:]
        true_vph, true_vpkm, true_mps = _edie(own, length_m[edges], spans_s)
        measured_vph, measured_vpkm, measured_mps = _edie(others, seen_m, spans_s)
        return FlowPoints(
            edge=np.repeat(edges, shape[1]),
            from_s=np.tile(from_s, shape[0]),
            to_s=np.tile(from_s + spans_s, shape[0]),
            true_vph=true_vph,
            measured_vph=measured_vph,
            true_vpkm=true_vpkm,
            measured_vpkm=measured_vpkm,
            true_mps=true_mps,
            measured_mps=measured_mps,
        )

    true, measured = true[:, edges], measured[:, edges]
    return FlowMonitoring(
        by_interval=points(start_s, span_s, true, measured),
        by_edge=points(start_s[:1], whole_s, true.sum(axis=2, keepdims=True), measured.sum(axis=2, keepdims=True)),
        stretch=stretch,
        edges_driven=driven.size,
        edges_never_measured=int((~np.isin(driven, edges)).sum()),
    )


def _edie(totals: Floats, length_m: Floats, span_s: Floats) -> tuple[Floats, Floats, Floats]:
    """Return flow (veh/h), density (veh/km) and speed (m/s), flat, of (time s, distance m) x edges x intervals."""
    spent_s, driven_m = totals
    metre_s = length_m[:, None] * span_s
    speed_mps = np.where(spent_s > 0.0, driven_m / np.where(spent_s > 0.0, spent_s, 1.0), np.nan)
    flow_vph, density_vpkm = 3600.0 * driven_m / metre_s, 1000.0 * spent_s / metre_s
    return flow_vph.ravel(), density_vpkm.ravel(), speed_mps.ravel()


def _measured(run: Run, warm_up_s: float, begin_us: Longs, span_s: Floats, edges: int) -> tuple[Floats, dict[int, Stretch]]:
    """Return time (s) and distance (m) of tracks, (2, edges, intervals), and the stretch of every measured edge."""
    step = _steps(run, warm_up_s)
    best: dict[int, Stretch] = {}
    totals = np.zeros((2, edges, begin_us.size))
    if not step.site.size or not begin_us.size:
        return totals, best
    pair = step.edge * (int(step.site.max()) + 1) + step.site
    pairs, group = np.unique(pair, return_inverse=True)
    least_m, most_m = np.full(pairs.size, np.inf), np.full(pairs.size, -np.inf)
    np.minimum.at(least_m, group, step.s_m)
    np.maximum.at(most_m, group, step.s_m)
    for row in np.flatnonzero(most_m - least_m >= SHORTEST_M).tolist():
        number, site = divmod(int(pairs[row]), int(step.site.max()) + 1)
        seen = Stretch(site, float(least_m[row]), float(most_m[row]))
        if number not in best or seen.to_m - seen.from_m > best[number].to_m - best[number].from_m:
            best[number] = seen
    chosen = np.full(edges, -1, np.int64)
    chosen[list(best)] = [seen.site for seen in best.values()]
    interval = np.searchsorted(begin_us, step.t_us, side="right") - 1
    inside = (interval >= 0) & (step.t_us < begin_us[interval] + US_PER_S * span_s[interval])
    own = inside & (chosen[step.edge] == step.site)
    at = (step.edge[own], interval[own])
    np.add.at(totals[0], at, step.spent_s[own])
    np.add.at(totals[1], at, step.way_m[own])
    return totals, best


@dataclass(frozen=True, slots=True)
class _Steps:
    """What tracks did between two lists, that lies on an edge; arrays of shape (n,)."""

    t_us: Longs
    """The middle of the step."""
    site: Longs
    edge: Longs
    s_m: Floats
    spent_s: Floats
    way_m: Floats


def _steps(run: Run, warm_up_s: float) -> _Steps:
    names = ("t_us", "site", "track", "x_cm", "y_cm", "heading_cdeg", "class")
    table = after_warm_up(run, "fused_object", names, warm_up_s)
    lists_us = np.unique(table.column("t_us").to_numpy())
    apart = np.diff(lists_us // STEP_US, prepend=-1) > 0
    table = table.filter(np.isin(table.column("t_us").to_numpy(), lists_us[apart]))
    known: dict[str, int] = {}
    klass = codes(table, "class", known)
    table = table.filter(klass != known.get("pedestrian", -1))
    t_us, site, track = (table.column(name).to_numpy().astype(np.int64) for name in ("t_us", "site", "track"))
    x_m, y_m = (table.column(name).to_numpy() / CM_PER_M for name in ("x_cm", "y_cm"))
    heading_rad = np.radians(90.0 - table.column("heading_cdeg").to_numpy() / 100.0)
    order = np.lexsort((t_us, track, site))
    first, then = order[:-1], order[1:]
    goes_on = (site[first] == site[then]) & (track[first] == track[then]) & (t_us[then] - t_us[first] <= LONGEST_STEP_US)
    first, then = first[goes_on], then[goes_on]
    edge, s_m, way_m = np.full(first.size, -1, np.int64), np.zeros(first.size), np.zeros(first.size)
    level = by_number(run.table("site"), "site", "level")[site[first]]
    for number in np.unique(level).tolist():
        rows = np.flatnonzero(level == number)
        a, b = first[rows], then[rows]
        found = EdgeMatcher(run, number).match((x_m[a] + x_m[b]) / 2.0, (y_m[a] + y_m[b]) / 2.0, heading_rad[b])
        edge[rows], s_m[rows] = found.edge, found.s_m
        way_m[rows] = (x_m[b] - x_m[a]) * found.along_x + (y_m[b] - y_m[a]) * found.along_y
    on = edge >= 0
    first, then = first[on], then[on]
    spent_s = (t_us[then] - t_us[first]) / US_PER_S
    return _Steps((t_us[first] + t_us[then]) // 2, site[first], edge[on], s_m[on], spent_s, way_m[on])


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None
