"""The closing figures of a run, flat: for the terminal, the manifest, and a table of many runs."""

from __future__ import annotations

import math
from typing import Final

from twin.eventlog.reader import Run
from twin.metrics.alerts import ACCUSED, alert_figures
from twin.metrics.bridges import BRIDGE_FIGURES, bridge_summary
from twin.metrics.costs import cost_figures
from twin.metrics.coverage import coverage_figures
from twin.metrics.delivery import delivery_figures
from twin.metrics.field_devices import field_figures
from twin.metrics.known import known_figures
from twin.metrics.links import HOPS, link_figures
from twin.metrics.parking import parking_figures
from twin.metrics.perceived import perceived_figures
from twin.metrics.perception import perception_figures
from twin.metrics.traffic import traffic_figures
from twin.metrics.warm_up import warm_up_needed_s
from twin.units import MPS_PER_KMH

SIDELINK_M: Final = 300.0
"""Distance up to which the delivery of direct radio is told. Source: T/CSAE 53-2020, day-one use cases."""

_OF_A_HOP = ("delay_p50_ms", "delay_p95_ms", "lost_share", "queue_max")

FIGURES: Final = (
    "vehicles",
    "trips_finished",
    "trips_waiting",
    "vehicle_km",
    "mean_speed_kmh",
    "mean_delay_s",
    "warm_up_needed_s",
    "detections",
    "visible_share",
    "recall",
    "miss_rate",
    "precision",
    "position_error_rms_m",
    "perceived_share",
    "perceived_twice_share",
    "known_edge_100ms_share",
    "known_regional_200ms_share",
    "coverage_share",
    "coverage_twice_share",
    "sites",
    "cost_cny",
    "life_cycle_cost_cny",
    "cost_per_perceived_vehicle_hour_cny",
    "messages",
    "mec_age_p50_ms",
    "mec_age_p95_ms",
    "cloud_age_p50_ms",
    "cloud_age_p95_ms",
    "delivered_share",
    *(f"{hop}_{name}" for hop in HOPS for name in _OF_A_HOP),
    "regional_age_p50_ms",
    "regional_age_p95_ms",
    "sidelink_300m_delivered_share",
    "alerts",
    "accused_precision",
    "accused_recall",
    "field_devices",
    "field_delivered_share",
    "field_up_share",
    "batteries_replaced",
    *BRIDGE_FIGURES,
    "parking_occupancy_share",
    "parking_turnover_per_bay_hour",
    "parking_blocked_share",
    "parking_search_s",
    "parking_search_p95_s",
    "parking_search_m",
    "parking_failed_share",
    "cruising_share",
    "bay_wrong_share",
    "bay_delay_p95_s",
    "rows",
    "bytes",
)
"""Names of the closing figures, in their order."""


def summarise(run: Run, warm_up_s: float = 0.0) -> dict[str, float | int | None]:
    """Return the closing figures of ``run``; what happened before ``warm_up_s`` is left out.

    Not so of ``rows``, ``bytes`` and ``warm_up_needed_s``. A figure that nothing is there to form, such as the recall of a run
    without sensors, is None.
    """
    traffic = traffic_figures(run, warm_up_s)
    seen = perception_figures(run, warm_up_s).total
    perceived = perceived_figures(run, warm_up_s).total
    known = known_figures(run, warm_up_s)
    regional = known.age["regional"]
    covered = coverage_figures(run).total
    costs = cost_figures(run, warm_up_s)
    hour_cny = costs.cost_per_perceived_vehicle_hour_cny
    links = link_figures(run, warm_up_s)
    alerts = alert_figures(run, warm_up_s)
    accused = None if alerts is None else alerts.senders.get(ACCUSED)
    speed_mps = traffic.mean_speed_mps
    return {
        "vehicles": traffic.vehicles,
        "trips_finished": traffic.trips_finished,
        "trips_waiting": traffic.trips_waiting,
        "vehicle_km": traffic.vehicle_km,
        "mean_speed_kmh": None if speed_mps is None else speed_mps / MPS_PER_KMH,
        "mean_delay_s": traffic.mean_delay_s,
        "warm_up_needed_s": warm_up_needed_s(run),
        "detections": seen.reported,
        "visible_share": seen.visible_share,
        "recall": seen.recall,
        "miss_rate": None if seen.recall is None else 1.0 - seen.recall,
        "precision": seen.precision,
        "position_error_rms_m": seen.rms_error_m,
        "perceived_share": perceived.perceived_share,
        "perceived_twice_share": perceived.perceived_twice_share,
        "known_edge_100ms_share": known.shares["known_edge_100ms"],
        "known_regional_200ms_share": known.shares["known_regional_200ms"],
        "coverage_share": covered.coverage_share,
        "coverage_twice_share": covered.coverage_twice_share,
        "sites": run.table("site").num_rows,
        "cost_cny": costs.investment_cny.mid,
        "life_cycle_cost_cny": None if costs.life_cycle_cny is None else costs.life_cycle_cny.mid,
        "cost_per_perceived_vehicle_hour_cny": None if hour_cny is None else hour_cny.mid,
        "messages": links.messages,
        "mec_age_p50_ms": links.mec.p50_ms,
        "mec_age_p95_ms": links.mec.p95_ms,
        "cloud_age_p50_ms": links.cloud.p50_ms,
        "cloud_age_p95_ms": links.cloud.p95_ms,
        "delivered_share": links.delivered_share,
        **{f"{hop}_{name}": getattr(figures, name) for hop, figures in links.hops.items() for name in _OF_A_HOP},
        "regional_age_p50_ms": regional.p50_ms,
        "regional_age_p95_ms": regional.p95_ms,
        "sidelink_300m_delivered_share": delivery_figures(run, warm_up_s).within(SIDELINK_M).delivery_ratio,
        "alerts": None if alerts is None else alerts.total,
        "accused_precision": None if accused is None else _defined(accused.precision),
        "accused_recall": None if accused is None else _defined(accused.recall),
        **_field_devices(run, warm_up_s),
        **bridge_summary(run, warm_up_s),
        **_parking(run, warm_up_s),
        "rows": sum(run.rows.values()),
        "bytes": run.bytes,
    }


def _field_devices(run: Run, warm_up_s: float) -> dict[str, float | int | None]:
    found = field_figures(run, warm_up_s)
    return {
        "field_devices": 0 if found is None else found.total.devices,
        "field_delivered_share": None if found is None else found.total.delivered_share,
        "field_up_share": None if found is None else found.total.up_share,
        "batteries_replaced": None if found is None else found.total.batteries_replaced,
    }


def _parking(run: Run, warm_up_s: float) -> dict[str, float | None]:
    found = parking_figures(run, warm_up_s)
    reported = None if found is None else found.reported
    return {
        "parking_occupancy_share": None if found is None else found.total.occupancy,
        "parking_turnover_per_bay_hour": None if found is None else found.total.turnover_per_bay_hour,
        "parking_blocked_share": None if found is None else found.total.blocked_share,
        "parking_search_s": None if found is None else found.search.mean_s,
        "parking_search_p95_s": None if found is None else found.search.p95_s,
        "parking_search_m": None if found is None else found.search.mean_m,
        "parking_failed_share": None if found is None else found.search.failed_share,
        "cruising_share": None if found is None else found.cruising_share,
        "bay_wrong_share": None if reported is None else reported.wrong_share,
        "bay_delay_p95_s": None if reported is None else reported.delay_p95_s,
    }


def _defined(value: float) -> float | None:
    return None if math.isnan(value) else value
