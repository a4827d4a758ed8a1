"""The breaks: each is made where its tokens stand in the function of its name, wherever that has moved."""

from __future__ import annotations

import ast
import io
import tokenize
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LISTS = sorted(Path(__file__).parent.glob("*.toml"))

_SILENT = {
    tokenize.NEWLINE,
    tokenize.NL,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.COMMENT,
    tokenize.ENDMARKER,
    tokenize.ENCODING,
}


@dataclass(frozen=True, slots=True)
class Break:
    """One slip that somebody could make, and the tests that should notice it."""

    name: str
    """Unique; names the break on the command line and in the results."""
    package: str
    what: str
    function: str
    """Qualified name within its module (``Chain.step``); empty: anywhere in a module. A path with a dot in it: that file."""
    old: str
    new: str
    tests: tuple[str, ...]
    """Paths for pytest, in the order in which they are asked."""
    equivalent: str
    """Why nothing can notice it; empty where something should."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a break is made."""

    file: Path
    """Relative to the root of the repository."""
    line: int
    text: str
    """The whole file, broken."""


class Lost(Exception):  # noqa: N818  (a place is lost)
    """The text of a break is gone, or stands in several places."""


def read_breaks() -> list[Break]:
    """Return every break of the lists, in their order."""
    found = []
    for file in LISTS:
        content = tomllib.loads(file.read_text())
        for one in content["break"]:
            known = {"name", "what", "function", "old", "new", "tests", "equivalent"}
            if not one.keys() <= known:
                raise Lost(f"{file.name}: {one.get('name')}: unknown keys {sorted(one.keys() - known)}")
            tests = tuple(one.get("tests", content["tests"]))
            texts = (one["name"], file.stem, one["what"], one.get("function", ""), one["old"], one["new"])
            found.append(Break(*texts, tests, one.get("equivalent", "")))
    names = [one.name for one in found]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise Lost(f"names that stand twice: {', '.join(doubled)}")
    return found


def place_of(broken: Break, root: Path = ROOT) -> Place:
    """Return the one place where a break fits; raise ``Lost`` where there is none, or more than one."""
    if "/" in broken.function:
        places = _in_text(broken, root)
    else:
        files = sorted([*(root / "src" / "twin").rglob("*.py"), *(root / "apps").glob("*.py")])
        places = [place for file in files for place in _in_python(broken, file, root)]
    if len(places) != 1:
        where = f": {', '.join(f'{place.file}:{place.line}' for place in places)}" if places else ""
        raise Lost(f"{broken.name}: fits {len(places)} places in '{broken.function}'{where}; mend its list")
    return places[0]


def _in_text(broken: Break, root: Path) -> list[Place]:
    file = root / broken.function
    text = file.read_text() if file.is_file() else ""
    parts = text.split(broken.old)
    line = parts[0].count("\n") + 1
    return [Place(file.relative_to(root), line, broken.new.join(parts))] * (len(parts) - 1)


def _in_python(broken: Break, file: Path, root: Path) -> list[Place]:
    text = _text(file)
    wanted = [token.string for token in _tokens(broken.old)]
    spans = _functions(text).get(broken.function, []) if broken.function else [(1, text.count("\n") + 1)]
    if not spans or any(word not in text for word in wanted):
        return []
    tokens = _tokens(text)
    lines = text.splitlines(keepends=True)
    found = []
    for first, last in spans:
        mine = [token for token in tokens if first <= token.start[0] <= last]
        for at in range(len(mine) - len(wanted) + 1):
            if all(mine[at + i].string == word for i, word in enumerate(wanted)):
                begin, end = mine[at].start, mine[at + len(wanted) - 1].end
                head = "".join(lines[: begin[0] - 1]) + lines[begin[0] - 1][: begin[1]]
                tail = lines[end[0] - 1][end[1] :] + "".join(lines[end[0] :])
                found.append(Place(file.relative_to(root), begin[0], head + broken.new + tail))
    return found


@cache
def _text(file: Path) -> str:
    return file.read_text()


@cache
def _tokens(text: str) -> list[tokenize.TokenInfo]:
    found: list[tokenize.TokenInfo] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type not in _SILENT:
                found.append(token)  # noqa: PERF401  (what came before an error is kept)
    except (tokenize.TokenError, IndentationError):
        pass  # a part of an expression, whose brackets need not close
    return found


@cache
def _functions(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return first and last lines of all functions and classes by their qualified names."""
    found: dict[str, list[tuple[int, int]]] = {}

    def walk(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                here = f"{prefix}{child.name}"
                found.setdefault(here, []).append((child.lineno, child.end_lineno or child.lineno))
                walk(child, f"{here}.")
            elif not isinstance(child, ast.expr):
                walk(child, prefix)

    walk(ast.parse(text), "")
    return found
