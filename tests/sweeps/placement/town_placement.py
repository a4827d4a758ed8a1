"""A small placement of the golden town: poles every 60 m, one of which stands already."""

from __future__ import annotations

from pathlib import Path

TOWN = Path(__file__).parent.parent.parent / "golden" / "town.yaml"

STANDING = "{name: centre, lon_deg: 113.319912, lat_deg: 23.119892, kit: pole, status: existing}"

REST = """
candidates:
  - {kind: signalised_junctions, kit: pole}
  - {kind: along_roads, kit: pole, spacing_m: 60, classes: [primary, secondary, tertiary, residential]}
budgets_cny: [1.5e6, 3.0e6]
training: {seeds: [1, 2]}
evaluation: {seeds: [11, 12], set: {demand.inflow_vph: 2000}}
baselines:
  - {kind: uniform, kit: pole, classes: [primary, secondary, tertiary, residential]}
  - {kind: junctions_first, kit: pole, then_classes: [primary, secondary, tertiary, residential]}
"""


def placement_file(folder: Path, *, rest: str = REST, more: str = "", duration_s: float = 12.0) -> Path:
    """Write a placement file below ``folder`` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "placement.yaml"
    values = f"{{duration_s: {duration_s}, warm_up_s: 2, deployment.sites: [{STANDING}]{more}}}"
    file.write_text(f"name: town_placement\nscenario: {TOWN}\nset: {values}\n{rest}", encoding="utf-8")
    return file
