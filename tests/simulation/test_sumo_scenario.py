"""A whole scenario of SUMO runs here: its network, programs, right of way and trips, held against SUMO itself."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from tests.roadnet.sumo_tools import run_tool

from twin import open_run
from twin.eventlog.reader import Run
from twin.roadnet.cache import load_network
from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run
from twin.traffic.process import planned_signals
from twin.units import to_s, to_us

BEGIN_S = 100.0
TRIPS = 150
MAIN_ROAD = ("A1B1", "B1C1", "C1B1", "B1A1")
PATCH_NODES = '<nodes><node id="B1" type="priority"/></nodes>'
OWN_PROGRAM = (
    '<additional><tlLogic id="A0" programID="mine" type="actuated" offset="7">{phases}</tlLogic>'
    '<timedEvent type="SaveTLSStates" dest="lights.xml"/></additional>'
)
SCENARIO = """
name: grid
map: mixed.net.xml
start: 2026-05-20T08:00:00+08:00
duration_s: 900
demand:
  inflow_vph: 0
  sumo_routes:
    - file: some.rou.xml
      additional: [types.add.xml]
      begin_s: 100
signals:
  program_files: [own.add.xml]
  programs_begin_s: 100
"""
WAYS = {"stem": "sc cw", "road": "wc ce"}
HEADWAY_S, PLATOON, ALONE_S = 3.0, 12, 290.0
LETTERS = {"G": "green", "g": "green", "y": "yellow", "r": "red"}

NODES = (
    '<nodes><node id="w" x="-300" y="0"/><node id="c" x="0" y="0" type="priority"/><node id="e" x="300" y="0"/>'
    '<node id="s" x="0" y="-300"/></nodes>'
)
EDGES = (
    '<edges><edge id="wc" from="w" to="c" priority="{side}"/><edge id="ce" from="c" to="e" priority="{side}"/>'
    '<edge id="ec" from="e" to="c" priority="{side}"/><edge id="cw" from="c" to="w" priority="{side}"/>'
    '<edge id="sc" from="s" to="c" priority="{stem}"/><edge id="cs" from="c" to="s" priority="{stem}"/></edges>'
)


def written(folder: Path) -> None:
    """Write a grid of 3 x 3 with eight lights and one priority junction, trips and types, and run SUMO on them."""
    words = ["--grid", "--grid.number", "3", "--grid.length", "200", "--grid.attach-length", "150", "-L", "2"]
    run_tool("netgenerate", *words, "--default-junction-type", "traffic_light", "-o", "grid.net.xml", folder=folder)
    (folder / "patch.nod.xml").write_text(PATCH_NODES, encoding="utf-8")
    root = ET.parse(folder / "grid.net.xml").getroot()
    ends = {e.attrib["id"]: (e.attrib["from"], e.attrib["to"]) for e in root.iter("edge") if e.get("function") is None}
    main = "".join(f'<edge id="{key}" from="{ends[key][0]}" to="{ends[key][1]}" priority="9"/>' for key in MAIN_ROAD)
    (folder / "patch.edg.xml").write_text(f"<edges>{main}</edges>", encoding="utf-8")
    patch = ("-s", "grid.net.xml", "-n", "patch.nod.xml", "-e", "patch.edg.xml", "-o", "mixed.net.xml")
    run_tool("netconvert", *patch, folder=folder)
    links = max(int(c.attrib["linkIndex"]) for c in root.iter("connection") if c.get("tl") == "A0") + 1
    states = [("G" * (links // 2)).ljust(links, "r"), ("y" * (links // 2)).ljust(links, "r"), "r" * (links // 2) + "g" * links]
    phases = "".join(f'<phase duration="{d}" state="{s[:links]}"/>' for d, s in zip((21, 4, 18), states, strict=True))
    static = OWN_PROGRAM.format(phases=phases).replace('"actuated"', '"static"')
    (folder / "lights.add.xml").write_text(static, encoding="utf-8")
    (folder / "own.add.xml").write_text(OWN_PROGRAM.format(phases=phases), encoding="utf-8")
    (folder / "types.add.xml").write_text(
        '<additional><vType id="car" speedFactor="1.0" speedDev="0"/>'
        '<vType id="lorry" vClass="truck" length="12"/></additional>',
        encoding="utf-8",
    )
    draws = np.random.default_rng(1)
    rows = []
    for number in range(TRIPS):
        begin, end = draws.choice(sorted(ends), 2, replace=False)
        kind = draws.choice(["car", "car", "lorry"])
        rows.append(f'<trip id="{number}" type="{kind}" depart="{BEGIN_S + 2 * number:.2f}" from="{begin}" to="{end}"/>')
    (folder / "some.rou.xml").write_text(f"<routes>{''.join(rows)}</routes>", encoding="utf-8")
    (folder / "grid.yaml").write_text(SCENARIO, encoding="utf-8")
    files = ("-n", "mixed.net.xml", "-r", "some.rou.xml", "-a", "types.add.xml,lights.add.xml")
    more = ("--begin", f"{BEGIN_S}", "--end", "1000", "--tripinfo-output", "trips.xml", "--no-step-log", "true")
    run_tool("sumo", *files, *more, folder=folder)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run, list[str]]:
    """Return the folder of the files, our run of them and its notices."""
    folder = tmp_path_factory.mktemp("sumo")
    written(folder)
    told: list[str] = []
    result = run(load_spec(folder / "grid.yaml", Scenario), folder / "runs", notice=told.append)
    return folder, open_run(result.folder), told


def test_same_trips(ran: tuple[Path, Run, list[str]]) -> None:
    """As many trips as SUMO's, with its departures and ends; all arrive on both, and nothing is dropped silently."""
    folder, log, told = ran
    peer = {e.attrib["id"]: e.attrib for e in ET.parse(folder / "trips.xml").getroot()}
    trips = log.table("trip").to_pylist()
    assert len(trips) == len(peer) == TRIPS
    keys = load_network(folder / "mixed.net.xml").edge_key
    for trip in trips:
        theirs = ET.parse(folder / "some.rou.xml").getroot()[trip["vehicle"]].attrib
        assert to_s(trip["depart_us"]) == float(theirs["depart"]) - BEGIN_S
        assert (keys[trip["origin_edge"]], keys[trip["destination_edge"]]) == (theirs["from"], theirs["to"])
        assert trip["arrival_us"] is not None
    classes = log.table("vehicle").column("class").to_pylist()
    assert classes.count("heavy_truck") == sum(attributes["vType"] == "lorry" for attributes in peer.values())
    assert set(classes) == {"car", "heavy_truck"}
    assert any("car → car" in line and "lorry → heavy_truck" in line for line in told)
    assert any("not carried over" in line and line.endswith("length") for line in told)


