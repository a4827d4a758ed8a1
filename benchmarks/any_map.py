"""Does any map drive? Half an hour of a default demand on every extract and on three generated cities.

    python benchmarks/any_map.py [MAP ...] [--json]

Traffic alone, the default demand of a scenario but for two things: the inflow is INFLOW_VPH_PER_LANE_KM times the map's lane-km
(about the shipped scenario's), and the shortest trip is at most a third of the map's extent. Answers of Overpass in JSON are
turned into OSM XML as ``twin map fetch`` does. Trips that are due and on the map are finished, under way or waiting to enter;
those for which the map has no way are counted apart. One line a map, then what was dropped, assumed and ignored; with
``--json`` a last line with the shares of the due trips that finished.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import simpy

from generated_city import CITIES
from twin.errors import MapError
from twin.eventlog.recorder import Recorder
from twin.roadnet.fetch import osm_xml, overpass_elements
from twin.roadnet.osm import read_osm
from twin.roadnet.road_network import RoadNetwork, lines_of
from twin.traffic.demand import DemandSpec
from twin.traffic.process import Traffic
from twin.traffic.signal_spec import SignalsSpec
from twin.units import to_us

EXTRACTS = Path(__file__).parents[2] / "shared" / "maps" / "extracts"
INFLOW_VPH_PER_LANE_KM = 20.0
"""Assumption: the Tianhe CBD's morning peak has about this."""
HALF_HOUR_S = 1800.0
HEADER = (
    "map                        km  lane-km  edges  dropped  junctions  signals  inflow_vph   trips  no route"
    "  finished  on network  waiting  finished/due  wall_s"
)


def maps(folder: Path) -> list[Path]:
    """Write the generated cities and the converted answers of Overpass into ``folder``; return every map there is."""
    found = sorted(EXTRACTS.glob("*.osm"))
    if not EXTRACTS.is_dir():
        print(f"skipped: the extracts (there is no folder {EXTRACTS.name} beside the checkout)")
    for answer in sorted(EXTRACTS.glob("*.json")):
        file = folder / f"{answer.stem}.osm"
        elements = overpass_elements(json.loads(answer.read_text(encoding="utf-8")))
        file.write_text("\n".join(osm_xml(elements, answer.name, "")), encoding="utf-8")
        found.append(file)
    for name, build in CITIES.items():
        file = folder / f"generated_{name}.osm"
        file.write_text(build().text(), encoding="utf-8")
        found.append(file)
    return found


def demand_of(network: RoadNetwork) -> DemandSpec:
    """Return the default demand, with an inflow and a shortest trip that fit the map's size."""
    lane_km = float((network.edge_length_m * network.edge_lanes).sum()) / 1000.0
    extent_m = float(max(np.ptp(network.node_x_m), np.ptp(network.node_y_m)))
    return DemandSpec(
        inflow_vph=round(lane_km * INFLOW_VPH_PER_LANE_KM),
        shortest_trip_m=round(min(DemandSpec.model_fields["shortest_trip_m"].default, extent_m / 3.0)),
    )


def drive(network: RoadNetwork) -> tuple[DemandSpec, Traffic]:
    """Return the traffic after half an hour."""
    demand = demand_of(network)
    traffic = Traffic(network, demand, SignalsSpec(), 1, to_us(HALF_HOUR_S), Recorder(Path()))
    env = simpy.Environment()
    traffic.start(env)
    env.run(until=to_us(HALF_HOUR_S) + 1)
    traffic.step_to(to_us(HALF_HOUR_S))
    return demand, traffic


def report(path: Path) -> float | None:
    """Print what became of one map; return the share of the due trips that finished, of a map that is refused None."""
    began_s = time.perf_counter()
    try:
        network = read_osm(path)
    except MapError as error:
        print(f"{path.stem:<24}  refused: {error}")
        return None
    demand, traffic = drive(network)
    length_km = network.edge_length_m / 1000.0
    signals = sum(junction.signalised for junction in network.junctions)
    due = traffic.arrived + traffic.active + traffic.waiting
    share = traffic.arrived / due if due else float("nan")
    print(
        f"{path.stem:<24}  {length_km.sum():5.1f}  {(length_km * network.edge_lanes).sum():7.1f}  {network.edge_count:5d}"
        f"  {network.provenance.edges_dropped:7d}  {len(network.junctions):9d}  {signals:7d}  {demand.inflow_vph:10.0f}"
        f"  {traffic.trips.count:6d}  {traffic.trips.origins_left_out:8d}  {traffic.arrived:8d}  {traffic.active:10d}"
        f"  {traffic.waiting:7d}  {share:12.3f}  {time.perf_counter() - began_s:6.1f}",
        flush=True,
    )
    for line in lines_of(network.provenance.notices):
        print(f"    {line}")
    return share


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("maps", nargs="*", type=Path, help="instead of the extracts and the generated cities")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    given = parser.parse_args()
    print(HEADER)
    with tempfile.TemporaryDirectory() as folder:
        shares = {path.stem: report(path) for path in given.maps or maps(Path(folder))}
    if given.json:
        finished = {name: round(share, 3) for name, share in shares.items() if share is not None}
        print(json.dumps({"maps": len(shares), "refused": len(shares) - len(finished), "finished_share": finished}))


if __name__ == "__main__":
    main()
