"""Everything that ``twin report`` tells of a run, as one piece of data that JSON can hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, Final

from twin.eventlog.reader import Run
from twin.metrics.bridges import bridge_report
from twin.metrics.field_devices import field_figures, flood_figures
from twin.metrics.flow_monitoring import FlowPoints, flow_monitoring
from twin.metrics.link_report import link_report
from twin.metrics.loops import loop_figures
from twin.metrics.parking import parking_figures
from twin.metrics.perception import DetectionCounts, perception_figures
from twin.metrics.selection import seeing_devices
from twin.metrics.site_tracks import site_tracking
from twin.metrics.specification import specification_verdicts
from twin.metrics.tracking import TrackingFigures
from twin.metrics.truth import truth_of
from twin.metrics.warm_up import may_settle

RANGES_M: Final = (0, 30, 50, 100, 150, 200)
"""Near ends of the ranges of the report; the last has no end. The first three are those of DAIR-V2X's tables."""

_TRACKING: Final = ("present", "mota", "motp_m", "idf1", "continuity", "id_switches", "fragments", "misses", "false")
_COUNTED: Final = ("present", "visible", "detected", "false", "recall", "precision", "mean_error_m", "rms_error_m")

_OF_A_CLASS: Final = ("present", "visible", "detected", "recall", "mean_error_m", "rms_error_m")
"""By class there is no precision: a false object has no true class."""

Figures = dict[str, Any]


def report(run: Run) -> Figures:
    """Return the figures of ``run`` after its warm-up.

    Keys: ``run``, ``state``, ``weather``, ``light`` and ``warm_up_s``, as they stand in the manifest; ``may_settle``, whether
    ``warm_up_needed_s`` means anything; ``kinds``, names of the kinds of devices by language; ``summary``, the closing figures;
    ``perception`` with ``by_kind``, ``by_range`` and ``by_class_and_range`` (``to_m`` None: no end); ``specification``, a list
    of verdicts; ``tracking`` and ``flow``, None where no site fuses; ``loops`` with ``by_preset`` and ``by_edge``, None where
    there are none; ``links``, None where nothing was sent (``link_report``);
    ``parking``, None where nobody parks (``metrics/parking.py``); ``bridges``, None without (``metrics/bridges.py``);
    ``field_devices`` with ``floods``, None without such (``metrics/field_devices.py``). A figure that nothing is there to form
    is None.
    """
    scenario = run.manifest.scenario
    warm_up_s = run.warm_up_s
    truth = truth_of(run, warm_up_s)
    verdicts = specification_verdicts(run, warm_up_s, truth)
    tracking = site_tracking(run, warm_up_s, truth=truth)
    names = {row["site"]: row["name"] for row in run.table("site").select(["site", "name"]).to_pylist()}
    return {
        "run": run.manifest.name,
        "state": run.manifest.state,
        "weather": dict(scenario.get("weather", {})),
        "light": scenario.get("light"),
        "warm_up_s": warm_up_s,
        "may_settle": may_settle(scenario),
        "kinds": kind_names(run),
        "summary": dict(run.manifest.summary),
        "perception": _perception(run, warm_up_s),
        "specification": [
            dataclasses.asdict(verdict) | {"threshold": verdict.threshold, "at_least": verdict.at_least, "met": verdict.met}
            for verdict in verdicts
        ],
        "tracking": None
        if tracking is None
        else {
            "total": _tracking(tracking.total),
            "by_site": {names[site]: _tracking(figures) for site, figures in tracking.by_site.items()},
        },
        "flow": _flow(run, warm_up_s),
        "loops": _loops(run, warm_up_s),
        "links": link_report(run, warm_up_s),
        "parking": _parking(run, warm_up_s),
        "bridges": bridge_report(run, warm_up_s),
        "field_devices": _field_devices(run, warm_up_s),
    }


def kind_names(run: Run) -> dict[str, dict[str, str]]:
    """Return what the log calls each kind of device, by kind and language."""
    return {row["kind"]: {"en": row["name_en"], "zh": row["name_zh"]} for row in run.table("device_kind").to_pylist()}


