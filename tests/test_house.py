"""The house: what every module, model, table, scenario and page of the repository has to keep."""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from pydantic import BaseModel

import twin
from twin.eventlog.tables import TABLES
from twin.scenario.reference import MARK, assumptions, keys
from twin.spec import Spec

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "twin"
SOURCES = sorted(PACKAGE.rglob("*.py"))
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


@cache
def _specs() -> list[type[Spec]]:
    """Return every Spec of the package."""
    for module in pkgutil.walk_packages(twin.__path__, "twin."):
        importlib.import_module(module.name)
    found: list[type[Spec]] = []
    todo: list[type[Spec]] = [Spec]
    while todo:
        for child in todo.pop().__subclasses__():
            todo.append(child)
            if child.__module__.startswith("twin."):
                found.append(child)
    return sorted(set(found), key=lambda spec: (spec.__module__, spec.__name__))


def _tracked() -> list[Path]:
    """Return the files that belong to the repository."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: which files belong to the repository is unknown")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


# documentation


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_public_things_are_documented(source: Path) -> None:
    """Every public module, class, function and method has a docstring."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    bare = [] if ast.get_docstring(tree) else ["the module"]

    def look(node: ast.AST, inside: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
                if not ast.get_docstring(child):
                    bare.append(inside + child.name)
                if isinstance(child, ast.ClassDef):
                    look(child, f"{inside}{child.name}.")

    look(tree, "")
    assert not bare, f"without a docstring: {', '.join(bare)}"


def test_every_key_of_a_scenario_is_documented() -> None:
    """Every field of every Spec has a docstring of its own under it."""
    bare = [
        f"{spec.__qualname__}.{name}" for spec in _specs() for name, field in spec.model_fields.items() if not field.description
    ]
    assert _specs()
    assert not bare, f"without a docstring: {', '.join(bare)}"


def test_every_spec_can_be_reached_from_a_scenario() -> None:
    """No Spec stands outside the files of scenarios, sweeps and placements, so that the pages made from them are complete."""
    from twin.scenario.scenario import Scenario
    from twin.sweeps.placement.placement_spec import PlacementSpec
    from twin.sweeps.sweep_spec import SweepSpec

    def reach(model: type[BaseModel]) -> set[type[BaseModel]]:
        return {key.model for key in keys(model)}

    bases = {base for spec in _specs() for base in spec.__mro__[1:]}
    known = reach(Scenario) | reach(SweepSpec) | reach(PlacementSpec) | bases
    lost = [spec.__qualname__ for spec in _specs() if spec not in known and spec.model_fields]
    assert not lost, f"in no scenario, no sweep and no placement: {', '.join(lost)}"


def test_the_page_of_assumptions_is_current() -> None:
    """docs/assumptions.md is what the models say now (``make docs`` writes it), with every default marked as assumed."""
    from twin.scenario.scenario import Scenario

    page = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    assert page == assumptions(Scenario), "docs/assumptions.md is not current: make docs"
    for spec in _specs():
        for name, field in spec.model_fields.items():
            if MARK in (field.description or ""):
                reason = " ".join((field.description or "").partition(MARK)[2].split()).replace("|", "\\|")
                assert reason in page, f"{spec.__qualname__}.{name} is assumed, and not on the page"


def _has_numbers(value: object) -> bool:
    """Whether a default has a number that is neither nothing (0) nor unchanged (1), also inside of lists."""
    if isinstance(value, list | tuple):
        return any(_has_numbers(part) for part in value)
    return isinstance(value, int | float) and not isinstance(value, bool) and value not in (0, 1)


def test_every_number_that_is_a_default_says_where_it_comes_from() -> None:
    """Each has a source, or is marked: an assumption (with a range and a line on its page) or a choice of the calculation."""
    silent = [
        f"{spec.__module__}.{spec.__qualname__}.{name} = {field.get_default(call_default_factory=True, validated_data={})}"
        for spec in _specs()
        for name, field in spec.model_fields.items()
        if not field.is_required()
        and _has_numbers(field.get_default(call_default_factory=True, validated_data={}))
        and not re.search(rf"(Source:|{MARK}|Choice:)\s", field.description or "")
    ]
    assert not silent, "no source, no mark:\n" + "\n".join(silent)


# tables


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_has_a_unit_and_a_meaning(table) -> None:
    """Each table says what a row is; each column has unit and meaning, and the unit in the name is the unit stated."""
    assert table.row
    for column in table.columns:
        assert column.unit, column.name
        assert column.meaning, column.name
        metadata = column.field().metadata
        assert metadata[b"unit"].decode() == column.unit
        assert metadata[b"truth"] in (b"true", b"false")
    expected = {
        "us": "us",
        "cm": "cm",
        "m": "m",
        "s": "s",
        "deg": "deg",
        "mps": "m/s",
        "cmps": "cm/s",
        "cdeg": "0.01 deg",
        "hz": "Hz",
        "cny": "CNY",
        "years": "years",
    }
    for column in table.columns:
        ending = column.name.rpartition("_")[2]
        if "_" in column.name and ending in expected:
            assert column.unit == expected[ending], column.name


# scenarios


@pytest.mark.parametrize("sweep", sorted((ROOT / "scenarios").glob("*/*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_sweep_is_run_by_a_test(sweep: Path) -> None:
    """Each sweep's and placement's name stands in a test of sweeps; tests/test_scenarios.py runs every scenario it finds."""
    tests = (ROOT / "tests" / "sweeps").rglob("test_*.py")
    assert any(sweep.name in path.read_text(encoding="utf-8") for path in tests), f"no test names {sweep.name}"


def test_scenarios_are_shipped() -> None:
    """The two scenarios of the README are there."""
    assert {"tianhe_cbd", "huacheng_junction"} <= {path.stem for path in SCENARIOS}


# the repository

_MACHINE = re.compile(rb"(?<![\w.~<>-])/(?:work|root|home/\w+|tmp/\w+|Users/\w+)/[\w.-]+")
_REGISTRY = re.compile(
    "|".join(("py" + "pi", "pythonhosted", "npm" + "js", "devpi", "artifactory", "nexus")).encode(), re.IGNORECASE
)


def test_nothing_names_a_machine_or_a_registry() -> None:
    """No file holds an absolute path of somebody's machine or the host name of a package registry."""
    found = []
    for path in _tracked():
        if path == Path(__file__) or path.suffix in (".png", ".arrow", ".parquet"):
            continue
        data = path.read_bytes()
        found += [f"{path.relative_to(ROOT)}: {match[0].decode()}" for match in _MACHINE.finditer(data)]
        if path.suffix not in (".osm", ".tsv"):  # a street may be called anything
            found += [f"{path.relative_to(ROOT)}: {match[0].decode()}" for match in _REGISTRY.finditer(data)]
    assert not found, "\n".join(found)


def test_constraints_pin_every_dependency() -> None:
    """constraints.txt holds names and exact versions only, among them every dependency that pyproject.toml names."""
    import tomllib

    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][\w.+!]*( ; .+)?", line) for line in pins)
    pinned = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(name for extra in ("viewer", "cluster", "dev") for name in extras[extra])]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[<>=!~ \[;]", line)[0]).lower() for line in wanted}
    assert names <= pinned


# compiled code

_PROBE = """
import numpy as np
from twin.v2x.queues.delay import draw_transmissions
from twin.rng import stream_key
print(draw_transmissions.py_func.__code__.co_filename)
keys = np.array([stream_key(1, "probe")], np.uint64)
print(draw_transmissions(keys, np.zeros(1, np.int64), np.zeros(1, np.int64), (1, 0.0, 20_000.0, 0.5, 1))[1][0])
"""


def _probe(folder: Path) -> int:
    """Return what a kernel of the package copied to ``folder`` computes in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", _PROBE],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "TWIN_CACHE_DIR": str(folder / "cache")},
    )
    origin, value = done.stdout.split()
    assert origin.startswith(str(folder))
    return int(value)


def test_an_edited_callee_of_a_kernel_changes_the_next_result(tmp_path: Path) -> None:
    """A compiled kernel is not taken from the cache when a function that it calls in another file was edited.

    Numba alone looks only at the kernel's own file; the cache folder is keyed by the hash of all that kernels can reach.
    """
    shutil.copytree(PACKAGE, tmp_path / "twin", ignore=shutil.ignore_patterns("__pycache__"))
    before = _probe(tmp_path)
    compiled = set((tmp_path / "cache").rglob("*.nbc"))
    assert compiled, "nothing was cached: the test would prove nothing"
    assert _probe(tmp_path) == before
    assert set((tmp_path / "cache").rglob("*.nbc")) == compiled, "an unchanged package was compiled anew"
    callee = tmp_path / "twin" / "rng.py"
    source = callee.read_text(encoding="utf-8")
    edited = source.replace("return radius * cos, radius * sin", "return radius * cos + 1.0, radius * sin")
    assert edited != source
    callee.write_text(edited, encoding="utf-8")
    assert _probe(tmp_path) == pytest.approx(before * 2.718281828**0.5, rel=1e-4)


def test_property_tests_do_not_depend_on_the_clock_or_on_chance() -> None:
    """Hypothesis draws the same examples every time and has no deadline, so that no test passes at a second try."""
    assert settings.default is not None
    assert settings.default.derandomize
    assert settings.default.deadline is None
