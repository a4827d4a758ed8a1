"""Break a copy of the package in one place after the other, and tell which tests notice.

    make mutations                                   every break (hours)
    python tests/mutations/run.py NAME...            some breaks, or all of a package
    python tests/mutations/run.py --new              those that were never asked about
    python tests/mutations/run.py --left             those that nothing noticed when they were last asked
    python tests/mutations/run.py --left --golden    the same, and then the golden runs
    python tests/mutations/run.py --check            only whether every break still finds its place
    python tests/mutations/run.py --verify           whether the tests that noticed are silent about the unbroken package
    python tests/mutations/run.py --page             only write the page anew

The copy stands in ``cache/mutations`` with a cache of compiled kernels of its own. Numba does not notice an edited callee in
another file; so a run starts with the kernels of the unbroken package, less those of the broken module and of every module that
imports it, directly or not. One break at a time; ``results.json`` keeps the last outcome of each, and its first.
"""

from __future__ import annotations

import argparse
import ast
import fcntl
import importlib
import json
import os
import re
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from breaks import ROOT, Break, Lost, Place, place_of, read_breaks

from twin.compilation import source_hash, sources_of, within_reach

RESULTS = Path(__file__).parent / "results.json"
PAGE = ROOT / "docs" / "mutations.md"
WORK = ROOT / "cache" / "mutations"
TREE = WORK / "tree"
KEPT = WORK / "kept"
"""Kernels and maps of the unbroken package."""
USED = WORK / "used"
"""Kernels and maps of the run in hand."""

LOADED = (
    *("numpy", "numba", "simpy", "pydantic", "ruamel.yaml", "typer", "rich.progress", "rich.console", "pytest"),
    *("pyarrow.compute", "pyarrow.dataset", "pyarrow.ipc", "pyarrow.parquet", "pyarrow.csv", "pyarrow.fs", "duckdb", "shapely"),
    *("scipy.optimize", "scipy.stats", "scipy.spatial", "scipy.special", "scipy.sparse.csgraph", "scipy.sparse.linalg"),
    *("pyproj", "osmium", "osmnx", "openpyxl", "sumolib"),
)
"""Libraries that a child need not load again; none of them imports the package."""

COPIED = ("src", "apps", "tests", "benchmarks", "pyproject.toml", "constraints.txt")
LONGEST_S = 900
NOTICED, SURVIVED, ERROR = "noticed", "survived", "error"


def main() -> int:
    """Do what the command line asks; return 1 when something is left that no test notices."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="breaks, or packages")
    for option in ("left", "new", "golden", "check", "verify", "page"):
        parser.add_argument(f"--{option}", action="store_true")
    asked = parser.parse_args()
    breaks = read_breaks()
    places = {one.name: place_of(one) for one in breaks}
    if asked.check:
        print(f"{len(places)} breaks, each in its place")
        return 0
    results = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    if not asked.page:
        _alone()
    if asked.verify:
        return _verify(results)
    if not asked.page:
        chosen = [one for one in breaks if not asked.names or one.name in asked.names or one.package in asked.names]
        if asked.left:
            chosen = [one for one in chosen if results.get(one.name, {}).get("outcome", SURVIVED) == SURVIVED]
        if asked.new:
            chosen = [one for one in chosen if one.name not in results]
        _copy_tree()
        _prepare()
        for one in chosen:
            outcome = _try(one, places[one.name], golden=asked.golden)
            if outcome["outcome"] == ERROR:
                sys.exit(f"error: {one.name}: {outcome['by']}")
            results[one.name] = outcome | {"first": results.get(one.name, {}).get("first", outcome["outcome"])}
            print(f"{outcome['outcome']:9} {outcome['s']:5.0f} s  {one.name}  {outcome['by']}", flush=True)
            _write_results(results)
    results = {one.name: results[one.name] for one in breaks if one.name in results}
    _write_results(results)
    from page import write_page

    write_page(PAGE, breaks, places, results)
    left = [one for one in breaks if results.get(one.name, {}).get("outcome") != NOTICED and not one.equivalent]
    print(f"{len(breaks) - len(left)} of {len(breaks)} noticed or equivalent")
    return 1 if left else 0


def _alone() -> None:
    """Hold the copy until this process ends; two runs would break each other's."""
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        fcntl.flock(os.open(WORK / "lock", os.O_WRONLY | os.O_CREAT, 0o644), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"error: another run breaks the copy in {WORK}; wait for it")


def _write_results(results: dict[str, Any]) -> None:
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def _copy_tree() -> None:
    """Make the copy afresh; what is only read is linked. File times stay, for Numba knows an unchanged file by its time."""
    shutil.rmtree(TREE, ignore_errors=True)
    TREE.mkdir()
    ignored = shutil.ignore_patterns("__pycache__")
    for path in ROOT.iterdir():
        if path.name in COPIED:
            (shutil.copytree(path, TREE / path.name, ignore=ignored) if path.is_dir() else shutil.copy2(path, TREE))
        elif path.name not in {"cache", "runs", "build", "dist"}:
            (TREE / path.name).symlink_to(path)


def _prepare() -> None:
    """Load what every child needs, with one thread each."""
    os.environ |= {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "ARROW")}
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    for name in LOADED:
        importlib.import_module(name)


