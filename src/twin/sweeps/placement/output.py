"""What a placement leaves behind: deployments that ``twin run`` takes, tables, a manifest."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from ruamel.yaml import YAML

from twin.eventlog.manifest import software_versions
from twin.metrics.statistics import Estimate
from twin.sensors.deployment_spec import DeploymentSpec, SiteSpec
from twin.sweeps.placement.candidates import given
from twin.sweeps.placement.place import Judged, PlacementResult
from twin.sweeps.store import LocalStore
from twin.sweeps.table import write_table

SITES: Final = "sites"
CURVE: Final = "curve"
MANIFEST: Final = "placement.json"


def write(result: PlacementResult, out: Path) -> Path:
    """Write everything below ``out/<name>-<key>`` and return that folder; raise RunError where that cannot be."""
    folder = LocalStore(out / f"{result.plan.spec.name}-{result.key}")
    for one in result.judged:
        folder.write(deployment_name(one), deployment_text(result.plan.scenario.spec.deployment, one.sites).encode())
    write_table(folder, SITES, sites_table(result))
    write_table(folder, CURVE, curve_table(result))
    folder.write(MANIFEST, (json.dumps(_manifest(result), ensure_ascii=False, indent=2) + "\n").encode())
    return folder.path


def deployment_name(one: Judged) -> str:
    """Return the file of a deployment, by its budget in whole yuan and its label."""
    label = "-".join("".join(letter if letter.isalnum() else " " for letter in one.label).split())
    return f"deployment-{one.budget_cny:.0f}-{label}.yaml"


def deployment_text(deployment: DeploymentSpec, sites: Sequence[SiteSpec]) -> str:
    """Return ``sites`` with the kits and prices of ``deployment``, as the value of a scenario's key ``deployment``."""
    alone = given(deployment, sites)
    values: dict[str, Any] = {"presets": alone.presets} if alone.presets else {}
    values["kits"] = {name: _plain(alone, name) for name in alone.kits if any(site.kit == name for site in sites)}
    values["costs"] = alone.costs.model_dump(mode="json")
    values["sites"] = [site.model_dump(mode="json", exclude_defaults=True) for site in sites]
    writer = YAML()
    writer.width = 10_000
    sink = io.StringIO()
    writer.dump(values, sink)
    return sink.getvalue()


def _plain(deployment: DeploymentSpec, kit: str) -> Any:
    return deployment.model_dump(mode="json", include={"kits": {kit}})["kits"][kit]


def sites_table(result: PlacementResult) -> pa.Table:
    """Return the chosen sites of every budget, a row each, in the order in which they are best built.

    ``gain_share`` and ``cumulative_share`` are shares of the training's weighted vehicle-seconds; with ``seen_by`` above 1,
    what fewer sites perceive counts in part.
    """
    found, whole = result.plan.candidates, result.whole or 1.0
    rows: list[dict[str, Any]] = []
    for selection in result.selections:
        cost_cny = value = 0.0
        for rank, (row, gain) in enumerate(zip(selection.sites, selection.gains, strict=True), start=1):
            site = found.sites[row]
            cost_cny += float(found.cost_cny[row])
            value += gain
            rows.append(
                {
                    "budget_cny": selection.budget_cny,
                    "rank": rank,
                    "site": site.name,
                    "kit": site.kit,
                    "status": site.status,
                    "lon_deg": site.lon_deg,
                    "lat_deg": site.lat_deg,
                    "level": site.level,
                    "cost_cny": float(found.cost_cny[row]),
                    "cumulative_cost_cny": cost_cny,
                    "gain_share": gain / whole,
                    "cumulative_share": value / whole,
                }
            )
    return pa.Table.from_pylist(rows)


def curve_table(result: PlacementResult) -> pa.Table:
    """Return every way of spending every budget, a row each; half widths are those of 95 % intervals over the seeds.

    ``bound_share``: more than that no choice reaches in training, by the measure that is optimised.
    """
    bounds = {one.budget_cny: one for one in result.selections}
    rows = []
    for one in result.judged:
        selection = bounds[one.budget_cny] if one.optimised else None
        rows.append(
            {
                "budget_cny": one.budget_cny,
                "choice": one.label,
                "sites": len(one.sites),
                "cost_cny": one.cost_cny,
                "spacing_m": one.spacing_m,
                "training_share": one.trained_share,
                "training_value_share": selection and selection.value / (result.whole or 1.0),
                "bound_share": selection and min(1.0, selection.bound / (result.whole or 1.0)),
                **_columns("share", one.mean),
                **_columns("optimised_lead", one.lead),
                **_columns("optimised_gain", one.gain),
            }
        )
    return pa.Table.from_pylist(rows, schema=pa.schema(_KINDS))


_NUMBERS: Final = (
    "training_share",
    "training_value_share",
    "bound_share",
    "share",
    "share_half_width",
    "optimised_lead",
    "optimised_lead_half_width",
    "optimised_gain",
    "optimised_gain_half_width",
)

_KINDS: Final[dict[str, pa.DataType]] = {
    "budget_cny": pa.float64(),
    "choice": pa.string(),
    "sites": pa.int64(),
    "cost_cny": pa.float64(),
    "spacing_m": pa.int64(),
    **dict.fromkeys(_NUMBERS, pa.float64()),
}


def _columns(name: str, found: Estimate | None) -> dict[str, float | None]:
    if found is None:
        return {name: None, f"{name}_half_width": None}
    return {name: found.mean, f"{name}_half_width": found.half_width}


def _manifest(result: PlacementResult) -> dict[str, Any]:
    plan = result.plan
    return {
        "state": "complete",
        "name": plan.spec.name,
        "question": plan.spec.question,
        "scenario": plan.scenario.spec.name,
        "candidates": len(plan.candidates.sites),
        "standing": int(plan.candidates.standing.sum()),
        "placement": plan.spec.model_dump(mode="json"),
        "budgets_cny": list(plan.budgets_cny),
        "shares": {deployment_name(one): list(one.shares) for one in result.judged},
        "versions": software_versions(),
    }
