"""A small sweep of the golden town: one pole or two, over two seeds."""

from __future__ import annotations

import json
from pathlib import Path

from twin.sweeps.design import Design
from twin.sweeps.sweep import load_design

TOWN = Path(__file__).parent.parent / "golden" / "town.yaml"

WEST = "{name: west, lon_deg: 113.318242, lat_deg: 23.119901, kit: pole}"
CENTRE = "{name: centre, lon_deg: 113.319912, lat_deg: 23.119892, kit: pole}"

AXIS = f"""
  - name: poles
    values:
      - label: one
      - label: 两个
        set:
          deployment.sites:
            - {WEST}
            - {CENTRE}
"""


def sweep_file(folder: Path, *, axes: str = AXIS, rest: str = "seeds: [1, 2]", duration_s: float = 6.0) -> Path:
    """Write a sweep file below ``folder`` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "sweep.yaml"
    scenario = json.dumps(str(TOWN))
    file.write_text(
        f"name: small\nquestion: one or two?\nscenario: {scenario}\nset:\n  duration_s: {duration_s}\naxes:{axes}{rest}\n",
        encoding="utf-8",
    )
    return file


def small_design(folder: Path, **changes: object) -> Design:
    """Return the small sweep's design."""
    return load_design(sweep_file(folder, **changes))  # type: ignore[arg-type]