def _try(one: Break, place: Place, *, golden: bool) -> dict[str, Any]:
    """Make one break, ask its tests, mend it again."""
    file = TREE / place.file
    whole, times = file.read_bytes(), file.stat()
    shutil.rmtree(USED, ignore_errors=True)
    shutil.copytree(KEPT, USED, copy_function=os.link) if KEPT.is_dir() else USED.mkdir()
    touched = _importers(place.file)
    before = sources_of(TREE / "src" / "twin")
    file.write_text(place.text)
    after = sources_of(TREE / "src" / "twin")
    try:
        _take_kernels(_key(before), _key(after), touched)
        if any(module.startswith("twin.roadnet") for module in touched):
            shutil.rmtree(USED / "maps", ignore_errors=True)
        began_s = time.monotonic()
        rc, text = _ask(one.tests)
        if rc == 0 and golden:
            rc, text = _ask(["tests/golden"])
        seconds = time.monotonic() - began_s
    finally:
        file.write_bytes(whole)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    _keep_kernels(_key(after), _key(before), touched)
    outcome, by = _verdict(rc, text)
    return {"outcome": outcome, "by": by, "s": round(seconds)}


def _ask(tests: Sequence[str]) -> tuple[int, str]:
    """Return pytest's exit code and what it said; the child has the libraries already, and none of the package."""
    said = WORK / "said.txt"
    child = os.fork()
    if child == 0:
        os._exit(_ask_here(tests, said))
    until_s = time.monotonic() + LONGEST_S
    while time.monotonic() < until_s:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), said.read_text(errors="replace")
        time.sleep(0.1)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 1, f"FAILED (no end within {LONGEST_S} s)"


def _ask_here(tests: Sequence[str], said: Path) -> int:
    try:
        os.setsid()
        file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(file, 1)
        os.dup2(file, 2)
        os.chdir(TREE)
        os.environ |= {"PYTHONPATH": str(TREE / "src"), "TWIN_CACHE_DIR": str(USED), "PYTHONDONTWRITEBYTECODE": "1"}
        sys.dont_write_bytecode = True
        for name in [name for name in sys.modules if name == "twin" or name.startswith("twin.")]:
            del sys.modules[name]
        ours = {str(ROOT / "src"), str(Path(__file__).parent)}
        sys.path[:] = [str(TREE / "src"), *(path for path in sys.path if path not in ours)]
        import pytest

        code = int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-rfE", "--no-header", *tests]))
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001  (whatever it was, the parent goes on)
        traceback.print_exc()
        sys.stderr.flush()
        return 70
    return code


def _verdict(rc: int, text: str) -> tuple[str, str]:
    if rc == 0:
        return SURVIVED, ""
    first = re.search(r"^(?:FAILED|ERROR) (.*?)(?: - .*)?$", text, re.MULTILINE)
    if rc == 1 and first:
        return NOTICED, first[1].removeprefix("tests/")
    return ERROR, " ".join(text.split()[-30:])


def _importers(file: Path) -> set[str]:
    """Return the module of ``file`` and every module of the package that imports it, directly or not."""
    if file.parts[0] != "src" or file.suffix != ".py":
        return set()
    imports = {name: _imported(source.decode()) for name, source in sources_of(TREE / "src" / "twin").items()}
    found = {".".join(file.with_suffix("").parts[1:]).removesuffix(".__init__")}
    while True:
        more = {name for name, used in imports.items() if not used.isdisjoint(found)} - found
        if not more:
            return found
        found |= more


@cache
def _imported(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def _key(sources: dict[str, bytes]) -> str:
    return source_hash(sources, within_reach(sources))


def _take_kernels(kept: str, used: str, touched: set[str]) -> None:
    """Give the broken package the kernels of the whole one that the break cannot have changed."""
    source, target = USED / "kernels" / kept, USED / "kernels" / used
    if source.is_dir() and used != kept:
        source.rename(target)
    _drop(target, touched)


def _drop(folder: Path, touched: set[str]) -> None:
    """Remove the kernels of ``touched`` modules, and those of the tests, which may call any of them."""
    if not touched or not folder.is_dir():
        return
    of_package = {("twin", *path.relative_to(TREE / "src" / "twin").parts)[-1] for path in (TREE / "src" / "twin").glob("**/")}
    for part in folder.iterdir():
        name = part.name.rpartition("_")[0]
        for kernel in part.iterdir() if part.is_dir() else ():
            module = kernel.name.split(".")[0]
            ours = {f"twin.{name}.{module}", f"twin.sweeps.{name}.{module}", f"twin.{module}" if name == "twin" else ""}
            if name not in of_package or not ours.isdisjoint(touched):
                kernel.unlink()


def _keep_kernels(used: str, kept: str, touched: set[str]) -> None:
    """Keep what was compiled anew and does not depend on the break."""
    source, target = USED / "kernels" / used, KEPT / "kernels" / kept
    _drop(source, touched)
    for kernel in source.glob("*/*") if source.is_dir() else ():
        place = target / kernel.parent.name / kernel.name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists() or place.stat().st_mtime < kernel.stat().st_mtime:
            place.unlink(missing_ok=True)
            os.link(kernel, place)
    if not any(module.startswith("twin.roadnet") for module in touched) and (USED / "maps").is_dir():
        shutil.copytree(USED / "maps", KEPT / "maps", copy_function=_link, dirs_exist_ok=True)


def _link(source: str, target: str) -> None:
    if not Path(target).exists():
        os.link(source, target)


def _verify(results: dict[str, Any]) -> int:
    """Ask the tests that noticed something, with all their parameters, about the unbroken package: they must be silent."""
    _copy_tree()
    _prepare()
    shutil.rmtree(USED, ignore_errors=True)
    shutil.copytree(KEPT, USED, copy_function=os.link) if KEPT.is_dir() else USED.mkdir()
    named = {one["by"].partition("[")[0] for one in results.values() if one["outcome"] == NOTICED and "::" in one["by"]}
    tests = [f"tests/{name}" for name in sorted(named)]
    rc, text = _ask(tests)
    print(text[-2000:])
    return rc


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Lost as lost:
        sys.exit(f"error: {lost}")