def test_same_programs(ran: tuple[Path, Run, list[str]]) -> None:
    """At drawn instants every stated connection shows what SUMO's light shows, with its offset and clock."""
    folder, log, told = ran
    loaded = load_spec(folder / "grid.yaml", Scenario).spec
    network = load_network(folder / "mixed.net.xml")
    graph = lane_graph_of(network)
    plans = planned_signals(network, graph, loaded.demand, loaded.signals, loaded.seed, folder).plans
    rows = log.table("signal").to_pylist()
    changes: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for row in sorted(rows, key=lambda row: row["t_us"]):
        changes.setdefault((row["junction"], row["phase"]), []).append((row["t_us"], row["state"]))
    shown = {(float(e.attrib["time"]), e.attrib["id"]): e.attrib["state"] for e in ET.parse(folder / "lights.xml").getroot()}
    connections = {
        tuple(c.attrib[name] for name in ("from", "fromLane", "to", "toLane")): (c.attrib["tl"], int(c.attrib["linkIndex"]))
        for c in ET.parse(folder / "mixed.net.xml").getroot().iter("connection")
        if "tl" in c.attrib
    }
    assert len(plans) == len({light for light, _ in connections.values()}) == 20
    instants = np.random.default_rng(3).integers(0, 850, 40)
    compared = 0
    for plan in plans:
        for connector, group in zip(plan.connectors.tolist(), plan.group.tolist(), strict=True):
            lanes = int(graph.connector_from[connector]), int(graph.connector_to[connector])
            name = tuple(
                part for lane in lanes for part in (network.edge_key[graph.lane_edge[lane]], str(graph.lane_index[lane]))
            )
            if name not in connections:
                continue
            light, link = connections[name]
            for second in instants.tolist():
                ours = [state for t_us, state in changes[plan.junction, group] if t_us <= to_us(second + 0.5)][-1]
                assert ours == LETTERS[shown[BEGIN_S + second, light][link]], (name, second)
                compared += 1
    assert compared > 40 * 8 * 8
    assert any("run the program the map states: 20" in line for line in told)
    assert any("'actuated'" in line and line.endswith("1 junctions") for line in told)


