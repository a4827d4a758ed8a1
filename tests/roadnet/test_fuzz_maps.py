"""Mutated maps end in success or in one message; the whole number of them is tried by ``benchmarks/fuzz_maps.py``."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from test_maps import check

from twin.roadnet.osm import read_osm

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_mutated_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty maps mutated by bytes, lines and values, in every format: read or refused, no traceback, nothing left behind."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    seen, wrong = importlib.import_module("fuzz_maps").fuzz(60, 7)
    assert not wrong
    assert seen["read"] >= 10
    assert seen["refused"] >= 10


@pytest.mark.parametrize("name", ["grid", "rings", "river"])
def test_generated_cities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """The three generated cities are the same every time, and their networks hold what every network promises."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    cities = importlib.import_module("generated_city").CITIES
    text = cities[name]().text()
    assert text == cities[name]().text()
    file = tmp_path / f"{name}.osm"
    file.write_text(text, encoding="utf-8")
    network = read_osm(file)
    check(network)
    assert network.provenance.edges_dropped <= 0.02 * network.provenance.edges_read
