"""Do kits of configuration IV at the CBD's junctions meet Guangzhou's specification? One run, its report.

    python benchmarks/kit_specification.py [--duration-s 180] [--json]

Dry, by day, with electric bicycles and pedestrians, seed 1, the first minute left out. The requirements and how they are read:
``twin.metrics.specification``. ``worst`` is the worst kind of device, ``fused`` the lists of the sites.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Final

from twin.eventlog.reader import open_run
from twin.metrics.specification import AT_LEAST, FUSED, specification_verdicts
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run

SCENARIO: Final = Path(__file__).parent.parent / "scenarios" / "tianhe_cbd.yaml"
WARM_UP_S: Final = 60.0
SETTINGS: Final = {
    "seed": "1",
    "warm_up_s": str(WARM_UP_S),
    "demand.profile": "[]",
    "deployment": "{kits: {iv: {preset: guangzhou_iv}}, rules: [{kind: signalised_junctions, kit: iv}]}",
    "fusion": "{}",
    "demand.vehicle_types.electric_bicycle.share": "0.2",
    "demand.pedestrians.per_crossing_per_hour": "200",
}


def main() -> None:
    """Run it and print every requirement's figure by source."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--duration-s", type=float, default=180.0)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scenario = load_spec(SCENARIO, Scenario, SETTINGS | {"duration_s": str(given.duration_s)})
        verdicts = specification_verdicts(open_run(run(scenario, Path(folder)).folder), WARM_UP_S)
    figures: dict[str, dict[str, float]] = {}
    for one in verdicts:
        if one.figure is not None:
            figures.setdefault(one.source, {})[one.requirement] = round(one.figure, 4)
            if one.source != FUSED:
                worst = figures.setdefault("worst", {})
                choose = min if one.requirement in AT_LEAST else max
                worst[one.requirement] = round(choose(worst.get(one.requirement, one.figure), one.figure), 4)
    print(json.dumps(figures) if given.json else json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
