"""Parking figures of a run: how full, how long searched, how much of the traffic that is, how right the reports are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.eventlog.reader import Run
from twin.metrics.reported_bays import ReportedFigures, reported_figures
from twin.metrics.selection import after_warm_up, percentile, share

Floats = npt.NDArray[np.float64]

OUTCOMES = ("parked", "illegal", "balked", "gave_up", "looking")
"""What becomes of a search; the last of those that the run's end cut off."""


@dataclass(frozen=True, slots=True)
class FacilityFigures:
    """One facility, or all of them together, after the warm-up."""

    capacity: int
    occupancy: float | None
    """Mean share of its bays that were taken."""
    turnover_per_bay_hour: float | None
    """Vehicles that came to stand in a bay, per bay and hour."""
    came: int
    blocked_share: float | None
    """Of those that came, the share that was not let in: no bay free, too many waiting, closed, or waited too long."""


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """Searches that began after the warm-up."""

    searches: int
    outcomes: dict[str, int]
    """How many ended in which way, see ``OUTCOMES``."""
    mean_s: float | None
    """Time from the first facility that a driver had set out for until he stood, of those who parked."""
    p95_s: float | None
    mean_m: float | None
    """Distance driven meanwhile, of the same."""
    p95_m: float | None
    mean_walk_m: float | None
    mean_loops: float | None
    """Edges entered again while looking, of all searches."""
    most_loops: int | None
    vehicle_m: float
    """Distance driven while looking, of all searches."""

    @property
    def failed_share(self) -> float | None:
        """Of the searches that ended, the share without a legal place."""
        ended = self.searches - self.outcomes.get("looking", 0)
        return share(ended - self.outcomes.get("parked", 0), ended)


@dataclass(frozen=True, slots=True)
class GuidedFigures:
    """Drivers who set out for a facility on what one source said: the app, a sign, or their own guesses."""

    advised: int
    parked_share: float | None
    """Of those whose advice came to an end, the share that parked there."""
    outcomes: dict[str, int]
    mean_age_s: float | None
    """Age of the news on setting out; None without any."""
    mean_loops: float | None
    """Edges that its drivers entered again in their searches."""


@dataclass(frozen=True, slots=True)
class ParkingFigures:
    """Parking of a run after the warm-up; None where something was not modelled."""

    total: FacilityFigures
    by_kind: dict[str, FacilityFigures]
    by_facility: dict[str, FacilityFigures]
    search: SearchFigures
    cruising_share: float | None
    """Vehicle-metres driven while looking, of all vehicle-metres."""
    reported: ReportedFigures | None
    """How right the reported states of bays are; None without sensors."""
    count_error: float | None
    """Mean distance of what gate counters said from the vehicles inside, per space; None without counters."""
    guided: dict[str, GuidedFigures] = field(default_factory=dict)
    """By source; empty without guidance."""


def parking_figures(run: Run, warm_up_s: float = 0.0) -> ParkingFigures | None:
    """Return the parking figures of ``run`` after ``warm_up_s``; None where nobody parks."""
    spec = run.table("facility_spec").select(["facility", "name", "kind", "capacity"])
    if not spec.num_rows:
        return None
    capacity = spec.column("capacity").to_numpy()
    kinds, names = ([str(one) for one in spec.column(name).to_pylist()] for name in ("kind", "name"))
    sums = _facility_sums(run, warm_up_s, capacity.size)
    search = _searches(run, warm_up_s)
    driven_m = pc.sum(after_warm_up(run, "edge_state", ["distance_m"], warm_up_s).column("distance_m")).as_py() or 0.0
    return ParkingFigures(
        total=_figures(capacity, sums, np.ones(capacity.size, np.bool_)),
        by_kind={kind: _figures(capacity, sums, np.array([one == kind for one in kinds])) for kind in sorted(set(kinds))},
        by_facility={name: _figures(capacity, sums, np.arange(capacity.size) == row) for row, name in enumerate(names)},
        search=search,
        cruising_share=share(search.vehicle_m, driven_m),
        reported=reported_figures(run, warm_up_s),
        count_error=_count_error(run, warm_up_s, capacity),
        guided=_guided(run, warm_up_s),
    )


_SUMS = ("interval_us", "occupied_s", "parked", "came", "found_full", "found_queue", "gave_up_waiting", "found_closed")


