"""The page of modules: what each module of the package holds, floor by floor. Written from a checkout."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import twin

_PACKAGE = Path(twin.__file__).parent


def floors() -> list[list[str]]:
    """Return the modules and packages of each floor, top to ground, as the import contract in ``pyproject.toml`` says."""
    project = tomllib.loads((_PACKAGE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(c["layers"] for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    # in parentheses: a floor kept free for what does not exist yet
    return [[name for name in re.split(r"\s*[|:]\s*", layer) if not name.startswith("(")] for layer in layers]


def modules_page() -> str:
    """Return the page of modules as Markdown."""
    lines = [
        "# Where a line belongs",
        "",
        "Every module and what it holds, by floors: a module imports only from the floors below its own (`make lint`). Read",
        "from the top for what the program does, from the ground for what it is made of. `make docs` writes this page from",
        "the modules' docstrings.",
    ]
    for floor in floors():
        for name in floor:
            package = _PACKAGE / name
            lines += ["", f"## {name}", ""]
            if not package.is_dir():
                lines.append(_first(package.with_suffix(".py")))
                continue
            lines += [_first(package / "__init__.py"), "", "| module | what it holds |", "|---|---|"]
            lines += [f"| `{path.relative_to(package).as_posix()}` | {_first(path)} |" for path in _modules(package)]
    return "\n".join([*lines, ""])


def _modules(package: Path) -> Iterator[Path]:
    for path in sorted(package.rglob("*.py"), key=lambda path: (len(path.parts), path)):
        if path != package / "__init__.py":
            yield path


def _first(path: Path) -> str:
    """Return the first paragraph of a module's docstring, on one line."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")
