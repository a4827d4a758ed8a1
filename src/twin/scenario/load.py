"""Read a YAML file into a model: every problem at once, each with file, line, key and remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from twin.errors import Problem, ScenarioError
from twin.messages import say
from twin.scenario.wording import describe, misspelt, word
from twin.scenario.yaml_tree import KeyPath, Node, TreeReader, Unreadable, dotted, read_text
from twin.spec import completed

SpecT = TypeVar("SpecT", bound=BaseModel)

_KEY: Final = re.compile(r"(?:^|\.)([^.\[\]=]+)|\[(\d{1,9})\]")
_PLACE: Final = re.compile(r"^(.*?)(?::(\d+))?(?::(\d+))?$", re.DOTALL)


@dataclass(frozen=True)
class Override:
    """A value that another file gives a key, with its place there."""

    where: str
    """Where that file says so, as ``sweep.yaml:12:3``."""
    value: Node

    @property
    def text(self) -> str:
        """The value as it would be typed behind ``--set key=``."""
        return json.dumps(self.value.plain(), ensure_ascii=False)


@dataclass(frozen=True)
class Loaded(Generic[SpecT]):
    """A file that was read and found valid."""

    path: Path
    """The file."""
    spec: SpecT
    """What it says."""
    overrides: dict[str, str]
    """Values given beside the file, by key: as typed on the command line, or as JSON."""
    tree: Node
    """The file's values with their places."""

    def locate(self, key: str) -> str:
        """Return where ``key`` (as ``deployment.sites[2].lon_deg``) stands: ``file:line:column``, or the override that set it.

        A key that the file leaves out is located at the nearest group that it has.
        """
        return _place_of(self.tree, _parse_key(key) or ())

    def node(self, path: KeyPath) -> Node:
        """Return the part of the file at ``path``, as ``("sites", 2, "lon_deg")``; KeyError or IndexError if there is none."""
        node = self.tree
        for part in path:
            node = node.content[part]
        return node

    def overrides_at(self, path: KeyPath) -> dict[str, Override]:
        """Return what the group at ``path`` gives to keys of another file, as the group ``set`` of a sweep; {} without it."""
        group = self.tree
        for part in path:
            if isinstance(group.content, dict) and part not in group.content:
                return {}
            group = group.content[part]
            if group.content is None:
                return {}
        return {key: Override(group.key_places[key], value) for key, value in group.content.items()}

    def placed(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return the problems in the file's order; those of an empty ``where`` are given the place of their key."""
        return _sorted(replace(p, where=self.locate(p.key)) if not p.where else p for p in problems)


def resolved(spec: SpecT, base: Path, overrides: dict[str, str]) -> Loaded[SpecT]:
    """Return a ``spec`` whose file was read elsewhere, or changed since: its paths are relative to ``base``."""
    return Loaded(base / "-", spec, overrides, Node("-", {}))


def load_spec(path: Path, model: type[SpecT], overrides: Mapping[str, str | Override] | None = None) -> Loaded[SpecT]:
    """Read ``path`` as YAML 1.2, apply ``overrides`` (YAML values by dotted key), and validate it as ``model``.

    Types are strict: a quoted number is a text. Raises ``ScenarioError`` with every problem of the file and the overrides.
    """
    path = Path(path)
    chosen = overrides or {}
    reader = TreeReader(str(path))
    try:
        tree = reader.read(read_text(path))
    except Unreadable as error:
        raise ScenarioError([*reader.problems, error.problem]) from None
    problems = list(reader.problems)
    if tree is None or tree.content is None:
        raise ScenarioError([*problems, Problem(str(path), "", say("yaml.file.empty.found"), say("yaml.file.empty.remedy"))])
    if not isinstance(tree.content, dict):
        found = say("yaml.file.shape.found", what=describe(tree.plain()))
        raise ScenarioError([*problems, Problem(tree.place, "", found, say("yaml.file.shape.remedy"))])
    for key, given in chosen.items():
        problems += _override(tree, key, given)
    spec, wrong = _validated(tree, model, path.parent)
    problems += wrong
    if problems or spec is None:
        raise ScenarioError(_sorted(problems))
    return Loaded(path, spec, {key: given if isinstance(given, str) else given.text for key, given in chosen.items()}, tree)


def _validated(tree: Node, model: type[SpecT], base: Path) -> tuple[SpecT | None, list[Problem]]:
    data = tree.plain()
    try:
        whole = completed(model, data, base=base)
    except ScenarioError as bad:  # of a table that takes part in the defaults
        return None, [replace(p, where=p.where or _place_of(tree, _parse_key(p.key) or ())) for p in bad.problems]
    try:
        # by way of JSON: only there does pydantic's strict mode read instants and tuples, which YAML writes as texts and lists
        return model.model_validate_json(json.dumps(whole), strict=True, context={"base": base}), []
    except ValidationError as errors:
        problems: dict[tuple[str, str], Problem] = {}
        details = errors.errors(include_url=False)
        meant = misspelt(details, model, data)
        for error in details:
            path, found, remedy = word(error, model, data)
            if error["type"] == "missing" and path in meant:
                continue
            problem = Problem(_place_of(tree, path, of_key=error["type"] == "extra_forbidden"), dotted(path), found, remedy)
            same = problems.get((problem.key, found))
            if same is None:
                problems[problem.key, found] = problem
            elif remedy not in same.remedy:  # members of a union, none of which fits
                problems[problem.key, found] = replace(same, remedy=same.remedy + say("remedy.or") + remedy)
        return None, list(problems.values())


def _parse_key(key: str) -> KeyPath | None:
    parts: list[str | int] = []
    end = 0
    for match in _KEY.finditer(key):
        if match.start() != end:
            return None
        parts.append(int(match[2]) if match[2] is not None else match[1].strip())
        end = match.end()
    return tuple(parts) if parts and end == len(key) and isinstance(parts[0], str) else None


def _place_of(tree: Node, path: KeyPath, *, of_key: bool = False) -> str:
    node, place = tree, tree.place
    for depth, part in enumerate(path):
        if isinstance(part, str) and isinstance(node.content, dict) and part in node.content:
            child: Node = node.content[part]
            group = isinstance(child.content, dict | list) or (of_key and depth == len(path) - 1)
            place = node.key_places[part] if group else child.place
        elif isinstance(part, int) and isinstance(node.content, list) and part < len(node.content):
            child = node.content[part]
            place = child.place
        else:
            break
        node = child
    return place


def _override(tree: Node, key: str, given: str | Override) -> list[Problem]:
    where = f"--set {key}={given}" if isinstance(given, str) else given.where
    path = _parse_key(key)
    if path is None:
        return [Problem(where, "", say("override.syntax.found", text=key), say("override.syntax.remedy"))]
    if isinstance(given, Override):
        value = given.value
    else:
        reader = TreeReader(where, fixed_place=True)
        try:
            value = reader.read(given) or Node(where, None)
        except Unreadable as error:
            return [replace(error.problem, key=key)]
        if reader.problems:
            return [replace(problem, key=key) for problem in reader.problems]
    node = tree
    for depth, part in enumerate(path):
        problem = _cannot_enter(node, part, path[:depth], where, key)
        if problem is not None:
            return [problem]
        if depth == len(path) - 1:
            node.content[part] = value
        elif isinstance(part, str) and part not in node.content:
            node.content[part] = Node(where, {})
        else:
            node.content[part] = _own(node.content[part])
        if isinstance(part, str) and (depth == len(path) - 1 or part not in node.key_places):
            node.key_places[part] = where
        node = node.content[part]
    return []


def _own(node: Node) -> Node:
    """Return a copy whose children may be replaced: an aliased value stands in several places."""
    content: Any = node.content
    if isinstance(content, dict):
        content = dict(content)
    elif isinstance(content, list):
        content = list(content)
    return replace(node, content=content, key_places=dict(node.key_places))


def _cannot_enter(node: Node, part: str | int, above: KeyPath, where: str, key: str) -> Problem | None:
    values: dict[str, object] = {"parent": dotted(above)}
    if isinstance(part, str) and isinstance(node.content, dict):
        return None
    if isinstance(part, int) and isinstance(node.content, list):
        if part < len(node.content):
            return None
        what, values = "index", {**values, "count": len(node.content), "index": part}
    elif isinstance(node.content, list):
        what = "list"
    elif isinstance(node.content, dict):
        what = "group"
    else:
        what, values = "scalar", {**values, "what": describe(node.content)}
    return Problem(where, key, say(f"override.{what}.found", **values), say(f"override.{what}.remedy", **values))


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    def order(problem: Problem) -> tuple[bool, int, int]:
        if problem.where.startswith("--set "):
            return True, 0, 0
        match = _PLACE.match(problem.where)
        line, column = (match[2], match[3]) if match else (None, None)
        return False, int(line or 0), int(column or 0)

    return sorted(problems, key=order)
