"""A case on SUMO: written as plain XML, made a network by netconvert, run by the program ``sumo`` on one core."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt

from peer_cases import PeerCase, PeerResult
from twin.roadnet.sumo_export import edge_ids, route_ids, write_plain_xml
from twin.roadnet.sumo_routes import write_sumo_routes


def program(name: str) -> str:
    """Return the path of one of SUMO's programs: that of the installed package."""
    return str(Path(sysconfig.get_path("scripts")) / name)


def _run(*words: str, folder: Path) -> None:
    done = subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True)  # noqa: S603  (our own words)
    if done.returncode:
        raise SystemExit(f"{words[0]} failed:\n{done.stderr[-2000:]}")


def write_case(case: PeerCase, folder: Path) -> Path:
    """Write a case for SUMO; return its network file."""
    config = write_plain_xml(case.network, case.graph, folder, case.programs)
    _run(program("netconvert"), "-c", config.name, folder=folder)
    write_sumo_routes(folder / "map.rou.xml", route_ids(case.network), case.types, case.trips, case.speed_factor, case.graph)
    return folder / "map.net.xml"


def run_sumo(case: PeerCase, folder: Path, step_s: float) -> PeerResult:
    """Run a written case; all routes are loaded before the clock starts."""
    (folder / "edges.add.xml").write_text(
        '<additional><edgeData id="all" file="edges.xml" excludeEmpty="true"/></additional>', encoding="utf-8"
    )
    options = {
        "net-file": "map.net.xml", "route-files": "map.rou.xml", "additional-files": "edges.add.xml",
        "step-length": f"{step_s:g}", "end": f"{case.end_s:g}",
        "route-steps": "0", "tripinfo-output": "trips.xml", "statistic-output": "totals.xml",
        "summary-output": "summary.xml", "summary-output.period": "10", "threads": "1", "no-step-log": "true",
        "no-warnings": "true", "seed": "1",
    }  # fmt: skip
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    _run(program("sumo"), *words, folder=folder)
    totals = ET.parse(folder / "totals.xml").getroot()

    def total(tag: str, name: str) -> float:
        found = totals.find(tag)
        return float(found.get(name, "nan")) if found is not None else float("nan")

    rows = np.full((case.trips.depart_s.size, 3), np.nan)
    number = {key: i for i, key in enumerate(case.trips.key)}
    for _, element in ET.iterparse(folder / "trips.xml"):
        if element.tag == "tripinfo":
            values = (element.attrib["duration"], element.attrib["departDelay"], element.attrib["timeLoss"])
            rows[number[element.attrib["id"]]] = [float(value) for value in values]
            element.clear()
    wall_s = total("performance", "clockDuration")
    return PeerResult(
        updates=total("performance", "vehicleUpdatesPerSecond") * wall_s,
        wall_s=wall_s,
        most_at_once=max(int(e.attrib["running"]) for _, e in ET.iterparse(folder / "summary.xml") if e.tag == "step"),
        arrived=int(np.isfinite(rows[:, 0]).sum()),
        waiting=int(total("vehicles", "waiting")),
        teleports=int(total("teleports", "total")),
        collisions=int(total("safety", "collisions")),
        travel_s=rows[:, 0],
        depart_delay_s=rows[:, 1],
        own_time_loss_s=rows[:, 2],
        edge_speed_mps=_edge_speeds(case, folder / "edges.xml"),
    )


def _edge_speeds(case: PeerCase, file: Path) -> npt.NDArray[np.float64]:
    speed = np.full(case.network.edge_count, np.nan)
    number = {key: edge for edge, key in enumerate(edge_ids(case.network))}
    for _, element in ET.iterparse(file):
        if element.tag == "edge" and "speed" in element.attrib and element.attrib["id"] in number:
            speed[number[element.attrib["id"]]] = float(element.attrib["speed"])
    return speed
