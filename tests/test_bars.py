"""The pages of bars: made from what is kept, with every bar's command and test there, and bars that can be missed."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch):
    """Return the module that writes the pages."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("bar_pages")


def test_both_pages_are_what_is_kept(pages) -> None:
    """The tables of docs/performance.md and docs/validation.md are those of benchmarks/results."""
    measurements, bars = pages.read_bars()
    results = pages.read_results(measurements)
    for name, file in pages.PAGES.items():
        text = file.read_text(encoding="utf-8")
        table = pages.tables(name, bars, measurements, results)
        assert text == pages.written(text, table), f"{file.name}: python benchmarks/bars.py --pages-only"


def test_every_command_and_every_test_is_there(pages) -> None:
    """Benchmarks of commands exist, and so do the tests that bars name; every measurement has a bar."""
    measurements, bars = pages.read_bars()
    for one in measurements.values():
        for command in filter(None, (one.command, one.quick)):
            assert (ROOT / command.split()[0]).is_file(), one.name
    for bar in bars:
        assert bar.measurement in measurements
        if bar.test:
            file, _, name = bar.test.partition("::")
            assert re.search(rf"^def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), bar.test
    assert {bar.measurement for bar in bars} == set(measurements)


@pytest.mark.parametrize(
    ("least", "most", "values", "met"),
    [
        (20.0, None, [19.9], False),
        (20.0, None, [20.0], True),
        (None, 1.5, [1.0, 1.6], False),
        (0.85, 1.15, [0.84], False),
        (0.85, 1.15, [0.85, 1.15], True),
        (None, None, [3.0], None),
    ],
)
def test_all_figures_must_keep_the_goal(pages, least, most, values, met) -> None:
    """A goal holds for every figure, ends included; without a goal nothing is met or missed."""
    bar = pages.Bar("performance", "part", "what", "some", figure="values", at_least=least, at_most=most)
    result = {"figures": {"values": values}}
    assert pages.is_met(bar, result) is met
    assert pages.verdict(bar, result).startswith({True: "met", False: "**MISSED**: the reason", None: ""}[met])


def test_a_failed_test_misses_its_bar(pages) -> None:
    """Also where the figure that it recorded keeps the goal; and a skipped test proves nothing."""
    bar = pages.Bar("validation", "part", "what", "tests", figure="recorded/one", test="t.py::test", at_least=1.0)
    for passed, failed, skipped, met in ((2, 0, 0, True), (1, 1, 0, False), (0, 0, 2, False)):
        ended = {"passed": passed, "failed": failed, "skipped": skipped}
        result = {"figures": {"tests": {"t.py::test": ended}, "recorded": {"one": [2.0]}}}
        assert pages.is_met(bar, result) is met


def test_what_stands_around_the_tables_stays(pages) -> None:
    """Only what is between the marks is replaced."""
    page = f"before\n{pages.BEGIN}\nold\n{pages.END}\nafter\n"
    assert pages.written(page, "new") == f"before\n{pages.BEGIN}\n\nnew\n\n{pages.END}\nafter\n"
    with pytest.raises(ValueError, match="no place"):
        pages.written("a page without marks", "new")