def lost_s(folder: Path, side: int, stem: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return the most that a car out of the stem, and one of a platoon along the road, lose to each other: on SUMO, here."""
    folder.mkdir()
    (folder / "a.nod.xml").write_text(NODES, encoding="utf-8")
    (folder / "a.edg.xml").write_text(EDGES.format(side=side, stem=stem), encoding="utf-8")
    run_tool("netconvert", "-n", "a.nod.xml", "-e", "a.edg.xml", "-o", "a.net.xml", "--no-turnarounds", "true", folder=folder)
    departures = [("road", 10.0 + HEADWAY_S * number) for number in range(PLATOON)] + [("road", 500.0), ("stem", 300.0)]
    departures += [("stem", 10.0 + HEADWAY_S * PLATOON / 2.0)]
    rows = [
        f'<vehicle id="{number}" depart="{depart_s}" departSpeed="max" speedFactor="1" type="car"><route edges="{WAYS[key]}"/>'
        "</vehicle>"
        for number, (key, depart_s) in enumerate(sorted(departures, key=lambda pair: pair[1]))
    ]
    (folder / "a.rou.xml").write_text(f'<routes><vType id="car" sigma="0"/>{"".join(rows)}</routes>', encoding="utf-8")
    more = ("--tripinfo-output", "trips.xml", "--no-step-log", "true", "--step-length", "0.1")
    run_tool("sumo", "-n", "a.net.xml", "-r", "a.rou.xml", *more, folder=folder)
    (folder / "t.yaml").write_text(
        "{name: t, map: a.net.xml, start: 2026-05-20T08:00:00+08:00, duration_s: 900, "
        "demand: {inflow_vph: 0, sumo_routes: [{file: a.rou.xml}]}}",
        encoding="utf-8",
    )
    log = open_run(run(load_spec(folder / "t.yaml", Scenario), folder / "runs").folder)
    keys = load_network(folder / "a.net.xml").edge_key
    ours = [
        (keys[trip["origin_edge"]], to_s(trip["depart_us"]), to_s(trip["arrival_us"] - trip["depart_us"]))
        for trip in log.table("trip").to_pylist()
    ]
    theirs = [
        (e.attrib["departLane"].split("_")[0], float(e.attrib["depart"]), float(e.attrib["duration"]))
        for e in ET.parse(folder / "trips.xml").getroot()
    ]
    return _most_lost_s(theirs), _most_lost_s(ours)


def _most_lost_s(trips: list[tuple[str, float, float]]) -> dict[str, float]:
    """Return the largest difference to the duration of the car of the same edge that has the road to itself."""
    alone = {edge: took_s for edge, depart_s, took_s in trips if depart_s >= ALONE_S}
    return {
        key: max(took_s - alone[edge] for edge, depart_s, took_s in trips if edge == way.split()[0] and depart_s < ALONE_S)
        for key, way in WAYS.items()
    }


@pytest.mark.parametrize(("name", "side", "stem"), [("side", 9, 1), ("stem", 1, 9)])
def test_who_gives_way(tmp_path: Path, name: str, side: int, stem: int) -> None:
    """A car out of the stem waits for a platoon along the road, or goes through it, as the signs say: here and on SUMO."""
    for lost in lost_s(tmp_path / name, side, stem):
        waits, goes = ("stem", "road") if name == "side" else ("road", "stem")
        assert lost[waits] > 5.0, lost
        assert lost[goes] < 0.25 * lost[waits], lost  # the platoon's cars follow each other
