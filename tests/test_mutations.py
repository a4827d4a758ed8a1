"""The lists of breaks (tests/mutations): every break can still be made, and the tests it asks are there."""

from __future__ import annotations

import ast
import importlib
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch):
    """Return the module that reads the lists and finds the places."""
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "mutations"))
    return importlib.import_module("breaks")


def test_every_break_finds_its_place_and_stays_python(breaks) -> None:
    """Each fits exactly one place and changes it; a file that cannot be parsed would be noticed by any test."""
    wrong = []
    for one in breaks.read_breaks():
        try:
            place = breaks.place_of(one)
        except breaks.Lost as lost:
            wrong.append(str(lost))
            continue
        if place.text == (ROOT / place.file).read_text():
            wrong.append(f"{one.name}: changes nothing in {place.file}")
        if place.file.suffix == ".py":
            ast.parse(place.text, f"{one.name} in {place.file}")
    assert not wrong, "\n".join(wrong)


def test_every_break_asks_tests_that_are_there(breaks) -> None:
    """Files or folders of tests; a run of all breaks would stop at the first that names none."""
    for one in breaks.read_breaks():
        assert one.tests, one.name
        for test in one.tests:
            assert (ROOT / test.partition("::")[0]).exists(), f"{one.name}: {test}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def half(x):\n    return x * 0.5\n", "fits 0 places"),
        ("def whole(x):\n    return x / 2.0\n", "fits 0 places"),
        ("def half(x):\n    return x / 2.0 if x / 2.0 > 1.0 else 1.0\n", "fits 2 places"),
    ],
)
def test_a_place_that_is_gone_or_doubtful_is_told(breaks, tmp_path: Path, text: str, said: str) -> None:
    """A formula rewritten, a function renamed, a formula that stands twice."""
    one = replace(breaks.read_breaks()[0], function="half", old="x / 2.0", new="x")
    file = tmp_path / "src" / "twin" / "part.py"
    file.parent.mkdir(parents=True)
    file.write_text("def half(x):\n    # comments and lines do not count\n    return x / \\\n        2.0\n")
    assert breaks.place_of(one, tmp_path).text.endswith("return x\n")
    breaks._text.cache_clear()
    file.write_text(text)
    with pytest.raises(breaks.Lost, match=said):
        breaks.place_of(one, tmp_path)