def _perception(run: Run, warm_up_s: float) -> Figures:
    found = perception_figures(run, warm_up_s)
    kinds = {row["device"]: str(row["kind"]) for row in seeing_devices(run).select(["device", "kind"]).to_pylist()}
    by_kind = {
        kind: _counts(counts for device, counts in found.by_device.items() if kinds[device] == kind)
        for kind in sorted(set(kinds.values()))
    }
    by_range, by_class = [], []
    for near_m, far_m in zip(RANGES_M, (*RANGES_M[1:], None), strict=True):
        ends = {"from_m": near_m, "to_m": far_m}
        inside = [edge for edge in found.by_range_m if edge >= near_m and (far_m is None or edge < far_m)]
        by_range.append(ends | _counts(found.by_range_m[edge] for edge in inside))
        for name in found.by_class:
            own = [found.by_class_and_range_m[name, edge] for edge in inside if (name, edge) in found.by_class_and_range_m]
            if own:
                counts = _counts(own)
                by_class.append({"class": name} | ends | {key: counts[key] for key in _OF_A_CLASS})
    by_class.sort(key=lambda row: (row["class"], row["from_m"]))
    return {"by_kind": by_kind, "by_range": by_range, "by_class_and_range": by_class}


def _counts(parts: Iterable[DetectionCounts]) -> Figures:
    """Return sums and shares."""
    own = list(parts)
    names = [field.name for field in dataclasses.fields(DetectionCounts)]
    total = DetectionCounts(**{name: sum(getattr(part, name) for part in own) for name in names})
    return {name: getattr(total, name) for name in _COUNTED}


def _tracking(figures: TrackingFigures) -> Figures:
    return {name: getattr(figures, name) for name in _TRACKING}


def _field_devices(run: Run, warm_up_s: float) -> Figures | None:
    found = field_figures(run, warm_up_s)
    if found is None:
        return None
    figures = dataclasses.asdict(found)
    figures["total"]["delivered_share"] = found.total.delivered_share
    for kind, row in found.by_kind.items():
        figures["by_kind"][kind]["delivered_share"] = row.delivered_share
    floods = {name: dataclasses.asdict(row) for name, row in flood_figures(run, warm_up_s).items()}
    return figures | {"floods": floods}


def _parking(run: Run, warm_up_s: float) -> Figures | None:
    found = parking_figures(run, warm_up_s)
    if found is None:
        return None
    figures = dataclasses.asdict(found)
    figures["search"]["failed_share"] = found.search.failed_share
    return figures


def _loops(run: Run, warm_up_s: float) -> Figures | None:
    found = loop_figures(run, warm_up_s)
    if not found.by_preset:
        return None
    return {
        "by_preset": {name: dataclasses.asdict(figures) for name, figures in found.by_preset.items()},
        "by_edge": [{"edge": edge} | dataclasses.asdict(figures) for edge, figures in found.by_edge.items()],
    }


def _flow(run: Run, warm_up_s: float) -> Figures | None:
    found = flow_monitoring(run, warm_up_s)
    if found is None:
        return None
    return {
        "edges_driven": found.edges_driven,
        "edges_never_measured": found.edges_never_measured,
        "measured_share": found.measured_share,
        "total": dataclasses.asdict(found.by_edge.errors()),
        "by_interval": dataclasses.asdict(found.by_interval.errors()),
        "by_edge": [
            {"edge": edge} | dataclasses.asdict(found.stretch[edge]) | row
            for edge, row in zip(found.by_edge.edge.tolist(), _rows(found.by_edge), strict=True)
        ],
    }


def _rows(points: FlowPoints) -> list[Figures]:
    names = ("true_vph", "measured_vph", "true_vpkm", "measured_vpkm", "true_mps", "measured_mps")
    columns = [getattr(points, name).tolist() for name in names]
    return [
        {name: None if value != value else value for name, value in zip(names, row, strict=True)}  # noqa: PLR0124  (NaN)
        for row in zip(*columns, strict=True)
    ]
