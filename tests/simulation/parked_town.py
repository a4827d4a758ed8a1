"""The small town of the golden run with kerbs and a car park that are nearly full."""

from __future__ import annotations

from pathlib import Path

from tests.simulation.town import FILE

from twin.scenario.load import Loaded, load_spec
from twin.scenario.scenario import Scenario

PARKING = """{
    facilities: [
        {kind: on_street, name: lane, road: 槐树巷, occupancy: 0.8, kerb_share: 0.6},
        {kind: on_street, name: street, road: 太平街, occupancy: 0.8, kerb_share: 0.6},
        {kind: underground, name: garage, lon_deg: 113.3204, lat_deg: 23.1190, capacity: 8, occupancy: 0.8,
         gates: {service_s: 6, to_bay_s: 20}}],
    purposes: [{name: visit, share: 0.6, mean_h: 0.5}, {name: errand, share: 0.4, mean_h: 0.1}],
    choice: {walk_most_m: 300, memory_s: 120},
    search: {patience_s: 240, illegal: {share: 0.5, stay_min: 1}}}"""

OVERRIDES = {
    "duration_s": "420",
    "demand": "{inflow_vph: 1400, shortest_trip_m: 200, prefill_s: 120, inbound_share: 0.5, internal_share: 0.1}",
    "parking": PARKING,
    "deployment": "{}",
    "log": "{trajectory_period_s: 20, interval_s: 60, segment_s: 60}",
}


def parked_town(**overrides: object) -> Loaded[Scenario]:
    """Return the scenario, with single keys replaced."""
    return load_spec(Path(FILE), Scenario, OVERRIDES | {key: str(value) for key, value in overrides.items()})
