"""How well the sites' fused lists follow the vehicles around them: ``metrics/tracking.py`` asked of a run's log."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up, by_number
from twin.metrics.tracking import TrackingFigures, tracking_figures
from twin.metrics.truth import Longs, Truth, shown_vehicles, truth_of
from twin.units import CM_PER_M

WITHIN_M: Final = 80.0
"""Whoever is so near to a site is to be followed by it. Source: the zone in which Guangzhou's specification of 2021 uses every
kind of device of configuration IV."""


@dataclass(frozen=True, slots=True)
class SiteTracking:
    """Figures of tracks after the warm-up."""

    total: TrackingFigures
    """Sums over the sites; a vehicle counts once at each site."""
    by_site: dict[int, TrackingFigures]
    """By number of the site, of those around which anybody was or was reported."""


def site_tracking(
    run: Run, warm_up_s: float = 0.0, within_m: float = WITHIN_M, truth: Truth | None = None
) -> SiteTracking | None:
    """Return how the sites of ``run`` followed vehicles and pedestrians on their own level within ``within_m``; None unfused.

    Seen or not: what buildings and others hide counts as missed. A track belongs to the circle where its vehicle truly is, a
    false one where it is reported; tracks of vehicles on other levels count nowhere. Counted at the instants of
    ``trajectory`` that fall on the beat of the fused lists, whether a list then had anything in it or not; two changes of a
    track between them count as none.
    """
    if not run.segments("fused_object"):
        return None
    truth = truth_of(run, warm_up_s) if truth is None else truth
    table = after_warm_up(run, "fused_object", ("t_us", "site", "track", "x_cm", "y_cm", "vehicle"), warm_up_s)
    t_us, site, track = (table.column(name).to_numpy().astype(np.int64) for name in ("t_us", "site", "track"))
    x_m, y_m = (table.column(name).to_numpy() / CM_PER_M for name in ("x_cm", "y_cm"))
    vehicle = shown_vehicles(table)
    row = truth.rows(t_us, vehicle)
    there, at = row >= 0, np.maximum(row, 0)
    shared = truth.known(t_us)
    place_x_m, place_y_m, error_m = x_m, y_m, np.zeros(x_m.size)
    if truth.t_us.size:
        place_x_m, place_y_m = np.where(there, truth.x_m[at], x_m), np.where(there, truth.y_m[at], y_m)
        error_m = np.where(there, np.hypot(x_m - truth.x_m[at], y_m - truth.y_m[at]), 0.0)
    listed = _on_the_beat(truth.t_us, np.unique(t_us))
    level = by_number(run.table("edge"), "edge", "level")[truth.edge]
    shown_level = level[at] if level.size else at
    by_site = {}
    for spec in run.table("site").select(["site", "x_cm", "y_cm", "level"]).to_pylist():
        number, east_m, north_m = spec["site"], spec["x_cm"] / CM_PER_M, spec["y_cm"] / CM_PER_M
        around = listed & (level == spec["level"]) & (np.hypot(truth.x_m - east_m, truth.y_m - north_m) <= within_m)
        own = (site == number) & shared & (~there | (shown_level == spec["level"]))
        own &= np.hypot(place_x_m - east_m, place_y_m - north_m) <= within_m
        if around.any() or own.any():
            shown = np.where(there[own], vehicle[own], -1)
            by_site[number] = tracking_figures(
                truth.t_us[around], truth.vehicle[around], t_us[own], track[own], shown, error_m[own]
            )
    return SiteTracking(_sum(list(by_site.values())), by_site)


def _on_the_beat(t_us: Longs, lists_us: Longs) -> npt.NDArray[np.bool_]:
    """Return which instants (n,) are whole periods of the lists away from the first of ``lists_us``, in rising order."""
    if lists_us.size < 2:  # no period
        return np.isin(t_us, lists_us)
    beat: npt.NDArray[np.bool_] = (t_us - lists_us[0]) % np.gcd.reduce(np.diff(lists_us)) == 0
    return beat


def _sum(parts: list[TrackingFigures]) -> TrackingFigures:
    names = [field.name for field in fields(TrackingFigures)]
    return TrackingFigures(**{name: sum(getattr(part, name) for part in parts) for name in names})
