"""Signal programs of SUMO: joined traffic lights, lanes left out, every letter; what is wrong is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sumo_tools import generated_grid, run_tool

from twin.errors import InputError
from twin.roadnet.sumo import read_sumo_network
from twin.roadnet.sumo_programs import (
    NO_SIGNAL,
    SIGNAL_GIVES_WAY,
    SIGNAL_GREEN,
    SIGNAL_RED,
    SIGNAL_YELLOW,
    read_sumo_programs,
)
from twin.traffic import signal_states

NODES = (
    '<nodes><node id="w" x="0" y="0"/><node id="a" x="200" y="0" type="traffic_light" tl="both"/>'
    '<node id="b" x="230" y="0" type="traffic_light" tl="both"/><node id="e" x="400" y="0"/>'
    '<node id="s" x="200" y="-200"/><node id="n" x="230" y="200"/></nodes>'
)
EDGES = (
    '<edges><edge id="wa" from="w" to="a" numLanes="2"><lane index="0" allow="pedestrian"/></edge>'
    '<edge id="ab" from="a" to="b"/><edge id="be" from="b" to="e"/><edge id="sa" from="s" to="a"/>'
    '<edge id="nb" from="n" to="b"/></edges>'
)
LOGIC = '<additional><tlLogic id="both" programID="1" offset="{offset}" type="static">{phases}</tlLogic></additional>'


@pytest.fixture
def joined(tmp_path: Path) -> Path:
    """Return a network in which one program controls two junctions; one lane is for pedestrians."""
    (tmp_path / "a.nod.xml").write_text(NODES, encoding="utf-8")
    (tmp_path / "a.edg.xml").write_text(EDGES, encoding="utf-8")
    run_tool("netconvert", "-n", "a.nod.xml", "-e", "a.edg.xml", "-o", "a.net.xml", "--no-turnarounds", "true", folder=tmp_path)
    return tmp_path / "a.net.xml"


def extra(folder: Path, states: list[str], offset: str = "12.5") -> Path:
    """Write an additional file with a program of 10 s phases."""
    phases = "".join(f'<phase duration="10" state="{state}"/>' for state in states)
    file = folder / "more.add.xml"
    file.write_text(LOGIC.format(offset=offset, phases=phases), encoding="utf-8")
    return file


def test_numbers_are_the_engines() -> None:
    """The states have the numbers that the traffic engine gives them."""
    for name, value in (
        ("NO_SIGNAL", NO_SIGNAL),
        ("GREEN", SIGNAL_GREEN),
        ("YELLOW", SIGNAL_YELLOW),
        ("RED", SIGNAL_RED),
        ("GIVE_WAY", SIGNAL_GIVES_WAY),
    ):
        assert getattr(signal_states, name) == value


def test_joined_lights_are_one_program(joined: Path) -> None:
    """One program, two junctions; connections are those of the network, on its own numbers of lanes."""
    network = read_sumo_network(joined)
    (program,) = read_sumo_programs(network)
    assert program.key == "both"
    assert {network.junctions[number].name for number in program.junctions} == {"a", "b"}
    assert set(program.from_lane.tolist()) == {0}
    names = {(network.edge_key[a], network.edge_key[b]) for a, b in zip(program.from_edge, program.to_edge, strict=True)}
    assert names == {("wa", "ab"), ("sa", "ab"), ("ab", "be"), ("nb", "be")}
    assert program.state.shape == (program.duration_s.size, 4)


def test_every_letter(joined: Path) -> None:
    """The last program of a light counts, here that of a file of its own, with each letter as documented."""
    network = read_sumo_network(joined)
    links = 4
    letters = "rRyYgGsuoO"
    (program,) = read_sumo_programs(network, extra(joined.parent, [letter * links for letter in letters]))
    assert program.offset_s == 12.5
    assert program.duration_s.tolist() == [10.0] * len(letters)
    assert program.state[:, 0].tolist() == [
        SIGNAL_RED, SIGNAL_RED, SIGNAL_YELLOW, SIGNAL_YELLOW, SIGNAL_GREEN, SIGNAL_GREEN,
        SIGNAL_GIVES_WAY, SIGNAL_RED, SIGNAL_GIVES_WAY, NO_SIGNAL,
    ]  # fmt: skip


def test_nobody_crosses_another_ones_green(tmp_path: Path) -> None:
    """Every approach of netgenerate's crossings has green at some time and red at another."""
    file = generated_grid(tmp_path)
    programs = read_sumo_programs(read_sumo_network(file))
    assert len(programs) == 9
    for program in programs:
        assert (program.state == SIGNAL_GREEN).any(axis=0).all()
        assert (program.state == SIGNAL_RED).any(axis=0).all()
        assert np.all(program.duration_s > 0.0)


@pytest.mark.parametrize(
    ("states", "offset", "words"),
    [
        (["GGGG", "GGXG"], "0", "phase 1 .* unknown state 'X'"),
        (["GG"], "0", "phase 0 .* has 2 states, but there is a link 3"),
        ([], "0", "no phase"),
        (["GGGG"], "soon", "cannot be read here .*soon"),
    ],
)
def test_bad_programs(joined: Path, states: list[str], offset: str, words: str) -> None:
    """What is wrong with a program is said with its name."""
    network = read_sumo_network(joined)
    with pytest.raises(InputError, match=words):
        read_sumo_programs(network, extra(joined.parent, states, offset))