def _facility_sums(run: Run, warm_up_s: float, facilities: int) -> dict[str, Floats]:
    """Return the sums over intervals of each facility, (facilities,) each."""
    rows = after_warm_up(run, "facility", ["facility", *_SUMS], warm_up_s)
    number = rows.column("facility").to_numpy()
    return {name: np.bincount(number, rows.column(name).to_numpy(), minlength=facilities).astype(np.float64) for name in _SUMS}


def _figures(capacity: npt.NDArray[np.int32], sums: dict[str, Floats], chosen: npt.NDArray[np.bool_]) -> FacilityFigures:
    of = {name: float(values[chosen].sum()) for name, values in sums.items()}
    bay_s = float((capacity * sums["interval_us"] * 1e-6)[chosen].sum())
    turnover = share(of["parked"], bay_s)
    blocked = of["found_full"] + of["found_queue"] + of["gave_up_waiting"] + of["found_closed"]
    return FacilityFigures(
        capacity=int(capacity[chosen].sum()),
        occupancy=share(of["occupied_s"], bay_s),
        turnover_per_bay_hour=None if turnover is None else 3600.0 * turnover,
        came=int(of["came"]),
        blocked_share=share(blocked, of["came"]),
    )


def _searches(run: Run, warm_up_s: float) -> SearchFigures:
    names = ["outcome", "search_s", "search_m", "walk_m", "loops"]
    rows = after_warm_up(run, "parking", names, warm_up_s, time="began_us")
    outcome = [str(one) for one in rows.column("outcome").to_pylist()]
    parked = rows.filter(pa.array([one == "parked" for one in outcome], pa.bool_()))
    took_s, drove_m = (parked.column(name).drop_null().to_numpy() for name in ("search_s", "search_m"))
    loops = rows.column("loops").to_numpy()
    return SearchFigures(
        searches=rows.num_rows,
        outcomes={name: outcome.count(name) for name in OUTCOMES},
        mean_s=_mean(took_s),
        p95_s=percentile(took_s, 95),
        mean_m=_mean(drove_m),
        p95_m=percentile(drove_m, 95),
        mean_walk_m=_mean(parked.column("walk_m").drop_null().to_numpy()),
        mean_loops=_mean(loops),
        most_loops=int(loops.max()) if loops.size else None,
        vehicle_m=float(pc.sum(rows.column("search_m")).as_py() or 0.0),
    )


def _count_error(run: Run, warm_up_s: float, capacity: npt.NDArray[np.int32]) -> float | None:
    rows = after_warm_up(run, "gate_count", ["facility", "inside", "standing"], warm_up_s)
    inside, standing = (rows.column(name).to_numpy().astype(np.float64) for name in ("inside", "standing"))
    return _mean(np.abs(inside - standing) / capacity[rows.column("facility").to_numpy()])


def _guided(run: Run, warm_up_s: float) -> dict[str, GuidedFigures]:
    rows = after_warm_up(run, "parking_guidance", ["vehicle", "source", "outcome", "age_s"], warm_up_s)
    visits = run.table("parking").select(["vehicle", "loops"])
    loops_of = dict(zip(visits.column("vehicle").to_pylist(), visits.column("loops").to_pylist(), strict=True))
    source = [str(one) for one in rows.column("source").to_pylist()]
    vehicle, outcome, age_s = (rows.column(name).to_pylist() for name in ("vehicle", "outcome", "age_s"))
    found = {}
    for name in sorted(set(source)):
        own = [row for row, one in enumerate(source) if one == name]
        outcomes = sorted({str(outcome[row]) for row in own})
        counts = {one: sum(str(outcome[row]) == one for row in own) for one in outcomes}
        ages = np.array([age_s[row] for row in own if age_s[row] is not None])
        drivers = {vehicle[row] for row in own}
        found[name] = GuidedFigures(
            advised=len(own),
            parked_share=share(counts.get("parked", 0), len(own) - counts.get("open", 0)),
            outcomes=counts,
            mean_age_s=_mean(ages),
            mean_loops=_mean(np.array([loops_of[one] for one in drivers if one in loops_of])),
        )
    return found


def _mean(values: npt.NDArray[np.generic]) -> float | None:
    return float(np.mean(np.asarray(values, np.float64))) if values.size else None
